"""Does the map still show what the register says? Taken from it anew and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select

from regulator.features.maps.following import KEYS, SHOWN, SUMS, mapped_day, shown_on, value_of
from regulator.features.maps.grid import COARSEST, FINEST, KEPT, MILLION, Dimension
from regulator.features.maps.models import MapCluster, MapEstate
from regulator.foundation.database import session


def _estates_wrong() -> list[str]:
    """Codes of estates that the map shows otherwise than the register has them."""
    day = mapped_day()
    if day is None:
        return []
    shown = select(*(getattr(MapEstate, name) for name in SHOWN))
    kept, fresh = _by_code(session().execute(shown)), _by_code(session().execute(shown_on(day)))
    return sorted(code for code in {*kept, *fresh} if kept.get(code) != fresh.get(code))


def _by_code(rows: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
    return {row[0]: tuple(row[1:]) for row in rows}


def _cells_wrong() -> list[str]:
    """Cells whose sums disagree with the estates the map shows."""
    if mapped_day() is None:
        return []
    columns = [getattr(MapCluster, name) for name in (*KEYS, *SUMS)]
    kept = {tuple(row[: len(KEYS)]): tuple(row[len(KEYS) :]) for row in session().execute(select(*columns))}
    fresh = _cells()
    wrong = (key for key in {*kept, *fresh} if kept.get(key) != fresh.get(key))
    return sorted(" ".join(map(str, key)) for key in wrong)


def _cells() -> dict[tuple[Any, ...], tuple[int, ...]]:
    values = [value_of(MapEstate, dimension) for dimension in Dimension]
    place = (MapEstate.x, MapEstate.y, MapEstate.mode, MapEstate.lon, MapEstate.lat, MapEstate.number)
    found: dict[tuple[Any, ...], list[int]] = {}
    for x, y, mode, lon, lat, number, *own in session().execute(select(*place, *values)):
        sums = (1, int((lon + 180) * MILLION + 0.5), int((lat + 90) * MILLION + 0.5), number)
        for zoom in range(COARSEST, KEPT + 1):
            shift = FINEST - zoom
            for dimension, value in zip(Dimension, own, strict=True):
                row = found.setdefault((zoom, dimension.value, value, y >> shift, x >> shift, mode), [0, 0, 0, 0])
                for at, part in enumerate(sums):
                    row[at] += part
    return {key: tuple(row) for key, row in found.items()}


CHECKS: dict[str, Callable[[], list[str]]] = {
    "map_cells_wrong": _cells_wrong,
    "map_estates_wrong": _estates_wrong,
}
"""Every check by the name it is reported under."""
