"""An application from draft to delivered on both databases: matter, terms, two people, silence, faults between."""

import runpy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from regulator.features.accounts import actions as accounts
from regulator.features.accounts.models import RoleAssignment
from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.applications import following, steps, sweeping
from regulator.features.licensing.actions.applications.drafting import name_contents, remove_file
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.application_terms import (
    ApplicationAct,
    ApplicationOutcome,
    ApplicationState,
    Approved,
)
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Application, ApplicationEvent, ApplicationFile, ApplicationPause
from regulator.features.licensing.queries.applications.published import public_grants, public_notices
from regulator.features.licensing.queries.certificates import find_number, find_standing
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.rules.drafts import judge_upgrade
from regulator.features.licensing.rules.transitions import TABLES
from regulator.features.licensing.signals import application_approved
from regulator.features.licensing.terms import ApplicationKind, Nature
from regulator.features.papers.actions import attachments, drafting
from regulator.features.papers.actions.drafting import Draft
from regulator.features.papers.actions.matters import move_matters
from regulator.features.papers.models import Attachment, Matter, Reminder
from regulator.features.papers.templating import sample_facts, shipped
from regulator.features.papers.terms import MatterState, PaperKind
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Conflict, StaleVersion
from regulator.law.findings import Refused
from regulator.resources import resource_dir
from tests.factories import registry as make
from tests.factories.applications import FILE, NOW, Offices, actor_of
from tests.factories.papers import day

A, S = ApplicationAct, ApplicationState
LICENSED = datetime(2016, 5, 3, 4, 0, tzinfo=UTC)


@pytest.fixture
def offices(app: Flask) -> Offices:
    """Today's evaluation."""
    assert app
    return Offices()


@pytest.fixture
def licensing(app: Flask) -> Offices:
    """The licence of 2015."""
    assert app
    return Offices(LICENSED)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def matter_of(session: Session, found: Application) -> Matter:
    return session.scalars(select(Matter).where(Matter.subject_key == found.number)).one()


# --- the whole way ----------------------------------------------------------------------------------------------------


def test_from_draft_to_delivered(offices: Offices, session: Session) -> None:
    offices.staff()
    heard: list[Approved] = []

    def hear(_sender: object, approved: Approved, **_more: Any) -> None:
        heard.append(approved)

    application_approved.connect(hear)
    assert find_standing(offices.company.id, Nature.EVALUATION) is None
    found = offices.draft(ApplicationKind.NEW, grade="3")
    assert (found.state, found.number, found.due_on) == (S.DRAFT, None, None)
    offices.does("applicant", A.SUBMIT, found)
    assert (found.state, found.number, found.due_on) == (S.RECEIVED, "210103-2026-00001", date(2026, 11, 9))
    matter = matter_of(session, found)
    assert (matter.owner_id, matter.due_on) == (offices.account("examiner").id, found.due_on)
    offices.does("examiner", A.ASK_SUPPLEMENT, found, days=1)
    session.refresh(matter)
    assert (found.due_on, matter.due_on) == (None, None), "it waits for the applicant"
    offices.does("applicant", A.SUPPLY, found, days=7)
    offices.does("examiner", A.ACCEPT, found, days=8)
    offices.does("examiner", A.EXAMINE, found, days=9)
    session.refresh(matter)
    assert (found.owner_id, matter.owner_id) == (offices.account("decider").id, offices.account("decider").id)
    assert matter.division_code == make.CITY, "so that whoever gets it next sits in the city too"
    with pytest.raises(Refused) as refused:
        offices.does("decider", A.APPROVE, found, days=10)
    assert codes(refused) == ["act_not_in_this_state"], "an evaluation is published first"
    offices.does("decider", A.PUBLISH_OBJECTION, found, days=10)
    offices.does("decider", A.OBJECT, found, days=12)
    with pytest.raises(Refused) as refused:
        offices.does("decider", A.APPROVE, found, days=17)
    assert codes(refused) == ["objections_still_open"]
    offices.does("decider", A.APPROVE, found, days=18)
    assert (found.outcome, found.is_provisional) == (ApplicationOutcome.APPROVED, True), "it serves no estate yet"
    assert [(one.number, one.grade, one.provisional) for one in heard] == [(found.number, "3", True)]
    certificate = find_standing(offices.company.id, Nature.EVALUATION)
    assert certificate is not None
    assert (certificate.grade, certificate.is_provisional, certificate.authority_name) == (
        "3", True, "沈阳市住房和城乡建设局",
    )  # fmt: skip
    assert (certificate.issued_on, certificate.valid_until) == (date(2026, 11, 20), date(2027, 11, 19)), (
        "Art. 8: a year"
    )
    offices.does("clerk", A.DELIVER, found, days=20)
    session.refresh(matter)
    assert (found.state, found.owner_id, matter.state) == (S.DELIVERED, None, MatterState.CLOSED)
    history = session.scalars(select(ApplicationEvent).order_by(ApplicationEvent.seq)).all()
    assert [line.act for line in history] == [
        A.SUBMIT, A.ASK_SUPPLEMENT, A.SUPPLY, A.ACCEPT, A.EXAMINE, A.PUBLISH_OBJECTION, A.OBJECT, A.APPROVE, A.DELIVER,
    ]  # fmt: skip
    conditions = {one["code"]: one["passes"] for one in history[4].facts["conditions"]}
    assert conditions["staff"] is True
    assert list(conditions.values()).count(False) == 1
    trail = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("application."))).all()
    assert len(trail) == len(history) + 2, "the draft and its paper stand there too"
    assert session.scalars(select(Attachment.content_hash)).all() == [FILE.content_hash]


