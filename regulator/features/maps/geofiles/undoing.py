"""Taking a file's shapes back by a compensating act, as a whole; nothing is undone over somebody's later work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shapely.geometry import mapping
from sqlalchemy import delete

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.maps.actions import ask_for_shell, load_boundaries
from regulator.features.maps.geofiles.applying import parts, put_outline, taken_rows, write_positions
from regulator.features.maps.geofiles.barriers import put_back_barriers
from regulator.features.maps.geofiles.models import GeoBatch, GeoRow
from regulator.features.maps.geofiles.queries import find_obstacles
from regulator.features.maps.geofiles.terms import GeoAct, GeoKind, GeoState
from regulator.features.maps.models import DivisionBoundary, EstateBoundary
from regulator.features.registry import signals
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

LATER_CHANGES = BadInput("later_changes").code


def undo(batch: GeoBatch, *, actor: Actor, now: datetime) -> None:
    """Give everything back what it had before the batch; with later work in the way, nothing, and say so."""
    found = find_obstacles(batch)
    batch.version += 1
    if found.count:
        batch.state, batch.error_code = GeoState.APPLIED, LATER_CHANGES
        session().flush()
        return
    rows = taken_rows(batch)
    if batch.kind is GeoKind.BARRIERS:
        put_back_barriers(batch)
    elif batch.kind is GeoKind.BOUNDARIES:
        _put_back_boundaries(rows, actor, now)
    else:
        points = [row for row in rows if row.after_lon is not None]
        write_positions(points, batch.file_name, actor, now, back=True)
        _put_back_outlines([row for row in rows if row.after_lon is None], actor, now)
    batch.state, batch.undone_at, batch.undone_by = GeoState.UNDONE, now, actor.name
    facts = {"file": batch.file_name, "kind": batch.kind.value, "rows": len(rows)}
    audit.record(actor, GeoAct.UNDONE, "geodata", str(batch.id), now=now, facts=facts)


def _put_back_boundaries(rows: Sequence[GeoRow], actor: Actor, now: datetime) -> None:
    by_source: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.before_shape is not None:
            properties = {"code": row.key, "schematic": row.before["schematic"]}
            feature = {"properties": properties, "geometry": mapping(row.before_shape)}
            by_source.setdefault(row.before["source"], []).append(feature)
    for source, features in by_source.items():
        load_boundaries(features, source=source, actor=actor, now=now)
    for part in parts([row for row in rows if row.before_shape is None]):
        gone = DivisionBoundary.division_code.in_([row.key for row in part])
        session().execute(delete(DivisionBoundary).where(gone))
    ask_for_shell(now)


def _put_back_outlines(rows: Sequence[GeoRow], actor: Actor, now: datetime) -> None:
    for row in rows:
        present = session().get_one(EstateBoundary, row.key)
        if row.before_shape is None:
            session().delete(present)
        else:
            source = row.before["source"]
            put_outline(row.key or "", row.before_shape, present, source=source, actor=actor, now=now)
    session().flush()
    signals.touch({row.key for row in rows if row.key})
