"""Companies on the office's desk: list, page, registering, correcting, names, confirming, retiring."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import path_of
from regulator.features.licensing.queries.certificates import list_certificates_of
from regulator.features.registry.actions import companies as acts
from regulator.features.registry.queries import companies as queries
from regulator.features.registry.queries.companies import CompanyFilter, CompanyRow
from regulator.features.registry.queries.history import as_of, list_history, name_on
from regulator.features.registry.queries.people import count_staff
from regulator.features.registry.rules.credit_code import normalise_code
from regulator.features.registry.terms import CompanyStatus, DeclaredGrade, SubjectKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, Conflict, StaleVersion
from regulator.foundation.paging import parse_limit
from regulator.law.findings import Refused
from regulator.portals.office import blueprint as office
from regulator.portals.office import correcting, listing
from regulator.portals.office.forms.companies import (
    CorrectCompanyForm,
    NewCompanyForm,
    OtherNameForm,
    ReasonForm,
    RenameCompanyForm,
    RetireForm,
)
from regulator.portals.office.history import in_words
from regulator.portals.office.matter_links import matter_of_correction
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

SHOWN_HISTORY = 8
navigation.add(
    "office",
    MenuGroup.REGISTER,
    "office.companies",
    _l("Companies"),
    Permission.COMPANIES_VIEW,
    active=("office.company",),
)


# --- list -----------------------------------------------------------------------------------------------------------


@office.get("/companies")
@allow(Permission.COMPANIES_VIEW)
def companies() -> ResponseReturnValue:
    """The list, or the same list as a file."""
    scope, day, wanted = current_scope(), listing.asked_day(), _asked()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_companies(scope, wanted, day=day, cursor=c, limit=n))
        return listing.export(_("Companies"), _columns(), rows, day=day, territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    page = queries.list_companies(scope, wanted, day=day, cursor=request.args.get("cursor"), limit=limit)
    return render_template(
        "office/companies/list.html",
        page=page,
        total=queries.count_companies(scope, wanted, day=day),
        wanted=wanted,
        scope=scope,
        day=day,
        divisions=listing.division_choices(scope),
    )


def _asked() -> CompanyFilter:
    serving = {"": None, "yes": True, "no": False}.get(request.args.get("serving", ""))
    return CompanyFilter(
        q=listing.asked_text(),
        division=listing.asked_division(),
        status=listing.asked_code(CompanyStatus, "status"),
        grade=listing.asked_code(DeclaredGrade, "grade"),
        serving=serving,
        retired=request.args.get("retired") == "1",
        sort=listing.asked_sort(queries.SORTS),
    )


def _columns() -> list[listing.Column[CompanyRow]]:
    column = listing.Column[CompanyRow]
    return [
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Name"), lambda row: row.name),
        column(_("Status"), lambda row: row.status),
        column(_("Registered in"), lambda row: str(row.place)),
        column(_("Legal representative"), lambda row: row.legal_representative),
        column(_("Phone"), lambda row: row.phone),
        column(_("Declared grade"), lambda row: row.declared_grade),
        column(_("Estates"), lambda row: row.estates),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.floor_area)),
        column(_("Last change"), lambda row: row.updated_at.astimezone(clock.CHINA)),
    ]


# --- page -----------------------------------------------------------------------------------------------------------


@office.get("/companies/<credit_code>")
@allow(Permission.COMPANIES_VIEW)
def company(credit_code: str) -> ResponseReturnValue:
    """One company: what the record states and whom it serves, today or as of a day."""
    scope, day = current_scope(), listing.asked_day()
    found = queries.get_company(scope, credit_code, day=day if request.args.get("as_of") else clock.today())
    names = queries.list_names(found.id)
    history = list_history(SubjectKind.COMPANY, found.id) if _may(Permission.HISTORY_VIEW) else []
    own = queries.is_registered_in(scope, found)
    return render_template(
        "office/companies/page.html",
        company=found,
        then=as_of(SubjectKind.COMPANY, found, day),
        name=name_on(found.name, names, day),
        names=names,
        place=path_of(found.division_code),
        served=queries.list_served_estates(scope, found, day=day),
        staff=count_staff(found.id, day=day) if own else None,
        history=in_words(SubjectKind.COMPANY, history[:SHOWN_HISTORY]),
        acts_recorded=len(history),
        certificates=list_certificates_of(found.id, day) if _may(Permission.LICENSING_VIEW) else [],
        scope=scope,
        day=day,
        own=own,
        correction=matter_of_correction(SubjectKind.COMPANY, found.credit_code) if own else None,
    )


def _may(permission: Permission) -> bool:
    return permission in current_permissions()


# --- register and correct -------------------------------------------------------------------------------------------


@office.get("/companies/new")
@allow(Permission.COMPANIES_EDIT)
def company_new() -> ResponseReturnValue:
    """An empty form."""
    return _new_page(forms.fill(NewCompanyForm, {"status": CompanyStatus.OPERATING}))


@office.post("/companies/new")
@allow(Permission.COMPANIES_EDIT)
@commits
def company_register() -> ResponseReturnValue:
    """Add a company to the register."""
    filled = forms.read(NewCompanyForm)
    _check_division(filled)
    if filled.value is None:
        return _new_page(filled), 400
    values = filled.value.model_dump(exclude={"credit_code"})
    code = normalise_code(filled.value.credit_code)
    try:
        acts.register_company(code, values, actor=current_actor(), now=clock.now())
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
    except Conflict as conflict:
        forms.add_bad_input(filled, conflict)
    else:
        flash(_("The company is registered."), "ok")
        return redirect(url_for("office.company", credit_code=code), 303)
    return _new_page(filled), 409


def _new_page(filled: forms.Filled[NewCompanyForm]) -> str:
    return render_template("office/companies/new.html", form=filled, districts=_districts())


def _districts() -> list[tuple[str, str]]:
    return listing.district_choices(current_scope())


def _check_division(filled: forms.Filled[Any]) -> None:
    """A company is registered in a district of the asker's territory, or outside the city (the whole city's asker)."""
    value = filled.value
    if value is None:
        return
    allowed = {code for code, _name in _districts()}
    if value.division_code is None and not queries.may_register_outside(current_scope()):
        filled.fail("division_code", _("Choose the district of registration."))
    elif value.division_code is not None and value.division_code not in allowed:
        filled.fail("division_code", _("Choose a district of your own territory."))


@office.get("/companies/<credit_code>/correct")
@allow(Permission.COMPANIES_EDIT)
def company_correction(credit_code: str) -> ResponseReturnValue:
    """The record in a form."""
    found = queries.get_own_company(current_scope(), credit_code)
    return _correct_page(found, correcting.begin(CorrectCompanyForm, _values(found), found.version))


@office.post("/companies/<credit_code>/correct")
@allow(Permission.COMPANIES_EDIT)
@commits
def company_correct(credit_code: str) -> ResponseReturnValue:
    """Correct the record, or show both versions when somebody else was first."""
    found = queries.get_own_company(current_scope(), credit_code)
    under_way = correcting.sent(CorrectCompanyForm)
    if found.division_code != under_way.form.text("division_code"):
        _check_division(under_way.form)
    value = under_way.form.value
    if value is None:
        return _correct_page(found, under_way), 400
    try:
        changed = acts.correct_company(
            found,
            value.model_dump(exclude={"reason"}),
            version=under_way.version,
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        )
    except StaleVersion:
        return _correct_page(found, _collision(found, under_way)), 409
    except Refused as refusal:
        forms.add_findings(under_way.form, refusal.findings)
        return _correct_page(found, under_way), 409
    flash(_("The correction is recorded.") if changed else _("Nothing was changed."), "ok" if changed else "info")
    return _to_company(found)


def _collision(
    found: Any, under_way: correcting.Correcting[CorrectCompanyForm]
) -> correcting.Correcting[CorrectCompanyForm]:
    return correcting.collide(under_way, SubjectKind.COMPANY, _values(found), found.version, own=("reason",))


def _values(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in CorrectCompanyForm.model_fields if name != "reason"}


def _correct_page(found: Any, under_way: correcting.Correcting[CorrectCompanyForm]) -> str:
    districts = _districts()
    if found.division_code and found.division_code not in dict(districts):
        districts = [(found.division_code, str(path_of(found.division_code))), *districts]
    return render_template(
        "office/companies/correct.html", company=found, under_way=under_way, form=under_way.form, districts=districts
    )


def _to_company(found: Any) -> ResponseReturnValue:
    return redirect(url_for("office.company", credit_code=found.credit_code), 303)


# --- names ----------------------------------------------------------------------------------------------------------


@office.get("/companies/<credit_code>/names")
@allow(Permission.COMPANIES_EDIT)
def company_names(credit_code: str) -> ResponseReturnValue:
    """The names a company has and had."""
    return _names_page(queries.get_own_company(current_scope(), credit_code))


def _names_page(
    found: Any,
    rename: forms.Filled[RenameCompanyForm] | None = None,
    other: forms.Filled[OtherNameForm] | None = None,
) -> str:
    return render_template(
        "office/companies/names.html",
        company=found,
        names=queries.list_names(found.id),
        rename=rename or forms.fill(RenameCompanyForm),
        other=other or forms.fill(OtherNameForm),
    )


@office.post("/companies/<credit_code>/rename")
@allow(Permission.COMPANIES_EDIT)
@commits
def company_rename(credit_code: str) -> ResponseReturnValue:
    """The company bears a new name; the present one becomes a former name."""
    found, filled = queries.get_own_company(current_scope(), credit_code), forms.read(RenameCompanyForm)
    if filled.value is None:
        return _names_page(found, rename=filled), 400
    value = filled.value
    try:
        acts.rename_company(
            found,
            value.name,
            last_day=value.last_day,
            version=_version(),
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        )
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
        return _names_page(found, rename=filled), 409
    flash(_("The new name is recorded; the old one still leads here."), "ok")
    return _to_company(found)


@office.post("/companies/<credit_code>/names")
@allow(Permission.COMPANIES_EDIT)
@commits
def company_name_add(credit_code: str) -> ResponseReturnValue:
    """Record a former name or a spelling others use."""
    found, filled = queries.get_own_company(current_scope(), credit_code), forms.read(OtherNameForm)
    if filled.value is None:
        return _names_page(found, other=filled), 400
    value = filled.value
    try:
        acts.add_company_name(
            found,
            value.name,
            kind=value.kind,
            ended_on=value.ended_on,
            version=_version(),
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        )
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings, at={"last_day_in_future": "ended_on"})
    except Conflict as conflict:
        forms.add_bad_input(filled, conflict)
    else:
        flash(_("The name is recorded."), "ok")
        return redirect(url_for("office.company_names", credit_code=credit_code), 303)
    return _names_page(found, other=filled), 409


@office.route("/companies/<credit_code>/names/<uuid:name_id>/remove", methods=["GET", "POST"])
@allow(Permission.COMPANIES_EDIT)
@commits
def company_name_remove(credit_code: str, name_id: UUID) -> ResponseReturnValue:
    """Take a name away that never led here."""
    found, filled = queries.get_own_company(current_scope(), credit_code), forms.read(ReasonForm)
    if request.method == "GET" or filled.value is None:
        filled = forms.fill(ReasonForm) if request.method == "GET" else filled
        names = [name for name in queries.list_names(found.id) if name.id == name_id]
        page = render_template("office/companies/name_remove.html", company=found, names=names, form=filled)
        return page, 200 if request.method == "GET" else 400
    reason = filled.value.reason
    acts.remove_company_name(found, name_id, version=_version(), reason=reason, actor=current_actor(), now=clock.now())
    flash(_("The name is taken away."), "ok")
    return redirect(url_for("office.company_names", credit_code=credit_code), 303)


def _version() -> int:
    return correcting.sent(ReasonForm).version


# --- confirm and retire ---------------------------------------------------------------------------------------------


@office.post("/companies/<credit_code>/confirm")
@allow(Permission.RECORDS_CONFIRM)
@commits
def company_confirm(credit_code: str) -> ResponseReturnValue:
    """What the record states is right today."""
    found = queries.get_own_company(current_scope(), credit_code)
    acts.confirm_company(found, actor=current_actor(), now=clock.now(), version=_version())
    flash(_("The record is confirmed as of today."), "ok")
    return _to_company(found)


@office.route("/companies/<credit_code>/retire", methods=["GET", "POST"])
@allow(Permission.RECORDS_RETIRE)
@commits
def company_retire(credit_code: str) -> ResponseReturnValue:
    """Take the company out of the register; it stays readable."""
    found = queries.get_own_company(current_scope(), credit_code)
    if request.method == "GET":
        return _retire_page(found, forms.fill(RetireForm, {"retired_on": clock.today()}))
    filled = forms.read(RetireForm)
    if filled.value is None:
        return _retire_page(found, filled), 400
    value = filled.value
    given: dict[str, Any] = {"version": _version(), "actor": current_actor(), "now": clock.now()}
    try:
        acts.retire_company(found, day=value.retired_on, reason=value.reason, **given)
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
    except BadInput as error:
        forms.add_bad_input(filled, error)
    else:
        flash(_("The company is retired from the register."), "ok")
        return _to_company(found)
    return _retire_page(found, filled), 409


def _retire_page(found: Any, filled: forms.Filled[RetireForm]) -> str:
    serving = queries.count_open_services(found.id)
    return render_template("office/companies/retire.html", company=found, form=filled, serving=serving)
