"""How bulk paths tell what they changed: one temporary table for a whole batch, never one signal per row."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from blinker import Signal
from sqlalchemy import column, table, text

from regulator.features.registry import signals
from regulator.features.registry.terms import StagedChanges
from regulator.foundation.bulk import insert_rows
from regulator.foundation.database import session

StagedRow = tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]
"""Business key, facts before, facts after."""


class Staging:
    """The changes of one bulk act on one kind of record; ``send`` tells the rooms above in the writer's session.

    When nobody listens nothing is kept, so that filling a register costs no more than it must.
    """

    def __init__(self, signal: Signal, name: str, batch_id: UUID | None = None) -> None:
        self._signal = signal
        self._table = f"staged_{name}"
        self._batch_id = batch_id
        self._count = 0
        if self.wanted:
            session().execute(text(f"DROP TABLE IF EXISTS {self._table}"))
            session().execute(text(f"CREATE TEMPORARY TABLE {self._table} (key TEXT, before TEXT, after TEXT)"))

    @property
    def wanted(self) -> bool:
        """Whether anybody listens: facts that cost a query need not be gathered otherwise."""
        return bool(self._signal.receivers)

    def add(self, rows: Iterable[StagedRow]) -> None:
        """Keep changes for the signal; facts must be what JSON can say."""
        if not self.wanted:
            return
        target = table(self._table, column("key"), column("before"), column("after"))
        kept = [(key, _text(before), _text(after)) for key, before, after in rows]
        self._count += len(kept)
        insert_rows(session(), target, ("key", "before", "after"), kept)

    def send(self) -> None:
        """Tell of everything kept; says nothing when nothing changed."""
        if not self.wanted:
            return
        if self._count:
            signals.send_staged(self._signal, StagedChanges(self._table, self._batch_id))
        session().execute(text(f"DROP TABLE {self._table}"))


def _text(facts: Mapping[str, Any] | None) -> str | None:
    return None if facts is None else json.dumps(facts, ensure_ascii=False, default=str)
