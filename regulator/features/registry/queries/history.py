"""What was done to a record, and what the register said of it on an earlier day; words for people come later."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Enum, and_, inspect, select
from sqlalchemy.orm import Mapper

from regulator.features.divisions.queries import within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.facts import MASKED_FIELDS, PLUMBING
from regulator.features.registry.models import (
    Committee,
    Company,
    CompanyName,
    Contract,
    Estate,
    EstateName,
    Notice,
    Person,
    RecordChange,
    Service,
)
from regulator.features.registry.terms import NameKind, RecordAct, SubjectKind
from regulator.foundation.clock import day_of, start_of
from regulator.foundation.database import Base, session

MOST_CHANGES = 1000


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field of one act, as JSON values."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One act on a record, by whom and when, with the fields it changed."""

    at: datetime
    act: str
    version: int
    username: str
    name: str
    role: str
    reason: str | None
    changes: tuple[ChangedField, ...]
    batch_id: UUID | None = None


def list_history(kind: SubjectKind, subject_id: UUID, *, limit: int = MOST_CHANGES) -> list[HistoryEntry]:
    """Every act on a record, the latest first, in one statement."""
    query = (
        select(RecordChange)
        .where(RecordChange.subject_kind == kind, RecordChange.subject_id == subject_id)
        .order_by(RecordChange.seq.desc())
        .limit(limit)
    )
    return _by_act(session().scalars(query))


def _by_act(rows: Iterable[RecordChange]) -> list[HistoryEntry]:
    """Rows of one act stand together: same version, same moment, same act."""
    entries: list[HistoryEntry] = []
    last: tuple[Any, ...] | None = None
    for row in rows:
        changed = (ChangedField(row.field, row.before, row.after),) if row.field else ()
        this = (row.version, row.at, row.act)
        if entries and this == last:
            entries[-1] = _joined(changed, entries[-1])
        else:
            entries.append(
                HistoryEntry(
                    row.at, row.act, row.version, row.actor_username, row.actor_name, row.actor_role, row.reason,
                    changed, row.batch_id,
                )
            )  # fmt: skip
        last = this
    return entries


def _joined(changed: tuple[ChangedField, ...], entry: HistoryEntry) -> HistoryEntry:
    return HistoryEntry(
        entry.at, entry.act, entry.version, entry.username, entry.name, entry.role, entry.reason,
        changed + entry.changes, entry.batch_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PutRight:
    """A field of an estate that was changed: the estate's code and present name, what was changed, when and why."""

    code: str
    name: str
    change: ChangedField
    at: datetime
    reason: str | None


def list_put_right(scope: Scope, fields: Collection[str], after: date, until: date, *, limit: int) -> list[PutRight]:
    """These fields of the estates inside a scope, where they were changed on days after one up to another.

    The latest first, ``limit`` at most.
    """
    query = (
        select(
            Estate.code,
            Estate.name,
            RecordChange.field,
            RecordChange.before,
            RecordChange.after,
            RecordChange.at,
            RecordChange.reason,
        )
        .join(RecordChange, and_(RecordChange.subject_kind == SubjectKind.ESTATE, RecordChange.subject_id == Estate.id))
        .where(
            within(scope, Estate.division_code),
            RecordChange.field.in_(sorted(fields)),
            RecordChange.at >= start_of(after + timedelta(days=1)),
            RecordChange.at < start_of(until + timedelta(days=1)),
        )
    )
    return [
        PutRight(code, name, ChangedField(field, before, now), at, reason)
        for code, name, field, before, now, at, reason in session().execute(
            query.order_by(RecordChange.seq.desc()).limit(limit)
        )
    ]


# --- as of a day ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AsOf:
    """A record's columns as the register said them at the end of a day.

    ``masked`` names fields whose earlier value is kept only masked; ``entered_later`` is the day the record came in
    when that was after the day asked for (then the first entry is shown). ``changed_since`` counts later acts.
    """

    values: Mapping[str, Any]
    masked: frozenset[str] = frozenset()
    entered_later: date | None = None
    changed_since: int = 0


def as_of(kind: SubjectKind, record: Any, day: date) -> AsOf:
    """The record with every change recorded after ``day`` undone, in one statement.

    A real change of name is left alone: on which days a name was borne is said by the names' own last days.
    """
    mapper: Mapper[Any] = inspect(type(record))
    values = {name: getattr(record, name) for name in mapper.columns.keys() if name not in PLUMBING}  # noqa: SIM118
    end = start_of(day + timedelta(days=1))
    query = (
        select(RecordChange)
        .where(
            RecordChange.subject_kind == kind,
            RecordChange.subject_id == record.id,
            RecordChange.at >= end,
        )
        .order_by(RecordChange.seq.desc())
    )
    masked: set[str] = set()
    acts: set[tuple[int, str]] = set()
    for row in session().scalars(query):
        if row.act in (RecordAct.REGISTERED.value, RecordAct.IMPORTED.value) and row.field is None:
            continue
        acts.add((row.version, row.act))
        if row.field not in values or (row.field == "name" and row.act == RecordAct.RENAMED.value):
            continue
        values[row.field] = typed(mapper, row.field, row.before)
        if row.field in MASKED_FIELDS and row.before:
            masked.add(row.field)
    entered = record.registered_at if record.registered_at >= end else None
    return AsOf(values, frozenset(masked), day_of(entered) if entered else None, len(acts))


def typed(mapper: Mapper[Any], field: str, value: Any) -> Any:
    """A JSON value as the column's own type: a day, a code of its enumeration, or as it is."""
    if value is None:
        return None
    column = mapper.columns[field].type
    if isinstance(column, Enum) and column.enum_class is not None:
        return column.enum_class(value)
    if column.python_type is date:
        return date.fromisoformat(value)
    return value


_MODELS: Mapping[SubjectKind, type[Base]] = {
    SubjectKind.COMMITTEE: Committee,
    SubjectKind.COMPANY: Company,
    SubjectKind.CONTRACT: Contract,
    SubjectKind.ESTATE: Estate,
    SubjectKind.NOTICE: Notice,
    SubjectKind.PERSON: Person,
    SubjectKind.SERVICE: Service,
}


def field_kind(kind: SubjectKind, field: str) -> type[StrEnum] | type | None:
    """What a field's value stands for: an enumeration, ``date``, …; None for a field that is no column."""
    columns: Any = inspect(_MODELS[kind]).columns
    if field not in columns:  # an estate's history also tells of its periods of service
        return field_kind(SubjectKind.SERVICE, field) if kind is SubjectKind.ESTATE else None
    column = columns[field].type
    if isinstance(column, Enum) and column.enum_class is not None:
        return cast("type[StrEnum]", column.enum_class)
    python_type: type = column.python_type
    return python_type


def name_on(present: str, names: Iterable[CompanyName | EstateName], day: date) -> str:
    """The name borne on a day: the former name whose last day is the first not before it, else the present one."""
    former = [
        item for item in names if item.kind is NameKind.FORMER and item.ended_on is not None and item.ended_on >= day
    ]
    return min(former, key=lambda item: item.ended_on or date.max).name if former else present
