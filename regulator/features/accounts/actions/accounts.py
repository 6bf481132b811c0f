"""Authorities and accounts: created, changed, suspended, given a new first password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from regulator.features.accounts import queries, secrets, signals
from regulator.features.accounts.actions.sessions import end_sessions_of
from regulator.features.accounts.actions.signing_in import set_password
from regulator.features.accounts.models import Account, Authority, RecoveryCode
from regulator.features.accounts.rules import fold_username, is_username
from regulator.features.accounts.terms import AccountAct, AccountState, Branch
from regulator.features.audit.actions import record
from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import find_division
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput, Conflict


def add_authority(name: str, division_code: str, *, actor: Actor, now: datetime) -> Authority:
    """Enter a bureau, street office or section. Raises Conflict for a name that is taken, BadInput for no division."""
    if find_division(division_code) is None:
        raise BadInput("division_unknown", {"given": division_code}, about="division_code")
    if queries.find_authority(name) is not None:
        raise Conflict("authority_name_taken", about="name")
    authority = Authority(id=new_key(), name=name, division_code=division_code)
    session().add(authority)
    session().flush()
    record(actor, AccountAct.AUTHORITY_ADDED, "authority", name, now=now, division_code=division_code)
    return authority


def create_account(
    *,
    username: str,
    name: str,
    branch: Branch,
    authority: Authority | None = None,
    credit_code: str | None = None,
    password: str,
    must_change: bool,
    actor: Actor,
    now: datetime,
) -> Account:
    """Create an account without any role. Raises BadInput or Conflict at `username`, Refused for a weak password."""
    folded = fold_username(username)
    if not is_username(folded):
        raise BadInput("username_unusable", about="username")
    if queries.find_account(folded) is not None:
        raise Conflict("username_taken", about="username")
    account = Account(
        id=new_key(),
        username=folded,
        name=name,
        branch=branch,
        state=AccountState.ACTIVE,
        authority_id=authority.id if authority else None,
        credit_code=credit_code,
        must_change_password=must_change,
        created_at=now,
    )
    session().add(account)
    session().flush()
    set_password(account, password, now=now)
    facts = {"name": name, "branch": branch.value, "authority": authority.name if authority else None}
    record(actor, AccountAct.ACCOUNT_CREATED, "account", folded, now=now, facts=facts)
    return account


def create_built_in(username: str, name: str, *, actor: Actor, now: datetime) -> Account:
    """Create an account that acts from the command line and can never sign in."""
    account = Account(
        id=new_key(),
        username=username,
        name=name,
        branch=Branch.BUSINESS,
        state=AccountState.BUILT_IN,
        must_change_password=False,
        created_at=now,
    )
    session().add(account)
    session().flush()
    record(actor, AccountAct.ACCOUNT_CREATED, "account", username, now=now, facts={"name": name, "built_in": True})
    return account


def change_account(
    account: Account, *, name: str, authority: Authority | None, version: int, actor: Actor, now: datetime
) -> None:
    """Correct an account's name or authority. Raises StaleVersion when somebody else was faster."""
    account.expect_version(version)
    before = {"name": account.name, "authority": _authority_name(account)}
    account.name, account.authority_id = name, authority.id if authority else None
    account.version += 1
    session().flush()
    facts = {"before": before, "after": {"name": name, "authority": authority.name if authority else None}}
    record(
        actor,
        AccountAct.ACCOUNT_CHANGED,
        "account",
        account.username,
        now=now,
        facts=facts,
    )


def _authority_name(account: Account) -> str | None:
    authority = session().get(Authority, account.authority_id) if account.authority_id else None
    return authority.name if authority else None


def suspend_account(account: Account, *, reason: str, actor: Actor, now: datetime) -> None:
    """Keep an account from signing in and end its sessions. Nobody suspends themselves or a built-in account.

    Tells `account_closed`, so that nothing stays with it.
    """
    _not_own(account, actor)
    if account.state is not AccountState.ACTIVE:
        raise Conflict("account_not_active")
    account.state = AccountState.SUSPENDED
    account.version += 1
    session().flush()
    record(actor, AccountAct.ACCOUNT_SUSPENDED, "account", account.username, now=now, facts={"reason": reason})
    end_sessions_of(account.id, actor=actor, now=now)
    signals.account_closed.send(account_id=account.id, actor=actor, now=now)


def resume_account(account: Account, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a suspended account sign in again."""
    if account.state is not AccountState.SUSPENDED:
        raise Conflict("account_not_suspended")
    account.state = AccountState.ACTIVE
    account.version += 1
    session().flush()
    record(actor, AccountAct.ACCOUNT_RESUMED, "account", account.username, now=now, facts={"reason": reason})
    signals.powers_widened.send(account_id=account.id, actor=actor, now=now)


def reset_password(account: Account, *, actor: Actor, now: datetime) -> str:
    """Give a new random first password, told once; it must be changed at the next sign-in. Ends all sessions."""
    _not_own(account, actor)
    if account.state is AccountState.BUILT_IN:
        raise Conflict("account_not_active")
    password = secrets.new_password()
    set_password(account, password, now=now)
    account.must_change_password = True
    account.version += 1
    session().flush()
    record(actor, AccountAct.FIRST_PASSWORD_SET, "account", account.username, now=now)
    end_sessions_of(account.id, actor=actor, now=now)
    return password


def reset_second_factor(account: Account, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a lost second factor away, so that it is set up anew at the next sign-in. Ends all sessions."""
    _not_own(account, actor)
    account.totp_cipher = account.totp_key_id = account.totp_confirmed_at = account.totp_last_step = None
    account.version += 1
    session().execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    record(actor, AccountAct.SECOND_FACTOR_RESET, "account", account.username, now=now, facts={"reason": reason})
    end_sessions_of(account.id, actor=actor, now=now)


def _not_own(account: Account, actor: Actor) -> None:
    if account.id == actor.account_id:
        raise Conflict("own_account")
