"""Taking a batch back: gathered outside the lock, put back set-based in one short transaction, finished in steps.

What was applied last goes first: the search index lets go of the new records in small steps, the register itself is
put back at once with the entry in the trail and the signals, and the histories are told in small steps. When somebody
worked on a record meanwhile nothing is put back and the index takes the records in again. After a crash each of the
steps goes on where it stood.
"""

import json
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Table, Uuid, and_, bindparam, delete, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.registry.actions.nature import touch_register
from regulator.features.registry.imports import batches
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.contracts_after import refresh_contracts
from regulator.features.registry.imports.finishing import SEARCHES, SUBJECTS, index_changed
from regulator.features.registry.imports.matters_after import Concerned, follow_batch, look
from regulator.features.registry.imports.models import ImportBatch, ImportRow
from regulator.features.registry.imports.telling import Telling
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.undoing import MODELS, is_touched
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.imports.writing import AT_ONCE, Staged, staged_rows
from regulator.features.registry.models import (
    Company,
    CompanyLink,
    CompanyName,
    Contract,
    Employment,
    Estate,
    EstateName,
    Person,
    PersonCertificate,
    RecordChange,
    Service,
    ServiceStatement,
)
from regulator.features.registry.terms import RecordAct
from regulator.foundation import clock
from regulator.foundation.database import Instant, is_postgres, keep_still, refresh_statistics, session, thinking
from regulator.foundation.jobs import Step

GATHERING, WRITING, FINISHING = "gathering", "writing", "finishing"
LINK = "company_link"
ADDED: Mapping[str, Any] = {
    "company_name": CompanyName,
    "estate_name": EstateName,
    "new_employment": Employment,
    "new_service": Service,
    "person_certificate": PersonCertificate,
}
CHANGED: Mapping[str, Any] = {
    "company": Company,
    LINK: CompanyLink,
    "contract": Contract,
    "employment": Employment,
    "estate": Estate,
    "person": Person,
    "service": Service,
}


