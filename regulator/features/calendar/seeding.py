"""The years the package chinesecalendar knows, as days of the calendar. Loaded by `regulator init` alone."""

from collections import defaultdict
from datetime import date

from chinese_calendar import constants

from regulator.features.calendar.terms import Day, DayKind, Holiday, name_of, parts_of

DECEMBER = 12


def known_years() -> list[tuple[int, tuple[Day, ...]]]:
    """Each year with its days off and make-up days, as the notices of 2004 to 2026 had them."""
    names = {holiday.value: name_of(parts_of(holiday.chinese)) for holiday in constants.Holiday}
    years: dict[int, list[Day]] = defaultdict(list)
    for kind, days in ((DayKind.HOLIDAY, constants.holidays), (DayKind.MADE_UP, constants.workdays)):
        for day, holiday in days.items():
            item = Day(day, kind, names[holiday])
            years[_notice_of(item)].append(item)
    return [(year, tuple(sorted(years[year], key=_by_day))) for year in sorted(years)]


def _notice_of(item: Day) -> int:
    """The year whose notice speaks of a day: at the end of December New Year belongs to the next."""
    return item.day.year + (item.day.month == DECEMBER and Holiday.NEW_YEAR in item.parts)


def _by_day(item: Day) -> date:
    return item.day
