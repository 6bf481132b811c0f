"""An authority's own version of a template: sent in, tried by the worker, adopted from a day on. Prints no paper.

Trying prints it in every way a paper may be, which takes seconds and up to its limits: too long for a page.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from regulator.features.accounts.models import Authority
from regulator.features.audit.terms import Actor
from regulator.features.papers import templating
from regulator.features.papers.actions.settings import add_template
from regulator.features.papers.models import PaperTemplate, PaperTemplateTrial
from regulator.features.papers.templating import parse, trials
from regulator.features.papers.templating.terms import TrialPhase, TrialState
from regulator.foundation import jobs
from regulator.foundation.database import session, thinking
from regulator.foundation.errors import BadInput
from regulator.foundation.jobs import Step

TRY_JOB = "papers.try_template"
KEPT = timedelta(days=90)
LARGEST = 1_000_000
"""Bytes of a template's file; what may stand in it is bounded by `templating`."""
PHASES = tuple(TrialPhase)


def read_source(content: bytes) -> str:
    """A template's file as text. Raises BadInput for what is no UTF-8 text, or too much of it."""
    if not content:
        raise BadInput("file_missing", about="file")
    try:
        text = content.decode("utf-8-sig") if len(content) <= LARGEST else None
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        raise BadInput("template_not_text", {"maximum": LARGEST // 1000}, about="file")
    return text.replace("\r\n", "\n")


def send_template(authority: Authority, source: str, *, actor: Actor, now: datetime) -> PaperTemplateTrial:
    """Have a version of a template tried. Raises BadInput for a declaration that cannot be read, with its line."""
    template = parse(source)
    trial = PaperTemplateTrial(
        authority_id=authority.id, kind=template.kind, source=template.source, digest=template.digest,
        state=TrialState.UNDER_WAY, sent_at=now, sent_by=actor.name,
    )  # fmt: skip
    session().add(trial)
    session().flush()
    jobs.enqueue(TRY_JOB, {"trial": str(trial.id)}, subject=str(trial.id), now=now, asked_by=actor.account_id)
    return trial


def try_template(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``papers.try_template``: prints it one way after the other until something is wrong."""
    trial_id = UUID(payload["trial"])
    trial = _trial(trial_id)
    if trial.state is not TrialState.UNDER_WAY:
        return
    found = trials(parse(trial.source))
    for done, phase in enumerate(PHASES):
        yield Step(done, len(PHASES), phase)
        with thinking():
            wrong = _wrong(found)
        if wrong is not None:
            _fail(_trial(trial_id), wrong.code, wrong.params)
            return
    _trial(trial_id).state = TrialState.PASSED
    yield Step(len(PHASES), len(PHASES), PHASES[-1])


def _wrong(found: Iterator[TrialPhase]) -> BadInput | None:
    try:
        next(found)
    except BadInput as error:
        return error
    return None


def give_up(payload: Mapping[str, Any], _code: str) -> None:
    """Say at the trial that it could not be finished."""
    trial = _trial(UUID(payload["trial"]))
    if trial.state is TrialState.UNDER_WAY:
        _fail(trial, BadInput("template_trial_broken").code, {})


def _fail(trial: PaperTemplateTrial, code: str, params: Mapping[str, object]) -> None:
    trial.state, trial.error_code, trial.error_params = TrialState.FAILED, code, dict(params)


def _trial(trial_id: UUID) -> PaperTemplateTrial:
    return session().get_one(PaperTemplateTrial, trial_id, populate_existing=True)


def adopt_template(
    trial: PaperTemplateTrial, authority: Authority, *, began_on: date, actor: Actor, now: datetime
) -> PaperTemplate:
    """Make what has passed its trial the authority's own version from today or later.

    Raises BadInput("template_not_tried"), and what `settings.add_template` raises.
    """
    session().refresh(trial, with_for_update=True)
    if trial.state is not TrialState.PASSED:
        raise BadInput("template_not_tried")
    added = add_template(authority, parse(trial.source), began_on=began_on, actor=actor, now=now)
    trial.state, trial.template_id = TrialState.ADOPTED, added.id
    session().flush()
    return added


def preview(template: templating.Template, authority: str, *, now: datetime) -> bytes:
    """A template with its own samples as a draft (草稿) of an authority; nobody's facts stand in it."""
    frame = templating.Frame(authority=authority, addressee="示例物业服务有限公司")
    return templating.render(template, templating.sample_facts(template), frame, made_at=now)


def forget_trials(now: datetime) -> None:
    """A sweeper: trials of long ago go; what was adopted stays as a version of its own."""
    session().execute(delete(PaperTemplateTrial).where(PaperTemplateTrial.sent_at < now - KEPT))
