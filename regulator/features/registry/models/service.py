"""Who serves an estate and on what ground: services, contracts, disputes, unconfirmed links, committees, notices."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from regulator.features.registry.models.record import NAME, Recorded
from regulator.features.registry.terms import (
    ContractKind,
    Mode,
    NoticeKind,
    Party,
    RecordedBasis,
    SettlementState,
)
from regulator.foundation.database import Base, Instant, Key, Versioned, code_enum


class Service(Recorded, Base):
    """Who actually served an estate, in what mode, on which days (在管事实). A period, never overwritten.

    ``began_on`` None is unknown: the mode is known from ``stated_for`` on, the day of the list. Two periods of one
    estate never overlap (物业管理条例 33); the database refuses it. ``company_spelling`` is what the list wrote.
    A period recorded by mistake is retired: it stays readable and counts nowhere.
    """

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("began_on IS NOT NULL OR stated_for IS NOT NULL", name="known_from"),
        CheckConstraint("ended_on IS NULL OR ended_on >= coalesce(began_on, stated_for)", name="days"),
        CheckConstraint("mode NOT IN ('abandoned', 'none') OR company_id IS NULL", name="company"),
        CheckConstraint("mode NOT IN ('abandoned', 'none') OR recorded_basis IS NULL", name="basis"),
        CheckConstraint("fee IS NULL OR fee >= 0", name="fee"),
        Index(
            "uq_service_open",
            "estate_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL AND retired_on IS NULL"),
            postgresql_where=text("ended_on IS NULL AND retired_on IS NULL"),
        ),
        Index("ix_service_estate_id_ended_on", "estate_id", "ended_on"),
        Index("ix_service_company_id_ended_on", "company_id", "ended_on"),
    )

    id: Mapped[Key]
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    mode: Mapped[Mode] = mapped_column(code_enum(Mode))
    company_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("company.id"))
    company_spelling: Mapped[str | None] = mapped_column(NAME)
    began_on: Mapped[date | None] = mapped_column(Date)
    stated_for: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_reason: Mapped[str | None] = mapped_column(Text)
    recorded_basis: Mapped[RecordedBasis | None] = mapped_column(code_enum(RecordedBasis))
    basis_document: Mapped[str | None] = mapped_column(String(120))
    fee: Mapped[int | None] = mapped_column(Integer)  # fen per ㎡ and month


class ServiceStatement(Base):
    """A day for which a list said of an estate's mode and manager what its periods say already.

    Hangs on the estate, not on a period: which one it confirms is told by the day. Written and taken back with its
    batch; the day a list opened a period for is the period's own ``stated_for``.
    """

    __tablename__ = "service_statement"
    __table_args__ = (Index("ix_service_statement_batch_id", "batch_id"),)

    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"), primary_key=True)
    stated_for: Mapped[date] = mapped_column(Date, primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class Contract(Recorded, Base):
    """A property-management contract; its end does not end the service. Two may overlap: that is a dispute."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= began_on", name="days"),
        CheckConstraint("fee IS NULL OR fee >= 0", name="fee"),
        Index("uq_contract_estate_company_began", "estate_id", "company_id", "began_on", unique=True),
        Index("ix_contract_company_id_ended_on", "company_id", "ended_on"),
        Index("ix_contract_ended_on", "ended_on"),
    )

    id: Mapped[Key]
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    kind: Mapped[ContractKind] = mapped_column(code_enum(ContractKind), default=ContractKind.ORDINARY)
    number: Mapped[str | None] = mapped_column(String(60))
    began_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    signed_on: Mapped[date | None] = mapped_column(Date)
    filed_on: Mapped[date | None] = mapped_column(Date)
    fee: Mapped[int | None] = mapped_column(Integer)  # fen per ㎡ and month
    service_level: Mapped[str | None] = mapped_column(String(60))
    remark: Mapped[str | None] = mapped_column(Text)


