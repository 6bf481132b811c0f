"""Words of the map. Pure."""

from enum import StrEnum

SCHEMATIC_SOURCE = "geodata/boundaries.geojson"
"""What a boundary row names as its source when the project drew it."""


DRAWING_FORMAT = 2
"""Raised when the shell is drawn differently, so that installations draw theirs anew."""

ESTATE_CAP = 2_000
"""At most so many estates in one answer; beyond, an even sample and the total."""


class MapNote(StrEnum):
    """What has to be said on the face of a map."""

    SCHEMATIC = "schematic"


class ShadeKind(StrEnum):
    """What a division's colour says of its figure."""

    BAND = "band"  # between two figures, without a target
    FAR = "far"
    REACHED = "reached"
    SHORT = "short"
    TOO_FEW = "too_few"
    UNMEASURED = "unmeasured"
    WITHOUT_TARGET = "without_target"
