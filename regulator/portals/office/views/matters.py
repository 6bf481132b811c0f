"""Matters of a territory on the desk: the list, opening one, and the page of one with everything about it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.papers.actions import officials
from regulator.features.papers.actions.officials import OfficialMatter
from regulator.features.papers.queries import attachments
from regulator.features.papers.queries import case_files as files
from regulator.features.papers.queries import matters as queries
from regulator.features.papers.queries.matters import MatterFilter, MatterRow
from regulator.features.papers.rules.pressing import end_of_soon
from regulator.features.papers.terms import MatterKind, MatterState, Nearness, Outcome
from regulator.foundation import clock, i18n
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt
from regulator.portals.office.forms.matters import (
    BY_HAND,
    AnswerForm,
    AssignForm,
    CloseForm,
    NoteForm,
    OpenForm,
    RemindForm,
    TermForm,
)
from regulator.portals.office.matters import (
    act_address,
    allowed,
    awaiter,
    current_hands,
    days_words,
    happened,
    kind_choices,
    kind_words,
    notes_words,
    place_choices,
    presser,
    record_address,
    size_words,
    taker_choices,
    takers,
)
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "office", MenuGroup.PAPERS, "office.matters", _l("Matters"), Permission.MATTERS_VIEW, active=("office.matter",)
)


# --- the list -------------------------------------------------------------------------------------------------------


@office.get("/matters")
@allow(Permission.MATTERS_VIEW)
def matters() -> ResponseReturnValue:
    """Matters of the territory by state, kind, owner, place and term; looked for by number or part of the title."""
    scope, wanted = current_scope(), _wanted()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_matters(scope, wanted, cursor=c, limit=n))
        return listing.export(_("Matters"), _columns(), rows, day=clock.today(), territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/matters/list.html",
        page=queries.list_matters(scope, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_matters(scope, wanted),
        wanted=wanted,
        pressing=presser(),
        awaited=awaiter(),
        kinds=kind_choices(),
        states=forms.choices(MatterState),
        due_choices=forms.choices(Nearness),
        divisions=place_choices(scope),
        scope=scope,
        day=clock.today(),
    )


def _wanted() -> MatterFilter:
    division = listing.asked_division()
    kind: MatterKind | None = listing.asked_code(MatterKind, "kind")
    near: Nearness | None = listing.asked_code(Nearness, "due")
    text = listing.asked_text()
    state = MatterState.OPEN
    if "state" in request.args:
        state = listing.asked_code(MatterState, "state")
    return MatterFilter(
        state=MatterState.OPEN if near else state,
        kind=kind,
        within=division.range if division else None,
        owner=listing.asked_text("owner"),
        due_before=_not_soon() if near is Nearness.SOON else clock.today() if near else None,
        due_from=clock.today() if near is Nearness.SOON else None,
        q=text,
    )


def _not_soon() -> Any:
    return end_of_soon(clock.today(), working_days())


def _columns() -> list[listing.Column[MatterRow]]:
    column, pressing, awaited = listing.Column[MatterRow], presser(), awaiter()
    return [
        column(_("Number"), lambda row: row.number),
        column(_("Matter"), lambda row: row.title),
        column(_("Kind"), lambda row: kind_words(row.kind)),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Handled by"), lambda row: row.owner),
        column(_("State"), lambda row: row.state),
        column(_("Step"), lambda row: row.step),
        column(_("Opened on"), lambda row: row.opened_at.astimezone(clock.CHINA)),
        column(_("Due"), lambda row: row.due_on),
        column(_("Provisional"), lambda row: _("provisional") if awaited(row) else None),
        column(_("Term"), lambda row: days_words(pressing(row.due_on)) if row.state is MatterState.OPEN else ""),
        column(_("Matter closed on"), lambda row: row.closed_at and row.closed_at.astimezone(clock.CHINA)),
        column(_("Outcome"), lambda row: row.outcome),
    ]


# --- opening --------------------------------------------------------------------------------------------------------


@office.route("/matters/new", methods=["GET", "POST"])
@allow(Permission.MATTERS_HANDLE)
@commits
def matter_new() -> ResponseReturnValue:
    """Open a matter of the desk's own at a place of the asker's territory."""
    places = place_choices(current_scope())
    if request.method == "GET":
        start = {"division_code": places[0][0]} if len(places) == 1 else {}
        return _new_page(places, forms.fill(OpenForm, start))
    filled = forms.read(OpenForm)
    if filled.value is not None and filled.text("division_code") not in dict(places):
        filled.fail("division_code", _("Choose a place of your own territory."))
    value = filled.value
    if value is None:
        return _new_page(places, filled), 400
    given = OfficialMatter(value.title, value.division_code, value.due_on, value.note)
    opened: list[Any] = []
    who: dict[str, Any] = {"openers": current_hands().everybody, "actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: opened.append(officials.open_official(given, **who))):
        return _new_page(places, filled), 409
    flash(_("The matter is open; it has the number %(number)s.", number=opened[0].number), "ok")
    return redirect(url_for("office.matter", number=opened[0].number), 303)


def _new_page(places: list[tuple[str, str]], filled: forms.Filled[OpenForm]) -> str:
    return render_template("office/matters/new.html", form=filled, places=places)


# --- one matter -----------------------------------------------------------------------------------------------------


@office.get("/matters/<number>")
@allow(Permission.MATTERS_VIEW)
def matter(number: str) -> ResponseReturnValue:
    """Everything about one matter, and what the asker may do with it."""
    return matter_page(queries.get_matter(current_scope(), number))


def matter_page(found: Any, **filled: forms.Filled[Any]) -> str:
    """The page of a matter; ``filled`` are forms that could not be taken, by their name."""
    hands, scope = current_hands(), current_scope(Permission.MATTERS_VIEW)
    may, pressing = allowed(found, hands), presser()
    row = queries.get_matter_row(scope, found.number)
    start = {"due_on": found.due_on}
    empty = {
        "note": forms.fill(NoteForm),
        "assign": forms.fill(AssignForm),
        "remind": forms.fill(RemindForm, {"tone": may.tones[0]} if may.tones else None),
        "term": forms.fill(TermForm, start),
        "close": forms.fill(CloseForm),
        "answer": forms.fill(AnswerForm),
    }
    reminders = queries.list_reminders(found)
    return render_template(
        "office/matters/page.html",
        matter=found,
        row=row,
        allowed=may,
        pressed=pressing(found.due_on),
        is_awaited=awaiter()(found),
        entries=queries.list_entries(found),
        reminders=reminders,
        to_answer={one.id for one in reminders if one.answered_at is None and one.to_id in hands.everybody},
        papers=files.list_papers_in(found),
        attached=attachments.list_attachments(found),
        takers=taker_choices(takers(found)) if may.assign else [],
        record=record_address(found),
        act=act_address(found),
        case_file=files.find_case_file(found),
        forms=empty | filled,
        outcomes=forms.choices(Outcome, BY_HAND),
        happened=happened,
        size_of=size_words,
        notes_of=notes_words,
        choices_of=lambda members: [(one.value, i18n.label(one)) for one in members],
        day=clock.today(),
    )
