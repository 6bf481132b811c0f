"""Matters: one open piece of work in one row, its history, reminders, attached files and the file it ends as."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.papers.terms import (
    AttachmentRole,
    EntryKind,
    MatterState,
    MatterStep,
    Outcome,
    Tone,
)
from regulator.foundation.database import Base, Instant, Key, Serial, Versioned, code_enum
from regulator.foundation.search import SearchRow

CODE = String(12)
KIND = String(40)
NUMBER = String(24)
TITLE = String(200)
BY = String(100)
HASH = String(64)
_OPEN = text("state = 'open'")
_CLOSED = text("state = 'closed'")
_TO_ARCHIVE = text("state = 'closed' AND NOT is_archived")
_SENT = text("kind IN ('assigned', 'reminded')")


class Matter(Versioned, Base):
    """One piece of work, whatever the feature. Always has one owner; one is open at a time per kind and subject.

    `kind` is a `MatterKind`, kept without a CHECK so that a new feature needs no migration of this table;
    `subject_key` is the business key of what it is about. `due_on` is a day, None when no term runs; lists are in the
    order of `order_on`, which is then the end of time. Once `is_archived`, neither it nor what its file holds changes:
    the database itself refuses it.
    """

    __tablename__ = "matter"
    __table_args__ = (
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="ended"),
        CheckConstraint("due_on IS NULL OR due_on = order_on", name="order"),
        Index("uq_matter_open", "kind", "subject_key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_matter_owner", "owner_id", "order_on", "number", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_matter_held", "owner_id", "handled_by", "division_code", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_matter_place", "division_code", "order_on", "number", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_matter_subject", "kind", "subject_key"),
        Index("ix_matter_term", "order_on", "number", "division_code", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_matter_closed", "number", "division_code", sqlite_where=_CLOSED, postgresql_where=_CLOSED),
        Index(
            "ix_matter_to_archive",
            "number",
            "division_code",
            sqlite_where=_TO_ARCHIVE,
            postgresql_where=_TO_ARCHIVE,
        ),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(NUMBER, unique=True)
    kind: Mapped[str] = mapped_column(KIND)
    subject_key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(TITLE)
    division_code: Mapped[str | None] = mapped_column(CODE, ForeignKey("division.code"))
    authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    handled_by: Mapped[str] = mapped_column(KIND)  # the permission its owner needs
    owner_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    state: Mapped[MatterState] = mapped_column(code_enum(MatterState), default=MatterState.OPEN)
    step: Mapped[MatterStep] = mapped_column(code_enum(MatterStep), default=MatterStep.HANDLING)
    due_on: Mapped[date | None] = mapped_column(Date)
    order_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(BY)
    owned_since: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(BY)
    outcome: Mapped[Outcome | None] = mapped_column(code_enum(Outcome))
    closed_reason: Mapped[str | None] = mapped_column(Text)
    is_archived: Mapped[bool] = mapped_column(Boolean, default=False)


class MatterCounter(Base):
    """The last number given to a matter in a year."""

    __tablename__ = "matter_counter"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class MatterEntry(Base):
    """A line of a matter's history, appended with the act and never changed."""

    __tablename__ = "matter_entry"
    __table_args__ = (
        Index("ix_matter_entry_matter", "matter_id", "seq"),
        Index("ix_matter_entry_sent", "by_id", "seq", sqlite_where=_SENT, postgresql_where=_SENT),
        Index("ix_matter_entry_again", "by_id", "matter_id", "seq", sqlite_where=_SENT, postgresql_where=_SENT),
    )

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[EntryKind] = mapped_column(code_enum(EntryKind))
    by_id: Mapped[UUID | None] = mapped_column(Uuid)
    by_name: Mapped[str] = mapped_column(BY)
    deputy_for: Mapped[str | None] = mapped_column(String(64))
    from_id: Mapped[UUID | None] = mapped_column(Uuid)
    to_id: Mapped[UUID | None] = mapped_column(Uuid)
    about: Mapped[str | None] = mapped_column(TITLE)  # the paper or the attachment the line is about
    text: Mapped[str | None] = mapped_column(Text)


class Reminder(Base):
    """A reminder in one of three tones, with what was answered."""

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
        Index("ix_reminder_matter_id", "matter_id", "sent_at"),
        Index("ix_reminder_to_id", "to_id", "answered_at"),
        Index("ix_reminder_by_id", "by_id", "sent_at"),
    )

    id: Mapped[Key]
    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id"))
    tone: Mapped[Tone] = mapped_column(code_enum(Tone))
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(BY)
    to_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)


class Attachment(Base):
    """A file attached to a matter; the content lies in the file room under its hash and may be shared.

    Removing one keeps the row with the reason; the content stays with the file.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("(removed_at IS NULL) = (removed_reason IS NULL)", name="removed"),
        Index("ix_attachment_matter_id", "matter_id", "added_at"),
        Index("ix_attachment_paper_id", "paper_id"),
        Index("ix_attachment_content_hash", "content_hash"),
    )

    id: Mapped[Key]
    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id"))
    paper_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("paper.id"))
    role: Mapped[AttachmentRole] = mapped_column(code_enum(AttachmentRole))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(HASH)
    notes: Mapped[str | None] = mapped_column(Text)  # what was taken out of it on arrival
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(BY)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_by: Mapped[str | None] = mapped_column(BY)
    removed_reason: Mapped[str | None] = mapped_column(Text)


class CaseFile(Base):
    """The archived file (卷) of a closed matter (一案一卷). `retention_years` None: kept for ever (永久)."""

    __tablename__ = "case_file"
    __table_args__ = (
        CheckConstraint("(retention_years IS NULL) = (kept_until IS NULL)", name="retention"),
        Index("uq_case_file_volume", "year", "kind", "sequence", unique=True),
        Index("ix_case_file_division_code", "division_code", "number"),
        Index("ix_case_file_kept_until", "kept_until"),
    )

    id: Mapped[Key]
    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id"), unique=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)  # 档号
    kind: Mapped[str] = mapped_column(KIND)
    year: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer)
    division_code: Mapped[str | None] = mapped_column(CODE)
    title: Mapped[str] = mapped_column(TITLE)
    pages: Mapped[int | None] = mapped_column(Integer)
    content_hash: Mapped[str | None] = mapped_column(HASH)  # of the printed file; None until it has been made
    retention_years: Mapped[int | None] = mapped_column(Integer)
    kept_until: Mapped[date | None] = mapped_column(Date)
    archived_at: Mapped[datetime] = mapped_column(Instant)
    archived_by: Mapped[str] = mapped_column(BY)


class CaseFileCounter(Base):
    """The last number (件号) given to a file of a kind in a year; goes up in the transaction that archives."""

    __tablename__ = "case_file_counter"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(KIND, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class CaseFilePrint(Base):
    """The file of a matter as it was printed last; `basis` is the digest of what it was made from."""

    __tablename__ = "case_file_print"

    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id"), primary_key=True)
    basis: Mapped[str] = mapped_column(HASH)
    content_hash: Mapped[str] = mapped_column(HASH)
    size: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)


class CaseFileSearch(SearchRow, Base):
    """The words an archived file is found by."""

    __tablename__ = "case_file_search"
    __subject__ = "case_file"
