"""Cases inside a scope: one, lists with who has them, history; those a company was told of. Never write."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, text

from regulator.features.accounts.models import Account, Authority
from regulator.features.divisions.queries import NOWHERE, Path, paths_of, within
from regulator.features.divisions.terms import CodeRange, Scope
from regulator.features.licensing.endings_terms import (
    DECIDED_BY,
    KNOWN_TO_HOLDER,
    OPEN_ENDINGS,
    EndingAct,
    EndingState,
    EvaluatedEnding,
    shown_ending,
)
from regulator.features.licensing.models import Certificate, CertificateEnding, CertificateEndingEvent
from regulator.features.licensing.models.endings import IS_OPEN_ENDING
from regulator.features.licensing.rules.certificates import read_number
from regulator.features.licensing.terms import EndingKind, Nature
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.terms import MatterKind, PaperState
from regulator.features.registry.models import Company
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

Ending = CertificateEnding


@dataclass(frozen=True, slots=True)
class EndingRow:
    """A case as lists show it."""

    id: UUID
    number: str
    certificate_id: UUID
    certificate: str | None
    company: str
    credit_code: str
    nature: Nature
    kind: EndingKind
    state: EndingState
    division_code: str
    owner_id: UUID | None
    owner: str | None
    authority: str | None
    opened_on: date
    opened_by: str
    told_on: date | None
    answer_until: date | None
    is_answer_provisional: bool
    due_on: date | None
    is_due_provisional: bool
    over_on: date | None
    version: int
    place: Path = NOWHERE

    @property
    def shown(self) -> EndingKind | EvaluatedEnding:
        """The act in the words of its nature."""
        return shown_ending(self.kind, self.nature)


@dataclass(frozen=True, slots=True)
class EndingFilter:
    """What of the cases is wanted; None: no matter which. ``due_before`` is excluded.

    ``to_decide`` by this account: the paper of the decision is issued, and somebody else opened the case.
    """

    is_open: bool | None = True
    state: EndingState | None = None
    kind: EndingKind | None = None
    owners: tuple[UUID, ...] | None = None
    to_decide: UUID | None = None
    within: CodeRange | None = None
    due_before: date | None = None
    q: str | None = None  # number of the case or the certificate, credit code, or the beginning of a company's name


_ROW: tuple[Any, ...] = (
    *(Ending.id, Ending.number, Ending.certificate_id, Certificate.number, Company.name, Ending.credit_code),
    *(Ending.nature, Ending.kind, Ending.state, Ending.division_code, Ending.owner_id, Account.name, Authority.name),
    *(Ending.opened_on, Ending.opened_by, Ending.told_on, Ending.answer_until),
    *(Ending.is_answer_provisional, Ending.due_on, Ending.is_due_provisional, Ending.over_on, Ending.version),
)
_OPEN = text(f"{Ending.__tablename__}.{IS_OPEN_ENDING.text}")
"""In the words of the partial indexes: as parameters they would not be recognised."""


def _rows() -> Select[Any]:
    return (
        select(*_ROW)
        .join(Certificate, Certificate.id == Ending.certificate_id)
        .join(Company, Company.id == Ending.company_id)
        .outerjoin(Account, Account.id == Ending.owner_id)
        .outerjoin(Authority, Authority.id == Ending.authority_id)
    )


def _narrowed(stmt: Select[Any], scope: Scope, wanted: EndingFilter) -> Select[Any]:
    stmt = stmt.where(within(scope, Ending.division_code))
    if wanted.is_open is not None:
        stmt = stmt.where(_OPEN if wanted.is_open else Ending.state.not_in(OPEN_ENDINGS))
    if wanted.state is not None:
        stmt = stmt.where(Ending.state == wanted.state)
    if wanted.kind is not None:
        stmt = stmt.where(Ending.kind == wanted.kind)
    if wanted.owners is not None:
        stmt = stmt.where(Ending.owner_id.in_(wanted.owners))
    if wanted.to_decide is not None:
        stmt = stmt.where(Ending.opened_by_id != wanted.to_decide, _decision_is_issued())
    if wanted.within is not None:
        stmt = stmt.where(Ending.division_code >= wanted.within.low, Ending.division_code < wanted.within.high)
    if wanted.due_before is not None:
        stmt = stmt.where(Ending.order_on < wanted.due_before)
    if wanted.q:
        named = Company.name.startswith(wanted.q, autoescape=True)
        same = (Ending.number == wanted.q.upper(), Ending.credit_code == wanted.q.upper())
        stmt = stmt.where(or_(*same, Certificate.number == read_number(wanted.q), named))
    return stmt


def _decision_is_issued() -> ColumnElement[bool]:
    return exists().where(
        Matter.kind == MatterKind.ENDING,
        Matter.subject_key == Ending.number,
        Paper.matter_id == Matter.id,
        Paper.state == PaperState.ISSUED,
        Paper.kind.in_(set(DECIDED_BY.values())),
    )


def list_endings(
    scope: Scope, wanted: EndingFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[EndingRow]:  # fmt: skip
    """Cases of a territory: open ones the most pressing first, others the last opened first."""
    table = Ending.__table__.c
    sort = Sort("due", (table.order_on, table.number))
    if wanted.is_open is not True:
        sort = Sort("opened", (table.opened_on, table.number), descending=True)
    stmt = _narrowed(_rows(), scope, wanted)
    page = paginate(stmt, list_name="endings", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(_placed(page.items)), page.next)


def count_endings(scope: Scope, wanted: EndingFilter) -> Count:
    """How many there are, to 1,000 and one."""
    stmt: Select[Any] = (
        select(Ending.number)
        .join(Certificate, Certificate.id == Ending.certificate_id)
        .join(Company, Company.id == Ending.company_id)
    )
    return count_up_to_ceiling(_narrowed(stmt, scope, wanted))


def _placed(rows: Sequence[Any]) -> list[EndingRow]:
    places = paths_of(row.division_code for row in rows)
    return [replace(EndingRow(*row[: len(_ROW)]), place=places.get(row.division_code, NOWHERE)) for row in rows]


# --- one --------------------------------------------------------------------------------------------------------------


def get_ending(scope: Scope, number: str) -> CertificateEnding:
    """A case by its number inside a scope. Raises NotFound."""
    found = session().scalars(select(Ending).where(Ending.number == number, within(scope, Ending.division_code)))
    one = found.one_or_none()
    if one is None:
        raise NotFound(number)
    return one


def get_ending_row(ending: CertificateEnding) -> EndingRow:
    """A case somebody was given, with the names around it."""
    return _placed([session().execute(_rows().where(Ending.id == ending.id)).one()])[0]


def find_open_ending(certificate_id: UUID) -> CertificateEnding | None:
    """The case that is open on a certificate somebody was given."""
    stmt = select(Ending).where(Ending.certificate_id == certificate_id, Ending.state.in_(OPEN_ENDINGS))
    return session().scalars(stmt).one_or_none()


def list_endings_of(certificate_id: UUID) -> list[EndingRow]:
    """All cases of a certificate somebody was given, the last opened first."""
    stmt = _rows().where(Ending.certificate_id == certificate_id).order_by(Ending.opened_on.desc(), Ending.id.desc())
    return _placed(session().execute(stmt).all())


def list_ending_events(ending: CertificateEnding) -> list[CertificateEndingEvent]:
    """The history of a case somebody was given, in the order in which it happened."""
    stmt = select(CertificateEndingEvent).where(CertificateEndingEvent.ending_id == ending.id)
    return list(session().scalars(stmt.order_by(CertificateEndingEvent.seq)))


# --- the holder's -----------------------------------------------------------------------------------------------------


def list_told(scope: Scope) -> list[EndingRow]:
    """The cases the scope's own company was told of and that are not over."""
    if scope.credit_code is None:
        return []
    stmt = _rows().where(Ending.credit_code == scope.credit_code, Ending.state.in_(KNOWN_TO_HOLDER))
    return _placed(session().execute(stmt.order_by(Ending.opened_on, Ending.id)).all())


def get_told(scope: Scope, number: str) -> CertificateEnding:
    """A case the scope's own company was told of, over or not. Raises NotFound."""
    found = session().scalars(select(Ending).where(Ending.number == number, Ending.told_on.is_not(None)))
    one = found.one_or_none()
    if one is None or scope.credit_code is None or one.credit_code != scope.credit_code:
        raise NotFound(number)
    return one


def list_own_words(ending: CertificateEnding) -> list[CertificateEndingEvent]:
    """What the holder may read of a case's history: from the day it was told on, what it said and what was done."""
    shown = (EndingAct.TELL, EndingAct.STATE, EndingAct.ASK_HEARING, EndingAct.HOLD_HEARING, EndingAct.DECIDE)
    lines = list_ending_events(ending)
    return [line for line in lines if line.act in shown and line.state is not EndingState.OPENED]
