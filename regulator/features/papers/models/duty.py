"""The duty roster of authorities, and hand-overs of matters from one person to another."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.papers.models.matter import BY, CODE, HASH, KIND, TITLE
from regulator.features.papers.terms import DutyKind, HandoverOutcome, HandoverReason, HandoverState
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum


class DutyShift(Base):
    """Who is on duty at an authority from one moment to another. `phone` is the authority's duty telephone.

    A cancelled shift stays; one cancelled while it ran counts until then.
    """

    __tablename__ = "duty_shift"
    __table_args__ = (
        CheckConstraint("ended_at > began_at", name="times"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name="cancelled"),
        Index("ix_duty_shift_authority_id", "authority_id", "began_at"),
        Index("ix_duty_shift_account_id", "account_id", "began_at"),
    )

    id: Mapped[Key]
    authority_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("authority.id"))
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    kind: Mapped[DutyKind] = mapped_column(code_enum(DutyKind))
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    phone: Mapped[str | None] = mapped_column(String(40))
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(BY)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_by: Mapped[str | None] = mapped_column(BY)
    cancelled_reason: Mapped[str | None] = mapped_column(Text)


class Handover(Versioned, Base):
    """All open matters of one person for another, in one list both sign; `list_hash` is of the list as signed.

    The names stand as they were when it was drawn up. `division_code` is the giver's place, for those who lead there;
    `signed_for` is why somebody else signed in the giver's place.
    """

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="other"),
        CheckConstraint("(given_at IS NULL) = (list_hash IS NULL)", name="given"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(state = 'taken') = (taken_at IS NOT NULL)", name="taken"),
        Index("ix_handover_from_id", "from_id", "state"),
        Index("ix_handover_to_id", "to_id", "state"),
        Index("ix_handover_division_code", "division_code", "id"),
    )

    id: Mapped[Key]
    from_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    from_name: Mapped[str] = mapped_column(BY)
    to_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    to_name: Mapped[str] = mapped_column(BY)
    division_code: Mapped[str | None] = mapped_column(CODE)
    reason: Mapped[HandoverReason] = mapped_column(code_enum(HandoverReason))
    state: Mapped[HandoverState] = mapped_column(code_enum(HandoverState))
    note: Mapped[str | None] = mapped_column(Text)
    leaves_on: Mapped[date] = mapped_column(Date)
    drawn_up_at: Mapped[datetime] = mapped_column(Instant)
    drawn_up_by: Mapped[str] = mapped_column(BY)
    given_at: Mapped[datetime | None] = mapped_column(Instant)
    given_by: Mapped[str | None] = mapped_column(BY)
    signed_for: Mapped[str | None] = mapped_column(Text)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_by: Mapped[str | None] = mapped_column(BY)
    cancelled_reason: Mapped[str | None] = mapped_column(Text)
    list_hash: Mapped[str | None] = mapped_column(HASH)


class HandoverItem(Base):
    """A line of the list: a matter, or a paper that waits for an approval; as it stood when it was given.

    `since_given` lines came to the giver between the two signatures; `outcome` says what became of each when taken.
    """

    __tablename__ = "handover_item"
    __table_args__ = (Index("ix_handover_item_matter_id", "matter_id"),)

    handover_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("handover.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id"))
    paper_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("paper.id"))
    number: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(KIND)
    title: Mapped[str] = mapped_column(TITLE)
    due_on: Mapped[date | None] = mapped_column(Date)
    since_given: Mapped[bool] = mapped_column(Boolean, default=False)
    outcome: Mapped[HandoverOutcome | None] = mapped_column(code_enum(HandoverOutcome))