def test_whoever_comes_to_decide_later_issues_in_the_name_of_their_office(offices: Offices, session: Session) -> None:
    """When it was examined nobody in the city could decide; somebody could later."""
    offices.staff()
    city = [offices.account(name).id for name in ("decider", "head")]
    posts = update(RoleAssignment).where(RoleAssignment.account_id.in_(city))
    with transaction():
        session.execute(posts.values(began_on=date(2026, 11, 20)))
    found = offices.examined(ApplicationKind.NEW, grade="3")
    assert found.deciding_authority_id is None
    offices.does("decider", A.PUBLISH_OBJECTION, found, days=20)
    (line,) = public_notices()
    assert line.authority == offices.authority.name
    offices.does("decider", A.APPROVE, found, days=29)
    standing = find_standing(offices.company.id, Nature.EVALUATION)
    assert standing is not None
    assert standing.authority_name == offices.authority.name


def test_everybody_may_read_what_is_published(offices: Offices) -> None:
    found = offices.examined()
    assert (public_notices(), public_grants(NOW.date())) == ([], [])
    offices.does("decider", A.PUBLISH_OBJECTION, found, days=3)
    (line,) = public_notices()
    assert (line.number, line.company, line.district, line.authority) == (
        found.number, offices.company.name, "沈河区", "沈阳市住房和城乡建设局",
    )  # fmt: skip
    assert line.until is not None
    assert (line.day, line.until.day) == (date(2026, 11, 5), date(2026, 11, 12)), "Art. 15: seven days"
    offices.does("decider", A.APPROVE, found, days=11)
    assert public_notices() == []
    assert [one.number for one in public_grants(date(2026, 12, 1))] == [found.number]
    assert public_grants(date(2027, 3, 1)) == []


def test_a_grade_is_refused_while_conditions_fail(offices: Offices, session: Session) -> None:
    found = offices.examined(ApplicationKind.NEW, grade="2")
    with pytest.raises(Refused) as refused:
        offices.does("decider", A.PUBLISH_OBJECTION, found, days=3)
    assert codes(refused) == ["conditions_not_met"]
    offices.does("decider", A.REJECT, found, days=3)
    line = session.scalars(select(ApplicationEvent).where(ApplicationEvent.act == A.REJECT)).one()
    assert found.outcome is ApplicationOutcome.REJECTED
    assert [one["citation"] for one in line.facts["conditions"] if not one["passes"]]


