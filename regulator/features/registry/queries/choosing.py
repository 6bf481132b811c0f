"""Finding the company or the place an official means when recording an act; what anyone may know of a company."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from regulator.features.divisions.queries import DivisionRow, list_children, list_in
from regulator.features.divisions.terms import Level, Scope
from regulator.features.registry.models import Company, CompanyName, CompanySearch
from regulator.features.registry.rules.credit_code import read_code_prefix
from regulator.features.registry.tokens import RETIRED
from regulator.foundation import clock
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.search import join_search, parse_query


@dataclass(frozen=True, slots=True)
class CompanyHit:
    """A company that may be meant."""

    credit_code: str
    name: str
    is_exact: bool = False


def find_companies(typed: str, *, limit: int) -> list[CompanyHit]:
    """Companies of the whole register that a credit code, a name or part of one may mean, exact ones first.

    Whoever takes over an estate may be registered anywhere, so no scope narrows this; names and codes are public.
    """
    code = read_code_prefix(typed)
    columns: Any = (Company.credit_code, Company.name)
    query: Select[Any] = select(*columns)
    query = query.where(Company.retired_on.is_(None))
    if code:
        found = query.where(Company.credit_code >= code, Company.credit_code < code + "~")
        rows = session().execute(found.order_by(Company.credit_code).limit(limit))
        return [CompanyHit(row.credit_code, row.name, row.credit_code == code) for row in rows]
    named = query.where(
        or_(Company.name == typed, Company.id.in_(select(CompanyName.company_id).where(CompanyName.name == typed)))
    )
    exact = [CompanyHit(row.credit_code, row.name, is_exact=True) for row in session().execute(named.limit(limit))]
    match = parse_query(typed, without=[RETIRED])
    if exact or match is None:
        return exact
    found, order = join_search(query, CompanySearch, Company.__table__.c.id, match)
    return [CompanyHit(row[0], row[1]) for row in session().execute(found.order_by(order).limit(limit))]


def get_registered(credit_code: str) -> Company:
    """A company of the whole register that is not retired. Raises NotFound."""
    query = select(Company).where(Company.credit_code == credit_code, Company.retired_on.is_(None))
    found = session().scalars(query).one_or_none()
    if found is None:
        raise NotFound(credit_code)
    return found


@dataclass(frozen=True, slots=True)
class Places:
    """Where an estate may be put: the streets of a territory, and the communities of the one chosen."""

    streets: list[DivisionRow]
    street: DivisionRow | None
    communities: list[DivisionRow]


def places_to_choose(scope: Scope, street_code: str | None) -> Places:
    """Streets inside the scope (or the one a community's official belongs to) and what lies below the chosen one."""
    day = clock.today()
    streets = list_in(scope, (Level.STREET,), on=day)
    inside = list_in(scope, (Level.COMMUNITY,), on=day) if not streets else []
    street = next((item for item in streets if item.code == street_code), None)
    if len(streets) == 1:
        street = streets[0]
    return Places(streets, street, list_children(street.code, on=day) if street else inside)
