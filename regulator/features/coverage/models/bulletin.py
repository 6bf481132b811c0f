"""Which bulletins have been made and where their files lie."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base, Instant

HASH = String(64)


class CoverageBulletin(Base):
    """The bulletin of a territory, a closed month and a language; ``pdf`` and ``docx`` name files of the file room.

    ``place_key`` is the division's code, or stands for the several divisions of a management area.
    ``basis`` is the hash of what it was made from (the frozen month, the targets, the counting rule): while that is
    wanted the bulletin is found, and not made again. ``register_version`` is the register it was explained from.
    """

    __tablename__ = "coverage_bulletin"

    place_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    basis: Mapped[str] = mapped_column(HASH)
    pdf: Mapped[str] = mapped_column(HASH)
    docx: Mapped[str] = mapped_column(HASH)
    made_at: Mapped[datetime] = mapped_column(Instant)
    register_version: Mapped[int] = mapped_column(Integer)
