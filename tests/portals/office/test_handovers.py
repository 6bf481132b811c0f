"""Hand-overs at the desk, on both databases: from looking at the list to both signatures and the paper."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import Permission, Role
from regulator.features.papers.models import Handover, HandoverItem, Matter
from regulator.foundation import clock
from tests.factories import registry as make
from tests.factories.duty import make_matter, make_official

Open = Callable[..., Any]


def account(session: Session, name: str) -> Account:
    return session.scalars(select(Account).where(Account.name == name)).one()


class Office:
    """Desks of who gives, who takes and who leads in one district, and the giver's matters."""

    def __init__(self, sign_in: Open, session: Session) -> None:
        self.session = session
        self.giver = sign_in(Role.DISTRICT_OFFICER, make.SHENHE, name="王芳")
        self.taker = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET, name="李强")
        self.head = sign_in(Role.SECTION_HEAD, make.SHENHE, name="陈主任")
        giver = account(session, "王芳")
        make_matter(giver, "惠工花园收费核查", due_on=clock.today() - timedelta(days=1))
        make_matter(giver, "朱剪炉街道摸底")
        make_matter(giver, "公司信息更正", handled_by=Permission.COMPANIES_EDIT)
        session.commit()

    def drawn_up(self, desk: Any = None, giver: str = "") -> str:
        desk = desk or self.giver
        desk.get(f"/office/handovers/new?taker=李强&giver={giver}")
        address: str = desk.post("/office/handovers/new", reason="leave", leaves_on=clock.today().isoformat()).location
        return address

    def owners(self) -> dict[str, str]:
        self.session.rollback()
        self.session.expire_all()
        stmt = select(Matter.title, Account.name).join(Account, Account.id == Matter.owner_id)
        return dict(self.session.execute(stmt).all())  # type: ignore[arg-type]


@pytest.fixture
def office(sign_in: Open, session: Session) -> Office:
    return Office(sign_in, session)


GOES = ("惠工花园收费核查", "朱剪炉街道摸底")


def test_from_the_list_to_both_signatures_and_the_paper(office: Office) -> None:
    page = office.giver.get("/office/handovers/new")
    assert "谁移交" not in page
    page = office.giver.get("/office/handovers/new?taker=李强")
    assert all(title in page for title in (*GOES, "公司信息更正"))
    assert "须由另一人接收" in page
    assert "另拟一份清单" in page
    here = office.drawn_up()
    page = office.giver.get(here)
    assert "移交人签字" in page
    office.taker.get(here)
    assert "签字接收" not in office.taker.page
    office.giver.get(here)
    office.giver.post(f"{here}/give")
    assert set(office.owners().values()) == {"王芳"}
    office.taker.get(here)
    office.taker.post(f"{here}/take")
    assert office.owners() == {"惠工花园收费核查": "李强", "朱剪炉街道摸底": "李强", "公司信息更正": "王芳"}
    page = office.taker.get(here)
    assert page.count("已移交") == 2
    assert "移交人仍有 1 件在办事项" in page
    first, second = (office.taker.fetch(f"{here}/list.pdf").data for _ in range(2))
    assert first == second
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first)).pages)
    handover = office.session.scalars(select(Handover)).one()
    assert handover.list_hash
    for said in ("工作交接清单", "王芳", "李强", *GOES, handover.list_hash[:20]):
        assert said in text, said
    assert "公司信息更正" not in text
    assert "已交接" in office.giver.get("/office/handovers?whose=mine_to_give")
    assert here not in office.giver.get("/office/handovers?whose=mine_to_take")


def test_a_leader_draws_up_and_signs_for_somebody_ill(office: Office) -> None:
    here = office.drawn_up(office.head, "王芳")
    office.head.get(here)
    assert "代移交人签字" in office.head.page
    page = office.head.post(f"{here}/give", 409).text
    assert 'id="f-signed_for-error"' in page
    office.head.post(f"{here}/give", signed_for="病假")
    assert "代签：病假" in office.taker.get(here)
    text = PdfReader(io.BytesIO(office.taker.fetch(f"{here}/list.pdf").data)).pages[0].extract_text()
    assert "陈主任" in text
    office.taker.post(f"{here}/take")
    assert office.owners()["朱剪炉街道摸底"] == "李强"


