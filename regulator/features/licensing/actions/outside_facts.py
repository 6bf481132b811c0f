"""Recording what the register does not hold itself, and taking back what was recorded by mistake."""

from datetime import date, datetime

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.licensing.models import OutsideFact
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.rules.outside_facts import judge_outside_fact
from regulator.features.licensing.terms import LicensingAct, LicensingSubject, OutsideFactKind
from regulator.features.registry.models import Company
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput


def record_outside_fact(
    company: Company, kind: OutsideFactKind, value: str, *, happened_on: date, document: str, note: str | None,
    actor: Actor, now: datetime,
) -> OutsideFact:  # fmt: skip
    """Record a barring act, an assessment's result or a credit grade with its day and its proof. Raises Refused."""
    acts = {act for one in all_rule_sets() for act in one.acts}
    judge_outside_fact(kind, value, happened_on, document, today=day_of(now), acts=acts).or_refuse()
    fact = OutsideFact(
        company_id=company.id, credit_code=company.credit_code, kind=kind, value=value, happened_on=happened_on,
        document=document.strip(), note=note, recorded_at=now, recorded_by=actor.name,
    )  # fmt: skip
    session().add(fact)
    session().flush()
    _record(LicensingAct.OUTSIDE_FACT_RECORDED, company, fact, {}, actor, now)
    return fact


def take_back_outside_fact(
    fact: OutsideFact, company: Company, *, reason: str, version: int, actor: Actor, now: datetime
) -> None:
    """Take back a fact recorded by mistake; it stays readable and counts no more. Raises BadInput, StaleVersion."""
    if fact.taken_back_at is not None:
        raise BadInput("outside_fact_taken_back_already")
    if not reason.strip():
        raise BadInput("reason_missing", about="reason")
    fact.expect_version(version)
    fact.taken_back_at, fact.taken_back_reason = now, reason.strip()
    fact.version += 1
    session().flush()
    _record(LicensingAct.OUTSIDE_FACT_TAKEN_BACK, company, fact, {"reason": reason.strip()}, actor, now)


def _record(
    act: LicensingAct, company: Company, fact: OutsideFact, more: dict[str, JSON], actor: Actor, now: datetime
) -> None:
    facts: dict[str, JSON] = {
        "kind": fact.kind, "value": fact.value, "happened_on": fact.happened_on.isoformat(), "document": fact.document,
    }  # fmt: skip
    audit.record(
        actor, act, LicensingSubject.OUTSIDE_FACT, company.credit_code, now=now,
        division_code=company.division_code, facts=facts | more,
    )  # fmt: skip
