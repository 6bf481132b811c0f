"""Case files: the archived ones, those to be archived, those whose retention has ended, and a search. Never writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text

from regulator.features.divisions.queries import NOWHERE, Path, paths_of
from regulator.features.divisions.terms import CodeRange, Scope
from regulator.features.papers.models import CaseFile, CaseFilePrint, CaseFileSearch, Delivery, Matter, Paper
from regulator.features.papers.queries.matters import (
    MatterFilter,
    MatterRow,
    in_territory,
    keys_of,
    rows_of,
    with_places,
)
from regulator.features.papers.terms import DeliveryState, PaperState
from regulator.foundation.database import session
from regulator.foundation.files import FileRoom, file_room
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.foundation.search import join_search, parse_query

CORNER = "case_files"


def print_room() -> FileRoom:
    """Where printed files lie."""
    return file_room(CORNER)


@dataclass(frozen=True, slots=True)
class FileRow:
    """An archived file as lists show it."""

    number: str
    matter_number: str
    kind: str
    year: int
    title: str
    division_code: str | None
    pages: int | None
    retention_years: int | None
    kept_until: date | None
    archived_at: datetime
    archived_by: str
    place: Path = NOWHERE


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What of the archived files is wanted; None: no matter which. ``retention_years`` 0: kept for ever."""

    year: int | None = None
    kind: str | None = None
    retention_years: int | None = None
    within: CodeRange | None = None
    ended_before: date | None = None
    q: str | None = None


_ROW: Any = (
    *(CaseFile.number, Matter.number, CaseFile.kind, CaseFile.year, CaseFile.title, CaseFile.division_code),
    *(CaseFile.pages, CaseFile.retention_years, CaseFile.kept_until, CaseFile.archived_at, CaseFile.archived_by),
)


def _archived(scope: Scope, wanted: FileFilter) -> tuple[Select[Any], Sort]:
    stmt: Select[Any] = select(*_ROW).join(Matter, Matter.id == CaseFile.matter_id).where(in_territory(scope))
    for column, value in ((CaseFile.year, wanted.year), (CaseFile.kind, wanted.kind)):
        stmt = stmt if value is None else stmt.where(column == value)
    if wanted.retention_years is not None:
        stmt = stmt.where(CaseFile.retention_years.is_not_distinct_from(wanted.retention_years or None))
    if wanted.within is not None:
        low, high = wanted.within.low, wanted.within.high
        stmt = stmt.where(CaseFile.division_code >= low, CaseFile.division_code < high)
    if wanted.ended_before is not None:
        stmt = stmt.where(CaseFile.kept_until < wanted.ended_before)
    match = parse_query(wanted.q)
    if match is None:
        return stmt, Sort("number", (CaseFile.__table__.c.number,), descending=True)
    found, order = join_search(stmt, CaseFileSearch, CaseFile.__table__.c.id, match)
    return found, Sort("hits", (order,))


def list_archived(scope: Scope, wanted: FileFilter, *, cursor: str | None = None, limit: int = 50) -> Page[FileRow]:
    """Archived files of a territory, the last number first; hits of a search as the index gives them."""
    stmt, sort = _archived(scope, wanted)
    page = paginate(stmt, list_name="files", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    rows = (FileRow(*row[: len(_ROW)]) for row in page.items)
    return Page(tuple(replace(row, place=places.get(row.division_code or "", NOWHERE)) for row in rows), page.next)


def count_archived(scope: Scope, wanted: FileFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_archived(scope, wanted)[0])


def _waiting(wanted: MatterFilter) -> tuple[MatterFilter, Any]:
    """Closed matters whose file is not archived, by the words of the index that holds just these."""
    return replace(wanted, state=None), text("matter.state = 'closed' AND NOT matter.is_archived")


def list_to_archive(
    scope: Scope, wanted: MatterFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[MatterRow]:
    """Closed matters of a territory whose file waits to be archived, by number."""
    sort = Sort("number", (Matter.__table__.c.number,))
    closed, is_waiting = _waiting(wanted)
    stmt = rows_of(closed).where(is_waiting, in_territory(scope))
    page = paginate(stmt, list_name="files.to_archive", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(with_places(page.items)), page.next)


def count_to_archive(scope: Scope, wanted: MatterFilter) -> Count:
    """How many there are, to 1,000 and one."""
    closed, is_waiting = _waiting(wanted)
    return count_up_to_ceiling(keys_of(closed).where(is_waiting, in_territory(scope)))


def list_years(scope: Scope) -> list[int]:
    """The years of which there are files in a territory, the last first."""
    stmt = select(CaseFile.year).join(Matter, Matter.id == CaseFile.matter_id).where(in_territory(scope)).distinct()
    return sorted(session().scalars(stmt), reverse=True)


# --- of one matter --------------------------------------------------------------------------------------------------


def find_case_file(matter: Matter) -> CaseFile | None:
    """The archived file of a matter somebody was given; None as long as it is not archived."""
    return session().scalar(select(CaseFile).where(CaseFile.matter_id == matter.id))


def find_print(matter: Matter) -> CaseFilePrint | None:
    """The file of a matter somebody was given as it was printed last."""
    return session().get(CaseFilePrint, matter.id)


def count_deliveries_under_way(matter: Matter) -> int:
    """How many of its papers are on their way to their addressees; one that stands no more is on no way."""
    stmt = select(func.count()).select_from(Delivery).join(Paper, Paper.id == Delivery.paper_id)
    stmt = stmt.where(Paper.matter_id == matter.id, Delivery.state == DeliveryState.UNDER_WAY)
    stmt = stmt.where(Paper.state == PaperState.ISSUED)
    return session().scalar(stmt) or 0


def named_prints(names: set[str]) -> set[str]:
    """Those of the stored prints that a file or the last printing names."""
    archived = select(CaseFile.content_hash).where(CaseFile.content_hash.in_(names))
    last = select(CaseFilePrint.content_hash).where(CaseFilePrint.content_hash.in_(names))
    return {name for name in (*session().scalars(archived), *session().scalars(last)) if name}


# --- its papers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper as a matter's page and its file list it."""

    id: UUID
    kind: str
    title: str
    state: Any
    number: str | None
    addressee: str
    drafted_by: str
    drafted_at: datetime
    dated_on: date | None
    served_on: date | None
    file_hash: str | None


def list_papers_in(matter: Matter) -> list[PaperLine]:
    """The papers of a matter somebody was given, in the order in which they were drafted."""
    columns: tuple[Any, ...] = (
        *(Paper.id, Paper.kind, Paper.title, Paper.state, Paper.number, Paper.addressee, Paper.drafted_by),
        *(Paper.drafted_at, Paper.dated_on, Paper.served_on, Paper.file_hash),
    )
    stmt = select(*columns).where(Paper.matter_id == matter.id).order_by(Paper.drafted_at, Paper.id)
    return [PaperLine(*row) for row in session().execute(stmt)]
