"""An official's errands with estates, page by page, on both databases."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.terms import Mode, SettlementState
from tests.factories import registry as make

Open = Callable[..., Any]
BASICS = {"kind": "residential", "condition": "occupied"}


def kept(session: Session, made: Any) -> Any:
    """Commit what a test laid down, so that requests see it."""
    session.commit()
    return made


def look_again(session: Session) -> None:
    """Forget what was read: requests have written since."""
    session.rollback()
    session.expire_all()


def test_an_estate_is_registered_placed_renamed_corrected_confirmed_and_retired(
    sign_in: Open, session: Session
) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get("/office/estates/new")
    answer = desk.post("/office/estates/new", name="翰林花园", division_code=make.SHENHE_STREET, **BASICS)
    path = f"/office/estates/{make.SHENHE_STREET}0001"
    assert answer.location == path
    assert "待落社区" in desk.get(path) or "To be placed" in desk.page or make.SHENHE_STREET in desk.page
    desk.get(f"{path}/place")
    desk.post(f"{path}/place", division_code=make.SHENHE_COMMUNITY, reason="社区核实")
    desk.get(f"{path}/names")
    desk.post(f"{path}/rename", name="凤凰城", last_day="2026-01-31", reason="地名批复")
    desk.get(f"{path}/names")
    desk.post(f"{path}/names", name="老纺织院", reason="居民俗称")
    desk.get(f"{path}/correct")
    desk.post(f"{path}/correct", name="凤凰城", households="812", floor_area="81,600.5", reason="测绘报告", **BASICS)
    desk.get(path)
    desk.post(f"{path}/confirm")
    page = desk.get(path)
    for word in ("凤凰城", "翰林花园", "老纺织院", "812", "惠工社区"):
        assert word in page
    desk.get(f"{path}/retire")
    desk.post(f"{path}/retire", day="2026-01-01", reason="重复登记")
    look_again(session)
    estate = session.scalars(select(Estate)).one()
    assert (estate.floor_area, estate.division_code, estate.confirmed_at is not None, estate.retired_reason) == (
        8_160_050,
        make.SHENHE_COMMUNITY,
        True,
        "重复登记",
    )
    assert "凤凰城" not in desk.get("/office/estates?q=凤凰")[desk.page.index("<main") :].replace('value="凤凰"', "")


def test_what_cannot_be_taken_is_said_at_its_field(sign_in: Open, session: Session) -> None:
    kept(session, make.make_estate("翰林花园"))
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get("/office/estates/new")
    page = desk.post("/office/estates/new", 400, name="甲", division_code=make.HEPING_COMMUNITY, **BASICS).text
    assert 'id="f-division_code-error"' in page
    page = desk.post(
        "/office/estates/new", 409, name="甲", division_code=make.SHENHE_COMMUNITY, floor_area="100",
        area_high_rise="50", **BASICS,
    ).text  # fmt: skip
    assert 'id="f-floor_area-error"' in page
    desk.post("/office/estates/new", 400, name="", division_code=make.SHENHE_COMMUNITY, **BASICS)
    assert len(session.scalars(select(Estate)).all()) == 1


def test_the_second_of_two_officials_sees_both_versions(sign_in: Open, session: Session) -> None:
    estate = make.make_estate("翰林花园")
    path = kept(session, f"/office/estates/{estate.code}/correct")
    first, second = sign_in(name="甲"), sign_in(name="乙")
    first.get(path)
    second.get(path)
    common = {"name": "翰林花园", "reason": "核实", **BASICS}
    first.post(path, households="800", **common)
    page = second.post(path, 409, households="900", **common).text
    assert "800" in page
    assert "900" in page
    assert "812" in page
    look_again(session)
    assert session.scalars(select(Estate.households)).one() == 800


def test_change_of_manager_shows_on_estate_list_and_export_on_the_day_before_and_after(
    sign_in: Open, session: Session
) -> None:
    first, second = make.make_company("沈阳甲物业有限公司"), make.make_company("沈阳乙物业有限公司")
    estate = make.make_estate("凤凰城")
    make.make_service(estate, first, began_on=date(2020, 1, 1))
    make.make_contract(estate, first, date(2020, 1, 1), date(2025, 12, 31))
    path = kept(session, f"/office/estates/{estate.code}")
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get(f"{path}/services/change")
    desk.post(
        f"{path}/services/change", mode="professional", company="乙物业", began_on="2026-03-01", reason="业主大会选聘"
    )
    for day, there, gone in (("2026-02-28", first, second), ("2026-03-01", second, first)):
        listed = desk.get(f"/office/estates?as_of={day}")
        assert there.name in listed
        assert gone.name not in listed
        assert f"/office/companies/{there.credit_code}?as_of={day}" in desk.get(f"{path}?as_of={day}")
        sheet = openpyxl.load_workbook(
            BytesIO(desk.fetch(f"/office/estates?as_of={day}&export=xlsx").data), read_only=True
        ).active
        assert sheet is not None
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        assert there.name in cells
        assert gone.name not in cells
        text = desk.fetch(f"/office/estates?as_of={day}&export=csv").data.decode("utf-8-sig")
        assert there.name in text
        assert gone.name not in text
        assert estate.code in desk.get(f"/office/estates?as_of={day}&company={there.credit_code}")
        assert estate.code not in desk.get(f"/office/estates?as_of={day}&company={gone.credit_code}")
        assert estate.code in desk.get(f"/office/companies/{there.credit_code}?as_of={day}")
        assert estate.code not in desk.get(f"/office/companies/{gone.credit_code}?as_of={day}")


def test_several_companies_fit_and_one_is_chosen(sign_in: Open, session: Session) -> None:
    make.make_company("沈阳甲物业有限公司")
    second = make.make_company("沈阳乙物业有限公司")
    estate = make.make_estate("凤凰城")
    path = kept(session, f"/office/estates/{estate.code}/services/change")
    desk = sign_in()
    desk.get(path)
    given = {"mode": "professional", "company": "物业", "began_on": "2026-03-01", "reason": "选聘"}
    page = desk.post(path, 400, **given).text
    assert page.count('name="company_choice"') == 2
    desk.post(path, company_choice=second.credit_code, **given)
    look_again(session)
    assert session.scalars(select(Service.company_id)).one() == second.id


def test_leaving_basis_correction_and_mistake(sign_in: Open, session: Session) -> None:
    company = make.make_company("沈阳甲物业有限公司")
    estate = make.make_estate("凤凰城")
    service = make.make_service(estate, company, began_on=None, stated_for=date(2026, 1, 1))
    path = kept(session, f"/office/services/{service.id}")
    desk = sign_in()
    desk.get(f"{path}/correct")
    desk.post(f"{path}/correct", began_on="2019-05-01", fee="1.80", reason="合同")
    desk.get(f"{path}/basis")
    desk.post(f"{path}/basis", recorded_basis="handover", from_day="2026-02-01", reason="业主大会决定")
    look_again(session)
    periods = session.scalars(select(Service).order_by(Service.began_on)).all()
    assert [(p.began_on, p.ended_on, p.fee) for p in periods] == [
        (date(2019, 5, 1), date(2026, 1, 31), 180),
        (date(2026, 2, 1), None, 180),
    ]
    latest = f"/office/services/{periods[1].id}"
    assert "交接" in desk.get(f"/office/estates/{estate.code}")
    desk.get(f"{latest}/leave")
    desk.post(f"{latest}/leave", 409, left_on="2026-01-01", reason="撤管")
    desk.post(f"{latest}/leave", left_on="2026-03-31", reason="撤管")
    look_again(session)
    gone = session.scalars(select(Service).where(Service.mode == Mode.ABANDONED)).one()
    assert gone.began_on == date(2026, 4, 1)
    desk.get(f"/office/services/{gone.id}/retire")
    desk.post(f"/office/services/{gone.id}/retire", reason="误录")
    look_again(session)
    assert session.get_one(Service, gone.id).retired_reason == "误录"


def test_a_stale_form_about_services_is_told_and_nothing_happens(sign_in: Open, session: Session) -> None:
    company = make.make_company("沈阳甲物业有限公司")
    estate = make.make_estate("凤凰城")
    path = kept(session, f"/office/estates/{estate.code}/services/change")
    first, second = sign_in(name="甲"), sign_in(name="乙")
    first.get(path)
    second.get(path)
    first.post(path, mode="professional", company=company.credit_code, began_on="2026-03-01", reason="选聘")
    second.post(path, 409, mode="none", company="", began_on="2026-03-02", reason="无")
    look_again(session)
    assert session.scalars(select(Service.mode)).all() == [Mode.PROFESSIONAL]


def test_a_contract_is_recorded_filed_terminated_and_its_overlap_settled(sign_in: Open, session: Session) -> None:
    first, second = make.make_company("沈阳甲物业有限公司"), make.make_company("沈阳乙物业有限公司")
    estate = make.make_estate("凤凰城")
    path = kept(session, f"/office/estates/{estate.code}/contracts/new")
    desk = sign_in()
    desk.get(path)
    one = desk.post(path, company=first.credit_code, kind="ordinary", began_on="2025-01-01", ended_on="2027-12-31")
    desk.get(path)
    two = desk.post(path, company=second.credit_code, kind="preliminary", began_on="2026-01-01").location
    desk.get(path)
    again = desk.post(path, 409, company=second.credit_code, kind="ordinary", began_on="2026-01-01")
    assert "同一起始日期的合同已经登记" in again.text
    desk.get(f"{two}/file")
    desk.post(f"{two}/file", filed_on="2026-02-01")
    desk.get(f"{two}/correct")
    desk.post(f"{two}/correct", kind="ordinary", began_on="2026-01-01", number="沈物合〔2026〕7号", reason="补录")
    assert "沈物合〔2026〕7号" in desk.get("/office/contracts")
    waiting = desk.get("/office/worklists/disputes")
    assert estate.name in waiting
    dispute = re.search(r'href="(/office/disputes/[^"]+)"', waiting)
    assert dispute
    desk.get(dispute[1])
    desk.post(dispute[1], settlement="街道调解，乙物业进场")
    assert "街道调解" in desk.get(dispute[1])
    assert estate.name not in desk.get("/office/worklists/disputes")
    desk.get(f"{one.location}/terminate")
    desk.post(f"{one.location}/terminate", ended_on="2026-05-31", reason="协商解除")
    desk.get(f"{two}/retire")
    desk.post(f"{two}/retire", reason="误录")
    assert "误录" in desk.get(two)


def test_committees_and_notices(sign_in: Open, session: Session) -> None:
    company = make.make_company("沈阳甲物业有限公司")
    estate = make.make_estate("凤凰城")
    make.make_service(estate, company)
    path = kept(session, f"/office/estates/{estate.code}")
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    desk.get(f"{path}/committees/new")
    desk.post(
        f"{path}/committees/new", name="凤凰城业主委员会", elected_on="2026-01-01", term_began_on="2026-01-01",
        members="王秀兰 主任\n李强",
    )  # fmt: skip
    page = desk.get(path)
    for words in ("王秀兰", "主任", "李强"):
        assert words in page
    assert "凤凰城业主委员会" in desk.get("/office/committees?filed=no")
    correct = re.search(r'href="(/office/committees/[^"]+/correct)"', desk.get(path))
    assert correct
    desk.get(correct[1])
    desk.post(
        correct[1], name="凤凰城业主委员会", elected_on="2026-01-01", term_began_on="2026-01-01",
        filed_on="2026-02-15", members="王秀兰 主任\n赵敏 委员", reason="备案表",
    )  # fmt: skip
    page = desk.get(path)
    assert "赵敏" in page
    assert "李强" not in page
    desk.get(f"{path}/notices/new")
    given = {"company": company.credit_code, "kind": "dismissal", "dated_on": "2026-02-01"}
    desk.post(f"{path}/notices/new", 409, given_by="company", **given)
    desk.post(f"{path}/notices/new", given_by="owners", **given)
    assert estate.name in desk.get("/office/notices?kind=dismissal")
    assert "通知方" in desk.page
    elsewhere = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    page = desk.get(path)
    for kind, told in (("committee", "备案表"), ("notice", "登记")):
        link = re.search(rf'href="(/office/history/{kind}/[^"]+)"', page)
        assert link
        assert told in desk.get(link[1])
        assert elsewhere.fetch(link[1]).status_code == 404


# --- territory ------------------------------------------------------------------------------------------------------


def test_nothing_of_another_district_answers(sign_in: Open, session: Session) -> None:
    company = make.make_company("沈阳甲物业有限公司")
    estate = make.make_estate("凤凰城")
    service = make.make_service(estate, company)
    contract = make.make_contract(estate, company)
    kept(session, None)
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    code = estate.code
    for path in (
        f"/office/estates/{code}", f"/office/estates/{code}/correct", f"/office/estates/{code}/names",
        f"/office/estates/{code}/place", f"/office/estates/{code}/retire", f"/office/estates/{code}/services/change",
        f"/office/estates/{code}/contracts/new", f"/office/estates/{code}/committees/new",
        f"/office/estates/{code}/notices/new", f"/office/services/{service.id}/leave",
        f"/office/services/{service.id}/basis", f"/office/services/{service.id}/correct",
        f"/office/services/{service.id}/retire", f"/office/contracts/{contract.id}",
        f"/office/contracts/{contract.id}/correct", f"/office/history/estate/{code}",
    ):  # fmt: skip
        assert desk.fetch(path).status_code == 404, path
    for path in ("/office/estates", "/office/services", "/office/contracts", "/office/worklists/mode"):
        assert "凤凰城" not in desk.get(path), path
        assert "凤凰城" not in desk.fetch(f"{path}?export=csv").data.decode(), path


@pytest.mark.parametrize(
    "path", ["estates", "services", "contracts", "committees", "notices", "worklists", "worklists/continued"]
)
def test_who_holds_no_office_role_sees_no_list(sign_in: Open, path: str) -> None:
    desk = sign_in(Role.AUDITOR)
    assert desk.fetch(f"/office/{path}").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "division=999999", "mode=unknown", "kind=x", "area_from=abc", "year_to=-1", "as_of=2026-13-01", "sort=evil",
        "cursor=zzz", "limit=0", "q=" + "长" * 200,
    ],
)  # fmt: skip
def test_filters_nobody_can_have_chosen_are_refused(sign_in: Open, query: str) -> None:
    assert sign_in().fetch(f"/office/estates?{query}").status_code == 400


@pytest.mark.parametrize("path", ["estates", "services", "contracts", "worklists/placing", "worklists/continued"])
def test_a_list_costs_the_same_however_many_rows(
    sign_in: Open, session: Session, statements: Callable[[], Any], path: str
) -> None:
    company = make.make_company("沈阳甲物业有限公司")

    def more(count: int) -> None:
        for number in range(count):
            estate = make.make_estate(f"小区{number}-{count}", make.SHENHE_STREET)
            make.make_service(estate, company)
            make.make_contract(estate, company, ended_on=date(2025, 1, 1))
        session.commit()

    desk = sign_in()
    more(2)
    desk.get(f"/office/{path}")
    counts = []
    for _round in range(2):
        with statements() as seen:
            desk.get(f"/office/{path}?limit=100")
        counts.append(len(seen))
        more(20)
    assert counts[0] == counts[1] <= 20, counts


def test_an_unconfirmed_name_is_settled_from_the_work_list(sign_in: Open, session: Session) -> None:
    from regulator.features.registry.models import CompanyLink
    from regulator.foundation.database import new_key

    company = make.make_company("沈阳甲物业有限公司")
    estate = make.make_estate("凤凰城")
    service = make.make_service(estate, None, began_on=None, stated_for=date(2026, 1, 1), company_spelling="甲物业公司")
    link = CompanyLink(
        id=new_key(), estate_id=estate.id, service_id=service.id, spelling="甲物业公司",
        candidates=[company.credit_code], recorded_at=make.NOW, version=1,
    )  # fmt: skip
    session.add(link)
    kept(session, None)
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    assert "甲物业公司" in desk.get("/office/worklists/links")
    desk.get(f"/office/links/{link.id}")
    desk.post(f"/office/links/{link.id}", company_choice=company.credit_code, add_alias="1")
    look_again(session)
    assert session.get_one(Service, service.id).company_id == company.id
    assert session.get_one(CompanyLink, link.id).state is SettlementState.CONFIRMED
    assert "甲物业公司" in sign_in().get(f"/office/companies/{company.credit_code}")
    other = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    assert other.fetch(f"/office/links/{link.id}").status_code == 404
