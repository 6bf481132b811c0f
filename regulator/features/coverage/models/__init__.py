"""Tables of coverage. No queries."""

from regulator.features.coverage.models.bulletin import CoverageBulletin
from regulator.features.coverage.models.counting import (
    CoverageDay,
    CoverageEstate,
    CoverageMonth,
    CoverageMonthTally,
    CoverageRule,
    CoverageTally,
)

__all__ = [
    "CoverageBulletin",
    "CoverageDay",
    "CoverageEstate",
    "CoverageMonth",
    "CoverageMonthTally",
    "CoverageRule",
    "CoverageTally",
]
