"""Reading the trail: search for the auditor, a record's history for its page, and proof that nothing was altered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import eq, ge, lt
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.exc import DBAPIError

from regulator.features.audit.actions import count_unsealed, entry_digest, sealed_at_text
from regulator.features.audit.models import AuditEntry, AuditSeal
from regulator.features.audit.rules import GENESIS, LEAF_BYTES, Leaf, Problem, compare, seal_hash, unpack
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Page, Sort, paginate

SORT = Sort("-seq", (AuditEntry.__table__.c.seq,), descending=True)
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as shown. `facts` are as recorded, masked already."""

    seq: int
    at: datetime
    username: str
    name: str
    role: str
    scope: str
    deputy_for: str | None
    address: str | None
    act: str
    subject_kind: str
    subject_key: str
    division_code: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the auditor looks for; every condition left None is open. `until` is excluded."""

    username: str | None = None
    act: str | None = None
    subject_kind: str | None = None
    subject_key: str | None = None
    division_low: str | None = None
    division_high: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_entries(wanted: Wanted, *, cursor: str | None, limit: int) -> Page[Entry]:
    """Acts that fit, newest first."""
    return paginate(_matching(wanted), list_name="audit", sort=SORT, cursor=cursor, limit=limit, item=_from_row)


def iterate_entries(wanted: Wanted) -> Iterator[Entry]:
    """Every act that fits, newest first, in batches: for exports."""
    below: int | None = None
    while True:
        query = _matching(wanted)
        if below is not None:
            query = query.where(AuditEntry.seq < below)
        rows = session().execute(query.order_by(AuditEntry.seq.desc()).limit(BATCH)).all()
        for row in rows:
            yield _from_row(row)
        if len(rows) < BATCH:
            return
        below = rows[-1][0].seq


def list_history(subject_kind: str, subject_key: str, *, cursor: str | None = None, limit: int = 50) -> Page[Entry]:
    """What was done to one record, newest first. Whoever calls has checked that the record lies in the scope."""
    wanted = Wanted(subject_kind=subject_kind, subject_key=subject_key)
    return paginate(_matching(wanted), list_name="history", sort=SORT, cursor=cursor, limit=limit, item=_from_row)


def get_entry(seq: int) -> Entry:
    """One act by its place. Raises NotFound."""
    row = session().execute(select(AuditEntry).where(AuditEntry.seq == seq)).one_or_none()
    if row is None:
        raise NotFound(str(seq))
    return _from_row(row)


@dataclass(frozen=True, slots=True)
class TrailTally:
    """How long the trail is and how much of it is sealed."""

    entries: int
    seals: int
    unsealed: int
    sealed_at: datetime | None
    head: str


def count_trail() -> TrailTally:
    """The figures of the auditor's first page; counting only, nothing is verified."""
    last = session().scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()
    entries = session().scalar(select(func.count()).select_from(AuditEntry)) or 0
    return TrailTally(
        entries=entries,
        seals=last.number if last else 0,
        unsealed=count_unsealed(),
        sealed_at=last.sealed_at if last else None,
        head=last.hash.hex() if last else "",
    )


def list_acts() -> list[str]:
    """The kinds of act that occur, for the filter."""
    return sorted(session().scalars(select(AuditEntry.act).distinct()))


def list_subject_kinds() -> list[str]:
    """The kinds of subject that occur, for the filter."""
    return sorted(session().scalars(select(AuditEntry.subject_kind).distinct()))


def _matching(wanted: Wanted) -> Select[Any]:
    conditions = (
        (AuditEntry.username, eq, wanted.username),
        (AuditEntry.act, eq, wanted.act),
        (AuditEntry.subject_kind, eq, wanted.subject_kind),
        (AuditEntry.subject_key, eq, wanted.subject_key),
        (AuditEntry.division_code, ge, wanted.division_low),
        (AuditEntry.division_code, lt, wanted.division_high),
        (AuditEntry.at, ge, wanted.since),
        (AuditEntry.at, lt, wanted.until),
    )
    return select(AuditEntry).where(*(holds(column, value) for column, holds, value in conditions if value is not None))


