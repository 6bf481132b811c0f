"""An evaluation as other programs read it: plain values, one shape for the command line and whoever else asks."""

from typing import Any

from regulator.features.licensing.rules.facts import ConditionResult, Evaluation
from regulator.features.licensing.terms import ConditionKind, HouseKind

CENTI = 100


def condition_statements(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Each condition as code, required, found, passes, citation; numbers in the condition's own unit.

    Of areas: percent and kinds, and found areas by kind of building in ㎡.
    """
    return [
        {
            "code": result.code,
            "required": result.required,
            "found": _found(result),
            "passes": result.passes,
            "citation": str(result.citation),
        }
        for result in evaluation.results
    ]


def _found(result: ConditionResult) -> Any:
    if result.kind is not ConditionKind.AREAS:
        return result.found
    return {key: value / CENTI if key in set(HouseKind) else value for key, value in result.found.items()}
