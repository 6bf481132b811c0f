"""Headers are found under titles, over two rows, with their units; lines above say the day and the datum."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from regulator.features.registry.imports import headers
from regulator.features.registry.imports.columns import Kind, Unit
from regulator.features.registry.imports.recognise import find_layout
from regulator.foundation.tables import Row, open_table


def rows(*lines: list[Any]) -> list[Row]:
    return [Row("表", number, line) for number, line in enumerate(lines, start=1)]


def test_two_rows_without_merges_as_a_csv_has_them() -> None:
    found = headers.find_layout(
        Kind.ESTATES,
        "",
        rows(
            ["散楼统计表（坐标系：BD-09）", "", "", "", ""],
            ["街道", "小区名称", "建筑面积（万㎡）", "", "户数"],
            ["", "", "多层", "合计", ""],
            ["长白街道", "甲小区", "4.5", "4.5", "120"],
        ),
    )
    assert found is not None
    assert found.columns == {0: "street", 1: "name", 2: "area_multi_storey", 3: "floor_area", 4: "households"}
    assert found.factors == {2: Decimal(10_000), 3: Decimal(10_000)}
    assert found.last_header_row == 3
    assert headers.datum_stated(found.lines_above) == "bd09"
    assert headers.kind_stated(found.lines_above) == "scattered_building"


def test_a_title_with_blanks_marks_and_width_of_its_own() -> None:
    found = headers.find_layout(
        Kind.COMPANIES,
        "",
        rows(["*企业\n名称", "统一社会\n信用代码", "注册资金（万元）", "联系电话(手机)", "其它说明"]),
    )
    assert found is not None
    assert found.columns == {0: "name", 1: "uscc", 2: "registered_capital", 3: "phone"}
    assert found.factors == {2: Decimal(10_000)}
    assert found.unrecognised == {4: "其它说明"}


def test_a_unit_nobody_stated_is_assumed_and_said_to_be() -> None:
    found = headers.find_layout(Kind.COMPANIES, "", rows(["企业名称", "信用代码", "注册资本"]))
    assert found is not None
    assert (found.factors, found.assumed) == ({2: Decimal(1)}, ("registered_capital",))


def test_a_unit_stated_for_the_whole_sheet() -> None:
    found = headers.find_layout(Kind.COMPANIES, "", rows(["单位：万元", "", ""], ["企业名称", "信用代码", "注册资本"]))
    assert found is not None
    assert found.factors == {2: Decimal(10_000)}


def test_without_a_header_there_is_no_layout() -> None:
    assert headers.find_layout(Kind.COMPANIES, "", rows(["沈阳甲公司", "91210103815188447C", 100.0])) is None
    assert headers.find_layout(Kind.COMPANIES, "", []) is None


@pytest.mark.parametrize(
    ("title", "unit", "factor"),
    [
        ("建筑面积（万㎡）", Unit.AREA, 10_000),
        ("建筑面积(平方米)", Unit.AREA, 1),
        ("面积万平方米", Unit.AREA, 10_000),
        ("注册资本（单位：万元）", Unit.MONEY, 10_000),
        ("收费标准（元/㎡·月）", Unit.MONEY, 1),
        ("建筑面积", Unit.AREA, None),
    ],
)
def test_units_in_titles(title: str, unit: Unit, factor: int | None) -> None:
    assert headers.unit_factor(unit, title) == (None if factor is None else Decimal(factor))


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("填报时间：2026年9月30日", date(2026, 9, 30)),
        ("截至 2026.6.30", date(2026, 6, 30)),
        ("统计日期:20260930", date(2026, 9, 30)),
        ("填报单位：市物业处", None),
    ],
)
def test_the_day_a_list_was_made_for(line: str, day: date | None) -> None:
    assert headers.as_of_stated([line]) == day


@pytest.mark.parametrize(
    ("cells", "passed"),
    [
        (["", "", "", ""], True),
        ([7.0, "", "", ""], True),
        (["合 计", "320家", "", ""], True),
        ([1.0, "小计", "", 5.0], True),
        (["填表人：", "", "审核人：", ""], True),
        (["注：本表一式两份", "", "", ""], True),
        (["序号", "企业名称", "信用代码", "注册资本"], True),
        ([1.0, "合计物业有限公司", "91210103815188447C", 5.0], False),
        (["", "沈阳甲公司", "", ""], False),
    ],
)
def test_rows_that_are_no_rows(cells: list[Any], passed: bool) -> None:
    layout = headers.find_layout(Kind.COMPANIES, "", rows(["序号", "企业名称", "信用代码", "注册资本（万元）"]))
    assert layout is not None
    assert headers.is_passed_over(Row("", 9, cells), layout) is passed


def test_a_layout_survives_being_kept_as_json() -> None:
    found = headers.find_layout(
        Kind.COMPANIES, "表", rows(["填报时间：2026年9月30日"], ["企业名称", "信用代码", "注册资本（万元）"])
    )
    assert found is not None
    assert headers.Layout.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "above",
    [
        pytest.param(["填报单位：市物业处", "", "", "填报时间：2026年9月30日"], id="who and when, beside each other"),
        pytest.param(["物业服务企业台账（截至2026年9月30日）", "", "", ""], id="a title in its first cell alone"),
        pytest.param(["物业服务企业台账（截至2026年9月30日）"] * 4, id="a title merged over the columns"),
    ],
)
def test_a_line_right_above_the_header_is_no_part_of_it(above: list[Any]) -> None:
    found = headers.find_layout(
        Kind.COMPANIES,
        "",
        rows(
            ["附件1", "", "", ""],
            above,
            ["企业名称", "统一社会信用代码", "注册资本（万元）", "成立日期"],
            ["甲公司", "9121", "100", "2010-01-27"],
        ),
    )
    assert found is not None
    assert found.last_header_row == 3
    assert found.titles == {0: "企业名称", 1: "统一社会信用代码", 2: "注册资本（万元）", 3: "成立日期"}
    assert headers.as_of_stated(found.lines_above) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("name", "kind", "as_of"),
    [
        ("companies.xlsx", Kind.COMPANIES, date(2026, 9, 30)),
        ("estates.xlsx", Kind.ESTATES, None),
        ("people.csv", Kind.PEOPLE, None),
        ("contracts.xlsx", Kind.CONTRACTS, None),
    ],
)
def test_titles_of_the_bureaus_own_workbooks_are_clean(
    register_files: Path, name: str, kind: Kind, as_of: date | None
) -> None:
    with open_table(register_files / name) as table:
        layouts = [find_layout(kind, table, sheet.name) for sheet in table.sheets if not sheet.hidden]
    assert any(layouts)
    for layout in filter(None, layouts):
        assert not [title for title in layout.titles.values() if "台账" in title or "填报" in title or "附件" in title]
        assert headers.as_of_stated(layout.lines_above) == as_of


def test_a_column_a_person_settles_on_brings_its_unit() -> None:
    found = headers.find_layout(
        Kind.COMPANIES, "", rows(["企业名称", "信用代码", "资金（万元）", "股本", "注册资本（元）", "联系电话"])
    )
    assert found is not None
    assert (found.factors, found.assumed) == ({4: Decimal(1)}, ())
    names = {0: "name", 1: "uscc", 5: "phone"}
    taken = headers.with_columns(Kind.COMPANIES, found, {**names, 2: "registered_capital"})
    assert (taken.factors, taken.assumed) == ({2: Decimal(10_000)}, ())
    unstated = headers.with_columns(Kind.COMPANIES, taken, {**names, 3: "registered_capital"})
    assert (unstated.factors, unstated.assumed) == ({3: Decimal(1)}, ("registered_capital",))
    again = headers.with_columns(Kind.COMPANIES, found, dict(found.columns))
    assert again == found


def test_a_unit_of_a_group_is_kept_by_its_columns() -> None:
    head = rows(
        ["小区名称", "街道", "建筑面积（万㎡）", "", "占地"],
        ["", "", "多层", "合计", ""],
        ["甲", "乙街道", "4", "4", "2"],
    )
    found = headers.find_layout(Kind.ESTATES, "", head)
    assert found is not None
    settled = headers.with_columns(Kind.ESTATES, found, {**found.columns, 2: "area_other", 4: "site_area"})
    assert settled.factors == {2: Decimal(10_000), 3: Decimal(10_000), 4: Decimal(1)}
    assert settled.assumed == ("site_area",)
