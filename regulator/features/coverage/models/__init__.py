"""Tables of coverage. No queries."""

from regulator.features.coverage.models.counting import (
    CoverageDay,
    CoverageEstate,
    CoverageMonth,
    CoverageMonthTally,
    CoverageRule,
    CoverageTally,
)

__all__ = [
    "CoverageDay",
    "CoverageEstate",
    "CoverageMonth",
    "CoverageMonthTally",
    "CoverageRule",
    "CoverageTally",
]
