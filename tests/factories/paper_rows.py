"""Numbered papers as rows, for tests that only look at them: no approval, no key, a file that is none."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.terms import Branch, Permission
from regulator.features.papers.actions.issuing import CORNER
from regulator.features.papers.models import Delivery, Matter, Paper, PaperSeries, PortalConsent
from regulator.features.papers.terms import DeliveryState, DeliveryWay, MatterKind, MatterState, Outcome, PaperState
from regulator.foundation.database import new_key, session
from regulator.foundation.files import file_room

AT = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
ON = date(2026, 11, 2)


def digest_of(number: str) -> str:
    """The digest of the content of a made paper; its first sixteen digits are the check code."""
    return hashlib.sha256(number.encode()).hexdigest()


def code_of(number: str) -> str:
    """What would be printed beside the QR of a made paper."""
    return digest_of(number)[:16]


def make_paper(number: str, division: str, *, state: PaperState = PaperState.ISSUED, **more: Any) -> Paper:
    """A numbered paper of an authority of the division's district, addressed to ``credit_code``, signed ``at``."""
    authority, account = _authority(division[:6]), _account()
    series = _series(authority, division)
    sequence = len(session().scalars(select(Paper.id)).all()) + 1
    matter_id = more.pop("matter_id", None) or _matter(number, division, authority, account, sequence)
    at: datetime = more.pop("at", AT)
    withdrawn = {"withdrawn_at": AT, "withdrawn_by": "x", "withdrawn_reason": "认定事实有误"}
    kept = file_room(CORNER).keep([number.encode()], maximum=1000)  # no PDF, and nobody reads it
    paper = Paper(
        id=new_key(), matter_id=matter_id, division_code=division, authority_id=authority.id,
        kind=more.pop("kind", "rectification"),
        state=state, title=more.pop("title", f"责令整改{number}"), addressee=more.pop("addressee", f"收件人{number}"),
        addressee_credit_code=more.pop("credit_code", None), facts=more.pop("facts", {}), drafted_by_id=account.id,
        drafted_by=more.pop("drafted_by", "x"), drafted_at=AT, steps=["handle"], series_id=series.id, year=2026,
        sequence=sequence,
        number=number, signed_at=at, signed_by_id=account.id, signed_by=more.pop("signed_by", "x"), dated_on=at.date(),
        frame={"authority": authority.name}, check_code=digest_of(number),
        file_hash=None if state is PaperState.SIGNED else kept, file_size=len(number), version=1,
        **(withdrawn if state is PaperState.WITHDRAWN else {}), **more,
    )  # fmt: skip
    session().add(paper)
    session().flush()
    return paper


def _matter(number: str, division: str, authority: Authority, account: Account, sequence: int) -> UUID:
    """A closed matter of the paper's own."""
    matter = Matter(
        id=new_key(), number=f"2026-8{sequence:05d}", kind=MatterKind.OFFICIAL, subject_key=number, title=number,
        division_code=division, authority_id=authority.id, handled_by=Permission.MATTERS_HANDLE, owner_id=account.id,
        state=MatterState.CLOSED, order_on=ON, opened_at=AT, opened_by="x", owned_since=AT, closed_at=AT, closed_by="x",
        outcome=Outcome.DONE, version=1,
    )  # fmt: skip
    session().add(matter)
    session().flush()
    return matter.id


def serve(paper: Paper, *, on: date = ON, opened: bool = False) -> Delivery:
    """The paper served in the portal of the company it is addressed to."""
    delivery = Delivery(
        id=new_key(), paper_id=paper.id, way=DeliveryWay.PORTAL, state=DeliveryState.SERVED, sent_at=AT, sent_by="x",
        served_on=on, opened_at=AT if opened else None, opened_by="李经理" if opened else None, version=1,
    )  # fmt: skip
    session().add(delivery)
    session().flush()
    return delivery


def make_consent(credit_code: str, *, withdrawn_on: date | None = None) -> PortalConsent:
    """A company's consent to delivery in the portal."""
    consent = PortalConsent(
        id=new_key(), credit_code=credit_code, confirmed_on=ON, confirmed_by="王经理", note="送达地址确认书第3号",
        recorded_at=AT, recorded_by="x", withdrawn_on=withdrawn_on, version=1,
    )  # fmt: skip
    session().add(consent)
    session().flush()
    return consent


def _authority(district: str) -> Authority:
    name = f"{district}房产局"
    found = session().scalar(select(Authority).where(Authority.name == name))
    return found or _added(Authority(id=new_key(), name=name, division_code=district))


def _account() -> Account:
    found = session().scalar(select(Account).where(Account.username == "paperwriter"))
    return found or _added(
        Account(id=new_key(), username="paperwriter", name="x", branch=Branch.BUSINESS, created_at=AT)
    )


def _series(authority: Authority, division: str) -> PaperSeries:
    found = session().scalar(select(PaperSeries).where(PaperSeries.authority_id == authority.id))
    return found or _added(
        PaperSeries(
            id=new_key(), authority_id=authority.id, kind="", pattern=f"{division[:6]}房〔{{year}}〕{{n}}号",
            began_on=ON, set_at=AT, set_by="x",
        )
    )  # fmt: skip


def _added(row: Any) -> Any:
    session().add(row)
    session().flush()
    return row


def serve_one(credit_code: str, division: str, title: str) -> dict[str, UUID]:
    """One more paper in a company's portal; its key and its delivery's."""
    paper = make_paper(f"{title}〔2026〕号", division, credit_code=credit_code, title=title)
    return {"paper_id": paper.id, "delivery_id": serve(paper).id}
