"""Judging a batch and keeping its rows, a few thousand at a time; each step is small and can be begun anew."""

import base64
import json
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import func, select

from regulator.features.registry.imports import batches, vault
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.judge import Judge
from regulator.features.registry.imports.models import ImportBatch, ImportRow
from regulator.features.registry.imports.recognise import Plan, data_rows
from regulator.features.registry.imports.register_facts import DatabaseFacts
from regulator.features.registry.imports.rows import Problem
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.verdicts import Judged, Outcome
from regulator.features.registry.rules.resident_id import mask_id
from regulator.features.registry.terms import CompanyStatus, Condition, DeclaredGrade, EstateKind
from regulator.features.registry.tokens import company_tokens, estate_tokens, person_tokens
from regulator.foundation import clock, crypto
from regulator.foundation.database import new_key, session, thinking
from regulator.foundation.errors import BadInput
from regulator.foundation.jobs import Step
from regulator.foundation.prepared import prepare_rows
from regulator.foundation.tables import Row, Table

AT_ONCE = 2_500
"""Rows judged and kept in one step: well under a second of reckoning, a few hundredths of writing."""
PHASE = "judging"
COLUMNS = (
    "batch_id", "seq", "sheet", "number", "outcome", "is_flagged", "key", "subject_id", "version", "division_code",
    "problems", "remarks", "payload", "tokens", "cells", "cells_key_id",
)  # fmt: skip


