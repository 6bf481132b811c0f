"""A change a company asks for of its own record: looked at, confirmed or returned by the district of registration."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.registry.actions import requests as acts
from regulator.features.registry.queries import requests as queries
from regulator.foundation import clock
from regulator.portals.office import blueprint as office
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.companies import ReasonForm
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.transaction import commits


@office.get("/requests/<uuid:request_id>")
@allow(Permission.COMPANIES_EDIT)
def company_request(request_id: UUID) -> ResponseReturnValue:
    """Before and after, by whom and why."""
    return _page(request_id, forms.fill(forms.Form), forms.fill(ReasonForm))


@office.post("/requests/<uuid:request_id>/confirm")
@allow(Permission.COMPANIES_EDIT)
@commits
def company_request_confirm(request_id: UUID) -> ResponseReturnValue:
    """Change the record as asked."""
    found, company = queries.get_request(current_scope(), request_id)
    filled, version = forms.read(forms.Form), sent_version()
    if attempt(
        filled,
        lambda: acts.confirm_request(found, company, version=version, actor=current_actor(), now=clock.now()),
    ):
        flash(_("The record is changed as the company asked."), "ok")
        return redirect(url_for("office.company", credit_code=company.credit_code), 303)
    return _page(request_id, filled, forms.fill(ReasonForm)), 409


@office.post("/requests/<uuid:request_id>/return")
@allow(Permission.COMPANIES_EDIT)
@commits
def company_request_return(request_id: UUID) -> ResponseReturnValue:
    """Return it with the reason; the record stays."""
    found, company = queries.get_request(current_scope(), request_id)
    filled, version = forms.read(ReasonForm), sent_version()
    value = filled.value
    if value is None:
        return _page(request_id, forms.fill(forms.Form), filled), 400
    if attempt(
        filled,
        lambda: acts.return_request(
            found, company, answer=value.reason, version=version, actor=current_actor(), now=clock.now()
        ),
    ):
        flash(_("Returned; the company reads the reason."), "ok")
        return redirect(url_for("office.company_request", request_id=request_id), 303)
    return _page(request_id, forms.fill(forms.Form), filled), 409


def _page(request_id: UUID, confirming: forms.Filled[forms.Form], returning: forms.Filled[ReasonForm]) -> str:
    found, company = queries.get_request(current_scope(), request_id)
    return render_template(
        "office/companies/request.html", request_=found, company=company, confirming=confirming, returning=returning
    )
