"""Coverage on the office's desk: the dashboard of a territory, the estates behind each number, months, changes."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage import board
from regulator.features.coverage.metrics import MINIMUM_SAMPLE, TARGETED
from regulator.features.coverage.queries import estates as queries
from regulator.features.coverage.queries import figures, months
from regulator.features.coverage.queries.estates import CountedEstate, Group
from regulator.features.coverage.queries.figures import Overview
from regulator.features.coverage.queries.months import next_closing
from regulator.features.coverage.queries.territory import Territory, territory_of
from regulator.features.coverage.terms import ChangeReason, Exclusion, Measure, Measured, Rate
from regulator.features.divisions.queries import DivisionRow, get_division
from regulator.features.divisions.terms import Scope, lineage
from regulator.features.metrics.queries import targets_of
from regulator.features.metrics.terms import MetricDefinition, Target
from regulator.features.registry.queries.estates import names_by_code
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import label
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup

MONTHS_SHOWN = 13
ESTATES_SHOWN = 30
ONE_DAY = timedelta(days=1)

navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.coverage",
    _l("Coverage"),
    Permission.COVERAGE_VIEW,
    active=("office.coverage",),
)


# --- what is asked for ----------------------------------------------------------------------------------------------


def asked_place(scope: Scope) -> DivisionRow | None:
    """The division asked for, None for the whole territory. Raises BadInput, NotFound outside the scope."""
    found = listing.asked_division()
    if found is not None and not scope.covers(found.code):
        raise NotFound(found.code)
    return found


def asked_territory(scope: Scope) -> Territory:
    """The division asked for, else the whole territory. Raises BadInput, NotFound."""
    place = asked_place(scope)
    return Territory.of(place) if place else territory_of(scope)


def asked_past_day(name: str = "on", default: date | None = None) -> date:
    """A day up to today. Raises BadInput."""
    if name not in request.args or not request.args[name]:
        return default or clock.today()
    day = listing.asked_day(name)
    if day > clock.today():
        raise BadInput("day_in_future", {"today": clock.today()}, about=name)
    return day


def _kinds() -> Sequence[EstateKind]:
    found = listing.asked_code(EstateKind, "kind")
    return (found,) if found else ()


# --- the dashboard --------------------------------------------------------------------------------------------------


@office.get("/coverage")
@allow(Permission.COVERAGE_VIEW)
def coverage() -> ResponseReturnValue:
    """The rates of a territory and of what lies below it, beside their targets."""
    scope, day, kinds = current_scope(), asked_past_day(), _kinds()
    place = asked_place(scope)
    shown = figures.overview_on(place.code, day, kinds) if place else figures.overview_of(scope, day, kinds)
    sort = listing.asked_sort(board.SORTS)
    territory = _territory(shown, scope)
    course = figures.courses([*_divisions(shown)], figures.closed_months(territory, MONTHS_SHOWN), shown.rule)
    targets = targets_of(TARGETED, _codes(shown), day.year)
    target = board.target_of_all(targets, territory.codes)
    rows = board.in_order(_rows(shown, targets, course, day), sort)
    if listing.asked_export():
        return listing.export(_("Coverage"), _columns(), rows, day=day, territory=territory.name)
    return render_template(
        "office/coverage/board.html",
        shown=shown,
        whole=board.judge(shown.whole, target, day),
        has_targets=any(code in targets for code in territory.codes),
        rows=rows,
        course=figures.course_of_whole(course[code] for code in territory.codes),
        sort=sort,
        scope=scope,
        day=day,
        kinds=kinds,
        crumbs_above=_above(shown.division, scope),
        measures=list(Measure),
        rates=list(Rate),
        group=Group,
        exclusions=[item for item, amounts in shown.whole.excluded.items() if amounts.estates],
        definition=MetricDefinition(TARGETED.value),
    )


def _divisions(shown: Overview) -> Iterator[DivisionRow]:
    """The territory's own division, where it is one, and its parts."""
    if shown.division:
        yield shown.division
    for part in shown.parts:
        yield part.division


def _codes(shown: Overview) -> list[str]:
    return [row.code for row in _divisions(shown)]


