"""What a figure is asked for: one division, or the several a management area is made of, taken as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from regulator.features.divisions.queries import DivisionRow, find_divisions, list_in, path_of
from regulator.features.divisions.terms import CITY_PREFIX, Level, Scope, lineage, merge, successor
from regulator.foundation import clock
from regulator.foundation.errors import NotFound

KEPT = (Level.CITY, Level.DISTRICT, Level.STREET)
"""The levels of which tallies are kept; a community's few estates are counted when they are asked for."""
KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Territory:
    """At least one division, none inside another, by code; what they hold together adds up from its parts."""

    divisions: tuple[DivisionRow, ...]
    name: str

    @classmethod
    def of(cls, place: DivisionRow | Territory) -> Territory:
        """A division as a territory of its own."""
        return place if isinstance(place, Territory) else cls((place,), place.name)

    @property
    def division(self) -> DivisionRow | None:
        """The division it is; None for several."""
        return self.divisions[0] if len(self.divisions) == 1 else None

    @property
    def code(self) -> str | None:
        """The division's code; None for several."""
        return self.division.code if self.division else None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its divisions."""
        return tuple(row.code for row in self.divisions)

    @property
    def key(self) -> str:
        """What its documents are kept under: the codes, or a hash of very many; at most 64 characters."""
        joined = "+".join(self.codes)
        return joined if len(joined) <= KEY_LENGTH else hashlib.sha256(joined.encode()).hexdigest()

    @property
    def scope(self) -> Scope:
        """Everything inside."""
        return Scope(merge(row.range for row in self.divisions), None, self.name)

    @property
    def is_kept(self) -> bool:
        """Whether tallies are kept of all of it."""
        return all(row.level in KEPT for row in self.divisions)

    @property
    def cities(self) -> tuple[str, ...]:
        """The codes of the cities it lies in, whose months are closed one by one."""
        return tuple(dict.fromkeys(city_of(code) for code in self.codes))

    def division_of(self, code: str) -> str | None:
        """The code of its division in which a place lies."""
        return next((row.code for row in self.divisions if row.range.covers(code)), None)


def city_of(code: str) -> str:
    """The code of the city a place lies in."""
    return lineage(code)[0]


def territory_of(scope: Scope) -> Territory:
    """The whole territory of an official. Raises NotFound when it holds no division."""
    tops = top_divisions(scope)
    if not tops:
        raise NotFound("division")
    return Territory.of(tops[0]) if len(tops) == 1 else Territory(tuple(tops), scope.label)


def territory_from(codes: Collection[str], name: str) -> Territory:
    """A territory again from the codes it was kept by. Raises NotFound for a division nobody knows."""
    divisions = tuple(sorted(find_divisions(codes), key=lambda row: row.code))
    if len(divisions) != len(set(codes)) or not divisions:
        raise NotFound(",".join(codes))
    return Territory.of(divisions[0]) if len(divisions) == 1 else Territory(divisions, name)


def full_name(territory: Territory) -> str:
    """A division's name behind those above it; for several the name of the territory."""
    return str(path_of(territory.code)) if territory.code else territory.name


def top_divisions(scope: Scope) -> list[DivisionRow]:
    """The fewest divisions that make up a territory, by code.

    A range that is a division's own names it; only where neighbours have been merged are the levels walked through, and
    each only while something is missing.
    """
    if all(item.high == successor(item.low) for item in scope.ranges):
        own = (f"{item.low}00" if len(item.low) == CITY_PREFIX else item.low for item in scope.ranges)
        return sorted(find_divisions(own), key=lambda row: row.code)
    tops: list[DivisionRow] = []
    for level in Level:
        if merge(top.range for top in tops) == merge(scope.ranges):
            break
        inside = list_in(scope, (level,), on=clock.today())
        tops += [row for row in inside if not any(top.range.contains(row.range) for top in tops)]
    return sorted(tops, key=lambda row: row.code)
