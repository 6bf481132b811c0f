"""What the nightly look at valid certificates found. Made anew each night; nothing rests on it."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation.database import Base


class CertificateWatch(Base):
    """A valid certificate as it was looked at last: conditions its holder no longer meets, projects beyond its grade.

    ``failing`` holds the codes of the conditions, ``beyond`` the codes of the estates; since when is None while empty.
    """

    __tablename__ = "certificate_watch"
    __table_args__ = (
        Index("ix_certificate_watch_failing_since", "failing_since", "certificate_id"),
        Index("ix_certificate_watch_beyond_since", "beyond_since", "certificate_id"),
    )

    certificate_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("certificate.id", ondelete="CASCADE"), primary_key=True
    )
    counted_on: Mapped[date] = mapped_column(Date)
    failing: Mapped[list[str]] = mapped_column(JSON)
    failing_since: Mapped[date | None] = mapped_column(Date)
    beyond: Mapped[list[str]] = mapped_column(JSON)
    beyond_since: Mapped[date | None] = mapped_column(Date)
