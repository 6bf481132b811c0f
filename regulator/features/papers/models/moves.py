"""Terms of matters that end on another day because the calendar changed, and who has taken note. No queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.papers.moved_terms import MovedTerm
from regulator.foundation.database import Base, Instant, Key, code_enum

_TOLD = text("noted_at IS NULL")


class MatterMove(Base):
    """A term in an open matter ended on ``due_before`` and ends on ``due_after`` by the calendar of a year.

    Told to whoever has the matter until one of them takes note; ``noted_by`` is that person's username.
    ``calendar_year`` is the year whose holidays were announced. A fact of the moment: it never changes otherwise.
    """

    __tablename__ = "matter_move"
    __table_args__ = (
        CheckConstraint("due_before <> due_after", name="days"),
        CheckConstraint("(noted_at IS NULL) = (noted_by IS NULL)", name="noted"),
        Index("ix_matter_move_matter_id", "matter_id"),
        Index("ix_matter_move_told", "matter_id", sqlite_where=_TOLD, postgresql_where=_TOLD),
        Index("ix_matter_move_moved_at", "moved_at"),
    )

    id: Mapped[Key]
    matter_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("matter.id", ondelete="CASCADE"))
    term: Mapped[MovedTerm] = mapped_column(code_enum(MovedTerm))
    due_before: Mapped[date] = mapped_column(Date)
    due_after: Mapped[date] = mapped_column(Date)
    calendar_year: Mapped[int] = mapped_column(Integer)
    moved_at: Mapped[datetime] = mapped_column(Instant)
    noted_at: Mapped[datetime | None] = mapped_column(Instant)
    noted_by: Mapped[str | None] = mapped_column(String(64))