def test_under_a_licence_nothing_is_published(licensing: Offices) -> None:
    found = licensing.examined()
    licensing.does("decider", A.APPROVE, found, days=3)
    assert (found.rule_set, found.number, found.state) == ("licence-2015", "210103-2016-00001", S.APPROVED)
    assert found.due_on == date(2016, 5, 20), "ten working days to deliver"


def test_numbers_have_no_gap(offices: Offices) -> None:
    found, twin = offices.sent(), offices.draft()
    with pytest.raises(Conflict):
        offices.does("applicant", A.SUBMIT, twin)
    other = offices.sent(ApplicationKind.REISSUE)
    assert [found.number, other.number] == ["210103-2026-00001", "210103-2026-00002"]


def test_a_number_is_of_the_year_it_is_here(offices: Offices) -> None:
    """On New Year's Eve in UTC it is 2027 in the office already."""
    offices.sent()
    offices.now = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    found = offices.sent(ApplicationKind.REISSUE)
    assert (found.number, found.received_on) == ("210103-2027-00001", date(2027, 1, 1))


def test_an_upgrade_is_to_a_higher_grade(offices: Offices) -> None:
    offices.holds()
    with pytest.raises(Refused) as refused:
        offices.draft(ApplicationKind.UPGRADE, grade="3")
    assert codes(refused) == ["upgrade_not_higher"]
    assert offices.sent(ApplicationKind.UPGRADE, grade="2").number
    rules = rule_set_on(NOW.date())
    for wanted, held, is_provisional, higher in (
        ("3", "3", True, True), ("3", "2", False, False), ("1", "2", False, True), ("3", "A", False, True),
    ):  # fmt: skip
        found = judge_upgrade(rules, wanted, held, is_provisional=is_provisional).findings
        assert (not found) is higher, (wanted, held)


def test_what_was_drafted_under_other_rules_is_read_again(offices: Offices) -> None:
    found = offices.draft(ApplicationKind.NEW, grade="3")
    source = rulesets.shipped_source(rulesets.DEMO).replace('"evaluation-demo"', '"evaluation-next"', 1)
    with transaction():
        add_rule_set(source.replace("2023-01-01", "2026-11-20"), actor=Actor.system(), now=NOW)
    with pytest.raises(Conflict, match="rule_set_changed_since_drafted"):
        offices.does("applicant", A.SUBMIT, found, days=20)
    assert (found.state, found.number) == (S.DRAFT, None)


# --- who --------------------------------------------------------------------------------------------------------------


def test_the_same_person_never_examines_and_decides(offices: Offices, session: Session) -> None:
    found = offices.examined()
    account = offices.account("examiner")
    offices.accounts["decider"] = (account, *offices.accounts["decider"][1:])
    with pytest.raises(Refused) as refused:
        offices.does("decider", A.REJECT, found, days=3)
    assert codes(refused) == ["examined_by_oneself"]
    wrong = {"state": S.REJECTED, "decided_on": NOW.date(), "outcome": ApplicationOutcome.REJECTED}
    table = Application.__table__
    with pytest.raises(DBAPIError, match="two_people"), transaction():
        session.execute(update(table).values(**wrong, decider_id=account.id, version=found.version + 1))


def test_a_district_does_not_decide_and_a_city_does_not_examine(offices: Offices) -> None:
    found = offices.sent()
    for name in ("decider", "clerk", "applicant"):
        with pytest.raises(Refused) as refused:
            offices.does(name, A.ACCEPT, found)
        assert codes(refused) == ["act_without_right"]
    offices.does("examiner", A.ACCEPT, found)
    offices.does("examiner", A.EXAMINE, found)
    offices.accounts["examiner"] = (*offices.accounts["head"][:2], offices.accounts["examiner"][2])
    with pytest.raises(Refused) as refused:
        offices.does("examiner", A.REJECT, found)
    assert codes(refused) == ["act_of_another_level"]


def test_who_gets_the_matter_gets_the_application(offices: Offices, session: Session) -> None:
    found = offices.sent()
    other = offices.account("head")
    with transaction():
        matter = matter_of(session, found)
        move_matters([matter], to=other.id, authority=None, reason="交接", actor=Actor.system(), now=NOW)
    session.refresh(found)
    assert found.owner_id == other.id


