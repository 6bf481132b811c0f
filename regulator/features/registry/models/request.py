"""Changes a company asks for of its own record; decided by the district where it is registered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.registry.terms import RequestState
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum

_OPEN = text("state = 'open'")


class CompanyRequest(Versioned, Base):
    """What a company wants changed: for each field what its record said when it asked, and what it is to say.

    A company has one open request at a time. ``answer`` is why it was returned.
    """

    __tablename__ = "company_request"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by"),
        CheckConstraint("(state = 'returned') = (answer IS NOT NULL)", name="answer"),
        Index("uq_company_request_open", "company_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_company_request_company_id", "company_id", "asked_at"),
    )

    id: Mapped[Key]
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    state: Mapped[RequestState] = mapped_column(code_enum(RequestState), default=RequestState.OPEN)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(100))
    answer: Mapped[str | None] = mapped_column(Text)
