"""What a company lacks for each grade of a day: what it sees as "could we?", and an official on its page."""

from dataclasses import dataclass
from datetime import date

from regulator.features.licensing.queries.facts import facts_of
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.rules.conditions import judge_grade
from regulator.features.licensing.rules.facts import CompanyFacts, Evaluation
from regulator.features.licensing.terms import RuleSet
from regulator.features.registry.models import Company


@dataclass(frozen=True, slots=True)
class Prospects:
    """A company held against every grade of a day, best grade first, and the facts all of them counted."""

    rule_set: RuleSet
    facts: CompanyFacts
    grades: tuple[Evaluation, ...]

    @property
    def best(self) -> Evaluation | None:
        """The best grade whose conditions are all met."""
        return next((one for one in self.grades if one.passes), None)

    def shown(self, grade: str) -> Evaluation | None:
        """The grade asked for, else the best one met, else the lowest; None when none is granted."""
        asked = next((one for one in self.grades if one.grade.code == grade), None)
        return asked or self.best or (self.grades[-1] if self.grades else None)


def prospects(company: Company, day: date) -> Prospects:
    """Every grade of the rule set of a day held against the company. Raises BadInput("no_rule_set")."""
    rule_set = rule_set_on(day)
    facts = facts_of(company, day)
    grades = tuple(
        Evaluation(company.credit_code, day, rule_set, grade, judge_grade(rule_set, grade, facts))
        for grade in rule_set.grades
    )
    return Prospects(rule_set, facts, grades)
