"""Who gets a matter nobody was named for: the nearest official who may act there, else the built-in account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from regulator.features.accounts import actions as accounts
from regulator.features.accounts.queries import find_account
from regulator.features.accounts.queries.holders import Holder, list_holders
from regulator.features.accounts.terms import IMPORT_NAME, IMPORT_USERNAME, Permission
from regulator.features.audit.terms import Actor


class Owners:
    """Finds owners for many matters of one moment, asking once per division."""

    def __init__(self, permission: Permission, *, now: datetime, on: date) -> None:
        self._permission, self._now, self._on = permission, now, on
        self._known: dict[str | None, list[Holder]] = {}

    def owner_at(self, division_code: str | None, *, other_than: Collection[UUID] = ()) -> Holder | None:
        """The nearest official who may act at a division, somebody else than those where there is anybody else."""
        if division_code not in self._known:
            self._known[division_code] = list_holders(self._permission, division_code, on=self._on)
        found = self._known[division_code]
        return next((one for one in found if one.account_id not in other_than), found[0] if found else None)


def caretaker(now: datetime) -> UUID:
    """The built-in account that keeps matters until an official can be found; made when there is none yet."""
    account = find_account(IMPORT_USERNAME)
    if account is None:
        account = accounts.create_built_in(IMPORT_USERNAME, IMPORT_NAME, actor=Actor.system(), now=now)
    return account.id
