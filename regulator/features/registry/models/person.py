"""People who work in property management: personal numbers only hashed, encrypted and masked."""

from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from regulator.features.registry.models.record import Recorded
from regulator.features.registry.terms import Education, Sex, Title
from regulator.foundation.database import Base, Key, Versioned, code_enum
from regulator.foundation.search import SearchRow


class Person(Recorded, Base):
    """A person; matched by the keyed hash of the resident ID (GB 11643), which is kept encrypted and shown masked."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_name_id", "name", "id"),
        Index("ix_person_updated_at_id", "updated_at", "id"),
    )

    id: Mapped[Key]
    id_hash: Mapped[str] = mapped_column(String(64), unique=True)
    id_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    id_key_id: Mapped[str] = mapped_column(String(8))
    id_masked: Mapped[str] = mapped_column(String(18))  # first three and last two characters
    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[Sex | None] = mapped_column(code_enum(Sex))
    born_on: Mapped[date | None] = mapped_column(Date)
    education: Mapped[Education | None] = mapped_column(code_enum(Education))
    title: Mapped[Title | None] = mapped_column(code_enum(Title))
    remark: Mapped[str | None] = mapped_column(Text)

    employments: Mapped[list["Employment"]] = relationship(
        back_populates="person", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    certificates: Mapped[list["PersonCertificate"]] = relationship(
        back_populates="person", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class PersonCertificate(Base):
    """A certificate a person holds, by its number."""

    __tablename__ = "person_certificate"
    __table_args__ = (Index("uq_person_certificate_person_id_number", "person_id", "number", unique=True),)

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str | None] = mapped_column(String(60))

    person: Mapped[Person] = relationship(back_populates="certificates", lazy="raise")


class Employment(Versioned, Base):
    """When a person worked for a company; one company at a time. None in a yes-or-no column is *not stated*."""

    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR began_on IS NULL OR ended_on >= began_on", name="days"),
        Index("ix_employment_company_id_ended_on", "company_id", "ended_on"),
        Index("ix_employment_person_id", "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id", ondelete="CASCADE"))
    company_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("company.id"))
    post: Mapped[str | None] = mapped_column(String(60))
    is_head_of_post: Mapped[bool | None] = mapped_column(Boolean)
    is_full_time: Mapped[bool | None] = mapped_column(Boolean)
    began_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    batch_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)

    person: Mapped[Person] = relationship(back_populates="employments", lazy="raise")


class ManagerAssignment(Versioned, Base):
    """When a person was project manager (项目负责人) of an estate; the name is public (民法典 943)."""

    __tablename__ = "manager_assignment"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR began_on IS NULL OR ended_on >= began_on", name="days"),
        Index("ix_manager_assignment_estate_id", "estate_id"),
        Index("ix_manager_assignment_person_id", "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id", ondelete="CASCADE"))
    estate_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("estate.id", ondelete="CASCADE"))
    began_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)


class PersonSearch(SearchRow, Base):
    """The tokens a person is found by: the name only."""

    __tablename__ = "person_search"
    __subject__ = "person"
