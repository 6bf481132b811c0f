"""What the portal says of itself and of its collections: the bodies of the addresses above the features."""

from typing import Any

from flask_babel import gettext as _

from regulator.features.maps.features import Extent
from regulator.portals.ogc import answering as say
from regulator.portals.ogc.answering import GEOJSON, HTML, JSON, OPENAPI, Link
from regulator.portals.ogc.collections import COLLECTIONS
from regulator.portals.ogc.collections.properties import Collection
from regulator.portals.ogc.given import CRS84
from regulator.web.pages import brand

_CLASSES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMS_TO = [f"{_CLASSES}/{name}" for name in ("core", "oas30", "html", "geojson")]


def title() -> str:
    """What this interface is called."""
    return _("%(register)s: map data", register=brand("public"))


def landing() -> dict[str, Any]:
    """The landing page."""
    links = [
        *say.here(),
        say.to("ogc.api", "service-desc", OPENAPI, _("Description of the interface (OpenAPI 3.0)"), f="json"),
        say.to("ogc.api", "service-doc", HTML, _("Description of the interface, for people"), f="html"),
        say.to("ogc.conformance", "conformance", JSON, _("Conformance classes")),
        say.to("ogc.collections", "data", JSON, _("Collections")),
    ]
    return {"title": title(), "description": description(), "links": links}


def description() -> str:
    """What it holds, in which coordinates."""
    return _(
        "Public facts of the register for maps, by OGC API – Features. Positions are kept in CGCS2000 (EPSG:4490) and "
        "given as longitude and latitude of CRS84; the two differ by centimetres to a few decimetres and nothing is "
        "converted between them."
    )


def conformance() -> dict[str, Any]:
    """What the interface conforms to."""
    return {"conformsTo": CONFORMS_TO, "links": say.here()}


def collections() -> dict[str, Any]:
    """All collections."""
    return {"links": say.here(), "collections": [collection(found) for found in COLLECTIONS.values()]}


def collection(found: Collection, own: list[Link] | None = None) -> dict[str, Any]:
    """One collection; `own` are the links to itself where it is the thing asked for."""
    name, words = found.id, found.words
    links = own if own is not None else [say.to("ogc.collection", "self", JSON, str(words.title), collection=name)]
    items = _("Features of this collection")
    return {
        "id": name,
        "title": str(words.title),
        "description": f"{words.description} {words.times}",
        "links": [
            *links,
            say.to("ogc.items", "items", GEOJSON, items, collection=name, f="json"),
            say.to("ogc.items", "items", HTML, items, collection=name, f="html"),
        ],
        "extent": extent(found.extent()),
        "itemType": "feature",
        "crs": [CRS84],
    }


def extent(found: Extent) -> dict[str, Any]:
    """A box where there is any position, and from the first day known on."""
    box = found.box
    first = f"{found.first.isoformat()}T00:00:00+08:00" if found.first else None
    space = {"spatial": {"bbox": [[box.west, box.south, box.east, box.north]], "crs": CRS84}} if box else {}
    return {**space, "temporal": {"interval": [[first, None]]}}
