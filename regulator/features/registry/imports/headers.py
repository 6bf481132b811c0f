"""Finding the header of a sheet, what its columns are, and what the lines above it say. Pure; judges no row."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from regulator.features.registry.imports import words
from regulator.features.registry.imports.columns import COLUMNS, Kind, Unit
from regulator.features.registry.imports.values import Unreadable, day
from regulator.foundation.tables import Cell, Row

SEARCHED = 30
"""A header is looked for in so many rows from the top."""
FEWEST = 2
"""So many recognised columns make a header."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What was recognised of a sheet, correctable by a person and kept as JSON.

    ``columns`` maps a zero-based column to its field; ``factors`` to what its figures are multiplied with to give ㎡
    or yuan; rows up to ``last_header_row`` (1-based) are title and header. ``assumed`` names fields whose unit
    nobody stated.
    """

    sheet: str
    last_header_row: int
    columns: Mapping[int, str]
    factors: Mapping[int, Decimal] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    lines_above: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def column(self, name: str) -> int | None:
        """The column of a field, None when the sheet has none."""
        return next((column for column, found in self.columns.items() if found == name), None)

    @property
    def unrecognised(self) -> dict[int, str]:
        """The titles of columns nothing is taken from."""
        return {column: title for column, title in self.titles.items() if column not in self.columns}

    def to_json(self) -> dict[str, object]:
        """The layout as plain values."""
        return {
            "sheet": self.sheet,
            "last_header_row": self.last_header_row,
            "columns": {str(column): name for column, name in self.columns.items()},
            "factors": {str(column): str(factor) for column, factor in self.factors.items()},
            "titles": {str(column): title for column, title in self.titles.items()},
            "lines_above": list(self.lines_above),
            "assumed": list(self.assumed),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, object]) -> "Layout":
        """A layout from its plain values."""
        parts: dict[str, dict[str, str]] = {key: dict(given[key]) for key in ("columns", "factors", "titles")}  # type: ignore[call-overload]
        return cls(
            sheet=str(given["sheet"]),
            last_header_row=int(str(given["last_header_row"])),
            columns={int(column): name for column, name in parts["columns"].items()},
            factors={int(column): Decimal(factor) for column, factor in parts["factors"].items()},
            titles={int(column): title for column, title in parts["titles"].items()},
            lines_above=tuple(given["lines_above"]),  # type: ignore[arg-type]
            assumed=tuple(given["assumed"]),  # type: ignore[arg-type]
        )


# --- the header row -------------------------------------------------------------------------------------------------

_NOISE = re.compile(r"[\s*＊:：_]+")
_BRACKET = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")


def folded(title: str) -> str:
    """A title without blanks, marks and differences of width or case."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", title)).casefold()


def without_brackets(title: str) -> str:
    """A folded title without what stands in brackets."""
    return _BRACKET.sub("", title)


@cache
def _titles(kind: Kind) -> dict[str, str]:
    return {folded(title): column.field for column in COLUMNS[kind] for title in column.titles}


def find_field(kind: Kind, *titles: str) -> str | None:
    """The field of a column by its titles, the most telling first."""
    known = _titles(kind)
    for title in filter(None, titles):
        for form in (folded(title), without_brackets(folded(title)), _without_unit(folded(title))):
            if form in known:
                return known[form]
    return None


def find_layout(kind: Kind, sheet: str, rows: Sequence[Row]) -> Layout | None:
    """The layout of a sheet from its first rows; None when no header is found among them."""
    best: tuple[int, int, int, dict[int, tuple[str, str]]] | None = None
    for at, row in enumerate(rows[:SEARCHED]):
        one = _flattened(row, None)
        if not one:
            continue
        count = _count(kind, one)
        choice = (count, at, at, one)
        if at + 1 < len(rows) and _may_be_header(rows[at + 1]):
            two, lower = _flattened(row, rows[at + 1]), _flattened(rows[at + 1], None)
            if _count(kind, two) > max(count, _count(kind, lower)):  # a title above a whole header adds nothing to it
                choice = (_count(kind, two), at, at + 1, two)
        if choice[0] >= FEWEST and (best is None or choice[0] > best[0]):
            best = choice
    if best is None:
        return None
    _, first, last, labels = best
    return _layout(kind, sheet, rows, first, last, labels)


