"""What waits for a person: the work lists with their counts, filters and exports, and settling unconfirmed names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import DivisionRow
from regulator.features.divisions.terms import Scope
from regulator.features.papers.terms import MatterKind
from regulator.features.registry.actions import links as acts
from regulator.features.registry.actions import moves as move_acts
from regulator.features.registry.queries import links as link_queries
from regulator.features.registry.queries import moves as move_queries
from regulator.features.registry.queries import worklists as queries
from regulator.features.registry.terms import SettlementState
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import Chosen, attempt, chosen_company, sent_version
from regulator.portals.office.forms.worklists import LinkForm, sent_moves
from regulator.portals.office.matter_links import matters_of
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "office",
    MenuGroup.DESK,
    "office.worklists",
    _l("Work lists"),
    Permission.WORKLISTS_VIEW,
    active=("office.worklist", "office.link", "office.dispute"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and when a work list is asked."""

    scope: Scope
    division: DivisionRow | None
    day: date
    stale_before: datetime
    reader: str
    seen: bool = False


@dataclass(frozen=True, slots=True)
class WorkList:
    """A work list: its title, what it means, its rows, its count, the columns of its export."""

    name: str
    title: LazyString
    meaning: LazyString
    rows: Callable[[Asked, str | None, int], Page[Any]]
    count: Callable[[Asked], Count]
    columns: Callable[[], Sequence[listing.Column[Any]]]
    filled_by: LazyString


def _place_columns() -> list[listing.Column[Any]]:
    column = listing.Column[Any]
    return [
        column(_("Estate code"), lambda row: getattr(row, "code", None) or row.estate_code),
        column(_("Estate"), lambda row: getattr(row, "name", None) or row.estate_name),
        column(_("District"), lambda row: row.place.district),
        column(_("Street"), lambda row: row.place.street),
        column(_("Community"), lambda row: row.place.community),
    ]


def _estate_columns() -> list[listing.Column[Any]]:
    column = listing.Column[Any]
    return [
        *_place_columns(),
        column(_("Road and house number"), lambda row: row.address),
        column(_("Community as stated"), lambda row: row.community_as_stated),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.floor_area)),
        column(_("Households"), lambda row: row.households),
        column(_("Last change"), lambda row: row.updated_at.astimezone(clock.CHINA)),
        column(_("Last confirmed"), lambda row: row.confirmed_at and row.confirmed_at.astimezone(clock.CHINA)),
    ]


def _link_columns() -> list[listing.Column[Any]]:
    column = listing.Column[Any]
    return [
        *_place_columns(),
        column(_("Name in the list"), lambda row: row.spelling),
        column(_("Stated for"), lambda row: row.stated_for),
        column(_("Proved by a contract"), lambda row: row.proof.name if row.proof else None),
        column(_("Resembling companies"), lambda row: "、".join(item.name for item in row.candidates)),
    ]


def _dispute_columns() -> list[listing.Column[Any]]:
    column = listing.Column[Any]
    return [
        *_place_columns(),
        column(_("Earlier contract"), lambda row: row.earlier_company),
        column(_("Later contract"), lambda row: row.later_company),
        column(_("Overlap from"), lambda row: row.overlap_from),
        column(_("Overlap to"), lambda row: row.overlap_to),
        column(_("State"), lambda row: row.state),
        column(_("Settlement"), lambda row: row.settlement),
    ]


def _continued_columns() -> list[listing.Column[Any]]:
    column = listing.Column[Any]
    return [
        *_place_columns(),
        column(_("Company"), lambda row: row.company_name),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Contract ended"), lambda row: row.contract_ended_on),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.floor_area)),
        column(_("Households"), lambda row: row.households),
    ]


def _move_columns() -> list[listing.Column[Any]]:
    column = listing.Column[Any]
    return [
        *_place_columns(),
        column(_("Notice"), lambda row: row.kind),
        column(_("Given by"), lambda row: row.given_by),
        column(_("Company"), lambda row: row.company_name),
        column(_("Received"), lambda row: row.received_on),
        column(_("Was to take effect on"), lambda row: row.due_before),
        column(_("Now takes effect on"), lambda row: row.due_after),
        column(_("Provisional"), lambda row: _("provisional") if row.takes_effect.is_provisional else None),
        column(_("By the holidays of"), lambda row: row.calendar_year),
        column(_("Noted"), lambda row: row.seen_at and row.seen_at.astimezone(clock.CHINA)),
    ]


