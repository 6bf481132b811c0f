"""Charts: one Vega-Lite definition for screen and paper, drawn for paper here; what is counted is not our business.

altair and vl_convert are imported where they are used: a web worker starts without them. The first definition takes
0.4 s and 40 MB; the first drawing starts a JavaScript engine (0.8 s, 90 MB more), which is a worker's work.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from regulator.foundation.fonts import SANS, drawable, font_dir

if TYPE_CHECKING:
    import altair as alt

Spec: TypeAlias = dict[str, Any]
"""A Vega-Lite specification with its data inside it, ready for JSON."""

VEGA_LITE = "6.4"  # of those vl-convert carries; package.json holds the page to the same
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4])
PIXELS_PER_BAR = 26


@dataclass(frozen=True, slots=True)
class Reading:
    """A number and how it is written beside the chart (so that both round alike); None is a gap, never a zero."""

    value: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name and a reading for each label of the chart."""

    name: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, and what it should have reached."""

    name: str
    reading: Reading
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A value all should reach, and the words that stand at its rule."""

    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Axis:
    """What is measured: title, d3 format of the ticks (``.0%``), ends of the scale (None: as the data needs)."""

    title: str
    ticks: str
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """How charts look: families of fonts in order of choice, colours, size in pixels; ``description`` is read aloud."""

    description: str
    colours: tuple[str, ...] = ("#1c4e80", "#b35c00", "#2f7d4f", "#6b4a8e", "#85700b", "#b3261e")
    ink: str = "#1b2530"
    soft: str = "#4d5b69"
    grid: str = "#d9e0e6"
    fonts: tuple[str, ...] = (SANS, f"{SANS} Variable", "PingFang SC", "Microsoft YaHei", "sans-serif")
    font_size: int = 12
    width: int = 560
    height: int = 220


def line_chart(
    labels: Sequence[str], series: Sequence[Series], *, axis: Axis, look: Look, target: Target | None = None
) -> Spec:
    """A line per series over the labels (months, as written) in their order; lines differ in dash and shape of points.

    Raises ValueError when a series has not one reading per label, when names repeat, or when there are more lines
    than shapes to tell them apart.
    """
    _judge_names(labels, [one.name for one in series])
    if any(len(one.readings) != len(labels) for one in series):
        raise ValueError("a series has one reading for each label")
    if len(series) > len(SHAPES):
        raise ValueError(f"at most {len(SHAPES)} lines can be told apart")
    rows = [
        {"label": label, "name": one.name, "value": reading.value, "hint": f"{label} {one.name} {reading.words}"}
        for one in series
        for label, reading in zip(labels, one.readings, strict=True)
    ]
    layers = [_lines(rows, labels, [one.name for one in series], axis, look)]
    if target is not None:
        layers += _rule(target, look)
    return _whole(layers, look, height=look.height)


def bar_chart(bars: Sequence[Bar], *, axis: Axis, look: Look, target_words: str = "") -> Spec:
    """A horizontal bar per name in the given order, its reading written beside it, a tick where its target lies.

    ``target_words`` names the ticks in the legend. The scale begins at zero. Raises ValueError when names repeat.
    """
    _judge_names([bar.name for bar in bars])
    rows = [
        {"name": bar.name, "value": bar.reading.value, "words": bar.reading.words, "target": bar.target}
        | {"hint": f"{bar.name} {bar.reading.words}"}
        for bar in bars
    ]
    layers = _bars(rows, axis, look)
    if any(bar.target is not None for bar in bars):
        layers.append(_ticks(rows, target_words, look))
    return _whole(layers, look, height=PIXELS_PER_BAR * max(len(bars), 1))


def _judge_names(*groups: Sequence[str]) -> None:
    if any(len(set(group)) != len(group) for group in groups):
        raise ValueError("names repeat: what bears one name is drawn as one; tell them apart first")


# --- layers ----------------------------------------------------------------------------------------------------------


