"""Delivery in each of its ways on both databases: from which day a paper binds, and what each way needs."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.papers import signals
from regulator.features.papers.actions import deliveries, issuing
from regulator.features.papers.actions.deliveries import Receipt, Sending
from regulator.features.papers.models import Paper
from regulator.features.papers.queries.case_files import count_deliveries_under_way
from regulator.features.papers.queries.file_contents import gather
from regulator.features.papers.terms import DeliveryState, DeliveryWay, MatterStep, Served
from regulator.foundation.database import new_key, session, transaction
from regulator.foundation.errors import BadInput
from regulator.law.findings import Refused
from tests.factories.papers import NOW, Bureau, actor_of, day, matter_of

COMPANY = "91210103MA0000001X"


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


@pytest.fixture
def told() -> Iterator[list[Served]]:
    """What `paper_served` told."""
    found: list[Served] = []

    def listen(_sender: object, served: Served) -> None:
        found.append(served)

    with signals.paper_served.connected_to(listen):
        yield found


def send(paper: Paper, way: DeliveryWay, **more: Any) -> Any:
    with transaction():
        return deliveries.send_paper(
            paper, matter_of(paper), Sending(way, **more), actor=Actor.system(), now=NOW
        )  # fmt: skip


def test_post_comes_back_and_a_public_notice_follows(bureau: Bureau, told: list[Served]) -> None:
    paper = bureau.issued(bureau.matter())
    given: dict[str, Any] = {"actor": actor_of(bureau.handler), "now": NOW}
    with pytest.raises(Refused) as refused:
        send(paper, DeliveryWay.PUBLIC_NOTICE, posted_at_place="区政府公告栏")
    assert codes(refused) == ["notice_is_last_resort"]
    with pytest.raises(BadInput, match="delivery_detail_missing"):
        send(paper, DeliveryWay.POST)
    posted = send(paper, DeliveryWay.POST, tracking_number="1234567890123")
    with pytest.raises(Refused):
        send(paper, DeliveryWay.IN_PERSON)
    with transaction():
        deliveries.record_failed(posted, paper, matter_of(paper), reason="查无此人", version=posted.version, **given)
    notice = send(paper, DeliveryWay.PUBLIC_NOTICE, posted_at_place="区政府公告栏")
    assert (notice.term_days, notice.effective_on) == (30, date(2026, 12, 2))
    for moment in (NOW + timedelta(days=30), NOW + timedelta(days=31), NOW + timedelta(days=32)):
        with transaction():
            deliveries.serve_notices(moment)
    session().refresh(paper)
    assert (paper.served_on, [one.served_on for one in told]) == (date(2026, 12, 2), [date(2026, 12, 2)])


def test_in_person_the_day_of_signing_counts(bureau: Bureau, told: list[Served]) -> None:
    paper = bureau.issued(bureau.matter())
    with transaction():  # recorded three days after it was done
        delivery = deliveries.send_paper(
            paper, matter_of(paper), Sending(DeliveryWay.IN_PERSON), actor=Actor.system(), now=NOW + timedelta(days=3)
        )
    receipt = Receipt(day(NOW) + timedelta(days=4), "李收件", "前台")
    given: dict[str, Any] = {
        "version": delivery.version,
        "actor": actor_of(bureau.handler),
        "now": NOW + timedelta(days=3),
    }
    with pytest.raises(Refused) as refused, transaction():
        deliveries.record_served(delivery, paper, matter_of(paper), receipt, **given)
    assert codes(refused) == ["served_in_future"]
    receipt = Receipt(day(NOW) - timedelta(days=1), "李收件")
    with pytest.raises(Refused) as refused, transaction():
        deliveries.record_served(delivery, paper, matter_of(paper), receipt, **given)
    assert codes(refused) == ["served_before_dated"]
    with transaction():
        receipt = Receipt(day(NOW), "李收件", "前台")
        deliveries.record_served(delivery, paper, matter_of(paper), receipt, **given)
    assert (delivery.state, told[0].number, told[0].way) == (
        DeliveryState.SERVED, paper.number, DeliveryWay.IN_PERSON,
    )  # fmt: skip


def test_the_notice_of_a_withdrawn_paper_takes_no_effect(bureau: Bureau, told: list[Served]) -> None:
    paper = bureau.issued(bureau.matter())
    given: dict[str, Any] = {"actor": actor_of(bureau.director), "now": NOW}
    posted = send(paper, DeliveryWay.POST, tracking_number="1234567890123")
    with transaction():
        deliveries.record_failed(posted, paper, matter_of(paper), reason="查无此人", version=posted.version, **given)
    send(paper, DeliveryWay.PUBLIC_NOTICE, posted_at_place="区政府公告栏")
    with transaction():
        issuing.withdraw_paper(paper, matter_of(paper), reason="有误", version=paper.version, **given)
    with transaction():
        deliveries.serve_notices(NOW + timedelta(days=40))
    session().refresh(paper)
    assert (paper.served_on, told) == (None, [])
    matter = matter_of(paper)
    assert (matter.step, count_deliveries_under_way(matter)) == (MatterStep.HANDLING, 0), "its file can be archived"
    assert [one.is_lapsed for one in gather(matter).deliveries] == [False, True]


def test_in_the_portal_only_with_consent_and_served_on_arrival(bureau: Bureau, told: list[Served]) -> None:
    paper = bureau.issued(bureau.matter(), credit_code=COMPANY)
    with pytest.raises(Refused) as refused:
        send(paper, DeliveryWay.PORTAL)
    assert codes(refused) == ["consent_missing"]
    with transaction():
        consent = deliveries.record_consent(
            COMPANY, confirmed_on=day(NOW), confirmed_by="王经理", note=None, actor=Actor.system(), now=NOW
        )
    delivery = send(paper, DeliveryWay.PORTAL)
    assert (delivery.state, delivery.served_on, delivery.consent_id) == (DeliveryState.SERVED, day(NOW), consent.id)
    assert len(told) == 1
    for _ in range(2):
        with transaction():
            deliveries.sign_for(delivery, paper, actor=Actor.system(), now=NOW)
    signed = session().scalars(select(AuditEntry).where(AuditEntry.act == "delivery.signed_for")).all()
    assert len(signed) == 1, "opened twice, signed for once"
    with transaction():
        deliveries.withdraw_consent(consent, version=consent.version, actor=Actor.system(), now=NOW)
    with pytest.raises(BadInput, match="consent_withdrawn_already"), transaction():
        deliveries.withdraw_consent(consent, version=consent.version, actor=Actor.system(), now=NOW)


def test_a_receipt_belongs_to_its_matter(bureau: Bureau) -> None:
    paper = bureau.issued(bureau.matter())
    delivery = send(paper, DeliveryWay.IN_PERSON)
    with pytest.raises(BadInput, match="receipt_of_another"), transaction():
        deliveries.record_served(
            delivery, paper, matter_of(paper), Receipt(day(NOW), "李", None, new_key()), version=delivery.version,
            actor=Actor.system(), now=NOW,
        )  # fmt: skip
