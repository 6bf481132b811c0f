"""The sign-in cookie and what it stands for during one request; who may do what is asked in access."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from flask import Flask, Request, Response, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response as BaseResponse

from regulator.config import Settings
from regulator.features.accounts import actions, queries
from regulator.features.accounts.queries import SignedIn
from regulator.features.accounts.rules import ABSOLUTE
from regulator.foundation import clock

COOKIE = "regulator_session"
SECURE_COOKIE = "__Host-regulator_session"
PAGE_COOKIE = "regulator_page"
CSRF_FIELD = "csrf_token"
_TOKEN_BYTES = 32
_LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.\d{1,3}|\[::1\])(:\d+)?")
_VISITOR = "regulator.visitor"  # kept with the request, so that nothing outlives it


class _OnlyWhenGiven(SecureCookieSessionInterface):
    """Sessions of Flask's own; a visitor without the cookie gets an empty one without any cryptography."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        """As the sign-in cookie."""
        del app
        return is_guarded()


def install(app: Flask) -> None:
    """Set the cookies' attributes; touch the session after the request, outside its transaction."""
    settings: Settings = app.config["SETTINGS"]
    app.config.update(
        SESSION_COOKIE_NAME=PAGE_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as the session it is bound to
        REGULATOR_GUARDED=settings.is_production,
    )
    app.session_interface = _OnlyWhenGiven()
    app.after_request(_touch)


def is_guarded() -> bool:
    """Whether cookies go over TLS only: always in production, save to a person at this very machine without TLS."""
    if not current_app.config["REGULATOR_GUARDED"]:
        return False
    return request.is_secure or not _LOOPBACK_HOST.fullmatch(request.host)


def cookie_name() -> str:
    """The sign-in cookie's name; browsers keep the `__Host-` one to this host and to TLS."""
    return SECURE_COOKIE if is_guarded() else COOKIE


def new_token() -> str:
    """A fresh session token, to be given to the browser and kept only as a hash."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What the table keeps of a token (its 256 random bits need no slow hash)."""
    return hashlib.sha256(token.encode()).hexdigest()


def visitor() -> SignedIn | None:
    """Who the request's cookie stands for, at any stage of signing in; asked of the database once per request."""
    if _VISITOR not in request.environ:
        token = request.cookies.get(cookie_name(), "")
        request.environ[_VISITOR] = (
            queries.find_signed_in(token_hash(token), now=clock.now(), today=clock.today()) if token else None
        )
    found: SignedIn | None = request.environ[_VISITOR]
    return found


def forget_visitor() -> None:
    """Ask the database anew: the act just done changed who is signed in."""
    request.environ.pop(_VISITOR, None)


def give_cookie(response: BaseResponse, token: str) -> None:
    """Hand the browser its token; a new one at each step up, so that an old one is worth nothing."""
    session.pop(CSRF_FIELD, None)
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        secure=is_guarded(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def take_cookie(response: BaseResponse) -> None:
    """Take the browser's tokens away."""
    session.clear()
    response.delete_cookie(
        cookie_name(),
        secure=is_guarded(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def bind_form_tokens() -> None:
    """Tie the pages' form tokens to the sign-in session: a token of before signing in, or of another, is refused."""
    token = request.cookies.get(cookie_name(), "")
    if not token:
        return  # nobody is signed in: the page's own random token stands
    key = str(current_app.config["SECRET_KEY"]).encode()
    bound = hmac.new(key, b"forms of " + token.encode(), hashlib.sha256).hexdigest()
    if session.get(CSRF_FIELD) != bound:
        session[CSRF_FIELD] = bound


def _touch(response: Response) -> Response:
    """Note that the session is in use, at most once a minute; skipped when the database is busy."""
    found: SignedIn | None = request.environ.get(_VISITOR)
    if found is not None and actions.wants_touch(found, clock.now()):
        actions.touch_session(found.session_id, now=clock.now())
    return response
