"""The steps of a hand-over as a table, who may take each, and the digest of the list that is signed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType

from regulator.features.papers.terms import HandoverMove, HandoverReason, HandoverState
from regulator.law.findings import Finding, Verdict

NEXT: Mapping[tuple[HandoverState, HandoverMove], HandoverState] = MappingProxyType(
    {
        (HandoverState.DRAWN_UP, HandoverMove.GIVE): HandoverState.GIVEN,
        (HandoverState.DRAWN_UP, HandoverMove.CANCEL): HandoverState.CANCELLED,
        (HandoverState.GIVEN, HandoverMove.TAKE): HandoverState.TAKEN,
        (HandoverState.GIVEN, HandoverMove.CANCEL): HandoverState.CANCELLED,
    }
)
"""Everything a list can go through; what is not here is refused."""
STANDING = (HandoverState.DRAWN_UP, HandoverState.GIVEN)
"""A list that still waits for somebody."""
OWN_REASONS = (HandoverReason.LEAVE, HandoverReason.TRANSFER)
"""Why one may give up one's own matters; that an account is closed is for a leader to say."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list as both sign it."""

    number: str
    kind: str
    title: str
    due_on: date | None


def judge_step(state: HandoverState, move: HandoverMove) -> Verdict:
    """Whether a list in this state can go this way."""
    if (state, move) in NEXT:
        return Verdict()
    return Verdict.of([Finding("handover_not_in_state", None, {"state": state})])


def judge_drawing_up(
    *, is_own: bool, leads: bool, is_same: bool, taker_active: bool, standing: bool, lines: int, reason: HandoverReason,
    leaves_on: date, today: date,
) -> Verdict:  # fmt: skip
    """Whether a list may be drawn up: one's own or a leader's, for somebody else, with something on it."""
    return Verdict.of(
        [
            None if is_own or leads else Finding("handover_not_yours", None, {}, "giver"),
            Finding("handover_to_oneself", None, {}, "taker") if is_same else None,
            None if taker_active else Finding("taker_not_active", None, {}, "taker"),
            Finding("handover_standing", None, {}, "taker") if standing else None,
            None if lines else Finding("handover_empty", None, {}, "taker"),
            Finding("reason_is_leaders", None, {}, "reason") if not leads and reason not in OWN_REASONS else None,
            Finding("leaves_in_past", None, {}, "leaves_on") if leaves_on < today else None,
        ]
    )


def judge_giving(
    *, state: HandoverState, is_giver: bool, is_taker: bool, leads: bool, signed_for: str | None, lines: int
) -> Verdict:
    """Whether somebody may sign as who gives: the giver, or a leader in their place who says why.

    Nobody signs both sides, so the one who takes signs for nobody.
    """
    for_another = not is_giver
    return Verdict.of(
        [
            *judge_step(state, HandoverMove.GIVE).findings,
            Finding("handover_not_yours") if for_another and not leads else None,
            Finding("same_hand_twice") if is_taker else None,
            Finding("signed_for_missing", None, {}, "signed_for")
            if for_another and not (signed_for or "").strip()
            else None,
            None if lines else Finding("handover_empty"),
        ]
    )


def judge_taking(*, state: HandoverState, is_taker: bool) -> Verdict:
    """Whether somebody may sign as who takes: that very person, after the giver."""
    return Verdict.of(
        [
            *judge_step(state, HandoverMove.TAKE).findings,
            None if is_taker else Finding("handover_not_yours"),
        ]
    )


def judge_cancelling(*, state: HandoverState, takes_part: bool, leads: bool, reason: str) -> Verdict:
    """Whether a list may be given up: by either side or a leader, for a reason, before it is taken."""
    return Verdict.of(
        [
            *judge_step(state, HandoverMove.CANCEL).findings,
            None if takes_part or leads else Finding("handover_not_yours"),
            None if reason.strip() else Finding("handover_reason_missing", None, {}, "reason"),
        ]
    )


def list_hash(giver: str, taker: str, lines: Sequence[Line]) -> str:
    """The SHA-256 of a list in one canonical form: names, and each line in its order."""
    rows = [asdict(line) | {"due_on": line.due_on.isoformat() if line.due_on else None} for line in lines]
    text = json.dumps(
        {"giver": giver, "taker": taker, "lines": rows}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
