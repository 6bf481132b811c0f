"""What follows the writing of a batch in small steps: the index its rows are found by, and their histories."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, insert, literal, select, text

from regulator.features.registry.actions.reindexing import reindex_company, reindex_estate, reindex_person
from regulator.features.registry.facts import masked
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.models import ImportBatch, ImportRow
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.imports.writing import AT_ONCE, Staged, staged_rows
from regulator.features.registry.models import Company, Estate, Person, RecordChange
from regulator.features.registry.terms import RecordAct, SubjectKind
from regulator.foundation.database import is_postgres, session
from regulator.foundation.prepared import prepare_rows

SUBJECTS = {
    Kind.COMPANIES: SubjectKind.COMPANY,
    Kind.CONTRACTS: SubjectKind.CONTRACT,
    Kind.ESTATES: SubjectKind.ESTATE,
    Kind.PEOPLE: SubjectKind.PERSON,
}
SEARCHES = {Kind.COMPANIES: "company_search", Kind.ESTATES: "estate_search", Kind.PEOPLE: "person_search"}
HISTORY = (
    "subject_kind", "subject_id", "subject_key", "version", "at", "act", "field", "before", "after", "actor_username",
    "actor_name", "actor_role", "batch_id",
)  # fmt: skip
FIELD_NAMES = {
    "former_names": "former_name",
    "aliases": "alias",
    "certificates": "certificate",
    "credit_code": "company",
}


def finish_rows(batch: ImportBatch, first: int, last: int, outcomes: Sequence[Outcome]) -> None:
    """Index the rows between two places of the file and begin or continue their histories."""
    _index_new(batch, first, last)
    _begin_histories(batch, first, last)
    rows = staged_rows(batch.id, first, last, [outcome for outcome in outcomes if outcome is not Outcome.NEW])
    index_changed(batch.kind, [row for row in rows if row.outcome is Outcome.CORRECTION])
    told = list(_histories(batch, rows))
    prepare_rows(session(), RecordChange.__table__, HISTORY, told).insert(session())


def _index_new(batch: ImportBatch, first: int, last: int) -> None:
    search = SEARCHES.get(batch.kind)
    if search is None:
        return
    stmt = text(
        f"INSERT INTO {search} (subject_id, tokens) SELECT subject_id, tokens FROM import_row"  # noqa: S608  # our own names
        " WHERE batch_id = :batch AND outcome = 'new' AND seq >= :first AND seq < :last ORDER BY seq"
    )
    key: Any = batch.id if is_postgres() else batch.id.hex
    session().execute(stmt, {"batch": key, "first": first, "last": last})


def _begin_histories(batch: ImportBatch, first: int, last: int) -> None:
    """The first line of each new record's history, set-based."""
    kind = SUBJECTS[batch.kind]
    key: Any = {
        Kind.ESTATES: Estate.code,
        Kind.PEOPLE: person_key(),
    }.get(batch.kind, ImportRow.key)
    said = [
        literal(kind, RecordChange.subject_kind.type), ImportRow.subject_id, key, literal(1),
        literal(batch.applied_at, RecordChange.at.type), literal(RecordAct.IMPORTED.value),
        literal(batch.actor["username"]), literal(batch.actor["name"]), literal(batch.actor["role"][:40]),
        ImportRow.batch_id,
    ]  # fmt: skip
    rows = select(*said).where(
        ImportRow.batch_id == batch.id, ImportRow.seq >= first, ImportRow.seq < last, ImportRow.outcome == Outcome.NEW
    )
    if batch.kind is Kind.ESTATES:
        rows = rows.join(Estate, Estate.id == ImportRow.subject_id)
    columns = [name for name in HISTORY if name not in ("field", "before", "after")]
    session().execute(insert(RecordChange).from_select(columns, rows.order_by(ImportRow.seq), include_defaults=False))


def person_key() -> Any:
    """The inner key of a person as text: what a person's history goes by."""
    if is_postgres():
        return cast(ImportRow.subject_id, String)
    hexadecimal = cast(ImportRow.subject_id, String)
    parts = [func.substr(hexadecimal, at, size) for at, size in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    joined: Any = parts[0]
    for part in parts[1:]:
        joined = joined.op("||")("-").op("||")(part)
    return joined


def index_changed(kind: Kind, rows: Sequence[Staged]) -> None:
    for row in rows:
        if kind is Kind.COMPANIES:
            reindex_company(session().get_one(Company, row.subject_id, populate_existing=True))
        elif kind is Kind.ESTATES:
            reindex_estate(session().get_one(Estate, row.subject_id, populate_existing=True))
        elif kind is Kind.PEOPLE:
            reindex_person(session().get_one(Person, row.subject_id, populate_existing=True))


def _histories(batch: ImportBatch, rows: Sequence[Staged]) -> Iterator[tuple[Any, ...]]:
    """A line for each field of each changed record."""
    keys = business_keys(batch.kind, {row.subject_id: row.key for row in rows})
    kind = SUBJECTS[batch.kind]
    who = (batch.actor["username"], batch.actor["name"], batch.actor["role"][:40], batch.id)
    for row in rows:
        head = (kind, row.subject_id, keys[row.subject_id], (row.version or 0) + 1, batch.applied_at)
        act = RecordAct.CORRECTED if row.outcome is Outcome.CORRECTION else RecordAct.SERVICE_OPENED
        for field, (before, after) in (row.differences or {"service": (None, None)}).items():
            name = FIELD_NAMES.get(field, field)
            yield (*head, act.value, name, _said(name, before), _said(name, after), *who)


def _said(field: str, value: Any) -> Any:
    return "、".join(map(str, value)) if isinstance(value, list) else masked(field, value)


def business_keys(kind: Kind, staged: Mapping[UUID, str]) -> dict[UUID, str]:
    """The business key of each record, from the keys its rows have in the file; people go by their inner key."""
    if kind is Kind.ESTATES:
        return {**staged, **_estate_codes(list(staged))}
    return {subject: str(subject) if kind is Kind.PEOPLE else key for subject, key in staged.items()}


def _estate_codes(ids: Sequence[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for at in range(0, len(ids), AT_ONCE):
        stmt = select(Estate.id, Estate.code).where(Estate.id.in_(ids[at : at + AT_ONCE]))
        found.update(dict(session().execute(stmt).all()))
    return found
