"""The judged shapes of a file as GeoJSON for the map of its page: thinned out, capped, with gaps and overlaps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import shapely

from regulator.features.maps.geofiles.checking import Findings
from regulator.features.maps.geofiles.examining import LINES
from regulator.features.maps.geofiles.judged import Judged
from regulator.features.maps.geofiles.terms import GeoOutcome
from regulator.features.maps.geofiles.tiling import NAMED, Flaw
from regulator.foundation.files import file_room

MAX_BYTES = 32 * 1024 * 1024
MOST = 3_000
"""So many shapes are drawn, those with objections first."""
FULL, THIN = 20_000, 0.0002
"""Up to so many vertices all are drawn; beyond, outlines lose what is finer than about 20 m."""
DIGITS = 6


def keep_preview(judged: Sequence[Judged], findings: Findings) -> str:
    """Keep the preview in the file room; gives its name."""
    drawn = [one for one in judged if _place(one) is not None]
    drawn.sort(key=lambda one: (one.outcome is not GeoOutcome.REJECTED, not one.is_flagged, one.feature.number))
    shown = drawn[:MOST]
    tolerance = THIN if sum(shapely.get_num_coordinates(_place(one)) for one in shown) > FULL else 0.0
    body = {
        "type": "FeatureCollection",
        "features": [*(_feature(one, tolerance) for one in shown), *_flaws(findings)],
        "total": len(judged),
        "capped": len(drawn) > MOST,
    }
    return file_room().keep([json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()], maximum=MAX_BYTES)


def _place(one: Judged) -> Any:
    """The shape as it would be stored, else as the file has it where that is a place on earth."""
    if one.shape is not None:
        return one.shape
    shape = one.feature.shape
    if shape is None or shape.geom_type not in ("Point", *LINES, "Polygon", "MultiPolygon"):
        return None
    west, south, east, north = shape.bounds
    return shape if west >= 72 and east <= 138 and south >= 0 and north <= 56 else None


def _feature(one: Judged, tolerance: float) -> dict[str, Any]:
    shape = _place(one)
    thinned = shapely.simplify(shape, tolerance) if tolerance and shape.geom_type != "Point" else shape
    properties = {
        "row": one.feature.number,
        "name": one.target.name if one.target is not None else one.feature.name,
        "code": one.target.code if one.target is not None else one.feature.code,
        "state": "flagged" if one.is_flagged else one.outcome.value,
        "reasons": [reason.value for reason, _ in one.said],
    }
    return {"type": "Feature", "geometry": _geometry(thinned), "properties": properties}


def _flaws(findings: Findings) -> Iterator[dict[str, Any]]:
    for tiling in findings.tilings:
        for state, flaws in (("gap", tiling.gaps), ("overlap", tiling.overlaps)):
            largest = sorted(flaws, key=lambda flaw: -flaw.area)[:NAMED]
            yield from (_flaw(flaw, state) for flaw in largest)


def _flaw(flaw: Flaw, state: str) -> dict[str, Any]:
    properties = {"state": state, "area": round(flaw.area), "codes": list(flaw.codes)}
    return {"type": "Feature", "geometry": _geometry(flaw.shape), "properties": properties}


def _geometry(shape: Any) -> Any:
    found = json.loads(shapely.to_geojson(shape))
    found["coordinates"] = _rounded(found["coordinates"])
    return found


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [_rounded(part) for part in coordinates]
    return round(coordinates, DIGITS)
