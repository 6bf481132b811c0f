"""What the register says of one company on a day, row by row: people, estates, and recorded facts from elsewhere.

For a day gone by the periods of the register decide who was there, and what was corrected since is taken back.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from regulator.features.licensing.models import OutsideFact
from regulator.features.licensing.rules.conditions import judge_grade
from regulator.features.licensing.rules.facts import CompanyFacts, Evaluation, OutsideFactRow, ProjectFact, StaffFact
from regulator.features.licensing.terms import Grade, HouseKind, ProjectKind, RuleSet
from regulator.features.registry.models import Company, Employment, Estate, Person, RecordChange, Service
from regulator.features.registry.queries.bounds import active_on, employed_on, live_on
from regulator.features.registry.terms import EstateKind, SubjectKind, Title
from regulator.foundation import clock
from regulator.foundation.database import session

RESIDENTIAL = (EstateKind.RESIDENTIAL, EstateKind.SCATTERED_BUILDING)
AREA_COLUMNS = {
    HouseKind.MULTI_STOREY: "area_multi_storey",
    HouseKind.HIGH_RISE: "area_high_rise",
    HouseKind.VILLA: "area_villa",
    HouseKind.OTHER: "area_other",
}
ONE_DAY = timedelta(days=1)


def evaluate(company: Company, rule_set: RuleSet, grade: Grade, day: date) -> Evaluation:
    """A company held against a grade on a day."""
    results = judge_grade(rule_set, grade, facts_of(company, day))
    return Evaluation(company.credit_code, day, rule_set, grade, results)


def facts_of(company: Company, day: date) -> CompanyFacts:
    """What counts for the grades of a company on a day; at most seven statements."""
    earlier = earlier_values(SubjectKind.COMPANY, [company.id], ("registered_capital",), day)
    capital = earlier.get((company.id, "registered_capital"), company.registered_capital)
    return CompanyFacts(
        company.credit_code,
        day,
        capital,
        _staff(company.id, day),
        _projects(company.id, day),
        _outside(company.id, day),
    )


def earlier_values(
    kind: SubjectKind, ids: Iterable[UUID], fields: tuple[str, ...], day: date
) -> Mapping[tuple[UUID, str], Any]:
    """Values that were changed after a day, as the register had them at its end; by record and field. One statement."""
    if day >= clock.today():
        return {}
    stmt = (
        select(RecordChange.subject_id, RecordChange.field, RecordChange.before)
        .where(
            RecordChange.subject_kind == kind,
            RecordChange.subject_id.in_(list(ids)),
            RecordChange.at >= clock.start_of(day + ONE_DAY),
            RecordChange.field.in_(fields),
        )
        .order_by(RecordChange.seq.desc())
    )
    return {(subject, field): before for subject, field, before in session().execute(stmt)}


def _staff(company_id: UUID, day: date) -> tuple[StaffFact, ...]:
    stmt = (
        select(Person.id, Person.name, Person.title, Employment.post, Employment.is_head_of_post)
        .join(Person, Person.id == Employment.person_id)
        .where(
            Employment.company_id == company_id,
            Employment.is_full_time.is_(True),
            employed_on(day),
            live_on(Person, day),
        )
        .order_by(Person.name, Person.id)
    )
    rows = session().execute(stmt).all()
    earlier = earlier_values(SubjectKind.PERSON, (row.id for row in rows), ("title",), day)
    return tuple(
        StaffFact(
            str(row.id), row.name, row.post, bool(row.is_head_of_post),
            _title(earlier.get((row.id, "title"), row.title)),
        )
        for row in rows
    )  # fmt: skip


def _title(value: str | None) -> Title | None:
    return Title(value) if value else None


def _projects(company_id: UUID, day: date) -> tuple[ProjectFact, ...]:
    areas = [getattr(Estate, column) for column in AREA_COLUMNS.values()]
    stmt = (
        select(Estate.id, Estate.code, Estate.name, Estate.kind, Estate.floor_area, *areas)
        .join(Service, Service.estate_id == Estate.id)
        .where(Service.company_id == company_id, active_on(day), live_on(Estate, day))
        .order_by(Estate.code)
    )
    rows = session().execute(stmt).all()
    fields = ("kind", "floor_area", *AREA_COLUMNS.values())
    earlier = earlier_values(SubjectKind.ESTATE, (row.id for row in rows), fields, day)
    return tuple(_project(row, earlier) for row in rows)


def _project(row: Any, earlier: Mapping[tuple[UUID, str], Any]) -> ProjectFact:
    def value(field: str) -> Any:
        return earlier.get((row.id, field), getattr(row, field))

    kind = ProjectKind.RESIDENTIAL if EstateKind(value("kind")) in RESIDENTIAL else ProjectKind.OTHER
    areas = {house: area for house, column in AREA_COLUMNS.items() if (area := value(column))}
    return ProjectFact(row.code, row.name, kind, areas, value("floor_area"))


def _outside(company_id: UUID, day: date) -> tuple[OutsideFactRow, ...]:
    stmt = (
        select(OutsideFact)
        .where(
            OutsideFact.company_id == company_id, OutsideFact.happened_on <= day, OutsideFact.taken_back_at.is_(None)
        )
        .order_by(OutsideFact.happened_on, OutsideFact.id)
    )
    return tuple(
        OutsideFactRow(str(row.id), row.kind, row.happened_on, row.value) for row in session().scalars(stmt)
    )  # fmt: skip
