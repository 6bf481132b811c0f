"""Case files, on both databases: contents, one PDF that is the same each time, archiving for good, search and lists."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import Role
from regulator.features.papers.actions.case_files import archive_file
from regulator.features.papers.actions.issuing import withdraw_paper
from regulator.features.papers.actions.matters import add_entry, close_matter, note_matter
from regulator.features.papers.models import (
    Approval,
    Attachment,
    CaseFile,
    CaseFilePrint,
    Delivery,
    Matter,
    MatterEntry,
    Paper,
)
from regulator.features.papers.queries.file_contents import _attached
from regulator.features.papers.terms import (
    ApprovalStep,
    AttachmentRole,
    Decision,
    DeliveryState,
    DeliveryWay,
    EntryKind,
    MatterKind,
    Outcome,
    PaperAct,
    PaperState,
)
from regulator.foundation import clock
from regulator.foundation.database import new_key
from regulator.foundation.files import file_room
from regulator.foundation.jobs import run_next, worker_name
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.matters import account_named, make_matter, make_paper
from tests.portals.office.test_attachments import pdf_bytes, photo

Open = Callable[..., Any]


@pytest.fixture
def owner(sign_in: Open, session: Session) -> Account:
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="承办人")
    return account_named("承办人")


@pytest.fixture
def full(owner: Account, session: Session) -> Matter:
    """A closed matter with an issued paper, approved and served, a PDF, a photograph, a workbook and a receipt."""
    matter = make_matter("电梯停运 㛃某投诉", owner.id)
    paper = make_issued(matter, owner)
    for name, content, media, role in (
        ("检验报告.pdf", pdf_bytes(), "application/pdf", AttachmentRole.EVIDENCE),
        ("现场.jpg", photo(), "image/jpeg", AttachmentRole.EVIDENCE),
        (
            "明细.xlsx",
            b"PK-not-printed",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            AttachmentRole.OTHER,
        ),
        ("回证.pdf", pdf_bytes(b"1 g 0 0 1 1 re f"), "application/pdf", AttachmentRole.RECEIPT),
    ):
        attach(session, matter, name, content, media, role)
    deliver(session, paper.id)
    note_matter(matter, "已约谈企业", actor=make.actor(), now=clock.now())
    close_matter(matter, outcome=Outcome.DONE, reason="已修复", actor=make.actor(), now=clock.now())
    session.commit()
    return matter


def make_issued(matter: Matter, owner: Account, number: str = "和房物〔2026〕1号") -> Any:
    from regulator.features.papers.models import PaperSeries
    from regulator.foundation.database import session as current

    stored = file_room("papers").keep([pdf_bytes(b"0 g 1 1 9 9 re f")], maximum=10**6)
    paper = make_paper(matter, owner, title="整改通知")
    series = PaperSeries(
        id=new_key(), authority_id=paper.authority_id, kind="", pattern="x", began_on=date(2020, 1, 1),
        set_at=clock.now(), set_by="x",
    )  # fmt: skip
    current().add(series)
    current().flush()
    paper.state, paper.number, paper.series_id, paper.year, paper.sequence = (
        PaperState.ISSUED,
        number,
        series.id,
        2026,
        1,
    )
    paper.check_code, paper.file_hash, paper.dated_on = "c" * 64, stored, date(2026, 11, 20)
    current().add(
        Approval(
            id=new_key(), paper_id=paper.id, round=1, position=0, step=ApprovalStep.SIGN, account_id=owner.id,
            name="赵局长", role="director", decision=Decision.PASSED, opinion="同意发出", at=clock.now(),
        )
    )  # fmt: skip
    current().flush()
    return paper


def attach(
    session: Session, matter: Matter, name: str, content: bytes, media: str, role: AttachmentRole
) -> None:  # fmt: skip
    stored = file_room("attachments").keep([content], maximum=10**7)
    session.add(
        Attachment(
            id=new_key(), matter_id=matter.id, role=role, name=name, media_type=media, size=len(content),
            content_hash=stored, added_at=clock.now(), added_by="承办人",
        )
    )  # fmt: skip
    session.flush()


def deliver(session: Session, paper_id: Any, state: DeliveryState = DeliveryState.SERVED) -> None:
    served = date(2026, 11, 21) if state is DeliveryState.SERVED else None
    session.add(
        Delivery(
            id=new_key(), paper_id=paper_id, way=DeliveryWay.IN_PERSON, state=state, sent_at=clock.now(), sent_by="x",
            received_by="物业经理", served_on=served, version=1,
        )
    )  # fmt: skip
    session.flush()


def work(session: Session) -> None:
    session.commit()
    while run_next(worker_name()):
        pass
    session.expire_all()


# --- printing -------------------------------------------------------------------------------------------------------


def test_a_file_is_printed_as_one_pdf_the_same_each_time(sign_in: Open, session: Session, full: Matter) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    path = f"/office/files/{full.number}"
    page = desk.get(path)
    for words in ("整改通知", "检验报告.pdf", "现场.jpg", "明细.xlsx", "电子附件", "同意发出", "回证.pdf"):
        assert words in page, words
    assert desk.fetch(f"{path}/file.pdf").status_code == 404
    assert desk.post(f"{path}/print").location.startswith(path)
    assert "可以离开" in desk.get(path) or "progress.json" in desk.page
    assert desk.fetch(f"{path}/progress.json").json["state"] == "running"
    work(session)
    assert desk.fetch(f"{path}/progress.json").json["state"] == "done"
    assert "下载 PDF" in desk.get(path) or "file.pdf" in desk.page
    first = desk.fetch(f"{path}/file.pdf")
    assert first.headers["Content-Disposition"].startswith("attachment")
    with pikepdf.open(BytesIO(first.data)) as pdf:
        titles = [item.title for item in pdf.open_outline().root]
        assert titles == [
            "卷内目录", "整改通知", "检验报告.pdf", "现场.jpg", "审批意见", "回证.pdf", "送达情况", "运转记录",
        ]  # fmt: skip
        assert len(pdf.pages) == session.query(CaseFilePrint).one().pages == 8
        assert [f"({at}) Tj".encode() in page.obj.Contents.read_bytes() for at, page in enumerate(pdf.pages, 1)] == [
            True
        ] * 8
        assert all(sorted(map(float, page.mediabox)) == [0, 0, 595.276, 841.89] for page in pdf.pages)
    session.query(CaseFilePrint).delete()
    session.commit()
    desk.get(path)
    desk.post(f"{path}/print")
    work(session)
    assert desk.fetch(f"{path}/file.pdf").data == first.data
    printed = session.query(CaseFilePrint).one().content_hash
    add_entry(full, EntryKind.NOTED, actor=make.actor(), now=clock.now(), text="补记")
    session.commit()
    assert "/print" in desk.get(path), "the file has changed, so it is to be printed anew"
    desk.post(f"{path}/print")
    work(session)
    assert session.query(CaseFilePrint).one().content_hash != printed


def test_a_missing_document_stops_the_print_with_a_sentence(sign_in: Open, session: Session, full: Matter) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    path = f"/office/files/{full.number}"
    gone = session.scalars(select(Attachment.content_hash).where(Attachment.name == "检验报告.pdf")).one()
    file_room("attachments").forget(gone)
    desk.get(path)
    location = desk.post(f"{path}/print").location
    work(session)
    assert "“检验报告.pdf”缺失或已损坏" in desk.get(location)
    assert session.query(CaseFilePrint).count() == 0


def test_what_was_attached_after_midnight_bears_chinas_day() -> None:
    late = Attachment(
        id=new_key(), role=AttachmentRole.EVIDENCE, name="夜.jpg", media_type="image/jpeg", size=1,
        content_hash="0" * 64, added_at=datetime(2026, 11, 27, 20, 2, tzinfo=UTC), added_by="承办人",
    )  # fmt: skip
    assert [one.on for one in _attached([late])] == [date(2026, 11, 28)]


# --- archiving ------------------------------------------------------------------------------------------------------


def test_an_archived_file_never_changes_any_more(sign_in: Open, session: Session, full: Matter) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    path = f"/office/files/{full.number}"
    desk.get(path)
    desk.post(f"{path}/archive")
    work(session)
    archived = session.query(CaseFile).one()
    year = clock.today().year
    assert archived.number == f"{year}-D30-SX-0001"
    assert archived.kept_until == date(year + 30, 12, 31)
    assert archived.content_hash
    assert archived.pages == 8
    page = desk.get(path)
    assert archived.number in page
    assert archived.content_hash in page
    assert "/archive" not in page
    assert f"{archived.number}.pdf" in desk.fetch(f"{path}/file.pdf").headers["Content-Disposition"]
    assert "/attachments/new" not in desk.get(f"/office/matters/{full.number}")
    desk.get(f"/office/matters/{full.number}/attachments/new", 403)
    with pytest.raises(Refused):
        add_entry(full, EntryKind.NOTED, actor=make.actor(), now=clock.now(), text="补记")
    for statement in (
        "DELETE FROM attachment",
        "UPDATE attachment SET name = 'x'",
        "UPDATE matter SET title = 'x'",
        "UPDATE matter_entry SET text = 'x'",
        "DELETE FROM matter_entry",
        "UPDATE case_file SET number = 'x'",
        "DELETE FROM case_file",
    ):
        with pytest.raises(DatabaseError, match="file_stands"):
            session.execute(text(statement))
        session.rollback()
    with pytest.raises(DatabaseError, match="file_stands"):
        attach(session, full, "迟到.pdf", b"x", "application/pdf", AttachmentRole.OTHER)
    session.rollback()
    with pytest.raises(DatabaseError, match="file_stands"):
        make_paper(full, account_named("承办人"))
    session.rollback()
    with pytest.raises(DatabaseError, match="file_stands"):
        session.execute(
            insert(MatterEntry), [{"matter_id": full.id, "at": clock.now(), "kind": "noted", "by_name": "x"}]
        )
    session.rollback()


def test_a_paper_of_an_archived_file_can_still_be_withdrawn(session: Session, full: Matter) -> None:
    """An unlawful paper is withdrawn however late; the file stays as it was archived."""
    given: dict[str, Any] = {"actor": make.actor(), "now": clock.now()}
    archive_file(full, version=full.version, **given)
    lines = session.query(MatterEntry).count()
    paper = session.query(Paper).one()
    withdraw_paper(paper, full, reason="适用依据错误", version=paper.version, **given)
    session.commit()
    assert paper.state is PaperState.WITHDRAWN
    assert session.query(MatterEntry).count() == lines


def test_history_says_in_words_what_was_done_with_a_paper(sign_in: Open, session: Session, owner: Account) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    matter = make_matter("发文的案", owner.id)
    about = {"about": "情况通报", "text": PaperAct.PAPER_SIGNED}
    add_entry(matter, EntryKind.PAPER, actor=make.actor(), now=clock.now(), **about)
    session.commit()
    page = desk.get(f"/office/matters/{matter.number}")
    assert "paper.signed" not in page
    assert "签发" in page[page.index('class="history"') :]


def test_numbers_have_no_gap_in_a_year_and_kind(owner: Account, session: Session) -> None:
    given = {"actor": make.actor(), "now": clock.now()}
    made = []
    for number, kind in enumerate([MatterKind.LINK, MatterKind.OFFICIAL, MatterKind.LINK, "licence"]):
        matter = make_matter(f"案{number}", owner.id, kind=kind)
        with pytest.raises(Refused):
            archive_file(matter, version=matter.version, **given)
        close_matter(matter, outcome=Outcome.DONE, reason=None, **given)
        made.append(archive_file(matter, version=matter.version, **given))
        with pytest.raises(Refused):
            archive_file(matter, version=matter.version, **given)
    year = clock.today().year
    assert [one.number for one in made] == [
        f"{year}-D10-MC-0001", f"{year}-D30-SX-0001", f"{year}-D10-MC-0002", f"{year}-Y-LICENCE-0001",
    ]  # fmt: skip
    assert made[3].kept_until is None


def test_a_paper_on_its_way_keeps_the_file_open(sign_in: Open, session: Session, owner: Account) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    matter = make_matter("送达中的案", owner.id)
    deliver(session, make_issued(matter, owner).id, DeliveryState.UNDER_WAY)
    close_matter(matter, outcome=Outcome.DONE, reason=None, actor=make.actor(), now=clock.now())
    session.commit()
    desk.get(f"/office/files/{matter.number}")
    desk.post(f"/office/files/{matter.number}/archive", 409)
    assert "尚在送达" in desk.page


def test_of_two_who_archive_the_second_is_told(sign_in: Open, session: Session, full: Matter) -> None:
    first, second = sign_in(Role.DISTRICT_OFFICER, make.HEPING), sign_in(Role.SECTION_HEAD, make.HEPING)
    path = f"/office/files/{full.number}"
    first.get(path)
    second.get(path)
    first.post(f"{path}/archive")
    second.post(f"{path}/archive", 409)
    assert session.query(CaseFile).count() == 1


def test_many_are_archived_at_once_and_found_by_their_words(sign_in: Open, session: Session, full: Matter) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    owner = account_named("承办人")
    other = make_matter("供热投诉", owner.id)
    still = make_matter("在办的案", owner.id)
    away = make_matter("外区的案", owner.id, make.SHENHE_COMMUNITY)
    for one in (other, away):
        close_matter(one, outcome=Outcome.UNFOUNDED, reason=None, actor=make.actor(), now=clock.now())
    session.commit()
    page = desk.get("/office/files?shelf=to_archive")
    assert full.number in page
    assert other.number in page
    assert still.number not in page
    assert away.number not in page
    assert still.number in desk.get("/office/files?shelf=open")
    desk.get("/office/files?shelf=to_archive")
    desk.post("/office/files/archive", 404, number=[away.number])
    desk.get("/office/files?shelf=to_archive")
    desk.post("/office/files/archive", number=[full.number, other.number, still.number])
    page = desk.get("/office/files?shelf=to_archive")
    assert "已归档 2 卷" in page
    assert f"未归档：{still.number}" in page
    assert "没有待归档的案卷" in page
    year = clock.today().year
    for query, there, gone in (
        ("q=整改通知", "电梯停运", "供热投诉"),
        ("q=检验", "电梯停运", "供热投诉"),
        ("q=gongre", "供热投诉", "电梯停运"),
        (f"q={full.number}", "电梯停运", "供热投诉"),
        (f"year={year}&retention=30&kind=official&division={make.HEPING}", "供热投诉", "外区的案"),
    ):
        page = desk.get(f"/office/files?{query}")
        table = page[page.index("<table") :]
        assert there in table, query
        assert gone not in table, query
    assert "没有符合条件的归档案卷" in desk.get(f"/office/files?year={year - 1}")
    assert "没有符合条件的归档案卷" in desk.get("/office/files?retention=10")
    assert desk.fetch("/office/files?retention=7").status_code == 400
    assert "供热投诉" in desk.fetch("/office/files?export=csv").text
    assert "没有保管期限届满的案卷" in desk.get("/office/files?shelf=ended")
    stranger = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    assert "供热投诉" not in stranger.get("/office/files?q=供热")
    stranger.get(f"/office/files/{full.number}", 404)


def test_files_whose_retention_has_ended_are_listed_and_stay(sign_in: Open, session: Session, owner: Account) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    then = clock.now() - timedelta(days=366 * 12)
    matter = make_matter("老案", owner.id, kind=MatterKind.LINK, now=then)
    close_matter(matter, outcome=Outcome.DONE, reason=None, actor=make.actor(), now=then)
    archive_file(matter, version=matter.version, actor=make.actor(), now=clock.now())
    session.commit()
    page = desk.get("/office/files?shelf=ended")
    assert "老案" in page
    assert "系统不自动销毁" in page


def test_a_community_worker_has_no_files(sign_in: Open, full: Matter) -> None:
    desk = sign_in(Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY)
    desk.get("/office/files", 403)
    assert f"/office/files/{full.number}" not in desk.get(f"/office/matters/{full.number}")
