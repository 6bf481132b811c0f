"""What the register says of one company on a day, row by row: people, estates, and recorded facts from elsewhere.

For a day gone by the periods of the register decide who was there, and what was corrected since is taken back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
AT_ONCE = 400
"""Companies looked at together."""


def evaluate(company: Company, rule_set: RuleSet, grade: Grade, day: date) -> Evaluation:
    """A company held against a grade on a day."""
    results = judge_grade(rule_set, grade, facts_of(company, day))
    return Evaluation(company.credit_code, day, rule_set, grade, results)


def evaluate_those(held: Iterable[tuple[Company, Grade]], rule_set: RuleSet, day: date) -> Mapping[UUID, Evaluation]:
    """As `evaluate`, of many companies each against a grade of its own; by company, 400 at a time."""
    wanted = list(held)
    found: dict[UUID, Evaluation] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        facts = facts_of_those([company for company, _grade in some], day)
        for company, grade in some:
            results = judge_grade(rule_set, grade, facts[company.id])
            found[company.id] = Evaluation(company.credit_code, day, rule_set, grade, results)
    return found


def facts_of(company: Company, day: date) -> CompanyFacts:
    """What counts for the grades of a company on a day; at most seven statements."""
    return facts_of_those([company], day)[company.id]


def facts_of_those(companies: Sequence[Company], day: date) -> Mapping[UUID, CompanyFacts]:
    """The same of several, not more than a statement bears."""
    ids = [company.id for company in companies]
    earlier = earlier_values(SubjectKind.COMPANY, ids, ("registered_capital",), day)
    staff, projects, outside = _staff(ids, day), _projects(ids, day), _outside(ids, day)
    return {
        one.id: CompanyFacts(
            one.credit_code,
            day,
            earlier.get((one.id, "registered_capital"), one.registered_capital),
            tuple(staff[one.id]),
            tuple(projects[one.id]),
            tuple(outside[one.id]),
        )
        for one in companies
    }


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


def _staff(ids: Sequence[UUID], day: date) -> Mapping[UUID, list[StaffFact]]:
    stmt = (
        select(Employment.company_id, Person.id, Person.name, Person.title, Employment.post, Employment.is_head_of_post)
        .join(Person, Person.id == Employment.person_id)
        .where(
            Employment.company_id.in_(ids),
            Employment.is_full_time.is_(True),
            employed_on(day),
            live_on(Person, day),
        )
        .order_by(Person.name, Person.id)
    )
    rows = session().execute(stmt).all()
    earlier = earlier_values(SubjectKind.PERSON, (row.id for row in rows), ("title",), day)
    found: dict[UUID, list[StaffFact]] = defaultdict(list)
    for row in rows:
        title = _title(earlier.get((row.id, "title"), row.title))
        found[row.company_id].append(StaffFact(str(row.id), row.name, row.post, bool(row.is_head_of_post), title))
    return found


def _title(value: str | None) -> Title | None:
    return Title(value) if value else None


def _projects(ids: Sequence[UUID], day: date) -> Mapping[UUID, list[ProjectFact]]:
    areas = [getattr(Estate, column) for column in AREA_COLUMNS.values()]
    stmt = (
        select(Service.company_id, Estate.id, Estate.code, Estate.name, Estate.kind, Estate.floor_area, *areas)
        .join(Service, Service.estate_id == Estate.id)
        .where(Service.company_id.in_(ids), active_on(day), live_on(Estate, day))
        .order_by(Estate.code)
    )
    rows = session().execute(stmt).all()
    fields = ("kind", "floor_area", *AREA_COLUMNS.values())
    earlier = earlier_values(SubjectKind.ESTATE, (row.id for row in rows), fields, day)
    found: dict[UUID, list[ProjectFact]] = defaultdict(list)
    for row in rows:
        found[row.company_id].append(_project(row, earlier))
    return found


def _project(row: Any, earlier: Mapping[tuple[UUID, str], Any]) -> ProjectFact:
    def value(field: str) -> Any:
        return earlier.get((row.id, field), getattr(row, field))

    kind = ProjectKind.RESIDENTIAL if EstateKind(value("kind")) in RESIDENTIAL else ProjectKind.OTHER
    areas = {house: area for house, column in AREA_COLUMNS.items() if (area := value(column))}
    return ProjectFact(row.code, row.name, kind, areas, value("floor_area"))


def _outside(ids: Sequence[UUID], day: date) -> Mapping[UUID, list[OutsideFactRow]]:
    stmt = (
        select(OutsideFact)
        .where(OutsideFact.company_id.in_(ids), OutsideFact.happened_on <= day, OutsideFact.taken_back_at.is_(None))
        .order_by(OutsideFact.happened_on, OutsideFact.id)
    )
    found: dict[UUID, list[OutsideFactRow]] = defaultdict(list)
    for row in session().scalars(stmt):
        found[row.company_id].append(OutsideFactRow(str(row.id), row.kind, row.happened_on, row.value))
    return found
