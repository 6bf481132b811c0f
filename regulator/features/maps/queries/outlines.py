"""Outlines of estates: one estate's own, those in a stretch of map, the neighbours of a drawing. Loads shapely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Scope, lineage
from regulator.features.maps.models import DivisionBoundary, EstateBoundary, MapEstate
from regulator.features.maps.outlines import WIDEST, Named, measured, vertices
from regulator.features.maps.queries.seen import conditions_of
from regulator.features.maps.terms import UNKNOWN, MapFilter
from regulator.features.registry.models import Estate
from regulator.features.registry.queries.bounds import live_on
from regulator.foundation.database import session
from regulator.foundation.geo import BBox
from regulator.law.measures import Area

if TYPE_CHECKING:
    from shapely import MultiPolygon

OUTLINE_CAP = 500
FROM_ZOOM = 15
"""From afar an outline is smaller than its mark."""


@dataclass(frozen=True, slots=True)
class Outline:
    """An estate's own outline as it is kept, by whom and when it was drawn."""

    shape: MultiPolygon
    version: int
    source: str
    updated_at: datetime
    updated_by: str

    @property
    def area(self) -> Area:
        """What it measures on the ground."""
        return measured(self.shape)

    @property
    def vertices(self) -> int:
        """How many corners it has."""
        return vertices(self.shape)


@dataclass(frozen=True, slots=True)
class OutlineSeen:
    """An outline on a map; code and name are None where the asker is not told whose it is."""

    code: str | None
    name: str | None
    mode: str
    shape: MultiPolygon


@dataclass(frozen=True, slots=True)
class OutlinesInView:
    """The outlines that reach into a stretch of map, at most so many, and how many there are."""

    items: Sequence[OutlineSeen]
    total: int

    @property
    def capped(self) -> bool:
        """Whether some are left out."""
        return self.total > len(self.items)


def find_outline(estate: Estate) -> Outline | None:
    """The outline of an estate, which was found within a scope."""
    row = session().get(EstateBoundary, estate.code)
    return Outline(row.geometry, row.version, row.source, row.updated_at, row.updated_by) if row else None


def public_outlines_in(box: BBox, zoom: int, wanted: MapFilter, *, on: date, cap: int = OUTLINE_CAP) -> OutlinesInView:
    """Outlines of estates that stand in the register on a day; none from afar."""
    return _in_view(box, zoom, wanted, on, cap)


def outlines_in(
    scope: Scope, box: BBox, zoom: int, wanted: MapFilter, *, on: date, cap: int = OUTLINE_CAP
) -> OutlinesInView:
    """As the public sees them; those outside the scope as bare shapes, for drawing up to them."""
    return _in_view(box, zoom, wanted, on, cap, scope)


def _in_view(box: BBox, zoom: int, wanted: MapFilter, on: date, cap: int, scope: Scope | None = None) -> OutlinesInView:
    if zoom < FROM_ZOOM:
        return OutlinesInView((), 0)
    inside = and_(_meets(box), live_on(Estate, on), *conditions_of(wanted))
    counted: Select[Any] = _joined(select(func.count()), wanted).where(inside)
    columns = (Estate.code, Estate.name, Estate.division_code, MapEstate.mode, EstateBoundary.geometry)
    listed: Select[Any] = _joined(select(*columns), wanted).where(inside).order_by(Estate.code).limit(cap)
    rows = session().execute(listed).all()
    items = [
        OutlineSeen(code, name, mode or UNKNOWN, shape)
        if scope is None or scope.covers(place)
        else OutlineSeen(None, None, mode or UNKNOWN, shape)
        for code, name, place, mode, shape in rows
    ]
    total = len(items) if len(items) < cap else session().scalar(counted) or 0
    return OutlinesInView(items, total)


def _joined(query: Any, wanted: MapFilter) -> Any:
    """With the estate, and with what the map knows of it; a filter leaves those that the map shows."""
    found = query.select_from(EstateBoundary).join(Estate, Estate.code == EstateBoundary.estate_code)
    return found.join(MapEstate, MapEstate.code == Estate.code, isouter=wanted == MapFilter())


def _meets(box: BBox) -> ColumnElement[bool]:
    """The condition that an outline's box meets another; none is wider than ``WIDEST``, which the index is told."""
    return and_(
        EstateBoundary.south.between(box.south - WIDEST, box.north),
        EstateBoundary.north >= box.south,
        EstateBoundary.west.between(box.west - WIDEST, box.east),
        EstateBoundary.east >= box.west,
    )


def neighbours_of(estate: Estate, outline: MultiPolygon, *, on: date) -> list[Named]:
    """The other estates whose outlines meet the box of a drawing, by code; of whichever district."""
    box = BBox(*outline.bounds)
    query: Any = _joined(select(Estate.name, EstateBoundary.geometry), MapFilter())
    rows = query.where(_meets(box), live_on(Estate, on), Estate.code != estate.code).order_by(Estate.code)
    return [Named(name, shape) for name, shape in session().execute(rows)]


def surveyed_around(division_code: str) -> Named | None:
    """The finest division from a place upwards whose boundary is not schematic; None where none is."""
    query = (
        select(Division.name, DivisionBoundary.geometry)
        .join(Division, Division.code == DivisionBoundary.division_code)
        .where(DivisionBoundary.division_code.in_(lineage(division_code)), DivisionBoundary.schematic.is_(False))
        .order_by(func.length(DivisionBoundary.division_code).desc(), DivisionBoundary.division_code.desc())
        .limit(1)
    )
    found = session().execute(query).first()
    return Named(*found) if found else None
