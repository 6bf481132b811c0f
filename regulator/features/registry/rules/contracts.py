"""Contracts and their days: overlaps that are disputes, the proof a contract offers for a name. Pure."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from regulator.law.calendar import Due, Term, Unit, WorkingDays
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

ONE_COMPANY = Citation("物业管理条例", "33", date(2018, 3, 19))


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A contract of one estate; both days included, no end = without term. ``order``: which of two comes later."""

    credit_code: str
    began_on: date
    ended_on: date | None = None
    order: int = 0
    key: Hashable = None

    def covers(self, day: date) -> bool:
        """Whether the day lies inside the term."""
        return self.began_on <= day and (self.ended_on is None or day <= self.ended_on)


@dataclass(frozen=True, slots=True)
class Overlap:
    """The days two contracts share; ``to`` None while both run without an end."""

    began_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two contracts of different companies on the same days (交接争议); flagged at the one that comes later."""

    earlier: ContractFacts
    later: ContractFacts
    overlap: Overlap


def overlap_of(one: ContractFacts, other: ContractFacts) -> Overlap | None:
    """The days two contracts share, both ends included; None when they share none."""
    began_on = max(one.began_on, other.began_on)
    ends = [item.ended_on for item in (one, other) if item.ended_on is not None]
    ended_on = min(ends, default=None)
    return None if ended_on is not None and ended_on < began_on else Overlap(began_on, ended_on)


def overlaps(one: ContractFacts, other: ContractFacts) -> bool:
    """Whether two contracts of different companies share a day: a dispute, recorded and never refused (条例 33)."""
    return one.credit_code != other.credit_code and overlap_of(one, other) is not None


def disputes_of(contract: ContractFacts, others: Iterable[ContractFacts]) -> list[Dispute]:
    """The disputes a contract is in with others of the same estate; the row that comes later bears them."""
    found = []
    for other in others:
        shared = overlap_of(contract, other) if contract.credit_code != other.credit_code else None
        if shared is not None:
            earlier, later = (other, contract) if other.order <= contract.order else (contract, other)
            found.append(Dispute(earlier, later, shared))
    return found


def proof_of(candidates: Sequence[str], contracts: Iterable[ContractFacts], day: date) -> str | None:
    """The credit code the estate's contracts offer for an unconfirmed manager of that day; the order plays no part.

    A contract that covers the day proves before one that ended earlier, a candidate before any other company, the
    later beginning before the earlier; a contract that begins after the day proves nothing.
    """
    begun = [item for item in contracts if item.began_on <= day]
    if not begun:
        return None
    best = max(
        begun, key=lambda item: (item.covers(day), item.credit_code in candidates, item.began_on, item.credit_code)
    )
    return best.credit_code


def judge_contract(
    *, began_on: date, ended_on: date | None, signed_on: date | None, filed_on: date | None, today: date
) -> Verdict:
    """Whether a contract's days can be true; that another company's contract overlaps is no reason to refuse it."""
    return Verdict.of(
        [
            Finding("ended_on_before_beginning", None, {"began_on": began_on}, "ended_on")
            if ended_on is not None and ended_on < began_on
            else None,
            Finding("signed_on_in_future", None, {"today": today}, "signed_on")
            if signed_on is not None and signed_on > today
            else None,
            Finding("filed_on_in_future", None, {"today": today}, "filed_on")
            if filed_on is not None and filed_on > today
            else None,
            Finding("filed_on_before_signing", None, {"signed_on": signed_on}, "filed_on")
            if filed_on is not None and signed_on is not None and filed_on < signed_on
            else None,
        ]
    )


def judge_termination(contract: ContractFacts, ends_on: date) -> Verdict:
    """Whether a contract may end on a day (its last): inside its term, and not before it began."""
    return Verdict.of(
        [
            Finding("ended_on_before_beginning", None, {"began_on": contract.began_on}, "ended_on")
            if ends_on < contract.began_on
            else None,
            Finding("ended_on_beyond_term", None, {"ended_on": contract.ended_on}, "ended_on")
            if contract.ended_on is not None and ends_on > contract.ended_on
            else None,
        ]
    )


# --- owners' committees ---------------------------------------------------------------------------------------------

COMMITTEE_FILING = Citation("物业管理条例", "16", date(2018, 3, 19))
COMMITTEE_FILING_TERM = Term(30, Unit.DAY)
"""From the election on, within which a committee is filed (条例 16)."""


def committee_filing_due(elected_on: date | None, days: WorkingDays) -> Due | None:
    """The last day on which filing is in time; None while the day of election is not known."""
    return days.due(COMMITTEE_FILING_TERM, elected_on) if elected_on else None


def judge_committee(
    *, elected_on: date | None, began_on: date, ended_on: date | None, filed_on: date | None, today: date
) -> Verdict:
    """Whether a committee's days can be true; late filing is shown, not refused."""
    return Verdict.of(
        [
            Finding("term_ended_on_before_beginning", None, {"began_on": began_on}, "term_ended_on")
            if ended_on is not None and ended_on < began_on
            else None,
            Finding("elected_on_in_future", None, {"today": today}, "elected_on")
            if elected_on is not None and elected_on > today
            else None,
            Finding("filed_on_in_future", None, {"today": today}, "filed_on")
            if filed_on is not None and filed_on > today
            else None,
            Finding("filed_on_before_election", COMMITTEE_FILING, {"elected_on": elected_on}, "filed_on")
            if filed_on is not None and elected_on is not None and filed_on < elected_on
            else None,
        ]
    )
