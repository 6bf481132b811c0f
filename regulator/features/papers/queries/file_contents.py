"""What the file of a matter holds, in its order, with the digest of it all; the same file always reads the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from regulator.features.divisions.queries import path_of
from regulator.features.papers.models import Approval, Attachment, CaseFile, Delivery, Matter, Paper
from regulator.features.papers.queries.attachments import list_attachments
from regulator.features.papers.queries.case_files import PaperLine, find_case_file, list_papers_in
from regulator.features.papers.queries.matters import EntryRow, list_entries
from regulator.features.papers.terms import AttachmentRole, DeliveryState, FileSection, PaperState
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

LAYOUT = 2
"""Goes up when files are printed otherwise, so that what was printed before is known to be another print."""
PDF, PICTURES = "application/pdf", ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Held:
    """A document of a file: a paper or an attachment. `stored` lies in the corner of its section; None: no file."""

    section: FileSection
    title: str
    number: str | None
    by: str
    on: date
    media_type: str
    stored: str | None
    size: int | None
    key: str  # of the paper or the attachment, for links

    @property
    def is_electronic(self) -> bool:
        """Whether it cannot be printed and is only listed (电子附件)."""
        return self.media_type != PDF and self.media_type not in PICTURES


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """A step of a paper's approval."""

    paper: str
    step: Any
    name: str
    role: str
    deputy_for: str | None
    decision: Any
    opinion: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """An attempt to deliver a paper."""

    paper: str
    addressee: str
    way: Any
    state: Any
    sent_at: datetime
    served_on: date | None
    received_by: str | None
    remark: str | None
    is_lapsed: bool  # the paper stopped standing while it was on its way


@dataclass(frozen=True, slots=True)
class FileContents:
    """Everything a file holds."""

    matter_number: str
    kind: str
    title: str
    place: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    outcome: Any
    closed_reason: str | None
    file_number: str | None
    retention_years: int | None
    kept_until: date | None
    archived_at: datetime | None
    archived_by: str | None
    documents: tuple[Held, ...]
    opinions: tuple[OpinionLine, ...]
    deliveries: tuple[DeliveryLine, ...]
    entries: tuple[EntryRow, ...]

    @property
    def made_at(self) -> datetime:
        """The last thing that happened: what a print is dated with, so that the same file is the same print."""
        moments = [self.opened_at, self.closed_at, self.archived_at, *(entry.at for entry in self.entries)]
        return max(moment for moment in moments if moment)

    def of(self, section: FileSection) -> tuple[Held, ...]:
        """The documents of a section."""
        return tuple(one for one in self.documents if one.section is section)

    def basis(self) -> str:
        """The digest of everything a print rests on (SHA-256)."""
        told = json.dumps([LAYOUT, asdict(self)], ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()


def gather(matter: Matter) -> FileContents:
    """The file of a matter somebody was given; a bounded number of statements."""
    archived = find_case_file(matter)
    papers = list_papers_in(matter)
    return FileContents(
        **_about(matter, archived),
        documents=(*_papers(papers), *_attached(list_attachments(matter))),
        opinions=_opinions(matter),
        deliveries=_deliveries(matter),
        entries=tuple(list_entries(matter)),
    )


def _about(matter: Matter, archived: CaseFile | None) -> dict[str, Any]:
    return {
        "matter_number": matter.number,
        "kind": matter.kind,
        "title": matter.title,
        "place": str(path_of(matter.division_code)),
        "opened_at": matter.opened_at,
        "opened_by": matter.opened_by,
        "closed_at": matter.closed_at,
        "closed_by": matter.closed_by,
        "outcome": matter.outcome,
        "closed_reason": matter.closed_reason,
        "file_number": archived.number if archived else None,
        "retention_years": archived.retention_years if archived else None,
        "kept_until": archived.kept_until if archived else None,
        "archived_at": archived.archived_at if archived else None,
        "archived_by": archived.archived_by if archived else None,
    }


def _papers(papers: Sequence[PaperLine]) -> list[Held]:
    """Papers whose file has been made; a draft is no part of the file."""
    return [
        Held(
            FileSection.PAPERS, one.title, one.number, one.drafted_by, one.dated_on or day_of(one.drafted_at), PDF,
            one.file_hash, None, str(one.id),
        )
        for one in papers
        if one.file_hash
    ]  # fmt: skip


def _attached(attachments: Sequence[Attachment]) -> list[Held]:
    return [
        Held(
            FileSection.RECEIPTS if one.role is AttachmentRole.RECEIPT else FileSection.ATTACHMENTS,
            one.name, None, one.added_by, day_of(one.added_at), one.media_type, one.content_hash, one.size, str(one.id),
        )
        for one in attachments
        if one.removed_at is None
    ]  # fmt: skip


def _opinions(matter: Matter) -> tuple[OpinionLine, ...]:
    columns: tuple[Any, ...] = (
        *(Paper.title, Approval.step, Approval.name, Approval.role, Approval.deputy_for, Approval.decision),
        *(Approval.opinion, Approval.at),
    )
    stmt = select(*columns).join(Paper, Paper.id == Approval.paper_id).where(Paper.matter_id == matter.id)
    stmt = stmt.order_by(Paper.drafted_at, Paper.id, Approval.round, Approval.position)
    return tuple(OpinionLine(*row) for row in session().execute(stmt))


def _deliveries(matter: Matter) -> tuple[DeliveryLine, ...]:
    stmt = select(Delivery, Paper.title, Paper.addressee, Paper.state).join(Paper, Paper.id == Delivery.paper_id)
    stmt = stmt.where(Paper.matter_id == matter.id).order_by(Delivery.sent_at, Delivery.id)
    return tuple(
        DeliveryLine(
            title, addressee, one.way, one.state, one.sent_at, one.served_on, one.received_by,
            one.failed_reason or one.tracking_number or one.posted_at_place,
            one.state is DeliveryState.UNDER_WAY and state is not PaperState.ISSUED,
        )
        for one, title, addressee, state in session().execute(stmt)
    )  # fmt: skip
