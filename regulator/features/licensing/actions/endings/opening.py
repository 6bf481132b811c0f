"""Opening a case on a certificate: the act, its ground and what was found; number, matter and term begin with it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from regulator.features.accounts.queries.holders import people_of
from regulator.features.accounts.terms import Permission
from regulator.features.audit.terms import Actor
from regulator.features.calendar.queries import working_days
from regulator.features.licensing.actions.certificates import has_lower
from regulator.features.licensing.actions.endings.steps import write_down
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.endings_terms import EndingAct, EndingGiven, EndingState
from regulator.features.licensing.models import Certificate, CertificateEnding, CertificateEndingCounter
from regulator.features.licensing.queries.certificates import company_of
from regulator.features.licensing.queries.endings.listing import find_open_ending
from regulator.features.licensing.queries.endings.standing import (
    level_of,
    office_of,
    rule_set_of_certificate,
    standing_before,
)
from regulator.features.licensing.rules.ending_law import decision_due
from regulator.features.licensing.rules.endings import judge_ending
from regulator.features.licensing.terms import EndingKind, RuleSet
from regulator.features.papers.actions import open_matter
from regulator.features.papers.actions.matters import NewMatter
from regulator.features.papers.rules.matters import NO_TERM
from regulator.features.papers.terms import MatterKind
from regulator.features.registry.models import Company
from regulator.foundation.clock import day_of
from regulator.foundation.counters import count_up
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput, Conflict


def open_ending(
    certificate: Certificate, kind: EndingKind, ground: str, words: str, desk: Desk, *, version: int, actor: Actor,
    now: datetime,
) -> CertificateEnding:  # fmt: skip
    """Open a case. Raises Refused, StaleVersion, BadInput, Conflict("ending_open_already")."""
    session().refresh(certificate, with_for_update=True)
    certificate.expect_version(version)
    rule_set, given = rule_set_of_certificate(certificate), EndingGiven(words.strip())
    standing = standing_before(certificate, kind, ground, rule_set)
    judge_ending(standing, EndingAct.OPEN, given, desk, level_of(rule_set), day_of(now)).or_refuse()
    if kind is EndingKind.DOWNGRADE and not has_lower(certificate):
        raise BadInput("certificate_no_lower_grade", about="kind")
    if find_open_ending(certificate.id) is not None:
        raise Conflict("ending_open_already")
    made = _row(certificate, rule_set, kind, desk, actor, now)
    made.ground, made.found = ground, given.words
    _insert(made)
    made.authority_id = _open_matter(made, actor, now)
    session().flush()
    write_down(made, EndingAct.OPEN, given, actor, now, {"kind": kind.value, "ground": ground})
    return made


def _row(
    certificate: Certificate, rule_set: RuleSet, kind: EndingKind, desk: Desk, actor: Actor, now: datetime
) -> CertificateEnding:
    """A new case with its number and its term, owned by who opens it."""
    company, today = company_of(certificate), day_of(now)
    if company.division_code is None or desk.account_id is None:
        raise BadInput("ending_company_elsewhere")
    office = office_of(rule_set, company.division_code)
    due = decision_due(kind, rule_set, today, working_days())
    return CertificateEnding(
        id=new_key(), number=_next_number(office, today), certificate_id=certificate.id, company_id=company.id,
        credit_code=company.credit_code, nature=certificate.nature, kind=kind, state=EndingState.OPENED,
        division_code=company.division_code, office_code=office, owner_id=desk.account_id, opened_on=today,
        opened_by_id=desk.account_id, opened_by=actor.name, due_on=due.day if due else None,
        is_due_provisional=bool(due and due.is_provisional), order_on=due.day if due else NO_TERM, version=1,
    )  # fmt: skip


def _next_number(office: str, day: date) -> str:
    """The next number of an office, such as ZA210100-2026-00012; none is left out."""
    last = count_up(CertificateEndingCounter, {"office": office, "year": day.year})
    return f"ZA{office}-{day.year}-{last:05d}"


def _insert(made: CertificateEnding) -> None:
    try:
        with session().begin_nested():
            session().add(made)
            session().flush()
    except IntegrityError as error:
        raise Conflict("ending_open_already") from error


def _open_matter(made: CertificateEnding, actor: Actor, now: datetime) -> UUID | None:
    """Its matter lies with who opened it, at the office that ends it, so that its papers are that office's."""
    company = session().get_one(Company, made.company_id)
    new = NewMatter(
        MatterKind.ENDING, made.number, company.name, made.office_code, Permission.LICENSING_DECIDE, made.due_on,
        owner=made.owner_id,
    )  # fmt: skip
    matter = open_matter(new, actor=actor, now=now)
    person = people_of({made.opened_by_id}).get(made.opened_by_id)
    matter.authority_id = person.authority_id if person else None
    return matter.authority_id
