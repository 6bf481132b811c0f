"""Changing the territory: loading a city's tree, closing codes that merged or split, naming management areas."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import case, delete, func, insert, literal, select

from regulator.features.audit.actions import record
from regulator.features.audit.terms import JSON, Actor
from regulator.features.divisions.models import (
    Division,
    DivisionSuccession,
    ManagementArea,
    ManagementAreaDivision,
)
from regulator.features.divisions.rules import RowReason, StatedDivision, judge_rows
from regulator.features.divisions.terms import CodeRange, Level, TerritoryAct
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, Conflict, NotFound

AREA_CODE_LENGTH = 32


@dataclass(slots=True)
class Loaded:
    """What came of a file of divisions; lines are counted from 1 with the header."""

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: dict[int, tuple[RowReason, ...]] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """New, updated and unchanged rows."""
        return self.new + self.updated + self.unchanged


def load_divisions(
    rows: Sequence[StatedDivision],
    *,
    actor: Actor,
    now: datetime,
    update: bool = False,
    from_day: date | None = None,
) -> Loaded:
    """Take a file of divisions into the tree: one act, whatever the number of rows.

    A row equal to the tree is unchanged; one that closes a division, or says when it began, is taken; another
    difference (a name, a parent) needs `update`. Rows missing from the file change nothing. `from_day` is when new
    divisions begin that state no day themselves.
    """
    known = {item.code: item for item in session().scalars(select(Division))}
    judged = judge_rows(rows, {code: item.level for code, item in known.items()})
    loaded = Loaded(read=len(rows), rejected=dict(judged.rejected))
    changed: list[JSON] = []
    for row in judged.taken:
        _take(row if row.code in known else _begun(row, from_day), known, loaded, changed, update=update)
    session().flush()
    loaded.updated += _succeed([row for row in judged.taken if row.row not in loaded.rejected])
    cities = sorted(row.code for row in judged.taken if row.level == Level.CITY)
    key = cities[0] if cities else (judged.taken[0].code[:4] if judged.taken else "")
    facts: dict[str, JSON] = {"new": loaded.new, "updated": loaded.updated, "changes": changed[:200]}
    if loaded.new or loaded.updated:
        record(actor, TerritoryAct.DIVISIONS_LOADED, "division", key, now=now, division_code=key or None, facts=facts)
    return loaded


def _begun(row: StatedDivision, from_day: date | None) -> StatedDivision:
    """A new division that states no day of its own, with the day it begins; one that had ended by then has none."""
    if row.began_on or from_day is None or (row.ended_on and row.ended_on < from_day):
        return row
    return replace(row, began_on=from_day)


def _take(
    row: StatedDivision, known: dict[str, Division], loaded: Loaded, changed: list[JSON], *, update: bool
) -> None:
    present = known.get(row.code)
    if present is None:
        known[row.code] = present = Division(
            code=row.code,
            level=Level(row.level),
            name=row.name,
            parent_code=row.parent or None,
            began_on=row.began_on,
            ended_on=row.ended_on,
        )
        session().add(present)
        loaded.new += 1
        return
    differences = _differences(present, row)
    if not differences:
        loaded.unchanged += 1
    elif not update and differences.keys() & {"name", "parent_code"}:
        loaded.rejected[row.row] = (RowReason.DIFFERS,)
    elif _reversed(differences.get("began_on", present.began_on), differences.get("ended_on", present.ended_on)):
        loaded.rejected[row.row] = (RowReason.PERIOD_REVERSED,)
    else:
        before = {name: _plain(getattr(present, name)) for name in differences}
        for name, value in differences.items():
            setattr(present, name, value)
        loaded.updated += 1
        changed.append({"code": row.code, "before": before, "after": {k: _plain(v) for k, v in differences.items()}})


def _differences(present: Division, row: StatedDivision) -> dict[str, str | date | None]:
    """What the row states otherwise than the tree; a day left out states nothing."""
    stated: dict[str, str | date | None] = {"name": row.name, "parent_code": row.parent or None}
    stated |= {name: day for name, day in (("began_on", row.began_on), ("ended_on", row.ended_on)) if day}
    return {name: value for name, value in stated.items() if getattr(present, name) != value}


def _reversed(began_on: str | date | None, ended_on: str | date | None) -> bool:
    return isinstance(began_on, date) and isinstance(ended_on, date) and ended_on < began_on


def _plain(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def _succeed(rows: Sequence[StatedDivision]) -> int:
    """Keep what closed divisions went into; gives how many statements were new."""
    pairs = {(row.code, successor) for row in rows for successor in row.successors}
    if not pairs:
        return 0
    present = {(item.code, item.successor_code) for item in session().scalars(select(DivisionSuccession))}
    session().add_all(DivisionSuccession(code=code, successor_code=to) for code, to in sorted(pairs - present))
    session().flush()
    return len(pairs - present)


def set_boxes(boxes: Mapping[str, tuple[float, float, float, float]]) -> None:
    """Give cities the bounding boxes they lack: west, south, east, north in degrees."""
    for city in session().scalars(select(Division).where(Division.level == Level.CITY, Division.west.is_(None))):
        if city.code in boxes:
            city.west, city.south, city.east, city.north = boxes[city.code]
    session().flush()


def close_division(code: str, *, last_day: date, successors: Collection[str], actor: Actor, now: datetime) -> None:
    """Close a division that merged into one other or split into several; its code stays readable.

    Raises NotFound, Conflict when it is closed already, BadInput when a successor is unknown or the day too early.
    """
    division = session().get(Division, code)
    if division is None:
        raise NotFound(code)
    if division.ended_on is not None:
        raise Conflict("division_closed")
    if division.began_on is not None and last_day < division.began_on:
        raise BadInput("period_reversed", about="last_day")
    for successor in successors:
        if successor == code or session().get(Division, successor) is None:
            raise BadInput("successor_unknown", {"given": successor[:20]}, about="successors")
        session().add(DivisionSuccession(code=code, successor_code=successor))
    division.ended_on = last_day
    session().flush()
    facts: dict[str, JSON] = {"ended_on": last_day.isoformat(), "successors": sorted(successors)}
    record(actor, TerritoryAct.DIVISION_CLOSED, "division", code, now=now, division_code=code, facts=facts)


def set_management_area(code: str, name: str, division_codes: Collection[str], *, actor: Actor, now: datetime) -> None:
    """Name a management area and the divisions it consists of, or change them. Raises BadInput."""
    if not code or len(code) > AREA_CODE_LENGTH or session().get(Division, code) is not None:
        raise BadInput("area_code_unusable", about="code")
    if not division_codes:
        raise BadInput("area_empty", about="divisions")
    for division_code in division_codes:
        if session().get(Division, division_code) is None:
            raise BadInput("division_unknown", {"given": division_code[:20]}, about="divisions")
    members = select(ManagementAreaDivision.division_code).where(ManagementAreaDivision.area_code == code)
    before: JSON = sorted(session().scalars(members))
    session().merge(ManagementArea(code=code, name=name))
    session().flush()
    session().execute(delete(ManagementAreaDivision).where(ManagementAreaDivision.area_code == code))
    session().add_all(ManagementAreaDivision(area_code=code, division_code=item) for item in sorted(division_codes))
    session().flush()
    facts: dict[str, JSON] = {"name": name, "before": before, "after": sorted(division_codes)}
    record(actor, TerritoryAct.AREA_SET, "management_area", code, now=now, facts=facts)


def copy_city(code: str, prefix: str, name: str, *, actor: Actor, now: datetime) -> int:
    """Copy a city's tree under an invented four-digit prefix, for measuring at national size; gives its rows.

    The copy's communities have the codes of the original behind the new prefix; everything is named alike but the city.
    """
    city = session().get(Division, code)
    if city is None or city.level != Level.CITY:
        raise NotFound(code)
    within_city = CodeRange.of(code, Level.CITY)
    below = select(
        literal(prefix) + func.substr(Division.code, 5),
        Division.level,
        case((Division.code == code, literal(name)), else_=Division.name),
        literal(prefix) + func.substr(Division.parent_code, 5),
        Division.began_on,
        Division.ended_on,
    ).where(Division.code >= within_city.low, Division.code < within_city.high)
    columns = ["code", "level", "name", "parent_code", "began_on", "ended_on"]
    done = session().execute(insert(Division).from_select(columns, below.order_by(func.length(Division.code))))
    record(actor, "divisions.copied", "division", prefix, now=now, facts={"from": code, "name": name})
    return int(getattr(done, "rowcount", 0))
