"""Questions about the calendar: which days are worked, one year as shown, what a notice would change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from regulator.features.calendar.models import CalendarDay, CalendarYear
from regulator.features.calendar.rules import statutory
from regulator.features.calendar.rules.notice import judge_clash
from regulator.features.calendar.terms import FIRST_YEAR, LAST_YEAR, Changes, Day, Notice, YearSource
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.law.calendar import WorkingDays

EDITIONS_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year as shown: its days in order, and where they come from. A provisional one was imported by nobody."""

    year: int
    source: YearSource
    days: tuple[Day, ...]
    document_number: str | None = None
    issued_on: date | None = None
    imported_by: str | None = None
    imported_at: datetime | None = None

    @property
    def is_provisional(self) -> bool:
        """Whether its notice is awaited."""
        return self.source is YearSource.PROVISIONAL


def working_days() -> WorkingDays:
    """Which days are worked, years without a notice computed from the law.

    One statement while no edition changed (an edition never changes under its key), two when one did.
    """
    return _built(_editions())


def _editions() -> tuple[tuple[UUID, int], ...]:
    query = select(CalendarYear.id, CalendarYear.year).order_by(CalendarYear.year)
    return tuple((edition, year) for edition, year in session().execute(query))


@lru_cache(maxsize=EDITIONS_REMEMBERED)
def _built(editions: tuple[tuple[UUID, int], ...]) -> WorkingDays:
    return statutory.working_days(_announced(editions))


def _announced(editions: tuple[tuple[UUID, int], ...]) -> dict[int, tuple[Day, ...]]:
    """The days of each edition by its year."""
    days: dict[UUID, list[Day]] = {edition: [] for edition, _year in editions}
    for item in session().scalars(select(CalendarDay).order_by(CalendarDay.day)):
        days[item.year_id].append(_day(item))
    return {year: tuple(days[edition]) for edition, year in editions}


def get_year(year: int) -> YearRow:
    """A year, computed from the law when it has no notice. Raises NotFound outside 2000 to 2100."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(str(year))
    found = find_edition(year)
    if found is None:
        return YearRow(year, YearSource.PROVISIONAL, statutory.provisional_days(year))
    return YearRow(
        year, found.source, days_of(found.id), found.document_number, found.issued_on, found.imported_by,
        found.imported_at,
    )  # fmt: skip


def find_edition(year: int) -> CalendarYear | None:
    """The edition of a year that holds now; None when its notice is awaited."""
    return session().scalars(select(CalendarYear).where(CalendarYear.year == year)).one_or_none()


def days_of(edition: UUID) -> tuple[Day, ...]:
    """The days of an edition, in order."""
    query = select(CalendarDay).where(CalendarDay.year_id == edition).order_by(CalendarDay.day)
    return tuple(_day(item) for item in session().scalars(query))


def list_years() -> dict[int, YearSource]:
    """The years that have an edition, in order."""
    query = select(CalendarYear.year, CalendarYear.source).order_by(CalendarYear.year)
    return dict(session().execute(query).all())


def last_year() -> int | None:
    """The last year that has an edition."""
    return max(list_years(), default=None)


def preview_notice(notice: Notice) -> Changes:
    """What days a notice would move. Raises Refused when another year's notice speaks of one of its days."""
    judge_clash(notice, held_days(day.day for day in notice.days)).or_refuse()
    after = statutory.working_days(_announced(_editions()) | {notice.year: notice.days})
    return statutory.changes_between(working_days(), after, touched_by(notice))


def touched_by(notice: Notice) -> tuple[int, ...]:
    """The years of which a notice may speak: its own and the turn of the one before, as far as the calendar goes."""
    return tuple(year for year in (notice.year - 1, notice.year) if year >= FIRST_YEAR)


def held_days(days: Iterable[date]) -> dict[date, int]:
    """Which of these days the calendar holds, and by the notice of which year."""
    query = select(CalendarDay.day, CalendarYear.year).join(CalendarYear, CalendarYear.id == CalendarDay.year_id)
    return dict(session().execute(query.where(CalendarDay.day.in_(list(days)))).all())


def _day(item: CalendarDay) -> Day:
    return Day(item.day, item.kind, item.name)
