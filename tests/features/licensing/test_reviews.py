"""A district's yearly review on both databases: opened, proposed, decided by another, published; faults between."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.licensing.actions.certificates import end_certificate
from regulator.features.licensing.actions.reviews import following, sweeping
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Certificate, ReviewEntry, ReviewEvent, ReviewRound
from regulator.features.licensing.queries.certificates import find_standing
from regulator.features.licensing.queries.evaluating import evaluate_all
from regulator.features.licensing.queries.reviews import integrity
from regulator.features.licensing.queries.reviews.published import (
    ResultFilter,
    count_public_results,
    latest_results,
    public_results,
    public_rounds,
    public_years,
)
from regulator.features.licensing.queries.reviews.standing import list_held
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.review_terms import (
    ReviewAct,
    ReviewClosing,
    ReviewResult,
    ReviewRoundAct,
    ReviewRoundState,
    ReviewState,
)
from regulator.features.licensing.terms import Nature
from regulator.features.papers.models import Matter
from regulator.features.papers.terms import MatterKind, MatterState
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation.database import session as database
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Conflict, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.applications import NOW
from tests.factories.certificates import evaluation
from tests.factories.reviews import Reviewed
from tests.features.papers.test_at_once import at_once

A, S, RA, RS = ReviewAct, ReviewState, ReviewRoundAct, ReviewRoundState
MEASURED = datetime(2005, 4, 4, 4, 0, tzinfo=UTC)


@pytest.fixture
def offices(app: Flask) -> Reviewed:
    assert app
    return Reviewed()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def matter_of(session: Session) -> Matter:
    return session.scalars(select(Matter).where(Matter.kind == MatterKind.REVIEW)).one()


def sound() -> dict[str, list[str]]:
    return {name: found for name, check in integrity.CHECKS.items() if (found := check())}


# --- the whole way ----------------------------------------------------------------------------------------------------


def test_from_opened_to_published(offices: Reviewed, session: Session) -> None:
    current = offices.opens()
    assert (current.title, current.listed, current.due_on) == ("沈河区2026年年度复核", 3, date(2027, 1, 26))
    entries = {name: offices.entry(name) for name in ("passing", "failing", "falling")}
    assert {name: one.passes for name, one in entries.items()} == {"passing": True, "failing": False, "falling": False}
    assert {one["code"]: one["found"] for one in entries["passing"].conditions}["staff"] == 10
    matter = matter_of(session)
    assert (matter.owner_id, matter.due_on) == (offices.account("examiner").id, current.due_on)

    done = offices.acts("examiner", RA.PROPOSE_PASSING, current, days=1)
    assert (done.done, done.failing) == (1, 2)
    for name in ("failing", "falling"):
        offices.judges("examiner", A.PROPOSE_FAIL, entries[name], days=2)
    offices.acts("examiner", RA.SUBMIT, current, days=2)
    session.refresh(matter)
    assert (matter.owner_id, matter.division_code) == (offices.account("decider").id, make.CITY)

    offices.judges("decider", A.RETURN, entries["failing"], days=3)
    session.refresh(matter)
    assert (current.state, entries["failing"].state, matter.owner_id) == (
        RS.OPEN, S.AWAITING, offices.account("examiner").id,
    )  # fmt: skip
    offices.judges("examiner", A.PROPOSE_FAIL, entries["failing"], days=4)
    offices.acts("examiner", RA.SUBMIT, current, days=4)

    assert offices.acts("decider", RA.CONFIRM_PASSING, current, days=5).done == 1
    offices.judges("decider", A.DECIDE_FAIL, entries["failing"], days=5)
    assert current.state is RS.SUBMITTED
    offices.judges("decider", A.DECIDE_FAIL, entries["falling"], days=6, grade="3")
    assert (current.state, current.decided_on) == (RS.DECIDED, date(2026, 11, 8))
    assert public_rounds(2026) == []
    offices.acts("decider", RA.PUBLISH, current, days=7)

    assert (current.state, current.passed, current.failed) == (RS.PUBLISHED, 1, 2)
    session.refresh(matter)
    assert matter.state is MatterState.CLOSED
    certificates_follow(offices, session)
    history = session.scalars(
        select(ReviewEvent.act).where(ReviewEvent.entry_id == entries["failing"].id).order_by(ReviewEvent.seq)
    ).all()
    assert history == [A.PROPOSE_FAIL, A.RETURN, A.PROPOSE_FAIL, A.DECIDE_FAIL]
    trail = set(session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("review"))).all())
    assert trail >= {"review_round.opened", "review_round.settle", "review_round.publish", "review.decide_fail"}
    assert sound() == {}
    public_is_told(offices)


def certificates_follow(offices: Reviewed, session: Session) -> None:
    def held(name: str) -> Certificate | None:
        return find_standing(offices.companies[name].id, Nature.EVALUATION)

    ended = offices.certificates["failing"]
    session.refresh(ended)
    assert (held("failing"), ended.ended_as, ended.ended_on) == (None, CertificateState.CANCELLED, date(2026, 11, 9))
    assert "第十九条第二款" in (ended.ended_reason or "")
    lower, kept = held("falling"), held("passing")
    assert lower is not None
    assert (lower.grade, lower.valid_until) == ("3", date(2029, 11, 8))
    assert lower.id == offices.entry("falling").new_certificate_id
    assert kept is not None
    assert kept.id == offices.certificates["passing"].id


def public_is_told(offices: Reviewed) -> None:
    assert [(one.district, one.passed, one.failed) for one in public_rounds(2026)] == [("沈河区", 1, 2)]
    assert [(year, passed) for year, _words, passed, _failed in public_years()] == [(2026, 1)]
    failed = ResultFilter(2026, result=ReviewResult.FAIL)
    assert count_public_results(failed).number == 2
    (falling,) = public_results(ResultFilter(2026, make.SHENHE, q="falling")).items
    assert (falling.result, falling.new_grade and falling.new_grade.zh) == (ReviewResult.FAIL, "三级")
    assert public_results(ResultFilter(2026, make.HEPING)).items == ()
    found = latest_results([one.id for one in offices.certificates.values()])
    assert {one.result for one in found.values()} == {ReviewResult.PASS, ReviewResult.FAIL}


def test_under_the_measures_of_2004(app: Flask, session: Session) -> None:
    """Art. 18: a fail ends the certificate; the words are those of an inspection. Under 2007 there is none."""
    offices = Reviewed(MEASURED)
    current = offices.submitted()
    assert (current.title, current.rule_set) == ("沈河区2005年年检", "licence-2004")
    offices.acts("decider", RA.CONFIRM_PASSING, current)
    for name in ("failing", "falling"):
        offices.judges("decider", A.DECIDE_FAIL, offices.entry(name), grade="3" if name == "falling" else None)
    offices.acts("decider", RA.PUBLISH, current)
    ended = session.get_one(Certificate, offices.certificates["failing"].id, populate_existing=True)
    assert (ended.ended_as, "第十八条" in (ended.ended_reason or "")) == (CertificateState.CANCELLED, True)
    for later, code in ((datetime(2008, 5, 5, 4, 0, tzinfo=UTC), "review_not_in_rules"), (NOW, "review_nobody_listed")):
        offices.now = later
        with transaction():
            evaluation()
        with pytest.raises(BadInput) as bad:
            offices.opens()
        assert bad.value.code == code


# --- who may not ------------------------------------------------------------------------------------------------------


def test_a_round_is_opened_once_by_the_district(offices: Reviewed) -> None:
    with pytest.raises(Refused) as refused:
        offices.opens("decider")
    assert codes(refused) == ["act_of_another_level"]
    offices.opens()
    with pytest.raises(Conflict) as conflict:
        offices.opens(days=30)
    assert conflict.value.code == "review_round_open_already"
    held = list_held(make.SHENHE, rule_set_on(NOW.date()), NOW.date())
    assert held == [], "a certificate is looked at once a year, wherever its holder moves"


def test_nobody_decides_what_they_proposed(offices: Reviewed, session: Session) -> None:
    """Not singly, not in one go, and not past the database."""
    current = offices.submitted()
    own = offices.entry("passing")
    with transaction():
        session.execute(
            update(ReviewEntry).where(ReviewEntry.id == own.id).values(first_by_id=offices.account("decider").id)
        )
    with pytest.raises(Refused) as refused:
        offices.acts("decider", RA.CONFIRM_PASSING, current)
    assert [(one.code, one.params["own"]) for one in refused.value.findings] == [("review_nobody_to_confirm", 1)]
    with pytest.raises(Refused) as refused:
        offices.judges("decider", A.DECIDE_PASS, offices.entry("passing"))
    assert codes(refused) == ["review_proposed_by_oneself"]
    assert offices.acts("head", RA.CONFIRM_PASSING, current).done == 1


def test_figures_are_those_of_the_day(offices: Reviewed, session: Session) -> None:
    """Who falls after being proposed is not confirmed; who mends it passes."""
    current = offices.opens()
    with pytest.raises(Refused) as refused:
        offices.judges("examiner", A.PROPOSE_PASS, offices.entry("failing"))
    assert codes(refused) == ["review_figures_fail"]
    with transaction():
        offices.staffed(offices.companies["failing"], 10)
    done = offices.acts("examiner", RA.LOOK_AGAIN, current)
    assert (done.done, done.failing) == (2, 1)
    offices.acts("examiner", RA.PROPOSE_PASSING, current)
    offices.judges("examiner", A.PROPOSE_FAIL, offices.entry("falling"))
    offices.acts("examiner", RA.SUBMIT, current)
    with transaction():
        session.execute(text("DELETE FROM service WHERE company_id = :one").bindparams(one=hexed(offices, "passing")))
    done = offices.acts("decider", RA.CONFIRM_PASSING, current)
    assert (done.done, done.failing) == (1, 1)
    with pytest.raises(Refused) as refused:
        offices.judges("decider", A.DECIDE_PASS, offices.entry("passing"))
    assert codes(refused) == ["review_figures_fail"]
    offices.judges("decider", A.DECIDE_FAIL, offices.entry("passing"))


def hexed(offices: Reviewed, name: str) -> Any:
    """A key as the database's own text writes it."""
    key = offices.companies[name].id
    return key if database().get_bind().dialect.name == "postgresql" else key.hex


