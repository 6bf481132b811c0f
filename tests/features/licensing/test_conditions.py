"""Conditions of grades as tables; the article in each id. Pure: no database."""

from datetime import date
from typing import Any

import pytest

from regulator.features.licensing import rulesets
from regulator.features.licensing.rules.conditions import beyond, judge_grade
from regulator.features.licensing.rules.facts import (
    CompanyFacts,
    ConditionResult,
    OutsideFactRow,
    ProjectFact,
    StaffFact,
)
from regulator.features.licensing.terms import HouseKind, OutsideFactKind, ProjectKind
from regulator.features.registry.terms import Title

WAN = 10_000 * 100  # 10⁴ ㎡ in 0.01 ㎡
DAY = date(2010, 6, 1)
CODE = "91210103MA0000001X"


def rule_set(code: str) -> Any:
    return rulesets.read(rulesets.shipped_source(code))


def results(facts: CompanyFacts, grade: str = "1", code: str = "licence-2007") -> dict[str, ConditionResult]:
    rules = rule_set(code)
    return {one.code: one for one in judge_grade(rules, rules.grade(grade), facts)}


def project(number: int = 1, kind: ProjectKind = ProjectKind.RESIDENTIAL, **areas: float) -> ProjectFact:
    found = {HouseKind(name): round(area * WAN) for name, area in areas.items()}
    return ProjectFact(f"E{number}", f"第{number}园", kind, found, sum(found.values()))


def facts(*projects: ProjectFact, **given: Any) -> CompanyFacts:
    return CompanyFacts(CODE, given.pop("day", DAY), given.pop("capital", None), projects=projects, **given)


def people(
    count: int, title: Title | None = None, *, post: str | None = "客服", head: bool = False
) -> tuple[StaffFact, ...]:
    return tuple(StaffFact(f"{post}-{title}-{number}", "某", post, head, title) for number in range(count))


@pytest.mark.parametrize(
    ("areas", "passes", "percent"),
    [
        pytest.param({"multi_storey": 100, "high_rise": 40, "other": 5}, True, 100.0, id="Art.5-sum-exactly-100%"),
        pytest.param({"multi_storey": 100, "high_rise": 40, "other": 4.9}, False, 99.8, id="Art.5-sum-99.8%"),
        pytest.param(
            {"multi_storey": 100, "high_rise": 40, "other": 4.99999}, False, 99.99, id="Art.5-never-rounded-up"
        ),
        pytest.param({"multi_storey": 200}, False, 100.0, id="Art.5-one-kind-only"),
        pytest.param({"multi_storey": 199.9, "villa": 0.01}, True, 100.01, id="Art.5-second-kind-counts-however-small"),
        pytest.param({}, False, 0.0, id="Art.5-nothing"),
    ],
)
def test_area_condition_of_grade_1(areas: dict[str, float], passes: bool, percent: float) -> None:
    found = results(facts(*(project(index, **{kind: area}) for index, (kind, area) in enumerate(areas.items()))))[
        "areas"
    ]
    assert (found.passes, found.found["percent"]) == (passes, percent)
    assert (found.missing is None) == passes


@pytest.mark.parametrize(
    ("version", "grade", "yuan", "passes"),
    [
        pytest.param("licence-2004", "1", 5_000_000, True, id="2004-Art.5(1)-5-million"),
        pytest.param("licence-2004", "1", 4_999_999, False, id="2004-Art.5(1)-one-yuan-less"),
        pytest.param("licence-2007", "2", 3_000_000, True, id="2007-Art.5(2)-3-million"),
        pytest.param("licence-2007", "3", 499_999, False, id="2007-Art.5(3)-one-yuan-less"),
        pytest.param("licence-2007", "3", None, False, id="2007-Art.5(3)-not-stated"),
    ],
)
def test_capital(version: str, grade: str, yuan: int | None, passes: bool) -> None:
    fen = None if yuan is None else yuan * 100
    found = results(facts(capital=fen), grade, version)["capital"]
    assert (found.passes, found.found) == (passes, yuan)


def test_2015_asks_for_no_capital() -> None:
    assert "capital" not in results(facts(), "1", "licence-2015")
    assert "capital" not in results(facts(), "1", "evaluation-demo")


