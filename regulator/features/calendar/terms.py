"""Kinds of days, holidays, where a year's days come from, and frozen values of a year and its notice. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from regulator.law.calendar import WorkingDays

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""The years the calendar answers for: since 国务院令第270号, and as far as the lunar tables reach."""


class DayKind(StrEnum):
    """How a day differs from an ordinary one of its weekday."""

    HOLIDAY = "holiday"
    MADE_UP = "made_up"


class YearSource(StrEnum):
    """Where a year's days come from: an imported notice, the package that follows the notices, or the law alone."""

    ANNOUNCED = "announced"
    PROVISIONAL = "provisional"
    SEEDED = "seeded"


class Holiday(StrEnum):
    """The holidays of all citizens (全国年节及纪念日放假办法 2)."""

    DRAGON_BOAT = "dragon_boat"
    LABOUR_DAY = "labour_day"
    MID_AUTUMN = "mid_autumn"
    NATIONAL_DAY = "national_day"
    NEW_YEAR = "new_year"
    QINGMING = "qingming"
    SPRING_FESTIVAL = "spring_festival"


class CalendarAct(StrEnum):
    """What the trail calls the acts on the calendar."""

    ANNOUNCED = "calendar.announced"
    SEEDED = "calendar.seeded"


class CalendarSubject(StrEnum):
    """What the acts on the calendar are about; the key is the year, or the first and the last."""

    CALENDAR_YEAR = "calendar_year"


NAMES: dict[Holiday, str] = {
    Holiday.NEW_YEAR: "元旦",
    Holiday.SPRING_FESTIVAL: "春节",
    Holiday.QINGMING: "清明节",
    Holiday.LABOUR_DAY: "劳动节",
    Holiday.DRAGON_BOAT: "端午节",
    Holiday.MID_AUTUMN: "中秋节",
    Holiday.NATIONAL_DAY: "国庆节",
}
"""What the notices call the holidays, in the order of an ordinary year; the calendar keeps names so."""
_KNOWN: dict[str, Holiday] = {
    **{name: holiday for holiday, name in NAMES.items()},
    **{name.removesuffix("节"): holiday for holiday, name in NAMES.items() if name != NAMES[Holiday.SPRING_FESTIVAL]},
    "除夕": Holiday.SPRING_FESTIVAL,
    "农历除夕": Holiday.SPRING_FESTIVAL,
    "国际劳动节": Holiday.LABOUR_DAY,
    "五一": Holiday.LABOUR_DAY,
    "国庆": Holiday.NATIONAL_DAY,
}
JOINED = "、"


def parts_of(name: str) -> tuple[Holiday | str, ...]:
    """The holidays a day's name stands for ("国庆节、中秋节"); a name the law does not know stays as it is."""
    parts = [part.strip() for part in name.replace("，", JOINED).replace(",", JOINED).split(JOINED)]
    return tuple(dict.fromkeys(_KNOWN.get(part, part) for part in parts if part))


def name_of(parts: Iterable[Holiday | str]) -> str:
    """The name under which the calendar keeps a day of these holidays."""
    return JOINED.join(NAMES[part] if isinstance(part, Holiday) else part for part in parts)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that differs from an ordinary one: off, or worked though a Saturday or Sunday."""

    day: date
    kind: DayKind
    name: str

    @property
    def parts(self) -> tuple[Holiday | str, ...]:
        """The holidays it belongs to."""
        return parts_of(self.name)


@dataclass(frozen=True, slots=True)
class StatedDay:
    """A row of a notice file as it stands there; what could not be read is None, the text of it in ``given``.

    ``line`` counts from 1 with the heading. The year, document number and day of issue may stand in any row.
    """

    line: int
    given: str
    day: date | None
    kind: DayKind | None
    name: str
    year: int | None = None
    document_number: str = ""
    issued_on: date | None = None
    is_unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of the State Council on one year's holidays, judged to be whole."""

    year: int
    document_number: str
    issued_on: date
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a notice moves: days that become free, days that become worked, and whether it settles a year."""

    now_off: tuple[date, ...] = ()
    now_worked: tuple[date, ...] = ()
    settles: frozenset[int] = frozenset()

    @property
    def years(self) -> frozenset[int]:
        """The years in which a term may end otherwise, or is no longer provisional."""
        return frozenset(day.year for day in (*self.now_off, *self.now_worked)) | self.settles


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """The working days before and after the calendar changed, and the years in which a term may end otherwise.

    ``notice`` is the year whose notice came; None when the package's years were taken in.
    """

    years: frozenset[int]
    before: WorkingDays
    after: WorkingDays
    notice: int | None = None
