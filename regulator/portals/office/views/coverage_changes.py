"""Closed months of coverage on the desk, and why the rates of two days differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.queries import figures, months
from regulator.features.coverage.queries.counting import rule_on
from regulator.features.coverage.queries.months import next_closing
from regulator.features.coverage.queries.territory import Territory
from regulator.features.coverage.rules.counting import month_before, month_of
from regulator.features.coverage.terms import (
    ChangeReason,
    EstateChange,
    Explanation,
    Measure,
    Measured,
    Part,
    State,
    as_state,
)
from regulator.features.metrics.terms import MetricDefinition
from regulator.features.registry.queries.estates import names_by_code
from regulator.features.registry.queries.history import list_put_right
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import label
from regulator.foundation.paging import Page, page_of_rows, parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.history import put_right_in_words
from regulator.portals.office.views.coverage import MONTHS_SHOWN, asked_past_day, asked_territory
from regulator.web.access import allow, current_scope

ESTATES_SHOWN = 30
PUT_RIGHT = ("division_code", "floor_area", "households", "kind")
"""What an estate counts by and has no days of its own: a past day is counted by what stands in the record now."""
PUT_RIGHT_SHOWN = 50
ONE_DAY = timedelta(days=1)


@office.get("/coverage/months")
@allow(Permission.COVERAGE_VIEW)
def coverage_months() -> ResponseReturnValue:
    """The closed months of a division as frozen, and beside each what is known of that day now."""
    scope = current_scope()
    place = asked_territory(scope)
    until = _asked_month("until")
    frozen = figures.list_months(place, MONTHS_SHOWN, until)
    earlier = month_before(frozen[0].month) if frozen else None
    return render_template(
        "office/coverage/months.html",
        place=place,
        scope=scope,
        until=until,
        definition=MetricDefinition(TARGETED.value),
        earlier=earlier if earlier and figures.list_months(place, 1, earlier) else None,
        rows=[(item, figures.figure_of_whole(place, item.day)) for item in reversed(frozen)],
        measures=list(Measure),
        day=clock.today(),
        closing=next_closing(place.cities[0], clock.today()),
    )


def _asked_month(name: str) -> str | None:
    """A month as 2026-10, None when none was asked for. Raises BadInput."""
    given = request.args.get(name, "")
    try:
        return month_of(months.last_day_of(given)) if given else None
    except ValueError as error:
        raise BadInput("month_unreadable", {"given": given[:20]}, about=name) from error


@office.get("/coverage/changes")
@allow(Permission.COVERAGE_VIEW)
def coverage_changes() -> ResponseReturnValue:
    """Why the rates of two days differ: parts that add up to the change, each with its estates; or those as a file."""
    place, reason = asked_territory(current_scope()), listing.asked_code(ChangeReason, "reason")
    last = asked_past_day("to")
    first = asked_past_day("from", last.replace(day=1) - ONE_DAY)
    if last < first:
        raise BadInput("period_ends_before_beginning", {"from": first, "to": last}, about="to")
    told = months.why_changed(place, first, last)
    if listing.asked_export():
        return listing.export(
            _("Why coverage changed"), _columns(), _moved(told, reason), day=last, territory=place.name
        )
    shown = {part.reason: _shown(part, reason) for part in told.parts if reason in (None, part.reason)}
    return render_template(
        "office/coverage/changes.html",
        place=place,
        scope=current_scope(),
        told=told,
        first=first,
        last=last,
        frozen=[months.frozen_day(place, day) for day in (first, last)],
        rules=[rule_on(first), rule_on(last)],
        put_right=_put_right(place, first, last),
        put_right_shown=PUT_RIGHT_SHOWN,
        reason=reason,
        shown=shown,
        names=names_by_code({change.code for page in shown.values() for change in page.items}),
        measures=list(Measure),
        steps=_steps(told),
        today=clock.today(),
        divisions=listing.division_choices(current_scope()),
    )


def _put_right(place: Territory, first: date, last: date) -> list[Any]:
    """What was put right between the days and so counts on both; from a frozen day on it is a part of the change."""
    if months.frozen_day(place, first):
        return []
    return put_right_in_words(list_put_right(place.scope, PUT_RIGHT, first, last, limit=PUT_RIGHT_SHOWN + 1))


def _shown(part: Part, reason: ChangeReason | None) -> Page[EstateChange]:
    """The first estates of a part; of the one that was asked for a page of all."""
    limit = parse_limit(request.args.get("limit")) if reason else ESTATES_SHOWN
    cursor = request.args.get("cursor") if reason else None
    return page_of_rows(part.estates, list_name=f"coverage.{part.reason}", cursor=cursor, limit=limit)


@dataclass(frozen=True, slots=True)
class _Moved:
    """A line of the exported list."""

    reason: ChangeReason
    change: EstateChange
    name: str

    def by(self, measure: Measure) -> Measured:
        """What the estate adds to one measure."""
        return self.change.by[measure]


def _moved(told: Explanation, reason: ChangeReason | None) -> Iterator[_Moved]:
    for part in told.parts:
        if reason in (None, part.reason):
            names = names_by_code({change.code for change in part.estates})
            for change in part.estates:
                yield _Moved(part.reason, change, names.get(change.code, change.code))


def _columns() -> list[listing.Column[_Moved]]:
    column = listing.Column[_Moved]
    return [
        column(_("Reason"), lambda row: row.reason),
        column(_("Code"), lambda row: row.change.code),
        column(_("Name"), lambda row: row.name),
        column(_("Before"), lambda row: _state(row.change.before)),
        column(_("After"), lambda row: _state(row.change.after)),
        column(_("Managed"), lambda row: row.by(Measure.ESTATES).managed),
        column(_("Professional"), lambda row: row.by(Measure.ESTATES).professional),
        column(_("Estates that count"), lambda row: row.by(Measure.ESTATES).all),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.by(Measure.FLOOR_AREA).all)),
        column(_("Households"), lambda row: row.by(Measure.HOUSEHOLDS).all),
    ]


def _state(value: State | None) -> str:
    return _("not on record") if value is None else label(as_state(value))


def _steps(told: Explanation) -> list[tuple[Part, dict[Measure, Decimal | None]]]:
    """Each part with the percentage points it makes, the parts taken in their order; as shown they add up exactly."""
    before = {measure: found.share().percent(2) for measure, found in told.first.items()}
    steps = []
    for part in told.parts:
        after = {measure: share.percent(2) for measure, share in part.rates.items()}
        steps.append((part, {measure: _step(before[measure], after[measure]) for measure in Measure}))
        before = after
    return steps


def _step(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before
