"""The yearly look as two tables, of a round and of one company in it, and whether a step may be taken. Pure.

The district proposes, the city decides, never the same person; nobody passes whose figures fail on that day, and nobody
fails whose figures meet every condition: what the register does not know yet is recorded first.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.application_terms import Desk, Seat
from regulator.features.licensing.review_terms import (
    ReviewAct,
    ReviewCounts,
    ReviewGuard,
    ReviewRoundAct,
    ReviewRoundState,
    ReviewSaid,
    ReviewStanding,
    ReviewState,
    ReviewStep,
    RoundStep,
)
from regulator.features.licensing.rules.clocks import UNITS
from regulator.features.licensing.rules.transitions import seat_level
from regulator.features.licensing.terms import Procedure, RuleSet, TermCode
from regulator.law.calendar import Due, Term, WorkingDays
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

A, S, G = ReviewAct, ReviewState, ReviewGuard
RA, RS = ReviewRoundAct, ReviewRoundState
ONE_DAY = timedelta(days=1)
_EXAMINER = (Permission.APPLICATIONS_EXAMINE, Seat.EXAMINING)
_DECIDER = (Permission.APPLICATIONS_DECIDE, Seat.DECIDING)
_CITY = (G.ROUND_SUBMITTED, G.STANDS, G.OTHER_PERSON)

ENTRY_LINES = (
    ReviewStep(S.AWAITING, A.PROPOSE_PASS, S.PROPOSED, *_EXAMINER, (G.ROUND_OPEN, G.STANDS, G.FIGURES_PASS)),
    ReviewStep(S.AWAITING, A.PROPOSE_FAIL, S.PROPOSED, *_EXAMINER, (G.ROUND_OPEN, G.STANDS, G.FIGURES_FAIL, G.WORDS)),
    ReviewStep(S.PROPOSED, A.TAKE_BACK, S.AWAITING, *_EXAMINER, (G.ROUND_OPEN,)),
    ReviewStep(S.PROPOSED, A.DECIDE_PASS, S.DECIDED, *_DECIDER, (*_CITY, G.FIGURES_PASS)),
    ReviewStep(
        S.PROPOSED, A.DECIDE_FAIL, S.DECIDED, *_DECIDER, (*_CITY, G.FIGURES_FAIL, G.WORDS, G.GRADE_LOWER_AND_MET)
    ),
    ReviewStep(S.PROPOSED, A.RETURN, S.AWAITING, *_DECIDER, (G.ROUND_UNPUBLISHED, G.REACHED_CITY, G.WORDS)),
    ReviewStep(S.DECIDED, A.RETURN, S.AWAITING, *_DECIDER, (G.ROUND_UNPUBLISHED, G.REACHED_CITY, G.WORDS)),
    *(
        ReviewStep(state, A.CLOSE, S.CLOSED, guards=(G.ROUND_UNPUBLISHED, G.GONE))
        for state in (S.AWAITING, S.PROPOSED, S.DECIDED)
    ),
)
ROUND_LINES = (
    RoundStep(RS.OPEN, RA.LOOK_AGAIN, RS.OPEN, *_EXAMINER),
    RoundStep(RS.OPEN, RA.PROPOSE_PASSING, RS.OPEN, *_EXAMINER),
    RoundStep(RS.OPEN, RA.SUBMIT, RS.SUBMITTED, *_EXAMINER, (G.NOTHING_AWAITS,)),
    RoundStep(RS.SUBMITTED, RA.CONFIRM_PASSING, RS.SUBMITTED, *_DECIDER),
    RoundStep(RS.SUBMITTED, RA.GO_BACK, RS.OPEN),
    RoundStep(RS.DECIDED, RA.GO_BACK, RS.OPEN),
    RoundStep(RS.SUBMITTED, RA.SETTLE, RS.DECIDED, guards=(G.NOTHING_AWAITS, G.NOTHING_PROPOSED)),
    RoundStep(RS.DECIDED, RA.PUBLISH, RS.PUBLISHED, *_DECIDER, (G.NOTHING_AWAITS, G.NOTHING_PROPOSED)),
)


def _entries(lines: tuple[ReviewStep, ...]) -> Mapping[tuple[ReviewState, ReviewAct], ReviewStep]:
    found = {(line.state, line.act): line for line in lines}
    if len(found) != len(lines):
        raise ValueError("a state and an act lead to one state only")
    return MappingProxyType(found)


ENTRY_TABLE = _entries(ENTRY_LINES)
ROUND_TABLE: Mapping[tuple[ReviewRoundState, ReviewRoundAct], RoundStep] = MappingProxyType(
    {(line.state, line.act): line for line in ROUND_LINES}
)


# --- may this step be taken -------------------------------------------------------------------------------------------


def judge_review(standing: ReviewStanding, act: ReviewAct, said: ReviewSaid, desk: Desk, rule_set: RuleSet) -> Verdict:
    """Whether somebody may take a step with one company now: it is in the table, right, level, and every guard."""
    line = ENTRY_TABLE.get((standing.state, act))
    if line is None:
        return Verdict((Finding("review_act_not_in_this_state", None, {"state": standing.state, "act": act}),))
    procedure = _procedure(rule_set)
    if not _carries(line, desk):
        return Verdict((Finding("review_act_without_right", None, {"act": act}),))
    looks = (_GUARDS[guard](standing, said, desk, rule_set) for guard in line.guards)
    return Verdict.of([_level(line, desk, procedure), *looks])


def judge_round(
    state: ReviewRoundState, act: ReviewRoundAct, counts: ReviewCounts, desk: Desk, procedure: Procedure
) -> Verdict:
    """Whether somebody may take a step with a whole round now."""
    line = ROUND_TABLE.get((state, act))
    if line is None:
        return Verdict((Finding("round_act_not_in_this_state", None, {"state": state, "act": act}),))
    if not _carries(line, desk):
        return Verdict((Finding("round_act_without_right", None, {"act": act}),))
    waits = Finding("round_awaits_still", None, {"count": counts.awaiting}) if counts.awaiting else None
    proposed = Finding("round_proposed_still", None, {"count": counts.proposed}) if counts.proposed else None
    return Verdict.of(
        [
            _level(line, desk, procedure),
            waits if G.NOTHING_AWAITS in line.guards else None,
            proposed if G.NOTHING_PROPOSED in line.guards else None,
        ]
    )


def lawful_reviews(standing: ReviewStanding, desk: Desk, procedure: Procedure) -> tuple[ReviewStep, ...]:
    """What somebody may do with one company by the states, right and level; figures and words are asked when done."""
    return tuple(
        line
        for line in ENTRY_LINES
        if line.state is standing.state and line.by and _carries(line, desk) and not _level(line, desk, procedure)
        if all(_ROUND_GUARDS[guard](standing) is None for guard in line.guards if guard in _ROUND_GUARDS)
    )


def lawful_rounds(state: ReviewRoundState, desk: Desk, procedure: Procedure) -> tuple[RoundStep, ...]:
    """What somebody may do with a round by state, right and level."""
    return tuple(
        line
        for line in ROUND_LINES
        if line.state is state and line.by and _carries(line, desk) and not _level(line, desk, procedure)
    )


def may_open(desk: Desk, procedure: Procedure) -> bool:
    """Whether somebody sits where a district's round is opened."""
    return Permission.APPLICATIONS_EXAMINE in desk.permissions and procedure.examined_by in desk.levels


