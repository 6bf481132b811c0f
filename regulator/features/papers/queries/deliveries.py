"""Deliveries of papers, the consents they rest on, and what a company has in its portal. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select

from regulator.features.accounts.models import Authority
from regulator.features.calendar.queries import working_days
from regulator.features.divisions.terms import Scope
from regulator.features.papers.models import Attachment, Delivery, Paper, PortalConsent
from regulator.features.papers.terms import (
    AttachmentRole,
    DeliveryState,
    DeliveryWay,
    PaperState,
)
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Page, Sort, paginate


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as the paper's page shows it."""

    id: UUID
    way: DeliveryWay
    state: DeliveryState
    sent_at: datetime
    sent_by: str
    received_by: str | None
    relation: str | None
    tracking_number: str | None
    posted_at_place: str | None
    term_days: int | None
    effective_on: date | None
    served_on: date | None
    failed_reason: str | None
    receipt_id: UUID | None
    opened_at: datetime | None
    opened_by: str | None
    version: int
    is_effect_provisional: bool = False


_KEPT = tuple(name for name in DeliveryRow.__dataclass_fields__ if name != "is_effect_provisional")


def list_deliveries(paper: Paper) -> list[DeliveryRow]:
    """Every attempt to deliver a paper somebody was given, the first sent first."""
    stmt = select(Delivery).where(Delivery.paper_id == paper.id).order_by(Delivery.sent_at, Delivery.id)
    found = session().scalars(stmt).all()
    waits = {one.id for one in found if one.state is DeliveryState.UNDER_WAY and one.effective_on is not None}
    days = working_days() if waits else None
    return [
        DeliveryRow(
            **{name: getattr(one, name) for name in _KEPT},
            is_effect_provisional=bool(
                days
                and one.id in waits
                and one.effective_on
                and days.is_provisional(one.effective_on, one.effective_on)
            ),
        )
        for one in found
    ]


def states_of(paper: Paper) -> set[DeliveryState]:
    """How the attempts at a paper stand."""
    return set(session().scalars(select(Delivery.state).where(Delivery.paper_id == paper.id)))


def get_delivery(paper: Paper, delivery_id: UUID) -> Delivery:
    """An attempt at a paper somebody was given. Raises NotFound."""
    found = session().get(Delivery, delivery_id)
    if found is None or found.paper_id != paper.id:
        raise NotFound(str(delivery_id))
    return found


def list_receipts(paper: Paper) -> list[tuple[UUID, str]]:
    """Signed receipts attached to a paper's matter: key and name."""
    stmt = select(Attachment.id, Attachment.name).where(
        Attachment.matter_id == paper.matter_id,
        Attachment.role == AttachmentRole.RECEIPT,
        Attachment.removed_at.is_(None),
    )
    return [(key, name) for key, name in session().execute(stmt.order_by(Attachment.added_at))]


# --- consent --------------------------------------------------------------------------------------------------------


def find_consent(credit_code: str) -> PortalConsent | None:
    """The standing consent of a company."""
    stmt = select(PortalConsent).where(PortalConsent.credit_code == credit_code, PortalConsent.withdrawn_on.is_(None))
    return session().scalar(stmt)


def get_consent(credit_code: str) -> PortalConsent:
    """The standing consent of a company. Raises NotFound."""
    found = find_consent(credit_code)
    if found is None:
        raise NotFound(credit_code)
    return found


def list_consents(credit_code: str) -> list[PortalConsent]:
    """All consents of a company, the last first."""
    stmt = select(PortalConsent).where(PortalConsent.credit_code == credit_code)
    return list(session().scalars(stmt.order_by(PortalConsent.recorded_at.desc())))


# --- the company's portal -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServedRow:
    """A paper that was served to a company in its portal."""

    paper_id: UUID
    delivery_id: UUID
    number: str
    kind: str
    title: str
    authority: str
    dated_on: date
    state: PaperState
    served_on: date
    opened_at: datetime | None


_SERVED: Any = (
    *(Paper.id, Delivery.id, Paper.number, Paper.kind, Paper.title, Authority.name, Paper.dated_on, Paper.state),
    *(Delivery.served_on, Delivery.opened_at),
)


def _served(scope: Scope) -> Select[Any]:
    stmt: Select[Any] = select(*_SERVED)
    return (
        stmt.join(Delivery, Delivery.paper_id == Paper.id)
        .join(Authority, Authority.id == Paper.authority_id)
        .where(
            Paper.addressee_credit_code == scope.credit_code,
            Delivery.way == DeliveryWay.PORTAL,
            Delivery.state == DeliveryState.SERVED,
        )
    )


def list_served(scope: Scope, *, cursor: str | None = None, limit: int = 50) -> Page[ServedRow]:
    """Papers served to a company in its portal, those it has not signed for first, then the last first.

    Nothing for a scope that names no company.
    """
    if scope.credit_code is None:
        return Page(())
    table = Delivery.__table__.c
    unopened = case((table.opened_at.is_(None), 1), else_=0)
    sort = Sort("served", (unopened, table.served_on, table.id), descending=True)
    return paginate(
        _served(scope), list_name="company.papers", sort=sort, cursor=cursor, limit=limit,
        item=lambda row: ServedRow(*row[: len(_SERVED)]),
    )  # fmt: skip


def count_unopened(scope: Scope) -> int:
    """How many papers served to a company in its portal it has not signed for."""
    if scope.credit_code is None:
        return 0
    waiting = _served(scope).where(Delivery.opened_at.is_(None)).with_only_columns(func.count())
    return session().execute(waiting).scalar_one()


def get_served(scope: Scope, paper_id: UUID) -> tuple[Paper, Delivery]:
    """A paper served to the very company of a scope, with its delivery. Raises NotFound."""
    stmt = (
        select(Paper, Delivery)
        .join(Delivery, Delivery.paper_id == Paper.id)
        .where(
            Paper.id == paper_id,
            Paper.addressee_credit_code == scope.credit_code,
            Delivery.way == DeliveryWay.PORTAL,
            Delivery.state == DeliveryState.SERVED,
        )
    )
    row = session().execute(stmt).one_or_none() if scope.credit_code else None
    if row is None:
        raise NotFound(str(paper_id))
    return row[0], row[1]
