"""Acts on certificates: record one of years gone by, make a declared grade an entry, take a record back."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions import records
from regulator.features.licensing.certificate_terms import BY_ACT, CertificateOrigin, CertificateState
from regulator.features.licensing.queries import certificates as queries
from regulator.features.registry.queries import companies
from regulator.foundation import clock
from regulator.portals.office import blueprint as office
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.certificates import FormerForm, TakeBackForm
from regulator.portals.office.views.certificates import certificate_page, grade_choices
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.transaction import commits


@office.post("/licensing/certificates/<uuid:certificate_id>/take-back")
@allow(Permission.CERTIFICATES_RECORD)
@commits
def certificate_take_back(certificate_id: UUID) -> ResponseReturnValue:
    """Take back the record of another's certificate that was a mistake."""
    found, filled = queries.get_own_certificate(current_scope(), certificate_id), forms.read(TakeBackForm)
    value = filled.value
    if value is None:
        return certificate_page(found, take_back=filled), 400
    if not attempt(
        filled,
        lambda: records.take_back_record(
            found, reason=value.reason, version=sent_version(), actor=current_actor(), now=clock.now()
        ),
    ):
        return certificate_page(found, take_back=filled), 409
    flash(_("The record is taken back; it stays readable here and counts nowhere."), "ok")
    return _to(found)


@office.route("/licensing/certificates/record/<credit_code>", methods=["GET", "POST"])
@allow(Permission.CERTIFICATES_RECORD)
@commits
def certificate_record(credit_code: str) -> ResponseReturnValue:
    """Record a licence of 2004 to 2018 from its paper."""
    holder = companies.get_own_company(current_scope(), credit_code)
    if request.method == "GET":
        return _record_page(holder, forms.fill(FormerForm))
    filled = forms.read(FormerForm)
    value = filled.value
    if value is None:
        return _record_page(holder, filled), 400
    made: list[Any] = []
    if not attempt(
        filled,
        lambda: made.append(records.record_historical(holder, value.former(), actor=current_actor(), now=clock.now())),
        at={"certificate_grade_unknown": "grade"},
    ):
        return _record_page(holder, filled), 409
    flash(_("The certificate is on record as historical."), "ok")
    return _to(made[0])


@office.post("/licensing/certificates/declared/<credit_code>")
@allow(Permission.CERTIFICATES_RECORD)
@commits
def certificate_declared(credit_code: str) -> ResponseReturnValue:
    """Make the grade an old list declares a historical entry."""
    holder = companies.get_own_company(current_scope(), credit_code)
    made = records.record_declared(holder, actor=current_actor(), now=clock.now())
    flash(_("The declared grade is on record as historical; it proves no more than the old list did."), "ok")
    return _to(made)


def _record_page(holder: Any, filled: forms.Filled[FormerForm]) -> str:
    rows = queries.list_certificates_of(holder.id, clock.today())
    ends = forms.choices(CertificateState, (*BY_ACT, CertificateState.SUPERSEDED))
    return render_template(
        "office/certificates/record.html",
        company=holder,
        form=filled,
        grades=grade_choices(),
        ends=ends,
        may_declare=holder.declared_grade in records.DECLARED
        and all(row.origin is not CertificateOrigin.DECLARED for row in rows),
    )


def _to(found: Any) -> ResponseReturnValue:
    return redirect(url_for("office.certificate", certificate_id=found.id), 303)
