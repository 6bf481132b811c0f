"""What lies in view as GeoJSON (RFC 7946): clusters, estates, and how many there are."""

import json
from collections.abc import Callable, Mapping, Sequence

from regulator.features.coverage.terms import ChangeReason
from regulator.features.maps.outlines import Doubt
from regulator.features.maps.queries.comparing import Compared
from regulator.features.maps.queries.outlines import OutlineSeen, OutlinesInView
from regulator.features.maps.queries.seen import Cluster, EstateSeen, EstatesInView
from regulator.law.findings import Finding

DECIMALS = 6
"""Of a degree: a tenth of a metre."""
SIGNS: dict[ChangeReason, str] = {
    ChangeReason.NEWLY_MANAGED: "+",
    ChangeReason.LOST: "−",
    ChangeReason.MODE_CHANGED: "↔",
    ChangeReason.ADDED: "✚",
    ChangeReason.RETIRED: "×",
    ChangeReason.BECAME_KNOWN: "!",
    ChangeReason.AREA_CHANGED: "□",
    ChangeReason.CORRECTED: "✎",
}
"""What stands in the mark of an estate that changed; needs no language."""


def collection_of(found: EstatesInView, url_of: Callable[[str], str]) -> str:
    """A FeatureCollection; ``url_of`` gives the address of an estate's page for its code.

    ``bbox`` says which box was counted, ``total`` how many estates lie in it, ``capped`` whether some are left out.
    """
    box = found.box
    body = {
        "type": "FeatureCollection",
        "bbox": [round(side, DECIMALS) for side in (box.west, box.south, box.east, box.north)],
        "features": [*map(_cluster, found.clusters), *(_estate(item, url_of) for item in found.items)],
        "total": found.total,
        "capped": found.capped,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def changes_of(found: Compared, url_of: Callable[[str], str], words: Mapping[str, str]) -> str:
    """What changed between two days; ``words`` of the reasons; ``total`` counts also those left out or nowhere."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [item.lon, item.lat]} if item.lon is not None else None,
            "properties": {
                "code": item.code,
                "name": item.name,
                "reason": item.reason,
                "word": words[item.reason],
                "letter": SIGNS[item.reason],
                "before": item.before,
                "after": item.after,
                "url": url_of(item.code),
            },
        }
        for item in found.changed
    ]
    body = {"type": "FeatureCollection", "features": features, "total": found.total}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def outlines_of(found: OutlinesInView) -> str:
    """Outlines in view; ``total`` counts them all, ``capped`` says whether some are left out. Loads shapely."""
    from shapely import to_geojson, transform  # noqa: PLC0415 -- never at the start of a web worker

    shapes = [transform(item.shape, lambda degrees: degrees.round(DECIMALS)) for item in found.items]
    features = [
        f'{{"type":"Feature","geometry":{geometry},"properties":{_outline(item)}}}'
        for item, geometry in zip(found.items, to_geojson(shapes), strict=True)
    ]
    capped = json.dumps(found.capped)
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}],"total":{found.total},"capped":{capped}}}'


def _outline(item: OutlineSeen) -> str:
    properties = {"code": item.code, "name": item.name, "mode": item.mode}
    return json.dumps(properties, ensure_ascii=False, separators=(",", ":"))


def doubts_of(doubts: Sequence[Doubt], word_of: Callable[[Finding], str]) -> str:
    """What has to be confirmed, where it lies somewhere, with its sentence."""
    from shapely.geometry import mapping  # noqa: PLC0415 -- never at the start of a web worker

    features = [
        {"type": "Feature", "geometry": mapping(doubt.shape), "properties": {"word": word_of(doubt.finding)}}
        for doubt in doubts
        if doubt.shape is not None
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _cluster(cluster: Cluster) -> dict[str, object]:
    return _feature(
        *(round(cluster.lon, DECIMALS), round(cluster.lat, DECIMALS)),
        {"cluster": True, "count": cluster.estates, "modes": cluster.modes},
    )


def _estate(item: EstateSeen, url_of: Callable[[str], str]) -> dict[str, object]:
    company = {"credit_code": item.credit_code, "name": item.company_name} if item.credit_code else None
    return _feature(
        item.lon,
        item.lat,
        {
            "code": item.code,
            "name": item.name,
            "mode": item.mode,
            "company": company,
            "ownership": item.ownership,
            "condition": item.condition,
            "kind": item.kind,
            "url": url_of(item.code),
        },
    )


def _feature(lon: float, lat: float, properties: dict[str, object]) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}
