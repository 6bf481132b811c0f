"""Finds owners for matters that have none who could act: kept by the built-in account, or by one that was closed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import AccountState, Permission
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions.matters import move_matters
from regulator.features.papers.actions.owners import Owners
from regulator.features.papers.models import Matter
from regulator.features.papers.terms import MatterState
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

AT_ONCE = 500


def hand_out(now: datetime) -> None:
    """Give matters nobody can act on to the nearest official who may; those for whom there is none wait on."""
    waiting = (
        select(Matter)
        .join(Account, Account.id == Matter.owner_id)
        .where(Matter.state == MatterState.OPEN, Account.state != AccountState.ACTIVE)
        .order_by(Matter.number)
        .limit(AT_ONCE)
    )
    finders: dict[str, Owners] = {}
    taken: dict[tuple[UUID, UUID | None], list[Matter]] = {}
    for matter in session().scalars(waiting).all():
        finder = finders.setdefault(
            matter.handled_by, Owners(Permission(matter.handled_by), now=now, on=day_of(now))
        )  # fmt: skip
        holder = finder.owner_at(matter.division_code)
        if holder is not None:
            taken.setdefault((holder.account_id, holder.authority_id), []).append(matter)
    for (to, authority), matters in taken.items():
        move_matters(matters, to=to, authority=authority, reason="", actor=Actor.system(), now=now)