# --- terms ------------------------------------------------------------------------------------------------------------


def test_silence_accepts_from_the_day_of_receipt(offices: Offices, session: Session) -> None:
    found = offices.sent()
    with transaction():
        assert sweeping.count_accepted(NOW + timedelta(days=7)) == 0, "the last day is not over"
    for _twice in range(2):
        with transaction():
            sweeping.look_after_applications(NOW + timedelta(days=8))
    session.refresh(found)
    assert (found.state, found.accepted_on, found.is_accepted_by_silence) == (S.ACCEPTED, NOW.date(), True)
    assert found.due_on == date(2026, 11, 30), "twenty working days from the day of receipt"
    history = session.scalars(select(ApplicationEvent).order_by(ApplicationEvent.seq)).all()
    assert [(line.act, line.by_id is None) for line in history] == [(A.SUBMIT, False), (A.COUNT_ACCEPTED, True)]


def test_silence_renews_a_licence(licensing: Offices, session: Session) -> None:
    heard: list[Approved] = []

    def hear(_sender: object, approved: Approved, **_more: Any) -> None:
        heard.append(approved)

    application_approved.connect(hear)
    given = {"grade": "3", "held_until": date(2016, 6, 30)}
    found = licensing.sent(ApplicationKind.RENEWAL, **given)
    with transaction():
        assert sweeping.count_renewed(datetime(2016, 6, 30, 4, 0, tzinfo=UTC)) == 0
    with transaction():
        sweeping.look_after_applications(datetime(2016, 7, 1, 4, 0, tzinfo=UTC))
    session.refresh(found)
    assert (found.state, found.outcome) == (S.APPROVED, ApplicationOutcome.RENEWED_BY_SILENCE)
    assert [(one.by_silence, one.decided_on) for one in heard] == [(True, date(2016, 6, 30))]
    renewed = find_standing(licensing.company.id, Nature.LICENCE)
    assert renewed is not None
    assert (renewed.grade, renewed.issued_on) == ("3", date(2016, 6, 30))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param(ApplicationKind.CHANGE, ("3", None), id="change-goes-on-with-grade-and-days"),
        pytest.param(ApplicationKind.REISSUE, ("3", None), id="lost-paper-new-number"),
        pytest.param(ApplicationKind.CANCELLATION, None, id="行政许可法70-cancelled"),
    ],
)
def test_what_an_approval_does_to_the_certificate_held(
    offices: Offices, kind: ApplicationKind, expected: tuple[str, None] | None
) -> None:
    held = offices.holds()
    found = offices.examined(kind)
    offices.does("decider", A.PUBLISH_OBJECTION, found, days=3)
    offices.does("decider", A.APPROVE, found, days=11)
    former = find_number(held)
    standing = find_standing(offices.company.id, Nature.EVALUATION)
    assert former is not None
    if expected is None:
        assert (former.ended_as, former.ended_paper, standing) == (CertificateState.CANCELLED, found.number, None)
    else:
        assert standing is not None
        assert (former.ended_as, former.superseded_by_id) == (CertificateState.SUPERSEDED, standing.id)
        assert (standing.grade, standing.valid_until) == expected


def test_the_clock_stands_still_and_is_extended_once(offices: Offices, session: Session) -> None:
    found = offices.examined()
    before = found.due_on
    offices.does("decider", A.STOP_CLOCK, found, days=3)
    assert found.due_on is None
    with pytest.raises(Refused) as refused:
        offices.does("decider", A.REJECT, found, days=4)
    assert codes(refused) == ["clock_stands_still"]
    offices.does("decider", A.RESUME_CLOCK, found, days=10)
    assert found.due_on == date(2026, 12, 9)
    assert before == date(2026, 12, 2)
    with pytest.raises(Refused) as refused:
        offices.does("decider", A.EXTEND, found, days=10)
    assert codes(refused) == ["act_without_right"], "the head approves it"
    offices.does("head", A.EXTEND, found, days=10)
    assert found.due_on == date(2026, 12, 23)
    with pytest.raises(Refused) as refused:
        offices.does("head", A.EXTEND, found, days=11)
    assert codes(refused) == ["extended_already"]
    offices.does("decider", A.STOP_CLOCK, found, days=12)
    offices.does("applicant", A.RETRACT, found, days=13)
    still = session.scalars(select(ApplicationPause).where(ApplicationPause.resumed_on.is_(None))).all()
    assert (found.state, still) == (S.RETRACTED, [])


