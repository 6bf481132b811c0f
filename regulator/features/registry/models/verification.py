"""Rounds of data verification (数据核对): opened by the city, confirmed by districts, closed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.registry.models.record import DIVISION_CODE
from regulator.features.registry.terms import SubjectKind
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum


class VerificationRound(Versioned, Base):
    """A round: one is open at a time."""

    __tablename__ = "verification_round"

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(String(100))
    instruction: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(String(60))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(String(60))


class VerificationDistrict(Versioned, Base):
    """A district's part of a round: done when it says that all its records are confirmed."""

    __tablename__ = "verification_district"

    round_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("verification_round.id", ondelete="CASCADE"), primary_key=True
    )
    division_code: Mapped[str] = mapped_column(DIVISION_CODE, ForeignKey("division.code"), primary_key=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(String(60))
    remark: Mapped[str | None] = mapped_column(Text)


class VerificationConfirmation(Base):
    """One record confirmed in a round, with the facts it had then: what the next round is compared with."""

    __tablename__ = "verification_confirmation"
    __table_args__ = (
        Index("uq_verification_confirmation_subject", "round_id", "subject_kind", "subject_id", unique=True),
        Index("ix_verification_confirmation_place", "round_id", "division_code"),
    )

    id: Mapped[Key]
    round_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("verification_round.id", ondelete="CASCADE"))
    subject_kind: Mapped[SubjectKind] = mapped_column(code_enum(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    subject_key: Mapped[str] = mapped_column(String(60))
    division_code: Mapped[str] = mapped_column(DIVISION_CODE)
    version: Mapped[int] = mapped_column(Integer)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[str] = mapped_column(String(60))
