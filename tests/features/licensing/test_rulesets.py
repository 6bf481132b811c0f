"""Rule sets: those the product brings hold together, a file with a fault is refused at its place. Pure."""

from datetime import date, timedelta

import pytest

from regulator.features.licensing import rulesets
from regulator.features.licensing.rules.rulesets import in_force, judge_place, judge_rule_set
from regulator.features.licensing.terms import Nature
from regulator.law.findings import Refused

LOCAL = rulesets.shipped_source(rulesets.DEMO)


@pytest.mark.parametrize(
    ("day", "code", "grades"),
    [
        pytest.param(date(2004, 4, 30), None, None, id="before-decree-125"),
        pytest.param(date(2004, 5, 1), "licence-2004", "123", id="decree-125"),
        pytest.param(date(2007, 11, 25), "licence-2004", "123", id="last-day-of-2004"),
        pytest.param(date(2007, 11, 26), "licence-2007", "123", id="decree-164"),
        pytest.param(date(2015, 5, 4), "licence-2015", "123", id="decree-24"),
        pytest.param(date(2017, 1, 12), "licence-2017-01", "1", id="state-council-2017-7"),
        pytest.param(date(2017, 9, 22), "licence-2017-09", "", id="state-council-2017-46"),
        pytest.param(date(2018, 3, 8), "repeal-2018", "", id="repeal"),
        pytest.param(date(2022, 12, 31), "repeal-2018", "", id="nothing-until-the-city-s-own"),
        pytest.param(date(2026, 11, 1), "evaluation-demo", "123", id="evaluation-today"),
    ],
)
def test_what_was_in_force(day: date, code: str | None, grades: str | None) -> None:
    found = in_force([*rulesets.shipped(), rulesets.read(LOCAL)], day)
    assert (found and found.code) == code
    assert found is None or "".join(grade.code for grade in found.grades) == grades


def test_those_brought_follow_one_another_without_a_gap() -> None:
    for before, after in zip(rulesets.shipped(), rulesets.shipped()[1:], strict=False):
        assert before.effective_to == after.effective_from - timedelta(days=1)
    for one in rulesets.shipped():
        expected = [] if one.grades else ["rule_set_without_grades"]
        assert [finding.code for finding in judge_rule_set(one).findings] == expected
    assert not judge_rule_set(rulesets.read(LOCAL)).findings
    assert not judge_place(rulesets.read(LOCAL), rulesets.shipped()).findings


