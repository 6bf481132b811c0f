"""Saying where an estate lies: its point and its outline. Judges, asks, changes, records; never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.exc import IntegrityError

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import find_box, get_city
from regulator.features.maps.models import EstateBoundary
from regulator.features.maps.outlines import (
    Doubt,
    Placement,
    doubts_about,
    judge_outline,
    mark_of,
    measured,
    same,
    vertices,
)
from regulator.features.maps.queries.outlines import Outline, find_outline, neighbours_of, surveyed_around
from regulator.features.registry.actions.estates import correct_estate
from regulator.features.registry.actions.records import FieldChange, note_change
from regulator.features.registry.models import Estate
from regulator.features.registry.rules.estates import judge_point
from regulator.features.registry.terms import RecordAct, SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, StaleVersion
from regulator.law.findings import Verdict
from regulator.law.measures import Area

if TYPE_CHECKING:
    from shapely import MultiPolygon

DRAWN = "绘制"
"""The source of an outline that an official drew here."""
CONFIRMED = "estate.doubts_confirmed"
NEVER_DRAWN = 0
"""The version of an outline that does not exist."""


class Doubtful(Exception):
    """The place is possible but unlikely; nothing was changed. ``doubts`` are to be confirmed by ``mark``."""

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        self.doubts = tuple(doubts)
        self.mark = mark_of(doubts)
        super().__init__(", ".join(doubt.finding.code for doubt in doubts))


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of the record and of its outline that the form showed; 0 where none was drawn."""

    record: int
    outline: int


def place_on_map(
    estate: Estate,
    point: tuple[float | None, float | None],
    outline: MultiPolygon | None,
    *,
    versions: Versions,
    reason: str,
    confirmed: str,
    actor: Actor,
    now: datetime,
) -> bool:
    """Correct an estate's point (lon, lat) and its outline; whether anything changed.

    ``confirmed`` is the mark of the doubts that the official has looked at. Raises StaleVersion, BadInput for a
    retired estate and an outline without a point, Refused for what cannot be, Doubtful for what was not confirmed.
    """
    if estate.retired_on is not None:
        raise BadInput("already_retired", {"day": estate.retired_on})
    before = find_outline(estate)
    _expect(estate, before, versions)
    doubts = _judge(estate, point, outline, now)
    if doubts and mark_of(doubts) != confirmed:
        raise Doubtful(doubts)
    changes = dict(zip(("lon", "lat"), point, strict=True))
    _say_confirmed(estate, doubts, reason, actor, now)
    moved = correct_estate(estate, changes, version=versions.record, reason=reason, actor=actor, now=now)
    if same(before.shape if before else None, outline):
        return bool(moved)
    _keep(estate.code, outline, versions.outline, actor, now)
    told = FieldChange("outline", _summary(before.shape if before else None), _summary(outline))
    note_change(
        estate, [told], kind=SubjectKind.ESTATE, key=estate.code, division_code=estate.division_code,
        act=RecordAct.CORRECTED, actor=actor, now=now, reason=reason,
    )  # fmt: skip
    return True


def _expect(estate: Estate, before: Outline | None, versions: Versions) -> None:
    estate.expect_version(versions.record)
    found = before.version if before else NEVER_DRAWN
    if found != versions.outline:
        raise StaleVersion(found, versions.outline)


def _judge(
    estate: Estate, point: tuple[float | None, float | None], outline: MultiPolygon | None, now: datetime
) -> list[Doubt]:
    """Refuses what cannot be; gives what has to be confirmed."""
    lon, lat = point
    if outline is not None and (lon is None or lat is None):
        raise BadInput("point_missing", about="lon")
    city = find_box(get_city().code)
    box = (city.west, city.south, city.east, city.north) if city else None
    shape = judge_outline(outline, box) if outline is not None else []
    Verdict.of([*judge_point(lon, lat, box), *shape]).or_refuse()
    return doubts_about(
        Placement(
            point=(lon, lat) if lon is not None and lat is not None else None,
            outline=outline,
            division=surveyed_around(estate.division_code),
            neighbours=neighbours_of(estate, outline, on=day_of(now)) if outline is not None else (),
            site_area=estate.site_area,
        )
    )


def _keep(code: str, outline: MultiPolygon | None, version: int, actor: Actor, now: datetime) -> None:
    """Put the outline in the place of the one of this version. Raises StaleVersion when somebody else was first."""
    if outline is None:
        gone = delete(EstateBoundary).where(EstateBoundary.estate_code == code, EstateBoundary.version == version)
        return _one_row(session().execute(gone), version)
    west, south, east, north = outline.bounds
    values: dict[str, Any] = {
        "geometry": outline,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "source": DRAWN,
        "updated_at": now,
        "updated_by": actor.name,
        "version": version + 1,
    }
    if version == NEVER_DRAWN:
        return _add(EstateBoundary(estate_code=code, **values))
    held = (EstateBoundary.estate_code == code, EstateBoundary.version == version)
    return _one_row(session().execute(update(EstateBoundary).where(*held).values(values)), version)


def _one_row(done: Any, version: int) -> None:
    found: CursorResult[Any] = done
    if found.rowcount != 1:
        raise StaleVersion(version + 1, version)


def _add(boundary: EstateBoundary) -> None:
    try:
        with session().begin_nested():
            session().add(boundary)
            session().flush()
    except IntegrityError as error:
        raise StaleVersion(1, NEVER_DRAWN) from error


def _say_confirmed(estate: Estate, doubts: Sequence[Doubt], reason: str, actor: Actor, now: datetime) -> None:
    """What was unlikely and recorded all the same stands in the trail."""
    if not doubts:
        return
    found = [{"code": doubt.finding.code} | _plain(doubt.finding.params) for doubt in doubts]
    facts: dict[str, Any] = {"confirmed": found, "reason": reason}
    audit.record(actor, CONFIRMED, "estate", estate.code, now=now, division_code=estate.division_code, facts=facts)


def _plain(params: Mapping[str, object]) -> dict[str, Any]:
    return {name: value.centi if isinstance(value, Area) else value for name, value in params.items()}


def _summary(outline: MultiPolygon | None) -> str | None:
    """What histories keep of a shape: its area and how many corners, not the shape."""
    return None if outline is None else f"{measured(outline).square_metres:,} ㎡ ({vertices(outline)})"
