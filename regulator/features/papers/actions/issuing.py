"""Signing gives a paper its number and fixes what it says; the file follows in a job, the same however often made.

Record before paper: after a crash between the two, the sweeper asks for the file again, with nothing left to decide.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select

from regulator.features.accounts.models import Authority
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers import signals
from regulator.features.papers.actions.drafting import claim, record
from regulator.features.papers.actions.matters import add_entry
from regulator.features.papers.models import Matter, Paper, PaperCounter, PaperSeries
from regulator.features.papers.queries.settings import find_series, template_of
from regulator.features.papers.rules.numbers import format_number
from regulator.features.papers.templating import Frame, Template, content_digest, render
from regulator.features.papers.terms import (
    NUMBERED,
    EntryKind,
    MatterState,
    MatterStep,
    PaperAct,
    PaperKind,
    PaperState,
)
from regulator.foundation import clock, files, jobs, signing
from regulator.foundation.clock import day_of
from regulator.foundation.counters import count_up
from regulator.foundation.database import session, thinking
from regulator.foundation.errors import BadInput
from regulator.foundation.files import FileRoom
from regulator.foundation.jobs import Step
from regulator.law.findings import Finding, Verdict

ISSUE_JOB = "papers.issue"
CORNER = "papers"
PATIENCE = timedelta(minutes=1)
AT_ONCE = 100
MAXIMUM = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Place:
    """How the public reaches this system: what stands in the QR of every paper."""

    address: str = "http://127.0.0.1:8000"


_place = _Place()


def configure(public_address: str) -> None:
    """Say where papers can be checked (the composition root does)."""
    global _place  # noqa: PLW0603  # one address per process
    _place = _Place(public_address.rstrip("/"))


# --- the record -----------------------------------------------------------------------------------------------------


def ready_to_sign(paper: Paper, now: datetime) -> PaperSeries:
    """The pattern the number will be made from.

    Raises BadInput("series_missing") while the authority has none, and what `judge_ready` raises: a paper that could
    not be signed gets no number.
    """
    signing.judge_ready(now)
    series = find_series(paper.authority_id, PaperKind(paper.kind), on=day_of(now))
    if series is None:
        raise BadInput("series_missing")
    return series


def sign_paper(paper: Paper, matter: Matter, *, account_id: UUID, actor: Actor, now: datetime) -> None:
    """Give a paper its number and fix what it says, in this transaction; its file is made by a job.

    Raises as `ready_to_sign` does.
    """
    today, series = day_of(now), ready_to_sign(paper, now)
    template = template_of(paper.template_id, paper.kind)
    authority = session().get_one(Authority, paper.authority_id).name
    sequence = count_up(PaperCounter, {"series_id": series.id, "year": today.year})
    number = format_number(series.pattern, year=today.year, sequence=sequence)
    paper.series_id, paper.year, paper.sequence, paper.number = series.id, today.year, sequence, number
    paper.waits_for_id, paper.waits_since = None, None
    paper.state, paper.signed_at, paper.dated_on = PaperState.SIGNED, now, today
    paper.signed_by_id, paper.signed_by = account_id, actor.name
    _fix_content(paper, template, authority, today)
    paper.version += 1
    matter.step = MatterStep.HANDLING
    session().flush()
    _supersede(paper, actor, now)
    jobs.enqueue(ISSUE_JOB, {"paper": str(paper.id)}, subject=str(paper.id), now=now, asked_by=account_id)
    facts: dict[str, JSON] = {"number": number, "check_code": paper.check_code}
    record(PaperAct.PAPER_SIGNED, paper, facts, actor, now)
    add_entry(matter, EntryKind.PAPER, actor=actor, now=now, about=number, text=PaperAct.PAPER_SIGNED)


def _fix_content(paper: Paper, template: Template, authority: str, today: date) -> None:
    address = f"{_place.address}/papers/{quote(paper.number or '')}"
    frame = Frame(
        authority=authority, number=paper.number, issued_on=today, addressee=paper.addressee, title=paper.title,
        is_draft=False, is_demo=signing.is_demo(),
    )  # fmt: skip
    digest = content_digest(template, paper.facts, frame)
    paper.template_digest, paper.check_code = template.digest, digest
    paper.frame = {"authority": authority, "qr": f"{address}?code={digest[:16]}", "is_demo": frame.is_demo}


def _supersede(paper: Paper, actor: Actor, now: datetime) -> None:
    """The paper whose place is taken stops standing in the moment this one is signed."""
    if paper.supersedes_id is None:
        return
    old = session().get_one(Paper, paper.supersedes_id, with_for_update=True, populate_existing=True)
    if old.state is not PaperState.ISSUED:
        raise BadInput("superseded_not_standing")
    old.state = PaperState.SUPERSEDED
    old.version += 1
    session().flush()
    record(PaperAct.PAPER_SUPERSEDED, old, {"by": paper.number}, actor, now)


def withdraw_paper(paper: Paper, matter: Matter, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Say that an issued paper does not stand any more (撤销); number and file stay. Raises StaleVersion, Refused."""
    claim(paper, version)
    Verdict.of(
        [
            None if paper.state is PaperState.ISSUED else Finding("paper_not_issued", None, {"state": paper.state}),
            None if reason.strip() else Finding("reason_missing", None, {}, "reason"),
        ]
    ).or_refuse()
    paper.state, paper.withdrawn_at, paper.withdrawn_by = PaperState.WITHDRAWN, now, actor.name
    paper.withdrawn_reason = reason.strip()
    paper.version += 1
    record(PaperAct.PAPER_WITHDRAWN, paper, {"reason": reason.strip()}, actor, now)
    if matter.is_archived:
        return  # the file stays as it was archived; the paper itself, its public check and the trail say it
    if matter.state is MatterState.OPEN and matter.step is MatterStep.DELIVERY:
        matter.step = MatterStep.HANDLING
    add_entry(matter, EntryKind.PAPER, actor=actor, now=now, about=paper.number, text=PaperAct.PAPER_WITHDRAWN)


