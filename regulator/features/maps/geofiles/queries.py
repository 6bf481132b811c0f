"""What is asked about geodata files: one, many, their rows, what stands in the way of undoing, the report. Light."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true

from regulator.features.divisions.queries import get_city
from regulator.features.divisions.terms import Scope
from regulator.features.maps.geofiles.models import GeoBatch, GeoExport, GeoRow
from regulator.features.maps.geofiles.reasons import Effect, GeoReason, find_reason
from regulator.features.maps.geofiles.terms import TAKEN, GeoKind, GeoOutcome, LaterWork
from regulator.features.maps.models import DivisionBoundary, EstateBoundary
from regulator.features.registry.models import Estate
from regulator.features.zones.queries.barriers import find_later
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.paging import Page

NAMED = 20
"""So many later changes are named when an undo is refused."""
AT_ONCE = 500
_PLAIN = (GeoRow.number, GeoRow.outcome, GeoRow.stated, GeoRow.key, GeoRow.name, GeoRow.reasons, GeoRow.area)


@dataclass(frozen=True, slots=True)
class Remark:
    """A reason with its particulars."""

    reason: GeoReason
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowView:
    """A judged shape as people see it, without its geometry; ``area`` in ㎡."""

    number: int
    outcome: GeoOutcome
    stated: str
    key: str | None
    name: str | None
    remarks: tuple[Remark, ...]
    area: float | None

    @property
    def is_flagged(self) -> bool:
        """Whether it is taken, and somebody should look at it."""
        flags = any(one.reason.effect is Effect.FLAG for one in self.remarks)
        return self.outcome is not GeoOutcome.REJECTED and flags


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row of a batch whose thing somebody has worked on since; number 0 stands for all of them."""

    number: int
    key: str
    name: str
    what: LaterWork


@dataclass(frozen=True, slots=True)
class Obstacles:
    """How many rows of a batch were touched since, and the first of them by name."""

    count: int
    named: Sequence[Obstacle]


class LaterChanges(BadInput):
    """The batch cannot be taken back: ``found`` says what stands in the way."""

    def __init__(self, found: Obstacles) -> None:
        self.found = found
        super().__init__("later_changes", {"count": found.count})


def find_batch(batch_id: UUID) -> GeoBatch | None:
    """A batch by its key, as it stands now."""
    return session().get(GeoBatch, batch_id, populate_existing=True)


def get_own_batch(scope: Scope, batch_id: UUID, account_id: UUID | None, authority_id: UUID | None) -> GeoBatch:
    """A batch its sender, the sender's authority or an official of the whole city may see. Raises NotFound."""
    query = select(GeoBatch).where(GeoBatch.id == batch_id, _visible(scope, account_id, authority_id))
    found = session().scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(str(batch_id))
    return found


def _visible(scope: Scope, account_id: UUID | None, authority_id: UUID | None) -> ColumnElement[bool]:
    if covers_city(scope):
        return true()
    mine: list[ColumnElement[bool]] = [GeoBatch.account_id == account_id]
    if authority_id is not None:
        mine.append(GeoBatch.authority_id == authority_id)
    return or_(*mine)


def covers_city(scope: Scope) -> bool:
    """Whether somebody answers for the whole city."""
    city = get_city()
    return any(part.contains(city.range) for part in scope.ranges)


def list_batches(
    scope: Scope, account_id: UUID, authority_id: UUID | None, *, before: UUID | None = None, limit: int = 30
) -> Page[GeoBatch]:
    """The batches somebody may see, the latest first."""
    query = select(GeoBatch).where(_visible(scope, account_id, authority_id))
    if before is not None:
        query = query.where(GeoBatch.id < before)
    found = session().scalars(query.order_by(GeoBatch.id.desc()).limit(limit + 1)).all()
    return Page(tuple(found[:limit]), found[limit - 1].id.hex if len(found) > limit else None)


def list_rows(
    batch: GeoBatch, *, outcome: GeoOutcome | None, flagged: bool = False, after: int = -1, limit: int = 50
) -> Page[RowView]:
    """Judged shapes in the order of the file."""
    query = select(*_PLAIN).where(GeoRow.batch_id == batch.id, GeoRow.number > after)
    if outcome is not None:
        query = query.where(GeoRow.outcome == outcome)
    if flagged:
        query = query.where(GeoRow.outcome != GeoOutcome.REJECTED, _has_flag())
    found = [_view(row) for row in session().execute(query.order_by(GeoRow.number).limit(limit + 1))]
    return Page(tuple(found[:limit]), str(found[limit - 1].number) if len(found) > limit else None)


def _has_flag() -> ColumnElement[bool]:
    """Codes stand in quotation marks in the column."""
    return or_(*(GeoRow.reasons.contains(f'"{reason.value}"') for reason in GeoReason if reason.effect is Effect.FLAG))