def test_figures_are_those_of_the_set_based_evaluation(offices: Reviewed) -> None:
    offices.opens()
    rules = rule_set_on(NOW.date())
    failing = {one.company_id: one.failing for one in evaluate_all(rules, NOW.date())}
    for name in ("passing", "failing", "falling"):
        entry = offices.entry(name)
        assert (
            tuple(one["code"] for one in entry.conditions if not one["passes"])
            == failing[entry.company_id][entry.grade]
        )


# --- in the middle ----------------------------------------------------------------------------------------------------


def test_who_is_gone_in_the_middle_is_closed(offices: Reviewed, session: Session) -> None:
    current = offices.submitted()
    with transaction():
        offices.companies["failing"].status = CompanyStatus.CANCELLED
        held = session.get_one(Certificate, offices.certificates["falling"].id, populate_existing=True)
        end_certificate(
            held, CertificateState.CANCELLED, on=NOW.date(), reason="企业申请", paper=None, version=held.version,
            actor=make.actor(), now=NOW,
        )  # fmt: skip
    with pytest.raises(Refused) as refused:
        offices.judges("decider", A.DECIDE_FAIL, offices.entry("failing"))
    assert codes(refused) == ["review_gone"]
    for _twice in range(2):
        with transaction():
            sweeping.look_after_reviews(NOW)
        with transaction():
            following.keep_matters(NOW)
    assert (offices.entry("failing").closed_as, offices.entry("falling").closed_as) == (
        ReviewClosing.COMPANY_CANCELLED, ReviewClosing.CERTIFICATE_ENDED,
    )  # fmt: skip
    offices.acts("decider", RA.CONFIRM_PASSING, current)
    assert current.state is RS.DECIDED
    with transaction():
        session.add(offices.companies["passing"])
        offices.companies["passing"].status = CompanyStatus.CANCELLED
    offices.acts("decider", RA.PUBLISH, current)
    assert (current.passed, current.failed, sound()) == (0, 0, {}), "the act itself closes what the sweep has not"


