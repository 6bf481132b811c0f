"""Files attached to matters, on both databases: several at once, each judged alone; downloads, removal, sweeping."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.papers.actions.attachments import forget_contents, forget_left_contents
from regulator.features.papers.models import Attachment, Matter, MatterEntry
from regulator.features.papers.queries.attachments import attachment_room
from tests.factories import registry as make
from tests.factories.matters import account_named, make_matter

Open = Callable[..., Any]
GPS = 0x8825


def pdf_bytes(text: bytes = b"0.5 g 100 100 50 50 re f") -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page().obj.Contents = pdf.make_stream(text)
        made = BytesIO()
        pdf.save(made)
    return made.getvalue()


def photo() -> bytes:
    """A photograph that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    made = BytesIO()
    Image.new("RGB", (40, 30), "green").save(made, "JPEG", exif=exif)
    return made.getvalue()


def several(*files: tuple[bytes, str]) -> list[tuple[BytesIO, str]]:
    return [(BytesIO(content), name) for content, name in files]


@pytest.fixture
def matter(sign_in: Open, session: Session) -> Matter:
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="承办人")
    found = make_matter("电梯停运", account_named("承办人").id)
    session.commit()
    return found


def kept(session: Session) -> list[Attachment]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Attachment).order_by(Attachment.added_at, Attachment.id)))


def test_what_can_be_taken_is_and_the_rest_is_named(sign_in: Open, session: Session, matter: Matter) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    path = f"/office/matters/{matter.number}/attachments"
    page = desk.get(f"{path}/new")
    assert "50 MB" in page
    files = several((pdf_bytes(), "检验报告.pdf"), (b"MZ\x90\x00\x00", "报告.pdf"), (photo(), "现场.jpg"))
    desk.post(path, files=files, role="evidence")
    found = kept(session)
    assert [one.name for one in found] == ["检验报告.pdf", "现场.jpg"]
    assert {one.added_by for one in found} == {"张晓敏"}
    page = desk.get(f"/office/matters/{matter.number}")
    assert "已添加：检验报告.pdf、现场.jpg" in page
    assert "未添加：报告.pdf" in page
    assert "这是程序" in page
    answer = desk.fetch(f"{path}/{found[1].id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "image/jpeg"
    assert GPS not in Image.open(BytesIO(answer.data)).getexif()


def test_a_form_without_a_usable_file_says_so_and_keeps_what_was_chosen(
    sign_in: Open, session: Session, matter: Matter
) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    path = f"/office/matters/{matter.number}/attachments"
    desk.get(f"{path}/new")
    desk.post(path, 400, files=several((b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.png")), role="minutes")
    assert "SVG" in desk.page
    assert 'value="minutes" selected' in desk.page
    desk.post(path, 400, role="minutes")
    assert "请至少选择一个文件" in desk.page
    desk.post(path, 400, files=several((pdf_bytes(), "a.pdf")), role="none")
    desk.post(path, 400, files=several(*((pdf_bytes(), f"{n}.pdf") for n in range(21))), role="other")
    assert "一次最多上传 20 个文件" in desk.page
    assert kept(session) == []


def test_a_form_sent_twice_attaches_once(sign_in: Open, session: Session, matter: Matter) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    path = f"/office/matters/{matter.number}/attachments"
    desk.get(f"{path}/new")
    for _ in range(2):
        desk.post(path, files=several((pdf_bytes(), "a.pdf")), role="other")
    assert len(kept(session)) == 1


def test_removing_keeps_the_line_and_closes_the_download(sign_in: Open, session: Session, matter: Matter) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    path = f"/office/matters/{matter.number}/attachments"
    desk.get(f"{path}/new")
    desk.post(path, files=several((pdf_bytes(), "传错的.pdf")), role="other")
    file = kept(session)[0]
    desk.get(f"{path}/{file.id}/remove")
    desk.post(f"{path}/{file.id}/remove", 400, reason=" ")
    desk.post(f"{path}/{file.id}/remove", reason="传错案件")
    page = desk.get(f"/office/matters/{matter.number}")
    assert "传错案件" in page
    assert f"{path}/{file.id}" not in page
    assert desk.fetch(f"{path}/{file.id}").status_code == 404
    assert kept(session)[0].removed_by == "张晓敏"
    lines = [entry.kind.value for entry in session.scalars(select(MatterEntry).order_by(MatterEntry.seq))]
    assert lines == ["opened", "attached", "removed"]


def test_who_only_looks_attaches_nothing(sign_in: Open, session: Session, matter: Matter) -> None:
    desk = sign_in(Role.POLICY_EDITOR, make.HEPING)
    assert "/attachments/new" not in desk.get(f"/office/matters/{matter.number}")
    desk.get(f"/office/matters/{matter.number}/attachments/new", 403)
    desk.get(f"/office/matters/{matter.number}")
    desk.post(f"/office/matters/{matter.number}/attachments", 403, files=several((pdf_bytes(), "a.pdf")), role="other")
    assert attachment_room().list_old(datetime.now(UTC) + timedelta(days=1), 0) is not None
    assert kept(session) == []


def test_contents_nobody_names_are_swept_after_a_day(sign_in: Open, session: Session, matter: Matter) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    path = f"/office/matters/{matter.number}/attachments"
    desk.get(f"{path}/new")
    desk.post(path, files=several((pdf_bytes(), "a.pdf")), role="other")
    room, named = attachment_room(), kept(session)[0].content_hash
    left = room.keep([b"nobody names this"], maximum=100)
    shelf = int(left[:2], 16)
    now = datetime.now(UTC)
    at = now.replace(second=0, microsecond=0) + timedelta(minutes=(shelf - int(now.timestamp() // 60)) % 256)
    forget_left_contents(at)
    assert room.has(left), "it may belong to a form that is still being sent"
    forget_left_contents(at + timedelta(minutes=256 * 6))
    assert not room.has(left)
    forget_contents([named])
    assert room.has(named)