def _from_row(row: Row[Any]) -> Entry:
    item: AuditEntry = row[0]
    return Entry(
        seq=item.seq,
        at=item.at,
        username=item.username,
        name=item.actor_name,
        role=item.role,
        scope=item.scope,
        deputy_for=item.deputy_for,
        address=item.address,
        act=item.act,
        subject_kind=item.subject_kind,
        subject_key=item.subject_key,
        division_code=item.division_code,
        facts=_facts(item.facts),
    )


def _facts(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"unreadable": text}


@dataclass(slots=True)
class Proof:
    """What verifying found. The last of `heads`, the seals' hashes, is worth writing down outside this database."""

    entries: int = 0
    seals: int = 0
    unsealed: int = 0
    heads: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The last seal's hash in hex; empty before the first seal."""
        return self.heads[-1] if self.heads else ""


def verify() -> Proof:
    """Recompute every digest and every link, entry by entry, and name what is not as it was sealed.

    Entries after the last seal are checked against the digest written with them and counted as unsealed.
    """
    proof = Proof()
    previous, sealed_to, expected = GENESIS, 0, 1
    for number in session().scalars(select(AuditSeal.number).order_by(AuditSeal.number)).all():
        proof.problems += [Problem("seal_missing", None, lost) for lost in range(expected, number)]
        expected = number + 1
        seal = _readable_seal(number)
        if seal is None:
            proof.problems.append(Problem("seal_altered", None, number))
            continue
        proof.problems += _judge_seal(seal, previous, sealed_to)
        found = _digests(sealed_to, seal.last_seq)
        proof.problems += compare(list(unpack(seal.leaves)), found, number)
        proof.entries += len(found)
        proof.seals += 1
        previous, sealed_to = seal.hash, seal.last_seq
        proof.heads.append(previous.hex())
    _verify_unsealed(proof, sealed_to)
    return proof


def _readable_seal(number: int) -> AuditSeal | None:
    try:
        return session().get(AuditSeal, number, populate_existing=True)
    except (ValueError, TypeError, DBAPIError):
        return None


def _judge_seal(seal: AuditSeal, previous: bytes, sealed_to: int) -> Iterator[Problem]:
    recomputed = seal_hash(seal.number, previous, seal.leaves, sealed_at_text(seal.sealed_at))
    leaves: Sequence[Leaf] = list(unpack(seal.leaves))
    fits = (
        seal.previous_hash == previous
        and seal.hash == recomputed
        and len(seal.leaves) % LEAF_BYTES == 0
        and bool(leaves)
        and (leaves[0].seq, leaves[-1].seq) == (seal.first_seq, seal.last_seq)
        and seal.first_seq > sealed_to
    )
    if not fits:
        yield Problem("seal_altered", None, seal.number)


def _digests(after: int, last: int) -> dict[int, bytes | None]:
    """What the entries of a range look like now; None for one that cannot even be read."""
    found: dict[int, bytes | None] = {}
    places = session().scalars(
        select(AuditEntry.seq).where(AuditEntry.seq > after, AuditEntry.seq <= last).order_by(AuditEntry.seq)
    )
    everyone = places.all()
    for start in range(0, len(everyone), BATCH):
        batch = everyone[start : start + BATCH]
        try:
            query = select(AuditEntry).where(AuditEntry.seq >= batch[0], AuditEntry.seq <= batch[-1])
            found |= {item.seq: _true_digest(item) for item in session().scalars(query).all()}
        except (ValueError, TypeError, AttributeError, DBAPIError):
            found |= {seq: _digest_of(seq) for seq in batch}
        session().expunge_all()
    return found


def _true_digest(item: AuditEntry) -> bytes | None:
    """The digest recomputed; None when it is not the one written with the entry."""
    recomputed = entry_digest(item)
    return recomputed if recomputed == item.digest else None


def _digest_of(seq: int) -> bytes | None:
    try:
        item = session().get(AuditEntry, seq, populate_existing=True)
        return _true_digest(item) if item else None
    except (ValueError, TypeError, AttributeError, DBAPIError):
        return None


def _verify_unsealed(proof: Proof, sealed_to: int) -> None:
    last = session().scalar(select(func.max(AuditEntry.seq))) or 0
    found = _digests(sealed_to, last)
    proof.unsealed = len(found)
    proof.entries += len(found)
    proof.problems += [Problem("altered", seq, None) for seq in sorted(found) if found[seq] is None]
