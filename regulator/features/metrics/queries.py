"""Looking up targets: a division's own, else the nearest one set above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from regulator.features.divisions.queries import within
from regulator.features.divisions.terms import Scope, lineage
from regulator.features.metrics.models import MetricTarget
from regulator.features.metrics.terms import MetricName, Target
from regulator.foundation.database import session


def targets_of(metric: MetricName, codes: Iterable[str], year: int) -> dict[str, Target]:
    """The target in force for each division that has one, in one statement; set there or above."""
    wanted = {code: lineage(code) for code in codes}
    above = {code for line in wanted.values() for code in line}
    if not above:
        return {}
    query = select(MetricTarget).where(
        MetricTarget.metric == metric, MetricTarget.year == year, MetricTarget.division_code.in_(above)
    )
    known = {row.division_code: _target(row) for row in session().scalars(query)}
    return _nearest(wanted, known)


def targets_in_force(codes: Iterable[str], year: int) -> dict[MetricName, dict[str, Target]]:
    """As `targets_of` for every figure that has a target, in one statement."""
    wanted = {code: lineage(code) for code in codes}
    above = {code for line in wanted.values() for code in line}
    query = select(MetricTarget).where(MetricTarget.year == year, MetricTarget.division_code.in_(above))
    known: dict[MetricName, dict[str, Target]] = defaultdict(dict)
    for row in session().scalars(query) if above else ():
        known[row.metric][row.division_code] = _target(row)
    return {metric: _nearest(wanted, found) for metric, found in known.items()}


def _nearest(wanted: Mapping[str, tuple[str, ...]], known: Mapping[str, Target]) -> dict[str, Target]:
    found = {}
    for code, line in wanted.items():
        nearest = next((known[above] for above in reversed(line) if above in known), None)
        if nearest is not None:
            found[code] = nearest
    return found


def find_target(metric: MetricName, code: str, year: int) -> Target | None:
    """The target in force for one division."""
    return targets_of(metric, [code], year).get(code)


def list_targets(scope: Scope, year: int) -> list[Target]:
    """The targets set inside a scope for a year, by division and figure."""
    query = (
        select(MetricTarget)
        .where(within(scope, MetricTarget.division_code), MetricTarget.year == year)
        .order_by(MetricTarget.division_code, MetricTarget.metric)
    )
    return [_target(row) for row in session().scalars(query)]


def _target(row: MetricTarget) -> Target:
    return Target(row.metric, row.division_code, row.year, row.value, row.bound, row.note)
