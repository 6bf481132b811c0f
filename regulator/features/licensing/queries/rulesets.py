"""Which rule sets there are, and which one was in force on a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from regulator.features.licensing import rulesets
from regulator.features.licensing.models import OwnRuleSet
from regulator.features.licensing.rules.rulesets import in_force
from regulator.features.licensing.terms import Grade, RuleSet
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RuleSetRow:
    """A rule set with its last day as the ones after it make it, and who added it (None: brought by the product)."""

    rule_set: RuleSet
    last_day: date | None
    added_at: datetime | None = None
    added_by: str | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether it was in force on a day."""
        return self.rule_set.effective_from <= day and (self.last_day is None or day <= self.last_day)


def all_rule_sets() -> tuple[RuleSet, ...]:
    """Those the product brings and the city's own, in the order in which they began. One statement."""
    own = session().execute(select(OwnRuleSet.source)).scalars()
    return _ordered([*rulesets.shipped(), *(rulesets.read(source) for source in own)])


def list_rule_sets() -> list[RuleSetRow]:
    """All of them, the last to begin first."""
    added: dict[str, Any] = {
        row.code: (row.added_at, row.added_by)
        for row in session().execute(select(OwnRuleSet.code, OwnRuleSet.added_at, OwnRuleSet.added_by))
    }
    known = all_rule_sets()
    after = [*(one.effective_from for one in known[1:]), None]
    rows = [
        RuleSetRow(
            one, one.effective_to or (follows - ONE_DAY if follows else None), *added.get(one.code, (None, None))
        )
        for one, follows in zip(known, after, strict=True)
    ]
    return rows[::-1]


def get_rule_set(code: str) -> RuleSetRow:
    """A rule set by its code. Raises NotFound."""
    found = next((row for row in list_rule_sets() if row.rule_set.code == code), None)
    if found is None:
        raise NotFound(code)
    return found


def own_source(code: str) -> str | None:
    """The file of a city's own rule set; None when there is none of this code."""
    return session().scalar(select(OwnRuleSet.source).where(OwnRuleSet.code == code))


def rule_set_on(day: date) -> RuleSet:
    """The rule set in force on a day. Raises BadInput("no_rule_set") for a day before the first or in a gap."""
    found = in_force(all_rule_sets(), day)
    if found is None:
        raise BadInput("no_rule_set", {"day": day})
    return found


def grade_on(day: date, grade: str) -> tuple[RuleSet, Grade]:
    """A grade as it was defined on a day. Raises BadInput when none, or not this one, was granted then."""
    rule_set = rule_set_on(day)
    if not rule_set.grades:
        raise BadInput("no_grades_granted", {"rule_set": rule_set.instrument, "day": day})
    found = rule_set.grade(grade)
    if found is None:
        known = ", ".join(one.code for one in rule_set.grades)
        raise BadInput("grade_unknown", {"grade": grade, "rule_set": rule_set.instrument, "grades": known, "day": day})
    return rule_set, found


def _ordered(found: list[RuleSet]) -> tuple[RuleSet, ...]:
    return tuple(sorted(found, key=lambda one: one.effective_from))
