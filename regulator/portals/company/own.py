"""Which company asks, and for which day; nothing of another company is ever named."""

from datetime import date

from flask import request

from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.web.access import current_account, current_scope


def own_credit_code() -> str:
    """The credit code of the company the account belongs to. Raises NotFound for an account without one."""
    code = current_scope().credit_code
    if code is None:
        raise NotFound(current_account().username)
    return code


def asked_day() -> date:
    raw = request.args.get("as_of", "")
    try:
        return date.fromisoformat(raw) if raw else clock.today()
    except ValueError as error:
        raise BadInput("day_unreadable", {"given": raw[:20]}, about="as_of") from error
