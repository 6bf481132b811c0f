"""An official looks what a company lacks and records facts from elsewhere; the administrator adds the city's rules."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.models import OutsideFact, OwnRuleSet
from regulator.features.registry.terms import Title
from regulator.foundation import clock
from regulator.foundation.database import session as current_session
from tests.factories import registry as make
from tests.factories.certificates import issue_filed
from tests.factories.papers import sign_with_one_key
from tests.factories.registry import CITY, HEPING, NOW, SHENHE, TODAY
from tests.portals.conftest import Desk, sign_in

__all__ = ["sign_in"]
LOCAL = rulesets.shipped_source(rulesets.DEMO)


@pytest.fixture(autouse=True)
def city(session: Session) -> Iterator[None]:
    clock.fix_today(TODAY)
    make.make_tree()
    session.commit()
    yield
    clock.fix_today(None)


@pytest.fixture
def company(city: None) -> Any:
    del city
    add_rule_set(LOCAL, actor=make.actor(), now=NOW)
    found = make.make_company()
    for number in range(3):
        person = make.make_person(f"职员{number}", title=Title.SENIOR if number else None)
        make.make_employment(person, found, post="工程", is_full_time=True, is_head_of_post=number == 2)
    estate = make.make_estate("翰林花园", area_multi_storey=200 * 10_000 * 100, floor_area=200 * 10_000 * 100)
    make.make_service(estate, found)
    current_session().commit()
    return found


def told(table: Any) -> Any:
    """The one row of a table, as a look of now finds it."""
    current_session().rollback()
    return current_session().query(table).one()


def test_what_a_company_lacks_and_what_was_counted(company: Any, sign_in: Callable[..., Desk]) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, SHENHE)
    page = desk.get(f"/office/companies/{company.credit_code}")
    assert f"/office/companies/{company.credit_code}/grades" in page
    page = desk.get(f"/office/companies/{company.credit_code}/grades?grade=1")
    plain = re.sub(r"<[^>]+>", " ", page)
    assert re.search(r"专职人员\s+不满足\s+30 人\s+3 人\s+27 人", plain)
    assert re.search(
        r"管理面积\s+不满足\s+100%，2 种\s+100.0%，1 种.*?多层\s+200.00 万㎡.*?另一种房屋类型", plain, re.DOTALL
    )
    assert "职员2" in page
    assert "翰林花园" in page
    assert "《沈阳市物业服务企业能力等级评价办法（演示，示例做法）》第五条第（一）项1" in page
    assert not [word for word in ("资质证书", "吊销", "行政许可") if word in plain], "an evaluation is no licence"
    past = desk.get(f"/office/companies/{company.credit_code}/grades?as_of=2020-01-01")
    assert "不评定任何等级" in past
    assert "没有生效的评定规则" in desk.get(f"/office/companies/{company.credit_code}/grades?as_of=2001-01-01")


def test_people_are_named_only_where_the_company_belongs(company: Any, sign_in: Callable[..., Desk]) -> None:
    make.make_service(make.make_estate("和平里", make.HEPING_COMMUNITY), company)
    current_session().commit()
    desk = sign_in(Role.DISTRICT_OFFICER, HEPING)
    page = desk.get(f"/office/companies/{company.credit_code}/grades")
    assert "3 人" in page
    assert "职员1" not in page
    assert 'id="outside"' not in page
    desk.post(
        f"/office/licensing/companies/{company.credit_code}/outside-facts", 404, kind="barring_act",
        act="grave_accident", happened_on="2026-10-01", document="文",
    )  # fmt: skip


def test_a_fact_is_recorded_counts_and_is_taken_back(company: Any, sign_in: Callable[..., Desk]) -> None:
    desk, address = sign_in(Role.DISTRICT_OFFICER, SHENHE), f"/office/licensing/companies/{company.credit_code}"
    grades = f"/office/companies/{company.credit_code}/grades"
    desk.get(grades)
    wrong = desk.post(
        f"{address}/outside-facts", 409, kind="assessment_result", mark="three", happened_on="2026-10-01", document="文"
    )
    assert "考核得分“three”应为 0 至 200 之间的数" in wrong.text
    assert 'href="#f-mark"' in wrong.text, "at the field it is about"
    desk.post(
        f"{address}/outside-facts", 303, kind="barring_act", act="grave_accident", happened_on="2026-10-01",
        document="沈房罚〔2026〕1号",
    )  # fmt: skip
    page = desk.get(grades)
    assert "发生重大责任事故" in page
    assert "沈房罚〔2026〕1号" in page
    fact = told(OutsideFact)
    form = desk.get(f"{address}/outside-facts/{fact.id}")
    assert "误录" in form
    desk.post(f"{address}/outside-facts/{fact.id}/take-back", 400, version=1, reason=" ")
    desk.post(f"{address}/outside-facts/{fact.id}/take-back", 303, version=1, reason="录错企业")
    desk.get(f"{address}/outside-facts/{fact.id}")
    again = desk.post(f"{address}/outside-facts/{fact.id}/take-back", 409, version=2, reason="再来")
    assert "已被收回" in again.text
    assert "录错企业" in desk.get(grades)


def test_the_company_sees_itself_alone(company: Any, sign_in: Callable[..., Desk]) -> None:
    desk = sign_in(Role.COMPANY_USER, company.credit_code)
    page = desk.get("/company/grades")
    assert "我们能评几级" in page
    assert "27 人" in desk.get("/company/grades?grade=1")
    assert "Could we?" in desk.get("/company/grades?lang=en")


def test_the_administrator_looks_at_a_file_and_adds_it(sign_in: Callable[..., Desk]) -> None:
    desk = sign_in(Role.SYSTEM_ADMINISTRATOR, CITY)
    assert "licence-2004" in desk.get("/admin/rule-sets")

    def sent(text: str, expected: int) -> str:
        desk.get("/admin/rule-sets")
        file = (BytesIO(text.encode("utf-8-sig")), "rules.toml")
        return desk.post("/admin/rule-sets/preview", expected, file=file).text

    refused = sent(LOCAL.replace('nature = "evaluation"', 'nature = "licence"'), 400)
    assert "自 2018年3月8日 起不得设定资质许可" in refused
    assert "grades.1.conditions.1.staff.people" in sent(LOCAL.replace("people = 30", 'people = "many"', 1), 400)
    assert current_session().query(OwnRuleSet).count() == 0
    looked_at = sent(LOCAL, 200)
    assert "尚未保存" in looked_at
    assert "不少于 30 人" in looked_at
    desk.post("/admin/rule-sets", 303, source=LOCAL.replace("\n", "\r\n"))
    added = told(OwnRuleSet)
    assert (added.source, added.effective_from) == (LOCAL, date(2023, 1, 1))
    desk.get("/admin/rule-sets")
    assert "代码“evaluation-demo”已被使用" in desk.post("/admin/rule-sets", 409, source=LOCAL).text
    assert desk.get("/admin/rule-sets/evaluation-demo.toml") == LOCAL
    desk.get("/admin/rule-sets/nothing", 404)
    desk.get("/admin/rule-sets/nothing.toml", 404)


def test_officials_read_the_rules(app: Flask, sign_in: Callable[..., Desk]) -> None:
    del app
    desk = sign_in(Role.STREET_OFFICER, "210102001")
    assert "物业服务企业资质管理办法废止" in desk.get("/office/licensing/rule-sets")
    page = desk.get("/office/licensing/rule-sets/licence-2007")
    assert "不低于 500 万元" in page
    assert "第八条" in page
    desk.get("/office/licensing/rule-sets/none", 404)


def test_a_company_sees_its_own_certificates_and_no_other(
    company: Any, sign_in: Callable[..., Desk], tmp_path: Path
) -> None:
    sign_with_one_key(tmp_path)
    held = issue_filed(company, "沈阳市住房和城乡建设局", CITY)
    other = make.make_company("别家")
    current_session().commit()
    desk = sign_in(Role.COMPANY_USER, company.credit_code)
    assert held.number in desk.get("/company/certificates")
    assert desk.fetch(f"/company/certificates/{held.id}/file").mimetype == "application/pdf"
    assert f'name="held_certificate" type="text" value="{held.number}"' in desk.get("/company/applications/new")
    stranger = sign_in(Role.COMPANY_USER, other.credit_code)
    assert "还没有证书" in stranger.get("/company/certificates")
    stranger.get(f"/company/certificates/{held.id}/file", 404)
