"""Boundaries, and estates as the map shows them: each by itself and counted in cells. No queries.

A boundary flagged schematic is for looking at only. What stands in ``map_estate`` and ``map_cluster`` follows the
register in the transaction that changes it.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Float, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base, Instant, Serial
from regulator.foundation.geo import Geometry

DIVISION_CODE = String(12)
ESTATE_CODE = String(16)
EMPTY = text("estates = 0")
WORD = String(32)
"""The value of a code, or ``unknown``."""


class DivisionBoundary(Base):
    """Where a division lies, EPSG:4490; at most one boundary per division, replaced as a whole."""

    __tablename__ = "division_boundary"

    division_code: Mapped[str] = mapped_column(DIVISION_CODE, ForeignKey("division.code"), primary_key=True)
    geometry: Mapped[Any] = mapped_column(Geometry("MultiPolygon"))
    schematic: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime] = mapped_column(Instant)


class EstateBoundary(Base):
    """Where an estate lies, EPSG:4490, with its box for finding it; at most one per estate, replaced as a whole."""

    __tablename__ = "estate_boundary"
    __table_args__ = (Index("ix_estate_boundary_south_west", "south", "west"),)

    estate_code: Mapped[str] = mapped_column(ESTATE_CODE, primary_key=True)
    geometry: Mapped[Any] = mapped_column(Geometry("MultiPolygon"))
    west: Mapped[float] = mapped_column(Float)
    south: Mapped[float] = mapped_column(Float)
    east: Mapped[float] = mapped_column(Float)
    north: Mapped[float] = mapped_column(Float)
    source: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    updated_by: Mapped[str] = mapped_column(String(60))


class MapState(Base):
    """The one row that says for which day the map stands, and a number that goes up with each change of it."""

    __tablename__ = "map_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(BigInteger)


class MapEstate(Base):
    """An estate with a position as the map shows it on the day of ``map_state``; retired ones are not here.

    ``x`` and ``y`` are its cell of the finest grid, ``number`` its own and never changes; ``year`` of completion.
    """

    __tablename__ = "map_estate"
    __table_args__ = (
        Index(
            "ix_map_estate_cell",
            *("y", "x", "mode", "ownership", "condition", "year", "division_code", "lon", "lat", "number"),
        ),
        Index(
            "ix_map_estate_division_code",
            *("division_code", "y", "x", "mode", "ownership", "condition", "year", "lon", "lat", "number"),
        ),
        Index("ix_map_estate_credit_code", "credit_code"),
    )

    number: Mapped[int] = mapped_column(Serial, primary_key=True)
    code: Mapped[str] = mapped_column(ESTATE_CODE, unique=True)
    x: Mapped[int] = mapped_column(Integer)
    y: Mapped[int] = mapped_column(Integer)
    lon: Mapped[float] = mapped_column(Float)
    lat: Mapped[float] = mapped_column(Float)
    mode: Mapped[str] = mapped_column(WORD)
    ownership: Mapped[str] = mapped_column(WORD)
    condition: Mapped[str] = mapped_column(WORD)
    kind: Mapped[str] = mapped_column(WORD)
    year: Mapped[int | None] = mapped_column(Integer)
    division_code: Mapped[str] = mapped_column(DIVISION_CODE)
    credit_code: Mapped[str | None] = mapped_column(String(18))


class MapCluster(Base):
    """The estates of a cell in one mode: of all, or of one value of a dimension. Sums only, so that rows go in and out.

    ``lon_sum`` and ``lat_sum`` are of millionths of a degree east of the antimeridian and north of the pole's -90;
    ``number_sum`` names the estate where there is but one.
    """

    __tablename__ = "map_cluster"
    __table_args__ = (
        Index(
            "ix_map_cluster_empty", "estates", sqlite_where=text("estates = 0"), postgresql_where=text("estates = 0")
        ),
    )

    zoom: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    dimension: Mapped[str] = mapped_column(WORD, primary_key=True)
    value: Mapped[str] = mapped_column(WORD, primary_key=True)
    y: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    x: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    mode: Mapped[str] = mapped_column(WORD, primary_key=True)
    estates: Mapped[int] = mapped_column(Integer)
    lon_sum: Mapped[int] = mapped_column(BigInteger)
    lat_sum: Mapped[int] = mapped_column(BigInteger)
    number_sum: Mapped[int] = mapped_column(BigInteger)
