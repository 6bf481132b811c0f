"""The only place that reads the time; no arithmetic of legal terms."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")

_fixed_day: date | None = None


def fix_today(day: date | None) -> None:
    """Let the whole process live on one day (errands and demonstrations); None lets time run again."""
    global _fixed_day  # noqa: PLW0603  # one clock per process, set by the composition root only
    _fixed_day = day


def now() -> datetime:
    """The present moment, aware, in UTC; on a fixed day the day changes and the time of day runs on."""
    real = datetime.now(UTC)
    if _fixed_day is None:
        return real
    return datetime.combine(_fixed_day, real.astimezone(CHINA).time(), CHINA).astimezone(UTC)


def today() -> date:
    """The present day in China."""
    return now().astimezone(CHINA).date()


def day_of(moment: datetime) -> date:
    """The day in China on which a moment fell."""
    return moment.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """The first moment of a day in China, in UTC."""
    return datetime.combine(day, time.min, CHINA).astimezone(UTC)
