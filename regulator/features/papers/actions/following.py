"""Keeps matters in step with the rows they are about, in the transaction of whoever changes the rows; set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.actions.matters import NewMatter, add_rows, entry_line, open_matters
from regulator.features.papers.models import Matter, MatterCounter, MatterEntry, Paper
from regulator.features.papers.queries.following import (
    Source,
    Waiting,
    is_in_step,
    is_with_papers,
    list_missing,
    list_strays,
    open_of,
)
from regulator.features.papers.terms import EntryKind, MatterState, Outcome, PaperAct, PaperSubject
from regulator.foundation.database import keep_still, session, thinking

AT_ONCE = 500
CAUGHT_UP_AT_ONCE = 2000


class _Row(NamedTuple):
    key: str
    title: str
    division_code: str | None
    due_on: Any
    waits: bool
    outcome: str
    matter_id: UUID | None
    titled: str | None
    placed: str | None


def follow(source: Source, *where: ColumnElement[bool], actor: Actor, now: datetime, reason: str | None = None) -> None:
    """Open, close and correct the matters of the rows a condition finds, after whatever was done to them.

    Of rows that are no more the caller closes the matters, who alone knows their keys.
    """
    session().flush()
    rows = _look(source, where)
    ended: dict[Outcome, set[str]] = defaultdict(set)
    for row in rows:
        if row.matter_id is not None and not row.waits:
            ended[Outcome(row.outcome)].add(row.key)
    for outcome, keys in ended.items():
        close_matters_of(source.kind, keys, outcome=outcome, reason=reason, actor=actor, now=now)
    _correct([row for row in rows if row.waits and row.matter_id is not None])
    open_waiting(
        source,
        [Waiting(*row[:4]) for row in rows if row.waits and row.matter_id is None and source.every],
        actor=actor,
        now=now,
    )


def _look(source: Source, where: Iterable[ColumnElement[bool]]) -> list[_Row]:
    columns = (source.key, source.title, source.division_code, source.due_on, source.waits, source.outcome)
    own = and_(open_of(source.kind), Matter.subject_key == source.key)
    stmt = source.rows(select(*columns, Matter.id, Matter.title, Matter.division_code)).outerjoin(Matter, own)
    return [_Row(*row) for row in session().execute(stmt.where(*where).order_by(source.key))]


def _correct(rows: Iterable[_Row]) -> None:
    """Title and place follow the row, also the place of its papers; whose matter it is now, the sweep sees to."""
    for row in rows:
        title = row.title[:200]
        if (row.titled, row.placed) != (title, row.division_code):
            changed = update(Matter).where(Matter.id == row.matter_id)
            session().execute(
                changed.values(title=title, division_code=row.division_code, version=Matter.version + 1)
            )  # fmt: skip
        if row.placed != row.division_code:
            papers = update(Paper).where(Paper.matter_id == row.matter_id)
            session().execute(papers.values(division_code=row.division_code))


def open_waiting(source: Source, rows: Sequence[Waiting], *, actor: Actor, now: datetime) -> int:
    """Open the matters of rows that wait and have none; gives how many."""
    news = [
        NewMatter(source.kind, row.key, row.title, row.division_code, source.handled_by, row.due_on) for row in rows
    ]
    return open_matters(news, actor=actor, now=now)


def close_matters_of(
    kind: str, subject_keys: Collection[str], *, outcome: Outcome, reason: str | None, actor: Actor, now: datetime
) -> int:
    """Close the open matters of a kind on these subjects, as their feature's acts do; gives how many.

    One with a paper under way stays open until that is finished; `catch_up` closes it then.
    """
    closed: list[Any] = []
    for keys in _in_parts(sorted(subject_keys)):
        wanted = select(Matter.id, Matter.number, Matter.division_code).where(
            open_of(kind), Matter.subject_key.in_(keys), ~is_with_papers()
        )
        closed += session().execute(wanted.with_for_update()).all()
    for some in _in_parts(closed):
        _close([row.id for row in some], outcome, reason, actor, now)
    if closed:
        facts: dict[str, JSON] = {"outcome": outcome}
        facts |= {"numbers": [row.number for row in closed]} if len(closed) > 1 else {}
        first = closed[0]
        audit.record(
            actor, PaperAct.MATTER_CLOSED, PaperSubject.MATTER, first.number, now=now,
            division_code=first.division_code, facts=facts,
        )  # fmt: skip
    return len(closed)


def _close(ids: Sequence[UUID], outcome: Outcome, reason: str | None, actor: Actor, now: datetime) -> None:
    said: Mapping[str, Any] = {
        "state": MatterState.CLOSED, "outcome": outcome, "closed_reason": reason, "closed_at": now,
        "closed_by": actor.name,
    }  # fmt: skip
    session().execute(update(Matter).where(Matter.id.in_(ids)).values(**said, version=Matter.version + 1))
    lines = [entry_line(one, EntryKind.CLOSED, actor, now, about=outcome, text=reason) for one in ids]
    add_rows(MatterEntry, lines)


def catch_up(sources: Sequence[Source], *, actor: Actor, now: datetime) -> int:
    """Open what lacks and close what is left, some at a time; gives how many, none when all are in step.

    For a sweep, and for the first start after an upgrade. Looks without holding anybody up; only when something is
    amiss it looks again with the matters held still.
    """
    with thinking():
        if all(is_in_step(source) for source in sources):
            return 0
    keep_still(MatterCounter.__tablename__)
    return sum(_catch_up(source, actor, now) for source in sources)


def _catch_up(source: Source, actor: Actor, now: datetime) -> int:
    ended: dict[Outcome, list[str]] = defaultdict(list)
    for key, outcome in list_strays(source, limit=CAUGHT_UP_AT_ONCE):
        ended[outcome].append(key)
    done = 0
    for outcome, keys in ended.items():
        done += close_matters_of(source.kind, keys, outcome=outcome, reason=None, actor=actor, now=now)
    missing = list_missing(source, limit=CAUGHT_UP_AT_ONCE)
    return done + open_waiting(source, missing, actor=actor, now=now)


def _in_parts(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))
