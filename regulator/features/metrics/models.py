"""The targets set for figures, by division and year. No queries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.metrics.terms import Bound, MetricName
from regulator.foundation.database import Base, Instant, code_enum


class MetricTarget(Base):
    """What a division (and all below it without a target of their own) is to reach in a year, in ten-thousandths."""

    __tablename__ = "metric_target"
    __table_args__ = (CheckConstraint("value > 0 AND value <= 10000", name="value"),)

    metric: Mapped[MetricName] = mapped_column(code_enum(MetricName), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(Integer)
    bound: Mapped[Bound] = mapped_column(code_enum(Bound))
    note: Mapped[str | None] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(String(60))
