"""Issuing a certificate, ending it, and letting provisional ones lapse; its files are made afterwards, by a job."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import product
from string import ascii_uppercase
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError

from regulator.features.accounts.models import Authority
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.licensing.actions.filing import ask_for_files, check_address
from regulator.features.licensing.certificate_terms import (
    CertificateAct,
    CertificateOrigin,
    CertificateState,
    CertificateSubject,
)
from regulator.features.licensing.models import Certificate, CertificateCounter
from regulator.features.licensing.queries.certificates import facts_of_certificate
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.rules.certificates import (
    content_hash,
    judge_end,
    judge_issue,
    number_of,
    state_on,
)
from regulator.features.licensing.terms import RuleSet, Words
from regulator.features.registry.models import Company, Service
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation import signing
from regulator.foundation.clock import day_of
from regulator.foundation.counters import count_up
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput, Conflict
from regulator.law.findings import Finding, Refused, Verdict

ONE_DAY = timedelta(days=1)
AT_ONCE = 200
LETTERS: tuple[str, ...] = ("", *ascii_uppercase[1:], *map("".join, product(ascii_uppercase, repeat=2)))
"""What tells the numbers of a place's further offices from those of its first."""


# --- issuing ----------------------------------------------------------------------------------------------------------


def issue_certificate(
    company: Company, rule_set: RuleSet, grade: str, *, provisional: bool, issued_on: date, valid_until: date | None,
    authority: Authority, actor: Actor, now: datetime, supersedes: Certificate | None = None,
) -> Certificate:  # fmt: skip
    """Issue a certificate: number, content and its hash stand in the register before any file exists.

    One that has run out gives way by itself; a valid one only when it is the one named as superseded. Raises Refused,
    Conflict("certificate_stands" or "certificate_not_standing"), and BadInput while the office could not sign.
    """
    Verdict((*judge_issue(rule_set, grade, issued_on, valid_until, today=day_of(now)).findings,
             *_company_findings(company))).or_refuse()  # fmt: skip
    signing.judge_ready(now)
    former = _give_way(company, rule_set, issued_on, supersedes)
    sequence = count_up(CertificateCounter, {"authority_id": authority.id, "year": issued_on.year})
    number = number_of(rule_set.nature, authority.division_code, _letter(authority), issued_on.year, sequence)
    facts = _facts(company, rule_set, grade, number, authority.name) | {
        "is_provisional": provisional, "issued_on": issued_on.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
    }  # fmt: skip
    made = Certificate(
        id=new_key(), number=number, origin=CertificateOrigin.ISSUED, company_id=company.id,
        credit_code=company.credit_code, rule_set=rule_set.code, nature=rule_set.nature, grade=grade,
        is_provisional=provisional, issued_on=issued_on, valid_until=valid_until, authority_id=authority.id,
        authority_name=authority.name, year=issued_on.year, sequence=sequence, facts=facts,
        content_hash=content_hash(facts), recorded_at=now, recorded_by=actor.name,
    )  # fmt: skip
    _insert(made)
    if former is not None:
        former.superseded_by_id = made.id
        session().flush()
        record(CertificateAct.CERTIFICATE_SUPERSEDED, former, company, {"by": number}, actor, now)
    ask_for_files(made, now)
    more: dict[str, JSON] = {"valid_until": facts["valid_until"], "content_hash": made.content_hash}
    record(CertificateAct.CERTIFICATE_ISSUED, made, company, more, actor, now)
    return made


def _company_findings(company: Company) -> list[Finding]:
    if company.status is CompanyStatus.CANCELLED or company.retired_on is not None:
        return [Finding("certificate_company_gone", params={"company": company.name})]
    return []


