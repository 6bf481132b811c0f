"""From which day a delivered paper binds, and what each way of delivery needs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulator.features.papers.terms import DeliveryState, DeliveryWay, PaperState
from regulator.law.calendar import Due, Term, Unit, WorkingDays
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict


@dataclass(frozen=True, slots=True)
class NoticeTerm:
    """How long a public notice hangs before the paper counts as delivered, and where that stands."""

    term: Term
    citation: Citation


NOTICE_TERMS = (
    NoticeTerm(Term(60, Unit.DAY), Citation("民事诉讼法", "92", date(2013, 1, 1), date(2021, 12, 31))),
    NoticeTerm(Term(30, Unit.DAY), Citation("民事诉讼法", "95", date(2022, 1, 1))),
)
"""行政处罚法 61 sends offices to the civil procedure law for delivery; the term was shortened on 2022-01-01."""

IN_PERSON_IS_DAY_OF_SIGNING = Citation("民事诉讼法", "87", date(2022, 1, 1))
PORTAL_IS_DAY_OF_ARRIVAL = Citation("民事诉讼法", "90", date(2022, 1, 1))


def notice_term(posted_on: date) -> NoticeTerm:
    """The term in force on the day the notice was posted. Raises LookupError before 2013."""
    return next(one for one in reversed(NOTICE_TERMS) if one.citation.in_force_on(posted_on))


def effect_of_notice(posted_on: date, days: WorkingDays) -> Due:
    """The day a paper posted as a public notice counts as delivered: the last day of the term."""
    due = days.due(notice_term(posted_on).term, posted_on)
    if due is None:
        raise ValueError("a term without pauses ends")
    return due


def judge_sending(
    *, state: PaperState, way: DeliveryWay, has_consent: bool, is_company: bool, tried: frozenset[DeliveryState],
    under_way: bool,
) -> Verdict:  # fmt: skip
    """Whether a paper may be sent this way: it is issued, nothing is under way, and the way is open.

    The portal needs the company's consent on file; a public notice is the last resort, after another way has failed.
    """
    portal, notice = way is DeliveryWay.PORTAL, way is DeliveryWay.PUBLIC_NOTICE
    return Verdict.of(
        [
            None if state is PaperState.ISSUED else Finding("paper_not_issued", None, {"state": state}),
            Finding("delivery_under_way") if under_way else None,
            Finding("paper_served_already") if DeliveryState.SERVED in tried else None,
            Finding("portal_only_for_companies", None, {}, "way") if portal and not is_company else None,
            Finding("consent_missing", PORTAL_IS_DAY_OF_ARRIVAL, {}, "way")
            if portal and is_company and not has_consent
            else None,
            Finding("notice_is_last_resort", NOTICE_TERMS[-1].citation, {}, "way")
            if notice and DeliveryState.FAILED not in tried
            else None,
        ]
    )


def judge_served(*, state: DeliveryState, way: DeliveryWay, dated_on: date, served_on: date, today: date) -> Verdict:
    """Whether a day may be recorded as that of delivery: not before the paper's own date, not in the future, once.

    Handing over and posting are often recorded days after they were done, so the moment of recording is no bound.
    """
    return Verdict.of(
        [
            None if state is DeliveryState.UNDER_WAY else Finding("delivery_settled"),
            Finding("notice_runs_by_itself") if way is DeliveryWay.PUBLIC_NOTICE else None,
            Finding("served_before_dated", None, {"dated_on": dated_on}, "served_on") if served_on < dated_on else None,
            Finding("served_in_future", None, {"today": today}, "served_on") if served_on > today else None,
        ]
    )
