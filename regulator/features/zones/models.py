"""Tables of zones: a street's proposal, zones from draft to managed, their estates, and barriers. No queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.zones.rules.deciding import zone_code
from regulator.features.zones.terms import BarrierKind, Limits, ZoneState
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum
from regulator.foundation.geo import Geometry

CODE = String(12)
BY = String(60)
_LIVING = text("living")


class Limited:
    """The limits a grouping was made with, kept with what it made; floor area in 0.01 ㎡."""

    limit_diameter: Mapped[int] = mapped_column(Integer)
    limit_households: Mapped[int | None] = mapped_column(Integer)
    limit_floor_area: Mapped[int | None] = mapped_column(BigInteger)
    neighbour_within: Mapped[int] = mapped_column(Integer)
    barriers_respected: Mapped[bool] = mapped_column(Boolean)

    @property
    def limits(self) -> Limits:
        """The limits as the rules take them."""
        return Limits(
            self.limit_diameter,
            self.limit_households,
            self.limit_floor_area,
            self.neighbour_within,
            self.barriers_respected,
        )


class ZoneProposal(Versioned, Limited, Base):
    """The latest grouping of a street; the groups themselves are its zones in state proposed."""

    __tablename__ = "zone_proposal"

    division_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"), primary_key=True)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    proposed_by: Mapped[str] = mapped_column(BY)


class Zone(Versioned, Limited, Base):
    """A zone of a street. A proposed one is a draft with an ordinal; from adoption on it has a number and a name.

    ``geometry`` is drawn round its members (EPSG:4490) with box and diameter (metres); None while none has a position.
    ``followed_on`` is the day for which the state was last derived from the members' services.
    """

    __tablename__ = "zone"
    __table_args__ = (
        CheckConstraint("(state = 'proposed') = (number IS NULL)", name="number"),
        CheckConstraint("(number IS NULL) = (name IS NULL)", name="name"),
        CheckConstraint("(state = 'dissolved') = (dissolved_at IS NOT NULL)", name="dissolved"),
        Index("uq_zone_division_code_number", "division_code", "number", unique=True),
        Index("ix_zone_south_west", "south", "west"),
        Index("ix_zone_state_followed_on", "state", "followed_on"),
    )

    id: Mapped[Key]
    division_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"))
    state: Mapped[ZoneState] = mapped_column(code_enum(ZoneState))
    ordinal: Mapped[int] = mapped_column(Integer)
    number: Mapped[int | None] = mapped_column(Integer)
    name: Mapped[str | None] = mapped_column(String(100))
    geometry: Mapped[Any | None] = mapped_column(Geometry("Polygon"), deferred=True)
    west: Mapped[float | None] = mapped_column(Float)
    south: Mapped[float | None] = mapped_column(Float)
    east: Mapped[float | None] = mapped_column(Float)
    north: Mapped[float | None] = mapped_column(Float)
    diameter: Mapped[int | None] = mapped_column(Integer)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    proposed_by: Mapped[str] = mapped_column(BY)
    adopted_at: Mapped[datetime | None] = mapped_column(Instant)
    adopted_by: Mapped[str | None] = mapped_column(BY)
    managed_at: Mapped[datetime | None] = mapped_column(Instant)
    dissolved_at: Mapped[datetime | None] = mapped_column(Instant)
    dissolved_by: Mapped[str | None] = mapped_column(BY)
    dissolved_reason: Mapped[str | None] = mapped_column(Text)
    followed_on: Mapped[date | None] = mapped_column(Date)

    @property
    def code(self) -> str | None:
        """The business number; None for a draft."""
        return zone_code(self.division_code, self.number) if self.number is not None else None


class ZoneEstate(Base):
    """An estate of a zone, by its code. An estate stands in one living zone at most; a dissolved one keeps its list."""

    __tablename__ = "zone_estate"
    __table_args__ = (
        Index("uq_zone_estate_living", "estate_code", unique=True, sqlite_where=_LIVING, postgresql_where=_LIVING),
    )

    zone_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True)
    estate_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    living: Mapped[bool] = mapped_column(Boolean, default=True)


class BarrierLayer(Base):
    """Barriers that came in one file, whose key this is; a later file of the same source replaces them as a whole.

    ``replaced_by`` is that file's key: taking it back brings these into force again.
    """

    __tablename__ = "barrier_layer"
    __table_args__ = (Index("ix_barrier_layer_source", "source"),)

    id: Mapped[Key]
    file_name: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    loaded_by: Mapped[str] = mapped_column(String(100))
    replaced_by: Mapped[UUID | None] = mapped_column(Uuid)


class Barrier(Base):
    """A road, river, railway or wall as a line or an area (EPSG:4490), by its row of the file, with its box."""

    __tablename__ = "barrier"
    __table_args__ = (Index("ix_barrier_south_west", "south", "west"),)

    layer_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("barrier_layer.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[BarrierKind] = mapped_column(code_enum(BarrierKind))
    name: Mapped[str | None] = mapped_column(String(200))
    geometry: Mapped[Any] = mapped_column(Geometry(), deferred=True)
    west: Mapped[float] = mapped_column(Float)
    south: Mapped[float] = mapped_column(Float)
    east: Mapped[float] = mapped_column(Float)
    north: Mapped[float] = mapped_column(Float)
