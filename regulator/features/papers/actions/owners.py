"""Who gets a matter nobody was named for: the nearest official who may act there, else the built-in account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from regulator.features.accounts import actions as accounts
from regulator.features.accounts.queries import find_account
from regulator.features.accounts.queries.holders import Holder, HoldersEverywhere, list_holders
from regulator.features.accounts.terms import IMPORT_NAME, IMPORT_USERNAME, Permission
from regulator.features.audit.terms import Actor
from regulator.foundation.clock import day_of

FEW_PLACES = 3
"""Up to so many places are asked for one by one."""


class Owners:
    """Finds owners for the matters of one moment: asked once per place, or once for all when there are many places."""

    def __init__(self, permission: Permission, *, now: datetime, places: int = 1) -> None:
        self._permission, self._now, self._on = permission, now, day_of(now)
        self._everywhere = HoldersEverywhere(permission, on=self._on) if places > FEW_PLACES else None
        self._known: dict[str | None, list[Holder]] = {}
        self._caretaker: UUID | None = None

    def holders_at(self, division_code: str | None) -> list[Holder]:
        """Everybody who may act at a division, the nearest first."""
        if self._everywhere is not None:
            return self._everywhere.at(division_code)
        if division_code not in self._known:
            self._known[division_code] = list_holders(self._permission, division_code, on=self._on)
        return self._known[division_code]

    def owner_at(self, division_code: str | None, *, other_than: Collection[UUID] = ()) -> Holder | None:
        """The nearest official who may act at a division, somebody else than those where there is anybody else."""
        found = self.holders_at(division_code)
        return next((one for one in found if one.account_id not in other_than), found[0] if found else None)

    def owner_or_caretaker(self, code: str | None, *, other_than: UUID | None = None) -> tuple[UUID, UUID | None]:
        """The account, with its authority, that gets a matter at a place: the nearest official or the built-in one."""
        holder = self.owner_at(code, other_than=[other_than] if other_than else ())
        if holder is not None:
            return holder.account_id, holder.authority_id
        if self._caretaker is None:
            self._caretaker = caretaker(self._now)
        return self._caretaker, None


def caretaker(now: datetime) -> UUID:
    """The built-in account that keeps matters until an official can be found; made when there is none yet."""
    account = find_account(IMPORT_USERNAME)
    if account is None:
        account = accounts.create_built_in(IMPORT_USERNAME, IMPORT_NAME, actor=Actor.system(), now=now)
    return account.id
