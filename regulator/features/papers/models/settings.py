"""What an authority sets for its papers: number patterns with their counters, chains of approval, own templates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.papers.models.matter import BY, HASH, KIND
from regulator.features.papers.templating.terms import TrialState
from regulator.foundation.database import Base, Instant, Key, code_enum


class PaperSeries(Base):
    """A pattern of paper numbers (文号) from a day on, such as 沈河房物〔{year}〕{n}号; kind '' is every other kind."""

    __tablename__ = "paper_series"
    __table_args__ = (Index("uq_paper_series", "authority_id", "kind", "began_on", unique=True),)

    id: Mapped[Key]
    authority_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("authority.id"))
    kind: Mapped[str] = mapped_column(KIND, default="")
    pattern: Mapped[str] = mapped_column(String(60))
    began_on: Mapped[date] = mapped_column(Date)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(BY)


class PaperCounter(Base):
    """The last number a series gave in a year; goes up in the transaction that signs, so that no number is lost."""

    __tablename__ = "paper_counter"

    series_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("paper_series.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class PaperChain(Base):
    """Which chain of approval a kind of paper needs from a day on; without an authority, everywhere."""

    __tablename__ = "paper_chain"
    __table_args__ = (
        CheckConstraint("steps BETWEEN 1 AND 3", name="steps"),
        Index("ix_paper_chain_kind", "kind", "authority_id", "began_on"),
    )

    id: Mapped[Key]
    authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    kind: Mapped[str] = mapped_column(KIND)
    steps: Mapped[int] = mapped_column(Integer)
    needs_minutes: Mapped[bool] = mapped_column(Boolean, default=False)
    began_on: Mapped[date] = mapped_column(Date)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(BY)


class PaperTemplate(Base):
    """An authority's own version of a template from a day on; never changed, a later one replaces it."""

    __tablename__ = "paper_template"
    __table_args__ = (Index("uq_paper_template", "authority_id", "kind", "began_on", unique=True),)

    id: Mapped[Key]
    authority_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("authority.id"))
    kind: Mapped[str] = mapped_column(KIND)
    source: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(HASH)
    began_on: Mapped[date] = mapped_column(Date)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(BY)


class PaperTemplateTrial(Base):
    """A version of a template that was sent in, and whether it prints; nothing depends on it until it is adopted."""

    __tablename__ = "paper_template_trial"
    __table_args__ = (
        CheckConstraint("(state = 'failed') = (error_code IS NOT NULL)", name="failed"),
        CheckConstraint("(state = 'adopted') = (template_id IS NOT NULL)", name="adopted"),
        Index("ix_paper_template_trial_sent_at", "sent_at"),
    )

    id: Mapped[Key]
    authority_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("authority.id"))
    kind: Mapped[str] = mapped_column(KIND)
    source: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(HASH)
    state: Mapped[TrialState] = mapped_column(code_enum(TrialState), default=TrialState.UNDER_WAY)
    error_code: Mapped[str | None] = mapped_column(String(80))
    error_params: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[str] = mapped_column(BY)
    template_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("paper_template.id"))  # what it became