def _words(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _may_be_header(row: Row) -> bool:
    """A second header row holds words only."""
    return all(isinstance(cell, str) and not any(map(str.isdigit, cell)) for cell in row.cells)


def _flattened(upper: Row, lower: Row | None) -> dict[int, tuple[str, str]]:
    """For each column its group's title and its own; a group spans the blanks to its right."""
    labels: dict[int, tuple[str, str]] = {}
    group = ""
    for column, cell in enumerate(upper.cells):
        top = _words(cell)
        bottom = _words(lower.cells[column]) if lower is not None and column < len(lower.cells) else ""
        group = top or (group if bottom else "")
        if group or bottom:
            labels[column] = (group, "" if bottom == top else bottom)
    return labels


def _recognised(kind: Kind, label: tuple[str, str]) -> str | None:
    group, own = label
    if not own:
        return find_field(kind, group)
    return find_field(kind, without_brackets(folded(group)) + own, own)


def _count(kind: Kind, labels: Mapping[int, tuple[str, str]]) -> int:
    return len({found for label in labels.values() if (found := _recognised(kind, label)) and found != "ignored"})


def _layout(
    kind: Kind, sheet: str, rows: Sequence[Row], first: int, last: int, labels: Mapping[int, tuple[str, str]]
) -> Layout:
    above = tuple(_lines_above(rows[:first]))
    columns: dict[int, str] = {}
    for column, label in labels.items():
        found = _recognised(kind, label)
        if found is not None and (found == "ignored" or found not in columns.values()):
            columns[column] = found
    factors, assumed = _factors(kind, columns, labels, above)
    titles = {column: " ".join(filter(None, label)) for column, label in labels.items()}
    return Layout(sheet, rows[last].number, columns, factors, titles, above, assumed)


def _lines_above(rows: Sequence[Row]) -> list[str]:
    return [words_ for row in rows for cell in row.cells if (words_ := _words(cell))]


# --- units ----------------------------------------------------------------------------------------------------------

_AREA_FACTORS = {
    "万m2": 10_000, "万平方米": 10_000, "万平米": 10_000, "万平": 10_000, "万㎡": 10_000,
    "m2": 1, "平方米": 1, "平米": 1, "㎡": 1, "公顷": 10_000,
}  # fmt: skip
_MONEY_FACTORS = {"亿元": 100_000_000, "万元人民币": 10_000, "万元": 10_000, "万": 10_000, "千元": 1_000, "元": 1}
_UNIT_TAIL = re.compile(
    r"(?:单位)?(?:万m2|万平方米|万平米|万平|平方米|平米|m2|亿元|万元|元/m2[·./]?月|元/平方米[·./]?月|元|户|栋|幢|年)$"
)


def _without_unit(title: str) -> str:
    return _UNIT_TAIL.sub("", title)


def unit_factor(unit: Unit, *titles: str) -> Decimal | None:
    """What a unit named in one of the titles stands for in ㎡ or yuan, None when none is named."""
    table = _AREA_FACTORS if unit is Unit.AREA else _MONEY_FACTORS
    for title in filter(None, map(folded, titles)):
        bracketed = [part.removeprefix("单位") for part in _BRACKET.findall(title)]
        for part in (*bracketed, title):
            for name, factor in table.items():
                if (
                    part == name
                    or part.endswith(name)
                    or (part in bracketed and part.startswith((f"{name}/", f"{name}·")))
                ):
                    return Decimal(factor)
    return None


def _factors(
    kind: Kind, columns: Mapping[int, str], labels: Mapping[int, tuple[str, str]], above: Sequence[str]
) -> tuple[dict[int, Decimal], tuple[str, ...]]:
    units = {column.field: column.unit for column in COLUMNS[kind] if column.unit}
    factors: dict[int, Decimal] = {}
    assumed: list[str] = []
    for column, name in columns.items():
        unit = units.get(name)
        if unit is None:
            continue
        factor = unit_factor(unit, labels[column][1], labels[column][0])
        if factor is None and name != "fee":
            factor = _unit_above(unit, above)
            if factor is None:
                assumed.append(name)
        factors[column] = factor or Decimal(1)
    return factors, tuple(assumed)


def with_columns(kind: Kind, layout: Layout, columns: Mapping[int, str]) -> Layout:
    """The layout with the columns a person settled on; a column taken as something else has its unit read anew."""
    labels = {column: ("", layout.titles.get(column, "")) for column in columns}
    factors, assumed = _factors(kind, columns, labels, layout.lines_above)
    kept = {column for column, name in columns.items() if layout.columns.get(column) == name}
    of_kept = {columns[column] for column in kept}
    return replace(
        layout,
        columns=columns,
        factors={column: layout.factors.get(column, one) if column in kept else one for column, one in factors.items()},
        assumed=tuple(name for name in assumed if name not in of_kept or name in layout.assumed),
    )


def _unit_above(unit: Unit, above: Sequence[str]) -> Decimal | None:
    """A unit stated for the whole sheet, as in 单位：万平方米、万元."""
    table = _AREA_FACTORS if unit is Unit.AREA else _MONEY_FACTORS
    for line in map(folded, above):
        _, found, stated = line.partition("单位")
        if found and not line.startswith(("填报单位", "制表单位")):
            for part in re.split(r"[、,，;；/()]", stated):
                if part in table:
                    return Decimal(table[part])
    return None


# --- what the lines above say ---------------------------------------------------------------------------------------

_AS_OF = re.compile(
    r"(?:填报|统计|填表|上报|制表|报表|数据|截至|截止)(?:时间|日期|时点|日|到)?[:：\s]*"
    r"(\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*[日号]?|\d{8})"
)
_DATUM = re.compile(r"(?:坐标系统?|坐标基准|大地基准|坐标)[:：\s]*([^()（）\s,，;；。]+)")


def as_of_stated(lines: Sequence[str]) -> date | None:
    """The day a list says it was made for (填报时间), None when it does not."""
    for line in lines:
        found = _AS_OF.search(unicodedata.normalize("NFKC", line))
        if found:
            try:
                return day(found[1])
            except Unreadable:
                continue
    return None


def datum_stated(lines: Sequence[str]) -> str | None:
    """The datum a title line declares (坐标系：GCJ-02), None when none is declared or its name is not known."""
    for line in lines:
        found = _DATUM.search(line)
        if found and (datum := words.find(words.DATUMS, found[1])):
            return datum
    return None


def kind_stated(lines: Sequence[str]) -> str | None:
    """The kind of estate a title is about, None when it does not say."""
    for line in lines:
        for word, kind in (("散楼", "scattered_building"), ("单体楼", "scattered_building"), ("写字楼", "office"),
                           ("工业园", "industrial"), ("工业区", "industrial"), ("住宅", "residential")):  # fmt: skip
            if word in line:
                return kind
    return None


def condition_stated(lines: Sequence[str]) -> str | None:
    """The condition a title is about, None when it does not say."""
    for line in lines:
        if "在建" in line:
            return "under_construction"
        if "已拆" in line:
            return "demolished"
    return None


# --- rows that are no rows ------------------------------------------------------------------------------------------

_TOTAL = re.compile(r"(?:本页)?[合小总共累]\s*计[:：]?")
_SIGNATURE = re.compile(
    r"(?:填表|制表|填报|审核|复核|经办|报送|统计)人?(?:员|签字|单位)?(?:[(（].*[)）])?[:：].*"
    r"|(?:单位)?(?:主要)?负责人(?:[(（].*[)）])?[:：].*|(?:联系人|联系电话|填报日期|填报时间|填表日期|单位[(（]盖章[)）]|盖章)[:：].*"
    r"|(?:注|备注|说明|填表说明)[:：].*|第\s*\d+\s*页.*"
)


_LONGEST_TOTAL = 6
_PLAIN_ROW = 4
"""A row with so many filled cells, the first of them no total, is a row of data."""


def _is_plain(cells: Sequence[Cell]) -> bool:
    """Whether a row begins as numbered rows of data do: a number, words that are no total, something more."""
    if len(cells) < _PLAIN_ROW or isinstance(cells[0], str) or not isinstance(cells[1], str) or cells[2] == "":
        return False
    words_ = cells[1].strip()
    return len(words_) > _LONGEST_TOTAL and cells[3] != ""


def is_passed_over(row: Row, layout: Layout) -> bool:
    """Whether a row below the header is blank, a total, a signature, a note or the header again."""
    cells, filled = row.cells, row.filled
    if not filled and _is_plain(cells):
        return False
    said = [column for column, cell in enumerate(cells) if cell != "" and column not in filled and _is_said(cell)]
    if not said:
        return True
    first = cells[said[0]]
    if all(layout.columns.get(column) == "ignored" for column in said):
        return True
    if not isinstance(first, str):
        second = cells[said[1]] if len(said) > 1 else ""
        return isinstance(second, str) and _TOTAL.fullmatch(second.strip()) is not None
    words_ = first.strip()
    if _TOTAL.fullmatch(words_) or _SIGNATURE.fullmatch(words_):
        return True
    return words_ in layout.titles.get(said[0], words_) and _repeats_header(cells, layout)


def _is_said(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else True


def _repeats_header(cells: Sequence[Cell], layout: Layout) -> bool:
    compared = [
        isinstance(cell, str) and folded(cell) in folded(layout.titles.get(column, ""))
        for column, cell in enumerate(cells)
        if _is_said(cell)
    ]
    return bool(compared) and all(compared)