def _rows(
    shown: Overview, targets: dict[str, Target], course: dict[str, dict[str, Measured]], day: date
) -> list[board.Row]:
    listed = [(part.division.code, part.division.name, part.figure) for part in shown.parts]
    past = {code: list(months.values()) for code, months in course.items()}
    return board.rows_of(listed, targets, past, day=day, minimum=MINIMUM_SAMPLE)


def _above(division: DivisionRow | None, scope: Scope) -> list[DivisionRow]:
    """The divisions above one that the reader may see too, from the top."""
    if division is None:
        return []
    return [get_division(code) for code in lineage(division.code)[:-1] if scope.covers(code)]


def _territory(shown: Overview, scope: Scope) -> Territory:
    """What the overview shows as a whole; without divisions where the reader answers for none."""
    if shown.division:
        return Territory.of(shown.division)
    return Territory(tuple(part.division for part in shown.parts), scope.label)


def _columns() -> list[listing.Column[board.Row]]:
    column = listing.Column[board.Row]

    def rate(measure: Measure, of: Rate) -> Any:
        return lambda row: _percent(row.figure.by[measure].share(of).exact)

    return [
        column(_("Code"), lambda row: row.code),
        column(_("Division"), lambda row: row.name),
        column(_("Estates that count"), lambda row: row.figure.estates.all),
        column(_("Managed"), lambda row: row.figure.estates.managed),
        *(
            column(f"{label(of)} {label(measure)} (%)", rate(measure, of))
            for of in Rate
            for measure in Measure
        ),
        column(_("Target (%)"), lambda row: _percent(row.judged.target.share) if row.judged.target else None),
        column(_("Standing"), lambda row: row.judged.standing),
        column(_("Managed by nobody"), lambda row: row.figure.gap),
        column(_("Missing for the target"), lambda row: row.judged.missing),
        column(_("Needed each month"), lambda row: row.judged.needed_each_month),
        column(_("Rank"), lambda row: row.rank),
    ]  # fmt: skip


def _percent(share: Any) -> float | None:
    return None if share is None else round(float(share) * 100, 2)


@office.get("/coverage/trend.json")
@allow(Permission.COVERAGE_VIEW)
def coverage_trend() -> ResponseReturnValue:
    """The course of the rates by closed month and today, as a chart's definition."""
    territory, today = asked_territory(current_scope()), clock.today()
    courses = figures.courses(territory.divisions, figures.closed_months(territory, MONTHS_SHOWN))
    closed = figures.course_of_whole(courses[code] for code in territory.codes)
    points = [*closed.items(), (_("today"), figures.figure_of_whole(territory, today).estates)]
    targets = targets_of(TARGETED, territory.codes, today.year)
    answer: Response = jsonify(_chart(territory, points, board.target_of_all(targets, territory.codes)))
    return answer


def _chart(place: Territory, points: Sequence[tuple[str, Measured]], target: Target | None) -> Any:
    from regulator.foundation import charts  # noqa: PLC0415  # altair behind it, never at the start of a web worker

    series = [charts.Series(label(rate), tuple(_reading(found, rate) for _month, found in points)) for rate in Rate]
    aim = charts.Target(float(target.share), _("Target %(share)s", share=_said(target.share))) if target else None
    return charts.line_chart(
        [month for month, _found in points],
        series,
        axis=charts.Axis(_("Share of estates"), ".0%"),
        look=charts.Look(_("Coverage of %(place)s by month", place=place.name), width=760),
        target=aim,
    )


def _reading(found: Measured, rate: Rate) -> Any:
    from regulator.foundation import charts  # noqa: PLC0415

    share = found.share(rate).exact
    return charts.Reading(None if share is None else float(share), _said(share))


def _said(share: Any) -> str:
    return "—" if share is None else f"{float(share) * 100:.1f}%"


# --- the estates behind a number ------------------------------------------------------------------------------------


