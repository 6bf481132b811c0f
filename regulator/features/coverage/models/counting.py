"""What is kept of counting: the rule, each estate as counted today, tallies by place, and closed months."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.divisions.terms import Level
from regulator.features.registry.terms import EstateKind
from regulator.foundation.database import Base, Instant, code_enum

CODE = String(12)
EMPTY = text("estates = 0")
"""Written out: an index of the empty rows alone serves no statement in which the nought is a value."""
STATE = String(32)
"""The value of a Mode or of an Exclusion."""


class CoverageRule(Base):
    """Which kinds of estate and which modes count from a day on, until the next rule begins."""

    __tablename__ = "coverage_rule"

    effective_from: Mapped[date] = mapped_column(Date, primary_key=True)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    full: Mapped[list[str]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(60))


class CoverageDay(Base):
    """The one row that says for which day the tallies stand; without it nothing is kept and all is counted anew."""

    __tablename__ = "coverage_day"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date)
    counted_at: Mapped[datetime] = mapped_column(Instant)


class CoverageEstate(Base):
    """An estate as it went into the tallies, so that it can be taken out of them again; kept by code, for all time."""

    __tablename__ = "coverage_estate"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    division_code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[EstateKind] = mapped_column(code_enum(EstateKind))
    state: Mapped[str] = mapped_column(STATE)
    floor_area: Mapped[int | None] = mapped_column(BigInteger)
    households: Mapped[int | None] = mapped_column(Integer)


class Counted:
    """So many estates of one kind in one state, their known floor area (0.01 ㎡) and households."""

    estates: Mapped[int] = mapped_column(Integer)
    floor_area: Mapped[int] = mapped_column(BigInteger)
    households: Mapped[int] = mapped_column(BigInteger)
    floor_area_known: Mapped[int] = mapped_column(Integer)
    households_known: Mapped[int] = mapped_column(Integer)


class CoverageTally(Counted, Base):
    """Today's tallies of every city, district and street; changed with the rows they count."""

    __tablename__ = "coverage_tally"
    __table_args__ = (
        Index("ix_coverage_tally_level_division_code", "level", "division_code"),
        Index("ix_coverage_tally_empty", "estates", sqlite_where=EMPTY, postgresql_where=EMPTY),
    )

    division_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    level: Mapped[Level] = mapped_column(code_enum(Level), primary_key=True)
    kind: Mapped[EstateKind] = mapped_column(code_enum(EstateKind), primary_key=True)
    state: Mapped[str] = mapped_column(STATE, primary_key=True)


class CoverageMonth(Base):
    """A closed month of a city: every estate as it was counted on the last day, packed, and the hash of that.

    ``rule_from`` names the counting rule in force. Nothing here is ever changed; a correction shows beside it.
    """

    __tablename__ = "coverage_month"

    city_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    closed_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[str] = mapped_column(String(60))
    rule_from: Mapped[date] = mapped_column(Date)
    estates: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # zlib of rules.canonical
    content_hash: Mapped[str] = mapped_column(String(64))


class CoverageMonthTally(Counted, Base):
    """The tallies of a closed month for every city, district and street, so that a trend need not unpack it."""

    __tablename__ = "coverage_month_tally"
    __table_args__ = (Index("ix_coverage_month_tally_level_division_code_month", "level", "division_code", "month"),)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    division_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    level: Mapped[Level] = mapped_column(code_enum(Level), primary_key=True)
    kind: Mapped[EstateKind] = mapped_column(code_enum(EstateKind), primary_key=True)
    state: Mapped[str] = mapped_column(STATE, primary_key=True)
