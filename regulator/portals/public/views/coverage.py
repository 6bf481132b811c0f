"""Coverage for everyone: the rates of the city and its districts, what they mean, and how they went."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.queries import estates as queries
from regulator.features.coverage.queries import figures
from regulator.features.coverage.terms import Exclusion, Group, Measure, Rate
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Level, Scope, lineage
from regulator.features.metrics.queries import targets_of
from regulator.features.metrics.rules import judge_standing
from regulator.features.metrics.terms import MetricDefinition
from regulator.features.registry.queries import public as register
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import navigation
from regulator.web.access import open_to_public
from regulator.web.forms import code_sentence
from regulator.web.navigation import MenuGroup
from regulator.web.remembered import remembered

MONTHS_SHOWN = 13
navigation.add("public", MenuGroup.LOOK, "public.coverage", _l("Coverage"), active=("public.coverage_estates",))


@public.get("/coverage")
@open_to_public
@remembered
def coverage() -> ResponseReturnValue:
    """The city's rates by district; of a district by street."""
    day, problem = given.day_or_problem()
    try:
        code = _asked()
    except BadInput as error:
        code, problem = _first_city(), code_sentence(error.code, error.params)
    if code is None:
        return render_template("public/coverage.html", shown=None, problem=problem, tail=given.tail())
    shown = figures.overview_on(code, day)
    codes = [code, *(part.division.code for part in shown.parts)]
    targets = targets_of(TARGETED, codes, day.year)
    page = render_template(
        "public/coverage.html",
        shown=shown,
        course=figures.list_months(get_division(code), MONTHS_SHOWN),
        targets=targets,
        standings={
            place: judge_standing(figure.estates.share().exact, targets.get(place))
            for place, figure in [(code, shown.whole), *((part.division.code, part.figure) for part in shown.parts)]
        },
        path=[get_division(above) for above in lineage(code)],
        measures=list(Measure),
        rates=list(Rate),
        is_finest=shown.division is None or shown.division.level is Level.STREET,
        definition=MetricDefinition(TARGETED.value),
        day=day,
        is_today=day == clock.today(),
        problem=problem,
        tail=given.tail(),
        as_of=request.args.get("as_of", "") if not problem else "",
    )
    return page, 400 if problem else 200


@public.get("/coverage/estates")
@open_to_public
@remembered
def coverage_estates() -> ResponseReturnValue:
    """The estates behind a number of coverage: of a place and a group, as the register knows that day today."""
    day, problem = given.day_or_problem()
    place, page, total = None, None, None
    group: Group | Mode | Exclusion = Group.COUNTED
    try:
        group, code = _group(), _asked()
        if code is not None:
            asked = given.place()
            place = get_division(asked.code if asked else code)
            page = queries.list_counted(
                EVERYWHERE, place, group, day=day, cursor=request.args.get("cursor"), limit=given.PER_PAGE
            )
            total = queries.count_counted(EVERYWHERE, place, group, day=day)
    except BadInput as error:
        problem, page = code_sentence(error.code, error.params), None
    shown = render_template(
        "public/coverage_estates.html",
        page=page,
        total=total,
        group=group,
        code=place.code if place else "",
        place_name=place.name if place else "",
        day=day,
        is_today=day == clock.today(),
        problem=problem,
        tail=given.tail(),
    )
    return shown, 400 if problem else 200


EVERYWHERE = Scope.everything()
"""Anyone may see which estates count: the list shows nothing an estate's public page does not."""


def _group() -> Group | Mode | Exclusion:
    asked = request.args.get("group", Group.COUNTED.value)
    found = next((kind(asked) for kind in (Group, Mode, Exclusion) if asked in set(kind)), None)
    if found is None:
        raise BadInput("filter_unknown", {"given": asked[:40]}, about="group")
    return found


def _asked() -> str | None:
    found = given.place()
    if found is None:
        return _first_city()
    return found.code if found.level is not Level.COMMUNITY else found.parent_code


def _first_city() -> str | None:
    cities = register.public_divisions(None)
    return cities[0].code if cities else None
