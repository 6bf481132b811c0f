"""Applications at the counter: taken in on paper with a numbered receipt, supplements, results against signature."""

from typing import Any
from urllib.parse import quote

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions.applications.drafting import add_file, draft_application
from regulator.features.licensing.application_terms import ApplicationAct, ApplicationState, Given, Guard
from regulator.features.licensing.queries.applications import listing as queries
from regulator.features.licensing.queries.applications.listing import ApplicationFilter
from regulator.features.licensing.queries.applications.standing import rule_set_of
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.rules.transitions import TABLES
from regulator.features.registry.queries.choosing import get_registered
from regulator.foundation import clock, i18n
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import parse_limit
from regulator.foundation.uploads import DEFAULT_LIMITS
from regulator.pieces import applications as pieces
from regulator.portals.window import blueprint as window
from regulator.portals.window.forms import StepForm, TakeInForm
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.codes import picture_of
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits, commits_after

RECEIVE = Permission.APPLICATIONS_RECEIVE
A = ApplicationAct
READY = (ApplicationState.APPROVED, ApplicationState.REJECTED)
"""Decided, and to be given out."""

navigation.add(
    "window",
    MenuGroup.DESK,
    "window.applications",
    _l("Applications for grades"),
    RECEIVE,
    active=("window.application",),
)


@window.get("/applications")
@allow(RECEIVE)
def applications() -> ResponseReturnValue:
    """Those under way in the clerk's territory, results to be given out; looked for by number, code or name."""
    q, ready = request.args.get("q", "").strip()[:100], request.args.get("look") == "ready"
    limit = parse_limit(request.args.get("limit"))
    wanted = ApplicationFilter(is_open=None, q=q) if q else ApplicationFilter(states=READY if ready else None)
    return render_template(
        "window/applications/list.html",
        page=queries.list_applications(current_scope(), wanted, cursor=request.args.get("cursor"), limit=limit),
        q=q,
        ready=ready,
        grade_of=pieces.grade_words(),
        waiting=pieces.waiting,
        tones=pieces.TONES,
    )


# --- taking in --------------------------------------------------------------------------------------------------------


@window.get("/applications/new")
@allow(RECEIVE)
def application_new() -> ResponseReturnValue:
    """The form for an application handed in on paper."""
    start = {"credit_code": request.args.get("credit_code", "")[:18]}
    return _take_in_page(forms.fill(TakeInForm, start))


@window.post("/applications/new")
@allow(RECEIVE)
@commits_after(pieces.cleaned_files)
def application_take_in(sent: pieces.Sent) -> ResponseReturnValue:
    """Take it in: a number, a receipt, and the office's term runs."""
    filled = forms.read(TakeInForm)
    for name, sentence in sent.refused:
        filled.fail("files", f"{name}{_(': ')}{sentence}")
    company = _company(filled) if filled.value else None
    value = filled.value
    if value is None or company is None:
        return _take_in_page(filled), 400
    made: list[Any] = []

    def act() -> None:
        who: dict[str, Any] = {"actor": current_actor(), "now": clock.now()}
        found = draft_application(company, value.fields(), **who)
        for file in sent.kept:
            add_file(found, file, **who)
        line = TABLES[found.nature][ApplicationState.DRAFT, A.RECEIVE]
        pieces.take(found, line, Given(value.words), version=None)
        made.append(found)

    if not pieces.attempt(filled, act):
        return _take_in_page(filled), 409
    flash(_("Taken in: %(number)s. Print the receipt and hand it over.", number=made[0].number), "ok")
    return redirect(url_for("window.application_receipt", number=made[0].number), 303)


def _company(filled: forms.Filled[TakeInForm]) -> Any:
    """The company of the typed credit code, registered in the clerk's territory."""
    try:
        found = get_registered(filled.text("credit_code").strip().upper())
    except NotFound:
        found = None
    if found is None or not current_scope(RECEIVE).covers(found.division_code):
        filled.fail("credit_code", _("No company of your territory has this credit code."))
        return None
    return found


def _take_in_page(filled: forms.Filled[TakeInForm]) -> str:
    rules = rule_set_on(clock.today())
    return render_template(
        "window/applications/new.html",
        form=filled,
        kinds=pieces.kind_choices(rules),
        grades=pieces.grade_choices(rules),
        rules=pieces.said(rules.name),
        papers=pieces.papers_by_kind(rules),
        limits=DEFAULT_LIMITS,
        most=pieces.MOST_AT_ONCE,
    )


# --- one --------------------------------------------------------------------------------------------------------------


def _found(number: str) -> Any:
    return queries.get_application(current_scope(RECEIVE), number)


@window.get("/applications/<number>")
@allow(RECEIVE)
def application(number: str) -> ResponseReturnValue:
    """Where it stands, and what is done with it at the counter."""
    found = _found(number)
    return render_template(
        "window/applications/page.html",
        application=found,
        row=queries.get_row(found),
        rules=pieces.said(rule_set_of(found).name),
        grade=pieces.grade_words()(found.rule_set, found.grade),
        waiting=pieces.waiting(found),
        acts=pieces.acts_of(found),
        tones=pieces.TONES,
    )


@window.get("/applications/<number>/receipt")
@allow(RECEIVE)
def application_receipt(number: str) -> ResponseReturnValue:
    """The numbered receipt for paper, with the code to follow the application by."""
    found = _found(number)
    address = f"{_public_address()}/applications/{quote(number)}?code={found.follow_code}"
    taken = queries.find_act(found, A.RECEIVE) or queries.find_act(found, A.SUBMIT)
    return render_template(
        "window/applications/receipt.html",
        application=found,
        row=queries.get_row(found),
        grade=pieces.grade_words()(found.rule_set, found.grade),
        words=taken.words if taken else None,
        taken=taken,
        address=address,
        picture=picture_of(address, scale=4),
    )


def _public_address() -> str:
    settings = current_app.config["SETTINGS"]
    return str(settings.public_address or request.url_root).rstrip("/")


@window.route("/applications/<number>/<act>", methods=["GET", "POST"])
@allow(RECEIVE)
@commits
def application_act(number: str, act: str) -> ResponseReturnValue:
    """A supplement comes in, a result goes out against signature, an application is taken back."""
    found = _found(number)
    if request.method == "GET":
        return _act_page(found, pieces.line_of(found, act), forms.fill(StepForm))
    filled, version = forms.read(StepForm), pieces.sent_version()
    found.expect_version(version)
    line = pieces.line_of(found, act)
    value = filled.value
    if value is None:
        return _act_page(found, line, filled), 400
    if not pieces.attempt(filled, lambda: pieces.take(found, line, Given(value.words or ""), version=version)):
        return _act_page(found, line, filled), 409
    done, state = i18n.label(line.act), i18n.label(line.to)
    flash(_("Done: %(act)s. The application is now “%(state)s”.", act=done, state=state), "ok")
    return redirect(url_for("window.application", number=number), 303)


def _act_page(found: Any, line: Any, filled: forms.Filled[StepForm]) -> str:
    row, needed = queries.get_row(found), Guard.WORDS in line.guards
    return render_template(
        "window/applications/act.html", application=found, row=row, line=line, form=filled, needs_words=needed
    )
