"""The duty roster on the desk: who is on duty now, a week or a month with its gaps, and setting shifts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.queries import people
from regulator.features.accounts.queries.people import AuthorityRow
from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.papers.actions import duty as acts
from regulator.features.papers.queries import duty as queries
from regulator.features.papers.queries.duty import ShiftRow
from regulator.features.papers.rules.duty import Planned
from regulator.features.papers.terms import DutyKind
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing, rostering
from regulator.portals.office.acting import attempt
from regulator.portals.office.forms.duty import CancelForm, ShiftForm
from regulator.portals.office.rostering import Asked
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "office",
    MenuGroup.PAPERS,
    "office.duty",
    _l("Duty roster"),
    Permission.DUTY_VIEW,
    active=("office.duty",),
)


# --- looking --------------------------------------------------------------------------------------------------------


@office.get("/duty")
@allow(Permission.DUTY_VIEW)
def duty() -> ResponseReturnValue:
    """The roster of an authority by week or by month, and who is on duty now."""
    asked = rostering.asked_roster()
    if asked.authority is None:
        return render_template("office/duty/nowhere.html", scope=current_scope())
    if listing.asked_export():
        shifts = queries.list_shifts(asked.authority, asked.first, asked.last)
        return listing.export(
            _("Duty roster"), _columns(asked.authority), shifts, day=asked.first, territory=asked.authority.name
        )
    return _roster_page(asked, asked.authority)


def _columns(authority: AuthorityRow) -> list[listing.Column[ShiftRow]]:
    column = listing.Column[ShiftRow]
    return [
        column(_("Day"), lambda row: row.day),
        column(_("Weekday"), lambda row: rostering.weekday_said(row.day)),
        column(_("From"), lambda row: _in_china(row.began_at)),
        column(_("To"), lambda row: _in_china(row.ended_at)),
        column(_("Person on duty"), lambda row: row.name),
        column(_("Authority"), lambda row: row.home or authority.name),
        column(_("Kind"), lambda row: row.kind),
        column(_("Duty phone"), lambda row: row.phone),
        column(_("Cancelled"), lambda row: _in_china(row.cancelled_at)),
        column(_("Reason"), lambda row: row.cancelled_reason),
    ]


def _in_china(at: datetime | None) -> datetime | None:
    return at and at.astimezone(clock.CHINA)


def _roster_page(asked: Asked, authority: AuthorityRow) -> str:
    now, office_hours = clock.now(), rostering.office_hours()
    days = queries.list_days(authority, asked.first, asked.last, days=working_days(), office=office_hours)
    shown = {one.account_id for row in days for one in row.shifts}
    on_duty = queries.on_duty(authority.id, now)
    return render_template(
        "office/duty/roster.html",
        asked=asked,
        authority=authority,
        days=days,
        on_duty=on_duty,
        following=queries.list_next(authority, after=now),
        stand_ins=people.list_stand_ins(shown | {one.account for one in on_duty}, on=clock.today()),
        may_set=rostering.may_set(authority),
        awaited=rostering.awaited_years(asked.first, asked.last),
        hours=rostering.hours_said,
        weekday=rostering.weekday_said,
        short_day=rostering.day_said,
        scope=current_scope(),
    )


# --- one shift ------------------------------------------------------------------------------------------------------


@office.route("/duty/new", methods=["GET", "POST"])
@allow(Permission.DUTY_SET)
@commits
def duty_new() -> ResponseReturnValue:
    """Put one shift on the roster."""
    authority, hours = rostering.authority_to_set(), rostering.office_hours()
    filled = forms.read(ShiftForm)
    if not filled.raw:
        start = {"kind": DutyKind.NORMAL, "day": listing.asked_day("day"), "phone": queries.find_phone(authority)}
        times = {"begin_time": hours.begin, "end_time": hours.end}
        return _new_page(authority, forms.fill(ShiftForm, start | times))
    value = filled.value
    person = people.find_official(value.person) if value else None
    if value is not None and person is None:
        filled.fail("person", _("Nobody of this username or name fits; where two share a name, give the username."))
    if value is None or person is None:
        return _new_page(authority, filled), 400
    planned = Planned(person.account_id, value.kind, value.span)
    given: dict[str, Any] = {"days": working_days(), "actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: acts.set_shift(authority, planned, phone=value.phone, **given)):
        return _new_page(authority, filled), 409
    flash(_("%(name)s is on the roster.", name=person.name), "ok")
    return redirect(url_for("office.duty", authority=authority.id, day=value.day), 303)


def _new_page(authority: AuthorityRow, filled: forms.Filled[ShiftForm]) -> str:
    offered = people.list_people_of(authority, on=clock.today())
    return render_template(
        "office/duty/new.html",
        authority=authority,
        form=filled,
        people=[(one.username, rostering.person_said(one, authority.name)) for one in offered],
    )


@office.get("/duty/<uuid:shift_id>")
@allow(Permission.DUTY_VIEW)
def duty_shift(shift_id: UUID) -> ResponseReturnValue:
    """A shift: when, who set it, whether it was cancelled and why."""
    return _shift_page(shift_id, forms.fill(CancelForm))


def _shift_page(shift_id: UUID, filled: forms.Filled[CancelForm]) -> str:
    scope = current_scope(Permission.DUTY_VIEW)
    shift, authority = queries.get_shift(scope, shift_id, own=current_account().authority_id)
    return render_template(
        "office/duty/shift.html",
        shift=shift,
        authority=authority,
        hours=rostering.hours_said,
        weekday=rostering.weekday_said,
        may_cancel=rostering.may_set(authority) and shift.cancelled_at is None and shift.ended_at > clock.now(),
        form=filled,
    )


@office.post("/duty/<uuid:shift_id>/cancel")
@allow(Permission.DUTY_SET)
@commits
def duty_cancel(shift_id: UUID) -> ResponseReturnValue:
    """Take a shift off the roster for a reason; it stays to be seen."""
    shift, authority = queries.get_shift(current_scope(), shift_id, own=None)
    if not rostering.may_set(authority):
        raise NotFound(str(shift_id))
    filled = forms.read(CancelForm)
    value = filled.value
    if value is None:
        return _shift_page(shift_id, filled), 400
    given: dict[str, Any] = {"reason": value.reason, "actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: acts.cancel_shift(shift_id, authority, **given)):
        return _shift_page(shift_id, filled), 409
    flash(_("The shift is cancelled."), "ok")
    return redirect(url_for("office.duty", authority=authority.id, day=shift.day), 303)
