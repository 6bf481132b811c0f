"""Coverage on the desk: figures beside targets, the estates behind each, months, changes, targets, the rule."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.coverage.actions import tallies
from regulator.features.coverage.actions.months import close_month
from regulator.features.divisions.queries import get_division
from regulator.features.registry.actions import estates as acts
from regulator.features.registry.actions import services as service_acts
from regulator.features.registry.models import Estate
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation import clock
from tests.factories import registry as make

Open = Callable[..., Any]
TODAY = date(2026, 11, 23)


@pytest.fixture
def city(session: Session) -> Iterator[Session]:
    """Two districts: 和平 with one managed of one, 沈河 with one of three."""
    clock.fix_today(TODAY)
    make.make_tree()
    make.make_service(make.make_estate("和平花园", make.HEPING_COMMUNITY), make.make_company("和平物业", make.HEPING))
    make.make_service(make.make_estate("翰林花园"), make.make_company("沈河物业"))
    make.make_service(make.make_estate("无人小区"), None, Mode.NONE)
    make.make_service(make.make_estate("弃管小区"), None, Mode.ABANDONED)
    make.make_estate("不详小区")
    tallies.start_counting(clock.now())
    session.commit()
    yield session
    clock.fix_today(None)


def change_mode(city: Session, mode: Mode, began_on: date) -> None:
    """Whoever looks after the estate without anybody does so from a day on."""
    estate = city.query(Estate).filter_by(name="无人小区").one()
    service_acts.change_service(
        estate, mode=mode, company=None, began_on=began_on, version=estate.version, actor=make.actor(), now=clock.now()
    )
    city.commit()


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<main") :]))


def test_the_city_sees_its_districts_and_every_number_leads_to_its_estates(sign_in: Open, city: Session) -> None:
    desk = sign_in()
    words = text_of(desk.get("/office/coverage"))
    assert "计入的 4 个小区中有 2 个有人管理" in words
    assert "50.00%" in words
    assert re.search(r"和平区 1 100.00%", words)
    assert re.search(r"沈河区 3 33.33%", words)
    for group, names in {
        "gap": {"无人小区", "弃管小区"},
        "managed": {"和平花园", "翰林花园"},
        "counted": {"无人小区", "弃管小区", "和平花园", "翰林花园"},
        "none": {"无人小区"},
        "mode_unknown": {"不详小区"},
    }.items():
        assert f"group={group}" in desk.get("/office/coverage")
        listed = desk.get(f"/office/coverage/estates?group={group}")
        found = {name for name in ("无人小区", "弃管小区", "和平花园", "翰林花园", "不详小区") if name in listed}
        assert found == names, group
    assert "翰林花园" not in desk.get(f"/office/coverage/estates?group=managed&division={make.HEPING}")


def test_a_district_sees_its_own_and_no_other(sign_in: Open, city: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    words = text_of(desk.get("/office/coverage"))
    assert "沈河区物业管理覆盖率" in words
    assert "朱剪炉街道" in words
    assert "和平" not in words
    for page in ("coverage", "coverage/estates", "coverage/changes", "coverage/months", "coverage/trend.json"):
        desk.get(f"/office/{page}?division={make.HEPING}", 404)
        desk.get(f"/office/{page}?division={make.CITY}", 404)
    assert "和平花园" not in desk.get("/office/coverage/estates?group=counted")


def test_a_past_day_and_a_kind(sign_in: Open, city: Session) -> None:
    desk = sign_in()
    words = text_of(desk.get("/office/coverage?on=2019-12-31"))
    assert "计入的小区" in words
    assert "当日此处没有计入的小区" in words
    assert "不能晚于今日" in desk.get("/office/coverage?on=2027-01-01", 400)
    desk.get("/office/coverage?kind=castle", 400)
    desk.get("/office/coverage?sort=colour", 400)
    order = re.findall(r"(和平区|沈河区)</a></th>", desk.get("/office/coverage?sort=rate"))
    assert order == ["沈河区", "和平区"]


def test_a_target_is_set_judged_replaced_and_removed(sign_in: Open, city: Session) -> None:
    desk = sign_in()
    desk.get("/office/coverage/targets")
    form = {"division": make.CITY, "metric": "coverage_full_estates", "year": "2026", "value": "80", "note": "年度计划"}
    assert "大于 0%，不超过 100%" in desk.post("/office/coverage/targets", 409, **form | {"value": "100.5"}).text
    assert "百分数请填数字" in desk.post("/office/coverage/targets", 400, **form | {"value": "八成"}).text
    assert "已经结束" in desk.post("/office/coverage/targets", 409, **form | {"year": "2025"}).text
    desk.post("/office/coverage/targets", **form)
    assert "不低于 80.00%" in desk.get("/office/coverage/targets")
    words = text_of(desk.get("/office/coverage"))
    assert re.search(r"距目标还差 2 个 到 2026 年底每月需新纳管 1 个", words)
    assert "未达标" in words
    assert "已达标" in words  # 和平
    desk.get("/office/coverage/targets")
    desk.post("/office/coverage/targets/remove", metric=form["metric"], division=make.CITY, year="2026")
    assert "年底每月需新纳管" not in text_of(desk.get("/office/coverage"))


def test_a_district_sets_no_target_elsewhere_and_a_street_none_at_all(sign_in: Open, city: Session) -> None:
    district = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    district.get("/office/coverage/targets")
    form = {"division": make.HEPING, "metric": "coverage_full_estates", "year": "2026", "value": "80"}
    assert "本辖区内的区划" in district.post("/office/coverage/targets", 400, **form).text
    street = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    street.get("/office/coverage/targets")
    street.post("/office/coverage/targets", 403, **form | {"division": make.SHENHE_STREET})


def test_the_city_sets_what_counts_from_a_day_on(sign_in: Open, city: Session) -> None:
    desk = sign_in()
    desk.get("/office/coverage/rule")
    form = {"effective_from": "2026-11-01", "kinds": ["residential"], "full": ["professional"], "source": ""}
    assert desk.post("/office/coverage/rule", 400, **form).text
    desk.post("/office/coverage/rule", **form | {"source": "沈房〔2026〕8号"})
    assert "沈房〔2026〕8号" in desk.get("/office/coverage/rule")
    assert "沈房〔2026〕8号" in desk.get("/office/coverage")
    assert "沈房〔2026〕8号" not in desk.get("/office/coverage?on=2026-10-31")
    district = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    district.get("/office/coverage/rule")
    district.post("/office/coverage/rule", 403, **form | {"source": "x"})


def test_a_correction_shows_beside_the_frozen_month_and_the_change_is_explained(sign_in: Open, city: Session) -> None:
    desk = sign_in()
    assert "尚无已结算月份" in desk.get("/office/coverage/months")
    close_month(get_division(make.CITY), "2026-10", actor=make.actor(), now=clock.now())
    estate = city.query(Estate).filter_by(name="翰林花园").one()
    acts.correct_estate(
        estate, {"households": 1000}, version=estate.version, reason="清点", actor=make.actor(), now=clock.now()
    )
    city.commit()
    words = text_of(desk.get(f"/office/coverage/months?division={make.SHENHE}"))
    assert "2026-10" in words
    assert re.search(r"有更正 按户数 \d+.\d\d% 1,000 / [\d,]+ 2026年", words), "what was put right, and nothing else"
    assert "一致" in text_of(desk.get(f"/office/coverage/months?division={make.HEPING}"))
    words = text_of(desk.get("/office/coverage/changes?from=2026-10-31"))
    assert re.search(r"面积或户数变更 1 个小区 0 0 0.00 0.00", words)
    assert "翰林花园" in words
    assert "早于起始日期" in desk.get("/office/coverage/changes?from=2026-11-02&to=2026-11-01", 400)


def test_another_mode_shows_beside_the_frozen_month_though_no_rate_moves(sign_in: Open, city: Session) -> None:
    close_month(get_division(make.CITY), "2026-10", actor=make.actor(), now=clock.now())
    change_mode(city, Mode.ABANDONED, date(2026, 10, 20))
    words = text_of(sign_in().get("/office/coverage/months"))
    assert re.search(r"有更正 弃管 1 → 2 无物业 1 → 0 2026年", words), words


def test_the_numbers_of_a_closed_month_lead_to_the_estates_as_frozen(sign_in: Open, city: Session) -> None:
    close_month(get_division(make.CITY), "2026-10", actor=make.actor(), now=clock.now())
    estate = city.query(Estate).filter_by(name="翰林花园").one()
    acts.place_estate(
        estate, make.HEPING_COMMUNITY, version=estate.version, reason="划错", actor=make.actor(), now=clock.now()
    )
    city.commit()
    desk = sign_in()
    for page in ("coverage/months", "coverage/bulletin", "coverage/changes?from=2026-10-31"):
        assert re.search(r"group=managed&amp;[^\"]*month=2026-10", desk.get(f"/office/{page}")), page
    assert f"group=managed&amp;division={make.SHENHE}&amp;month=2026-10" in desk.get(
        f"/office/coverage?division={make.SHENHE}"
    )
    listed = f"/office/coverage/estates?division={make.SHENHE}&group=managed"
    assert "翰林花园" not in desk.get(listed + "&on=2026-10-31"), "today's knowledge of the day"
    frozen = desk.get(listed + "&month=2026-10")
    assert "翰林花园" in frozen
    assert "沈河区" in text_of(frozen)
    assert "翰林花园" in desk.fetch(listed + "&month=2026-10&export=csv").text
    assert "尚未结算" in desk.get(listed + "&month=2026-11", 400)
    assert "不是月份" in desk.get(listed + "&month=lately", 400)
    district = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    district.get(listed + "&month=2026-10", 404)
    assert "翰林花园" not in district.get("/office/coverage/estates?group=counted&month=2026-10")
    page = text_of(desk.get("/office/coverage/changes?from=2026-10-31&reason=corrected"))
    assert "两日之间没有变化" in page  # of the city as a whole: it stayed in it
    words = text_of(desk.get(f"/office/coverage/changes?division={make.SHENHE}&from=2026-10-31&reason=corrected"))
    assert "全部原因" in words
    file = desk.fetch(f"/office/coverage/changes?division={make.SHENHE}&from=2026-10-31&export=csv").text
    assert "更正" in file
    assert "翰林花园" in file


def test_what_was_put_right_between_two_days_is_named_beside_the_change(sign_in: Open, city: Session) -> None:
    estate = city.query(Estate).filter_by(name="翰林花园").one()
    acts.correct_estate(
        estate, {"floor_area": 123_400}, version=estate.version, reason="复测", actor=make.actor(), now=clock.now()
    )
    city.commit()
    asked = "/office/coverage/changes?from=2026-11-01"
    words = text_of(sign_in().get(asked))
    assert re.search(
        r"两日之间在登记中更正的内容 1 .*翰林花园 建筑面积 [\d,.]+ ㎡ 1,234.00 ㎡ 2026年11月23日 复测", words
    )
    assert "更正的内容" not in text_of(sign_in().get(asked + "&to=2026-11-22"))  # put right on the day after
    other = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    assert "翰林花园" not in other.get(asked)
    close_month(get_division(make.CITY), "2026-10", actor=make.actor(), now=clock.now())
    city.commit()
    assert "更正的内容" not in text_of(sign_in().get("/office/coverage/changes?from=2026-10-31"))  # a part, where it is


def test_each_rate_shows_what_it_is_made_of_and_leads_to_it(sign_in: Open, city: Session) -> None:
    estate = city.query(Estate).filter_by(name="无人小区").one()
    acts.correct_estate(
        estate, {"households": None}, version=estate.version, reason="不实", actor=make.actor(), now=clock.now()
    )
    city.commit()
    desk = sign_in()
    words = text_of(desk.get("/office/coverage"))
    assert re.search(r"按小区数 50.00% 50.00% 2 2 4 —", words)
    assert re.search(r"按户数 \d+.\d\d% \d+.\d\d% [\d,]+ [\d,]+ [\d,]+ 1 ", words)
    assert "过去日期按今日所知的登记统计" not in words
    for page in ("coverage", "coverage/estates"):
        assert "过去日期按今日所知的登记统计" in desk.get(f"/office/{page}?on=2026-11-22"), page


def test_the_chart_is_the_figures_of_the_months_and_today(sign_in: Open, city: Session) -> None:
    close_month(get_division(make.CITY), "2026-10", actor=make.actor(), now=clock.now())
    city.commit()
    chart = sign_in().fetch("/office/coverage/trend.json").text
    assert '"2026-10"' in chart
    assert "50.0%" in chart


def test_the_points_of_the_parts_add_up_as_they_are_shown(sign_in: Open, city: Session) -> None:
    change_mode(city, Mode.OWNERS_SELF, date(2026, 11, 5))
    words = text_of(sign_in().get(f"/office/coverage/changes?division={make.SHENHE}&from=2026-10-31"))
    assert "33.33%" in words
    assert "66.67%" in words
    assert re.search(r"合计 \+1 0 \+33.34 ", words)


def test_one_kind_has_its_own_course_and_earlier_months_their_page(sign_in: Open, city: Session) -> None:
    make.make_service(make.make_estate("一号楼", kind=EstateKind.SCATTERED_BUILDING), None, Mode.NONE)
    for month in [f"{2025 + at // 12}-{at % 12 + 1:02d}" for at in range(8, 22)]:
        close_month(get_division(make.CITY), month, actor=make.actor(), now=clock.now())
    city.commit()
    desk = sign_in()
    assert "2026-10 40.00%" in text_of(desk.get("/office/coverage"))
    board = desk.get("/office/coverage?kind=scattered_building")
    assert "2026-10 0.00% 0.00% 0 1" in text_of(board)
    assert "kind=scattered_building" in board.partition('data-chart="')[2].partition('"')[0]
    assert "2026-10 覆盖率 0.0%" in desk.fetch("/office/coverage/trend.json?kind=scattered_building").text
    assert "2026-10 —" in text_of(desk.get("/office/coverage?kind=office"))  # a kind that does not count
    page = desk.get("/office/coverage/months")
    assert "2025-10" in page
    assert "2025-09" not in text_of(page)
    (earlier,) = re.findall(r'href="([^"]*until=2025-09)"', page)
    page = desk.get(earlier)
    assert "2025-09 40.00% 2 / 5" in text_of(page)
    assert "更早的月份" not in page
    desk.get("/office/coverage/months?until=lately", 400)


@pytest.mark.parametrize("group", ["gap", "managed", "kind_not_counted", "floor_area_unknown"])
def test_a_list_is_exported_as_it_is_shown(sign_in: Open, city: Session, group: str) -> None:
    answer = sign_in().fetch(f"/office/coverage/estates?group={group}&export=csv")
    assert answer.status_code == 200
    assert ("无人小区" in answer.text) == (group == "gap")
    assert sign_in().fetch("/office/coverage?export=csv").text.count("区") > 1
