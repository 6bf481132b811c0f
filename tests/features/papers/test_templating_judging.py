"""Facts are judged at drafting: every fault at once, at its field; what is accepted would be accepted again."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulator.features.papers import templating
from regulator.features.papers.templating import Frame, Template
from regulator.features.papers.templating.judging import judge_frame
from regulator.features.papers.terms import PaperKind
from regulator.law.findings import Refused
from tests.features.papers.test_templating_declaring import fact, source


def faults(template: Template, facts: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        templating.judge_facts(template, facts)
    return {finding.about: finding.code for finding in caught.value.findings}


def one(kind: str, value: Any, more: str = "") -> Any:
    """A value judged as the only fact of a template."""
    template = templating.parse(source(fact("a", kind, '"x"', more)))
    return templating.judge_facts(template, {"a": value})["a"]


def fault(kind: str, value: Any, more: str = "") -> dict[str, str]:
    return faults(templating.parse(source(fact("a", kind, '"x"', more))), {"a": value})


COLUMNS = (
    'columns = [{ name = "n", label_zh = "名", label_en = "N" }, '
    '{ name = "m", label_zh = "数", label_en = "M", kind = "number", maximum = 9, required = false }]\n'
)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        pytest.param(templating.shipped(kind), field.name, id=f"{kind}-{field.name}")
        for kind in PaperKind
        for field in templating.shipped(kind).fields
        if field.required and not field.defaults
    ],
)
@pytest.mark.parametrize("blank", ["absent", None, "", " \n"], ids=repr)
def test_a_missing_fact_is_an_error_at_drafting(template: Template, name: str, blank: str | None) -> None:
    told = templating.sample_facts(template)
    if blank == "absent":
        del told[name]
    else:
        told[name] = blank
    assert faults(template, told) == {name: "fact_missing"}


@pytest.mark.parametrize("kind", PaperKind)
def test_samples_and_extremes_are_accepted_once_and_again(kind: PaperKind) -> None:
    template = templating.shipped(kind)
    for told in (templating.sample_facts(template), templating.longest_facts(template)):
        judged = templating.judge_facts(template, told)
        assert templating.judge_facts(template, judged) == judged
        assert list(judged) == [field.name for field in template.fields]


def test_every_fault_is_told_at_once() -> None:
    template = templating.shipped(PaperKind.SUPPLEMENT)
    told = templating.sample_facts(template) | {
        "subject": "题" * 101,
        "received_on": "2026-02-30",
        "articles": [{"instrument": "行政许可法", "article": "32"}, {"instrument": "行政许可法", "article": "x"}],
        "missing": [
            {"material": "甲", "problem": "乙", "request": "丙"},
            {"material": "𠮷", "problem": 3, "other": "丁"},
        ],
        "contact_person": "",
        "colour": "red",
    }
    assert faults(template, told) == {
        "colour": "fact_unknown",
        "subject": "fact_too_long",
        "received_on": "fact_of_another_kind",
        "articles.2": "fact_no_article",
        "missing.2.other": "fact_unknown",
        "missing.2.material": "fact_cannot_be_drawn",
        "missing.2.problem": "fact_of_another_kind",
        "missing.2.request": "fact_missing",
        "contact_person": "fact_missing",
    }


@pytest.mark.parametrize(
    ("kind", "given", "judged"),
    [
        ("text", "  甲\t 乙\n丙 ", "甲 乙 丙"),
        ("text", "王㛃𬭼", "王㛃𬭼"),
        ("text", "甲\u200b乙\u202e丙", "甲乙丙"),
        ("text", '#read("/etc/passwd")', '#read("/etc/passwd")'),
        ("long_text", " 一 \r\n\r\n二\n", "一\n二"),
        ("date", date(2026, 2, 1), "2026-02-01"),
        ("date", "2026-02-01", "2026-02-01"),
        ("moment", datetime(2026, 2, 1, 9, 5, 7), "2026-02-01T09:05"),  # noqa: DTZ001  # a wall clock's
        ("moment", "2026-02-01T09:05", "2026-02-01T09:05"),
        ("number", 0, 0),
        ("money", 123456, 123456),
        ("list", ["甲", " 乙 "], ["甲", "乙"]),
        (
            "articles",
            [{"instrument": "《物业管理条例》", "article": "33"}],
            [{"instrument": "物业管理条例", "article": "33"}],
        ),
    ],
)
def test_what_is_tidied(kind: str, given: Any, judged: Any) -> None:
    assert one(kind, given) == judged


@pytest.mark.parametrize(
    ("kind", "given", "about", "code"),
    [
        ("text", 5, "a", "fact_of_another_kind"),
        ("text", ["x"], "a", "fact_of_another_kind"),
        ("date", "2026-11-27T09:00", "a", "fact_of_another_kind"),
        ("date", datetime(2026, 1, 1), "a", "fact_of_another_kind"),  # noqa: DTZ001
        ("date", "0206-01-01", "a", "fact_out_of_range"),
        ("moment", "2026-02-01", "a", "fact_of_another_kind"),
        ("moment", "2026-02-01T09:05+08:00", "a", "fact_of_another_kind"),
        ("number", True, "a", "fact_of_another_kind"),
        ("number", 1.0, "a", "fact_of_another_kind"),
        ("number", "5", "a", "fact_of_another_kind"),
        ("number", -1, "a", "fact_out_of_range"),
        ("number", 10**9 + 1, "a", "fact_out_of_range"),
        ("money", 0.5, "a", "fact_of_another_kind"),
        ("list", "甲", "a", "fact_of_another_kind"),
        ("list", ["甲", " "], "a.2", "fact_missing"),
        ("list", ["甲"] * 51, "a", "fact_has_too_many"),
        ("list", ["甲" * 301], "a.1", "fact_too_long"),
        ("articles", [{"instrument": "法"}], "a.1", "fact_of_another_kind"),
        ("articles", [{"instrument": "《》", "article": "1"}], "a.1", "fact_no_article"),
        ("long_text", "字" * 4001, "a", "fact_too_long"),
    ],
)
def test_what_is_refused(kind: str, given: Any, about: str, code: str) -> None:
    assert fault(kind, given) == {about: code}


def test_choices_and_tables_hold_to_their_declaration() -> None:
    assert one("choice", "甲", 'options = ["甲", "乙"]\n') == "甲"
    assert fault("choice", "丙", 'options = ["甲", "乙"]\n') == {"a": "fact_no_such_choice"}
    assert one("table", [{"n": "甲"}], COLUMNS) == [{"n": "甲", "m": None}]
    assert fault("table", [{"n": "甲", "m": 10}], COLUMNS) == {"a.1.m": "fact_out_of_range"}
    assert fault("table", ["甲"], COLUMNS) == {"a.1": "fact_of_another_kind"}
    assert fault("table", [{"n": "甲"}] * 201, COLUMNS) == {"a": "fact_has_too_many"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("王𠮷明😀", "「😀」U+1F600、「𠮷」U+20BB7"),
        ("葛\U000e0100", "U+E0100"),
        ("\ue001", "U+E001"),
    ],
)
def test_what_cannot_be_drawn_is_named(text: str, named: str) -> None:
    template = templating.parse(source(fact("a")))
    with pytest.raises(Refused) as caught:
        templating.judge_facts(template, {"a": text})
    found = caught.value.findings[0].params["characters"]
    assert set(found.split("、")) == set(named.split("、"))


@given(st.dictionaries(st.sampled_from(["subject", "received_on", "articles", "missing", "x"]), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["material", "instrument"]), inner),
    max_leaves=8,
)))  # fmt: skip
@settings(deadline=None)
def test_anything_at_all_is_judged_or_refused(told: dict[str, Any]) -> None:
    template = templating.shipped(PaperKind.SUPPLEMENT)
    with pytest.raises(Refused):
        templating.judge_facts(template, told)


def test_a_final_paper_needs_its_frame_and_a_draft_only_the_authority() -> None:
    judge_frame(Frame("局"))
    for frame, missing in (
        (Frame(""), {"authority": "fact_missing"}),
        (Frame("局", is_draft=False), dict.fromkeys(("number", "issued_on", "qr", "digest"), "fact_missing")),
        (Frame("局", addressee="𠮷"), {"addressee": "fact_cannot_be_drawn"}),
        (Frame("局" * 61, signer=("甲", "乙" * 41)), {"authority": "fact_too_long", "signer": "fact_too_long"}),
    ):
        with pytest.raises(Refused) as caught:
            judge_frame(frame)
        assert {finding.about: finding.code for finding in caught.value.findings} == missing
