"""Coverage and the catalogue of figures for programs."""

from collections.abc import Collection
from datetime import date

from flask import request
from flask.typing import ResponseReturnValue

from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.queries.figures import figure_on
from regulator.features.coverage.statements import figure_statement, rounded
from regulator.features.metrics import catalogue
from regulator.features.metrics.queries import find_target
from regulator.features.metrics.rules import parse_period
from regulator.features.metrics.terms import Metric, MetricDefinition, MetricName, Period
from regulator.features.registry.queries import public as register
from regulator.features.registry.terms import EstateKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import label
from regulator.portals.api import answering as say
from regulator.portals.api import blueprint as api
from regulator.portals.api import schemas
from regulator.web.access import open_to_public
from regulator.web.remembered import remembered


@api.get("/coverage")
@open_to_public
@remembered
def coverage() -> ResponseReturnValue:
    """The coverage rates of a division on a day, and everything they are made of."""
    code, day = _division(), say.as_of("on")
    body = figure_statement(code, day, figure_on(code, day, _kinds()), find_target(TARGETED, code, day.year))
    return say.answer(body)


@api.get("/metrics")
@open_to_public
@remembered
def metrics() -> ResponseReturnValue:
    """Every figure of the catalogue with its definition."""
    body: schemas.MetricList = {"items": [_metric(item) for item in catalogue.list_metrics()]}
    return say.answer(body)


@api.get("/metrics/<name>")
@open_to_public
@remembered
def metric(name: str) -> ResponseReturnValue:
    """One figure for a division and a period."""
    found = catalogue.find_metric(name)
    if found is None:
        raise NotFound(name)
    code, period, today = _division(), _period(), clock.today()
    value = catalogue.reckon(found, code, period, today)
    target = find_target(found.name, code, value.as_of.year)
    body: schemas.MetricFigure = {
        "name": found.name,
        "division": code,
        "period": period.text,
        "value": rounded(value.value),
        "numerator": value.numerator / found.divisor if found.divisor > 1 else value.numerator,
        "denominator": value.denominator / found.divisor if found.divisor > 1 else value.denominator,
        "definition": _definition(found.name),
        "as_of": value.as_of.isoformat(),
        "target": rounded(target.share) if target else None,
    }
    return say.answer(body)


def _metric(item: Metric) -> schemas.Metric:
    return {
        "name": item.name,
        "title": label(item.name),
        "definition": _definition(item.name),
        "unit": item.unit,
        "period": item.timing,
        "denominator": label(item.denominator),
        "minimum_sample": item.minimum_sample,
        "owner": item.owner,
        "url": f"/api/v1/metrics/{item.name}",
    }


def _definition(name: MetricName) -> str:
    return label(MetricDefinition(name.value))


def _division() -> str:
    """The division asked for, the register's first city unless named. Raises BadInput."""
    found = register.public_division(request.args.get("division"))
    if found is not None:
        return found.code
    cities = register.public_divisions(None)
    if not cities:
        raise BadInput("division_unknown", {"given": ""}, about="division")
    return cities[0].code


def _kinds() -> Collection[EstateKind]:
    given = request.args.get("kind", "")
    if not given:
        return ()
    try:
        return (EstateKind(given),)
    except ValueError as error:
        raise BadInput("filter_unknown", {"given": given[:30]}, about="kind") from error


def _period() -> Period:
    """The period asked for, today unless given. Raises BadInput for one that has not begun."""
    given: str = request.args.get("period", "")
    today: date = clock.today()
    try:
        found = parse_period(given or today.isoformat())
    except ValueError as error:
        raise BadInput("period_unreadable", {"given": given[:20]}, about="period") from error
    if found.first > today:
        raise BadInput("period_not_begun", {"given": given[:20]}, about="period")
    return found