def _lines(
    rows: list[dict[str, Any]], labels: Sequence[str], names: Sequence[str], axis: Axis, look: Look
) -> "alt.Chart":
    import altair as alt  # noqa: PLC0415  # not at the start of a web worker

    legend = None if len(names) < 2 else alt.Legend(title=None, orient="top", symbolStrokeWidth=0)

    def told_apart(signs: Sequence[Any]) -> "alt.Scale":
        return alt.Scale(domain=list(names), range=list(signs[: len(names)]))

    lines: alt.Chart = (
        alt.Chart({"values": rows})
        .mark_line(point=alt.OverlayMarkDef(size=50, filled=True), strokeWidth=2)
        .encode(
            x=alt.X("label:O", sort=list(labels), title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
            y=alt.Y("value:Q", title=axis.title, axis=alt.Axis(format=axis.ticks), scale=_scale(axis, zero=False)),
            color=alt.Color("name:N", scale=told_apart(look.colours), legend=legend),
            strokeDash=alt.StrokeDash("name:N", scale=told_apart(DASHES), legend=legend),
            shape=alt.Shape("name:N", scale=told_apart(SHAPES), legend=legend),
            tooltip="hint:N",
        )
    )
    return lines


def _rule(target: Target, look: Look) -> list["alt.Chart"]:
    """A rule across the chart and its words at the left end."""
    import altair as alt  # noqa: PLC0415

    base = alt.Chart({"values": [{"target": target.value, "words": target.words}]})
    rule = base.mark_rule(strokeDash=[4, 4], color=look.ink).encode(y="target:Q")
    words = base.mark_text(align="left", baseline="bottom", dx=4, dy=-3, color=look.ink).encode(
        y="target:Q", x=alt.value(0), text="words:N"
    )
    return [rule, words]


def _bars(rows: list[dict[str, Any]], axis: Axis, look: Look) -> list["alt.Chart"]:
    """The bars and, in a column at the right, their readings."""
    import altair as alt  # noqa: PLC0415

    base = alt.Chart({"values": rows}).encode(y=_names(rows, look))
    length = alt.X("value:Q", title=axis.title, axis=alt.Axis(format=axis.ticks), scale=_scale(axis, zero=True))
    bars = base.mark_bar(color=look.colours[0], height={"band": 0.6}).encode(x=length, tooltip="hint:N")
    readings = base.mark_text(align="left", dx=8, color=look.ink).encode(x=alt.value("width"), text="words:N")
    return [bars, readings]


def _ticks(rows: list[dict[str, Any]], words: str, look: Look) -> "alt.Chart":
    """A tick with a light edge, to be seen on a bar as well as beside it."""
    import altair as alt  # noqa: PLC0415

    named = alt.Scale(domain=[words], range=[look.ink])
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeColor=look.ink) if words else None
    wanted = [row | {"kind": words} for row in rows if row["target"] is not None]
    ticks: alt.Chart = (
        alt.Chart({"values": wanted})
        .mark_tick(thickness=5, height={"band": 0.9}, stroke="white", strokeWidth=1.5, opacity=1)
        .encode(x="target:Q", y=_names(rows, look), color=alt.Color("kind:N", scale=named, legend=legend))
    )
    return ticks


def _names(rows: list[dict[str, Any]], look: Look) -> "alt.Y":
    """The names at the left, in the order given."""
    import altair as alt  # noqa: PLC0415

    axis = alt.Axis(labelLimit=look.width // 2, ticks=False, domain=False)
    return alt.Y("name:N", sort=[row["name"] for row in rows], title=None, axis=axis)


def _scale(axis: Axis, *, zero: bool) -> "alt.Scale":
    import altair as alt  # noqa: PLC0415

    return alt.Scale(domain=list(axis.ends), zero=False) if axis.ends else alt.Scale(zero=zero, nice=True)


def _whole(layers: Sequence["alt.Chart"], look: Look, *, height: int) -> Spec:
    import altair as alt  # noqa: PLC0415

    chart = (
        alt.layer(*layers)
        .properties(width=look.width, height=height, description=look.description)
        .configure(font=", ".join(look.fonts), background="white", aria=False)  # vega would speak English
        .configure_axis(
            labelFontSize=look.font_size, titleFontSize=look.font_size, titleFontWeight="normal",
            labelColor=look.soft, titleColor=look.soft, gridColor=look.grid, domainColor=look.grid, tickColor=look.grid,
        )
        .configure_legend(labelFontSize=look.font_size, labelColor=look.ink, symbolStrokeWidth=2)
        .configure_text(fontSize=look.font_size)
        .configure_mark(aria=False)
        .configure_view(stroke=None)
    )  # fmt: skip
    spec: Spec = chart.to_dict()
    del spec["$schema"]  # an address outside; both readers know what they are given
    return spec


# --- on paper --------------------------------------------------------------------------------------------------------


def to_svg(spec: Spec) -> str:
    """The chart as SVG whose text stands in the product's fonts; reaches no network and no file.

    Raises ValueError when the specification names data outside itself or is no chart.
    """
    import vl_convert  # noqa: PLC0415

    if any(_addresses(spec)):
        raise ValueError("a chart carries its data inside; nothing is fetched")
    _register_fonts()
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    return drawable(svg)


def to_png(spec: Spec, scale: float = 2.0) -> bytes:
    """The same as PNG, ``scale`` pixels for each pixel of the definition; raises ValueError as `to_svg`."""
    import vl_convert  # noqa: PLC0415

    png: bytes = vl_convert.svg_to_png(to_svg(spec), scale=scale)
    return png


@cache
def _register_fonts() -> None:
    import vl_convert  # noqa: PLC0415

    vl_convert.register_font_directory(str(font_dir()))


def _addresses(part: object) -> Iterator[object]:
    """Every ``url`` in a specification; vl-convert would refuse those of the network but read those of files."""
    if isinstance(part, Mapping):
        if "url" in part:
            yield part["url"]
        for inner in part.values():
            yield from _addresses(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _addresses(inner)
