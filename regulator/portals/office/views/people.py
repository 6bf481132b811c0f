"""People on the office's desk: list, page, registering, correcting, retiring, and seeing a number in clear."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.registry.actions import people as acts
from regulator.features.registry.queries import companies, people
from regulator.features.registry.queries.history import list_history
from regulator.features.registry.queries.people import PersonFilter, PersonRow
from regulator.features.registry.terms import SubjectKind, Title
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, Conflict, NotFound, StaleVersion
from regulator.foundation.paging import parse_limit
from regulator.law.findings import Refused
from regulator.portals.office import blueprint as office
from regulator.portals.office import correcting, listing
from regulator.portals.office.forms.companies import RetireForm
from regulator.portals.office.forms.people import CorrectPersonForm, EmploymentFields, NewPersonForm, RevealForm
from regulator.portals.office.history import in_words
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

SHOWN_HISTORY = 8
navigation.add(
    "office", MenuGroup.REGISTER, "office.people_list", _l("People"), Permission.PEOPLE_VIEW, active=("office.person",)
)


# --- list -----------------------------------------------------------------------------------------------------------


@office.get("/people")
@allow(Permission.PEOPLE_VIEW)
def people_list() -> ResponseReturnValue:
    """The list, or the same list as a file; numbers stand masked in both."""
    scope, wanted = current_scope(), _asked()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: people.list_people(scope, wanted, cursor=c, limit=n))
        return listing.export(_("People"), _columns(), rows, day=clock.today(), territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    page = people.list_people(scope, wanted, cursor=request.args.get("cursor"), limit=limit)
    return render_template(
        "office/people/list.html",
        page=page,
        total=people.count_people(scope, wanted),
        wanted=wanted,
        scope=scope,
        divisions=listing.district_choices(scope),
        company=companies.find_company_name(wanted.credit_code) if wanted.credit_code else None,
    )


def _asked() -> PersonFilter:
    division = listing.asked_division()
    return PersonFilter(
        q=listing.asked_text(),
        division=division.code if division else None,
        credit_code=listing.asked_text("company"),
        title=listing.asked_code(Title, "title"),
        retired=request.args.get("retired") == "1",
        sort=listing.asked_sort(people.SORTS),
    )


def _columns() -> list[listing.Column[PersonRow]]:
    column = listing.Column[PersonRow]
    return [
        column(_("Full name"), lambda row: row.name),
        column(_("Resident ID number"), lambda row: row.id_masked),
        column(_("Sex"), lambda row: row.sex),
        column(_("Title"), lambda row: row.title),
        column(_("Company"), lambda row: row.company),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Post"), lambda row: row.post),
        column(_("Left on"), lambda row: row.left_on),
        column(_("Last change"), lambda row: row.updated_at.astimezone(clock.CHINA)),
    ]


# --- page -----------------------------------------------------------------------------------------------------------


@office.get("/people/<uuid:person_id>")
@allow(Permission.PEOPLE_VIEW)
def person(person_id: UUID) -> ResponseReturnValue:
    """One person with employments, certificates and estates."""
    return _page(people.get_person(current_scope(), person_id))


def _page(found: Any, *, revealed: str | None = None, reveal: forms.Filled[RevealForm] | None = None) -> str:
    scope = current_scope(Permission.PEOPLE_VIEW)
    seen = Permission.HISTORY_VIEW in current_permissions()
    history = list_history(SubjectKind.PERSON, found.id) if seen else []
    return render_template(
        "office/people/page.html",
        person=found,
        employments=people.list_employments(found.id),
        certificates=people.list_certificates(found.id),
        managed=people.list_managed(scope, found.id, day=clock.today()),
        history=in_words(SubjectKind.PERSON, history[:SHOWN_HISTORY]),
        acts_recorded=len(history),
        scope=scope,
        revealed=revealed,
        reveal=reveal or forms.fill(RevealForm),
    )


@office.post("/people/<uuid:person_id>/number")
@allow(Permission.PEOPLE_REVEAL)
@commits
def person_number(person_id: UUID) -> ResponseReturnValue:
    """The resident ID number in clear, once, for a reason that is recorded."""
    found, filled = people.get_person(current_scope(), person_id), forms.read(RevealForm)
    if filled.value is None:
        return _page(found, reveal=filled), 400
    number = acts.reveal_number(found, reason=filled.value.reason, actor=current_actor(), now=clock.now())
    response = make_response(_page(found, revealed=number))
    response.headers["Cache-Control"] = "no-store"
    return response


# --- register -------------------------------------------------------------------------------------------------------


@office.get("/people/new")
@allow(Permission.PEOPLE_EDIT)
def person_new() -> ResponseReturnValue:
    """An empty form, for a company where one is named."""
    start = {"credit_code": listing.asked_text("company") or ""}
    return _new_page(forms.fill(NewPersonForm, start))


@office.post("/people/new")
@allow(Permission.PEOPLE_EDIT)
@commits
def person_register() -> ResponseReturnValue:
    """Add a person with the present employment."""
    filled = forms.read(NewPersonForm)
    company = own_company(filled)
    if filled.value is None or company is None:
        return _new_page(filled), 400
    value = filled.value
    try:
        made = acts.register_person(
            value.id_number,
            value.model_dump(include={"name", "sex", "education", "title", "remark"}),
            company=company,
            terms=terms_of(value),
            actor=current_actor(),
            now=clock.now(),
        )
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
    except Conflict as conflict:
        forms.add_bad_input(filled, conflict)
    else:
        flash(_("The person is registered."), "ok")
        return redirect(url_for("office.person", person_id=made.id), 303)
    return _new_page(filled), 409


def own_company(filled: forms.Filled[Any]) -> Any:
    """The company a form names by credit code, of the asker's own territory; None with a sentence at the field."""
    if filled.value is None:
        return None
    try:
        return companies.get_own_company(current_scope(), filled.value.credit_code.strip().upper())
    except NotFound:
        filled.fail("credit_code", _("No company of this code is registered in your territory."))
        return None