def _give_way(
    company: Company, rule_set: RuleSet, issued_on: date, supersedes: Certificate | None
) -> Certificate | None:
    """The certificate whose place is taken, ended in this transaction; None when there is none."""
    standing = session().scalar(
        select(Certificate)
        .where(
            Certificate.company_id == company.id,
            Certificate.nature == rule_set.nature,
            Certificate.origin == CertificateOrigin.ISSUED,
            Certificate.ended_as.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if standing is None:
        if supersedes is not None:
            raise Conflict("certificate_not_standing")
        return None
    state = state_on(facts_of_certificate(standing), issued_on)
    if state is None:
        raise Refused([Finding("certificate_before_standing", params={"day": standing.issued_on})])
    if state is CertificateState.VALID and (supersedes is None or supersedes.id != standing.id):
        raise Conflict("certificate_stands")
    standing.ended_as, standing.ended_on = CertificateState.SUPERSEDED, issued_on
    standing.version += 1
    session().flush()
    return standing


def _insert(made: Certificate) -> None:
    try:
        with session().begin_nested():
            session().add(made)
            session().flush()
    except IntegrityError as error:
        raise Conflict("certificate_stands") from error


def _letter(authority: Authority) -> str:
    """Of the offices of one place, in the order in which they were added."""
    earlier = (Authority.division_code == authority.division_code, Authority.id < authority.id)
    before: int = session().execute(select(func.count()).where(*earlier)).scalar_one()
    if before >= len(LETTERS):
        raise BadInput("certificate_offices_too_many", {"most": len(LETTERS)})
    return LETTERS[before]


def _facts(company: Company, rule_set: RuleSet, grade: str, number: str, authority: str) -> dict[str, Any]:
    """What is printed, save the days: words as the rule set has them today."""
    found = rule_set.grade(grade)
    if found is None or rule_set.words is None:
        raise ValueError("a grade of a rule set with words is issued")
    return {
        "number": number,
        "company": company.name,
        "credit_code": company.credit_code,
        "legal_representative": company.legal_representative,
        "registered_address": company.registered_address,
        "nature": rule_set.nature.value,
        "rule_set": rule_set.code,
        "instrument": rule_set.instrument,
        "rule_set_name": told(rule_set.name),
        "grade": grade,
        "grade_name": told(found.name),
        "grade_word": told(rule_set.words.grade),
        "certificate_word": told(rule_set.words.certificate),
        "authority": authority,
        "address": check_address(number),
        "is_demo": signing.is_demo(),
    }


def told(words: Words) -> dict[str, str]:
    """A pair of words as it is kept among the facts."""
    return {"zh": words.zh, "en": words.en}


# --- ending -----------------------------------------------------------------------------------------------------------


def end_certificate(
    certificate: Certificate, ended_as: CertificateState, *, on: date, reason: str, paper: str | None, version: int,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Withdraw, annul, revoke, downgrade or cancel a certificate from a day on. Raises StaleVersion, Refused.

    After a downgrade the lower grade is issued by `issue_certificate` as a certificate of its own.
    """
    session().refresh(certificate, with_for_update=True)
    certificate.expect_version(version)
    judge_end(
        facts_of_certificate(certificate), ended_as, on=on, reason=reason, paper=paper,
        lower=has_lower(certificate), today=day_of(now),
    ).or_refuse()  # fmt: skip
    certificate.ended_as, certificate.ended_on = ended_as, on
    certificate.ended_reason, certificate.ended_paper = reason.strip(), (paper or "").strip() or None
    certificate.version += 1
    session().flush()
    company = session().get_one(Company, certificate.company_id)
    facts: dict[str, JSON] = {"ended_as": ended_as, "ended_on": on.isoformat(), "paper": certificate.ended_paper}
    facts["reason"] = certificate.ended_reason
    record(CertificateAct.CERTIFICATE_ENDED, certificate, company, facts, actor, now)


def has_lower(certificate: Certificate) -> bool:
    """Whether its rule set knows a lower grade."""
    return any(one.below(certificate.grade) for one in all_rule_sets() if one.code == certificate.rule_set)


def lapse_provisional(now: datetime) -> None:
    """A sweeper: ends provisional certificates whose year is over without one estate under management in it."""
    today = day_of(now)
    served = exists().where(
        Service.company_id == Certificate.company_id,
        Service.retired_on.is_(None),
        func.coalesce(Service.began_on, Service.stated_for) <= Certificate.valid_until,
        or_(Service.ended_on.is_(None), Service.ended_on >= Certificate.issued_on),
    )
    over = and_(Certificate.is_provisional, Certificate.ended_as.is_(None), Certificate.valid_until < today)
    issued = Certificate.origin == CertificateOrigin.ISSUED
    waiting = select(Certificate.id).where(over, issued, ~served).order_by(Certificate.valid_until).limit(AT_ONCE)
    for certificate_id in session().scalars(waiting).all():
        row = session().get_one(Certificate, certificate_id, with_for_update=True, populate_existing=True)
        if row.ended_as is None and row.valid_until is not None:
            _lapse(row, row.valid_until + ONE_DAY, now)


def _lapse(row: Certificate, on: date, now: datetime) -> None:
    row.ended_as, row.ended_on = CertificateState.LAPSED, on
    row.version += 1
    session().flush()
    company = session().get_one(Company, row.company_id)
    facts: dict[str, JSON] = {"ended_as": CertificateState.LAPSED, "ended_on": on.isoformat()}
    record(CertificateAct.CERTIFICATE_ENDED, row, company, facts, Actor.system(), now)


def record(
    act: CertificateAct, row: Certificate, company: Company, more: Mapping[str, JSON], actor: Actor, now: datetime
) -> None:
    """Write the trail of an act on a certificate."""
    facts: dict[str, JSON] = {"number": row.number, "grade": row.grade, "nature": row.nature}
    audit.record(
        actor, act, CertificateSubject.CERTIFICATE, company.credit_code, now=now,
        division_code=company.division_code, facts=facts | dict(more),
    )  # fmt: skip
