"""Archiving the file of a closed matter, and having a file printed by the worker; what is archived never changes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.models import CaseFile, CaseFileCounter, CaseFilePrint, CaseFileSearch, Matter
from regulator.features.papers.printing import bind_file, make_pieces
from regulator.features.papers.queries.attachments import list_attachments
from regulator.features.papers.queries.case_files import (
    count_deliveries_under_way,
    list_papers_in,
    named_prints,
    print_room,
)
from regulator.features.papers.queries.file_contents import gather
from regulator.features.papers.rules.files import file_number, judge_archiving, kept_until
from regulator.features.papers.rules.matters import retention_years
from regulator.features.papers.terms import PaperAct, PaperSubject, PrintPhase
from regulator.foundation import clock
from regulator.foundation.clock import day_of
from regulator.foundation.counters import count_up
from regulator.foundation.database import session, thinking
from regulator.foundation.jobs import Step, enqueue, find_open_job
from regulator.foundation.search import division_filters, index_tokens

PRINT_JOB = "papers.case_file"
MAXIMUM = 1024 * 1024 * 1024
BEING_MADE = timedelta(days=1)
PHASES = tuple(PrintPhase)


# --- archiving ------------------------------------------------------------------------------------------------------


def archive_file(matter: Matter, *, version: int, actor: Actor, now: datetime) -> CaseFile:
    """Archive the file of a closed matter (归档): number, retention, search; from now on nothing of it changes.

    Its year is that in which the matter was closed. Raises StaleVersion, Refused.
    """
    session().refresh(matter, with_for_update=True)
    matter.expect_version(version)
    under_way = count_deliveries_under_way(matter)
    judge_archiving(state=matter.state, is_archived=matter.is_archived, under_way=under_way).or_refuse()
    years, year = retention_years(matter.kind), day_of(matter.closed_at or now).year
    sequence = count_up(CaseFileCounter, {"year": year, "kind": matter.kind})
    archived = CaseFile(
        matter_id=matter.id,
        number=file_number(year=year, kind=matter.kind, retention_years=years, sequence=sequence),
        kind=matter.kind,
        year=year,
        sequence=sequence,
        division_code=matter.division_code,
        title=matter.title,
        retention_years=years,
        kept_until=kept_until(year, years),
        archived_at=now,
        archived_by=actor.name,
    )
    session().add(archived)
    session().flush()
    session().add(CaseFileSearch(subject_id=archived.id, tokens=_tokens(archived, matter)))
    matter.is_archived = True
    matter.version += 1
    session().flush()
    _record(
        PaperAct.FILE_ARCHIVED, matter, {"number": archived.number, "kept_until": str(archived.kept_until)}, actor, now
    )
    enqueue(PRINT_JOB, {"matter": str(matter.id)}, subject=matter.number, now=now, asked_by=actor.account_id)
    return archived


def _tokens(archived: CaseFile, matter: Matter) -> str:
    """A file is found by its numbers, title, place, papers, addressees and attachments."""
    papers = list_papers_in(matter)
    names = [archived.title, *(one.addressee for one in papers), *(one.title for one in papers)]
    texts = [archived.number, matter.number, matter.subject_key, *(one.number for one in papers)]
    texts += [one.name for one in list_attachments(matter) if one.removed_at is None]
    return index_tokens(texts, dict.fromkeys(names), division_filters(archived.division_code))


# --- printing -------------------------------------------------------------------------------------------------------


def ask_for_print(matter: Matter, *, actor: Actor, now: datetime) -> UUID:
    """Have the file of a matter printed as one PDF by the worker; while it is at work, that one."""
    waiting = find_work(matter)
    if waiting is not None:
        return waiting
    _record(PaperAct.FILE_PRINTED, matter, {}, actor, now)
    return enqueue(PRINT_JOB, {"matter": str(matter.id)}, subject=matter.number, now=now, asked_by=actor.account_id)


def find_work(matter: Matter) -> UUID | None:
    """The job that is printing a matter's file; None when none is."""
    return find_open_job(f"{PRINT_JOB}:{matter.number}")


def print_file(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The job: begins anew after a crash; what was printed of the same contents is not printed again.

    Raises BadInput when the content of one of its documents is gone or altered.
    """
    key = UUID(payload["matter"])
    with TemporaryDirectory(prefix="regulator-") as name:
        directory = Path(name)
        with thinking():  # all but the last row is reading and drawing; others write meanwhile
            contents = gather(_matter(key))
        basis = contents.basis()
        pieces, count = [], _count_parts(contents)
        yield Step(0, count, PrintPhase.GATHERED)
        making = make_pieces(contents, directory)
        while True:
            with thinking():
                piece = next(making, None)
            if piece is None:
                break
            pieces.append(piece)
            yield Step(min(len(pieces), count - 1), count, PrintPhase.PARTS)
        with thinking():
            pages = bind_file(contents, pieces, directory / "file.pdf")
            size = (directory / "file.pdf").stat().st_size
            stored = _store(directory / "file.pdf")
        _keep(key, basis, stored, size, pages)
        yield Step(count, count, PrintPhase.BOUND)


def _count_parts(contents: Any) -> int:
    """Documents, three lists and the binding: what progress is counted in."""
    return len(contents.documents) + 4


def _matter(key: UUID) -> Matter:
    return session().get_one(Matter, key, populate_existing=True)


def _store(path: Path) -> str:
    with path.open("rb") as file:
        return print_room().keep(iter(lambda: file.read(1 << 20), b""), maximum=MAXIMUM)


def _keep(key: UUID, basis: str, stored: str, size: int, pages: int) -> None:
    """Remember the print; the first one of an archived file is its own for good."""
    now = clock.now()
    session().merge(
        CaseFilePrint(matter_id=key, basis=basis, content_hash=stored, size=size, pages=pages, made_at=now)
    )  # fmt: skip
    wanted = select(CaseFile).where(CaseFile.matter_id == key, CaseFile.content_hash.is_(None)).with_for_update()
    archived = session().scalar(wanted)
    if archived is not None and gather(_matter(key)).basis() == basis:
        archived.content_hash, archived.pages = stored, pages
    session().flush()


def forget_left_prints(now: datetime) -> None:
    """Remove prints nothing names any more: the sweeper. One shelf a minute, so each is looked at every four hours."""
    left = set(print_room().list_old(now - BEING_MADE, int(now.timestamp() // 60)))
    for name in left - named_prints(left) if left else ():
        print_room().forget(name)


def _record(act: PaperAct, matter: Matter, facts: dict[str, JSON], actor: Actor, now: datetime) -> None:
    key, place = matter.number, matter.division_code
    audit.record(actor, act, PaperSubject.CASE_FILE, key, now=now, division_code=place, facts=facts)
