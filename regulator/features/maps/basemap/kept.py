"""Tiles that were fetched, kept as files with limits of age and of size in all."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from regulator.features.maps.basemap.tiles import Place, Tile, as_tile

FRESH = timedelta(days=30)
"""Older ones are asked for again, and shown as they are when nobody answers."""
OLDEST = timedelta(days=180)
MOST_BYTES = 1 << 30
TRIMMED_TO = 0.9
EVERY = timedelta(hours=1)
_MARK = ".trimmed"


class Kept:
    """The directory of fetched tiles, by sheet, level, column and row."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, sheet: str, place: Place) -> tuple[Tile, bool] | None:
        """A kept tile and whether it is still fresh."""
        path = self._path(sheet, place)
        try:
            content, at = path.read_bytes(), path.stat().st_mtime
        except OSError:
            return None
        tile = as_tile(content)
        return (tile, time.time() - at < FRESH.total_seconds()) if tile else None

    def keep(self, sheet: str, place: Place, tile: Tile) -> None:
        """Keep a tile; without room on the disk the map goes on without keeping."""
        path = self._path(sheet, place)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(tile.content)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)

    def _path(self, sheet: str, place: Place) -> Path:
        return self._root / sheet / str(place.z) / str(place.x) / str(place.y)

    def trim_in_time(self) -> None:
        """Once an hour: take out what is too old, and the oldest until all fit."""
        mark = self._root / _MARK
        if not self._root.is_dir() or (mark.is_file() and time.time() - mark.stat().st_mtime < EVERY.total_seconds()):
            return
        mark.touch()
        self.trim()

    def trim(self, most_bytes: int = MOST_BYTES) -> None:
        """Take out what is too old, and the oldest until the rest is clearly below the limit."""
        found = sorted((at, size, path) for path, size, at in self._files())
        excess = sum(size for _, size, _ in found) - most_bytes
        excess += int(most_bytes * (1 - TRIMMED_TO)) if excess > 0 else 0
        limit = time.time() - OLDEST.total_seconds()
        for at, size, path in found:
            if at >= limit and excess <= 0:
                return
            Path(path).unlink(missing_ok=True)
            excess -= size

    def _files(self) -> Iterator[tuple[str, int, float]]:
        for directory, _, names in os.walk(self._root):
            for name in names:
                path = Path(directory) / name
                if name != _MARK and (facts := _facts(path)):
                    yield (str(path), facts.st_size, facts.st_mtime)


def _facts(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # somebody else was quicker
        return None
