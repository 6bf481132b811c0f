"""Templates of papers: the shipped ones, own versions sent in, tried, previewed and adopted. Samples only, no facts."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts import lists
from regulator.features.accounts.terms import Permission
from regulator.features.papers import templating
from regulator.features.papers.actions import trying as acts
from regulator.features.papers.queries import set_down
from regulator.features.papers.queries import trials as queries
from regulator.features.papers.templating import Template
from regulator.features.papers.templating.terms import TrialPhase, TrialState
from regulator.features.papers.terms import PaperKind
from regulator.foundation import clock, i18n, jobs
from regulator.foundation.errors import BadInput, Conflict, NotFound
from regulator.portals.admin import blueprint
from regulator.portals.admin.paper_forms import AdoptForm, TemplateForm
from regulator.portals.admin.views.papers import authority_choices, page_of_settings
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.sending import send_made
from regulator.web.transaction import commits

ANY_AUTHORITY = "示例市住房和城乡建设局"


@blueprint.get("/papers/templates")
@allow(Permission.PAPER_SETTINGS)
def paper_templates() -> ResponseReturnValue:
    """Every kind with its shipped template and the own versions in force; what was sent in, and what was adopted."""
    return _page(forms.fill(TemplateForm))


def _page(filled: forms.Filled[TemplateForm], status: int = 200) -> ResponseReturnValue:
    rows = set_down.list_templates(on=clock.today())
    return render_template(
        "admin/papers/templates.html",
        kinds=set_down.list_kinds(rows),
        rows=page_of_settings(rows, "papers.templates"),
        total=len(rows),
        trials=queries.list_trials(),
        authorities=authority_choices(),
        form=filled,
    ), status


# --- sources and previews -------------------------------------------------------------------------------------------


@blueprint.get("/papers/templates/<kind>.typ")
@allow(Permission.PAPER_SETTINGS)
def paper_template_source(kind: str) -> ResponseReturnValue:
    """The shipped template, to begin an own version from."""
    return send_made(_shipped(kind).source.encode(), file_name=f"{kind}.typ", media_type="text/plain")


@blueprint.get("/papers/templates/<kind>.pdf")
@allow(Permission.PAPER_SETTINGS)
def paper_template_preview(kind: str) -> ResponseReturnValue:
    """The shipped template with its samples, as a draft."""
    return _preview(_shipped(kind), ANY_AUTHORITY)


@blueprint.get("/papers/own/<uuid:template_id>.typ")
@allow(Permission.PAPER_SETTINGS)
def paper_own_source(template_id: UUID) -> ResponseReturnValue:
    """An own version as it was adopted."""
    found, _authority = set_down.get_template(template_id)
    name = f"{found.kind}-{found.began_on.isoformat()}.typ"
    return send_made(found.source.encode(), file_name=name, media_type="text/plain")


@blueprint.get("/papers/own/<uuid:template_id>.pdf")
@allow(Permission.PAPER_SETTINGS)
def paper_own_preview(template_id: UUID) -> ResponseReturnValue:
    """An own version with its samples, as a draft."""
    found, authority = set_down.get_template(template_id)
    return _preview(templating.parse(found.source), authority)


def _shipped(kind: str) -> Template:
    if kind not in set(PaperKind):
        raise NotFound(kind[:40])
    return templating.shipped(PaperKind(kind))


def _preview(template: Template, authority: str) -> Response:
    content = acts.preview(template, authority, now=clock.now())
    name = _("%(title)s (draft).pdf", title=template.title)
    return send_made(content, file_name=name, media_type="application/pdf")


# --- trials ---------------------------------------------------------------------------------------------------------


@blueprint.post("/papers/templates")
@allow(Permission.PAPER_SETTINGS)
@commits
def paper_template_send() -> ResponseReturnValue:
    """Take in an own version; the worker tries it."""
    filled = forms.read(TemplateForm)
    if (form := filled.value) is None:
        return _page(filled, 400)
    try:
        source = acts.read_source(_sent_file())
        authority = lists.get_authority(form.authority)
        trial = acts.send_template(authority, source, actor=current_actor(), now=clock.now())
    except BadInput as error:
        filled.fail("file", forms.code_sentence(error.code, error.params))
        return _page(filled, 400)
    return redirect(url_for("admin.paper_trial", trial_id=trial.id), 303)


def _sent_file() -> bytes:
    """The file beside the form, no more of it than is looked at; empty when there is none."""
    sent = request.files.get("file")
    if sent is None:
        return b""
    with sent.stream as content:
        return content.read(acts.LARGEST + 1)


@blueprint.get("/papers/trials/<uuid:trial_id>")
@allow(Permission.PAPER_SETTINGS)
def paper_trial(trial_id: UUID) -> ResponseReturnValue:
    """How far a trial has come, what is wrong, or that it may be looked at and adopted."""
    return _trial_page(trial_id, forms.fill(AdoptForm, {"began_on": clock.today()}))


def _trial_page(trial_id: UUID, filled: forms.Filled[AdoptForm], status: int = 200) -> ResponseReturnValue:
    trial, authority = queries.get_trial(trial_id)
    wrong = trial.error_params or {}
    return render_template(
        "admin/papers/trial.html",
        trial=trial,
        authority=authority.name,
        said=forms.code_sentence(trial.error_code, wrong) if trial.error_code else "",
        line=wrong.get("line"),
        lines=queries.lines_around(trial.source, wrong["line"]) if "line" in wrong else [],
        job=_job(trial_id),
        phases=len(TrialPhase),
        form=filled,
    ), status


def _job(trial_id: UUID) -> jobs.Job | None:
    found = jobs.find_open_job(f"{acts.TRY_JOB}:{trial_id}")
    return jobs.find_job(found) if found else None


@blueprint.get("/papers/trials/<uuid:trial_id>/progress.json")
@allow(Permission.PAPER_SETTINGS)
def paper_trial_progress(trial_id: UUID) -> ResponseReturnValue:
    """How far the trial is; asked every two seconds by its page."""
    trial, _authority = queries.get_trial(trial_id)
    job = _job(trial_id)
    return jsonify(
        state="running" if trial.state is TrialState.UNDER_WAY else "done",
        done=job.done_steps if job else 0,
        total=len(TrialPhase),
        note=i18n.label(TrialPhase(job.phase or TrialPhase.DRAFT)) if job else "",
        next=url_for("admin.paper_trial", trial_id=trial_id),
    )


@blueprint.get("/papers/trials/<uuid:trial_id>.pdf")
@allow(Permission.PAPER_SETTINGS)
def paper_trial_preview(trial_id: UUID) -> ResponseReturnValue:
    """What passed its trial, with its samples, as a draft."""
    trial, authority = queries.get_trial(trial_id)
    if trial.state not in {TrialState.PASSED, TrialState.ADOPTED}:
        raise Conflict("template_not_tried")
    return _preview(templating.parse(trial.source), authority.name)


@blueprint.post("/papers/trials/<uuid:trial_id>/adopt")
@allow(Permission.PAPER_SETTINGS)
@commits
def paper_trial_adopt(trial_id: UUID) -> ResponseReturnValue:
    """Use it for papers drafted from a day on."""
    trial, authority = queries.get_trial(trial_id)
    filled = forms.read(AdoptForm)
    if (form := filled.value) is not None:
        try:
            acts.adopt_template(trial, authority, began_on=form.began_on, actor=current_actor(), now=clock.now())
        except (BadInput, Conflict) as error:
            forms.add_bad_input(filled, error)
        else:
            flash(_("The version was adopted."), "ok")
            return redirect(url_for("admin.paper_templates"), 303)
    return _trial_page(trial_id, filled, 400)
