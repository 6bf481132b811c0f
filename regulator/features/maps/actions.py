"""Loading boundaries and having the page shell drawn. Never draws by itself and never commits."""

import json
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.divisions.models import Division
from regulator.features.maps import shelf
from regulator.features.maps.models import DivisionBoundary
from regulator.features.maps.queries import boundaries
from regulator.features.maps.shading import ask_for_shading
from regulator.features.maps.terms import SCHEMATIC_SOURCE
from regulator.foundation import clock
from regulator.foundation.database import session, thinking
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import LOCALES
from regulator.foundation.jobs import Step, enqueue
from regulator.resources import resource_dir

SHELL_JOB = "maps.shell"


def load_boundaries(features: Sequence[Mapping[str, Any]], *, source: str, actor: Actor, now: datetime) -> int:
    """Take GeoJSON features (EPSG:4490; properties `code` and `schematic`) as the boundaries of their divisions.

    Gives their number; boundaries of other divisions stay. Raises BadInput for an unknown division or a broken shape.
    """
    known = set(session().scalars(select(Division.code)))
    for feature in features:
        code = str(feature["properties"].get("code", ""))
        if code not in known:
            raise BadInput("boundary_division_unknown", {"code": code}, about="code")
        session().merge(
            DivisionBoundary(
                division_code=code,
                geometry=_shape(code, feature["geometry"]),
                schematic=bool(feature["properties"].get("schematic", False)),
                source=source,
                updated_at=now,
            )
        )
    codes = [feature["properties"]["code"] for feature in features]
    audit.record(actor, "boundaries.loaded", "division_boundary", source[:60], now=now, facts={"codes": codes})
    ask_for_shell(now)
    return len(features)


def _shape(code: str, geometry: Mapping[str, Any]) -> Any:
    """The geometry as a valid MultiPolygon."""
    from shapely import MultiPolygon, Polygon  # noqa: PLC0415 -- shapely never at the start of a web worker
    from shapely.geometry import shape  # noqa: PLC0415

    found = shape(dict(geometry))
    if isinstance(found, Polygon):
        found = MultiPolygon([found])
    if not isinstance(found, MultiPolygon) or found.is_empty or not found.is_valid:
        raise BadInput("boundary_shape_broken", {"code": code}, about="geometry")
    return found


def load_schematic(now: datetime) -> int:
    """Give the districts of this register that the project has drawn their schematic boundaries."""
    drawn = json.loads((resource_dir("geodata") / "boundaries.geojson").read_text("utf-8"))["features"]
    known = set(session().scalars(select(Division.code).where(Division.code.in_(_codes(drawn)))))
    wanted = [feature for feature in drawn if feature["properties"]["code"] in known]
    return load_boundaries(wanted, source=SCHEMATIC_SOURCE, actor=Actor.system(), now=now) if wanted else 0


def _codes(features: Sequence[Mapping[str, Any]]) -> list[str]:
    return [feature["properties"]["code"] for feature in features]


def ask_for_shell(now: datetime) -> None:
    """Have the page shell drawn by the worker."""
    enqueue(SHELL_JOB, {}, subject="shell", now=now)


def keep_shell_fresh(now: datetime) -> None:
    """Each minute: boundaries where there are none, and a drawing where it is missing or out of date."""
    if boundaries.count_boundaries() == 0:
        load_schematic(now)
    if shelf.current_version() != boundaries.wanted_version():
        ask_for_shell(now)


def draw_shell(_payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The job: draw the map in every language and shelve it. folium is loaded here and nowhere earlier."""
    with thinking():  # loading and drawing take seconds; others write meanwhile
        from regulator.features.maps.layers import draw_layers, ground_of  # noqa: PLC0415 -- as below
        from regulator.features.maps.shell import draw  # noqa: PLC0415 -- 100 MB that only this job needs

        found, version = boundaries.list_boundaries(), boundaries.wanted_version()
        ground = ground_of(found)
        shelf.put(version, {locale: draw(ground, locale) for locale in LOCALES}, draw_layers(found))
    ask_for_shading(clock.now())  # its files go by the borders that have just changed
    yield Step(len(LOCALES), len(LOCALES), "drawn")
