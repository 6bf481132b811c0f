"""Attaching files to matters and removing them: content first, then the row; sweeping what no row names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers import signals
from regulator.features.papers.actions.matters import add_entry
from regulator.features.papers.models import Attachment, Matter
from regulator.features.papers.queries.attachments import attachment_room, named_contents
from regulator.features.papers.rules.matters import judge_keeping
from regulator.features.papers.terms import AttachmentRole, EntryKind, PaperAct, PaperSubject
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput
from regulator.foundation.uploads import DEFAULT_LIMITS, CleanUpload

BEING_ATTACHED = timedelta(days=1)
"""What was stored this lately may belong to a form that is still being sent."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A cleaned file whose content lies in the file room; nothing names it yet."""

    name: str
    media_type: str
    size: int
    content_hash: str
    notes: tuple[str, ...] = ()


def keep_content(upload: CleanUpload) -> KeptFile:
    """Store the content of a cleaned file, before any row: a crash then leaves a file too many, never a row too many.

    Raises Unavailable when the file room is full or away.
    """
    most = max(DEFAULT_LIMITS.pdf_size, DEFAULT_LIMITS.image_size, DEFAULT_LIMITS.office_size)
    stored = attachment_room().keep([upload.content], maximum=most)
    return KeptFile(upload.name, upload.media_type, upload.size, stored, tuple(upload.notes))


def add_attachment(
    matter: Matter, file: KeptFile, role: AttachmentRole, *, actor: Actor, now: datetime, paper_id: UUID | None = None
) -> Attachment:
    """Attach a kept file to a matter, and to one of its papers. Raises Refused when its file is archived."""
    session().refresh(matter, with_for_update=True)
    judge_keeping(is_archived=matter.is_archived).or_refuse()
    attachment = Attachment(
        matter_id=matter.id,
        paper_id=paper_id,
        role=role,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        content_hash=file.content_hash,
        notes=" ".join(file.notes) or None,
        added_at=now,
        added_by=actor.name,
    )
    session().add(attachment)
    add_entry(matter, EntryKind.ATTACHED, actor=actor, now=now, about=file.name)
    _record(PaperAct.ATTACHMENT_ADDED, matter, attachment, {"role": role}, actor, now)
    return attachment


def remove_attachment(attachment: Attachment, matter: Matter, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a file out of a matter; its line stays with the reason, and its content with the line.

    Raises BadInput without a reason or when it was removed already, Refused when the file is archived.
    """
    session().refresh(matter, with_for_update=True)
    session().refresh(attachment, with_for_update=True)
    judge_keeping(is_archived=matter.is_archived).or_refuse()
    if not reason.strip():
        raise BadInput("reason_missing", about="reason")
    if attachment.removed_at is not None:
        raise BadInput("attachment_removed_already")
    attachment.removed_at, attachment.removed_by, attachment.removed_reason = now, actor.name, reason.strip()
    add_entry(matter, EntryKind.REMOVED, actor=actor, now=now, about=attachment.name, text=reason.strip())
    _record(PaperAct.ATTACHMENT_REMOVED, matter, attachment, {"reason": reason.strip()}, actor, now)


def forget_left_contents(now: datetime) -> None:
    """Remove what no attachment names: the sweeper. One shelf a minute, so each is looked at every four hours."""
    left = attachment_room().list_old(now - BEING_ATTACHED, int(now.timestamp() // 60))
    forget_contents(left)


def forget_contents(names: Sequence[str]) -> None:
    """Remove those of the contents that no attachment names, nor a row of another room."""
    others = [named for _receiver, named in signals.contents_asked.send(names=names)]
    for name in set(names).difference(named_contents(names), *others):
        attachment_room().forget(name)


def _record(
    act: PaperAct, matter: Matter, attachment: Attachment, facts: dict[str, JSON], actor: Actor, now: datetime
) -> None:
    about: dict[str, JSON] = {"matter": matter.number, "name": attachment.name, "content": attachment.content_hash}
    key = str(attachment.id)
    place = matter.division_code
    audit.record(actor, act, PaperSubject.ATTACHMENT, key, now=now, division_code=place, facts=about | facts)
