"""Roles granted and ended, deputies named: what an account may do, where and how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from regulator.features.accounts import signals
from regulator.features.accounts.models import Account, Deputy, RoleAssignment
from regulator.features.accounts.terms import BRANCHES, AccountAct, Role, ScopeKind
from regulator.features.audit.actions import record
from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import find_area, find_division
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput, Conflict

MAX_DEPUTY_DAYS = 366


def grant_role(
    account: Account,
    role: Role,
    scope_code: str,
    *,
    began_on: date,
    ended_on: date | None,
    is_company: Callable[[str], bool],
    actor: Actor,
    now: datetime,
) -> RoleAssignment:
    """Give a role in a scope. `is_company` says whether a credit code is registered (the register lies above us).

    Raises Conflict `branch_separated` for a role of another branch (三员分立), BadInput for dates or an unknown scope.
    """
    if account.id == actor.account_id:
        raise Conflict("own_account")
    if BRANCHES[role] is not account.branch:
        raise Conflict("branch_separated", about="role")
    if ended_on is not None and ended_on < began_on:
        raise BadInput("period_reversed", about="ended_on")
    kind = scope_kind(role, scope_code, is_company)
    if kind is ScopeKind.COMPANY and account.credit_code not in {None, scope_code}:
        raise Conflict("other_company", about="scope_code")
    if kind is ScopeKind.COMPANY:
        account.credit_code = scope_code
    assignment = RoleAssignment(
        id=new_key(),
        account_id=account.id,
        branch=account.branch,
        role=role,
        scope_kind=kind,
        scope_code=scope_code,
        began_on=began_on,
        ended_on=ended_on,
    )
    session().add(assignment)
    session().flush()
    facts = {
        "role": role.value,
        "scope": scope_code,
        "began_on": began_on.isoformat(),
        "ended_on": ended_on.isoformat() if ended_on else None,
    }
    record(actor, AccountAct.ROLE_GRANTED, "account", account.username, now=now, facts=facts)
    signals.powers_widened.send(account_id=account.id, actor=actor, now=now)
    return assignment


def scope_kind(role: Role, scope_code: str, is_company: Callable[[str], bool]) -> ScopeKind:
    """What a scope code names for this role. Raises BadInput `scope_unknown`."""
    if role is Role.COMPANY_USER:
        if is_company(scope_code):
            return ScopeKind.COMPANY
    elif find_division(scope_code) is not None:
        return ScopeKind.DIVISION
    elif find_area(scope_code) is not None:
        return ScopeKind.MANAGEMENT_AREA
    raise BadInput("scope_unknown", {"given": scope_code[:40]}, about="scope_code")


def end_role(assignment: RoleAssignment, account: Account, *, last_day: date, actor: Actor, now: datetime) -> None:
    """Let a role end after a last day; never earlier than it began (then it counts for that first day only)."""
    before = assignment.ended_on
    assignment.ended_on = max(last_day, assignment.began_on)
    session().flush()
    facts = {
        "role": assignment.role.value,
        "scope": assignment.scope_code,
        "before": {"ended_on": before.isoformat() if before else None},
        "after": {"ended_on": assignment.ended_on.isoformat()},
    }
    record(actor, AccountAct.ROLE_ENDED, "account", account.username, now=now, facts=facts)


def name_deputy(
    principal: Account,
    deputy: Account,
    *,
    began_on: date,
    ended_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Deputy:
    """Let somebody hold a principal's roles from a first to a last day. Both must belong to one branch."""
    if principal.id == deputy.id:
        raise Conflict("deputy_is_principal", about="deputy")
    if actor.account_id == deputy.id:
        raise Conflict("own_account", about="deputy")
    if principal.branch is not deputy.branch:
        raise Conflict("branch_separated", about="deputy")
    if deputy.credit_code != principal.credit_code:
        raise Conflict("other_company", about="deputy")
    if not timedelta(0) <= ended_on - began_on <= timedelta(days=MAX_DEPUTY_DAYS):
        raise BadInput("deputy_period", {"maximum": MAX_DEPUTY_DAYS}, about="ended_on")
    overlapping = select(Deputy.id).where(
        Deputy.principal_id == principal.id,
        Deputy.deputy_id == deputy.id,
        Deputy.began_on <= ended_on,
        Deputy.ended_on >= began_on,
    )
    if session().scalars(overlapping).first() is not None:
        raise Conflict("deputy_present", about="deputy")
    row = Deputy(
        id=new_key(),
        principal_id=principal.id,
        deputy_id=deputy.id,
        branch=principal.branch,
        began_on=began_on,
        ended_on=ended_on,
        reason=reason,
    )
    session().add(row)
    session().flush()
    facts = {
        "deputy": deputy.username,
        "began_on": began_on.isoformat(),
        "ended_on": ended_on.isoformat(),
        "reason": reason,
    }
    record(actor, AccountAct.DEPUTY_NAMED, "account", principal.username, now=now, facts=facts)
    return row


def end_deputy(row: Deputy, principal: Account, *, last_day: date, actor: Actor, now: datetime) -> None:
    """Let a deputy's time end earlier than named; one that has not begun is taken back altogether."""
    facts = {"before": {"ended_on": row.ended_on.isoformat()}, "after": {"ended_on": last_day.isoformat()}}
    if last_day < row.began_on:
        session().delete(row)
    else:
        row.ended_on = min(row.ended_on, last_day)
    session().flush()
    record(actor, AccountAct.DEPUTY_ENDED, "account", principal.username, now=now, facts=facts)
