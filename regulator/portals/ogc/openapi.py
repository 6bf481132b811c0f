"""The OpenAPI 3.0 document, made from the collections and their properties; served and shown as a page."""

from functools import cache
from importlib.metadata import version
from typing import Any

from flask import request

from regulator.portals.ogc import PREFIX
from regulator.portals.ogc.answering import GEOJSON, HTML, JSON, OPENAPI
from regulator.portals.ogc.collections import COLLECTIONS
from regulator.portals.ogc.collections.properties import Collection, Property
from regulator.portals.ogc.given import CRS84, DEFAULT_LIMIT, FOR_ALL, MAX_LIMIT, OF_ITEM, OF_ITEMS

PROBLEM = "application/problem+json"
_TEXT = {"type": "string"}
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_NUMBERS = {"type": "array", "items": {"type": "number"}}


def document() -> dict[str, Any]:
    """The whole document, its server the one that was asked."""
    return _document() | {"servers": [{"url": f"{request.host_url.rstrip('/')}{PREFIX}"}]}


@cache
def _document() -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "物业服务地图数据 · Property services register, map data",
            "version": version("regulator"),
            "description": "OGC API – Features, Part 1: Core. Read-only, without a key. Positions are kept in CGCS2000 "
            "(EPSG:4490) and given as CRS84 longitude and latitude; the two differ by centimetres to a few "
            "decimetres, and nothing is converted. Null means not known. Errors follow RFC 9457.",
        },
        "servers": [],
        "tags": [{"name": "capabilities"}, *({"name": name} for name in COLLECTIONS)],
        "paths": _paths(),
        "components": {"parameters": _parameters(), "schemas": _schemas(), "responses": _responses()},
    }


def _paths() -> dict[str, Any]:
    paths = {
        "/": _operation("getLandingPage", "Landing page", "landingPage"),
        "/conformance": _operation("getConformance", "Conformance classes", "confClasses"),
        "/collections": _operation("getCollections", "Collections", "collections"),
        "/api": _operation("getApi", "This document", None, media=OPENAPI),
    }
    for found in COLLECTIONS.values():
        path = f"/collections/{found.id}"
        paths[path] = _operation(f"describe_{found.id}", f"About {found.id}", "collection", tag=found.id)
        paths[f"{path}/items"] = _items(found)
        paths[f"{path}/items/{{featureId}}"] = _item(found)
    return paths


def _items(found: Collection) -> dict[str, Any]:
    filters = [_filter(item) for item in found.properties if item.asked is not None]
    return _operation(
        f"list_{found.id}",
        f"Features of {found.id}",
        f"{found.id}Collection",
        [*(_parameter(name) for name in OF_ITEMS), *filters],
        media=GEOJSON,
        tag=found.id,
    )


def _item(found: Collection) -> dict[str, Any]:
    name = {"name": "featureId", "in": "path", "required": True, "description": "The feature’s id", "schema": _TEXT}
    parameters = [name, *(_parameter(name) for name in OF_ITEM)]
    return _operation(
        f"get_{found.id}", f"One feature of {found.id}", f"{found.id}Feature", parameters, media=GEOJSON, tag=found.id
    )


def _operation(
    name: str,
    summary: str,
    shape: str | None,
    parameters: list[dict[str, Any]] | None = None,
    *,
    media: str = JSON,
    tag: str = "capabilities",
) -> dict[str, Any]:
    """A GET. Without a shape it answers an object."""
    schema = {"$ref": f"#/components/schemas/{shape}"} if shape else {"type": "object"}
    refused = {str(status): {"$ref": "#/components/responses/Problem"} for status in (400, 404, 406)}
    responses = {
        "200": {
            "description": summary,
            "headers": {"ETag": {"schema": _TEXT}, "Link": {"schema": _TEXT}},
            "content": {media: {"schema": schema}, HTML: {"schema": _TEXT}},
        },
        "304": {"description": "Not changed since the given entity tag"},
        **(refused if shape in _OF_COLLECTIONS or parameters else {k: v for k, v in refused.items() if k != "404"}),
    }
    every = [*(parameters or []), *(_parameter(given) for given in FOR_ALL)]
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": [tag],
            "parameters": every,
            "responses": responses,
        }
    }


_OF_COLLECTIONS = frozenset({"collection"})