def _view(row: Any) -> RowView:
    number, outcome, stated, key, name, reasons, area = row
    remarks = tuple(Remark(find_reason(code), params) for code, params in json.loads(reasons))
    return RowView(number, outcome, stated, key, name, remarks, area)


# --- what stands in the way of undoing ------------------------------------------------------------------------------


def find_obstacles(batch: GeoBatch) -> Obstacles:
    """Rows whose position or boundary is no longer as the batch left it."""
    found = list(_touched(batch))
    return Obstacles(len(found), found[:NAMED])


def _touched(batch: GeoBatch) -> Iterator[Obstacle]:
    query = select(GeoRow.number, GeoRow.key, GeoRow.name, GeoRow.after_lon, GeoRow.after_lat)
    query = query.where(GeoRow.batch_id == batch.id, GeoRow.outcome.in_(TAKEN)).order_by(GeoRow.number)
    rows = session().execute(query).all()
    if batch.kind is GeoKind.BARRIERS:
        if (later := find_later(batch.id)) is not None:
            yield Obstacle(0, "", later, LaterWork.BARRIERS_REPLACED)
        return
    for first in range(0, len(rows), AT_ONCE):
        part = rows[first : first + AT_ONCE]
        yield from _touched_points([row for row in part if row.after_lon is not None])
        yield from _touched_outlines([row for row in part if row.after_lon is None], batch)


def _touched_points(rows: Sequence[Any]) -> Iterator[Obstacle]:
    query = select(Estate.code, Estate.lon, Estate.lat).where(Estate.code.in_([row.key for row in rows]))
    places = {code: (lon, lat) for code, lon, lat in session().execute(query)} if rows else {}
    for row in rows:
        if row.key not in places:
            yield Obstacle(row.number, row.key, row.name, LaterWork.RECORD_GONE)
        elif places[row.key] != (row.after_lon, row.after_lat):
            yield Obstacle(row.number, row.key, row.name, LaterWork.POSITION_CORRECTED)


def _touched_outlines(rows: Sequence[Any], batch: GeoBatch) -> Iterator[Obstacle]:
    if not rows:
        return
    code, stamp = DivisionBoundary.division_code, DivisionBoundary.updated_at
    if batch.kind is GeoKind.ESTATES:
        code, stamp = EstateBoundary.estate_code, EstateBoundary.updated_at
    query = select(code, stamp).where(code.in_([row.key for row in rows]))
    stamps = dict(session().execute(query).all())
    for row in rows:
        if stamps.get(row.key) != batch.applied_at:
            yield Obstacle(row.number, row.key, row.name, LaterWork.BOUNDARY_REPLACED)


# --- the report -----------------------------------------------------------------------------------------------------


def report(batch: GeoBatch, *, dry_run: bool = False) -> dict[str, Any]:
    """What came of a file, in the shape `regulator import` reports too; raises BadInput for an unusable file."""
    if batch.error_code is not None and batch.judged_at is None:
        raise BadInput(batch.error_code, batch.error_params)
    query = select(*_PLAIN).where(GeoRow.batch_id == batch.id).order_by(GeoRow.number)
    rows = [_view(row) for row in session().execute(query)]
    refused = [row for row in rows if row.outcome is GeoOutcome.REJECTED]
    return {
        "file": batch.file_name,
        "batch": None if dry_run else str(batch.id),
        "kind": batch.kind.value,
        "datum": batch.datum,
        "read": batch.rows_read,
        "accepted": batch.rows_read - batch.rows_rejected,
        "new": batch.rows_new,
        "updated": batch.rows_changed,
        "unchanged": batch.rows_unchanged,
        "rejected": batch.rows_rejected,
        "rejected_rows": {str(row.number): _first(row, Effect.REJECTED) for row in refused},
        "flagged_rows": {str(row.number): _first(row, Effect.FLAG) for row in rows if row.is_flagged},
        "all_reasons": {str(row.number): [_said(one) for one in row.remarks] for row in rows if row.remarks},
        **batch.findings,
    }


def _first(row: RowView, effect: Effect) -> str:
    return next(one.reason.value for one in row.remarks if one.reason.effect is effect)


def _said(remark: Remark) -> dict[str, Any]:
    return {"code": remark.reason.value} | dict(remark.params)


# --- exports --------------------------------------------------------------------------------------------------------


def get_own_export(scope: Scope, export_id: UUID, account_id: UUID) -> GeoExport:
    """An export its asker or an official of the whole city may see. Raises NotFound."""
    visible = true() if covers_city(scope) else GeoExport.account_id == account_id
    query = select(GeoExport).where(GeoExport.id == export_id, visible)
    found = session().scalars(query).one_or_none()
    if found is None:
        raise NotFound(str(export_id))
    return found


def list_exports(account_id: UUID, *, limit: int = 10) -> Sequence[GeoExport]:
    """The files somebody asked for, the latest first."""
    query = select(GeoExport).where(GeoExport.account_id == account_id)
    return session().scalars(query.order_by(GeoExport.id.desc()).limit(limit)).all()
