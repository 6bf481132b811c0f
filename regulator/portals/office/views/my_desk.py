"""My desk: what waits for me and for those I stand in for, what I have sent on; reminders to be answered on top."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.divisions.queries import DivisionRow
from regulator.features.papers.actions.moves import note_moved
from regulator.features.papers.queries import desk as queries
from regulator.features.papers.queries.desk import DeskCounts, DeskPaper, SentRow
from regulator.features.papers.queries.matters import MatterFilter, MatterRow
from regulator.features.papers.queries.moves import get_moved, list_moved
from regulator.features.papers.rules.pressing import end_of_soon
from regulator.features.papers.terms import DeskList, MatterKind, Nearness
from regulator.foundation import clock
from regulator.foundation.paging import Count, Page, parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.forms.worklists import sent_moves
from regulator.portals.office.matters import (
    Hands,
    awaiter,
    current_hands,
    days_words,
    kind_choices,
    kind_words,
    paper_kind_words,
    place_choices,
    presser,
)
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

PAPERS_BESIDE = 5
"""Papers shown above the matters of a list; all of them are a list of their own."""
navigation.add("office", MenuGroup.PAPERS, "office.my_desk", _l("My desk"), Permission.MATTERS_VIEW)


class Shown(StrEnum):
    """Which half of a list of the desk."""

    MATTERS = "matters"
    PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list of the desk, and what of it."""

    list: DeskList
    shown: Shown
    wanted: MatterFilter
    nearness: Nearness | None
    division: DivisionRow | None


def _asked(not_soon: date) -> Asked:
    division = listing.asked_division()
    nearness: Nearness | None = listing.asked_code(Nearness, "due")
    kind: MatterKind | None = listing.asked_code(MatterKind, "kind")
    wanted = MatterFilter(
        kind=kind,
        within=division.range if division else None,
        due_before={Nearness.OVERDUE: clock.today(), Nearness.SOON: not_soon}.get(nearness) if nearness else None,
        due_from=clock.today() if nearness is Nearness.SOON else None,
    )
    return Asked(
        listing.asked_code(DeskList, "list") or DeskList.MINE,
        listing.asked_code(Shown, "what") or Shown.MATTERS,
        wanted,
        nearness,
        division,
    )


@office.get("/desk")
@allow(Permission.MATTERS_VIEW)
def my_desk() -> ResponseReturnValue:
    """One of the three lists, the most pressing first, with the figures of all and what I was reminded of."""
    hands, today = current_hands(), clock.today()
    not_soon = end_of_soon(today, working_days())
    asked = _asked(not_soon)
    if listing.asked_export():
        return _export(hands, asked)
    limit = parse_limit(request.args.get("limit"))
    cursor = request.args.get("cursor")
    papers_alone = asked.shown is Shown.PAPERS
    counts = queries.count_desk(hands.me, list(hands.principals), today=today, not_soon=not_soon)
    return render_template(
        "office/my_desk/page.html",
        counts=counts,
        reminders=queries.list_unanswered(hands.everybody),
        moved=list_moved(hands.everybody) if counts.moved.number else (),
        hands=hands,
        asked=asked,
        papers=_papers(hands, asked, cursor if papers_alone else None, limit if papers_alone else PAPERS_BESIDE),
        page=None if papers_alone else _matters(hands, asked, cursor, limit),
        total=None if papers_alone else _counted(asked, counts) or _count(hands, asked),
        pressing=presser(),
        awaited=awaiter(),
        kinds=kind_choices(),
        divisions=place_choices(current_scope()),
        due_choices=forms.choices(Nearness),
        scope=current_scope(),
        day=today,
    )


@office.post("/desk/moved")
@allow(Permission.MATTERS_VIEW)
@commits
def desk_moved() -> ResponseReturnValue:
    """Take note of terms the holidays moved: one, or all that were shown."""
    found = get_moved(current_hands().everybody, sent_moves())
    noted = note_moved(found, actor=current_actor(), now=clock.now())
    flash(ngettext("%(num)d moved term noted.", "%(num)d moved terms noted.", noted), "ok")
    return redirect(url_for("office.my_desk"), 303)


