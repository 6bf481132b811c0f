"""Tables of authorities, accounts, roles, deputies, sessions and lockouts. Constraints, no queries.

The separation of powers (三员分立) stands in the database: an account has one branch for life, every role belongs to
one branch, and a composite foreign key ties the two, so no SQL can give one account roles of two branches.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from regulator.features.accounts.terms import (
    BRANCHES,
    AccountState,
    Branch,
    LockKind,
    Role,
    ScopeKind,
    Stage,
)
from regulator.features.divisions.models import CODE, code_enum
from regulator.foundation.database import Base, Instant, Key, Versioned

ADDRESS = String(45)


def branch_check() -> str:
    """The condition mapping each role to its branch, as SQL both databases read alike."""
    parts = []
    for branch in Branch:
        roles = ", ".join(f"'{role.value}'" for role in Role if BRANCHES[role] is branch)
        parts.append(f"(branch = '{branch.value}' AND role IN ({roles}))")
    return " OR ".join(parts)


class Authority(Base):
    """A bureau, street office or section that accounts belong to (机构)."""

    __tablename__ = "authority"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    division_code: Mapped[str] = mapped_column(CODE, ForeignKey("division.code"), index=True)
    ended_on: Mapped[date | None] = mapped_column(Date)


class Account(Base, Versioned):
    """Who signs in. `username` is kept in its folded form; a company's account names the company by credit code."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_branch", "id", "branch", unique=True),
        CheckConstraint("credit_code IS NULL OR branch = 'business'", name="company"),
        CheckConstraint("state <> 'built_in' OR password_hash IS NULL", name="built_in"),
        Index("ix_account_name", "name"),
        Index(
            "uq_account_head",
            "authority_id",
            unique=True,
            sqlite_where=text("is_head"),
            postgresql_where=text("is_head"),
        ),
    )

    id: Mapped[Key]
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    branch: Mapped[Branch] = mapped_column(code_enum(Branch))
    state: Mapped[AccountState] = mapped_column(code_enum(AccountState), default=AccountState.ACTIVE)
    authority_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("authority.id"), index=True)
    is_head: Mapped[bool] = mapped_column(Boolean, default=False)  # of its authority
    credit_code: Mapped[str | None] = mapped_column(String(18), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None] = mapped_column(Instant)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=True)
    totp_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_key_id: Mapped[str | None] = mapped_column(String(8))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    totp_last_step: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(Instant)


class PasswordMemory(Base):
    """A former password's hash, so that it is not chosen again."""

    __tablename__ = "password_memory"
    __table_args__ = (Index("ix_password_memory_account", "account_id", "set_at"),)

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(Instant)


class RecoveryCode(Base):
    """A one-time way in when the second factor's device is lost; only its hash is kept."""

    __tablename__ = "recovery_code"

    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class RoleAssignment(Base):
    """A role held in a scope from a first to a last day (both included; no last day: until further notice)."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "branch"], ["account.id", "account.branch"], name="fk_role_assignment_account_branch"
        ),
        CheckConstraint(branch_check(), name="separation"),
        CheckConstraint("ended_on IS NULL OR ended_on >= began_on", name="days"),
        CheckConstraint("(role = 'company_user') = (scope_kind = 'company')", name="company_scope"),
        Index("ix_role_assignment_account_id", "account_id"),
    )

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(Uuid)
    branch: Mapped[Branch] = mapped_column(code_enum(Branch))
    role: Mapped[Role] = mapped_column(code_enum(Role))
    scope_kind: Mapped[ScopeKind] = mapped_column(code_enum(ScopeKind))
    scope_code: Mapped[str] = mapped_column(String(32))
    began_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)


class Deputy(Base):
    """Somebody holds a principal's roles from a first to a last day (代理); both stand in the same branch."""

    __tablename__ = "deputy"
    __table_args__ = (
        ForeignKeyConstraint(
            ["principal_id", "branch"], ["account.id", "account.branch"], name="fk_deputy_principal_branch"
        ),
        ForeignKeyConstraint(["deputy_id", "branch"], ["account.id", "account.branch"], name="fk_deputy_deputy_branch"),
        CheckConstraint("principal_id <> deputy_id", name="other"),
        CheckConstraint("ended_on >= began_on", name="days"),
        Index("ix_deputy_deputy_id", "deputy_id"),
        Index("ix_deputy_principal_id", "principal_id"),
    )

    id: Mapped[Key]
    principal_id: Mapped[UUID] = mapped_column(Uuid)
    deputy_id: Mapped[UUID] = mapped_column(Uuid)
    branch: Mapped[Branch] = mapped_column(code_enum(Branch))
    began_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200))


class SignInSession(Base):
    """One sign-in of one device. The cookie's token is kept only as a hash; `id` is what lists may show."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        Index("ix_sign_in_session_open", "account_id", "ended_at"),
        Index("ix_sign_in_session_expires_at", "expires_at"),
    )

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("account.id"))
    stage: Mapped[Stage] = mapped_column(code_enum(Stage))
    began_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    address: Mapped[str | None] = mapped_column(ADDRESS)
    device: Mapped[str] = mapped_column(String(200), default="")


class SignInFailure(Base):
    """A failed attempt, counted against the account's name and against the address it came from."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_subject", "kind", "subject", "at"),)

    id: Mapped[Key]
    kind: Mapped[LockKind] = mapped_column(code_enum(LockKind))
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)


class Lockout(Base):
    """An account's name or an address that may not sign in until a moment."""

    __tablename__ = "lockout"

    kind: Mapped[LockKind] = mapped_column(code_enum(LockKind), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    locked_at: Mapped[datetime] = mapped_column(Instant)
    locked_until: Mapped[datetime] = mapped_column(Instant, index=True)


class AnsweredForm(Base):
    """A form that has been acted on, by its one-time key: sent again, it is answered and not acted on twice."""

    __tablename__ = "answered_form"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str] = mapped_column(String(2000), default="", server_default=text("''"))
    answered_at: Mapped[datetime] = mapped_column(Instant, index=True)
