"""An official of a management area of several divisions, and one of a community: every page of coverage, as a whole."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role, ScopeKind
from regulator.features.coverage.actions.months import close_month
from regulator.features.coverage.metrics import TARGETED
from regulator.features.divisions.actions import set_management_area
from regulator.features.divisions.queries import get_division
from regulator.features.metrics.actions import set_target
from regulator.features.registry.terms import Mode
from regulator.foundation import clock, jobs
from tests.factories import registry as make
from tests.portals.office.test_coverage import text_of

Open = Callable[..., Any]
TODAY = date(2026, 11, 23)
ALL = "/office/coverage"


@pytest.fixture
def area(session: Session) -> Iterator[str]:
    """Heping's street and Shenhe as one zone: two of three managed in October, three of four today."""
    clock.fix_today(TODAY)
    make.make_tree()
    make.make_service(make.make_estate("和平花园", make.HEPING_COMMUNITY), make.make_company("和平物业", make.HEPING))
    make.make_service(make.make_estate("翰林花园"), make.make_company("沈河物业"))
    make.make_service(make.make_estate("无人小区"), None, Mode.NONE)
    make.make_service(make.make_estate("区属小区", make.HEPING), None, Mode.NONE)  # outside
    set_management_area("GX", "高新区", [make.HEPING_STREET, make.SHENHE], actor=make.actor(), now=clock.now())
    for month in ("2026-09", "2026-10"):
        close_month(get_division(make.CITY), month, actor=make.actor(), now=clock.now())
    make.make_service(make.make_estate("新来花园"), make.make_company("新来物业"), began_on=date(2026, 11, 2))
    set_target(make.CITY_SCOPE, TARGETED, make.CITY, 2026, 8000, actor=make.actor(), now=clock.now())
    session.commit()
    yield "GX"
    clock.fix_today(None)


def open_area(sign_in: Open) -> Any:
    return sign_in(Role.DISTRICT_OFFICER, "GX", scope_kind=ScopeKind.MANAGEMENT_AREA)


@pytest.mark.usefixtures("area")
def test_the_whole_of_an_area_on_every_page(sign_in: Open) -> None:
    desk = open_area(sign_in)
    words = text_of(desk.get(ALL))
    assert "计入的 4 个小区中有 3 个有人管理" in words
    assert "2026-10 66.67%" in words
    chart = json.loads(desk.fetch(f"{ALL}/trend.json").text)
    assert "高新区" in json.dumps(chart, ensure_ascii=False)
    words = text_of(desk.get(f"{ALL}/months"))
    assert "2026-10 66.67% 2 / 3" in words
    assert "区属小区" not in words
    words = text_of(desk.get(f"{ALL}/changes?from=2026-10-31&to=2026-11-23"))
    assert "新来花园" in words
    assert re.search(r"2026年10月31日 66.67%", words)
    assert re.search(r"2026年11月23日 75.00%", words)
    for page in ("months", "changes", "bulletin", "warnings", "warnings/abandoned", "targets", "rule", "estates"):
        assert (
            'aria-current="page"' in desk.get(f"{ALL}/{page}").partition('<nav class="chips"')[2].partition("</nav>")[0]
        )


@pytest.mark.usefixtures("area")
def test_an_area_has_its_bulletin_made_and_fetched(sign_in: Open) -> None:
    desk = open_area(sign_in)
    assert "高新区" in text_of(desk.get(f"{ALL}/bulletin"))
    sent = desk.post(f"{ALL}/bulletin").location
    assert "division=" not in sent
    while jobs.run_next("test:1:1"):
        pass
    page = desk.get(sent)
    (pdf,) = re.findall(r'href="(/office/coverage/bulletin\.pdf[^"]*)"', page)
    answer = desk.fetch(pdf.replace("&amp;", "&"))
    assert answer.mimetype == "application/pdf"
    assert "%E9%AB%98%E6%96%B0%E5%8C%BA" in answer.headers["Content-Disposition"]
    assert "生成月报" in text_of(desk.get(f"{ALL}/bulletin?division={make.SHENHE}"))  # a division inside has its own
    desk.get(f"{ALL}/bulletin?division={make.HEPING}", status=404)  # only its street lies inside


@pytest.mark.usefixtures("area")
def test_a_community_has_its_months_and_no_bulletin(sign_in: Open) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    words = text_of(desk.get(f"{ALL}?division={make.SHENHE_COMMUNITY}"))
    assert "2026-10 50.00%" in words
    assert "2026-10 50.00% 1 / 2" in text_of(desk.get(f"{ALL}/months?division={make.SHENHE_COMMUNITY}"))
    assert "没有月报" in text_of(desk.get(f"{ALL}/bulletin?division={make.SHENHE_COMMUNITY}"))
    desk.get(f"{ALL}/bulletin?division={make.HEPING_COMMUNITY}", status=404)
    desk.get(f"{ALL}/months?division={make.HEPING_COMMUNITY}", status=404)


@pytest.mark.usefixtures("area")
def test_the_catalogue_says_what_each_figure_is_and_what_is_to_be_reached(sign_in: Open, session: Session) -> None:
    desk = open_area(sign_in)
    page = desk.get("/office/metrics")
    words = text_of(page)
    for said in ("物业管理覆盖率（小区数）", "计入的小区数", "时点数", "不低于 80.00% （沈阳市设定）"):
        assert said in words
    assert page.count('<tr id="coverage_') == 6
    assert 'href="/api/v1/metrics/coverage_full_estates"' in page
    assert desk.fetch("/api/v1/metrics/coverage_full_estates?division=210103").status_code == 200
    assert 'href="/office/metrics"' in desk.get("/office/")
    assert 'href="/office/metrics#coverage_full_estates"' in desk.get(ALL)
    set_target(make.CITY_SCOPE, TARGETED, make.SHENHE, 2026, 9000, actor=make.actor(), now=clock.now())
    session.commit()
    words = text_of(desk.get("/office/metrics"))
    assert "浑河湾街道 不低于 80.00% （沈阳市设定）" in words
    assert "沈河区 不低于 90.00% （沈河区设定） 本辖区内设定 1 项" in words
    assert "所辖各区域2026年目标不一" in text_of(desk.get(ALL))
    own = sign_in(Role.CITY_OFFICER, make.CITY).get("/office/metrics")
    assert "本辖区内设定 2 项" in own
    assert "metrics/coverage_full_estates?division=210100" in own
    sign_in(Role.HALL_CLERK, make.CITY).get("/office/metrics", status=403)