LISTS = {
    item.name: item
    for item in (
        WorkList(
            "placing",
            _l("Estates to be placed"),
            _l("They stand at their street because their community is not known."),
            lambda a, c, n: queries.list_to_be_placed(a.scope, a.division, cursor=c, limit=n),
            lambda a: queries.count_to_be_placed(a.scope, a.division),
            _estate_columns,
            _l("An imported estate whose community the street does not have comes here."),
        ),
        WorkList(
            "links",
            _l("Unconfirmed names of managers"),
            _l("A list names a manager that the register does not know by exactly that name. The mode counts already."),
            lambda a, c, n: link_queries.list_links(a.scope, a.division, cursor=c, limit=n),
            lambda a: link_queries.count_links(a.scope, a.division),
            _link_columns,
            _l("An imported estate whose manager only resembles a registered company comes here."),
        ),
        WorkList(
            "disputes",
            _l("Disputes over the hand-over"),
            _l("Two contracts of different companies cover the same days of one estate."),
            lambda a, c, n: queries.list_disputes(a.scope, a.division, cursor=c, limit=n),
            lambda a: queries.count_disputes(a.scope, a.division, SettlementState.OPEN),
            _dispute_columns,
            _l("An overlapping contract comes here by itself, typed or imported."),
        ),
        WorkList(
            "continued",
            _l("Services continuing on an ended contract"),
            _l("The contract has ended, the company still serves: a service without term (Civil Code Art. 948)."),
            lambda a, c, n: queries.list_continued(a.scope, a.division, day=a.day, cursor=c, limit=n),
            lambda a: queries.count_continued(a.scope, a.division, day=a.day),
            _continued_columns,
            _l("A service comes here on the day after its company's last contract ends."),
        ),
        WorkList(
            "mode",
            _l("Mode not known"),
            _l("No list and no official has stated how these estates are managed on this day."),
            lambda a, c, n: queries.list_mode_not_known(a.scope, a.division, day=a.day, cursor=c, limit=n),
            lambda a: queries.count_mode_not_known(a.scope, a.division, day=a.day),
            _estate_columns,
            _l("An estate registered without a statement of its mode comes here."),
        ),
        WorkList(
            "stale",
            _l("Records not looked at for long"),
            _l("Nobody has corrected or confirmed these estates within the days set for it."),
            lambda a, c, n: queries.list_stale(a.scope, a.division, before=a.stale_before, cursor=c, limit=n),
            lambda a: queries.count_stale(a.scope, a.division, before=a.stale_before),
            _estate_columns,
            _l("A record comes here when its last correction or confirmation lies too far back."),
        ),
        WorkList(
            "moves",
            _l("Terms moved by the holidays"),
            _l("A year's holidays were announced, and these open terms end on another day than they did."),
            lambda a, c, n: move_queries.list_moves(
                a.scope, a.division, reader=a.reader, day=a.day, seen=a.seen, cursor=c, limit=n
            ),
            lambda a: move_queries.count_moves(a.scope, a.division, reader=a.reader, day=a.day, seen=a.seen),
            _move_columns,
            _l("An open term comes here when the notice of a year's holidays moves its last day."),
        ),
    )
}


MATTERS = {"disputes": MatterKind.DISPUTE, "links": MatterKind.LINK}
"""Work lists each of whose rows has a matter of its own."""


def _asked() -> Asked:
    days = current_app.config["SETTINGS"].stale_after_days
    return Asked(
        current_scope(),
        listing.asked_division(),
        listing.asked_day(),
        queries.stale_before(clock.now(), days),
        current_account().username,
        request.args.get("seen") == "1",
    )


@office.get("/worklists")
@allow(Permission.WORKLISTS_VIEW)
def worklists() -> ResponseReturnValue:
    """Every work list with its count."""
    asked = _asked()
    counted = [(item, item.count(asked)) for item in LISTS.values()]
    return render_template("office/worklists/all.html", lists=counted, scope=asked.scope, day=asked.day)


