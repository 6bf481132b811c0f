"""Whether a template was told all it must be told, and in a form that prints; every fault at once. Nothing is printed.

Text is kept as it was written save for blanks and characters nobody sees. A character our fonts cannot draw is a fault
that names it: a name with a hole, or with another character in its place, is not that person's name.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from regulator.features.papers.templating.terms import (
    JSON,
    LONGEST_ITEM,
    FactColumn,
    FactField,
    FactKind,
    Facts,
    Frame,
    Template,
)
from regulator.foundation.fonts import drawable, undrawable
from regulator.law.findings import Finding, Refused

YEARS = (1900, 2199)
LONGEST_FRAME = {"authority": 60, "number": 60, "addressee": 1000, "title": 100, "signer": 40, "qr": 300}
_ARTICLE = re.compile(r"\d{1,4}(-\d{1,2})?(\(\d{1,2}\)){0,2}|第.{1,40}", re.DOTALL)
_VARIANTS = range(0xE0100, 0xE01F0)  # choose another form of the character before them: another way to write a name


class _Wrong(Exception):
    """A value that cannot stand, with the finding that says why; its place is added where it is known."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


def judge_facts(template: Template, facts: Mapping[str, Any], *, on: date | None = None) -> Facts:
    """The facts as they will be printed: checked, tidied, defaults filled in (those in force ``on`` that day), every
    declared name present, None where an optional one was not told. What it gives back it would give back again.

    Raises Refused with one finding for each fault, ``about`` the fact, ``fact.3`` or ``fact.3.column`` (rows from 1).
    """
    names = {field.name for field in template.fields}
    found = _Judged()
    for name in sorted(map(str, set(facts) - names)):
        found.fault(_unknown(name), name[:40])
    for declared in template.fields:
        found.judge(declared, facts.get(declared.name), on)
    if found.faults:
        raise Refused(found.faults)
    return found.facts


def judge_frame(frame: Frame) -> None:
    """Raises Refused when the frame cannot be printed, or is that of a draft without being marked as one."""
    texts = {name: getattr(frame, name) for name in ("authority", "number", "addressee", "title", "qr")}
    texts |= {f"signer {place}": line for place, line in enumerate(frame.signer, 1)}
    faults = [finding for name, text in texts.items() for finding in _frame_faults(name, text)]
    needed = ("authority",) if frame.is_draft else ("authority", "number", "issued_on", "qr", "digest")
    faults += [replace(_MISSING, about=name) for name in needed if not getattr(frame, name)]
    if faults:
        raise Refused(faults)


def _frame_faults(name: str, text: str | None) -> Iterator[Finding]:
    about = name.partition(" ")[0]
    try:
        if text:
            _printable(text, LONGEST_FRAME[about])
    except _Wrong as wrong:
        yield replace(wrong.finding, about=about)


@dataclass
class _Judged:
    """What has been judged so far."""

    facts: Facts = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)

    def judge(self, declared: FactField, value: Any, on: date | None) -> None:
        if _is_nothing(value):
            value = declared.default_on(on)
        if _is_nothing(value):
            self.facts[declared.name] = self.fault(_MISSING, declared.name) if declared.required else None
        elif declared.kind in (FactKind.LIST, FactKind.ARTICLES, FactKind.TABLE):
            self.facts[declared.name] = self.several(declared, value)
        else:
            self.facts[declared.name] = self.one(value, declared, declared.name)

    def several(self, declared: FactField, value: Any) -> JSON:
        if not isinstance(value, list | tuple):
            return self.fault(_of_another_kind(declared), declared.name)
        if len(value) > declared.most:
            too_many = Finding("fact_has_too_many", None, {"found": len(value), "maximum": declared.most})
            return self.fault(too_many, declared.name)
        if declared.kind is FactKind.TABLE:
            return [self.row(declared, row, f"{declared.name}.{place}") for place, row in enumerate(value, 1)]
        return [self.one(item, declared, f"{declared.name}.{place}") for place, item in enumerate(value, 1)]

    def row(self, declared: FactField, value: Any, about: str) -> JSON:
        if not isinstance(value, Mapping):
            return self.fault(_of_another_kind(declared), about)
        known = {column.name for column in declared.columns}
        for name in sorted(map(str, set(value) - known)):
            self.fault(_unknown(name), f"{about}.{name[:40]}")
        return {
            column.name: self.cell(column, value.get(column.name), f"{about}.{column.name}")
            for column in declared.columns
        }

    def cell(self, column: FactColumn, value: Any, about: str) -> JSON:
        if not _is_nothing(value):
            return self.one(value, column, about)
        return self.fault(_MISSING, about) if column.required else None

    def one(self, value: Any, shape: FactField | FactColumn, about: str) -> JSON:
        try:
            return _READERS[shape.kind](value, shape)
        except _Wrong as wrong:
            return self.fault(wrong.finding, about)

    def fault(self, finding: Finding, about: str) -> JSON:
        """Remember it; nothing stands in the place of the value."""
        self.faults.append(replace(finding, about=about))
        return None


