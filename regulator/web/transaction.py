"""One transaction per POST, and one act per form: a form sent twice is answered twice and acted on once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from flask import Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from regulator.features.accounts import actions
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.web import sessions

P = ParamSpec("P")
T = TypeVar("T")
KEY_FIELD = "idempotency_key"
MAX_KEY = 200


class _TakeBack(Exception):  # not an error: the view refused, so nothing is kept
    def __init__(self, response: Response) -> None:
        self.response = response


def commits(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Run a view in one transaction: kept when it answers below 400, taken back when it refuses or fails."""
    return _in_transaction(view, keep_refusals=False)


def commits_after(
    looking: Callable[[], AbstractContextManager[T]],
) -> Callable[[Callable[Concatenate[T, P], ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """As `commits` for a view that must look at something for long: ``looking`` does so before the lock is taken.

    The view takes what it found as its first argument. A form answered already is not looked at again; what
    ``looking`` left behind for a view that did not want it, it clears away itself when its context ends.
    """

    def around(view: Callable[Concatenate[T, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            key = form_key()
            before = actions.find_answer(key) if key else None
            if before is not None:
                return redirect(before, 303)
            with looking() as found:
                return commits(lambda: view(found, *args, **kwargs))()

        return answer

    return around


def commits_refusals(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """As `commits`, for steps of signing in: a failed one is a recorded act and is kept.

    Such a form is never answered from memory: its answer carries a new cookie, which a stored one would lack.
    """
    return _in_transaction(view, keep_refusals=True)


def _in_transaction(view: Callable[P, ResponseReturnValue], *, keep_refusals: bool) -> Callable[P, ResponseReturnValue]:
    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return view(*args, **kwargs)
        key = None if keep_refusals else form_key()
        try:
            with transaction():
                before = actions.claim_form(key, now=clock.now()) if key else None
                if before is not None:
                    return redirect(before, 303)
                response = make_response(view(*args, **kwargs))
                _settle(response, key, keep_refusals=keep_refusals)
                return response
        except _TakeBack as refusal:
            return refusal.response

    return answer


def _settle(response: Response, key: str | None, *, keep_refusals: bool) -> None:
    refused = response.status_code >= 400
    if refused and not keep_refusals:
        raise _TakeBack(response)
    if key is None:
        return
    if response.location and not refused:
        actions.remember_form(key, response.location)
    else:
        actions.release_form(key)


def form_key() -> str | None:
    """The form's one-time key, bound to who sends it and to where, as the table keeps it; None without one."""
    given = request.form.get(KEY_FIELD, "") or request.headers.get("Idempotency-Key", "")
    if not given or len(given) > MAX_KEY:
        return None
    who = sessions.visitor()
    parts = (str(who.account_id) if who else "", request.path, given)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
