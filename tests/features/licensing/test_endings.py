"""Cases of ending on both databases: told by delivery, heard, decided by another, closed with the certificate."""

import runpy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.certificates import end_certificate
from regulator.features.licensing.actions.endings import steps, sweeping
from regulator.features.licensing.actions.endings.following import keep_ending_matters
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.endings_terms import DECIDED_BY, ENDS_AS, EndingAct, EndingStanding, EndingState
from regulator.features.licensing.models import CertificateEnding, CertificateEndingEvent
from regulator.features.licensing.queries.certificates import find_number, find_standing
from regulator.features.licensing.queries.endings.integrity import CHECKS
from regulator.features.licensing.rules.endings import LINES
from regulator.features.licensing.terms import EndingKind, Nature
from regulator.features.papers.actions.matters import move_matters
from regulator.features.papers.models import Paper, Reminder
from regulator.features.papers.terms import MatterState, Outcome, PaperKind, PaperState
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Conflict, StaleVersion
from regulator.law.findings import Refused
from regulator.resources import resource_dir
from tests.factories.applications import NOW
from tests.factories.endings import Cases

A, E, S = EndingAct, EndingKind, EndingState


@pytest.fixture
def cases(app: Flask) -> Cases:
    """Today's evaluation; the company holds a certificate of the lowest grade."""
    assert app
    return Cases()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def test_from_opening_to_the_end_of_the_certificate(cases: Cases, session: Session) -> None:
    held = cases.certificate()
    found = cases.opens()
    matter = cases.matter(found)
    assert (found.number, found.state, found.due_on) == ("ZA210100-2026-00001", S.OPENED, date(2027, 2, 1))
    assert (matter.owner_id, matter.division_code, matter.due_on) == (found.opened_by_id, "210100", found.due_on)
    cases.served(found, PaperKind.ADVANCE_NOTICE, days=1)
    assert (found.state, found.told_on, found.answer_until) == (S.TOLD, date(2026, 11, 3), date(2026, 11, 10))
    cases.takes("applicant", A.STATE, found, days=2, words="系员工个人行为")
    cases.takes("applicant", A.ASK_HEARING, found, days=3)
    with pytest.raises(Refused) as refused:
        cases.takes("head", A.DECIDE, found, days=20, on=date(2026, 11, 20))
    assert codes(refused) == ["ending_act_not_now"], "asked for, it must be held"
    cases.served(found, PaperKind.HEARING_CALL, days=4)
    with pytest.raises(Refused) as refused:
        cases.takes("head", A.HOLD_HEARING, found, days=11, on=date(2026, 11, 13))
    assert codes(refused) == ["ending_hearing_too_soon"]
    cases.takes("head", A.HOLD_HEARING, found, days=15, on=date(2026, 11, 17), words="双方陈述、质证，笔录附后")
    paper = cases.paper(found, PaperKind.PENALTY, days=16)
    cases.takes("head", A.DECIDE, found, days=17, on=date(2026, 11, 18), words="")
    session.refresh(held)
    assert (found.state, found.owner_id, found.decision_paper) == (S.DECIDED, None, paper.number)
    assert (held.ended_as, held.ended_on, held.ended_paper) == (
        CertificateState.REVOKED, date(2026, 11, 18), paper.number,
    )  # fmt: skip
    assert held.ended_reason == "出租、出借、转让等级证书"
    session.refresh(matter)
    assert (matter.state, matter.outcome) == (MatterState.CLOSED, Outcome.DONE)
    history = session.scalars(select(CertificateEndingEvent).order_by(CertificateEndingEvent.seq)).all()
    assert [(line.act, line.by_holder) for line in history] == [
        (A.OPEN, False), (A.TELL, False), (A.STATE, True), (A.ASK_HEARING, True), (A.HOLD_HEARING, False),
        (A.DECIDE, False),
    ]  # fmt: skip
    assert len(session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("ending."))).all()) == 6
    assert [check() for check in CHECKS.values()] == [[], []]


@pytest.mark.parametrize("kind", list(E), ids=["许可法8", "许可法69", "处罚法-revoked", "处罚法9-lower", "许可法70"])
def test_four_acts_four_papers_four_states(cases: Cases, session: Session, kind: EndingKind) -> None:
    held = cases.certificate()
    if kind is E.DOWNGRADE:
        with pytest.raises(BadInput, match="certificate_no_lower_grade"):
            cases.opens(kind)
        return  # of a better grade it is looked at below
    found = cases.opens(kind)
    with pytest.raises(Conflict, match="ending_open_already"):
        cases.opens(E.ANNULMENT)
    days = 0
    if kind is not E.CANCELLATION:
        cases.served(found, PaperKind.ADVANCE_NOTICE)
        days = 8
    for other in set(DECIDED_BY.values()) - {DECIDED_BY[kind]}:
        cases.paper(found, other, days=days)
    on = NOW.date() + timedelta(days=days)
    with pytest.raises(Refused) as refused:
        cases.takes("head", A.DECIDE, found, days=days, on=on)
    assert codes(refused) == ["ending_decision_not_issued"], "of another kind"
    paper = cases.paper(found, DECIDED_BY[kind], days=days)
    with pytest.raises(Refused) as refused:
        cases.takes("decider", A.DECIDE, found, days=days, on=on)
    assert codes(refused) == ["ending_by_oneself"]
    cases.takes("head", A.DECIDE, found, days=days, on=on)
    session.refresh(held)
    assert (held.ended_as, held.ended_paper) == (ENDS_AS[kind], paper.number)


