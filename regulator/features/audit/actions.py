"""Writing the trail: one entry per act, in the act's own transaction, and seals over them. Never changes an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select

from regulator.features.audit.models import AuditEntry, AuditSeal
from regulator.features.audit.rules import GENESIS, Leaf, canonical, digest, pack, seal_hash
from regulator.features.audit.terms import JSON, Actor
from regulator.foundation.database import keep_still, session

SEAL_SIZE = 1000
"""At most so many entries under one seal, so that verifying never holds more in memory."""
SEALS_AT_ONCE = 20


def record(
    actor: Actor,
    act: str,
    subject_kind: str,
    subject_key: str,
    *,
    now: datetime,
    division_code: str | None = None,
    facts: Mapping[str, JSON] | None = None,
) -> None:
    """Append what was done: `act` such as "company.corrected", on a subject named by its business key.

    `facts` holds before and after by field name; ID numbers, phones and secrets are masked here, whoever calls.
    """
    session().add(_entry(actor, act, subject_kind, subject_key, now, division_code, facts or {}))
    session().flush()


def record_all(
    actor: Actor,
    act: str,
    subject_kind: str,
    done: Iterable[tuple[str, str | None, Mapping[str, JSON]]],
    *,
    now: datetime,
) -> None:
    """As `record`, of one act on many subjects: for each its business key, division and facts; in one statement."""
    entries = [_entry(actor, act, subject_kind, key, now, division_code, facts) for key, division_code, facts in done]
    if entries:
        session().flush()
        table: Any = AuditEntry.__table__
        columns = [column.name for column in table.columns if column.name != AuditEntry.seq.key]
        session().execute(insert(table), [{name: getattr(entry, name) for name in columns} for entry in entries])


def _entry(
    actor: Actor,
    act: str,
    subject_kind: str,
    subject_key: str,
    now: datetime,
    division_code: str | None,
    facts: Mapping[str, JSON],
) -> AuditEntry:
    actor = actor.at(division_code)
    entry = AuditEntry(
        at=now.astimezone(UTC),
        account_id=actor.account_id,
        username=actor.username,
        actor_name=actor.name,
        role=actor.role,
        scope=actor.scope,
        deputy_for=actor.deputy_for,
        address=actor.address,
        act=str(act),
        subject_kind=subject_kind,
        subject_key=subject_key,
        division_code=division_code,
        facts=canonical(facts),
    )
    entry.digest = entry_digest(entry)
    return entry


def entry_digest(entry: AuditEntry) -> bytes:
    """What the entry says, digested; its place in the trail is kept beside the digest in the seal."""
    return digest(
        (
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            str(entry.account_id) if entry.account_id else None,
            entry.username,
            entry.actor_name,
            entry.role,
            entry.scope,
            entry.deputy_for,
            entry.address,
            entry.act,
            entry.subject_kind,
            entry.subject_key,
            entry.division_code,
            entry.facts,
        )
    )


def seal(now: datetime) -> int:
    """Append one seal over the oldest unsealed entries, at most SEAL_SIZE; gives how many it covers.

    Called by the runner each minute, at the end of commands and before a backup, each time until it gives 0.
    Other writers of the trail wait while it runs, so no entry can slip in below a sealed one.
    """
    keep_still(AuditEntry.__tablename__)
    last = session().scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()
    sealed_to = last.last_seq if last else 0
    entries = session().scalars(
        select(AuditEntry).where(AuditEntry.seq > sealed_to).order_by(AuditEntry.seq).limit(SEAL_SIZE)
    )
    leaves = [Leaf(entry.seq, entry_digest(entry)) for entry in entries]
    if not leaves:
        return 0
    number, previous, packed = (last.number + 1, last.hash, pack(leaves)) if last else (1, GENESIS, pack(leaves))
    session().add(
        AuditSeal(
            number=number,
            first_seq=leaves[0].seq,
            last_seq=leaves[-1].seq,
            leaves=packed,
            previous_hash=previous,
            hash=seal_hash(number, previous, packed, sealed_at_text(now)),
            sealed_at=now,
        )
    )
    session().flush()
    return len(leaves)


def sealed_at_text(moment: datetime) -> str:
    """The moment of sealing as it goes into the hash."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def count_unsealed() -> int:
    """How many entries no seal covers yet."""
    sealed_to = session().scalar(select(func.max(AuditSeal.last_seq))) or 0
    return session().scalar(select(func.count()).where(AuditEntry.seq > sealed_to)) or 0


def seal_all(now: datetime) -> None:
    """Seal what is not sealed yet, twenty ranges at most (about a second): for the sweep and the end of commands."""
    for _ in range(SEALS_AT_ONCE):
        if not seal(now):
            return
