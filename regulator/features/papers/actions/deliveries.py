"""Acts of delivery: send a paper by one of four ways, record how it ended, sign for it in the portal; consents.

From the day a paper is served it binds: `paper_served` tells the rooms above, whose clocks start there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.queries import working_days
from regulator.features.papers import signals
from regulator.features.papers.actions.matters import add_entry
from regulator.features.papers.models import Attachment, Delivery, Matter, Paper, PortalConsent
from regulator.features.papers.queries.deliveries import find_consent, states_of
from regulator.features.papers.rules.delivery import effect_of_notice, judge_sending, judge_served, notice_term
from regulator.features.papers.terms import (
    AttachmentRole,
    DeliveryState,
    DeliveryWay,
    EntryKind,
    MatterState,
    MatterStep,
    PaperAct,
    PaperState,
    PaperSubject,
    Served,
)
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sending:
    """How a paper is sent: the post's number, or where the notice hangs, as the way needs."""

    way: DeliveryWay
    tracking_number: str | None = None
    posted_at_place: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a delivery ended well: the day, who signed, and what they are to the addressee."""

    served_on: date
    received_by: str
    relation: str | None = None
    attachment_id: UUID | None = None


# --- sending --------------------------------------------------------------------------------------------------------


def send_paper(paper: Paper, matter: Matter, sending: Sending, *, actor: Actor, now: datetime) -> Delivery:
    """Send an issued paper. In the portal it is served on arrival; a public notice takes effect when its term ends.

    Raises Refused: not issued, one is under way, no consent on file, a public notice before another way has failed.
    """
    session().refresh(paper, with_for_update=True)
    consent = find_consent(paper.addressee_credit_code) if paper.addressee_credit_code else None
    tried = states_of(paper)
    judge_sending(
        state=paper.state,
        way=sending.way,
        has_consent=consent is not None,
        is_company=paper.addressee_credit_code is not None,
        tried=frozenset(tried),
        under_way=DeliveryState.UNDER_WAY in tried,
    ).or_refuse()
    delivery = _new(paper, sending, actor, now)
    session().add(delivery)
    session().flush()
    _record(PaperAct.DELIVERY_SENT, paper, {"way": sending.way}, actor, now)
    add_entry(matter, EntryKind.PAPER, actor=actor, now=now, about=paper.number, text=PaperAct.DELIVERY_SENT)
    if sending.way is DeliveryWay.PORTAL:
        delivery.consent_id = consent.id if consent else None
        _serve(delivery, paper, matter, day_of(now), actor, now)
    elif matter.state is MatterState.OPEN:
        matter.step = MatterStep.DELIVERY
    session().flush()
    return delivery


def _new(paper: Paper, sending: Sending, actor: Actor, now: datetime) -> Delivery:
    delivery = Delivery(
        paper_id=paper.id, way=sending.way, state=DeliveryState.UNDER_WAY, sent_at=now, sent_by=actor.name, version=1
    )
    if sending.way is DeliveryWay.POST:
        delivery.tracking_number = _needed(sending.tracking_number, "tracking_number")
    if sending.way is DeliveryWay.PUBLIC_NOTICE:
        posted_on = day_of(now)
        delivery.posted_at_place = _needed(sending.posted_at_place, "posted_at_place")
        delivery.term_days = notice_term(posted_on).term.length
        delivery.effective_on = effect_of_notice(posted_on, working_days()).day
    return delivery


def _needed(value: str | None, about: str) -> str:
    if not value or not value.strip():
        raise BadInput("delivery_detail_missing", about=about)
    return value.strip()


# --- how it ended ---------------------------------------------------------------------------------------------------


def record_served(
    delivery: Delivery, paper: Paper, matter: Matter, receipt: Receipt, *, version: int, actor: Actor, now: datetime
) -> None:
    """Record that a paper handed over or posted was received. Raises StaleVersion, Refused, BadInput."""
    _claim(delivery, version)
    judge_served(
        state=delivery.state,
        way=delivery.way,
        dated_on=paper.dated_on or day_of(delivery.sent_at),
        served_on=receipt.served_on,
        today=day_of(now),
    ).or_refuse()
    delivery.received_by = _needed(receipt.received_by, "received_by")
    delivery.relation = receipt.relation
    delivery.receipt_id = _receipt_of(paper, receipt.attachment_id)
    _serve(delivery, paper, matter, receipt.served_on, actor, now)


def _receipt_of(paper: Paper, attachment_id: UUID | None) -> UUID | None:
    """The signed receipt, when one is attached to this very paper's matter."""
    if attachment_id is None:
        return None
    found = session().get(Attachment, attachment_id)
    if found is None or found.matter_id != paper.matter_id or found.role is not AttachmentRole.RECEIPT:
        raise BadInput("receipt_of_another", about="attachment")
    return found.id


