from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from regulator.foundation.errors import BadInput, Conflict
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict
from regulator.web import forms
from regulator.web.navigation import MenuGroup


class Sample(forms.Form):
    name: forms.Text
    group: MenuGroup
    founded_on: forms.OptionalDay = None
    floor_area: forms.OptionalArea = None
    capital: forms.OptionalYuan = None
    households: forms.OptionalWhole = None
    credit_code: forms.OptionalText = None
    full_time: forms.Ticked = False
    head: forms.YesNoUnknown = None
    roles: tuple[MenuGroup, ...] = ()


GOOD = [("name", " 和智　"), ("group", "register")]


def read(*pairs: tuple[str, str]) -> forms.Filled[Sample]:
    return forms.read(Sample, MultiDict([*GOOD, *pairs]))


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("founded_on", "2026年11月3日", date(2026, 11, 3)),
        ("founded_on", "2026/11/3", date(2026, 11, 3)),
        ("founded_on", " ", None),
        ("floor_area", "81,600.5", 8_160_050),
        ("floor_area", "８１６００", 8_160_000),
        ("capital", "1.80", 180),
        ("households", "1192.0", 1192),
        ("credit_code", "", None),
        ("full_time", "1", True),
        ("head", "no", False),
        ("head", "", None),
    ],
)
def test_what_is_typed_becomes_a_value(kitchen: Flask, name: str, typed: str, value: Any) -> None:
    with kitchen.test_request_context():
        filled = read((name, typed))
    assert not filled.errors
    assert filled.value is not None
    assert getattr(filled.value, name) == value


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("name", "", "请填写此项"),
        ("name", "长" * 201, "200"),
        ("name", "a\x00b", "控制字符"),
        ("group", "x", "所列选项"),
        ("founded_on", "2026-02-30", "日期"),
        ("founded_on", "99999999999999999999-1-1", "日期"),
        ("floor_area", "1.234", "㎡"),
        ("floor_area", "1e999999999", "㎡"),
        ("floor_area", "NaN", "㎡"),
        ("floor_area", "-1", "不小于 0"),
        ("households", "1.5", "整数"),
        ("head", "perhaps", "无法识别"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(kitchen: Flask, name: str, typed: str, says: str) -> None:
    given = MultiDict([pair for pair in GOOD if pair[0] != name] + [(name, typed)])
    with kitchen.test_request_context():
        filled = forms.read(Sample, given)
    assert filled.value is None
    assert list(filled.errors) == [name]
    assert says in filled.errors[name][0]
    assert filled.text(name) == typed


def test_a_field_left_out_is_asked_for(kitchen: Flask) -> None:
    with kitchen.test_request_context():
        assert set(forms.read(Sample, MultiDict()).errors) == {"name", "group"}


def test_several_choices_arrive_together(kitchen: Flask) -> None:
    with kitchen.test_request_context():
        filled = read(("roles", "desk"), ("roles", ""), ("roles", "look"))
    assert filled.value is not None
    assert filled.value.roles == (MenuGroup.DESK, MenuGroup.LOOK)


def test_start_values_are_shown_in_the_units_of_the_field() -> None:
    start = {
        "floor_area": 8_160_050,
        "capital": 5_000_00,
        "founded_on": date(2026, 1, 2),
        "group": MenuGroup.LOOK,
        "name": None,
    }
    filled = forms.fill(Sample, {**start, "full_time": True, "roles": [MenuGroup.DESK]})
    shown = {
        name: filled.text(name)
        for name in ("floor_area", "capital", "founded_on", "group", "name", "full_time", "roles")
    }
    assert shown == {
        "floor_area": "81600.50",
        "capital": "5000",
        "founded_on": "2026-01-02",
        "group": "look",
        "name": "",
        "full_time": "1",
        "roles": "desk",
    }


def test_findings_stand_at_their_fields_with_the_article(kitchen: Flask) -> None:
    article = Citation("物业管理条例", "33", date(2018, 3, 19))
    with kitchen.test_request_context():
        filled = read()
        verdict = Verdict(
            (
                Finding("credit_code_wrong"),
                Finding("x", article, about="households"),
                Finding("limit_out_of_range", params={"maximum": 200}),
                Finding("y"),
            )
        )
        forms.add_findings(filled, verdict, at={"y": "capital"})
    assert filled.value is None
    assert set(filled.errors) == {"credit_code", "households", "", "capital"}
    assert filled.errors["households"] == ["x（《物业管理条例》第33条）"]
    assert "200" in filled.errors[""][0]


def test_errors_of_the_plumbing_stand_at_their_fields(kitchen: Flask) -> None:
    with kitchen.test_request_context():
        filled = read()
        forms.add_bad_input(filled, Conflict("credit_code_duplicate"))
        forms.add_bad_input(filled, BadInput("search_too_long", about="name"))
        forms.add_bad_input(filled, BadInput("search_too_long"))
    assert set(filled.errors) == {"credit_code", "name", ""}


def test_the_summary_follows_the_page_and_links_only_to_fields_on_it(kitchen: Flask) -> None:
    with kitchen.test_request_context():
        filled = read()
        filled.fail("capital", "c")
        filled.fail("name", "n")
        filled.fail("elsewhere", "e")
        filled.fail("", "whole")
        filled.labelled("name", "名称")
        filled.labelled("capital", "资本")
    assert filled.summary() == [("", "", "whole"), ("name", "名称", "n"), ("capital", "资本", "c"), ("", "", "e")]
