"""Setting what counts from a day on; a closed month keeps the rule it was counted by."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.coverage.models import CoverageMonth, CoverageRule
from regulator.features.coverage.queries.counting import rule_on
from regulator.features.coverage.rules.counting import judge_rule
from regulator.features.coverage.terms import CountingRule, CoverageAct
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation.database import session


def set_counting_rule(
    effective_from: date,
    kinds: Collection[EstateKind],
    full: Collection[Mode],
    source: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Say which kinds of estate and which modes count from a day on, and by what decision.

    Raises Refused for a rule that counts nothing or something nobody manages, and for days already frozen.
    """
    frozen_to = session().scalar(select(func.max(CoverageMonth.day)))
    rule = CountingRule(effective_from, frozenset(kinds), frozenset(full), source.strip())
    judge_rule(rule, frozen_to).or_refuse()
    before = rule_on(effective_from)
    row = session().get(CoverageRule, effective_from)
    if row is None:
        row = CoverageRule(effective_from=effective_from)
        session().add(row)
    row.kinds, row.full, row.source = sorted(rule.kinds), sorted(rule.full), rule.source
    row.recorded_at, row.recorded_by = now, actor.username
    session().flush()
    facts = {"before": _facts(before), "after": _facts(rule)}
    audit.record(actor, CoverageAct.RULE_SET, "coverage_rule", effective_from.isoformat(), now=now, facts=facts)


def _facts(rule: CountingRule) -> dict[str, JSON]:
    return {
        "effective_from": rule.effective_from.isoformat(),
        "kinds": sorted(rule.kinds),
        "full": sorted(rule.full),
        "source": rule.source,
    }
