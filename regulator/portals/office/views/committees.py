"""Owners' committees on the office's desk: list, record, correct, retire."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.registry.actions import committees as acts
from regulator.features.registry.queries import committees as queries
from regulator.features.registry.queries.committees import CommitteeFilter, CommitteeRow, list_members
from regulator.features.registry.queries.services import get_estate_of
from regulator.foundation import clock
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.committees import CommitteeForm, CorrectCommitteeForm, write_members
from regulator.portals.office.forms.estates import ReasonForm
from regulator.portals.office.views.estates_work import estate_of, to_estate
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add("office", MenuGroup.REGISTER, "office.committees", _l("Owners' committees"), Permission.COMMITTEES_VIEW)


@office.get("/committees")
@allow(Permission.COMMITTEES_VIEW)
def committees() -> ResponseReturnValue:
    """The list, or the same list as a file."""
    scope, day = current_scope(), clock.today()
    wanted = CommitteeFilter(
        q=listing.asked_text(),
        division=listing.asked_division(),
        in_term_on=day if request.args.get("in_term") == "yes" else None,
        filed={"yes": True, "no": False}.get(request.args.get("filed", "")),
        sort=listing.asked_sort(queries.SORTS) or "estate",
    )
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_committees(scope, wanted, cursor=c, limit=n))
        return listing.export(_("Owners' committees"), _columns(), rows, day=day, territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/committees/list.html",
        page=queries.list_committees(scope, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_committees(scope, wanted),
        wanted=wanted,
        scope=scope,
        day=day,
        divisions=listing.division_choices(scope),
    )


def _columns() -> list[listing.Column[CommitteeRow]]:
    column = listing.Column[CommitteeRow]
    return [
        column(_("Estate code"), lambda row: row.estate_code),
        column(_("Estate"), lambda row: row.estate_name),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Name"), lambda row: row.name),
        column(_("Elected"), lambda row: row.elected_on),
        column(_("Term from"), lambda row: row.term_began_on),
        column(_("Term to"), lambda row: row.term_ended_on),
        column(_("Filing due"), lambda row: row.filing_due.day if row.filing_due else None),
        column(
            _("Provisional"), lambda row: _("provisional") if row.filing_due and row.filing_due.is_provisional else None
        ),
        column(_("Filed"), lambda row: row.filed_on),
        column(_("Filing number"), lambda row: row.filing_number),
        column(_("Members"), lambda row: write_members(row.members).replace("\n", "、")),
    ]


@office.route("/estates/<code>/committees/new", methods=["GET", "POST"])
@allow(Permission.COMMITTEES_EDIT)
@commits
def committee_new(code: str) -> ResponseReturnValue:
    """Record a committee's term."""
    found = estate_of(code)
    page = "office/committees/new.html"
    if request.method == "GET":
        name = _("Owners' committee of %(estate)s", estate=found.name)
        return render_template(page, estate=found, form=forms.fill(CommitteeForm, {"name": name}))
    filled = forms.read(CommitteeForm)
    value = filled.value
    if value is None:
        return render_template(page, estate=found, form=filled), 400
    values = value.model_dump(exclude={"members"})
    if not attempt(
        filled,
        lambda: acts.register_committee(found, values, value.member_rows(), actor=current_actor(), now=clock.now()),
    ):
        return render_template(page, estate=found, form=filled), 409
    flash(_("The committee is recorded."), "ok")
    return to_estate(found)


def _committee_of(committee_id: UUID) -> tuple[Any, Any]:
    found = queries.get_committee(current_scope(), committee_id, day=clock.today())
    return found, get_estate_of(found)


@office.route("/committees/<uuid:committee_id>/correct", methods=["GET", "POST"])
@allow(Permission.COMMITTEES_EDIT)
@commits
def committee_correct(committee_id: UUID) -> ResponseReturnValue:
    """Correct a committee's term and members."""
    found, estate = _committee_of(committee_id)
    page = "office/committees/correct.html"
    if request.method == "GET":
        start = {name: getattr(found, name) for name in CommitteeForm.model_fields if name != "members"}
        start["members"] = write_members(list_members(found.id))
        filled = forms.fill(CorrectCommitteeForm, start)
        return render_template(page, committee=found, estate=estate, form=filled)
    filled, version = forms.read(CorrectCommitteeForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, committee=found, estate=estate, form=filled), 400
    changes = value.model_dump(exclude={"members", "reason"})
    if not attempt(
        filled,
        lambda: acts.correct_committee(
            estate,
            found,
            changes,
            value.member_rows(),
            version=version,
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        ),
    ):
        return render_template(page, committee=found, estate=estate, form=filled), 409
    flash(_("The correction is recorded."), "ok")
    return to_estate(estate)


@office.route("/committees/<uuid:committee_id>/retire", methods=["GET", "POST"])
@allow(Permission.RECORDS_RETIRE)
@commits
def committee_retire(committee_id: UUID) -> ResponseReturnValue:
    """A committee recorded by mistake."""
    found, estate = _committee_of(committee_id)
    page = "office/committees/retire.html"
    if request.method == "GET":
        return render_template(page, committee=found, estate=estate, form=forms.fill(ReasonForm))
    filled, version = forms.read(ReasonForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, committee=found, estate=estate, form=filled), 400
    given: dict[str, Any] = {"version": version, "reason": value.reason, "actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: acts.retire_committee(estate, found, **given)):
        return render_template(page, committee=found, estate=estate, form=filled), 409
    flash(_("The committee is taken out."), "ok")
    return to_estate(estate)
