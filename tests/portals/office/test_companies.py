"""An official's errands with companies, page by page, on both databases."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.registry.models import Company, RecordChange
from regulator.features.registry.terms import CompanyStatus, RegisterNature
from tests.factories import registry as make

Open = Callable[..., Any]


def kept(session: Session, made: Any) -> Any:
    """Commit what a test laid down, so that requests see it."""
    session.commit()
    return made


def look_again(session: Session) -> None:
    """Forget what was read: requests have written since."""
    session.rollback()
    session.expire_all()


# --- register and correct -------------------------------------------------------------------------------------------


def test_a_company_is_registered_corrected_confirmed_and_its_page_tells_the_history(
    sign_in: Open, session: Session
) -> None:
    desk, code = sign_in(Role.DISTRICT_OFFICER, make.SHENHE), make.make_credit_code()
    desk.get("/office/companies/new")
    answer = desk.post(
        "/office/companies/new", credit_code=f" {code.lower()} ", name="沈阳新和物业有限公司", division_code=make.SHENHE
    )
    assert answer.location == f"/office/companies/{code}"
    desk.get(f"/office/companies/{code}/correct")
    desk.post(
        f"/office/companies/{code}/correct", name="沈阳新和物业有限公司", division_code=make.SHENHE,
        status="suspended", legal_representative="王一", reason="营业执照",
    )  # fmt: skip
    page = desk.get(f"/office/companies/{code}")
    assert "停业" in page or "suspended" not in page
    assert page.index("更正") < page.index("登记</strong>")
    desk.post(f"/office/companies/{code}/confirm")
    company = session.scalars(select(Company)).one()
    assert (company.version, company.status, company.confirmed_at is not None) == (3, CompanyStatus.SUSPENDED, True)


def test_what_cannot_be_taken_is_said_at_its_field(sign_in: Open, session: Session) -> None:
    known = kept(session, make.make_company(division_code=make.HEPING)).credit_code
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get("/office/companies/new")
    given = {"name": "甲", "division_code": make.SHENHE}
    for code, status in ((known[:-1] + ("1" if known[-1] != "1" else "2"), 409), (known, 409), ("123", 409)):
        page = desk.post("/office/companies/new", status, credit_code=code, **given).text
        assert 'id="f-credit_code-error"' in page, code
    assert "和平区" not in page  # known, but not where
    page = desk.post("/office/companies/new", 400, credit_code=make.make_credit_code(), name="甲",
                     division_code=make.HEPING).text  # fmt: skip
    assert 'id="f-division_code-error"' in page
    page = desk.post("/office/companies/new", 400, credit_code=make.make_credit_code(), name="甲").text
    assert 'id="f-division_code-error"' in page  # from outside the city: for the city officer only
    assert len(session.scalars(select(Company)).all()) == 1


def test_a_form_sent_twice_acts_once(sign_in: Open, session: Session) -> None:
    desk, code = sign_in(), make.make_credit_code()
    desk.get("/office/companies/new")
    given = {"credit_code": code, "name": "甲", "division_code": make.SHENHE}
    first = desk.post("/office/companies/new", **given)
    second = desk.post("/office/companies/new", **given)
    assert first.location == second.location
    assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_the_second_of_two_officials_sees_both_versions_and_can_redo(sign_in: Open, session: Session) -> None:
    company = make.make_company(legal_representative="王一", phone="024-1111111", remark="旧")
    path = kept(session, f"/office/companies/{company.credit_code}/correct")
    first, second = sign_in(name="甲"), sign_in(name="乙")
    first.get(path)
    second.get(path)
    base = {"name": company.name, "division_code": make.SHENHE, "status": "operating"}
    first.post(path, **base, legal_representative="李二", phone="024-2222222", remark="旧", reason="甲之理由")
    typed = {**base, "legal_representative": "赵三", "phone": "024-1111111", "remark": "新"}
    page = second.post(path, 409, **typed, reason="乙之理由").text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
    cells = {name: re.findall(r"<td>(.*?)</td>", rest, re.DOTALL)[:3] for name, rest in rows}
    assert sorted(cells.values()) == sorted(
        [["王一", "李二", "赵三"], ["024-1111111", "024-2222222", "024-1111111"], ["旧", "旧", "新"]]
    )
    look_again(session)
    assert (company.legal_representative, company.remark, company.version) == ("李二", "旧", 2)
    assert 'value="024-2222222"' in page  # not touched by the second: the register's present value stands in the form
    assert 'value="赵三"' in page
    redo = {**typed, "phone": "024-2222222"}
    second.post(path, **redo, reason="乙之理由")
    look_again(session)
    assert (company.legal_representative, company.phone, company.remark) == ("赵三", "024-2222222", "新")
    changes = session.scalars(select(RecordChange).where(RecordChange.version == 3)).all()
    assert sorted(str(change.field) for change in changes) == ["legal_representative", "remark"]


def test_names_are_added_and_taken_away(sign_in: Open, session: Session) -> None:
    company = kept(session, make.make_company("沈阳旧名物业有限公司"))
    desk, path = sign_in(), f"/office/companies/{company.credit_code}"
    desk.get(f"{path}/names")
    desk.post(f"{path}/rename", name="沈阳新名物业有限公司", last_day="2026-09-30", reason="变更")
    desk.get(f"{path}/names")
    desk.post(f"{path}/names", name="大白楼物业", kind="alias", reason="名单")
    assert "沈阳旧名物业有限公司" in desk.get(f"{path}?as_of=2026-09-30").split("</h1>")[0]
    assert "沈阳新名物业有限公司" in desk.get("/office/companies?q=大白楼")
    page = desk.get(f"{path}/names")
    removing = re.findall(r'href="(/office/companies/[^"]+/remove)"', page)[-1]
    desk.get(removing)
    desk.post(removing, reason="录入有误")
    assert "沈阳新名物业有限公司" not in desk.get("/office/companies?q=大白楼")


def test_retiring_says_why_not_while_it_serves(sign_in: Open, session: Session) -> None:
    company = make.make_company()
    service = make.make_service(make.make_estate(), company)
    path = kept(session, f"/office/companies/{company.credit_code}/retire")
    desk = sign_in()
    desk.get(path)
    assert 'role="alert"' in desk.post(path, 409, retired_on=str(make.TODAY), reason="注销").text
    service.ended_on = date(2026, 10, 1)
    session.commit()
    desk.get(path)
    desk.post(path, retired_on=str(make.TODAY), reason="注销")
    assert "注销" in desk.get(f"/office/companies/{company.credit_code}")


# --- list, page, export ---------------------------------------------------------------------------------------------


def test_the_list_exports_exactly_what_it_shows(sign_in: Open, session: Session) -> None:
    desk = sign_in()
    for number in range(1, 8):
        make.make_company(f"=甲物业{number}", division_code=make.SHENHE if number % 2 else make.HEPING)
    make.decide(RegisterNature.DEMO)
    session.commit()
    listed = re.findall(r'<a href="/office/companies/(\w{18})"', desk.get(f"/office/companies?division={make.SHENHE}"))
    assert len(listed) == 4
    answer = desk.fetch(f"/office/companies?division={make.SHENHE}&export=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "演示数据" in str(rows[0][0])
    assert [row[0] for row in rows if isinstance(row[0], str) and re.fullmatch(r"\w{18}", row[0])] == listed
    text = desk.fetch(f"/office/companies?division={make.SHENHE}&export=csv").data.decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines() if re.match(r"\w{18},", line)] == listed
    assert text.startswith("演示数据")
    assert "'=甲物业1" in text
    assert desk.fetch("/office/companies?export=exe").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "cursor=abc",
        "sort=nobody",
        "status=nobody",
        "division=x",
        "division=999999",
        "as_of=soon",
        "limit=0",
        "q=" + "字" * 10_000,
    ],
)
def test_unusable_parameters_are_400_with_a_sentence(sign_in: Open, query: str) -> None:
    page = sign_in().get(f"/office/companies?{query}", 400)
    assert "Finding." not in page


@pytest.mark.parametrize("query", ["q=%25_%22%27", "q=😀", "q=物业 公司", "q=sy", "q=9121"])
def test_odd_searches_are_answered(sign_in: Open, query: str) -> None:
    sign_in().get(f"/office/companies?{query}")


def test_another_districts_company_is_404_everywhere(sign_in: Open, session: Session) -> None:
    company = kept(session, make.make_company(division_code=make.HEPING))
    desk, path = sign_in(Role.DISTRICT_OFFICER, make.SHENHE), f"/office/companies/{company.credit_code}"
    for page in (
        path,
        f"{path}/correct",
        f"{path}/names",
        f"{path}/retire",
        f"/office/history/company/{company.credit_code}",
    ):
        desk.get(page, 404)
    desk.get("/office/companies")
    assert company.name not in desk.page
    assert company.name not in desk.get(f"/office/search?q={company.name[:4]}")
    for act in ("correct", "rename", "names", "confirm", "retire"):
        desk.get("/office/")
        desk.post(f"{path}/{act}", 404, version="1", reason="x", retired_on="2026-01-01", name="x", kind="alias")


def test_a_company_serving_here_but_registered_elsewhere_is_seen_and_not_touched(
    sign_in: Open, session: Session
) -> None:
    company = make.make_company(division_code=make.HEPING)
    make.make_service(make.make_estate("这里的小区"), company)
    make.make_service(make.make_estate("那里的小区", make.HEPING_COMMUNITY), company)
    session.commit()
    desk, path = sign_in(Role.DISTRICT_OFFICER, make.SHENHE), f"/office/companies/{company.credit_code}"
    page = desk.get(path)
    assert "这里的小区" in page
    assert "那里的小区" not in page
    assert f"{path}/correct" not in page
    desk.get(f"{path}/correct", 404)


def test_page_list_and_export_on_the_day_before_and_after_a_change_of_manager(sign_in: Open, session: Session) -> None:
    old, new, estate = make.make_company("旧管家物业"), make.make_company("新管家物业"), make.make_estate()
    make.make_service(estate, old, ended_on=date(2026, 9, 30))
    make.make_service(estate, new, began_on=date(2026, 10, 1))
    session.commit()
    desk = sign_in()
    for day, server, other in (("2026-09-30", old, new), ("2026-10-01", new, old)):
        assert estate.name in desk.get(f"/office/companies/{server.credit_code}?as_of={day}")
        assert estate.name not in desk.get(f"/office/companies/{other.credit_code}?as_of={day}")
        listed = desk.get(f"/office/companies?serving=yes&as_of={day}")
        assert server.name in listed
        assert other.name not in listed
        text = desk.fetch(f"/office/companies?serving=yes&as_of={day}&export=csv").data.decode("utf-8-sig")
        assert server.name in text
        assert other.name not in text


def test_an_earlier_day_says_so_and_shows_what_the_register_said(sign_in: Open, session: Session) -> None:
    company = make.make_company(legal_representative="王一", registered_at=make.NOW - timedelta(days=900))
    session.commit()
    desk, path = sign_in(), f"/office/companies/{company.credit_code}"
    desk.get(f"{path}/correct")
    desk.post(f"{path}/correct", name=company.name, division_code=make.SHENHE, status="operating",
              legal_representative="李二", reason="x")  # fmt: skip
    page = desk.get(f"{path}?as_of=2026-01-01")
    record = page[: page.index('class="history"')]
    assert "王一" in record
    assert "李二" not in record
    assert "2026年1月1日" in record
    assert f"{path}/correct" not in page


def test_readers_see_no_acts_and_may_do_none(sign_in: Open, session: Session) -> None:
    company = kept(session, make.make_company())
    desk, path = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY), f"/office/companies/{company.credit_code}"
    desk.get("/office/companies/new", 403)
    desk.get(f"{path}/correct", 403)
    assert "/office/companies/new" not in desk.get("/office/companies")


# --- cost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "most"),
    [("/office/companies", 12), ("/office/companies?q=物业", 12), ("/office/people", 9), ("/office/", 26)],
)
def test_a_list_costs_the_same_number_of_statements_whatever_its_length(
    sign_in: Open, session: Session, statements: Open, path: str, most: int
) -> None:
    desk = sign_in()

    def lay(count: int) -> None:
        for number in range(count):
            company = make.make_company(f"物业{number}")
            make.make_service(make.make_estate(f"小区{number}"), company)
            make.make_person(f"人{number}", company)
        session.commit()

    lay(2)
    desk.get(path)
    with statements() as few:
        desk.get(path)
    lay(20)
    with statements() as many:
        desk.get(path)
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= most, "\n".join(many)
