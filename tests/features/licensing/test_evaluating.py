"""A company held against a grade from the register's rows, one by one and all at once, on both databases."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.outside_facts import record_outside_fact, take_back_outside_fact
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.models import OwnRuleSet
from regulator.features.licensing.queries.evaluating import evaluate_all
from regulator.features.licensing.queries.facts import evaluate
from regulator.features.licensing.queries.rulesets import grade_on, list_rule_sets, rule_set_on
from regulator.features.licensing.terms import Nature, OutsideFactKind
from regulator.features.registry.actions import estates as acts
from regulator.features.registry.actions import people
from regulator.features.registry.models import Company, Person
from regulator.features.registry.terms import CompanyStatus, Title
from regulator.foundation import clock
from regulator.foundation.database import new_key
from regulator.foundation.errors import BadInput, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.registry import NOW, TODAY

WAN = 10_000 * 100


@pytest.fixture(autouse=True)
def city(session: Session) -> Any:
    del session
    clock.fix_today(TODAY)
    make.make_tree()
    add_rule_set(rulesets.shipped_source(rulesets.DEMO), actor=make.actor(), now=NOW)
    yield
    clock.fix_today(None)


def staffed(company: Company, people: int, titled: int, *, began_on: date | None = date(2015, 1, 1)) -> list[Person]:
    """Full-time staff; the first two titled ones head engineering and finance."""
    made = []
    for number in range(people):
        title = Title.INTERMEDIATE if number < titled else Title.NONE
        person = make.make_person(f"职员{number}", title=title)
        post = ("工程", "财务")[number] if number < 2 else "客服"
        make.make_employment(
            person, company, began_on, post=post, is_full_time=True, is_head_of_post=number < 2 or None
        )
        made.append(person)
    return made


def managed(company: Company, began_on: date = date(2015, 1, 1), **areas: float) -> Any:
    columns = {f"area_{kind}": round(area * WAN) for kind, area in areas.items()}
    estate = make.make_estate(f"{company.name}园", floor_area=sum(columns.values()), **columns)
    make.make_service(estate, company, began_on=began_on)
    return estate


def failing(company: Company, grade: str, day: date = TODAY) -> list[str]:
    return [one.code for one in evaluate(company, *grade_on(day, grade), day).results if not one.passes]


def test_a_company_meets_grade_3_and_lacks_for_grade_1() -> None:
    company = make.make_company()
    staffed(company, 10, 5)
    estate = managed(company, multi_storey=100, high_rise=40)
    assert failing(company, "3") == []
    found = {one.code: one for one in evaluate(company, *grade_on(TODAY, "1"), TODAY).results}
    assert (found["staff"].found, found["staff"].missing, len(found["staff"].rows)) == (10, 20, 10)
    assert (found["areas"].found["percent"], found["areas"].missing) == (90.0, 10.0)
    assert found["areas"].rows == (estate.code,)
    assert failing(company, "2") == ["staff", "titled_staff"]


def test_only_those_there_on_the_day_count() -> None:
    company, other = make.make_company(), make.make_company("别家")
    staffed(company, 10, 5)
    part_time, unstated, left, coming = (make.make_person(f"某{number}") for number in range(4))
    make.make_employment(part_time, company, is_full_time=False)
    make.make_employment(unstated, company)
    make.make_employment(left, company, ended_on=TODAY - timedelta(days=1), is_full_time=True)
    make.make_employment(coming, company, TODAY + timedelta(days=1), is_full_time=True)
    managed(other, multi_storey=1)
    found = {one.code: one for one in evaluate(company, *grade_on(TODAY, "3"), TODAY).results}
    assert (found["staff"].found, found["projects"].found) == (10, 0)
    managed(company, high_rise=1)
    assert failing(company, "3") == []
    assert failing(company, "3", date(2014, 12, 31)) == [
        "capital", "staff", "titled_staff", "head_of_engineering", "head_of_finance", "projects",
    ]  # fmt: skip


def test_a_day_gone_by_is_told_as_the_register_was_then() -> None:
    """What was corrected since is taken back; asked one by one or all at once."""
    company = make.make_company(registered_at=NOW - timedelta(days=400))
    crew = staffed(company, 10, 5)
    estate = managed(company, multi_storey=1)
    assert failing(company, "3") == []
    for person in crew[:2]:
        people.correct_person(
            person, {"title": Title.JUNIOR}, version=person.version, actor=make.actor(), now=NOW, reason="更正"
        )
    acts.correct_estate(
        estate, {"area_multi_storey": 0, "area_high_rise": WAN}, version=estate.version, actor=make.actor(), now=NOW,
        reason="更正",
    )  # fmt: skip
    assert failing(company, "3") == ["titled_staff", "head_of_engineering", "head_of_finance"]
    yesterday = TODAY - timedelta(days=1)
    assert failing(company, "3", yesterday) == []
    areas = {one.code: one for one in evaluate(company, *grade_on(yesterday, "1"), yesterday).results}["areas"]
    assert (areas.found["multi_storey"], areas.found["high_rise"]) == (WAN, 0)
    for day in (TODAY, yesterday):
        (found,) = evaluate_all(rule_set_on(day), day)
        assert {grade: list(codes) for grade, codes in found.failing.items()} == {
            grade: failing(company, grade, day) for grade in "123"
        }


def test_all_at_once_says_what_one_by_one_says() -> None:
    draw = random.Random(6)
    made = []
    for number in range(14):
        status = CompanyStatus.SUSPENDED if number == 13 else CompanyStatus.OPERATING
        capital = draw.choice([None, 10**8, 6 * 10**8])
        company = make.make_company(f"企业{number}", registered_capital=capital, status=status)
        staffed(company, draw.choice([0, 10, 20, 31]), draw.choice([0, 5, 20]))
        for _ in range(draw.choice([0, 1, 2])):
            managed(
                company, **{draw.choice(["multi_storey", "high_rise", "villa", "other"]): draw.choice([0.5, 60, 120])}
            )
        if draw.random() < 0.3:
            record_outside_fact(
                company, OutsideFactKind.BARRING_ACT, "grave_accident",
                happened_on=TODAY - timedelta(days=draw.choice([9, 900])), document="沈房罚〔2026〕1号",
                note=None, actor=make.actor(), now=NOW,
            )  # fmt: skip
        made.append(company)
    for day in (TODAY, date(2016, 1, 1), date(2010, 1, 1)):
        said = {one.credit_code: one for one in evaluate_all(rule_set_on(day), day)}
        assert len(said) == len(made) - 1
        for company in made[:-1]:
            expected = {grade: failing(company, grade, day) for grade in "123"}
            assert {grade: list(codes) for grade, codes in said[company.credit_code].failing.items()} == expected
            assert said[company.credit_code].best == next((grade for grade in "123" if not expected[grade]), None)


def test_a_fact_from_elsewhere_is_recorded_and_taken_back() -> None:
    company = make.make_company()
    given: dict[str, Any] = {"note": None, "actor": make.actor(), "now": NOW}
    for kind, value, day, document, fault in (
        (OutsideFactKind.BARRING_ACT, "grave_accident", TODAY + timedelta(days=1), "文", "outside_fact_in_future"),
        (OutsideFactKind.BARRING_ACT, "grave_accident", TODAY, " ", "outside_fact_unproved"),
        (OutsideFactKind.BARRING_ACT, "lying", TODAY, "文", "outside_fact_act"),
        (OutsideFactKind.CREDIT_GRADE, "AAAA", TODAY, "文", "outside_fact_grade"),
        (OutsideFactKind.ASSESSMENT_RESULT, "NaN", TODAY, "文", "outside_fact_mark"),
    ):
        with pytest.raises(Refused) as refused:
            record_outside_fact(company, kind, value, happened_on=day, document=document, **given)
        assert [finding.code for finding in refused.value.findings] == [fault]
    fact = record_outside_fact(
        company, OutsideFactKind.BARRING_ACT, "grave_accident", happened_on=TODAY, document="沈房罚〔2026〕1号", **given
    )
    assert "no_barring_acts" in failing(company, "3")
    with pytest.raises(StaleVersion):
        take_back_outside_fact(fact, company, reason="录错", version=7, actor=make.actor(), now=NOW)
    take_back_outside_fact(fact, company, reason="录错企业", version=1, actor=make.actor(), now=NOW)
    assert "no_barring_acts" not in failing(company, "3")
    with pytest.raises(BadInput, match="outside_fact_taken_back_already"):
        take_back_outside_fact(fact, company, reason="再来", version=2, actor=make.actor(), now=NOW)


def test_rule_sets_stand_one_after_another() -> None:
    assert rule_set_on(TODAY).code == "evaluation-demo"
    rows = {row.rule_set.code: row for row in list_rule_sets()}
    assert rows["repeal-2018"].last_day == date(2022, 12, 31)
    assert (rows["evaluation-demo"].last_day, rows["evaluation-demo"].added_by) == (None, "张晓敏")
    with pytest.raises(Refused) as refused:
        add_rule_set(rulesets.shipped_source(rulesets.DEMO), actor=make.actor(), now=NOW)
    assert {finding.code for finding in refused.value.findings} == {"rule_set_code_taken", "rule_set_overlap"}
    with pytest.raises(BadInput, match="no_grades_granted"):
        grade_on(date(2020, 1, 1), "1")
    with pytest.raises(BadInput, match="no_rule_set"):
        grade_on(date(2000, 1, 1), "1")
    with pytest.raises(BadInput, match="grade_unknown"):
        grade_on(TODAY, "9")


def test_the_database_refuses_a_licence_set_today(session: Session) -> None:
    session.add(
        OwnRuleSet(
            id=new_key(), code="x", nature=Nature.LICENCE, effective_from=date(2018, 3, 8), source="", content_hash="",
            added_at=NOW, added_by="某",
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
