"""How public pages ask: statements built once and run on the session's connection; ways through a long list."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Date, bindparam

from regulator.features.divisions.terms import HIGHEST, LOWEST, CodeRange
from regulator.features.registry.tokens import RETIRED
from regulator.foundation.errors import BadInput
from regulator.foundation.paging import COUNT_CEILING, Count, cursor_after, read_cursor
from regulator.foundation.search import Match, division_filters, hit_text, parse_query

DAY = cast("date", bindparam("day", type_=Date))
"""Stands for the day in statements that are built once."""


_CODE = re.compile(r"[0-9][0-9A-Z]{1,17}")


class Way(StrEnum):
    """By which index a list is walked; its order is the order of that index, so nothing is ever sorted."""

    HITS = "hits"
    CODES = "codes"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks for: the way through the list and the values its statement needs."""

    way: Way
    params: dict[str, Any] = field(default_factory=dict)
    nothing: bool = False
    placed: bool = False  # along codes, and inside a division as well

    def after(self, cursor: str | None, list_name: str) -> dict[str, Any]:
        """The parameters from the row behind the cursor on. Raises BadInput for a cursor of another list."""
        if not cursor:
            return self.params
        width = 2 if self.way is Way.PLACE else 1
        values = read_cursor(cursor, list_name, self.way.value, width)
        if self.way is Way.HITS:
            return self.params | {"after": _seq(values[0])}
        *place, code = map(cursor_code, values)
        low = f"{code} "  # behind the code itself, before every other: all codes have one length
        if place:
            start = max((self.params["place"], self.params["low"]), (place[0], low))
            return self.params | {"place": start[0], "low": start[1]}
        return self.params | {"low": max(self.params["low"], low)}

    def cursor(self, list_name: str, keys: tuple[Any, ...]) -> str:
        """The cursor behind a row with these keys."""
        return cursor_after(list_name, self.way.value, keys)


def is_code(text: str) -> bool:
    """Whether a text can be a code at all: asking for anything else may be refused by the database itself."""
    return text.isascii() and text.isalnum()


def cursor_code(value: Any) -> str:
    """A code out of a cursor. Raises BadInput when it was not one of ours."""
    if isinstance(value, str) and is_code(value):
        return value
    raise BadInput("cursor_unusable", about="cursor")


def _seq(value: Any) -> int:
    if isinstance(value, int) and 0 <= value < 2**62:
        return value
    raise BadInput("cursor_unusable", about="cursor")


def look_for(q: str, place: CodeRange | None, *, code_exists: Any, prefix: str | None) -> Look:
    """The way to what was typed (``q``) inside a division (its range and the prefix of its codes).

    Digits or capitals that begin a code in use are looked up as such; all else by words. Raises BadInput.
    """
    typed = q.strip()
    if not typed:
        return _by_place(place) if place else Look(Way.CODES, {"low": LOWEST, "high": HIGHEST})
    begin = typed.upper()
    if _CODE.fullmatch(begin):
        codes = {"low": begin, "high": begin + HIGHEST}
        if code_exists(codes):
            inside = {"from": place.low, "to": place.high} if place else {}
            return Look(Way.CODES, codes | inside, placed=place is not None)
    match = _match(typed, prefix)
    return Look(Way.HITS, {"wanted": hit_text(match), "after": 0}, nothing=match.nothing)


def _by_place(place: CodeRange) -> Look:
    return Look(Way.PLACE, {"place": place.low, "low": LOWEST, "to": place.high})


@lru_cache(maxsize=2048)
def _match(typed: str, prefix: str | None) -> Match:
    return parse_query(typed, division_filters(prefix)[-1:], without=[RETIRED]) or Match("", "")


def counted(number: int) -> Count:
    """A count that stopped one above the ceiling."""
    return Count(min(number, COUNT_CEILING + 1))
