"""Applying a judged batch: gathered outside the lock, written set-based in one short transaction, finished in steps.

What is written in the one transaction is the register itself, the entry in the trail and the signals. The search
index and the histories of the rows follow at once in small steps, so that nobody waits for them; after a crash they
go on where they stood.
"""

from collections.abc import Generator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from regulator.features.audit import actions as audit
from regulator.features.registry.actions.nature import claim_nature, touch_register
from regulator.features.registry.imports import batches
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.contracts_after import refresh_contracts
from regulator.features.registry.imports.finishing import finish_rows
from regulator.features.registry.imports.matters_after import Concerned, follow_batch
from regulator.features.registry.imports.models import ImportBatch, ImportRow
from regulator.features.registry.imports.telling import Telling
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.imports.writing import (
    AT_ONCE,
    Origin,
    RegisterMoved,
    Staged,
    Writes,
    staged_companies,
    staged_rows,
)
from regulator.features.registry.imports.writing_companies import gather_companies, gather_people, write_new_companies
from regulator.features.registry.imports.writing_estates import (
    NewEstates,
    gather_contracts,
    gather_estates,
    gather_repeats,
)
from regulator.features.registry.models import CompanyLink
from regulator.features.registry.terms import RegisterNature
from regulator.foundation import clock
from regulator.foundation.database import session, thinking
from regulator.foundation.jobs import Step

GATHERING, WRITING, FINISHING = "gathering", "writing", "finishing"


def apply_batch(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``import.apply``."""
    batch_id = UUID(payload["batch"])
    batch = _batch(batch_id)
    if batch.state is not BatchState.APPLYING:
        return
    rows = (session().scalar(select(func.max(ImportRow.seq)).where(ImportRow.batch_id == batch_id)) or 0) + 1
    total = 2 * rows
    if batch.applied_at is None:
        writer = _Writer(batch)
        for first in range(0, rows, AT_ONCE):
            with thinking():
                writer.gather(first)
            yield Step(min(first + AT_ONCE, rows), total, GATHERING)
        if not _write(batch_id, writer):
            yield Step(0, total, GATHERING)
            return
        yield Step(rows, total, WRITING)
        del writer
    yield from _finish(batch_id, rows)


def _batch(batch_id: UUID) -> ImportBatch:
    return session().get_one(ImportBatch, batch_id, populate_existing=True)


def _write(batch_id: UUID, writer: "_Writer") -> bool:
    """Write everything, or nothing when the register has moved since the rows were judged: then judge anew."""
    try:
        with session().begin_nested():
            writer.write(_batch(batch_id))
    except RegisterMoved:
        batch = _batch(batch_id)
        batch.error_code = batches.REGISTER_MOVED
        session().execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
        batches.start_judging(batch, clock.now())
        return False
    return True


class _Writer:
    """Gathers what a batch writes and writes it."""

    def __init__(self, batch: ImportBatch) -> None:
        self._kind, self._batch_id = batch.kind, batch.id
        self._outcomes = batches.outcomes_taken(batch)
        plan = batches.plan_from_json(batch.plan)
        self._origin = Origin(batch.id, clock.now(), plan.as_of)
        self._writes = Writes()
        self._estates = NewEstates()
        self._telling = Telling(batch.kind, batch.id)
        self._estate_codes: set[str] = set()
        self._estate_keys: set[UUID] = set()

    def gather(self, first: int) -> None:
        """Make the rows from a place on ready."""
        if self._kind is Kind.COMPANIES:
            self._gather_companies(first)
            return
        rows = staged_rows(self._batch_id, first, first + AT_ONCE, self._outcomes)
        self._gather(rows, first)
        self._telling.gather(rows)

    def _gather_companies(self, first: int) -> None:
        """New companies are written from the judged rows by the database itself; the others are looked at here."""
        rows = staged_companies(self._batch_id, first, first + AT_ONCE, self._outcomes)
        gather_companies(rows, self._writes)
        self._telling.gather([row for row in rows if row.outcome is not Outcome.NEW])
        self._telling.gather_new(first, first + AT_ONCE)

    def _gather(self, rows: list[Staged], first: int) -> None:
        match self._kind:
            case Kind.PEOPLE:
                gather_people(rows, self._origin, self._writes)
            case Kind.ESTATES:
                gather_estates(rows, self._origin, self._writes, self._estates)
                unchanged = staged_rows(self._batch_id, first, first + AT_ONCE, (Outcome.UNCHANGED,))
                gather_repeats([*rows, *unchanged], self._origin, self._writes)
                self._estate_keys.update(row.subject_id for row in rows if row.services)
            case Kind.CONTRACTS:
                gather_contracts(rows, self._origin, self._writes)
                self._estate_codes.update(row.links["estate_code"] for row in rows)

    def write(self, batch: ImportBatch) -> None:
        """All of it in the transaction at hand. Raises RegisterMoved."""
        now = self._origin.now
        claim_nature(RegisterNature.REAL, now)
        self._telling.before()
        self._writes.write_changes(now)
        if self._kind is Kind.COMPANIES:
            write_new_companies(self._origin)
        self._estates.write()
        self._writes.write_inserts()
        if self._kind in (Kind.CONTRACTS, Kind.ESTATES):
            refresh_contracts(self._estate_codes, self._estate_keys, batch_id=self._batch_id, now=now)
        self._telling.after()
        self._writes.write_undo(self._batch_id)
        self._note(batch)
        follow_batch(self._concerned(), actor=batches.actor_from_json(batch.actor), now=now)

    def _concerned(self) -> Concerned:
        links = self._writes.changed(CompanyLink)
        return Concerned(self._batch_id if self._kind is Kind.ESTATES else None, links, self._estate_codes)

    def _note(self, batch: ImportBatch) -> None:
        now = self._origin.now
        batch.applied_at, batch.finished_to = now, -1
        batch.error_code = None
        batch.version += 1
        taken = {outcome: count for outcome, count in _counted(batch).items() if outcome in self._outcomes}
        audit.record(
            batches.actor_from_json(batch.actor),
            f"import.applied_{batch.kind.value}",
            "import",
            str(batch.id),
            now=now,
            facts={
                "file": batch.file_name, "sha256": batch.content_hash, "as_of": self._origin.as_of.isoformat(),
                "read": batch.rows_read, "new": taken.get(Outcome.NEW, 0), "changed": taken.get(Outcome.CHANGE, 0),
                "corrected": taken.get(Outcome.CORRECTION, 0), "rejected": batch.rows_rejected,
            },
        )  # fmt: skip
        if any(taken.values()):
            touch_register(now)


def _counted(batch: ImportBatch) -> dict[Outcome, int]:
    """How many rows there are of each outcome that changes the register, as judged."""
    return {
        Outcome.NEW: batch.rows_new,
        Outcome.CHANGE: batch.rows_changed,
        Outcome.CORRECTION: batch.rows_to_correct,
    }


def _finish(batch_id: UUID, rows: int) -> Generator[Step, None, None]:
    batch = _batch(batch_id)
    while batch.finished_to < rows - 1:
        first = batch.finished_to + 1
        finish_rows(batch, first, first + AT_ONCE, batches.outcomes_taken(batch))
        batch.finished_to = min(first + AT_ONCE, rows) - 1
        yield Step(rows + batch.finished_to + 1, 2 * rows, FINISHING)
        batch = _batch(batch_id)
    batch.state = BatchState.APPLIED
    batches.forget(batch)
    yield Step(2 * rows, 2 * rows, FINISHING)
