"""The verdict on a row and the row on its way to it. Pure; which rules there are is not known here.

The reason reported is the first by column, then by row rule, then by register rule; all are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from regulator.features.registry.imports import records
from regulator.features.registry.imports.facts import FileFacts
from regulator.features.registry.imports.reasons import Reason, Weight
from regulator.features.registry.imports.rows import Parsed, Problem, RowReader


class Outcome(StrEnum):
    """What a row is to the register."""

    CHANGE = "change"
    CORRECTION = "correction"
    NEW = "new"
    REJECTED = "rejected"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Judged:
    """A row with its verdict. ``record`` holds the register's columns; ``services`` the steps on an estate's
    periods; ``differences`` before and after by column, for a person to look at; ``key`` the business key.
    """

    sheet: str
    number: int
    outcome: Outcome
    values: Mapping[str, Any]
    problems: list[Problem]
    remarks: list[Problem]
    record: dict[str, Any] = field(default_factory=dict)
    services: list[dict[str, Any]] = field(default_factory=list)
    key: str | None = None
    division_code: str | None = None
    version: int | None = None
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    links: dict[str, Any] = field(default_factory=dict)
    known_id: Any = None

    @property
    def reasons(self) -> list[Reason]:
        """Every reason against the row, the reported one first; hints are no reasons."""
        return [problem.reason for problem in self.problems if problem.reason.weight is Weight.REJECTED]

    @property
    def flags(self) -> list[Reason]:
        """What a person must settle; empty when the row is not taken."""
        if self.outcome is Outcome.REJECTED:
            return []
        return [remark.reason for remark in self.remarks if remark.reason.weight is Weight.FLAG]


@dataclass(slots=True)
class Pending:
    """A row on its way through the register's rules."""

    parsed: Parsed
    file: FileFacts
    reader: RowReader
    rules: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    division_code: str | None = None
    street_code: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What was read."""
        return self.parsed.values

    @property
    def sound(self) -> bool:
        """Whether nothing was found against the row yet."""
        return not self.parsed.problems and not self.rules

    def object(self, reason: Reason, name: str | None = None) -> None:
        """Something is wrong with a cell; keeps the order of the columns."""
        self.parsed.problems.append(Problem(reason, self.reader.column(name) if name else None))

    def break_rule(self, reason: Reason, name: str | None = None) -> None:
        """A rule of the row or of the register is broken."""
        self.rules.append(Problem(reason, self.reader.column(name) if name else None))

    def remark(self, reason: Reason, name: str | None = None) -> None:
        """Something to be said about a row that may be taken."""
        self.remarks.append(Problem(reason, self.reader.column(name) if name else None))

    def verdict(self, outcome: Outcome, **facts: Any) -> Judged:
        """The row's verdict; rejected when anything was found against it."""
        problems = [] if self.sound else sorted(self.parsed.problems, key=_by_column) + self.rules
        refused = any(problem.reason.weight is Weight.REJECTED for problem in problems)
        return Judged(
            self.parsed.sheet,
            self.parsed.number,
            Outcome.REJECTED if refused else outcome,
            self.values,
            problems,
            self.remarks,
            **facts,
        )

    def decide(self, record: dict[str, Any], known: Any, **facts: Any) -> Judged:
        """The verdict by comparing with the record the register holds under the row's key, if any."""
        if known is None:
            return self.verdict(Outcome.NEW, record=record, **facts)
        found = records.differences(record, known.values)
        return self.verdict(
            Outcome.CORRECTION if found else Outcome.UNCHANGED,
            record=record,
            differences=found,
            version=known.version,
            known_id=known.values.get("id"),
            **facts,
        )


def _by_column(problem: Problem) -> int:
    return 1_000 if problem.column is None else problem.column
