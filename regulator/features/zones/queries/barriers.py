"""Barriers in force: which layers there are, and their shapes in a stretch of ground. Parts nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, func, select

from regulator.features.zones.barriers import Barriers
from regulator.features.zones.models import Barrier, BarrierLayer
from regulator.features.zones.shapes import Position, box_around, grid_of
from regulator.features.zones.terms import BarrierKind
from regulator.foundation.database import session
from regulator.foundation.geo import BBox

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DRAWN_AT_MOST = 2000
"""So many barriers a map draws, the largest first."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer in force: from which file of whom, since when, how many barriers of each kind."""

    id: UUID
    file_name: str
    source: str
    loaded_at: datetime
    counts: tuple[tuple[BarrierKind, int], ...]

    @property
    def total(self) -> int:
        """How many barriers it holds."""
        return sum(number for _, number in self.counts)


@dataclass(frozen=True, slots=True)
class DrawnBarrier:
    """A barrier as the map draws it: cut to the stretch, EPSG:4490."""

    kind: BarrierKind
    name: str | None
    geometry: BaseGeometry


def list_layers() -> list[LayerRow]:
    """The layers in force, the latest first; the same for everybody, in one statement."""
    query = (
        select(
            BarrierLayer.id, BarrierLayer.file_name, BarrierLayer.source, BarrierLayer.loaded_at, Barrier.kind,
            func.count(),
        )
        .join(Barrier, Barrier.layer_id == BarrierLayer.id)
        .where(BarrierLayer.replaced_by.is_(None))
        .group_by(
            BarrierLayer.id, BarrierLayer.file_name, BarrierLayer.source, BarrierLayer.loaded_at, Barrier.kind
        )
        .order_by(BarrierLayer.loaded_at.desc(), BarrierLayer.id, Barrier.kind)
    )  # fmt: skip
    layers = groupby(session().execute(query), key=lambda row: tuple(row[:4]))
    return [_layer(layer, tuple((row[4], row[5]) for row in rows)) for layer, rows in layers]


def _layer(facts: Any, counts: tuple[tuple[BarrierKind, int], ...]) -> LayerRow:
    key, file_name, source, loaded_at = facts
    return LayerRow(key, file_name, source, loaded_at, counts)


def find_later(layer_id: UUID) -> str | None:
    """The name of the file of the same source that has replaced a layer; None while the layer is in force."""
    former = select(BarrierLayer.replaced_by).where(BarrierLayer.id == layer_id).scalar_subquery()
    return session().scalar(select(BarrierLayer.file_name).where(BarrierLayer.id == former))


def find_former(source: str) -> LayerRow | None:
    """The layer in force that a file of this source would replace."""
    return next((layer for layer in list_layers() if layer.source == source), None)


def barriers_among(positions: Sequence[Position], metres: float = 0.0) -> Barriers | None:
    """What parts these positions and so many metres around them; None where nothing does."""
    if not positions:
        return None
    query = _inside(box_around(positions, metres), Barrier.geometry)
    shapes = list(session().scalars(query))
    return Barriers(shapes, grid_of(positions)) if shapes else None


def drawn_barriers(box: BBox) -> list[DrawnBarrier]:
    """Barriers of a stretch of map, cut to it, at most ``DRAWN_AT_MOST``. Loads shapely."""
    import shapely  # noqa: PLC0415 -- not at the start of a web worker

    size = (Barrier.east - Barrier.west) + (Barrier.north - Barrier.south)
    query = _inside(box, Barrier.kind, Barrier.name, Barrier.geometry)
    rows = session().execute(query.order_by(size.desc(), Barrier.layer_id, Barrier.number).limit(DRAWN_AT_MOST))
    cut = [
        (kind, name, shapely.clip_by_rect(shape, box.west, box.south, box.east, box.north))
        for kind, name, shape in rows
    ]
    return [DrawnBarrier(kind, name, shape) for kind, name, shape in cut if not shape.is_empty]


def _inside(box: BBox, *columns: Any) -> Select[Any]:
    found: Select[Any] = select(*columns).join(BarrierLayer, BarrierLayer.id == Barrier.layer_id)
    return found.where(
        BarrierLayer.replaced_by.is_(None),
        Barrier.south <= box.north,
        Barrier.north >= box.south,
        Barrier.west <= box.east,
        Barrier.east >= box.west,
    )
