"""Words of coverage: what an estate counts as, tallies and figures, custodians, surveys (domain.md §6). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from regulator.features.registry.terms import EstateKind, Mode
from regulator.law.measures import Share


class Exclusion(StrEnum):
    """Why an estate, or its area or households, is in neither part of a rate."""

    DEMOLISHED = "demolished"
    FLOOR_AREA_UNKNOWN = "floor_area_unknown"
    HOUSEHOLDS_UNKNOWN = "households_unknown"
    KIND_NOT_COUNTED = "kind_not_counted"
    MODE_UNKNOWN = "mode_unknown"
    RETIRED = "retired"
    UNDER_CONSTRUCTION = "under_construction"


class Measure(StrEnum):
    """What a rate is counted in."""

    ESTATES = "estates"
    FLOOR_AREA = "floor_area"
    HOUSEHOLDS = "households"


class Rate(StrEnum):
    """The two rates always shown: in professional hands, and in anybody's the counting rule accepts."""

    FULL = "full"
    PROFESSIONAL = "professional"


class Group(StrEnum):
    """Which estates of a figure a list shows, beside the single modes and exclusions."""

    COUNTED = "counted"
    GAP = "gap"
    MANAGED = "managed"


class ChangeReason(StrEnum):
    """Why a rate changed between two days."""

    NEWLY_MANAGED = "newly_managed"
    LOST = "lost"
    MODE_CHANGED = "mode_changed"
    ADDED = "added"
    RETIRED = "retired"
    BECAME_KNOWN = "became_known"
    AREA_CHANGED = "area_changed"
    CORRECTED = "corrected"


class WarningKind(StrEnum):
    """Why an estate may soon be without management, or is already: the lines of the early warnings, in their order."""

    COMPANY_LEAVES = "company_leaves"
    DISMISSED = "dismissed"
    CONTRACT_ENDING = "contract_ending"
    CONTINUED = "continued"
    ABANDONED = "abandoned"


class WarningMeaning(StrEnum):
    """What each line of the warnings says of an estate, in one sentence; the same codes as the kinds."""

    COMPANY_LEAVES = "company_leaves"
    DISMISSED = "dismissed"
    CONTRACT_ENDING = "contract_ending"
    CONTINUED = "continued"
    ABANDONED = "abandoned"


class BulletinPhase(StrEnum):
    """How far the making of a bulletin has come."""

    COUNTED = "counted"
    DRAWN = "drawn"
    PRINTED = "printed"
    KEPT = "kept"


class CoverageAct(StrEnum):
    """What the trail calls the acts on coverage, custodians and surveys."""

    BULLETIN_ASKED = "coverage.bulletin_asked"
    CUSTODIAN_CORRECTED = "custodian.corrected"
    CUSTODIAN_ENDED = "custodian.ended"
    CUSTODIAN_NAMED = "custodian.named"
    MONTH_CLOSED = "coverage.month_closed"
    RULE_SET = "coverage.rule_set"
    SURVEY_ANSWERED = "survey.answered"
    SURVEY_CLOSED = "survey.closed"
    SURVEY_OPENED = "survey.opened"


class Lack(StrEnum):
    """What the register does not know of an estate and a baseline survey (摸底调查) asks for, in the form's order."""

    MODE = "mode"
    HOUSEHOLDS = "households"
    DUTY_PHONE = "duty_phone"
    CUSTODIAN = "custodian"


UNLABELLED = ()

State = str
"""What an estate counts as on a day: the value of a ``Mode``, or of an ``Exclusion`` that leaves it out altogether."""

_STATES: Mapping[str, Mode | Exclusion] = {state.value: state for kind in (Exclusion, Mode) for state in kind}


def as_state(value: str) -> Mode | Exclusion:
    """The state a kept value names. Raises KeyError for none."""
    return _STATES[value]


LEFT_OUT = (Exclusion.DEMOLISHED, Exclusion.MODE_UNKNOWN, Exclusion.RETIRED, Exclusion.UNDER_CONSTRUCTION)
"""The exclusions that are states of an estate; the others concern one measure, or the kind."""


@dataclass(frozen=True, slots=True)
class CountingRule:
    """Which kinds of estate and which modes count from a day on (practice; data, not law)."""

    effective_from: date
    kinds: frozenset[EstateKind]
    full: frozenset[Mode]
    source: str = ""

    def counts(self, rate: Rate, state: State) -> bool:
        """Whether an estate in this state counts as managed."""
        return state in (self.full if rate is Rate.FULL else PROFESSIONAL)


PROFESSIONAL = frozenset({Mode.PROFESSIONAL})


@dataclass(frozen=True, slots=True)
class Line:
    """One estate as it is counted on a day. Floor area in 0.01 ㎡; None is not known, which is never zero."""

    code: str
    division_code: str
    kind: EstateKind
    state: State
    floor_area: int | None
    households: int | None


class Tally(NamedTuple):
    """So many estates of one kind in one state: their known areas and households, and of how many they are known."""

    kind: EstateKind
    state: State
    estates: int
    floor_area: int
    households: int
    floor_area_known: int
    households_known: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """Estates with their floor area (0.01 ㎡) and households; None where the number would mean nothing."""

    estates: int
    floor_area: int | None
    households: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of a figure: managed by the full rate, of them professionally, and all that count."""

    managed: int
    professional: int
    all: int

    def of(self, rate: Rate) -> int:
        """The numerator of a rate."""
        return self.managed if rate is Rate.FULL else self.professional

    def share(self, rate: Rate = Rate.FULL) -> Share:
        """A rate, exact."""
        return Share(self.of(rate), self.all)

    def plus(self, other: Measured) -> Measured:
        """Both together."""
        return Measured(self.managed + other.managed, self.professional + other.professional, self.all + other.all)


NOTHING = Measured(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Figure:
    """The rates of a place on a day with everything they are made of."""

    by: Mapping[Measure, Measured]
    modes: Mapping[Mode, Amounts]
    excluded: Mapping[Exclusion, Amounts]

    @property
    def estates(self) -> Measured:
        """The measure the targets are set in."""
        return self.by[Measure.ESTATES]

    @property
    def gap(self) -> int:
        """How many estates nobody manages."""
        return self.estates.all - self.estates.managed


@dataclass(frozen=True, slots=True)
class EstateChange:
    """What one estate adds to the change: by measure what goes into ``managed``, ``professional`` and ``all``."""

    code: str
    by: Mapping[Measure, Measured]
    before: State | None
    after: State | None


@dataclass(frozen=True, slots=True)
class Part:
    """All estates that changed for one reason; ``rates`` are the rates after this part, the parts taken in order."""

    reason: ChangeReason
    by: Mapping[Measure, Measured]
    estates: tuple[EstateChange, ...]
    rates: Mapping[Measure, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A change of the rates from one day to another, in parts that add up to it exactly."""

    first: Mapping[Measure, Measured]
    last: Mapping[Measure, Measured]
    parts: tuple[Part, ...]


# --- custodians and surveys -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CustodianGiven:
    """A custodian (管护责任人) as an official names one. Numbers of people; None is not known, which is never zero."""

    name: str
    phone: str
    began_on: date
    unit: str | None = None
    people_cleaning: int | None = None
    people_order: int | None = None
    people_repair: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The days of a custodian's period, both included; ``ended_on`` None is still going on."""

    began_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class EstateKnown:
    """What the register knows today of an estate that a survey may ask about."""

    kind: EstateKind
    state: State
    households: int | None
    duty_phone: str | None
    has_custodian: bool


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """What a community answers of one estate: only what lacked, problems found, and why the rest cannot be known.

    ``began_on`` is the first day of the mode; the company that serves goes beside the answer, as its record.
    """

    mode: Mode | None = None
    began_on: date | None = None
    households: int | None = None
    duty_phone: str | None = None
    custodian: CustodianGiven | None = None
    problems: str | None = None
    unknown_reason: str | None = None

    @property
    def given(self) -> tuple[Lack, ...]:
        """What of the lacking is answered."""
        found = {
            Lack.MODE: self.mode is not None,
            Lack.HOUSEHOLDS: self.households is not None,
            Lack.DUTY_PHONE: self.duty_phone is not None,
            Lack.CUSTODIAN: self.custodian is not None,
        }
        return tuple(lack for lack in Lack if found[lack])

    @property
    def says_anything(self) -> bool:
        """Whether there is something to keep."""
        return bool(self.given or self.problems or self.unknown_reason)