_MISSING = Finding("fact_missing")


def _unknown(name: str) -> Finding:
    return Finding("fact_unknown", None, {"name": name[:40]})


def _of_another_kind(shape: FactField | FactColumn) -> Finding:
    return Finding("fact_of_another_kind", None, {"kind": shape.kind})


def _is_nothing(value: Any) -> bool:
    return value is None or value in ([], (), {}) or (isinstance(value, str) and not value.strip())


# --- one value -------------------------------------------------------------------------------------------------------


def _text(value: Any, shape: FactField | FactColumn) -> JSON:
    return _printable(" ".join(_string(value, shape).split()), shape.most)


def _item(value: Any, shape: FactField | FactColumn) -> JSON:
    found = _printable(" ".join(_string(value, shape).split()), LONGEST_ITEM)
    if not found:
        raise _Wrong(_MISSING)
    return found


def _long_text(value: Any, shape: FactField | FactColumn) -> JSON:
    lines = (" ".join(line.split()) for line in _string(value, shape).splitlines())
    return _printable("\n".join(line for line in lines if line), shape.most)


def _string(value: Any, shape: FactField | FactColumn) -> str:
    if not isinstance(value, str):
        raise _Wrong(_of_another_kind(shape))
    return value


def _printable(text: str, longest: int) -> str:
    """The text without what nobody sees; raises for one that is too long or holds what our fonts cannot draw."""
    if len(text) > longest:
        raise _Wrong(Finding("fact_too_long", None, {"found": len(text), "maximum": longest}))
    missing = undrawable(text) | {character for character in text if ord(character) in _VARIANTS}
    if missing:
        raise _Wrong(Finding("fact_cannot_be_drawn", None, {"characters": "、".join(map(_named, sorted(missing)))}))
    return drawable(text).strip()


def _named(character: str) -> str:
    shown = "" if unicodedata.category(character)[0] in "CM" else f"「{character}」"
    return f"{shown}U+{ord(character):04X}"


def _date(value: Any, shape: FactField | FactColumn) -> JSON:
    if isinstance(value, datetime):
        raise _Wrong(_of_another_kind(shape))
    return _day_of(value if isinstance(value, date) else _parsed(date.fromisoformat, value, shape)).isoformat()


def _moment(value: Any, shape: FactField | FactColumn) -> JSON:
    found = value if isinstance(value, datetime) else _parsed(datetime.fromisoformat, value, shape)
    if found.tzinfo is not None or (isinstance(value, str) and "T" not in value):
        raise _Wrong(_of_another_kind(shape))
    return str(_day_of(found).isoformat(timespec="minutes"))  # type: ignore[call-arg]  # a moment is a date with hours


def _parsed(parse: Any, value: Any, shape: FactField | FactColumn) -> Any:
    try:
        return parse(_string(value, shape))
    except ValueError:
        raise _Wrong(_of_another_kind(shape)) from None


def _day_of(value: date) -> date:
    if not YEARS[0] <= value.year <= YEARS[1]:
        raise _Wrong(Finding("fact_out_of_range", None, {"minimum": YEARS[0], "maximum": YEARS[1]}))
    return value


def _number(value: Any, shape: FactField | FactColumn) -> JSON:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Wrong(_of_another_kind(shape))
    if not 0 <= value <= shape.most:
        raise _Wrong(Finding("fact_out_of_range", None, {"minimum": 0, "maximum": shape.most}))
    return value


def _choice(value: Any, shape: FactField | FactColumn) -> JSON:
    options = shape.options if isinstance(shape, FactField) else ()
    if value not in options:
        raise _Wrong(Finding("fact_no_such_choice", None, {"options": "、".join(options)}))
    return str(value)


def _article(value: Any, shape: FactField | FactColumn) -> JSON:
    """``{"instrument": "行政许可法", "article": "32(1)(4)"}``: article, paragraph, item, or 第…条 as it is written."""
    if not isinstance(value, Mapping) or set(value) != {"instrument", "article"}:
        raise _Wrong(_of_another_kind(shape))
    instrument = _printable(_string(value["instrument"], shape).strip(" 《》"), LONGEST_FRAME["title"])
    article = _printable(_string(value["article"], shape).strip(), LONGEST_FRAME["title"])
    if not instrument or not _ARTICLE.fullmatch(article):
        raise _Wrong(Finding("fact_no_article"))
    return {"instrument": instrument, "article": article}


_READERS = {
    FactKind.ARTICLES: _article,
    FactKind.CHOICE: _choice,
    FactKind.DATE: _date,
    FactKind.LIST: _item,
    FactKind.LONG_TEXT: _long_text,
    FactKind.MOMENT: _moment,
    FactKind.MONEY: _number,
    FactKind.NUMBER: _number,
    FactKind.TEXT: _text,
}
