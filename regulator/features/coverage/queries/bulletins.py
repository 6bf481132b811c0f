"""What a bulletin is made from, which months have one, and whether it has been made; makes nothing itself."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from regulator.features.coverage.forecast import Closed, Forecast, forecast
from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.models import CoverageBulletin, CoverageMonth
from regulator.features.coverage.queries.counting import rule_on
from regulator.features.coverage.queries.figures import KEPT, MonthFigure, city_of, list_months
from regulator.features.coverage.queries.months import explanation, find_month, frozen_lines
from regulator.features.coverage.queries.warnings import count_warnings
from regulator.features.coverage.rules.counting import figure_of, month_before, tallies_of
from regulator.features.coverage.terms import CountingRule, Explanation, Figure, Line, WarningKind
from regulator.features.divisions.queries import (
    DivisionRow,
    Path,
    find_division,
    get_division,
    list_children,
    names_of,
    path_of,
)
from regulator.features.divisions.terms import CODE_LENGTHS, Scope
from regulator.features.metrics.queries import targets_of
from regulator.features.metrics.terms import Target
from regulator.features.registry.queries.records import register_info
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.files import file_room
from regulator.foundation.paging import Count

TREND_MONTHS = 12
EDITION = "1"
"""Raised when the bulletin says or shows something else: those made before are then made anew when asked for."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PartFigure:
    """A division below with its figure of the month, of the month before (None: not closed), and its target."""

    division: DivisionRow
    figure: Figure
    before: Figure | None
    target: Target | None


@dataclass(frozen=True, slots=True)
class BulletinFacts:
    """Everything a bulletin says, as of the last day of its month.

    ``trend`` ends with the month itself; ``told`` is None when the month before is not closed. ``unplaced`` are estates
    whose place below is not known. The forecast is that of the day after.
    """

    place: DivisionRow
    path: Path
    month: str
    day: date
    figure: Figure
    trend: tuple[MonthFigure, ...]
    told: Explanation | None
    parts: tuple[PartFigure, ...]
    unplaced: Figure | None
    target: Target | None
    target_set_by: str
    forecast: Forecast
    warnings: Mapping[WarningKind, Count]
    rule: CountingRule
    content_hash: str
    closed_on: datetime
    made_at: datetime
    register_version: int
    is_demo: bool

    @property
    def before(self) -> MonthFigure | None:
        """The figure of the month before, when that is closed."""
        known = {closed.month: closed for closed in self.trend}
        return known.get(month_before(self.month))


def find_place(scope: Scope, code: str) -> DivisionRow | None:
    """A division that lies wholly inside the scope and of which months are kept; None for any other."""
    found = find_division(code)
    inside = found is not None and any(part.contains(found.range) for part in scope.ranges)
    return found if found is not None and inside and found.level in KEPT else None


def get_place(scope: Scope, code: str) -> DivisionRow:
    """As `find_place`. Raises NotFound."""
    found = find_place(scope, code)
    if found is None:
        raise NotFound(code)
    return found


def list_closed(division: DivisionRow) -> list[str]:
    """The closed months of the division's city, the latest first."""
    query = select(CoverageMonth.month).where(CoverageMonth.city_code == city_of(division.code))
    return list(session().scalars(query.order_by(CoverageMonth.month.desc())))


# --- found again ----------------------------------------------------------------------------------------------------


def find_bulletin(division: DivisionRow, month: str, language: str) -> CoverageBulletin | None:
    """The bulletin that was made from just what would be said now and whose files are there; None: it is to be made.

    Raises BadInput for a month that is not closed.
    """
    basis = basis_of(division, month, language)
    found = session().get(CoverageBulletin, (division.code, month, language))
    return found if found is not None and found.basis == basis and _has_files(found) else None


def _has_files(bulletin: CoverageBulletin) -> bool:
    """False after a restored database came without its files."""
    try:
        return all(file_room().path(name) for name in (bulletin.pdf, bulletin.docx))
    except NotFound:
        return False


