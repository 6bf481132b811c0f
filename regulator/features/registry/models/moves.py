"""Terms that end on another day because the calendar changed, and which officials have taken note. No queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base, Instant, Key


class TermMove(Base):
    """The open term of a notice ended on ``due_before`` and ends on ``due_after`` by the calendar of a year.

    ``calendar_year`` is the year whose holidays were announced. A fact of the moment: what is corrected in the notice
    later does not change it.
    """

    __tablename__ = "term_move"
    __table_args__ = (
        CheckConstraint("due_before <> due_after", name="days"),
        Index("ix_term_move_notice_id", "notice_id"),
        Index("ix_term_move_due_after", "due_after"),
    )

    id: Mapped[Key]
    notice_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("notice.id", ondelete="CASCADE"))
    due_before: Mapped[date] = mapped_column(Date)
    due_after: Mapped[date] = mapped_column(Date)
    calendar_year: Mapped[int] = mapped_column(Integer)
    moved_at: Mapped[datetime] = mapped_column(Instant)


class TermMoveSeen(Base):
    """An official (by username) has taken note of a term's new day; each is told for themselves."""

    __tablename__ = "term_move_seen"

    move_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("term_move.id", ondelete="CASCADE"), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
