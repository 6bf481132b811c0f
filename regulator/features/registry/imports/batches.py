"""Acts on a batch: examine, send, set its columns, confirm, discard. Judging and applying are the worker's."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from regulator.features.audit import actions as audit
from regulator.features.audit.rules import mask_text
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import CodeRange, Scope
from regulator.features.registry.imports import vault
from regulator.features.registry.imports.columns import COLUMNS, Kind
from regulator.features.registry.imports.facts import FileFacts
from regulator.features.registry.imports.headers import Layout, with_columns
from regulator.features.registry.imports.models import ImportBatch, ImportMapping, ImportRow
from regulator.features.registry.imports.recognise import (
    Options,
    Plan,
    SheetPlan,
    data_rows,
    head_rows,
    missing_columns,
    recognise,
)
from regulator.features.registry.imports.register_facts import DatabaseFacts
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.verdicts import Outcome
from regulator.foundation import jobs
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import Datum
from regulator.foundation.tables import Table, as_shown, open_table

JUDGE_JOB = "import.judge"
APPLY_JOB = "import.apply"
UNDO_JOB = "import.undo"
WORK = {BatchState.JUDGING: JUDGE_JOB, BatchState.APPLYING: APPLY_JOB, BatchState.UNDOING: UNDO_JOB}
"""The job that is at work while a batch is in a state."""
GAVE_UP, REGISTER_MOVED = BadInput("import_gave_up").code, BadInput("register_moved").code
"""What the page of a batch says of work that failed for good, or that is judged anew."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a file, and for what territory."""

    actor: Actor
    scope: Scope
    authority_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the sender says beside the file."""

    as_of: date | None = None
    datum: str | None = None
    update: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that can be used: its plan, the name of its encrypted copy and the SHA-256 of its content."""

    kind: Kind
    plan: dict[str, Any]
    stored: str
    content_hash: str

    def forget(self) -> None:
        """Nobody wants the file after all."""
        vault.forget_file(self.stored)


def examine_file(
    kind: Kind, path: Path, *, sender: Sender, wishes: Wishes, today: date, judged_here: bool = False
) -> Examined:
    """Recognise a file and keep its copy; writes nothing into the database. Raises ``BadInput``.

    Takes seconds for a big workbook: it belongs before the transaction in which the file is sent. What is
    ``judged_here``, by this process at once, is read once only.
    """
    if wishes.datum is not None and wishes.datum not in set(Datum):
        raise BadInput("datum_unknown", about="datum")
    with ExitStack() as held:
        table = held.enter_context(open_table(path))
        plan = _recognise(kind, table, sender, wishes, today)
        examined = Examined(kind, plan, *vault.keep_file(path))
        if judged_here:
            vault.keep_at_hand(examined.stored, table, held.pop_all())
    return examined


def send_file(examined: Examined, file_name: str, *, sender: Sender, wishes: Wishes, now: datetime) -> ImportBatch:
    """Make a batch of a file that was examined; its columns wait for somebody to confirm them."""
    batch = ImportBatch(
        id=new_key(),
        kind=examined.kind,
        state=BatchState.RECOGNISED,
        file_name=file_name[-255:],
        stored=examined.stored,
        content_hash=examined.content_hash,
        account_id=sender.actor.account_id,
        authority_id=sender.authority_id,
        actor=actor_to_json(sender.actor),
        scope=scope_to_json(sender.scope),
        as_of=wishes.as_of,
        datum=wishes.datum,
        update_existing=wishes.update,
        plan=examined.plan,
        sent_at=now,
    )
    session().add(batch)
    session().flush()
    return batch


def _recognise(kind: Kind, table: Table, sender: Sender, wishes: Wishes, today: date) -> dict[str, Any]:
    facts = DatabaseFacts(sender.scope, today)
    plan = recognise(kind, table, facts.places, Options(today, wishes.as_of, wishes.datum))
    plan = _as_saved(plan, kind, sender.authority_id)
    heads = {
        sheet.layout.sheet: [vault.cells_to_json(row.cells) for row in head_rows(table, sheet.layout)]
        for sheet in plan.sheets
    }
    samples = {sheet.layout.sheet: _sample(table, sheet.layout) for sheet in plan.sheets}
    return {**plan_to_json(plan), "heads": heads, "samples": samples, "many_sheets": len(table.sheets) > 1}


def _sample(table: Table, layout: Layout) -> list[list[str]]:
    """The first rows as words, without people's numbers in whatever column: to recognise columns by, not to read."""
    sensitive = {column for column, name in layout.columns.items() if name in ("id_number", "phone")}
    rows = islice(data_rows(table, layout), 3)
    return [
        ["•••" if column in sensitive and cell else mask_text(as_shown(cell)) for column, cell in enumerate(row.cells)]
        for row in rows
    ]


# --- the columns ----------------------------------------------------------------------------------------------------


