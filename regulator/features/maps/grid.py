"""The cells in which the map counts estates: whole numbers from degrees, for every zoom. Pure.

A cell of zoom z is as wide as 88 of Leaflet's pixels there and about as high in the latitudes of China: the marks of
two cells seldom touch. The cells of
the finest grid are cut from longitude and latitude by one multiplication, which both databases do alike; those of a
coarser one are four of the finer, so that sums of cells are sums of cells.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from regulator.foundation.geo import BBox

FINEST, COARSEST = 13, 3
"""Clusters are shown up to zoom 13; farther away than zoom 3 the cells of zoom 3 serve."""
KEPT = 9
"""Cells are kept up to this zoom; nearer, those in view are counted when asked for."""
EAST = 2**FINEST * 256 / 88 / 360
NORTH = EAST * 1.25
"""Cells of the finest grid in a degree of longitude and of latitude."""
MILLION = 1_000_000
"""Sums of degrees are kept in millionths, about a tenth of a metre."""
WIDEST = 8192
"""Pixels of the widest screen that is answered at its own zoom; a wider view is answered as from farther away."""


class Dimension(StrEnum):
    """By what the cells of the map are kept beside the mode."""

    ALL = "all"
    CONDITION = "condition"
    DECADE = "decade"
    OWNERSHIP = "ownership"


@dataclass(frozen=True, slots=True)
class Cells:
    """A block of cells of one zoom, both ends included."""

    zoom: int
    west: int
    south: int
    east: int
    north: int

    @property
    def box(self) -> BBox:
        """The degrees they cover."""
        step = 2 ** (FINEST - self.zoom)
        return BBox(
            max(self.west * step / EAST - 180, -180),
            max(self.south * step / NORTH - 90, -90),
            min((self.east + 1) * step / EAST - 180, 180),
            min((self.north + 1) * step / NORTH - 90, 90),
        )


def cell_of(lon: float, lat: float) -> tuple[int, int]:
    """The column and the row of a point in the finest grid."""
    return math.floor((lon + 180) * EAST), math.floor((lat + 90) * NORTH)


def cells_of(box: BBox, zoom: int) -> Cells:
    """The cells of a zoom (within what is counted) that a box touches."""
    level = min(max(zoom, COARSEST), FINEST)
    (west, south), (east, north) = cell_of(box.west, box.south), cell_of(box.east, box.north)
    shift = FINEST - level
    return Cells(level, west >> shift, south >> shift, east >> shift, north >> shift)


def zoom_for(box: BBox, zoom: int) -> int:
    """The zoom a box is answered at: the one asked for, or less where no screen shows so much at once."""
    span = max(box.east - box.west, (box.north - box.south) * 1.5, 1e-9)
    return min(zoom, math.floor(math.log2(WIDEST / 256 * 360 / span)))
