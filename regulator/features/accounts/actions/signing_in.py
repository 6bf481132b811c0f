"""Signing in step by step, the person's own password and second factor. A failed attempt is a recorded act."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select

from regulator.features.accounts import queries, secrets
from regulator.features.accounts.actions.sessions import end_sessions_of
from regulator.features.accounts.models import (
    Account,
    Lockout,
    PasswordMemory,
    RecoveryCode,
    SignInFailure,
    SignInSession,
)
from regulator.features.accounts.rules import (
    ABSOLUTE,
    FAILURE_WINDOW,
    LOCK_TIME,
    PASSWORDS_REMEMBERED,
    UNFINISHED,
    fold_username,
    is_locked_by,
    judge_password,
    next_stage,
)
from regulator.features.accounts.terms import AccountAct, AccountState, LockKind, Stage
from regulator.features.audit.actions import record
from regulator.features.audit.terms import Actor
from regulator.foundation import crypto
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput
from regulator.law.findings import Finding, Refused


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of trying to sign in: a stage reached, or refused, or locked until a moment."""

    stage: Stage | None = None
    account_id: UUID | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class From:
    """Where a sign-in comes from: network address and the browser's own description."""

    address: str | None
    device: str = ""


def sign_in(
    username: str,
    *,
    password_fits: bool,
    token_hash: str,
    origin: From,
    now: datetime,
    today: date,
    second_factor_required: bool,
) -> Attempt:
    """Open a session or count a failure. The password was compared before the transaction (`queries.fits`).

    While the name or the address is locked even the right password is refused, without saying which it was.
    """
    folded = fold_username(username)
    account = queries.find_account(folded)
    if (until := _locked_until(account, folded, origin.address, now)) is not None:
        return Attempt(locked_until=until)
    if account is None or not password_fits or account.state is not AccountState.ACTIVE:
        return Attempt(locked_until=_count_failure(account, folded, origin, now, AccountAct.SIGN_IN_FAILED))
    _forget_failures(account)
    held = queries.list_held(account.id, on=today)
    stage = next_stage(
        has_second_factor=account.totp_confirmed_at is not None,
        passed=False,
        must_change=account.must_change_password,
        must_enrol=second_factor_required and queries.needs_second_factor(held),
    )
    visit = SignInSession(
        id=new_key(),
        account_id=account.id,
        token_hash=token_hash,
        stage=stage,
        began_at=now,
        last_seen_at=now,
        expires_at=now + UNFINISHED,
        address=origin.address,
        device=origin.device[:200],
    )
    session().add(visit)
    _reach(visit, account, stage, token_hash, now)
    return Attempt(stage, account.id)


def _reach(visit: SignInSession, account: Account, stage: Stage, token_hash: str, now: datetime) -> None:
    """Set how far the sign-in has come; a new token each time, and the clock starts when it is open."""
    visit.stage, visit.token_hash, visit.last_seen_at = stage, token_hash, now
    if stage is Stage.OPEN:
        visit.began_at, visit.expires_at = now, now + ABSOLUTE
        account.last_signed_in_at = now
        record(own_actor(account, visit.address), AccountAct.SIGNED_IN, "account", account.username, now=now)
    else:
        visit.expires_at = now + UNFINISHED
    session().flush()


def own_actor(account: Account, address: str | None) -> Actor:
    """Somebody acting on their own account, before or outside any role."""
    return Actor(account.id, account.username, account.name, "", "", address)


def _subject(account: Account | None, folded: str) -> str:
    """The name failures are counted under; what was typed is not kept unless it is a name (it may be a password)."""
    return account.username if account else f"?{hashlib.sha256(folded.encode()).hexdigest()[:32]}"


def _locked_until(account: Account | None, folded: str, address: str | None, now: datetime) -> datetime | None:
    subjects = ((LockKind.ACCOUNT, _subject(account, folded)), (LockKind.ADDRESS, address or ""))
    locks = [session().get(Lockout, subject, populate_existing=True) for subject in subjects]
    return max((lock.locked_until for lock in locks if lock and lock.locked_until > now), default=None)


def _count_failure(account: Account | None, folded: str, origin: From, now: datetime, act: str) -> datetime | None:
    subject = _subject(account, folded)
    name = account.username if account else "?"
    actor = Actor(account.id if account else None, name, account.name if account else "?", "", "", origin.address)
    record(actor, act, "account", name, now=now, facts={"device": origin.device[:200]})
    locked = None
    for kind, value in ((LockKind.ACCOUNT, subject), (LockKind.ADDRESS, origin.address or "")):
        session().add(SignInFailure(kind=kind, subject=value, at=now))
        session().flush()
        recent = select(SignInFailure.at).where(
            SignInFailure.kind == kind, SignInFailure.subject == value, SignInFailure.at > now - FAILURE_WINDOW
        )
        if is_locked_by(session().scalars(recent), now):
            locked = now + LOCK_TIME
            session().merge(Lockout(kind=kind, subject=value, locked_at=now, locked_until=locked))
            session().execute(delete(SignInFailure).where(SignInFailure.kind == kind, SignInFailure.subject == value))
            record(actor, AccountAct.LOCKOUT_BEGAN, "lockout", f"{kind.value}:{value}", now=now)
    return locked


def _forget_failures(account: Account) -> None:
    """A success forgives the account's failures, never the address's: one good account must not clean an attacker."""
    session().execute(
        delete(SignInFailure).where(SignInFailure.kind == LockKind.ACCOUNT, SignInFailure.subject == account.username)
    )