def _procedure(rule_set: RuleSet) -> Procedure:
    if rule_set.procedure is None:
        raise ValueError("a rule set with a review has a procedure")
    return rule_set.procedure


def _carries(line: ReviewStep | RoundStep, desk: Desk) -> bool:
    return line.by is None or line.by in desk.permissions


def _level(line: ReviewStep | RoundStep, desk: Desk, procedure: Procedure) -> Finding | None:
    if line.seat is None:
        return None
    level = seat_level(line.seat, procedure)
    return None if level in desk.levels else Finding("act_of_another_level", None, {"level": level})


# --- guards -----------------------------------------------------------------------------------------------------------

_Look = Callable[[ReviewStanding, ReviewSaid, Desk, RuleSet], Finding | None]


def _figures_pass(standing: ReviewStanding, _s: ReviewSaid, _d: Desk, rule_set: RuleSet) -> Finding | None:
    return None if standing.passes else Finding("review_figures_fail", article_of(rule_set))


def _figures_fail(standing: ReviewStanding, _s: ReviewSaid, _d: Desk, rule_set: RuleSet) -> Finding | None:
    return Finding("review_figures_pass", article_of(rule_set)) if standing.passes else None


def _stands(standing: ReviewStanding, *_rest: object) -> Finding | None:
    return Finding("review_gone", None, {"why": standing.gone}) if standing.gone else None


