"""Papers on the office's desk: the list of the territory, one paper with its approval and delivery, its file."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.queries.holders import Holder, Person, people_of, principals_of
from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import issuing
from regulator.features.papers.actions.approving import Approver
from regulator.features.papers.queries import deliveries, matters
from regulator.features.papers.queries import papers as queries
from regulator.features.papers.queries.papers import PaperFilter, PaperRow
from regulator.features.papers.queries.settings import chain_for, template_of
from regulator.features.papers.rules.chain import EDITABLE, persons_of
from regulator.features.papers.terms import ApprovalStep, DeliveryState, DeliveryWay, PaperKind, PaperState
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.foundation.i18n import label
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.forms.papers import BackForm, ReasonForm, SendForm, ServedForm, StepForm
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept, send_made

navigation.add(
    "office", MenuGroup.PAPERS, "office.papers", _l("Papers"), Permission.PAPERS_VIEW, active=("office.paper",)
)  # fmt: skip


@office.get("/papers")
@allow(Permission.PAPERS_VIEW)
def papers() -> ResponseReturnValue:
    """The papers of the territory, the last drafted first."""
    scope, wanted = current_scope(), _wanted()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_papers(scope, wanted, cursor=c, limit=n))
        return listing.export(_("Papers"), _columns(), rows, day=clock.today(), territory=scope.label)
    page = queries.list_papers(
        scope, wanted, cursor=request.args.get("cursor"), limit=parse_limit(request.args.get("limit"))
    )
    return render_template(
        "office/papers/list.html",
        page=page,
        total=queries.count_papers(scope, wanted),
        scope=scope,
        division=listing.asked_division(),
        divisions=listing.division_choices(scope),
        wanted=wanted,
        kinds=forms.choices(PaperKind),
        states=forms.choices(PaperState),
    )


def _wanted() -> PaperFilter:
    division = listing.asked_division()
    return PaperFilter(
        state=listing.asked_code(PaperState, "state"),
        kind=listing.asked_code(PaperKind, "kind"),
        within=division.range if division else None,
        number=request.args.get("number", "").strip()[:60] or None,
    )


def _columns() -> list[listing.Column[PaperRow]]:
    column = listing.Column[PaperRow]
    return [
        column(_("Number"), lambda row: row.number),
        column(_("Title"), lambda row: row.title),
        column(_("Kind"), lambda row: label(PaperKind(row.kind))),
        column(_("State"), lambda row: label(row.state)),
        column(_("Addressee"), lambda row: row.addressee),
        column(_("Matter"), lambda row: row.matter_number),
        column(_("Authority"), lambda row: row.authority),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Drafted by"), lambda row: row.drafted_by),
        column(_("Drafted"), lambda row: row.drafted_at.astimezone(clock.CHINA)),
        column(_("Waits for"), lambda row: row.waits_for),
        column(_("Dated"), lambda row: row.dated_on),
        column(_("Served"), lambda row: row.served_on),
    ]


# --- one paper ------------------------------------------------------------------------------------------------------


@office.get("/papers/<uuid:paper_id>")
@allow(Permission.PAPERS_VIEW)
def paper(paper_id: UUID) -> ResponseReturnValue:
    """What a paper says, where it stands, what can be done next."""
    return paper_page(queries.get_paper(current_scope(), paper_id))


def paper_page(found: Any, **typed: forms.Filled[Any]) -> str:
    """The page, with forms as they were typed."""
    me = current_account().account_id
    matter, step = matters.get_matter_of(found), _step_of(found)
    sent = deliveries.list_deliveries(found)
    under_way = next((one for one in sent if one.state is DeliveryState.UNDER_WAY), None)
    approver = approver_of(found)
    barred = approver if approver and approver.principal and _has_acted(found) else None
    approver = None if barred else approver
    is_hand = me in {found.drafted_by_id, matter.owner_id} and Permission.PAPERS_DRAFT in current_permissions()
    may_withdraw = _may(Permission.PAPERS_WITHDRAW, found) and found.state is PaperState.ISSUED
    may_deliver = _may(Permission.PAPERS_DELIVER, found) and found.state is PaperState.ISSUED
    shown = {
        "step": approver is not None or (is_hand and found.state in EDITABLE),
        "back": approver is not None,
        "reason": may_withdraw,
        "send": may_deliver and under_way is None and found.served_on is None,
        "served": may_deliver and under_way is not None,
        "failed": may_deliver and under_way is not None,
    }
    _say_what_no_form_says(typed, shown)
    return render_template(
        "office/papers/one.html",
        paper=found,
        matter=matter,
        template=template_of(found.template_id, found.kind),
        steps=queries.list_steps(found),
        waits_for=people_of({found.waits_for_id}).get(found.waits_for_id) if found.waits_for_id else None,
        approver=approver,
        barred=barred,
        is_last=step is not None and found.position == len(found.steps) - 1,
        next_people=_next_people(found, approver),
        chain=_chain_of(found),
        minutes_lack=_chain_of(found).needs_minutes and not queries.has_minutes(found),
        is_hand=is_hand,
        is_editable=found.state in EDITABLE,
        may_withdraw=may_withdraw,
        may_deliver=may_deliver,
        deliveries=sent,
        under_way=under_way,
        ways=_ways(found, sent),
        receipts=deliveries.list_receipts(found),
        consent=deliveries.find_consent(found.addressee_credit_code) if found.addressee_credit_code else None,
        successor=queries.find_successor(found),
        forms={
            "step": forms.fill(StepForm),
            "back": forms.fill(BackForm),
            "reason": forms.fill(ReasonForm),
            "send": forms.fill(SendForm),
            "served": forms.fill(ServedForm, {"served_on": clock.today()}),
            "failed": forms.fill(ReasonForm),
        }
        | typed,
    )


def _say_what_no_form_says(typed: Mapping[str, forms.Filled[Any]], shown: Mapping[str, bool]) -> None:
    """Why an act was refused whose form is not on the page (any more)."""
    for name, filled in typed.items():
        for _name, _label, sentence in () if shown[name] else filled.summary():
            flash(sentence, "bad")


def _may(permission: Permission, found: Any) -> bool:
    if permission not in current_permissions():
        return False
    return matters.sees(current_scope(permission), found.division_code)


def _step_of(found: Any) -> ApprovalStep | None:
    waiting = found.state is PaperState.APPROVING
    return ApprovalStep(found.steps[found.position]) if waiting else None


def _chain_of(found: Any) -> Any:
    return chain_for(found.authority_id, PaperKind(found.kind), on=clock.today())


def approver_of(found: Any) -> Approver | None:
    """In which capacity the person asking may take the step that waits; None when it is not theirs."""
    me = current_account().account_id
    if found.waits_for_id == me:
        return Approver(me)
    if found.waits_for_id is None:
        return None
    principal: Person | None = principals_of(me, on=clock.today()).get(found.waits_for_id)
    return Approver(me, principal.account_id, principal.name) if principal else None


def _has_acted(found: Any) -> bool:
    """Whether the person asking has taken a step of this round already; for nobody they may take another."""
    return current_account().account_id in persons_of(queries.taken_in_round(found))


def _next_people(found: Any, approver: Approver | None) -> list[tuple[str, str]]:
    """Whom a paper may be handed to: nobody who had a hand in it already."""
    chain, position = _chain_of(found).steps, 1
    if found.state is PaperState.APPROVING:
        chain, position = tuple(map(ApprovalStep, found.steps)), found.position + 1
    if position >= len(chain):
        return []
    taken = persons_of(queries.taken_in_round(found)) if found.state is PaperState.APPROVING else frozenset()
    mine = {current_account().account_id} | ({approver.principal_id} if approver else set())
    eligible = queries.list_eligible(chain[position], found.division_code, on=clock.today())
    return [(str(one.account_id), _called(one)) for one in eligible if one.account_id not in taken | mine]


def _called(one: Holder) -> str:
    return f"{one.name} · {one.authority}" if one.authority else one.name


def _ways(found: Any, sent: list[Any]) -> list[tuple[str, str]]:
    """The ways that are open now; the act judges again."""
    failed = any(one.state is DeliveryState.FAILED for one in sent)
    shut = set() if found.addressee_credit_code else {DeliveryWay.PORTAL}
    return forms.choices(DeliveryWay, [way for way in DeliveryWay if way not in shut and (
        failed or way is not DeliveryWay.PUBLIC_NOTICE)])  # fmt: skip


@office.get("/papers/<uuid:paper_id>/progress.json")
@allow(Permission.PAPERS_VIEW)
def paper_progress(paper_id: UUID) -> ResponseReturnValue:
    """Whether the file of a signed paper is there."""
    found = queries.get_paper(current_scope(), paper_id)
    if found.state is PaperState.SIGNED:
        return jsonify(state="running", done=0, total=None, note=_("The file is being made."), next=None)
    return jsonify(state="done", done=1, total=1, note="", next=url_for("office.paper", paper_id=paper_id))


# --- its file -------------------------------------------------------------------------------------------------------


@office.get("/papers/<uuid:paper_id>/preview.pdf")
@allow(Permission.PAPERS_VIEW)
def paper_preview(paper_id: UUID) -> ResponseReturnValue:
    """A paper that has no number yet, as it would look."""
    found = queries.get_paper(current_scope(), paper_id)
    if found.number is not None:
        raise NotFound(str(paper_id))
    content = issuing.preview_of(found, queries.authority_name(found), now=found.drafted_at)
    return send_made(content, file_name=f"{found.title}-{_('draft')}.pdf", media_type="application/pdf")


@office.get("/papers/<uuid:paper_id>/file")
@allow(Permission.PAPERS_VIEW)
def paper_file(paper_id: UUID) -> ResponseReturnValue:
    """The signed PDF."""
    found = queries.get_paper(current_scope(), paper_id)
    if found.file_hash is None:
        raise NotFound(str(paper_id))
    name = f"{found.number}.pdf"
    return send_kept(found.file_hash, file_name=name, media_type="application/pdf", room=issuing.paper_room())
