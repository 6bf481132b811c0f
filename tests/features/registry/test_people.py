"""Acts on people and questions about them, on both databases."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.registry import signals
from regulator.features.registry.actions import people as acts
from regulator.features.registry.models import RecordChange
from regulator.features.registry.queries import people as queries
from regulator.features.registry.queries.history import list_history
from regulator.features.registry.queries.people import PersonFilter
from regulator.features.registry.rules.resident_id import judge_id, mask_id, normalise_id, sex_of
from regulator.features.registry.terms import Sex, SubjectKind, Title
from regulator.foundation.errors import Conflict, NotFound, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make

pytestmark = pytest.mark.usefixtures("world")
GIVEN = {"actor": make.actor(), "now": make.NOW}


@pytest.fixture
def world(session: Session) -> None:
    make.make_tree()
    del session


# --- the number -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param("11010519491231002X", None, id="GB 11643-example"),
        pytest.param("440524188001010014", "id_number_birth_date", id="born-before-1900"),
        pytest.param("110105194912310021", "id_number_check_digit", id="wrong-check-digit"),
        pytest.param("11010519491331002X", "id_number_birth_date", id="13th-month"),
        pytest.param("110105491231002", "id_number_length", id="15-digits"),
        pytest.param("1101051949123100X2", "id_number_characters", id="X-inside"),
        pytest.param("99010519491231002X", "id_number_check_digit", id="area-code-never-judged-but-counts"),
    ],
)
def test_a_resident_id_number_is_judged_by_form_birth_and_check_digit(number: str, code: str | None) -> None:
    assert [f.code for f in judge_id(number, make.TODAY).findings] == ([code] if code else [])


def test_an_area_code_that_never_existed_is_nobodys_business() -> None:
    assert judge_id(make.make_id_number(area="999999"), make.TODAY)


def test_numbers_are_normalised_masked_and_tell_the_sex() -> None:
    assert normalise_id(" １１０１０５ 19491231002x ") == "11010519491231002X"
    assert mask_id("11010519491231002X") == "110*************2X"
    assert sex_of("11010519491231002X") is Sex.FEMALE


# --- acts -----------------------------------------------------------------------------------------------------------


def register(name: str = "李建国", number: str | None = None, **terms: object) -> "acts.Person":
    return acts.register_person(
        number or make.make_id_number(),
        {"name": name, "title": Title.SENIOR},
        company=make.make_company(),
        terms=acts.EmploymentTerms(**terms),  # type: ignore[arg-type]
        **GIVEN,
    )


def test_a_registered_person_has_an_employment_and_the_number_stands_nowhere_in_clear(session: Session) -> None:
    number = make.make_id_number()
    person = register(number=number, post="工程", began_on=date(2020, 1, 1))
    assert (person.born_on, person.id_masked) == (date(1985, 6, 7), mask_id(number))
    assert [job.post for job in queries.list_employments(person.id)] == ["工程"]
    for table in ("person", "record_change", "audit_entry", "person_search", "employment"):
        dumped = repr(session.execute(text(f"SELECT * FROM {table}")).all())
        assert number not in dumped
        assert number[6:14] not in dumped or table == "person"  # the birth date is a column of its own
    assert len(session.scalars(select(AuditEntry)).all()) == 2


def test_a_number_known_already_is_a_conflict_and_a_wrong_one_refused() -> None:
    known = make.make_id_number()
    make.make_person(id_number=known)
    with pytest.raises(Conflict) as conflict:
        register(number=known.lower())
    assert conflict.value.about == "id_number"
    with pytest.raises(Refused):
        register(number=known[:-1] + ("0" if known[-1] != "0" else "1"))


def test_one_company_at_a_time() -> None:
    person = register(began_on=date(2020, 1, 1))
    other = make.make_company("乙物业")
    job = queries.list_employments(person.id)[0]
    terms = acts.EmploymentTerms(began_on=date(2026, 10, 1))
    with pytest.raises(Refused) as refusal:
        acts.employ_person(person, other, terms, version=person.version, reason="调动", **GIVEN)
    assert [f.code for f in refusal.value.findings] == ["employment_overlaps"]
    acts.end_employment(person, job.id, ended_on=date(2026, 9, 30), version=person.version, reason="离职", **GIVEN)
    acts.employ_person(person, other, terms, version=person.version, reason="调动", **GIVEN)
    assert [row.company for row in queries.list_employments(person.id)] == ["乙物业", "沈阳和智物业服务有限公司"]
    with pytest.raises(NotFound):
        acts.end_employment(person, job.id, ended_on=date(2026, 9, 30), version=person.version, reason="x", **GIVEN)


def test_one_project_manager_at_a_time_and_both_histories_tell(session: Session) -> None:
    estate = make.make_estate()
    first, second = register("甲"), register("乙")
    heard: list[object] = []

    def listen(_sender: object, changes: object, staged: object) -> None:
        del staged
        heard.append(changes)

    with signals.estates_changed.connected_to(listen):
        acts.assign_manager(first, estate, began_on=date(2026, 1, 1), version=first.version, reason=None, **GIVEN)
    assert len(heard) == 1
    with pytest.raises(Refused):
        acts.assign_manager(second, estate, began_on=date(2026, 6, 1), version=second.version, reason=None, **GIVEN)
    row = queries.list_managed(make.CITY_SCOPE, first.id, day=make.TODAY)[0]
    acts.release_manager(first, row.id, ended_on=date(2026, 5, 31), version=first.version, reason="调离", **GIVEN)
    acts.assign_manager(second, estate, began_on=date(2026, 6, 1), version=second.version, reason=None, **GIVEN)
    told = list_history(SubjectKind.ESTATE, estate.id)
    assert [entry.act for entry in told] == ["manager_assigned", "manager_released", "manager_assigned"]
    del session


def test_certificates_come_and_go() -> None:
    person = register()
    acts.add_certificate(person, "沈物202401", "项目经理证", version=person.version, reason=None, **GIVEN)
    with pytest.raises(Conflict):
        acts.add_certificate(person, "沈物202401", None, version=person.version, reason=None, **GIVEN)
    held = queries.list_certificates(person.id)[0]
    acts.remove_certificate(person, held.id, version=person.version, reason="录入有误", **GIVEN)
    assert queries.list_certificates(person.id) == []


def test_a_number_is_revealed_for_a_recorded_reason_only_and_the_record_stays_as_it_is(session: Session) -> None:
    number = make.make_id_number()
    person = register(number=number)
    version = person.version
    assert acts.reveal_number(person, reason="核对身份证复印件", **GIVEN) == number
    assert person.version == version
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.act, "核对身份证复印件" in entry.facts) == ("person.number_revealed", True)
    assert list_history(SubjectKind.PERSON, person.id)[0].act == "number_revealed"


def test_a_correction_compares_versions_and_a_retired_person_stays_readable(session: Session) -> None:
    person = register()
    acts.correct_person(person, {"name": "李建军"}, version=person.version, reason="错字", **GIVEN)
    with pytest.raises(StaleVersion):
        acts.correct_person(person, {"name": "李"}, version=1, reason="错字", **GIVEN)
    assert [r.name for r in queries.list_people(make.CITY_SCOPE, PersonFilter(q="建军")).items] == ["李建军"]
    acts.retire_person(person, day=make.TODAY, version=person.version, reason="重复", **GIVEN)
    assert queries.list_people(make.CITY_SCOPE, PersonFilter()).items == ()
    assert queries.get_person(make.SHENHE_SCOPE, person.id).retired_on == make.TODAY
    fields = session.scalars(select(RecordChange.field).where(RecordChange.field == "retired_on")).all()
    assert fields == ["retired_on"]


# --- where and which ------------------------------------------------------------------------------------------------


def test_a_person_lies_in_the_district_of_the_present_or_last_company() -> None:
    here, there = make.make_company("沈河物业"), make.make_company("和平物业", make.HEPING)
    moved = make.make_person("搬走", here)
    moved_job = queries.list_employments(moved.id)[0]
    left = make.make_person("离职")
    make.make_employment(left, here, ended_on=date(2024, 1, 1))
    outside = make.make_person("外地", make.make_company("大连物业", None))

    def seen(scope: make.Scope) -> list[str]:
        return sorted(row.name for row in queries.list_people(scope, PersonFilter()).items)

    assert seen(make.SHENHE_SCOPE) == ["搬走", "离职"]
    acts.end_employment(moved, moved_job.id, ended_on=date(2026, 9, 30), version=1, reason="调动", **GIVEN)
    acts.employ_person(
        moved, there, acts.EmploymentTerms(began_on=date(2026, 10, 1)), version=2, reason="调动", **GIVEN
    )
    assert seen(make.SHENHE_SCOPE) == ["离职"]
    assert seen(make.HEPING_SCOPE) == ["搬走"]
    assert seen(make.CITY_SCOPE) == ["外地", "搬走", "离职"]
    assert seen(make.Scope.division(make.OTHER_CITY)) == ["外地"]  # from outside every division: any whole city's
    assert seen(make.Scope.company(here.credit_code)) == ["离职"]
    with pytest.raises(NotFound):
        queries.get_person(make.SHENHE_SCOPE, outside.id)


def test_people_are_found_by_name_or_by_the_whole_number_and_by_nothing_less() -> None:
    number = make.make_id_number()
    company = make.make_company()
    make.make_person("欧阳文静", company, id_number=number)
    make.make_person("李建国", company, post="客服")

    def found(**wanted: object) -> list[str]:
        page = queries.list_people(make.SHENHE_SCOPE, PersonFilter(**wanted))  # type: ignore[arg-type]
        return [row.name for row in page.items]

    assert found(q="文静") == ["欧阳文静"]
    assert found(q="ljg") == ["李建国"]
    assert found(q=f" {number.lower()} ") == ["欧阳文静"]
    assert found(q=number[:-1]) == []
    assert found(q=number[:6]) == []
    assert found(credit_code=company.credit_code, sort="-name") == ["欧阳文静", "李建国"]
    row = queries.list_people(make.SHENHE_SCOPE, PersonFilter(q="建国")).items[0]
    assert (row.company, row.post, row.credit_code) == (company.name, "客服", company.credit_code)
    assert number not in repr(row)
