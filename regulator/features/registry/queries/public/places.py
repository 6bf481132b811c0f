"""Where a public row lies: the names of its division and of those above it, joined in the same statement."""

import time
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import CodeRange, Level
from regulator.features.registry.queries.public.asking import is_code
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

MAX_CODE = 12
KEPT_SECONDS = 10.0

own, above, top = aliased(Division, name="own"), aliased(Division, name="above"), aliased(Division, name="top")
PLACE_COLUMNS = (own.code, own.name, own.level, above.name, above.level, top.name, top.level)


class Place(NamedTuple):
    """A division by code and own name, and the names from the district down as far as they are known."""

    code: str
    name: str
    district: str = ""
    street: str = ""
    community: str = ""

    @property
    def near(self) -> str:
        """Street and community, the way people say where something is; the district where no more is known."""
        return " · ".join(part for part in (self.street, self.community) if part) or self.district


class PublicDivision(NamedTuple):
    """A division of the tree as anyone may see it."""

    code: str
    name: str
    level: Level
    parent_code: str | None
    closed: bool

    @property
    def range(self) -> CodeRange:
        """The codes of this division and everything below."""
        return CodeRange.of(self.code, self.level)


def with_place(stmt: AnySelect, column: Any) -> AnySelect:
    """Join the division a column names and the two above it; none of them need be there."""
    return (
        stmt.outerjoin(own, own.code == column)
        .outerjoin(above, above.code == own.parent_code)
        .outerjoin(top, top.code == above.parent_code)
    )


def read_place(values: Any) -> Place | None:
    """The place from the values of `PLACE_COLUMNS`; None when the row names no division."""
    code, name, level, name_above, level_above, name_top, level_top = values
    if code is None:
        return None
    names = {level: name, level_above: name_above, level_top: name_top}
    return Place(
        code, name, names.get(Level.DISTRICT) or "", names.get(Level.STREET) or "", names.get(Level.COMMUNITY) or ""
    )


_DIVISION = select(Division.code, Division.name, Division.level, Division.parent_code, Division.ended_on)
_ONE = _DIVISION.where(Division.code == bindparam("code"))
_BELOW = _DIVISION.where(Division.parent_code == bindparam("code")).order_by(Division.code)
_IS_CITY = Division.parent_code.is_(None)  # the table says so, and an index finds the roots of a tree
_FIRST_CITY = select(func.min(Division.code)).where(_IS_CITY).scalar_subquery()
_DISTRICTS = _DIVISION.where(Division.parent_code == _FIRST_CITY).order_by(Division.code)
_districts: dict[str, tuple[float, tuple[PublicDivision, ...]]] = {}
_CITIES = _DIVISION.where(_IS_CITY).order_by(Division.code)


def public_division(code: str | None) -> PublicDivision | None:
    """The division a filter names, closed ones included; None for no filter. Raises BadInput for an unknown code."""
    if not code:
        return None
    row = ask(_ONE, code=code).one_or_none() if is_code(code) and len(code) <= MAX_CODE else None
    if row is None:
        raise BadInput("division_unknown", {"given": code[: MAX_CODE + 1]}, about="division")
    return _division(row)


def public_divisions(parent: str | None) -> list[PublicDivision]:
    """The divisions directly below a code, the cities for None, by code; closed ones included."""
    return [_division(row) for row in (ask(_BELOW, code=parent) if parent else ask(_CITIES))]


def public_districts() -> tuple[PublicDivision, ...]:
    """The districts of the register's first city, by code; asked of the database every few seconds."""
    register = str(getattr(session().get_bind(), "url", ""))
    kept = _districts.get(register)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        found = tuple(_division(row) for row in ask(_DISTRICTS))
        _districts[register] = kept = (time.monotonic() if found else 0.0, found)
    return kept[1]


def public_path(division: PublicDivision) -> list[PublicDivision]:
    """The divisions from the city down to this one, which is the last."""
    path = [division]
    while path[0].parent_code is not None:
        path.insert(0, _division(ask(_ONE, code=path[0].parent_code).one()))
    return path


def _division(row: Any) -> PublicDivision:
    code, name, level, parent_code, ended_on = row
    return PublicDivision(code, name, level, parent_code, ended_on is not None)
