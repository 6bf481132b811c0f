"""The yearly look at certificates on the office's desk: every district's round of a year, one round, acts on it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.divisions import queries as divisions
from regulator.features.divisions.terms import Level
from regulator.features.licensing.actions.reviews.opening import open_round, reviewed_on
from regulator.features.licensing.actions.reviews.rounds import ACTS, Done
from regulator.features.licensing.queries.reviews import listing as queries
from regulator.features.licensing.queries.reviews.listing import EntryFilter, EntryRow, RoundRow
from regulator.features.licensing.queries.reviews.standing import counts_of, rules_of
from regulator.features.licensing.review_terms import (
    ReviewLook,
    ReviewResult,
    ReviewRoundAct,
    ReviewRoundState,
    RoundStep,
)
from regulator.features.licensing.rules.reviews import may_open, round_due
from regulator.features.licensing.terms import Procedure, RuleWords
from regulator.features.papers.queries.matters import find_open_matter, sees
from regulator.features.papers.terms import MatterKind, PaperKind
from regulator.foundation import clock, i18n
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.paging import parse_limit
from regulator.pieces import reviews as pieces
from regulator.pieces.applications import said
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.reviews import OpenForm, RoundActForm
from regulator.portals.office.matters import presser
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

P, RA = Permission, ReviewRoundAct
navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.reviews",
    _l("Yearly reviews"),
    P.LICENSING_VIEW,
    active=("office.review_round", "office.review_entry", "office.review_act"),
)


# --- rounds of a year -------------------------------------------------------------------------------------------------


@office.get("/licensing/reviews")
@allow(P.LICENSING_VIEW)
def reviews() -> ResponseReturnValue:
    """Every district of the territory with its round of the year: how far it has come, or that it is not opened."""
    scope, year = current_scope(P.LICENSING_VIEW), _asked_year()
    if listing.asked_export():
        rows = queries.list_rounds(scope, year)
        name = _("Yearly reviews of %(year)s", year=year)
        return listing.export(name, _round_columns(), rows, day=clock.today(), territory=scope.label)
    return _rounds_page(year)


def _rounds_page(year: int) -> str:
    scope, today = current_scope(P.LICENSING_VIEW), clock.today()
    rounds = queries.list_rounds(scope, year)
    rules, why_not = _rules_today(today)
    return render_template(
        "office/reviews/list.html",
        rounds=rounds,
        unopened=_unopened(rounds, year, rules[0] if rules else None),
        year=year,
        years=sorted({today.year, *queries.list_years(scope)}, reverse=True),
        is_this_year=year == today.year,
        review_word=said(rules[1].review) if rules else _("Yearly review"),
        why_not=why_not,
        tones=pieces.ROUND_TONES,
        pressing=presser(),
        scope=scope,
        day=today,
    )


def _rules_today(today: date) -> tuple[tuple[Procedure, RuleWords] | None, str]:
    """The procedure and the words of the rules in force where they know a yearly look, else why there is none."""
    try:
        _rule_set, procedure, words = reviewed_on(today)
    except BadInput as error:
        return None, forms.code_sentence(error.code, error.params)
    return (procedure, words), ""


def _unopened(rounds: Sequence[RoundRow], year: int, procedure: Procedure | None) -> list[tuple[Any, bool]]:
    """Districts without a round this year, and whether the asker may open it."""
    if year != clock.today().year:
        return []
    done = {row.division_code for row in rounds}
    districts = divisions.list_in(current_scope(P.LICENSING_VIEW), (Level.DISTRICT,), on=clock.today())
    return [
        (one, procedure is not None and may_open(pieces.desk_of(one.code, P.APPLICATIONS_EXAMINE), procedure))
        for one in districts
        if one.code not in done
    ]


def _asked_year() -> int:
    raw = request.args.get("year", "")
    if not raw:
        return clock.today().year
    if not (raw.isascii() and raw.isdigit() and len(raw) == 4):
        raise BadInput("filter_unknown", {"given": raw[:40]}, about="year")
    return int(raw)


def _round_columns() -> list[listing.Column[RoundRow]]:
    column = listing.Column[RoundRow]
    return [
        column(_("District"), lambda row: str(row.place)),
        column(_("State"), lambda row: row.state),
        column(_("Listed"), lambda row: row.counts.listed),
        column(_("Awaiting"), lambda row: row.counts.awaiting),
        column(_("Awaiting the city"), lambda row: row.counts.proposed),
        column(_("Passed"), lambda row: row.counts.passed),
        column(_("Failed"), lambda row: row.counts.failed),
        column(_("Closed in the middle"), lambda row: row.counts.closed),
        column(_("Round opened on"), lambda row: row.opened_on),
        column(_("Due"), lambda row: row.due_on),
        column(_("Provisional"), lambda row: _("provisional") if row.is_due_provisional else None),
        column(_("Results published on"), lambda row: row.published_on),
    ]


@office.post("/licensing/reviews")
@allow(P.APPLICATIONS_EXAMINE)
@commits
def review_open() -> ResponseReturnValue:
    """Open a district's round of this year. Another district's is not there."""
    filled = forms.read(OpenForm)
    code = filled.value.division if filled.value else ""
    if not current_scope().covers(code):
        raise NotFound(code)
    made: list[Any] = []
    desk, actor = pieces.desk_of(code, P.APPLICATIONS_EXAMINE), current_actor()
    if not attempt(filled, lambda: made.append(open_round(code, desk=desk, actor=actor, now=clock.now()))):
        for _at, _label, sentence in filled.summary():
            flash(sentence, "bad")
        return _rounds_page(clock.today().year), 409
    flash(
        ngettext("The round is open; %(num)d company is listed.", "The round is open; %(num)d companies are listed.",
                 made[0].listed), "ok",
    )  # fmt: skip
    return redirect(url_for("office.review_round", review_id=made[0].id), 303)


# --- one round --------------------------------------------------------------------------------------------------------


@office.get("/licensing/reviews/<uuid:review_id>")
@allow(P.LICENSING_VIEW)
def review_round(review_id: UUID) -> ResponseReturnValue:
    """A district's round: its companies by where they stand, and what the asker may do with all of them."""
    found = queries.get_round(current_scope(P.LICENSING_VIEW), review_id)
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_entries(found, _wanted(), cursor=c, limit=n))
        return listing.export(
            pieces.round_title(found, rules_of(found)),
            _entry_columns(found),
            rows,
            day=clock.today(),
            territory=current_scope().label,
        )
    return _round_page(found)


