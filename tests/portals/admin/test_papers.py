"""The system administrator sets numbers and chains, sends in a template, looks at it and adopts it."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Authority
from regulator.features.accounts.terms import Role
from regulator.features.papers.actions import trying
from regulator.features.papers.models import PaperChain, PaperSeries, PaperTemplate
from regulator.features.papers.templating import shipped
from regulator.features.papers.terms import PaperKind
from regulator.foundation import jobs
from regulator.foundation.database import new_key
from regulator.foundation.database import session as current_session
from tests.factories import registry as make
from tests.portals.conftest import Desk, sign_in, statements

__all__ = ["sign_in", "statements"]
SHIPPED = shipped(PaperKind.TRANSFER_LETTER).source
PATTERN = "沈河房物〔{year}〕{n}号"


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    with time_machine.travel("2026-12-01T04:00:00+00:00"):
        yield


@pytest.fixture
def authority(sign_in: Callable[..., Desk], session: Session) -> Authority:
    found = Authority(id=new_key(), name="沈河区房产局", division_code=make.SHENHE)
    session.add_all([found, Authority(id=new_key(), name="和平区房产局", division_code=make.HEPING)])
    session.commit()
    return found


@pytest.fixture
def desk(sign_in: Callable[..., Desk], authority: Authority) -> Desk:
    return sign_in(Role.SYSTEM_ADMINISTRATOR, make.CITY, name="系统管理员")


def test_only_for_the_system_administrator(desk: Desk, sign_in: Callable[..., Desk]) -> None:
    assert 'href="/admin/papers"' in desk.get("/admin/")
    for role in (Role.SECURITY_ADMINISTRATOR, Role.AUDITOR, Role.DIRECTOR):
        other = sign_in(role, make.CITY)
        for path in ("/admin/papers", "/admin/papers/chains", "/admin/papers/templates"):
            other.get(path, status=403)


# --- numbers --------------------------------------------------------------------------------------------------------


def preview(desk: Desk, whose: Authority, expected: int = 200, /, **typed: str) -> str:
    desk.get("/admin/papers")
    given = {"authority": str(whose.id), "kind": "", "pattern": PATTERN, "began_on": "2026-12-01", **typed}
    return desk.post("/admin/papers/series/preview", expected, **given).text


def test_a_pattern_is_looked_at_then_set(desk: Desk, authority: Authority, session: Session) -> None:
    page = desk.get("/admin/papers")
    assert "2 个机构尚未设置文号规则" in page
    assert "沈河区房产局" in page
    page = preview(desk, authority)
    assert "沈河房物〔2026〕1号" in page
    assert session.scalars(select(PaperSeries)).all() == [], "nothing is set yet"
    desk.post("/admin/papers/series")
    page = desk.get("/admin/papers")
    for said in ("文号规则已设置", "沈河房物〔2026〕1号", "系统管理员", "现行", "1 个机构尚未设置文号规则"):
        assert said in page
    page = preview(desk, authority, kind="circular", pattern="沈河房通〔{year}〕{n}号", began_on="2027-01-01")
    assert "沈河房通〔2027〕1号" in page
    desk.post("/admin/papers/series")
    assert "待生效" in desk.get("/admin/papers")
    first = desk.get("/admin/papers?limit=1")
    assert ("沈河房通" in first, "2</span>" in first) == (False, True), "one of two on a page, and how many there are"
    assert "沈河房通" in desk.get(re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&"))


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"pattern": "房物{n}号"}, "pattern", "须包含一次 {year}"),
        ({"pattern": "房物〔{year}〕{n}/号"}, "pattern", "不能含空格或"),
        ({"pattern": ""}, "pattern", "请填写"),
        ({"began_on": "2026-11-30"}, "began_on", "不能早于今天"),
        ({"kind": "love_letter"}, "kind", "请从所列选项中选择"),
        ({"authority": ""}, "authority", "请从所列选项中选择"),
    ],
)
def test_what_cannot_be_set_is_said_at_its_field(
    desk: Desk, authority: Authority, typed: dict[str, str], field: str, said: str
) -> None:
    page = preview(desk, authority, 400, **typed)
    at = page.split(f'id="f-{field}-error">')[1].split("</div>")[0]
    assert said in at


def test_another_authoritys_pattern_and_a_day_taken(desk: Desk, authority: Authority, session: Session) -> None:
    preview(desk, authority)
    desk.post("/admin/papers/series")
    other = session.scalars(select(Authority).where(Authority.name == "和平区房产局")).one()
    assert "“沈河区房产局”已使用相同的文号规则" in preview(desk, other, 400)
    preview(desk, authority, pattern="另沈河〔{year}〕{n}号")
    answer = desk.post("/admin/papers/series", 400)
    assert "已有从这一天起的文号规则" in answer.text
    assert 'value="另沈河〔{year}〕{n}号"' in answer.text
    assert len(session.scalars(select(PaperSeries)).all()) == 1


# --- chains ---------------------------------------------------------------------------------------------------------


def test_chains_show_whose_word_holds(desk: Desk, authority: Authority, session: Session) -> None:
    page = desk.get("/admin/papers/chains")
    assert page.count("系统默认") == len(PaperKind)
    assert "历次设置" not in page
    desk.post("/admin/papers/chains", kind="reply", steps="2", began_on="2026-12-01", needs_minutes="1")
    page = desk.get("/admin/papers/chains")
    assert page.count("全局设置") == 1
    assert "承办 → 签批" in page
    assert "附集体讨论记录" in page
    desk.post("/admin/papers/chains", authority=str(authority.id), kind="reply", steps="1", began_on="2026-12-01")
    own = desk.get(f"/admin/papers/chains?authority={authority.id}")
    assert own.count("本机构设置") == 1
    assert "全局设置" not in own
    assert "全局设置" in desk.get("/admin/papers/chains")
    assert [(row.steps, row.needs_minutes, row.set_by) for row in session.scalars(select(PaperChain))] == [
        (2, True, "系统管理员"), (1, False, "系统管理员"),
    ]  # fmt: skip
    for unknown in ("x", "00000000-0000-7000-8000-000000000001"):
        desk.get(f"/admin/papers/chains?authority={unknown}", status=404)


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"steps": "4"}, "steps"), ({"steps": "0"}, "steps"), ({"steps": "x"}, "steps"), ({"steps": None}, "steps"),
     ({"kind": ""}, "kind"), ({"began_on": "2026-11-30"}, "began_on"), ({"began_on": "2026-02-30"}, "began_on")],
)  # fmt: skip
def test_a_chain_that_cannot_be_set(desk: Desk, session: Session, typed: dict[str, str], field: str) -> None:
    desk.get("/admin/papers/chains")
    page = desk.post("/admin/papers/chains", 400, **{"kind": "reply", "steps": "2", "began_on": "2026-12-01", **typed})
    assert f'id="f-{field}-error"' in page.text
    assert session.scalars(select(PaperChain)).all() == []


# --- templates ------------------------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def send(desk: Desk, authority: Authority, source: str | bytes, expected: int = 303) -> str:
    desk.get("/admin/papers/templates")
    content = source if isinstance(source, bytes) else source.encode()
    answer = desk.post(
        "/admin/papers/templates", expected, authority=str(authority.id), file=(BytesIO(content), "own.typ")
    )
    return answer.location or answer.text


def work_off() -> None:
    current_session().rollback()  # what the test has looked at is of before
    while jobs.run_next("test:1:1"):
        pass


def test_the_shipped_source_is_there_to_begin_from(desk: Desk) -> None:
    page = desk.get("/admin/papers/templates")
    assert page.count(">预览</a>") == len(PaperKind)
    answer = desk.fetch("/admin/papers/templates/transfer_letter.typ")
    assert answer.text == SHIPPED
    assert answer.headers["Content-Disposition"].startswith("attachment")
    preview = desk.fetch("/admin/papers/templates/transfer_letter.pdf")
    assert preview.mimetype == "application/pdf"
    assert preview.headers["Cache-Control"] == "no-store"
    assert "草稿" in text_of(preview.data).replace(" ", "")
    desk.get("/admin/papers/templates/love_letter.pdf", status=404)
    desk.get("/admin/papers/templates/..%2F_layout.typ", status=404)


def test_an_own_version_is_sent_tried_looked_at_and_adopted(desk: Desk, authority: Authority, session: Session) -> None:
    trial = send(desk, authority, SHIPPED.replace('title = "转送函"', 'title = "转办函"'))
    page = desk.get(trial)
    assert "正在试排" in page
    assert "data-progress=" in page
    assert desk.fetch(f"{trial}/progress.json").json["state"] == "running"
    assert desk.fetch(f"{trial}.pdf").status_code == 409
    work_off()
    told = desk.fetch(f"{trial}/progress.json").json
    assert (told["state"], told["next"]) == ("done", trial)
    desk.get(trial)
    draft = text_of(desk.fetch(f"{trial}.pdf").data)
    assert "转办函" in draft
    assert "沈河区房产局" in draft
    assert "草稿" in draft.replace(" ", "")
    assert "已有" not in desk.post(f"{trial}/adopt", 400, began_on="2026-11-30").text
    desk.get(trial)
    desk.post(f"{trial}/adopt", began_on="2026-12-01")
    page = desk.get("/admin/papers/templates")
    for said in ("已启用此版本", "自有版本", "沈河区房产局", "自2026年12月1日起"):
        assert said in page
    own = re.search(r"/admin/papers/own/[0-9a-f-]+", page)[0]
    assert "转办函" in desk.fetch(f"{own}.typ").text
    assert "转办函" in text_of(desk.fetch(f"{own}.pdf").data)
    again = send(desk, authority, SHIPPED)
    work_off()
    desk.get(again)
    assert "已有从这一天起启用的此种模板" in desk.post(f"{again}/adopt", 400, began_on="2026-12-01").text
    assert len(session.scalars(select(PaperTemplate)).all()) == 1


def test_a_mistake_is_shown_with_its_line(desk: Desk, authority: Authority) -> None:
    trial = send(desk, authority, f"{SHIPPED}\n#nothing_of_this_name()\n")
    work_off()
    page = desk.get(trial)
    line = SHIPPED.count("\n") + 2
    assert f"模板第 {line} 行有误" in page
    assert "#nothing_of_this_name()" in page[page.index("<mark>") : page.index("</mark>")]
    assert "启用此版本" not in page
    assert desk.fetch(f"{trial}.pdf").status_code == 409


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", ""),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"#let x = 1", "模板第 1 行有误"),
        (SHIPPED.replace("transfer_letter", "love_letter").encode(), "模板第 2 行有误"),
        (b"/*" + b"x" * trying.LARGEST, "UTF-8"),
    ],
)
def test_what_cannot_be_read_is_said_at_once(desk: Desk, authority: Authority, source: bytes, said: str) -> None:
    page = send(desk, authority, source, 400)
    at = page.split('id="f-file-error">')[1].split("</div>")[0]
    assert said in at
