"""Asking for a batch to be taken back, and what stands in the way: nothing is undone over somebody's later work.

The taking back itself is the worker's (``taking_back``); it asks here once more before it writes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from regulator.features.audit.terms import Actor
from regulator.features.registry.imports import batches
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.finishing import business_keys
from regulator.features.registry.imports.models import ImportBatch, ImportRow
from regulator.features.registry.imports.terms import BatchState, LaterChange
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.models import (
    Committee,
    Company,
    CompanyLink,
    Contract,
    ContractDispute,
    Employment,
    Estate,
    ManagerAssignment,
    Notice,
    Person,
    Service,
    ServiceStatement,
)
from regulator.foundation import jobs
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

NAMED = 20
"""So many later changes are named when an undo is refused."""
MODELS: dict[Kind, Any] = {
    Kind.COMPANIES: Company,
    Kind.CONTRACTS: Contract,
    Kind.ESTATES: Estate,
    Kind.PEOPLE: Person,
}


_Rows = Select[int, UUID | None]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row of the batch somebody has worked on since: where it stands in the file, its key, what happened."""

    sheet: str
    number: int
    key: str
    what: LaterChange


@dataclass(frozen=True, slots=True)
class Obstacles:
    """How many rows of a batch were touched since, and the first of them by name."""

    count: int
    named: Sequence[Obstacle]


class LaterChanges(BadInput):
    """The batch cannot be taken back: ``found`` says what stands in the way."""

    def __init__(self, found: Obstacles) -> None:
        self.found = found
        super().__init__("later_changes", {"count": found.count})


def ask_undo(batch: ImportBatch, *, actor: Actor, now: datetime) -> UUID:
    """Have a batch taken back; gives the job. Asking twice is asking once.

    Raises LaterChanges, BadInput ``batch_not_applied``.
    """
    session().refresh(batch, with_for_update=True)
    if batch.state is BatchState.APPLIED:
        found = find_obstacles(batch)
        if found.count:
            raise LaterChanges(found)
        batch.state, batch.error_code = BatchState.UNDOING, None
        batch.version += 1
        session().flush()
    elif batch.state is not BatchState.UNDOING:
        raise BadInput("batch_not_applied")
    payload = {"batch": batch.id.hex, "actor": batches.actor_to_json(actor)}
    return jobs.enqueue(batches.UNDO_JOB, payload, subject=batch.id.hex, now=now, asked_by=actor.account_id)


# --- what stands in the way -----------------------------------------------------------------------------------------


def find_obstacles(batch: ImportBatch) -> Obstacles:
    """Records that are no longer as the batch left them, and later records that stand on them; a few statements."""
    found: dict[tuple[int, LaterChange], UUID] = {}
    for what, stmt in _questions(batch):
        found.update({(row.seq, what): row.subject_id for row in session().execute(stmt)})
    first = sorted(found)[:NAMED]
    return Obstacles(len({seq for seq, _ in found}), _named(batch, first))


def _named(batch: ImportBatch, found: Sequence[tuple[int, LaterChange]]) -> list[Obstacle]:
    stmt = select(ImportRow.seq, ImportRow.sheet, ImportRow.number, ImportRow.key, ImportRow.subject_id).where(
        ImportRow.batch_id == batch.id, ImportRow.seq.in_({seq for seq, _ in found})
    )
    rows = {row.seq: row for row in session().execute(stmt)}
    keys = business_keys(batch.kind, {row.subject_id: row.key for row in rows.values()})
    return [Obstacle(rows[seq].sheet, rows[seq].number, keys[rows[seq].subject_id], what) for seq, what in found]


def is_touched(batch: ImportBatch) -> bool:
    """Whether a record was worked on, asked again where it is put back; short, for everybody waits meanwhile.

    What stands on a record by a foreign key that does not cascade is not asked for: the database refuses by itself.
    """
    asked = [_changed(batch), *(stmt for _, column, stmt in _standing_on(batch) if _cascades(column))]
    return any(session().execute(stmt.limit(1)).first() is not None for stmt in asked)


def _cascades(column: Any) -> bool:
    return any(key.ondelete == "CASCADE" for key in column.property.columns[0].foreign_keys)


def _questions(batch: ImportBatch) -> Iterator[tuple[LaterChange, _Rows]]:
    """For each kind of later change the rows it touches."""
    yield LaterChange.CORRECTED, _changed(batch)
    yield from ((what, stmt) for what, _, stmt in _standing_on(batch))


