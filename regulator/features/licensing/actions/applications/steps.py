"""One step of an application's table, whoever takes it: judge, change by compare-and-set, history, trail, matter."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.queries import working_days
from regulator.features.licensing import signals
from regulator.features.licensing.actions.applications.changing import Step, changes_of, forget_pause, keep_pause
from regulator.features.licensing.actions.applications.following import follow_step
from regulator.features.licensing.application_terms import (
    APPLICATION,
    ENDED,
    ApplicationAct,
    ApplicationState,
    ApplicationTrail,
    Approved,
    Desk,
    Given,
    Times,
)
from regulator.features.licensing.models import Application, ApplicationEvent
from regulator.features.licensing.queries.applications.standing import (
    evaluation_of,
    list_pauses,
    procedure_of,
    rule_set_of,
    standing_of,
    times_of,
)
from regulator.features.licensing.rules.clocks import due_in
from regulator.features.licensing.rules.drafts import split_failing
from regulator.features.licensing.rules.transitions import TABLES, judge_step
from regulator.features.licensing.statements import condition_statements
from regulator.features.papers.rules.matters import NO_TERM
from regulator.foundation.clock import day_of
from regulator.foundation.database import compare_and_set, session
from regulator.foundation.errors import Conflict
from regulator.law.calendar import Due

A = ApplicationAct
HELD_AGAINST = (A.EXAMINE, A.PUBLISH_OBJECTION, A.APPROVE, A.REJECT)
"""Acts at which the applicant is held against the grade, and what was found is kept."""
BEGINS = (A.SUBMIT, A.RECEIVE)
GRANTED = (A.APPROVE, A.COUNT_RENEWED)


def take_step(
    application: Application, act: ApplicationAct, given: Given, desk: Desk, *, actor: Actor, now: datetime,
    version: int | None = None,
) -> None:  # fmt: skip
    """Take a step. ``version`` is the one the form showed, None for what comes about by itself.

    Raises Refused with everything that stands against it, StaleVersion when somebody else was first, BadInput,
    Conflict("application_open_already") when the company has another of this kind under way.
    """
    if version is not None:
        application.expect_version(version)
    step = _prepare(application, act, given, desk, actor, now)
    standing = standing_of(application, step.procedure)
    judge_step(standing, act, step.given, desk, step.procedure, step.today).or_refuse()
    step.line = TABLES[application.nature][application.state, act]
    changes = changes_of(step)
    _move_clock(step)
    due = _due_after(step, changes)
    changes |= {"due_on": due.day if due else None, "order_on": due.day if due else NO_TERM}
    changes |= {"is_due_provisional": bool(due and due.is_provisional), "overdue_told_on": None}
    changes |= follow_step(step, number=changes.get("number") or application.number, due_on=changes["due_on"])
    _change(application, changes)
    _write_down(step)
    if act in GRANTED:
        signals.application_approved.send(approved=_approved(step), actor=actor, now=now)


def _prepare(
    application: Application, act: ApplicationAct, given: Given, desk: Desk, actor: Actor, now: datetime
) -> Step:
    rule_set = rule_set_of(application)
    today = day_of(now)
    facts, failing = dict(given.facts), given.failing
    waived: tuple[str, ...] = ()
    evaluation = evaluation_of(application, rule_set, today) if act in HELD_AGAINST else None
    if evaluation is not None:
        failing, waived = split_failing(rule_set, application.kind, application.grade, evaluation.results)
        facts |= {"conditions": condition_statements(evaluation), "on": today.isoformat(), "waived": list(waived)}
    held = Given(given.words.strip(), given.recommendation, given.stop, failing, facts)
    return Step(application, act, held, desk, rule_set, procedure_of(rule_set), actor, now, today, waived)


def _move_clock(step: Step) -> None:
    if step.line.stops is True:
        keep_pause(step)
    if step.line.stops is False or step.line.to in ENDED:
        forget_pause(step)
    session().flush()


def _due_after(step: Step, changes: dict[str, Any]) -> Due | None:
    before = times_of(step.application, list_pauses(step.application))
    known = {name: changes.get(name, getattr(before, name)) for name in Times.__dataclass_fields__}
    known["is_extended"] = before.is_extended or "extended_on" in changes
    return due_in(step.line.to, Times(**known), step.procedure, working_days())


def _change(application: Application, changes: dict[str, Any]) -> None:
    """Change the row as it was read, or nothing; a company has one application of a kind under way."""
    try:
        with session().begin_nested():
            compare_and_set(application, changes)
    except IntegrityError as error:
        if changes["state"] is not ApplicationState.RECEIVED:
            raise
        raise Conflict("application_open_already") from error


def _write_down(step: Step) -> None:
    application, given, actor = step.application, step.given, step.actor
    facts = dict(given.facts) | {"due_on": application.due_on.isoformat() if application.due_on else None}
    facts |= {"stop": given.stop} if given.stop and step.line.stops else {}
    facts |= {"recommendation": given.recommendation} if given.recommendation else {}
    line = ApplicationEvent(
        application_id=application.id, version=application.version, at=step.now, act=step.act, state=application.state,
        by_id=actor.account_id, by_name=actor.name, deputy_for=actor.deputy_for, words=given.words or None, facts=facts,
    )  # fmt: skip
    session().add(line)
    session().flush()
    said: dict[str, JSON] = {"company": application.credit_code, "from": step.line.state, "to": step.line.to}
    trail = ApplicationTrail(f"{APPLICATION}.{step.act}")
    key, place = application.number or str(application.id), application.division_code
    audit.record(actor, trail, APPLICATION, key, now=step.now, division_code=place, facts=said)


def _approved(step: Step) -> Approved:
    found = step.application
    return Approved(
        found.id, found.number or "", found.credit_code, found.rule_set, found.grade, found.kind, found.is_provisional,
        found.decided_on or step.today, found.held_certificate, found.held_until, found.deciding_authority_id,
        by_silence=step.act is A.COUNT_RENEWED,
    )  # fmt: skip
