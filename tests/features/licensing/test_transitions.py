"""The life of an application as a table: every pair that is not in it is refused, and every guard says why."""

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
from regulator.features.licensing.application_terms import (
    ENDED,
    UNDECIDED,
    ApplicationAct,
    ApplicationState,
    Desk,
    Given,
    Standing,
)
from regulator.features.licensing.certificate_terms import CertificateFacts, CertificateOrigin, CertificateState
from regulator.features.licensing.rules.clocks import term_in
from regulator.features.licensing.rules.drafts import HOLDING
from regulator.features.licensing.rules.drawing import drawn
from regulator.features.licensing.rules.transitions import TABLES, judge_step, lawful_acts
from regulator.features.licensing.terms import ApplicationKind, ClockStop, GrantLevel, Nature

A, S, P = ApplicationAct, ApplicationState, Permission
TODAY = date(2016, 7, 1)
ONE, OTHER = UUID(int=1), UUID(int=2)
EVERYBODY = Desk(ONE, frozenset(P), frozenset(GrantLevel))
PROCEDURES = {
    Nature.LICENCE: rulesets.read(rulesets.shipped_source("licence-2015")).procedure,
    Nature.EVALUATION: rulesets.read(rulesets.shipped_source(rulesets.DEMO)).procedure,
}
PAIRS = [(nature, state, act) for nature in Nature for state in S for act in A]


def standing(state: ApplicationState, nature: Nature = Nature.LICENCE, **given: Any) -> Standing:
    facts: dict[str, Any] = {
        "kind": ApplicationKind.NEW, "due_on": date(2016, 6, 30), "examiner_id": OTHER, "files": 1,
        "objections_until": date(2016, 6, 30),
    }  # fmt: skip
    return Standing(state=state, nature=nature, **(facts | given))


def held(until: date | None = None, **given: Any) -> CertificateFacts:
    origin, since = CertificateOrigin.ISSUED, date(2015, 7, 1)
    return CertificateFacts(origin, Nature.LICENCE, since, until, **given)


def judged(found: Standing, act: ApplicationAct, desk: Desk = EVERYBODY, **given: Any) -> list[str]:
    said = Given(**({"words": "材料齐全", "stop": ClockStop.INSPECTION} | given))
    return [f.code for f in judge_step(found, act, said, desk, PROCEDURES[found.nature], TODAY).findings]


def test_every_pair_outside_the_table_is_refused() -> None:
    for nature, state, act in PAIRS:
        refused = judged(standing(state, nature), act) == ["act_not_in_this_state"]
        assert refused is ((state, act) not in TABLES[nature]), (nature, state, act)


def test_every_line_needs_its_right_and_its_level() -> None:
    for nature in Nature:
        for (state, act), line in TABLES[nature].items():
            if not line.by:
                continue
            others = Desk(ONE, frozenset(P) - set(line.by), frozenset(GrantLevel))
            assert judged(standing(state, nature), act, others) == ["act_without_right"]
            away = Desk(ONE, frozenset(P), frozenset({GrantLevel.PROVINCE}))
            assert ("act_of_another_level" in judged(standing(state, nature), act, away)) is (line.seat is not None)


def test_nothing_leads_out_of_an_end_and_everything_undecided_can_be_retracted() -> None:
    for table in TABLES.values():
        assert not {state for state, _act in table} & set(ENDED)
        assert {state for state, act in table if act is A.RETRACT} >= set(UNDECIDED) - {S.OBJECTION_NOTICE}
    assert (S.OBJECTION_NOTICE, A.RETRACT) in TABLES[Nature.EVALUATION]


def test_a_line_starts_the_term_that_runs_in_its_state() -> None:
    for nature, table in TABLES.items():
        for line in table.values():
            if line.starts and line.to is not line.state and line.act is not A.PUBLISH_OBJECTION:
                assert line.starts is term_in(line.to, PROCEDURES[nature]), line


