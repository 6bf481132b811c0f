"""The yearly look at certificates: rounds of districts, their companies, and what was done with each. No queries.

Whoever acts on a company of a round holds its round still; each step is compared with the version it was read in, and
the history has one line for each version. The database refuses a step that does not exist.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.licensing.models.rulesets import CREDIT_CODE
from regulator.features.licensing.review_terms import (
    ReviewAct,
    ReviewClosing,
    ReviewResult,
    ReviewRoundState,
    ReviewState,
)
from regulator.features.licensing.terms import Nature
from regulator.foundation.database import Base, Instant, Key, Serial, Versioned, code_enum

BY = String(100)


class ReviewRound(Versioned, Base):
    """A district's round of a year under one rule set. ``passed`` and ``failed`` are those of the day published."""

    __tablename__ = "review_round"
    __table_args__ = (
        CheckConstraint("state NOT IN ('submitted', 'decided', 'published') OR submitted_on IS NOT NULL", name="sent"),
        CheckConstraint("(state IN ('decided', 'published')) = (decided_on IS NOT NULL)", name="decided"),
        CheckConstraint("(state = 'published') = (published_on IS NOT NULL)", name="published"),
        CheckConstraint("(published_on IS NULL) = (passed IS NULL)", name="passed"),
        CheckConstraint("(published_on IS NULL) = (failed IS NULL)", name="failed"),
        CheckConstraint("listed > 0", name="listed"),
        Index("uq_review_round", "division_code", "year", "rule_set", unique=True),
        Index("ix_review_round_year", "year", "division_code"),
    )

    id: Mapped[Key]
    year: Mapped[int] = mapped_column(Integer)
    rule_set: Mapped[str] = mapped_column(String(40))
    nature: Mapped[Nature] = mapped_column(code_enum(Nature))
    division_code: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    title: Mapped[str] = mapped_column(String(200))  # what its matter is called
    authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    state: Mapped[ReviewRoundState] = mapped_column(code_enum(ReviewRoundState))
    listed: Mapped[int] = mapped_column(Integer)
    opened_on: Mapped[date] = mapped_column(Date)
    opened_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    opened_by: Mapped[str] = mapped_column(BY)
    due_on: Mapped[date | None] = mapped_column(Date)
    looked_on: Mapped[date] = mapped_column(Date)  # the day whose figures those that await have
    submitted_on: Mapped[date | None] = mapped_column(Date)  # the last time; stays when companies are returned
    submitted_by: Mapped[str | None] = mapped_column(BY)
    decided_on: Mapped[date | None] = mapped_column(Date)
    published_on: Mapped[date | None] = mapped_column(Date)
    published_by: Mapped[str | None] = mapped_column(BY)
    passed: Mapped[int | None] = mapped_column(Integer)
    failed: Mapped[int | None] = mapped_column(Integer)


class ReviewEntry(Versioned, Base):
    """One company of a round: the certificate it was listed with, its figures, what was proposed and decided.

    ``conditions`` are those of ``looked_on``, frozen when it was proposed and again when it was decided.
    """

    __tablename__ = "review_entry"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('proposed', 'decided') OR (first_result IS NOT NULL AND first_by_id IS NOT NULL)",
            name="proposed",
        ),
        CheckConstraint("state <> 'awaiting' OR first_result IS NULL", name="awaiting"),
        CheckConstraint("(first_result IS NULL) = (first_on IS NULL)", name="first"),
        CheckConstraint("state <> 'decided' OR second_result IS NOT NULL", name="decided"),
        CheckConstraint("second_result IS NULL OR state IN ('decided', 'closed')", name="second_state"),
        CheckConstraint(
            "(second_result IS NULL) = (second_on IS NULL) AND (second_result IS NULL) = (second_by_id IS NULL)",
            name="second",
        ),
        CheckConstraint("second_by_id IS NULL OR second_by_id <> first_by_id", name="two_people"),
        CheckConstraint("second_result IS NULL OR second_result <> 'pass' OR passes", name="pass_on_figures"),
        CheckConstraint("new_grade IS NULL OR second_result = 'fail'", name="new_grade"),
        CheckConstraint("(state = 'closed') = (closed_as IS NOT NULL)", name="closed"),
        Index("uq_review_entry", "round_id", "company_id", unique=True),
        Index("ix_review_entry_round_id", "round_id", "state", "id"),
        Index("ix_review_entry_company_id", "company_id", "id"),
        Index("ix_review_entry_certificate_id", "certificate_id"),
    )

    id: Mapped[Key]
    round_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("review_round.id"))
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    credit_code: Mapped[str] = mapped_column(CREDIT_CODE)
    certificate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("certificate.id"))
    grade: Mapped[str] = mapped_column(String(20))
    state: Mapped[ReviewState] = mapped_column(code_enum(ReviewState))
    passes: Mapped[bool] = mapped_column(Boolean)
    looked_on: Mapped[date] = mapped_column(Date)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    first_result: Mapped[ReviewResult | None] = mapped_column(code_enum(ReviewResult))
    first_words: Mapped[str | None] = mapped_column(Text)
    first_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    first_by: Mapped[str | None] = mapped_column(BY)
    first_on: Mapped[date | None] = mapped_column(Date)
    second_result: Mapped[ReviewResult | None] = mapped_column(code_enum(ReviewResult, "secondresult"))
    second_words: Mapped[str | None] = mapped_column(Text)
    second_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    second_by: Mapped[str | None] = mapped_column(BY)
    second_on: Mapped[date | None] = mapped_column(Date)
    new_grade: Mapped[str | None] = mapped_column(String(20))  # determined anew; held from publication on
    new_certificate_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("certificate.id"))
    closed_as: Mapped[ReviewClosing | None] = mapped_column(code_enum(ReviewClosing))


class ReviewEvent(Base):
    """A line of the history of one company's look, never changed: the database refuses it. One for each version."""

    __tablename__ = "review_event"
    __table_args__ = (Index("uq_review_event", "entry_id", "version", unique=True),)

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("review_entry.id"))
    version: Mapped[int] = mapped_column(Integer)  # the entry's, after the act
    at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[ReviewAct] = mapped_column(code_enum(ReviewAct))
    state: Mapped[ReviewState] = mapped_column(code_enum(ReviewState))
    by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(BY)
    deputy_for: Mapped[str | None] = mapped_column(BY)
    words: Mapped[str | None] = mapped_column(Text)
