"""A management area of several divisions as a whole, and the closed months of communities: they add up from parts."""

import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from regulator.features.coverage.actions import bulletins
from regulator.features.coverage.actions.months import close_month
from regulator.features.coverage.board import target_of_all
from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.queries import bulletins as queries
from regulator.features.coverage.queries import communities, figures
from regulator.features.coverage.queries.figures import closed_months, course_of_whole, courses, list_months
from regulator.features.coverage.queries.months import find_month, frozen_lines, why_changed
from regulator.features.coverage.queries.territory import Territory, territory_from, territory_of
from regulator.features.coverage.rules.counting import canonical
from regulator.features.coverage.terms import Line, Measure, Measured
from regulator.features.divisions.actions import set_management_area
from regulator.features.divisions.queries import find_scope, get_division
from regulator.features.divisions.terms import Scope
from regulator.features.metrics.actions import set_target
from regulator.features.metrics.queries import targets_of
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation import jobs
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.extensions import db
from regulator.foundation.i18n import DEFAULT_LOCALE
from tests.factories import registry as make
from tests.features.coverage.test_bulletin import text_of

NOW = datetime(2026, 11, 5, 4, tzinfo=UTC)
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)
AREA = "浑南高新区"


@pytest.fixture
def area(session: Session) -> Territory:
    """Heping's street and the district of Shenhe; of the city's three months, in the last one an estate is lost."""
    make.make_tree()
    for _ in range(3):
        make.make_service(make.make_estate(), make.make_company())
    lost = make.make_estate("失管花园")
    make.make_service(lost, None, Mode.OWNERS_SELF, ended_on=date(2026, 10, 9))
    make.make_service(lost, None, Mode.ABANDONED, began_on=date(2026, 10, 10))
    make.make_service(make.make_estate("和平花园", make.HEPING_COMMUNITY), make.make_company())
    make.make_service(make.make_estate("和平散楼", make.HEPING_STREET), None, Mode.NONE)
    make.make_service(make.make_estate("区属花园", make.HEPING), None, Mode.NONE)  # outside the area
    codes = [make.SHENHE, make.HEPING_STREET]
    set_management_area("GX", AREA, codes, actor=make.actor(), now=NOW)
    for month in ("2026-08", "2026-09", "2026-10"):
        close_month(get_division(make.CITY), month, actor=make.actor(), now=NOW)
    session.commit()
    return territory_of(scope_of("GX"))


def scope_of(code: str) -> Scope:
    scope = find_scope(code)
    assert scope is not None
    return scope


def together(divisions: Iterable[str], day: date) -> Measured:
    found = [figures.figure_on(code, day).estates for code in divisions]
    return found[0].plus(found[1])


def test_the_months_of_an_area_are_those_of_its_divisions_together(area: Territory) -> None:
    assert (area.codes, area.name, area.code) == ((make.HEPING_STREET, make.SHENHE), AREA, None)
    found = {item.month: item.figure.estates for item in list_months(area)}
    assert found == {"2026-08": Measured(5, 4, 6), "2026-09": Measured(5, 4, 6), "2026-10": Measured(4, 4, 6)}
    assert found["2026-10"] == together(area.codes, OCTOBER) == figures.figure_of_whole(area, OCTOBER).estates
    course = courses(area.divisions, closed_months(area))
    assert course_of_whole(course[code] for code in area.codes) == found
    assert territory_from(["210103", "210102001"], AREA) == area
    with pytest.raises(NotFound):
        territory_from(["999999"], AREA)


def test_why_an_area_changed_adds_up_and_begins_from_the_frozen_months(area: Territory, session: Session) -> None:
    moved = make.make_estate("新来花园", make.HEPING_COMMUNITY)
    make.make_service(moved, make.make_company(), began_on=date(2026, 9, 5))  # known only after the month was closed
    told = why_changed(area, SEPTEMBER, OCTOBER)
    assert told.first[Measure.ESTATES] == list_months(area)[1].figure.estates
    assert told.last[Measure.ESTATES] == list_months(area)[2].figure.estates
    for measure in Measure:
        added = told.first[measure]
        for part in told.parts:
            added = added.plus(part.by[measure])
        assert added == told.last[measure]
    assert [part.reason.value for part in told.parts] == ["lost"]
    assert [part.reason.value for part in why_changed(area, SEPTEMBER, date(2026, 11, 1)).parts] == ["lost", "added"]
    assert frozen_lines(area, date(2026, 10, 30)) is None
    frozen = frozen_lines(area, OCTOBER)
    assert frozen is not None
    assert {line.division_code[:6] for line in frozen.values()} == {"210102", "210103"}
    assert len(frozen) == 6


