"""What is asked about batches: one, many, their rows, and the report of what came of a file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from regulator.features.registry.imports import vault
from regulator.features.registry.imports.models import ImportBatch, ImportRow
from regulator.features.registry.imports.reasons import Reason, Weight, find_reason
from regulator.features.registry.imports.verdicts import Outcome
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.paging import Page
from regulator.foundation.tables import Cell

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Objection:
    """A reason at a column, None where no single cell is at fault."""

    reason: Reason
    column: int | None


@dataclass(frozen=True, slots=True)
class RowView:
    """A judged row as people see it."""

    seq: int
    sheet: str
    number: int
    outcome: Outcome
    problems: tuple[Objection, ...]
    remarks: tuple[Objection, ...]
    differences: dict[str, tuple[Any, Any]]
    cells: tuple[Cell, ...]

    @property
    def reasons(self) -> list[Reason]:
        """Reasons against the row, the reported one first."""
        return [one.reason for one in self.problems if one.reason.weight is Weight.REJECTED]


def find_batch(batch_id: UUID) -> ImportBatch | None:
    """A batch by its key, as it stands now."""
    return session().get(ImportBatch, batch_id, populate_existing=True)


def parse_batch(said: str) -> ImportBatch:
    """A batch by what a person typed; raises NotFound."""
    try:
        found = find_batch(UUID(said))
    except ValueError as error:
        raise NotFound(said) from error
    if found is None:
        raise NotFound(said)
    return found


def get_own_batch(batch_id: UUID, account_id: UUID, authority_id: UUID | None, *, everything: bool) -> ImportBatch:
    """A batch its sender, the sender's authority or an official of the whole city may see. Raises NotFound."""
    found = find_batch(batch_id)
    if found is None or not (everything or found.account_id == account_id or _same(found.authority_id, authority_id)):
        raise NotFound(str(batch_id))
    return found


def _same(one: UUID | None, other: UUID | None) -> bool:
    return one is not None and one == other


def list_batches(
    account_id: UUID, authority_id: UUID | None, *, everything: bool, before: UUID | None = None, limit: int = 50
) -> Page[ImportBatch]:
    """The batches somebody may see, the latest first."""
    query = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit + 1)
    if not everything:
        mine: list[ColumnElement[bool]] = [ImportBatch.account_id == account_id]
        if authority_id is not None:
            mine.append(ImportBatch.authority_id == authority_id)
        query = query.where(or_(*mine))
    if before is not None:
        query = query.where(ImportBatch.id < before)
    found = session().scalars(query).all()
    return Page(tuple(found[:limit]), found[limit - 1].id.hex if len(found) > limit else None)


def list_rows(
    batch: ImportBatch, *, outcome: Outcome | None = None, flagged: bool = False, after: int = -1, limit: int = 50
) -> Page[RowView]:
    """Judged rows in the order of the file."""
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.seq > after)
    if outcome is not None:
        query = query.where(ImportRow.outcome == outcome)
    if flagged:
        query = query.where(ImportRow.is_flagged)
    found = session().scalars(query.order_by(ImportRow.seq).limit(limit + 1)).all()
    return Page(tuple(_view(row) for row in found[:limit]), str(found[limit - 1].seq) if len(found) > limit else None)


def not_taken(batch: ImportBatch) -> Iterator[RowView]:
    """Every row that is not taken, in the order of the file; proposed corrections nobody asked for among them."""
    outcomes = [Outcome.REJECTED] if batch.update_existing else [Outcome.REJECTED, Outcome.CORRECTION]
    after = -1
    while True:
        query = select(ImportRow).where(
            ImportRow.batch_id == batch.id, ImportRow.seq > after, ImportRow.outcome.in_(outcomes)
        )
        found = session().scalars(query.order_by(ImportRow.seq).limit(AT_ONCE)).all()
        if not found:
            return
        yield from map(_view, found)
        after = found[-1].seq
        session().expunge_all()


def _view(row: ImportRow) -> RowView:
    cells: tuple[Cell, ...] = ()
    if row.cells is not None and row.cells_key_id is not None:
        cells = tuple(vault.unseal_cells(row.cells, row.cells_key_id))
    problems = _objections(row.problems)
    if row.outcome is Outcome.CORRECTION:
        problems = (*problems, Objection(Reason.DIFFERS_FROM_REGISTER, None))
    said = json.loads(row.payload)
    return RowView(
        row.seq, row.sheet, row.number, row.outcome, problems, _objections(row.remarks),
        {name: (pair[0], pair[1]) for name, pair in said.get("differences", {}).items()}, cells,
    )  # fmt: skip


def _objections(said: str) -> tuple[Objection, ...]:
    return tuple(Objection(find_reason(code), column) for code, column in json.loads(said))


# --- the report -----------------------------------------------------------------------------------------------------


def report(batch: ImportBatch, *, dry_run: bool = False) -> dict[str, Any]:
    """What came of a file, in the shape other systems rely on; raises BadInput with the code of an unusable file."""
    if batch.error_code is not None and batch.rows_read == 0:
        raise BadInput(batch.error_code)
    rejected: dict[str, str] = {}
    reasons: dict[str, list[str]] = {}
    flagged: dict[str, str] = {}
    for row in _plain_rows(batch):
        place = f"{row.sheet}!{row.number}" if batch.plan["many_sheets"] else str(row.number)
        refused = row.outcome is Outcome.REJECTED
        if row.outcome is Outcome.CORRECTION and not batch.update_existing:
            rejected[place] = Reason.DIFFERS_FROM_REGISTER.value
            reasons[place] = [Reason.DIFFERS_FROM_REGISTER.value]
        elif refused:
            reasons[place] = [code for code, _ in json.loads(row.problems)]
            rejected[place] = next(code for code in reasons[place] if find_reason(code).weight is Weight.REJECTED)
        elif row.is_flagged:
            flagged[place] = next(
                code for code, _ in json.loads(row.remarks) if find_reason(code).weight is Weight.FLAG
            )
    corrected = batch.rows_to_correct if batch.update_existing else 0
    return {
        "file": batch.file_name,
        "batch": None if dry_run else str(batch.id),
        "read": batch.rows_read,
        "accepted": batch.rows_new + batch.rows_changed + batch.rows_unchanged + corrected,
        "unchanged": batch.rows_unchanged,
        "updated": batch.rows_changed + corrected,
        "rejected": len(rejected),
        "rejected_rows": rejected,
        "flagged_rows": flagged,
        "all_reasons": reasons,
    }


def _plain_rows(batch: ImportBatch) -> Iterator[Any]:
    columns = (ImportRow.seq, ImportRow.sheet, ImportRow.number, ImportRow.outcome, ImportRow.is_flagged,
               ImportRow.problems, ImportRow.remarks)  # fmt: skip
    marked = or_(ImportRow.outcome.in_((Outcome.REJECTED, Outcome.CORRECTION)), ImportRow.is_flagged)
    query = select(*columns).where(ImportRow.batch_id == batch.id, marked).order_by(ImportRow.seq)
    yield from session().execute(query.execution_options(yield_per=AT_ONCE))
