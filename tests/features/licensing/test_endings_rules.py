"""How certificates end, as tables: every step outside them is refused, every guard says why, every term is dated."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from regulator.features.accounts.terms import Permission
from regulator.features.calendar.rules.statutory import working_days
from regulator.features.licensing import rulesets
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.certificate_terms import CertificateFacts, CertificateOrigin, CertificateState
from regulator.features.licensing.endings_terms import (
    ENDED_ENDINGS,
    OPEN_ENDINGS,
    EndingAct,
    EndingGiven,
    EndingGround,
    EndingNext,
    EndingStanding,
    EndingState,
    PaperSeen,
)
from regulator.features.licensing.rules.drawing import drawn_endings
from regulator.features.licensing.rules.ending_law import (
    answer_due,
    decision_due,
    ending_article,
    hearing_from,
    term_for,
)
from regulator.features.licensing.rules.endings import (
    LINES,
    beginnings,
    grounds_of,
    judge_ending,
    lawful_endings,
    line_of_ending,
    next_in,
    wanted_paper,
)
from regulator.features.licensing.terms import EndingKind, GrantLevel, Nature, TermCode
from regulator.features.papers.terms import PaperKind

A, E, N, P, S = EndingAct, EndingKind, EndingNext, Permission, EndingState
CALENDAR = working_days({})
"""Computed from the law: off are 1 January 2027, and 5 to 8 February (two of them a weekend)."""
TODAY = date(2026, 11, 20)
ONE, OTHER = UUID(int=1), UUID(int=2)
EVERYBODY = Desk(ONE, frozenset(P) - {P.OWN_APPLICATIONS}, frozenset(GrantLevel))
RULES = {
    Nature.LICENCE: rulesets.read(rulesets.shipped_source("licence-2015")),
    Nature.EVALUATION: rulesets.read(rulesets.shipped_source(rulesets.DEMO)),
}
LICENCE, EVALUATION = RULES[Nature.LICENCE], RULES[Nature.EVALUATION]
NOTICE = PaperSeen("告1", date(2026, 11, 2), date(2026, 11, 2))
CALL = PaperSeen("听1", date(2026, 11, 5), date(2026, 11, 5))
DECISION = PaperSeen("决1", date(2026, 11, 18))
STEPS = [(nature, kind, state, act) for nature in Nature for kind in E for state in S for act in A]


def held(nature: Nature = Nature.EVALUATION, **given: Any) -> CertificateFacts:
    usual: dict[str, Any] = {"issued_on": date(2026, 1, 1), "valid_until": date(2028, 12, 31)}
    return CertificateFacts(given.pop("origin", CertificateOrigin.ISSUED), nature, **(usual | given))


def case(state: EndingState | None, kind: EndingKind = E.REVOCATION, **given: Any) -> EndingStanding:
    nature = given.pop("nature", Nature.EVALUATION)
    grounds = grounds_of(kind, RULES[nature])
    usual: dict[str, Any] = {
        "ground": grounds[0], "certificate": held(nature), "opened_by": OTHER, "answer_until": date(2026, 11, 9),
        "notice": NOTICE, "call": CALL, "hearing_from": date(2026, 11, 16), "heard_on": date(2026, 11, 17),
        "decision": DECISION, "known_grounds": grounds,
    }  # fmt: skip
    return EndingStanding(kind, nature, state=state, **(usual | given))


def judged(found: EndingStanding, act: EndingAct, desk: Desk = EVERYBODY, **given: Any) -> list[str]:
    said = EndingGiven(**({"words": "查实", "on": date(2026, 11, 18)} | given))
    return [one.code for one in judge_ending(found, act, said, desk, GrantLevel.CITY, TODAY).findings]


def test_every_step_outside_the_table_is_refused() -> None:
    for nature, kind, state, act in STEPS:
        exists = line_of_ending(nature, kind, state, act) is not None
        refused = judged(case(state, kind, nature=nature), act) == ["ending_act_not_now"]
        assert refused is not exists, (nature, kind, state, act)


def test_every_line_needs_its_right_and_its_level() -> None:
    for nature, lines in LINES.items():
        for line in lines:
            found = case(line.state, line.kinds[0], nature=nature)
            if line.by:
                others = Desk(ONE, frozenset(P) - set(line.by), frozenset(GrantLevel))
                assert judged(found, line.act, others) == ["act_without_right"]
                away = Desk(ONE, EVERYBODY.permissions, frozenset({GrantLevel.DISTRICT}))
                assert "act_of_another_level" in judged(found, line.act, away)
            mine = Desk(ONE, frozenset({P.OWN_APPLICATIONS}))
            if P.OWN_APPLICATIONS in line.by:
                assert "act_of_another_level" not in judged(found, line.act, mine), "the holder answers from its desk"


def test_nothing_leads_out_of_an_end_and_every_open_case_can_be_dropped() -> None:
    for lines in LINES.values():
        assert not {line.state for line in lines} & set(ENDED_ENDINGS)
        for act in (A.DROP, A.CLOSE_BECAUSE_ENDED):
            assert {line.state for line in lines if line.act is act} == set(OPEN_ENDINGS)


def test_only_cancelling_the_entry_is_decided_untold() -> None:
    for nature in Nature:
        untold = [kind for kind in E if line_of_ending(nature, kind, S.OPENED, A.DECIDE)]
        assert untold == [E.CANCELLATION]
        untold = [kind for kind in E if next_in(case(S.OPENED, kind, decision=None), TODAY) is N.DECISION_PAPER]
        assert untold == [E.CANCELLATION]


@pytest.mark.parametrize(
    ("found", "expected", "paper"),
    [
        (case(S.OPENED), N.NOTICE, PaperKind.ADVANCE_NOTICE),
        (case(S.OPENED, notice_issued=True), N.NOTICE_SERVICE, None),
        (case(S.TOLD, answer_until=TODAY), N.ANSWER, None),
        (case(S.HEARING_ASKED, hearing_from=None), N.CALL, PaperKind.HEARING_CALL),
        (case(S.HEARING_ASKED, hearing_from=None, call_issued=True), N.CALL_SERVICE, None),
        (case(S.HEARING_ASKED), N.HEARING, None),
        (case(S.TOLD, decision=None), N.DECISION_PAPER, PaperKind.PENALTY),
        (case(S.TOLD, decision=replace(DECISION, dated_on=date(2026, 11, 9))), N.DECISION_PAPER, PaperKind.PENALTY),
        (case(S.HEARD), N.DECISION, None),
        (case(S.DECIDED), N.NOTHING, None),
    ],
)
def test_what_a_case_waits_for(found: EndingStanding, expected: EndingNext, paper: PaperKind | None) -> None:
    wanted = next_in(found, TODAY)
    assert (wanted, wanted_paper(found.kind, wanted)) == (expected, paper)


GONE = held(ended_on=date(2026, 11, 1), ended_as=CertificateState.SUPERSEDED)
RAN_OUT = held(valid_until=date(2026, 10, 31))


@pytest.mark.parametrize(
    ("found", "act", "given", "codes"),
    [
        pytest.param(case(None), A.OPEN, {}, [], id="open"),
        pytest.param(case(None), A.OPEN, {"words": " "}, ["act_without_words"], id="open-facts-in-words"),
        pytest.param(case(None, ground="cheated"), A.OPEN, {}, ["ending_ground_unfit"], id="处罚法-ground-of-69"),
        pytest.param(
            case(None, E.ANNULMENT, ground="law_changed"), A.OPEN, {}, ["ending_ground_unfit"], id="许可法69-of-8"
        ),
        pytest.param(case(None, known_grounds=()), A.OPEN, {}, ["ending_not_in_rules"], id="rule-set-without-the-act"),
        pytest.param(case(None, certificate=RAN_OUT), A.OPEN, {}, ["ending_from_state"], id="处罚法-ran-out"),
        pytest.param(case(None, E.ANNULMENT, certificate=RAN_OUT), A.OPEN, {}, [], id="许可法69-after-its-end"),
        pytest.param(
            case(None, certificate=held(Nature.LICENCE, origin=CertificateOrigin.RECORDED)), A.OPEN, {},
            ["ending_not_issued_here"], id="of-another-office",
        ),
        pytest.param(
            case(None, E.CANCELLATION, ground="not_renewed"), A.OPEN, {}, ["ending_not_run_out"], id="许可法70(1)-runs"
        ),
        pytest.param(
            case(None, E.CANCELLATION, ground="not_renewed", certificate=RAN_OUT), A.OPEN, {}, [], id="许可法70(1)"
        ),
        pytest.param(
            case(None, E.CANCELLATION, ground="company_ended"), A.OPEN, {}, ["ending_company_stands"],
            id="许可法70(3)-stands",
        ),
        pytest.param(
            case(None, E.CANCELLATION, ground="company_ended", company_cancelled=True), A.OPEN, {}, [], id="许可法70(3)"
        ),
        pytest.param(case(S.OPENED, notice=None), A.TELL, {}, ["ending_notice_not_served"], id="处罚法44-untold"),
        pytest.param(
            case(S.OPENED, notice=replace(NOTICE, served_on=None)), A.TELL, {}, ["ending_notice_not_served"],
            id="处罚法44-issued-only",
        ),
        pytest.param(case(S.TOLD, answer_until=TODAY), A.ASK_HEARING, {}, [], id="处罚法64(1)-last-day"),
        pytest.param(case(S.TOLD), A.ASK_HEARING, {}, ["ending_hearing_too_late"], id="处罚法64(1)-a-day-late"),
        pytest.param(case(S.HEARING_ASKED), A.HOLD_HEARING, {}, [], id="处罚法64(2)-held"),
        pytest.param(
            case(S.HEARING_ASKED, call=None), A.HOLD_HEARING, {}, ["ending_hearing_not_called"], id="处罚法64-uncalled"
        ),
        pytest.param(
            case(S.HEARING_ASKED), A.HOLD_HEARING, {"on": date(2026, 11, 13)}, ["ending_hearing_too_soon"],
            id="处罚法64(2)-too-soon",
        ),
        pytest.param(
            case(S.HEARING_ASKED), A.HOLD_HEARING, {"on": date(2026, 11, 21)}, ["ending_hearing_day"], id="to-come"
        ),
        pytest.param(
            case(S.HEARING_ASKED, opened_by=ONE), A.HOLD_HEARING, {}, ["ending_by_oneself"], id="处罚法64(4)-opener"
        ),
        pytest.param(case(S.TOLD), A.DECIDE, {}, [], id="decide-after-the-term"),
        pytest.param(
            case(S.TOLD, answer_until=TODAY), A.DECIDE, {}, ["ending_decision_too_early", "ending_term_runs"],
            id="处罚法45-on-the-last-day",
        ),
        pytest.param(
            case(S.TOLD, decision=replace(DECISION, dated_on=date(2026, 11, 9))), A.DECIDE, {"on": date(2026, 11, 9)},
            ["ending_decision_too_early"], id="处罚法45-paper-made-before-the-answer",
        ),
        pytest.param(
            case(S.HEARD, heard_on=date(2026, 11, 19)), A.DECIDE, {}, ["ending_decision_too_early"],
            id="处罚法65-paper-made-before-the-hearing",
        ),
        pytest.param(
            case(S.TOLD, decision=None), A.DECIDE, {}, ["ending_decision_not_issued"], id="decide-without-paper"
        ),
        pytest.param(
            case(S.HEARD, notice_stands=False), A.DECIDE, {}, ["ending_notice_gone"], id="处罚法44-notice-withdrawn"
        ),
        pytest.param(case(S.TOLD, opened_by=ONE), A.DECIDE, {}, ["ending_by_oneself"], id="two-people"),
        pytest.param(
            case(S.TOLD), A.DECIDE, {"on": date(2026, 11, 17)}, ["ending_day"], id="ends-before-its-paper"
        ),
        pytest.param(case(S.TOLD), A.DECIDE, {"on": date(2026, 11, 21)}, ["ending_day"], id="ends-in-the-future"),
        pytest.param(case(S.TOLD, certificate=GONE), A.DECIDE, {}, ["ending_certificate_ended"], id="ended-meanwhile"),
        pytest.param(case(S.HEARING_ASKED), A.DECIDE, {}, ["ending_act_not_now"], id="处罚法64-asked-and-not-heard"),
        pytest.param(case(S.HEARD), A.DROP, {"words": ""}, ["act_without_words"], id="drop-with-a-reason"),
        pytest.param(case(S.TOLD), A.CLOSE_BECAUSE_ENDED, {}, ["ending_certificate_stands"], id="still-stands"),
        pytest.param(case(S.TOLD, certificate=GONE), A.CLOSE_BECAUSE_ENDED, {}, [], id="superseded-meanwhile"),
        pytest.param(case(S.TOLD, company_cancelled=True), A.CLOSE_BECAUSE_ENDED, {}, [], id="company-gone"),
        pytest.param(
            case(S.OPENED, E.CANCELLATION, company_cancelled=True), A.CLOSE_BECAUSE_ENDED, {},
            ["ending_certificate_stands"], id="许可法70(3)-its-very-ground",
        ),
    ],
)  # fmt: skip
def test_a_guard_says_why(found: EndingStanding, act: EndingAct, given: dict[str, Any], codes: list[str]) -> None:
    assert judged(found, act, **given) == codes


BEFORE_NEW_YEAR, BEFORE_FESTIVAL = date(2026, 12, 28), date(2027, 2, 1)


@pytest.mark.parametrize(
    ("kind", "rules", "told_on", "until"),
    [
        pytest.param(E.REVOCATION, LICENCE, date(2016, 7, 1), date(2016, 7, 4), id="处罚法1996-42-three-days"),
        pytest.param(E.REVOCATION, LICENCE, date(2016, 7, 6), date(2016, 7, 11), id="处罚法1996-42-ends-on-a-Saturday"),
        pytest.param(E.REVOCATION, LICENCE, date(2021, 7, 14), date(2021, 7, 19), id="处罚法1996-42-its-last-day"),
        pytest.param(E.REVOCATION, LICENCE, date(2021, 7, 15), date(2021, 7, 22), id="处罚法2021-64-its-first-day"),
        pytest.param(E.DOWNGRADE, LICENCE, BEFORE_NEW_YEAR, date(2027, 1, 5), id="处罚法2021-64-over-New-Year"),
        pytest.param(E.DOWNGRADE, LICENCE, BEFORE_FESTIVAL, date(2027, 2, 10), id="处罚法2021-85-over-Spring-Festival"),
        pytest.param(E.WITHDRAWAL, LICENCE, date(2016, 7, 1), date(2016, 7, 8), id="许可法47-five-working-days"),
        pytest.param(E.ANNULMENT, LICENCE, date(2004, 6, 1), date(2004, 6, 8), id="usual-before-the-law"),
        pytest.param(E.REVOCATION, EVALUATION, BEFORE_FESTIVAL, date(2027, 2, 10), id="evaluation-its-own-term"),
        pytest.param(
            E.REVOCATION, replace(EVALUATION, procedure=replace(EVALUATION.procedure, terms={})), BEFORE_NEW_YEAR,
            date(2027, 1, 5), id="evaluation-without-a-term-as-usual",
        ),
    ],
)  # fmt: skip
def test_until_when_the_holder_may_answer(kind: EndingKind, rules: Any, told_on: date, until: date) -> None:
    due = answer_due(kind, rules, told_on, CALENDAR)
    assert due is not None
    assert due.day == until


@pytest.mark.parametrize(
    ("kind", "rules", "day", "article"),
    [
        pytest.param(E.REVOCATION, LICENCE, date(2021, 7, 14), "42", id="处罚法1996-last-day"),
        pytest.param(E.REVOCATION, LICENCE, date(2021, 7, 15), "64", id="处罚法2021-first-day"),
        pytest.param(E.ANNULMENT, LICENCE, date(2021, 7, 15), "47", id="许可法"),
        pytest.param(E.ANNULMENT, EVALUATION, date(2026, 7, 15), "第二十四条", id="evaluation"),
    ],
)
def test_a_term_is_cited(kind: EndingKind, rules: Any, day: date, article: str) -> None:
    rested = term_for(TermCode.STATEMENT, kind, rules, day)
    assert rested is not None
    assert rested.citation is not None
    assert rested.citation.article == article


@pytest.mark.parametrize(
    ("kind", "rules", "called_on", "first"),
    [
        pytest.param(E.REVOCATION, LICENCE, date(2016, 7, 1), date(2016, 7, 8), id="处罚法1996-42-seven-days"),
        pytest.param(E.REVOCATION, LICENCE, date(2021, 7, 15), date(2021, 7, 26), id="处罚法2021-64-working-days"),
        pytest.param(E.REVOCATION, EVALUATION, BEFORE_NEW_YEAR, date(2027, 1, 7), id="evaluation-over-New-Year"),
        pytest.param(E.DOWNGRADE, LICENCE, BEFORE_FESTIVAL, date(2027, 2, 12), id="处罚法2021-85-over-Spring-Festival"),
        pytest.param(E.ANNULMENT, LICENCE, date(2016, 7, 1), date(2016, 7, 12), id="许可法48-seven-working-days"),
    ],
)
def test_a_hearing_is_told_before_it_is_held(kind: EndingKind, rules: Any, called_on: date, first: date) -> None:
    found = hearing_from(kind, rules, called_on, CALENDAR)
    assert (found and found.day) == first


@pytest.mark.parametrize(
    ("kind", "rules", "opened_on", "until"),
    [
        pytest.param(E.REVOCATION, LICENCE, date(2021, 7, 14), None, id="处罚法1996-none"),
        pytest.param(E.REVOCATION, LICENCE, date(2021, 7, 15), date(2021, 10, 13), id="处罚法2021-60-ninety-days"),
        pytest.param(E.WITHDRAWAL, LICENCE, date(2021, 7, 15), None, id="许可法8-none"),
        pytest.param(
            E.WITHDRAWAL, EVALUATION, date(2026, 11, 10), date(2027, 2, 9), id="evaluation-ends-in-the-festival"
        ),
    ],
)
def test_until_when_a_case_is_decided(kind: EndingKind, rules: Any, opened_on: date, until: date | None) -> None:
    due = decision_due(kind, rules, opened_on, CALENDAR)
    assert (due.day if due else None) == until


@pytest.mark.parametrize(
    ("kind", "ground", "rules", "cited"),
    [
        (E.WITHDRAWAL, EndingGround.LAW_CHANGED, LICENCE, "行政许可法 8(2)"),
        (E.ANNULMENT, EndingGround.CONDITIONS_NOT_MET, LICENCE, "行政许可法 69(1)(4)"),
        (E.ANNULMENT, EndingGround.CHEATED, LICENCE, "行政许可法 69(2)"),
        (E.CANCELLATION, EndingGround.COMPANY_ENDED, LICENCE, "行政许可法 70(3)"),
        (E.REVOCATION, "certificate_lent", LICENCE, "行政处罚法 8"),
        (E.ANNULMENT, EndingGround.CHEATED, EVALUATION, f"{EVALUATION.instrument} 第二十一条"),
    ],
)
def test_an_act_rests_on_its_article(kind: EndingKind, ground: str, rules: Any, cited: str) -> None:
    found = ending_article(kind, ground, rules, date(2016, 7, 1))
    assert found is not None
    assert f"{found.instrument} {found.article}" == cited


def test_what_may_begin_follows_state_rules_and_lower_grades() -> None:
    assert beginnings(CertificateState.VALID, "2", EVALUATION) == tuple(E)
    assert beginnings(CertificateState.VALID, "3", EVALUATION) == tuple(kind for kind in E if kind is not E.DOWNGRADE)
    assert beginnings(CertificateState.EXPIRED, "2", EVALUATION) == (E.ANNULMENT, E.CANCELLATION)
    assert beginnings(CertificateState.HISTORICAL, "2", LICENCE) == ()
    only = replace(EVALUATION.procedure, endings={E.CANCELLATION: "第九条"})
    assert beginnings(CertificateState.VALID, "2", replace(EVALUATION, procedure=only)) == (E.CANCELLATION,)


def test_a_company_is_offered_what_is_its_own() -> None:
    mine = Desk(ONE, frozenset({P.OWN_APPLICATIONS}))
    offered = {
        state: [one.act for one in lawful_endings(Nature.EVALUATION, E.REVOCATION, state, mine, GrantLevel.CITY)]
        for state in S
    }
    assert offered[S.TOLD] == [A.STATE, A.ASK_HEARING]
    assert offered[S.OPENED] == []


def test_the_documentation_shows_the_tables_as_they_are() -> None:
    text = (Path(__file__).parents[3] / "docs" / "certificates.md").read_text(encoding="utf-8")
    for nature in Nature:
        shown = text.partition(f"<!-- {nature}: begin -->\n")[2].partition(f"\n<!-- {nature}: end -->")[0]
        assert shown == drawn_endings(nature), "run python dev/draw_licensing.py"