def test_an_area_has_a_bulletin_of_its_own_with_its_divisions_side_by_side(area: Territory, session: Session) -> None:
    set_target(make.CITY_SCOPE, TARGETED, make.CITY, 2026, 8000, actor=make.actor(), now=NOW)
    session.commit()
    for place in (area, Territory.of(get_division(make.SHENHE))):
        bulletins.ask_for_bulletin(place, "2026-10", DEFAULT_LOCALE, author="局", actor=make.actor(), now=NOW)
    session.commit()
    while jobs.run_next("test:1:1"):
        pass
    found = queries.find_bulletin(area, "2026-10", DEFAULT_LOCALE)
    assert found is not None
    told = text_of(found.pdf)
    for words in (
        f"{AREA}物业管理覆盖情况月报",
        f"{AREA}计入统计的住宅小区和散楼共6个，其中已实施物业管理4个",
        "覆盖率66.7%",
    ):
        assert words in told
    assert "浑河湾街道" in told
    assert "距2026年目标80%（沈阳市设定）差13.3个百分点，尚需净增纳管1个" in told
    other = queries.find_bulletin(Territory.of(get_division(make.SHENHE)), "2026-10", DEFAULT_LOCALE)
    assert other is not None
    assert other.pdf != found.pdf
    with pytest.raises(BadInput):
        queries.find_bulletin(area, "2026-11", DEFAULT_LOCALE)


def test_an_area_has_a_target_where_its_divisions_have_the_same(area: Territory) -> None:
    set_target(make.CITY_SCOPE, TARGETED, make.CITY, 2026, 8000, actor=make.actor(), now=NOW)
    found = target_of_all(targets_of(TARGETED, area.codes, 2026), area.codes)
    assert found is not None
    assert (found.value, found.division_code) == (8000, make.CITY)
    set_target(make.CITY_SCOPE, TARGETED, make.SHENHE, 2026, 9000, actor=make.actor(), now=NOW)
    assert target_of_all(targets_of(TARGETED, area.codes, 2026), area.codes) is None
    assert target_of_all({}, area.codes) is None


# --- communities ----------------------------------------------------------------------------------------------------


def test_a_communitys_months_are_counted_from_the_packed_ones_once(area: Territory, session: Session) -> None:
    place = get_division(make.SHENHE_COMMUNITY)
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    found = {item.month: item.figure.estates for item in list_months(place)}
    assert found == {"2026-08": Measured(4, 3, 4), "2026-09": Measured(4, 3, 4), "2026-10": Measured(3, 3, 4)}
    known = figures.figure_on(make.SHENHE_COMMUNITY, OCTOBER).estates
    assert known == found["2026-10"]
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        course = courses([place, get_division(make.HEPING_COMMUNITY)], closed_months(place))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert course[make.SHENHE_COMMUNITY] == found
    assert course[make.HEPING_COMMUNITY]["2026-10"] == Measured(1, 1, 1)
    assert sum("coverage_month.content," in statement for statement in seen) <= 3  # the other street's alone
    street = figures.overview_on(make.SHENHE_STREET, OCTOBER)
    assert [part.figure.estates for part in street.parts] == [found["2026-10"]]


def test_months_too_far_back_for_a_page_are_left_out(area: Territory, monkeypatch: pytest.MonkeyPatch) -> None:
    month = find_month(make.CITY, "2026-10")
    assert month is not None
    monkeypatch.setattr(communities, "ESTATES_AT_ONCE", 2 * month.estates)
    place = get_division(make.SHENHE_COMMUNITY)
    assert [item.month for item in list_months(place)] == ["2026-09", "2026-10"]
    assert list(closed_months(place)) == ["2026-09", "2026-10"]
    monkeypatch.setattr(communities, "ESTATES_AT_ONCE", 1)
    assert [item.month for item in list_months(place)] == ["2026-10"]  # the latest always


def test_digits_of_an_area_are_not_taken_for_a_place() -> None:
    lines = [
        Line("1", "210103001001", EstateKind.RESIDENTIAL, Mode.NONE, 210103002, None),
        Line("2", "210103002001", EstateKind.RESIDENTIAL, Mode.NONE, 210103002, 5),
        Line("3", "210103002", EstateKind.RESIDENTIAL, Mode.NONE, None, None),
    ]
    found = list(communities.lines_under(zlib.decompress(zlib.compress(canonical(lines))), "210103002"))
    assert found == lines[1:]
