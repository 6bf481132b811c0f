"""Forms acted on, by their one-time keys. What a form does is no business of this room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from regulator.features.accounts.models import AnsweredForm
from regulator.foundation.database import session


def find_answer(key_hash: str) -> str | None:
    """Where the answer of a form led that was acted on already; None when it was not."""
    known = session().get(AnsweredForm, key_hash, populate_existing=True)
    return (known.location or None) if known else None


def claim_form(key_hash: str, *, now: datetime) -> str | None:
    """Take a form for acting on; gives the answer of before when it was acted on already.

    A second sender waits here until the first one's transaction has ended (PostgreSQL at the unique key, SQLite at
    the write lock).
    """
    known = session().get(AnsweredForm, key_hash, populate_existing=True)
    if known is not None:
        return known.location or None
    try:
        with session().begin_nested():
            session().add(AnsweredForm(key_hash=key_hash, location="", answered_at=now))
            session().flush()
    except IntegrityError:
        return find_answer(key_hash)
    return None


def remember_form(key_hash: str, location: str) -> None:
    """Keep where the act's answer leads."""
    known = session().get(AnsweredForm, key_hash)
    if known is not None:
        known.location = location[:2000]
        session().flush()


def release_form(key_hash: str) -> None:
    """Let the form be sent again: nothing was done."""
    session().execute(delete(AnsweredForm).where(AnsweredForm.key_hash == key_hash))
