"""Notices of the Civil Code between owners and company (民法典 946–948), and when they take effect. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from regulator.features.registry.terms import NoticeKind, Party
from regulator.law.calendar import Due, Term, Unit, WorkingDays
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

CIVIL_CODE_FROM = date(2021, 1, 1)
DISMISSAL = Citation("民法典", "946", CIVIL_CODE_FROM)
RENEWAL = Citation("民法典", "947", CIVIL_CODE_FROM)
CONTINUED = Citation("民法典", "948", CIVIL_CODE_FROM)

CITATIONS = {
    NoticeKind.DISMISSAL: DISMISSAL,
    NoticeKind.RENEWAL_INTENDED: RENEWAL,
    NoticeKind.RENEWAL_REFUSED: RENEWAL,
    NoticeKind.CONTINUED_SERVICE_ENDED: CONTINUED,
}
GIVERS = {
    NoticeKind.DISMISSAL: (Party.OWNERS,),
    NoticeKind.RENEWAL_INTENDED: (Party.OWNERS,),
    NoticeKind.RENEWAL_REFUSED: (Party.COMPANY,),
    NoticeKind.CONTINUED_SERVICE_ENDED: (Party.COMPANY, Party.OWNERS),
}
"""Who may give which notice: owners dismiss (946) and decide on renewal (947), the company refuses it (947), either
ends a continued service (948)."""

SIXTY_DAYS = Term(60, Unit.DAY)
TERMS = {NoticeKind.DISMISSAL: SIXTY_DAYS, NoticeKind.CONTINUED_SERVICE_ENDED: SIXTY_DAYS}
"""How long after it is received a notice takes effect (946, 948); the others are counted back from a contract's end."""

REACH = timedelta(days=120)
"""Longer than any of these terms with the longest holiday behind it: what was received earlier has taken effect."""


def effective_on(kind: NoticeKind, received_on: date | None, days: WorkingDays) -> Due | None:
    """The last day of the notice's term, on which it takes effect unless the contract gives longer notice.

    A notice works from its receipt (民法典 137): without that day nothing is known. None then, and for kinds without a
    term of their own. Never stored: reckoned when it is read, so that a new notice of holidays moves it by itself.
    """
    term = TERMS.get(kind)
    return None if term is None or received_on is None else days.due(term, received_on)


@dataclass(frozen=True, slots=True)
class Move:
    """A term that ends otherwise by the new calendar than by the old."""

    before: date
    after: date


def moved(
    kind: NoticeKind, received_on: date | None, before: WorkingDays, after: WorkingDays, *, today: date
) -> Move | None:
    """How a change of the calendar moves the day a notice takes effect.

    None when it does not, and for a notice that had taken effect before today by both: its term is no longer open.
    """
    old, new = effective_on(kind, received_on, before), effective_on(kind, received_on, after)
    if old is None or new is None or old.day == new.day or max(old.day, new.day) < today:
        return None
    return Move(old.day, new.day)


def judge_notice(
    kind: NoticeKind, given_by: Party, *, dated_on: date, received_on: date | None, today: date
) -> Verdict:
    """Whether such a notice can have been given by that party on that day."""
    citation = CITATIONS[kind]
    return Verdict.of(
        [
            None
            if given_by in GIVERS[kind]
            else Finding("given_by_other_party", citation, {"kind": kind, "parties": GIVERS[kind]}, "given_by"),
            Finding("dated_on_in_future", None, {"today": today}, "dated_on") if dated_on > today else None,
            Finding("received_on_in_future", None, {"today": today}, "received_on")
            if received_on is not None and received_on > today
            else None,
            Finding("received_on_before_date", None, {"dated_on": dated_on}, "received_on")
            if received_on is not None and received_on < dated_on
            else None,
        ]
    )
