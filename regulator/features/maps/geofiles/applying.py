"""Writing a judged file: positions by the register's own act of correction, boundaries as a whole; one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from shapely.geometry import mapping
from sqlalchemy import select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.maps.actions import load_boundaries
from regulator.features.maps.geofiles import batches
from regulator.features.maps.geofiles.barriers import write_barriers
from regulator.features.maps.geofiles.models import GeoBatch, GeoRow
from regulator.features.maps.geofiles.terms import TAKEN, GeoAct, GeoKind, GeoState
from regulator.features.maps.models import DivisionBoundary, EstateBoundary
from regulator.features.registry import signals
from regulator.features.registry.actions.positions import Move, correct_positions
from regulator.foundation.database import session
from regulator.foundation.errors import Conflict
from regulator.law.findings import Refused

AT_ONCE = 500


class RegisterMoved(Exception):
    """What a shape would change is no longer what it was when the file was judged."""


def apply(batch: GeoBatch, now: datetime) -> None:
    """Write what was judged, all of it. Raises RegisterMoved when the register has changed under it."""
    rows = taken_rows(batch)
    actor = batches.actor_of(batch)
    if batch.kind is GeoKind.BARRIERS:
        write_barriers(rows, batch, actor, now)
    elif batch.kind is GeoKind.BOUNDARIES:
        _write_boundaries(rows, batch, actor, now)
    else:
        write_positions([row for row in rows if row.after_lon is not None], batch.file_name, actor, now)
        _write_outlines([row for row in rows if row.after_lon is None], batch, actor, now)
    batch.state, batch.applied_at, batch.error_code = GeoState.APPLIED, now, None
    batch.version += 1
    batches.forget(batch)
    facts = {
        "file": batch.file_name, "sha256": batch.content_hash, "kind": batch.kind.value, "datum": batch.datum,
        "read": batch.rows_read, "new": batch.rows_new, "changed": batch.rows_changed, "rejected": batch.rows_rejected,
    }  # fmt: skip
    audit.record(actor, GeoAct.APPLIED, "geodata", str(batch.id), now=now, facts=facts)


def taken_rows(batch: GeoBatch) -> Sequence[GeoRow]:
    """The rows that are written, in the order of the file."""
    query = select(GeoRow).where(GeoRow.batch_id == batch.id, GeoRow.outcome.in_(TAKEN))
    return session().scalars(query.order_by(GeoRow.number)).all()


# --- divisions ------------------------------------------------------------------------------------------------------


def _write_boundaries(rows: Sequence[GeoRow], batch: GeoBatch, actor: Actor, now: datetime) -> None:
    present = _present(DivisionBoundary, DivisionBoundary.division_code, rows)
    for row in rows:
        _refuse_moved(row, present.get(row.key or ""))
    features = [_as_feature(row.key, row.shape, schematic=row.before["now_schematic"]) for row in rows]
    if features:
        load_boundaries(features, source=batch.source, actor=actor, now=now)


def _as_feature(code: str | None, shape: Any, *, schematic: bool) -> dict[str, Any]:
    return {"properties": {"code": code, "schematic": schematic}, "geometry": mapping(shape)}


def _present(model: Any, column: Any, rows: Sequence[GeoRow]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts(rows):
        query = select(column, model).where(column.in_([row.key for row in part]))
        found.update(session().execute(query.execution_options(populate_existing=True)).all())
    return found


def _refuse_moved(row: GeoRow, present: Any) -> None:
    """The boundary in the register must be the one the preview compared with."""
    before = row.before_shape
    same = before is None if present is None else before is not None and present.geometry.equals_exact(before)
    if not same:
        raise RegisterMoved


# --- estates --------------------------------------------------------------------------------------------------------


def write_positions(rows: Sequence[GeoRow], reason: str, actor: Actor, now: datetime, *, back: bool = False) -> None:
    """Correct the estates' positions by the register's own act; ``back`` gives them their former ones.

    Raises RegisterMoved when one is not where it was left.
    """
    moves = []
    for row in rows:
        before, after = (row.before["lon"], row.before["lat"]), (row.after_lon, row.after_lat)
        here, there = (after, before) if back else (before, after)
        moves.append(Move(row.key or "", here, there))
    try:
        correct_positions(moves, reason=reason, actor=actor, now=now)
    except (Conflict, Refused) as error:
        raise RegisterMoved from error  # judged anew, its row says what is wrong


def _write_outlines(rows: Sequence[GeoRow], batch: GeoBatch, actor: Actor, now: datetime) -> None:
    present = _present(EstateBoundary, EstateBoundary.estate_code, rows)
    for row in rows:
        found = present.get(row.key or "")
        _refuse_moved(row, found)
        put_outline(row.key or "", row.shape, found, source=batch.source, actor=actor, now=now)
    session().flush()
    signals.touch({row.key for row in rows if row.key})


def put_outline(
    code: str, shape: Any, present: EstateBoundary | None, *, source: str, actor: Actor, now: datetime
) -> None:
    """Set an estate's boundary with its box."""
    west, south, east, north = shape.bounds
    values = {
        "geometry": shape, "west": west, "south": south, "east": east, "north": north, "source": source,
        "updated_at": now, "updated_by": actor.username,
    }  # fmt: skip
    if present is None:
        session().add(EstateBoundary(estate_code=code, version=1, **values))
        return
    for name, value in values.items():
        setattr(present, name, value)
    present.version += 1


def parts(rows: Sequence[GeoRow]) -> Iterator[Sequence[GeoRow]]:
    """The rows in portions a statement can ask for."""
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]
