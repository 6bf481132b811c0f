"""The desk: an official's own territory on one page, and the search over every kind of record."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.registry.terms import Mode
from tests.factories import registry as make

Open = Callable[..., Any]


def test_an_empty_territory_says_what_would_fill_it(sign_in: Open) -> None:
    page = sign_in(Role.DISTRICT_OFFICER, make.SHENHE).get("/office/")
    assert "本辖区登记簿为空" in page
    assert "/office/imports" in page


def test_figures_are_those_of_the_own_territory_and_lead_to_their_lists(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    company = make.make_company("沈河物业")
    make.make_service(make.make_estate(), company)
    make.make_service(make.make_estate(), mode=Mode.NONE)
    make.make_estate()  # nobody has stated its mode
    make.make_service(make.make_estate("和平小区", make.HEPING_COMMUNITY), make.make_company("和平物业", make.HEPING))
    session.commit()
    page = desk.get("/office/")
    assert "33.3%" in page  # one of three
    assert "24.48 万㎡" in page
    assert "mode=not_known" in page
    assert "mode=none" in page
    for path in ("/office/estates?mode=not_known", "/office/estates?mode=none", "/office/worklists/mode"):
        assert "翰林花园" in desk.get(path)
    assert "和平" not in desk.get("/office/search?q=和平")[desk.page.index("</h1>") :].split("nothing")[0]


@pytest.mark.parametrize("slug", ["placing", "links", "disputes", "continued", "mode", "stale"])
def test_every_work_list_of_the_desk_opens(sign_in: Open, session: Session, slug: str) -> None:
    desk = sign_in()
    make.make_estate()
    session.commit()
    assert f"/office/worklists/{slug}" in desk.get("/office/")
    desk.get(f"/office/worklists/{slug}")


def test_the_search_finds_each_kind_and_leads_to_all_of_them(sign_in: Open, session: Session) -> None:
    desk = sign_in()
    company = make.make_company("晨光物业")
    make.make_estate("晨光花园")
    make.make_person("晨光", company)
    session.commit()
    page = desk.get("/office/search?q=晨光")
    for words in ("晨光物业", "晨光花园", "/office/people?q=", "/office/estates?q=", "/office/companies?q="):
        assert words in page
    assert "晨光物业" in desk.get(f"/office/search?q={company.credit_code[:10]}")
    assert desk.get("/office/search?q=" + "字" * 101, 400)
    assert "晨光物业" not in desk.get("/office/search")
