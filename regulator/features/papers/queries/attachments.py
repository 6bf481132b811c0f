"""Files attached to matters: lists, one, and which stored contents are named by any. Never writes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from regulator.features.papers.models import Attachment, Matter
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.files import FileRoom, file_room

CORNER = "attachments"


def attachment_room() -> FileRoom:
    """Where the contents lie."""
    return file_room(CORNER)


def list_attachments(matter: Matter) -> list[Attachment]:
    """The files of a matter somebody was given, in the order in which they came; removed ones keep their line."""
    stmt = select(Attachment).where(Attachment.matter_id == matter.id).order_by(Attachment.added_at, Attachment.id)
    return list(session().scalars(stmt))


def get_attachment(matter: Matter, attachment_id: UUID) -> Attachment:
    """A file of a matter somebody was given that was not removed. Raises NotFound."""
    found = session().get(Attachment, attachment_id)
    if found is None or found.matter_id != matter.id or found.removed_at is not None:
        raise NotFound(str(attachment_id))
    return found


def named_contents(names: Collection[str]) -> set[str]:
    """Those of the stored contents that any attachment names, a removed one too."""
    stmt = select(Attachment.content_hash).where(Attachment.content_hash.in_(names))
    return set(session().scalars(stmt.distinct()))
