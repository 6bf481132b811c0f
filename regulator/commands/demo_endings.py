"""Cases of ending in the demo city: one whose company was told today, one decided with its issued paper."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from regulator.commands.demo_papers import PaperDesk
from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.queries import find_account
from regulator.features.accounts.terms import PERMISSIONS, Role
from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import list_cities
from regulator.features.divisions.terms import Scope
from regulator.features.licensing.actions.endings.opening import open_ending
from regulator.features.licensing.actions.endings.steps import take_ending_step
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.certificate_terms import CertificateOrigin, CertificateState
from regulator.features.licensing.endings_terms import EndingAct, EndingGiven, EndingGround
from regulator.features.licensing.models import Certificate, CertificateEnding
from regulator.features.licensing.queries.applications.standing import levels_of
from regulator.features.licensing.queries.certificates import company_of, facts_of_certificate
from regulator.features.licensing.queries.endings.standing import rule_set_of_certificate
from regulator.features.licensing.rules.certificates import state_on
from regulator.features.licensing.rules.endings import beginnings, grounds_of
from regulator.features.licensing.terms import EndingKind, Nature
from regulator.features.papers.actions import deliveries
from regulator.features.papers.actions.deliveries import Receipt, Sending
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.terms import DeliveryWay, MatterKind, PaperKind
from regulator.foundation import clock
from regulator.foundation.database import session
from regulator.pieces.endings import begun_paper


def write_endings(authorities: Mapping[str, Authority]) -> None:
    """Told: of the company that has an account where it holds a grade. Decided: an entry that is cleared."""
    city = list_cities()[0].code
    people = [find_account(name) for name in ("city", "cityhead", "citydirector")]
    handler, head, director = people
    if handler is None or head is None or director is None or city not in authorities:
        return
    desk, found = PaperDesk(handler, head, director, authorities[city]), _standing()
    if len(found) > 1:
        _told(desk, found[0], city)
        _decided(desk, found[-1], city)


def _standing() -> list[Certificate]:
    """Valid certificates of today's evaluation, that of the company with an account first."""
    user = find_account("company")
    rows = session().scalars(
        select(Certificate)
        .where(Certificate.nature == Nature.EVALUATION, Certificate.origin == CertificateOrigin.ISSUED)
        .where(Certificate.ended_as.is_(None), Certificate.is_provisional.is_(False))
        .order_by(Certificate.number)
    )
    valid = [one for one in rows if state_on(facts_of_certificate(one), clock.today()) is CertificateState.VALID]
    mine = user.credit_code if user else None
    return sorted(valid, key=lambda one: one.credit_code != mine)


def _told(desk: PaperDesk, certificate: Certificate, city: str) -> None:
    rule_set = rule_set_of_certificate(certificate)
    kinds = beginnings(CertificateState.VALID, certificate.grade, rule_set)
    if EndingKind.REVOCATION not in kinds:
        return
    ground = grounds_of(EndingKind.REVOCATION, rule_set)[-1]
    words = "经检查，发现该情形并有现场记录、询问笔录为证（演示）。"
    found = _open(desk, certificate, EndingKind.REVOCATION, ground, words, city)
    paper = _issue(desk, found, PaperKind.ADVANCE_NOTICE)
    matter, now, actor = _matter(found), clock.now(), _actor(desk.handler, Role.CITY_OFFICER)
    sent = deliveries.send_paper(paper, matter, Sending(DeliveryWay.IN_PERSON), actor=actor, now=now)
    receipt = Receipt(clock.today(), "前台", "工作人员")
    deliveries.record_served(sent, paper, matter, receipt, version=sent.version, actor=actor, now=now)


def _decided(desk: PaperDesk, certificate: Certificate, city: str) -> None:
    ground, words = EndingGround.OTHERWISE_BY_LAW.value, "企业书面声明不再持有该等级并交回证书（演示）。"
    found = _open(desk, certificate, EndingKind.CANCELLATION, ground, words, city)
    _issue(desk, found, PaperKind.CANCELLATION)
    session().refresh(found)
    take_ending_step(
        found, EndingAct.DECIDE, EndingGiven("", clock.today()), _desk(desk.director, Role.DIRECTOR, found, city),
        actor=_actor(desk.director, Role.DIRECTOR), now=clock.now(),
    )  # fmt: skip


def _open(
    desk: PaperDesk, certificate: Certificate, kind: EndingKind, ground: str, words: str, city: str
) -> CertificateEnding:
    company: Any = company_of(certificate)
    return open_ending(
        certificate, kind, ground, words, _desk(desk.handler, Role.CITY_OFFICER, company, city),
        version=certificate.version, actor=_actor(desk.handler, Role.CITY_OFFICER), now=clock.now(),
    )  # fmt: skip


def _issue(desk: PaperDesk, found: CertificateEnding, kind: PaperKind) -> Any:
    begun, matter = begun_paper(found, kind), _matter(found)
    company = company_of(session().get_one(Certificate, found.certificate_id))
    return desk.issue(desk.draft(matter, kind, company, begun.facts, begun.title), matter)


def _matter(found: CertificateEnding) -> Any:
    return find_open_matter(MatterKind.ENDING, found.number)


def _desk(account: Account, role: Role, where: Any, city: str) -> Desk:
    return Desk(account.id, PERMISSIONS[role], levels_of(Scope.division(city), where.division_code))


def _actor(account: Account, role: Role) -> Actor:
    return Actor(account.id, account.username, account.name, role.value, "", None)