class ContractDispute(Versioned, Base):
    """Two contracts of different companies for one estate on the same days (交接争议); recorded, never refused."""

    __tablename__ = "contract_dispute"
    __table_args__ = (
        Index("uq_contract_dispute_pair", "earlier_contract_id", "later_contract_id", unique=True),
        Index("ix_contract_dispute_estate_id", "estate_id"),
        Index("ix_contract_dispute_state", "state", "id"),
    )

    id: Mapped[Key]
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    earlier_contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contract.id", ondelete="CASCADE"))
    later_contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contract.id", ondelete="CASCADE"))
    overlap_from: Mapped[date] = mapped_column(Date)
    overlap_to: Mapped[date | None] = mapped_column(Date)
    state: Mapped[SettlementState] = mapped_column(code_enum(SettlementState), default=SettlementState.OPEN)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settlement: Mapped[str | None] = mapped_column(Text)
    batch_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)


class CompanyLink(Versioned, Base):
    """A manager's name in a list that only resembles a registered company: the mode counts, the link waits."""

    __tablename__ = "company_link"
    __table_args__ = (
        Index("uq_company_link_service_id", "service_id", unique=True),
        Index("ix_company_link_estate_id", "estate_id"),
        Index("ix_company_link_state", "state", "id"),
        Index("ix_company_link_spelling", "spelling"),
    )

    id: Mapped[Key]
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    service_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("service.id", ondelete="CASCADE"))
    spelling: Mapped[str] = mapped_column(NAME)
    candidates: Mapped[list[str]] = mapped_column(JSON)  # credit codes, likeliest first
    proof_credit_code: Mapped[str | None] = mapped_column(String(18))  # a contract's code, offered as proof
    state: Mapped[SettlementState] = mapped_column(code_enum(SettlementState), default=SettlementState.OPEN)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(String(60))
    company_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("company.id"))
    batch_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)


class Committee(Recorded, Base):
    """An owners' committee (业主委员会) for one term; filed within 30 days (物业管理条例 16)."""

    __tablename__ = "committee"
    __table_args__ = (
        CheckConstraint("term_ended_on IS NULL OR term_ended_on >= term_began_on", name="days"),
        Index("ix_committee_estate_id", "estate_id"),
    )

    id: Mapped[Key]
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(NAME)
    elected_on: Mapped[date | None] = mapped_column(Date)
    term_began_on: Mapped[date] = mapped_column(Date)
    term_ended_on: Mapped[date | None] = mapped_column(Date)
    filed_on: Mapped[date | None] = mapped_column(Date)
    filing_number: Mapped[str | None] = mapped_column(String(60))
    remark: Mapped[str | None] = mapped_column(Text)

    members: Mapped[list["CommitteeMember"]] = relationship(
        back_populates="committee", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class CommitteeMember(Base):
    """A member of a committee by name and post (主任, 副主任, 委员)."""

    __tablename__ = "committee_member"
    __table_args__ = (Index("ix_committee_member_committee_id", "committee_id"),)

    id: Mapped[Key]
    committee_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("committee.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    post: Mapped[str | None] = mapped_column(String(60))

    committee: Mapped[Committee] = relationship(back_populates="members", lazy="raise")


class Notice(Recorded, Base):
    """A notice between owners and company (民法典 946–948); its clock belongs to the room above."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_estate_id", "estate_id"),
        Index("ix_notice_company_id", "company_id"),
        Index("ix_notice_dated_on", "dated_on"),
    )

    id: Mapped[Key]
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    kind: Mapped[NoticeKind] = mapped_column(code_enum(NoticeKind))
    given_by: Mapped[Party] = mapped_column(code_enum(Party))
    dated_on: Mapped[date] = mapped_column(Date)
    received_on: Mapped[date | None] = mapped_column(Date)
    document_number: Mapped[str | None] = mapped_column(String(120))
    remark: Mapped[str | None] = mapped_column(Text)
