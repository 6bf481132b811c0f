"""Tables of the calendar: years that were announced, with their days off and make-up days. No queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Enum, ForeignKey, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.calendar.terms import DayKind, YearSource
from regulator.foundation.database import Base, Instant, Key


def _code(kind: type) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class CalendarYear(Base):
    """One edition of a year's holidays: never changed, replaced as a whole, so that its key names its content.

    A year that waits for its notice has no row: its days follow from the law. `imported_by` is a username.
    """

    __tablename__ = "calendar_year"
    __table_args__ = (
        CheckConstraint("source <> 'provisional'", name="stored"),
        CheckConstraint(
            "source <> 'announced' OR (document_number IS NOT NULL AND issued_on IS NOT NULL)", name="document"
        ),
    )

    id: Mapped[Key]
    year: Mapped[int] = mapped_column(Integer, unique=True)
    source: Mapped[YearSource] = mapped_column(_code(YearSource))
    document_number: Mapped[str | None] = mapped_column(String(60))
    issued_on: Mapped[date | None] = mapped_column(Date)
    imported_by: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(Instant)


class CalendarDay(Base):
    """A day that differs from an ordinary one; the last week of December may belong to the next year's notice."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    year_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("calendar_year.id"), index=True)
    kind: Mapped[DayKind] = mapped_column(_code(DayKind))
    name: Mapped[str] = mapped_column(String(60))
