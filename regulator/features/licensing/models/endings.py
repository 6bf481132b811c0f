"""Cases by which certificates are ended, with their history and the counters of their numbers. No queries.

A case goes from state to state by one UPDATE that names the state and version it was read in; its history has one line
for each version. One case at a time is open for a certificate.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.licensing.endings_terms import (
    ENDED_ENDINGS,
    KNOWN_TO_HOLDER,
    OPEN_ENDINGS,
    EndingAct,
    EndingState,
)
from regulator.features.licensing.models.rulesets import CREDIT_CODE
from regulator.features.licensing.terms import EndingKind, Nature
from regulator.foundation.database import Base, Instant, Key, Serial, Versioned, code_enum

BY = String(100)
CODE = String(12)
NUMBER = String(30)
PAPER = String(60)


def _among(states: tuple[EndingState, ...]) -> str:
    return f"state IN ({', '.join(repr(state.value) for state in states)})"


S = EndingState
IS_OPEN_ENDING = text(_among(OPEN_ENDINGS))
_DECIDED = "decided_on IS NOT NULL AND decider_id IS NOT NULL AND decision_paper IS NOT NULL AND ends_on IS NOT NULL"


class CertificateEnding(Versioned, Base):
    """A case: which act on which certificate, why, by whom it was opened, how far it has come.

    ``owner_id`` and ``authority_id`` say who has it (None: it is over), ``due_on`` until when it is to be decided,
    ``answer_until`` until when the holder may ask for a hearing; ``order_on`` is the end of time where no term runs.
    """

    __tablename__ = "certificate_ending"
    __table_args__ = (
        CheckConstraint(
            f"NOT ({_among(KNOWN_TO_HOLDER)}) OR (told_on IS NOT NULL AND answer_until IS NOT NULL)", name="told"
        ),
        CheckConstraint("state <> 'decided' OR kind = 'cancellation' OR told_on IS NOT NULL", name="told_first"),
        CheckConstraint("state <> 'hearing_asked' OR hearing_asked_on IS NOT NULL", name="asked"),
        CheckConstraint("hearing_asked_on IS NULL OR state <> 'decided' OR heard_on IS NOT NULL", name="heard_first"),
        CheckConstraint("heard_on IS NULL OR hearing_asked_on IS NOT NULL", name="heard"),
        CheckConstraint("(notice_paper IS NULL) = (told_on IS NULL)", name="notice"),
        CheckConstraint(f"(state = 'decided') = ({_DECIDED})", name="decided"),
        CheckConstraint("decider_id IS NULL OR decider_id <> opened_by_id", name="two_people"),
        CheckConstraint(f"NOT ({_among(ENDED_ENDINGS)}) OR (due_on IS NULL AND owner_id IS NULL)", name="ended"),
        CheckConstraint(f"({_among(ENDED_ENDINGS)}) = (over_on IS NOT NULL)", name="over"),
        CheckConstraint("due_on IS NULL OR due_on = order_on", name="order"),
        Index(
            "uq_certificate_ending_open", "certificate_id", unique=True, sqlite_where=IS_OPEN_ENDING,
            postgresql_where=IS_OPEN_ENDING,
        ),
        Index("ix_certificate_ending_certificate", "certificate_id", "opened_on"),
        Index(
            "ix_certificate_ending_term", "order_on", "number", "division_code", sqlite_where=IS_OPEN_ENDING,
            postgresql_where=IS_OPEN_ENDING,
        ),
        Index(
            "ix_certificate_ending_owner", "owner_id", "order_on", "number", sqlite_where=IS_OPEN_ENDING,
            postgresql_where=IS_OPEN_ENDING,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(NUMBER, unique=True)
    certificate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("certificate.id"))
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    credit_code: Mapped[str] = mapped_column(CREDIT_CODE)
    nature: Mapped[Nature] = mapped_column(code_enum(Nature))
    kind: Mapped[EndingKind] = mapped_column(code_enum(EndingKind))
    ground: Mapped[str] = mapped_column(String(40))  # an `EndingGround`, or of a penalty an act of the rule set
    found: Mapped[str] = mapped_column(Text)  # what was found, as the case was opened
    state: Mapped[EndingState] = mapped_column(code_enum(EndingState), default=EndingState.OPENED)
    division_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"))
    office_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"))  # whose office has it
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    opened_on: Mapped[date] = mapped_column(Date)
    opened_by_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    opened_by: Mapped[str] = mapped_column(BY)
    told_on: Mapped[date | None] = mapped_column(Date)  # the day the notice was served
    notice_paper: Mapped[str | None] = mapped_column(PAPER)
    answer_until: Mapped[date | None] = mapped_column(Date)
    is_answer_provisional: Mapped[bool] = mapped_column(Boolean, default=False)
    hearing_asked_on: Mapped[date | None] = mapped_column(Date)
    heard_on: Mapped[date | None] = mapped_column(Date)
    decided_on: Mapped[date | None] = mapped_column(Date)
    decider_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    decision_paper: Mapped[str | None] = mapped_column(PAPER)
    ends_on: Mapped[date | None] = mapped_column(Date)  # the first day the certificate does not stand
    over_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    is_due_provisional: Mapped[bool] = mapped_column(Boolean, default=False)  # a year's holidays are awaited
    order_on: Mapped[date] = mapped_column(Date)
    overdue_told_on: Mapped[date | None] = mapped_column(Date)


class CertificateEndingEvent(Base):
    """A line of a case's history, never changed: the database refuses it. One for each version."""

    __tablename__ = "certificate_ending_event"
    __table_args__ = (Index("uq_certificate_ending_event", "ending_id", "version", unique=True),)

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    ending_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("certificate_ending.id"))
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[EndingAct] = mapped_column(code_enum(EndingAct))
    state: Mapped[EndingState] = mapped_column(code_enum(EndingState))
    by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    by_name: Mapped[str] = mapped_column(BY)
    deputy_for: Mapped[str | None] = mapped_column(BY)
    by_holder: Mapped[bool] = mapped_column(Boolean, default=False)
    words: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class CertificateEndingCounter(Base):
    """The last number an office gave to a case in a year; goes up in the transaction that opens one."""

    __tablename__ = "certificate_ending_counter"

    office: Mapped[str] = mapped_column(CODE, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)
