"""Estates, their other names, the keys that lead to them, and the index they are looked up by."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Float, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from regulator.features.registry.models.record import DIVISION_CODE, NAME, Recorded
from regulator.features.registry.terms import Condition, EstateKind, NameKind, Ownership
from regulator.foundation.database import Base, Key, code_enum
from regulator.foundation.search import SearchRow


class Estate(Recorded, Base):
    """A property-management area. Areas are whole numbers of 0.01 ㎡; lon and lat are CGCS2000 (EPSG:4490) degrees.

    ``division_code`` is the community, or the street while the community is not known (then ``to_be_placed``).
    """

    __tablename__ = "estate"
    __table_args__ = (
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="point"),
        CheckConstraint("floor_area IS NULL OR floor_area >= 0", name="floor_area"),
        CheckConstraint("households IS NULL OR households >= 0", name="households"),
        Index("ix_estate_division_code_code", "division_code", "code"),
        Index("ix_estate_lat_lon", "lat", "lon"),
        Index("ix_estate_name_code", "name", "code"),
        Index("ix_estate_updated_at", "updated_at"),
        Index("ix_estate_to_be_placed", "to_be_placed", "code"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(NAME)
    kind: Mapped[EstateKind] = mapped_column(code_enum(EstateKind))
    kind_assumed: Mapped[bool] = mapped_column(Boolean, default=False)
    condition: Mapped[Condition] = mapped_column(code_enum(Condition))
    condition_assumed: Mapped[bool] = mapped_column(Boolean, default=False)
    condition_since: Mapped[date | None] = mapped_column(Date)
    division_code: Mapped[str] = mapped_column(DIVISION_CODE, ForeignKey("division.code"))
    to_be_placed: Mapped[bool] = mapped_column(Boolean, default=False)
    community_as_stated: Mapped[str | None] = mapped_column(String(100))
    address: Mapped[str | None] = mapped_column(String(300))
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    floor_area: Mapped[int | None] = mapped_column(BigInteger)
    area_multi_storey: Mapped[int | None] = mapped_column(BigInteger)
    area_high_rise: Mapped[int | None] = mapped_column(BigInteger)
    area_villa: Mapped[int | None] = mapped_column(BigInteger)
    area_other: Mapped[int | None] = mapped_column(BigInteger)
    site_area: Mapped[int | None] = mapped_column(BigInteger)
    buildings: Mapped[int | None] = mapped_column(Integer)
    households: Mapped[int | None] = mapped_column(Integer)
    completion_year: Mapped[int | None] = mapped_column(Integer)
    ownership: Mapped[Ownership | None] = mapped_column(code_enum(Ownership))
    facilities: Mapped[str | None] = mapped_column(Text)
    duty_phone: Mapped[str | None] = mapped_column(String(40))  # of the duty desk: public
    owning_unit: Mapped[str | None] = mapped_column(NAME)
    remark: Mapped[str | None] = mapped_column(Text)

    names: Mapped[list["EstateName"]] = relationship(
        back_populates="estate", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class EstateName(Base):
    """An alias, or a former name with its last day."""

    __tablename__ = "estate_name"
    __table_args__ = (Index("uq_estate_name_estate_id_name", "estate_id", "name", unique=True),)

    id: Mapped[Key]
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(NAME, index=True)
    kind: Mapped[NameKind] = mapped_column(code_enum(NameKind))
    ended_on: Mapped[date | None] = mapped_column(Date)

    estate: Mapped[Estate] = relationship(back_populates="names", lazy="raise")


class EstateKey(Base):
    """A division and name under which an estate was once imported or registered: still leads to it."""

    __tablename__ = "estate_key"

    division_code: Mapped[str] = mapped_column(DIVISION_CODE, primary_key=True)
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"), index=True)


class EstateCounter(Base):
    """The last number given to an estate of a community or street; numbers are never reused."""

    __tablename__ = "estate_counter"

    division_code: Mapped[str] = mapped_column(DIVISION_CODE, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class EstateSearch(SearchRow, Base):
    """The tokens an estate is found by."""

    __tablename__ = "estate_search"
    __subject__ = "estate"
