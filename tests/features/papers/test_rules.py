"""Rules of approval, numbers, matters and delivery as tables."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.calendar.rules.statutory import working_days
from regulator.features.papers.rules import chain, delivery, matters, numbers
from regulator.features.papers.terms import (
    Decision,
    DeliveryState,
    DeliveryWay,
    MatterState,
    PaperKind,
    PaperState,
    Taken,
    Tone,
)
from regulator.law.findings import Verdict

ANN, BEN, CAL, DEE = (UUID(int=number) for number in range(1, 5))
HANDLED = [Taken(0, ANN, None, Decision.PASSED)]
EXAMINED = [*HANDLED, Taken(1, BEN, CAL, Decision.PASSED)]


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(
    ("state", "waits_for", "account", "principal", "taken", "expected"),
    [
        pytest.param("approving", BEN, BEN, None, HANDLED, [], id="who-it-waits-for"),
        pytest.param("approving", BEN, DEE, BEN, HANDLED, [], id="deputy-of-whom-it-waits-for"),
        pytest.param("approving", BEN, DEE, None, HANDLED, ["paper_waits_for_another"], id="somebody-else"),
        pytest.param("approving", BEN, DEE, CAL, HANDLED, ["paper_waits_for_another"], id="deputy-of-somebody-else"),
        pytest.param("approving", ANN, ANN, None, HANDLED, ["same_person_twice"], id="handler-examines"),
        pytest.param("approving", BEN, ANN, BEN, HANDLED, ["same_person_twice"], id="handler-as-deputy"),
        pytest.param("approving", BEN, BEN, None, EXAMINED, ["same_person_twice"], id="deputy-signs-what-he-examined"),
        pytest.param("approving", CAL, CAL, None, EXAMINED, ["same_person_twice"], id="principal-of-the-examiner"),
        pytest.param("approving", DEE, BEN, DEE, EXAMINED, ["same_person_twice"], id="one-deputy-for-two"),
        pytest.param("draft", BEN, BEN, None, [], ["paper_not_waiting"], id="not-submitted"),
        pytest.param("issued", BEN, BEN, None, [], ["paper_not_waiting"], id="issued"),
    ],
)
def test_a_person_never_takes_two_steps(
    state: str, waits_for: UUID, account: UUID, principal: UUID | None, taken: list[Taken], expected: list[str]
) -> None:
    verdict = chain.judge_step(
        state=PaperState(state), waits_for=waits_for, account=account, principal=principal, taken=taken
    )
    assert codes(verdict) == expected


def test_what_was_sent_back_binds_nobody() -> None:
    taken = [Taken(0, ANN, None, Decision.SENT_BACK)]
    assert not chain.persons_of(taken)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        pytest.param(BEN, [], id="eligible"),
        pytest.param(None, ["next_person_missing"], id="nobody"),
        pytest.param(DEE, ["next_person_may_not"], id="no-right-there"),
        pytest.param(ANN, ["same_person_twice"], id="the-handler"),
    ],
)
def test_the_next_person(to: UUID | None, expected: list[str]) -> None:
    assert codes(chain.judge_next(next_account=to, eligible=[ANN, BEN, CAL], taken=HANDLED)) == expected


def test_every_kind_has_a_usual_chain_that_ends_in_one_signature() -> None:
    assert set(chain.USUAL_CHAINS) == set(PaperKind)
    assert all(len(set(found.steps)) == len(found.steps) for found in chain.USUAL_CHAINS.values())


@pytest.mark.parametrize(
    ("state", "needs", "has", "expected"),
    [
        pytest.param("draft", False, False, [], id="draft"),
        pytest.param("returned", True, True, [], id="returned-with-minutes"),
        pytest.param("draft", True, False, ["minutes_missing"], id="collective-discussion-without-minutes"),
        pytest.param("approving", False, False, ["paper_not_editable"], id="submitted-already"),
    ],
)
def test_submission(state: str, needs: bool, has: bool, expected: list[str]) -> None:
    verdict = chain.judge_submission(state=PaperState(state), needs_minutes=needs, has_minutes=has)
    assert codes(verdict) == expected


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("沈河房物〔{year}〕{n}号", [], id="usual"),
        pytest.param("沈河房物{n}号", ["pattern_without_year"], id="no-year"),
        pytest.param("沈河房物〔{year}〕号", ["pattern_without_number"], id="no-number"),
        pytest.param("{year}{n}号", ["pattern_figures_touch"], id="figures-touch"),
        pytest.param("房1{year}〕{n}号", ["pattern_figures_touch"], id="touches-a-figure"),
        pytest.param("房〔{year}〕{n}{x}号", ["pattern_with_braces", "pattern_figures_touch"], id="other-braces"),
        pytest.param("房 〔{year}〕{n}号", ["pattern_unusable"], id="space"),
        pytest.param("房/〔{year}〕{n}号", ["pattern_unusable"], id="slash"),
        pytest.param("房" * 50 + "〔{year}〕{n}号", ["pattern_unusable"], id="too-long"),
        pytest.param("〔{year}〕房{year}〕{n}号", ["pattern_without_year", "pattern_with_braces"], id="year-twice"),
    ],
)  # fmt: skip
def test_patterns_of_numbers(pattern: str, expected: list[str]) -> None:
    assert codes(numbers.judge_pattern(pattern)) == expected


@given(
    one=st.tuples(st.integers(2000, 2199), st.integers(1, 10**6)),
    two=st.tuples(st.integers(2000, 2199), st.integers(1, 10**6)),
    pattern=st.text("沈河房物字第〔〕[]()-号", min_size=1, max_size=8).flatmap(
        lambda text: st.sampled_from([f"{text}{{year}}〕{{n}}号", f"{{year}}{text}{{n}}", f"{text}{{n}}-{{year}}"])
    ),
)
def test_two_numbers_of_a_pattern_never_read_alike(one: tuple[int, int], two: tuple[int, int], pattern: str) -> None:
    assert numbers.judge_pattern(pattern)
    made = [numbers.format_number(pattern, year=year, sequence=n) for year, n in (one, two)]
    assert (made[0] == made[1]) == (one == two)


# --- matters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tone", "sent", "own", "expected"),
    [
        pytest.param(Tone.URGE, [], False, [], id="first"),
        pytest.param(Tone.SUPERVISE, [], False, ["tone_too_sharp"], id="supervise-before-urging"),
        pytest.param(Tone.SUPERVISE, [Tone.URGE], False, [], id="supervise"),
        pytest.param(Tone.CIRCULATE, [Tone.URGE], False, ["tone_too_sharp"], id="circulate-before-supervising"),
        pytest.param(Tone.CIRCULATE, [Tone.URGE, Tone.SUPERVISE], False, [], id="circulate"),
        pytest.param(Tone.URGE, [Tone.URGE], True, ["reminder_to_oneself"], id="oneself"),
    ],
)
def test_tones_rise(tone: Tone, sent: list[Tone], own: bool, expected: list[str]) -> None:
    verdict = matters.judge_reminder(state=MatterState.OPEN, tone=tone, sent=sent, is_own=own, text="请尽快办理")
    assert codes(verdict) == expected


@pytest.mark.parametrize("state", list(PaperState))
def test_a_matter_is_closed_when_no_paper_is_under_way(state: PaperState) -> None:
    under_way = state in {PaperState.DRAFT, PaperState.RETURNED, PaperState.APPROVING, PaperState.SIGNED}
    assert codes(matters.judge_closing(state=MatterState.OPEN, papers=[state])) == ["papers_unfinished"] * under_way


# --- delivery -------------------------------------------------------------------------------------------------------

DAYS = working_days({})


@pytest.mark.parametrize(
    ("posted_on", "effective_on"),
    [
        pytest.param(date(2021, 3, 1), date(2021, 4, 30), id="民诉法92-60-days"),
        pytest.param(date(2022, 3, 1), date(2022, 3, 31), id="民诉法95-30-days"),
        pytest.param(date(2021, 12, 31), date(2022, 3, 1), id="posted-on-the-last-day-of-the-old-term"),
        pytest.param(date(2026, 9, 1), date(2026, 10, 5), id="ends-on-national-day-民法典203"),
    ],
)
def test_a_public_notice_takes_effect_when_its_term_ends(posted_on: date, effective_on: date) -> None:
    assert delivery.effect_of_notice(posted_on, DAYS).day == effective_on


@pytest.mark.parametrize(
    ("way", "consent", "company", "tried", "expected"),
    [
        pytest.param("in_person", False, False, [], [], id="in-person"),
        pytest.param("portal", True, True, [], [], id="portal-with-consent"),
        pytest.param("portal", False, True, [], ["consent_missing"], id="民诉法90-portal-without-consent"),
        pytest.param("portal", False, False, [], ["portal_only_for_companies"], id="portal-for-a-person"),
        pytest.param("public_notice", False, False, [], ["notice_is_last_resort"], id="民诉法95-notice-first"),
        pytest.param("public_notice", False, False, ["failed"], [], id="notice-after-a-failure"),
        pytest.param("post", False, False, ["served"], ["paper_served_already"], id="served"),
        pytest.param("post", False, False, ["under_way"], ["delivery_under_way"], id="two-at-once"),
    ],
)
def test_ways_of_delivery(way: str, consent: bool, company: bool, tried: list[str], expected: list[str]) -> None:
    verdict = delivery.judge_sending(
        state=PaperState.ISSUED,
        way=DeliveryWay(way),
        has_consent=consent,
        is_company=company,
        tried=frozenset(map(DeliveryState, tried)),
        under_way="under_way" in tried,
    )
    assert codes(verdict) == expected
