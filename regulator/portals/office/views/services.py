"""Who serves: the list of services of a day, and the acts of an estate's page: change, leaving, basis, correction."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.registry.actions import services as acts
from regulator.features.registry.queries import services as queries
from regulator.features.registry.queries.services import ServiceFilter, ServiceRow
from regulator.features.registry.terms import Mode, RecordedBasis
from regulator.foundation import clock
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import Chosen, attempt, chosen_company, sent_version
from regulator.portals.office.forms.estates import ReasonForm
from regulator.portals.office.forms.services import BasisForm, ChangeForm, CorrectServiceForm, LeaveForm
from regulator.portals.office.views.estates_work import estate_of, to_estate
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add("office", MenuGroup.REGISTER, "office.services", _l("Services"), Permission.SERVICES_VIEW)


# --- list -----------------------------------------------------------------------------------------------------------


@office.get("/services")
@allow(Permission.SERVICES_VIEW)
def services() -> ResponseReturnValue:
    """The services of a day, or the same list as a file."""
    scope, day = current_scope(), listing.asked_day()
    wanted = ServiceFilter(
        day=day,
        q=listing.asked_text(),
        division=listing.asked_division(),
        mode=listing.asked_code(Mode, "mode"),
        credit_code=(request.args.get("company", "").strip().upper() or None),
        recorded_basis=listing.asked_code(RecordedBasis, "recorded_basis"),
        sort=listing.asked_sort(queries.SORTS) or "estate",
    )
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_services(scope, wanted, cursor=c, limit=n))
        return listing.export(_("Services"), _columns(), rows, day=day, territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/services/list.html",
        page=queries.list_services(scope, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_services(scope, wanted),
        wanted=wanted,
        scope=scope,
        day=day,
        divisions=listing.division_choices(scope),
    )


def _columns() -> list[listing.Column[ServiceRow]]:
    column = listing.Column[ServiceRow]
    return [
        column(_("Estate code"), lambda row: row.estate_code),
        column(_("Estate"), lambda row: row.estate_name),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Mode"), lambda row: row.period.mode),
        column(_("Manager"), lambda row: row.period.manager),
        column(_("Credit code"), lambda row: row.period.credit_code),
        column(_("Since"), lambda row: row.period.began_on),
        column(_("Stated for"), lambda row: row.period.stated_for),
        column(_("Until"), lambda row: row.period.ended_on),
        column(_("Basis"), lambda row: row.period.basis),
        column(_("Fee (yuan/㎡·month)"), lambda row: listing.yuan(row.period.fee)),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.floor_area)),
    ]


# --- acts -----------------------------------------------------------------------------------------------------------


@office.route("/estates/<code>/services/change", methods=["GET", "POST"])
@allow(Permission.SERVICES_EDIT)
@commits
def service_change(code: str) -> ResponseReturnValue:
    """Who serves from a day on: one act that ends the present period the day before."""
    found = estate_of(code)
    if request.method == "GET":
        return _change_page(found, forms.fill(ChangeForm, {"mode": Mode.PROFESSIONAL}))
    filled, version = forms.read(ChangeForm), sent_version()
    managed = filled.value is None or filled.value.mode.takes_company
    chosen = chosen_company(filled, required=filled.value is not None and filled.value.mode is Mode.PROFESSIONAL)
    value = filled.value
    if value is None:
        return _change_page(found, filled, chosen), 400
    if not attempt(
        filled,
        lambda: acts.change_service(
            found,
            mode=value.mode,
            company=chosen.company if managed else None,
            began_on=value.began_on,
            ended_on=value.ended_on,
            fee=value.fee,
            reason=value.reason,
            **_given(version),
        ),
        at={"credit_code_needed": "company", "company_without_service": "company"},
    ):
        return _change_page(found, filled, chosen), 409
    flash(_("The change is recorded: one period ended, the next began."), "ok")
    return to_estate(found)


def _given(version: int) -> dict[str, Any]:
    return {"version": version, "actor": current_actor(), "now": clock.now()}


def _change_page(found: Any, filled: forms.Filled[ChangeForm], chosen: Chosen | None = None) -> str:
    return render_template(
        "office/services/change.html", estate=found, form=filled, hits=chosen.hits if chosen else (), **_now(found)
    )


def _now(found: Any) -> dict[str, Any]:
    """The periods of the estate as the form shows them."""
    periods = queries.list_periods(found.id, day=clock.today())
    return {"periods": [row for row in periods if row.retired_on is None]}


def _service_of(service_id: UUID) -> tuple[Any, Any, Any]:
    """(service, estate, its row). Raises NotFound outside the scope."""
    service = queries.get_service(current_scope(), service_id, day=clock.today())
    found = queries.get_estate_of(service)
    rows = queries.list_periods(found.id, day=clock.today())
    return service, found, next(row for row in rows if row.id == service_id)


@office.route("/services/<uuid:service_id>/leave", methods=["GET", "POST"])
@allow(Permission.SERVICES_EDIT)
@commits
def service_leave(service_id: UUID) -> ResponseReturnValue:
    """Whoever served has really left without a successor: the estate is abandoned from the next day."""
    service, found, row = _service_of(service_id)
    page = "office/services/leave.html"
    if request.method == "GET":
        return render_template(page, estate=found, period=row, form=forms.fill(LeaveForm))
    filled, version = forms.read(LeaveForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, estate=found, period=row, form=filled), 400
    if not attempt(
        filled,
        lambda: acts.end_service(found, service, left_on=value.left_on, reason=value.reason, **_given(version)),
    ):
        return render_template(page, estate=found, period=row, form=filled), 409
    flash(_("It is recorded that the company has left; the estate stands as abandoned."), "ok")
    return to_estate(found)


@office.route("/services/<uuid:service_id>/basis", methods=["GET", "POST"])
@allow(Permission.SERVICES_EDIT)
@commits
def service_basis(service_id: UUID) -> ResponseReturnValue:
    """Hand-over or emergency from a day on."""
    service, found, row = _service_of(service_id)
    page = "office/services/basis.html"
    if request.method == "GET":
        start = forms.fill(BasisForm, {"from_day": clock.today()})
        return render_template(page, estate=found, period=row, form=start)
    filled, version = forms.read(BasisForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, estate=found, period=row, form=filled), 400
    if not attempt(
        filled,
        lambda: acts.record_basis(
            found,
            service,
            value.recorded_basis,
            from_day=value.from_day,
            document=value.basis_document,
            reason=value.reason,
            **_given(version),
        ),
        at={"service_overlap": "from_day", "began_on_in_future": "from_day"},
    ):
        return render_template(page, estate=found, period=row, form=filled), 409
    flash(_("The basis is recorded."), "ok")
    return to_estate(found)


@office.route("/services/<uuid:service_id>/correct", methods=["GET", "POST"])
@allow(Permission.SERVICES_EDIT)
@commits
def service_correct(service_id: UUID) -> ResponseReturnValue:
    """Correct the days, the fee or the document of a period."""
    service, found, row = _service_of(service_id)
    page = "office/services/correct.html"
    fields = ("began_on", "ended_on", "fee", "basis_document")
    if request.method == "GET":
        start = forms.fill(CorrectServiceForm, {name: getattr(service, name) for name in fields})
        return render_template(page, estate=found, period=row, form=start)
    filled, version = forms.read(CorrectServiceForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, estate=found, period=row, form=filled), 400
    changes = value.model_dump(exclude={"reason"})
    if not attempt(
        filled,
        lambda: acts.correct_service(found, service, changes, reason=value.reason, **_given(version)),
    ):
        return render_template(page, estate=found, period=row, form=filled), 409
    flash(_("The correction is recorded."), "ok")
    return to_estate(found)


@office.route("/services/<uuid:service_id>/retire", methods=["GET", "POST"])
@allow(Permission.RECORDS_RETIRE)
@commits
def service_retire(service_id: UUID) -> ResponseReturnValue:
    """A period recorded by mistake: it stays readable and counts nowhere."""
    service, found, row = _service_of(service_id)
    page = "office/services/retire.html"
    if request.method == "GET":
        return render_template(page, estate=found, period=row, form=forms.fill(ReasonForm))
    filled, version = forms.read(ReasonForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, estate=found, period=row, form=filled), 400
    if not attempt(filled, lambda: acts.retire_service(found, service, reason=value.reason, **_given(version))):
        return render_template(page, estate=found, period=row, form=filled), 409
    flash(_("The period is taken out; correct the one before if it goes on."), "ok")
    return to_estate(found)
