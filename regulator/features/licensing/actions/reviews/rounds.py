"""Acts on a whole round: look again, propose and confirm those that pass in one go, submit, publish.

Each holds the round still, compares its version, and closes first what has nothing left to look at.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from regulator.features.accounts.models import Authority
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.licensing.actions.certificates import end_certificate, issue_certificate
from regulator.features.licensing.actions.reviews.following import close_matter_of, hand_to_city, note
from regulator.features.licensing.actions.reviews.steps import (
    change,
    hold,
    keep_figures,
    move_round,
    settle,
    write_down,
)
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Certificate, ReviewEntry, ReviewRound
from regulator.features.licensing.queries.reviews.standing import counts_of, figures_of, gone_in, rules_of
from regulator.features.licensing.review_terms import (
    ReviewAct,
    ReviewClosing,
    ReviewCounts,
    ReviewResult,
    ReviewRoundAct,
    ReviewRoundState,
    ReviewSaid,
    ReviewState,
    ReviewSubject,
    ReviewTrail,
)
from regulator.features.licensing.rules.certificates import last_day
from regulator.features.licensing.rules.facts import Evaluation
from regulator.features.licensing.rules.reviews import consequence_of, judge_round
from regulator.features.licensing.terms import Procedure, RuleSet, RuleWords
from regulator.features.registry.models import Company
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput
from regulator.law.findings import Finding, Refused

A, S, RA, RS = ReviewAct, ReviewState, ReviewRoundAct, ReviewRoundState


@dataclass(frozen=True, slots=True)
class Done:
    """What an act on many did: how many it was done to, how many of one's own, and how many fail today, were left."""

    done: int = 0
    own: int = 0
    failing: int = 0


@dataclass(slots=True)
class _Held:
    """A round held still for an act that was judged, with its rules."""

    current: ReviewRound
    rule_set: RuleSet
    procedure: Procedure
    words: RuleWords
    counts: ReviewCounts
    today: date


def _take(
    current: ReviewRound, act: ReviewRoundAct, desk: Desk, *, actor: Actor, now: datetime, version: int
) -> _Held:  # fmt: skip
    """Hold the round and judge the act. Raises StaleVersion, Refused."""
    current = hold(current.id)
    current.expect_version(version)
    rule_set = rules_of(current)
    if rule_set.procedure is None or rule_set.words is None:
        raise BadInput("review_not_in_rules", {"rule_set": rule_set.instrument})
    close_gone(current, actor=actor, now=now)
    counts = counts_of([current.id])[current.id]
    judge_round(current.state, act, counts, desk, rule_set.procedure).or_refuse()
    return _Held(current, rule_set, rule_set.procedure, rule_set.words, counts, day_of(now))


# --- the district -----------------------------------------------------------------------------------------------------


def look_again(current: ReviewRound, desk: Desk, *, actor: Actor, now: datetime, version: int) -> Done:
    """Hold everybody that awaits against the figures of today; gives how many pass, and how many fail."""
    held = _take(current, RA.LOOK_AGAIN, desk, actor=actor, now=now, version=version)
    found = _look_at_awaiting(held)
    passing = sum(evaluation.passes for _entry, evaluation in found)
    _told(held, RA.LOOK_AGAIN, {"passing": passing, "failing": len(found) - passing}, actor, now)
    return Done(passing, failing=len(found) - passing)


def propose_passing(current: ReviewRound, desk: Desk, *, actor: Actor, now: datetime, version: int) -> Done:
    """Propose everybody that awaits and passes on the figures of today. Raises Refused when nobody does."""
    held = _take(current, RA.PROPOSE_PASSING, desk, actor=actor, now=now, version=version)
    found = _look_at_awaiting(held)
    passing = [entry for entry, evaluation in found if evaluation.passes]
    if not passing:
        raise Refused([Finding("review_nobody_passes", None, {"count": len(found)})])
    _all(passing, A.PROPOSE_PASS, desk, actor, now)
    done = Done(len(passing), failing=len(found) - len(passing))
    _told(held, RA.PROPOSE_PASSING, {"proposed": done.done, "failing": done.failing}, actor, now)
    return done


