"""Contracts on the office's desk: list, page, record, correct, terminate, file, retire; and settling disputes."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import path_of
from regulator.features.registry.actions import contracts as acts
from regulator.features.registry.queries import contracts as queries
from regulator.features.registry.queries.contracts import ContractFilter, ContractRow
from regulator.features.registry.queries.estates import get_estate
from regulator.features.registry.queries.history import list_history
from regulator.features.registry.terms import ContractKind, SubjectKind
from regulator.foundation import clock
from regulator.foundation.errors import Conflict, StaleVersion
from regulator.foundation.paging import parse_limit
from regulator.law.findings import Refused
from regulator.portals.office import blueprint as office
from regulator.portals.office import correcting, listing
from regulator.portals.office.acting import Chosen, attempt, chosen_company, sent_version
from regulator.portals.office.forms.contracts import (
    CorrectContractForm,
    FileForm,
    NewContractForm,
    SettleForm,
    TerminateForm,
)
from regulator.portals.office.forms.estates import ReasonForm
from regulator.portals.office.history import in_words
from regulator.portals.office.views.estates_work import estate_of
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "office",
    MenuGroup.REGISTER,
    "office.contracts",
    _l("Contracts"),
    Permission.CONTRACTS_VIEW,
    active=("office.contract",),
)


@office.get("/contracts")
@allow(Permission.CONTRACTS_VIEW)
def contracts() -> ResponseReturnValue:
    """The list, or the same list as a file."""
    scope = current_scope()
    wanted = ContractFilter(
        q=listing.asked_text(),
        division=listing.asked_division(),
        kind=listing.asked_code(ContractKind, "kind"),
        credit_code=request.args.get("company", "").strip().upper() or None,
        running_on=listing.asked_day("running_on") if request.args.get("running_on") else None,
        ends_from=listing.asked_day("ends_from") if request.args.get("ends_from") else None,
        ends_to=listing.asked_day("ends_to") if request.args.get("ends_to") else None,
        filed={"yes": True, "no": False}.get(request.args.get("filed", "")),
        sort=listing.asked_sort(queries.SORTS) or "-began",
    )
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_contracts(scope, wanted, cursor=c, limit=n))
        return listing.export(_("Contracts"), _columns(), rows, day=clock.today(), territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/contracts/list.html",
        page=queries.list_contracts(scope, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_contracts(scope, wanted),
        wanted=wanted,
        scope=scope,
        divisions=listing.division_choices(scope),
    )


def _columns() -> list[listing.Column[ContractRow]]:
    column = listing.Column[ContractRow]
    return [
        column(_("Estate code"), lambda row: row.estate_code),
        column(_("Estate"), lambda row: row.estate_name),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Company"), lambda row: row.company_name),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Kind"), lambda row: row.kind),
        column(_("Contract number"), lambda row: row.number),
        column(_("From"), lambda row: row.began_on),
        column(_("To"), lambda row: row.ended_on),
        column(_("Signed"), lambda row: row.signed_on),
        column(_("Filed"), lambda row: row.filed_on),
        column(_("Fee (yuan/㎡·month)"), lambda row: listing.yuan(row.fee)),
        column(_("Service level"), lambda row: row.service_level),
    ]


@office.get("/contracts/<uuid:contract_id>")
@allow(Permission.CONTRACTS_VIEW)
def contract(contract_id: UUID) -> ResponseReturnValue:
    """One contract with its history."""
    row = queries.get_contract_row(current_scope(), contract_id, day=clock.today())
    history = list_history(SubjectKind.CONTRACT, contract_id)
    return render_template(
        "office/contracts/page.html",
        contract=row,
        place=path_of(row.division_code),
        disputes=[item for item in queries.list_disputes_of(row.estate_id) if contract_id in _pair(item)],
        history=in_words(SubjectKind.CONTRACT, history) if Permission.HISTORY_VIEW in current_permissions() else [],
    )


def _pair(dispute: queries.DisputeRow) -> tuple[UUID, UUID]:
    return dispute.earlier_id, dispute.later_id


def _given(version: int) -> dict[str, Any]:
    return {"version": version, "actor": current_actor(), "now": clock.now()}


def _to_contract(contract_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("office.contract", contract_id=contract_id), 303)


@office.route("/estates/<code>/contracts/new", methods=["GET", "POST"])
@allow(Permission.CONTRACTS_EDIT)
@commits
def contract_new(code: str) -> ResponseReturnValue:
    """Record a contract; an overlap with another company's is recorded as a dispute."""
    found = estate_of(code)
    if request.method == "GET":
        return _new_page(found, forms.fill(NewContractForm, {"kind": ContractKind.ORDINARY}))
    filled = forms.read(NewContractForm)
    chosen = chosen_company(filled, required=True)
    value = filled.value
    company = chosen.company
    if value is None or company is None:
        return _new_page(found, filled, chosen), 400
    given: list[Any] = []
    values = value.model_dump(exclude={"company", "company_choice"})
    if not attempt(
        filled,
        lambda: given.append(acts.register_contract(found, company, values, actor=current_actor(), now=clock.now())),
        at={"contract_duplicate": "began_on"},
    ):
        return _new_page(found, filled, chosen), 409
    disputed = [item for item in queries.list_disputes_of(found.id) if given[0].id in _pair(item)]
    if disputed:
        flash(_("The contract is recorded. It overlaps another company's: a dispute is on the work list."), "warn")
    else:
        flash(_("The contract is recorded."), "ok")
    return _to_contract(given[0].id)


