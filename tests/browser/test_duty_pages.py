"""The roster and hand-overs in Chromium: accessible and readable on a desk's screen and on a telephone."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Permission, Role
from regulator.foundation import clock
from regulator.web.sessions import COOKIE
from tests.browser.test_office_pages import CRUSHED
from tests.browser.test_public_pages import chromium, database_url, served, visit
from tests.browsing import NARROW, WIDE, violations
from tests.factories import registry as make
from tests.factories.duty import make_authority, make_handover, make_matter, make_official, make_shift
from tests.portals.conftest import Desk, sign_in
from tests.portals.public.conftest import World, world

__all__ = ["chromium", "database_url", "served", "sign_in", "world"]

pytestmark = pytest.mark.browser
MONDAY = date(2026, 11, 23)


@pytest.fixture
def addresses(served: str, world: World, session: Session) -> Iterator[list[str]]:
    """The pages, with a roster that has gaps, a cancelled shift, and lists in two states."""
    assert served
    assert world
    clock.fix_today(MONDAY)
    authority = make_authority("沈河区住房和城乡建设局", make.SHENHE)
    people = [make_official(name, authority=authority) for name in ("王芳", "李强", "欧阳晓明")]
    begin = clock.start_of(MONDAY)
    shifts = [
        make_shift(authority, people[day % 3], begin + timedelta(days=day, hours=8.5), hours=24 if day % 2 else 8.5)
        for day in range(5)
    ]
    shifts[3].cancelled_at, shifts[3].cancelled_by, shifts[3].cancelled_reason = begin, "陈主任", "换班"
    for number in range(12):
        make_matter(
            people[0], f"惠工花园物业服务收费公示情况核查（第{number}次）", due_on=MONDAY + timedelta(days=number - 3)
        )
    make_matter(people[0], "沈阳独见物业服务有限公司登记信息更正", handled_by=Permission.COUNTING_RULE_SET)
    given = make_handover(people[0], people[1], make_matter(people[0], "惠工街道摸底调查"), make.SHENHE)
    session.commit()
    here = f"authority={authority.id}"
    plan = (
        f"{here}&show=1&people={people[0].id}&people={people[1].id}&turn=daily&kind=normal&first=2026-11-23"
        "&last=2026-12-04&begin_time=08:30&end_time=17:00"
    )
    yield [
        "/office/duty", "/office/duty?lang=en", "/office/duty?by=month&day=2026-11-23", f"/office/duty/{shifts[0].id}",
        f"/office/duty/{shifts[3].id}", f"/office/duty/new?{here}", f"/office/duty/plan?{here}",
        f"/office/duty/plan?{plan}", f"/office/duty/copy?{here}&day=2026-11-30", "/office/handovers",
        "/office/handovers?lang=en", "/office/handovers/new",
        f"/office/handovers/new?giver={people[0].username}&taker={people[2].username}",
        "/office/handovers/new?taker=x", f"/office/handovers/{given.id}",
    ]  # fmt: skip
    clock.fix_today(None)


@pytest.fixture
def leader(served: str, chromium: Browser, sign_in: Callable[..., Desk]) -> Callable[[ViewportSize], Page]:
    """A page in which a head of section of the city is signed in."""

    def open_page(size: ViewportSize) -> Page:
        cookie = sign_in(Role.SECTION_HEAD).browser.get_cookie(COOKIE)
        assert cookie
        page, _ = visit(chromium, served, viewport=size)
        page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": served}])
        return page

    return open_page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_roster_and_hand_overs_are_accessible_and_readable(
    served: str, addresses: list[str], leader: Callable[[ViewportSize], Page], size: ViewportSize
) -> None:
    page = leader(size)
    for address in addresses:
        answer = page.goto(served + address)
        assert answer
        assert answer.status == 200, address
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        assert page.evaluate(CRUSHED) == [], address
    page.context.close()
