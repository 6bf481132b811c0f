"""Hand-overs on the desk: lists of them, and drawing one up after looking at what would be on it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.queries import people
from regulator.features.accounts.queries.holders import Person, people_of
from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import handovers as acts
from regulator.features.papers.actions.handovers import Signer, Terms
from regulator.features.papers.queries import handovers as queries
from regulator.features.papers.queries.handovers import HandoverFilter, HandoverRow, Viewer
from regulator.features.papers.rules.handover import OWN_REASONS
from regulator.features.papers.terms import HandoverReason, HandoverState
from regulator.foundation import clock
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt
from regulator.portals.office.forms.handovers import DrawUpForm, PairForm
from regulator.portals.office.matters import awaiter
from regulator.portals.office.rostering import person_said
from regulator.portals.office.words import Whose
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "office",
    MenuGroup.PAPERS,
    "office.handovers",
    _l("Hand-overs"),
    Permission.MATTERS_VIEW,
    active=("office.handover",),
)


def viewer() -> Viewer:
    """The reader, with the territory they lead."""
    return Viewer(current_account().account_id, current_scope(Permission.HANDOVERS_DRAW_UP))


# --- the list -------------------------------------------------------------------------------------------------------


@office.get("/handovers")
@allow(Permission.MATTERS_VIEW)
def handovers() -> ResponseReturnValue:
    """One's own to give and to take, and for leaders those of their territory."""
    who, wanted, limit = viewer(), _wanted(), parse_limit(request.args.get("limit"))
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_handovers(who, wanted, cursor=c, limit=n))
        return listing.export(
            _("Hand-overs"), _columns(), rows, day=clock.today(), territory=current_scope().label
        )  # fmt: skip
    return render_template(
        "office/handovers/list.html",
        page=queries.list_handovers(who, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_handovers(who, wanted),
        wanted=wanted,
        whose=listing.asked_code(Whose, "whose"),
        kinds=Whose,
        states=HandoverState,
        leads=Permission.HANDOVERS_DRAW_UP in current_permissions(),
        stand_ins=people.list_stand_ins({who.account_id}, on=clock.today()),
    )


def _wanted() -> HandoverFilter:
    whose, me = listing.asked_code(Whose, "whose"), current_account().account_id
    return HandoverFilter(
        listing.asked_code(HandoverState, "state"),
        giver_id=me if whose is Whose.MINE_TO_GIVE else None,
        taker_id=me if whose is Whose.MINE_TO_TAKE else None,
    )


def _columns() -> list[listing.Column[HandoverRow]]:
    column = listing.Column[HandoverRow]
    return [
        column(_("Gives"), lambda row: row.from_name),
        column(_("Takes"), lambda row: row.to_name),
        column(_("Reason"), lambda row: row.reason),
        column(_("State"), lambda row: row.state),
        column(_("Leaves on"), lambda row: row.leaves_on),
        column(_("Drawn up"), lambda row: _in_china(row.drawn_up_at)),
        column(_("Drawn up by"), lambda row: row.drawn_up_by),
        column(_("Given"), lambda row: _in_china(row.given_at)),
        column(_("Signed by the giver"), lambda row: row.given_by),
        column(_("Taken"), lambda row: _in_china(row.taken_at)),
    ]


def _in_china(at: datetime | None) -> datetime | None:
    return at and at.astimezone(clock.CHINA)


# --- drawing up -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """Who gives and who takes."""

    giver: Person
    taker: Person


@office.route("/handovers/new", methods=["GET", "POST"])
@allow(Permission.MATTERS_VIEW)
@commits
def handover_new() -> ResponseReturnValue:
    """Name the successor and look at the list (GET), then draw it up (POST)."""
    if request.method == "GET":
        filled = forms.read(PairForm, request.args)
        return _new_page(filled, _pair(filled) if request.args.get("taker") else None)
    drawn = forms.read(DrawUpForm)
    value, pair = drawn.value, _pair(drawn)
    if value is None or pair is None:
        return _new_page(drawn, pair), 400
    given: dict[str, Any] = {"by": _signer(pair.giver), "actor": _actor_for(pair.giver), "now": clock.now()}
    terms, made = Terms(value.reason, value.leaves_on, value.note), list[Any]()
    if not attempt(drawn, lambda: made.append(acts.draw_up(pair.giver, pair.taker, terms, **given))):
        return _new_page(drawn, pair), 409
    flash(_("The list is drawn up. It is settled when the giver signs."), "ok")
    return redirect(url_for("office.handover", handover_id=made[0].id), 303)


def _pair(filled: forms.Filled[Any]) -> Pair | None:
    """Both people; None when one is not found, said at the field."""
    giver = _giver(filled)
    taker = people.find_official(filled.text("taker")) if filled.text("taker").strip() else None
    if taker is None:
        filled.fail("taker", _("Nobody of this username or name fits; where two share a name, give the username."))
    elif giver and giver.account_id == taker.account_id:
        filled.fail("taker", forms.code_sentence("handover_to_oneself"))
        return None
    return Pair(giver, taker) if giver and taker else None


def _giver(filled: forms.Filled[Any]) -> Person | None:
    """The reader, or somebody of the territory they lead."""
    me, typed = current_account(), filled.text("giver").strip()
    if not typed or typed == me.username:
        return _me()
    found = people.find_official(typed)
    if found is None or not _leads(found):
        filled.fail("giver", _("Nobody of the territory you lead has this username or name."))
        return None
    return found


def _me() -> Person:
    me = current_account().account_id
    return people_of([me])[me]


def _leads(giver: Person) -> bool:
    if Permission.HANDOVERS_DRAW_UP not in current_permissions():
        return False
    return people.is_at_home_in(current_scope(Permission.HANDOVERS_DRAW_UP), giver.account_id, on=clock.today())


def _signer(giver: Person) -> Signer:
    return Signer(current_account().account_id, _leads(giver))


def _actor_for(giver: Person) -> Any:
    """The reader acting for themselves, or as the leader they are."""
    own = giver.account_id == current_account().account_id
    return current_actor() if own else current_actor(Permission.HANDOVERS_DRAW_UP)


def _new_page(filled: forms.Filled[Any], pair: Pair | None) -> str:
    today, leads = clock.today(), Permission.HANDOVERS_DRAW_UP in current_permissions()
    giver = pair.giver if pair else (_giver(filled) or _me())
    successors = queries.list_successors(giver.account_id, people.home_code(giver.account_id, on=today), on=today)
    in_reach = people.list_people_in(current_scope(Permission.HANDOVERS_DRAW_UP), on=today) if leads else []
    return render_template(
        "office/handovers/new.html",
        form=filled,
        pair=pair,
        leads=leads,
        givers=[(one.username, person_said(one)) for one in in_reach],
        successors=[(one.username, person_said_too(one)) for one in successors],
        reasons=forms.choices(HandoverReason, None if pair and _leads(pair.giver) else OWN_REASONS),
        **(preview(pair.giver.account_id, pair.taker.account_id) if pair else {}),
    )


def person_said_too(holder: Any) -> str:
    """A possible successor among others."""
    return " · ".join(part for part in (holder.name, holder.authority) if part)


def preview(giver_id: Any, taker_id: Any, but: Any = None) -> dict[str, Any]:
    """What goes to the successor, and what needs a second person."""
    held = queries.own_roles(taker_id, on=clock.today())
    going, left = queries.matters_for(giver_id, held, but=but), queries.matters_left(giver_id, held, but=but)
    limit = parse_limit(request.args.get("limit"))
    return {
        "going": queries.page_of_matters(going, request.args.get("cursor"), limit),
        "going_count": queries.count_of(going),
        "left": queries.page_of_matters(left, None, queries.FIRST_LINES),
        "left_count": queries.count_of(left),
        "papers": queries.papers_waiting(giver_id, taker_id, held, but=but),
        "stand_ins": people.list_stand_ins({giver_id, taker_id}, on=clock.today()),
        "awaited": awaiter(),
    }
