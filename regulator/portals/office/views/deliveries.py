"""Delivery on the office's desk: send a paper, record how it ended, a company's consent to its portal."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import deliveries as acts
from regulator.features.papers.actions.deliveries import Receipt
from regulator.features.papers.queries import deliveries as queries
from regulator.features.papers.queries import matters, papers
from regulator.features.registry.queries import companies
from regulator.foundation import clock
from regulator.portals.office import blueprint as office
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.papers import ConsentForm, ReasonForm, SendForm, ServedForm, chosen_key
from regulator.portals.office.views.papers import paper_page
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.transaction import commits


@office.post("/papers/<uuid:paper_id>/deliveries")
@allow(Permission.PAPERS_DELIVER)
@commits
def paper_send(paper_id: UUID) -> ResponseReturnValue:
    """Send an issued paper by one of the ways."""
    filled = forms.read(SendForm)

    def send(found: Any, matter: Any) -> None:
        if filled.value is not None:
            sending = filled.value.sending()
            acts.send_paper(found, matter, sending, actor=current_actor(), now=clock.now())

    return _answer(paper_id, filled, "send", send, _("The delivery is recorded."))


@office.post("/papers/<uuid:paper_id>/deliveries/<uuid:delivery_id>/served")
@allow(Permission.PAPERS_DELIVER)
@commits
def paper_served(paper_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """Record who received a paper and when."""
    filled, version = forms.read(ServedForm), sent_version()

    def served(found: Any, matter: Any) -> None:
        value = filled.value
        delivery = queries.get_delivery(found, delivery_id)
        if value is not None:
            receipt = Receipt(value.served_on, value.received_by, value.relation, chosen_key(value.receipt))
            acts.record_served(
                delivery, found, matter, receipt, version=version, actor=current_actor(), now=clock.now()
            )  # fmt: skip

    return _answer(paper_id, filled, "served", served, _("The paper is served."))


@office.post("/papers/<uuid:paper_id>/deliveries/<uuid:delivery_id>/failed")
@allow(Permission.PAPERS_DELIVER)
@commits
def paper_not_served(paper_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """Record that a paper came back."""
    filled, version = forms.read(ReasonForm), sent_version()

    def failed(found: Any, matter: Any) -> None:
        delivery = queries.get_delivery(found, delivery_id)
        reason = (filled.value.reason if filled.value else None) or ""
        acts.record_failed(
            delivery, found, matter, reason=reason, version=version, actor=current_actor(), now=clock.now()
        )  # fmt: skip

    return _answer(paper_id, filled, "failed", failed, _("Recorded; another way may be tried now."))


def _answer(
    paper_id: UUID, filled: forms.Filled[Any], name: str, act: Callable[[Any, Any], None], said: str
) -> ResponseReturnValue:
    found = papers.get_paper(current_scope(), paper_id)
    matter = matters.get_matter_of(found)
    if filled.value is None:
        return paper_page(found, **{name: filled}), 400
    if not attempt(filled, lambda: act(found, matter)):
        return paper_page(papers.get_again(found), **{name: filled}), 409
    flash(said, "ok")
    return redirect(url_for("office.paper", paper_id=paper_id), 303)


# --- consent --------------------------------------------------------------------------------------------------------


@office.route("/companies/<credit_code>/consent", methods=["GET", "POST"])
@allow(Permission.PAPERS_DELIVER)
@commits
def company_consent(credit_code: str) -> ResponseReturnValue:
    """A company's consent to delivery in its portal: the standing one, earlier ones, a new one."""
    company = companies.get_company(current_scope(Permission.COMPANIES_VIEW), credit_code, day=clock.today())
    filled = forms.fill(ConsentForm, {"confirmed_on": clock.today()})
    if request.method == "POST":
        filled = forms.read(ConsentForm)
        value = filled.value
        if value is None:
            return _consent_page(company, filled), 400
        if attempt(
            filled,
            lambda: acts.record_consent(
                credit_code, confirmed_on=value.confirmed_on, confirmed_by=value.confirmed_by, note=value.note,
                actor=current_actor(), now=clock.now(),
            ),
        ):  # fmt: skip
            flash(_("Papers may be delivered in the company's portal now."), "ok")
            return redirect(url_for("office.company_consent", credit_code=credit_code), 303)
        return _consent_page(company, filled), 409
    return _consent_page(company, filled)


@office.post("/companies/<credit_code>/consent/withdraw")
@allow(Permission.PAPERS_DELIVER)
@commits
def company_consent_withdraw(credit_code: str) -> ResponseReturnValue:
    """Record that a company does not want papers in its portal any more."""
    company = companies.get_company(current_scope(Permission.COMPANIES_VIEW), credit_code, day=clock.today())
    filled, version = forms.read(ReasonForm), sent_version()
    standing = queries.get_consent(credit_code)
    if not attempt(
        filled,
        lambda: acts.withdraw_consent(standing, version=version, actor=current_actor(), now=clock.now()),
    ):
        return _consent_page(company, forms.fill(ConsentForm), filled), 409
    flash(_("The consent is withdrawn; what was served stays served."), "ok")
    return redirect(url_for("office.company_consent", credit_code=credit_code), 303)


def _consent_page(company: Any, filled: forms.Filled[Any], ending: forms.Filled[Any] | None = None) -> str:
    return render_template(
        "office/papers/consent.html",
        company=company,
        standing=queries.find_consent(company.credit_code),
        consents=queries.list_consents(company.credit_code),
        form=filled,
        ending=ending,
    )
