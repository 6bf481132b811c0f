"""Opening a district's round of the year: everybody with a valid certificate, each held against the grade it holds."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from regulator.features.accounts.queries.holders import people_of
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.calendar.queries import working_days
from regulator.features.divisions.models import Division
from regulator.features.licensing.actions.reviews.following import open_matter_of
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.models import ReviewEntry, ReviewRound
from regulator.features.licensing.queries.reviews.standing import Held, figures_of, frozen, list_held
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.review_terms import ReviewRoundState, ReviewState, ReviewSubject, ReviewTrail
from regulator.features.licensing.rules.reviews import has_review, may_open, round_due
from regulator.features.licensing.terms import Procedure, RuleSet, RuleWords
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput, Conflict
from regulator.law.findings import Finding, Verdict


def open_round(division_code: str, *, desk: Desk, actor: Actor, now: datetime) -> ReviewRound:
    """Open a district's round under the rule set in force today.

    Raises BadInput when these rules have no yearly look or nobody holds what could be looked at, Refused without the
    right at this level, Conflict("review_round_open_already") when it was opened this year.
    """
    today = day_of(now)
    rule_set, procedure, words = reviewed_on(today)
    Verdict.of([None if may_open(desk, procedure) else _away(procedure)]).or_refuse()
    if find_round(division_code, today.year, rule_set) is not None:
        raise Conflict("review_round_open_already")
    held = list_held(division_code, rule_set, today)
    if not held:
        raise BadInput("review_nobody_listed")
    opened = ReviewRound(
        id=new_key(), year=today.year, rule_set=rule_set.code, nature=rule_set.nature, division_code=division_code,
        title=_title(division_code, today.year, words), authority_id=_authority_of(actor),
        state=ReviewRoundState.OPEN, listed=len(held), opened_on=today, opened_by_id=actor.account_id,
        opened_by=actor.name, due_on=_due(rule_set, today), looked_on=today, version=1,
    )  # fmt: skip
    _insert(opened)
    _list(opened, held, rule_set, today)
    open_matter_of(opened, actor=actor, now=now)
    audit.record(
        actor, ReviewTrail.ROUND_OPENED, ReviewSubject.REVIEW_ROUND, opened.id.hex, now=now,
        division_code=division_code, facts={"year": opened.year, "rule_set": rule_set.code, "listed": opened.listed},
    )  # fmt: skip
    return opened


def reviewed_on(day: date) -> tuple[RuleSet, Procedure, RuleWords]:
    """The rules of a day that look at certificates every year. Raises BadInput when those in force do not."""
    rule_set = rule_set_on(day)
    if not has_review(rule_set) or rule_set.procedure is None or rule_set.words is None:
        raise BadInput("review_not_in_rules", {"rule_set": rule_set.instrument})
    return rule_set, rule_set.procedure, rule_set.words


def find_round(division_code: str, year: int, rule_set: RuleSet) -> ReviewRound | None:
    """The round of a district in a year under a rule set."""
    same = (ReviewRound.division_code == division_code, ReviewRound.year == year)
    return session().scalar(select(ReviewRound).where(*same, ReviewRound.rule_set == rule_set.code))


def _away(procedure: Procedure) -> Finding:
    return Finding("act_of_another_level", None, {"level": procedure.examined_by})


def _title(division_code: str, year: int, words: RuleWords) -> str:
    name = session().scalar(select(Division.name).where(Division.code == division_code)) or division_code
    return f"{name}{year}年{words.review.zh}"


def _authority_of(actor: Actor) -> Any:
    person = people_of({actor.account_id}).get(actor.account_id) if actor.account_id else None
    return person.authority_id if person else None


def _due(rule_set: RuleSet, day: date) -> date | None:
    due = round_due(rule_set, day, working_days())
    return due.day if due else None


def _insert(opened: ReviewRound) -> None:
    try:
        with session().begin_nested():
            session().add(opened)
            session().flush()
    except IntegrityError as error:
        raise Conflict("review_round_open_already") from error


def _list(opened: ReviewRound, held: Sequence[Held], rule_set: RuleSet, day: date) -> None:
    figures = figures_of(((company, certificate.grade) for company, certificate in held), rule_set, day)
    rows: list[dict[str, Any]] = [
        {
            "id": new_key(),
            "round_id": opened.id,
            "company_id": company.id,
            "credit_code": company.credit_code,
            "certificate_id": certificate.id,
            "grade": certificate.grade,
            "state": ReviewState.AWAITING,
            "passes": figures[company.id].passes,
            "looked_on": day,
            "conditions": frozen(figures[company.id]),
            "version": 1,
        }
        for company, certificate in held
    ]
    session().execute(insert(ReviewEntry), rows)
