"""Rounds of the baseline survey (摸底调查): opened by a street, answered by its communities, closed. No queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base, Instant, Key, Versioned

CODE = String(12)
_OPEN = text("closed_at IS NULL")


class SurveyRound(Versioned, Base):
    """A round of one street; one is open at a time."""

    __tablename__ = "survey_round"
    __table_args__ = (
        Index("uq_survey_round_open", "division_code", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_survey_round_division_code_opened_at", "division_code", "opened_at"),
    )

    id: Mapped[Key]
    division_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"))
    title: Mapped[str] = mapped_column(String(100))
    due_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(String(60))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(String(60))
    closed_reason: Mapped[str | None] = mapped_column(Text)  # why it was closed with estates still open


class SurveyEstate(Versioned, Base):
    """An estate a round asks about. ``lacked`` is what was missing on opening; what lacks now, the register says.

    ``division_code`` follows the estate while the round is open, so that whoever answers for the place finds it.
    """

    __tablename__ = "survey_estate"
    __table_args__ = (
        Index("ix_survey_estate_place", "round_id", "division_code", "estate_code"),
        Index("ix_survey_estate_estate_code", "estate_code"),
    )

    round_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("survey_round.id", ondelete="CASCADE"), primary_key=True)
    estate_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    division_code: Mapped[str] = mapped_column(CODE)
    lacked: Mapped[list[str]] = mapped_column(JSON)
    problems: Mapped[str | None] = mapped_column(Text)
    unknown_reason: Mapped[str | None] = mapped_column(Text)  # why what lacks cannot be known
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str | None] = mapped_column(String(60))
    done: Mapped[bool] = mapped_column(Boolean, default=False)