# --- the lists ------------------------------------------------------------------------------------------------------


def _matters(hands: Hands, asked: Asked, cursor: str | None, limit: int) -> Page[SentRow]:
    """The matters of the list asked for; those that were not sent on by anybody say nothing of sending."""
    if asked.list is DeskList.SENT_ON:
        return queries.list_sent_on(hands.me, asked.wanted, cursor=cursor, limit=limit)
    owners = [hands.me] if asked.list is DeskList.MINE else list(hands.principals)
    page: Page[MatterRow] = queries.list_owned(owners, asked.wanted, cursor=cursor, limit=limit) if owners else Page(())
    return Page(tuple(SentRow(row, row.owned_since, False) for row in page.items), page.next)


def _counted(asked: Asked, counts: DeskCounts) -> Count | None:
    """How many there are, where the desk's own figures say so already."""
    if asked.wanted == MatterFilter():
        whole = {DeskList.MINE: counts.mine, DeskList.SENT_ON: counts.sent_on}
        return whole.get(asked.list, counts.standing_in)
    narrowed = asked.wanted.kind is not None or asked.wanted.within is not None
    if asked.list is not DeskList.MINE or narrowed:
        return None
    return (
        {Nearness.OVERDUE: counts.overdue, Nearness.SOON: counts.soon}.get(asked.nearness) if asked.nearness else None
    )


def _count(hands: Hands, asked: Asked) -> Count:
    if asked.list is DeskList.SENT_ON:
        return queries.count_sent_on(hands.me, asked.wanted)
    return queries.count_owned([hands.me] if asked.list is DeskList.MINE else list(hands.principals), asked.wanted)


def _papers(hands: Hands, asked: Asked, cursor: str | None, limit: int) -> Page[DeskPaper]:
    if asked.list is DeskList.SENT_ON:
        return queries.list_papers_sent(hands.me, cursor=cursor, limit=limit)
    people = [hands.me] if asked.list is DeskList.MINE else list(hands.principals)
    return queries.list_papers_waiting(people, cursor=cursor, limit=limit)


# --- as a file ------------------------------------------------------------------------------------------------------


def _export(hands: Hands, asked: Asked) -> ResponseReturnValue:
    day, territory = clock.today(), current_scope().label
    if asked.shown is Shown.PAPERS:
        papers = listing.all_pages(lambda c, n: _papers(hands, asked, c, n))
        return listing.export(_("Papers on my desk"), _paper_columns(), papers, day=day, territory=territory)
    rows = listing.all_pages(lambda c, n: _matters(hands, asked, c, n))
    return listing.export(_("Matters on my desk"), _matter_columns(), rows, day=day, territory=territory)


def _matter_columns() -> list[listing.Column[SentRow]]:
    column, pressing, awaited = listing.Column[SentRow], presser(), awaiter()
    return [
        column(_("Number"), lambda row: row.matter.number),
        column(_("Matter"), lambda row: row.matter.title),
        column(_("Kind"), lambda row: kind_words(row.matter.kind)),
        column(_("Place"), lambda row: str(row.matter.place)),
        column(_("Step"), lambda row: row.matter.step),
        column(_("Handled by"), lambda row: row.matter.owner),
        column(_("Due"), lambda row: row.matter.due_on),
        column(_("Provisional"), lambda row: _("provisional") if awaited(row.matter) else None),
        column(_("Term"), lambda row: days_words(pressing(row.matter.due_on))),
        column(_("Waiting since"), lambda row: row.sent_at.astimezone(clock.CHINA)),
    ]


def _paper_columns() -> list[listing.Column[DeskPaper]]:
    column: Any = listing.Column[DeskPaper]
    return [
        column(_("Paper"), lambda row: row.title),
        column(_("Kind"), lambda row: paper_kind_words(row.kind)),
        column(_("Addressee"), lambda row: row.addressee),
        column(_("Matter"), lambda row: row.matter_number),
        column(_("State"), lambda row: row.state),
        column(_("Drafted by"), lambda row: row.drafted_by),
        column(_("Waits for"), lambda row: row.waits_for),
        column(_("Waiting since"), lambda row: row.since.astimezone(clock.CHINA)),
    ]