@pytest.mark.parametrize(
    ("grade", "staff", "titled", "missing"),
    [
        pytest.param("1", 30, 20, (None, None), id="Art.5(1)-30-of-them-20"),
        pytest.param("1", 29, 20, (1, None), id="Art.5(1)-29"),
        pytest.param("2", 20, 9, (None, 1), id="Art.5(2)-20-of-them-9"),
        pytest.param("3", 10, 5, (None, None), id="Art.5(3)-10-of-them-5"),
        pytest.param("3", 0, 0, (10, 5), id="Art.5(3)-nobody"),
    ],
)
def test_people(grade: str, staff: int, titled: int, missing: tuple[int | None, int | None]) -> None:
    crew = people(titled, Title.INTERMEDIATE) + people(staff - titled, Title.JUNIOR)
    found = results(facts(staff=crew), grade)
    assert (found["staff"].missing, found["titled_staff"].missing) == missing
    assert len(found["titled_staff"].rows) == titled


@pytest.mark.parametrize(
    ("post", "head", "title", "passes"),
    [
        pytest.param("工程", True, Title.INTERMEDIATE, True, id="Art.5-head-intermediate"),
        pytest.param("工程", True, Title.SENIOR, True, id="Art.5-head-senior"),
        pytest.param("工程", True, Title.JUNIOR, False, id="Art.5-head-junior"),
        pytest.param("工程", True, None, False, id="Art.5-head-title-not-stated"),
        pytest.param("工程", False, Title.SENIOR, False, id="Art.5-no-head"),
        pytest.param("财务", True, Title.SENIOR, False, id="Art.5-head-of-another-post"),
    ],
)
def test_head_of_engineering(post: str, head: bool, title: Title | None, passes: bool) -> None:
    assert results(facts(staff=people(1, title, post=post, head=head)))["head_of_engineering"].passes is passes


@pytest.mark.parametrize(
    ("day", "act", "passes"),
    [
        pytest.param(date(2009, 6, 1), "maintenance_fund_misused", True, id="Art.11-a-year-ago-to-the-day"),
        pytest.param(date(2009, 6, 2), "maintenance_fund_misused", False, id="Art.11-within-the-year"),
        pytest.param(DAY, "grave_accident", False, id="Art.11-today"),
        pytest.param(date(2010, 6, 2), "grave_accident", True, id="Art.11-not-yet"),
    ],
)
def test_barring_acts(day: date, act: str, passes: bool) -> None:
    outside = (OutsideFactRow("f", OutsideFactKind.BARRING_ACT, day, act),)
    assert results(facts(outside=outside))["no_barring_acts"].passes is passes


def test_the_latest_assessment_and_credit_grade_count() -> None:
    source = rulesets.shipped_source("evaluation-demo").replace(
        '{ kind = "no_barring_acts", article = "第九条", months = 12 }',
        '{ kind = "assessment", article = "第十条", points = 80, months = 24 },\n'
        '{ kind = "credit", article = "第十条", grades = ["AAA", "AA"], months = 12 }',
    )
    rules = rulesets.read(source)
    rows = [
        OutsideFactRow("1", OutsideFactKind.ASSESSMENT_RESULT, date(2009, 6, 1), "95"),
        OutsideFactRow("2", OutsideFactKind.ASSESSMENT_RESULT, date(2010, 1, 1), "79.5"),
        OutsideFactRow("3", OutsideFactKind.CREDIT_GRADE, date(2009, 7, 1), "AA"),
    ]
    found = {one.code: one for one in judge_grade(rules, rules.grades[0], facts(outside=tuple(rows)))}
    assert (found["assessment"].found, found["assessment"].missing, found["assessment"].rows) == (79.5, 0.5, ("2",))
    assert found["credit"].passes
    alone = {one.code: one for one in judge_grade(rules, rules.grades[0], facts())}
    assert not alone["assessment"].passes
    assert not alone["credit"].passes


@pytest.mark.parametrize(
    ("grade", "kind", "wan", "is_beyond"),
    [
        pytest.param("3", ProjectKind.RESIDENTIAL, 20, False, id="Art.8-grade-3-200,000"),
        pytest.param("3", ProjectKind.RESIDENTIAL, 20.0001, True, id="Art.8-grade-3-one-more"),
        pytest.param("2", ProjectKind.OTHER, 8.1, True, id="Art.8-grade-2-other"),
        pytest.param("1", ProjectKind.OTHER, 500, False, id="Art.8-grade-1-any"),
    ],
)
def test_projects_beyond_a_grade(grade: str, kind: ProjectKind, wan: float, is_beyond: bool) -> None:
    limits = rule_set("licence-2007").grade(grade).limits
    assert (beyond(limits, project(1, kind, high_rise=wan)) is not None) is is_beyond


def test_every_result_cites_its_article() -> None:
    for code in (*rulesets.SHIPPED, rulesets.DEMO):
        rules = rule_set(code)
        for grade in rules.grades:
            for one in judge_grade(rules, grade, facts()):
                assert one.citation.article.startswith("第")
                assert one.citation.effective_from == rules.effective_from
