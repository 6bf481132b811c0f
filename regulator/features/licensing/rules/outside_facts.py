"""Whether a fact from elsewhere can be recorded: its day, its value and the paper that proves it."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from regulator.features.licensing.terms import OutsideFactKind
from regulator.law.findings import Finding, Verdict

CREDIT_GRADES = ("AAA", "AA", "A", "B", "C")
FULL_MARK = 200


def judge_outside_fact(
    kind: OutsideFactKind, value: str, happened_on: date, document: str, *, today: date, acts: Iterable[str]
) -> Verdict:
    """A fact of a past day, proved by a document, with a value its kind knows; ``acts`` are those of the rule sets."""
    return Verdict.of([*_day(happened_on, today), *_proof(document), *_value(kind, value, tuple(acts))])


def _day(happened_on: date, today: date) -> Iterator[Finding]:
    if happened_on > today:
        yield Finding("outside_fact_in_future", params={"day": happened_on}, about="happened_on")


def _proof(document: str) -> Iterator[Finding]:
    if not document.strip():
        yield Finding("outside_fact_unproved", about="document")


def _value(kind: OutsideFactKind, value: str, acts: tuple[str, ...]) -> Iterator[Finding]:
    if kind is OutsideFactKind.BARRING_ACT and value not in acts:
        yield Finding("outside_fact_act", params={"given": value}, about="value")
    if kind is OutsideFactKind.CREDIT_GRADE and value not in CREDIT_GRADES:
        params = {"given": value, "grades": ", ".join(CREDIT_GRADES)}
        yield Finding("outside_fact_grade", params=params, about="value")
    if kind is OutsideFactKind.ASSESSMENT_RESULT and not _is_mark(value):
        yield Finding("outside_fact_mark", params={"given": value, "most": FULL_MARK}, about="value")


def _is_mark(value: str) -> bool:
    try:
        mark = Decimal(value)
    except InvalidOperation:
        return False
    return mark.is_finite() and 0 <= mark <= FULL_MARK
