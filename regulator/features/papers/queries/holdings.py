"""Who has open matters and papers that wait without being able to act on them. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from regulator.features.accounts.models import Account
from regulator.features.accounts.queries.holders import HoldersEverywhere
from regulator.features.accounts.terms import AccountState, Permission
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.queries.papers import STEP_PERMISSIONS, taken_in_round
from regulator.features.papers.rules.chain import persons_of
from regulator.features.papers.terms import ApprovalStep, MatterState, PaperState, WhyMoved
from regulator.foundation.database import session


@dataclass(frozen=True, slots=True)
class Holding:
    """The open matters of one owner at one place that need one permission."""

    owner_id: UUID
    owner_state: AccountState
    handled_by: str
    division_code: str | None
    count: int

    @property
    def why(self) -> WhyMoved:
        """Why they cannot stay, where they cannot."""
        if self.owner_state is AccountState.BUILT_IN:
            return WhyMoved.OFFICIAL_FOUND
        return WhyMoved.ROLE_ENDED if self.owner_state is AccountState.ACTIVE else WhyMoved.CLOSED_ACCOUNT

    @property
    def condition(self) -> tuple[ColumnElement[bool], ...]:
        """Which matters they are."""
        return (
            Matter.state == MatterState.OPEN,
            Matter.owner_id == self.owner_id,
            Matter.handled_by == self.handled_by,
            Matter.division_code.is_not_distinct_from(self.division_code),
        )


class Powers:
    """Who may do what where on a day, each permission asked for once."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._known: dict[str, HoldersEverywhere] = {}

    def of(self, permission: str) -> HoldersEverywhere:
        """Who may do this."""
        if permission not in self._known:
            self._known[permission] = HoldersEverywhere(Permission(permission), on=self._on)
        return self._known[permission]


def list_holdings(*where: ColumnElement[bool]) -> list[Holding]:
    """Who owns open matters, by what they need and where they lie; one statement over an index."""
    key = (Matter.owner_id, Matter.handled_by, Matter.division_code)
    held = select(*key, func.count().label("count")).where(Matter.state == MatterState.OPEN).group_by(*key).subquery()
    stmt = select(held.c.owner_id, Account.state, held.c.handled_by, held.c.division_code, held.c.count)
    found = session().execute(stmt.join(Account, Account.id == held.c.owner_id).where(*where))
    return [Holding(*row) for row in found]


def unable(holdings: Iterable[Holding], powers: Powers) -> Iterator[Holding]:
    """Those whose owner may not act there while somebody else may."""
    for one in holdings:
        able = powers.of(one.handled_by).at(one.division_code)
        if able and all(holder.account_id != one.owner_id for holder in able):
            yield one


def list_stuck_papers(*where: ColumnElement[bool]) -> list[Paper]:
    """Papers that wait for a step of somebody who can no longer sign in."""
    stmt = (
        select(Paper)
        .join(Account, Account.id == Paper.waits_for_id)
        .where(Paper.state == PaperState.APPROVING, Account.state != AccountState.ACTIVE, *where)
        .order_by(Paper.waits_since, Paper.id)
    )
    return list(session().scalars(stmt))


def find_next(paper: Paper, powers: Powers) -> UUID | None:
    """The nearest who may take the step a paper waits for and has had no hand in it yet; None when there is nobody."""
    needed = STEP_PERMISSIONS[ApprovalStep(paper.steps[paper.position])]
    before = persons_of(taken_in_round(paper))
    able = powers.of(needed).at(paper.division_code)
    return next((one.account_id for one in able if one.account_id not in before), None)
