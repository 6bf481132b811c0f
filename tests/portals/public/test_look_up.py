"""A visitor looks up companies and estates, by whatever they know of them, on whatever day."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from regulator.features.registry.terms import CompanyStatus
from tests.factories import registry as make
from tests.portals.public.conftest import Fetch, World


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("和智川", id="part-of-the-name"),
        pytest.param("老字号", id="former-name"),
        pytest.param("hezhi", id="pinyin"),
        pytest.param("syhzc", id="initials"),
        pytest.param("城市 和智", id="two-words"),
        pytest.param("北陵大街284号", id="road-and-number"),
        pytest.param("91210103MA", id="beginning-of-the-credit-code"),
        pytest.param("91210103ma", id="credit-code-in-small-letters"),
    ],
)
def test_a_company_is_found_by(world: World, fetch: Fetch, words: str) -> None:
    page = fetch(f"/companies?q={quote(words)}")
    assert page.status_code == 200
    assert f"/companies/{world.company.credit_code}" in page.text
    assert f"/companies/{world.other.credit_code}" not in page.text


@pytest.mark.parametrize("words", ["翰林", "老钢厂", "hanlin", "hlhy", "北陵大街99号", "210103001001"])
def test_an_estate_is_found_by(world: World, fetch: Fetch, words: str) -> None:
    page = fetch(f"/estates?q={quote(words)}")
    assert f"/estates/{world.estate.code}" in page.text
    assert f"/estates/{world.unknown.code}" not in page.text


@pytest.mark.parametrize(
    ("division", "company", "other"),
    [
        (make.CITY, True, True),
        (make.SHENHE, True, False),
        (make.HEPING, False, True),
        (make.OTHER_CITY, False, False),
    ],
)
@pytest.mark.parametrize("q", ["", "沈阳", "91"])
def test_a_place_means_everything_below_it(
    world: World, fetch: Fetch, division: str, company: bool, other: bool, q: str
) -> None:
    page = fetch(f"/companies?division={division}&q={quote(q)}")
    assert (world.company.name in page.text) is company
    assert (world.other.name in page.text) is other


def test_a_company_page_explains_itself(world: World, fetch: Fetch) -> None:
    page = fetch(f"/companies/{world.company.credit_code}").text
    for shown in (
        "陈伟艳",
        "024-26099226",
        "500 万元",
        "2009年2月13日",
        "老字号",
        "2019年3月1日",
        "翰林花园二期",
        "1.80 元",
    ):
        assert shown in page, shown
    assert "合同到期仍服务" in page
    assert "历史资质，企业自报" in page
    assert "演示数据" in page


def test_the_day_before_and_after_a_change_of_manager(world: World, fetch: Fetch) -> None:
    old, new = world.other, world.company
    before, after = fetch(f"/estates/{world.estate.code}?as_of=2025-06-30"), fetch(f"/estates/{world.estate.code}")
    assert before.text.index(old.name) < before.text.index("曾由谁服务")
    assert new.name not in before.text
    assert after.text.index(new.name) < after.text.index("曾由谁服务") < after.text.index(old.name)
    assert world.estate.name in fetch(f"/companies/{old.credit_code}?as_of=2025-06-30").text
    assert "当日没有在管小区" in fetch(f"/companies/{old.credit_code}").text
    assert "曾服务小区" in fetch(f"/companies/{old.credit_code}").text


def test_of_what_a_company_left_the_last_ten_are_listed_and_earlier_days_show_the_rest(
    world: World, fetch: Fetch, session: Any
) -> None:
    for year in range(2010, 2021):
        left = make.make_estate(f"旧园{year}")
        make.make_service(left, world.company, began_on=date(year - 3, 1, 1), ended_on=date(year, 3, 1))
    session.commit()
    page = fetch(f"/companies/{world.company.credit_code}").text
    assert "旧园2020" in page
    assert "旧园2011" in page
    assert "旧园2010" not in page
    assert "仅列出最近撤离的小区" in page
    earlier = fetch(f"/companies/{world.company.credit_code}?as_of=2011-01-01").text
    assert "旧园2010" in earlier
    assert "仅列出最近撤离的小区" not in earlier


def test_an_estate_page_names_its_manager_and_committee_and_nobody_else(world: World, fetch: Fetch) -> None:
    page = fetch(f"/estates/{world.estate.code}").text
    for shown in (
        "赵项目",
        "024-11112222",
        "翰林花园业主委员会",
        "81,600.00 ㎡",
        "朱剪炉街道 · 惠工社区",
        "2026年6月30日",
    ):
        assert shown in page, shown
    assert "钱普通" not in page


def test_modes_filter_and_the_unknown_is_not_none(world: World, fetch: Fetch) -> None:
    unknown, abandoned = fetch("/estates?mode=unknown").text, fetch("/estates?mode=abandoned").text
    assert "无人知小区" in unknown
    assert "弃管小区" not in unknown
    assert "弃管小区" in abandoned
    assert "无人知小区" not in abandoned


def test_a_cancelled_and_a_retired_company_stay_readable(world: World, fetch: Fetch, session: Any) -> None:
    world.other.status = CompanyStatus.CANCELLED
    session.commit()
    assert "该企业已注销" in fetch(f"/companies/{world.other.credit_code}").text
    world.other.retired_on = make.TODAY
    make.reindex_company(world.other)
    session.commit()
    assert "已于 2026年11月1日 撤出" in fetch(f"/companies/{world.other.credit_code}").text
    for address in ("/companies", f"/companies?q={quote('百分之百')}", f"/companies?division={make.HEPING}"):
        assert world.other.name not in fetch(address).text


def test_the_start_page_tells_how_much_and_as_of_when(world: World, fetch: Fetch) -> None:
    page = fetch("/").text
    assert "您的小区由谁服务？" in page
    assert "2 个小区" in page  # 和平区
    assert "2026年11月23日" in page
    assert "Who looks after your estate?" in fetch("/?lang=en").text


def test_divisions_lead_down_to_the_community(world: World, fetch: Fetch) -> None:
    assert f"/divisions/{make.SHENHE_STREET}" in fetch(f"/divisions/{make.SHENHE}").text
    assert f"/estates?division={make.SHENHE_COMMUNITY}" in fetch(f"/divisions/{make.SHENHE_STREET}").text
    assert fetch("/divisions/999999").status_code == 404


@pytest.mark.parametrize("path", ["/companies", "/estates", "/api/v1/companies", "/api/v1/estates"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("q=" + "物" * 10_000, 400, id="ten-thousand-characters"),
        pytest.param("q=" + quote("%_\"'"), 200, id="signs-of-like-and-quotes"),
        pytest.param("q=" + quote("😀🏠"), 200, id="emoji"),
        pytest.param("q=" + quote('" OR 1=1 -- *'), 200, id="words-of-the-index"),
        pytest.param("q=%00%00", 200, id="nul"),
        pytest.param("q=%ff%fe", 200, id="not-utf-8"),
        pytest.param("q=NEAR(a b) AND NOT", 200, id="operators"),
        pytest.param("cursor=WyJvZmZpY2UiLCJuYW1lIixbWyJzIiwiYSJdXV0", 400, id="cursor-from-elsewhere"),
        pytest.param("cursor=%00", 400, id="cursor-of-nothing"),
        pytest.param("division=999999", 400, id="unknown-division"),
        pytest.param("division=%00", 400, id="division-nul"),
        pytest.param("division=" + "2" * 5000, 400, id="endless-division"),
    ],
)
def test_bad_input_gets_a_sentence_and_breaks_nothing(
    world: World, fetch: Fetch, path: str, query: str, status: int
) -> None:
    answer = fetch(f"{path}?{query}")
    assert answer.status_code == status
    if status == 400:
        assert "notice warn" in answer.text or answer.json["detail"]


@pytest.mark.parametrize("tail", ["?as_of=gestern", "?as_of=2999-01-01", "?as_of=1900-01-01"])
def test_a_day_nobody_can_mean(world: World, fetch: Fetch, tail: str) -> None:
    for path in (f"/companies/{world.company.credit_code}", f"/estates/{world.estate.code}"):
        answer = fetch(path + tail)
        assert answer.status_code == 400
        assert world.company.name in answer.text, "the page of today is shown beneath the sentence"
        assert fetch(f"/api/v1{path}{tail}").status_code == 400


@pytest.mark.parametrize(
    "path", ["/companies/x", "/estates/x", "/companies/%00", "/estates/%00", "/companies/" + "9" * 300]
)
def test_what_does_not_exist_is_404(world: World, fetch: Fetch, path: str) -> None:
    assert fetch(path).status_code == 404
    assert fetch(f"/api/v1{path}").status_code == 404


def test_pages_turn_forwards_without_loss_or_repetition(world: World, fetch: Fetch, session: Any) -> None:
    for number in range(45):
        make.make_company(f"沈阳翻页第{number}物业有限公司")
    session.commit()
    for query in ("", f"&q={quote('翻页')}", f"&division={make.SHENHE}", "&q=91"):
        seen: list[str] = []
        cursor = ""
        while True:
            body = fetch(f"/api/v1/companies?limit=7{query}&cursor={cursor}").json
            seen += [item["credit_code"] for item in body["items"]]
            if not (cursor := body["next"]):
                break
        assert len(seen) == len(set(seen))
        assert len(seen) == {"": 47, f"&q={quote('翻页')}": 45, f"&division={make.SHENHE}": 46, "&q=91": 47}[query]


@pytest.mark.parametrize(
    ("path", "most"),
    [("/companies?q=x", 3), ("/companies", 3), ("/estates?q=x", 4), ("/api/v1/companies", 1), ("/api/v1/estates", 1)],
)
def test_statements_do_not_grow_with_the_rows(
    world: World, fetch: Fetch, session: Any, statements: Any, path: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulator.app.SITE_SECONDS", 3600)  # on a busy machine a few seconds pass between two pages
    monkeypatch.setattr("regulator.features.registry.queries.public.places.KEPT_SECONDS", 3600)
    counts = []
    for _ in range(2):
        for number in range(24):  # more than a page, so that the rest is counted both times
            estate = make.make_estate(f"新x{number}")
            make.make_service(estate, make.make_company(f"沈阳x{number}物业有限公司"))
        session.commit()
        fetch(path)  # what is kept for a few seconds (the city, its districts) is fresh
        with statements() as seen:
            fetch(path)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= most


def test_health(world: World, fetch: Fetch, app: Any) -> None:
    assert fetch("/healthz").json == {"status": "ok"}
    assert fetch("/readyz").json == {"status": "ready"}
    assert "regulator_jobs" in fetch("/metrics").text
    stranger = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    proxied = app.test_client().get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"})
    assert (stranger.status_code, proxied.status_code) == (404, 404)
