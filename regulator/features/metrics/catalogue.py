"""The catalogue: which figures there are and who reckons them. Filled by the composition root, once for a process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from regulator.features.metrics.terms import Metric, MetricName, MetricValue, Period

Reckoner = Callable[[str, Period, date], MetricValue]
"""A division's code, a period and today to the figure. Raises NotFound for a division nobody knows."""

_metrics: dict[MetricName, tuple[Metric, Reckoner]] = {}


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