@office.get("/coverage/estates")
@allow(Permission.COVERAGE_VIEW)
def coverage_estates() -> ResponseReturnValue:
    """The estates of one group of a figure, or the same list as a file."""
    scope, day, group = current_scope(), asked_past_day(), _group()
    place, kind = asked_place(scope), listing.asked_code(EstateKind, "kind")
    title = group_words(group)
    if listing.asked_export():
        rows = listing.all_pages(
            lambda c, n: queries.list_counted(scope, place, group, day=day, kind=kind, cursor=c, limit=n)
        )
        territory = place.name if place else scope.label
        return listing.export(title, _estate_columns(), rows, day=day, territory=territory)
    limit = parse_limit(request.args.get("limit"))
    cursor = request.args.get("cursor")
    return render_template(
        "office/coverage/estates.html",
        page=queries.list_counted(scope, place, group, day=day, kind=kind, cursor=cursor, limit=limit),
        total=queries.count_counted(scope, place, group, day=day, kind=kind),
        title=title,
        chosen=group.value,
        groups=[(item.value, group_words(item)) for item in (*Group, *Mode, *Exclusion)],
        place=place,
        scope=scope,
        day=day,
        divisions=listing.division_choices(scope),
    )


def _group() -> Group | Mode | Exclusion:
    given = request.args.get("group", Group.GAP.value)
    for kind in (Group, Mode, Exclusion):
        if given in set(kind):
            return kind(given)
    raise BadInput("filter_unknown", {"given": given[:40]}, about="group")


def group_words(group: Group | Mode | Exclusion) -> str:
    """A group of estates in words."""
    match group:
        case Group.COUNTED:
            return _("Estates that count")
        case Group.GAP:
            return _("Managed by nobody")
        case Group.MANAGED:
            return _("Managed")
        case Exclusion():
            return _("Left out: %(why)s", why=label(group))
        case _:
            return label(group)


def _estate_columns() -> list[listing.Column[CountedEstate]]:
    column = listing.Column[CountedEstate]
    return [
        column(_("Code"), lambda row: row.code),
        column(_("Name"), lambda row: row.name),
        column(_("District"), lambda row: row.place.district),
        column(_("Street"), lambda row: row.place.street),
        column(_("Community"), lambda row: row.place.community),
        column(_("Kind"), lambda row: row.kind),
        column(_("Counts as"), lambda row: row.state),
        column(_("Manager"), lambda row: row.company_name),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.floor_area)),
        column(_("Households"), lambda row: row.households),
    ]


# --- months and changes ---------------------------------------------------------------------------------------------


@office.get("/coverage/months")
@allow(Permission.COVERAGE_VIEW)
def coverage_months() -> ResponseReturnValue:
    """The closed months of a division as frozen, and beside each what is known of that day now."""
    scope = current_scope()
    place = asked_territory(scope)
    frozen = figures.list_months(place, MONTHS_SHOWN)
    return render_template(
        "office/coverage/months.html",
        place=place,
        scope=scope,
        rows=[(item, figures.figure_of_whole(place, item.day)) for item in reversed(frozen)],
        measures=list(Measure),
        day=clock.today(),
        closing=next_closing(place.cities[0], clock.today()),
    )


@office.get("/coverage/changes")
@allow(Permission.COVERAGE_VIEW)
def coverage_changes() -> ResponseReturnValue:
    """Why the rates of two days differ: parts that add up to the change, each with its estates."""
    scope = current_scope()
    place = asked_territory(scope)
    last = asked_past_day("to")
    first = asked_past_day("from", last.replace(day=1) - ONE_DAY)
    if last < first:
        raise BadInput("period_ends_before_beginning", {"from": first, "to": last}, about="to")
    told = months.why_changed(place, first, last)
    listed = {change.code for part in told.parts for change in part.estates[:ESTATES_SHOWN]}
    return render_template(
        "office/coverage/changes.html",
        place=place,
        scope=scope,
        told=told,
        first=first,
        last=last,
        frozen=[months.frozen_day(place, day) for day in (first, last)],
        names=names_by_code(listed),
        measures=list(Measure),
        reasons=list(ChangeReason),
        estates_shown=ESTATES_SHOWN,
        steps=_steps(told),
        divisions=listing.division_choices(scope),
    )


def _steps(told: Any) -> list[tuple[Any, dict[Measure, Any]]]:
    """Each part with the change of the rates it makes, the parts taken in their order; exact."""
    before = {measure: found.share().exact for measure, found in told.first.items()}
    steps = []
    for part in told.parts:
        after = {measure: share.exact for measure, share in part.rates.items()}
        steps.append((part, {m: _step(before[m], after[m]) for m in Measure}))
        before = after
    return steps


def _step(before: Any, after: Any) -> Any:
    return None if before is None or after is None else after - before
