"""Who is asking, and may they: every view declares a permission or that it is public. Where they may is the scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast
from urllib.parse import urlsplit

import structlog
from flask import Flask, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from regulator.features.accounts import queries
from regulator.features.accounts.queries import Held, SignedIn
from regulator.features.accounts.terms import Permission, Stage
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.web import sessions

View = TypeVar("View", bound=Callable[..., object])

PUBLIC: frozenset[Permission] = frozenset()
_DECLARED = "declared_access"
_SIGNING_IN = "declared_stages"
_ASKED = "regulator.asked_permissions"

log = structlog.get_logger(__name__)


def allow(*permissions: Permission) -> Callable[[View], View]:
    """Declare that a view is for accounts holding (any of) these permissions."""
    if not permissions:
        raise ValueError("name a permission")

    def declare(view: View) -> View:
        setattr(view, _DECLARED, frozenset(permissions))
        return view

    return declare


def open_to_public(view: View) -> View:
    """Declare that anyone may see this view, signed in or not."""
    setattr(view, _DECLARED, PUBLIC)
    return view


def signing_in(*stages: Stage) -> Callable[[View], View]:
    """Declare a step of signing in: for sessions at these stages only, before any desk is open."""

    def declare(view: View) -> View:
        setattr(view, _DECLARED, PUBLIC)
        setattr(view, _SIGNING_IN, frozenset(stages))
        return view

    return declare


def declared(app: Flask, endpoint: str) -> frozenset[Permission] | None:
    """What a view declares; None when it declares nothing (then it answers 500)."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    found: frozenset[Permission] | None = getattr(app.view_functions.get(endpoint), _DECLARED, None)
    return found


def install(app: Flask) -> None:
    """Ask at the beginning of every request, before form tokens are looked at."""
    app.before_request_funcs.setdefault(None, []).insert(0, _guard)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such address: 404 or 405 follows
    permissions = declared(current_app, request.endpoint)
    if permissions is None:
        log.error("access.undeclared", endpoint=request.endpoint)
        abort(500)
    stages: frozenset[Stage] | None = getattr(current_app.view_functions[request.endpoint], _SIGNING_IN, None)
    if stages is not None:
        return _guard_step(stages)
    if not permissions:
        return None
    return _guard_desk(permissions)


def _guard_step(stages: frozenset[Stage]) -> ResponseReturnValue | None:
    sessions.bind_form_tokens()
    found = sessions.visitor()
    if stages and (found is None or found.stage not in stages):
        return redirect(step_address(found))
    return None


def _guard_desk(permissions: frozenset[Permission]) -> ResponseReturnValue | None:
    found = sessions.visitor()
    if found is None or found.stage is not Stage.OPEN:
        return _ask_to_sign_in(found)
    sessions.bind_form_tokens()
    if not permissions & found.permissions:
        abort(403)
    request.environ[_ASKED] = permissions
    return None


def step_address(found: SignedIn | None) -> str:
    """Where somebody at this stage of signing in goes on."""
    if found is None:
        return url_for("entrance.sign_in")
    return {
        Stage.SECOND_FACTOR: url_for("entrance.second_factor"),
        Stage.ENROL_SECOND_FACTOR: url_for("entrance.enrol_second_factor"),
        Stage.NEW_PASSWORD: url_for("entrance.new_password"),
        Stage.OPEN: url_for("entrance.desk"),
    }[found.stage]


def _ask_to_sign_in(found: SignedIn | None) -> ResponseReturnValue:
    if wants_json():
        body = {"type": "about:blank", "title": "Unauthorized", "status": 401, "sign_in": url_for("entrance.sign_in")}
        return jsonify(body), 401, {"Content-Type": "application/problem+json"}
    if found is not None:
        return redirect(step_address(found))
    return redirect(url_for("entrance.sign_in", next=_address_to_return_to()))


def _address_to_return_to() -> str | None:
    if request.method not in {"GET", "HEAD"}:
        return None
    return request.full_path.rstrip("?")


def wants_json() -> bool:
    """Whether a script rather than a person with a page is asking."""
    if request.headers.get("Sec-Fetch-Dest") == "empty" or request.headers.get("HX-Request"):
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def comes_from_here() -> bool:
    """Whether a POST was sent by this site's own page, by what the browser itself says of its origin.

    Every browser names the origin of a POST; a program that names none is nobody's misled browser.
    """
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def safe_next(given: str | None) -> str | None:
    """An address of this site to return to, or None: never another host, scheme or a trick with slashes."""
    if not given or len(given) > 2000 or not given.startswith("/") or given.startswith("//"):
        return None
    if "\\" in given or any(ord(character) < 32 for character in given):
        return None
    parts = urlsplit(given)
    return given if not parts.scheme and not parts.netloc else None


def current_account_or_none() -> SignedIn | None:
    """Who is signed in with an open session, on any page."""
    found = sessions.visitor()
    return found if found is not None and found.stage is Stage.OPEN else None


def current_account() -> SignedIn:
    """Who is signed in; only in views that declare a permission."""
    found = current_account_or_none()
    if found is None:
        abort(401)
    return found


def current_permissions() -> frozenset[Permission]:
    """Everything the account may do somewhere, for menus; empty when nobody is signed in."""
    found = current_account_or_none()
    return found.permissions if found else frozenset()


def _carrying(permission: Permission | None) -> tuple[Held, ...]:
    wanted = {permission} if permission else cast("frozenset[Permission]", request.environ[_ASKED])
    return current_account().carrying(*wanted)


def current_scope(permission: Permission | None = None) -> Scope:
    """Where the view's permission (or the one named) holds: the scopes of just those roles that carry it."""
    return Scope.union(item.scope for item in _carrying(permission))


def current_actor(permission: Permission | None = None) -> Actor:
    """The actor of an act: the account, the roles that carry the view's permission, and for whom they are held."""
    found = current_account()
    return queries.actor_of(found.account_id, found.username, found.name, _carrying(permission), request.remote_addr)


def current_actor_or_none() -> Actor | None:
    """Who is signed in, for the page's frame; None on public pages without a sign-in."""
    found = current_account_or_none()
    if found is None:
        return None
    return queries.actor_of(found.account_id, found.username, found.name, found.main, request.remote_addr)