def test_one_that_cannot_be_swept_does_not_hold_up_the_others(licensing: Offices, session: Session) -> None:
    def refuse(_sender: object, **_approved: Any) -> None:
        raise BadInput("certificate_nothing_held")

    application_approved.connect(refuse)
    held = licensing.sent(ApplicationKind.RENEWAL, grade="3", held_until=date(2016, 6, 30))
    other = licensing.sent()
    licensing.does("examiner", A.ACCEPT, held)
    with transaction():
        sweeping.look_after_applications(datetime(2016, 7, 1, 4, 0, tzinfo=UTC))
    session.expire_all()
    assert (held.state, other.state) == (S.ACCEPTED, S.ACCEPTED)
    assert other.is_accepted_by_silence


def test_who_is_late_is_told_once(offices: Offices, session: Session) -> None:
    found = offices.examined()
    late = NOW + timedelta(days=40)
    for _twice in range(2):
        with transaction():
            sweeping.look_after_applications(late)
    reminders = session.scalars(select(Reminder)).all()
    assert [(one.to_id, one.sent_at) for one in reminders] == [(found.owner_id, late)]


# --- faults between ---------------------------------------------------------------------------------------------------


def test_of_two_at_once_one_is_told(offices: Offices) -> None:
    found = offices.sent()
    seen = found.version
    offices.does("examiner", A.ACCEPT, found)
    with pytest.raises(StaleVersion):
        offices.does("examiner", A.REFUSE_ACCEPTANCE, found, version=seen)
    assert found.state is S.ACCEPTED


def test_the_row_is_compared_and_set(offices: Offices, session: Session) -> None:
    """The application was read, somebody else moved it on, and only then the act writes."""
    found = offices.sent()
    table = Application.__table__

    def overtaken(*_given: Any, **_more: Any) -> dict[str, Any]:
        session.execute(update(table).where(table.c.id == found.id).values(version=found.version + 5))
        return {}

    kept, steps.follow_step = steps.follow_step, overtaken
    try:
        with pytest.raises(StaleVersion):
            offices.does("examiner", A.ACCEPT, found)
    finally:
        steps.follow_step = kept
    session.refresh(found)
    assert found.state is S.RECEIVED


def test_the_database_knows_the_table_too(offices: Offices, session: Session) -> None:
    lawful = {(line.state, line.to) for table in TABLES.values() for line in table.values() if line.state != line.to}
    found = offices.sent()
    table = Application.__table__
    one = update(table).where(table.c.id == found.id)
    with pytest.raises(DBAPIError, match="application_step_exists"), transaction():
        session.execute(one.values(state=S.DRAFT, version=found.version + 1))
    with pytest.raises(DBAPIError, match="application_step_exists"), transaction():
        session.execute(one.values(state=S.SUPPLEMENT_ASKED, version=found.version))
    with pytest.raises(DBAPIError, match="application_history_stands"), transaction():
        session.execute(text("UPDATE application_event SET words = 'x'"))
    with pytest.raises(DBAPIError, match="application_history_stands"), transaction():
        session.execute(text("DELETE FROM application_event"))
    with pytest.raises(DBAPIError, match="decided"), transaction():
        session.execute(one.values(decided_on=NOW.date()))
    written = _steps_of_migration()
    assert written == {(before.value, after.value) for before, after in lawful}


