"""What every record of the register has in common: where it came from, its history, the register's nature."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Date, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.registry.terms import RecordSource, RegisterNature, SubjectKind
from regulator.foundation.database import Base, Instant, Serial, Versioned, code_enum

NAME = String(200)
DIVISION_CODE = String(12)


class Recorded(Versioned):
    """Columns of a record people confirm, correct and retire."""

    source: Mapped[RecordSource] = mapped_column(code_enum(RecordSource))
    batch_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)  # the import that brought it
    registered_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)  # last confirmation by an official
    retired_on: Mapped[date | None] = mapped_column(Date)
    retired_reason: Mapped[str | None] = mapped_column(Text)


class RecordChange(Base):
    """One field of one record changed in one act (``field`` None: the act touched the record as a whole).

    ``before`` and ``after`` are JSON values; numbers of persons and phones stand masked in them.
    """

    __tablename__ = "record_change"
    __table_args__ = (
        Index("ix_record_change_subject", "subject_kind", "subject_id", "seq"),
        Index("ix_record_change_batch_id", "batch_id"),
    )

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(code_enum(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    subject_key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(Integer)  # the record's version after the act
    at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[str] = mapped_column(String(60))
    field: Mapped[str | None] = mapped_column(String(40))
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    reason: Mapped[str | None] = mapped_column(Text)
    actor_username: Mapped[str] = mapped_column(String(60))
    actor_name: Mapped[str] = mapped_column(String(100))
    actor_role: Mapped[str] = mapped_column(String(40))
    batch_id: Mapped[UUID | None] = mapped_column(Uuid)


class RegisterState(Base):
    """The one row that says what this register is; ``data_version`` goes up with each act on estates or services."""

    __tablename__ = "register_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    nature: Mapped[RegisterNature] = mapped_column(code_enum(RegisterNature))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    data_version: Mapped[int] = mapped_column(Integer, default=0)
    changed_at: Mapped[datetime | None] = mapped_column(Instant)
