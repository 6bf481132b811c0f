"""Adding a city's own rule set; one that stands is never changed, a later one takes its place."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.licensing import rulesets
from regulator.features.licensing.models import OwnRuleSet
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.rules.rulesets import judge_place, judge_rule_set
from regulator.features.licensing.terms import LicensingAct, LicensingSubject, RuleSet
from regulator.foundation.database import session
from regulator.foundation.errors import Conflict
from regulator.law.findings import Verdict


def judge_source(source: str) -> RuleSet:
    """The rule set of a file that could be added now. Raises Refused with everything wrong with it."""
    found = rulesets.read(source)
    Verdict((*judge_rule_set(found).findings, *judge_place(found, all_rule_sets()).findings)).or_refuse()
    return found


def add_rule_set(source: str, *, actor: Actor, now: datetime) -> RuleSet:
    """Add a rule set from its file. Raises what `judge_source` raises, Conflict when another came in between."""
    found = judge_source(source)
    digest = sha256(source.encode()).hexdigest()
    row = OwnRuleSet(
        code=found.code, nature=found.nature, effective_from=found.effective_from, effective_to=found.effective_to,
        source=source, content_hash=digest, added_at=now, added_by=actor.name,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(row)
            session().flush()
    except IntegrityError as error:
        raise Conflict("rule_set_came_between") from error
    facts = {"nature": found.nature.value, "effective_from": found.effective_from.isoformat(), "digest": digest}
    audit.record(actor, LicensingAct.RULE_SET_ADDED, LicensingSubject.RULE_SET, found.code, now=now, facts=facts)
    return found