def basis_of(division: DivisionRow, month: str, language: str) -> str:
    """The SHA-256 of what a bulletin rests on. Raises BadInput for a month that is not closed.

    Later corrections of the register are no part of it: a bulletin once made stays as it was made.
    """
    parts = list_children(division.code)
    targets = targets_of(TARGETED, [division.code, *(part.code for part in parts)], _year_of(month))
    said = [EDITION, division.code, division.name, month, language, register_info().nature.value]
    said += [_hash_of(division, month), _hash_of(division, month_before(month), missing="")]
    said += [f"{code}\t{target.division_code}\t{target.value}" for code, target in sorted(targets.items())]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _hash_of(division: DivisionRow, month: str, missing: str | None = None) -> str:
    query = select(CoverageMonth.content_hash).where(
        CoverageMonth.city_code == city_of(division.code), CoverageMonth.month == month
    )
    found = session().scalar(query)
    if found is None and missing is None:
        raise BadInput("bulletin_month_open", {"month": month[:20]}, about="month")
    return found or missing or ""


def _year_of(month: str) -> int:
    return int(month[:4]) if month[:4].isdigit() else 0


# --- gathered -------------------------------------------------------------------------------------------------------


def gather_facts(code: str, month: str, *, now: datetime) -> BulletinFacts:
    """Everything the bulletin of a division and a closed month says. Raises NotFound, and BadInput for an open month.

    Reads the frozen estates of the city; it belongs into a worker.
    """
    division = get_division(code)
    closed = find_month(city_of(code), month)
    if closed is None or division.level not in KEPT:
        raise BadInput("bulletin_month_open", {"month": month[:20]}, about="month")
    trend = list_months(division, TREND_MONTHS, until=month)
    figure, rule = trend[-1].figure, rule_on(closed.rule_from)
    below = list_children(code)
    targets = targets_of(TARGETED, [code, *(part.code for part in below)], closed.day.year)
    target, info = targets.get(code), register_info()
    parts, unplaced = _parts(division, below, closed.day, rule, targets)
    row = [Closed(one.month, one.figure.estates) for one in trend]
    return BulletinFacts(
        place=division,
        path=path_of(code),
        month=month,
        day=closed.day,
        figure=figure,
        trend=tuple(trend),
        told=_told(division, month, closed.day),
        parts=parts,
        unplaced=unplaced,
        target=target,
        target_set_by=names_of([target.division_code]).get(target.division_code, "") if target else "",
        forecast=forecast(row, figure.estates, target, closed.day + DAY),
        warnings=count_warnings(Scope((division.range,)), None, day=closed.day),
        rule=rule,
        content_hash=closed.content_hash,
        closed_on=closed.closed_at,
        made_at=now,
        register_version=info.data_version,
        is_demo=info.is_demo,
    )


def _told(division: DivisionRow, month: str, day: date) -> Explanation | None:
    if not _hash_of(division, month_before(month), missing=""):
        return None
    return explanation(division.code, day.replace(day=1) - DAY, day)


def _parts(
    division: DivisionRow, below: Iterable[DivisionRow], day: date, rule: CountingRule, targets: Mapping[str, Target]
) -> tuple[tuple[PartFigure, ...], Figure | None]:
    """What lies directly below, as frozen, and the estates that stand at the division itself."""
    lines = _by_part(division, frozen_lines(division, day)) or {}
    earlier = _by_part(division, frozen_lines(division, day.replace(day=1) - DAY))
    shown = [part for part in below if part.code in lines or part.ended_on is None or part.ended_on >= day]
    known = {part.code for part in shown}
    lost = [line for code, found in lines.items() if code not in known for line in found]
    parts = (
        PartFigure(
            part,
            figure_of(tallies_of(lines.get(part.code, [])), rule),
            None if earlier is None else figure_of(tallies_of(earlier.get(part.code, [])), rule),
            targets.get(part.code),
        )
        for part in shown
    )
    return tuple(parts), figure_of(tallies_of(lost), rule) if lost else None


def _by_part(division: DivisionRow, lines: Mapping[str, Line] | None) -> dict[str, list[Line]] | None:
    """Frozen estates by the code of the division below; None when the day is not frozen."""
    if lines is None or division.level.below is None:
        return None
    digits = CODE_LENGTHS[division.level.below]
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines.values():
        found[line.division_code[:digits]].append(line)
    return found
