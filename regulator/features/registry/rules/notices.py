"""Notices of the Civil Code between owners and company (民法典 946–948), and when they take effect. Pure."""

from datetime import date

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


def effective_on(kind: NoticeKind, received_on: date | None, days: WorkingDays) -> Due | None:
    """The last day of the notice's term, on which it takes effect unless the contract gives longer notice.

    A notice works from its receipt (民法典 137): without that day nothing is known. None then, and for kinds without a
    term of their own. Never stored: reckoned when it is read, so that a new notice of holidays moves it by itself.
    """
    term = TERMS.get(kind)
    return None if term is None or received_on is None else days.due(term, received_on)


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
