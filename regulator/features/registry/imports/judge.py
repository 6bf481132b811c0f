"""Judging the rows of a file, batch after batch, in the order column, row, register. Pure over its facts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.deciding_companies import CompanyRules, PersonRules
from regulator.features.registry.imports.deciding_estates import ContractRules, EstateRules
from regulator.features.registry.imports.facts import FileFacts, RegisterFacts
from regulator.features.registry.imports.headers import Layout
from regulator.features.registry.imports.rows import RowReader, judge_row
from regulator.features.registry.imports.verdicts import Judged, Pending
from regulator.foundation.tables import Row


class _Rules(Protocol):
    """The rules of one kind of row; keeps what earlier rows of the file said."""

    def place(self, row: Pending) -> None:
        """Find the row's division."""

    def notice(self, row: Pending) -> None:
        """Object to what an earlier row said already."""

    def decide(self, rows: Sequence[Pending]) -> Iterator[Judged]:
        """Hold the rows against the register, many at once."""


_RULES: Mapping[Kind, type[CompanyRules] | type[EstateRules] | type[PersonRules] | type[ContractRules]] = {
    Kind.COMPANIES: CompanyRules,
    Kind.CONTRACTS: ContractRules,
    Kind.ESTATES: EstateRules,
    Kind.PEOPLE: PersonRules,
}


class Judge:
    """Judges one file, batch after batch; remembers what earlier rows of the file said."""

    def __init__(self, kind: Kind, facts: RegisterFacts) -> None:
        self._kind = kind
        self._rules: _Rules = _RULES[kind](facts)
        self._readers: dict[str, RowReader] = {}

    def judge(self, layout: Layout, file: FileFacts, rows: Sequence[Row]) -> Iterator[Judged]:
        """The verdicts on some rows of one sheet, in their order."""
        reader = self._readers.get(layout.sheet)
        if reader is None:
            reader = self._readers[layout.sheet] = RowReader(self._kind, layout)
        pending = [Pending(reader.read(row.sheet, row.number, row.cells), file, reader) for row in rows]
        for row in pending:
            self._rules.place(row)
            self._rules.notice(row)
            for reason in judge_row(self._kind, row.values):
                row.break_rule(reason)
        yield from self._rules.decide(pending)
