"""Recorded facts from elsewhere about one company, those taken back included."""

from uuid import UUID

from sqlalchemy import select

from regulator.features.licensing.models import OutsideFact
from regulator.features.registry.models import Company
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound


def list_outside_facts(company: Company) -> list[OutsideFact]:
    """Everything recorded about a company, the latest first."""
    stmt = select(OutsideFact).where(OutsideFact.company_id == company.id)
    return list(session().scalars(stmt.order_by(OutsideFact.happened_on.desc(), OutsideFact.id.desc())))


def get_outside_fact(company: Company, fact_id: UUID) -> OutsideFact:
    """A fact about this company. Raises NotFound for another's."""
    found = session().get(OutsideFact, fact_id)
    if found is None or found.company_id != company.id:
        raise NotFound(str(fact_id))
    return found