def _steps_of_migration() -> set[tuple[str, str]]:
    (path,) = (resource_dir("migrations") / "versions").glob("*_applications.py")
    return set(runpy.run_path(str(path))["STEPS"])


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param({"status": CompanyStatus.CANCELLED}, id="struck-off"),
        pytest.param({"retired_on": NOW.date(), "retired_reason": "重复登记"}, id="record-taken-out"),
    ],
)
def test_a_company_cancelled_in_the_middle(offices: Offices, session: Session, gone: dict[str, Any]) -> None:
    found = offices.examined()
    with transaction():
        session.add(offices.company)
        for name, value in gone.items():
            setattr(offices.company, name, value)
    with pytest.raises(Refused) as refused:
        offices.does("decider", A.REJECT, found, days=3)
    assert codes(refused) == ["company_was_cancelled"]
    for _twice in range(2):
        with transaction():
            sweeping.look_after_applications(NOW + timedelta(days=3))
    session.refresh(found)
    assert (found.state, found.outcome) == (S.CLOSED, ApplicationOutcome.CANCELLED_COMPANY)
    assert matter_of(session, found).state is MatterState.CLOSED


def test_retracting_does_not_wait_for_a_paper(offices: Offices, session: Session) -> None:
    """A paper half written holds the matter open, not the applicant; the sweep closes it when the paper is gone."""
    found = offices.sent()
    account, role, _scope = offices.accounts["examiner"]
    with transaction():
        authority = accounts.add_authority("沈河区房产局", make.SHENHE, actor=Actor.system(), now=NOW)
        facts = sample_facts(shipped(PaperKind.SUPPLEMENT))
        paper = drafting.draft_paper(
            matter_of(session, found), Draft(PaperKind.SUPPLEMENT, "沈阳独见物业服务有限公司", facts),
            authority_id=authority.id, authority=authority.name, account_id=account.id, actor=actor_of(account, role),
            now=NOW,
        )  # fmt: skip
    offices.does("applicant", A.RETRACT, found)
    matter = matter_of(session, found)
    assert (found.state, matter.state) == (S.RETRACTED, MatterState.OPEN)
    with transaction():
        drafting.discard_paper(
            paper, matter, version=paper.version, actor=actor_of(account, role), now=NOW
        )  # fmt: skip
    with transaction():
        following.keep_matters(NOW)
    session.refresh(matter)
    assert matter.state is MatterState.CLOSED


def test_papers_of_a_draft_are_kept_and_taken_out(offices: Offices, session: Session) -> None:
    found = offices.draft()
    assert name_contents(None, [FILE.content_hash, "b" * 64]) == {FILE.content_hash}
    assert attachments.signals.contents_asked.receivers, "the sweep of left contents asks us"
    file = session.scalars(select(ApplicationFile)).one()
    actor = actor_of(*offices.accounts["applicant"][:2])
    with transaction():
        remove_file(found, file, actor=actor, now=NOW)
    with pytest.raises(Refused) as refused:
        offices.does("applicant", A.SUBMIT, found)
    assert codes(refused) == ["application_without_papers"]
    sent = offices.sent(ApplicationKind.REISSUE)
    (file,) = session.scalars(select(ApplicationFile)).all()
    assert file.sent_on == day(NOW)
    with pytest.raises(BadInput, match="paper_sent_already"), transaction():
        remove_file(sent, file, actor=actor, now=NOW)


def test_what_a_draft_must_say(offices: Offices) -> None:
    kind = ApplicationKind
    for fields, code in (
        ({"kind": kind.NEW}, "grade_not_named"),
        ({"kind": kind.NEW, "grade": "9"}, "grade_not_named"),
        ({"kind": kind.ANNUAL_INSPECTION, "grade": "3"}, "application_kind_unknown"),
        ({"kind": kind.CHANGE, "held_certificate": " "}, "certificate_not_named"),
        ({"kind": kind.RENEWAL, "grade": "3"}, "held_until_missing"),
    ):
        with pytest.raises(Refused) as refused:
            offices.draft(**fields)
        assert codes(refused) == [code]
    assert offices.draft(kind.CHANGE, grade="1").grade is None, "a change asks for none"


def test_after_the_repeal_and_before_an_evaluation_nothing_can_be_applied_for(licensing: Offices) -> None:
    licensing.now = datetime(2019, 5, 3, 4, 0, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        licensing.draft(ApplicationKind.NEW, grade="3")
    assert codes(refused) == ["nothing_to_apply_for"]
