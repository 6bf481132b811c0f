"""Every company held against a grade at once: sums made by the database, compared with the rule set here.

Gives the same answers as `facts.evaluate` one by one; a benchmark and a test hold them against each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, cast, func, literal, select, true

from regulator.features.licensing.models import OutsideFact
from regulator.features.licensing.queries.facts import AREA_COLUMNS, evaluate
from regulator.features.licensing.rules.conditions import (
    code_of,
    judge,
    meets_areas,
    meets_capital,
    titles_from,
)
from regulator.features.licensing.rules.facts import CompanyFacts, OutsideFactRow
from regulator.features.licensing.terms import (
    Areas,
    Capital,
    Condition,
    Grade,
    HouseKind,
    Projects,
    RuleSet,
    Staff,
    TitledHead,
    TitledStaff,
)
from regulator.features.registry.models import Company, Employment, Estate, Person, RecordChange, Service
from regulator.features.registry.queries.bounds import active_on, employed_on, live_on
from regulator.features.registry.terms import CompanyStatus, SubjectKind
from regulator.foundation import clock
from regulator.foundation.database import session

ONE_DAY = timedelta(days=1)
AT_ONCE = 5_000
"""Rows taken from the database at a time."""
People = Staff | TitledStaff | TitledHead


@dataclass(frozen=True, slots=True)
class CompanyOutcome:
    """Whether a company meets a grade; ``failing`` are the codes of the conditions it does not meet."""

    company_id: UUID
    credit_code: str
    failing: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Whether every condition is met."""
        return not self.failing


def evaluate_all(
    rule_set: RuleSet, grade: Grade, day: date, companies: ColumnElement[bool] | None = None
) -> Iterator[CompanyOutcome]:
    """Every operating company, or those of a condition, held against a grade on a day; in the order of their codes.

    The few whose figures were corrected since a day gone by are looked at one by one.
    """
    tests = _tests(rule_set, grade, day)
    corrected = _corrected_since(day)
    rows = session().execute(_sums(grade, day, companies), execution_options={"yield_per": AT_ONCE})
    for row in rows:
        if row.id in corrected:
            company = session().get_one(Company, row.id)
            failing = tuple(one.code for one in evaluate(company, rule_set, grade, day).results if not one.passes)
        else:
            failing = tuple(code for code, passes in tests if not passes(row))
        yield CompanyOutcome(row.id, row.credit_code, failing)


def _tests(rule_set: RuleSet, grade: Grade, day: date) -> list[tuple[str, Callable[[Any], bool]]]:
    """A test on a row of sums for each condition, in the order of the grade."""
    outside = _outside_facts(day)
    return [
        (code_of(one), _test(one, f"people_{index}", rule_set, day, outside))
        for index, one in enumerate(grade.conditions)
    ]


def _test(
    condition: Condition, label: str, rule_set: RuleSet, day: date, outside: Mapping[UUID, tuple[OutsideFactRow, ...]]
) -> Callable[[Any], bool]:
    match condition:
        case Capital():
            return lambda row: meets_capital(condition, row.registered_capital)
        case Staff() | TitledStaff():
            return lambda row: (getattr(row, label) or 0) >= condition.people
        case TitledHead():
            return lambda row: bool(getattr(row, label))
        case Projects():
            return lambda row: (row.projects or 0) >= condition.estates
        case Areas():
            return lambda row: meets_areas(condition, _areas_of(row, condition))
    citation, code = rule_set.citation(condition.article), code_of(condition)
    none = judge(condition, CompanyFacts("", day, None), citation, code).passes
    found = {
        company: judge(condition, CompanyFacts("", day, None, outside=rows), citation, code).passes
        for company, rows in outside.items()
    }
    return lambda row: found.get(row.id, none)


def _areas_of(row: Any, condition: Areas) -> dict[HouseKind, int]:
    return {kind: int(getattr(row, AREA_COLUMNS[kind]) or 0) for kind in condition.bases}


# --- what the database sums -----------------------------------------------------------------------------------------


