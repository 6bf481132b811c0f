"""Facts to try a template with: those it declares as samples, and the longest and rarest it says it can print."""

from collections.abc import Callable
from typing import Any

from regulator.features.papers.templating.terms import LONGEST_ITEM, FactColumn, FactField, FactKind, Facts, Template

_RARE = "㛃𬭼𬭎䶮㐀龘𬭸"  # in the first and the second plane, all in our fonts
_CHINESE = f"{_RARE}，沈阳市和平区南湖街道物业管理区域（A-1）2026年；"
_UNBROKEN = "A1b2C3d4E5f6" * 12  # longer than a line: the layout must break it
_AMOUNT = 40
"""Rows and items to try: enough for a table to go over to the next page."""


def sample_facts(template: Template) -> Facts:
    """What the template's own declaration gives as samples."""
    return {field.name: _plain(field.sample) for field in template.fields}


def longest_facts(template: Template) -> Facts:
    """The longest texts, with rare characters and letters that nothing divides; forty rows; the largest numbers."""
    return {field.name: _LONGEST[field.kind](field) for field in template.fields}


def _plain(value: Any) -> Any:
    """TOML's dates and times as facts have them."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def _long(length: int) -> str:
    text = _CHINESE + _UNBROKEN + _CHINESE
    return (text * (length // len(text) + 1))[:length]


def _cell(column: FactColumn) -> Any:
    return _long(column.most) if column.kind is FactKind.TEXT else _number_or_day(column)


def _short(column: FactColumn) -> Any:
    return _RARE[: column.most] if column.kind is FactKind.TEXT else _number_or_day(column)


def _number_or_day(column: FactColumn) -> Any:
    return "2026-12-31" if column.kind is FactKind.DATE else column.most


def _rows(field: FactField) -> list[Any]:
    """A few rows of the longest and many short ones."""
    count = min(field.most, _AMOUNT)
    long, short = ({column.name: make(column) for column in field.columns} for make in (_cell, _short))
    return ([long] * 3 + [short] * count)[:count]


_LONGEST: dict[FactKind, Callable[[FactField], Any]] = {
    FactKind.ARTICLES: lambda field: [{"instrument": _long(60), "article": "123(45)(67)"}] * min(field.most, 10),
    FactKind.CHOICE: lambda field: max(field.options, key=len),
    FactKind.DATE: lambda _field: "2026-12-31",
    FactKind.LIST: lambda field: [_long(LONGEST_ITEM)] * min(field.most, _AMOUNT),
    FactKind.LONG_TEXT: lambda field: "\n".join([_long(field.most // 3)] * 2 + [_RARE]),
    FactKind.MOMENT: lambda _field: "2026-12-31T23:59",
    FactKind.MONEY: lambda field: field.most,
    FactKind.NUMBER: lambda field: field.most,
    FactKind.TABLE: _rows,
    FactKind.TEXT: lambda field: _long(field.most),
}
