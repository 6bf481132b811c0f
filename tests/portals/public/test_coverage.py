"""Coverage for everyone: the city by district, a district by street, a past day, and what is left out."""

import re

from regulator.features.registry.terms import Mode
from regulator.foundation.database import session
from tests.factories import registry as make
from tests.portals.public.conftest import Fetch, World


def said(page: str) -> str:
    """The words of a page without its marks."""
    return re.sub(r"<[^>]+>", "", page)


def test_the_city_by_district_and_what_is_left_out(world: World, fetch: Fetch) -> None:
    page = fetch("/coverage").text
    assert "沈阳市物业管理覆盖率" in page
    assert "计入的 2 个小区中有 1 个有人管理" in page
    assert "管理方式不详：1 个小区" in said(page)
    assert "/coverage?division=210103" in page
    assert fetch("/coverage").headers.get("Set-Cookie") is None


def test_a_district_by_street_and_a_past_day(world: World, fetch: Fetch) -> None:
    page = fetch("/coverage?division=210103").text
    assert "朱剪炉街道" in page
    before = fetch("/coverage?division=210103&as_of=2017-12-31").text
    assert "计入的 0 个小区" in before
    assert "mode=professional" not in before, "the list behind would be today's"


def test_a_community_is_shown_at_its_street(world: World, fetch: Fetch) -> None:
    assert "朱剪炉街道物业管理覆盖率" in fetch(f"/coverage?division={make.SHENHE_COMMUNITY}").text


def test_bad_input_is_a_sentence_on_the_page(world: World, fetch: Fetch) -> None:
    for asked in ("division=999999", "as_of=yesterday", "as_of=2030-01-01"):
        answer = fetch(f"/coverage?{asked}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text


def test_english_is_complete(world: World, fetch: Fetch) -> None:
    make.make_service(make.make_estate("另一小区"), None, Mode.OWNERS_SELF)
    session().commit()
    page = fetch("/coverage?lang=en").text
    assert "2 of 3 estates that count have somebody who manages them" in page
    assert "Mode not known: 1 estates" in said(page)


def test_every_number_leads_to_the_estates_behind_it_on_its_day(world: World, fetch: Fetch) -> None:
    page = fetch("/coverage").text
    for group, names in {
        "counted": {"翰林花园二期", "弃管小区"},
        "managed": {"翰林花园二期"},
        "professional": {"翰林花园二期"},
        "abandoned": {"弃管小区"},
        "mode_unknown": {"无人知小区"},
    }.items():
        assert re.search(rf"/coverage/estates\?[^\"]*group={group}\b", page), group
        listed = fetch(f"/coverage/estates?division={make.CITY}&group={group}").text
        assert {name for name in ("翰林花园二期", "弃管小区", "无人知小区") if name in listed} == names
    day = fetch(f"/coverage?division={make.SHENHE}&as_of=2024-05-01").text
    assert f'name="division" value="{make.SHENHE}"' in day, "another day is asked for the same place"
    assert f"group=managed&amp;division={make.SHENHE}&amp;as_of=2024-05-01" in day
    assert "过去日期按今日所知的登记统计" in day
    listed = fetch(f"/coverage/estates?division={make.SHENHE}&group=managed&as_of=2024-05-01").text
    assert "沈阳百分之百物业有限公司" in listed  # who served it then
    for asked in ("group=castle", "division=999999", "as_of=2030-01-01", "cursor=x"):
        answer = fetch(f"/coverage/estates?{asked}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