@office.get("/worklists/<name>")
@allow(Permission.WORKLISTS_VIEW)
def worklist(name: str) -> ResponseReturnValue:
    """One work list, or the same list as a file."""
    if name not in LISTS:
        raise NotFound(name)
    shown, asked = LISTS[name], _asked()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: shown.rows(asked, c, n))
        return listing.export(str(shown.title), shown.columns(), rows, day=asked.day, territory=asked.scope.label)
    limit = parse_limit(request.args.get("limit"))
    page = shown.rows(asked, request.args.get("cursor"), limit)
    return render_template(
        f"office/worklists/{name}.html",
        shown=shown,
        page=page,
        total=shown.count(asked),
        asked=asked,
        scope=asked.scope,
        day=asked.day,
        days=current_app.config["SETTINGS"].stale_after_days,
        matters=matters_of(MATTERS[name], page.items) if name in MATTERS else {},
        divisions=listing.division_choices(asked.scope),
    )


# --- moved terms ----------------------------------------------------------------------------------------------------


@office.post("/worklists/moves/<uuid:move_id>/seen")
@allow(Permission.WORKLISTS_VIEW)
@commits
def move_seen(move_id: UUID) -> ResponseReturnValue:
    """Take note of one moved term."""
    return _note([move_id])


@office.post("/worklists/moves/seen")
@allow(Permission.WORKLISTS_VIEW)
@commits
def moves_seen() -> ResponseReturnValue:
    """Take note of every moved term that was shown."""
    return _note(sent_moves())


def _note(wanted: Sequence[UUID]) -> ResponseReturnValue:
    moves = move_queries.get_moves(current_scope(), wanted, reader=current_account().username)
    noted = move_acts.note_moves(moves, actor=current_actor(), now=clock.now())
    flash(ngettext("%(num)d moved term noted.", "%(num)d moved terms noted.", noted), "ok")
    return redirect(url_for("office.worklist", name="moves", division=request.form.get("division") or None), 303)


# --- unconfirmed names ----------------------------------------------------------------------------------------------


@office.route("/links/<uuid:link_id>", methods=["GET", "POST"])
@allow(Permission.LINKS_CONFIRM)
@commits
def link(link_id: UUID) -> ResponseReturnValue:
    """Say which company a list's spelling means; the spelling may become its alias."""
    found, row = link_queries.get_link(current_scope(), link_id)
    if request.method == "GET":
        first = row.proof or (row.candidates[0] if len(row.candidates) == 1 else None)
        start = {"company_choice": first.credit_code if first else None, "add_alias": True}
        return _link_page(row, forms.fill(LinkForm, start))
    filled, version = forms.read(LinkForm), sent_version()
    if filled.value is not None and filled.value.nobody:
        return _reject(found, row, filled, version)
    chosen = chosen_company(filled, required=True)
    value, company = filled.value, chosen.company
    if value is None or company is None:
        return _link_page(row, filled, chosen), 400
    if not attempt(
        filled,
        lambda: acts.confirm_link(
            found,
            company,
            version=version,
            add_alias=value.add_alias,
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        ),
    ):
        return _link_page(row, filled, chosen), 409
    flash(_("“%(spelling)s” now means %(company)s.", spelling=row.spelling, company=company.name), "ok")
    return redirect(url_for("office.worklist", name="links"), 303)


def _reject(found: Any, row: Any, filled: forms.Filled[LinkForm], version: int) -> ResponseReturnValue:
    reason = filled.value.reason if filled.value else None
    if not reason:
        filled.fail("reason", _("Say why no registered company is meant."))
        return _link_page(row, filled), 400
    if not attempt(
        filled,
        lambda: acts.reject_link(found, version=version, reason=reason, actor=current_actor(), now=clock.now()),
    ):
        return _link_page(row, filled), 409
    flash(_("The name stays as written; no company is linked."), "ok")
    return redirect(url_for("office.worklist", name="links"), 303)


def _link_page(row: Any, filled: forms.Filled[LinkForm], chosen: Chosen | None = None) -> str:
    return render_template("office/worklists/link.html", link=row, form=filled, hits=chosen.hits if chosen else ())
