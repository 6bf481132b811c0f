"""One step with one company of a round, whoever takes it: hold the round, judge, change, history, trail."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.licensing.actions.reviews.following import hand_back
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.models import ReviewEntry, ReviewEvent, ReviewRound
from regulator.features.licensing.queries.reviews.standing import counts_of, frozen, rules_of, standing_of
from regulator.features.licensing.review_terms import (
    ReviewAct,
    ReviewResult,
    ReviewRoundAct,
    ReviewRoundState,
    ReviewSaid,
    ReviewSubject,
    ReviewTrail,
)
from regulator.features.licensing.rules.facts import Evaluation
from regulator.features.licensing.rules.reviews import ENTRY_TABLE, judge_review, judge_round
from regulator.features.licensing.terms import RuleSet
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

A, RA, RS = ReviewAct, ReviewRoundAct, ReviewRoundState
HELD_AGAINST = (A.PROPOSE_PASS, A.PROPOSE_FAIL, A.DECIDE_PASS, A.DECIDE_FAIL)
"""Acts that rest on the figures of the day, which are kept with the entry."""


def take_review(
    entry: ReviewEntry, act: ReviewAct, said: ReviewSaid, desk: Desk, *, actor: Actor, now: datetime, version: int
) -> None:
    """Take a step with one company. Raises Refused with all that stands against it, StaleVersion."""
    current, today = hold(entry.round_id), day_of(now)
    session().refresh(entry, with_for_update=True)
    entry.expect_version(version)
    rule_set = rules_of(current)
    standing, evaluation = standing_of(entry, current, rule_set, today)
    said = ReviewSaid(said.words.strip(), said.grade)
    judge_review(standing, act, said, desk, rule_set).or_refuse()
    if act in HELD_AGAINST:
        keep_figures(entry, evaluation)
    change(entry, act, said, by=desk.account_id, actor=actor, today=today)
    write_down([(entry, act)], said.words, actor=actor, now=now)
    facts: dict[str, JSON] = {"round": current.title, "grade": entry.grade, "new_grade": entry.new_grade}
    audit.record(
        actor, ReviewTrail(f"{ReviewSubject.REVIEW}.{act}"), ReviewSubject.REVIEW, entry.credit_code, now=now,
        division_code=current.division_code, facts=facts,
    )  # fmt: skip
    if act is A.RETURN:
        go_back(current, rule_set, actor=actor, now=now)
    settle(current, actor=actor, now=now)


def hold(round_id: UUID) -> ReviewRound:
    """A round, held still until the transaction ends: whoever else acts in it waits."""
    stmt = select(ReviewRound).where(ReviewRound.id == round_id).with_for_update()
    return session().scalars(stmt.execution_options(populate_existing=True)).one()


def keep_figures(entry: ReviewEntry, evaluation: Evaluation) -> None:
    """Freeze what was found on the day."""
    entry.passes, entry.looked_on, entry.conditions = evaluation.passes, evaluation.day, frozen(evaluation)


def change(entry: ReviewEntry, act: ReviewAct, said: ReviewSaid, *, by: UUID | None, actor: Actor, today: date) -> None:
    """Put an entry where an act leads; judged before."""
    entry.state = ENTRY_TABLE[entry.state, act].to
    _CHANGES[act](entry, said, by, actor, today)
    entry.version += 1


def _first(result: ReviewResult) -> Callable[..., None]:
    def proposed(entry: ReviewEntry, said: ReviewSaid, by: UUID | None, actor: Actor, today: date) -> None:
        entry.first_result, entry.first_words = result, said.words or None
        entry.first_by_id, entry.first_by, entry.first_on = by, actor.name, today

    return proposed


def _second(result: ReviewResult) -> Callable[..., None]:
    def decided(entry: ReviewEntry, said: ReviewSaid, by: UUID | None, actor: Actor, today: date) -> None:
        entry.second_result, entry.second_words = result, said.words or None
        entry.second_by_id, entry.second_by, entry.second_on = by, actor.name, today
        entry.new_grade = said.grade if result is ReviewResult.FAIL else None

    return decided


def _back(entry: ReviewEntry, *_rest: object) -> None:
    """Nothing is proposed or decided any more; the history keeps what was."""
    entry.first_result = entry.first_words = entry.first_by_id = entry.first_by = entry.first_on = None
    entry.second_result = entry.second_words = entry.second_by_id = entry.second_by = entry.second_on = None
    entry.new_grade = None


_CHANGES: Mapping[ReviewAct, Callable[..., None]] = MappingProxyType(
    {
        A.PROPOSE_PASS: _first(ReviewResult.PASS),
        A.PROPOSE_FAIL: _first(ReviewResult.FAIL),
        A.TAKE_BACK: _back,
        A.DECIDE_PASS: _second(ReviewResult.PASS),
        A.DECIDE_FAIL: _second(ReviewResult.FAIL),
        A.RETURN: _back,
        A.CLOSE: lambda *_given: None,
    }
)


def write_down(done: Iterable[tuple[ReviewEntry, ReviewAct]], words: str, *, actor: Actor, now: datetime) -> None:
    """A line of history for each entry an act was done to; in one statement."""
    session().flush()
    lines: list[dict[str, Any]] = [
        {
            "entry_id": entry.id,
            "version": entry.version,
            "at": now,
            "act": act,
            "state": entry.state,
            "by_id": actor.account_id,
            "by_name": actor.name,
            "deputy_for": actor.deputy_for,
            "words": words or None,
        }
        for entry, act in done
    ]
    if lines:
        session().execute(insert(ReviewEvent), lines)


# --- what follows for the round ---------------------------------------------------------------------------------------


def go_back(current: ReviewRound, rule_set: RuleSet, *, actor: Actor, now: datetime) -> None:
    """A company was returned: the round is the district's again."""
    if current.state is RS.OPEN or rule_set.procedure is None:
        return
    move_round(current, RA.GO_BACK, RS.OPEN, {"decided_on": None}, actor=actor, now=now)
    hand_back(current, rule_set.procedure, actor=actor, now=now)


def settle(current: ReviewRound, *, actor: Actor, now: datetime) -> None:
    """When the last company is decided, so is the round."""
    procedure = rules_of(current).procedure
    counts = counts_of([current.id])[current.id]
    if procedure is None or not judge_round(current.state, RA.SETTLE, counts, Desk(), procedure):
        return
    move_round(current, RA.SETTLE, RS.DECIDED, {"decided_on": day_of(now)}, actor=actor, now=now)


def move_round(
    current: ReviewRound, act: ReviewRoundAct, to: ReviewRoundState, columns: Mapping[str, Any], *, actor: Actor,
    now: datetime, facts: Mapping[str, JSON] | None = None,
) -> None:  # fmt: skip
    """Put a round that is held where an act leads, with its entry in the trail."""
    before, current.state = current.state, to
    for name, value in columns.items():
        setattr(current, name, value)
    current.version += 1
    session().flush()
    said: dict[str, JSON] = {"from": before, "to": to, **(facts or {})}
    audit.record(
        actor, ReviewTrail(f"{ReviewSubject.REVIEW_ROUND}.{act}"), ReviewSubject.REVIEW_ROUND, current.id.hex,
        now=now, division_code=current.division_code, facts=said,
    )  # fmt: skip
