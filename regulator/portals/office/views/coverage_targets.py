"""Targets of coverage, and the rule of what counts, on the office's desk."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.actions.counting_rule import set_counting_rule
from regulator.features.coverage.queries.counting import list_rules, rule_on
from regulator.features.coverage.queries.territory import top_divisions
from regulator.features.divisions.queries import find_division, names_of
from regulator.features.divisions.terms import Level, Scope
from regulator.features.metrics.actions import remove_target, set_target
from regulator.features.metrics.catalogue import list_metrics
from regulator.features.metrics.queries import list_targets
from regulator.features.metrics.terms import MetricName
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation import clock
from regulator.foundation.errors import Forbidden, NotFound
from regulator.foundation.i18n import label
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt
from regulator.portals.office.forms.coverage import RuleForm, TargetForm
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.transaction import commits


@office.route("/coverage/targets", methods=["GET", "POST"])
@allow(Permission.COVERAGE_VIEW)
@commits
def coverage_targets() -> ResponseReturnValue:
    """The targets set in one's territory; those who may, set them for the year and the next."""
    if request.method == "GET":
        start = {"year": clock.today().year, "metric": MetricName.COVERAGE_FULL_ESTATES}
        return _targets_page(forms.fill(TargetForm, start))
    if Permission.TARGETS_SET not in current_permissions():
        raise Forbidden
    filled, scope = forms.read(TargetForm), current_scope(Permission.TARGETS_SET)
    value = filled.value
    if value is None:
        return _targets_page(filled), 400
    division = find_division(value.division) if value.division.isdigit() else None
    if division is None or not scope.covers(division.code):
        filled.fail("division", _("Choose a division of your territory."))
        return _targets_page(filled), 400
    actor = current_actor(Permission.TARGETS_SET)
    if not attempt(
        filled,
        lambda: set_target(
            scope, value.metric, division.code, value.year, value.value, actor=actor, now=clock.now(), note=value.note
        ),
    ):
        return _targets_page(filled), 409
    flash(_("The target is set."), "ok")
    return redirect(url_for("office.coverage_targets"), 303)


@office.post("/coverage/targets/remove")
@allow(Permission.TARGETS_SET)
@commits
def coverage_target_remove() -> ResponseReturnValue:
    """Take a target back; the one set above holds again."""
    given = request.form
    metric, year = given.get("metric", ""), given.get("year", "")
    if metric not in set(MetricName) or not (year.isascii() and year.isdigit() and len(year) == 4):
        raise NotFound(metric)
    scope, actor = current_scope(Permission.TARGETS_SET), current_actor(Permission.TARGETS_SET)
    remove_target(scope, MetricName(metric), given.get("division", ""), int(year), actor=actor, now=clock.now())
    flash(_("The target is removed; the one set above holds again."), "ok")
    return redirect(url_for("office.coverage_targets"), 303)


def _targets_page(filled: forms.Filled[TargetForm]) -> str:
    scope, year = current_scope(), clock.today().year
    targets = [target for offset in (0, 1) for target in list_targets(scope, year + offset)]
    return render_template(
        "office/coverage/targets.html",
        form=filled,
        targets=targets,
        names=names_of(target.division_code for target in targets),
        metrics=[(metric.name.value, label(metric.name)) for metric in list_metrics()],
        divisions=_places(scope),
        scope=scope,
        year=year,
    )


def _places(scope: Scope) -> list[tuple[str, str]]:
    cities = [(row.code, row.name) for row in top_divisions(scope) if row.level is Level.CITY]
    return [*cities, *listing.division_choices(scope)]


# --- what counts ----------------------------------------------------------------------------------------------------


@office.route("/coverage/rule", methods=["GET", "POST"])
@allow(Permission.COVERAGE_VIEW)
@commits
def coverage_rule() -> ResponseReturnValue:
    """What counts, and what counted before; the city sets what counts from a day on."""
    if request.method == "GET":
        now = rule_on(clock.today())
        start = {"effective_from": clock.today(), "kinds": sorted(now.kinds), "full": sorted(now.full)}
        return _rule_page(forms.fill(RuleForm, start))
    if Permission.COUNTING_RULE_SET not in current_permissions():
        raise Forbidden
    filled = forms.read(RuleForm)
    value = filled.value
    if value is None:
        return _rule_page(filled), 400
    actor = current_actor(Permission.COUNTING_RULE_SET)
    if not attempt(
        filled,
        lambda: set_counting_rule(
            value.effective_from, value.kinds, value.full, value.source, actor=actor, now=clock.now()
        ),
    ):
        return _rule_page(filled), 409
    flash(_("The rule holds from %(day)s on.", day=value.effective_from), "ok")
    return redirect(url_for("office.coverage_rule"), 303)


def _rule_page(filled: forms.Filled[RuleForm]) -> str:
    return render_template(
        "office/coverage/rule.html",
        form=filled,
        rules=list_rules(),
        kinds=forms.choices(EstateKind),
        modes=forms.choices(Mode, [mode for mode in Mode if mode.is_managed]),
        scope=current_scope(),
    )