def set_columns(batch: ImportBatch, chosen: Mapping[str, Mapping[int, str]], *, wishes: Wishes, now: datetime) -> None:
    """Take the columns and the datum a person settled on, remember them for the authority, and have it judged.

    ``chosen`` gives for each sheet the field of each column; a sheet of which no column is taken is passed over.
    Raises BadInput ``column_missing``, ``column_twice``, ``datum_missing``, ``datum_conflict``.
    """
    if batch.state is not BatchState.RECOGNISED:
        raise BadInput("batch_not_recognised")
    plan = plan_from_json(batch.plan)
    left_out = {name for name, columns in chosen.items() if not columns}
    read = [sheet for sheet in plan.sheets if sheet.layout.sheet not in left_out] or list(plan.sheets)
    settled = [_with_columns(sheet, chosen.get(sheet.layout.sheet), batch.kind) for sheet in read]
    sheets = tuple(_with_wishes(sheet, wishes, given_before=batch.datum) for sheet in settled)
    if batch.authority_id is not None:
        for before, after in zip(read, sheets, strict=True):
            if before.layout.columns != after.layout.columns:
                _save_mapping(batch, after.layout, now)
    passed_over = (*plan.passed_over, *(one.layout.sheet for one in plan.sheets if one not in read))
    batch.plan = {**batch.plan, **plan_to_json(Plan(sheets, passed_over))}
    batch.as_of, batch.datum = wishes.as_of or batch.as_of, wishes.datum or batch.datum
    start_judging(batch, now)


def start_judging(batch: ImportBatch, now: datetime) -> UUID:
    """Have the batch judged; gives the job."""
    batch.state = BatchState.JUDGING
    batch.version += 1
    session().flush()
    return jobs.enqueue(JUDGE_JOB, {"batch": batch.id.hex}, subject=batch.id.hex, now=now, asked_by=batch.account_id)


def _with_columns(sheet: SheetPlan, chosen: Mapping[int, str] | None, kind: Kind) -> SheetPlan:
    if chosen is None:
        return sheet
    known = {column.field for column in COLUMNS[kind]}
    columns = {column: name for column, name in chosen.items() if name in known}
    taken = [name for name in columns.values() if name != "ignored"]
    if len(taken) != len(set(taken)):
        raise BadInput("column_twice", about="columns")
    layout = with_columns(kind, sheet.layout, columns)
    if missing := missing_columns(kind, layout):
        raise BadInput("column_missing", {"fields": missing}, about="columns")
    return replace(sheet, layout=layout)


def _with_wishes(sheet: SheetPlan, wishes: Wishes, *, given_before: str | None) -> SheetPlan:
    """The sheet with the day and the datum chosen; what the file declares itself is not chosen otherwise."""
    file = sheet.file
    declared = file.datum if given_before is None else None
    if wishes.datum is not None and declared is not None and wishes.datum != declared:
        raise BadInput("datum_conflict", {"stated": declared, "given": wishes.datum}, about="datum")
    file = replace(file, as_of=wishes.as_of or file.as_of, datum=wishes.datum or file.datum)
    if file.datum is None and "longitude" in sheet.layout.columns.values():
        raise BadInput("datum_missing", about="datum")
    return replace(sheet, file=file)