def submit_round(current: ReviewRound, desk: Desk, *, actor: Actor, now: datetime, version: int) -> None:
    """Lay the round before the office that decides. Raises Refused while anybody awaits."""
    held = _take(current, RA.SUBMIT, desk, actor=actor, now=now, version=version)
    counts, columns = held.counts, {"submitted_on": held.today, "submitted_by": actor.name}
    facts: dict[str, JSON] = {"pass": counts.proposed_pass, "fail": counts.proposed_fail}
    move_round(held.current, RA.SUBMIT, RS.SUBMITTED, columns, actor=actor, now=now, facts=facts)
    note(held.current, RA.SUBMIT, actor=actor, now=now)
    hand_to_city(held.current, held.procedure, actor=actor, now=now)
    settle(held.current, actor=actor, now=now)


# --- the city ---------------------------------------------------------------------------------------------------------


def confirm_passing(current: ReviewRound, desk: Desk, *, actor: Actor, now: datetime, version: int) -> Done:
    """Decide everybody proposed as passing who passes today too, save those whom who asks proposed.

    Raises Refused when nobody is left.
    """
    held = _take(current, RA.CONFIRM_PASSING, desk, actor=actor, now=now, version=version)
    found = _look(held, ReviewEntry.state == S.PROPOSED, ReviewEntry.first_result == ReviewResult.PASS)
    others = [(entry, one) for entry, one in found if entry.first_by_id != desk.account_id]
    passing = [(entry, evaluation) for entry, evaluation in others if evaluation.passes]
    done = Done(len(passing), own=len(found) - len(others), failing=len(others) - len(passing))
    if not passing:
        raise Refused([Finding("review_nobody_to_confirm", None, {"own": done.own, "failing": done.failing})])
    for entry, evaluation in passing:
        keep_figures(entry, evaluation)
    _all([entry for entry, _figures in passing], A.DECIDE_PASS, desk, actor, now)
    facts: dict[str, JSON] = {"confirmed": done.done, "own": done.own, "failing": done.failing}
    _told(held, RA.CONFIRM_PASSING, facts, actor, now)
    settle(held.current, actor=actor, now=now)
    return done


def publish_round(current: ReviewRound, desk: Desk, *, actor: Actor, now: datetime, version: int) -> Done:
    """Publish the results; certificates of those that fail end now, and grades determined anew are put on paper.

    Raises Refused while anybody is undecided, BadInput while the office could not sign: nothing is half done.
    """
    held = _take(current, RA.PUBLISH, desk, actor=actor, now=now, version=version)
    for entry in _entries(held.current, ReviewEntry.second_result == ReviewResult.FAIL):
        _carry_out(held, entry, actor, now)
    counts = held.counts
    columns = {
        "published_on": held.today, "published_by": actor.name, "passed": counts.passed, "failed": counts.failed,
    }  # fmt: skip
    facts: dict[str, JSON] = {"passed": counts.passed, "failed": counts.failed, "closed": counts.closed}
    move_round(held.current, RA.PUBLISH, RS.PUBLISHED, columns, actor=actor, now=now, facts=facts)
    note(held.current, RA.PUBLISH, actor=actor, now=now)
    close_matter_of(held.current, actor=actor, now=now)
    return Done(counts.passed, failing=counts.failed)


def _carry_out(held: _Held, entry: ReviewEntry, actor: Actor, now: datetime) -> None:
    """The certificate of one that fails is cancelled; the grade determined anew, if any, gets its own."""
    former = session().get_one(Certificate, entry.certificate_id)
    review, consequence = held.words.review.zh, consequence_of(held.rule_set)
    reason = f"{held.current.year}年{review}不合格（{consequence}）"
    end_certificate(
        former, CertificateState.CANCELLED, on=held.today, reason=reason, paper=None, version=former.version,
        actor=actor, now=now,
    )  # fmt: skip
    if entry.new_grade is None:
        return
    authority = session().get(Authority, former.authority_id) if former.authority_id else None
    if authority is None:
        raise BadInput("certificate_without_authority")
    made = issue_certificate(
        session().get_one(Company, entry.company_id), held.rule_set, entry.new_grade, provisional=False,
        issued_on=held.today, valid_until=last_day(held.rule_set, held.today), authority=authority, actor=actor,
        now=now,
    )  # fmt: skip
    entry.new_certificate_id = made.id
    session().flush()


