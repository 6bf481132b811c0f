"""Applications for grades on the office's desk: the work list, load by district, one of them, and each step of it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.application_terms import (
    ENDED,
    UNDECIDED,
    ApplicationAct,
    ApplicationState,
    Guard,
    Recommendation,
)
from regulator.features.licensing.queries.applications import listing as queries
from regulator.features.licensing.queries.applications.listing import ApplicationFilter, ApplicationRow
from regulator.features.licensing.queries.applications.standing import (
    evaluation_of,
    list_pauses,
    procedure_of,
    rule_set_of,
    standing_of,
)
from regulator.features.licensing.terms import ApplicationKind
from regulator.features.papers.queries.attachments import attachment_room
from regulator.features.papers.queries.matters import find_open_matter, sees
from regulator.features.papers.terms import MatterKind
from regulator.foundation import clock, i18n
from regulator.foundation.paging import parse_limit
from regulator.pieces import applications as pieces
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.applications import StepForm
from regulator.portals.office.matters import current_hands, days_words, notes_words, presser, size_words
from regulator.portals.office.words import ApplicationLook
from regulator.web import forms, navigation
from regulator.web.access import allow, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept
from regulator.web.transaction import commits

P = Permission
LOOKED_BACK = timedelta(days=365)
HELD_AGAINST = (
    ApplicationAct.EXAMINE,
    ApplicationAct.PUBLISH_OBJECTION,
    ApplicationAct.APPROVE,
    ApplicationAct.REJECT,
)


def count_mine() -> int | None:
    """How many wait for the asker; None when none does."""
    wanted = ApplicationFilter(owners=current_hands().everybody)
    return queries.count_applications(current_scope(P.LICENSING_VIEW), wanted).number or None


navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.applications",
    _l("Applications for grades"),
    P.LICENSING_VIEW,
    active=("office.application",),
)


# --- the work list ----------------------------------------------------------------------------------------------------


@office.get("/licensing/applications")
@allow(P.LICENSING_VIEW)
def applications() -> ResponseReturnValue:
    """What waits for the asker, what is late and with whom, or everything; the most pressing first."""
    scope, wanted = current_scope(), _wanted()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_applications(scope, wanted, cursor=c, limit=n))
        return listing.export(
            _("Applications for grades"), _columns(), rows, day=clock.today(), territory=scope.label
        )  # fmt: skip
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/applications/list.html",
        page=queries.list_applications(scope, wanted, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_applications(scope, wanted),
        wanted=wanted,
        look=_look(),
        looks=list(ApplicationLook),
        mine=count_mine(),
        states=forms.choices(ApplicationState, _states()),
        kinds=forms.choices(ApplicationKind),
        divisions=listing.district_choices(scope),
        pressing=presser(),
        grade_of=pieces.grade_words(),
        waiting=pieces.waiting,
        tones=pieces.TONES,
        scope=scope,
        day=clock.today(),
    )


def _states() -> list[ApplicationState]:
    return [one for one in ApplicationState if one not in (ApplicationState.DRAFT, ApplicationState.DISCARDED)]


def _look() -> ApplicationLook:
    usual = P.APPLICATIONS_EXAMINE in current_permissions() or P.APPLICATIONS_DECIDE in current_permissions()
    look: ApplicationLook | None = listing.asked_code(ApplicationLook, "look")
    return look or (ApplicationLook.MINE if usual else ApplicationLook.OPEN)


def _wanted() -> ApplicationFilter:
    look, division = _look(), listing.asked_division()
    state: ApplicationState | None = listing.asked_code(ApplicationState, "state")
    return ApplicationFilter(
        is_open=None if look is ApplicationLook.DECIDED else look is not ApplicationLook.ENDED,
        states=(state,) if state else None,
        kind=listing.asked_code(ApplicationKind, "kind"),
        owners=current_hands().everybody if look is ApplicationLook.MINE else None,
        within=division.range if division else None,
        due_before=clock.today() if look is ApplicationLook.OVERDUE else None,
        decided_since=_since() if look is ApplicationLook.DECIDED else None,
        q=listing.asked_text(),
    )


def _since() -> date:
    """From which day on decisions are shown: as far back as the load by district looks, unless asked otherwise."""
    return listing.asked_day("since") if request.args.get("since") else clock.today() - LOOKED_BACK


def _columns() -> list[listing.Column[ApplicationRow]]:
    column, pressing, grade = listing.Column[ApplicationRow], presser(), pieces.grade_words()
    return [
        column(_("Number"), lambda row: row.number),
        column(_("Company"), lambda row: row.company),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Kind"), lambda row: row.kind),
        column(_("Grade"), lambda row: grade(row.rule_set, row.grade)),
        column(_("State"), lambda row: row.state),
        column(_("Place"), lambda row: str(row.place)),
        column(_("With"), lambda row: row.owner),
        column(_("Received on"), lambda row: row.received_on),
        column(_("Due"), lambda row: row.due_on),
        column(_("Provisional"), lambda row: _("provisional") if row.is_due_provisional else None),
        column(_("Term"), lambda row: days_words(pressing(row.due_on)) if row.due_on else ""),
        column(_("Decided on"), lambda row: row.decided_on),
        column(_("Outcome"), lambda row: row.outcome),
    ]


@office.get("/licensing/applications/load")
@allow(P.MATTERS_SUPERVISE)
def application_load() -> ResponseReturnValue:
    """For heads: what lies in each district, what of it is late, and how long a decision takes."""
    scope, today = current_scope(), clock.today()
    since = today - LOOKED_BACK
    return render_template(
        "office/applications/load.html",
        rows=queries.load_by_district(scope, since=since, today=today),
        since=since,
        day=today,
        scope=scope,
    )


# --- one --------------------------------------------------------------------------------------------------------------


def _found(number: str) -> Any:
    return queries.get_application(current_scope(P.LICENSING_VIEW), number)


@office.get("/licensing/applications/<number>")
@allow(P.LICENSING_VIEW)
def application(number: str) -> ResponseReturnValue:
    """Everything about one application, and what the asker may do with it."""
    found = _found(number)
    rule_set = rule_set_of(found)
    events = queries.list_events(found)
    return render_template(
        "office/applications/page.html",
        application=found,
        row=queries.get_row(found),
        rule_set=rule_set,
        rule_set_name=pieces.said(rule_set.name),
        grade=pieces.grade_words()(found.rule_set, found.grade),
        standing=standing_of(found, procedure_of(rule_set)),
        waiting=pieces.waiting(found),
        pressed=presser()(found.due_on),
        evaluation=evaluation_of(found, rule_set, clock.today()) if found.state in UNDECIDED else None,
        pauses=list_pauses(found),
        files=queries.list_files(found),
        events=events,
        acts=pieces.acts_of(found),
        paper=pieces.paper_wanted(found, events),
        matter=_matter_of(number),
        tones=pieces.TONES,
        shown=pieces.CONDITIONS,
        size_of=size_words,
        notes_of=notes_words,
        day=clock.today(),
    )


def _matter_of(number: str) -> str | None:
    """The number of its open matter where the asker may see that: once it is examined, it lies with who decides."""
    if P.MATTERS_VIEW not in current_permissions():
        return None
    found = find_open_matter(MatterKind.APPLICATION, number)
    return found.number if found and sees(current_scope(P.MATTERS_VIEW), found.division_code) else None


@office.get("/licensing/applications/<number>/papers/<uuid:file_id>")
@allow(P.LICENSING_VIEW)
def application_file(number: str, file_id: UUID) -> ResponseReturnValue:
    """A paper that was sent in, always to be saved."""
    file = queries.get_file(_found(number), file_id)
    return send_kept(file.content_hash, file_name=file.name, media_type=file.media_type, room=attachment_room())


@office.route("/licensing/applications/<number>/<act>", methods=["GET", "POST"])
@allow(P.APPLICATIONS_EXAMINE, P.APPLICATIONS_DECIDE, P.APPLICATIONS_RECEIVE, P.PAPERS_SIGN)
@commits
def application_act(number: str, act: str) -> ResponseReturnValue:
    """One step: its form, then the step itself; what is not lawful for the asker in this state does not exist."""
    found = _found(number)
    if request.method == "GET":
        return _act_page(found, pieces.line_of(found, act), forms.fill(StepForm))
    filled, version = forms.read(StepForm), sent_version()
    found.expect_version(version)
    line = pieces.line_of(found, act)
    value = filled.value
    if value is None:
        return _act_page(found, line, filled), 400
    if not attempt(filled, lambda: pieces.take(found, line, value.given(), version=version)):
        return _act_page(found, line, filled), 409
    flash(
        _("Done: %(act)s. The application is now “%(state)s”.", act=i18n.label(line.act), state=i18n.label(line.to)),
        "ok",
    )
    return redirect(url_for("office.application", number=number), 303)


def _act_page(found: Any, line: Any, filled: forms.Filled[StepForm]) -> str:
    rule_set = rule_set_of(found)
    stops = procedure_of(rule_set).clock_stops
    return render_template(
        "office/applications/act.html",
        application=found,
        row=queries.get_row(found),
        line=line,
        closes=line.to in ENDED,
        matter=_matter_of(found.number),
        form=filled,
        needs_words=Guard.WORDS in line.guards,
        recommendations=forms.choices(Recommendation) if line.act is ApplicationAct.EXAMINE else [],
        stops=[(one.value, i18n.label(one)) for one in stops] if line.act is ApplicationAct.STOP_CLOCK else [],
        evaluation=evaluation_of(found, rule_set, clock.today()) if line.act in HELD_AGAINST else None,
        shown=pieces.CONDITIONS,
        day=clock.today(),
    )
