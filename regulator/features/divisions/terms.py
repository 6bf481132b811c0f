"""Levels, code ranges and the scope a person answers for. Pure; what the codes are called stands in the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

CITY_PREFIX = 4
"""A city's six digits end in two that belong to its districts: 210100 stands for everything under 2101."""

LOWEST, HIGHEST = "", "~"
"""Bounds below and above every code (codes are digits; '~' sorts after them in ASCII and in C.UTF-8)."""


class Level(StrEnum):
    """The four levels of the statistical tree, from the top."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"

    @property
    def below(self) -> Level | None:
        """The next finer level; None below the community."""
        levels = list(Level)
        place = levels.index(self) + 1
        return levels[place] if place < len(levels) else None


class TerritoryAct(StrEnum):
    """What the trail calls the acts on the territory."""

    AREA_SET = "management_area.set"
    DIVISIONS_LOADED = "divisions.loaded"
    DIVISION_CLOSED = "division.closed"


CODE_LENGTHS: dict[Level, int] = {Level.CITY: 6, Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12}


def level_of(code: str) -> Level:
    """The level a code belongs to by its form. Raises ValueError for anything but 6, 9 or 12 digits.

    Six digits ending in 00 are a city; longer codes are never read by their zeros (210106031200 is a community).
    """
    if not (code.isascii() and code.isdigit()):
        raise ValueError(f"not a division code: {code!r}")
    if len(code) == 6:
        return Level.CITY if code.endswith("00") else Level.DISTRICT
    if len(code) == 9:
        return Level.STREET
    if len(code) == 12:
        return Level.COMMUNITY
    raise ValueError(f"not a division code: {code!r}")


def prefix(code: str, level: Level | None = None) -> str:
    """What every code below begins with: city 4 digits, district 6, street 9, community 12."""
    return code[:CITY_PREFIX] if (level or level_of(code)) is Level.CITY else code


def lineage(code: str) -> tuple[str, ...]:
    """The codes of a place from its city down to itself, by the form of the code alone."""
    steps = (f"{code[:CITY_PREFIX]}00", code[:6], code[:9], code[:12])
    return tuple(dict.fromkeys(step for step in steps if len(step) <= len(code)))


def successor(start: str) -> str:
    """The first string after everything that begins with a prefix: the excluded end of its range."""
    if not start or set(start) == {"9"}:
        return HIGHEST
    return str(int(start) + 1).zfill(len(start))


@dataclass(frozen=True, slots=True, order=True)
class CodeRange:
    """Codes from `low` (included) to `high` (excluded), compared as strings."""

    low: str
    high: str

    @classmethod
    def of(cls, code: str, level: Level | None = None) -> CodeRange:
        """The range of a division and everything below it."""
        start = prefix(code, level)
        return cls(start, successor(start))

    def covers(self, code: str) -> bool:
        """Whether the code lies in the range."""
        return self.low <= code < self.high

    def contains(self, other: CodeRange) -> bool:
        """Whether the other range lies wholly inside this one."""
        return self.low <= other.low and other.high <= self.high


EVERYWHERE = CodeRange(LOWEST, HIGHEST)


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody answers for: a set of code ranges, or one company by its credit code.

    An empty scope covers nothing. `label` is for people and for the audit trail ("沈河区", "91210103…").
    """

    ranges: tuple[CodeRange, ...]
    credit_code: str | None = None
    label: str = ""

    @classmethod
    def everything(cls, label: str = "") -> Scope:
        """For what anyone may see and for the product itself; never for a signed-in official."""
        return cls((EVERYWHERE,), None, label)

    @classmethod
    def nothing(cls) -> Scope:
        """Covers no code at all."""
        return cls(())

    @classmethod
    def division(cls, code: str, label: str = "", level: Level | None = None) -> Scope:
        """One division and everything below it."""
        return cls((CodeRange.of(code, level),), None, label or code)

    @classmethod
    def company(cls, credit_code: str) -> Scope:
        """One company's own record and nothing of the territory."""
        return cls((), credit_code, credit_code)

    @classmethod
    def union(cls, scopes: Iterable[Scope]) -> Scope:
        """Everything any of the scopes covers. Two different companies cannot be one scope: ValueError."""
        found = list(scopes)
        companies = {scope.credit_code for scope in found} - {None}
        if len(companies) > 1:
            raise ValueError("a scope names at most one company")
        labels = dict.fromkeys(scope.label for scope in found if scope.label)
        return cls(
            merge(item for scope in found for item in scope.ranges), next(iter(companies), None), "、".join(labels)
        )

    @property
    def is_everything(self) -> bool:
        """Whether no code lies outside."""
        return EVERYWHERE in self.ranges

    def covers(self, code: str | None) -> bool:
        """Whether a place lies inside; a row without a place lies only inside everything."""
        if code is None:
            return self.is_everything
        return any(item.covers(code) for item in self.ranges)

    def covers_company(self, credit_code: str) -> bool:
        """Whether this is the scope of that very company."""
        return self.credit_code == credit_code

    def narrowed(self, within: CodeRange) -> Scope:
        """The part of this scope inside a range: what a `division=` filter leaves."""
        parts = (CodeRange(max(r.low, within.low), min(r.high, within.high)) for r in self.ranges)
        return Scope(tuple(part for part in parts if part.low < part.high), self.credit_code, self.label)


def merge(ranges: Iterable[CodeRange]) -> tuple[CodeRange, ...]:
    """The fewest ranges covering the same codes, in order."""
    merged: list[CodeRange] = []
    for item in sorted(set(ranges)):
        if merged and item.low <= merged[-1].high:
            merged[-1] = CodeRange(merged[-1].low, max(merged[-1].high, item.high))
        else:
            merged.append(item)
    return tuple(merged)
