"""Tables of the audit trail: entries and their seals; both refuse UPDATE and DELETE by trigger (migration 0002)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base, Instant, Serial


class AuditEntry(Base):
    """One official act. `facts` is canonical JSON (before, after and what else the act says of itself)."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_key", "seq"),
        Index("ix_audit_entry_username", "username", "seq"),
        Index("ix_audit_entry_act", "act", "seq"),
        Index("ix_audit_entry_division_code", "division_code", "seq"),
        Index("ix_audit_entry_at", "at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    username: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    deputy_for: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(45))
    act: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_key: Mapped[str] = mapped_column(String(200))
    division_code: Mapped[str | None] = mapped_column(String(12))
    facts: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditSeal(Base):
    """A link of the hash chain over a range of entries; `leaves` keeps each entry's place and digest."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_seq: Mapped[int] = mapped_column(Serial)
    last_seq: Mapped[int] = mapped_column(Serial, index=True)
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime] = mapped_column(Instant)