def _new_page(found: Any, filled: forms.Filled[NewContractForm], chosen: Chosen | None = None) -> str:
    return render_template("office/contracts/new.html", estate=found, form=filled, hits=chosen.hits if chosen else ())


def _contract_of(contract_id: UUID) -> tuple[Any, Any]:
    """(contract, estate). Raises NotFound outside the scope."""
    found = queries.get_contract(current_scope(), contract_id, day=clock.today())
    row = queries.get_contract_row(current_scope(), contract_id, day=clock.today())
    return found, get_estate(current_scope(), row.estate_code, day=clock.today())


@office.route("/contracts/<uuid:contract_id>/correct", methods=["GET", "POST"])
@allow(Permission.CONTRACTS_EDIT)
@commits
def contract_correct(contract_id: UUID) -> ResponseReturnValue:
    """Correct the record, or show both versions when somebody else was first."""
    found, estate = _contract_of(contract_id)
    if request.method == "GET":
        return _correct_page(found, estate, correcting.begin(CorrectContractForm, _values(found), found.version))
    under_way = correcting.sent(CorrectContractForm)
    value = under_way.form.value
    if value is None:
        return _correct_page(found, estate, under_way), 400
    try:
        acts.correct_contract(
            estate, found, value.model_dump(exclude={"reason"}), reason=value.reason, **_given(under_way.version)
        )
    except StaleVersion:
        again = correcting.collide(under_way, SubjectKind.CONTRACT, _values(found), found.version, own=("reason",))
        return _correct_page(found, estate, again), 409
    except Refused as refusal:
        forms.add_findings(under_way.form, refusal.findings)
        return _correct_page(found, estate, under_way), 409
    except Conflict as conflict:
        forms.add_bad_input(under_way.form, conflict)
        return _correct_page(found, estate, under_way), 409
    flash(_("The correction is recorded."), "ok")
    return _to_contract(contract_id)


def _values(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in CorrectContractForm.model_fields if name != "reason"}


def _correct_page(found: Any, estate: Any, under_way: correcting.Correcting[CorrectContractForm]) -> str:
    return render_template(
        "office/contracts/correct.html", contract=found, estate=estate, under_way=under_way, form=under_way.form
    )


@office.route("/contracts/<uuid:contract_id>/terminate", methods=["GET", "POST"])
@allow(Permission.CONTRACTS_EDIT)
@commits
def contract_terminate(contract_id: UUID) -> ResponseReturnValue:
    """The contract ends before its term; the service goes on until the company has really left."""
    found, estate = _contract_of(contract_id)
    if request.method == "GET":
        return _terminate_page(found, estate, forms.fill(TerminateForm))
    filled, version = forms.read(TerminateForm), sent_version()
    value = filled.value
    if value is None:
        return _terminate_page(found, estate, filled), 400
    if not attempt(
        filled,
        lambda: acts.terminate_contract(estate, found, value.ended_on, reason=value.reason, **_given(version)),
    ):
        return _terminate_page(found, estate, filled), 409
    flash(_("The end of the contract is recorded; the service goes on until the company has left."), "ok")
    return _to_contract(contract_id)