def record_failed(
    delivery: Delivery, paper: Paper, matter: Matter, *, reason: str, version: int, actor: Actor, now: datetime
) -> None:
    """Record that a paper came back or nobody took it; another way may be tried. Raises StaleVersion, BadInput."""
    _claim(delivery, version)
    if delivery.state is not DeliveryState.UNDER_WAY:
        raise BadInput("delivery_settled")
    delivery.state, delivery.failed_reason = DeliveryState.FAILED, _needed(reason, "reason")
    delivery.version += 1
    session().flush()
    _record(PaperAct.DELIVERY_FAILED, paper, {"way": delivery.way, "reason": reason}, actor, now)
    add_entry(
        matter, EntryKind.PAPER, actor=actor, now=now, about=paper.number, text=PaperAct.DELIVERY_FAILED
    )  # fmt: skip


def serve_notices(now: datetime) -> None:
    """A sweeper: public notices whose term has ended are served, on the last day of the term.

    One of a paper that was withdrawn or superseded meanwhile takes no effect.
    """
    today = day_of(now)
    due = select(Delivery).join(Paper, Paper.id == Delivery.paper_id)
    due = due.where(
        Paper.state == PaperState.ISSUED,
        Delivery.state == DeliveryState.UNDER_WAY,
        Delivery.way == DeliveryWay.PUBLIC_NOTICE,
        Delivery.effective_on < today,
    )
    for delivery in session().scalars(due.order_by(Delivery.effective_on).limit(AT_ONCE)).all():
        paper = session().get_one(Paper, delivery.paper_id)
        matter = session().get_one(Matter, paper.matter_id)
        _serve(delivery, paper, matter, delivery.effective_on or today, Actor.system(), now)


def _serve(delivery: Delivery, paper: Paper, matter: Matter, on: date, actor: Actor, now: datetime) -> None:
    delivery.state, delivery.served_on = DeliveryState.SERVED, on
    delivery.version += 1
    paper.served_on = on
    if matter.state is MatterState.OPEN and matter.step is MatterStep.DELIVERY:
        matter.step = MatterStep.HANDLING
    session().flush()
    _record(PaperAct.DELIVERY_SERVED, paper, {"way": delivery.way, "served_on": on.isoformat()}, actor, now)
    add_entry(matter, EntryKind.PAPER, actor=actor, now=now, about=paper.number, text=PaperAct.DELIVERY_SERVED)
    served = Served(
        paper.id, matter.kind, matter.subject_key, paper.kind, paper.number or "", on, delivery.way, now
    )  # fmt: skip
    signals.paper_served.send(served=served)


def sign_for(delivery: Delivery, paper: Paper, *, actor: Actor, now: datetime) -> None:
    """The company opens what was served to it in the portal and so signs for it (签收); again: nothing more."""
    session().refresh(delivery, with_for_update=True)
    if delivery.opened_at is not None:
        return
    delivery.opened_at, delivery.opened_by = now, actor.name
    delivery.version += 1
    session().flush()
    _record(PaperAct.DELIVERY_SIGNED_FOR, paper, {}, actor, now)


# --- consent --------------------------------------------------------------------------------------------------------


def record_consent(
    credit_code: str, *, confirmed_on: date, confirmed_by: str, note: str | None, actor: Actor, now: datetime
) -> PortalConsent:
    """Record that a company confirmed delivery in the portal. Raises BadInput when one stands or the day is to come."""
    if find_consent(credit_code) is not None:
        raise BadInput("consent_stands_already")
    if confirmed_on > day_of(now):
        raise BadInput("confirmed_in_future", about="confirmed_on")
    consent = PortalConsent(
        credit_code=credit_code, confirmed_on=confirmed_on, confirmed_by=_needed(confirmed_by, "confirmed_by"),
        note=note, recorded_at=now, recorded_by=actor.name, version=1,
    )  # fmt: skip
    session().add(consent)
    session().flush()
    _record_consent(PaperAct.CONSENT_RECORDED, consent, actor, now)
    return consent


def withdraw_consent(consent: PortalConsent, *, version: int, actor: Actor, now: datetime) -> None:
    """Record that a company does not want papers in the portal any more; what was served stays served."""
    session().refresh(consent, with_for_update=True)
    consent.expect_version(version)
    if consent.withdrawn_on is not None:
        raise BadInput("consent_withdrawn_already")
    consent.withdrawn_on, consent.withdrawn_by = max(day_of(now), consent.confirmed_on), actor.name
    consent.version += 1
    session().flush()
    _record_consent(PaperAct.CONSENT_WITHDRAWN, consent, actor, now)


def _claim(delivery: Delivery, version: int) -> None:
    session().refresh(delivery, with_for_update=True)
    delivery.expect_version(version)


def _record(act: PaperAct, paper: Paper, facts: dict[str, JSON], actor: Actor, now: datetime) -> None:
    key = paper.number or str(paper.id)
    audit.record(actor, act, PaperSubject.DELIVERY, key, now=now, division_code=paper.division_code, facts=facts)


def _record_consent(act: PaperAct, consent: PortalConsent, actor: Actor, now: datetime) -> None:
    facts: dict[str, JSON] = {"confirmed_on": consent.confirmed_on.isoformat(), "confirmed_by": consent.confirmed_by}
    audit.record(actor, act, PaperSubject.PORTAL_CONSENT, consent.credit_code, now=now, facts=facts)