@pytest.mark.parametrize(
    ("found", "act", "given", "code"),
    [
        pytest.param(standing(S.EXAMINED, examiner_id=ONE), A.APPROVE, {}, "examined_by_oneself", id="two-people-yes"),
        pytest.param(standing(S.EXAMINED, examiner_id=ONE), A.REJECT, {}, "examined_by_oneself", id="two-people-no"),
        pytest.param(standing(S.EXAMINED), A.APPROVE, {"failing": ("capital",)}, "conditions_not_met", id="conditions"),
        pytest.param(standing(S.SUPPLIED), A.ASK_SUPPLEMENT, {}, "act_not_in_this_state", id="Art.32-once"),
        pytest.param(standing(S.RECEIVED), A.ASK_SUPPLEMENT, {"words": " "}, "act_without_words", id="Art.32-named"),
        pytest.param(
            standing(S.RECEIVED, due_on=TODAY), A.COUNT_ACCEPTED, {}, "term_not_passed", id="Art.32-last-day"
        ),
        pytest.param(standing(S.EXAMINED, is_extended=True), A.EXTEND, {}, "extended_already", id="Art.42-once"),
        pytest.param(standing(S.EXAMINED), A.STOP_CLOCK, {"stop": None}, "clock_stop_not_named", id="Art.45-none"),
        pytest.param(
            standing(S.EXAMINED, Nature.EVALUATION), A.STOP_CLOCK, {"stop": ClockStop.HEARING}, "clock_stop_not_named",
            id="Art.45-not-in-this-rule-set",
        ),
        pytest.param(standing(S.EXAMINED, is_stopped=True), A.REJECT, {}, "clock_stands_still", id="Art.45-stands"),
        pytest.param(standing(S.EXAMINED), A.RESUME_CLOCK, {}, "clock_runs_already", id="Art.45-runs"),
        pytest.param(
            standing(S.OBJECTION_NOTICE, Nature.EVALUATION, objections_until=TODAY), A.APPROVE, {},
            "objections_still_open", id="notice-on-its-last-day",
        ),
        pytest.param(
            standing(S.OBJECTION_NOTICE, Nature.EVALUATION, objections=1), A.APPROVE, {"words": ""},
            "objections_unanswered", id="objection-unanswered",
        ),
        pytest.param(standing(S.ACCEPTED, is_cancelled=True), A.EXAMINE, {}, "company_was_cancelled", id="cancelled"),
        pytest.param(standing(S.ACCEPTED), A.CLOSE_BECAUSE_CANCELLED, {}, "company_not_cancelled", id="not-cancelled"),
        pytest.param(standing(S.DRAFT, files=0), A.SUBMIT, {}, "application_without_papers", id="no-papers"),
    ],
)  # fmt: skip
def test_a_guard_says_why(found: Standing, act: ApplicationAct, given: dict[str, Any], code: str) -> None:
    assert judged(found, act, **given) == [code]


K = ApplicationKind
RAN_OUT = held(date(2016, 6, 30))


@pytest.mark.parametrize(
    ("kind", "certificate", "sent", "decided"),
    [
        *(pytest.param(kind, None, *2 * ["certificate_nothing_held"], id=f"{kind}-none") for kind in HOLDING),
        *(pytest.param(kind, held(), None, None, id=f"{kind}-valid") for kind in HOLDING),
        pytest.param(K.NEW, None, None, None, id="new-none"),
        pytest.param(K.NEW, held(), *2 * ["certificate_held_already"], id="new-valid"),
        pytest.param(K.NEW, RAN_OUT, None, None, id="new-after-one-ran-out"),
        pytest.param(K.CANCELLATION, RAN_OUT, None, None, id="行政许可法70-ran-out"),
        pytest.param(K.CHANGE, RAN_OUT, *2 * ["certificate_ran_out"], id="change-ran-out"),
        pytest.param(K.RENEWAL, RAN_OUT, "certificate_ran_out", None, id="renewal-ran-out-while-undecided"),
        pytest.param(
            K.RENEWAL, held(ended_on=TODAY, ended_as=CertificateState.REVOKED),
            *2 * ["certificate_ran_out"], id="renewal-of-what-was-revoked",
        ),
    ],
)  # fmt: skip
def test_what_is_asked_for_fits_what_is_held(
    kind: ApplicationKind, certificate: CertificateFacts | None, sent: str | None, decided: str | None
) -> None:
    for state, acts, code in (
        (S.DRAFT, (A.SUBMIT, A.RECEIVE), sent),
        (S.EXAMINED, (A.APPROVE,), decided),
    ):
        found = standing(state, kind=kind, certificate=certificate)
        assert [judged(found, act) for act in acts] == [[code] if code else []] * len(acts), state


