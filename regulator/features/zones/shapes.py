"""Zones on the ground: projecting to metres, what is drawn round a zone, how wide it is, what lies nearest. No rows."""

# ruff: noqa: PLC0415 -- numpy and shapely are imported where they are used: a web worker starts without them

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulator.foundation.geo import BBox, LocalMetres

if TYPE_CHECKING:
    from shapely import Polygon

    from regulator.features.zones.barriers import Barriers

Position = tuple[float, float]
"""Longitude and latitude, CGCS2000 degrees."""
MARGIN = 40.0
"""Metres by which the outline passes its outermost estates, so that one alone has an outline too."""
DIGITS = 6
"""Degrees to about 0.1 m."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A zone's outline in degrees with its box, and the metres between the two estates furthest apart."""

    outline: Polygon
    box: BBox
    diameter: int


def grid_of(positions: Iterable[Position]) -> LocalMetres:
    """A metric grid in the middle of these positions, the same for any order of them."""
    found = list(positions)
    lons, lats = [lon for lon, _ in found], [lat for _, lat in found]
    return LocalMetres((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)


def shape_of(positions: Sequence[Position]) -> Shape | None:
    """What is drawn round these positions; None without any."""
    if not positions:
        return None
    import shapely

    grid = grid_of(positions)
    hull = shapely.MultiPoint([grid.to_metres(*one) for one in positions]).convex_hull
    drawn = hull.buffer(MARGIN, quad_segs=6)
    outline = shapely.transform(drawn, lambda xy: _degrees(grid, xy))
    return Shape(outline, BBox(*outline.bounds), _width(hull))


def _degrees(grid: LocalMetres, xy: Any) -> Any:
    import numpy as np

    return np.column_stack(grid.to_degrees(xy[:, 0], xy[:, 1])).round(DIGITS)


def _width(hull: Any) -> int:
    """Metres between the two corners furthest apart, rounded up so that none is called narrower than it is."""
    import numpy as np
    import shapely

    corners = shapely.get_coordinates(hull)
    apart = np.hypot(*(corners[:, None, side] - corners[None, :, side] for side in (0, 1)))
    return int(np.ceil(apart.max().round(2)))


def box_around(positions: Sequence[Position], metres: float) -> BBox:
    """The box of these positions and so many metres more on every side."""
    east, north = grid_of(positions).scale
    lons, lats = [lon for lon, _ in positions], [lat for _, lat in positions]
    return BBox(
        max(min(lons) - metres / east, -180.0),
        max(min(lats) - metres / north, -90.0),
        min(max(lons) + metres / east, 180.0),
        min(max(lats) + metres / north, 90.0),
    )


def nearest(
    members: Sequence[Position], others: Sequence[Position], within: float, barriers: Barriers | None = None
) -> tuple[int, int] | None:
    """Which of the others lies nearest to any member, by its place in the list, and its distance in whole metres.

    None when none lies ``within`` so many metres, by a straight way that no barrier crosses.
    """
    if not members or not others:
        return None
    import numpy as np

    grid = barriers.grid if barriers else grid_of(members)
    here, there = (np.column_stack(grid.to_metres(*np.array(places).T)) for places in (members, others))
    apart = np.hypot(*(here[None, :, side] - there[:, None, side] for side in (0, 1))).round(2)
    order = apart.ravel().argsort(kind="stable")
    order = order[apart.ravel()[order] <= within]
    if barriers is not None:
        of_others, of_members = np.divmod(order, len(here))
        order = order[~barriers.part(here[of_members], there[of_others])]
    return (int(order[0]) // len(here), round(float(apart.flat[order[0]]))) if len(order) else None
