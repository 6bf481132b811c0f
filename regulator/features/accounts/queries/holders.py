"""Who may do something at a place on a day: accounts by permission and division. Never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from regulator.features.accounts.models import Account, Authority, Deputy, RoleAssignment
from regulator.features.accounts.queries import scopes_of
from regulator.features.accounts.terms import PERMISSIONS, AccountState, Permission, Role, ScopeKind
from regulator.features.divisions.terms import Scope, lineage
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that holds a role by itself (not as a deputy); `reach` is the length of its scope's code."""

    account_id: UUID
    username: str
    name: str
    authority_id: UUID | None
    authority: str | None
    role: Role
    reach: int


@dataclass(frozen=True, slots=True)
class Person:
    """An account as lists of people show it."""

    account_id: UUID
    username: str
    name: str
    authority_id: UUID | None
    authority: str | None
    state: AccountState


def list_holders(permission: Permission, code: str | None, *, on: date) -> list[Holder]:
    """Active accounts that may do this at a division, the nearest first: street before district before city.

    Each account once, by its nearest scope. A management area counts as a district. A matter without a place is the
    business of those who answer for a whole city. Two statements, one more where management areas are held.
    """
    rows = session().execute(_held(permission, on).where(_may_reach(code))).all()
    scopes = scopes_of([item for item, _, _ in rows])
    return _nearest(
        _holder(*row) for row in rows if code is None or scopes[row[0].scope_kind, row[0].scope_code].covers(code)
    )


class HoldersEverywhere:
    """Who may do one thing at any place on a day: asked once for many places, answers as `list_holders` does."""

    def __init__(self, permission: Permission, *, on: date) -> None:
        rows = session().execute(_held(permission, on)).all()
        scopes = scopes_of([item for item, _, _ in rows])
        self._at: dict[str, list[Holder]] = defaultdict(list)
        self._in_areas: list[tuple[Scope, Holder]] = []
        for item, account, authority in rows:
            if item.scope_kind is ScopeKind.DIVISION:
                self._at[item.scope_code].append(_holder(item, account, authority))
            elif item.scope_kind is ScopeKind.MANAGEMENT_AREA:
                scope = scopes[item.scope_kind, item.scope_code]
                self._in_areas.append((scope, _holder(item, account, authority)))
        self._known: dict[str | None, list[Holder]] = {}

    def at(self, code: str | None) -> list[Holder]:
        """Those who may act at a division, the nearest first."""
        if code not in self._known:
            self._known[code] = _nearest(self._found(code))
        return self._known[code]

    def _found(self, code: str | None) -> Iterable[Holder]:
        if code is None:
            return [one for place, found in self._at.items() if _is_city(place) for one in found]
        above = [one for place in lineage(code) for one in self._at.get(place, ())]
        return [*above, *(one for scope, one in self._in_areas if scope.covers(code))]


def _held(permission: Permission, on: date) -> Select[Any]:
    """Assignments in force on a day of active accounts whose role allows it, with account and authority."""
    roles = [role for role in Role if permission in PERMISSIONS[role]]
    columns: tuple[Any, ...] = (RoleAssignment, Account, Authority.name)
    wanted: Select[Any] = select(*columns)
    return (
        wanted.join(Account, Account.id == RoleAssignment.account_id)
        .outerjoin(Authority, Authority.id == Account.authority_id)
        .where(
            RoleAssignment.role.in_(roles),
            Account.state == AccountState.ACTIVE,
            RoleAssignment.began_on <= on,
            or_(RoleAssignment.ended_on.is_(None), RoleAssignment.ended_on >= on),
        )
    )


def _holder(item: RoleAssignment, account: Account, authority: str | None) -> Holder:
    held = (account.authority_id, authority, item.role, _reach(item))
    return Holder(account.id, account.username, account.name, *held)


def _nearest(found: Iterable[Holder]) -> list[Holder]:
    """Each account once, by its nearest scope."""
    nearest: dict[UUID, Holder] = {}
    for one in sorted(found, key=lambda one: (-one.reach, list(Role).index(one.role), one.username)):
        nearest.setdefault(one.account_id, one)
    return list(nearest.values())


def _is_city(code: str) -> bool:
    return len(code) == len("210100") and code.endswith("00")


def _may_reach(code: str | None) -> ColumnElement[bool]:
    division = RoleAssignment.scope_kind == ScopeKind.DIVISION
    if code is None:
        whole_city = func.length(RoleAssignment.scope_code) == len("210100"), RoleAssignment.scope_code.endswith("00")
        return and_(division, *whole_city)
    return or_(
        and_(division, RoleAssignment.scope_code.in_(lineage(code))),
        RoleAssignment.scope_kind == ScopeKind.MANAGEMENT_AREA,
    )


def _reach(item: RoleAssignment) -> int:
    if item.scope_kind is ScopeKind.MANAGEMENT_AREA:
        return len("210103")
    return len(item.scope_code.removesuffix("00")) if len(item.scope_code) == len("210100") else len(item.scope_code)


def people_of(account_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Accounts by key, for lists that name them; one statement."""
    if not account_ids:
        return {}
    query = (
        select(Account, Authority.name)
        .outerjoin(Authority, Authority.id == Account.authority_id)
        .where(Account.id.in_(set(account_ids)))
    )
    return {account.id: _person(account, authority) for account, authority in session().execute(query)}


def get_person(username: str) -> Person:
    """An account by its folded username. Raises NotFound."""
    query = (
        select(Account, Authority.name)
        .outerjoin(Authority, Authority.id == Account.authority_id)
        .where(Account.username == username)
    )
    row = session().execute(query).one_or_none()
    if row is None:
        raise NotFound(username)
    return _person(*row)


def _person(account: Account, authority: str | None) -> Person:
    return Person(account.id, account.username, account.name, account.authority_id, authority, account.state)


def principals_of(account_id: UUID, *, on: date) -> dict[UUID, Person]:
    """Those for whom an account stands in on a day (代理); a deputy whose term has ended stands in for nobody."""
    query = (
        select(Account, Authority.name)
        .join(Deputy, Deputy.principal_id == Account.id)
        .outerjoin(Authority, Authority.id == Account.authority_id)
        .where(
            Deputy.deputy_id == account_id,
            Deputy.began_on <= on,
            Deputy.ended_on >= on,
            Account.state == AccountState.ACTIVE,
        )
    )
    return {account.id: _person(account, authority) for account, authority in session().execute(query)}
