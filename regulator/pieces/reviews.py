"""What pages of the yearly look share: who acts with which right, what they are offered, conditions as shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import names_of
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.queries.applications.standing import levels_of
from regulator.features.licensing.review_terms import (
    ReviewGuard,
    ReviewResult,
    ReviewRoundState,
    ReviewStanding,
    ReviewState,
    ReviewStep,
    RoundStep,
)
from regulator.features.licensing.rules.conditions import code_of
from regulator.features.licensing.rules.reviews import lawful_reviews, lawful_rounds
from regulator.features.licensing.terms import ConditionKind, Procedure, RuleSet, TitledHead
from regulator.foundation import i18n
from regulator.pieces.applications import cited, figure, said
from regulator.web.access import current_account, current_permissions, current_scope

RIGHTS = (Permission.APPLICATIONS_EXAMINE, Permission.APPLICATIONS_DECIDE)
ROUND_TONES = {ReviewRoundState.DECIDED: "warn", ReviewRoundState.PUBLISHED: "ok"}
TONES = {ReviewState.AWAITING: "warn", ReviewState.DECIDED: "ok", ReviewState.CLOSED: "quiet"}
RESULT_TONES = {ReviewResult.PASS: "ok", ReviewResult.FAIL: "bad"}


def desk_of(division_code: str, right: Permission) -> Desk:
    """The asker as the rules see them at a district by one right; without it, or elsewhere, they may do nothing."""
    me = current_account().account_id
    if right not in current_permissions() or not current_scope(right).covers(division_code):
        return Desk(me)
    return Desk(me, frozenset({right}), levels_of(current_scope(right), division_code))


def round_acts(state: ReviewRoundState, division_code: str, procedure: Procedure) -> tuple[RoundStep, ...]:
    """What the asker may do with a round now, each act judged by the right that carries it alone."""
    return tuple(line for one in RIGHTS for line in lawful_rounds(state, desk_of(division_code, one), procedure))


def entry_acts(standing: ReviewStanding, division_code: str, procedure: Procedure) -> tuple[ReviewStep, ...]:
    """What the asker may do with one company; acts its figures of today make impossible are left out."""
    hidden = ReviewGuard.FIGURES_FAIL if standing.passes else ReviewGuard.FIGURES_PASS
    me = current_account().account_id
    found = (line for one in RIGHTS for line in lawful_reviews(standing, desk_of(division_code, one), procedure))
    return tuple(
        line
        for line in found
        if hidden not in line.guards and not (ReviewGuard.OTHER_PERSON in line.guards and me == standing.first_by)
    )


# --- conditions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownCondition:
    """A condition with its figures in words; ``counted`` is how many rows of the register it rests on."""

    name: str
    required: str
    found: str
    passes: bool
    counted: int
    cited: str


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: ConditionKind


def shown_conditions(kept: Sequence[dict[str, Any]], rule_set: RuleSet, grade: str) -> list[ShownCondition]:
    """The conditions an entry keeps, or those of today in the same form, as pages show them."""
    return list(_shown(kept, rule_set, grade))


def _shown(kept: Sequence[dict[str, Any]], rule_set: RuleSet, grade: str) -> Iterator[ShownCondition]:
    found = rule_set.grade(grade)
    known = {code_of(one): one for one in found.conditions} if found else {}
    for one in kept:
        condition = known[one["code"]]
        kind = _Kind(condition.kind)
        yield ShownCondition(
            condition_words(one["code"], rule_set, grade), figure(kind, one["required"]), figure(kind, one["found"]),
            one["passes"], one.get("counted", 0), cited(rule_set.citation(condition.article)),
        )  # fmt: skip


def condition_words(code: str, rule_set: RuleSet, grade: str) -> str:
    """What a condition of a grade is called: of heads, which one."""
    found = rule_set.grade(grade)
    condition = next((one for one in found.conditions if code_of(one) == code), None) if found else None
    if condition is None:
        return code
    kind = i18n.label(condition.kind)
    return f"{kind} · {said(condition.name)}" if isinstance(condition, TitledHead) else kind


def round_title(review: Any, rule_set: RuleSet) -> str:
    """What a round is called in the page's language."""
    place = names_of([review.division_code]).get(review.division_code, review.division_code)
    what = said(rule_set.words.review) if rule_set.words else ""
    return _("%(place)s, %(what)s of %(year)s", place=place, what=what, year=review.year)


def grade_words(rule_set: RuleSet, code: str | None) -> str:
    """A grade's name in the page's language; nothing for none."""
    found = rule_set.grade(code) if code else None
    return said(found.name) if found else code or ""
