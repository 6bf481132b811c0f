"""The pages of papers in Chromium, for administrators, companies and everybody; checking one works without scripts."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.papers.models import PaperTemplateTrial
from regulator.features.papers.templating.terms import TrialState
from regulator.features.papers.terms import PaperState
from regulator.web.sessions import COOKIE
from tests.browser.test_public_pages import chromium, database_url, served, visit
from tests.browsing import NARROW, WIDE, violations
from tests.factories import registry as make
from tests.factories.paper_rows import code_of, make_consent, make_paper, serve
from tests.factories.paper_settings import make_settings, trial_key
from tests.portals.conftest import Desk, sign_in
from tests.portals.public.conftest import World, world

__all__ = ["chromium", "database_url", "served", "sign_in", "world"]

pytestmark = pytest.mark.browser
NUMBER, OLD = "沈河房物〔2026〕2号", "沈河房物〔2026〕1号"
SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


@pytest.fixture
def served_paper(world: World, session: Session) -> str:
    """The key of a paper to the world's company that superseded another."""
    code = world.company.credit_code
    old = make_paper(OLD, make.SHENHE, state=PaperState.SUPERSEDED, credit_code=code)
    serve(old, opened=True)
    paper = make_paper(NUMBER, make.SHENHE, supersedes_id=old.id, credit_code=code, title="责令限期整改通知书")
    serve(paper)
    make_consent(code)
    session.commit()
    return str(paper.id)


def desk(browser: Browser, served: str, signed_in: Desk, size: ViewportSize) -> Page:
    """A signed-in page."""
    cookie = signed_in.browser.get_cookie(COOKIE)
    assert cookie
    page, _ = visit(browser, served, viewport=size)
    page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": served}])
    return page


def look(page: Page, address: str, status: int = 200) -> None:
    """Open a page: accessible, and no wider than the screen."""
    answer = page.goto(address)
    assert answer
    assert answer.status == status, address
    assert violations(page) == [], address
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address


@SIZES
def test_everybodys_pages(served: str, served_paper: str, chromium: Browser, size: ViewportSize) -> None:
    page, complaints = visit(chromium, served, viewport=size)
    for number, query, status in (
        (NUMBER, f"?code={code_of(NUMBER)}", 200),
        (OLD, f"?code={code_of(OLD)}&lang=en", 200),
        (NUMBER, f"?code={'0' * 16}", 200),
        (NUMBER, "", 200),
    ):
        look(page, f"{served}/papers/{quote(number)}{query}", status)
    look(page, f"{served}/papers?lang=en")
    assert complaints == []
    page.goto(f"{served}/papers/{quote('沈河房物〔2026〕9号')}")
    assert violations(page) == []
    assert page.context.cookies() == []
    page.context.close()


def test_a_paper_is_checked_without_scripts(served: str, served_paper: str, chromium: Browser) -> None:
    page, complaints = visit(chromium, served, java_script_enabled=False, viewport=NARROW)
    page.goto(f"{served}/?lang=en")
    page.get_by_role("main").get_by_role("link", name="Check a paper").click()
    page.get_by_role("textbox", name="Number of the paper").fill("沈河房物[2026]2号")
    page.get_by_role("button", name="Check").click()
    assert "was issued and stands" in page.inner_text("main")
    assert "房产局" not in page.inner_text("main")
    page.get_by_role("textbox", name="Check code").fill(code_of(NUMBER).upper())
    page.get_by_role("button", name="Check").click()
    assert "210103房产局" in page.inner_text("main")
    assert complaints == []
    page.context.close()


@SIZES
def test_a_companys_pages(
    served: str,
    world: World,
    served_paper: str,
    sign_in: Callable[..., Desk],
    chromium: Browser,
    size: ViewportSize,
) -> None:
    page = desk(chromium, served, sign_in(Role.COMPANY_USER, world.company.credit_code), size)
    for address in ("/company/", "/company/papers", f"/company/papers/{served_paper}", "/company/papers?lang=en"):
        look(page, served + address)
    page.goto(f"{served}/company/papers/{served_paper}")
    page.get_by_role("button", name="打开并签收").click()
    assert "已签收，可以下载文书" in page.inner_text("main")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载文书（PDF）").click()
    assert fetched.value.suggested_filename == f"{NUMBER} 责令限期整改通知书.pdf"
    look(page, f"{served}/company/papers/{served_paper}")
    page.context.close()


@SIZES
def test_an_administrators_pages(
    served: str, session: Session, sign_in: Callable[..., Desk], chromium: Browser, size: ViewportSize
) -> None:
    page = desk(chromium, served, sign_in(Role.SYSTEM_ADMINISTRATOR), size)
    for number in range(1, 4):
        make_settings(number)
    failed = session.get_one(PaperTemplateTrial, trial_key(2))
    failed.state, failed.error_code = TrialState.FAILED, "template_wrong"
    failed.error_params = {"line": 12, "reason": "unknown variable: nothing"}
    session.get_one(PaperTemplateTrial, trial_key(3)).state = TrialState.UNDER_WAY
    session.commit()
    trials = [f"/admin/papers/trials/{trial_key(number)}" for number in range(1, 4)]
    for address in ("/admin/papers", "/admin/papers/chains", "/admin/papers/templates", *trials):
        look(page, served + address)
        look(page, f"{served}{address}?lang=en")
    page.goto(f"{served}/admin/papers")
    page.get_by_label("机构").select_option(index=1)
    page.get_by_role("button", name="预览文号").click()
    assert "下一文号" in page.inner_text("main")
    assert violations(page) == []
    page.context.close()
