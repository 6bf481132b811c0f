"""The monthly bulletin: its sentences as a table, and the whole way from closed months to PDF and docx."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from typing import Any

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.coverage.actions import bulletins
from regulator.features.coverage.actions.months import close_month
from regulator.features.coverage.bulletin import sentences
from regulator.features.coverage.bulletin.grids import changes_table, parts_table, ranks_of
from regulator.features.coverage.bulletin.pictures import MOST_BARS, batched_parts, names_of_bars
from regulator.features.coverage.bulletin.terms import BulletinPhrase
from regulator.features.coverage.bulletin.voice import Voice
from regulator.features.coverage.forecast import Closed, forecast
from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.models import CoverageBulletin
from regulator.features.coverage.queries import bulletins as queries
from regulator.features.coverage.queries.bulletins import BulletinFacts, PartFigure
from regulator.features.coverage.queries.figures import MonthFigure, list_months
from regulator.features.coverage.queries.months import find_month
from regulator.features.coverage.queries.territory import Territory
from regulator.features.coverage.rules.counting import PRACTICE, explain, figure_of, tallies_of
from regulator.features.coverage.statements import figure_statement
from regulator.features.coverage.terms import Explanation, Figure, Line, Measured, WarningKind
from regulator.features.divisions.queries import DivisionRow, get_division
from regulator.features.divisions.terms import Level, Scope
from regulator.features.metrics.actions import set_target
from regulator.features.metrics.terms import Bound, Target
from regulator.features.registry.terms import EstateKind, Mode, RegisterNature
from regulator.foundation import jobs
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import DEFAULT_LOCALE, LOCALES, codes
from regulator.foundation.paging import Count
from tests.factories.registry import (
    CITY,
    CITY_SCOPE,
    HEPING,
    HEPING_COMMUNITY,
    HEPING_SCOPE,
    NOW,
    SHENHE,
    SHENHE_COMMUNITY,
    SHENHE_SCOPE,
    SHENHE_STREET,
    actor,
    decide,
    make_company,
    make_estate,
    make_service,
    make_tree,
)

ZH, EN = Voice(DEFAULT_LOCALE), Voice("en")
DAY, DAY_BEFORE = date(2026, 10, 31), date(2026, 9, 30)
BUREAU = "沈阳市住房和城乡建设局"
PLACE = Territory.of(DivisionRow(CITY, Level.CITY, "沈阳市", None))


# --- sentences ------------------------------------------------------------------------------------------------------


def lines(managed: int, everything: int, **given: Any) -> dict[str, Line]:
    """So many estates of 10,000 ㎡ and 100 households, the first of them in professional hands."""
    usual = {"division_code": SHENHE_COMMUNITY, "kind": EstateKind.RESIDENTIAL, "floor_area": 1_000_000}
    usual |= {"households": 100} | given
    return {
        str(number): Line(str(number), state=Mode.PROFESSIONAL if number < managed else Mode.NONE, **usual)
        for number in range(everything)
    }


def figure(found: Mapping[str, Line]) -> Figure:
    return figure_of(tallies_of(found.values()), PRACTICE)


def goal(percent: float, year: int = 2026) -> Target:
    return Target(TARGETED, CITY, year, int(percent * 100), Bound.FLOOR)


def facts(
    now: Mapping[str, Line], before: Mapping[str, Line] | None = None, target: Target | None = None, **given: Any
) -> BulletinFacts:
    """The facts of October with these estates, and of September where there was one."""
    trend = [MonthFigure("2026-09", DAY_BEFORE, figure(before), NOW, "0" * 64)] if before is not None else []
    trend.append(MonthFigure("2026-10", DAY, figure(now), NOW, "0" * 64))
    row = [Closed(one.month, one.figure.estates) for one in trend]
    usual: dict[str, Any] = {
        "place": PLACE, "name": "沈阳市", "month": "2026-10", "day": DAY, "figure": figure(now),
        "trend": tuple(trend), "told": explain(before, before, now, now, PRACTICE) if before is not None else None,
        "parts": (), "unplaced": None, "target": target, "target_set_by": "沈阳市",
        "forecast": forecast(row, figure(now).estates, target, date(2026, 11, 1)), "rule": PRACTICE,
        "warnings": dict.fromkeys(WarningKind, Count(0)), "content_hash": "0" * 64, "closed_on": NOW, "made_at": NOW,
        "register_version": 1, "is_demo": False,
    }  # fmt: skip
    return BulletinFacts(**(usual | given))


def test_the_state_in_the_bureaus_words() -> None:
    told = ZH.paragraph(sentences.state_sentences(facts(lines(784, 1000)), ZH))
    assert told == (
        "截至2026年10月31日，全市计入统计的住宅小区和散楼共1000个，其中已实施物业管理784个，覆盖率78.4%；"
        "专业化管理784个，专业化覆盖率78.4%。"
        "按建筑面积计，计入1000.00万㎡，已管理784.00万㎡，覆盖率78.4%。"
        "按户数计，计入100000户，已管理78400户，覆盖率78.4%。"
        "尚未纳管216个，其中无物业216个、弃管0个。"
    )
    told = EN.paragraph(sentences.state_sentences(facts(lines(784, 1000)), EN))
    assert told == (
        "As of 31 October 2026, 1,000 estates count in the city (Residential estate and Scattered building); 784 of "
        "them are managed, a coverage rate of 78.4%; 784 are managed professionally, a professional rate of 78.4%. "
        "By floor area 7,840,000 ㎡ of 10,000,000 ㎡ are managed, 78.4%. By households 78,400 of 100,000 are managed, "
        "78.4%. Not managed: 216, of them never managed 216 and abandoned 0."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(lines(0, 0), "全市没有计入统计的住宅小区和散楼，覆盖率无从计算。", id="nothing-to-divide-by"),
        pytest.param(lines(1, 2, floor_area=None), "计入统计的小区均未登记建筑面积", id="no-area-known"),
        pytest.param(lines(1, 2, households=None), "计入统计的小区均未登记户数", id="no-households-known"),
        pytest.param(lines(3, 3), "计入统计的小区已全部纳管。", id="everything-managed"),
        pytest.param(lines(1, 1, floor_area=123_456), "计入1,234.56㎡，已管理1,234.56㎡", id="small-area-exact"),
    ],
)
def test_the_state_where_something_is_missing(found: dict[str, Line], said: str) -> None:
    assert said in ZH.paragraph(sentences.state_sentences(facts(found), ZH))


def test_a_district_is_called_by_its_name() -> None:
    district = DivisionRow(SHENHE, Level.DISTRICT, "沈河区", CITY)
    told = ZH.paragraph(sentences.state_sentences(facts(lines(1, 2), place=Territory.of(district), name="沈河区"), ZH))
    assert told.startswith("截至2026年10月31日，沈河区计入统计的")


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        pytest.param(
            lines(781, 1000), lines(784, 1000),
            "覆盖率比上月（78.1%）提高0.3个百分点。本月变动：新纳管3个。", id="risen",
        ),
        pytest.param(
            lines(784, 1000), lines(781, 1000),
            "覆盖率比上月（78.4%）下降0.3个百分点。本月变动：失管3个。", id="fallen",
        ),
        pytest.param(
            lines(784, 1000), lines(784, 1000),
            "覆盖率与上月（78.4%）持平。本月没有影响覆盖率的变动。", id="no-change",
        ),
        pytest.param(
            lines(7840, 10_000), lines(7841, 10_000),
            "覆盖率与上月（78.4%）基本持平，变动不足0.1个百分点。本月变动：新纳管1个。", id="less-than-is-written",
        ),
        pytest.param(
            lines(781, 1000), lines(784, 1002),
            "覆盖率比上月（78.1%）提高0.1个百分点。本月变动：新纳管3个、新增小区2个。", id="several-reasons",
        ),
        pytest.param(None, lines(784, 1000), "上月未作月度结算，本期不作环比。", id="no-month-before"),
        pytest.param(
            lines(0, 0), lines(1, 2), "本月或上月没有计入统计的小区，本期不作环比。本月变动：新增小区2个。",
            id="nothing-to-divide-by-before",
        ),
        pytest.param(
            lines(1, 2), {}, "本月或上月没有计入统计的小区，本期不作环比。本月变动：更正2个。",
            id="nothing-to-divide-by-now",
        ),
    ],
)  # fmt: skip
def test_the_change(before: dict[str, Line] | None, now: dict[str, Line], said: str) -> None:
    assert ZH.paragraph(sentences.change_sentences(facts(now, before), ZH)) == said


def test_a_month_before_that_counts_otherwise_today_is_named() -> None:
    found = facts(lines(8, 10), lines(7, 10))
    published = MonthFigure("2026-09", DAY_BEFORE, figure(lines(5, 10)), NOW, "0" * 64)
    told = ZH.paragraph(sentences.change_sentences(replace(found, trend=(published, found.trend[-1])), ZH))
    assert told == (
        "覆盖率比上月（70.0%）提高10.0个百分点。上月数据按本月统计口径和辖区重新计算，上月公布数为50.0%。"
        "本月变动：新纳管1个。"
    )


@pytest.mark.parametrize(
    ("before", "now", "target", "said"),
    [
        pytest.param(None, (73, 100), None, "2026年未设定覆盖率目标。", id="no-target"),
        pytest.param(None, (80, 100), goal(80), "已达到2026年目标80%（沈阳市设定）。", id="met-exactly"),
        pytest.param(
            None, (0, 0), goal(80), "2026年目标为80%（沈阳市设定），因没有计入统计的小区，无法对照。", id="unmeasured"
        ),
        pytest.param(
            None, (73, 100), goal(82.5),
            "距2026年目标82.5%（沈阳市设定）差9.5个百分点，尚需净增纳管10个。至年底还有2个月，平均每月需净增纳管5个。"
            "已结算的月份不足两个，进度暂无从推算。",
            id="no-pace-yet",
        ),
        pytest.param(
            (69, 100), (73, 100), goal(80),
            "距2026年目标80%（沈阳市设定）差7.0个百分点，尚需净增纳管7个。至年底还有2个月，平均每月需净增纳管4个。"
            "近1个月平均每月净增纳管4个。按此进度，预计2026年12月达到目标。",
            id="in-time",
        ),
        pytest.param(
            (72, 100), (73, 100), goal(80),
            "距2026年目标80%（沈阳市设定）差7.0个百分点，尚需净增纳管7个。至年底还有2个月，平均每月需净增纳管4个。"
            "近1个月平均每月净增纳管1个。按此进度，预计2027年5月才能达到目标，晚于目标年度。",
            id="late",
        ),
        pytest.param(
            (74, 100), (73, 100), goal(80),
            "距2026年目标80%（沈阳市设定）差7.0个百分点，尚需净增纳管7个。至年底还有2个月，平均每月需净增纳管4个。"
            "近1个月平均每月净减1个。按此进度无法达到目标。",
            id="falling",
        ),
        pytest.param(
            (73, 100), (73, 100), goal(80),
            "距2026年目标80%（沈阳市设定）差7.0个百分点，尚需净增纳管7个。至年底还有2个月，平均每月需净增纳管4个。"
            "近1个月没有净增。按此进度无法达到目标。",
            id="standing-still",
        ),
        pytest.param(
            None, (7999, 10_000), goal(80),
            "距2026年目标80%（沈阳市设定）不足0.1个百分点，尚需净增纳管1个。至年底还有2个月，平均每月需净增纳管1个。"
            "已结算的月份不足两个，进度暂无从推算。",
            id="nearer-than-is-written",
        ),
    ],
)  # fmt: skip
def test_target_and_forecast(
    before: tuple[int, int] | None, now: tuple[int, int], target: Target | None, said: str
) -> None:
    found = facts(lines(*now), lines(*before) if before else None, target)
    assert ZH.paragraph(sentences.target_sentences(found, ZH)) == said


def test_in_december_the_year_is_over() -> None:
    found = facts(lines(73, 100), None, goal(80))
    over = forecast([], found.figure.estates, goal(80), date(2027, 1, 1))
    told = ZH.paragraph(sentences.target_sentences(replace(found, forecast=over), ZH))
    assert "年度已结束。" in told
    assert "每月需" not in told


def test_a_pace_is_written_with_one_decimal_at_most() -> None:
    found = facts(lines(73, 100), None, goal(80))
    slow = replace(found.forecast, pace=Fraction(4, 3), pace_months=3, reached_in="2027-04")
    told = EN.paragraph(sentences.target_sentences(replace(found, forecast=slow), EN))
    assert "Over the last 3 months the net gain was 1.3 managed estates a month." in told
    assert told.endswith("At this pace the target is reached in April 2027 only, after its year.")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        pytest.param({}, "截至2026年10月31日，没有需要预警的小区。", id="nothing"),
        pytest.param(
            {WarningKind.DISMISSED: 2, WarningKind.ABANDONED: 1001},
            "截至2026年10月31日，需要关注的小区（不限于计入统计的类型）：业主已通知解聘2个、弃管且无管护责任人1000个以上。",
            id="two-kinds-and-a-ceiling",
        ),
    ],
)
def test_warnings(counts: dict[WarningKind, int], said: str) -> None:
    warnings = {kind: Count(counts.get(kind, 0)) for kind in WarningKind}
    assert sentences.warning_sentence(facts(lines(1, 1), warnings=warnings), ZH) == said


@pytest.mark.parametrize("phrase", BulletinPhrase)
def test_both_languages_say_everything_with_the_same_parameters(phrase: BulletinPhrase) -> None:
    msgid = f"BulletinPhrase.{phrase.value}"
    said = {locale: codes(locale).gettext(msgid) for locale in LOCALES}
    assert msgid not in said.values()
    found = {locale: set(re.findall(r"%\((\w+)\)s", words)) for locale, words in said.items()}
    if phrase == BulletinPhrase.AREA_LARGE:
        assert found[DEFAULT_LOCALE] == {"ten_thousands"}  # 万 is how Chinese counts; English writes them out
        return
    assert found[DEFAULT_LOCALE] == found["en"]


# --- tables ---------------------------------------------------------------------------------------------------------


def test_equal_rates_share_a_rank_and_small_divisions_have_none() -> None:
    found = {"a": (9, 10), "b": (9, 10), "c": (45, 50), "d": (8, 10), "e": (4, 4), "f": (5, 5), "g": (0, 0)}
    ranks = ranks_of({code: Measured(managed, managed, all_) for code, (managed, all_) in found.items()})
    assert ranks == {"f": 1, "a": 2, "b": 2, "c": 2, "d": 5}


def part(code: str, name: str, now: tuple[int, int], before: tuple[int, int] | None = None) -> PartFigure:
    division = DivisionRow(code, Level.STREET, name, SHENHE)
    earlier = figure(lines(*before)) if before else None
    return PartFigure(division, figure(lines(*now)), earlier, goal(80))


def test_divisions_stand_in_rows_with_what_is_not_placed_and_the_whole() -> None:
    parts = (part("210103001", "甲街道", (6, 10), (7, 10)), part("210103002", "乙街道", (4, 4)))
    found = facts(lines(10, 15), lines(9, 15), goal(80), parts=parts, unplaced=figure(lines(0, 1)))
    table = parts_table(found, ZH)
    assert table is not None
    assert table.rows == (
        ("甲街道", "10", "6", "60.0%", "60.0%", "60.0%", "60.0%", "80%", "2", "−10.0", "1"),
        ("乙街道", "4", "4", "100.0%", "100.0%", "100.0%", "100.0%", "80%", "0", "—", "—"),
        ("所属区域待定", "1", "0", "0.0%", "0.0%", "0.0%", "0.0%", "—", "—", "—", "—"),
        ("合计", "15", "10", "66.7%", "66.7%", "66.7%", "66.7%", "80%", "2", "+6.7", "—"),
    )
    assert parts_table(facts(lines(1, 1)), ZH) is None


def test_the_reasons_add_up_to_the_change() -> None:
    before = lines(70, 100)
    now = {**lines(73, 102), "99": replace(lines(0, 100)["99"], state="demolished")}
    told: Explanation = explain(before, before, now, now, PRACTICE)
    table = changes_table(told, ZH)
    assert table is not None
    *rows, whole = table.rows
    for column in (1, 2, 3, 4):
        numbers = [float(row[column].replace("−", "-")) for row in (*rows, whole)]
        assert round(sum(numbers[:-1]), 1) == numbers[-1]
    assert whole == ("合计", "6", "+3", "+1", "+2.3")
    assert changes_table(None, ZH) is None


@pytest.mark.parametrize(("parts", "sizes"), [(0, []), (1, [1]), (20, [20]), (21, [11, 10]), (41, [14, 14, 13])])
def test_many_bars_go_on_several_pictures_nearly_as_large(parts: int, sizes: list[int]) -> None:
    found = [part(str(number), str(number), (1, 1)) for number in range(parts)]
    assert [len(group) for group in batched_parts(found)] == sizes
    assert max(sizes, default=0) <= MOST_BARS


def test_two_divisions_of_one_name_are_told_apart() -> None:
    found = names_of_bars([part("1", "东街", (1, 1)), part("2", "东街", (1, 1)), part("3", "西街", (1, 1))])
    assert found == {"1": "东街 1", "2": "东街 2", "3": "西街"}


# --- the whole way --------------------------------------------------------------------------------------------------


@pytest.fixture
def city(session: Session) -> Session:
    """A demo register of two districts with September and October closed and a target of 80 %."""
    make_tree()
    decide(RegisterNature.DEMO)
    for number in range(7):
        make_service(make_estate(f"沈河{number}"), make_company())
    for began in (date(2020, 1, 1), date(2026, 10, 10)):  # the second one was lost in October
        lost = make_estate("失管花园")
        make_service(
            lost, None, Mode.OWNERS_SELF, began_on=date(2015, 1, 1), ended_on=date.fromordinal(began.toordinal() - 1)
        )
        make_service(lost, None, Mode.ABANDONED, began_on=began)
    make_service(make_estate("和平花园", HEPING_COMMUNITY), None, Mode.NONE)
    make_service(make_estate("街道花园", SHENHE_STREET), make_company())
    for month in ("2026-09", "2026-10"):
        close_month(get_division(CITY), month, actor=actor(), now=NOW)
    set_target(CITY_SCOPE, TARGETED, CITY, 2026, 8000, actor=actor(), now=NOW)
    session.commit()
    return session


def place(code: str) -> Territory:
    return Territory.of(get_division(code))


def made(code: str | Territory, month: str = "2026-10", language: str = DEFAULT_LOCALE) -> CoverageBulletin | None:
    """The bulletin after the worker has done what waits."""
    ask(code, month, language)
    while jobs.run_next("test:1:1"):
        pass
    return queries.find_bulletin(code if isinstance(code, Territory) else place(code), month, language)


def ask(code: str | Territory, month: str = "2026-10", language: str = DEFAULT_LOCALE) -> Any:
    found = bulletins.ask_for_bulletin(
        code if isinstance(code, Territory) else place(code),
        month,
        language,
        author=BUREAU,
        actor=actor(),
        now=datetime.now(UTC),
    )
    queries.session().commit()
    return found


def text_of(name: str) -> str:
    pages = PdfReader(BytesIO(queries.bulletin_room().read(name))).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def test_the_pdf_says_the_figures_the_api_says(city: Session) -> None:
    found = made(SHENHE)
    assert found is not None
    told = text_of(found.pdf)
    [*_, october] = list_months(get_division(SHENHE))
    said = figure_statement(SHENHE, DAY, october.figure, None)
    estates, area = said["by"]["estates"], said["by"]["floor_area"]
    assert (estates["managed"], estates["all"]) == (8, 10)
    assert f"共{estates['all']}个，其中已实施物业管理{estates['managed']}个，覆盖率{estates['rate'] * 100:.1f}%" in told
    assert f"已管理{area['managed'] / 10_000:.2f}万㎡，覆盖率{area['rate'] * 100:.1f}%" in told
    assert f"弃管{said['modes']['abandoned']['estates']}个" in told
    assert "覆盖率比上月（90.0%）下降10.0个百分点。本月变动：失管1个。" in told
    assert "已达到2026年目标80%（沈阳市设定）" in told
    month = find_month(CITY, "2026-10")
    assert month is not None
    assert month.content_hash in told
    for words in ("沈河区物业管理覆盖情况月报", "演示数据", "朱剪炉街道", "本市未另行规定，按通行做法统计", "在建"):
        assert words in told


def test_the_docx_opens_and_has_the_same_table_and_both_charts(city: Session) -> None:
    found = made(CITY)
    assert found is not None
    document = docx.Document(BytesIO(queries.bulletin_room().read(found.docx)))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0][:4] == ["区域", "计入", "已管", "覆盖率"]
    assert rows[1:] == [
        ["和平区", "1", "0", "0.0%", "0.0%", "0.0%", "0.0%", "80%", "1", "0.0", "—"],
        ["沈河区", "10", "8", "80.0%", "80.0%", "80.0%", "80.0%", "80%", "0", "−10.0", "1"],
        ["合计", "11", "8", "72.7%", "72.7%", "72.7%", "72.7%", "80%", "1", "−9.1", "—"],
    ]
    assert len(document.inline_shapes) == 2
    assert document.core_properties.author == BUREAU
    assert any("演示数据" in paragraph.text for paragraph in document.paragraphs)


def test_in_english_no_chinese_sentence_is_left(city: Session) -> None:
    found = made(CITY, language="en")
    assert found is not None
    told = text_of(found.pdf)
    assert "11estatescountinthecity" in told
    names = {"沈阳市", "和平区", "沈河区", "沈阳市住房和城乡建设局", "物业管理条例", "民法典"}
    for name in sorted(names, key=len, reverse=True):
        told = told.replace(name, "")
    assert re.findall(r"[\u4e00-\u9fff，。、（）]+", told) == []


def test_a_bulletin_is_made_once_and_found_again(city: Session) -> None:
    first = made(CITY)
    assert first is not None
    kept = (first.pdf, first.docx, first.made_at, first.basis)
    assert ask(CITY) is None
    city.expire_all()
    make_service(make_estate("后来的小区"), make_company())  # corrections show in the next one
    city.commit()
    again = queries.find_bulletin(place(CITY), "2026-10", DEFAULT_LOCALE)
    assert again is not None
    assert (again.pdf, again.docx, again.made_at, again.basis) == kept
    acts = city.scalars(select(AuditEntry.act).where(AuditEntry.act == "coverage.bulletin_asked")).all()
    assert len(acts) == 1


def test_what_was_made_before_goes_when_it_is_made_anew_and_a_crash_leaves_nothing_for_long(city: Session) -> None:
    first, other = made(SHENHE), made(HEPING)
    assert first is not None
    assert other is not None
    gone, room = {first.pdf, first.docx}, queries.bulletin_room()
    stay = {other.pdf, other.docx}
    set_target(CITY_SCOPE, TARGETED, SHENHE, 2026, 9500, actor=actor(), now=NOW)
    city.commit()
    second = made(SHENHE)
    assert second is not None
    stay |= {second.pdf, second.docx}
    assert set(room.list_names()) == stay
    assert not gone & stay
    left = room.keep([b"a crash came before the row"], maximum=100)
    shelf, now = int(left[:2], 16), datetime.now(UTC)
    minute = now + timedelta(minutes=(shelf - int(now.timestamp() // 60)) % 256)
    bulletins.forget_left_files(minute)
    assert room.has(left)  # it may still be wanted
    for name in sorted({left[:2], *(file[:2] for file in stay)}):
        late = now + timedelta(days=2)
        late += timedelta(minutes=(int(name, 16) - int(late.timestamp() // 60)) % 256)
        bulletins.forget_left_files(late)
    assert set(room.list_names()) == stay


def test_another_target_or_a_lost_file_has_it_made_anew(city: Session) -> None:
    first = made(SHENHE)
    assert first is not None
    basis = first.basis
    set_target(CITY_SCOPE, TARGETED, SHENHE, 2026, 9500, actor=actor(), now=NOW)
    city.commit()
    assert queries.find_bulletin(place(SHENHE), "2026-10", DEFAULT_LOCALE) is None
    second = made(SHENHE)
    assert second is not None
    assert second.basis != basis
    assert "距2026年目标95%（沈河区设定）差15.0个百分点，尚需净增纳管2个" in text_of(second.pdf)
    queries.bulletin_room().forget(second.docx)
    assert queries.find_bulletin(place(SHENHE), "2026-10", DEFAULT_LOCALE) is None
    assert made(SHENHE) is not None


def test_while_one_is_being_made_no_second_is_asked_for(city: Session) -> None:
    job = ask(CITY)
    assert ask(CITY) == job
    assert ask(CITY, language="en") != job
    assert ask(CITY, "2026-09") != job
    assert bulletins.find_work(place(CITY), "2026-10", DEFAULT_LOCALE) == job


def test_the_first_month_has_no_month_before(city: Session) -> None:
    found = made(SHENHE, "2026-09")
    assert found is not None
    assert "上月未作月度结算，本期不作环比。" in text_of(found.pdf)


def test_a_street_has_one_with_what_is_not_placed(city: Session) -> None:
    found = made(SHENHE_STREET)
    assert found is not None
    told = text_of(found.pdf)
    assert "沈河区朱剪炉街道物业管理覆盖情况月报" in told
    assert "所属区域待定11100.0%" in told


@pytest.mark.parametrize("month", ["2026-11", "2026-08", "x", "2026-13"])
def test_a_month_that_is_not_closed_has_none(city: Session, month: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask(CITY, month)
    assert refused.value.code == "bulletin_month_open"
    with pytest.raises(BadInput):
        queries.gather_facts(place(CITY), month, now=NOW)


def test_a_community_has_none(city: Session) -> None:
    with pytest.raises(BadInput):
        queries.gather_facts(place(SHENHE_COMMUNITY), "2026-10", now=NOW)


def test_a_job_for_a_month_that_is_not_closed_fails_with_that_reason(city: Session) -> None:
    asked = {"divisions": [CITY], "name": "沈阳市", "month": "2026-11", "language": "en", "author": BUREAU}
    job_id = jobs.enqueue(bulletins.BULLETIN_JOB, asked, subject="x", now=datetime.now(UTC))
    city.commit()
    assert jobs.run_next("test:1:1")
    job = jobs.find_job(job_id)
    assert job is not None
    assert (job.state, job.error_code) == ("failed", "bulletin_month_open")


@pytest.mark.parametrize(
    ("scope", "code", "found"),
    [
        pytest.param(CITY_SCOPE, CITY, True, id="the-city-its-own"),
        pytest.param(CITY_SCOPE, SHENHE_STREET, True, id="the-city-a-street"),
        pytest.param(SHENHE_SCOPE, SHENHE, True, id="a-district-its-own"),
        pytest.param(SHENHE_SCOPE, HEPING, False, id="a-district-another"),
        pytest.param(SHENHE_SCOPE, CITY, False, id="a-district-the-whole-city"),
        pytest.param(HEPING_SCOPE, SHENHE_STREET, False, id="another-districts-street"),
        pytest.param(Scope.division(SHENHE_STREET), SHENHE, False, id="a-street-its-district"),
        pytest.param(Scope.division(SHENHE_COMMUNITY), SHENHE_STREET, False, id="a-community-its-street"),
        pytest.param(CITY_SCOPE, SHENHE_COMMUNITY, False, id="of-communities-no-months-are-kept"),
        pytest.param(CITY_SCOPE, "999999", False, id="nobody-knows-it"),
    ],
)
def test_whose_bulletin_an_official_may_see(city: Session, scope: Scope, code: str, *, found: bool) -> None:
    assert (queries.find_place(scope, code) is not None) == found
    if not found:
        with pytest.raises(NotFound):
            queries.get_place(scope, code)
