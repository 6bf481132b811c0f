"""Terms the calendar has moved in somebody's open matters, until they take note. Never writes.

Asked by the owner's own key, as the rest of a desk: what was given to somebody needs no scope.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from regulator.features.calendar.queries import working_days
from regulator.features.papers.models import Matter, MatterMove
from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.queries.matters import is_open
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, count_up_to_ceiling

MOVES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class MatterMoveRow:
    """A moved term with its matter."""

    id: UUID
    matter_number: str
    matter_kind: str
    matter_title: str
    term: MovedTerm
    due_before: date
    due_after: date
    calendar_year: int
    is_provisional: bool = False  # another notice is awaited that may move it again


_ROW: Any = (
    *(MatterMove.id, Matter.number, Matter.kind, Matter.title),
    *(MatterMove.term, MatterMove.due_before, MatterMove.due_after, MatterMove.calendar_year),
)


def _told(columns: Any, owners: Collection[UUID]) -> Select[Any]:
    stmt: Select[Any] = select(*columns).join(Matter, Matter.id == MatterMove.matter_id)
    return stmt.where(Matter.owner_id.in_(owners), is_open(), MatterMove.noted_at.is_(None))


def list_moved(owners: Collection[UUID]) -> list[MatterMoveRow]:
    """Moved terms in open matters of these people that nobody has noted, by their new day; the first of them."""
    stmt = _told(_ROW, owners).order_by(MatterMove.due_after, MatterMove.id).limit(MOVES_SHOWN)
    days = working_days()
    return [
        replace(MatterMoveRow(*row), is_provisional=days.is_provisional(row.due_after, row.due_after))
        for row in session().execute(stmt)
    ]


def count_moved(owners: Collection[UUID]) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_told((MatterMove.id,), owners))


def get_moved(owners: Collection[UUID], wanted: Collection[UUID]) -> list[tuple[MatterMove, Matter]]:
    """These moved terms with their matters. Raises NotFound when one is in a matter of nobody of these people."""
    stmt = select(MatterMove, Matter).join(Matter, Matter.id == MatterMove.matter_id)
    stmt = stmt.where(MatterMove.id.in_(wanted), Matter.owner_id.in_(owners))
    found = [(move, matter) for move, matter in session().execute(stmt.with_for_update(of=MatterMove))]
    if len(found) != len(set(wanted)):
        raise NotFound("matter_move")
    return found


def moved_matters_at(moment: datetime) -> int:
    """How many terms of matters the act of a moment has moved in all: what its actor is told, no single one."""
    return session().scalars(select(func.count()).select_from(MatterMove).where(MatterMove.moved_at == moment)).one()
