"""Cases of ending on the office's desk: the work list, opening one, one of them, and each step of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.endings_terms import EndingAct, EndingGuard, EndingNext, EndingState, shown_ending
from regulator.features.licensing.queries import certificates
from regulator.features.licensing.queries.endings import listing as queries
from regulator.features.licensing.queries.endings.listing import EndingFilter, EndingRow
from regulator.features.licensing.queries.endings.standing import (
    certificate_of,
    find_matter_of,
    rule_set_of_certificate,
    standing_of_ending,
)
from regulator.features.licensing.rules.endings import next_in, wanted_paper
from regulator.features.licensing.terms import EndingKind, Nature, RuleSet
from regulator.features.papers.queries.matters import sees
from regulator.features.papers.queries.papers import list_papers_of
from regulator.foundation import clock, i18n
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import parse_limit
from regulator.pieces import endings as pieces
from regulator.pieces.applications import said
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.endings import EndingOpenForm, EndingStepForm
from regulator.portals.office.matters import current_hands, days_words, presser
from regulator.portals.office.words import EndingLook
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

P = Permission
_TIMELY = {
    EndingAct.ASK_HEARING: {EndingNext.ANSWER},
    EndingAct.HOLD_HEARING: {EndingNext.HEARING},
    EndingAct.DECIDE: {EndingNext.DECISION, EndingNext.DECISION_PAPER},
}
"""While a case waits for something else, its page does not offer these."""

navigation.add(
    "office", MenuGroup.OVERSIGHT, "office.endings", _l("Cases of ending"), P.LICENSING_VIEW,
    active=("office.ending", "office.ending_act", "office.ending_open"),
)  # fmt: skip


# --- the work list ----------------------------------------------------------------------------------------------------


@office.get("/licensing/endings")
@allow(P.LICENSING_VIEW)
def endings() -> ResponseReturnValue:
    """What waits for the asker, what is late and with whom, everything, or what is over; the most pressing first."""
    scope, wanted = current_scope(), _wanted()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_endings(scope, wanted, cursor=c, limit=n))
        return listing.export(_("Cases of ending"), _columns(), rows, day=clock.today(), territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/endings/list.html",
        page=queries.list_endings(scope, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_endings(scope, wanted),
        wanted=wanted,
        look=_look(),
        counts=_counts(),
        states=forms.choices(EndingState),
        divisions=listing.district_choices(scope),
        pressing=presser(),
        tones=pieces.TONES,
        scope=scope,
        day=clock.today(),
    )


def _counts() -> dict[EndingLook, int | None]:
    """The lists there are for the asker, with how many wait in the two that are personal."""
    scope, me = current_scope(P.LICENSING_VIEW), current_account().account_id
    waiting = {EndingLook.MINE: EndingFilter(owners=current_hands().everybody)}
    if P.LICENSING_DECIDE in current_permissions():
        waiting[EndingLook.TO_DECIDE] = EndingFilter(to_decide=me)
    found = {look: queries.count_endings(scope, wanted).number or None for look, wanted in waiting.items()}
    return found | dict.fromkeys((EndingLook.OPEN, EndingLook.OVERDUE, EndingLook.ENDED))


def _look() -> EndingLook:
    look: EndingLook | None = listing.asked_code(EndingLook, "look")
    return look or (EndingLook.MINE if P.LICENSING_DECIDE in current_permissions() else EndingLook.OPEN)


def _wanted() -> EndingFilter:
    look, division = _look(), listing.asked_division()
    return EndingFilter(
        is_open=look is not EndingLook.ENDED,
        state=listing.asked_code(EndingState, "state"),
        owners=current_hands().everybody if look is EndingLook.MINE else None,
        to_decide=current_account().account_id if look is EndingLook.TO_DECIDE else None,
        within=division.range if division else None,
        due_before=clock.today() if look is EndingLook.OVERDUE else None,
        q=listing.asked_text(),
    )


def _columns() -> list[listing.Column[EndingRow]]:
    column, pressing = listing.Column[EndingRow], presser()
    return [
        column(_("Number"), lambda row: row.number),
        column(_("Company"), lambda row: row.company),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Certificate"), lambda row: row.certificate),
        column(_("Kind of ending"), lambda row: row.shown),
        column(_("State"), lambda row: row.state),
        column(_("Place"), lambda row: str(row.place)),
        column(_("With"), lambda row: row.owner),
        column(_("Case opened on"), lambda row: row.opened_on),
        column(_("Told on"), lambda row: row.told_on),
        column(_("May answer until"), lambda row: row.answer_until),
        column(_("Answer provisional"), lambda row: _("provisional") if row.is_answer_provisional else None),
        column(_("Due"), lambda row: row.due_on),
        column(_("Provisional"), lambda row: _("provisional") if row.is_due_provisional else None),
        column(_("Term"), lambda row: days_words(pressing(row.due_on)) if row.due_on else ""),
        column(_("Over since"), lambda row: row.over_on),
    ]


# --- opening ----------------------------------------------------------------------------------------------------------


@office.route("/licensing/certificates/<uuid:certificate_id>/endings/<kind>", methods=["GET", "POST"])
@allow(P.LICENSING_DECIDE)
@commits
def ending_open(certificate_id: UUID, kind: str) -> ResponseReturnValue:
    """Open a case on a certificate: by which act, on what ground, what was found."""
    found = certificates.get_own_certificate(current_scope(), certificate_id)
    act = _kind_of(kind)
    if request.method == "GET":
        if act not in pieces.what_may_begin(found, certificates.facts_of_certificate(found)):
            raise NotFound(kind[:40])
        return _open_page(found, act, forms.fill(EndingOpenForm))
    filled, version, made = forms.read(EndingOpenForm), sent_version(), []
    value = filled.value
    if value is None:
        return _open_page(found, act, filled), 400
    if not attempt(
        filled, lambda: made.append(pieces.begin(found, act, value.ground, value.words, version=version))
    ):  # fmt: skip
        return _open_page(found, act, filled), 409
    flash(_("The case is open. What comes next stands on its page."), "ok")
    return redirect(url_for("office.ending", number=made[0].number), 303)


def _kind_of(raw: str) -> EndingKind:
    if raw not in set(EndingKind):
        raise NotFound(raw[:40])
    return EndingKind(raw)


def _open_page(found: Any, kind: EndingKind, filled: forms.Filled[EndingOpenForm]) -> str:
    rule_set = rule_set_of_certificate(found)
    day = clock.today()
    return render_template(
        "office/endings/open.html",
        certificate=found,
        company=certificates.company_of(found),
        kind=kind,
        shown=shown_ending(kind, found.nature),
        form=filled,
        grounds=_grounds(kind, rule_set, day),
        article=pieces.article_said(kind, "", rule_set, day),
    )


def _grounds(kind: EndingKind, rule_set: RuleSet, day: date) -> list[tuple[str, str]]:
    """Of a licence each with its item; an evaluation names one article for the act."""
    choices = pieces.ground_choices(kind, rule_set)
    if rule_set.nature is Nature.EVALUATION:
        return choices
    return [(code, f"{words} · {pieces.article_said(kind, code, rule_set, day)}") for code, words in choices]


# --- one --------------------------------------------------------------------------------------------------------------


def _found(number: str) -> Any:
    return queries.get_ending(current_scope(P.LICENSING_VIEW), number)


@office.get("/licensing/endings/<number>")
@allow(P.LICENSING_VIEW)
def ending(number: str) -> ResponseReturnValue:
    """Everything about one case: ground, steps, papers, what comes next and what the asker may do."""
    found = _found(number)
    certificate = certificate_of(found)
    rule_set, day = rule_set_of_certificate(certificate), clock.today()
    standing = standing_of_ending(found, rule_set)
    waits = next_in(standing, day)
    matter = find_matter_of(found) if _sees_matter(found) else None
    return render_template(
        "office/endings/page.html",
        ending=found,
        row=queries.get_ending_row(found),
        certificate=certificate,
        shown=shown_ending(found.kind, found.nature),
        ground=pieces.ground_said(found.ground, rule_set),
        article=pieces.article_said(found.kind, found.ground, rule_set, found.opened_on),
        standing=standing,
        waits=waits,
        paper=wanted_paper(found.kind, waits),
        papers=list_papers_of(matter) if matter else [],
        matter=matter.number if matter else None,
        pressed=presser()(found.due_on),
        events=queries.list_ending_events(found),
        acts=[line for line in pieces.ending_acts(found) if waits in _TIMELY.get(line.act, set(EndingNext))],
        tones=pieces.TONES,
        day=day,
    )


def _sees_matter(found: Any) -> bool:
    """Its matter lies at the office that ends the certificate."""
    return P.MATTERS_VIEW in current_permissions() and sees(current_scope(P.MATTERS_VIEW), found.office_code)


@office.route("/licensing/endings/<number>/<act>", methods=["GET", "POST"])
@allow(P.LICENSING_DECIDE)
@commits
def ending_act(number: str, act: str) -> ResponseReturnValue:
    """One step: its form, then the step itself; what is not lawful for the asker in this state does not exist."""
    found = _found(number)
    if request.method == "GET":
        return _act_page(found, pieces.ending_line(found, act), forms.fill(EndingStepForm, {"on": clock.today()}))
    filled, version = forms.read(EndingStepForm), sent_version()
    found.expect_version(version)
    line = pieces.ending_line(found, act)
    value = filled.value
    if value is None:
        return _act_page(found, line, filled), 400
    if not attempt(filled, lambda: pieces.take_in_case(found, line, value.given(), version=version)):
        return _act_page(found, line, filled), 409
    state = i18n.label(line.to)
    flash(_("Done: %(act)s. The case is now “%(state)s”.", act=i18n.label(line.act), state=state), "ok")
    return redirect(url_for("office.ending", number=number), 303)


def _act_page(found: Any, line: Any, filled: forms.Filled[EndingStepForm]) -> str:
    certificate = certificate_of(found)
    rule_set = rule_set_of_certificate(certificate)
    decides = line.act is EndingAct.DECIDE
    return render_template(
        "office/endings/act.html",
        ending=found,
        row=queries.get_ending_row(found),
        line=line,
        shown=shown_ending(found.kind, found.nature),
        form=filled,
        standing=standing_of_ending(found, rule_set),
        needs_words=EndingGuard.SAID in line.guards,
        asks_day=decides or line.act is EndingAct.HOLD_HEARING,
        lower=_lower(certificate, rule_set) if decides and found.kind is EndingKind.DOWNGRADE else [],
    )


def _lower(certificate: Any, rule_set: Any) -> Sequence[tuple[str, str]]:
    below = rule_set.below(certificate.grade)
    return [(code, said(rule_set.grade(code).name)) for code in below]
