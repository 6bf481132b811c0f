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
from regulator.features.coverage.models.custody import Custodian
from regulator.features.coverage.models.survey import SurveyEstate, SurveyRound

__all__ = [
    "CoverageBulletin",
    "CoverageDay",
    "CoverageEstate",
    "CoverageMonth",
    "CoverageMonthTally",
    "CoverageRule",
    "CoverageTally",
    "Custodian",
    "SurveyEstate",
    "SurveyRound",
]
