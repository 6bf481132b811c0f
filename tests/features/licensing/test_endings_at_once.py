"""Two who act on one case in the same second, each on a connection of their own: one winner, nothing lost."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from regulator.features.accounts.terms import Role
from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.certificates import end_certificate
from regulator.features.licensing.actions.endings import sweeping
from regulator.features.licensing.actions.endings.opening import open_ending
from regulator.features.licensing.actions.endings.steps import take_ending_step
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.endings_terms import DECIDED_BY, EndingAct, EndingGiven, EndingState
from regulator.features.licensing.models import Certificate, CertificateEnding, CertificateEndingEvent
from regulator.features.licensing.terms import EndingKind
from regulator.features.papers.terms import PaperKind
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import Conflict, StaleVersion
from tests.factories.applications import NOW, actor_of
from tests.factories.endings import GROUNDS, Cases
from tests.features.papers.test_at_once import at_once

A = EndingAct
LATER = NOW + timedelta(days=8)


def test_at_once_one_wins(app: Flask) -> None:
    cases = Cases()
    held = cases.certificate()
    key, version = held.id, held.version
    desks = {name: cases.desk(name) for name in ("decider", "head")}
    actors = {name: actor_of(cases.account(name), Role.CITY_OFFICER) for name in desks}
    session().commit()

    def opens(kind: EndingKind) -> Callable[[], None]:
        def act() -> None:
            with transaction():
                one = session().get_one(Certificate, key)
                given = {"version": version, "actor": actors["decider"], "now": NOW}
                open_ending(one, kind, GROUNDS[kind], "查实", desks["decider"], **given)

        return act

    raised = at_once(app, opens(EndingKind.REVOCATION), opens(EndingKind.WITHDRAWAL))
    assert [type(error) for error in raised] == [Conflict], "one case at a time is open on a certificate"
    session().expire_all()
    found = session().scalars(select(CertificateEnding)).one()
    assert found.number == "ZA210100-2026-00001"
    cases.served(found, PaperKind.ADVANCE_NOTICE)
    paper = cases.paper(found, DECIDED_BY[found.kind], days=8)
    case, seen, on = found.id, found.version, paper.dated_on
    session().commit()

    def steps(name: str, act: EndingAct) -> Callable[[], None]:
        def act_now() -> None:
            with transaction():
                one = session().get_one(CertificateEnding, case)
                take_ending_step(
                    one, act, EndingGiven("x", on), desks[name], actor=actors[name], now=LATER, version=seen
                )  # fmt: skip

        return act_now

    raised = at_once(app, steps("head", A.DECIDE), steps("decider", A.DROP))
    assert [type(error) for error in raised] == [StaleVersion]
    session().expire_all()
    found, held = session().get_one(CertificateEnding, case), session().get_one(Certificate, key)
    assert (held.ended_as is not None) is (found.state is EndingState.DECIDED)


def test_two_sweeps_at_once_close_it_once(app: Flask) -> None:
    cases = Cases()
    cases.told()
    held = cases.certificate()
    with transaction():
        end_certificate(
            held, CertificateState.CANCELLED, on=NOW.date(), reason="企业申请", paper=None, version=held.version,
            actor=Actor.system(), now=NOW,
        )  # fmt: skip
    session().commit()

    def sweep() -> None:
        with transaction():
            sweeping.look_after_endings(LATER)

    assert at_once(app, sweep, sweep) == []
    session().expire_all()
    acts = session().scalars(select(CertificateEndingEvent.act)).all()
    assert acts.count(A.CLOSE_BECAUSE_ENDED) == 1
