"""What a tile of the base map is: its place in the grid of web maps, its kind by its own bytes. Opens nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

MAX_ZOOM = 19
MAX_BYTES = 1 << 20
"""Of one tile; a usual one has 5 to 60 kB."""
GROUND, NAMES = "ground", "names"
"""The two sheets of a base map; names lie above the divisions. Files have the first only."""

_RASTER = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


class Unusable(Exception):
    """The base map of the settings cannot be shown; the message says why and what to do, for the operator."""


class NotNow(Exception):
    """There is a tile, but it cannot be had at present; worth asking again after ``seconds``."""

    def __init__(self, seconds: int, *, asked_too_much: bool = False) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds, self.asked_too_much = seconds, asked_too_much


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of ground, degrees."""

    west: float
    south: float
    east: float
    north: float

    def meets(self, other: Box) -> bool:
        """Whether the two have ground in common."""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )

    def grown(self, share: float) -> Box:
        """The box with a margin of a share of its size on each side."""
        across, up = (self.east - self.west) * share, (self.north - self.south) * share
        return Box(self.west - across, self.south - up, self.east + across, self.north + up)


@dataclass(frozen=True, slots=True)
class Place:
    """A tile's place in the grid of web maps (EPSG:3857 squares, y from the north)."""

    z: int
    x: int
    y: int

    @property
    def is_sound(self) -> bool:
        """Whether there is such a place at all."""
        return 0 <= self.z <= MAX_ZOOM and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    @property
    def box(self) -> Box:
        """The ground it shows."""
        across = 360 / (1 << self.z)
        return Box(self.x * across - 180, _lat(self.y + 1, self.z), (self.x + 1) * across - 180, _lat(self.y, self.z))


def _lat(row: int, zoom: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / (1 << zoom)))))


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture and its media type."""

    content: bytes
    kind: str


def as_tile(content: bytes) -> Tile | None:
    """The bytes as a tile when they are a picture of a kind that cannot carry a script, whatever the sender says."""
    if len(content) > MAX_BYTES:
        return None
    kind = next((kind for magic, kind in _RASTER if content.startswith(magic)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "image/webp"
    return Tile(content, kind) if kind else None


class BaseMap(Protocol):
    """Where tiles come from."""

    @property
    def min_zoom(self) -> int:
        """The farthest level there is."""

    @property
    def max_zoom(self) -> int:
        """The nearest level there is; the page enlarges it further."""

    @property
    def bounds(self) -> Box:
        """Outside of it there is nothing."""

    @property
    def has_names(self) -> bool:
        """Whether names come as a sheet of their own."""

    @property
    def credit(self) -> str:
        """Whose map it is, as it has to be said on its face; empty when the settings say it."""

    def tile(self, place: Place, sheet: str, asker: str) -> Tile | None:
        """The tile of a sound place; None where there is none. Raises NotNow."""
