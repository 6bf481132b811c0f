"""Applications as the rooms of matters see them: each waits for a person until it is over."""

from sqlalchemy import case

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.application_terms import OPEN, ApplicationState
from regulator.features.licensing.models import Application
from regulator.features.papers.queries.following import Source
from regulator.features.papers.terms import MatterKind, Outcome
from regulator.features.registry.models import Company

_LEFT = (ApplicationState.RETRACTED, ApplicationState.CLOSED)
APPLICATIONS = Source(
    kind=MatterKind.APPLICATION,
    handled_by=Permission.APPLICATIONS_EXAMINE,
    rows=lambda stmt: stmt.select_from(Application).join(Company, Company.id == Application.company_id),
    key=Application.number,  # type: ignore[arg-type]  # a draft has none, and waits for nobody
    title=Company.name,
    division_code=Application.division_code,
    waits=Application.state.in_(OPEN),
    outcome=case((Application.state.in_(_LEFT), Outcome.TAKEN_BACK.value), else_=Outcome.DONE.value),
    found_by=lambda key: Application.number == key,
    due_on=Application.due_on,
)
"""An application's subject key is its number."""
