"""What people do: employments, certificates and the estates they answer for."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.registry.actions import people as acts
from regulator.features.registry.queries import estates, people
from regulator.foundation import clock
from regulator.foundation.errors import Conflict, NotFound
from regulator.law.findings import Refused
from regulator.portals.office import blueprint as office
from regulator.portals.office import correcting
from regulator.portals.office.forms.people import CertificateForm, EmployForm, EndForm, ManagerForm
from regulator.portals.office.views.people import own_company, terms_of, to_person
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.transaction import commits


@office.route("/people/<uuid:person_id>/employments/new", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
@commits
def person_employ(person_id: UUID) -> ResponseReturnValue:
    """Record that somebody works for a company from a day on."""
    found = people.get_person(current_scope(), person_id)
    if request.method == "GET":
        return _page("employ", found, forms.fill(EmployForm))
    filled = forms.read(EmployForm)
    company = own_company(filled)
    if filled.value is None or company is None:
        return _page("employ", found, filled), 400
    try:
        acts.employ_person(found, company, terms_of(filled.value), reason=filled.value.reason, **_given())
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
        return _page("employ", found, filled), 409
    flash(_("The employment is recorded."), "ok")
    return to_person(found)


@office.route("/people/<uuid:person_id>/employments/<uuid:employment_id>/end", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
@commits
def person_employment_end(person_id: UUID, employment_id: UUID) -> ResponseReturnValue:
    """Record the last day of an employment."""
    found = people.get_person(current_scope(), person_id)
    rows = [row for row in people.list_employments(found.id) if row.id == employment_id and row.ended_on is None]
    if not rows:
        raise NotFound(str(employment_id))
    return _ending(
        found,
        lambda value: acts.end_employment(
            found, employment_id, ended_on=value.ended_on, reason=value.reason, **_given()
        ),
        what=rows[0].company,
        question=_("Has this employment ended?"),
        done=_("The last day is recorded."),
    )


@office.route("/people/<uuid:person_id>/estates/new", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
@commits
def person_manager(person_id: UUID) -> ResponseReturnValue:
    """Record that somebody is project manager of an estate from a day on."""
    found = people.get_person(current_scope(), person_id)
    if request.method == "GET":
        start = {"estate_code": request.args.get("estate", "")[:16]}
        return _page("manager", found, forms.fill(ManagerForm, start))
    filled = forms.read(ManagerForm)
    estate = _estate_of(filled)
    if filled.value is None or estate is None:
        return _page("manager", found, filled), 400
    try:
        acts.assign_manager(found, estate, began_on=filled.value.began_on, reason=filled.value.reason, **_given())
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
        return _page("manager", found, filled), 409
    flash(_("The project manager is recorded; the name is public."), "ok")
    return to_person(found)


def _estate_of(filled: forms.Filled[ManagerForm]) -> Any:
    """The estate a form names, of the asker's territory; None with a sentence at the field."""
    if filled.value is None:
        return None
    try:
        return estates.get_estate(current_scope(), filled.value.estate_code, day=clock.today())
    except NotFound:
        filled.fail("estate_code", _("No estate of your territory has this code."))
        return None


@office.route("/people/<uuid:person_id>/estates/<uuid:assignment_id>/end", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
@commits
def person_manager_end(person_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """Record the last day of a project manager."""
    found = people.get_person(current_scope(), person_id)
    managed = people.list_managed(current_scope(), found.id, day=clock.today())
    rows = [row for row in managed if row.id == assignment_id and row.ended_on is None]
    if not rows:
        raise NotFound(str(assignment_id))
    return _ending(
        found,
        lambda value: acts.release_manager(
            found, assignment_id, ended_on=value.ended_on, reason=value.reason, **_given()
        ),
        what=rows[0].estate,
        question=_("Does this person no longer manage the estate?"),
        done=_("The last day is recorded."),
    )


@office.route("/people/<uuid:person_id>/certificates/new", methods=["GET", "POST"])
@allow(Permission.PEOPLE_EDIT)
@commits
def person_certificate(person_id: UUID) -> ResponseReturnValue:
    """Record a certificate."""
    found = people.get_person(current_scope(), person_id)
    if request.method == "GET":
        return _page("certificate", found, forms.fill(CertificateForm))
    filled = forms.read(CertificateForm)
    if filled.value is None:
        return _page("certificate", found, filled), 400
    try:
        acts.add_certificate(found, filled.value.number, filled.value.kind, reason=None, **_given())
    except Conflict as conflict:
        forms.add_bad_input(filled, conflict)
        return _page("certificate", found, filled), 409
    flash(_("The certificate is recorded."), "ok")
    return to_person(found)


def _ending(found: Any, act: Any, *, what: str, question: str, done: str) -> ResponseReturnValue:
    """The page on which a last day is given, and the act that follows."""
    shown = {"what": what, "question": question}
    if request.method == "GET":
        return _page("end", found, forms.fill(EndForm, {"ended_on": clock.today()}), **shown)
    filled = forms.read(EndForm)
    if filled.value is None:
        return _page("end", found, filled, **shown), 400
    try:
        act(filled.value)
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
        return _page("end", found, filled, **shown), 409
    flash(done, "ok")
    return to_person(found)


def _page(name: str, found: Any, filled: forms.Filled[Any], **shown: str) -> str:
    return render_template(f"office/people/{name}.html", person=found, form=filled, **shown)


def _given() -> dict[str, Any]:
    """What every act is told: the version the form showed, who, when."""
    return {"version": correcting.sent(EndForm).version, "actor": current_actor(), "now": clock.now()}
