"""Boundaries as a file brings them: GeoJSON in a declared datum. Judges only that it can be read; loads nothing."""

import json
from collections.abc import Mapping
from typing import Any

from regulator.foundation.errors import BadInput
from regulator.foundation.geo import Datum, to_cgcs2000

MAX_BYTES = 64 * 1024 * 1024


def read_boundaries(content: bytes, datum: Datum) -> list[Mapping[str, Any]]:
    """The features of a GeoJSON FeatureCollection in EPSG:4490, as `load_boundaries` takes them.

    Each needs the property `code`; `schematic` says whether it is only drawn. Raises BadInput.
    """
    if len(content) > MAX_BYTES:
        raise BadInput("file_too_large", {"maximum": MAX_BYTES}, about="file")
    try:
        features = json.loads(content)["features"]
        return [_converted(feature, datum) for feature in features]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise BadInput("boundary_file_unreadable", about="file") from error


def _converted(feature: Mapping[str, Any], datum: Datum) -> Mapping[str, Any]:
    geometry = feature["geometry"]
    place = {"type": geometry["type"], "coordinates": _moved(geometry["coordinates"], datum)}
    return {"properties": dict(feature["properties"]), "geometry": place}


def _moved(coordinates: Any, datum: Datum) -> Any:
    """Positions of any depth; a height beside longitude and latitude is left out."""
    if isinstance(coordinates[0], int | float):
        lon, lat = float(coordinates[0]), float(coordinates[1])
        return to_cgcs2000(lon, lat, datum)
    return [_moved(part, datum) for part in coordinates]
