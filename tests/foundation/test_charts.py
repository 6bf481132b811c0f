"""One definition of a chart for screen and paper: what is in it, what comes out, what is refused."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulator.foundation import charts
from regulator.foundation.charts import Axis, Bar, Look, Reading, Series, Spec, Target, bar_chart, line_chart

ROOT = Path(__file__).resolve().parents[2]
RATE = Axis("覆盖率", ".0%", (0, 1))
LOOK = Look("各区物业管理覆盖率")
MONTHS = ("2026年9月", "2026年10月")
RISING = Series("专业化", (Reading(0.5, "50.0%"), Reading(0.6, "60.0%")))
BROKEN = Series("全口径", (Reading(None, "未知"), Reading(0.9, "90.0%")))


def lines(*series: Series, target: Target | None = None) -> Spec:
    return line_chart(MONTHS, series or (RISING, BROKEN), axis=RATE, look=LOOK, target=target)


def bars(*names: str, target: float | None = 0.8) -> Spec:
    found = [Bar(name, Reading(0.86449, "86.4%"), target) for name in names or ("浑南区", "沈河区")]
    return bar_chart(found, axis=RATE, look=LOOK, target_words="年度目标")


def parts(value: Any, key: str) -> Iterator[Any]:
    """Everything that stands under `key`, however deep."""
    if isinstance(value, dict):
        yield from ([value[key]] if key in value else [])
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from parts(inner, key)


@pytest.mark.parametrize("spec", [lines(), bars()], ids=["lines", "bars"])
def test_a_definition_is_json_with_its_data_and_no_address(spec: Spec) -> None:
    text = json.dumps(spec, allow_nan=False)
    assert json.loads(text) == spec
    assert "://" not in text
    assert spec["description"] == LOOK.description
    assert spec["config"]["font"].startswith("Noto Sans SC, ")


def test_lines_differ_by_more_than_colour() -> None:
    encoding = next(encoding for encoding in parts(lines(), "encoding") if "shape" in encoding)
    for channel in ("color", "shape", "strokeDash"):
        signs = [json.dumps(sign) for sign in encoding[channel]["scale"]["range"]]
        assert len(signs) == len(set(signs)) == 2, channel
        assert encoding[channel]["scale"]["domain"] == ["专业化", "全口径"]


def test_labels_keep_their_order_and_gaps_stay_gaps() -> None:
    spec = lines()
    assert {tuple(x["sort"]) for x in parts(spec, "x") if isinstance(x, dict) and "sort" in x} == {MONTHS}
    (rows,) = spec["datasets"].values()
    assert [row["value"] for row in rows] == [0.5, 0.6, None, 0.9]
    assert rows[2]["hint"] == "2026年9月 全口径 未知"


def test_the_words_of_a_reading_are_drawn_not_its_number() -> None:
    svg = charts.to_svg(bars("沈河区"))
    assert ">86.4%<" in svg
    assert "86.449" not in svg


def test_a_bar_without_reading_keeps_its_place() -> None:
    some = [Bar("甲区", Reading(None, "未知"), 0.8), Bar("乙区", Reading(0.4, "40.0%"), None)]
    svg = charts.to_svg(bar_chart(some, axis=RATE, look=LOOK, target_words="目标"))
    assert svg.index(">甲区<") < svg.index(">乙区<")
    assert ">未知<" in svg


def test_a_target_is_drawn_with_its_words() -> None:
    assert ">目标 80%<" in charts.to_svg(lines(target=Target(0.8, "目标 80%")))
    assert ">年度目标<" in charts.to_svg(bars())
    assert "年度目标" not in charts.to_svg(bars(target=None))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda: lines(RISING, RISING), id="two-lines-of-one-name"),
        pytest.param(lambda: lines(Series("短", (Reading(0.5, "50%"),))), id="a-reading-too-few"),
        pytest.param(lambda: lines(*(Series(str(n), RISING.readings) for n in range(7))), id="more-than-shapes"),
        pytest.param(lambda: bars("中山街道", "中山街道"), id="two-bars-of-one-name"),
    ],
)
def test_what_could_not_be_told_apart_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"apart|one reading"):
        wrong()


def test_svg_stands_in_our_fonts_and_speaks_chinese_only() -> None:
    svg = charts.to_svg(lines())
    assert svg.startswith("<svg")
    assert 'font-family="Noto Sans SC, ' in svg
    for words in ("覆盖率", "专业化", "全口径", "2026年10月", "100%"):
        assert f">{words}<" in svg
    assert "axis titled" not in svg


def test_names_are_text_in_the_drawing() -> None:
    svg = charts.to_svg(bars("<script>alert(1)</script>", "a'\"&\\{datum.x}", "😀"))
    assert "<script" not in svg
    assert "&lt;script" in svg
    assert "{datum.x}" in svg
    assert ">〓<" in svg


def test_png_is_as_large_as_asked() -> None:
    spec = bars()
    once, twice = charts.to_png(spec, 1), charts.to_png(spec, 2)
    assert once.startswith(b"\x89PNG")
    width, height = struct.unpack_from(">II", once, 16)
    assert width >= LOOK.width
    assert struct.unpack_from(">II", twice, 16) == pytest.approx((2 * width, 2 * height), abs=2)


def test_characters_are_drawn_not_boxes() -> None:
    """Without a Chinese font both would be the same three boxes."""
    assert charts.to_png(bars("沈河区")) != charts.to_png(bars("浑南县"))


def test_the_same_definition_draws_the_same() -> None:
    assert charts.to_svg(lines()) == charts.to_svg(lines())
    assert charts.to_png(bars()) == charts.to_png(bars())


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.json", "file:///etc/passwd", "/etc/passwd"])
@pytest.mark.parametrize("draw", [charts.to_svg, charts.to_png])
def test_nothing_is_fetched(draw: Any, url: str) -> None:
    spec = bars()
    spec["layer"][0]["data"] = {"url": url}
    with pytest.raises(ValueError, match="nothing is fetched"):
        draw(spec)


def test_screen_and_paper_compile_by_the_same_vega_lite() -> None:
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]["vega-lite"]
    assert pinned.rpartition(".")[0] == charts.VEGA_LITE
    import altair as alt
    import vl_convert

    assert charts.VEGA_LITE in vl_convert.get_vegalite_versions()
    assert alt.SCHEMA_VERSION.startswith(f"v{charts.VEGA_LITE}.")
