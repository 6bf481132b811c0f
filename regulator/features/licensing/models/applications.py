"""Applications with their history, the times their clock stood still and the papers sent in. No queries.

An application goes from state to state by one UPDATE that names the state and version it was read in; its history has
one line for each version, so that of two people who act at once one finds nothing to change.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.licensing.application_terms import (
    ENDED,
    OPEN,
    ApplicationAct,
    ApplicationOutcome,
    ApplicationState,
    Recommendation,
)
from regulator.features.licensing.models.rulesets import CREDIT_CODE
from regulator.features.licensing.terms import ApplicationKind, ClockStop, Nature
from regulator.foundation.database import Base, Instant, Key, Serial, Versioned, code_enum

BY = String(100)
CODE = String(12)
NUMBER = String(30)


def _among(states: tuple[ApplicationState, ...]) -> str:
    return f"state IN ({', '.join(repr(state.value) for state in states)})"


S = ApplicationState
_UNSENT = _among((S.DRAFT, S.DISCARDED))
_EXAMINED = _among((S.EXAMINED, S.OBJECTION_NOTICE))
_IN_HAND = _among((S.ACCEPTED, S.EXAMINED, S.OBJECTION_NOTICE))
_DECIDED = _among((S.APPROVED, S.REJECTED, S.DELIVERED))
_OVER = _among((*ENDED, S.APPROVED, S.REJECTED))
IS_OPEN = text(_among(OPEN))
IS_DECIDED = text("decided_on IS NOT NULL")
IS_OVER = text(_among(tuple(state for state in ENDED if state is not S.DISCARDED)))
"""Came in and is over; what was discarded never came in."""


class Application(Versioned, Base):
    """What a company asks for, under the rule set in force on the day it was sent in.

    A draft has no number yet and is nobody's business but the company's. ``owner_id`` and ``authority_id`` say who has
    it now (None: the applicant, or nobody any more), ``due_on`` until when; ``order_on`` is then the end of time. The
    ``follow_code`` opens where it stands, and nothing else, to whoever holds the receipt.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(f"({_UNSENT}) = (number IS NULL)", name="numbered"),
        CheckConstraint("(number IS NULL) = (received_on IS NULL)", name="received"),
        CheckConstraint(f"NOT ({_IN_HAND}) OR accepted_on IS NOT NULL", name="accepted"),
        CheckConstraint(f"NOT ({_EXAMINED}) OR (examined_on IS NOT NULL AND examiner_id IS NOT NULL)", name="examined"),
        CheckConstraint("state <> 'objection_notice' OR published_on IS NOT NULL", name="published"),
        CheckConstraint(f"({_DECIDED}) = (decided_on IS NOT NULL)", name="decided"),
        CheckConstraint(
            "decided_on IS NULL OR decider_id IS NOT NULL OR outcome = 'renewed_by_silence'", name="decided_by_somebody"
        ),
        CheckConstraint("examiner_id IS NULL OR decider_id IS NULL OR examiner_id <> decider_id", name="two_people"),
        CheckConstraint(f"({_OVER}) = (outcome IS NOT NULL OR state = 'discarded')", name="outcome"),
        CheckConstraint("(state = 'delivered') = (delivered_on IS NOT NULL)", name="delivered"),
        CheckConstraint(f"NOT ({_among(ENDED)}) OR (due_on IS NULL AND owner_id IS NULL)", name="ended"),
        CheckConstraint("due_on IS NULL OR due_on = order_on", name="order"),
        CheckConstraint("nature = 'licence' OR outcome IS NULL OR outcome <> 'renewed_by_silence'", name="silence"),
        CheckConstraint("nature = 'evaluation' OR state <> 'objection_notice'", name="notice_of_evaluation"),
        CheckConstraint("kind <> 'renewal' OR held_until IS NOT NULL", name="renewal"),
        Index(
            "uq_application_open", "company_id", "rule_set", "kind", unique=True, sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index("ix_application_company_id", "company_id", "id"),
        Index(
            "ix_application_owner", "owner_id", "order_on", "number", "division_code", "state", "kind",
            sqlite_where=IS_OPEN, postgresql_where=IS_OPEN,
        ),
        Index(
            "ix_application_place", "division_code", "order_on", "number", sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "ix_application_term", "order_on", "number", "division_code", "state", "kind", sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "ix_application_over", "received_on", "number", "division_code", "state", "kind", sqlite_where=IS_OVER,
            postgresql_where=IS_OVER,
        ),
        Index(
            "ix_application_decided", "division_code", "decided_on", sqlite_where=IS_DECIDED,
            postgresql_where=IS_DECIDED,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    number: Mapped[str | None] = mapped_column(NUMBER, unique=True)
    follow_code: Mapped[str] = mapped_column(String(12))
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    credit_code: Mapped[str] = mapped_column(CREDIT_CODE)
    rule_set: Mapped[str] = mapped_column(String(40))
    nature: Mapped[Nature] = mapped_column(code_enum(Nature))
    kind: Mapped[ApplicationKind] = mapped_column(code_enum(ApplicationKind))
    grade: Mapped[str | None] = mapped_column(String(20))  # None where no grade is asked for
    held_certificate: Mapped[str | None] = mapped_column(String(60))  # as the applicant states it
    held_until: Mapped[date | None] = mapped_column(Date)
    statement: Mapped[str | None] = mapped_column(Text)  # what the applicant says
    contact: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[ApplicationState] = mapped_column(code_enum(ApplicationState), default=ApplicationState.DRAFT)
    division_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"))
    examining_authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    deciding_authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    drafted_by: Mapped[str] = mapped_column(BY)
    received_on: Mapped[date | None] = mapped_column(Date)
    is_at_window: Mapped[bool] = mapped_column(Boolean, default=False)
    papers_on: Mapped[date | None] = mapped_column(Date)
    accepted_on: Mapped[date | None] = mapped_column(Date)
    is_accepted_by_silence: Mapped[bool] = mapped_column(Boolean, default=False)
    examined_on: Mapped[date | None] = mapped_column(Date)
    examiner_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    recommendation: Mapped[Recommendation | None] = mapped_column(code_enum(Recommendation))
    published_on: Mapped[date | None] = mapped_column(Date)
    extended_on: Mapped[date | None] = mapped_column(Date)
    decided_on: Mapped[date | None] = mapped_column(Date)
    decider_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    is_provisional: Mapped[bool] = mapped_column(Boolean, default=False)
    delivered_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[ApplicationOutcome | None] = mapped_column(code_enum(ApplicationOutcome))
    due_on: Mapped[date | None] = mapped_column(Date)
    is_due_provisional: Mapped[bool] = mapped_column(Boolean, default=False)  # a year's holidays are awaited
    order_on: Mapped[date] = mapped_column(Date)
    overdue_told_on: Mapped[date | None] = mapped_column(Date)  # for the term that runs


class ApplicationCounter(Base):
    """The last number an office gave to an application in a year; goes up in the transaction that receives one."""

    __tablename__ = "application_counter"

    office: Mapped[str] = mapped_column(CODE, primary_key=True)  # the division its office answers for
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class ApplicationEvent(Base):
    """A line of an application's history, never changed: the database refuses it. One for each version."""

    __tablename__ = "application_event"
    __table_args__ = (Index("uq_application_event", "application_id", "version", unique=True),)

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    application_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("application.id"))
    version: Mapped[int] = mapped_column(Integer)  # the application's, after the act
    at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[ApplicationAct] = mapped_column(code_enum(ApplicationAct))
    state: Mapped[ApplicationState] = mapped_column(code_enum(ApplicationState))
    by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(BY)
    deputy_for: Mapped[str | None] = mapped_column(BY)
    words: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class ApplicationPause(Base):
    """A time in which the clock of an application stands still; one at a time, the database sees to it."""

    __tablename__ = "application_pause"
    __table_args__ = (
        CheckConstraint("resumed_on IS NULL OR resumed_on >= stopped_on", name="days"),
        Index(
            "uq_application_pause_open", "application_id", unique=True, sqlite_where=text("resumed_on IS NULL"),
            postgresql_where=text("resumed_on IS NULL"),
        ),
        Index("ix_application_pause_application_id", "application_id", "stopped_on"),
    )  # fmt: skip

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("application.id"))
    reason: Mapped[ClockStop] = mapped_column(code_enum(ClockStop))
    told: Mapped[str] = mapped_column(Text)  # what the applicant was told in writing
    stopped_on: Mapped[date] = mapped_column(Date)
    resumed_on: Mapped[date | None] = mapped_column(Date)


class ApplicationFile(Base):
    """A paper of an application; when it was sent in, it became an attachment of the application's matter too.

    The content lies in the room of attachments under its hash; a file taken out of a draft is gone.
    """

    __tablename__ = "application_file"
    __table_args__ = (
        Index("ix_application_file_application_id", "application_id", "added_at"),
        Index("ix_application_file_content_hash", "content_hash"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("application.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    notes: Mapped[str | None] = mapped_column(Text)  # what was taken out of it on arrival
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(BY)
    sent_on: Mapped[date | None] = mapped_column(Date)  # the day it came to the office; None: it lies in a draft
