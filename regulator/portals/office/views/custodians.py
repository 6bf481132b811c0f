"""Custodians on the office's desk: which estates have none, by street; one estate's custodian, named and ended."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.actions import custody as acts
from regulator.features.coverage.queries import custody as queries
from regulator.features.coverage.queries.custody import CustodyFilter, CustodyRow
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.i18n import current_locale
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.custodians import CustodianForm, EndForm
from regulator.portals.office.views.estates import NOT_KNOWN
from regulator.portals.office.views.estates_work import estate_of
from regulator.web import filters, forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.custodians",
    _l("Custodians"),
    Permission.CUSTODIANS_VIEW,
    active=("office.custodian",),
)


# --- list -----------------------------------------------------------------------------------------------------------


@office.get("/custodians")
@allow(Permission.CUSTODIANS_VIEW)
def custodians() -> ResponseReturnValue:
    """Estates that need a custodian and have none, by street and one by one, or the same list as a file."""
    scope, day, wanted = current_scope(), listing.asked_day(), _asked()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_needing(scope, wanted, day=day, cursor=c, limit=n))
        name = _("Estates with a custodian") if wanted.named else _("Estates without a custodian")
        return listing.export(name, _columns(), rows, day=day, territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/custodians/list.html",
        page=queries.list_needing(scope, wanted, day=day, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_needing(scope, wanted, day=day),
        streets=queries.list_streets_needing(scope, wanted.division, day=day),
        wanted=wanted,
        scope=scope,
        day=day,
        divisions=listing.division_choices(scope),
    )


def _asked() -> CustodyFilter:
    mode = request.args.get("mode", "")
    return CustodyFilter(
        division=listing.asked_division(),
        mode=None if mode == NOT_KNOWN else listing.asked_code(Mode, "mode"),
        mode_not_known=mode == NOT_KNOWN,
        named=request.args.get("named") == "yes",
    )


def _columns() -> list[listing.Column[CustodyRow]]:
    """Phones stand masked in files as they do on the page."""
    column = listing.Column[CustodyRow]
    return [
        column(_("Estate code"), lambda row: row.code),
        column(_("Estate"), lambda row: row.name),
        column(_("District"), lambda row: row.place.district),
        column(_("Street"), lambda row: row.place.street),
        column(_("Community"), lambda row: row.place.community),
        column(_("Kind"), lambda row: row.kind),
        column(_("Mode"), lambda row: row.mode or _("Not known")),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.floor_area)),
        column(_("Households"), lambda row: row.households),
        column(_("Custodian"), lambda row: row.custodian),
        column(_("Phone"), lambda row: row.phone and filters.masked(row.phone, current_locale())),
        column(_("Unit"), lambda row: row.unit),
        column(_("Since"), lambda row: row.since),
    ]


# --- one estate -----------------------------------------------------------------------------------------------------


@office.get("/estates/<code>/custodian")
@allow(Permission.CUSTODIANS_VIEW)
def custodian(code: str) -> ResponseReturnValue:
    """Who is in charge and who was; the one page that shows the phone in full."""
    found = estate_of(code)
    now = queries.find_open_custodian(found)
    return _page(found, now, forms.fill(CustodianForm, _start(now)), forms.fill(EndForm))


def _start(now: Any) -> dict[str, Any]:
    """What the form begins with: a successor in the same unit from today, or all that is to be corrected."""
    if now is None:
        return {"since": clock.today()}
    kept = {name: getattr(now, name) for name in ("unit", "people_cleaning", "people_order", "people_repair")}
    if request.args.get("correct") == "1":
        return kept | {"name": now.name, "phone": now.phone, "since": now.began_on}
    return kept | {"since": clock.today()}


def _page(found: Any, now: Any, form: forms.Filled[CustodianForm], ending: forms.Filled[EndForm]) -> str:
    return render_template(
        "office/custodians/page.html",
        estate=found,
        held=now,
        periods=queries.list_custodians_of(found),
        needed=queries.is_needed(found, day=clock.today()),
        form=form,
        ending=ending,
        correcting=request.args.get("correct") == "1",
    )


@office.post("/estates/<code>/custodian")
@allow(Permission.CUSTODIANS_EDIT)
@commits
def custodian_name(code: str) -> ResponseReturnValue:
    """Name who looks after the estate from a day on; the one in charge ends the day before."""
    found = estate_of(code)
    filled, version = forms.read(CustodianForm), sent_version()
    value = filled.value
    if value is None:
        return _page(found, queries.find_open_custodian(found), filled, forms.fill(EndForm)), 400
    given = value.given(value.name, value.phone, value.since)
    if not attempt(filled, lambda: acts.name_custodian(found, given, **_given(version))):
        return _page(found, queries.find_open_custodian(found), filled, forms.fill(EndForm)), 409
    flash(_("%(name)s is recorded as custodian.", name=given.name), "ok")
    return redirect(url_for("office.custodian", code=code), 303)


@office.post("/estates/<code>/custodian/end")
@allow(Permission.CUSTODIANS_EDIT)
@commits
def custodian_end(code: str) -> ResponseReturnValue:
    """Nobody looks after the estate any more; it stands on the list from the next day."""
    found = estate_of(code)
    filled, version = forms.read(EndForm), sent_version()
    value, now = filled.value, queries.find_open_custodian(found)
    if value is None:
        return _page(found, now, forms.fill(CustodianForm, _start(now)), filled), 400
    if not attempt(
        filled,
        lambda: acts.end_custodian(found, ended_on=value.ended_on, reason=value.reason, **_given(version)),
    ):
        now = queries.find_open_custodian(found)
        return _page(found, now, forms.fill(CustodianForm, _start(now)), filled), 409
    flash(_("The end is recorded; the estate needs a new custodian."), "ok")
    return redirect(url_for("office.custodian", code=code), 303)


def _given(version: int) -> dict[str, Any]:
    return {"version": version, "actor": current_actor(), "now": clock.now()}
