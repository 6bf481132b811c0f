"""Notices of holidays: the true ones of 2024 to 2026 as files, an invented one of 2027, and how to bend a file."""

from datetime import UTC, datetime
from pathlib import Path

from regulator.features.audit.terms import Actor
from regulator.features.calendar.actions import import_notice, seed_calendar
from regulator.features.calendar.imports import read_text
from regulator.features.calendar.seeding import known_years
from regulator.features.calendar.terms import Changes, StatedDay
from regulator.foundation.database import transaction

NOTICES = Path(__file__).parents[1] / "data" / "calendar"
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
HEAD = "日期,类别,节日,年份,文号,发文日期"
NEXT = f"""{HEAD}
2027-01-01,休,元旦,2027,国办发明电〔2026〕99号,2026-11-20
2027-01-02,休,元旦,,,
2027-01-03,休,元旦,,,
2027-02-05,休,春节,,,
2027-02-06,休,春节,,,
2027-02-07,休,春节,,,
2027-02-08,休,春节,,,
2027-02-09,休,春节,,,
2027-02-10,休,春节,,,
2027-02-11,休,春节,,,
2027-02-13,班,春节,,,
2027-04-03,休,清明节,,,
2027-04-04,休,清明节,,,
2027-04-05,休,清明节,,,
2027-05-01,休,劳动节,,,
2027-05-02,休,劳动节,,,
2027-05-03,休,劳动节,,,
2027-05-04,休,劳动节,,,
2027-05-05,休,劳动节,,,
2027-05-08,班,劳动节,,,
2027-06-09,休,端午节,,,
2027-09-15,休,中秋节,,,
2027-10-01,休,国庆节,,,
2027-10-02,休,国庆节,,,
2027-10-03,休,国庆节,,,
2027-10-04,休,国庆节,,,
2027-10-05,休,国庆节,,,
2027-10-06,休,国庆节,,,
2027-10-07,休,国庆节,,,
2027-09-26,班,国庆节,,,
2027-10-09,班,国庆节,,,
"""
"""A possible notice of 2027: 元旦 borrows none, 春节 one day, 劳动节 one, 国庆节 two."""


def bent(*changes: tuple[str, str], text: str = NEXT) -> str:
    """The file with pieces replaced; each piece must stand in it."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def without(*days: str, text: str = NEXT) -> str:
    """The file without the rows of these days."""
    lines = [line for line in text.splitlines() if not line.startswith(days)]
    assert len(lines) == len(text.splitlines()) - len(days)
    return "\n".join(lines) + "\n"


def rows_of(text: str) -> list[StatedDay]:
    """The rows of a file's text."""
    return read_text(text)


def seed(actor: Actor | None = None) -> tuple[int, ...]:
    """The years the package knows, committed."""
    with transaction():
        return seed_calendar(known_years(), actor=actor or Actor.system(), now=NOW)


def announce(text: str = NEXT, actor: Actor | None = None) -> Changes:
    """A notice taken in, committed."""
    with transaction():
        return import_notice(rows_of(text), actor=actor or Actor.system(), now=NOW)
