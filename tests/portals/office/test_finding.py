"""Looking for words in the lists that name an estate and its company: services, contracts, committees, notices."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.registry.models import Committee, Notice
from regulator.features.registry.terms import Mode, NoticeKind, Party, RecordSource
from tests.factories import registry as make


@pytest.fixture
def listed(sign_in: Callable[..., Any], session: Session) -> str:
    """Two estates of a district, each with a company, a contract, a committee and a notice; a third without company."""
    sign_in()  # who lays the divisions
    made = {"source": RecordSource.TYPED, "registered_at": make.NOW, "updated_at": make.NOW}
    for estate_name, company_name, number in (
        ("凤凰城", "沈阳甲乙物业有限公司", "A-17"),
        ("翰林花园", "沈阳诚宇物业有限公司", "B-80%"),
    ):
        company = make.make_company(company_name)
        estate = make.make_estate(estate_name, address=f"{estate_name[0]}鸣路{len(number)}号")
        make.make_service(estate, company)
        make.make_contract(estate, company, number=number)
        session.add(
            Committee(
                estate_id=estate.id,
                name=f"{estate_name}业主委员会",
                term_began_on=date(2024, 1, 1),
                **made,
            )
        )
        session.add(
            Notice(
                estate_id=estate.id,
                company_id=company.id,
                kind=NoticeKind.DISMISSAL,
                given_by=Party.OWNERS,
                dated_on=date(2026, 1, 5),
                document_number=f"通〔2026〕{number}",
                **made,
            )
        )
    make.make_service(make.make_estate("金色家园"), None, Mode.COMMUNITY_CUSTODY)
    session.commit()
    return company.credit_code


@pytest.mark.parametrize("of", ["services", "contracts", "committees", "notices"])
def test_words_find_by_estate_company_and_number(of: str, listed: str, sign_in: Callable[..., Any]) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)

    def found(words: str, **more: str) -> set[str]:
        page = desk.get(f"/office/{of}?" + urlencode({"q": words} | more))
        return {name for name in ("凤凰城", "翰林花园", "金色家园") if f">{name}</a>" in page}

    assert found("凤凰") == found("fenghuang") == found("fhc") == {"凤凰城"}
    assert found("%") == ({"翰林花园"} if of in {"contracts", "notices"} else set())
    assert found("😀") == found("没有这个") == set()
    if of != "committees":
        assert found("诚宇") == found(listed) == {"翰林花园"}
    assert found("凤凰", division=make.HEPING) == set()
    sheet = openpyxl.load_workbook(BytesIO(desk.fetch(f"/office/{of}?q=凤凰&export=xlsx").data)).active
    said = "".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row)
    assert "凤凰城" in said
    assert "翰林花园" not in said
    assert desk.fetch(f"/office/{of}?q={'长' * 101}").status_code == 400
    assert "凤凰城" not in sign_in(Role.DISTRICT_OFFICER, make.HEPING).get(f"/office/{of}?q=fhc")


def test_an_exported_list_says_its_filters_in_words(sign_in: Callable[..., Any], listed: str) -> None:
    desk = sign_in()
    asked = f"q=城&mode=professional&division={make.SHENHE}&area_from=100&retired=1&sort=-name"
    sheet = openpyxl.load_workbook(BytesIO(desk.fetch(f"/office/estates?{asked}&export=xlsx").data)).active
    said = [str(row[0]) for row in sheet.iter_rows(max_row=3, values_only=True)]
    assert "筛选条件：查询 城；管理模式 专业化；所在区划 沈河区；建筑面积自 100；已注销 是" in said, said
    sheet = openpyxl.load_workbook(BytesIO(desk.fetch("/office/estates?mode=not_known&export=xlsx").data)).active
    assert any("管理模式 未知" in str(row[0]) for row in sheet.iter_rows(max_row=3, values_only=True))
