"""Authorities of a territory, the people who belong to them, and who stands in for whom. Never writes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from regulator.features.accounts.models import Account, Authority, Deputy, RoleAssignment
from regulator.features.accounts.queries.holders import Person
from regulator.features.accounts.rules import fold_username
from regulator.features.accounts.terms import AccountState, Branch, ScopeKind
from regulator.features.divisions.queries import within
from regulator.features.divisions.terms import CodeRange, Scope
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound

MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """An authority as lists show it."""

    id: UUID
    name: str
    division_code: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody acts for a principal until a last day (代理)."""

    principal_id: UUID
    principal: str
    deputy: str
    ended_on: date


# --- authorities ----------------------------------------------------------------------------------------------------


def list_authorities(scope: Scope, *, own: UUID | None, on: date) -> list[AuthorityRow]:
    """The authorities of a territory, one's own first, wherever that lies."""
    is_open = or_(Authority.ended_on.is_(None), Authority.ended_on >= on)
    wanted = (
        select(Authority.id, Authority.name, Authority.division_code)
        .where(is_open, _seen(scope, own))
        .order_by(case((Authority.id == own, 0), else_=1), Authority.division_code, Authority.name)
    )
    return [AuthorityRow(*row) for row in session().execute(wanted)]


def get_authority(scope: Scope, authority_id: UUID, *, own: UUID | None) -> AuthorityRow:
    """An authority of a territory, or one's own. Raises NotFound."""
    wanted = select(Authority.id, Authority.name, Authority.division_code)
    row = session().execute(wanted.where(Authority.id == authority_id, _seen(scope, own))).one_or_none()
    if row is None:
        raise NotFound(str(authority_id))
    return AuthorityRow(*row)


def _seen(scope: Scope, own: UUID | None) -> ColumnElement[bool]:
    return or_(within(scope, Authority.division_code), Authority.id == own)


# --- people ---------------------------------------------------------------------------------------------------------


def list_people_of(authority: AuthorityRow, *, on: date, limit: int = MOST_PEOPLE) -> list[Person]:
    """Officials of an authority, then those of its territory; not more than `limit`."""
    wanted = _people().where(_is_official(), _belongs(authority, on)).limit(limit)
    first = case((Account.authority_id == authority.id, 0), else_=1)
    return _read(wanted.order_by(first, Authority.name, Account.name, Account.username))


def belonging_to(authority: AuthorityRow, account_ids: Collection[UUID], *, on: date) -> set[UUID]:
    """Which of these accounts belong to an authority or its territory."""
    if not account_ids:
        return set()
    wanted = select(Account.id).outerjoin(Authority, Authority.id == Account.authority_id)
    return set(session().scalars(wanted.where(Account.id.in_(set(account_ids)), _belongs(authority, on))))


def list_people_in(scope: Scope, *, on: date, limit: int = MOST_PEOPLE) -> list[Person]:
    """Officials whose home lies in a territory; not more than `limit`."""
    wanted = _people().where(_is_official(), _at_home_in(scope, on)).limit(limit)
    return _read(wanted.order_by(Authority.name, Account.name, Account.username))


def is_at_home_in(scope: Scope, account_id: UUID, *, on: date) -> bool:
    """Whether an account's home lies in a territory: its authority, else every role it holds that day."""
    wanted = select(Account.id).outerjoin(Authority, Authority.id == Account.authority_id)
    return session().scalar(wanted.where(Account.id == account_id, _at_home_in(scope, on))) is not None


def find_official(typed: str) -> Person | None:
    """The official of this username, or of this name when only one is called so."""
    folded = fold_username(typed)
    named = _people().where(
        Account.branch == Branch.BUSINESS, Account.credit_code.is_(None), Account.state != AccountState.BUILT_IN,
        or_(Account.username == folded, Account.name == typed.strip()),
    ).limit(3)  # fmt: skip
    found = _read(named)
    exact = [one for one in found if one.username == folded]
    return exact[0] if exact else found[0] if len(found) == 1 else None


def home_code(account_id: UUID, *, on: date) -> str | None:
    """The division of an account's authority, else of its widest role that day."""
    own = select(Authority.division_code).join(Account, Account.authority_id == Authority.id)
    code = session().scalar(own.where(Account.id == account_id))
    if code is not None:
        return code
    roles = select(RoleAssignment.scope_code).where(RoleAssignment.account_id == account_id, _in_force(on))
    return session().scalar(
        roles.where(RoleAssignment.scope_kind == ScopeKind.DIVISION)
        .order_by(func.length(RoleAssignment.scope_code), RoleAssignment.scope_code)
        .limit(1)
    )


def _people() -> Select[Any]:
    """The statement of accounts with their authorities, in no order."""
    columns: Any = (Account, Authority.name)
    return select(*columns).outerjoin(Authority, Authority.id == Account.authority_id)


def _read(wanted: Select[Any]) -> list[Person]:
    return [
        Person(account.id, account.username, account.name, account.authority_id, authority, account.state)
        for account, authority in session().execute(wanted)
    ]


def _is_official() -> ColumnElement[bool]:
    is_office = and_(Account.branch == Branch.BUSINESS, Account.credit_code.is_(None))
    return and_(is_office, Account.state == AccountState.ACTIVE)


def _belongs(authority: AuthorityRow, on: date) -> ColumnElement[bool]:
    territory = Scope((CodeRange.of(authority.division_code),))
    return or_(
        Account.authority_id == authority.id,
        within(territory, Authority.division_code),
        and_(Account.authority_id.is_(None), _holds_role(within(territory, RoleAssignment.scope_code), on)),
    )


def _at_home_in(scope: Scope, on: date) -> ColumnElement[bool]:
    inside = within(scope, RoleAssignment.scope_code)
    return or_(
        within(scope, Authority.division_code),
        and_(Account.authority_id.is_(None), _holds_role(inside, on), ~_holds_role(~inside, on)),
    )


def _holds_role(where: ColumnElement[bool], on: date) -> ColumnElement[bool]:
    is_place = RoleAssignment.scope_kind == ScopeKind.DIVISION
    return exists().where(RoleAssignment.account_id == Account.id, is_place, _in_force(on), where)


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(RoleAssignment.began_on <= on, or_(RoleAssignment.ended_on.is_(None), RoleAssignment.ended_on >= on))


# --- deputies -------------------------------------------------------------------------------------------------------


def list_stand_ins(principal_ids: Collection[UUID], *, on: date) -> list[StandIn]:
    """Who stands in for any of these people on a day, by the principal's name."""
    if not principal_ids:
        return []
    principal, deputy = aliased(Account), aliased(Account)
    wanted = (
        select(principal.id, principal.name, deputy.name, Deputy.ended_on)
        .join(principal, principal.id == Deputy.principal_id)
        .join(deputy, deputy.id == Deputy.deputy_id)
        .where(
            Deputy.principal_id.in_(set(principal_ids)),
            Deputy.began_on <= on,
            Deputy.ended_on >= on,
            principal.state == AccountState.ACTIVE,
            deputy.state == AccountState.ACTIVE,
        )
        .order_by(principal.name, deputy.name)
    )
    return [StandIn(*row) for row in session().execute(wanted)]
