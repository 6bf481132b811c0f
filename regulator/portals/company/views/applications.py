"""The company's applications: drafted, papers put to them, sent in once, followed, supplied, taken back."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions.applications import drafting as acts
from regulator.features.licensing.application_terms import ApplicationAct, ApplicationState, Given
from regulator.features.licensing.queries.applications import listing as queries
from regulator.features.licensing.queries.applications.standing import procedure_of, rule_set_of, standing_of
from regulator.features.licensing.queries.certificates import find_standing
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.terms import RuleSet
from regulator.features.papers.queries.attachments import attachment_room
from regulator.features.papers.queries.moves import last_moves_of
from regulator.features.papers.terms import MatterKind
from regulator.features.registry.queries.companies import get_company
from regulator.foundation import clock, i18n
from regulator.foundation.errors import Conflict, NotFound
from regulator.foundation.paging import parse_limit
from regulator.foundation.uploads import DEFAULT_LIMITS
from regulator.pieces import applications as pieces
from regulator.portals.company import blueprint
from regulator.portals.company.forms import ApplicationForm, WordsForm
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept
from regulator.web.transaction import commits, commits_after

P, A, S = Permission, ApplicationAct, ApplicationState
OWN = P.OWN_APPLICATIONS
PREVIEWED = (A.SUBMIT, A.DISCARD, A.RETRACT, A.SUPPLY)

navigation.add(
    "company",
    MenuGroup.DESK,
    "company.applications",
    _l("Applications for grades"),
    OWN,
    active=("company.application",),
)


def _company() -> Any:
    code = current_scope(OWN).credit_code
    if code is None:
        raise NotFound(current_account().username)
    return get_company(current_scope(OWN), code, day=clock.today())


def _found(application_id: UUID) -> Any:
    return queries.get_own_application(current_scope(OWN), application_id)


@blueprint.get("/applications")
@allow(OWN)
def applications() -> ResponseReturnValue:
    """All of ours, the last begun first: where each stands, with whom, until when."""
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "company/applications/list.html",
        page=queries.list_own_applications(current_scope(), cursor=request.args.get("cursor"), limit=limit),
        grade_of=pieces.grade_words(),
        waiting=pieces.waiting,
        tones=pieces.TONES,
        may_apply=bool(_rules().grades),
    )


def _rules() -> RuleSet:
    return rule_set_on(clock.today())


# --- the draft --------------------------------------------------------------------------------------------------------


@blueprint.route("/applications/new", methods=["GET", "POST"])
@allow(OWN)
@commits
def application_new() -> ResponseReturnValue:
    """Begin an application under the rules of today."""
    company = _company()
    if request.method == "GET":
        return _form_page(forms.fill(ApplicationForm, _held(company)))
    filled, made = forms.read(ApplicationForm), []
    value = filled.value
    if value is None:
        return _form_page(filled), 400
    if not pieces.attempt(
        filled,
        lambda: made.append(acts.draft_application(company, value.fields(), actor=current_actor(), now=clock.now())),
    ):
        return _form_page(filled), 409
    flash(_("The draft is kept. Put the papers to it, then send it in."), "ok")
    return redirect(url_for("company.application", application_id=made[0].id), 303)


def _held(company: Any) -> dict[str, Any]:
    """The certificate we hold, so that nobody copies its number wrongly."""
    standing = find_standing(company.id, _rules().nature)
    return {"held_certificate": standing.number, "held_until": standing.valid_until} if standing else {}


@blueprint.route("/applications/<uuid:application_id>/change", methods=["GET", "POST"])
@allow(OWN)
@commits
def application_change(application_id: UUID) -> ResponseReturnValue:
    """Say something else in a draft."""
    found, company = _found(application_id), _company()
    if found.state is not S.DRAFT:
        raise Conflict("application_sent_already")
    if request.method == "GET":
        start = {name: getattr(found, name) for name in ApplicationForm.model_fields}
        return _form_page(forms.fill(ApplicationForm, start), found)
    filled, version = forms.read(ApplicationForm), pieces.sent_version()
    value = filled.value
    if value is None:
        return _form_page(filled, found), 400
    given: dict[str, Any] = {"version": version, "actor": current_actor(), "now": clock.now()}
    if not pieces.attempt(filled, lambda: acts.change_draft(found, company, value.fields(), **given)):
        return _form_page(filled, found), 409
    flash(_("The draft is kept."), "ok")
    return redirect(url_for("company.application", application_id=application_id), 303)


def _form_page(filled: forms.Filled[ApplicationForm], found: Any = None) -> str:
    rules = _rules()
    return render_template(
        "company/applications/form.html",
        form=filled,
        application=found,
        kinds=pieces.kind_choices(rules),
        grades=pieces.grade_choices(rules),
        rules=pieces.said(rules.name),
    )


# --- one --------------------------------------------------------------------------------------------------------------


@blueprint.get("/applications/<uuid:application_id>")
@allow(OWN)
def application(application_id: UUID) -> ResponseReturnValue:
    """Where it stands, with whom, until when; its papers; what we can do now."""
    return _page(_found(application_id), forms.fill(WordsForm))


def _page(found: Any, filled: forms.Filled[WordsForm]) -> str:
    rule_set = rule_set_of(found)
    acts_now = {line.act for line in pieces.acts_of(found)} & set(PREVIEWED)
    return render_template(
        "company/applications/page.html",
        application=found,
        row=queries.get_row(found),
        rules=pieces.said(rule_set.name),
        grade=pieces.grade_words()(found.rule_set, found.grade),
        standing=standing_of(found, procedure_of(rule_set)),
        waiting=pieces.waiting(found),
        files=queries.list_files(found),
        papers=pieces.papers_named(rule_set, found.kind),
        events=queries.list_events(found),
        moves=last_moves_of(MatterKind.APPLICATION, found.number) if found.number else {},
        acts={act.value for act in acts_now},
        takes_files=found.state in (S.DRAFT, S.SUPPLEMENT_ASKED),
        form=filled,
        limits=DEFAULT_LIMITS,
        most=pieces.MOST_AT_ONCE,
        tones=pieces.TONES,
    )


@blueprint.post("/applications/<uuid:application_id>/papers")
@allow(OWN)
@commits_after(pieces.cleaned_files)
def application_add_files(sent: pieces.Sent, application_id: UUID) -> ResponseReturnValue:
    """Put papers to a draft or to what was asked for; of those that cannot be taken it is said why."""
    found, filled = _found(application_id), forms.read(WordsForm)
    if not sent.kept and not sent.refused:
        filled.fail("files", _("Choose at least one file."))
    if not sent.kept:
        for name, sentence in sent.refused:
            filled.fail("files", f"{name}{_(': ')}{sentence}")
        return _page(found, filled), 400

    def act() -> None:
        for file in sent.kept:
            acts.add_file(found, file, actor=current_actor(), now=clock.now())

    if not pieces.attempt(filled, act):
        return _page(found, filled), 409
    flash(_("Attached: %(names)s", names="、".join(file.name for file in sent.kept)), "ok")
    for name, sentence in sent.refused:
        flash(_("Not attached: %(name)s. %(reason)s", name=name, reason=sentence), "bad")
    return redirect(url_for("company.application", application_id=application_id), 303)


@blueprint.get("/applications/<uuid:application_id>/papers/<uuid:file_id>")
@allow(OWN)
def application_file(application_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A paper of ours, always to be saved."""
    file = queries.get_file(_found(application_id), file_id)
    return send_kept(file.content_hash, file_name=file.name, media_type=file.media_type, room=attachment_room())