def undo_batch(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``import.undo``."""
    batch_id, actor = UUID(payload["batch"]), batches.actor_from_json(payload["actor"])
    batch = _batch(batch_id)
    if batch.state is not BatchState.UNDOING:
        return
    rows = (session().scalar(select(func.max(ImportRow.seq)).where(ImportRow.batch_id == batch_id)) or 0) + 1
    if batch.undone_at is None:
        putting_back = _PuttingBack(batch)
        for first in range(0, rows, AT_ONCE):
            with thinking():
                putting_back.gather(first)
            _leave_index(batch, first)
            yield Step(min(first + AT_ONCE, rows), 2 * rows, GATHERING)
        if not _write(batch_id, putting_back, actor):
            yield from _give_up(batch_id, rows)
            return
        yield Step(rows, 2 * rows, WRITING)
        del putting_back
    yield from _finish(batch_id, rows, actor)


def _batch(batch_id: UUID) -> ImportBatch:
    return session().get_one(ImportBatch, batch_id, populate_existing=True)


def _write(batch_id: UUID, putting_back: "_PuttingBack", actor: Actor) -> bool:
    """Put everything back, or nothing when somebody worked on a record meanwhile."""
    batch = _batch(batch_id)
    keep_still(MODELS[batch.kind].__tablename__)
    if is_touched(batch):
        return False
    try:
        with session().begin_nested():
            putting_back.write(batch, actor)
    except IntegrityError:  # something has come to stand on a new record
        session().expire_all()
        return False
    return True


class _PuttingBack:
    """Gathers what a batch wrote and puts back what was before."""

    def __init__(self, batch: ImportBatch) -> None:
        self._kind, self._batch_id = batch.kind, batch.id
        self._outcomes = batches.outcomes_taken(batch)
        self._new: list[UUID] = []
        self._held: list[UUID] = []
        self._estate_codes: set[str] = set()
        self._added: dict[str, list[UUID]] = defaultdict(list)
        self._images: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)

    def gather(self, first: int) -> None:
        """Look at the rows from a place on."""
        for row in staged_rows(self._batch_id, first, first + AT_ONCE, self._outcomes):
            (self._new if row.outcome is Outcome.NEW else self._held).append(row.subject_id)
            if self._kind is Kind.CONTRACTS:
                self._estate_codes.add(row.links["estate_code"])
        for said in session().scalars(_remembered(self._batch_id, first)):
            self._remember(json.loads(said or "{}"))

    def _remember(self, said: Mapping[str, Any]) -> None:
        for what in ADDED:
            self._added[what] += [UUID(key) for key in said.get(what, ())]
        for what, model in CHANGED.items():
            for key, image in said.get(what, ()):
                values = {f"p_{name}": _typed(model.__table__.c[name].type, value) for name, value in image.items()}
                self._images[what, tuple(sorted(image))].append({**values, "p__id": UUID(key)})

    def write(self, batch: ImportBatch, actor: Actor) -> None:
        """All of it in the transaction at hand."""
        now = clock.now()
        telling = Telling(self._kind, self._batch_id)
        telling.undoing(self._new, self._held, self._estate_codes)
        telling.before()
        concerned = self._concerned()
        waited = look(concerned)
        self._put_back()
        session().expire_all()
        if self._kind in (Kind.CONTRACTS, Kind.ESTATES):
            held = set(self._held) if self._kind is Kind.ESTATES else set()
            refresh_contracts(self._estate_codes, held, batch_id=None, now=now)
        telling.after()
        batch.undone_at, batch.undone_by, batch.finished_to = now, actor.name, -1
        batch.version += 1
        facts: dict[str, JSON] = {"file": batch.file_name, "rows": len(self._new) + len(self._held)}
        audit.record(actor, "import.undone", "import", str(batch.id), now=now, facts=facts)
        touch_register(now)
        follow_batch(concerned, actor=actor, now=now, before=waited)
        session().flush()

    def _concerned(self) -> Concerned:
        restated = [image["p__id"] for (what, _), images in self._images.items() for image in images if what == LINK]
        return Concerned(self._batch_id if self._kind is Kind.ESTATES else None, restated, self._estate_codes)

    def _put_back(self) -> None:
        """Take away what was added, give each changed row its values again, take the new records out."""
        session().execute(delete(ServiceStatement).where(ServiceStatement.batch_id == self._batch_id))
        for what, keys in self._added.items():
            _delete(ADDED[what], keys)
        for (what, columns), images in self._images.items():
            _restore(CHANGED[what].__table__, columns, images)
        model = MODELS[self._kind]
        session().execute(delete(model).where(model.batch_id == self._batch_id))


def _remembered(batch_id: UUID, first: int) -> Any:
    return select(ImportRow.undo).where(
        ImportRow.batch_id == batch_id, *_from_place(first), ImportRow.undo.is_not(None)
    )


def _new_ids(batch_id: UUID, first: int | None = None) -> Any:
    place = () if first is None else _from_place(first)
    return select(ImportRow.subject_id).where(ImportRow.batch_id == batch_id, ImportRow.outcome == Outcome.NEW, *place)


def _from_place(first: int) -> tuple[Any, Any]:
    return ImportRow.seq >= first, ImportRow.seq < first + AT_ONCE


def _restore(table: Table, columns: Sequence[str], images: Sequence[Mapping[str, Any]]) -> None:
    """The values of before; the version goes on counting, so that a form opened meanwhile is refused."""
    values: dict[str, Any] = {name: bindparam(f"p_{name}") for name in columns}
    stmt = update(table).where(table.c.id == bindparam("p__id")).values(values | {"version": table.c.version + 1})
    session().connection().execute(stmt, list(images))


def _typed(kind: Any, value: Any) -> Any:
    """A value kept as JSON, as its column takes it."""
    if value is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return UUID(value) if isinstance(kind, Uuid) else value


def _delete(model: Any, keys: Sequence[UUID]) -> None:
    for at in range(0, len(keys), AT_ONCE):
        session().execute(delete(model).where(model.id.in_(keys[at : at + AT_ONCE])))


# --- the index and the histories ------------------------------------------------------------------------------------


def _leave_index(batch: ImportBatch, first: int) -> None:
    """Let the index go of the new records from a place on: slow there, so not in the one transaction."""
    search = SEARCHES.get(batch.kind)
    if search is not None:
        table = ImportRow.metadata.tables[search]
        session().execute(delete(table).where(table.c.subject_id.in_(_new_ids(batch.id, first))))


def _give_up(batch_id: UUID, rows: int) -> Generator[Step, None, None]:
    """Somebody worked on a record meanwhile: the new records into the index again, and the batch as it was."""
    batch = _batch(batch_id)
    for first in range(0, rows, AT_ONCE):
        _return_to_index(batch, first)
        yield Step(min(first + AT_ONCE, rows), rows, FINISHING)
        batch = _batch(batch_id)
    batch.state, batch.error_code = BatchState.APPLIED, "later_changes"
    batch.version += 1
    yield Step(rows, rows, FINISHING)


def _return_to_index(batch: ImportBatch, first: int) -> None:
    search = SEARCHES.get(batch.kind)
    if search is None:
        return
    stmt = text(
        f"INSERT INTO {search} (subject_id, tokens) SELECT r.subject_id, r.tokens FROM import_row r"  # noqa: S608  # our own names
        f" JOIN {MODELS[batch.kind].__tablename__} m ON m.id = r.subject_id AND m.version = 1"
        " WHERE r.batch_id = :batch AND r.outcome = 'new' AND r.seq >= :first AND r.seq < :last"
        f" AND NOT EXISTS (SELECT 1 FROM {search} s WHERE s.subject_id = r.subject_id) ORDER BY r.seq"
    )
    key: Any = batch.id if is_postgres() else batch.id.hex
    session().execute(stmt, {"batch": key, "first": first, "last": first + AT_ONCE})
    index_changed(batch.kind, list(_corrected_since(batch, first)))


def _corrected_since(batch: ImportBatch, first: int) -> Iterator[Staged]:
    model = MODELS[batch.kind]
    stmt = select(model.id).where(model.version > 1, model.id.in_(_new_ids(batch.id, first)))
    corrected = set(session().scalars(stmt))
    return (row for row in staged_rows(batch.id, first, first + AT_ONCE, (Outcome.NEW,)) if row.subject_id in corrected)


def _finish(batch_id: UUID, rows: int, actor: Actor) -> Generator[Step, None, None]:
    batch = _batch(batch_id)
    refresh_statistics(RecordChange.__tablename__, ImportRow.__tablename__)
    while batch.finished_to < rows - 1:
        first = batch.finished_to + 1
        if batch.update_existing:
            index_changed(batch.kind, staged_rows(batch.id, first, first + AT_ONCE, (Outcome.CORRECTION,)))
        _tell_histories(batch, first, actor)
        batch.finished_to = min(first + AT_ONCE, rows) - 1
        yield Step(rows + batch.finished_to + 1, 2 * rows, FINISHING)
        batch = _batch(batch_id)
    batch.state = BatchState.UNDONE
    batch.version += 1
    yield Step(2 * rows, 2 * rows, FINISHING)


def _tell_histories(batch: ImportBatch, first: int, actor: Actor) -> None:
    """The histories keep that something was imported and taken back: a line after the batch's own, by record."""
    told = aliased(RecordChange)
    said = [
        *(told.subject_kind, told.subject_id, told.subject_key, told.version + 1),
        *(literal(batch.undone_at, RecordChange.at.type), literal(RecordAct.UNDONE.value)),
        *(literal(actor.username), literal(actor.name), literal(actor.role[:40]), told.batch_id),
    ]
    own = and_(ImportRow.batch_id == told.batch_id, ImportRow.subject_id == told.subject_id)
    lines = select(*said).distinct().join(ImportRow, own)
    lines = lines.where(told.subject_kind == SUBJECTS[batch.kind], told.batch_id == batch.id, *_from_place(first))
    columns = ("subject_kind", "subject_id", "subject_key", "version", "at", "act", "actor_username", "actor_name",
               "actor_role", "batch_id")  # fmt: skip
    session().execute(insert(RecordChange).from_select(columns, lines, include_defaults=False))
