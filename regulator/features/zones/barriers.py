"""Barriers on the ground: roads, rivers, railways and walls as lines, and which straight ways they part. No rows."""

# ruff: noqa: PLC0415 -- numpy and shapely are imported where they are used: a web worker starts without them

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from regulator.foundation.geo import LocalMetres

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Places = NDArray[np.float64]

ON_THE_LINE = 1.0
"""Metres: an estate that near a barrier stands on neither side for certain, so the ends of a way are not looked at."""
PIECE = 32
"""A long river is looked at in pieces of so many vertices, so that a way is compared only with what lies near it."""


class Barriers:
    """The barriers of a stretch of ground, in the metres of one grid.

    An area parts by its edge: two banks of a river are parted, two estates on one island are not, and an island is
    parted from both banks.
    """

    def __init__(self, shapes: Sequence[BaseGeometry], grid: LocalMetres) -> None:
        self.grid = grid
        self._tree = _tree(shapes, grid)

    def part(self, here: Places, there: Places) -> NDArray[np.bool_]:
        """Which straight ways (two n × 2 arrays, metres of the grid) cross a barrier, but for a metre at their ends."""
        import numpy as np
        import shapely

        parted = np.zeros(len(here), dtype=np.bool_)
        lengths = np.hypot(*(there - here).T)
        long = lengths > 2 * ON_THE_LINE
        if self._tree is None or not long.any():
            return parted
        step = (there - here)[long] * (ON_THE_LINE / lengths[long])[:, None]
        ways: Any = shapely.linestrings(np.stack((here[long] + step, there[long] - step), axis=1))
        crossing = np.zeros(len(ways), dtype=np.bool_)
        crossing[self._tree.query(ways, predicate="intersects")[0]] = True
        parted[long] = crossing
        return parted


def _tree(shapes: Sequence[BaseGeometry], grid: LocalMetres) -> Any:
    """An index of the pieces; None without any."""
    import numpy as np
    import shapely

    pieces = [piece for shape in shapes for line in _lines(shape) for piece in _cut(line)]
    if not pieces:
        return None
    numbers = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    degrees = np.concatenate(pieces)
    metres = np.column_stack(grid.to_metres(degrees[:, 0], degrees[:, 1]))
    lines: Any = shapely.linestrings(metres, indices=numbers)
    return shapely.STRtree(lines)


def _lines(shape: Any) -> Any:
    """The lines of a shape; of an area its edge, holes included."""
    import shapely

    return shapely.get_parts(shape.boundary if shape.geom_type in ("Polygon", "MultiPolygon") else shape)


def _cut(line: Any) -> Iterator[Any]:
    import shapely

    points = shapely.get_coordinates(line)
    for start in range(0, len(points) - 1, PIECE - 1):
        yield points[start : start + PIECE]
