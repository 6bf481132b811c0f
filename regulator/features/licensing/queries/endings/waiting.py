"""Cases as the rooms of matters see them: each waits for a person until it is over."""

from sqlalchemy import case

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.endings_terms import OPEN_ENDINGS, EndingState
from regulator.features.licensing.models import CertificateEnding
from regulator.features.papers.queries.following import Source
from regulator.features.papers.terms import MatterKind, Outcome
from regulator.features.registry.models import Company

OUTCOMES = {
    EndingState.DECIDED: Outcome.DONE,
    EndingState.DROPPED: Outcome.UNFOUNDED,
    EndingState.CLOSED: Outcome.TAKEN_BACK,
}
ENDINGS = Source(
    kind=MatterKind.ENDING,
    handled_by=Permission.LICENSING_DECIDE,
    rows=lambda stmt: stmt.select_from(CertificateEnding).join(Company, Company.id == CertificateEnding.company_id),
    key=CertificateEnding.number,  # type: ignore[arg-type]  # a column
    title=Company.name,
    division_code=CertificateEnding.office_code,
    waits=CertificateEnding.state.in_(OPEN_ENDINGS),
    outcome=case(
        *((CertificateEnding.state == state, outcome.value) for state, outcome in OUTCOMES.items()),
        else_=Outcome.DONE.value,
    ),
    found_by=lambda key: CertificateEnding.number == key,
    due_on=CertificateEnding.due_on,
)
"""A case's subject key is its number."""
