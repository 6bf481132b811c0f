"""Figures and explanations as plain data, once for programs and for the command line; areas in ㎡, rates 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from regulator.features.coverage.terms import Amounts, Explanation, Figure, Measure, Measured, Part, Rate
from regulator.features.metrics.terms import Target

FOUR = Decimal("0.0001")


def figure_statement(code: str, day: date, figure: Figure, target: Target | None) -> dict[str, Any]:
    """A figure as `/api/v1/coverage` gives it."""
    return {
        "division": code,
        "on": day.isoformat(),
        "by": {measure.value: _measured(measure, found) for measure, found in figure.by.items()},
        "modes": {mode.value: _amounts(amounts) for mode, amounts in figure.modes.items()},
        "excluded": {reason.value: _amounts(amounts) for reason, amounts in figure.excluded.items()},
        "target": rounded(target.share) if target else None,
    }


def _measured(measure: Measure, found: Measured) -> dict[str, Any]:
    return {
        "managed": _size(measure, found.managed),
        "all": _size(measure, found.all),
        "rate": rounded(found.share().exact),
        "professional": {
            "managed": _size(measure, found.professional),
            "rate": rounded(found.share(Rate.PROFESSIONAL).exact),
        },
    }


def _amounts(amounts: Amounts) -> dict[str, Any]:
    return {
        "estates": amounts.estates,
        "floor_area": None if amounts.floor_area is None else amounts.floor_area / 100,
        "households": amounts.households,
    }


def _size(measure: Measure, number: int) -> float:
    return number / 100 if measure is Measure.FLOOR_AREA else number


def rounded(share: Fraction | None) -> float | None:
    """A share with four decimals, half to even on the exact value; None stays None."""
    if share is None:
        return None
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return float(exact.quantize(FOUR, rounding=ROUND_HALF_EVEN))


def explanation_statement(code: str, first: date, last: date, told: Explanation) -> dict[str, Any]:
    """An explanation as plain data. The rounded rates of the parts add up to the change of the rounded rates."""
    before: Mapping[Measure, float | None] = {m: rounded(found.share().exact) for m, found in told.first.items()}
    parts, start = [], dict(before)
    for part in told.parts:
        parts.append(_part(part, start))
        start = {measure: rounded(share.exact) for measure, share in part.rates.items()}
    return {
        "division": code,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "first": {measure.value: _measured(measure, found) for measure, found in told.first.items()},
        "last": {measure.value: _measured(measure, found) for measure, found in told.last.items()},
        "change": {measure.value: _change(measure, told.first[measure], told.last[measure]) for measure in Measure},
        "parts": parts,
    }


def _change(measure: Measure, first: Measured, last: Measured) -> dict[str, Any]:
    return {
        "managed": _size(measure, last.managed - first.managed),
        "all": _size(measure, last.all - first.all),
        "rate": _step(rounded(first.share().exact), rounded(last.share().exact)),
        "professional": {"managed": _size(measure, last.professional - first.professional)},
    }


def _part(part: Part, before: Mapping[Measure, float | None]) -> dict[str, Any]:
    return {
        "reason": part.reason.value,
        "by": {
            measure.value: {
                "managed": _size(measure, found.managed),
                "all": _size(measure, found.all),
                "rate": _step(before[measure], rounded(part.rates[measure].exact)),
                "professional": {"managed": _size(measure, found.professional)},
            }
            for measure, found in part.by.items()
        },
        "estates": [
            {
                "code": change.code,
                "before": change.before and str(change.before),
                "after": change.after and str(change.after),
                "by": {
                    measure.value: {"managed": _size(measure, found.managed), "all": _size(measure, found.all)}
                    for measure, found in change.by.items()
                },
            }
            for change in part.estates
        ],
    }


def _step(before: float | None, after: float | None) -> float | None:
    """From one rounded rate to the next; None while there is nothing to divide by on either side."""
    return None if before is None or after is None else round(after - before, 4)