def _parameter(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/parameters/{name}"}


def _filter(item: Property) -> dict[str, Any]:
    schema = {name: value for name, value in (item.asked or {}).items() if name != "example"}
    return _query(item.name, item.asked_for or item.description or f"Only features with this {item.name}", schema)


def _query(name: str, description: str, schema: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema} | others


def _parameters() -> dict[str, Any]:
    listed = {"style": "form", "explode": False}
    box = (
        "west, south, east, north in degrees; six numbers have heights in the third and sixth place, which no feature "
        "has and which exclude nothing. West greater than east crosses the date line. Features without a geometry "
        "are left out"
    )
    days = (
        "A moment, a day, or an interval start/end, its ends included; `..` or nothing is an open end. "
        "A moment means its day in China. What it selects is said of each collection"
    )
    return {
        "f": _query("f", "The format, before what Accept says", {"type": "string", "enum": ["json", "html"]}),
        "lang": _query("lang", "Language of titles and pages", {"type": "string", "enum": ["zh", "en"]}),
        "limit": _query(
            "limit",
            "Features on a page; a greater number than the most means the most",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            **listed,
        ),
        "bbox": _query("bbox", box, _NUMBERS | {"oneOf": [_of_length(4), _of_length(6)]}, **listed),
        "bbox-crs": _query("bbox-crs", "Of the numbers of bbox", {"type": "string", "enum": [CRS84], "default": CRS84}),
        "datetime": _query("datetime", days, _TEXT, **listed),
        "cursor": _query("cursor", "The place in the list, out of a `next` link; nothing to be made up", _TEXT),
    }


def _of_length(number: int) -> dict[str, int]:
    return {"minItems": number, "maxItems": number}


def _responses() -> dict[str, Any]:
    problem = {"$ref": "#/components/schemas/problem"}
    content = {PROBLEM: {"schema": problem}, HTML: {"schema": _TEXT}}
    return {"Problem": {"description": "What is wrong, in RFC 9457's form", "content": content}}


def _schemas() -> dict[str, Any]:
    shapes = {
        "link": _object({"href": _TEXT, "rel": _TEXT, "type": _TEXT, "title": _TEXT}, "href", "rel"),
        "landingPage": _object({"title": _TEXT, "description": _TEXT, "links": _LINKS}, "links"),
        "confClasses": _object({"conformsTo": {"type": "array", "items": _TEXT}, "links": _LINKS}, "conformsTo"),
        "collections": _object(
            {"links": _LINKS, "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}}},
            *("links", "collections"),
        ),
        "collection": _collection(),
        "problem": _object(
            dict.fromkeys(("type", "title", "detail", "instance", "code", "parameter", "reference"), _TEXT)
            | {"status": {"type": "integer"}},
            *("type", "title", "status"),
        ),
    }
    for found in COLLECTIONS.values():
        shapes[f"{found.id}Feature"] = _feature(found)
        shapes[f"{found.id}Collection"] = _feature_collection(found)
    return shapes


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _collection() -> dict[str, Any]:
    moment = {"type": "string", "format": "date-time", "nullable": True}
    interval = {"type": "array", "items": {"type": "array", "items": moment, **_of_length(2)}}
    extent = {
        "spatial": _object({"bbox": {"type": "array", "items": _NUMBERS}, "crs": _TEXT}),
        "temporal": _object({"interval": interval}),
    }
    for part in extent.values():
        del part["required"]  # an empty list of names is not allowed
    return _object(
        {
            "id": _TEXT,
            "title": _TEXT,
            "description": _TEXT,
            "links": _LINKS,
            "extent": {"type": "object", "properties": extent},
            "itemType": _TEXT,
            "crs": {"type": "array", "items": _TEXT},
        },
        *("id", "links"),
    )


def _feature(found: Collection) -> dict[str, Any]:
    carried = {item.name: item.document for item in found.properties if item.carried}
    return _object(
        {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": _TEXT,
            "geometry": _geometry(found.geometry) | {"nullable": True},
            "properties": {**_object(carried, *carried), "additionalProperties": False},
            "links": _LINKS,
        },
        *("type", "id", "geometry", "properties"),
    )


def _geometry(kind: str) -> dict[str, Any]:
    depth = {"Point": 0, "Polygon": 2, "MultiPolygon": 3}[kind]
    coordinates: dict[str, Any] = _NUMBERS | {"minItems": 2}
    for _ in range(depth):
        coordinates = {"type": "array", "items": coordinates}
    return _object({"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates}, "type", "coordinates")


def _feature_collection(found: Collection) -> dict[str, Any]:
    several = {"type": "array", "items": {"$ref": f"#/components/schemas/{found.id}Feature"}}
    return _object(
        {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {
                "type": "integer",
                "minimum": 0,
                "description": "Left out where more than 10,000 rows would have to be looked at for it",
            },
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": _LINKS,
            "features": several,
        },
        *("type", "features", "links", "timeStamp", "numberReturned"),
    )
