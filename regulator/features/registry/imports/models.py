"""Tables of imports: batches, their judged rows, and the column mappings an authority saved. No queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.verdicts import Outcome
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum


class ImportBatch(Versioned, Base):
    """One file on its way into the register: one logical act. ``file_name`` is what its sender called it.

    ``stored`` names the encrypted copy, gone once the batch has come to an end; ``content_hash`` is of the file as
    sent. ``actor`` and ``scope`` are values of the moment it was sent.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_account_id", "account_id", "sent_at"),
        Index("ix_import_batch_sent_at", "sent_at"),
    )

    id: Mapped[Key]
    kind: Mapped[Kind] = mapped_column(code_enum(Kind))
    state: Mapped[BatchState] = mapped_column(code_enum(BatchState))
    file_name: Mapped[str] = mapped_column(String(255))
    stored: Mapped[str | None] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    authority_id: Mapped[UUID | None] = mapped_column(Uuid)
    actor: Mapped[dict[str, Any]] = mapped_column(JSON)
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)
    as_of: Mapped[date | None] = mapped_column(Date)
    datum: Mapped[str | None] = mapped_column(String(10))
    update_existing: Mapped[bool] = mapped_column(Boolean, default=False)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    judged_at: Mapped[datetime | None] = mapped_column(Instant)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str | None] = mapped_column(String(100))
    error_code: Mapped[str | None] = mapped_column(String(60))
    rows_read: Mapped[int] = mapped_column(Integer, default=0)
    rows_new: Mapped[int] = mapped_column(Integer, default=0)
    rows_unchanged: Mapped[int] = mapped_column(Integer, default=0)
    rows_changed: Mapped[int] = mapped_column(Integer, default=0)
    rows_to_correct: Mapped[int] = mapped_column(Integer, default=0)
    rows_rejected: Mapped[int] = mapped_column(Integer, default=0)
    rows_flagged: Mapped[int] = mapped_column(Integer, default=0)
    finished_to: Mapped[int] = mapped_column(Integer, default=-1)


class ImportRow(Base):
    """A judged row. ``payload`` is JSON: the register's columns, the statement, links and differences.

    ``cells`` are the cells as they came, encrypted, kept where a person must look at them. ``undo`` is what applying
    found in the register and changed.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_outcome", "batch_id", "outcome", "seq"),
        Index("ix_import_row_flagged", "batch_id", "is_flagged", "seq"),
    )

    batch_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sheet: Mapped[str] = mapped_column(String(100))
    number: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[Outcome] = mapped_column(code_enum(Outcome))
    is_flagged: Mapped[bool] = mapped_column(Boolean, default=False)
    key: Mapped[str | None] = mapped_column(String(120))
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    version: Mapped[int | None] = mapped_column(Integer)
    division_code: Mapped[str | None] = mapped_column(String(12))
    problems: Mapped[str] = mapped_column(Text)
    remarks: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    tokens: Mapped[str | None] = mapped_column(Text)
    undo: Mapped[str | None] = mapped_column(Text)
    cells: Mapped[bytes | None] = mapped_column(LargeBinary)
    cells_key_id: Mapped[str | None] = mapped_column(String(8))


class ImportMapping(Base):
    """Which columns an authority's workbooks have, once somebody has corrected what was recognised."""

    __tablename__ = "import_mapping"
    __table_args__ = (Index("uq_import_mapping_titles", "authority_id", "kind", "titles_hash", unique=True),)

    id: Mapped[Key]
    authority_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[Kind] = mapped_column(code_enum(Kind))
    titles_hash: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(Instant)
    saved_by: Mapped[str] = mapped_column(String(60))
