"""What is checked of a file as a whole: shift, tiling, points in their division; never against a schematic one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy import and_, select

from regulator.features.divisions.queries import DivisionRow, list_children
from regulator.features.divisions.terms import CodeRange, lineage
from regulator.features.maps.geofiles.declaring import Wishes
from regulator.features.maps.geofiles.judged import Judged
from regulator.features.maps.geofiles.reasons import GeoReason
from regulator.features.maps.geofiles.shifting import Shift, measure, measure_by_points
from regulator.features.maps.geofiles.tiling import Tiling, check_tiling
from regulator.features.maps.models import DivisionBoundary
from regulator.features.registry.models import Estate
from regulator.features.zones.queries.barriers import find_former
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

NAMED = 200
AT_ONCE = 500


@dataclass(slots=True)
class Findings:
    """What the checks found, with the shapes of gaps and overlaps for the map, and which barriers a file replaces."""

    shift: Shift | None = None
    tilings: list[Tiling] = field(default_factory=list)
    outside: list[dict[str, Any]] = field(default_factory=list)
    outside_count: int = 0
    replaces: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "shift": self.shift.as_json() if self.shift else None,
            "tilings": [tiling.as_json() for tiling in self.tilings],
            "outside": {"count": self.outside_count, "named": self.outside},
        } | ({"replaces": self.replaces} if self.replaces else {})


# --- boundaries -----------------------------------------------------------------------------------------------------


def check_boundaries(judged: Sequence[Judged], wishes: Wishes, today: date) -> Findings:
    """Do they tile what they are parts of, do the register's points fall in them, do they lie where others did?"""
    surveyed = {one.target.code: one for one in judged if one.is_surveyed}
    findings = Findings()
    parents = dict.fromkeys(one.target.parent_code for one in surveyed.values() if one.target.parent_code)
    findings.tilings = list(_tilings(parents, surveyed, today))
    points = {code: _points_in(one.target) for code, one in surveyed.items()}
    for code, one in surveyed.items():
        _check_points(one, points[code], findings)
    findings.shift = _shift_of_boundaries(list(surveyed.values()), wishes) or _shift_by_points(
        [(one, points[code]) for code, one in surveyed.items()], wishes
    )
    return findings


def _tilings(parents: Iterable[str], surveyed: dict[str, Judged], today: date) -> Iterator[Tiling]:
    for parent in parents:
        children = [row.code for row in list_children(parent, on=today)]
        known = surveyed_boundaries([*children, parent])
        shapes = {code: shape for code, shape in known.items() if code in children}
        shapes |= {code: one.shape for code, one in surveyed.items() if code in children}
        whole = surveyed[parent].shape if parent in surveyed else known.get(parent)
        missing = tuple(code for code in children if code not in shapes)
        yield check_tiling(parent, whole, shapes, missing)


def surveyed_boundaries(codes: Iterable[str]) -> dict[str, Any]:
    """The register's boundaries of these divisions that are not schematic."""
    wanted = sorted(set(codes))
    found: dict[str, Any] = {}
    for first in range(0, len(wanted), AT_ONCE):
        query = select(DivisionBoundary.division_code, DivisionBoundary.geometry).where(
            DivisionBoundary.division_code.in_(wanted[first : first + AT_ONCE]), DivisionBoundary.schematic.is_(False)
        )
        found.update(session().execute(query).all())
    return found


@dataclass(frozen=True, slots=True)
class _Points:
    """Estates of a division with their positions (n × 2)."""

    rows: Sequence[Any]
    places: Any


def _points_in(division: DivisionRow) -> _Points:
    within: CodeRange = division.range
    query = select(Estate.code, Estate.name, Estate.division_code, Estate.lon, Estate.lat).where(
        and_(Estate.division_code >= within.low, Estate.division_code < within.high),
        Estate.lon.is_not(None),
        Estate.retired_on.is_(None),
    )
    rows = session().execute(query.order_by(Estate.code)).all()
    return _Points(rows, np.array([(row.lon, row.lat) for row in rows], dtype=np.float64).reshape(-1, 2))


