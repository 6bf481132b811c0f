"""The company asks for its record to be changed, sees what became of it, takes it back. Changes nothing itself."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.registry.actions import requests as acts
from regulator.features.registry.queries import companies
from regulator.features.registry.queries import requests as queries
from regulator.features.registry.rules.requests import FIELDS
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, Conflict, StaleVersion
from regulator.law.findings import Refused
from regulator.pieces import applications as pieces
from regulator.portals.company import blueprint
from regulator.portals.company.forms import ChangeForm
from regulator.portals.company.own import own_credit_code
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "company", MenuGroup.DESK, "company.changes", _l("Changes of our record"), Permission.OWN_CHANGES,
    active=("company.change_",),
)  # fmt: skip


@blueprint.get("/changes")
@allow(Permission.OWN_CHANGES)
def changes() -> ResponseReturnValue:
    """What was asked for so far, and the form with the record as it stands."""
    company = _company()
    return _page(company, forms.fill(ChangeForm, {field: getattr(company, field) for field in FIELDS}))


@blueprint.post("/changes")
@allow(Permission.OWN_CHANGES)
@commits
def change_ask() -> ResponseReturnValue:
    """Send it to the district of registration."""
    company, filled = _company(), forms.read(ChangeForm)
    value = filled.value
    if value is None:
        return _page(company, filled), 400
    try:
        asked = {field: getattr(value, field) for field in FIELDS}
        acts.ask_change(company, asked, reason=value.reason, actor=current_actor(), now=clock.now())
    except Refused as refused:
        forms.add_findings(filled, refused.findings)
    except Conflict as error:
        forms.add_bad_input(filled, error)
    else:
        flash(_("Sent to the bureau of the district. The record stays as it is until it is confirmed."), "ok")
        return redirect(url_for("company.changes"), 303)
    return _page(company, filled), 409


@blueprint.post("/changes/<uuid:request_id>/withdraw")
@allow(Permission.OWN_CHANGES)
@commits
def change_withdraw(request_id: UUID) -> ResponseReturnValue:
    """Take it back while nobody has decided."""
    company = _company()
    found = queries.get_own_request(company, request_id)
    try:
        acts.withdraw_request(found, company, version=pieces.sent_version(), actor=current_actor(), now=clock.now())
    except (BadInput, StaleVersion):
        flash(_("The bureau has decided meanwhile; the request cannot be taken back any more."), "bad")
    else:
        flash(_("The request is taken back."), "ok")
    return redirect(url_for("company.changes"), 303)


def _company() -> Any:
    return companies.get_company(current_scope(), own_credit_code(), day=clock.today())


def _page(company: Any, filled: forms.Filled[ChangeForm]) -> str:
    return render_template(
        "company/changes.html",
        company=company,
        requests=queries.list_requests_of(company.id),
        waiting=queries.find_open_request(company.id),
        form=filled,
    )
