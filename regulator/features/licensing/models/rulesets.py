"""Rule sets of a city's own and facts from elsewhere. No queries, no permissions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.licensing.terms import Nature, OutsideFactKind
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum

BY = String(60)
CREDIT_CODE = String(18)


class OwnRuleSet(Base):
    """A rule set a city added to those the product brings; ``source`` is its file, never changed.

    No two begin on one day; nature and dates stand apart so that the database can refuse a licence set today
    (行政许可法 15).
    """

    __tablename__ = "rule_set"
    __table_args__ = (
        CheckConstraint("nature = 'evaluation' OR effective_from < '2018-03-08'", name="licence"),
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="days"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    nature: Mapped[Nature] = mapped_column(code_enum(Nature))
    effective_from: Mapped[date] = mapped_column(Date, unique=True)
    effective_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(BY)


class OutsideFact(Versioned, Base):
    """A fact about a company the register does not hold itself: a barring act, an assessment, a credit grade.

    Recorded with its day and the paper that proves it; one recorded by mistake is taken back and stays readable.
    """

    __tablename__ = "outside_fact"
    __table_args__ = (
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_reason IS NULL)", name="taken_back"),
        Index("ix_outside_fact_company_id", "company_id", "kind", "happened_on"),
        Index("ix_outside_fact_happened_on", "kind", "happened_on"),
    )

    id: Mapped[Key]
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    credit_code: Mapped[str] = mapped_column(CREDIT_CODE)
    kind: Mapped[OutsideFactKind] = mapped_column(code_enum(OutsideFactKind))
    value: Mapped[str] = mapped_column(String(60))
    happened_on: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(BY)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_reason: Mapped[str | None] = mapped_column(Text)
