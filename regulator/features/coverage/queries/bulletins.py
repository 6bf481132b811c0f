"""What a bulletin is made from, which months have one, and whether it has been made; makes nothing itself."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from regulator.features.coverage.board import target_of_all
from regulator.features.coverage.forecast import Closed, Forecast, forecast
from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.models import CoverageBulletin, CoverageMonth
from regulator.features.coverage.queries.counting import rule_on
from regulator.features.coverage.queries.figures import MonthFigure, list_months
from regulator.features.coverage.queries.months import frozen_lines, why_changed
from regulator.features.coverage.queries.territory import KEPT, Territory, full_name
from regulator.features.coverage.queries.warnings import count_warnings
from regulator.features.coverage.rules.counting import figure_of, month_before, tallies_of
from regulator.features.coverage.terms import CountingRule, Explanation, Figure, Line, WarningKind
from regulator.features.divisions.queries import DivisionRow, find_division, list_children, names_of
from regulator.features.divisions.terms import CODE_LENGTHS, Scope
from regulator.features.metrics.queries import targets_of
from regulator.features.metrics.terms import Target
from regulator.features.registry.queries.records import register_info
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.files import FileRoom, file_room
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
    """Everything a bulletin says, as of the last day of its month; ``name`` is the place's full name.

    ``trend`` ends with the month itself; ``told`` is None when the month before is not closed. ``unplaced`` are estates
    whose place below is not known. The forecast is that of the day after.
    """

    place: Territory
    name: str
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


def find_place(scope: Scope, code: str) -> Territory | None:
    """A division that lies wholly inside the scope and of which months are kept; None for any other."""
    found = find_division(code)
    inside = found is not None and any(part.contains(found.range) for part in scope.ranges)
    return Territory.of(found) if found is not None and inside and found.level in KEPT else None


def get_place(scope: Scope, code: str) -> Territory:
    """As `find_place`. Raises NotFound."""
    found = find_place(scope, code)
    if found is None:
        raise NotFound(code)
    return found


# --- found again ----------------------------------------------------------------------------------------------------


def find_bulletin(place: Territory, month: str, language: str) -> CoverageBulletin | None:
    """The bulletin that was made from just what would be said now and whose files are there; None: it is to be made.

    Raises BadInput for a month that is not closed.
    """
    basis = basis_of(place, month, language)
    found = session().get(CoverageBulletin, (place.key, month, language))
    return found if found is not None and found.basis == basis and _has_files(found) else None


def _has_files(bulletin: CoverageBulletin) -> bool:
    """False after a restored database came without its files."""
    return all(bulletin_room().has(name) for name in (bulletin.pdf, bulletin.docx))


def bulletin_room() -> FileRoom:
    """Where bulletins lie; nothing else does."""
    return file_room("bulletins")


def named_files(names: Collection[str]) -> set[str]:
    """Those of the files that a bulletin names."""
    query = select(CoverageBulletin.pdf, CoverageBulletin.docx)
    rows = session().execute(query.where(or_(CoverageBulletin.pdf.in_(names), CoverageBulletin.docx.in_(names))))
    return {name for row in rows for name in row} & set(names)


def basis_of(place: Territory, month: str, language: str) -> str:
    """The SHA-256 of what a bulletin rests on. Raises BadInput for a month that is not closed.

    Later corrections of the register are no part of it: a bulletin once made stays as it was made.
    """
    codes = [*place.codes, *(part.code for part in parts_of(place))]
    targets = targets_of(TARGETED, codes, _year_of(month))
    said = [EDITION, place.key, place.name, month, language, register_info().nature.value]
    said += [_hash_of(place, month), _hash_of(place, month_before(month), missing="")]
    said += [f"{code}\t{target.division_code}\t{target.value}" for code, target in sorted(targets.items())]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def parts_of(place: Territory) -> list[DivisionRow]:
    """What a bulletin sets side by side: the divisions below one, or those a territory is made of."""
    return list_children(place.code) if place.code else list(place.divisions)


def _hash_of(place: Territory, month: str, missing: str | None = None) -> str:
    """The hash of a closed month; several cities have each its own, side by side."""
    query = select(CoverageMonth.content_hash).where(
        CoverageMonth.city_code.in_(place.cities), CoverageMonth.month == month
    )
    found = session().scalars(query.order_by(CoverageMonth.city_code)).all()
    if len(found) == len(place.cities):
        return "+".join(found)
    if missing is None:
        raise BadInput("bulletin_month_open", {"month": month[:20]}, about="month")
    return missing


def _year_of(month: str) -> int:
    return int(month[:4]) if month[:4].isdigit() else 0


# --- gathered -------------------------------------------------------------------------------------------------------


def gather_facts(place: Territory, month: str, *, now: datetime) -> BulletinFacts:
    """Everything the bulletin of a territory and a closed month says. Raises BadInput for an open month.

    Reads the frozen estates of the city; it belongs into a worker.
    """
    content_hash = _hash_of(place, month)
    if not place.is_kept:
        raise BadInput("bulletin_month_open", {"month": month[:20]}, about="month")
    trend = list_months(place, TREND_MONTHS, until=month)
    closed, below = trend[-1], parts_of(place)
    figure, rule = closed.figure, rule_on(closed.day)
    targets = targets_of(TARGETED, [*place.codes, *(part.code for part in below)], closed.day.year)
    target, info = target_of_all(targets, place.codes), register_info()
    parts, unplaced = _parts(place, below, closed.day, rule, targets)
    row = [Closed(one.month, one.figure.estates) for one in trend]
    return BulletinFacts(
        place=place,
        name=full_name(place),
        month=month,
        day=closed.day,
        figure=figure,
        trend=tuple(trend),
        told=_told(place, month, closed.day),
        parts=parts,
        unplaced=unplaced,
        target=target,
        target_set_by=_set_by(place, targets) if target else "",
        forecast=forecast(row, figure.estates, target, closed.day + DAY),
        warnings=count_warnings(place.scope, None, day=closed.day),
        rule=rule,
        content_hash=content_hash,
        closed_on=closed.closed_at,
        made_at=now,
        register_version=info.data_version,
        is_demo=info.is_demo,
    )


def _set_by(place: Territory, targets: Mapping[str, Target]) -> str:
    """The names of the divisions for which the target of a territory was set."""
    codes = list(dict.fromkeys(targets[code].division_code for code in place.codes))
    names = names_of(codes)
    return "、".join(names.get(code, "") for code in codes)


def _told(place: Territory, month: str, day: date) -> Explanation | None:
    if not _hash_of(place, month_before(month), missing=""):
        return None
    return why_changed(place, day.replace(day=1) - DAY, day)


def _parts(
    place: Territory, below: Iterable[DivisionRow], day: date, rule: CountingRule, targets: Mapping[str, Target]
) -> tuple[tuple[PartFigure, ...], Figure | None]:
    """What lies directly below, as frozen, and the estates that stand at the division itself."""
    lines = _by_part(place, frozen_lines(place, day)) or {}
    earlier = _by_part(place, frozen_lines(place, day.replace(day=1) - DAY))
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


def _by_part(place: Territory, lines: Mapping[str, Line] | None) -> dict[str, list[Line]] | None:
    """Frozen estates by the code of the part they lie in; None when the day is not frozen."""
    if lines is None:
        return None
    below = place.division.level.below if place.division else None
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines.values():
        code = line.division_code
        found[code[: CODE_LENGTHS[below]] if below else place.division_of(code) or code].append(line)
    return found
