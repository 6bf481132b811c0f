"""Which base map this installation shows: opened once for a process from the settings, handed to who asks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from regulator.features.divisions import queries as divisions
from regulator.features.maps import shelf
from regulator.features.maps.basemap.kept import Kept
from regulator.features.maps.basemap.tianditu import OFFICIAL, Tianditu
from regulator.features.maps.basemap.tiles import BaseMap, Box, Unusable
from regulator.foundation.database import thinking

NONE, TIANDITU = "none", "tianditu"
_chosen: BaseMap | None = None


def configure(choice: str, *, key: str = "", address: str = "") -> None:
    """Say what is under the divisions: ``none``, ``tianditu`` or a file. Raises Unusable with a sentence."""
    global _chosen  # noqa: PLW0603 -- one base map per process, given by the composition root
    _chosen = _opened(choice, key, address)


def base_map() -> BaseMap | None:
    """The base map; None when the map stands on the divisions alone."""
    return _chosen


def trim_kept(_now: datetime) -> None:
    """Each minute: see that fetched tiles stay within their limits."""
    if isinstance(_chosen, Tianditu):
        with thinking():  # thousands of files are looked at; others write to the register meanwhile
            _chosen.trim()


def _opened(choice: str, key: str, address: str) -> BaseMap | None:
    if choice == NONE:
        return None
    if choice == TIANDITU:
        return Tianditu(key, Kept(shelf.shelf() / "tiles"), _territory, (address,) if address else OFFICIAL)
    path = Path(choice)
    if not path.is_file():
        raise Unusable(
            f"REGULATOR_BASE_MAP: there is no file {path}; give none, tianditu, or an .mbtiles or .pmtiles file"
        )
    from regulator.features.maps.basemap.archives import MbTiles, PmTiles  # noqa: PLC0415 -- only where files are shown

    return MbTiles(path) if path.suffix.lower() == ".mbtiles" else PmTiles(path)


def _territory() -> Box | None:
    """The cities of this register; None while their boxes are not all known."""
    found = [divisions.find_box(city.code) for city in divisions.list_cities()]
    boxes = [box for box in found if box]
    if not boxes or len(boxes) < len(found):
        return None
    return Box(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )
