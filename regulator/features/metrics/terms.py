"""Words of the metric catalogue: names, units, periods, targets and how a value stands to one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

TENTHS_OF_A_PER_MILLE = 10_000
"""A target is kept as whole ten-thousandths, as rates are given with four decimals."""


class MetricName(StrEnum):
    """Every figure of the catalogue, by the name it is asked for."""

    COVERAGE_FULL_ESTATES = "coverage_full_estates"
    COVERAGE_FULL_FLOOR_AREA = "coverage_full_floor_area"
    COVERAGE_FULL_HOUSEHOLDS = "coverage_full_households"
    COVERAGE_PROFESSIONAL_ESTATES = "coverage_professional_estates"
    COVERAGE_PROFESSIONAL_FLOOR_AREA = "coverage_professional_floor_area"
    COVERAGE_PROFESSIONAL_HOUSEHOLDS = "coverage_professional_households"


class MetricDefinition(StrEnum):
    """What each figure counts, in one sentence; the same codes as the names."""

    COVERAGE_FULL_ESTATES = "coverage_full_estates"
    COVERAGE_FULL_FLOOR_AREA = "coverage_full_floor_area"
    COVERAGE_FULL_HOUSEHOLDS = "coverage_full_households"
    COVERAGE_PROFESSIONAL_ESTATES = "coverage_professional_estates"
    COVERAGE_PROFESSIONAL_FLOOR_AREA = "coverage_professional_floor_area"
    COVERAGE_PROFESSIONAL_HOUSEHOLDS = "coverage_professional_households"


class MetricUnit(StrEnum):
    """What a value is a number of."""

    SHARE = "share"


class MetricDenominator(StrEnum):
    """What a share is a share of."""

    COUNTED_ESTATES = "counted_estates"
    COUNTED_FLOOR_AREA = "counted_floor_area"
    COUNTED_HOUSEHOLDS = "counted_households"


class MetricOwner(StrEnum):
    """Which subject reckons a figure and answers for it."""

    COVERAGE = "coverage"


class Timing(StrEnum):
    """Whether a figure stands for one day or for all days of a period."""

    STATE = "state"  # as of the last day of the period, or today while it runs
    FLOW = "flow"  # over all its days


class Bound(StrEnum):
    """Whether a target is to be reached or not to be passed."""

    FLOOR = "floor"
    CAP = "cap"


class Standing(StrEnum):
    """How a value stands to its target; shown as a word, the colour only repeats it."""

    MET = "met"
    NEAR = "near"
    BEHIND = "behind"
    UNMEASURED = "unmeasured"
    WITHOUT_TARGET = "without_target"


class MetricAct(StrEnum):
    """What the trail calls the acts on targets."""

    TARGET_REMOVED = "target.removed"
    TARGET_SET = "target.set"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included, and how they were asked for (2026, 2026-Q3, 2026-10, a day)."""

    text: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure's one definition. Below ``minimum_sample`` of its denominator nobody is ranked by it.

    ``divisor`` makes the unit shown of the whole numbers counted: 100 for areas kept in 0.01 ㎡.
    """

    name: MetricName
    unit: MetricUnit
    denominator: MetricDenominator
    timing: Timing
    owner: str
    minimum_sample: int = 1
    divisor: int = 1
    bound: Bound = Bound.FLOOR


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A figure for one division and period: whole numbers counted and the day they stand for."""

    numerator: int
    denominator: int
    as_of: date

    @property
    def value(self) -> Fraction | None:
        """The exact share; None when there is nothing to divide by."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Target:
    """What a division is to reach in a year; ``division_code`` is where it was set, perhaps above the division asked.

    ``value`` in ten-thousandths.
    """

    metric: MetricName
    division_code: str
    year: int
    value: int
    bound: Bound
    note: str | None = None

    @property
    def share(self) -> Fraction:
        """The target as a share between 0 and 1."""
        return Fraction(self.value, TENTHS_OF_A_PER_MILLE)
