"""What a visitor asks for in an address: words, a place, a day. Bad input becomes a sentence on the page."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from regulator.features.registry.queries import public as register
from regulator.features.registry.queries.public.estates import UNKNOWN, ModeWanted
from regulator.features.registry.queries.public.places import PublicDivision
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import current_locale, label
from regulator.web import filters
from regulator.web.forms import code_sentence
from regulator.web.language import asked_language

PER_PAGE = 20
FIRST_DAY = date(1980, 1, 1)
"""No property-management company is older: 深圳, 1981."""


def words() -> str:
    """What was typed into the search field."""
    return request.args.get("q", "").strip()


def place() -> PublicDivision | None:
    """The division asked for. Raises BadInput for an unknown one."""
    return register.public_division(request.args.get("division", "").strip())


def mode() -> ModeWanted:
    """The mode asked for, or `unknown` for what is not known. Raises BadInput."""
    given = request.args.get("mode", "").strip()
    if not given:
        return None
    if given == UNKNOWN:
        return UNKNOWN
    try:
        return Mode(given)
    except ValueError as error:
        raise BadInput("mode_not_offered", {"given": given[:30]}, about="mode") from error


def day() -> date:
    """The day the page shall stand for, today unless given. Raises BadInput."""
    given = request.args.get("as_of", "").strip()
    if not given:
        return clock.today()
    try:
        asked = date.fromisoformat(given[:20])
    except ValueError as error:
        raise BadInput("as_of_unreadable", {"given": given[:20]}, about="as_of") from error
    if not FIRST_DAY <= asked <= clock.today():
        raise BadInput("as_of_out_of_range", {"given": given[:20]}, about="as_of")
    return asked


def day_or_problem() -> tuple[date, str]:
    """The day, and a sentence when the one given cannot be used (then it is today)."""
    try:
        return day(), ""
    except BadInput as error:
        return clock.today(), " ".join((code_sentence(error.code, error.params), _("Today is shown.")))


def code_words(kind: type[StrEnum]) -> dict[StrEnum, str]:
    """The words of every code of a kind in the page's language: asked once instead of in every row."""
    return _code_words(kind, current_locale())


@lru_cache(maxsize=64)
def _code_words(kind: type[StrEnum], locale: str) -> dict[StrEnum, str]:
    return {member: label(member, locale) for member in kind}


def area_words() -> Callable[[int | None], str | Markup]:
    """How areas are said in the page's language, for lists of many rows."""
    locale = current_locale()
    nothing = filters.dash(locale)
    return lambda value: nothing if value is None else filters.area(value, locale)


def tail(**kept: str) -> str:
    """What every link of this page carries behind its path: the language, and what is named."""
    lang = asked_language()
    parameters = {name: value for name, value in kept.items() if value} | ({"lang": lang} if lang else {})
    return f"?{urlencode(parameters)}" if parameters else ""
