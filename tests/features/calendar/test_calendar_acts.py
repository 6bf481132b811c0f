"""The calendar on both databases: seeded once, a notice in a year's place, what is recorded and told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.calendar import queries
from regulator.features.calendar.models import CalendarDay, CalendarYear
from regulator.features.calendar.rules.notice import notice_of
from regulator.features.calendar.signals import working_days_changed
from regulator.features.calendar.terms import CalendarChange, Changes, YearSource
from regulator.foundation.database import new_key
from regulator.foundation.database import session as current_session
from regulator.foundation.errors import NotFound
from regulator.foundation.extensions import db
from regulator.law.calendar import Due, Term, Unit
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.calendar import NEXT, NOTICES, NOW, announce, bent, rows_of, seed, without

SIXTY = Term(60, Unit.DAY)


@contextmanager
def listening() -> Iterator[list[frozenset[int]]]:
    heard: list[frozenset[int]] = []

    def listen(_sender: object, change: CalendarChange, **_by_whom_and_when: object) -> None:
        heard.append(change.years)

    with working_days_changed.connected_to(listen):
        yield heard


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def entries(session: Session) -> list[tuple[str, str, dict[str, object]]]:
    found = session.scalars(select(AuditEntry).where(AuditEntry.act.like("calendar.%")).order_by(AuditEntry.seq))
    return [(entry.act, entry.subject_key, json.loads(entry.facts)) for entry in found]


def test_without_any_year_everything_is_provisional_and_reckoned_by_law(session: Session) -> None:
    days = queries.working_days()
    assert days.due(SIXTY, date(2026, 11, 2)) == Due(date(2027, 1, 4), is_provisional=True)
    assert days.settled == frozenset()
    row = queries.get_year(2027)
    assert (row.source, row.document_number, len(row.days)) == (YearSource.PROVISIONAL, None, 13)


def test_seeding_takes_in_what_is_missing_and_once(session: Session) -> None:
    with listening() as heard:
        assert seed() == tuple(range(2004, 2027))
        assert seed() == ()
    assert heard == [frozenset(range(2003, 2027)) - {2003}]
    assert [(act, key) for act, key, _ in entries(session)] == [("calendar.seeded", "2004-2026")]
    assert not queries.working_days().is_working(date(2018, 12, 31))  # spoken of by the notice of 2019
    assert queries.working_days().is_working(date(2026, 2, 28))
    assert queries.get_year(2026).source is YearSource.SEEDED


def test_a_year_that_was_announced_is_not_seeded_over(session: Session) -> None:
    announce((NOTICES / "2026.csv").read_text(encoding="utf-8"))
    assert 2026 not in seed()
    assert queries.get_year(2026).source is YearSource.ANNOUNCED


def test_a_notice_settles_its_year_and_says_what_moved(session: Session) -> None:
    seed()
    before = queries.working_days()
    with listening() as heard:
        changes = announce(actor=make.actor())
    days = queries.working_days()
    assert heard == [{2027}]
    assert changes.settles == {2027}
    assert date(2027, 2, 13) in changes.now_worked
    assert date(2027, 10, 4) in changes.now_off
    assert before.due(SIXTY, date(2026, 12, 10)) == Due(date(2027, 2, 9), is_provisional=True)
    assert days.due(SIXTY, date(2026, 12, 10)) == Due(date(2027, 2, 12), is_provisional=False)
    act, key, facts = entries(session)[-1]
    assert (act, key, facts["before"]) == ("calendar.announced", "2027", "provisional")
    assert facts["document_number"] == "国办发明电〔2026〕99号"
    assert facts["now_worked"] == ["2027-02-13", "2027-05-08", "2027-09-26", "2027-10-09"]
    row = queries.get_year(2027)
    assert (row.issued_on, row.imported_by, row.imported_at) == (date(2026, 11, 20), "zhangxiaomin", NOW)


def test_the_preview_says_what_the_act_does(session: Session) -> None:
    seed()
    told = queries.preview_notice(notice_of(rows_of(NEXT)))
    assert queries.working_days().settled == frozenset(range(2004, 2027))
    assert announce() == told


def test_the_same_notice_again_changes_nothing(session: Session) -> None:
    announce()
    with listening() as heard:
        assert announce() == Changes()
    assert heard == []
    assert len(entries(session)) == 1


def test_a_corrected_notice_stands_in_the_place_of_the_first(session: Session) -> None:
    announce()
    with listening() as heard:
        changes = announce(bent(("2027-10-09,班", "2027-10-10,班"), ("99号", "100号")))
    assert (changes.now_off, changes.now_worked) == ((date(2027, 10, 9),), (date(2027, 10, 10),))
    assert heard == [{2027}]
    assert not changes.settles
    assert session.scalars(select(CalendarYear.year)).all() == [2027]
    assert queries.get_year(2027).document_number == "国办发明电〔2026〕100号"


def test_the_turn_of_the_year_moves_days_of_the_year_before(session: Session) -> None:
    seed()
    with listening() as heard:
        announce(NEXT + "2026-12-31,休,元旦,,,\n2026-12-27,班,元旦,,,\n")
    assert heard == [{2026, 2027}]
    assert not queries.working_days().is_working(date(2026, 12, 31))
    assert queries.working_days().settled >= {2026, 2027}
    assert date(2026, 12, 31) not in {item.day for item in queries.get_year(2026).days}


def test_a_half_described_year_is_refused_whole(session: Session) -> None:
    with listening() as heard, pytest.raises(Refused):
        announce(without("2027-09-15"))
    session.rollback()
    assert heard == []
    assert session.scalars(select(CalendarDay.day)).all() == []
    assert entries(session) == []


def test_a_listener_that_objects_takes_the_notice_back(session: Session) -> None:
    def object_to(_sender: object, change: CalendarChange, **_by_whom_and_when: object) -> None:
        message = f"no {change.years}"
        raise RuntimeError(message)

    with working_days_changed.connected_to(object_to), pytest.raises(RuntimeError):
        announce()
    session.rollback()
    assert queries.get_year(2027).is_provisional
    assert queries.working_days().settled == frozenset()


def test_the_days_are_asked_for_once_for_each_edition(session: Session) -> None:
    announce()
    queries.working_days()
    session.rollback()
    with counted() as seen:
        queries.working_days()
    assert len(seen) == 1
    announce(bent(("99号", "100号"), ("2027-10-09,班", "2027-10-10,班")))
    assert queries.working_days().is_working(date(2027, 10, 10))


def test_years_the_calendar_does_not_reach(session: Session) -> None:
    for year in (1999, 2101):
        with pytest.raises(NotFound):
            queries.get_year(year)


def test_no_provisional_year_is_ever_stored(session: Session) -> None:
    row = {"id": new_key(), "year": 2027, "imported_by": "x", "imported_at": NOW}
    for source in (YearSource.PROVISIONAL, YearSource.ANNOUNCED):  # nor an announced one without its document
        current_session().add(CalendarYear(source=source, **row))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