def pass_second_factor(session_id: UUID, typed: str, *, token_hash: str, now: datetime) -> Attempt:
    """Check a number of the authenticator, or a recovery code (then used up); failures count towards the lock."""
    visit, account = _visit(session_id)
    origin = From(visit.address, visit.device)
    if (until := _locked_until(account, account.username, visit.address, now)) is not None:
        return Attempt(locked_until=until)
    if not (_is_number(account, typed, now) or _use_recovery_code(account, typed, now)):
        until = _count_failure(account, account.username, origin, now, AccountAct.SECOND_FACTOR_FAILED)
        if until is not None:
            visit.ended_at = now
        return Attempt(locked_until=until)
    _forget_failures(account)
    stage = next_stage(has_second_factor=True, passed=True, must_change=account.must_change_password, must_enrol=False)
    _reach(visit, account, stage, token_hash, now)
    return Attempt(stage, account.id)


def _visit(session_id: UUID) -> tuple[SignInSession, Account]:
    visit = session().get_one(SignInSession, session_id)
    return visit, queries.get_account_by_id(visit.account_id)


def _is_number(account: Account, typed: str, now: datetime) -> bool:
    if account.totp_cipher is None or account.totp_key_id is None:
        return False
    secret = crypto.decrypt(account.totp_cipher, account.totp_key_id)
    step = secrets.matching_step(secret, typed, now, after=account.totp_last_step)
    if step is None:
        return False
    account.totp_last_step = step
    return True


def _use_recovery_code(account: Account, typed: str, now: datetime) -> bool:
    code = session().get(RecoveryCode, (account.id, secrets.recovery_hash(typed)))
    if code is None or code.used_at is not None:
        return False
    code.used_at = now
    record(own_actor(account, None), AccountAct.RECOVERY_CODE_USED, "account", account.username, now=now)
    return True


def proposed_secret(session_id: UUID) -> str:
    """The secret offered for setting up a second factor: the same each time the page of this session is opened."""
    return b32encode(bytes.fromhex(crypto.matching_hash(f"second factor of {session_id}"))[:20]).decode()


def confirm_second_factor(session_id: UUID, typed: str, *, token_hash: str, now: datetime) -> list[str]:
    """Put the offered secret into force with its first number; gives the recovery codes, to be shown once.

    Raises BadInput when the number is wrong. A sign-in that stood here goes on with a new token.
    """
    visit, account = _visit(session_id)
    if account.totp_confirmed_at is not None:
        raise BadInput("second_factor_present")
    secret = proposed_secret(session_id)
    step = secrets.matching_step(secret, typed, now, after=None)
    if step is None:
        raise BadInput("second_factor_wrong", about="code")
    account.totp_cipher, account.totp_key_id = crypto.encrypt(secret), crypto.key_id()
    account.totp_confirmed_at, account.totp_last_step = now, step
    session().execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = secrets.new_recovery_codes()
    session().add_all(RecoveryCode(account_id=account.id, code_hash=secrets.recovery_hash(code)) for code in codes)
    record(own_actor(account, visit.address), AccountAct.SECOND_FACTOR_SET, "account", account.username, now=now)
    if visit.stage is not Stage.OPEN:
        _reach(visit, account, Stage.OPEN, token_hash, now)
    session().flush()
    return codes


def change_password(
    session_id: UUID,
    *,
    current: str | None,
    new: str,
    token_hash: str,
    now: datetime,
    today: date,
    second_factor_required: bool,
) -> Stage:
    """Set a password of one's own; ends the account's other sessions. Gives the stage reached.

    `current` is asked for unless the sign-in itself just showed it (a forced change). Raises Refused with findings.
    """
    visit, account = _visit(session_id)
    if visit.stage is not Stage.NEW_PASSWORD and not secrets.is_password(account.password_hash, current or ""):
        raise Refused((Finding("current_password_wrong", None, {}, "current"),))
    set_password(account, new, now=now)
    account.must_change_password = False
    record(own_actor(account, visit.address), AccountAct.PASSWORD_CHANGED, "account", account.username, now=now)
    end_sessions_of(account.id, actor=own_actor(account, visit.address), now=now, keep=visit.id)
    held = queries.list_held(account.id, on=today)
    if visit.stage is Stage.OPEN:
        visit.token_hash = token_hash
        session().flush()
        return Stage.OPEN
    stage = next_stage(
        has_second_factor=account.totp_confirmed_at is not None,
        passed=True,
        must_change=False,
        must_enrol=second_factor_required and queries.needs_second_factor(held),
    )
    _reach(visit, account, stage, token_hash, now)
    return stage


def set_password(account: Account, new: str, *, now: datetime) -> None:
    """Judge and keep a new password; the last five are not taken again. Raises Refused."""
    judge_password(new, account.username).or_refuse()
    remembered = select(PasswordMemory).where(PasswordMemory.account_id == account.id)
    old = list(session().scalars(remembered.order_by(PasswordMemory.set_at.desc(), PasswordMemory.id.desc())))
    kept = [item.password_hash for item in old[:PASSWORDS_REMEMBERED]]
    if any(secrets.is_password(item, new) for item in kept):
        raise Refused((Finding("password_used_before", None, {"count": PASSWORDS_REMEMBERED}, "password"),))
    for item in old[PASSWORDS_REMEMBERED - 1 :]:
        session().delete(item)
    account.password_hash = secrets.hash_password(new)
    account.password_set_at = now
    session().add(PasswordMemory(account_id=account.id, password_hash=account.password_hash, set_at=now))
    session().flush()


def sign_out(session_id: UUID, *, now: datetime) -> None:
    """End the session one is in."""
    visit, account = _visit(session_id)
    if visit.ended_at is None:
        visit.ended_at = now
        record(own_actor(account, visit.address), AccountAct.SIGNED_OUT, "account", account.username, now=now)
