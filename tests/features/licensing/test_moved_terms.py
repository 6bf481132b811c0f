"""Applications, cases and reviews when the holidays of a year are announced: terms move and owners are told."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.calendar.actions import import_notice
from regulator.features.licensing.application_terms import ApplicationAct
from regulator.features.licensing.endings_terms import EndingAct
from regulator.features.papers.models import Matter
from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.queries.moves import list_moved
from regulator.features.papers.terms import PaperKind
from regulator.foundation.database import transaction
from tests.factories.applications import Offices
from tests.factories.calendar import announce, rows_of, seed
from tests.factories.endings import Cases
from tests.factories.reviews import Reviewed
from tests.features.registry.test_moves import LONGER

A, M = ApplicationAct, MovedTerm
BEFORE, AFTER = date(2027, 1, 4), date(2027, 1, 5)
"""Monday 4 January 2027 is worked until the notice adds it to New Year."""


@pytest.fixture(autouse=True)
def calendar(app: Flask) -> None:
    assert app
    seed()


def told(session: Session) -> list[tuple[MovedTerm, date, date]]:
    """What the owners of all open matters are told."""
    owners = session.scalars(select(Matter.owner_id)).all()
    return sorted((row.term, row.due_before, row.due_after) for row in list_moved(owners))


def recorded(session: Session, act: str) -> list[dict[str, Any]]:
    facts = session.scalars(select(AuditEntry.facts).where(AuditEntry.act == act))
    return [json.loads(one or "{}") for one in facts]


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)


def test_the_term_of_an_application(session: Session) -> None:
    offices = Offices(at(12, 4))
    found = offices.does("examiner", A.ACCEPT, offices.sent(), days=1)
    assert (found.due_on, found.is_due_provisional) == (BEFORE, True)
    announce(LONGER)
    session.refresh(found)
    assert (found.due_on, found.is_due_provisional) == (AFTER, False)
    matter = session.scalars(select(Matter).where(Matter.subject_key == found.number)).one()
    assert (matter.due_on, matter.owner_id) == (AFTER, offices.account("examiner").id)
    assert told(session) == [(M.MATTER, BEFORE, AFTER)]
    assert recorded(session, "application.term_moved") == [{"before": "2027-01-04", "after": "2027-01-05"}]


def test_an_application_whose_day_stays_loses_its_mark_alone(session: Session) -> None:
    offices = Offices(at(12, 14))
    found = offices.does("examiner", A.ACCEPT, offices.sent(), days=1)
    assert (found.due_on, found.is_due_provisional) == (date(2027, 1, 13), True)
    announce(LONGER)  # one day less before it, one more
    session.refresh(found)
    assert (found.due_on, found.is_due_provisional) == (date(2027, 1, 13), False)
    assert (told(session), recorded(session, "application.term_moved")) == ([], [])


def test_the_end_of_objections(session: Session) -> None:
    offices = Offices(at(12, 24))
    offices.does("decider", A.PUBLISH_OBJECTION, offices.examined(), days=3)
    announce(LONGER)
    assert told(session) == [(M.OBJECTIONS, BEFORE, AFTER)]


def test_until_when_a_holder_may_answer(session: Session) -> None:
    cases = Cases(at(12, 25))
    found = cases.told()
    assert (found.answer_until, found.is_answer_provisional) == (BEFORE, True)
    announce(LONGER)
    session.refresh(found)
    assert (found.answer_until, found.is_answer_provisional, cases.matter(found).due_on) == (AFTER, False, found.due_on)
    assert told(session) == [(M.ANSWER, BEFORE, AFTER)]
    (entry,) = recorded(session, "ending.term_moved")
    assert (entry["before"]["answer_until"], entry["after"]["answer_until"]) == ("2027-01-04", "2027-01-05")


def test_until_when_a_case_is_decided(session: Session) -> None:
    found = Cases(datetime(2026, 10, 5, 4, tzinfo=UTC)).opens()  # ninety days later is a Sunday
    assert found.due_on == BEFORE
    announce(LONGER)
    assert told(session) == [(M.MATTER, BEFORE, AFTER)]


def test_from_when_on_a_hearing_may_be_held(session: Session) -> None:
    cases = Cases(at(12, 23))
    found = cases.takes("applicant", EndingAct.ASK_HEARING, cases.told())
    cases.served(found, PaperKind.HEARING_CALL)
    announce(LONGER)
    assert told(session) == [(M.HEARING, BEFORE, AFTER)]


def test_a_round_of_the_review(session: Session) -> None:
    current = Reviewed().opens(days=20)
    before = current.due_on
    announce()
    session.refresh(current)
    assert before is not None
    assert current.due_on is not None
    assert current.due_on > before, "days of Spring Festival are off"
    assert session.scalars(select(Matter)).one().due_on == current.due_on
    assert told(session) == [(M.MATTER, before, current.due_on)]


def test_what_lies_behind_is_told_to_nobody(session: Session) -> None:
    """The notice of a year comes when terms by both calendars have run out."""
    cases = Cases(at(10, 5))
    cases.opens()
    with time_machine.travel("2027-02-01T04:00:00+00:00"), transaction():
        import_notice(rows_of(LONGER), actor=Actor.system(), now=datetime(2027, 2, 1, 4, tzinfo=UTC))
    assert told(session) == []
