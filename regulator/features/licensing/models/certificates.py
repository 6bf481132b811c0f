"""Certificates with the counters of their numbers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.licensing.certificate_terms import CertificateOrigin, CertificateState
from regulator.features.licensing.models.rulesets import BY, CREDIT_CODE
from regulator.features.licensing.terms import Nature
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum

HASH = String(64)
NUMBER = String(60)
_ISSUED = text("origin = 'issued'")
_STANDS = text("origin = 'issued' AND ended_as IS NULL")
_DECLARED = text("origin = 'declared' AND taken_back_at IS NULL")
_NO_FILE = text("origin = 'issued' AND file_hash IS NULL")
_PROVISIONAL = text("is_provisional AND ended_as IS NULL")


class Certificate(Versioned, Base):
    """A certificate issued here, one of years gone by, or a grade an old list declares.

    What it says stands fixed from its first day (`content_hash` is of `facts`); the files follow and are known by
    their hashes. It ends once. Of those issued here a company holds one of each nature at a time; only a record of
    another's certificate can be taken back. The database itself refuses anything else.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("(origin = 'issued') = (content_hash IS NOT NULL)", name="content"),
        CheckConstraint("(origin = 'issued') = (sequence IS NOT NULL)", name="sequence"),
        CheckConstraint("origin = 'declared' OR (issued_on IS NOT NULL AND number IS NOT NULL)", name="known"),
        CheckConstraint("origin <> 'declared' OR (nature = 'licence' AND ended_as IS NULL)", name="declared"),
        CheckConstraint("nature = 'evaluation' OR issued_on IS NULL OR issued_on < '2018-03-08'", name="licence"),
        CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="days"),
        CheckConstraint("(ended_as IS NULL) = (ended_on IS NULL)", name="ended"),
        CheckConstraint("ended_on IS NULL OR ended_on >= issued_on", name="ended_on"),
        CheckConstraint("ended_as IS NULL OR ended_as NOT IN ('valid', 'expired', 'historical')", name="end"),
        CheckConstraint("ended_as IS NULL OR ended_as <> 'lapsed' OR is_provisional", name="lapsed"),
        CheckConstraint("superseded_by_id IS NULL OR COALESCE(ended_as, '') = 'superseded'", name="superseded"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_reason IS NULL)", name="taken_back"),
        CheckConstraint("taken_back_at IS NULL OR origin <> 'issued'", name="kept"),
        Index("uq_certificate_number", "number", unique=True, sqlite_where=_ISSUED, postgresql_where=_ISSUED),
        Index("uq_certificate_sequence", "authority_id", "year", "sequence", unique=True),
        Index(
            "uq_certificate_standing",
            "company_id",
            "nature",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index("uq_certificate_declared", "company_id", unique=True, sqlite_where=_DECLARED, postgresql_where=_DECLARED),
        Index("ix_certificate_looked_up", "number"),
        Index("ix_certificate_company_id", "company_id", "issued_on"),
        Index("ix_certificate_valid_until", "valid_until", "id"),
        Index("ix_certificate_file_hash", "file_hash"),
        Index("ix_certificate_bilingual_hash", "bilingual_hash"),
        Index("ix_certificate_no_file", "recorded_at", sqlite_where=_NO_FILE, postgresql_where=_NO_FILE),
        Index("ix_certificate_provisional", "valid_until", sqlite_where=_PROVISIONAL, postgresql_where=_PROVISIONAL),
    )

    id: Mapped[Key]
    number: Mapped[str | None] = mapped_column(NUMBER)  # None: an old list gives none
    origin: Mapped[CertificateOrigin] = mapped_column(code_enum(CertificateOrigin))
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    credit_code: Mapped[str] = mapped_column(CREDIT_CODE)
    rule_set: Mapped[str | None] = mapped_column(String(40))  # None: an old list does not tell
    nature: Mapped[Nature] = mapped_column(code_enum(Nature))
    grade: Mapped[str] = mapped_column(String(20))
    is_provisional: Mapped[bool] = mapped_column(Boolean, default=False)
    issued_on: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)  # its last day; None: until it is ended
    authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"))
    authority_name: Mapped[str | None] = mapped_column(String(100))
    year: Mapped[int | None] = mapped_column(Integer)
    sequence: Mapped[int | None] = mapped_column(Integer)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # what is printed, as it was on the first day
    content_hash: Mapped[str | None] = mapped_column(HASH)
    file_hash: Mapped[str | None] = mapped_column(HASH)
    bilingual_hash: Mapped[str | None] = mapped_column(HASH)
    document: Mapped[str | None] = mapped_column(String(200))  # where the record of another's certificate comes from
    ended_on: Mapped[date | None] = mapped_column(Date)  # the first day it does not stand
    ended_as: Mapped[CertificateState | None] = mapped_column(code_enum(CertificateState))
    ended_reason: Mapped[str | None] = mapped_column(Text)
    ended_paper: Mapped[str | None] = mapped_column(String(100))
    superseded_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("certificate.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(BY)


class CertificateCounter(Base):
    """The last number an authority gave in a year; goes up in the transaction that issues, so that none is lost."""

    __tablename__ = "certificate_counter"

    authority_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("authority.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)