def _written(batch: ImportBatch) -> _Rows:
    return select(ImportRow.seq, ImportRow.subject_id).where(
        ImportRow.batch_id == batch.id, ImportRow.outcome.in_(batches.outcomes_taken(batch))
    )


def _changed(batch: ImportBatch) -> _Rows:
    """Rows whose record is gone or was touched since: every act stamps it, taking the act back gives the stamp back."""
    model = MODELS[batch.kind]
    records = _written(batch).outerjoin(model, model.id == ImportRow.subject_id)
    return records.where(or_(model.id.is_(None), model.updated_at != batch.applied_at))


def _standing_on(batch: ImportBatch) -> Iterator[tuple[LaterChange, Any, _Rows]]:
    """Rows on whose record something stands that is not the batch's, by the column it stands there with."""
    new = _written(batch).where(ImportRow.outcome == Outcome.NEW)
    for what, column, condition in _DEPENDANTS[batch.kind](batch.id):
        yield what, column, new.join(column.class_, column == ImportRow.subject_id).where(condition)
    if batch.kind is Kind.ESTATES:  # periods opened on estates that were there before
        own = _written(batch).join(Service, Service.estate_id == ImportRow.subject_id)
        changed = own.where(Service.batch_id == batch.id, Service.updated_at != batch.applied_at)
        yield LaterChange.SERVICE_CORRECTED, Service.estate_id, changed
        yield LaterChange.SERVICE_CORRECTED, Service.estate_id, _judged_by(batch)


def _judged_by(batch: ImportBatch) -> _Rows:
    """Rows that said the same again, on whose word periods may have been judged since."""
    said = and_(ServiceStatement.batch_id == batch.id, ServiceStatement.estate_id == ImportRow.subject_id)
    rows = select(ImportRow.seq, ImportRow.subject_id).join(ServiceStatement, said)
    later = rows.join(Service, Service.estate_id == ImportRow.subject_id)
    return later.where(ImportRow.batch_id == batch.id, Service.updated_at > batch.applied_at)


_Dependant = tuple[LaterChange, Any, ColumnElement[bool]]


def _foreign(model: Any, batch_id: UUID) -> ColumnElement[bool]:
    return or_(model.batch_id != batch_id, model.batch_id.is_(None))


def _on_companies(batch_id: UUID) -> Iterator[_Dependant]:
    yield LaterChange.SERVICE_RECORDED, Service.company_id, _foreign(Service, batch_id)
    yield LaterChange.CONTRACT_RECORDED, Contract.company_id, _foreign(Contract, batch_id)
    yield LaterChange.EMPLOYMENT_RECORDED, Employment.company_id, _foreign(Employment, batch_id)
    yield LaterChange.LINK_SETTLED, CompanyLink.company_id, _foreign(CompanyLink, batch_id)
    yield LaterChange.NOTICE_RECORDED, Notice.company_id, _foreign(Notice, batch_id)


def _on_estates(batch_id: UUID) -> Iterator[_Dependant]:
    yield LaterChange.SERVICE_RECORDED, Service.estate_id, _foreign(Service, batch_id)
    yield LaterChange.CONTRACT_RECORDED, Contract.estate_id, _foreign(Contract, batch_id)
    yield LaterChange.LINK_SETTLED, CompanyLink.estate_id, CompanyLink.settled_at.is_not(None)
    yield LaterChange.COMMITTEE_RECORDED, Committee.estate_id, _foreign(Committee, batch_id)
    yield LaterChange.NOTICE_RECORDED, Notice.estate_id, _foreign(Notice, batch_id)
    yield LaterChange.MANAGER_ASSIGNED, ManagerAssignment.estate_id, true()


def _on_people(batch_id: UUID) -> Iterator[_Dependant]:
    yield LaterChange.EMPLOYMENT_RECORDED, Employment.person_id, _foreign(Employment, batch_id)
    yield LaterChange.MANAGER_ASSIGNED, ManagerAssignment.person_id, true()


def _on_contracts(_batch_id: UUID) -> Iterator[_Dependant]:
    settled = ContractDispute.settled_by.is_not(None)
    yield LaterChange.DISPUTE_SETTLED, ContractDispute.later_contract_id, settled
    yield LaterChange.DISPUTE_SETTLED, ContractDispute.earlier_contract_id, settled


_DEPENDANTS: dict[Kind, Callable[[UUID], Iterator[_Dependant]]] = {
    Kind.COMPANIES: _on_companies,
    Kind.CONTRACTS: _on_contracts,
    Kind.ESTATES: _on_estates,
    Kind.PEOPLE: _on_people,
}
"""Where others may have come to stand on new records since."""
