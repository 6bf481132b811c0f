"""Companies' names that wait for a person to say whom they mean; what else waits stands in worklists."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import CompanyLink, Estate, Service
from regulator.features.registry.queries.bounds import narrowed
from regulator.features.registry.queries.contracts import names_by_credit_code
from regulator.features.registry.terms import Mode, SettlementState
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate


class Likeness(StrEnum):
    """How far a written name is explained: by a contract, by one or more resembling names, or not at all."""

    PROVED = "proved"
    RESEMBLING = "resembling"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A registered company that a written name may mean."""

    credit_code: str
    name: str
    proved: bool = False


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A manager's name in a list that waits for a person to say which company it means."""

    id: UUID
    estate_code: str
    estate_name: str
    division_code: str
    mode: Mode
    stated_for: date | None
    spelling: str
    candidate_codes: list[str]
    proof_credit_code: str | None
    recorded_at: datetime
    version: int
    place: Path = NOWHERE
    candidates: tuple[Candidate, ...] = ()
    proof: Candidate | None = None

    @property
    def likeness(self) -> Likeness:
        """How far the name is explained."""
        if self.proof:
            return Likeness.PROVED
        return Likeness.RESEMBLING if self.candidates else Likeness.NONE


_LINK: Any = (
    CompanyLink.id,
    Estate.code.label("estate_code"),
    Estate.name.label("estate_name"),
    Estate.division_code,
    Service.mode,
    Service.stated_for,
    CompanyLink.spelling,
    CompanyLink.candidates.label("candidate_codes"),
    CompanyLink.proof_credit_code,
    CompanyLink.recorded_at,
    CompanyLink.version,
)


def waiting_links(scope: Scope) -> Select[Any]:
    stmt: Select[Any] = select(*_LINK)
    return (
        stmt.join(Estate, Estate.id == CompanyLink.estate_id)
        .join(Service, Service.id == CompanyLink.service_id)
        .where(
            CompanyLink.state == SettlementState.OPEN,
            Service.retired_on.is_(None),
            within(scope, Estate.division_code),
        )
    )


def list_links(
    scope: Scope, division: DivisionRow | None, *, cursor: str | None = None, limit: int = 50
) -> Page[LinkRow]:
    """Links that wait, by spelling, so that the same name stands together."""
    table = CompanyLink.__table__.c
    stmt = waiting_links(narrowed(scope, division))
    sort = Sort("spelling", (table.spelling, table.id))
    page = paginate(stmt, list_name="worklist.links", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(_with_candidates([LinkRow(*row[: len(_LINK)]) for row in page.items]), page.next)


def _with_candidates(rows: list[LinkRow]) -> tuple[LinkRow, ...]:
    codes = {code for row in rows for code in (*row.candidate_codes, row.proof_credit_code or "") if code}
    names = names_by_credit_code(codes)
    places = paths_of(row.division_code for row in rows)
    return tuple(
        replace(
            row,
            place=places.get(row.division_code, NOWHERE),
            candidates=tuple(
                Candidate(code, names[code], code == row.proof_credit_code)
                for code in row.candidate_codes
                if code in names
            ),
            proof=Candidate(row.proof_credit_code, names[row.proof_credit_code], proved=True)
            if row.proof_credit_code in names
            else None,
        )
        for row in rows
    )


def get_link(scope: Scope, link_id: UUID) -> tuple[CompanyLink, LinkRow]:
    """An open link of an estate in the scope. Raises NotFound."""
    row = session().execute(waiting_links(scope).where(CompanyLink.id == link_id)).one_or_none()
    if row is None:
        raise NotFound(str(link_id))
    return session().get_one(CompanyLink, link_id), _with_candidates([LinkRow(*row)])[0]


def list_links_of(estate_id: UUID) -> list[LinkRow]:
    """The open links of one estate."""
    query = waiting_links(Scope.everything()).where(CompanyLink.estate_id == estate_id)
    return list(_with_candidates([LinkRow(*row) for row in session().execute(query)]))


def count_links(scope: Scope, division: DivisionRow | None) -> Count:
    """How many links wait."""
    return count_up_to_ceiling(waiting_links(narrowed(scope, division)))