# --- the file -------------------------------------------------------------------------------------------------------


def issue_paper(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``papers.issue``: makes, signs and keeps the file of a signed paper; done already, nothing."""
    paper_id = UUID(payload["paper"])
    with thinking():
        paper = session().get_one(Paper, paper_id, populate_existing=True)
        if paper.state is not PaperState.SIGNED:
            return
        name, size = keep_file(paper)
    paper = session().get_one(Paper, paper_id, with_for_update=True, populate_existing=True)
    if paper.state is PaperState.SIGNED:
        note_issued(paper, name, size, now=clock.now())
    yield Step(1, 1)


def keep_file(paper: Paper) -> tuple[str, int]:
    """Make the file of a numbered paper and keep it; gives its hash and its size. Changes nothing in the register."""
    content = file_of(paper)
    return paper_room().keep([content], maximum=MAXIMUM), len(content)


def file_of(paper: Paper) -> bytes:
    """The signed PDF of a numbered paper, made from its record alone: the same bytes every time."""
    at, frame = paper.signed_at, paper.frame
    if paper.state not in NUMBERED or at is None or frame is None:
        raise ValueError("only a numbered paper has a file")
    template = template_of(paper.template_id, paper.kind)
    shown = Frame(
        authority=frame["authority"], number=paper.number, issued_on=paper.dated_on, addressee=paper.addressee,
        title=paper.title, qr=frame["qr"], digest=paper.check_code or "", is_draft=False, is_demo=frame["is_demo"],
    )  # fmt: skip
    made = render(template, paper.facts, shown, made_at=at)
    return signing.office_signer().sign(made, at=at, reason=paper.number or "")


def preview_of(paper: Paper, authority: str, *, now: datetime) -> bytes:
    """A draft as it would look, marked 草稿, without number and seal."""
    template = template_of(paper.template_id, paper.kind)
    frame = Frame(authority=authority, addressee=paper.addressee, title=paper.title, is_demo=signing.is_demo())
    return render(template, paper.facts, frame, made_at=now)


def paper_room() -> FileRoom:
    """Where the files of papers lie."""
    return files.file_room(CORNER)


def note_issued(paper: Paper, name: str, size: int, *, now: datetime) -> None:
    """Record that the file of a signed paper lies in the file room. Tells `paper_issued`."""
    paper.file_hash, paper.file_size, paper.issued_at, paper.state = name, size, now, PaperState.ISSUED
    paper.version += 1
    matter = session().get_one(Matter, paper.matter_id, with_for_update=True, populate_existing=True)
    if matter.state is MatterState.OPEN and matter.step is MatterStep.HANDLING:
        matter.step = MatterStep.DELIVERY
    session().flush()
    actor = Actor.system()
    record(PaperAct.PAPER_ISSUED, paper, {"file": name, "size": size}, actor, now)
    signals.paper_issued.send(
        paper_id=paper.id, matter_kind=matter.kind, subject_key=matter.subject_key, paper_kind=paper.kind,
        number=paper.number,
    )  # fmt: skip


def issue_left(now: datetime) -> None:
    """A sweeper: asks again for the files of papers signed a while ago that have none and no job under way."""
    waiting = select(Paper.id).where(Paper.state == PaperState.SIGNED, Paper.signed_at < now - PATIENCE)
    for paper_id in session().scalars(waiting.order_by(Paper.signed_at).limit(AT_ONCE)).all():
        jobs.enqueue(ISSUE_JOB, {"paper": str(paper_id)}, subject=str(paper_id), now=now)
