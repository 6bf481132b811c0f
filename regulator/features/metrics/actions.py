"""Setting and removing targets; each act is recorded with what stood before."""

from __future__ import annotations

from datetime import datetime

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Scope
from regulator.features.metrics.catalogue import find_metric
from regulator.features.metrics.models import MetricTarget
from regulator.features.metrics.rules import judge_target
from regulator.features.metrics.terms import MetricAct, MetricName
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound


def set_target(
    scope: Scope,
    metric: MetricName,
    division_code: str,
    year: int,
    value: int,
    *,
    actor: Actor,
    now: datetime,
    note: str | None = None,
) -> None:
    """Set what a division is to reach in a year (ten-thousandths); a target that stood is replaced.

    Raises NotFound for a division outside the scope, BadInput for a figure not in the catalogue, Refused otherwise.
    """
    known = find_metric(metric)
    if known is None:
        raise BadInput("metric_unknown", {"given": metric}, about="metric")
    if not scope.covers(get_division(division_code).code):
        raise NotFound(division_code)
    judge_target(value, year, day_of(now)).or_refuse()
    row = session().get(MetricTarget, (metric, division_code, year))
    before = row.value if row else None
    if row is None:
        row = MetricTarget(metric=metric, division_code=division_code, year=year, bound=known.bound)
        session().add(row)
    row.value, row.note, row.set_at, row.set_by = value, note, now, actor.username
    session().flush()
    _record(actor, MetricAct.TARGET_SET, row, before, value, now)


def remove_target(
    scope: Scope, metric: MetricName, division_code: str, year: int, *, actor: Actor, now: datetime
) -> None:
    """Take a target back; the one set above holds again. Raises NotFound."""
    row = session().get(MetricTarget, (metric, division_code, year))
    if row is None or not scope.covers(division_code):
        raise NotFound(division_code)
    _record(actor, MetricAct.TARGET_REMOVED, row, row.value, None, now)
    session().delete(row)
    session().flush()


def _record(
    actor: Actor, act: MetricAct, row: MetricTarget, before: int | None, after: int | None, now: datetime
) -> None:
    facts = {"metric": row.metric.value, "year": row.year, "before": before, "after": after}
    audit.record(
        actor, act, "metric_target", f"{row.metric.value} {row.year}", now=now, division_code=row.division_code,
        facts=facts,
    )  # fmt: skip