# --- what comes about by itself ---------------------------------------------------------------------------------------


def close_gone(current: ReviewRound, *, actor: Actor, now: datetime) -> int:
    """Close the companies of a held round that were cancelled or whose certificate ended; gives how many."""
    gone = gone_in(current, day_of(now)) if current.state is not RS.PUBLISHED else {}
    if not gone:
        return 0
    for entry in _entries(current, ReviewEntry.id.in_(gone)):
        entry.closed_as = gone[entry.id]
        change(entry, A.CLOSE, ReviewSaid(), by=None, actor=actor, today=day_of(now))
        write_down([(entry, A.CLOSE)], "", actor=Actor.system(), now=now)
    cancelled = sum(why is ReviewClosing.COMPANY_CANCELLED for why in gone.values())
    audit.record(
        Actor.system(), ReviewTrail.CLOSED_IN_ROUND, ReviewSubject.REVIEW_ROUND, current.id.hex, now=now,
        division_code=current.division_code, facts={"cancelled": cancelled, "ended": len(gone) - cancelled},
    )  # fmt: skip
    return len(gone)


# --- many at once -----------------------------------------------------------------------------------------------------


def _look(held: _Held, *where: ColumnElement[bool]) -> list[tuple[ReviewEntry, Evaluation]]:
    """Entries with their figures of today."""
    entries = _entries(held.current, *where)
    stmt = select(Company).join(ReviewEntry, ReviewEntry.company_id == Company.id)
    companies = {one.id: one for one in session().scalars(stmt.where(ReviewEntry.round_id == held.current.id, *where))}
    pairs = [(companies[entry.company_id], entry.grade) for entry in entries]
    figures = figures_of(pairs, held.rule_set, held.today)
    return [(entry, figures[entry.company_id]) for entry in entries]


def _look_at_awaiting(held: _Held) -> list[tuple[ReviewEntry, Evaluation]]:
    """Those that await, with the figures of today, which they keep."""
    found = _look(held, ReviewEntry.state == S.AWAITING)
    for entry, evaluation in found:
        if entry.passes is not evaluation.passes:
            entry.version += 1
        keep_figures(entry, evaluation)
    held.current.looked_on = held.today
    return found


def _entries(current: ReviewRound, *where: ColumnElement[bool]) -> Sequence[ReviewEntry]:
    stmt = select(ReviewEntry).where(ReviewEntry.round_id == current.id, *where).order_by(ReviewEntry.id)
    return session().scalars(stmt.execution_options(populate_existing=True)).all()


def _all(entries: Sequence[ReviewEntry], act: ReviewAct, desk: Desk, actor: Actor, now: datetime) -> None:
    for entry in entries:
        change(entry, act, ReviewSaid(), by=desk.account_id, actor=actor, today=day_of(now))
    write_down([(entry, act) for entry in entries], "", actor=actor, now=now)


def _told(held: _Held, act: ReviewRoundAct, facts: dict[str, JSON], actor: Actor, now: datetime) -> None:
    move_round(held.current, act, held.current.state, {}, actor=actor, now=now, facts=facts)


RoundActs = dict[ReviewRoundAct, Callable[..., Done | None]]
ACTS: RoundActs = {
    RA.LOOK_AGAIN: look_again,
    RA.PROPOSE_PASSING: propose_passing,
    RA.SUBMIT: submit_round,
    RA.CONFIRM_PASSING: confirm_passing,
    RA.PUBLISH: publish_round,
}
"""What each act of people does."""
