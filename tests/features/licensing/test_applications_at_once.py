"""Two who act on one application in the same second, each on a connection of their own: one winner, nothing lost."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from regulator.features.accounts.terms import Role
from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.applications import sweeping
from regulator.features.licensing.actions.applications.steps import take_step
from regulator.features.licensing.application_terms import ApplicationAct, ApplicationState, Desk, Given
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Application, ApplicationEvent, Certificate
from regulator.features.licensing.queries.certificates import find_number
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import Conflict, StaleVersion
from tests.factories.applications import NOW, Offices, actor_of
from tests.features.papers.test_at_once import at_once

A, S = ApplicationAct, ApplicationState


def test_at_once_one_wins(app: Flask) -> None:
    offices = Offices()
    found, twins = offices.sent(), [offices.draft(), offices.draft()]
    desk, actor = offices.desk("examiner"), actor_of(offices.account("examiner"), Role.DISTRICT_OFFICER)
    mine, me = offices.desk("applicant"), actor_of(offices.account("applicant"), Role.COMPANY_USER)
    offices.does("applicant", A.RETRACT, found)
    keys = [(one.id, one.version) for one in twins]
    session().commit()

    def step(key: UUID, version: int, act: ApplicationAct, whose: object, who: object) -> Callable[[], None]:
        def act_now() -> None:
            with transaction():
                one = session().get_one(Application, key)
                take_step(one, act, Given("x"), whose, actor=who, now=NOW, version=version)

        return act_now

    raised = at_once(app, *(step(*key, A.SUBMIT, mine, me) for key in keys))
    assert [type(error) for error in raised] == [Conflict], "a company has one of a kind under way"
    session().expire_all()
    sent = session().scalars(select(Application).where(Application.state == S.RECEIVED)).one()
    assert sent.number == "210103-2026-00002", "no number is lost with the one that was refused"
    key, version = sent.id, sent.version
    session().commit()
    raised = at_once(app, *(step(key, version, act, desk, actor) for act in (A.ACCEPT, A.REFUSE_ACCEPTANCE)))
    assert [type(error) for error in raised] == [StaleVersion]
    session().expire_all()
    lines = session().scalars(select(ApplicationEvent).where(ApplicationEvent.application_id == key)).all()
    assert len(lines) == 2


def test_approved_and_taken_back_at_once(app: Flask) -> None:
    """Either the certificate is made anew or the application is gone: never both, and nothing between."""
    offices = Offices()
    held = offices.holds()
    found = offices.examined()
    offices.does("decider", A.PUBLISH_OBJECTION, found, days=3)
    key, version, now = found.id, found.version, NOW + timedelta(days=11)
    sides = (
        (A.APPROVE, offices.desk("decider"), actor_of(offices.account("decider"), Role.CITY_OFFICER)),
        (A.RETRACT, offices.desk("applicant"), actor_of(offices.account("applicant"), Role.COMPANY_USER)),
    )
    session().commit()

    def step(act: ApplicationAct, desk: Desk, actor: Actor) -> Callable[[], None]:
        def act_now() -> None:
            with transaction():
                one = session().get_one(Application, key)
                take_step(one, act, Given("x"), desk, actor=actor, now=now, version=version)

        return act_now

    raised = at_once(app, *(step(*side) for side in sides))
    assert [type(error) for error in raised] == [StaleVersion]
    session().expire_all()
    state = session().get_one(Application, key).state
    former = find_number(held)
    assert former is not None
    assert (state, former.ended_as) in {(S.APPROVED, CertificateState.SUPERSEDED), (S.RETRACTED, None)}
    assert session().scalar(select(func.count()).select_from(Certificate)) == (2 if state is S.APPROVED else 1)


def test_two_sweeps_at_once_do_it_once(app: Flask) -> None:
    offices = Offices()
    found = offices.sent()
    session().commit()

    def sweep() -> None:
        with transaction():
            sweeping.look_after_applications(NOW + timedelta(days=8))

    assert at_once(app, sweep, sweep) == []
    session().expire_all()
    found = session().scalars(select(Application)).one()
    acts = session().scalars(select(ApplicationEvent.act).order_by(ApplicationEvent.seq)).all()
    assert (found.state, acts) == (S.ACCEPTED, [A.SUBMIT, A.COUNT_ACCEPTED])
