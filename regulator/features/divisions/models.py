"""Tables of the territory: divisions with their days, what became of closed ones, management areas. No queries."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, Enum, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.divisions.terms import Level
from regulator.foundation.database import Base

CODE = String(12)


def code_enum(kind: type) -> Enum:
    """A StrEnum kept as its value in a text column, with a CHECK of the values."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class Division(Base):
    """A node of the tree by statistical code. `ended_on` is the last day it existed; a closed code stays readable."""

    __tablename__ = "division"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR began_on IS NULL OR ended_on >= began_on", name="days"),
        CheckConstraint("(level = 'city') = (parent_code IS NULL)", name="parent"),
        CheckConstraint(
            "(west IS NULL AND south IS NULL AND east IS NULL AND north IS NULL) OR (west < east AND south < north)",
            name="box",
        ),
        Index("ix_division_name", "name"),
    )

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    level: Mapped[Level] = mapped_column(code_enum(Level))
    name: Mapped[str] = mapped_column(String(100))
    parent_code: Mapped[str | None] = mapped_column(CODE, ForeignKey("division.code"), index=True)
    began_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    west: Mapped[float | None] = mapped_column(Float)
    south: Mapped[float | None] = mapped_column(Float)
    east: Mapped[float | None] = mapped_column(Float)
    north: Mapped[float | None] = mapped_column(Float)


class DivisionSuccession(Base):
    """A closed division went into another: one row for a merger, several for a split."""

    __tablename__ = "division_succession"
    __table_args__ = (CheckConstraint("code <> successor_code", name="other"),)

    code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"), primary_key=True)
    successor_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"), primary_key=True, index=True)


class ManagementArea(Base):
    """A development zone (功能区): a named set of divisions beside the tree."""

    __tablename__ = "management_area"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class ManagementAreaDivision(Base):
    """A division that belongs to a management area, with everything below it."""

    __tablename__ = "management_area_division"

    area_code: Mapped[str] = mapped_column(String(32), ForeignKey("management_area.code"), primary_key=True)
    division_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"), primary_key=True, index=True)
