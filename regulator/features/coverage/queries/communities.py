"""Closed months of communities, of which no tallies are kept: counted from the packed months, each at most once."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from sqlalchemy import select

from regulator.features.coverage.models import CoverageMonth
from regulator.features.coverage.queries.territory import city_of
from regulator.features.coverage.rules.counting import read_canonical, tallies_of
from regulator.features.coverage.terms import Line, Tally
from regulator.features.divisions.terms import CODE_LENGTHS, Level
from regulator.foundation.database import session

ESTATES_AT_ONCE = 1_000_000
"""So many estates of packed months are looked through for one page (less than a second), the latest months first.
A city of 8,000 estates has its thirteen months nine times over."""
REMEMBERED = 512
STREET = CODE_LENGTHS[Level.STREET]

Counted = Mapping[str, tuple[Tally, ...]]


def count_communities(codes: Collection[str], months: Collection[str]) -> dict[str, dict[str, list[Tally]]]:
    """The tallies of communities in closed months, by code and month; a month that is left out is missing.

    As many statements as there are months, and none for months that have been counted before.
    """
    found: dict[str, dict[str, list[Tally]]] = {code: {} for code in codes}
    for street in sorted({code[:STREET] for code in codes}):
        for month, counted in _by_month(street, months):
            for code in codes:
                if code.startswith(street):
                    found[code][month] = list(counted.get(code, ()))
    return found


def countable_months(city_code: str, months: Collection[str]) -> list[str]:
    """Those of the months that are looked through: the latest, as long as they hold few enough estates together."""
    query = select(CoverageMonth.month, CoverageMonth.estates).where(
        CoverageMonth.city_code == city_code, CoverageMonth.month.in_(months)
    )
    taken: list[str] = []
    estates = 0
    for month, number in session().execute(query.order_by(CoverageMonth.month.desc())):
        estates += number
        if taken and estates > ESTATES_AT_ONCE:
            break
        taken.append(month)
    return taken


def _by_month(street: str, months: Collection[str]) -> Iterator[tuple[str, Counted]]:
    city = city_of(street)
    query = select(CoverageMonth.month, CoverageMonth.content_hash).where(
        CoverageMonth.city_code == city, CoverageMonth.month.in_(countable_months(city, months))
    )
    for month, content_hash in session().execute(query).all():
        yield month, _counted(city, month, content_hash, street)


@lru_cache(maxsize=REMEMBERED)
def _counted(city_code: str, month: str, content_hash: str, street: str) -> Counted:
    """The communities of a street in a closed month, which never changes under its hash."""
    query = select(CoverageMonth.content).where(
        CoverageMonth.city_code == city_code, CoverageMonth.month == month, CoverageMonth.content_hash == content_hash
    )
    inside: dict[str, list[Line]] = defaultdict(list)
    for line in lines_under(zlib.decompress(session().scalars(query).one()), street):
        inside[line.division_code].append(line)
    return {code: tuple(tallies_of(lines)) for code, lines in inside.items()}


def lines_under(content: bytes, start: str) -> Iterator[Line]:
    """The lines of a packed month whose place begins with ``start``; the others are not read."""
    mark, end = f"\t{start}".encode(), 0
    while (place := content.find(mark, end)) >= 0:
        begin, end = content.rfind(b"\n", 0, place) + 1, content.index(b"\n", place)
        if b"\t" not in content[begin:place]:  # else the digits stand in an area, not in the place
            yield from read_canonical(content[begin:end])
