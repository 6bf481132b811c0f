"""What is typed about papers: kind, addressee and the facts a template declares; opinions, deliveries, consents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from flask import request
from pydantic import Field

from regulator.features.papers.actions.deliveries import Sending
from regulator.features.papers.templating import FactColumn, FactField, FactKind, Template
from regulator.features.papers.terms import DeliveryWay
from regulator.foundation.i18n import current_locale
from regulator.law.findings import Finding
from regulator.web import forms

FACT = "fact."
BETWEEN = "｜"
"""Parts the cells of a row of a table, as do a tab (pasted from a worksheet) and a plain upright bar."""
FEN = 100
_ARTICLE = re.compile(r"(.+?)[\s》]*(第.+|\d[\d()（）-]*)")


def chosen_key(raw: str | None) -> UUID | None:
    """The key of what was chosen in a list; None for nothing, and for what is no key."""
    try:
        return UUID(raw) if raw else None
    except ValueError:
        return None


class DraftForm(forms.Form):
    """Whom a paper is addressed to; the template's facts stand beside it."""

    addressee: Annotated[str, Field(min_length=1, max_length=200), forms.Cleaned]
    company: forms.OptionalText = None
    company_choice: forms.OptionalText = None
    title: Annotated[Annotated[str, Field(max_length=100)] | None, forms.OrNone] = None


class StepForm(forms.Form):
    """To whom a paper goes next, and what is said of it."""

    to: forms.OptionalText = None
    opinion: Annotated[Annotated[str, Field(max_length=1000)] | None, forms.OrNone] = None


class BackForm(forms.Form):
    """What is to be put right in a paper that is sent back."""

    remarks: Annotated[Annotated[str, Field(max_length=1000)] | None, forms.OrNone] = None


class ReasonForm(forms.Form):
    """Why."""

    reason: Annotated[Annotated[str, Field(max_length=500)] | None, forms.OrNone] = None


class SendForm(forms.Form):
    """How a paper is sent."""

    way: DeliveryWay
    tracking_number: Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone] = None
    posted_at_place: forms.OptionalText = None

    def sending(self) -> Sending:
        """As the act takes it."""
        return Sending(self.way, self.tracking_number, self.posted_at_place)


class ServedForm(forms.Form):
    """Who received a paper and when."""

    served_on: forms.Day
    received_by: Annotated[str, Field(min_length=1, max_length=100), forms.Cleaned]
    relation: Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone] = None
    receipt: forms.OptionalText = None


class ConsentForm(forms.Form):
    """Who confirmed for a company that papers may be delivered in the portal, and when."""

    confirmed_on: forms.Day
    confirmed_by: Annotated[str, Field(min_length=1, max_length=100), forms.Cleaned]
    note: forms.OptionalLongText = None


# --- the facts of a template ----------------------------------------------------------------------------------------


def read_facts(template: Template, filled: forms.Filled[Any]) -> dict[str, Any]:
    """What was typed for each fact, as the template takes it; what was typed stays in the form as it was."""
    found: dict[str, Any] = {}
    for field in template.fields:
        typed = request.form.get(FACT + field.name, "")
        filled.raw[FACT + field.name] = [typed]
        found[field.name] = _value(field, typed)
    return found


def show_facts(template: Template, facts: Mapping[str, Any], filled: forms.Filled[Any]) -> None:
    """Put facts into a form as they would be typed."""
    for field in template.fields:
        value = facts.get(field.name, field.default_on(None))
        if value is not None:
            filled.raw[FACT + field.name] = [_text(field, value)]


def placed(findings: tuple[Finding, ...]) -> Iterator[tuple[str, Finding]]:
    """Each finding with the form's field: `problems.3.item` stands at the third line of `problems`."""
    for finding in findings:
        name = (finding.about or "").partition(".")[0]
        yield name, finding


def fact_label(field: FactField | FactColumn) -> str:
    """What a fact or a column is called in the page's language."""
    return field.label_zh if current_locale().startswith("zh") else field.label_en


def _value(field: FactField, typed: str) -> Any:
    text = typed.replace("\r\n", "\n").strip()
    match field.kind:
        case FactKind.LIST:
            return _lines(text)
        case FactKind.ARTICLES:
            return [_article(line) for line in _lines(text)]
        case FactKind.TABLE:
            return [_row(field, line) for line in _lines(text)]
        case _:
            return _cell(field.kind, text)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _article(line: str) -> Any:
    """An instrument and an article: 行政许可法 32(1)(4), 物业管理条例第三十三条; what is neither stays text."""
    found = _ARTICLE.fullmatch(line)
    return {"instrument": found[1].strip(" 《》"), "article": found[2]} if found else line


def _row(field: FactField, line: str) -> dict[str, Any]:
    cells = line.replace("\t", BETWEEN).replace("|", BETWEEN).split(BETWEEN)
    row = {
        column.name: _cell(column.kind, cell.strip())
        for column, cell in zip(field.columns, cells, strict=False)
    }  # fmt: skip
    extra = cells[len(field.columns) :]
    return row | ({"": " ".join(extra)} if any(cell.strip() for cell in extra) else {})


def _cell(kind: FactKind, text: str) -> Any:
    """The text as a value; what cannot be one stays text, and the template's judge says what is wrong with it."""
    if not text:
        return None
    try:
        match kind:
            case FactKind.NUMBER:
                return int(text.replace(",", ""))
            case FactKind.MONEY:
                fen = Decimal(text.replace(",", "")) * FEN
                return int(fen) if fen == fen.to_integral_value() else text
            case FactKind.DATE:
                return date.fromisoformat(text.replace("/", "-").replace(".", "-")).isoformat()
            case _:
                return text
    except (ValueError, InvalidOperation, OverflowError):
        return text


def _text(field: FactField, value: Any) -> str:
    if field.kind is FactKind.TABLE:
        return "\n".join(
            BETWEEN.join(_shown(column.kind, row.get(column.name)) for column in field.columns) for row in value
        )
    if field.kind is FactKind.ARTICLES:
        return "\n".join(f"{one['instrument']} {one['article']}" for one in value)
    if field.kind is FactKind.LIST:
        return "\n".join(map(str, value))
    return _shown(field.kind, value)


def _shown(kind: FactKind, value: Any) -> str:
    if value is None:
        return ""
    return str(Decimal(value) / FEN) if kind is FactKind.MONEY and isinstance(value, int) else str(value)
