"""Changes companies asked for: a company's own, and one of a territory."""

from uuid import UUID

from sqlalchemy import select

from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, CompanyRequest
from regulator.features.registry.queries.bounds import company_registered_in
from regulator.features.registry.terms import RequestState
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound

MOST = 50


def find_open_request(company_id: UUID) -> CompanyRequest | None:
    """What a company waits for; None when nothing."""
    stmt = select(CompanyRequest).where(
        CompanyRequest.company_id == company_id, CompanyRequest.state == RequestState.OPEN
    )
    return session().scalars(stmt).one_or_none()


def list_requests_of(company_id: UUID) -> list[CompanyRequest]:
    """What a company asked for, the last first; the last fifty."""
    stmt = select(CompanyRequest).where(CompanyRequest.company_id == company_id)
    return list(session().scalars(stmt.order_by(CompanyRequest.asked_at.desc(), CompanyRequest.id.desc()).limit(MOST)))


def get_own_request(company: Company, request_id: UUID) -> CompanyRequest:
    """A request of this company. Raises NotFound for another's."""
    found = session().get(CompanyRequest, request_id)
    if found is None or found.company_id != company.id:
        raise NotFound(str(request_id))
    return found


def get_request(scope: Scope, request_id: UUID) -> tuple[CompanyRequest, Company]:
    """A request with the company that asked, registered in the scope. Raises NotFound."""
    stmt = (
        select(CompanyRequest, Company)
        .join(Company, Company.id == CompanyRequest.company_id)
        .where(CompanyRequest.id == request_id, company_registered_in(scope))
    )
    found = session().execute(stmt).one_or_none()
    if found is None:
        raise NotFound(str(request_id))
    return found[0], found[1]
