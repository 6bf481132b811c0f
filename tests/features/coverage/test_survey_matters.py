"""A round of the survey is a matter of who opened it until it is closed, on both databases."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import Permission, Role
from regulator.features.audit.terms import Actor
from regulator.features.coverage.actions.surveys import answer_survey, close_survey, keep_matters, open_survey
from regulator.features.coverage.models import SurveyRound
from regulator.features.coverage.queries.matters import ROUNDS
from regulator.features.coverage.queries.surveys import get_survey_estate
from regulator.features.coverage.terms import SurveyAnswer
from regulator.features.divisions.queries import get_division
from regulator.features.papers.models import Matter
from regulator.features.papers.queries.integrity import out_of_step
from regulator.features.papers.terms import MatterKind, MatterState, Outcome
from regulator.features.registry.terms import RegisterNature
from regulator.foundation.database import transaction
from tests.factories import accounts as people
from tests.factories import registry as make

DUE = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def world(app: Flask) -> None:
    del app
    with transaction():
        make.make_tree()
        make.decide(RegisterNature.REAL)
        make.make_estate("全缺楼", households=None)


def officer(name: str, deputy_for: str | None = None) -> tuple[Account, Actor]:
    account = people.make_account(name, (Role.STREET_OFFICER, make.SHENHE_STREET))
    return account, Actor(account.id, name, account.name, "street_officer", "朱剪炉街道", None, deputy_for)


def opened(actor: Actor) -> SurveyRound:
    with transaction():
        return open_survey(
            get_division(make.SHENHE_STREET), title="2026 年摸底", due_on=DUE, actor=actor, now=make.NOW
        )  # fmt: skip


def only(session: Session) -> Matter:
    session.expire_all()
    return session.scalars(select(Matter).where(Matter.kind == MatterKind.SURVEY)).one()


def test_it_is_the_openers_until_the_round_is_closed(session: Session) -> None:
    officer("first")
    account, actor = officer("second")
    current = opened(actor)
    matter = only(session)
    assert (matter.owner_id, matter.due_on, matter.title) == (account.id, DUE, "2026 年摸底")
    assert (matter.subject_key, matter.division_code) == (current.id.hex, make.SHENHE_STREET)
    assert matter.handled_by == Permission.SURVEYS_OPEN
    with transaction():
        close_survey(current, reason="年底汇总", version=current.version, actor=actor, now=make.NOW)
    matter = only(session)
    assert (matter.state, matter.outcome, matter.closed_reason) == (MatterState.CLOSED, Outcome.DONE, "年底汇总")
    assert out_of_step([ROUNDS]) == []


def test_what_a_deputy_opens_is_the_business_of_who_holds_the_office(session: Session) -> None:
    principal, _ = officer("principal")
    stand_in = people.make_account("standin", (Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY))
    opened(Actor(stand_in.id, "standin", "Standin", "street_officer", "", None, "principal"))
    assert only(session).owner_id == principal.id


def test_answering_a_round_asks_nobody_to_confirm_what_it_asked_for(session: Session) -> None:
    _, actor = officer("first")
    current = opened(actor)
    with transaction():
        estate = session.scalars(select(make.Estate)).one()
        entry = get_survey_estate(make.CITY_SCOPE, current, estate.code, day=make.TODAY).entry
        answer_survey(
            current, entry, estate, SurveyAnswer(households=120), company=None, version=entry.version,
            estate_version=estate.version, actor=actor, now=make.NOW,
        )  # fmt: skip
    assert only(session).state is MatterState.OPEN
    assert session.scalars(select(Matter.kind)).all() == [MatterKind.SURVEY]


def test_rounds_from_before_there_were_matters_get_theirs_and_strays_are_closed(session: Session) -> None:
    account, actor = officer("first")
    current = opened(actor)
    with transaction():
        session.execute(update(Matter).values(subject_key="0" * 32))
    assert sorted(out_of_step([ROUNDS])) == sorted([current.id.hex, "0" * 32])
    with transaction():
        keep_matters(make.NOW + timedelta(minutes=1))
    session.expire_all()
    found = {matter.subject_key: matter for matter in session.scalars(select(Matter))}
    assert found["0" * 32].outcome is Outcome.TAKEN_BACK
    assert (found[current.id.hex].owner_id, found[current.id.hex].due_on) == (account.id, DUE)
    assert out_of_step([ROUNDS]) == []
