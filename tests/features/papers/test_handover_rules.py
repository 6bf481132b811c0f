"""The states of a hand-over as a table: each step from each state, who may take it, and the digest of the list."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.papers.rules.handover import (
    NEXT,
    Line,
    judge_cancelling,
    judge_drawing_up,
    judge_giving,
    judge_step,
    judge_taking,
    list_hash,
)
from regulator.features.papers.terms import HandoverMove, HandoverReason, HandoverState
from regulator.law.findings import Verdict

D, G, T, C = HandoverState.DRAWN_UP, HandoverState.GIVEN, HandoverState.TAKEN, HandoverState.CANCELLED
LAWFUL = {
    (D, HandoverMove.GIVE): G,
    (G, HandoverMove.TAKE): T,
    (D, HandoverMove.CANCEL): C,
    (G, HandoverMove.CANCEL): C,
}
TODAY = date(2026, 11, 27)


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(("state", "move"), list(product(HandoverState, HandoverMove)))
def test_each_step_from_each_state(state: HandoverState, move: HandoverMove) -> None:
    assert NEXT.get((state, move)) == LAWFUL.get((state, move))
    assert bool(judge_step(state, move)) is ((state, move) in LAWFUL)


@given(st.lists(st.sampled_from(HandoverMove), max_size=12))
def test_whatever_is_tried_a_list_is_taken_at_most_once_and_only_after_it_was_given(moves: list[HandoverMove]) -> None:
    state, done = D, []
    for move in moves:
        if judge_step(state, move):
            state = NEXT[state, move]
            done.append(move)
    assert done.count(HandoverMove.TAKE) + done.count(HandoverMove.CANCEL) <= 1
    assert done.count(HandoverMove.GIVE) <= 1
    if HandoverMove.TAKE in done:
        assert done == [HandoverMove.GIVE, HandoverMove.TAKE]


FINE = {
    "is_own": True, "leads": False, "is_same": False, "taker_active": True, "standing": False, "lines": 3,
    "reason": HandoverReason.LEAVE, "leaves_on": TODAY, "today": TODAY,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="one's-own"),
        pytest.param({"is_own": False}, ["handover_not_yours"], id="a-colleague's"),
        pytest.param({"is_own": False, "leads": True}, [], id="a-leader's"),
        pytest.param({"is_same": True}, ["handover_to_oneself"], id="to-oneself"),
        pytest.param({"taker_active": False}, ["taker_not_active"], id="to-somebody-suspended"),
        pytest.param({"standing": True}, ["handover_standing"], id="one-waits-already"),
        pytest.param({"lines": 0}, ["handover_empty"], id="nothing-on-it"),
        pytest.param({"reason": HandoverReason.CLOSED_ACCOUNT}, ["reason_is_leaders"], id="own-account-closed"),
        pytest.param({"reason": HandoverReason.CLOSED_ACCOUNT, "leads": True}, [], id="a-leader-says-so"),
        pytest.param({"leaves_on": date(2026, 11, 26)}, ["leaves_in_past"], id="left-yesterday"),
    ],
)
def test_what_list_may_be_drawn_up(changed: dict[str, object], found: list[str]) -> None:
    assert codes(judge_drawing_up(**(FINE | changed))) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "giver", "taker", "leads", "signed_for", "lines", "found"),
    [
        pytest.param(D, True, False, False, None, 1, [], id="the-giver"),
        pytest.param(D, False, False, True, "病假", 1, [], id="a-leader-for-somebody-ill"),
        pytest.param(D, False, False, True, " ", 1, ["signed_for_missing"], id="a-leader-without-a-reason"),
        pytest.param(D, False, False, False, "x", 1, ["handover_not_yours"], id="a-colleague"),
        pytest.param(D, False, True, True, "病假", 1, ["same_hand_twice"], id="a-leader-who-takes"),
        pytest.param(D, True, False, False, None, 0, ["handover_empty"], id="all-closed-meanwhile"),
        pytest.param(G, True, False, False, None, 1, ["handover_not_in_state"], id="given-already"),
        pytest.param(C, True, False, False, None, 1, ["handover_not_in_state"], id="cancelled"),
    ],
)
def test_who_may_sign_as_who_gives(
    *, state: HandoverState, giver: bool, taker: bool, leads: bool, signed_for: str | None, lines: int, found: list[str]
) -> None:
    verdict = judge_giving(state=state, is_giver=giver, is_taker=taker, leads=leads, signed_for=signed_for, lines=lines)
    assert codes(verdict) == found


@pytest.mark.parametrize(
    ("state", "taker", "found"),
    [
        pytest.param(G, True, [], id="the-taker"),
        pytest.param(G, False, ["handover_not_yours"], id="anybody-else"),
        pytest.param(D, True, ["handover_not_in_state"], id="not-given-yet"),
        pytest.param(T, True, ["handover_not_in_state"], id="taken-already"),
    ],
)
def test_who_may_sign_as_who_takes(*, state: HandoverState, taker: bool, found: list[str]) -> None:
    assert codes(judge_taking(state=state, is_taker=taker)) == found


@pytest.mark.parametrize(
    ("state", "part", "leads", "reason", "found"),
    [
        pytest.param(D, True, False, "休假取消", [], id="either-side"),
        pytest.param(G, False, True, "x", [], id="a-leader"),
        pytest.param(G, False, False, "x", ["handover_not_yours"], id="a-colleague"),
        pytest.param(G, True, False, "", ["handover_reason_missing"], id="no-reason"),
        pytest.param(T, True, True, "x", ["handover_not_in_state"], id="taken-already"),
    ],
)
def test_who_may_give_it_up(*, state: HandoverState, part: bool, leads: bool, reason: str, found: list[str]) -> None:
    assert codes(judge_cancelling(state=state, takes_part=part, leads=leads, reason=reason)) == found


LINE = Line("2026-000001", "link", "独见物业 · 独见花园", date(2026, 12, 1))


@pytest.mark.parametrize(
    ("giver", "taker", "lines"),
    [
        pytest.param("王芳", "李强", [LINE, LINE], id="a-line-more"),
        pytest.param("王芳", "李强", [], id="a-line-less"),
        pytest.param("王方", "李强", [LINE], id="another-giver"),
        pytest.param("李强", "王芳", [LINE], id="the-other-way"),
        pytest.param("王芳", "李强", [Line(LINE.number, LINE.kind, LINE.title, None)], id="without-its-term"),
        pytest.param("王芳", "李强", [Line(LINE.number, LINE.kind, "别的", LINE.due_on)], id="another-title"),
    ],
)
def test_the_digest_is_of_everything_that_is_signed(giver: str, taker: str, lines: list[Line]) -> None:
    signed = list_hash("王芳", "李强", [LINE])
    assert signed == list_hash("王芳", "李强", [LINE])
    assert list_hash(giver, taker, lines) != signed
