"""Judging the shapes of a file against the register one by one: which they are about, and what would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import select

from regulator.features.divisions.queries import Box, find_box, get_city
from regulator.features.divisions.terms import Scope
from regulator.features.maps.geofiles.declaring import Wishes
from regulator.features.maps.geofiles.examining import examine
from regulator.features.maps.geofiles.judged import Judged
from regulator.features.maps.geofiles.matching import DivisionMatcher, EstateMatcher
from regulator.features.maps.geofiles.reading import Feature
from regulator.features.maps.geofiles.reasons import GeoReason
from regulator.features.maps.geofiles.terms import GeoKind, GeoOutcome
from regulator.features.maps.models import DivisionBoundary, EstateBoundary
from regulator.features.registry.models import Estate
from regulator.features.registry.rules.estates import judge_estate
from regulator.foundation.database import session
from regulator.law.findings import Verdict

AT_ONCE = 500
_FACTS = (
    Estate.id, Estate.floor_area, Estate.area_multi_storey, Estate.area_high_rise, Estate.area_villa,
    Estate.area_other, Estate.completion_year, Estate.condition_since,
)  # fmt: skip
SAME = 1e-9
"""Degrees within which two outlines are the same: a tenth of a millimetre."""


def judge_features(features: Sequence[Feature], wishes: Wishes, scope: Scope, today: date) -> list[Judged]:
    """What each shape is about, whether it may be taken, and what it would change; in the order of the file."""
    city = get_city()
    matcher: Any = (
        DivisionMatcher(city.code, wishes.level)
        if wishes.kind is GeoKind.BOUNDARIES
        else EstateMatcher(features, scope)
    )
    box = find_box(city.code)
    judged = [_alone(feature, matcher, wishes, box) for feature in features]
    _refuse_repeated(judged)
    _compare(judged, wishes.kind, today)
    for one in judged:
        one.outcome = _outcome(one)
    return judged


def _alone(feature: Feature, matcher: Any, wishes: Wishes, box: Box | None) -> Judged:
    match, examined = matcher.match(feature), examine(feature, wishes.kind, wishes.declared, box)
    judged = Judged(feature, match.target, examined.shape, examined.area)
    judged.said.extend((*match.said, *examined.said))
    if feature.schematic and wishes.kind is GeoKind.BOUNDARIES:
        judged.say(GeoReason.SCHEMATIC)
    return judged


def _refuse_repeated(judged: Iterable[Judged]) -> None:
    """The second position, or the second boundary, of the same thing."""
    seen: dict[tuple[str, bool], int] = {}
    for one in judged:
        if one.target is None or one.is_refused:
            continue
        first = seen.setdefault((one.target.code, one.is_point), one.feature.number)
        if first != one.feature.number:
            one.say(GeoReason.DUPLICATE_IN_FILE, first=first)


# --- against the register -------------------------------------------------------------------------------------------


def _compare(judged: Sequence[Judged], kind: GeoKind, today: date) -> None:
    areas = [one for one in judged if one.target is not None and one.shape is not None and not one.is_point]
    model: Any = DivisionBoundary if kind is GeoKind.BOUNDARIES else EstateBoundary
    column = DivisionBoundary.division_code if kind is GeoKind.BOUNDARIES else EstateBoundary.estate_code
    present = dict(_present(model, column, [one.target.code for one in areas]))
    for one in areas:
        row = present.get(one.target.code)
        if row is not None:
            one.before_shape = row.geometry
            one.before = {"source": row.source, "schematic": bool(getattr(row, "schematic", False))}
    points = [one for one in judged if one.target is not None and one.is_point]
    for one in points:
        one.before = {"lon": one.target.lon, "lat": one.target.lat}
    if kind is GeoKind.ESTATES:
        _compare_points(points, today)
        _compare_outlines(areas)


def _present(model: Any, column: Any, codes: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for first in range(0, len(codes), AT_ONCE):
        query = select(column, model).where(column.in_(codes[first : first + AT_ONCE]))
        yield from ((key, row) for key, row in session().execute(query))


def _compare_points(points: Sequence[Judged], today: date) -> None:
    """A record whose other facts contradict each other cannot be corrected: better said now than in the act."""
    facts: dict[UUID, Any] = {}
    for first in range(0, len(points), AT_ONCE):
        ids = [one.target.id for one in points[first : first + AT_ONCE]]
        facts.update({row.id: row for row in session().execute(select(*_FACTS).where(Estate.id.in_(ids)))})
    for one in points:
        verdict = _judge_facts(facts[one.target.id], today)
        if verdict.findings:
            one.say(GeoReason.RECORD_CONTRADICTS_ITSELF, findings=[finding.code for finding in verdict.findings])


def _judge_facts(facts: Any, today: date) -> Verdict:
    return judge_estate(
        floor_area=facts.floor_area,
        parts=[facts.area_multi_storey, facts.area_high_rise, facts.area_villa, facts.area_other],
        lon=None,
        lat=None,
        box=None,
        completion_year=facts.completion_year,
        condition_since=facts.condition_since,
        today=today,
    )


def _compare_outlines(areas: Sequence[Judged]) -> None:
    for one in areas:
        lon, lat = one.target.lon, one.target.lat
        if lon is not None and not shapely.intersects_xy(one.shape, lon, lat):
            one.say(GeoReason.POINT_OUTSIDE_BOUNDARY, lon=round(lon, 6), lat=round(lat, 6))


def _outcome(one: Judged) -> GeoOutcome:
    if one.is_refused or one.target is None or one.shape is None:
        return GeoOutcome.REJECTED
    if one.is_point:
        point: Any = one.shape
        if one.before["lon"] is None:
            return GeoOutcome.NEW
        same = (one.before["lon"], one.before["lat"]) == (point.x, point.y)
    elif one.before_shape is None:
        return GeoOutcome.NEW
    else:
        same = _is_same(one.before_shape, one.shape) and one.before["schematic"] == one.feature.schematic
    return GeoOutcome.UNCHANGED if same else GeoOutcome.CHANGED


def _is_same(one: Any, other: Any) -> bool:
    return bool(shapely.equals_exact(one, other, tolerance=SAME, normalize=True))