def test_after_a_downgrade_the_lower_grade_is_issued(cases: Cases, session: Session) -> None:
    held = cases.certificate_of_grade("2")
    found = cases.told(E.DOWNGRADE, certificate=held)
    cases.paper(found, PaperKind.PENALTY, days=8)
    on = NOW.date() + timedelta(days=8)
    for wrong in ("1", "2", "9"):
        with pytest.raises(BadInput, match="ending_lower_grade"):
            cases.takes("head", A.DECIDE, found, days=8, on=on, lower_grade=wrong)
    session.expire_all()
    assert (found.state, held.ended_as) == (S.TOLD, None), "nothing of it is kept"
    cases.takes("head", A.DECIDE, found, days=8, on=on, lower_grade="3")
    session.expire_all()
    lower = find_standing(cases.company.id, Nature.EVALUATION)
    assert lower is not None
    assert (held.ended_as, lower.grade, lower.issued_on, lower.valid_until) == (
        CertificateState.DOWNGRADED, "3", on, held.valid_until,
    )  # fmt: skip


def test_under_a_licence_the_law_of_the_day_counts(app: Flask) -> None:
    assert app
    cases = Cases(datetime(2016, 5, 3, 4, 0, tzinfo=UTC))
    found = cases.told()
    assert (found.due_on, found.answer_until) == (None, date(2016, 5, 6)), "行政处罚法 1996, 42: three days"
    cases.takes("applicant", A.ASK_HEARING, found, days=3)
    cases.served(found, PaperKind.HEARING_CALL, days=4)
    cases.takes("head", A.HOLD_HEARING, found, days=11, on=date(2016, 5, 14))
    cases.paper(found, PaperKind.PENALTY, days=12)
    cases.takes("head", A.DECIDE, found, days=12, on=date(2016, 5, 15))
    ended = find_number(cases.number)
    assert ended is not None
    assert (ended.nature, ended.ended_as) == (Nature.LICENCE, CertificateState.REVOKED)


def test_the_office_that_grants_ends_and_a_district_does_not(cases: Cases) -> None:
    for name in ("examiner", "applicant"):
        with pytest.raises(Refused) as refused:
            cases.opens(name=name)
        assert codes(refused) == ["act_without_right"]
    account, role, _scope = cases.accounts["head"]
    cases.accounts["director"] = (account, role, cases.accounts["examiner"][2])
    with pytest.raises(Refused) as refused:
        cases.opens(name="director")
    assert codes(refused) == ["act_of_another_level"]


def test_a_certificate_that_ends_otherwise_closes_its_case(cases: Cases, session: Session) -> None:
    found, held = cases.told(), cases.certificate()
    with transaction():
        end_certificate(
            held, CertificateState.CANCELLED, on=NOW.date(), reason="企业申请", paper=None, version=held.version,
            actor=Actor.system(), now=NOW,
        )  # fmt: skip
    paper = cases.paper(found, PaperKind.PENALTY, days=8)
    with pytest.raises(Refused) as refused:
        cases.takes("head", A.DECIDE, found, days=8, on=paper.dated_on)
    assert codes(refused) == ["ending_certificate_ended"]
    for _twice in range(2):
        with transaction():
            sweeping.look_after_endings(NOW + timedelta(days=8))
    session.refresh(found)
    assert (found.state, cases.matter(found).outcome) == (S.CLOSED, Outcome.TAKEN_BACK)


def test_a_company_cancelled_in_the_middle_leaves_only_its_entry(cases: Cases, session: Session) -> None:
    found = cases.told()
    with transaction():
        session.add(cases.company)
        cases.company.status = CompanyStatus.CANCELLED
    with transaction():
        sweeping.look_after_endings(NOW + timedelta(days=3))
    session.refresh(found)
    assert found.state is S.CLOSED
    entry = cases.opens(E.CANCELLATION, ground="company_ended")
    with transaction():
        assert sweeping.close_ended(NOW + timedelta(days=3)) == 0
    paper = cases.paper(entry, PaperKind.CANCELLATION)
    cases.takes("head", A.DECIDE, entry, on=paper.dated_on)
    assert entry.state is S.DECIDED


