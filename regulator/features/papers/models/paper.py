"""Official papers and the steps of their approval."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.papers.models.matter import BY, CODE, HASH, KIND, TITLE
from regulator.features.papers.terms import ApprovalStep, Decision, PaperState
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum

_WAITING = text("state = 'approving'")
_NUMBERED = "('signed', 'issued', 'withdrawn', 'superseded')"


class Paper(Versioned, Base):
    """A paper of a matter, from draft to issued and after.

    From signing on, number, facts and content digest stand fixed; the file follows (record before paper) and its bytes
    are known by `file_hash`. `steps` is the chain as it stood when the paper was submitted, `position` the step that
    waits, `waits_for_id` for whom. `file_hash` is empty until the file lies in the file room.
    """

    __tablename__ = "paper"
    __table_args__ = (
        CheckConstraint(f"(state IN {_NUMBERED}) = (number IS NOT NULL)", name="numbered"),
        CheckConstraint("(number IS NULL) = (sequence IS NULL)", name="sequence"),
        CheckConstraint("(number IS NULL) = (check_code IS NULL)", name="digest"),
        CheckConstraint("(state = 'approving') = (waits_for_id IS NOT NULL)", name="waiting"),
        CheckConstraint("state <> 'issued' OR file_hash IS NOT NULL", name="issued"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        Index("uq_paper_sequence", "series_id", "year", "sequence", unique=True),
        Index("ix_paper_matter_id", "matter_id", "drafted_at"),
        Index("ix_paper_waits_for", "waits_for_id", "waits_since", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_paper_drafted_by_id", "drafted_by_id", "state"),
        Index("ix_paper_division_code", "division_code", "drafted_at", "id"),
        Index("ix_paper_addressee_credit_code", "addressee_credit_code", "state"),
        Index("ix_paper_state", "state", "signed_at"),
    )

    id: Mapped[Key]
    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id"))
    division_code: Mapped[str | None] = mapped_column(CODE)  # the matter's
    authority_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("authority.id"))
    kind: Mapped[str] = mapped_column(KIND)
    state: Mapped[PaperState] = mapped_column(code_enum(PaperState), default=PaperState.DRAFT)
    title: Mapped[str] = mapped_column(TITLE)
    addressee: Mapped[str] = mapped_column(String(200))
    addressee_credit_code: Mapped[str | None] = mapped_column(String(18))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    template_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("paper_template.id"))  # None: the shipped one
    template_digest: Mapped[str | None] = mapped_column(HASH)
    drafted_by_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    drafted_by: Mapped[str] = mapped_column(BY)
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    round: Mapped[int] = mapped_column(Integer, default=1)  # goes up each time it is submitted again
    steps: Mapped[list[str]] = mapped_column(JSON)
    needs_minutes: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(Integer, default=0)
    waits_for_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    waits_since: Mapped[datetime | None] = mapped_column(Instant)
    series_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("paper_series.id"))
    year: Mapped[int | None] = mapped_column(Integer)
    sequence: Mapped[int | None] = mapped_column(Integer)
    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    signed_by: Mapped[str | None] = mapped_column(BY)
    dated_on: Mapped[date | None] = mapped_column(Date)  # the date on the paper (成文日期)
    frame: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what stands around the facts, as it was signed
    check_code: Mapped[str | None] = mapped_column(HASH)  # printed on it; of all that is printed
    file_hash: Mapped[str | None] = mapped_column(HASH)
    file_size: Mapped[int | None] = mapped_column(Integer)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    served_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(BY)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    supersedes_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("paper.id"), unique=True)


class Approval(Base):
    """A step taken: who, for whom, what was said. In one round a person takes one step, the database sees to it."""

    __tablename__ = "approval"
    __table_args__ = (
        Index("uq_approval_position", "paper_id", "round", "position", unique=True),
        Index("uq_approval_account", "paper_id", "round", "account_id", unique=True),
        Index("ix_approval_account_id", "account_id", "at"),
    )

    id: Mapped[Key]
    paper_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("paper.id"))
    round: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    step: Mapped[ApprovalStep] = mapped_column(code_enum(ApprovalStep))
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(BY)
    role: Mapped[str] = mapped_column(String(200))
    principal_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("account.id"))
    deputy_for: Mapped[str | None] = mapped_column(BY)  # the principal's name
    decision: Mapped[Decision] = mapped_column(code_enum(Decision))
    opinion: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
