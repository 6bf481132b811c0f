from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask, render_template_string

from regulator.foundation.paging import Count
from regulator.law.citations import Citation
from regulator.law.measures import Area, Money, Share
from regulator.web import filters
from regulator.web.navigation import MenuGroup

ZH, EN = "zh_Hans_CN", "en"
LATE = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)  # already the 24th in China


@pytest.mark.parametrize(
    ("name", "value", "chinese", "english"),
    [
        ("day", date(2026, 11, 3), "2026年11月3日", "3 Nov 2026"),
        ("day", LATE, "2026年11月24日", "24 Nov 2026"),
        ("month", date(2026, 1, 3), "2026年1月", "Jan 2026"),
        ("moment", LATE, "2026年11月24日 00:05", "24 Nov 2026, 00:05"),
        ("area", 8_160_000, "8.16 万㎡", "81,600 ㎡"),
        ("area", Area(123_450), "1,234.50 ㎡", "1,234.50 ㎡"),
        ("area", 999_999, "9,999.99 ㎡", "9,999.99 ㎡"),
        ("area", 1_000_000, "1.00 万㎡", "10,000 ㎡"),
        ("area", 1_005_000, "1.01 万㎡", "10,050 ㎡"),
        ("area", 12_345_678_900, "12,345.68 万㎡", "123,456,789 ㎡"),
        ("area", 0, "0.00 ㎡", "0.00 ㎡"),
        ("area_exact", 8_160_001, "81,600.01 ㎡", "81,600.01 ㎡"),
        ("money_yuan", 5_000_000_000, "5,000 万元", "50,000,000 yuan"),
        ("money_yuan", Money(123_450), "1,234.50 元", "1,234.50 yuan"),
        ("money_yuan", 123_400, "1,234 元", "1,234 yuan"),
        ("money_yuan", 0, "0 元", "0 yuan"),
        ("fee", 180, "1.80 元/㎡·月", "1.80 yuan/㎡·month"),
        ("whole", 11208, "11,208", "11,208"),
        ("count", 1000, "1,000", "1,000"),
        ("count", Count(1001), "1,000+", "1,000+"),
        ("percent", Fraction(529, 612), "86.4%", "86.4%"),
        ("percent", Decimal("0.5"), "50.0%", "50.0%"),
        ("percent", Share(529, 612), "86.4%", "86.4%"),
        ("percent", Share(1, 0), "—", "—"),
        ("credit_code", "91210103815188447C", "91210103 815188 447C", "91210103 815188 447C"),
        ("credit_code", "123", "123", "123"),
        ("masked", "13812345678", "138******78", "138******78"),
        ("masked", "张晓敏", "张**", "张**"),
        ("label", MenuGroup.REGISTER, "登记", "Register"),
        ("none_dash", "", "—", "—"),
        (
            "device",
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0",
            *["Edge · Windows"] * 2,
        ),
        ("device", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", *["Safari · iPhone"] * 2),
        ("device", "curl/8.0", "curl/8.0", "curl/8.0"),
        (
            "citation",
            Citation("物业管理条例", "33", date(2018, 3, 19)),
            "《物业管理条例》第33条",
            "《物业管理条例》 Art. 33",
        ),
        ("words", [date(2026, 1, 2), MenuGroup.LOOK], "2026年1月2日、查看", "2 Jan 2026, Look"),
    ],
)
def test_a_value_reads_as_people_write_it(name: str, value: object, chinese: str, english: str) -> None:
    assert (filters.FILTERS[name](value, ZH), filters.FILTERS[name](value, EN)) == (chinese, english)


@pytest.mark.parametrize("name", sorted(set(filters.FILTERS) - {"citation"}))
def test_nothing_is_a_dash(name: str) -> None:
    assert filters.FILTERS[name](None, ZH) == filters.DASH


def test_a_dash_is_said_in_words_and_constants_follow_the_language_of_each_page(kitchen: Flask) -> None:
    source = "{{ none|day }} {{ 180|fee }}"
    with kitchen.test_request_context("/desk"):
        assert "未登记" in (first := render_template_string(source))
        assert "1.80 元/㎡·月" in first
    with kitchen.test_request_context("/desk?lang=en"):
        assert "not recorded" in (second := render_template_string(source))
        assert "1.80 yuan/㎡·month" in second


def test_what_was_typed_stays_text(kitchen: Flask) -> None:
    with kitchen.test_request_context("/desk"):
        assert "<b>" not in render_template_string("{{ v|none_dash }} {{ v|masked }}", v="<b>ab</b>")
