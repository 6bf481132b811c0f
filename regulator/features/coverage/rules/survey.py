"""The baseline survey (摸底调查): what lacks, what may be answered, when a round opens and closes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from regulator.features.coverage.rules.custody import needs_custodian
from regulator.features.coverage.terms import LEFT_OUT, CountingRule, EstateKnown, Exclusion, Lack
from regulator.law.findings import Finding, Verdict

GONE = frozenset(LEFT_OUT) - {Exclusion.MODE_UNKNOWN}
"""States in which a survey asks nothing: off the register, being built, demolished."""
NAMED_AT_MOST = 10
"""So many open estates a refusal names; the page lists them all."""


def lacks_of(known: EstateKnown, rule: CountingRule) -> tuple[Lack, ...]:
    """What a survey asks of an estate, in the order of the form; nothing of one that does not count."""
    if known.kind not in rule.kinds or known.state in GONE:
        return ()
    missing = {
        Lack.MODE: known.state == Exclusion.MODE_UNKNOWN,
        Lack.HOUSEHOLDS: known.households is None,
        Lack.DUTY_PHONE: not known.duty_phone,
        Lack.CUSTODIAN: needs_custodian(known.kind, known.state, rule) and not known.has_custodian,
    }
    return tuple(lack for lack in Lack if missing[lack])


def is_done(lacking: Collection[Lack], unknown_reason: str | None) -> bool:
    """Whether an estate of a round is settled: nothing lacks, or the answer says why it cannot be known."""
    return not lacking or bool(unknown_reason)


def judge_opening(*, open_already: bool, due_on: date, today: date, lacking: int) -> Verdict:
    """Whether a street may open a round: one at a time, due today or later, with something to ask."""
    return Verdict.of(
        [
            Finding("survey_open_already", None, {}, "division_code") if open_already else None,
            Finding("due_on_past", None, {"today": today}, "due_on") if due_on < today else None,
            Finding("survey_nothing_lacks", None, {}, "division_code") if not lacking else None,
        ]
    )


def judge_answer(*, closed: bool, lacking: Collection[Lack], given: Collection[Lack], says_anything: bool) -> Verdict:
    """Whether an answer may be taken: the round is open, something is said, and only of what lacks."""
    return Verdict.of(
        [
            Finding("survey_closed") if closed else None,
            None if says_anything else Finding("survey_answer_empty"),
            *(Finding("survey_not_asked", None, {"what": lack}) for lack in given if lack not in lacking),
        ]
    )


def judge_closing(*, closed: bool, waiting: Sequence[str], reason: str | None) -> Verdict:
    """Whether a round may be closed: all estates are settled, or a reason is given; ``waiting`` names the others."""
    named = "、".join(waiting[:NAMED_AT_MOST])
    return Verdict.of(
        [
            Finding("survey_closed") if closed else None,
            Finding("survey_incomplete", None, {"remaining": len(waiting), "estates": named}, "reason")
            if waiting and not reason
            else None,
        ]
    )
