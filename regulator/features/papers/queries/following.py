"""Rows of other rooms each of which has one open matter while it waits: where the two are out of step. Never writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, null, select

from regulator.features.accounts.terms import Permission
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.rules.matters import UNFINISHED
from regulator.features.papers.terms import MatterState, Outcome
from regulator.foundation.database import session


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that wait for a person, as the feature that owns a kind of matter describes them.

    `rows` joins what the columns need; `key` is the business key of a row, `waits` whether it still does, `outcome`
    how it ended (an `Outcome` by its value) once it does not. `found_by` leads from a subject key to its row by an
    index. Where not `every` row that waits needs a matter, only matters too many are looked for; `prefix` is what the
    keys of these rows begin with where a kind is about several sorts of rows.
    """

    kind: str
    handled_by: Permission
    rows: Callable[[Select[Any]], Select[Any]]
    key: ColumnElement[str]
    title: Any  # of text
    division_code: Any  # a column
    waits: ColumnElement[bool]
    outcome: ColumnElement[str]
    found_by: Callable[[Any], ColumnElement[bool]]
    due_on: Any = null()  # noqa: RUF009  # a constant of SQL
    every: bool = True
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that waits for a person and should have a matter."""

    key: str
    title: str
    division_code: str | None
    due_on: date | None


def open_of(kind: str) -> ColumnElement[bool]:
    """The condition: an open matter of a kind."""
    return and_(Matter.kind == kind, Matter.state == MatterState.OPEN)


def list_missing(source: Source, *where: ColumnElement[bool], limit: int | None = None) -> list[Waiting]:
    """Rows that wait and have no open matter."""
    if not source.every:
        return []
    has_one = exists().where(open_of(source.kind), Matter.subject_key == source.key)
    columns = select(source.key, source.title, source.division_code, source.due_on)
    stmt = source.rows(columns).where(source.waits, ~has_one, *where).order_by(source.key).limit(limit)
    return [Waiting(*row) for row in session().execute(stmt)]


def list_strays(source: Source, *where: ColumnElement[bool], limit: int | None = None) -> list[tuple[str, Outcome]]:
    """Subject keys of open matters whose row waits no more, with how it ended; without a row it was taken back.

    A matter with a paper under way stays open until that is finished.
    """
    own = and_(source.found_by(Matter.subject_key), source.key == Matter.subject_key)
    waiting = source.rows(select(literal(1))).where(own, source.waits).correlate(Matter).exists()
    ended: Any = source.rows(select(source.outcome)).where(own).correlate(Matter).limit(1).scalar_subquery()
    stmt = select(Matter.subject_key, ended).where(open_of(source.kind), ~waiting, ~is_with_papers(), *where)
    if source.prefix:
        stmt = stmt.where(Matter.subject_key.startswith(source.prefix, autoescape=True))
    found = session().execute(stmt.order_by(Matter.subject_key).limit(limit))
    return [(key, Outcome(outcome or Outcome.TAKEN_BACK)) for key, outcome in found]


def is_with_papers() -> ColumnElement[bool]:
    """The condition: a paper of the matter is under way."""
    return exists().where(Paper.matter_id == Matter.id, Paper.state.in_(UNFINISHED))


def is_in_step(source: Source) -> bool:
    """Whether every row that waits has its matter and no matter is left without."""
    return not list_missing(source, limit=1) and not list_strays(source, limit=1)
