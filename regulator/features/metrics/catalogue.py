"""The catalogue: which figures there are and who reckons them. Filled by the composition root, once for a process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from regulator.features.divisions.terms import Level
from regulator.features.metrics.terms import Metric, MetricName, MetricValue, Period

Reckoner = Callable[[str, Period, date], MetricValue]
"""A division's code, a period and today to the figure. Raises NotFound for a division nobody knows."""

LevelReckoner = Callable[[Level, Period, date], Mapping[MetricName, Mapping[str, MetricValue]]]
"""An owner's figures for every division of a level at once, by name and code; where nothing is none need stand."""

Mark = Callable[[], str]
"""Something short that is another one once the owner's figures may have changed; cheap, asked each minute."""

_metrics: dict[MetricName, tuple[Metric, Reckoner]] = {}
_levels: dict[str, tuple[LevelReckoner, Mark]] = {}


def register_metric(metric: Metric, reckoner: Reckoner) -> None:
    """Take a figure into the catalogue; the same name again replaces it."""
    _metrics[metric.name] = (metric, reckoner)


def list_metrics() -> list[Metric]:
    """Every figure, by name."""
    return [_metrics[name][0] for name in sorted(_metrics)]


def find_metric(name: str) -> Metric | None:
    """The figure of this name."""
    return next((metric for known, (metric, _) in _metrics.items() if known == name), None)


def reckon(metric: Metric, division_code: str, period: Period, today: date) -> MetricValue:
    """A figure for a division and a period that has begun."""
    return _metrics[metric.name][1](division_code, period, today)


def register_levels(owner: str, reckoner: LevelReckoner, mark: Mark) -> None:
    """Take in how an owner reckons its figures for a whole level at once; the same owner again replaces it."""
    _levels[owner] = (reckoner, mark)


def marks() -> tuple[str, ...]:
    """What changes once any figure may have; figures without a reckoner for levels change with the day only."""
    return tuple(f"{owner} {_levels[owner][1]()}" for owner in sorted(_levels))


def reckon_level(
    level: Level, codes: Collection[str], period: Period, today: date
) -> dict[MetricName, dict[str, MetricValue]]:
    """Every figure for these divisions of a level; one in which nothing is counted has a figure of 0 of 0."""
    owners = {metric.owner for metric, _ in _metrics.values()}
    together = {owner: _levels[owner][0](level, period, today) for owner in sorted(owners & _levels.keys())}
    found: dict[MetricName, dict[str, MetricValue]] = {}
    for metric in list_metrics():
        if metric.owner not in together:
            found[metric.name] = {code: reckon(metric, code, period, today) for code in codes}
            continue
        known = together[metric.owner].get(metric.name, {})
        nothing = MetricValue(0, 0, min(period.last, today))
        found[metric.name] = {code: known.get(code, nothing) for code in codes}
    return found
