"""Words of the map. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from regulator.features.divisions.terms import Scope

SCHEMATIC_SOURCE = "geodata/boundaries.geojson"
"""What a boundary row names as its source when the project drew it."""


DRAWING_FORMAT = 2
"""Raised when the shell is drawn differently, so that installations draw theirs anew."""

ESTATE_CAP = 2_000
"""At most so many estates in one answer; beyond, an even sample and the total."""


class MapNote(StrEnum):
    """What has to be said on the face of a map."""

    SCHEMATIC = "schematic"


UNKNOWN = "unknown"
"""What stands for a code that is not known."""


@dataclass(frozen=True, slots=True)
class MapFilter:
    """Which estates of a map are wanted; what is not given is not asked. Codes may hold ``unknown``.

    ``years`` are the first and the last year of completion, both included; None leaves that side open.
    """

    modes: frozenset[str] = frozenset()
    ownerships: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    years: tuple[int | None, int | None] | None = None
    division: Scope | None = None
    company: str | None = None


class ShadeKind(StrEnum):
    """What a division's colour says of its figure."""

    BAND = "band"  # between two figures, without a target
    FAR = "far"
    REACHED = "reached"
    SHORT = "short"
    TOO_FEW = "too_few"
    UNMEASURED = "unmeasured"
    WITHOUT_TARGET = "without_target"