def terms_of(value: EmploymentFields) -> acts.EmploymentTerms:
    """What a form states of an employment."""
    return acts.EmploymentTerms(value.post, value.is_head_of_post, value.is_full_time, value.began_on)


def _new_page(filled: forms.Filled[NewPersonForm]) -> str:
    return render_template("office/people/new.html", form=filled)


# --- correct and retire ---------------------------------------------------------------------------------------------


@office.get("/people/<uuid:person_id>/correct")
@allow(Permission.PEOPLE_EDIT)
def person_correction(person_id: UUID) -> ResponseReturnValue:
    """The record in a form."""
    found = people.get_person(current_scope(), person_id)
    return _correct_page(found, correcting.begin(CorrectPersonForm, _values(found), found.version))


@office.post("/people/<uuid:person_id>/correct")
@allow(Permission.PEOPLE_EDIT)
@commits
def person_correct(person_id: UUID) -> ResponseReturnValue:
    """Correct the record, or show both versions when somebody else was first."""
    found, under_way = people.get_person(current_scope(), person_id), correcting.sent(CorrectPersonForm)
    value = under_way.form.value
    if value is None:
        return _correct_page(found, under_way), 400
    try:
        changed = acts.correct_person(
            found,
            value.model_dump(exclude={"reason"}),
            version=under_way.version,
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        )
    except StaleVersion:
        both = correcting.collide(under_way, SubjectKind.PERSON, _values(found), found.version, own=("reason",))
        return _correct_page(found, both), 409
    flash(_("The correction is recorded.") if changed else _("Nothing was changed."), "ok" if changed else "info")
    return to_person(found)


def _values(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in CorrectPersonForm.model_fields if name != "reason"}


def _correct_page(found: Any, under_way: correcting.Correcting[CorrectPersonForm]) -> str:
    return render_template("office/people/correct.html", person=found, under_way=under_way, form=under_way.form)


def to_person(found: Any) -> ResponseReturnValue:
    """Back to the person's page."""
    return redirect(url_for("office.person", person_id=found.id), 303)


@office.post("/people/<uuid:person_id>/confirm")
@allow(Permission.RECORDS_CONFIRM)
@commits
def person_confirm(person_id: UUID) -> ResponseReturnValue:
    """What the record states is right today."""
    found = people.get_person(current_scope(), person_id)
    acts.confirm_person(found, actor=current_actor(), now=clock.now(), version=correcting.sent(RevealForm).version)
    flash(_("The record is confirmed as of today."), "ok")
    return to_person(found)


@office.route("/people/<uuid:person_id>/retire", methods=["GET", "POST"])
@allow(Permission.RECORDS_RETIRE)
@commits
def person_retire(person_id: UUID) -> ResponseReturnValue:
    """Take a person out of the register; the record stays readable."""
    found = people.get_person(current_scope(), person_id)
    if request.method == "GET":
        return _retire_page(found, forms.fill(RetireForm, {"retired_on": clock.today()}))
    filled = forms.read(RetireForm)
    if filled.value is None:
        return _retire_page(found, filled), 400
    value = filled.value
    try:
        acts.retire_person(
            found,
            day=value.retired_on,
            version=correcting.sent(RetireForm).version,
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        )
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
    except BadInput as error:
        forms.add_bad_input(filled, error)
    else:
        flash(_("The person is retired from the register."), "ok")
        return to_person(found)
    return _retire_page(found, filled), 409


def _retire_page(found: Any, filled: forms.Filled[RetireForm]) -> str:
    return render_template("office/people/retire.html", person=found, form=filled)
