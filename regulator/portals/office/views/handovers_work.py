"""One hand-over on the desk: its list, the two signatures, giving it up, and the signed list as PDF."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.queries import people
from regulator.features.accounts.queries.holders import people_of
from regulator.features.accounts.terms import Permission
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions import handovers as acts
from regulator.features.papers.actions.handovers import Signer
from regulator.features.papers.queries import handovers as queries
from regulator.features.papers.rules.handover import STANDING
from regulator.features.papers.terms import HandoverOutcome, HandoverState
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.duty import CancelForm
from regulator.portals.office.forms.handovers import GiveForm
from regulator.portals.office.handover_paper import signed_list
from regulator.portals.office.matters import awaiter
from regulator.portals.office.views.handovers import preview, viewer
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits


@office.get("/handovers/<uuid:handover_id>")
@allow(Permission.MATTERS_VIEW)
def handover(handover_id: UUID) -> ResponseReturnValue:
    """The list as it would be, as it was given, or as it was taken; and what is to be done next."""
    return _page(_found(handover_id))


def _found(handover_id: UUID) -> Any:
    return queries.get_handover(viewer(), handover_id)


def _page(current: Any, giving: forms.Filled[Any] | None = None, cancelling: forms.Filled[Any] | None = None) -> str:
    who = viewer()
    leads, is_giver = queries.leads_giver(who, current), who.account_id == current.from_id
    is_taker = who.account_id == current.to_id
    may_give = current.state is HandoverState.DRAWN_UP and (is_giver or (leads and not is_taker))
    return render_template(
        "office/handovers/page.html",
        handover=current,
        states=HandoverState,
        outcomes=HandoverOutcome,
        giving=giving or forms.fill(GiveForm),
        cancelling=cancelling or forms.fill(CancelForm),
        is_giver=is_giver,
        giver_username=people_of([current.from_id])[current.from_id].username,
        may_give=may_give,
        may_take=current.state is HandoverState.GIVEN and is_taker,
        may_cancel=current.state in STANDING and (is_giver or is_taker or leads),
        **(_live(current) if current.state is HandoverState.DRAWN_UP else _frozen(current)),
    )


def _live(current: Any) -> dict[str, Any]:
    return preview(current.from_id, current.to_id, current.id)


def _frozen(current: Any) -> dict[str, Any]:
    """The list that was signed, and what came to the giver after it."""
    held = queries.own_roles(current.to_id, on=clock.today())
    limit = parse_limit(request.args.get("limit"))
    return {
        "items": queries.page_of_items(current, request.args.get("cursor"), limit),
        "items_count": queries.count_items(current),
        "awaited": awaiter(),
        "stayed": queries.list_items(current, HandoverOutcome.STAYED),
        "came_since": queries.count_since(current, held) if current.state is HandoverState.GIVEN else None,
        "with_giver": queries.count_open(current.from_id) if current.state is HandoverState.TAKEN else None,
        "stand_ins": people.list_stand_ins({current.from_id, current.to_id}, on=clock.today()),
    }


def _signer(current: Any) -> Signer:
    who = viewer()
    return Signer(who.account_id, queries.leads_giver(who, current))


def _actor(current: Any) -> Actor:
    """Who takes part acts for themselves; anybody else as the leader they are."""
    who = viewer()
    return current_actor() if queries.is_part_of(who, current) else current_actor(Permission.HANDOVERS_DRAW_UP)


@office.post("/handovers/<uuid:handover_id>/give")
@allow(Permission.MATTERS_VIEW)
@commits
def handover_give(handover_id: UUID) -> ResponseReturnValue:
    """Sign as who gives, or in their place."""
    current, filled = _found(handover_id), forms.read(GiveForm)
    value = filled.value
    if value is None:
        return _page(current, giving=filled), 400
    given: dict[str, Any] = {"version": sent_version(), "actor": _actor(current), "now": clock.now()}
    if not attempt(
        filled, lambda: acts.give(current, by=_signer(current), signed_for=value.signed_for, **given)
    ):  # fmt: skip
        return _page(current, giving=filled), 409
    flash(_("The list is signed by who gives. Everything changes hands when the successor signs."), "ok")
    return _back(current)


@office.post("/handovers/<uuid:handover_id>/take")
@allow(Permission.MATTERS_VIEW)
@commits
def handover_take(handover_id: UUID) -> ResponseReturnValue:
    """Sign as who takes: everything on the list changes hands."""
    current, filled = _found(handover_id), forms.read(GiveForm)
    given: dict[str, Any] = {"version": sent_version(), "actor": _actor(current), "now": clock.now()}
    if not attempt(filled, lambda: acts.take(current, by=_signer(current), **given)):
        return _page(current, giving=filled), 409
    flash(_("The list is taken; its matters are yours now."), "ok")
    return _back(current)


@office.post("/handovers/<uuid:handover_id>/cancel")
@allow(Permission.MATTERS_VIEW)
@commits
def handover_cancel(handover_id: UUID) -> ResponseReturnValue:
    """Give the list up; everything stays where it is."""
    current, filled = _found(handover_id), forms.read(CancelForm)
    value = filled.value
    if value is None:
        return _page(current, cancelling=filled), 400
    given: dict[str, Any] = {"version": sent_version(), "actor": _actor(current), "now": clock.now()}
    if not attempt(filled, lambda: acts.cancel(current, by=_signer(current), reason=value.reason, **given)):
        return _page(current, cancelling=filled), 409
    flash(_("The hand-over is cancelled; everything stays where it is."), "ok")
    return _back(current)


def _back(current: Any) -> ResponseReturnValue:
    return redirect(url_for("office.handover", handover_id=current.id), 303)


@office.get("/handovers/<uuid:handover_id>/list.pdf")
@allow(Permission.MATTERS_VIEW)
def handover_pdf(handover_id: UUID) -> ResponseReturnValue:
    """The signed list on paper; the same list gives the same bytes."""
    current = _found(handover_id)
    if current.list_hash is None:
        raise NotFound(str(handover_id))
    answer = Response(signed_list(current, queries.list_items(current)), mimetype="application/pdf")
    name = _("Hand-over list %(giver)s to %(taker)s", giver=current.from_name, taker=current.to_name)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    answer.headers["Cache-Control"] = "no-store"
    return answer
