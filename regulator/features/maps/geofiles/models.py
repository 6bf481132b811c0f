"""Tables of geodata in and out: files with what came of each shape, and layers asked for as files. No queries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.divisions.terms import Level
from regulator.features.maps.geofiles.terms import FileType, GeoKind, GeoLayer, GeoOutcome, GeoState
from regulator.features.zones.terms import BarrierKind
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum
from regulator.foundation.geo import Geometry

SHA = String(64)


class GeoBatch(Versioned, Base):
    """One file on its way into the register: one logical act, taken and taken back as a whole.

    ``stored`` names the encrypted copy, gone once the batch has come to an end; ``preview`` the judged shapes as
    GeoJSON in the file room; ``findings`` is what the checks of the whole file found. ``actor`` and ``scope`` are of
    the moment it was sent.
    """

    __tablename__ = "geo_batch"
    __table_args__ = (Index("ix_geo_batch_account_id", "account_id", "sent_at"),)

    id: Mapped[Key]
    kind: Mapped[GeoKind] = mapped_column(code_enum(GeoKind))
    state: Mapped[GeoState] = mapped_column(code_enum(GeoState))
    file_name: Mapped[str] = mapped_column(String(255))
    stored: Mapped[str | None] = mapped_column(SHA)
    content_hash: Mapped[str] = mapped_column(SHA)
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    authority_id: Mapped[UUID | None] = mapped_column(Uuid)
    actor: Mapped[dict[str, Any]] = mapped_column(JSON)
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)
    datum: Mapped[str] = mapped_column(String(20))
    level: Mapped[Level | None] = mapped_column(code_enum(Level))
    barrier_kind: Mapped[BarrierKind | None] = mapped_column(code_enum(BarrierKind))
    code_field: Mapped[str | None] = mapped_column(String(100))
    name_field: Mapped[str | None] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(200))
    findings: Mapped[dict[str, Any]] = mapped_column(JSON)
    preview: Mapped[str | None] = mapped_column(SHA)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    judged_at: Mapped[datetime | None] = mapped_column(Instant)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str | None] = mapped_column(String(100))
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_params: Mapped[dict[str, Any]] = mapped_column(JSON)
    rows_read: Mapped[int] = mapped_column(Integer, default=0)
    rows_new: Mapped[int] = mapped_column(Integer, default=0)
    rows_changed: Mapped[int] = mapped_column(Integer, default=0)
    rows_unchanged: Mapped[int] = mapped_column(Integer, default=0)
    rows_rejected: Mapped[int] = mapped_column(Integer, default=0)
    rows_flagged: Mapped[int] = mapped_column(Integer, default=0)


class GeoRow(Base):
    """A judged shape in EPSG:4490 and what stood in the register before it: a position, or a boundary.

    ``key`` is the estate's or the division's code or the barrier's kind, ``area`` in ㎡, ``reasons`` JSON of code and
    parameters, ``before`` JSON of the position or of the boundary's source and mark. ``after_lon`` and ``after_lat``
    repeat a position, so that pages need no library of shapes.
    """

    __tablename__ = "geo_row"
    __table_args__ = (Index("ix_geo_row_outcome", "batch_id", "outcome", "number"),)

    batch_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("geo_batch.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    outcome: Mapped[GeoOutcome] = mapped_column(code_enum(GeoOutcome))
    stated: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(16))
    name: Mapped[str | None] = mapped_column(String(200))
    reasons: Mapped[str] = mapped_column(Text)
    shape: Mapped[Any] = mapped_column(Geometry(), nullable=True)
    area: Mapped[float | None] = mapped_column(Float)
    after_lon: Mapped[float | None] = mapped_column(Float)
    after_lat: Mapped[float | None] = mapped_column(Float)
    before_shape: Mapped[Any] = mapped_column(Geometry(), nullable=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)


class GeoExport(Base):
    """A layer somebody asked for as a file; ``stored`` names it in the file room once the worker has made it."""

    __tablename__ = "geo_export"
    __table_args__ = (Index("ix_geo_export_account_id", "account_id", "asked_at"),)

    id: Mapped[Key]
    layer: Mapped[GeoLayer] = mapped_column(code_enum(GeoLayer))
    file_type: Mapped[FileType] = mapped_column(code_enum(FileType))
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    features: Mapped[int] = mapped_column(Integer, default=0)
    stored: Mapped[str | None] = mapped_column(SHA)
    error_code: Mapped[str | None] = mapped_column(String(60))