def _round_page(found: Any) -> str:
    rule_set, wanted = rules_of(found), _wanted()
    if rule_set.procedure is None or rule_set.words is None:
        raise NotFound(str(found.id))
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/reviews/round.html",
        review=found,
        round_title=pieces.round_title(found, rule_set),
        review_word=said(rule_set.words.review),
        rule_set=rule_set,
        counts=counts_of([found.id])[found.id],
        acts={line.act.value: line for line in pieces.round_acts(found.state, found.division_code, rule_set.procedure)},
        page=queries.list_entries(found, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_entries(found, wanted),
        wanted=wanted,
        looks=list(ReviewLook),
        results=forms.choices(ReviewResult),
        grade=lambda code: pieces.grade_words(rule_set, code),
        condition=lambda code, grade: pieces.condition_words(code, rule_set, grade),
        matter=_matter_of(found),
        circular=PaperKind.CIRCULAR if found.state is ReviewRoundState.DECIDED else None,
        pressed=presser()(found.due_on),
        due=round_due(rule_set, found.opened_on, working_days()),
        round_tones=pieces.ROUND_TONES,
        tones=pieces.TONES,
        result_tones=pieces.RESULT_TONES,
        day=clock.today(),
    )


def _wanted() -> EntryFilter:
    return EntryFilter(
        look=listing.asked_code(ReviewLook, "look"),
        result=listing.asked_code(ReviewResult, "result"),
        q=listing.asked_text(),
    )