def test_a_paper_that_was_withdrawn_decides_nothing(cases: Cases, session: Session) -> None:
    found = cases.told()
    paper = cases.paper(found, PaperKind.PENALTY, days=8)
    with transaction():
        session.add(paper)
        paper.state, paper.withdrawn_at, paper.withdrawn_by = PaperState.WITHDRAWN, NOW, "x"
    with pytest.raises(Refused) as refused:
        cases.takes("head", A.DECIDE, found, days=8, on=paper.dated_on)
    assert codes(refused) == ["ending_decision_not_issued"]
    good = cases.paper(found, PaperKind.PENALTY, days=8, mark="改")
    with transaction():
        told = session.scalars(select(Paper).where(Paper.number == found.notice_paper)).one()
        told.state, told.withdrawn_at, told.withdrawn_by = PaperState.WITHDRAWN, NOW, "x"
    with pytest.raises(Refused) as refused:
        cases.takes("head", A.DECIDE, found, days=8, on=good.dated_on)
    assert codes(refused) == ["ending_notice_gone"]
    cases.takes("decider", A.DROP, found, days=9, words="违法行为不能成立")
    assert (found.state, cases.matter(found).outcome) == (S.DROPPED, Outcome.UNFOUNDED)
    assert cases.opens().state is S.OPENED, "another case may be opened"


def test_a_second_notice_tells_nothing_new(cases: Cases) -> None:
    found = cases.opens()
    first = cases.paper(found, PaperKind.ADVANCE_NOTICE)
    cases.paper(found, PaperKind.ADVANCE_NOTICE, days=1, mark="二")
    cases.hands_over(found, first, days=2)
    assert (found.state, found.notice_paper) == (S.TOLD, first.number), "the one that was served"
    seen = (found.told_on, found.answer_until, found.version)
    cases.served_again(found, PaperKind.ADVANCE_NOTICE, days=5)
    assert (found.told_on, found.answer_until, found.version) == seen


def test_who_gets_the_matter_gets_the_case_and_who_is_late_is_told_once(cases: Cases, session: Session) -> None:
    found, other = cases.opens(), cases.account("head")
    with transaction():
        move_matters(
            [cases.matter(found)], to=other.id, authority=None, reason="交接", actor=Actor.system(), now=NOW
        )  # fmt: skip
    session.refresh(found)
    assert found.owner_id == other.id
    late = NOW + timedelta(days=100)
    for _twice in range(2):
        with transaction():
            sweeping.look_after_endings(late)
        with transaction():
            keep_ending_matters(late)
    reminders = session.scalars(select(Reminder)).all()
    assert [(one.to_id, one.sent_at) for one in reminders] == [(other.id, late)]


# --- faults between ---------------------------------------------------------------------------------------------------


def test_of_two_at_once_one_is_told(cases: Cases) -> None:
    found = cases.told()
    seen = found.version
    cases.takes("applicant", A.ASK_HEARING, found)
    with pytest.raises(StaleVersion):
        cases.takes("decider", A.DROP, found, version=seen)
    assert found.state is S.HEARING_ASKED


def test_the_row_is_compared_and_set(cases: Cases, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case was read, somebody else moved it on, and only then the act writes."""
    found = cases.told()
    table, looked = CertificateEnding.__table__, steps.standing_of_ending

    def overtaken(*given: Any) -> EndingStanding:
        session.execute(update(table).where(table.c.id == found.id).values(version=found.version + 5))
        return looked(*given)

    monkeypatch.setattr(steps, "standing_of_ending", overtaken)
    with pytest.raises(StaleVersion):
        cases.takes("applicant", A.ASK_HEARING, found)
    session.refresh(found)
    assert found.state is S.TOLD


def test_the_database_knows_the_table_too(cases: Cases, session: Session) -> None:
    lawful = {(line.state, line.to) for lines in LINES.values() for line in lines if line.state not in (None, line.to)}
    found = cases.opens()
    table = CertificateEnding.__table__
    one = update(table).where(table.c.id == found.id)
    more = {"version": found.version + 1}
    refused = [
        ("ending_step_exists", {"state": S.HEARD, **more}),
        ("ending_step_exists", {"state": S.DROPPED, "version": found.version}),
        ("ending_step_exists", {"kind": E.CANCELLATION}),
        ("told", {"state": S.TOLD, **more}),
        ("two_people", {"decider_id": found.opened_by_id}),
        (
            "decided",
            {"decided_on": NOW.date(), "ends_on": NOW.date(), "decision_paper": "x"} | more | {"state": S.DECIDED},
        ),
    ]
    for name, values in refused:
        with pytest.raises(DBAPIError, match=name), transaction():
            session.execute(one.values(**values))
    with pytest.raises(DBAPIError, match="ending_history_stands"), transaction():
        session.execute(text("UPDATE certificate_ending_event SET words = 'x'"))
    with pytest.raises(DBAPIError, match="ending_history_stands"), transaction():
        session.execute(text("DELETE FROM certificate_ending_event"))
    (path,) = (resource_dir("migrations") / "versions").glob("*_certificate_endings.py")
    written = set(runpy.run_path(str(path))["STEPS"])
    assert written == {(str(before), after.value) for before, after in lawful}


def test_verify_finds_a_case_and_a_certificate_that_disagree(cases: Cases, session: Session) -> None:
    found = cases.decided()
    assert CHECKS["endings_disagree"]() == []
    with transaction():
        session.execute(text("UPDATE certificate_ending SET ends_on = '2026-11-09', version = version + 1"))
    assert CHECKS["endings_disagree"]() == [found.number]
