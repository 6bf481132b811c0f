"""Notices of the Civil Code between owners and company (民法典 946–948). Pure; their terms count in a later room."""

from datetime import date

from regulator.features.registry.terms import NoticeKind, Party
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
