"""Anyone checks a paper: by number whether it stands, with the code the rest, and never what it says."""

from contextvars import Context
from dataclasses import dataclass
from time import monotonic
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from regulator.features.papers.models import Paper
from regulator.features.papers.terms import PaperState
from regulator.foundation.clock import now
from regulator.foundation.database import transaction
from regulator.portals.public.views import papers as view
from regulator.web import limits
from tests.factories import registry as make
from tests.factories.paper_rows import code_of, make_paper
from tests.portals.public.conftest import Fetch  # type: ignore[import-not-found]  # tests are no packages

NUMBER, NEWER = "沈河房物〔2026〕1号", "沈河房物〔2026〕2号"
SECRET = {"title": "责令拆除私搭乱建", "addressee": "沈阳某某物业", "facts": {"place": "惠工街七号"}}


@dataclass
class Numbered:
    """One paper in each state anyone may ask for."""

    valid: Paper
    signed: Paper
    withdrawn: Paper
    superseded: Paper


@pytest.fixture
def papers(session: Session) -> Numbered:
    make.make_tree()
    old = make_paper(NUMBER, make.SHENHE, state=PaperState.SUPERSEDED, **SECRET)
    new = make_paper(NEWER, make.SHENHE, supersedes_id=old.id, **SECRET)
    signed = make_paper("沈河房物〔2026〕3号", make.SHENHE, state=PaperState.SIGNED, **SECRET)
    withdrawn = make_paper("沈河房物〔2026〕4号", make.SHENHE, state=PaperState.WITHDRAWN, **SECRET)
    session.commit()
    return Numbered(new, signed, withdrawn, old)


def address(paper: Paper, code: str | None = "") -> str:
    """As the QR has it; with another code, or (None) without one."""
    given = code_of(paper.number) if code == "" else code
    return f"/papers/{quote(paper.number)}" + (f"?code={quote(given)}" if given else "")


@pytest.mark.parametrize(
    ("which", "words"),
    [("valid", "现行有效"), ("signed", "现行有效"), ("withdrawn", "后已撤销"), ("superseded", "由新的文书替代")],
)
def test_the_qr_tells_whether_it_stands_and_nothing_of_the_content(
    papers: Numbered, fetch: Fetch, which: str, words: str
) -> None:
    paper = getattr(papers, which)
    answer = fetch(address(paper))
    assert answer.status_code == 200
    for said in (words, "校验码与文号一致", paper.number, "210103房产局", "2026年11月2日"):
        assert said in answer.text
    assert (NEWER in answer.text) == (which in {"valid", "superseded"})
    for secret in (
        *SECRET["facts"].values(),
        SECRET["title"],
        SECRET["addressee"],
        "整改",
        "认定事实有误",
        "paperwriter",
    ):
        assert secret not in answer.text


@pytest.mark.parametrize("which", ["valid", "signed", "withdrawn", "superseded"])
def test_a_number_alone_tells_the_state_only(papers: Numbered, fetch: Fetch, which: str) -> None:
    paper = getattr(papers, which)
    page = fetch(address(paper, None)).text
    assert "请输入文书二维码旁的校验码" in page
    for kept in ("房产局", "2026年11月2日", code_of(paper.number)[:8]):
        assert kept not in page
    if which == "superseded":
        assert NEWER not in page


def test_a_forged_paper_is_told_from_the_one_of_its_number(papers: Numbered, fetch: Fetch) -> None:
    page = fetch(address(papers.valid, code_of(NUMBER))).text
    assert "这不是该文号的文书" in page
    assert "房产局" not in page
    assert "校验码与文号一致" not in page
    assert fetch(address(papers.valid, "12")).status_code == 400


def test_an_unknown_number_and_a_draft_are_unknown(papers: Numbered, fetch: Fetch) -> None:
    for number in ("沈河房物〔2026〕99号", "x", "<script>alert(1)</script>", "\x00", "%00", "a/b"):
        answer = fetch(f"/papers?number={quote(number)}&code={'0' * 16}")
        assert (answer.status_code, "查无此文号" in answer.text) == (404, True), number
        assert "<script>alert" not in answer.text
        assert "这不是该文号的文书" not in answer.text, "there is none it could be compared with"


def test_the_form_finds_it_however_it_is_typed(papers: Numbered, fetch: Fetch) -> None:
    assert 'action="/papers"' in fetch("/papers").text
    code = code_of(NEWER).upper()
    typed = f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}"
    for number in (NEWER, "沈河房物[2026]2号", "沈河房物（２０２６）2号", " 沈河房物 〔2026〕 2号 "):
        assert "校验码与文号一致" in fetch(f"/papers?number={quote(number)}&code={quote(typed)}").text, number
    english = fetch(f"/papers?number={quote(NEWER)}&code={quote(typed)}&lang=en").text
    assert "was issued and stands" in english
    assert '<input type="hidden" name="lang" value="en">' in english


def test_nothing_is_remembered_and_a_change_shows_at_once(papers: Numbered, fetch: Fetch, session: Session) -> None:
    first = fetch(address(papers.valid))
    assert first.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in first.headers
    with transaction():
        paper = session.get_one(Paper, papers.valid.id)
        paper.state, paper.withdrawn_at = PaperState.WITHDRAWN, now()
    page = fetch(address(papers.valid)).text
    assert "后已撤销" in page
    assert "现行有效" not in page


def test_the_start_page_and_the_menu_lead_there(papers: Numbered, fetch: Fetch) -> None:
    page = fetch("/").text
    assert page.count('href="/papers"') == 2


def ask(app: Flask, path: str, peer: str) -> TestResponse:
    """A look from an address."""
    return Context().run(app.test_client().get, path, environ_base={"REMOTE_ADDR": peer})


def test_whoever_guesses_codes_has_to_wait(app: Flask, papers: Numbered, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = address(papers.valid), address(papers.valid, "0" * 16)
    for _ in range(view.WRONG_CODES):
        assert ask(app, right, "10.0.0.1").status_code == 200, "right codes are not counted"
        assert ask(app, wrong, "10.0.0.1").status_code == 200
    for path in (wrong, right):
        held = ask(app, path, "10.0.0.1")
        assert held.status_code == 429
        assert 0 < int(held.headers["Retry-After"]) <= view.WINDOW.total_seconds()
        assert "房产局" not in held.text
    assert ask(app, address(papers.valid, None), "10.0.0.1").status_code == 200, "the state is everybody's"
    assert ask(app, right, "10.0.0.2").status_code == 200
    past = monotonic() + view.WINDOW.total_seconds()
    monkeypatch.setattr(limits, "monotonic", lambda: past)
    assert ask(app, right, "10.0.0.1").status_code == 200
