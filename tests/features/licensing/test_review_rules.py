"""The yearly look as two tables: every pair that is not in them is refused, and every guard says why."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from regulator.features.accounts.terms import Permission
from regulator.features.licensing import rulesets
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.review_terms import (
    ReviewAct,
    ReviewClosing,
    ReviewCounts,
    ReviewRoundAct,
    ReviewRoundState,
    ReviewSaid,
    ReviewStanding,
    ReviewState,
)
from regulator.features.licensing.rules.certificates import last_day
from regulator.features.licensing.rules.drawing import drawn_review, drawn_round
from regulator.features.licensing.rules.reviews import (
    ENTRY_TABLE,
    ROUND_TABLE,
    judge_review,
    judge_round,
    lawful_reviews,
    round_due,
)
from regulator.features.licensing.rules.rulesets import judge_rule_set
from regulator.features.licensing.terms import GrantLevel
from regulator.law.calendar import WorkingDays
from regulator.law.findings import Refused

A, S, RA, RS, P = ReviewAct, ReviewState, ReviewRoundAct, ReviewRoundState, Permission
ONE, OTHER = UUID(int=1), UUID(int=2)
EVERYBODY = Desk(ONE, frozenset(P), frozenset(GrantLevel))
MEASURES = rulesets.read(rulesets.shipped_source("licence-2004"))
TODAY = rulesets.read(rulesets.shipped_source(rulesets.DEMO))
PROCEDURE = MEASURES.procedure
assert PROCEDURE is not None


def standing(state: ReviewState, round_state: ReviewRoundState = RS.SUBMITTED, **given: Any) -> ReviewStanding:
    facts: dict[str, Any] = {"passes": True, "reached_city": True, "first_by": OTHER, "lower": ("3",)}
    return ReviewStanding(state, round_state, **(facts | given))


def judged(found: ReviewStanding, act: ReviewAct, desk: Desk = EVERYBODY, **said: Any) -> list[str]:
    given = ReviewSaid(**({"words": "情况属实"} | said))
    return [one.code for one in judge_review(found, act, given, desk, MEASURES).findings]


def of_round(state: ReviewRoundState, act: ReviewRoundAct, counts: ReviewCounts, desk: Desk = EVERYBODY) -> list[str]:
    return [one.code for one in judge_round(state, act, counts, desk, PROCEDURE).findings]


def test_every_pair_outside_the_tables_is_refused() -> None:
    for state in S:
        for act in A:
            refused = judged(standing(state), act) == ["review_act_not_in_this_state"]
            assert refused is ((state, act) not in ENTRY_TABLE), (state, act)
    for stands in RS:
        for step in RA:
            refused = of_round(stands, step, ReviewCounts()) == ["round_act_not_in_this_state"]
            assert refused is ((stands, step) not in ROUND_TABLE), (stands, step)


def test_every_line_needs_its_right_and_its_level() -> None:
    away = Desk(ONE, frozenset(P), frozenset({GrantLevel.PROVINCE}))
    for (state, act), line in ENTRY_TABLE.items():
        if line.by is not None:
            others = Desk(ONE, frozenset(P) - {line.by}, frozenset(GrantLevel))
            assert judged(standing(state), act, others) == ["review_act_without_right"]
            assert "act_of_another_level" in judged(standing(state), act, away)
    for (stands, step), line_of_round in ROUND_TABLE.items():
        if line_of_round.by is not None:
            others = Desk(ONE, frozenset(P) - {line_of_round.by}, frozenset(GrantLevel))
            assert of_round(stands, step, ReviewCounts(), others) == ["round_act_without_right"]
            assert "act_of_another_level" in of_round(stands, step, ReviewCounts(), away)


@pytest.mark.parametrize(
    ("found", "act", "said", "codes"),
    [
        pytest.param(standing(S.AWAITING, RS.OPEN), A.PROPOSE_PASS, {}, [], id="Art.17-passes"),
        pytest.param(
            standing(S.AWAITING, RS.OPEN, passes=False), A.PROPOSE_PASS, {}, ["review_figures_fail"],
            id="Art.17-no-pass-on-failing-figures",
        ),
        pytest.param(
            standing(S.AWAITING, RS.OPEN), A.PROPOSE_FAIL, {}, ["review_figures_pass"], id="Art.18-no-ground"
        ),
        pytest.param(
            standing(S.AWAITING, RS.OPEN, passes=False), A.PROPOSE_FAIL, {"words": " "}, ["act_without_words"],
            id="Art.18-words",
        ),
        pytest.param(
            standing(S.AWAITING), A.PROPOSE_PASS, {}, ["review_round_in_state"], id="Art.17-lies-with-the-city"
        ),
        pytest.param(standing(S.PROPOSED, RS.OPEN), A.DECIDE_PASS, {}, ["review_round_in_state"], id="Art.17-district"),
        pytest.param(
            standing(S.PROPOSED, first_by=ONE), A.DECIDE_PASS, {}, ["review_proposed_by_oneself"], id="two-people-pass"
        ),
        pytest.param(
            standing(S.PROPOSED, passes=False, first_by=ONE), A.DECIDE_FAIL, {}, ["review_proposed_by_oneself"],
            id="two-people-fail",
        ),
        pytest.param(
            standing(S.PROPOSED, passes=False), A.DECIDE_PASS, {}, ["review_figures_fail"], id="Art.17-since-fallen"
        ),
        pytest.param(standing(S.PROPOSED, passes=False), A.DECIDE_FAIL, {"grade": "3"}, [], id="Art.18-grade-anew"),
        pytest.param(
            standing(S.PROPOSED, passes=False, lower=()), A.DECIDE_FAIL, {"grade": "3"}, ["review_grade_not_met"],
            id="Art.18-grade-not-met",
        ),
        pytest.param(
            standing(S.PROPOSED, passes=False), A.DECIDE_FAIL, {"grade": "1"}, ["review_grade_not_met"],
            id="Art.18-grade-not-lower",
        ),
        pytest.param(standing(S.PROPOSED), A.RETURN, {"words": ""}, ["act_without_words"], id="returned-with-words"),
        pytest.param(
            standing(S.PROPOSED, RS.OPEN, reached_city=False), A.RETURN, {}, ["review_round_in_state"], id="not-sent"
        ),
        pytest.param(standing(S.PROPOSED, RS.OPEN), A.RETURN, {}, [], id="a-second-one-returned"),
        pytest.param(
            standing(S.DECIDED, RS.PUBLISHED), A.RETURN, {}, ["review_round_in_state"], id="Art.22-published-stands"
        ),
        pytest.param(
            standing(S.PROPOSED, gone=ReviewClosing.COMPANY_CANCELLED), A.DECIDE_PASS, {}, ["review_gone"], id="gone"
        ),
        pytest.param(standing(S.PROPOSED), A.CLOSE, {}, ["review_not_gone"], id="not-gone"),
    ],
)  # fmt: skip
def test_a_guard_says_why(found: ReviewStanding, act: ReviewAct, said: dict[str, Any], codes: list[str]) -> None:
    assert judged(found, act, **said) == codes


@pytest.mark.parametrize(
    ("state", "act", "counts", "codes"),
    [
        pytest.param(RS.OPEN, RA.SUBMIT, ReviewCounts(failing=2), ["round_awaits_still"], id="one-awaits"),
        pytest.param(RS.OPEN, RA.SUBMIT, ReviewCounts(proposed_fail=2), [], id="submitted"),
        pytest.param(RS.SUBMITTED, RA.SETTLE, ReviewCounts(proposed_pass=1), ["round_proposed_still"], id="undecided"),
        pytest.param(RS.DECIDED, RA.PUBLISH, ReviewCounts(passed=3, failed=1), [], id="Art.22-published"),
        pytest.param(RS.DECIDED, RA.PUBLISH, ReviewCounts(proposed_fail=1), ["round_proposed_still"], id="Art.22-left"),
    ],
)  # fmt: skip
def test_a_round_waits_for_all(
    state: ReviewRoundState, act: ReviewRoundAct, counts: ReviewCounts, codes: list[str]
) -> None:
    assert of_round(state, act, counts) == codes


def test_a_desk_is_offered_what_it_may() -> None:
    district = Desk(ONE, frozenset({P.APPLICATIONS_EXAMINE}), frozenset({GrantLevel.DISTRICT}))
    city = Desk(ONE, frozenset({P.APPLICATIONS_DECIDE}), frozenset({GrantLevel.CITY}))

    def offered(found: ReviewStanding, desk: Desk) -> set[ReviewAct]:
        return {line.act for line in lawful_reviews(found, desk, PROCEDURE)}

    assert offered(standing(S.AWAITING, RS.OPEN), district) == {A.PROPOSE_PASS, A.PROPOSE_FAIL}
    assert offered(standing(S.AWAITING, RS.OPEN), city) == set()
    assert offered(standing(S.PROPOSED), district) == set()
    assert offered(standing(S.PROPOSED), city) == {A.DECIDE_PASS, A.DECIDE_FAIL, A.RETURN}


def test_a_rule_set_says_what_a_review_is() -> None:
    assert MEASURES.below("1") == ("2", "3")
    assert MEASURES.below("3") == ()
    assert last_day(TODAY, date(2026, 12, 1)) == date(2029, 11, 30), "Art. 17: three years"
    assert last_day(MEASURES, date(2005, 6, 1)) is None
    due = round_due(TODAY, date(2026, 11, 2), WorkingDays(frozenset(), frozenset(), frozenset()))
    assert due is not None
    assert due.day == date(2027, 1, 25), "Art. 19: sixty working days"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        pytest.param('consequence = "第十九条第二款"', 'consequence = " "', "rule_set_uncited", id="uncited"),
        pytest.param("review = { length = 60", "provisional_ = { length = 60", None, id="unknown-term"),
        pytest.param(', "annual_review"]', "]", "rule_set_review_kind", id="nobody-may-ask-for-it"),
        pytest.param(
            'review = { length = 60, unit = "working_days", article = "第十九条" }', "",
            "rule_set_term_missing", id="no-term",
        ),
    ],
)  # fmt: skip
def test_a_review_is_judged_with_its_rule_set(old: str, new: str, code: str | None) -> None:
    source = rulesets.shipped_source(rulesets.DEMO)
    assert old in source
    if code is None:
        with pytest.raises(Refused):
            rulesets.read(source.replace(old, new))
        return
    assert [one.code for one in judge_rule_set(rulesets.read(source.replace(old, new))).findings] == [code]


class Round(RuleBasedStateMachine):
    """Anybody tries anything with three companies of a round; what was lawful happens."""

    @initialize(passing=st.lists(st.booleans(), min_size=3, max_size=3))
    def begin(self, passing: list[bool]) -> None:
        self.round = RS.OPEN
        self.reached = False
        self.found = [standing(S.AWAITING, RS.OPEN, passes=one, reached_city=False, first_by=None) for one in passing]
        self.second: list[UUID | None] = [None] * 3
        self.passed: set[int] = set()

    def counts(self) -> ReviewCounts:
        states = [one.state for one in self.found]
        return ReviewCounts(
            passing=states.count(S.AWAITING), proposed_pass=states.count(S.PROPOSED), passed=states.count(S.DECIDED),
            closed=states.count(S.CLOSED),
        )  # fmt: skip

    @rule(number=st.integers(0, 2), act=st.sampled_from(A), who=st.sampled_from([ONE, OTHER]), words=st.booleans())
    def with_one(self, number: int, act: ReviewAct, who: UUID, words: bool) -> None:
        one = replace(self.found[number], round_state=self.round, reached_city=self.reached)
        if judged(one, act, replace(EVERYBODY, account_id=who), words="x" if words else ""):
            return
        first = {A.PROPOSE_PASS: who, A.PROPOSE_FAIL: who, A.TAKE_BACK: None, A.RETURN: None}
        self.found[number] = replace(one, state=ENTRY_TABLE[one.state, act].to, first_by=first.get(act, one.first_by))
        self.second[number] = who if act in (A.DECIDE_PASS, A.DECIDE_FAIL) else None
        self.passed = self.passed | {number} if act is A.DECIDE_PASS else self.passed - {number}
        if act is A.RETURN:
            self.round = RS.OPEN
        if not of_round(self.round, RA.SETTLE, self.counts()):
            self.round = RS.DECIDED

    @rule(number=st.integers(0, 2))
    def figures_change(self, number: int) -> None:
        self.found[number] = replace(self.found[number], passes=not self.found[number].passes)

    @rule(number=st.integers(0, 2))
    def cancelled(self, number: int) -> None:
        self.found[number] = replace(self.found[number], gone=ReviewClosing.COMPANY_CANCELLED)

    @rule(act=st.sampled_from([RA.SUBMIT, RA.PUBLISH, RA.SETTLE]))
    def with_all(self, act: ReviewRoundAct) -> None:
        if not of_round(self.round, act, self.counts()):
            self.round = ROUND_TABLE[self.round, act].to
            self.reached = self.reached or act is RA.SUBMIT

    @invariant()
    def the_law_holds(self) -> None:
        for number, one in enumerate(getattr(self, "found", [])):
            if one.state is S.DECIDED:
                assert self.second[number] is not None
                assert self.second[number] != one.first_by
            if self.round is RS.PUBLISHED:
                assert one.state in (S.DECIDED, S.CLOSED)
                assert self.reached


TestRound = Round.TestCase
TestRound.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_documentation_shows_the_tables() -> None:
    text = (Path(__file__).parents[3] / "docs" / "licensing.md").read_text(encoding="utf-8")
    for name, drawing in (("round", drawn_round()), ("review", drawn_review())):
        shown = text.partition(f"<!-- {name}: begin -->\n")[2].partition(f"\n<!-- {name}: end -->")[0]
        assert shown == drawing, "run python dev/draw_licensing.py"
