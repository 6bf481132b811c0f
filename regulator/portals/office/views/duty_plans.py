"""Setting many shifts at once: a repeating pattern, or last week again; looked at first, then set."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from regulator.features.accounts.queries import people
from regulator.features.accounts.queries.holders import people_of
from regulator.features.accounts.queries.people import AuthorityRow
from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.papers.actions import duty as acts
from regulator.features.papers.queries import duty as queries
from regulator.features.papers.rules.duty import Planned, day_of, judge_pattern, monday_of, moved_on, spell_out
from regulator.foundation import clock
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing, rostering
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.duty import CopyForm, PlanForm, plan_start
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits

WEEK = timedelta(days=7)


# --- a pattern ------------------------------------------------------------------------------------------------------


@office.route("/duty/plan", methods=["GET", "POST"])
@allow(Permission.DUTY_SET)
@commits
def duty_plan() -> ResponseReturnValue:
    """A pattern: typed and looked at by GET, set by POST."""
    authority = rostering.authority_to_set()
    if request.method == "GET" and "show" not in request.args:
        start = plan_start(clock.today(), rostering.office_hours()) | {"phone": queries.find_phone(authority)}
        return _plan_page(authority, forms.fill(PlanForm, start))
    filled = forms.read(PlanForm, request.args if request.method == "GET" else request.form)
    plan = _spelled_out(filled)
    again = filled.value.again if filled.value else {}  # a refusal takes the value away, and one may send it again
    if plan is None or request.method == "GET":
        return _plan_page(authority, filled, plan, again), 400 if plan is None and request.method == "POST" else 200
    return _set(authority, filled, plan, lambda: _plan_page(authority, filled, plan, again))


def _spelled_out(filled: forms.Filled[PlanForm]) -> list[Planned] | None:
    """The shifts of the pattern; None when something is wrong with it, said at its field."""
    if (value := filled.value) is None:
        return None
    pattern = value.pattern
    forms.add_findings(filled, judge_pattern(pattern))
    if set(pattern.people) - people_of(pattern.people).keys():
        filled.fail("people", _("Choose one of the entries offered."))
    return spell_out(pattern, working_days()) if filled.value else None


def _plan_page(
    authority: AuthorityRow,
    filled: forms.Filled[PlanForm],
    plan: Sequence[Planned] | None = None,
    again: Mapping[str, str] | None = None,
) -> str:
    offered = people.list_people_of(authority, on=clock.today())
    return render_template(
        "office/duty/plan.html",
        authority=authority,
        form=filled,
        people=[(str(one.account_id), rostering.person_said(one, authority.name)) for one in offered],
        most=people.MOST_PEOPLE,
        **_preview(authority, plan, again or {}),
    )


def _preview(authority: AuthorityRow, plan: Sequence[Planned] | None, again: Mapping[str, str]) -> dict[str, Any]:
    """What the preview of a plan shows."""
    judged = queries.judge_plan(authority, plan or (), days=working_days(), now=clock.now())
    return {
        "plan": None if plan is None else judged,
        "fitting": sum(bool(one.verdict) for one in judged),
        "again": again,
        "awaited": rostering.awaited_years(day_of(plan[0].span.begin), day_of(plan[-1].span.begin)) if plan else [],
        "hours": rostering.hours_said,
        "weekday": rostering.weekday_said,
        "day_of": day_of,
    }


def _set(
    authority: AuthorityRow, filled: forms.Filled[Any], plan: Sequence[Planned], page: Callable[[], str]
) -> ResponseReturnValue:
    given: dict[str, Any] = {"days": working_days(), "actor": current_actor(), "now": clock.now()}
    given |= {"fitting": sent_version("fitting"), "phone": filled.value.phone if filled.value else None}
    count: list[int] = []
    if not attempt(filled, lambda: count.append(acts.set_plan(authority, plan, **given))):
        return page(), 409
    flash(ngettext("%(num)d shift is on the roster.", "%(num)d shifts are on the roster.", count[0]), "ok")
    first = min((day_of(one.span.begin) for one in plan), default=clock.today())
    return redirect(url_for("office.duty", authority=authority.id, day=first), 303)


# --- last week again ------------------------------------------------------------------------------------------------


@office.route("/duty/copy", methods=["GET", "POST"])
@allow(Permission.DUTY_SET)
@commits
def duty_copy() -> ResponseReturnValue:
    """The week before once more: looked at by GET, set by POST."""
    authority, monday = rostering.authority_to_set(), monday_of(listing.asked_day("day"))
    plan = moved_on(queries.last_week(authority, monday), WEEK)
    filled = forms.read(CopyForm) if request.method == "POST" else forms.fill(CopyForm)

    def page() -> str:
        return render_template(
            "office/duty/copy.html",
            authority=authority,
            monday=monday,
            form=filled,
            **_preview(authority, plan, {"phone": queries.find_phone(authority) or ""}),
        )

    if request.method == "GET":
        return page()
    if filled.value is None:
        return page(), 400
    return _set(authority, filled, plan, page)