def test_only_the_territorys_leaders_give_for_others(office: Office, sign_in: Open, session: Session) -> None:
    make_official("和平人", make.HEPING)
    session.commit()
    page = office.head.get("/office/handovers/new?taker=李强&giver=和平人")
    assert 'id="f-giver-error"' in page
    page = office.taker.get("/office/handovers/new?taker=陈主任&giver=王芳")
    assert "惠工花园收费核查" not in page, "somebody else's list is not theirs to look at"
    office.taker.post(
        "/office/handovers/new", 400, giver="王芳", taker="陈主任", reason="leave", leaves_on=clock.today().isoformat()
    )
    here = office.drawn_up()
    stranger = sign_in(Role.SECTION_HEAD, make.HEPING)
    stranger.get(here, 404)
    colleague = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    colleague.get(here, 404)
    assert here in office.head.get("/office/handovers")
    assert here not in stranger.get("/office/handovers")
    assert here not in colleague.get("/office/handovers")


def test_what_is_wrong_is_said_at_its_field(office: Office) -> None:
    assert 'id="f-taker-error"' in office.giver.get("/office/handovers/new?taker=无此人")
    oneself = office.giver.get("/office/handovers/new?taker=王芳")
    assert "接收人不能是移交人本人" in oneself
    assert 'id="f-reason"' not in oneself, "there is nothing to draw up"
    office.giver.get("/office/handovers/new?taker=李强")
    page = office.giver.post("/office/handovers/new", 400, leaves_on="x").text
    assert 'id="f-leaves_on-error"' in page
    assert 'id="f-reason-error"' in page
    assert '<a href="#f-leaves_on">' in page, "the summary leads to the field"
    page = office.giver.post("/office/handovers/new", 409, reason="closed_account", leaves_on="2099-01-01").text
    assert 'id="f-reason-error"' in page
    office.drawn_up()
    office.giver.get("/office/handovers/new?taker=李强")
    page = office.giver.post("/office/handovers/new", 409, reason="leave", leaves_on="2099-01-01").text
    assert "已有一份清单等待签字" in page


def test_a_second_click_and_a_stale_page_change_nothing(office: Office, session: Session) -> None:
    here = office.drawn_up()
    office.head.get(here)
    stale = dict(office.head.hidden)
    office.giver.get(here)
    sent = dict(office.giver.hidden)
    office.giver.post(f"{here}/give", **sent)
    office.giver.post(f"{here}/give", **sent)  # the same form again is answered from memory
    page = office.head.post(f"{here}/give", 409, **stale, signed_for="病假").text
    assert 'role="alert"' in page
    session.rollback()
    assert len(session.scalars(select(HandoverItem)).all()) == 2
    office.taker.get(here)
    taking = dict(office.taker.hidden)
    office.taker.post(f"{here}/take", **taking)
    office.taker.post(f"{here}/take", **taking)
    office.taker.post(f"{here}/take", 409, **(taking | {"idempotency_key": "another"}))
    assert office.owners()["朱剪炉街道摸底"] == "李强"


def test_given_up_before_it_is_taken(office: Office) -> None:
    here = office.drawn_up()
    office.giver.get(here)
    office.giver.post(f"{here}/give")
    office.taker.get(here)
    page = office.taker.post(f"{here}/cancel", 409).text
    assert 'id="f-reason-error"' in page
    office.taker.post(f"{here}/cancel", reason="本人也将休假")
    assert "本人也将休假" in office.giver.get(here)
    assert set(office.owners().values()) == {"王芳"}


def test_an_altered_list_is_not_printed(office: Office, session: Session) -> None:
    here = office.drawn_up()
    office.giver.get(here)
    office.giver.fetch(f"{here}/list.pdf")
    assert office.giver.fetch(f"{here}/list.pdf").status_code == 404, "nothing is signed yet"
    office.giver.post(f"{here}/give")
    assert office.giver.fetch(f"{here}/list.pdf").status_code == 200
    session.execute(update(HandoverItem).where(HandoverItem.ordinal == 1).values(title="别的"))
    session.commit()
    answer = office.giver.fetch(f"{here}/list.pdf")
    assert answer.status_code == 400
    assert "与签字时不一致" in answer.text


def test_the_list_is_exported(office: Office) -> None:
    office.drawn_up()
    text = office.giver.fetch("/office/handovers?export=csv").data.decode("utf-8-sig")
    assert "王芳,李强,休假,待移交人签字" in text