def _gone(standing: ReviewStanding, *_rest: object) -> Finding | None:
    return None if standing.gone else Finding("review_not_gone")


def _other_person(standing: ReviewStanding, _s: ReviewSaid, desk: Desk, _r: RuleSet) -> Finding | None:
    same = desk.account_id is not None and desk.account_id == standing.first_by
    return Finding("review_proposed_by_oneself") if same else None


def _words(_s: ReviewStanding, said: ReviewSaid, *_rest: object) -> Finding | None:
    return None if said.words.strip() else Finding("act_without_words", None, {}, "words")


def _grade(standing: ReviewStanding, said: ReviewSaid, _d: Desk, rule_set: RuleSet) -> Finding | None:
    """The grade determined anew, if any, is a lower one of which every condition is met today."""
    if said.grade is None or said.grade in standing.lower:
        return None
    return Finding("review_grade_not_met", consequence_of(rule_set), {"grade": said.grade}, "grade")


def _round_open(standing: ReviewStanding, *_rest: object) -> Finding | None:
    return None if standing.round_state is RS.OPEN else _of_round(standing)


def _round_submitted(standing: ReviewStanding, *_rest: object) -> Finding | None:
    return None if standing.round_state is RS.SUBMITTED else _of_round(standing)


def _round_unpublished(standing: ReviewStanding, *_rest: object) -> Finding | None:
    return _of_round(standing) if standing.round_state is RS.PUBLISHED else None


def _reached_city(standing: ReviewStanding, *_rest: object) -> Finding | None:
    return None if standing.reached_city else _of_round(standing)


def _of_round(standing: ReviewStanding) -> Finding:
    return Finding("review_round_in_state", None, {"state": standing.round_state})


_ROUND_GUARDS: Mapping[ReviewGuard, Callable[[ReviewStanding], Finding | None]] = MappingProxyType(
    {
        G.REACHED_CITY: _reached_city,
        G.ROUND_OPEN: _round_open,
        G.ROUND_SUBMITTED: _round_submitted,
        G.ROUND_UNPUBLISHED: _round_unpublished,
    }
)
_GUARDS: Mapping[ReviewGuard, _Look] = MappingProxyType(
    {
        G.FIGURES_FAIL: _figures_fail,
        G.FIGURES_PASS: _figures_pass,
        G.GONE: _gone,
        G.GRADE_LOWER_AND_MET: _grade,
        G.OTHER_PERSON: _other_person,
        G.REACHED_CITY: _reached_city,
        G.ROUND_OPEN: _round_open,
        G.ROUND_SUBMITTED: _round_submitted,
        G.ROUND_UNPUBLISHED: _round_unpublished,
        G.STANDS: _stands,
        G.WORDS: _words,
    }
)


# --- what the rule set says -------------------------------------------------------------------------------------------


def has_review(rule_set: RuleSet) -> bool:
    """Whether certificates are looked at every year under a rule set."""
    return rule_set.procedure is not None and rule_set.procedure.review is not None and rule_set.words is not None


def article_of(rule_set: RuleSet) -> Citation | None:
    """The article of the look itself."""
    review = rule_set.procedure.review if rule_set.procedure else None
    return rule_set.citation(review.article) if review else None


def consequence_of(rule_set: RuleSet) -> Citation | None:
    """The article by which a certificate ends, and the grade is determined anew."""
    review = rule_set.procedure.review if rule_set.procedure else None
    return rule_set.citation(review.consequence) if review else None


def round_due(rule_set: RuleSet, opened_on: date, calendar: WorkingDays) -> Due | None:
    """Until when a round opened on a day should be published."""
    rule = _procedure(rule_set).terms.get(TermCode.REVIEW)
    return calendar.due(Term(rule.length, UNITS[rule.unit]), opened_on) if rule else None
