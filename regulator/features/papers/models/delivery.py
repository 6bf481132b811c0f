"""Deliveries of papers with their receipts, and companies' consent to delivery in the portal."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.papers.models.matter import BY
from regulator.features.papers.terms import DeliveryState, DeliveryWay
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum

_STANDING = text("withdrawn_on IS NULL")


class Delivery(Versioned, Base):
    """One attempt to deliver a paper. `served_on` is the day it takes effect on the addressee.

    `term_days` is the length of a public notice as the law of its first day had it; `opened_at` is the company's own
    signing for it in the portal, which comes after it was served there.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("(state = 'served') = (served_on IS NOT NULL)", name="served"),
        CheckConstraint("(state = 'failed') = (failed_reason IS NOT NULL)", name="failed"),
        CheckConstraint(
            "way <> 'public_notice' OR (term_days IS NOT NULL AND posted_at_place IS NOT NULL)", name="notice"
        ),
        CheckConstraint("way <> 'post' OR tracking_number IS NOT NULL", name="post"),
        Index("ix_delivery_paper_id", "paper_id", "sent_at"),
        Index("ix_delivery_state", "state", "way", "effective_on"),
    )

    id: Mapped[Key]
    paper_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("paper.id"))
    way: Mapped[DeliveryWay] = mapped_column(code_enum(DeliveryWay))
    state: Mapped[DeliveryState] = mapped_column(code_enum(DeliveryState))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[str] = mapped_column(BY)
    received_by: Mapped[str | None] = mapped_column(BY)  # who signed for it
    relation: Mapped[str | None] = mapped_column(String(60))  # the receiver's to the addressee
    tracking_number: Mapped[str | None] = mapped_column(String(60))
    posted_at_place: Mapped[str | None] = mapped_column(String(200))
    term_days: Mapped[int | None] = mapped_column(Integer)
    effective_on: Mapped[date | None] = mapped_column(Date)  # when a notice under way takes effect
    served_on: Mapped[date | None] = mapped_column(Date)
    failed_reason: Mapped[str | None] = mapped_column(Text)
    receipt_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("attachment.id"))
    consent_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("portal_consent.id"))
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_by: Mapped[str | None] = mapped_column(BY)


class PortalConsent(Versioned, Base):
    """A company's confirmation that papers may be delivered in the portal; one stands at a time."""

    __tablename__ = "portal_consent"
    __table_args__ = (
        CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= confirmed_on", name="days"),
        Index(
            "uq_portal_consent_standing",
            "credit_code",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[Key]
    credit_code: Mapped[str] = mapped_column(String(18))
    confirmed_on: Mapped[date] = mapped_column(Date)
    confirmed_by: Mapped[str] = mapped_column(BY)  # who confirmed it for the company
    note: Mapped[str | None] = mapped_column(Text)  # where the confirmation lies
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(BY)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_by: Mapped[str | None] = mapped_column(BY)
