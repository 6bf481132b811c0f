"""The features of a collection, and one of them."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.maps.features import Found, Wanted
from regulator.foundation import clock
from regulator.foundation.i18n import label
from regulator.portals.ogc import answering as say
from regulator.portals.ogc import blueprint as ogc
from regulator.portals.ogc import given
from regulator.portals.ogc.answering import GEOJSON, JSON
from regulator.portals.ogc.collections import get_collection
from regulator.portals.ogc.collections.properties import Collection, Feature
from regulator.web.access import open_to_public


@ogc.get("/collections/<collection>/items")
@open_to_public
def items(collection: str) -> ResponseReturnValue:
    """A page of features."""
    found = get_collection(collection)
    wanted = given.wanted(found.properties)
    page = found.find(wanted)
    matched = {} if page.matched is None else {"numberMatched": page.matched}
    body = {
        "type": "FeatureCollection",
        "timeStamp": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        **matched,
        "numberReturned": len(page.items),
        "links": [
            *say.here(GEOJSON),
            *([say.further(page.next)] if page.next else []),
            say.to("ogc.collection", "collection", JSON, str(found.words.title), collection=found.id),
        ],
        "features": [_geojson(item) for item in page.items],
    }
    return say.answer(body, "ogc/items.html", lambda: _shown(found, wanted, page), media=GEOJSON)


@ogc.get("/collections/<collection>/items/<feature>")
@open_to_public
def item(collection: str, feature: str) -> ResponseReturnValue:
    """One feature, as of today or of the day of `datetime`."""
    found = get_collection(collection)
    given.only(*given.OF_ITEM)
    one = found.get(feature, given.period())
    parent = say.to("ogc.collection", "collection", JSON, str(found.words.title), collection=found.id)
    body = _geojson(one) | {"links": [*say.here(GEOJSON), parent]}
    return say.answer(
        body, "ogc/item.html", lambda: {"collection": found, "feature": one, **_words(found)}, media=GEOJSON
    )


def _geojson(item: Feature) -> dict[str, Any]:
    return {"type": "Feature", "id": item.id, "geometry": item.geometry, "properties": item.properties}


def _shown(found: Collection, wanted: Wanted, page: Found[Feature]) -> dict[str, Any]:
    """What the page says beside the body; a link to one feature keeps the day asked for."""
    kept = {name: request.args[name] for name in given.OF_ITEM if name in request.args}
    narrowed = bool(kept or wanted.filters or wanted.boxes)
    own = {"collection": found, "features": page.items, "next": page.next, "wanted": wanted, "kept": kept}
    return own | {"narrowed": narrowed} | _words(found)


def _words(found: Collection) -> dict[str, Any]:
    """The properties by name, and how a value of one is said."""
    properties = {item.name: item for item in found.properties if item.carried}
    answers = {True: _("Yes"), False: _("No")}

    def say_value(name: str, value: Any) -> Any:
        item = properties[name]
        if item.codes is not None and value is not None:
            return label(item.codes(value))
        if isinstance(value, bool):
            return answers[value]
        if isinstance(value, int | float) and "minimum" in item.schema:  # an amount; a year is none
            return f"{value:,.2f}".removesuffix(".00")
        return value

    return {"properties": properties, "say_value": say_value}