@pytest.mark.parametrize(
    ("old", "new", "fault", "where"),
    [
        pytest.param(
            'kind = "staff"', 'kind = "stuff"', "rule_set_condition_unknown", "grades.1.conditions.1", id="kind"
        ),
        pytest.param(
            "people = 30", "people = 3.5", "rule_set_number_wanted", "grades.1.conditions.1.staff.people", id="number"
        ),
        pytest.param(
            "people = 30", "persons = 30", "rule_set_key_missing", "grades.1.conditions.1.staff.people", id="key"
        ),
        pytest.param('title = "intermediate"', 'title = "middling"', "rule_set_word_unknown", "title", id="word"),
        pytest.param('nature = "evaluation"', "nature = ", "rule_set_no_toml", "", id="no-toml"),
        pytest.param(
            "effective_from = 2023-01-01", 'effective_from = "soon"', "rule_set_value", "effective_from", id="day"
        ),
    ],
)
def test_a_file_that_is_not_as_it_must_be(old: str, new: str, fault: str, where: str) -> None:
    assert old in LOCAL
    with pytest.raises(Refused) as refused:
        rulesets.read(LOCAL.replace(old, new, 1))
    findings = refused.value.findings
    assert fault in [finding.code for finding in findings]
    assert any(where in str(finding.params.get("where", "")) for finding in findings)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            'nature = "evaluation"', 'nature = "licence"', "rule_set_licence_today", id="行政许可法15-licence-today"
        ),
        pytest.param("能力等级证书", "资质证书", "rule_set_words", id="行政许可法15-words"),
        pytest.param("people = 30", "people = 9", "rule_set_grade_order", id="better-grade-asks-for-less"),
        pytest.param("multi_storey = 2_000_000", "multi_storey = 1", "rule_set_grade_order", id="smaller-base"),
        pytest.param('article = "第九条"', 'article = " "', "rule_set_uncited", id="uncited-condition"),
        pytest.param(
            'unit = "months", article = "第十七条"',
            'unit = "months", article = ""',
            "rule_set_uncited",
            id="uncited-term",
        ),
        pytest.param("people = 20 }", "people = 0 }", "rule_set_number", id="nothing-asked"),
        pytest.param('code = "2"', 'code = "1"', "rule_set_grade_twice", id="grade-twice"),
        pytest.param(
            'code = "head_of_finance"', 'code = "head_of_engineering"', "rule_set_condition_twice", id="condition-twice"
        ),
        pytest.param(
            '{ kind = "no_barring_acts", article = "第九条", months = 12 },\n]', "]", "rule_set_hole", id="hole"
        ),
        pytest.param("months = 12 }", 'months = 12, acts = ["lying"] }', "rule_set_act_unknown", id="act-not-named"),
        pytest.param('code = "evaluation-demo"', 'code = "a/b"', "rule_set_code", id="code-in-addresses"),
        pytest.param('code = "evaluation-demo"', f'code = "{"a" * 41}"', "rule_set_code", id="code-too-long"),
        pytest.param('code = "2"', f'code = "{"2" * 21}"', "rule_set_code", id="grade-too-long"),
        pytest.param("delivery = {", "hearing = {", "rule_set_term_missing", id="no-term-of-delivery"),
        pytest.param("objection = {", "hearing = {", "rule_set_term_missing", id="no-term-of-objection"),
        pytest.param('decided_by = "city"', 'decided_by = "province"', "rule_set_office", id="no-desk-decides"),
        pytest.param('examined_by = "district"', 'examined_by = "ministry"', "rule_set_office", id="no-desk-examines"),
        pytest.param(
            '"annual_review"', '"annual_inspection"', "rule_set_application", id="inspection-under-evaluation"
        ),
        pytest.param(
            "effective_from = 2023-01-01",
            "effective_from = 2023-01-01\neffective_to = 2022-01-01",
            "rule_set_days",
            id="days",
        ),
    ],
)
def test_a_rule_set_that_does_not_hold_together(old: str, new: str, fault: str) -> None:
    assert old in LOCAL
    found = judge_rule_set(rulesets.read(LOCAL.replace(old, new, 1)))
    assert fault in [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({}, "rule_set_code_taken", id="same-code"),
        pytest.param({"code": "later", "effective_from": "2023-01-01"}, "rule_set_overlap", id="same-day"),
        pytest.param({"code": "later", "effective_from": "2024-06-30"}, "rule_set_overlap", id="before-the-last-ends"),
        pytest.param({"code": "later", "effective_from": "2024-07-02"}, "rule_set_gap", id="one-day-without-rules"),
        pytest.param({"code": "later", "effective_from": "2024-07-01"}, None, id="the-day-after"),
    ],
)
def test_where_a_rule_set_may_stand(change: dict[str, str], fault: str | None) -> None:
    ending = rulesets.read(
        LOCAL.replace("effective_from = 2023-01-01", "effective_from = 2023-01-01\neffective_to = 2024-06-30")
    )
    source = LOCAL.replace('code = "evaluation-demo"', f'code = "{change.get("code", "evaluation-demo")}"', 1)
    source = source.replace(
        "effective_from = 2023-01-01", f"effective_from = {change.get('effective_from', '2025-01-01')}"
    )
    found = judge_place(rulesets.read(source), [*rulesets.shipped(), ending])
    codes = [finding.code for finding in found.findings]
    assert (fault in codes) if fault else not codes


def test_shipped_natures() -> None:
    assert {one.nature for one in rulesets.shipped()} == {Nature.LICENCE}
