"""What a map asks for, read from the words of its address. Raises BadInput, whose sentence names the word."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from regulator.features.divisions.queries import find_scope
from regulator.features.divisions.terms import Scope
from regulator.features.maps.terms import UNKNOWN, MapFilter
from regulator.features.registry.terms import Condition, Mode, Ownership
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import BBox

MAX_ZOOM = 24
MAX_WORD = 60
CREDIT_CODE = 18


def read_box(given: str) -> BBox:
    """A box written `west,south,east,north` in degrees."""
    try:
        west, south, east, north = (float(part) for part in given.split(","))
        return BBox(west, south, east, north)
    except ValueError as error:
        raise BadInput("bbox_unreadable", about="bbox") from error


def read_zoom(given: str) -> int:
    """A zoom level, 0 to 24."""
    if given.isascii() and given.isdigit() and len(given) <= 2 and int(given) <= MAX_ZOOM:
        return int(given)
    raise BadInput("zoom_unreadable", about="zoom")


def read_filter(given: Mapping[str, str]) -> MapFilter:
    """`mode`, `ownership` and `condition` (codes, several with commas, `unknown` for not known), `completed`

    (years, `1990-1999`, `-1999`, `2020-` or one year), `division` (a division's or a management area's code) and
    `company` (a credit code).
    """
    return MapFilter(
        modes=_codes(given, "mode", Mode),
        ownerships=_codes(given, "ownership", Ownership),
        conditions=_codes(given, "condition", Condition),
        years=_years(given.get("completed", "")),
        division=_division(given.get("division", "")),
        company=_company(given.get("company", "")),
    )


def read_day(given: str, name: str) -> date:
    """A day written 2026-11-01."""
    try:
        return date.fromisoformat(given[:20])
    except ValueError as error:
        raise BadInput("day_unreadable", {"given": given[:20]}, about=name) from error


def _codes(given: Mapping[str, str], name: str, kind: type[StrEnum]) -> frozenset[str]:
    words = frozenset(filter(None, given.get(name, "").split(",")))
    strange = words - {member.value for member in kind} - {UNKNOWN}
    if strange:
        raise BadInput("map_word_unknown", {"name": name, "given": min(strange)[:MAX_WORD]}, about=name)
    return words


def _years(given: str) -> tuple[int | None, int | None] | None:
    if not given:
        return None
    first, dash, last = given.partition("-")
    ends = [_year(first, given), _year(last if dash else first, given)]
    if ends == [None, None] or (ends[0] and ends[1] and ends[0] > ends[1]):
        raise BadInput("years_unreadable", {"given": given[:MAX_WORD]}, about="completed")
    return ends[0], ends[1]


def _year(written: str, given: str) -> int | None:
    if not written:
        return None
    if written.isascii() and written.isdigit() and len(written) == len("1990"):
        return int(written)
    raise BadInput("years_unreadable", {"given": given[:MAX_WORD]}, about="completed")


def _division(code: str) -> Scope | None:
    if not code:
        return None
    scope = find_scope(code[:MAX_WORD])
    if scope is None:
        raise BadInput("division_unknown", {"given": code[:MAX_WORD]}, about="division")
    return scope


def _company(given: str) -> str | None:
    if not given:
        return None
    if not (given.isascii() and given.isalnum() and len(given) == CREDIT_CODE):
        raise BadInput("map_word_unknown", {"name": "company", "given": given[:MAX_WORD]}, about="company")
    return given.upper()
