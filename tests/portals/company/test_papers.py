"""A company finds what was served to it, signs for it, fetches the file; another's papers are not there."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.papers.actions import deliveries
from regulator.features.papers.actions.deliveries import Sending
from regulator.features.papers.models import Delivery, Paper
from regulator.features.papers.terms import DeliveryWay, PaperState
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.paper_rows import make_consent, make_paper, serve
from tests.factories.papers import NOW, Bureau, actor_of, matter_of
from tests.portals.conftest import Desk, sign_in, statements

__all__ = ["sign_in", "statements"]
Open = Callable[..., Desk]


@pytest.fixture
def ours(sign_in: Open) -> str:
    """The credit code of the company that looks."""
    company = make.make_company("沈阳我们物业有限公司")
    make.make_company("沈阳他们物业有限公司")
    return company.credit_code


@pytest.fixture
def desk(ours: str, sign_in: Open, session: Session) -> Desk:
    session.commit()
    return sign_in(Role.COMPANY_USER, ours, name="李经理")


def served(code: str, number: int = 1, *, opened: bool = False, on: date = date(2026, 11, 2), **more: Any) -> Paper:
    with transaction():
        paper = make_paper(f"沈河房物〔2026〕{number}号", make.SHENHE, credit_code=code, **more)
        serve(paper, on=on, opened=opened)
    return paper


def test_without_papers_the_page_says_what_would_fill_it(desk: Desk) -> None:
    page = desk.get("/company/papers")
    assert "暂无在本平台送达的文书" in page
    assert "未确认接受" in page
    assert "书面确认" in page
    assert 'class="muted num"' not in page[: page.index("</nav>")], "no number beside the menu's line"


def test_what_waits_stands_first_and_is_counted(desk: Desk, ours: str) -> None:
    served(ours, 1, opened=True, on=date(2026, 11, 20))
    served(ours, 2, on=date(2026, 11, 3))
    served(ours, 3, on=date(2026, 11, 5))
    page = desk.get("/company/papers")
    assert [page.index(f"责令整改沈河房物〔2026〕{number}号") for number in (3, 2, 1)] == sorted(
        page.index(f"责令整改沈河房物〔2026〕{number}号") for number in (1, 2, 3)
    )
    assert "有 2 份文书已在本平台送达，尚未签收" in page
    assert page.count('<span class="stamp warn">未签收</span>') == 2
    home = desk.get("/company/")
    assert "有 2 份文书尚未签收" in home
    assert '<span class="muted num">2</span>' in home
    first = desk.get("/company/papers?limit=2")
    following = first[first.index('rel="next"') :].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = desk.get(following)
    assert "责令整改沈河房物〔2026〕1号" in second
    assert "责令整改沈河房物〔2026〕2号" not in second


def test_the_consent_and_what_it_means(desk: Desk, ours: str, session: Session) -> None:
    make_consent(ours, withdrawn_on=date(2026, 11, 10))
    session.commit()
    page = desk.get("/company/papers")
    assert "未确认接受" in page
    assert "2026年11月10日" in page
    make_consent(ours)
    session.commit()
    page = desk.get("/company/papers")
    for said in ("已确认接受", "王经理", "送达地址确认书第3号", "《民事诉讼法》第90条", "登记所在区局"):
        assert said in page


def test_opening_is_signing_for_it_once_and_then_it_can_be_fetched(
    sign_in: Open, session: Session, tmp_path: Path
) -> None:
    bureau = Bureau(tmp_path / "var" / "signing")
    company = make.make_company("沈阳我们物业有限公司")
    session.commit()
    paper = bureau.issued(bureau.matter(), credit_code=company.credit_code, addressee="沈阳我们物业有限公司")
    with transaction():
        make_consent(company.credit_code)
        deliveries.send_paper(
            paper, matter_of(paper), Sending(DeliveryWay.PORTAL), actor=actor_of(bureau.handler), now=NOW
        )
    desk, path = sign_in(Role.COMPANY_USER, company.credit_code, name="李经理"), f"/company/papers/{paper.id}"
    page = desk.get(path)
    for said in ("责令限期整改通知书", paper.number, bureau.name, "2026年11月2日", "打开并签收"):
        assert said in page
    assert "下载文书" not in page
    assert desk.fetch(f"{path}.pdf").status_code == 409
    for _ in range(3):
        desk.get(path)
    assert session.scalar(select(Delivery.opened_at)) is None, "looking signs for nothing"
    for _ in range(2):
        desk.get(path)
        desk.post(f"{path}/sign-for", idempotency_key=None)
    session.rollback()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "delivery.signed_for")).all()
    assert [(entry.subject_key, entry.actor_name) for entry in entries] == [(paper.number, "李经理")]
    page = desk.get(path)
    assert "李经理于" in page
    assert "打开并签收" not in page
    answer = desk.fetch(f"{path}.pdf")
    assert answer.status_code == 200
    assert (answer.mimetype, len(answer.data)) == ("application/pdf", paper.file_size)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"].startswith("private")
    assert "有 1 份文书" not in desk.get("/company/")


def test_what_stands_no_longer_says_so(desk: Desk, ours: str, session: Session) -> None:
    withdrawn = served(ours, 1, opened=True, state=PaperState.WITHDRAWN)
    old = served(ours, 2, opened=True, state=PaperState.SUPERSEDED)
    page = desk.get(f"/company/papers/{withdrawn.id}")
    assert "已于 2026年11月2日 撤销本文书" in page
    assert "认定事实有误" not in page, "the reason is between the offices; the company is written to"
    assert "已由新的文书替代" in desk.get(f"/company/papers/{old.id}")
    with transaction():
        make_paper("沈河房物〔2026〕3号", make.SHENHE, credit_code=ours, supersedes_id=old.id)
    assert "已由沈河房物〔2026〕3号替代" in desk.get(f"/company/papers/{old.id}")
    assert desk.get("/company/papers").count('<span class="stamp bad">') == 2


def test_another_companys_paper_is_not_there(desk: Desk, ours: str, session: Session) -> None:
    theirs = served(make.make_credit_code(), 1, opened=True)
    with transaction():
        never_sent = make_paper("沈河房物〔2026〕2号", make.SHENHE, credit_code=ours)
    for paper in (theirs.id, never_sent.id, UUID(int=7)):
        desk.get("/company/papers")
        assert desk.fetch(f"/company/papers/{paper}").status_code == 404
        assert desk.fetch(f"/company/papers/{paper}.pdf").status_code == 404
        desk.post(f"/company/papers/{paper}/sign-for", 404)
    assert "沈河房物" not in desk.get("/company/papers")


def test_an_officials_role_opens_no_companys_papers(sign_in: Open, session: Session) -> None:
    paper = served(make.make_credit_code(), 1)
    for role in (Role.DISTRICT_OFFICER, Role.DIRECTOR):
        assert sign_in(role, make.SHENHE).fetch(f"/company/papers/{paper.id}").status_code == 403
