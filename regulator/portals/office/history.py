"""Histories of records in words: fields, days, codes, areas; what was done is asked of the register."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from regulator.features.accounts.terms import IMPORT_USERNAME
from regulator.features.audit.terms import SYSTEM_USERNAME
from regulator.features.divisions.queries import paths_of
from regulator.features.registry.queries.history import ChangedField, HistoryEntry, PutRight, field_kind
from regulator.features.registry.terms import RecordAct, SubjectKind
from regulator.foundation import i18n
from regulator.web import filters

AREAS = frozenset(
    {"area_high_rise", "area_multi_storey", "area_other", "area_villa", "floor_area", "site_area"},
)


NO_ROLES = ("", SYSTEM_USERNAME, IMPORT_USERNAME)
"""What stands for the role where an act was the system's own."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as the page shows it."""

    at: datetime
    act: str
    who: str
    role: str
    changes: tuple[tuple[str, str | None, str | None], ...]
    reason: str | None


def in_words(kind: SubjectKind, entries: Iterable[HistoryEntry]) -> list[Told]:
    """The entries of a record's history with every field and value in the page's language."""
    known = list(entries)
    places = _places(change for entry in known for change in entry.changes)
    return [
        Told(
            entry.at,
            i18n.word("RecordAct", RecordAct(entry.act).value) if entry.act in set(RecordAct) else entry.act,
            _("the system") if entry.username == SYSTEM_USERNAME else entry.name or entry.username,
            "、".join(i18n.word("Role", role) for role in entry.role.split(",") if role not in NO_ROLES),
            tuple(
                (
                    field_words(change.field),
                    value_words(kind, change.field, change.before, places),
                    value_words(kind, change.field, change.after, places),
                )
                for change in entry.changes
            ),
            entry.reason,
        )
        for entry in known
    ]


def field_words(field: str) -> str:
    """What people call a field."""
    return i18n.word("RecordField", field)


def value_words(kind: SubjectKind, field: str, value: Any, places: dict[str, str]) -> str | None:
    """A kept value as people read it; None when there is none."""
    if value is None or value == "":
        return None
    locale = i18n.current_locale()
    if field == "division_code":
        return places.get(str(value), str(value))
    if field in AREAS and isinstance(value, int):
        return filters.area_exact(value, locale)
    if field == "registered_capital" and isinstance(value, int):
        return filters.money_yuan(value, locale)
    if field == "fee" and isinstance(value, int):
        return filters.fee(value, locale)
    return _by_type(field_kind(kind, field), value, locale)


def _by_type(kind: type | None, value: Any, locale: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if kind is not None and issubclass(kind, StrEnum):
        return i18n.word(kind.__name__, str(value), locale)
    if kind is date and isinstance(value, str):
        return filters.day(date.fromisoformat(value), locale)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(str(item) for item in value)
    return str(value)


def put_right_in_words(rows: Sequence[PutRight]) -> list[tuple[PutRight, str, str | None, str | None]]:
    """Each change of an estate with its field and both values in the page's language."""
    places, kind = _places(row.change for row in rows), SubjectKind.ESTATE
    return [
        (
            row,
            field_words(row.change.field),
            value_words(kind, row.change.field, row.change.before, places),
            value_words(kind, row.change.field, row.change.after, places),
        )
        for row in rows
    ]


def _places(changes: Iterable[ChangedField]) -> dict[str, str]:
    """The names of all divisions that changes speak of, in few statements."""
    codes = {
        str(value)
        for change in changes
        if change.field == "division_code"
        for value in (change.before, change.after)
        if value
    }
    return {code: str(path) for code, path in paths_of(codes).items()} if codes else {}
