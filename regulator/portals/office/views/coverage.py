"""Coverage on the office's desk: the dashboard of a territory and the estates behind each number, of a day or month."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage import board
from regulator.features.coverage.metrics import MINIMUM_SAMPLE, TARGETED
from regulator.features.coverage.queries import estates as queries
from regulator.features.coverage.queries import figures, frozen
from regulator.features.coverage.queries.estates import CountedEstate
from regulator.features.coverage.queries.figures import Overview
from regulator.features.coverage.queries.months import last_day_of, list_closed
from regulator.features.coverage.queries.territory import Territory, territory_of
from regulator.features.coverage.terms import Exclusion, Group, Measure, Measured, Rate
from regulator.features.divisions.queries import DivisionRow, get_division
from regulator.features.divisions.terms import Scope, lineage
from regulator.features.metrics.queries import targets_of
from regulator.features.metrics.terms import MetricDefinition, Target
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import label
from regulator.foundation.paging import Count, Page, page_of_rows, parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup

MONTHS_SHOWN = 13
UNKNOWNS = {Measure.FLOOR_AREA: Exclusion.FLOOR_AREA_UNKNOWN, Measure.HOUSEHOLDS: Exclusion.HOUSEHOLDS_UNKNOWN}
"""Which exclusion says of how many estates a measure is not known."""

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
    course = figures.courses([*_divisions(shown)], figures.closed_months(territory, MONTHS_SHOWN), shown.rule, kinds)
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
        unknowns=UNKNOWNS,
        is_today=day == clock.today(),
        exclusions=[item for item, amounts in shown.whole.excluded.items() if amounts.estates],
        definition=MetricDefinition(TARGETED.value),
        minimum=MINIMUM_SAMPLE,
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
    territory, today, kinds = asked_territory(current_scope()), clock.today(), _kinds()
    courses = figures.courses(territory.divisions, figures.closed_months(territory, MONTHS_SHOWN), kinds=kinds)
    closed = figures.course_of_whole(courses[code] for code in territory.codes)
    points = [*closed.items(), (_("today"), figures.figure_of_whole(territory, today, kinds).estates)]
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
    """The estates of one group of a figure, of a day or as frozen for a closed month; or the same list as a file."""
    scope, group, place = current_scope(), _group(), asked_place(current_scope())
    kind, title, month = listing.asked_code(EstateKind, "kind"), group_words(group), request.args.get("month", "")
    day, listed = _frozen(scope, place, group, month, kind) if month else _counted(scope, place, group, kind)
    if listing.asked_export():
        territory = place.name if place else scope.label
        name = _("%(what)s, frozen %(month)s", what=title, month=month) if month else title
        return listing.export(name, _estate_columns(), listed.every(), day=day, territory=territory)
    return render_template(
        "office/coverage/estates.html",
        page=listed.page(request.args.get("cursor"), parse_limit(request.args.get("limit"))),
        total=listed.total(),
        title=title,
        chosen=group.value,
        groups=[(item.value, group_words(item)) for item in (*Group, *Mode, *Exclusion)],
        place=place,
        scope=scope,
        day=day,
        month=month,
        months=[(one, one) for one in _closed(scope, place)],
        is_today=day == clock.today(),
        divisions=listing.division_choices(scope),
    )


def _closed(scope: Scope, place: DivisionRow | None) -> list[str]:
    """The months one may choose; none for an official who answers for no division."""
    try:
        return list_closed(Territory.of(place) if place else territory_of(scope))
    except NotFound:
        return []


@dataclass(frozen=True, slots=True)
class _Listed:
    """How a list is read: a page of it, how many there are, or every row."""

    page: Callable[[str | None, int], Page[CountedEstate]]
    total: Callable[[], Count]
    every: Callable[[], Iterator[CountedEstate]]


def _counted(
    scope: Scope, place: DivisionRow | None, group: Group | Mode | Exclusion, kind: EstateKind | None
) -> tuple[date, _Listed]:
    """The estates as the register knows them, on the day asked for."""
    day = asked_past_day()

    def page(cursor: str | None, limit: int) -> Page[CountedEstate]:
        return queries.list_counted(scope, place, group, day=day, kind=kind, cursor=cursor, limit=limit)

    return day, _Listed(
        page,
        lambda: queries.count_counted(scope, place, group, day=day, kind=kind),
        lambda: listing.all_pages(page),
    )


def _frozen(
    scope: Scope, place: DivisionRow | None, group: Group | Mode | Exclusion, month: str, kind: EstateKind | None
) -> tuple[date, _Listed]:
    """The estates as they were frozen when a month was closed."""
    lines = frozen.list_frozen(Territory.of(place) if place else territory_of(scope), group, month, kind)

    def page(cursor: str | None, limit: int) -> Page[CountedEstate]:
        part = page_of_rows(lines, list_name="coverage.frozen", cursor=cursor, limit=limit)
        return Page(tuple(frozen.described(part.items)), part.next)

    return last_day_of(month), _Listed(page, lambda: Count(len(lines)), lambda: frozen.described(lines))


def _group() -> Group | Mode | Exclusion:
    given = request.args.get("group", Group.GAP.value)
    for kind in (Group, Mode, Exclusion):
        if given in set(kind):
            return kind(given)
    raise BadInput("filter_unknown", {"given": given[:40]}, about="group")


def group_words(group: Group | Mode | Exclusion) -> str:
    """A group of estates in words."""
    return _("Left out: %(why)s", why=label(group)) if isinstance(group, Exclusion) else label(group)


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
