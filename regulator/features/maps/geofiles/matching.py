"""Which division or estate of the register a shape is about: by code, else by name. Judges no shape."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from regulator.features.divisions.queries import DivisionRow, list_below, list_successors, paths_of, within
from regulator.features.divisions.terms import Level, Scope
from regulator.features.maps.geofiles.reading import Feature
from regulator.features.maps.geofiles.reasons import GeoReason
from regulator.features.registry.models import Estate, EstateName
from regulator.foundation.database import session

Said = tuple[GeoReason, Mapping[str, Any]]
AT_ONCE = 500
_NUMBER = re.compile(r"[\d.]+")


@dataclass(frozen=True, slots=True)
class KnownEstate:
    """An estate as matching and judging see it; lon and lat in EPSG:4490, None where no position is known."""

    id: UUID
    code: str
    name: str
    division_code: str
    lon: float | None
    lat: float | None
    retired_on: date | None


@dataclass(frozen=True, slots=True)
class Match:
    """What a shape is about, None where that cannot be said, and what is to be said of the matching."""

    target: Any
    said: tuple[Said, ...] = ()


def _no(reason: GeoReason, **params: Any) -> Match:
    return Match(None, ((reason, params),))


def _not_named(feature: Feature, unknown: GeoReason) -> Match:
    """Nothing bears the name; a number was perhaps meant as something else."""
    if _NUMBER.fullmatch(feature.name):
        return _no(GeoReason.NAME_IS_NUMBER, name=feature.name)
    return _no(unknown, given=feature.name)


# --- divisions ------------------------------------------------------------------------------------------------------


class DivisionMatcher:
    """The divisions of a city by code and by name, closed ones by code only."""

    def __init__(self, city_code: str, level: Level | None) -> None:
        rows = list_below(city_code)
        self._level = level
        self._by_code = {row.code: row for row in rows}
        self._by_name: dict[str, list[DivisionRow]] = defaultdict(list)
        for row in rows:
            if row.ended_on is None and level in (None, row.level):
                self._by_name[row.name].append(row)

    def match(self, feature: Feature) -> Match:
        """The division a boundary is of."""
        if feature.code:
            return self._of_code(feature)
        if not feature.name:
            return _no(GeoReason.KEY_MISSING)
        found = [row for row in self._by_name.get(feature.name, ()) if self._lies_in(row, feature.places)]
        if len(found) == 1:
            return Match(found[0])
        if found:
            return _no(GeoReason.DIVISION_AMBIGUOUS, given=feature.name, codes=[row.code for row in found[:5]])
        return _not_named(feature, GeoReason.DIVISION_UNKNOWN)

    def _of_code(self, feature: Feature) -> Match:
        row = next((self._by_code[code] for code in _spellings(feature.code) if code in self._by_code), None)
        if row is None:
            return _no(GeoReason.DIVISION_UNKNOWN, given=feature.code)
        if row.ended_on is not None:
            into = [f"{one.code} {one.name}" for one in list_successors(row.code)]
            return _no(GeoReason.DIVISION_CLOSED, name=row.name, ended_on=row.ended_on.isoformat(), successors=into)
        if self._level not in (None, row.level):
            return _no(GeoReason.DIVISION_WRONG_LEVEL, name=row.name, level=row.level.value)
        if feature.name and feature.name != row.name:
            return Match(row, ((GeoReason.NAME_DIFFERS, {"given": feature.name, "name": row.name}),))
        return Match(row)

    def _lies_in(self, row: DivisionRow, places: Sequence[str]) -> bool:
        """Whether what the file says of the place above is true of the division."""
        above = self._names_above(row)
        return all(place in above for place in places)

    def _names_above(self, row: DivisionRow) -> set[str]:
        names, step = {row.name}, row.parent_code
        while step in self._by_code:
            names.add(self._by_code[step].name)
            step = self._by_code[step].parent_code
        return names


def _spellings(code: str) -> Iterator[str]:
    """A code as it is, and shortened where only zeros fill it up to twelve digits, as statistics write it."""
    yield code
    for length in (9, 6):
        if len(code) == 12 and not code[length:].strip("0"):
            yield code[:length]


# --- estates --------------------------------------------------------------------------------------------------------


class EstateMatcher:
    """The estates of a territory that the shapes of a file can be about, asked for once."""

    def __init__(self, features: Iterable[Feature], scope: Scope) -> None:
        self._scope = scope
        given = list(features)
        self._by_code = {row.code: row for row in self._ask(Estate.code, {one.code for one in given} - {""})}
        names = {one.name for one in given if not one.code} - {""}
        self._by_name: dict[str, dict[str, KnownEstate]] = defaultdict(dict)
        for row in self._ask(Estate.name, names):
            self._by_name[row.name][row.code] = row
        self._add_other_names(names)
        found = {row.division_code for rows in self._by_name.values() for row in rows.values()}
        self._paths = paths_of(found)

    def match(self, feature: Feature) -> Match:
        """The estate a position or a boundary is of."""
        if feature.code:
            return self._of_code(feature)
        if not feature.name:
            return _no(GeoReason.KEY_MISSING)
        named = self._by_name.get(feature.name, {}).values()
        standing = [row for row in named if row.retired_on is None and self._lies_in(row, feature.places)]
        if len(standing) == 1:
            return Match(standing[0])
        if standing:
            return _no(GeoReason.ESTATE_AMBIGUOUS, given=feature.name, codes=[row.code for row in standing[:5]])
        return _not_named(feature, GeoReason.ESTATE_UNKNOWN)

    def _of_code(self, feature: Feature) -> Match:
        row = self._by_code.get(feature.code)
        if row is None:
            return _no(GeoReason.ESTATE_UNKNOWN, given=feature.code)
        if row.retired_on is not None:
            return _no(GeoReason.ESTATE_RETIRED, name=row.name, day=row.retired_on.isoformat())
        if feature.name and feature.name != row.name:
            return Match(row, ((GeoReason.NAME_DIFFERS, {"given": feature.name, "name": row.name}),))
        return Match(row)

    def _lies_in(self, row: KnownEstate, places: Sequence[str]) -> bool:
        path = self._paths[row.division_code].parts
        return all(place in path or place == row.division_code for place in places)

    def _add_other_names(self, names: set[str]) -> None:
        """Aliases and former names lead to an estate where none bears the name today."""
        free = sorted(names - self._by_name.keys())
        for part in _parts(free):
            query = self._estates().add_columns(EstateName.name.label("other"))
            query = query.join(EstateName, EstateName.estate_id == Estate.id).where(EstateName.name.in_(part))
            for *columns, other in session().execute(query):
                row = KnownEstate(*columns)
                self._by_name[other][row.code] = row

    def _ask(self, column: Any, values: Iterable[str]) -> Iterator[KnownEstate]:
        for part in _parts(sorted(values)):
            condition: ColumnElement[bool] = column.in_(part)
            yield from (KnownEstate(*row) for row in session().execute(self._estates().where(condition)))

    def _estates(self) -> Any:
        columns = (Estate.id, Estate.code, Estate.name, Estate.division_code, Estate.lon, Estate.lat, Estate.retired_on)
        return select(*columns).where(within(self._scope, Estate.division_code))


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(values), AT_ONCE):
        yield values[first : first + AT_ONCE]
