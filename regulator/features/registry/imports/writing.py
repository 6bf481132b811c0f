"""What applying a batch will write, gathered beforehand: rows, changes with their versions, and what they undo."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Column, Subquery, Table, and_, bindparam, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from regulator.features.registry.imports.models import ImportRow
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.models import Company, Estate
from regulator.features.registry.terms import RecordSource
from regulator.foundation.database import driver_of, is_postgres, session
from regulator.foundation.errors import Conflict
from regulator.foundation.prepared import PreparedRows, prepare_rows

AT_ONCE = 5_000
"""Keys asked for in one statement, rows written in one round."""


class RegisterMoved(Exception):
    """A record is no longer what it was when the batch was judged; nothing may be written."""


@dataclass(slots=True)
class Staged:
    """A judged row that will be taken."""

    seq: int
    outcome: Outcome
    key: str
    subject_id: UUID
    version: int | None
    division_code: str | None
    record: dict[str, Any]
    links: dict[str, Any]
    services: list[dict[str, Any]]
    differences: dict[str, Any]

    @classmethod
    def of(cls, row: Any) -> "Staged":
        """From a row of the staging table."""
        said = from_json(row.payload)
        return cls(
            row.seq, Outcome(row.outcome), row.key, row.subject_id, row.version, row.division_code, said["record"],
            said["links"], said.get("services", []), said.get("differences", {}),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """What every new row of the batch carries."""

    batch_id: UUID
    now: datetime
    as_of: date

    def columns(self) -> tuple[Any, ...]:
        """Values of ``ORIGIN``."""
        return (RecordSource.IMPORT, self.batch_id, self.now, self.now, 1)


ORIGIN = ("source", "batch_id", "registered_at", "updated_at", "version")


@dataclass(slots=True)
class Changes:
    """Updates of one table: for each row its key, the version it must still have, and its new values."""

    table: Table
    rows: list[tuple[UUID, int, dict[str, Any]]] = field(default_factory=list)

    def write(self, now: datetime) -> None:
        """Write them all, counting each version on; raises RegisterMoved when one is another by now."""
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        stamp = {"updated_at": now} if "updated_at" in self.table.c else {}
        for key, version, values in self.rows:
            said = {**values, **stamp}
            parameters = {f"p_{name}": value for name, value in said.items()}
            by_columns[tuple(sorted(said))].append({**parameters, "p__id": key, "p__version": version})
        for columns, parameters_list in by_columns.items():
            stmt = (
                update(self.table)
                .where(self.table.c.id == bindparam("p__id"), self.table.c.version == bindparam("p__version"))
                .values({name: bindparam(f"p_{name}") for name in columns} | {"version": self.table.c.version + 1})
            )
            result = session().connection().execute(stmt, parameters_list)
            if result.rowcount != len(parameters_list):
                raise RegisterMoved


@dataclass(slots=True)
class Writes:
    """Everything a batch writes into the register, in the order it must be written."""

    inserts: list[PreparedRows] = field(default_factory=list)
    changes: dict[str, Changes] = field(default_factory=dict)
    undo: dict[int, dict[str, Any]] = field(default_factory=dict)

    def insert(self, table: Any, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Rows to be added, made ready at once so that their Python values can go."""
        if rows:
            self.inserts.append(prepare_rows(session(), table.__table__, columns, rows))

    def change(self, model: Any, key: UUID, version: int, values: Mapping[str, Any]) -> None:
        """A row to be changed if it still has this version."""
        table: Table = model.__table__
        changes = self.changes.setdefault(table.name, Changes(table))
        changes.rows.append((key, version, dict(values)))

    def changed(self, model: Any) -> list[UUID]:
        """The rows of a table that will be changed."""
        changes = self.changes.get(model.__table__.name)
        return [key for key, _, _ in changes.rows] if changes else []

    def remember(self, seq: int, what: str, said: Any) -> None:
        """What undoing will need to know of a row."""
        self.undo.setdefault(seq, {}).setdefault(what, []).append(said)

    def write_changes(self, now: datetime) -> None:
        """The updates; raises RegisterMoved."""
        for changes in self.changes.values():
            changes.write(now)

    def write_inserts(self) -> None:
        """The new rows; raises RegisterMoved when the register knows one of them by now."""
        try:
            for prepared in self.inserts:
                prepared.insert(session())
        except Conflict as error:
            raise RegisterMoved from error

    def write_undo(self, batch_id: UUID) -> None:
        """What undoing needs, beside the judged rows."""
        rows = [(json.dumps(said, ensure_ascii=False, default=str), seq) for seq, said in self.undo.items()]
        if not rows:
            return
        mark = "%s" if is_postgres() else "?"
        key = batch_id if is_postgres() else batch_id.hex
        cursor: Any = session().connection().connection.cursor()
        try:
            cursor.executemany(
                f"UPDATE import_row SET undo = {mark} WHERE batch_id = {mark} AND seq = {mark}",  # noqa: S608  # marks only
                [(said, key, seq) for said, seq in rows],
            )
        except driver_of().Error as error:
            raise RegisterMoved from error
        finally:
            cursor.close()


