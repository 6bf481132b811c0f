"""Keeps the search index true to single records; bulk paths use ``registry.tokens`` themselves."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from regulator.features.registry.models import (
    Company,
    CompanyName,
    CompanySearch,
    Estate,
    EstateName,
    EstateSearch,
    Person,
    PersonSearch,
)
from regulator.features.registry.terms import SubjectKind
from regulator.features.registry.tokens import company_tokens, estate_tokens, person_tokens
from regulator.foundation.bulk import insert_rows
from regulator.foundation.database import session


def reindex_company(company: Company) -> None:
    """Write the tokens of a company anew: names, addresses, filters."""
    tokens = company_tokens(
        name=company.name,
        other_names=session().scalars(select(CompanyName.name).where(CompanyName.company_id == company.id)),
        addresses=(company.registered_address, company.office_address),
        division_code=company.division_code,
        status=company.status,
        declared_grade=company.declared_grade,
        retired=company.retired_on is not None,
    )
    _put(CompanySearch, company.id, tokens)


def reindex_estate(estate: Estate) -> None:
    """Write the tokens of an estate anew: names, road and house numbers, filters."""
    tokens = estate_tokens(
        name=estate.name,
        other_names=session().scalars(select(EstateName.name).where(EstateName.estate_id == estate.id)),
        addresses=(estate.address,),
        division_code=estate.division_code,
        kind=estate.kind,
        condition=estate.condition,
        retired=estate.retired_on is not None,
    )
    _put(EstateSearch, estate.id, tokens)


def reindex_person(person: Person) -> None:
    """Write the tokens of a person anew: the name."""
    _put(PersonSearch, person.id, person_tokens(name=person.name))


def index_some(kind: SubjectKind, *, after: UUID | None, limit: int) -> UUID | None:
    """Write the tokens of records that have none, at most ``limit`` from a key on; the last key, None when it is done.

    After a new version has changed what tokens are, all of them are gone and written anew in many short steps.
    """
    model, search, tokens_of = _INDEXED[kind]
    without = ~exists().where(search.subject_id == model.id)
    stmt = select(*model.__table__.c).where(without).order_by(model.id).limit(limit)
    found = session().execute(stmt.where(model.id > after) if after else stmt).all()
    rows = list(zip((row.id for row in found), tokens_of(found), strict=True))
    insert_rows(session(), search.__table__, ("subject_id", "tokens"), rows)
    return found[-1].id if found else None


def _tokens_of_companies(found: Sequence[Any]) -> list[str]:
    names = _other_names(CompanyName.company_id, CompanyName.name, (row.id for row in found))
    return [
        company_tokens(
            name=row.name,
            other_names=names[row.id],
            addresses=(row.registered_address, row.office_address),
            division_code=row.division_code,
            status=row.status,
            declared_grade=row.declared_grade,
            retired=row.retired_on is not None,
        )
        for row in found
    ]


def _tokens_of_estates(found: Sequence[Any]) -> list[str]:
    names = _other_names(EstateName.estate_id, EstateName.name, (row.id for row in found))
    return [
        estate_tokens(
            name=row.name,
            other_names=names[row.id],
            addresses=(row.address,),
            division_code=row.division_code,
            kind=row.kind,
            condition=row.condition,
            retired=row.retired_on is not None,
        )
        for row in found
    ]


def _tokens_of_people(found: Sequence[Any]) -> list[str]:
    return [person_tokens(name=row.name) for row in found]


_INDEXED: dict[SubjectKind, tuple[Any, Any, Callable[[Sequence[Any]], list[str]]]] = {
    SubjectKind.COMPANY: (Company, CompanySearch, _tokens_of_companies),
    SubjectKind.ESTATE: (Estate, EstateSearch, _tokens_of_estates),
    SubjectKind.PERSON: (Person, PersonSearch, _tokens_of_people),
}
INDEXED = tuple(_INDEXED)
"""The kinds of records that are found by words."""


def _other_names(key: Any, name: Any, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    names: dict[UUID, list[str]] = defaultdict(list)
    for subject, found in session().execute(select(key, name).where(key.in_(list(ids))).order_by(key, name)):
        names[subject].append(found)
    return names


def _put(table: type[CompanySearch] | type[EstateSearch] | type[PersonSearch], subject_id: UUID, tokens: str) -> None:
    row: Any = session().scalars(select(table).where(table.subject_id == subject_id)).one_or_none()
    if row is None:
        session().add(table(subject_id=subject_id, tokens=tokens))
    elif row.tokens != tokens:
        row.tokens = tokens
    session().flush()
