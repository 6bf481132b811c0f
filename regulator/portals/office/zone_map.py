"""Zones as the office's map draws them: GeoJSON features, and the words its script says. Asks nothing itself."""

# ruff: noqa: PLC0415 -- shapely is imported where it is used: a web worker starts without it

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from regulator.features.divisions.terms import Scope
from regulator.features.registry.terms import Mode
from regulator.features.zones.queries.barriers import DrawnBarrier
from regulator.features.zones.queries.estates import Neighbour, ZonedEstate
from regulator.features.zones.queries.zones import ZoneRow
from regulator.foundation.i18n import label

Feature = dict[str, Any]


def features_of(
    rows: Iterable[ZoneRow], loose: Iterable[ZonedEstate], title_of: Callable[[Any], str], scope: Scope
) -> Iterator[Feature]:
    """Outlines first, then members, then estates in no zone, then neighbours, each once."""
    every = list(rows)
    beside: dict[str, tuple[Neighbour, list[str]]] = {}
    yield from (_outline(row, title_of) for row in every if row.zone.geometry is not None)
    for row in every:
        yield from (_estate(one, title_of(row.zone)) for one in row.members if one.position)
    yield from (_estate(one, "") for one in loose if one.position)
    for row in every:
        if row.neighbour is not None:
            beside.setdefault(row.neighbour.code, (row.neighbour, []))[1].append(title_of(row.zone))
    for one, titles in beside.values():
        url = url_for("office.estate", code=one.code) if scope.covers(one.division_code) else None
        facts = {"what": "neighbour", "name": one.name, "company": one.company_name, "zones": titles, "url": url}
        yield _feature({"type": "Point", "coordinates": [one.lon, one.lat]}, facts)


def title_of(zone: Any) -> str:
    """What people call a zone, or a group on the table."""
    return str(zone.name) if zone.name else _("Group %(number)d", number=zone.ordinal)


def barrier_features(barriers: Iterable[DrawnBarrier]) -> Iterator[Feature]:
    """Thin lines under everything: what parts estates."""
    from shapely.geometry import mapping

    for one in barriers:
        yield _feature(mapping(one.geometry), {"what": "barrier", "kind": one.kind, "name": one.name})


def _outline(row: ZoneRow, title_of: Callable[[Any], str]) -> Feature:
    from shapely.geometry import mapping

    geometry: Any = row.zone.geometry
    facts = {
        "what": "zone",
        "id": str(row.zone.id),
        "title": title_of(row.zone),
        "state": row.zone.state,
        "state_in_words": label(row.zone.state),
        "estates": row.totals.estates,
        "url": url_for("office.zone", zone_id=row.zone.id),
    }
    return _feature(mapping(geometry), facts)


def _estate(one: ZonedEstate, zone: str) -> Feature:
    facts = {
        "what": "estate",
        "code": one.code,
        "name": one.name,
        "mode": one.mode,
        "zone_id": str(one.zone_id) if one.zone_id else None,
        "zone": zone,
        "url": url_for("office.estate", code=one.code),
    }
    return _feature({"type": "Point", "coordinates": [one.lon, one.lat]}, facts)


def _feature(geometry: Any, facts: Feature) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": facts}


def map_words() -> dict[str, Any]:
    """What the script says; {braces} are filled in by it."""
    return {
        "again": _("Try again"),
        "alone": _("in no group"),
        "capped": _("Not everything is drawn: {shown} of {total}."),
        "chosen": _("Ticked: {number}"),
        "close": _("Close"),
        "empty": _("Nothing of this street has a position."),
        "failed": _("The map could not be loaded."),
        "here": _("Move the ticked estates here"),
        "map": _("Map of the zones"),
        "mark": _("{name}, {mode}, {zone}"),
        "modes": {mode.value: label(mode) for mode in Mode} | {"unknown": _("Not known")},
        "nearby": _("Could take over: {zones}"),
        "nobody": _("No company recorded"),
        "open": _("Open its page"),
        "openZone": _("Open the group"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
    }