def _titles_hash(layout: Layout) -> str:
    said = json.dumps(sorted(layout.titles.items()), ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _as_saved(plan: Plan, kind: Kind, authority_id: UUID | None) -> Plan:
    """The plan with the columns the authority settled on for these titles before."""
    if authority_id is None:
        return plan
    sheets = []
    for sheet in plan.sheets:
        stmt = select(ImportMapping.columns).where(
            ImportMapping.authority_id == authority_id,
            ImportMapping.kind == kind,
            ImportMapping.titles_hash == _titles_hash(sheet.layout),
        )
        saved = session().scalar(stmt)
        chosen = {int(column): name for column, name in saved.items()} if saved else None
        sheets.append(_with_columns(sheet, chosen, kind))
    return replace(plan, sheets=tuple(sheets))


def _save_mapping(batch: ImportBatch, layout: Layout, now: datetime) -> None:
    titles = _titles_hash(layout)
    session().execute(
        delete(ImportMapping).where(
            ImportMapping.authority_id == batch.authority_id,
            ImportMapping.kind == batch.kind,
            ImportMapping.titles_hash == titles,
        )
    )
    columns = {str(column): name for column, name in layout.columns.items()}
    session().add(
        ImportMapping(
            id=new_key(), authority_id=batch.authority_id, kind=batch.kind, titles_hash=titles, columns=columns,
            saved_at=now, saved_by=batch.actor["username"],
        )
    )  # fmt: skip


def find_work(batch: ImportBatch) -> UUID | None:
    """The open job of a batch that is being worked on, None when there is none."""
    kind = WORK.get(batch.state)
    return jobs.find_open_job(f"{kind}:{batch.id.hex}") if kind else None


def outcomes_taken(batch: ImportBatch) -> tuple[Outcome, ...]:
    """The outcomes that are written; proposed corrections only on demand."""
    corrections = (Outcome.CORRECTION,) if batch.update_existing else ()
    return (Outcome.NEW, Outcome.CHANGE, *corrections)


# --- confirming, discarding -----------------------------------------------------------------------------------------


def confirm_batch(batch: ImportBatch, *, update: bool | None = None, actor: Actor, now: datetime) -> UUID:
    """Have the judged rows applied; gives the job. ``update`` takes the proposed corrections too.

    Confirming twice is one confirmation. Raises BadInput ``batch_not_judged``.
    """
    if batch.state is BatchState.JUDGED:
        batch.state = BatchState.APPLYING
        batch.version += 1
        if update is not None:
            batch.update_existing = update
        batch.actor = actor_to_json(actor)
        session().flush()
    elif batch.state not in (BatchState.APPLYING, BatchState.APPLIED):
        raise BadInput("batch_not_judged")
    return jobs.enqueue(APPLY_JOB, {"batch": batch.id.hex}, subject=batch.id.hex, now=now, asked_by=batch.account_id)


def discard_batch(batch: ImportBatch, *, actor: Actor, now: datetime) -> None:
    """Let go of a batch nothing was taken from."""
    if batch.state not in (BatchState.RECOGNISED, BatchState.JUDGED, BatchState.FAILED):
        raise BadInput("batch_not_open")
    batch.state = BatchState.DISCARDED
    batch.version += 1
    session().execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    forget(batch)
    audit.record(actor, "import.discarded", "import", str(batch.id), now=now, facts={"file": batch.file_name})


def give_up(payload: Mapping[str, Any], code: str) -> None:
    """Say at the batch that the work on it has failed for good, so that nobody waits and it can be let go of.

    Once the rows are in the register, or taken out of it, only index and histories are left to do: then it stays the
    worker's. A batch that was to be taken back can be asked for again.
    """
    batch = session().get_one(ImportBatch, UUID(payload["batch"]), populate_existing=True)
    undoing = batch.state is BatchState.UNDOING and batch.undone_at is None
    if not undoing and (not batch.state.is_working or batch.applied_at is not None):
        return
    batch.state = BatchState.APPLIED if undoing else BatchState.FAILED
    batch.error_code = GAVE_UP if code in (jobs.INTERNAL, jobs.WORKER_LOST) else code
    batch.version += 1
    if not undoing:
        forget(batch)


def forget(batch: ImportBatch) -> None:
    """Remove the copy of the file; its name and hash stay."""
    vault.forget_file(batch.stored)
    batch.stored = None
    session().flush()


# --- values as JSON -------------------------------------------------------------------------------------------------


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain values."""
    return {
        "sheets": [{"layout": sheet.layout.to_json(), "file": _file_to_json(sheet.file)} for sheet in plan.sheets],
        "passed_over": list(plan.passed_over),
    }


def plan_from_json(given: Mapping[str, Any]) -> Plan:
    """A plan from its plain values."""
    sheets = tuple(SheetPlan(Layout.from_json(one["layout"]), _file_from_json(one["file"])) for one in given["sheets"])
    return Plan(sheets, tuple(given["passed_over"]))


def _file_to_json(file: FileFacts) -> dict[str, Any]:
    return {
        "as_of": file.as_of.isoformat(), "datum": file.datum, "district": file.district,
        "estate_kind": file.estate_kind, "condition": file.condition,
    }  # fmt: skip


def _file_from_json(given: Mapping[str, Any]) -> FileFacts:
    return FileFacts(**{**given, "as_of": date.fromisoformat(given["as_of"])})


def actor_to_json(actor: Actor) -> dict[str, Any]:
    """An actor as plain values."""
    return {
        "account_id": str(actor.account_id) if actor.account_id else None, "username": actor.username,
        "name": actor.name, "role": actor.role, "scope": actor.scope, "address": actor.address,
        "deputy_for": actor.deputy_for,
    }  # fmt: skip


def actor_from_json(given: Mapping[str, Any]) -> Actor:
    """An actor from plain values."""
    account_id = UUID(given["account_id"]) if given["account_id"] else None
    return Actor(**{**given, "account_id": account_id})


def scope_to_json(scope: Scope) -> dict[str, Any]:
    """A scope as plain values."""
    return {
        "ranges": [[part.low, part.high] for part in scope.ranges], "credit_code": scope.credit_code,
        "label": scope.label,
    }  # fmt: skip


def scope_from_json(given: Mapping[str, Any]) -> Scope:
    """A scope from plain values."""
    return Scope(tuple(CodeRange(low, high) for low, high in given["ranges"]), given["credit_code"], given["label"])
