"""Words of the map. Pure."""

from enum import StrEnum

SCHEMATIC_SOURCE = "geodata/boundaries.geojson"
"""What a boundary row names as its source when the project drew it."""


DRAWING_FORMAT = 1
"""Raised when the shell is drawn differently, so that installations draw theirs anew."""

ESTATE_CAP = 2_000
"""At most so many estates in one answer; beyond, an even sample and the total."""


class MapNote(StrEnum):
    """What has to be said on the face of a map."""

    SCHEMATIC = "schematic"
