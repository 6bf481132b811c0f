"""Recording what was granted before this register: licences of 2004 to 2018, and grades that old lists declare."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from regulator.features.audit.terms import JSON, Actor
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.certificates import record, told
from regulator.features.licensing.certificate_terms import CertificateAct, CertificateOrigin, Former
from regulator.features.licensing.models import Certificate
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.rules.certificates import judge_former, read_number
from regulator.features.licensing.rules.rulesets import in_force
from regulator.features.licensing.terms import Nature, RuleSet
from regulator.features.registry.models import Company
from regulator.features.registry.terms import DeclaredGrade
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput, Conflict

DECLARED = {
    DeclaredGrade.GRADE_1: ("1", False),
    DeclaredGrade.GRADE_2: ("2", False),
    DeclaredGrade.GRADE_3: ("3", False),
    DeclaredGrade.GRADE_3_PROVISIONAL: ("3", True),
}
"""The grades an old list can declare, as the rule sets of their time call them."""
OLD_LIST = "company.declared_grade"
"""Where a declared entry comes from: the register's own column."""


def record_historical(company: Company, former: Former, *, actor: Actor, now: datetime) -> Certificate:
    """Record a licence of years gone by from its paper. Raises Refused, Conflict when it is recorded already."""
    rule_set = in_force((one for one in all_rule_sets() if one.nature is Nature.LICENCE), former.issued_on)
    judge_former(former, rule_set, today=day_of(now)).or_refuse()
    if rule_set is None:
        raise ValueError("judged without its rule set")
    number = read_number(former.number)
    if session().scalar(_same(company, number)) is not None:
        raise Conflict("certificate_recorded_already", about="number")
    made = Certificate(
        id=new_key(), number=number, origin=CertificateOrigin.RECORDED, company_id=company.id,
        credit_code=company.credit_code, rule_set=rule_set.code, nature=Nature.LICENCE, grade=former.grade,
        is_provisional=former.is_provisional, issued_on=former.issued_on, valid_until=former.valid_until,
        authority_name=former.authority_name.strip(), facts=_facts(company, rule_set, former.grade),
        document=former.document.strip(), ended_on=former.ended_on, ended_as=former.ended_as,
        ended_reason=(former.ended_reason or "").strip() or None, recorded_at=now, recorded_by=actor.name,
    )  # fmt: skip
    session().add(made)
    session().flush()
    _record(made, company, actor, now)
    return made


def record_declared(company: Company, *, actor: Actor, now: datetime) -> Certificate:
    """Make the grade an old list declares for a company a historical entry; it proves no more than the list did.

    Raises BadInput when none is declared, Conflict when that was done already.
    """
    if company.declared_grade not in DECLARED:
        raise BadInput("certificate_none_declared")
    grade, is_provisional = DECLARED[company.declared_grade]
    made = Certificate(
        id=new_key(), number=read_number(company.declared_certificate or "") or None,
        origin=CertificateOrigin.DECLARED, company_id=company.id, credit_code=company.credit_code,
        nature=Nature.LICENCE, grade=grade, is_provisional=is_provisional,
        facts=_facts(company, rulesets.shipped()[0], grade), document=OLD_LIST, recorded_at=now,
        recorded_by=actor.name,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(made)
            session().flush()
    except IntegrityError as error:
        raise Conflict("certificate_declared_already") from error
    _record(made, company, actor, now)
    return made


def take_back_record(certificate: Certificate, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Take back a record made by mistake; it stays readable and counts no more. Raises BadInput, StaleVersion."""
    session().refresh(certificate, with_for_update=True)
    certificate.expect_version(version)
    if certificate.origin is CertificateOrigin.ISSUED:
        raise BadInput("certificate_issued_here")
    if certificate.taken_back_at is not None:
        raise BadInput("certificate_taken_back_already")
    if not reason.strip():
        raise BadInput("reason_missing", about="reason")
    certificate.taken_back_at, certificate.taken_back_reason = now, reason.strip()
    certificate.version += 1
    session().flush()
    company = session().get_one(Company, certificate.company_id)
    record(CertificateAct.CERTIFICATE_TAKEN_BACK, certificate, company, {"reason": reason.strip()}, actor, now)


def _same(company: Company, number: str) -> Any:
    return select(Certificate.id).where(
        Certificate.company_id == company.id,
        Certificate.number == number,
        Certificate.origin == CertificateOrigin.RECORDED,
        Certificate.taken_back_at.is_(None),
    )


def _facts(company: Company, rule_set: RuleSet, grade: str) -> dict[str, Any]:
    found = rule_set.grade(grade)
    if found is None:
        raise ValueError("a grade of its time is recorded")
    return {"company": company.name, "grade": grade, "grade_name": told(found.name)}


def _record(made: Certificate, company: Company, actor: Actor, now: datetime) -> None:
    facts: dict[str, JSON] = {
        "origin": made.origin, "issued_on": made.issued_on.isoformat() if made.issued_on else None,
        "ended_as": made.ended_as, "document": made.document,
    }  # fmt: skip
    record(CertificateAct.CERTIFICATE_RECORDED, made, company, facts, actor, now)