def _matter_of(found: Any) -> str | None:
    """The number of its open matter where the asker may see that."""
    if P.MATTERS_VIEW not in current_permissions():
        return None
    matter = find_open_matter(MatterKind.REVIEW, found.id.hex)
    return matter.number if matter and sees(current_scope(P.MATTERS_VIEW), matter.division_code) else None


def _entry_columns(found: Any) -> list[listing.Column[EntryRow]]:
    column, rule_set = listing.Column[EntryRow], rules_of(found)
    return [
        column(_("Company"), lambda row: row.company),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Certificate"), lambda row: row.certificate),
        column(_("Grade"), lambda row: pieces.grade_words(rule_set, row.grade)),
        column(_("State"), lambda row: row.state),
        column(_("Figures meet the grade"), lambda row: _("yes") if row.passes else _("no")),
        column(_("Looked at on"), lambda row: row.looked_on),
        column(
            _("Not met"),
            lambda row: "、".join(pieces.condition_words(one, rule_set, row.grade) for one in row.failing),
        ),
        column(_("District proposed"), lambda row: row.first_result),
        column(_("Proposed by"), lambda row: row.first_by),
        column(_("City decided"), lambda row: row.second_result),
        column(_("Decided by whom"), lambda row: row.second_by),
        column(_("Grade determined anew"), lambda row: pieces.grade_words(rule_set, row.new_grade)),
        column(_("Closed because"), lambda row: row.closed_as),
    ]


@office.post("/licensing/reviews/<uuid:review_id>/<act>")
@allow(P.APPLICATIONS_EXAMINE, P.APPLICATIONS_DECIDE)
@commits
def review_round_act(review_id: UUID, act: str) -> ResponseReturnValue:
    """One act on the whole round; what is not lawful for the asker in its state does not exist."""
    found = queries.get_round(current_scope(P.LICENSING_VIEW), review_id)
    filled, version = forms.read(RoundActForm), sent_version()
    found.expect_version(version)
    line = _line_of(found, act)
    right = line.by or P.APPLICATIONS_EXAMINE
    desk, actor = pieces.desk_of(found.division_code, right), current_actor(right)
    done: list[Done | None] = []
    take = ACTS[line.act]
    if not attempt(
        filled, lambda: done.append(take(found, desk, actor=actor, now=clock.now(), version=version))
    ):  # fmt: skip
        for _at, _label, sentence in filled.summary():
            flash(sentence, "bad")
        return _round_page(found), 409
    flash(_told(line.act, done[0]), "ok")
    return redirect(url_for("office.review_round", review_id=review_id), 303)


def _line_of(found: Any, raw: str) -> RoundStep:
    procedure = rules_of(found).procedure
    lines = pieces.round_acts(found.state, found.division_code, procedure) if procedure else ()
    line = next((one for one in lines if one.act.value == raw), None)
    if line is None:
        raise NotFound(raw[:40])
    return line


def _told(act: ReviewRoundAct, done: Done | None) -> str:
    """What an act did, in a sentence: how many, and whom it left."""
    if done is None:
        return _("Done: %(act)s.", act=i18n.label(act))
    left = [
        _("%(count)s proposed by yourself were left to somebody else.", count=done.own) if done.own else "",
        _("%(count)s do not pass by today's figures.", count=done.failing)
        if done.failing and act is not RA.PUBLISH
        else "",
    ]
    sentence = {
        RA.LOOK_AGAIN: _("Looked again: %(count)s pass by today's figures.", count=done.done),
        RA.PROPOSE_PASSING: _("%(count)s companies are proposed to pass.", count=done.done),
        RA.CONFIRM_PASSING: _("%(count)s companies pass.", count=done.done),
        RA.PUBLISH: _(
            "Published: %(passed)s passed, %(failed)s failed; their certificates have ended.", passed=done.done,
            failed=done.failing,
        ),
    }[act]  # fmt: skip
    return " ".join([sentence, *filter(None, left)])