BACK = (
    "UPDATE review_entry SET state = 'awaiting', first_result = NULL, first_on = NULL, second_result = NULL, "
    "second_on = NULL, second_by_id = NULL, version = version + 1"
)
PUBLISHED = (
    "UPDATE review_round SET state = 'published', published_on = opened_on, decided_on = opened_on, passed = 1, "
    "failed = 2, version = version + 1"
)
ALONE = (
    "UPDATE review_entry SET state = 'decided', second_result = first_result, second_on = first_on, "
    "second_by_id = first_by_id, version = version + 1"
)


def test_verify_finds_what_is_not_as_it_was_listed(offices: Reviewed, session: Session) -> None:
    current = offices.opens()
    with transaction():
        session.execute(update(ReviewRound).values(listed=9))
    assert sound() == {"reviews_counts_wrong": [current.title]}


def test_the_database_refuses_what_the_tables_do_not_have(offices: Reviewed, session: Session) -> None:
    current = offices.submitted()

    def run(*statements: str) -> None:
        with transaction():
            for statement in statements:
                session.execute(text(statement))

    def refused(*statements: str) -> None:
        with pytest.raises(DBAPIError):
            run(*statements)

    refused(PUBLISHED)
    refused("UPDATE review_round SET state = 'open'")
    refused(ALONE)
    refused("UPDATE review_event SET words = 'x'")
    refused("DELETE FROM review_event")
    offices.acts("decider", RA.CONFIRM_PASSING, current)
    for name in ("failing", "falling"):
        offices.judges("decider", A.DECIDE_FAIL, offices.entry(name))
    refused(BACK, PUBLISHED)
    offices.acts("decider", RA.PUBLISH, current)
    refused(BACK)