@blueprint.post("/applications/<uuid:application_id>/papers/<uuid:file_id>/remove")
@allow(OWN)
@commits
def application_remove_file(application_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take out a paper that was not sent in yet."""
    found = _found(application_id)
    acts.remove_file(found, queries.get_file(found, file_id), actor=current_actor(), now=clock.now())
    flash(_("The paper is taken out."), "ok")
    return redirect(url_for("company.application", application_id=application_id), 303)


@blueprint.post("/applications/<uuid:application_id>/<act>")
@allow(OWN)
@commits
def application_act(application_id: UUID, act: str) -> ResponseReturnValue:
    """Send in, supply, take back or discard. Sent in twice it is sent in once: the second click finds it done."""
    found = _found(application_id)
    if act == A.SUBMIT and found.state is not S.DRAFT:
        return redirect(url_for("company.application", application_id=application_id), 303)
    filled, version = forms.read(WordsForm), pieces.sent_version()
    found.expect_version(version)
    line = pieces.line_of(found, act)
    value = filled.value
    if value is None:
        return _page(found, filled), 400
    if not pieces.attempt(filled, lambda: pieces.take(found, line, Given(value.words or ""), version=version)):
        return _page(found, filled), 409
    flash(_("Done: %(act)s. The application is now “%(state)s”.", act=i18n.label(line.act), state=i18n.label(line.to)))
    return redirect(url_for("company.application", application_id=application_id), 303)
