"""Rounds of data verification: when one may open, be declared done and close, and what changed between two. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulator.law.findings import Finding, Verdict


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of a record that two rounds show differently; ``field`` None: the record as a whole."""

    field: str | None
    before: Any
    after: Any


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[FieldDifference, ...]:
    """What differs between the facts of a record in two rounds, field by field in the later round's order."""
    if before is None or after is None:
        return ()
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        FieldDifference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def judge_opening(*, others_open: int, due_on: date, today: date) -> Verdict:
    """Whether a round may be opened: one at a time, due today or later."""
    return Verdict.of(
        [
            Finding("round_already_open") if others_open else None,
            Finding("due_on_past", None, {"today": today}, "due_on") if due_on < today else None,
        ]
    )


def judge_confirming(*, closed: bool, district_done: bool, changed: bool = False) -> Verdict:
    """Whether a record may be confirmed in a round."""
    return Verdict.of(
        [
            Finding("round_closed") if closed else None,
            Finding("district_done_already") if district_done else None,
            Finding("record_changed_since_shown") if changed else None,
        ]
    )


def judge_done(*, closed: bool, district_done: bool, remaining: int) -> Verdict:
    """Whether a district may declare its part done: every record of it is confirmed."""
    return Verdict.of(
        [
            Finding("round_closed") if closed else None,
            Finding("district_done_already") if district_done else None,
            Finding("records_unconfirmed", None, {"remaining": remaining}) if remaining else None,
        ]
    )


def judge_closing(*, closed: bool) -> Verdict:
    """Whether a round may be closed: districts that are not done stay listed as such."""
    return Verdict.of([Finding("round_closed") if closed else None])