def _sums(grade: Grade, day: date, companies: ColumnElement[bool] | None) -> Select[Any]:
    """One row for each company: its capital, people by condition, estates and areas by kind of building."""
    people = [(f"people_{index}", one) for index, one in enumerate(grade.conditions) if isinstance(one, People)]
    columns: list[Any] = [Company.id, Company.credit_code, Company.registered_capital]
    stmt = select(*columns).where(
        Company.status == CompanyStatus.OPERATING, live_on(Company, day), true() if companies is None else companies
    )
    if people:
        staff = _staff(day, people)
        stmt = stmt.outerjoin(staff, staff.c.company_id == Company.id)
        stmt = stmt.add_columns(*(staff.c[label] for label, _condition in people))
    if any(isinstance(one, Areas | Projects) for one in grade.conditions):
        estates = _estates(day)
        stmt = stmt.outerjoin(estates, estates.c.company_id == Company.id)
        stmt = stmt.add_columns(estates.c.projects, *(estates.c[column] for column in AREA_COLUMNS.values()))
    return stmt.order_by(Company.credit_code)


def _staff(day: date, wanted: list[tuple[str, People]]) -> Subquery:
    counts = [func.count().filter(_counts(condition)).label(label) for label, condition in wanted]
    return (
        select(Employment.company_id, *counts)
        .join(Person, Person.id == Employment.person_id)
        .where(Employment.is_full_time.is_(True), employed_on(day), live_on(Person, day))
        .group_by(Employment.company_id)
        .subquery("staff")
    )


def _counts(condition: People) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = (
        [literal(value=True)] if not condition.posts else [Employment.post.in_(condition.posts)]
    )
    if isinstance(condition, TitledStaff | TitledHead):
        parts.append(Person.title.in_(titles_from(condition.title)))
    if isinstance(condition, TitledHead):
        parts.append(Employment.is_head_of_post.is_(True))
    return and_(*parts)


def _estates(day: date) -> Subquery:
    sums = [
        cast(func.sum(getattr(Estate, column)), BigInteger).label(column) for column in AREA_COLUMNS.values()
    ]  # fmt: skip
    return (
        select(Service.company_id, func.count().label("projects"), *sums)
        .join(Estate, Estate.id == Service.estate_id)
        .where(Service.company_id.is_not(None), active_on(day), live_on(Estate, day))
        .group_by(Service.company_id)
        .subquery("estates")
    )


def _outside_facts(day: date) -> Mapping[UUID, tuple[OutsideFactRow, ...]]:
    """Recorded facts up to a day by company; few, so they are judged by the rules themselves."""
    stmt = select(OutsideFact).where(OutsideFact.happened_on <= day, OutsideFact.taken_back_at.is_(None))
    found: dict[UUID, list[OutsideFactRow]] = defaultdict(list)
    for fact in session().scalars(stmt.order_by(OutsideFact.happened_on, OutsideFact.id)):
        found[fact.company_id].append(OutsideFactRow(str(fact.id), fact.kind, fact.happened_on, fact.value))
    return {company: tuple(rows) for company, rows in found.items()}


# --- days gone by -----------------------------------------------------------------------------------------------------


def _corrected_since(day: date) -> set[UUID]:
    """Companies of which a figure that counts was changed in the register after a day."""
    if day >= clock.today():
        return set()
    people = select(Employment.company_id).where(
        Employment.person_id.in_(_changed(SubjectKind.PERSON, day, ("title",))), employed_on(day)
    )
    estates = select(Service.company_id).where(
        Service.estate_id.in_(_changed(SubjectKind.ESTATE, day, ("kind", "floor_area", *AREA_COLUMNS.values()))),
        Service.company_id.is_not(None),
        active_on(day),
    )
    found: set[UUID] = set()
    for stmt in (_changed(SubjectKind.COMPANY, day, ("registered_capital",)), people, estates):
        found.update(session().scalars(stmt))
    return found


def _changed(kind: SubjectKind, day: date, fields: tuple[str, ...]) -> Select[Any]:
    return select(RecordChange.subject_id).where(
        RecordChange.subject_kind == kind,
        RecordChange.at >= clock.start_of(day + ONE_DAY),
        RecordChange.field.in_(fields),
    )
