"""Acts on companies and questions about them, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.divisions import queries as divisions
from regulator.features.registry import signals
from regulator.features.registry.actions import companies as acts
from regulator.features.registry.actions.nature import touch_register
from regulator.features.registry.actions.records import create_record
from regulator.features.registry.models import Committee, CompanySearch, RecordChange
from regulator.features.registry.queries import companies as queries
from regulator.features.registry.queries.companies import CompanyFilter
from regulator.features.registry.queries.history import as_of, list_history, name_on
from regulator.features.registry.queries.records import register_info, register_nature
from regulator.features.registry.terms import (
    Basis,
    CompanyStatus,
    DeclaredGrade,
    NameKind,
    RegisterNature,
    SubjectKind,
)
from regulator.foundation.database import new_key
from regulator.foundation.errors import Conflict, NotFound, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def world(session: Session) -> None:
    make.make_tree()
    del session


def register(name: str = "沈阳新和物业有限公司", **values: object) -> "acts.Company":
    code = make.make_credit_code()
    return acts.register_company(
        code, {"name": name, "division_code": make.SHENHE} | values, actor=make.actor(), now=make.NOW
    )


def correct(company: "acts.Company", version: int, **changes: object) -> list[str]:
    return acts.correct_company(
        company, changes, version=version, reason="营业执照", actor=make.actor(), now=make.NOW + timedelta(hours=1)
    )


# --- acts -----------------------------------------------------------------------------------------------------------


def test_a_registered_company_decides_the_register_and_has_a_history_a_trail_and_tokens(session: Session) -> None:
    assert register_nature() is RegisterNature.UNDECIDED
    company = register(phone="024-31337700")
    info = register_info()
    assert (info.nature, info.data_version) == (RegisterNature.REAL, 1)
    assert [entry.act for entry in list_history(SubjectKind.COMPANY, company.id)] == ["registered"]
    trail = session.scalars(select(AuditEntry).where(AuditEntry.subject_key == company.credit_code)).one()
    assert (trail.act, trail.division_code) == ("company.registered", make.SHENHE)
    assert "31337700" not in trail.facts
    assert session.scalars(select(CompanySearch)).one().subject_id == company.id


def test_a_wrong_check_digit_is_refused_at_its_field() -> None:
    code = make.make_credit_code()
    wrong = code[:-1] + ("1" if code[-1] != "1" else "2")
    with pytest.raises(Refused) as refusal:
        acts.register_company(wrong, {"name": "甲"}, actor=make.actor(), now=make.NOW)
    assert [(f.code, f.about) for f in refusal.value.findings] == [("credit_code_check_digit", "credit_code")]


def test_a_code_known_already_is_a_conflict_at_its_field_wherever_it_lies() -> None:
    known = make.make_company(division_code=make.HEPING)
    with pytest.raises(Conflict) as conflict:
        acts.register_company(known.credit_code, {"name": "乙"}, actor=make.actor(), now=make.NOW)
    assert (conflict.value.code, conflict.value.about) == ("company_duplicate", "credit_code")


def test_what_has_no_business_key_is_never_called_a_duplicate() -> None:
    lost = Committee(estate_id=new_key(), name="无处业主委员会", term_began_on=date(2024, 1, 1))
    with pytest.raises(IntegrityError):
        create_record(
            lost, kind=SubjectKind.COMMITTEE, key="x", division_code=make.SHENHE, actor=make.actor(), now=make.NOW
        )


def test_a_correction_remembers_each_field_with_its_reason(session: Session) -> None:
    company = make.make_company(legal_representative="王一", founded_on=date(2001, 2, 3), phone="13912345678")
    changed = correct(
        company,
        1,
        legal_representative="李二",
        founded_on=date(2001, 2, 4),
        phone="13987654321",
        name=company.name,
        status=CompanyStatus.SUSPENDED,
    )
    assert sorted(changed) == ["founded_on", "legal_representative", "phone", "status"]
    assert company.version == 2
    rows = session.scalars(select(RecordChange).order_by(RecordChange.field)).all()
    assert [(r.field, r.before, r.after) for r in rows] == [
        ("founded_on", "2001-02-03", "2001-02-04"),
        ("legal_representative", "王一", "李二"),
        ("phone", "139******78", "139******21"),
        ("status", "operating", "suspended"),
    ]
    assert {(r.reason, r.actor_name, r.version) for r in rows} == {("营业执照", "张晓敏", 2)}


def test_a_correction_that_changes_nothing_leaves_nothing_behind(session: Session) -> None:
    company = make.make_company()
    before = register_info().data_version
    assert correct(company, 1, name=company.name) == []
    assert (company.version, register_info().data_version) == (1, before)
    assert session.scalars(select(RecordChange)).all() == []
    assert session.scalars(select(AuditEntry)).all() == []


def test_the_second_of_two_corrections_is_told_and_overwrites_nothing() -> None:
    company = make.make_company(legal_representative="王一")
    correct(company, 1, legal_representative="李二")
    with pytest.raises(StaleVersion) as stale:
        correct(company, 1, legal_representative="赵三")
    assert (stale.value.found, stale.value.given) == (2, 1)
    assert company.legal_representative == "李二"


def test_a_renamed_company_is_found_by_both_names_and_each_day_has_its_own() -> None:
    company = make.make_company("沈阳旧名物业有限公司")
    acts.rename_company(
        company,
        "沈阳新名物业有限公司",
        last_day=date(2026, 9, 30),
        version=1,
        reason="变更登记",
        actor=make.actor(),
        now=make.NOW,
    )
    for text in ("旧名", "新名", "jiuming", "syxm"):
        page = queries.list_companies(make.CITY_SCOPE, CompanyFilter(q=text), day=make.TODAY)
        assert [row.id for row in page.items] == [company.id], text
    names = queries.list_names(company.id)
    assert [(n.name, n.kind, n.ended_on) for n in names] == [
        ("沈阳旧名物业有限公司", NameKind.FORMER, date(2026, 9, 30))
    ]
    assert name_on(company.name, names, date(2026, 9, 30)) == "沈阳旧名物业有限公司"
    assert name_on(company.name, names, date(2026, 10, 1)) == "沈阳新名物业有限公司"


def test_an_alias_leads_to_the_company_until_it_is_taken_away() -> None:
    company = make.make_company()
    give = {"reason": "名单", "actor": make.actor(), "now": make.NOW}
    acts.add_company_name(company, "大白楼物业", kind=NameKind.ALIAS, version=1, **give)
    wanted = CompanyFilter(q="大白楼")
    assert len(queries.list_companies(make.CITY_SCOPE, wanted, day=make.TODAY).items) == 1
    with pytest.raises(Conflict):
        acts.add_company_name(company, "大白楼物业", kind=NameKind.ALIAS, version=2, **give)
    acts.remove_company_name(company, queries.list_names(company.id)[0].id, version=2, **give)
    assert queries.list_companies(make.CITY_SCOPE, wanted, day=make.TODAY).items == ()


def test_a_company_is_not_retired_while_it_serves_and_stays_readable_afterwards() -> None:
    company = make.make_company()
    service = make.make_service(make.make_estate(), company)
    retire = {"day": make.TODAY, "version": 1, "reason": "注销", "actor": make.actor(), "now": make.NOW}
    with pytest.raises(Refused):
        acts.retire_company(company, **retire)
    service.ended_on = date(2026, 10, 1)
    acts.retire_company(company, **retire)
    assert queries.get_company(make.SHENHE_SCOPE, company.credit_code, day=make.TODAY).retired_on == make.TODAY
    assert queries.list_companies(make.CITY_SCOPE, CompanyFilter(), day=make.TODAY).items == ()
    retired = queries.list_companies(make.CITY_SCOPE, CompanyFilter(retired=True), day=make.TODAY)
    assert [row.id for row in retired.items] == [company.id]


def test_every_act_tells_the_rooms_above_once_with_before_and_after() -> None:
    heard: list[object] = []

    def listen(_sender: object, changes: object, staged: object) -> None:
        assert staged is None
        heard.append(changes)

    with signals.companies_changed.connected_to(listen):
        company = register()
        correct(company, company.version, status=CompanyStatus.SUSPENDED)
        correct(company, company.version, status=CompanyStatus.SUSPENDED)  # nothing differs: nothing is said
        acts.confirm_company(company, actor=make.actor(), now=make.NOW)
    assert len(heard) == 3
    (created,), (corrected,), _confirmed = heard  # type: ignore[misc]
    assert created.before is None
    assert (corrected.before["status"], corrected.after["status"]) == ("operating", "suspended")


def test_a_listener_that_objects_takes_the_act_back(session: Session) -> None:
    def object_to(_sender: object, **_told: object) -> None:
        message = "no"
        raise RuntimeError(message)

    with signals.companies_changed.connected_to(object_to), pytest.raises(RuntimeError):
        register()
    session.rollback()
    assert session.scalars(select(acts.Company)).all() == []


# --- where ----------------------------------------------------------------------------------------------------------


def test_a_company_is_seen_where_it_is_registered_and_where_it_serves_and_nowhere_else() -> None:
    here = make.make_company("和平物业", make.HEPING)
    there = make.make_company("沈河物业", make.SHENHE)
    make.make_service(make.make_estate(division_code=make.HEPING_COMMUNITY), there, ended_on=date(2026, 6, 30))

    def seen(day: date) -> list[str]:
        return [row.name for row in queries.list_companies(make.HEPING_SCOPE, CompanyFilter(), day=day).items]

    assert seen(date(2026, 6, 30)) == ["和平物业", "沈河物业"]
    assert seen(date(2026, 7, 1)) == ["和平物业"]
    with pytest.raises(NotFound):
        queries.get_company(make.HEPING_SCOPE, there.credit_code, day=date(2026, 7, 1))
    assert queries.get_company(make.HEPING_SCOPE, here.credit_code, day=make.TODAY).id == here.id


def test_only_the_district_of_registration_may_act_on_a_company_that_serves_elsewhere_too() -> None:
    company = make.make_company(division_code=make.SHENHE)
    make.make_service(make.make_estate(division_code=make.HEPING_COMMUNITY), company)
    assert queries.get_company(make.HEPING_SCOPE, company.credit_code, day=make.TODAY) is company
    assert not queries.is_registered_in(make.HEPING_SCOPE, company)
    assert queries.is_registered_in(make.SHENHE_SCOPE, company)
    with pytest.raises(NotFound):
        queries.get_own_company(make.HEPING_SCOPE, company.credit_code)


def test_a_company_from_outside_belongs_to_the_whole_city() -> None:
    company = make.make_company("大连外来物业", None)
    names = [r.name for r in queries.list_companies(make.CITY_SCOPE, CompanyFilter(), day=make.TODAY).items]
    assert names == ["大连外来物业"]
    assert queries.list_companies(make.SHENHE_SCOPE, CompanyFilter(), day=make.TODAY).items == ()
    assert queries.get_own_company(make.CITY_SCOPE, company.credit_code) is company


def test_estates_and_area_of_a_line_are_those_inside_the_scope_on_the_day() -> None:
    company = make.make_company()
    make.make_service(make.make_estate(), company)
    make.make_service(make.make_estate(floor_area=None), company)
    make.make_service(make.make_estate(division_code=make.HEPING_COMMUNITY), company)
    make.make_service(make.make_estate(retired_on=date(2026, 1, 1)), company)
    make.make_service(make.make_estate(), company, began_on=date(2026, 10, 1))

    def line(scope: make.Scope, day: date) -> tuple[int, int | None]:
        row = queries.list_companies(scope, CompanyFilter(), day=day).items[0]
        return row.estates, row.floor_area

    assert line(make.SHENHE_SCOPE, date(2026, 9, 30)) == (2, 8_160_000)
    assert line(make.CITY_SCOPE, date(2026, 9, 30)) == (3, 16_320_000)
    assert line(make.SHENHE_SCOPE, make.TODAY) == (3, 16_320_000)
    assert line(make.SHENHE_SCOPE, date(2025, 12, 31)) == (3, 16_320_000)  # the retired estate was still there


# --- lists ----------------------------------------------------------------------------------------------------------


def test_filters_narrow_and_orders_order() -> None:
    first = make.make_company("甲物业", status=CompanyStatus.OPERATING, declared_grade=DeclaredGrade.GRADE_1)
    second = make.make_company("乙物业", make.HEPING, status=CompanyStatus.SUSPENDED)
    make.make_service(make.make_estate(), first)

    def found(**wanted: object) -> list[str]:
        page = queries.list_companies(make.CITY_SCOPE, CompanyFilter(**wanted), day=make.TODAY)  # type: ignore[arg-type]
        assert queries.count_companies(make.CITY_SCOPE, CompanyFilter(**wanted), day=make.TODAY).number == len(  # type: ignore[arg-type]
            page.items
        )
        return [row.name for row in page.items]

    assert found(status=CompanyStatus.SUSPENDED) == ["乙物业"]
    assert found(grade=DeclaredGrade.GRADE_1) == ["甲物业"]
    assert found(serving=True) == ["甲物业"]
    assert found(serving=False) == ["乙物业"]
    assert found(division=divisions.get_division(make.HEPING)) == ["乙物业"]
    assert found(division=divisions.get_division(make.CITY)) == ["乙物业", "甲物业"]
    assert found(q="物业", status=CompanyStatus.OPERATING) == ["甲物业"]
    assert found(sort="-name") == ["甲物业", "乙物业"]
    assert found(q=first.credit_code[:8]) == ["甲物业"]
    assert found(q=second.credit_code.lower()) == ["乙物业"]
    assert found(q="%_\"'") == []


@pytest.mark.parametrize("sort", [*queries.SORTS, ""])
@pytest.mark.parametrize("text", [None, "物业"])
def test_pages_follow_each_other_without_gap_or_repetition(sort: str, text: str | None) -> None:
    made = {make.make_company(f"物业{i % 3}号").id for i in range(7)}
    wanted = CompanyFilter(q=text, sort=sort)
    seen: list[object] = []
    cursor = None
    while True:
        page = queries.list_companies(make.CITY_SCOPE, wanted, day=make.TODAY, cursor=cursor, limit=3)
        seen.extend(row.id for row in page.items)
        if (cursor := page.next) is None:
            break
    assert len(seen) == 7
    assert set(seen) == made


# --- one company on a day -------------------------------------------------------------------------------------------


def test_estates_served_on_a_day_stand_on_the_basis_of_that_day() -> None:
    company = make.make_company()
    estate = make.make_estate()
    make.make_service(estate, company, began_on=date(2021, 1, 1))
    make.make_contract(estate, company, date(2021, 1, 1), date(2025, 12, 31))

    def basis(day: date) -> list[Basis | None]:
        return [row.basis for row in queries.list_served_estates(make.CITY_SCOPE, company, day=day)]

    assert basis(date(2020, 12, 31)) == []
    assert basis(date(2025, 12, 31)) == [Basis.RUNNING]
    assert basis(date(2026, 1, 1)) == [Basis.CONTINUED]
    assert queries.list_served_estates(make.HEPING_SCOPE, company, day=make.TODAY) == []


def test_an_earlier_day_shows_what_the_register_said_then() -> None:
    earlier = make.NOW - timedelta(days=30)
    company = make.make_company(legal_representative="王一", founded_on=date(2001, 2, 3), registered_at=earlier)
    correct(company, 1, legal_representative="李二", founded_on=None, status=CompanyStatus.CANCELLED)
    then = as_of(SubjectKind.COMPANY, company, make.TODAY - timedelta(days=1))
    assert then.values["legal_representative"] == "王一"
    assert then.values["founded_on"] == date(2001, 2, 3)
    assert then.values["status"] is CompanyStatus.OPERATING
    assert (then.changed_since, then.entered_later) == (1, None)
    assert as_of(SubjectKind.COMPANY, company, make.TODAY).values["legal_representative"] == "李二"
    before = as_of(SubjectKind.COMPANY, company, date(2026, 1, 1))
    assert before.entered_later == date(2026, 10, 2)


def test_what_is_written_of_days_gone_by_does_not_make_the_register_older(session: Session) -> None:
    register()
    before = register_info()
    assert before.changed_at is not None
    touch_register(before.changed_at - timedelta(days=4))
    session.expire_all()
    assert register_info() == replace(before, data_version=before.data_version + 1)
    touch_register(before.changed_at + timedelta(days=1))
    session.expire_all()
    assert register_info().changed_at == before.changed_at + timedelta(days=1)
