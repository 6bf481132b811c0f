"""Companies, their other names and the index they are looked up by."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from regulator.features.registry.models.record import DIVISION_CODE, NAME, Recorded
from regulator.features.registry.terms import CompanyStatus, DeclaredGrade, NameKind
from regulator.foundation.database import Base, Key, code_enum
from regulator.foundation.search import SearchRow


class Company(Recorded, Base):
    """A property-management company; keyed by its unified social credit code (GB 32100-2015).

    ``division_code`` is the district of registration, None for a company from another city.
    """

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("length(credit_code) = 18", name="credit_code"),
        CheckConstraint("registered_capital IS NULL OR registered_capital >= 0", name="registered_capital"),
        Index("ix_company_division_code_credit_code", "division_code", "credit_code"),
        Index("ix_company_name_credit_code", "name", "credit_code"),
    )

    id: Mapped[Key]
    credit_code: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(NAME)
    division_code: Mapped[str | None] = mapped_column(DIVISION_CODE, ForeignKey("division.code"))
    registration_kind: Mapped[str | None] = mapped_column(String(60))
    legal_representative: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(40))  # the company's service phone: public
    registered_capital: Mapped[int | None] = mapped_column(BigInteger)  # fen
    founded_on: Mapped[date | None] = mapped_column(Date)
    registered_address: Mapped[str | None] = mapped_column(String(300))
    office_address: Mapped[str | None] = mapped_column(String(300))
    business_scope: Mapped[str | None] = mapped_column(Text)
    introduction: Mapped[str | None] = mapped_column(Text)
    status: Mapped[CompanyStatus] = mapped_column(code_enum(CompanyStatus), default=CompanyStatus.OPERATING)
    declared_grade: Mapped[DeclaredGrade | None] = mapped_column(code_enum(DeclaredGrade))
    declared_grade_text: Mapped[str | None] = mapped_column(String(60))  # as the old list writes it
    declared_certificate: Mapped[str | None] = mapped_column(String(60))
    remark: Mapped[str | None] = mapped_column(Text)

    names: Mapped[list["CompanyName"]] = relationship(
        back_populates="company", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class CompanyName(Base):
    """A former name with its last day, or a spelling in which others know the company."""

    __tablename__ = "company_name"
    __table_args__ = (Index("uq_company_name_company_id_name", "company_id", "name", unique=True),)

    id: Mapped[Key]
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(NAME, index=True)
    kind: Mapped[NameKind] = mapped_column(code_enum(NameKind))
    ended_on: Mapped[date | None] = mapped_column(Date)

    company: Mapped[Company] = relationship(back_populates="names", lazy="raise")


class CompanySearch(SearchRow, Base):
    """The tokens a company is found by."""

    __tablename__ = "company_search"
    __subject__ = "company"
