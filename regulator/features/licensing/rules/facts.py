"""What the register says of a company on a day, and what holding it against a grade gives. Frozen values; no tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulator.features.licensing.terms import (
    ConditionKind,
    Grade,
    HouseKind,
    OutsideFactKind,
    ProjectKind,
    RuleSet,
)
from regulator.features.registry.terms import Title
from regulator.law.citations import Citation


@dataclass(frozen=True, slots=True)
class StaffFact:
    """One person employed full time on the day. ``key`` is the person's key, ``title`` None when not stated."""

    key: str
    name: str
    post: str | None
    is_head: bool
    title: Title | None


@dataclass(frozen=True, slots=True)
class ProjectFact:
    """One estate served on the day; areas are whole numbers of 0.01 ㎡, a kind not stated is left out."""

    code: str
    name: str
    kind: ProjectKind
    areas: Mapping[HouseKind, int]
    floor_area: int | None


@dataclass(frozen=True, slots=True)
class OutsideFactRow:
    """A recorded fact from elsewhere: an act's code, points of an assessment, or a credit grade."""

    key: str
    kind: OutsideFactKind
    happened_on: date
    value: str


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What the register says of a company on a day; ``capital`` in fen, None when not stated."""

    credit_code: str
    day: date
    capital: int | None
    staff: tuple[StaffFact, ...] = ()
    projects: tuple[ProjectFact, ...] = ()
    outside: tuple[OutsideFactRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """What a condition required and found. ``rows`` are keys of what was counted: people, estates or facts.

    ``required``, ``found`` and ``missing`` are numbers in the condition's own unit (yuan, people, percent, estates,
    acts, points) or, for a credit grade, its code. ``missing`` is None when the condition passes or no number helps.
    """

    code: str
    kind: ConditionKind
    required: Any
    found: Any
    passes: bool
    citation: Citation
    missing: Any = None
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A company held against a grade on a day."""

    credit_code: str
    day: date
    rule_set: RuleSet
    grade: Grade
    results: tuple[ConditionResult, ...]

    @property
    def passes(self) -> bool:
        """Whether every condition is met."""
        return all(result.passes for result in self.results)
