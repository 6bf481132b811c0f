"""Words of geodata in and out: kinds of file, where it stands, what comes of a shape, what is written. Pure."""

from enum import StrEnum

from regulator.features.divisions.terms import Level


class GeoKind(StrEnum):
    """What the shapes of a file are."""

    BARRIERS = "barriers"  # roads, rivers, railways and walls between estates
    BOUNDARIES = "boundaries"  # of divisions
    ESTATES = "estates"  # points are positions, areas are boundaries


class GeoState(StrEnum):
    """Where a file stands on its way into the register and, perhaps, back."""

    JUDGING = "judging"
    JUDGED = "judged"  # waits for somebody to look at it and confirm
    APPLYING = "applying"
    APPLIED = "applied"
    DISCARDED = "discarded"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def is_working(self) -> bool:
        """Whether the worker is at it."""
        return self in (GeoState.JUDGING, GeoState.APPLYING, GeoState.UNDOING)


class GeoOutcome(StrEnum):
    """What comes of a shape."""

    NEW = "new"  # the register had none
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


TAKEN = (GeoOutcome.NEW, GeoOutcome.CHANGED)
"""Outcomes that are written."""


class GeoFormat(StrEnum):
    """Kinds of file shapes are read from, told by their content."""

    CSV = "csv"
    GEOJSON = "geojson"
    GEOPACKAGE = "geopackage"
    KML = "kml"
    SHAPEFILE = "shapefile"


class LaterWork(StrEnum):
    """What happened after a batch to what it wrote, so that it cannot be taken back."""

    BARRIERS_REPLACED = "barriers_replaced_later"
    BOUNDARY_REPLACED = "boundary_replaced_later"
    POSITION_CORRECTED = "position_corrected_later"
    RECORD_GONE = "record_gone"


class GeoLayer(StrEnum):
    """What can be written as a file."""

    COMMUNITIES = "communities"
    DISTRICTS = "districts"
    ESTATES = "estates"
    ESTATE_BOUNDARIES = "estate_boundaries"
    STREETS = "streets"


LEVELS = {
    GeoLayer.DISTRICTS: Level.DISTRICT,
    GeoLayer.STREETS: Level.STREET,
    GeoLayer.COMMUNITIES: Level.COMMUNITY,
}
"""The layers that are divisions."""


class FileType(StrEnum):
    """How a layer is written; the value is the suffix of the file."""

    GEOPACKAGE = "gpkg"
    GEOJSON = "geojson"
    SHAPEFILE = "zip"


class GeoPhase(StrEnum):
    """What the worker is doing."""

    READING = "reading"
    MATCHING = "matching"
    CHECKING = "checking"
    WRITING = "writing"


class GeoAct(StrEnum):
    """What the trail calls the acts on geodata files; each is a whole file, whatever it holds."""

    APPLIED = "geodata.applied"
    DISCARDED = "geodata.discarded"
    EXPORTED = "geodata.exported"
    UNDONE = "geodata.undone"
