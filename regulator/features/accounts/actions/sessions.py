"""Sessions in use and ended, lockouts lifted, old traces forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import OperationalError

from regulator.features.accounts.models import AnsweredForm, Lockout, SignInFailure, SignInSession
from regulator.features.accounts.queries import SignedIn, get_account_by_id
from regulator.features.accounts.rules import FAILURE_WINDOW, FORM_MEMORY, TOUCH_EVERY
from regulator.features.accounts.terms import AccountAct, LockKind
from regulator.features.audit.actions import record
from regulator.features.audit.terms import Actor
from regulator.foundation.database import aside, session
from regulator.foundation.errors import NotFound

KEEP_SESSIONS = timedelta(days=90)


def wants_touch(found: SignedIn, now: datetime) -> bool:
    """Whether the session's last use was noted more than a minute ago."""
    return now - found.last_seen_at >= TOUCH_EVERY


def touch_session(session_id: UUID, *, now: datetime) -> None:
    """Note that a session is in use, beside the request's transaction; not at all when the database is busy."""
    with aside() as connection:
        if connection is None:
            return
        change = update(SignInSession).where(SignInSession.id == session_id, SignInSession.ended_at.is_(None))
        try:
            connection.execute(change.values(last_seen_at=now))
        except OperationalError:
            connection.rollback()


def end_session(session_id: UUID, *, owner_id: UUID, actor: Actor, now: datetime) -> None:
    """End one session of an account. Raises NotFound when it is not that account's or has ended."""
    found = session().get(SignInSession, session_id)
    if found is None or found.account_id != owner_id or found.ended_at is not None:
        raise NotFound(str(session_id))
    found.ended_at = now
    account = get_account_by_id(owner_id)
    record(actor, AccountAct.SESSION_ENDED, "account", account.username, now=now, facts={"address": found.address})


def end_sessions_of(account_id: UUID, *, actor: Actor, now: datetime, keep: UUID | None = None) -> int:
    """End every session of an account, save one; gives how many were ended."""
    change = update(SignInSession).where(SignInSession.account_id == account_id, SignInSession.ended_at.is_(None))
    if keep is not None:
        change = change.where(SignInSession.id != keep)
    ended = len(session().execute(change.values(ended_at=now).returning(SignInSession.id)).all())
    if ended:
        account = get_account_by_id(account_id)
        record(actor, AccountAct.SESSIONS_ENDED, "account", account.username, now=now, facts={"sessions": ended})
    return ended


def clear_lockout(kind: LockKind, subject: str, *, actor: Actor, now: datetime) -> None:
    """Let an account or an address sign in again before its time. Raises NotFound when it is not locked."""
    found = session().get(Lockout, (kind, subject))
    if found is None:
        raise NotFound(subject)
    session().delete(found)
    session().execute(delete(SignInFailure).where(SignInFailure.kind == kind, SignInFailure.subject == subject))
    record(actor, AccountAct.LOCKOUT_CLEARED, "lockout", f"{kind.value}:{subject}", now=now)


def forget_old(now: datetime) -> None:
    """Delete what is over: counted failures, past lockouts, answered forms, sessions of long ago. For the sweep."""
    run = session().execute
    run(delete(SignInFailure).where(SignInFailure.at < now - FAILURE_WINDOW))
    run(delete(Lockout).where(Lockout.locked_until < now))
    run(delete(AnsweredForm).where(AnsweredForm.answered_at < now - FORM_MEMORY))
    past = or_(SignInSession.ended_at < now - KEEP_SESSIONS, SignInSession.expires_at < now - KEEP_SESSIONS)
    run(delete(SignInSession).where(past))
