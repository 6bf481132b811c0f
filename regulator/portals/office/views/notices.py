"""Notices between owners and company on the office's desk: list, record, correct, retire."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.registry.actions import notices as acts
from regulator.features.registry.queries import notices as queries
from regulator.features.registry.queries.notices import NoticeFilter, NoticeRow
from regulator.features.registry.queries.services import get_estate_of, list_periods
from regulator.features.registry.terms import NoticeKind, Party
from regulator.foundation import clock
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import Chosen, attempt, chosen_company, sent_version
from regulator.portals.office.forms.estates import ReasonForm
from regulator.portals.office.forms.notices import CorrectNoticeForm, NewNoticeForm
from regulator.portals.office.views.estates_work import estate_of, to_estate
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add("office", MenuGroup.REGISTER, "office.notices", _l("Notices"), Permission.SERVICES_VIEW)


@office.get("/notices")
@allow(Permission.SERVICES_VIEW)
def notices() -> ResponseReturnValue:
    """The list, or the same list as a file."""
    scope = current_scope()
    wanted = NoticeFilter(
        q=listing.asked_text(),
        division=listing.asked_division(),
        kind=listing.asked_code(NoticeKind, "kind"),
        given_by=listing.asked_code(Party, "given_by"),
        dated_from=listing.asked_day("dated_from") if request.args.get("dated_from") else None,
        dated_to=listing.asked_day("dated_to") if request.args.get("dated_to") else None,
        sort=listing.asked_sort(queries.SORTS) or "-dated",
    )
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_notices(scope, wanted, cursor=c, limit=n))
        return listing.export(_("Notices"), _columns(), rows, day=clock.today(), territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/notices/list.html",
        page=queries.list_notices(scope, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_notices(scope, wanted),
        wanted=wanted,
        scope=scope,
        divisions=listing.division_choices(scope),
    )


def _columns() -> list[listing.Column[NoticeRow]]:
    column = listing.Column[NoticeRow]
    return [
        column(_("Estate code"), lambda row: row.estate_code),
        column(_("Estate"), lambda row: row.estate_name),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Company"), lambda row: row.company_name),
        column(_("Notice"), lambda row: row.kind),
        column(_("Given by"), lambda row: row.given_by),
        column(_("Date"), lambda row: row.dated_on),
        column(_("Received"), lambda row: row.received_on),
        column(_("Takes effect"), _effect),
        column(_("Provisional"), _is_provisional),
        column(_("Document"), lambda row: row.document_number),
    ]


def _effect(row: NoticeRow) -> date | str | None:
    if row.awaits_receipt:
        return _("day of receipt missing")
    return row.takes_effect.day if row.takes_effect else None


def _is_provisional(row: NoticeRow) -> str | None:
    """A mark for the day before it in the file; nothing where no day stands or its year is announced."""
    return _("provisional") if row.takes_effect and row.takes_effect.is_provisional else None


@office.route("/estates/<code>/notices/new", methods=["GET", "POST"])
@allow(Permission.NOTICES_RECORD)
@commits
def notice_new(code: str) -> ResponseReturnValue:
    """Record a notice: kind, by whom, date, document."""
    found = estate_of(code)
    if request.method == "GET":
        periods = list_periods(found.id, day=clock.today())
        serving = next((row for row in periods if row.retired_on is None and row.ended_on is None), None)
        start = {"company": serving.credit_code} if serving else {}
        return _new_page(found, forms.fill(NewNoticeForm, start))
    filled = forms.read(NewNoticeForm)
    chosen = chosen_company(filled, required=True)
    value = filled.value
    company = chosen.company
    if value is None or company is None:
        return _new_page(found, filled, chosen), 400
    values = value.model_dump(exclude={"company", "company_choice"})
    if not attempt(
        filled,
        lambda: acts.record_notice(found, company, values, actor=current_actor(), now=clock.now()),
    ):
        return _new_page(found, filled, chosen), 409
    flash(_("The notice is recorded."), "ok")
    return to_estate(found)


def _new_page(found: Any, filled: forms.Filled[NewNoticeForm], chosen: Chosen | None = None) -> str:
    return render_template("office/notices/new.html", estate=found, form=filled, hits=chosen.hits if chosen else ())


def _notice_of(notice_id: UUID) -> tuple[Any, Any]:
    found = queries.get_notice(current_scope(), notice_id, day=clock.today())
    return found, get_estate_of(found)


@office.route("/notices/<uuid:notice_id>/correct", methods=["GET", "POST"])
@allow(Permission.NOTICES_RECORD)
@commits
def notice_correct(notice_id: UUID) -> ResponseReturnValue:
    """Correct what is recorded of a notice."""
    found, estate = _notice_of(notice_id)
    page = "office/notices/correct.html"
    if request.method == "GET":
        start = {name: getattr(found, name) for name in CorrectNoticeForm.model_fields if name != "reason"}
        return render_template(page, notice=found, estate=estate, form=forms.fill(CorrectNoticeForm, start))
    filled, version = forms.read(CorrectNoticeForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, notice=found, estate=estate, form=filled), 400
    changes = value.model_dump(exclude={"reason"})
    given: dict[str, Any] = {"version": version, "reason": value.reason, "actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: acts.correct_notice(estate, found, changes, **given)):
        return render_template(page, notice=found, estate=estate, form=filled), 409
    flash(_("The correction is recorded."), "ok")
    return to_estate(estate)


@office.route("/notices/<uuid:notice_id>/retire", methods=["GET", "POST"])
@allow(Permission.RECORDS_RETIRE)
@commits
def notice_retire(notice_id: UUID) -> ResponseReturnValue:
    """A notice recorded by mistake."""
    found, estate = _notice_of(notice_id)
    page = "office/notices/retire.html"
    if request.method == "GET":
        return render_template(page, notice=found, estate=estate, form=forms.fill(ReasonForm))
    filled, version = forms.read(ReasonForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, notice=found, estate=estate, form=filled), 400
    given: dict[str, Any] = {"version": version, "reason": value.reason, "actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: acts.retire_notice(estate, found, **given)):
        return render_template(page, notice=found, estate=estate, form=filled), 409
    flash(_("The notice is taken out."), "ok")
    return to_estate(estate)