def judge_batch(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``import.judge``: judges every row from the first, keeps those not kept yet, sums up.

    After a crash the rows kept already are judged again, since later rows depend on them, but not kept twice.
    """
    batch_id = UUID(payload["batch"])
    try:
        yield from _judge(batch_id)
    except BadInput as error:
        batch = session().get_one(ImportBatch, batch_id, populate_existing=True)
        batch.state, batch.error_code = BatchState.FAILED, error.code
        batch.version += 1
        batches.forget(batch)
        yield Step(1, 1, PHASE)


def _judge(batch_id: UUID) -> Generator[Step, None, None]:
    batch = session().get_one(ImportBatch, batch_id, populate_existing=True)
    if batch.state is not BatchState.JUDGING or batch.stored is None:
        return
    kind, stored, plan = batch.kind, batch.stored, batches.plan_from_json(batch.plan)
    scope = batches.scope_from_json(batch.scope)
    kept_to = session().scalar(select(func.max(ImportRow.seq)).where(ImportRow.batch_id == batch_id))
    with ExitStack() as held:
        with thinking():
            table = held.enter_context(vault.opened_table(stored))
            judge = Judge(kind, DatabaseFacts(scope, clock.today()))
            total = sum(table.height(sheet.layout.sheet) for sheet in plan.sheets) or 1
        done = 0
        for rows in _portions(table, plan):
            with thinking():
                keeper = _Keeper(batch_id, kind, done, -1 if kept_to is None else kept_to)
                prepared = keeper.prepare(judge, plan, rows)
            if prepared is not None:
                prepared.insert(session())
            done += len(rows)
            yield Step(min(done, total), max(done, total), PHASE)
    _sum_up(session().get_one(ImportBatch, batch_id, populate_existing=True))
    yield Step(total, total, PHASE)


def _portions(table: Table, plan: Plan) -> Iterator[list[Row]]:
    """Rows of one sheet at a time, in the order of the file."""
    for sheet in plan.sheets:
        rows = data_rows(table, sheet.layout)
        while portion := list(islice(rows, AT_ONCE)):
            yield portion


class _Keeper:
    """Turns the verdicts on some rows into rows of the staging table."""

    def __init__(self, batch_id: UUID, kind: Kind, first: int, kept_to: int) -> None:
        self._batch_id, self._kind, self._first, self._kept_to = batch_id, kind, first, kept_to

    def prepare(self, judge: Judge, plan: Plan, rows: Sequence[Row]) -> Any:
        """The prepared insert of what is not kept yet, None when all of it is."""
        sheet = next(one for one in plan.sheets if one.layout.sheet == rows[0].sheet)
        judged = judge.judge(sheet.layout, sheet.file, rows)
        kept = [
            self._row(seq, verdict, row)
            for seq, (verdict, row) in enumerate(zip(judged, rows, strict=True), start=self._first)
            if seq > self._kept_to
        ]
        return prepare_rows(session(), ImportRow.__table__, COLUMNS, kept) if kept else None

    def _row(self, seq: int, verdict: Judged, row: Row) -> tuple[Any, ...]:
        outcome = verdict.outcome
        shown = outcome in (Outcome.REJECTED, Outcome.CORRECTION, Outcome.CHANGE) or bool(verdict.remarks)
        taken = outcome is not Outcome.REJECTED
        flagged = bool(verdict.remarks and verdict.flags)
        if taken and self._kind is Kind.PEOPLE:
            _veil(verdict)
        subject = new_key() if outcome is Outcome.NEW else verdict.known_id
        return (
            *(self._batch_id, seq, verdict.sheet, verdict.number, outcome.value, flagged),
            *(verdict.key if taken else None, subject, verdict.version, verdict.division_code),
            *(_said(verdict.problems), _said(verdict.remarks), _payload(verdict) if taken else "{}"),
            _tokens(self._kind, verdict) if outcome is Outcome.NEW else None,
            *((vault.seal_cells(row.cells), crypto.key_id()) if shown else (None, None)),
        )


def _said(problems: Sequence[Problem]) -> str:
    return json.dumps([[problem.reason.value, problem.column] for problem in problems]) if problems else "[]"


def _veil(verdict: Judged) -> None:
    """A resident ID number is kept as hash, cipher and mask only."""
    number = verdict.key or ""
    verdict.key = crypto.matching_hash(number)
    verdict.links |= {
        "cipher": base64.b64encode(crypto.encrypt(number)).decode(),
        "key_id": crypto.key_id(),
        "masked": mask_id(number),
    }


def _payload(verdict: Judged) -> str:
    said: dict[str, Any] = {"record": verdict.record, "links": verdict.links}
    if verdict.services:
        said["services"] = verdict.services
    if verdict.differences:
        said["differences"] = verdict.differences
    return to_json(said).decode()


def _tokens(kind: Kind, verdict: Judged) -> str | None:
    record = verdict.record
    if kind is Kind.COMPANIES:
        grade = record.get("declared_grade")
        return company_tokens(
            name=record["name"],
            other_names=record.get("former_names", ()),
            addresses=(record.get("registered_address"),),
            division_code=record.get("division_code"),
            status=CompanyStatus(record.get("status", CompanyStatus.OPERATING)),
            declared_grade=DeclaredGrade(grade) if grade else None,
        )
    if kind is Kind.ESTATES:
        return estate_tokens(
            name=verdict.key or "",
            other_names=record.get("aliases", ()),
            addresses=(record.get("address"),),
            division_code=verdict.division_code or "",
            kind=EstateKind(record.get("kind", EstateKind.RESIDENTIAL)),
            condition=Condition(record.get("condition", Condition.OCCUPIED)),
        )
    return person_tokens(name=record["name"]) if kind is Kind.PEOPLE else None


def _sum_up(batch: ImportBatch) -> None:
    """The figures of the batch, from its rows."""
    stmt = select(ImportRow.outcome, func.count()).where(ImportRow.batch_id == batch.id).group_by(ImportRow.outcome)
    counts: Counter[Outcome] = Counter(dict(session().execute(stmt).all()))
    flagged = select(func.count()).where(ImportRow.batch_id == batch.id, ImportRow.is_flagged)
    batch.rows_read = sum(counts.values())
    batch.rows_new = counts[Outcome.NEW]
    batch.rows_unchanged = counts[Outcome.UNCHANGED]
    batch.rows_changed = counts[Outcome.CHANGE]
    batch.rows_to_correct = counts[Outcome.CORRECTION]
    batch.rows_rejected = counts[Outcome.REJECTED]
    batch.rows_flagged = session().scalar(flagged) or 0
    batch.state, batch.judged_at = BatchState.JUDGED, clock.now()
    batch.version += 1
    session().flush()
