"""Boundaries of divisions. A boundary flagged schematic is for looking at only. No queries."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base, Instant
from regulator.foundation.geo import Geometry


class DivisionBoundary(Base):
    """Where a division lies, EPSG:4490; at most one boundary per division, replaced as a whole."""

    __tablename__ = "division_boundary"

    division_code: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), primary_key=True)
    geometry: Mapped[Any] = mapped_column(Geometry("MultiPolygon"))
    schematic: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime] = mapped_column(Instant)
