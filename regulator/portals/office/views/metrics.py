"""The catalogue of figures on the desk: what each counts, from when it says something, and what is to be reached."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.queries.territory import top_divisions
from regulator.features.divisions.queries import DivisionRow, names_of
from regulator.features.metrics.catalogue import list_metrics
from regulator.features.metrics.queries import list_targets, targets_in_force
from regulator.features.metrics.terms import MetricDefinition, MetricOwner, Target
from regulator.foundation import clock
from regulator.portals.office import blueprint as office
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup

PAGES = {MetricOwner.COVERAGE: "office.coverage"}
"""The page that shows the figures of an owner."""
navigation.add("office", MenuGroup.OVERSIGHT, "office.metrics", _l("Catalogue of figures"), Permission.COVERAGE_VIEW)


@office.get("/metrics")
@allow(Permission.COVERAGE_VIEW)
def metrics() -> ResponseReturnValue:
    """Every figure with its definition, the targets in force for the reader's divisions, and where it stands."""
    scope, year = current_scope(), clock.today().year
    tops, below = top_divisions(scope), list_targets(scope, year)
    targets = targets_in_force([top.code for top in tops], year)
    return render_template(
        "office/metrics/list.html",
        metrics=[(metric, MetricDefinition(metric.name.value)) for metric in list_metrics()],
        tops=tops,
        targets={metric.name: together(tops, targets.get(metric.name, {})) for metric in list_metrics()},
        below={metric: sum(one.metric is metric for one in below) for metric in {one.metric for one in below}},
        set_for=names_of(one.division_code for found in targets.values() for one in found.values()),
        pages=PAGES,
        scope=scope,
        year=year,
    )


def together(tops: Sequence[DivisionRow], targets: Mapping[str, Target]) -> list[tuple[Target | None, list[str]]]:
    """Each target with the names of the divisions for which it holds; without names where one holds for all."""
    names: dict[Target | None, list[str]] = defaultdict(list)
    for top in tops:
        names[targets.get(top.code)].append(top.name)
    return [(target, found if len(names) > 1 else []) for target, found in names.items()]