# --- two at once ------------------------------------------------------------------------------------------------------


def test_at_once_one_wins(app: Flask) -> None:
    offices = Reviewed()
    database().commit()

    def raised_by(*acts: Any) -> list[type[BaseException]]:
        return [type(error) for error in at_once(app, *acts)]

    def again(act: ReviewRoundAct) -> Any:
        def take() -> None:
            mine = database().scalars(select(ReviewRound)).one()
            offices.acts("examiner", act, mine, version=version)

        return take

    assert raised_by(offices.opens, offices.opens) == [Conflict]
    version = database().scalars(select(ReviewRound.version)).one()
    database().commit()
    assert raised_by(again(RA.PROPOSE_PASSING), again(RA.PROPOSE_PASSING)) == [StaleVersion]
    assert database().scalars(select(ReviewEvent.act)).all() == [A.PROPOSE_PASS]
    for name in ("failing", "falling"):
        offices.judges("examiner", A.PROPOSE_FAIL, offices.entry(name))
    offices.acts("examiner", RA.SUBMIT, database().scalars(select(ReviewRound)).one())
    seen = offices.entry("failing").version
    database().commit()

    def decides(who: str, act: ReviewAct) -> Any:
        return lambda: offices.judges(who, act, offices.entry("failing"), version=seen)

    assert raised_by(decides("decider", A.DECIDE_FAIL), decides("head", A.RETURN)) == [StaleVersion]
    database().expire_all()
    assert database().scalars(select(ReviewEvent).where(ReviewEvent.version == seen + 1)).all()
    assert sound() == {}