def _check_points(one: Judged, points: _Points, findings: Findings) -> None:
    shapely.prepare(one.shape)
    lost = ~shapely.intersects_xy(one.shape, points.places[:, 0], points.places[:, 1])
    findings.outside_count += int(lost.sum())
    for row, is_lost in zip(points.rows, lost, strict=True):
        if is_lost and len(findings.outside) < NAMED:
            named = {"code": row.code, "name": row.name, "lon": round(row.lon, 6), "lat": round(row.lat, 6)}
            findings.outside.append(named | {"division": one.target.code, "division_name": one.target.name})


def _shift_of_boundaries(surveyed: Sequence[Judged], wishes: Wishes) -> Shift | None:
    known = surveyed_boundaries(one.target.code for one in surveyed)
    pairs = [(one, known[one.target.code]) for one in surveyed if one.target.code in known]
    stated = [shapely.centroid(_degrees(one, wishes)) for one, _ in pairs]
    return _measured(stated, [shapely.centroid(shape) for _, shape in pairs], wishes)


def _shift_by_points(pairs: Sequence[tuple[Judged, _Points]], wishes: Wishes) -> Shift | None:
    filled = [(one, points) for one, points in pairs if len(points.rows)]
    if not filled:
        return None
    outlines = [_degrees(one, wishes) for one, _ in filled]
    return measure_by_points(outlines, [points.places for _, points in filled], wishes.declared)


# --- estates --------------------------------------------------------------------------------------------------------


def check_estates(judged: Sequence[Judged], wishes: Wishes) -> Findings:
    """Do the new positions fall in their division, and does the file lie where the register's positions are?"""
    findings = Findings()
    positions = [one for one in judged if one.is_point and not one.is_refused and one.target is not None]
    _flag_outside(positions, findings)
    known = [one for one in judged if not one.is_refused and one.target is not None and one.target.lon is not None]
    stated = [shapely.centroid(_degrees(one, wishes)) for one in known]
    findings.shift = _measured(stated, [shapely.Point(one.target.lon, one.target.lat) for one in known], wishes)
    return findings


def _flag_outside(positions: Sequence[Judged], findings: Findings) -> None:
    """Each against the finest surveyed boundary there is of its community, street or district."""
    lines = {one.target.division_code: lineage(one.target.division_code) for one in positions}
    known = surveyed_boundaries(code for line in lines.values() for code in line[1:])
    by_boundary: dict[str, list[Judged]] = defaultdict(list)
    for one in positions:
        finest = next((code for code in reversed(lines[one.target.division_code]) if code in known), None)
        if finest is not None:
            by_boundary[finest].append(one)
    for code, inside in by_boundary.items():
        shapely.prepare(known[code])
        for one in inside:
            if not known[code].intersects(one.shape):
                one.say(GeoReason.POINT_OUTSIDE_DIVISION, division=code)
                findings.outside_count += 1


# --- barriers -------------------------------------------------------------------------------------------------------


def check_barriers(wishes: Wishes) -> Findings:
    """Which barriers a file of this source replaces: everything its source has brought before."""
    former = find_former(wishes.source)
    if former is None:
        return Findings()
    return Findings(
        replaces={"file": former.file_name, "day": day_of(former.loaded_at).isoformat(), "count": former.total}
    )


# --- both -----------------------------------------------------------------------------------------------------------


def _degrees(one: Judged, wishes: Wishes) -> Any:
    """The shape in the degrees that were stated; of a numbered system, in the degrees it stands for."""
    return one.feature.raw if wishes.declared.datum is not None else one.feature.shape


def _measured(stated: Sequence[Any], known: Sequence[Any], wishes: Wishes) -> Shift | None:
    if not stated:
        return None
    return measure(shapely.get_coordinates(list(stated)), shapely.get_coordinates(list(known)), wishes.declared)