# --- what the writers of all kinds look up ---------------------------------------------------------------------------


def company_ids(credit_codes: Iterable[str | None]) -> dict[str, UUID]:
    """The keys of companies by credit code."""
    return _ids(Company.credit_code, Company.id, {code for code in credit_codes if code})


def estate_ids(codes: Iterable[str | None]) -> dict[str, UUID]:
    """The keys of estates by code."""
    return _ids(Estate.code, Estate.id, {code for code in codes if code})


def _ids(business: Any, key: Any, wanted: set[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    ordered = sorted(wanted)
    for at in range(0, len(ordered), AT_ONCE):
        stmt = select(business, key).where(business.in_(ordered[at : at + AT_ONCE]))
        found.update(dict(session().execute(stmt).all()))
    return found


def images(model: Any, keys: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The rows of a table as they are, by key: what an update changes is put back from here."""
    found: dict[UUID, dict[str, Any]] = {}
    table: Table = model.__table__
    for at in range(0, len(keys), AT_ONCE):
        for row in session().execute(select(table).where(table.c.id.in_(keys[at : at + AT_ONCE]))):
            found[row.id] = dict(row._mapping)  # noqa: SLF001  # the columns by name
    return found


def before_image(image: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """The values of some columns as JSON can hold them."""
    wanted = [*columns, *(["updated_at"] if "updated_at" in image else [])]
    return {name: _plain(image[name]) for name in wanted}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex if isinstance(value, UUID) else value


def day_or_none(said: str | None) -> date | None:
    """A day kept as JSON."""
    return None if said is None else date.fromisoformat(said)


def staged_rows(batch_id: UUID, first: int, last: int, outcomes: Sequence[Outcome]) -> list[Staged]:
    """The rows to be taken between two places of the file, in its order."""
    return _staged(_between(batch_id, first, last).where(ImportRow.outcome.in_(outcomes))) if outcomes else []


def staged_companies(batch_id: UUID, first: int, last: int, outcomes: Sequence[Outcome]) -> list[Staged]:
    """As `staged_rows` without the new companies that are written as they were judged: those with other names stay."""
    held = [outcome for outcome in outcomes if outcome is not Outcome.NEW]
    named = and_(ImportRow.outcome == Outcome.NEW, ImportRow.payload.contains('"former_names"'))
    return _staged(_between(batch_id, first, last).where(or_(ImportRow.outcome.in_(held), named)))


def _between(batch_id: UUID, first: int, last: int) -> Any:
    return (
        select(
            ImportRow.seq, ImportRow.outcome, ImportRow.key, ImportRow.subject_id, ImportRow.version,
            ImportRow.division_code, ImportRow.payload,
        )
        .where(ImportRow.batch_id == batch_id, ImportRow.seq >= first, ImportRow.seq < last)
        .order_by(ImportRow.seq)
    )  # fmt: skip


def _staged(stmt: Any) -> list[Staged]:
    return [Staged.of(row) for row in session().execute(stmt)]


def new_ids(batch_id: UUID, first: int, last: int) -> list[UUID]:
    """The keys of the new records between two places of the file."""
    stmt = select(ImportRow.subject_id).where(
        ImportRow.batch_id == batch_id, ImportRow.outcome == Outcome.NEW, ImportRow.seq >= first, ImportRow.seq < last
    )
    return [key for key in session().scalars(stmt) if key is not None]


# --- what the database reads out of the judged rows by itself ---------------------------------------------------------


def judged_records(batch_id: UUID) -> Subquery:
    """The new rows of a batch: ``seq``, ``subject_id``, ``key`` and what each states as JSON (``record``)."""
    payload: Any = cast(ImportRow.payload, JSONB)["record"] if is_postgres() else ImportRow.payload
    stmt = select(ImportRow.seq, ImportRow.subject_id, ImportRow.key, payload.label("record")).where(
        ImportRow.batch_id == batch_id, ImportRow.outcome == Outcome.NEW
    )
    return (stmt.offset(0) if is_postgres() else stmt).subquery()  # the offset: read once, not once for each column


def said_value(judged: Subquery, wanted: Column[Any]) -> ColumnElement[Any]:
    """What the rows of `judged_records` state for a column, None where they state nothing."""
    if is_postgres():
        return cast(judged.c.record[wanted.name].astext, wanted.type)
    return func.json_extract(judged.c.record, f"$.record.{wanted.name}")
