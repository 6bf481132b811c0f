"""Every company held against every grade at once: sums made by the database, compared with the rule set here.

Gives the same answers as `facts.evaluate` one by one; a benchmark and a test hold them against each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
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
    HouseKind,
    Projects,
    RuleSet,
    Staff,
    TitledHead,
    TitledStaff,
)
from regulator.features.registry.models import Company, Employment, Estate, Person, RecordChange, Service
from regulator.features.registry.queries.bounds import active_on, employed_on, live_on
from regulator.features.registry.terms import CompanyStatus, SubjectKind, Title
from regulator.foundation import clock
from regulator.foundation.database import session

ONE_DAY = timedelta(days=1)
AT_ONCE = 5_000
"""Rows taken from the database at a time."""
People = Staff | TitledStaff | TitledHead


@dataclass(frozen=True, slots=True)
class CompanyOutcome:
    """What a company does not meet: for each grade, best first, the codes of the conditions it fails."""

    company_id: UUID
    credit_code: str
    failing: Mapping[str, tuple[str, ...]]

    @property
    def best(self) -> str | None:
        """The best grade whose conditions are all met."""
        return next((grade for grade, failing in self.failing.items() if not failing), None)


Test = tuple[str, Callable[[Any], bool]]
"""A condition's code, and whether a row of sums meets it."""


def evaluate_all(
    rule_set: RuleSet, day: date, companies: ColumnElement[bool] | None = None
) -> Iterator[CompanyOutcome]:
    """Every operating company, or those of a condition, held against every grade; in the order of their codes.

    The few whose figures were corrected since a day gone by are looked at one by one.
    """
    conditions = [one for grade in rule_set.grades for one in grade.conditions]
    outside, labels = _outside_facts(day), _labels(conditions)
    tests = {
        grade.code: [_test(one, labels, rule_set, day, outside) for one in grade.conditions]
        for grade in rule_set.grades
    }
    corrected = _corrected_since(day)
    stmt = _sums(conditions, labels, day, companies)
    for row in session().execute(stmt, execution_options={"yield_per": AT_ONCE}):
        failing = _one_by_one(row.id, rule_set, day) if row.id in corrected else _failing(row, tests)
        yield CompanyOutcome(row.id, row.credit_code, failing)


def _failing(row: Any, tests: Mapping[str, list[Test]]) -> dict[str, tuple[str, ...]]:
    return {grade: tuple(code for code, passes in asked if not passes(row)) for grade, asked in tests.items()}


def _one_by_one(company_id: UUID, rule_set: RuleSet, day: date) -> dict[str, tuple[str, ...]]:
    company = session().get_one(Company, company_id)
    return {
        grade.code: tuple(one.code for one in evaluate(company, rule_set, grade, day).results if not one.passes)
        for grade in rule_set.grades
    }


def _counted(condition: People) -> tuple[Any, ...]:
    """What a condition on people counts, whatever number it asks for: equal ones are counted once for all grades."""
    title = None if isinstance(condition, Staff) else condition.title
    return condition.posts, title, isinstance(condition, TitledHead)


def _labels(conditions: Iterable[Condition]) -> dict[tuple[Any, ...], str]:
    keys = dict.fromkeys(_counted(one) for one in conditions if isinstance(one, People))
    return {key: f"people_{index}" for index, key in enumerate(keys)}


def _test(
    condition: Condition,
    labels: Mapping[tuple[Any, ...], str],
    rule_set: RuleSet,
    day: date,
    outside: Mapping[UUID, tuple[OutsideFactRow, ...]],
) -> Test:
    code = code_of(condition)
    match condition:
        case Capital():
            return code, lambda row: meets_capital(condition, row.registered_capital)
        case Staff() | TitledStaff() | TitledHead():
            people = attrgetter(labels[_counted(condition)])
            least = 1 if isinstance(condition, TitledHead) else condition.people
            return code, lambda row: (people(row) or 0) >= least
        case Projects():
            return code, lambda row: (row.projects or 0) >= condition.estates
        case Areas():
            return code, lambda row: meets_areas(condition, _areas_of(row, condition))
    citation = rule_set.citation(condition.article)
    none = judge(condition, CompanyFacts("", day, None), citation, code).passes
    found = {
        company: judge(condition, CompanyFacts("", day, None, outside=rows), citation, code).passes
        for company, rows in outside.items()
    }
    return code, lambda row: found.get(row.id, none)


def _areas_of(row: Any, condition: Areas) -> dict[HouseKind, int]:
    return {kind: int(getattr(row, AREA_COLUMNS[kind]) or 0) for kind in condition.bases}


# --- what the database sums -----------------------------------------------------------------------------------------


def _sums(
    conditions: Iterable[Condition],
    labels: Mapping[tuple[Any, ...], str],
    day: date,
    companies: ColumnElement[bool] | None,
) -> Select[Any]:
    """One row for each company: its capital, people by what is counted, estates and areas by kind of building."""
    columns: list[Any] = [Company.id, Company.credit_code, Company.registered_capital]
    stmt = select(*columns).where(
        Company.status == CompanyStatus.OPERATING, live_on(Company, day), true() if companies is None else companies
    )
    if labels:
        staff = _staff(day, labels)
        stmt = stmt.outerjoin(staff, staff.c.company_id == Company.id)
        stmt = stmt.add_columns(*(staff.c[label] for label in labels.values()))
    if any(isinstance(one, Areas | Projects) for one in conditions):
        estates = _estates(day)
        stmt = stmt.outerjoin(estates, estates.c.company_id == Company.id)
        stmt = stmt.add_columns(estates.c.projects, *(estates.c[column] for column in AREA_COLUMNS.values()))
    return stmt.order_by(Company.credit_code)


def _staff(day: date, labels: Mapping[tuple[Any, ...], str]) -> Subquery:
    counts = [func.count().filter(_counts(*key)).label(label) for key, label in labels.items()]
    return (
        select(Employment.company_id, *counts)
        .join(Person, Person.id == Employment.person_id)
        .where(Employment.is_full_time.is_(True), employed_on(day), live_on(Person, day))
        .group_by(Employment.company_id)
        .subquery("staff")
    )


def _counts(posts: tuple[str, ...], title: Title | None, is_head: bool) -> ColumnElement[bool]:  # noqa: FBT001 - a key
    parts: list[ColumnElement[bool]] = [literal(value=True)]
    if posts:
        parts.append(Employment.post.in_(posts))
    if title is not None:
        parts.append(Person.title.in_(titles_from(title)))
    if is_head:
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