def _terminate_page(found: Any, estate: Any, filled: forms.Filled[TerminateForm]) -> str:
    row = queries.get_contract_row(current_scope(), found.id, day=clock.today())
    return render_template(
        "office/contracts/terminate.html", contract=found, company=row.company_name, estate=estate, form=filled
    )


@office.route("/contracts/<uuid:contract_id>/file", methods=["GET", "POST"])
@allow(Permission.CONTRACTS_EDIT)
@commits
def contract_file(contract_id: UUID) -> ResponseReturnValue:
    """The day on which the contract was filed."""
    found, estate = _contract_of(contract_id)
    page = "office/contracts/file.html"
    if request.method == "GET":
        start = forms.fill(FileForm, {"filed_on": clock.today()})
        return render_template(page, contract=found, estate=estate, form=start)
    filled, version = forms.read(FileForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, contract=found, estate=estate, form=filled), 400
    if not attempt(filled, lambda: acts.file_contract(estate, found, value.filed_on, **_given(version))):
        return render_template(page, contract=found, estate=estate, form=filled), 409
    flash(_("The filing is recorded."), "ok")
    return _to_contract(contract_id)


@office.route("/contracts/<uuid:contract_id>/retire", methods=["GET", "POST"])
@allow(Permission.RECORDS_RETIRE)
@commits
def contract_retire(contract_id: UUID) -> ResponseReturnValue:
    """A contract recorded by mistake."""
    found, estate = _contract_of(contract_id)
    page = "office/contracts/retire.html"
    if request.method == "GET":
        return render_template(page, contract=found, estate=estate, form=forms.fill(ReasonForm))
    filled, version = forms.read(ReasonForm), sent_version()
    value = filled.value
    if value is None:
        return render_template(page, contract=found, estate=estate, form=filled), 400
    if not attempt(filled, lambda: acts.retire_contract(estate, found, reason=value.reason, **_given(version))):
        return render_template(page, contract=found, estate=estate, form=filled), 409
    flash(_("The contract is taken out."), "ok")
    return _to_contract(contract_id)


# --- disputes -------------------------------------------------------------------------------------------------------


@office.route("/disputes/<uuid:dispute_id>", methods=["GET", "POST"])
@allow(Permission.CONTRACTS_VIEW)
@commits
def dispute(dispute_id: UUID) -> ResponseReturnValue:
    """Two contracts of different companies on the same days, and how the dispute was settled."""
    if request.method == "POST" and Permission.CONTRACTS_EDIT not in current_permissions():
        return _dispute_page(dispute_id, None), 403
    filled = forms.fill(SettleForm) if request.method == "GET" else forms.read(SettleForm)
    if request.method == "GET":
        return _dispute_page(dispute_id, filled)
    value, version = filled.value, sent_version()
    if value is None:
        return _dispute_page(dispute_id, filled), 400
    scope = current_scope(Permission.CONTRACTS_EDIT)
    found, row = queries.get_dispute(scope, dispute_id, day=clock.today())
    estate = get_estate(scope, row.estate_code, day=clock.today())
    given: dict[str, Any] = {"version": version, "actor": current_actor(Permission.CONTRACTS_EDIT), "now": clock.now()}
    if not attempt(filled, lambda: acts.settle_dispute(found, estate, value.settlement, **given)):
        return _dispute_page(dispute_id, filled), 409
    flash(_("The settlement is recorded."), "ok")
    return redirect(url_for("office.dispute", dispute_id=dispute_id), 303)


def _dispute_page(dispute_id: UUID, filled: forms.Filled[SettleForm] | None) -> str:
    _found, row = queries.get_dispute(current_scope(), dispute_id, day=clock.today())
    estate = get_estate(current_scope(), row.estate_code, day=clock.today())
    return render_template("office/contracts/dispute.html", dispute=row, estate=estate, form=filled)
