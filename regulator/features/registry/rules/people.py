"""Employments of one person and assignments as project manager. Pure."""

from collections.abc import Iterable
from datetime import date

from regulator.features.registry.terms import Period
from regulator.law.findings import Finding, Verdict

_FAR = date(9999, 12, 31)


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day; an unknown beginning lies before, an open end after every day."""
    begins = max(one.began_on or date.min, other.began_on or date.min)
    ends = min(one.ended_on or _FAR, other.ended_on or _FAR)
    return begins <= ends


def judge_employment(new: Period, others: Iterable[Period], today: date) -> Verdict:
    """One company at a time (domain.md §4): a new employment may not share a day with another one."""
    findings: list[Finding | None] = [judge_days(new), _judge_future(new, today)]
    if any(overlap(new, other) for other in others):
        findings.append(Finding("employment_overlaps", about="began_on"))
    return Verdict.of(findings)


def judge_manager(new: Period, others: Iterable[Period], today: date) -> Verdict:
    """One project manager of an estate at a time, from a day that has come (民法典 943)."""
    findings: list[Finding | None] = [judge_days(new), _judge_future(new, today)]
    if any(overlap(new, other) for other in others):
        findings.append(Finding("manager_already", about="began_on"))
    return Verdict.of(findings)


def judge_days(period: Period) -> Finding | None:
    """A period does not end before it begins."""
    if period.began_on and period.ended_on and period.ended_on < period.began_on:
        return Finding("ended_on_before_began_on", about="ended_on")
    return None


def judge_ending(began_on: date | None, ended_on: date, today: date) -> Verdict:
    """The last day of an employment or assignment: not before its first day, not in the future."""
    return Verdict.of(
        [
            judge_days(Period(began_on, ended_on)),
            Finding("ended_on_in_future", about="ended_on") if ended_on > today else None,
        ]
    )


def _judge_future(period: Period, today: date) -> Finding | None:
    return Finding("began_on_in_future", about="began_on") if period.began_on and period.began_on > today else None
