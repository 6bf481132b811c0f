"""The coverage rates as figures of the catalogue: the six definitions, reckoned for a division and a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from regulator.features.coverage.queries.counting import counted_day, list_rules
from regulator.features.coverage.queries.figures import figure_on, figures_of_level
from regulator.features.coverage.terms import Measure, Rate
from regulator.features.divisions.terms import Level
from regulator.features.metrics.catalogue import Reckoner
from regulator.features.metrics.terms import (
    Metric,
    MetricDenominator,
    MetricName,
    MetricOwner,
    MetricUnit,
    MetricValue,
    Period,
    Timing,
)
from regulator.features.registry.queries.records import register_info

MINIMUM_SAMPLE = 5
"""Below so many estates nobody is ranked by a rate (practice)."""
_DIVISORS = {Measure.FLOOR_AREA: 100}


def list_coverage_metrics() -> Iterator[tuple[Metric, Reckoner]]:
    """Each rate in each measure with the function that reckons it."""
    for rate in Rate:
        for measure in Measure:
            yield _metric(rate, measure), _reckoner(rate, measure)


def name_of(rate: Rate, measure: Measure) -> MetricName:
    """The name a rate has in the catalogue."""
    return MetricName(f"coverage_{rate.value}_{measure.value}")


TARGETED = name_of(Rate.FULL, Measure.ESTATES)
"""The rate a district is judged by: the targets of coverage are set for it."""


def _metric(rate: Rate, measure: Measure) -> Metric:
    return Metric(
        name_of(rate, measure),
        MetricUnit.SHARE,
        MetricDenominator(f"counted_{measure.value}"),
        Timing.STATE,
        MetricOwner.COVERAGE,
        MINIMUM_SAMPLE if measure is Measure.ESTATES else 1,
        _DIVISORS.get(measure, 1),
    )


def _reckoner(rate: Rate, measure: Measure) -> Reckoner:
    def reckon(division_code: str, period: Period, today: date) -> MetricValue:
        day = min(period.last, today)
        found = figure_on(division_code, day).by[measure]
        return MetricValue(found.of(rate), found.all, day)

    return reckon


def reckon_level(level: Level, period: Period, today: date) -> Mapping[MetricName, Mapping[str, MetricValue]]:
    """All rates of every division of a level, counted once for all of them."""
    day = min(period.last, today)
    figures = figures_of_level(level, day)
    return {
        name_of(rate, measure): {
            code: MetricValue(figure.by[measure].of(rate), figure.by[measure].all, day)
            for code, figure in figures.items()
        }
        for rate in Rate
        for measure in Measure
    }


def mark() -> str:
    """What the rates rest on: the acts on estates and services so far, the day counted, and the rules."""
    return f"{register_info().data_version} {counted_day()} {len(list_rules())}"
