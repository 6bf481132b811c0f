"""A paper from desk to desk: drafted, examined, signed, sent, withdrawn; who may not, typed wrong, two at once."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account, Deputy
from regulator.features.accounts.terms import Role
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions import settings as setting
from regulator.features.papers.models import Delivery, Matter, Paper, PortalConsent
from regulator.features.papers.terms import DeliveryState, PaperKind, PaperState
from regulator.foundation import clock, signing
from regulator.foundation.clock import day_of
from regulator.foundation.database import transaction
from tests.factories import accounts as people
from tests.factories import registry as make
from tests.factories.papers import Bureau, matter_of, work_off
from tests.portals.conftest import Desk, enter

Open = Callable[..., Any]
FACTS = {
    "fact.articles": "物业管理条例 33\n沈阳市物业管理条例第十二条",
    "fact.review_organ": "沈河区人民政府",
    "fact.review_days": "60",
    "fact.court": "沈河区人民法院",
    "fact.suit_months": "6",
    "fact.contact_person": "王建国",
    "fact.contact_phone": "024-22790018",
    "fact.contact_address": "",
    "fact.inspected_on": "2026-11-01",
    "fact.place": "惠工花园",
    "fact.problems": "消防通道被占用｜条例第五十六条｜立即清理\n未公示收费\t条例第四十一条\t公示",
    "fact.due_on": "2026-12-04",
    "fact.report": "书面报告",
    "fact.consequence": "依法处理",
}


@pytest.fixture
def bureau(app: Flask, session: Session, tmp_path: Path) -> Bureau:
    assert app
    made = Bureau(tmp_path / "var" / "signing")
    for account in (made.handler, made.head, made.director):
        account.authority_id = made.authority.id
    session.commit()
    return made


@pytest.fixture
def desk_of(app: Flask, session: Session) -> Callable[[Account], Desk]:
    return lambda account: enter(app, session, account)


def paper_now(session: Session) -> Paper:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Paper).order_by(Paper.drafted_at.desc())).first() or pytest.fail("no paper")


def drafted(desk: Desk, matter: Matter, **given: str) -> str:
    """The address of a draft."""
    path = f"/office/papers/new?matter={matter.number}&kind=rectification"
    desk.get(path)
    return str(desk.post(path, **({"addressee": "沈阳独见物业服务有限公司"} | FACTS | given)).location)


def test_from_draft_to_number_and_file(bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]) -> None:
    matter = bureau.matter()
    handler, head, director = (desk_of(one) for one in (bureau.handler, bureau.head, bureau.director))
    page = handler.get(f"/office/papers/new?matter={matter.number}")
    assert "责令限期整改通知书" in page
    path = drafted(handler, matter)
    page = handler.get(path)
    assert "消防通道被占用" in page
    assert "沈阳市物业管理条例 第十二条" in page
    preview = handler.fetch(f"{path}/preview.pdf")
    assert "attachment" in preview.headers["Content-Disposition"]
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(preview.data)).pages)
    assert "草稿" in text
    assert str(bureau.head.id) in page
    assert str(bureau.handler.id) not in page, "nobody hands a paper to themselves"
    handler.post(f"{path}/submit", to=str(bureau.head.id), opinion="请审核")
    assert "请审核" in head.get(path)
    head.post(f"{path}/pass", to=str(bureau.director.id), opinion="同意")
    assert path in head.get("/office/desk?list=sent_on&what=papers"), "what one has passed on can be followed"
    assert path not in director.get("/office/desk?list=sent_on&what=papers")
    director.get(path)
    director.post(f"{path}/pass", opinion="同意签发")
    page = director.get(path)
    assert "沈河房物〔2026〕1号" in page
    assert "data-progress" in page
    assert director.fetch(f"{path}/progress.json").json == {
        "state": "running", "done": 0, "total": None, "note": "文件正在生成。", "next": None,
    }  # fmt: skip
    work_off()
    assert (director.fetch(f"{path}/progress.json").json or {})["next"] == path
    answer = director.fetch(f"{path}/file")
    assert signing.validate(answer.data).intact
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert paper_now(session).state is PaperState.ISSUED
    assert director.fetch(f"{path}/preview.pdf").status_code == 404


def test_every_fault_of_the_facts_stands_at_its_field_and_nothing_typed_is_lost(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    desk, matter = desk_of(bureau.handler), bureau.matter()
    path = f"/office/papers/new?matter={matter.number}&kind=rectification"
    desk.get(path)
    wrong = FACTS | {
        "fact.court": " ", "fact.review_days": "六十", "fact.due_on": "2026-13-01", "fact.articles": "无",
        "fact.problems": "只有一栏\n一｜二｜三｜四", "fact.place": "𪚥花园",
    }  # fmt: skip
    page = desk.post(path, 409, addressee="沈阳独见物业服务有限公司", **wrong).text
    for name in ("court", "review_days", "due_on", "articles", "problems", "place"):
        assert f'id="f-fact.{name}-error"' in page
    assert "U+2A6A5" in page
    assert "第 2 行" in page
    for typed in ("六十", "2026-13-01", "一｜二｜三｜四", "𪚥花园", "惠工"):
        assert typed in page
    assert session.scalar(select(Paper)) is None
    assert "第 2 行“问题”" not in page
    assert "第 1 行“违反的规定”" in page
    page = desk.post(path, 400, addressee="", **(FACTS | {"fact.court": ""})).text
    assert 'id="f-addressee-error"' in page
    assert 'id="f-fact.court-error"' in page, "all at once"


def test_what_an_office_tells_everybody_is_typed_once_for_each_kind(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    handler, matter = desk_of(bureau.handler), bureau.matter()
    path = "/office/papers/new?matter={}&kind={}"
    assert f'value="{bureau.handler.name}"' in handler.get(path.format(matter.number, "rectification"))
    drafted(handler, matter)
    again = handler.get(path.format(bureau.matter("2").number, "rectification"))
    for known in ("沈河区人民政府", "沈河区人民法院", "王建国", "024-22790018"):
        assert known in again
    assert "惠工花园" not in again.split("f-fact.place")[1], "what was found is of the other matter"
    assert "沈河区人民政府" not in handler.get(path.format(matter.number, "reply")), "another organ may be meant there"


def test_sent_back_corrected_and_taken_back(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    matter = bureau.matter()
    handler, head = desk_of(bureau.handler), desk_of(bureau.head)
    path = drafted(handler, matter)
    handler.get(path)
    assert "请选择下一环节的办理人员" in handler.post(f"{path}/submit", 409, to="").text
    handler.post(f"{path}/submit", to=str(bureau.head.id))
    again = head.post(f"{path}/send-back", 409, **token(head, path)).text
    assert "退回文书须写明修改意见" in again
    assert 'id="f-remarks-error"' in again
    head.post(f"{path}/send-back", **token(head, path), remarks="期限过短")
    assert "期限过短" in handler.get(path)
    handler.get(f"{path}/correct")
    handler.post(f"{path}/correct", addressee="沈阳独见物业服务有限公司", **(FACTS | {"fact.due_on": "2026-12-31"}))
    assert paper_now(session).facts["due_on"] == "2026-12-31"
    handler.post(f"{path}/submit", **token(handler, path), to=str(bureau.head.id))
    handler.post(f"{path}/take-back", **token(handler, path))
    assert paper_now(session).state is PaperState.RETURNED
    handler.post(f"{path}/discard", **token(handler, path))
    assert paper_now(session).state is PaperState.DISCARDED


def token(desk: Desk, path: str) -> dict[str, str]:
    """Open the page anew: its version and its one-time key."""
    desk.get(path)
    return {"version": desk.hidden["version"], "idempotency_key": desk.hidden["idempotency_key"]}


def test_the_second_of_two_is_told_and_a_double_click_acts_once(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    matter = bureau.matter()
    one, two = desk_of(bureau.handler), desk_of(bureau.handler)
    path = drafted(one, matter)
    first, late = token(one, path), token(two, path)
    one.post(f"{path}/submit", **first, to=str(bureau.head.id))
    one.post(f"{path}/submit", **first, to=str(bureau.head.id))
    two.post(f"{path}/submit", 409, **late, to=str(bureau.head.id))
    assert paper_now(session).state is PaperState.APPROVING


def test_who_may_not(bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk], sign_in: Open) -> None:
    path = drafted(desk_of(bureau.handler), bureau.matter())
    stranger = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    for address in (path, f"{path}/file", f"{path}/preview.pdf", f"{path}/progress.json", f"{path}/correct"):
        assert stranger.fetch(address).status_code == 404
    assert path not in stranger.get("/office/papers")
    colleague = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    page = colleague.get(path)
    assert "送审</button>" not in page
    page = colleague.post(f"{path}/submit", 409, version="1", to=str(bureau.head.id)).text
    assert "只有起草人或事项承办人" in page
    assert sign_in(Role.STREET_OFFICER, make.SHENHE_STREET).post(f"{path}/withdraw", 403, version="1")
    assert "未归属任何机构" in colleague.fetch(f"/office/papers/new?matter={bureau.matter().number}&kind=reply").text


def issued(bureau: Bureau, session: Session, **more: Any) -> str:
    paper = bureau.issued(bureau.matter(), PaperKind.RECTIFICATION, **more)
    session.commit()
    return f"/office/papers/{paper.id}"


def test_delivery_by_post_fails_and_by_hand_succeeds(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    path, desk = issued(bureau, session), desk_of(bureau.handler)
    page = desk.get(path)
    assert "公告送达" not in page, "the last resort is not offered first"
    assert "电子送达" not in page, "the addressee is no registered company"
    desk.get(path)
    assert desk.post(f"{path}/deliveries", 409, way="post").text.count("此项必填") == 2
    desk.post(f"{path}/deliveries", way="post", tracking_number="1234567890123")
    delivery = session.scalars(select(Delivery)).one()
    failed = {"version": str(delivery.version)}
    desk.post(f"{path}/deliveries/{delivery.id}/failed", 409, **failed, reason=" ")
    desk.post(f"{path}/deliveries/{delivery.id}/failed", **failed, reason="查无此人")
    assert "公告送达" in desk.get(path)
    desk.post(f"{path}/deliveries", way="in_person")
    session.rollback()
    session.expire_all()
    second = next(one for one in session.scalars(select(Delivery)) if one.state is DeliveryState.UNDER_WAY)
    given = {"version": str(second.version), "received_by": "李收件"}
    page = desk.post(f"{path}/deliveries/{second.id}/served", 409, **given, served_on="2099-01-01").text
    assert "不能晚于今天" in page
    assert "李收件" in page
    desk.post(f"{path}/deliveries/{second.id}/served", **given, served_on=day_of(second.sent_at).isoformat())
    assert paper_now(session).served_on == day_of(second.sent_at)


def test_the_portal_after_the_company_agreed(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    company = make.make_company("沈阳独见物业服务有限公司", make.SHENHE)
    session.commit()
    code, desk = company.credit_code, desk_of(bureau.handler)
    path = issued(bureau, session, credit_code=code)
    desk.get(path)
    assert "未确认同意电子送达" in desk.post(f"{path}/deliveries", 409, way="portal").text
    consent = f"/office/companies/{code}/consent"
    desk.get(consent)
    desk.post(consent, 409, confirmed_on="2099-01-01", confirmed_by="王经理")
    desk.post(consent, confirmed_on="2026-01-01", confirmed_by="王经理")
    desk.get(path)
    desk.post(f"{path}/deliveries", way="portal")
    assert paper_now(session).served_on is not None
    desk.get(consent)
    desk.post(f"{consent}/withdraw")
    session.rollback()
    session.expire_all()
    assert session.scalars(select(PortalConsent)).one().withdrawn_on is not None


def test_withdrawn_and_superseded(bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]) -> None:
    path = issued(bureau, session)
    old = paper_now(session)
    handler, director = desk_of(bureau.handler), desk_of(bureau.director)
    new = f"/office/papers/new?matter={session.get_one(Matter, old.matter_id).number}&supersedes={old.id}"
    page = handler.get(new)
    assert old.number
    assert old.number in page
    assert old.facts["report"] in page, "what the first one said is there already"
    director.get(path)
    assert "请填写原因" in director.post(f"{path}/withdraw", 409, reason="").text
    director.post(f"{path}/withdraw", **token(director, path), reason="事实有误")
    assert "事实有误" in handler.get(path)
    handler.get(new)
    handler.post(new, 409, addressee="沈阳独见物业服务有限公司", **FACTS)
    assert handler.fetch(f"/office/papers/new?matter={'2026-999999'}").status_code == 404
    assert handler.fetch(new[:-4]).status_code == 404


def test_the_list_narrows_and_exports(bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]) -> None:
    desk = desk_of(bureau.handler)
    assert "没有符合条件的文书" in desk.get("/office/papers")
    path = issued(bureau, session)
    drafted(desk, bureau.matter("2", "另一事项"))
    assert "责令限期整改通知书" in desk.get("/office/papers?state=issued&kind=rectification&division=210103")
    page = desk.get("/office/papers?state=draft")
    assert path not in page
    assert path in desk.get("/office/papers?number=沈河房物〔2026〕1号")
    answer = desk.fetch("/office/papers?export=csv")
    assert "沈河房物〔2026〕1号" in answer.data.decode("utf-8-sig")
    assert desk.fetch("/office/papers?state=x").status_code == 400


def test_the_minutes_are_attached_to_the_very_paper(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    with transaction():
        setting.set_chain(
            bureau.authority, kind=PaperKind.RECTIFICATION, steps=2, needs_minutes=True, began_on=clock.today(),
            actor=Actor.system(), now=clock.now(),
        )  # fmt: skip
    desk, matter = desk_of(bureau.handler), bureau.matter()
    path = drafted(desk, matter)
    page = desk.get(path)
    where = f"/office/matters/{matter.number}/attachments"
    form = f"{where}/new?paper={path.rpartition('/')[2]}&role=minutes"
    assert form.replace("&", "&amp;") in page
    assert "请先上传集体讨论记录" in desk.post(f"{path}/submit", 409, to=str(bureau.director.id)).text
    assert f'value="{path.rpartition("/")[2]}" selected' in desk.get(form)
    pdf = pikepdf.new()
    pdf.add_blank_page()
    content = BytesIO()
    pdf.save(content)
    given = {"role": "minutes", "paper": path.rpartition("/")[2]}
    stranger = {"role": "minutes", "paper": str(bureau.head.id)}
    desk.post(where, 400, **stranger, files=(BytesIO(content.getvalue()), "纪要.pdf"))
    assert desk.post(where, **given, files=(BytesIO(content.getvalue()), "纪要.pdf")).location == path
    desk.post(f"{path}/submit", **token(desk, path), to=str(bureau.director.id))
    assert paper_now(session).state is PaperState.APPROVING


def test_the_delivery_receipt_knows_what_is_delivered(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    path, desk = issued(bureau, session), desk_of(bureau.handler)
    desk.get(path)
    desk.post(f"{path}/deliveries", way="in_person")
    page = desk.get(path)
    receipt = f"/office/papers/new?matter={matter_of(paper_now(session)).number}&kind=delivery_receipt&of="
    assert receipt.replace("&", "&amp;") in page
    page = desk.get(receipt + path.rpartition("/")[2])
    for known in ("责令限期整改通知书｜沈河房物〔2026〕1号｜1", "沈阳独见物业服务有限公司", bureau.handler.name):
        assert known in page
    assert desk.fetch(receipt + str(bureau.head.id)).status_code == 404


@pytest.mark.parametrize(("days", "may"), [(0, True), (-1, False)], ids=["to-this-day", "ended-yesterday"])
def test_a_deputy_acts_while_the_term_lasts_and_it_shows(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk], days: int, may: bool
) -> None:
    stand_in = people.make_account("standin", (Role.SECTION_HEAD, make.SHENHE))
    today = clock.today()
    session.add(
        Deputy(
            principal_id=bureau.head.id, deputy_id=stand_in.id, branch=stand_in.branch, reason="休假",
            began_on=today - timedelta(days=9), ended_on=today + timedelta(days=days),
        )
    )  # fmt: skip
    session.commit()
    path = drafted(desk_of(bureau.handler), bureau.matter())
    bureau.submit(paper_now(session), bureau.head.id)
    desk = desk_of(stand_in)
    page = desk.get(path)
    assert ("您代Head办理" in page) is may
    answer = desk.post(f"{path}/pass", 303 if may else 409, version="2", to=str(bureau.director.id))
    assert may or "该审批环节由其他人员办理" in answer.text
    assert ("代Head" in desk.get(path)) is may


def test_a_deputy_who_has_examined_is_told_instead_of_offered_to_sign(
    bureau: Bureau, session: Session, desk_of: Callable[[Account], Desk]
) -> None:
    session.add(
        Deputy(
            principal_id=bureau.director.id, deputy_id=bureau.head.id, branch=bureau.head.branch, reason="出差",
            began_on=clock.today(), ended_on=clock.today() + timedelta(days=3),
        )
    )  # fmt: skip
    session.commit()
    path = drafted(desk_of(bureau.handler), bureau.matter())
    bureau.submit(paper_now(session), bureau.head.id)
    bureau.passes(paper_now(session), bureau.head, bureau.director.id)
    desk = desk_of(bureau.head)
    page = desk.get(path)
    assert "本环节须由其他人员办理" in page
    assert f"{path}/pass" not in page
    assert "不得办理同一文书的两个审批环节" in desk.post(f"{path}/pass", 409, version="3").text
