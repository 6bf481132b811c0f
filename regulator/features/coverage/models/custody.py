"""Who looks after an estate without professional service, in periods that are never overwritten. No queries."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base, Instant, Key, Versioned

_OPEN = text("ended_on IS NULL")


class Custodian(Versioned, Base):
    """A custodian (管护责任人) of an estate, named by the estate's code; one is in charge at a time.

    Numbers of people are None while nobody has said them. The phone is a person's: masked in lists, never public.
    """

    __tablename__ = "custodian"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= began_on", name="days"),
        CheckConstraint("people_cleaning IS NULL OR people_cleaning >= 0", name="people_cleaning"),
        CheckConstraint("people_order IS NULL OR people_order >= 0", name="people_order"),
        CheckConstraint("people_repair IS NULL OR people_repair >= 0", name="people_repair"),
        Index("uq_custodian_open", "estate_code", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("uq_custodian_estate_code_began_on", "estate_code", "began_on", unique=True),
    )

    id: Mapped[Key]
    estate_code: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str | None] = mapped_column(String(200))
    people_cleaning: Mapped[int | None] = mapped_column(Integer)
    people_order: Mapped[int | None] = mapped_column(Integer)
    people_repair: Mapped[int | None] = mapped_column(Integer)
    began_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(60))
