"""What a batch tells the rooms above: one signal of each kind with a staging table, before and after by key."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from regulator.features.registry import signals
from regulator.features.registry.actions.staging import Staging
from regulator.features.registry.facts import facts_of
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.imports.writing import AT_ONCE, Staged, new_ids
from regulator.features.registry.models import Company, Estate
from regulator.features.registry.queries.services import service_facts
from regulator.foundation.database import session

SIGNALS = {
    Kind.COMPANIES: ((signals.companies_changed, "companies"),),
    Kind.ESTATES: ((signals.estates_changed, "estates"), (signals.services_changed, "services")),
    Kind.CONTRACTS: ((signals.services_changed, "services"),),
    Kind.PEOPLE: (),
}


class Telling:
    """Gathers whose records change, looks at them before and after, and tells; costs nothing when nobody listens."""

    def __init__(self, kind: Kind, batch_id: UUID) -> None:
        self._batch_id = batch_id
        self._kind = kind
        self._wanted = {name for signal, name in SIGNALS[kind] if signal.receivers}
        self._touches = kind is Kind.ESTATES and bool(signals.estates_touched.receivers)
        self._touched: set[str] = set()
        self._new: list[UUID] = []
        self._held: list[UUID] = []
        self._codes: set[str] = set()
        self._before: dict[str, dict[UUID, tuple[str, Any]]] = {}

    def gather(self, rows: Sequence[Staged]) -> None:
        """Some rows of the batch that will be written."""
        if self._kind is Kind.CONTRACTS:
            self._codes.update(row.links["estate_code"] for row in rows)
        self._new += [row.subject_id for row in rows if row.outcome is Outcome.NEW]
        self._held += [row.subject_id for row in rows if row.outcome is not Outcome.NEW]

    def gather_new(self, first: int, last: int) -> None:
        """The new records between two places of the file that are written without being looked at."""
        if self._wanted:
            self._new += new_ids(self._batch_id, first, last)

    def undoing(self, new: Iterable[UUID], held: Iterable[UUID], codes: Iterable[str]) -> None:
        """The records an undo takes away (``new``) and puts back (``held``); codes of estates for contracts."""
        self._new, self._held, self._codes = [], [*new, *held], set(codes)

    def before(self) -> None:
        """Look before anything is written."""
        if self._touches:
            self._touched = set(self._codes_of(self._held))
        if self._wanted:
            self._settle_contracts()
            self._before = {name: self._look(name, self._held) for name in self._wanted}

    def after(self) -> None:
        """Look again and tell."""
        if self._touches:
            session().flush()
            signals.touch(self._touched | set(self._codes_of([*self._held, *self._new])))
        for signal, name in SIGNALS[self._kind]:
            if name not in self._wanted:
                continue
            session().expire_all()
            seen = self._look(name, [*self._held, *self._new])
            before = self._before[name]
            staging = Staging(signal, name, self._batch_id)
            staging.add(
                (key, before.get(one, ("", None))[1], facts)
                for one, (key, facts) in seen.items()
                if before.get(one, ("", None))[1] != facts
            )
            staging.add((key, facts, None) for one, (key, facts) in before.items() if one not in seen)
            staging.send()

    def _settle_contracts(self) -> None:
        if self._kind is Kind.CONTRACTS:
            self._new = []
            self._held = list(session().scalars(select(Estate.id).where(Estate.code.in_(self._codes))))

    @staticmethod
    def _codes_of(ids: Sequence[UUID]) -> Iterator[str]:
        for at in range(0, len(ids), AT_ONCE):
            yield from session().scalars(select(Estate.code).where(Estate.id.in_(ids[at : at + AT_ONCE])))

    def _look(self, name: str, keys: Sequence[UUID]) -> dict[UUID, tuple[str, Any]]:
        model: Any = Company if name == "companies" else Estate
        found: dict[UUID, tuple[str, Any]] = {}
        for at in range(0, len(keys), AT_ONCE):
            for record in session().scalars(select(model).where(model.id.in_(keys[at : at + AT_ONCE]))):
                key = record.credit_code if name == "companies" else record.code
                found[record.id] = (key, service_facts(record.id) if name == "services" else facts_of(record))
        return found