def test_an_evaluation_cites_nothing_of_licences() -> None:
    found = standing(S.EXAMINED, is_extended=True, is_stopped=True)
    for nature in Nature:
        looks = [(A.EXTEND, {}), (A.STOP_CLOCK, {"stop": ClockStop.HEARING})]
        judged_by = [
            judge_step(replace(found, nature=nature), act, Given("x", **more), EVERYBODY, PROCEDURES[nature], TODAY)
            for act, more in looks
        ]
        cited = {one.citation.instrument for verdict in judged_by for one in verdict.findings if one.citation}
        assert cited == ({"行政许可法"} if nature is Nature.LICENCE else set())


@pytest.mark.parametrize(
    ("given", "renews"),
    [
        pytest.param({}, True, id="Art.50-silence"),
        pytest.param({"held_until": TODAY}, False, id="Art.50-last-day"),
        pytest.param({"asked_in_time": False}, False, id="Art.50-asked-late"),
        pytest.param({"kind": ApplicationKind.UPGRADE}, False, id="Art.50-no-renewal"),
    ],
)
def test_silence_renews(given: dict[str, Any], renews: bool) -> None:
    facts = {"kind": ApplicationKind.RENEWAL, "asked_in_time": True, "held_until": date(2016, 6, 30)}
    facts["certificate"] = RAN_OUT
    found = standing(S.ACCEPTED, **(facts | given))
    assert judged(found, A.COUNT_RENEWED) == ([] if renews else ["silence_does_not_renew"])
    assert judged(replace(found, nature=Nature.EVALUATION), A.COUNT_RENEWED) == ["act_not_in_this_state"]


def test_a_desk_is_offered_what_it_may() -> None:
    district = Desk(ONE, frozenset({P.APPLICATIONS_EXAMINE}), frozenset({GrantLevel.DISTRICT}))
    city = Desk(ONE, frozenset({P.APPLICATIONS_DECIDE}), frozenset({GrantLevel.CITY}))

    def offered(state: ApplicationState, desk: Desk) -> set[ApplicationAct]:
        return {line.act for line in lawful_acts(standing(state), desk, PROCEDURES[Nature.LICENCE])}

    assert offered(S.RECEIVED, district) == {A.ASK_SUPPLEMENT, A.ACCEPT, A.REFUSE_ACCEPTANCE}
    assert offered(S.RECEIVED, city) == set()
    assert offered(S.EXAMINED, district) == set()
    assert offered(S.EXAMINED, city) == {A.APPROVE, A.REJECT, A.STOP_CLOCK, A.RESUME_CLOCK}


class Life(RuleBasedStateMachine):
    """Anybody tries anything; what was lawful happens."""

    @initialize(nature=st.sampled_from(Nature))
    def begin(self, nature: Nature) -> None:
        self.found = standing(S.DRAFT, nature, examiner_id=None)
        self.done: list[tuple[ApplicationAct, UUID | None]] = []

    @rule(act=st.sampled_from(A), account=st.sampled_from([ONE, OTHER]))
    def attempt(self, act: ApplicationAct, account: UUID) -> None:
        if judged(self.found, act, replace(EVERYBODY, account_id=account)):
            return
        line = TABLES[self.found.nature][self.found.state, act]
        self.done.append((act, account))
        self.found = replace(
            self.found,
            state=line.to,
            examiner_id=account if act is A.EXAMINE else self.found.examiner_id,
            is_extended=self.found.is_extended or act is A.EXTEND,
            is_stopped=line.stops if line.stops is not None else self.found.is_stopped,
        )

    @invariant()
    def the_law_holds(self) -> None:
        acts = [act for act, _account in getattr(self, "done", [])]
        assert max(acts.count(A.ASK_SUPPLEMENT), acts.count(A.EXTEND), acts.count(A.EXAMINE)) <= 1 if acts else True
        if A.APPROVE in acts or A.REJECT in acts:
            people = dict(self.done)
            assert people[A.EXAMINE] != people.get(A.APPROVE, people.get(A.REJECT))


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_documentation_shows_the_table() -> None:
    text = (Path(__file__).parents[3] / "docs" / "licensing.md").read_text(encoding="utf-8")
    for nature in Nature:
        shown = text.partition(f"<!-- {nature}: begin -->\n")[2].partition(f"\n<!-- {nature}: end -->")[0]
        assert shown == drawn(nature), "run python dev/draw_licensing.py"
