"""Results of the yearly look as anyone may know them: of published rounds, the latest of a certificate."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from regulator.features.divisions.models import Division
from regulator.features.licensing.models import ReviewEntry, ReviewRound
from regulator.features.licensing.queries.reviews.listing import named, review_words
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.review_terms import ReviewResult, ReviewRoundState
from regulator.features.licensing.terms import RuleSet, Words
from regulator.features.registry.models import Company
from regulator.foundation.database import session
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

_PUBLISHED = ReviewRound.state == ReviewRoundState.PUBLISHED


@dataclass(frozen=True, slots=True)
class PublicRound:
    """A published round of a district."""

    division_code: str
    district: str
    review: Words
    passed: int
    failed: int
    published_on: date


@dataclass(frozen=True, slots=True)
class PublicResult:
    """One company's result; ``new_grade`` is the lower one it holds since, None when it passed or holds none."""

    company: str
    credit_code: str
    district: str
    grade: Words | None
    result: ReviewResult
    new_grade: Words | None
    published_on: date


@dataclass(frozen=True, slots=True)
class LatestResult:
    """The last published result of a certificate."""

    year: int
    review: Words
    result: ReviewResult
    published_on: date


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """What of a year's results is wanted; None: no matter which. ``q`` is a credit code or part of a name."""

    year: int
    division_code: str | None = None
    result: ReviewResult | None = None
    q: str | None = None


def public_years() -> list[tuple[int, Words, int, int]]:
    """Years with published rounds, the last first: what the look is called, how many passed, how many failed."""
    sums = (func.sum(ReviewRound.passed), func.sum(ReviewRound.failed))
    stmt = select(ReviewRound.year, func.max(ReviewRound.rule_set), *sums).where(_PUBLISHED)
    words = review_words()
    rows = session().execute(stmt.group_by(ReviewRound.year).order_by(ReviewRound.year.desc()))
    return [(year, words[rule_set], passed or 0, failed or 0) for year, rule_set, passed, failed in rows]


def public_rounds(year: int) -> list[PublicRound]:
    """The published rounds of a year by district."""
    stmt = (
        select(ReviewRound, Division.name)
        .join(Division, Division.code == ReviewRound.division_code)
        .where(_PUBLISHED, ReviewRound.year == year)
        .order_by(ReviewRound.division_code, ReviewRound.id)
    )
    words = review_words()
    return [
        PublicRound(
            one.division_code, district, words[one.rule_set], one.passed or 0, one.failed or 0,
            one.published_on or date.min,
        )
        for one, district in session().execute(stmt)
    ]  # fmt: skip


def public_results(wanted: ResultFilter, *, cursor: str | None = None, limit: int = 20) -> Page[PublicResult]:
    """Companies of published rounds with their results, in the order of their credit codes."""
    table = ReviewEntry.__table__.c
    sort = Sort("credit_code", (table.credit_code, table.id))
    stmt = _decided(wanted, ReviewEntry, ReviewRound, Company.name, Division.name.label("district"))
    rule_sets = {one.code: one for one in all_rule_sets()}

    def shown(row: Any) -> PublicResult:
        return _result(row, rule_sets[row[1].rule_set])

    return paginate(stmt, list_name="review_results", sort=sort, cursor=cursor, limit=limit, item=shown)


def count_public_results(wanted: ResultFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_decided(wanted, ReviewEntry.id))


def _decided(wanted: ResultFilter, *columns: Any) -> Any:
    where: list[ColumnElement[bool]] = [_PUBLISHED, ReviewRound.year == wanted.year]
    where.append(ReviewEntry.second_result.is_not(None))
    where.append(ReviewEntry.closed_as.is_(None))
    if wanted.division_code is not None:
        where.append(ReviewRound.division_code == wanted.division_code)
    if wanted.result is not None:
        where.append(ReviewEntry.second_result == wanted.result)
    if wanted.q:
        where.append(named(wanted.q))
    return (
        select(*columns)
        .select_from(ReviewEntry)
        .join(ReviewRound, ReviewRound.id == ReviewEntry.round_id)
        .join(Company, Company.id == ReviewEntry.company_id)
        .join(Division, Division.code == ReviewRound.division_code)
        .where(*where)
    )


def _result(row: Any, rule_set: RuleSet) -> PublicResult:
    entry, current, *_names = row
    return PublicResult(
        row.name, entry.credit_code, row.district, _grade(rule_set, entry.grade), entry.second_result,
        _grade(rule_set, entry.new_grade), current.published_on,
    )  # fmt: skip


def _grade(rule_set: RuleSet, code: str | None) -> Words | None:
    grade = rule_set.grade(code) if code else None
    return grade.name if grade else None


def latest_results(certificate_ids: Collection[UUID]) -> dict[UUID, LatestResult]:
    """The last published result of each of these certificates that has one; two statements at most."""
    if not certificate_ids:
        return {}
    stmt = (
        select(ReviewEntry.certificate_id, ReviewEntry.second_result, ReviewRound)
        .join(ReviewRound, ReviewRound.id == ReviewEntry.round_id)
        .where(ReviewEntry.certificate_id.in_(certificate_ids), _PUBLISHED, ReviewEntry.closed_as.is_(None))
        .order_by(ReviewRound.year, ReviewRound.published_on)
    )
    rows = session().execute(stmt).all()
    words = review_words() if rows else {}
    return {
        certificate_id: LatestResult(current.year, words[current.rule_set], result, current.published_on)
        for certificate_id, result, current in rows
        if result is not None and current.published_on is not None
    }
