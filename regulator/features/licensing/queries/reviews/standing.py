"""What rules look at of a round and its companies: whom to list, figures of a day, who is gone, counts."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select

from regulator.features.licensing.certificate_terms import CertificateOrigin, CertificateState
from regulator.features.licensing.models import Certificate, ReviewEntry, ReviewRound
from regulator.features.licensing.queries.certificates import state_column
from regulator.features.licensing.queries.facts import evaluate_those, facts_of
from regulator.features.licensing.queries.rulesets import get_rule_set
from regulator.features.licensing.review_terms import (
    OPEN_ROUNDS,
    ReviewClosing,
    ReviewCounts,
    ReviewResult,
    ReviewStanding,
    ReviewState,
)
from regulator.features.licensing.rules.conditions import judge_grade
from regulator.features.licensing.rules.facts import Evaluation
from regulator.features.licensing.statements import condition_statements
from regulator.features.licensing.terms import RuleSet
from regulator.features.registry.models import Company
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation.database import session

Held = tuple[Company, Certificate]


def rules_of(current: ReviewRound) -> RuleSet:
    """The rule set a round was opened under; it stays so although another one begins."""
    return get_rule_set(current.rule_set).rule_set


def list_held(division_code: str, rule_set: RuleSet, day: date) -> list[Held]:
    """Companies registered in a district with a valid, not provisional certificate of a grade these rules know.

    Certificates that stand in a round of the year already are left out.
    """
    stmt = (
        select(Company, Certificate)
        .join(Certificate, Certificate.company_id == Company.id)
        .where(
            Company.division_code == division_code,
            Company.status != CompanyStatus.CANCELLED,
            Company.retired_on.is_(None),
            Certificate.nature == rule_set.nature,
            Certificate.origin == CertificateOrigin.ISSUED,
            Certificate.is_provisional.is_(False),
            Certificate.grade.in_([grade.code for grade in rule_set.grades]),
            state_column(day) == CertificateState.VALID.value,
            ~_looked_at(day.year),
        )
        .order_by(Company.credit_code)
    )
    return [(company, certificate) for company, certificate in session().execute(stmt)]


def _looked_at(year: int) -> ColumnElement[bool]:
    """Whether a certificate stands in a round of a year already, as of a company that has moved since."""
    return exists().where(
        ReviewEntry.certificate_id == Certificate.id, ReviewEntry.state != ReviewState.CLOSED,
        ReviewRound.id == ReviewEntry.round_id, ReviewRound.year == year,
    )  # fmt: skip


def figures_of(held: Iterable[tuple[Company, str]], rule_set: RuleSet, day: date) -> Mapping[UUID, Evaluation]:
    """Companies, each held against the grade it holds by its code; by company."""
    grades = {grade.code: grade for grade in rule_set.grades}
    return evaluate_those(((company, grades[code]) for company, code in held), rule_set, day)


def frozen(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The conditions as an entry keeps them: what was required and found, and how many rows were counted."""
    counted = (len(result.rows) for result in evaluation.results)
    return [one | {"counted": rows} for one, rows in zip(condition_statements(evaluation), counted, strict=True)]


def counts_of(round_ids: Collection[UUID]) -> dict[UUID, ReviewCounts]:
    """How many companies of rounds stand where; one statement."""
    where = (ReviewEntry.state, ReviewEntry.passes, ReviewEntry.first_result, ReviewEntry.second_result)
    stmt = select(ReviewEntry.round_id, *where, func.count()).where(ReviewEntry.round_id.in_(round_ids))
    found: dict[UUID, Counter[str]] = {round_id: Counter() for round_id in round_ids}
    for round_id, state, passes, *results, count in session().execute(stmt.group_by(ReviewEntry.round_id, *where)):
        found[round_id][_where_it_stands(state, *results, passes=passes)] += count
    return {round_id: ReviewCounts(**counted) for round_id, counted in found.items()}


def _where_it_stands(
    state: ReviewState, first: ReviewResult | None, second: ReviewResult | None, *, passes: bool
) -> str:  # fmt: skip
    match state:
        case ReviewState.CLOSED:
            return "closed"
        case ReviewState.AWAITING:
            return "passing" if passes else "failing"
        case ReviewState.PROPOSED:
            return "proposed_pass" if first is ReviewResult.PASS else "proposed_fail"
    return "passed" if second is ReviewResult.PASS else "failed"


# --- one company ------------------------------------------------------------------------------------------------------


def company_of(entry: ReviewEntry) -> Company:
    """Whose certificate is looked at."""
    return session().get_one(Company, entry.company_id)


def standing_of(
    entry: ReviewEntry, current: ReviewRound, rule_set: RuleSet, day: date
) -> tuple[ReviewStanding, Evaluation]:
    """What the guards look at of one company on a day, and its figures."""
    company = company_of(entry)
    facts = facts_of(company, day)
    grades = {grade.code: grade for grade in rule_set.grades}
    held = grades[entry.grade]
    evaluation = Evaluation(company.credit_code, day, rule_set, held, judge_grade(rule_set, held, facts))
    met = [
        code
        for code in rule_set.below(entry.grade)
        if all(one.passes for one in judge_grade(rule_set, grades[code], facts))
    ]
    standing = ReviewStanding(
        entry.state, current.state, evaluation.passes, current.submitted_on is not None, entry.first_by_id,
        gone_among([entry.id], day).get(entry.id), tuple(met),
    )  # fmt: skip
    return standing, evaluation


# --- gone in the middle -----------------------------------------------------------------------------------------------


def gone_among(entry_ids: Sequence[UUID], day: date) -> dict[UUID, ReviewClosing]:
    """Which of these have nothing left to look at, and why."""
    return _gone(day, ReviewEntry.id.in_(entry_ids))


def gone_in(current: ReviewRound, day: date) -> dict[UUID, ReviewClosing]:
    """Those of a round that are not closed yet."""
    return _gone(day, ReviewEntry.round_id == current.id)


def list_rounds_with_gone(day: date, *, limit: int) -> list[UUID]:
    """Rounds, not published yet, that hold companies with nothing left to look at."""
    stmt = _ended(select(ReviewEntry.round_id), day).join(ReviewRound, ReviewRound.id == ReviewEntry.round_id)
    stmt = stmt.where(ReviewRound.state.in_(OPEN_ROUNDS)).distinct().order_by(ReviewEntry.round_id).limit(limit)
    return list(session().scalars(stmt))


def _gone(day: date, *where: ColumnElement[bool]) -> dict[UUID, ReviewClosing]:
    rows = session().execute(_ended(select(ReviewEntry.id, _company_gone()), day).where(*where))
    reason = {True: ReviewClosing.COMPANY_CANCELLED, False: ReviewClosing.CERTIFICATE_ENDED}
    return {entry_id: reason[bool(company)] for entry_id, company in rows}


def _company_gone() -> ColumnElement[bool]:
    return or_(Company.status == CompanyStatus.CANCELLED, Company.retired_on.is_not(None))


def _ended(stmt: Any, day: date) -> Any:
    ended = state_column(day) != CertificateState.VALID.value
    return (
        stmt.join(Company, Company.id == ReviewEntry.company_id)
        .join(Certificate, Certificate.id == ReviewEntry.certificate_id)
        .where(ReviewEntry.state != ReviewState.CLOSED, or_(_company_gone(), ended))
    )
