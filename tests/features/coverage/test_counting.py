"""Coverage on both databases: tallies follow every act, midnight and imports; closed months stay; verify finds lies."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from regulator.features.calendar.actions import seed_calendar
from regulator.features.calendar.seeding import known_years
from regulator.features.coverage.actions import tallies
from regulator.features.coverage.actions.counting_rule import set_counting_rule
from regulator.features.coverage.actions.months import close_due, close_month
from regulator.features.coverage.models import CoverageMonth
from regulator.features.coverage.queries import integrity
from regulator.features.coverage.queries.counting import count_on, counted_day, list_lines, rule_on
from regulator.features.coverage.queries.estates import list_counted
from regulator.features.coverage.queries.figures import figure_on, list_months, overview_on
from regulator.features.coverage.queries.frozen import list_frozen
from regulator.features.coverage.queries.months import closing_of, explanation, next_closing
from regulator.features.coverage.queries.territory import Territory
from regulator.features.coverage.rules.counting import PRACTICE, figure_of, state_of, tallies_of
from regulator.features.coverage.terms import ChangeReason, Exclusion, Group, Measure, Measured
from regulator.features.divisions.models import Division
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Level
from regulator.features.registry import signals
from regulator.features.registry.actions import estates as estate_acts
from regulator.features.registry.actions import services as service_acts
from regulator.features.registry.queries.services import list_period_facts
from regulator.features.registry.rules.services import mode_on
from regulator.features.registry.terms import Condition, EstateKind, Mode, RegisterNature
from regulator.foundation.errors import BadInput
from regulator.law.calendar import Due
from regulator.law.findings import Refused
from tests.factories.registry import (
    CITY,
    CITY_SCOPE,
    HEPING,
    HEPING_COMMUNITY,
    HEPING_STREET,
    NOW,
    SHENHE,
    SHENHE_COMMUNITY,
    SHENHE_STREET,
    TODAY,
    actor,
    decide,
    make_company,
    make_estate,
    make_service,
    make_tree,
)

DAY = timedelta(days=1)
LAST = date(2026, 9, 30)


@pytest.fixture
def city(session: Session) -> Session:
    """The small world's tree, counted from now on."""
    make_tree()
    decide(RegisterNature.REAL)
    tallies.start_counting(NOW)
    return session


def agree() -> None:
    """What is kept is what a fresh count gives."""
    assert [name for name, check in integrity.CHECKS.items() if check()] == []


def test_each_act_is_counted_in_its_own_transaction(city: Session) -> None:
    company = make_company()
    values = {
        "name": "翰林花园", "division_code": SHENHE_COMMUNITY, "kind": EstateKind.RESIDENTIAL,
        "condition": Condition.OCCUPIED, "floor_area": 8_160_000, "households": 812,
    }  # fmt: skip
    estate = estate_acts.register_estate(values, actor=actor(), now=NOW)
    assert figure_on(SHENHE, TODAY).excluded[Exclusion.MODE_UNKNOWN].estates == 1
    agree()
    service_acts.change_service(
        estate, mode=Mode.PROFESSIONAL, company=company, began_on=date(2026, 1, 1), version=1, actor=actor(), now=NOW
    )
    for code in (CITY, SHENHE, SHENHE_STREET, SHENHE_COMMUNITY):
        assert figure_on(code, TODAY).by == {
            Measure.ESTATES: Measured(1, 1, 1),
            Measure.FLOOR_AREA: Measured(8_160_000, 8_160_000, 8_160_000),
            Measure.HOUSEHOLDS: Measured(812, 812, 812),
        }
    assert figure_on(HEPING, TODAY).estates == Measured(0, 0, 0)
    agree()
    reason = {"reason": "测量", "actor": actor(), "now": NOW}
    estate_acts.correct_estate(estate, {"floor_area": None}, version=estate.version, **reason)
    assert figure_on(CITY, TODAY).by[Measure.FLOOR_AREA] == Measured(0, 0, 0)
    assert figure_on(CITY, TODAY).excluded[Exclusion.FLOOR_AREA_UNKNOWN].estates == 1
    estate_acts.place_estate(estate, HEPING_COMMUNITY, version=estate.version, **reason)
    assert figure_on(SHENHE, TODAY).estates.all == 0
    assert figure_on(HEPING_STREET, TODAY).estates == Measured(1, 1, 1)
    agree()
    estate_acts.retire_estate(estate, day=TODAY, version=estate.version, **reason)
    assert figure_on(CITY, TODAY).estates.all == 0
    assert figure_on(CITY, TODAY).excluded[Exclusion.RETIRED].estates == 1
    agree()


def test_any_past_day_is_counted_from_the_periods(city: Session) -> None:
    estate = make_estate(condition_since=date(2020, 6, 1))
    make_service(estate, None, Mode.OWNERS_SELF, began_on=date(2021, 1, 1), ended_on=date(2023, 12, 31))
    make_service(estate, None, Mode.ABANDONED, began_on=date(2024, 1, 1))
    tallies.count_all(NOW)
    found = {day: figure_on(CITY, day) for day in (date(2020, 5, 31), date(2020, 6, 1), date(2023, 12, 31), TODAY)}
    assert [figure.estates for figure in found.values()] == [
        Measured(0, 0, 0), Measured(0, 0, 0), Measured(1, 0, 1), Measured(0, 0, 1),
    ]  # fmt: skip
    assert found[date(2020, 5, 31)].excluded[Exclusion.UNDER_CONSTRUCTION].estates == 1
    assert found[date(2020, 6, 1)].excluded[Exclusion.MODE_UNKNOWN].estates == 1
    assert found[TODAY].modes[Mode.ABANDONED].estates == 1


def test_a_retired_period_and_a_contract_count_nowhere(city: Session) -> None:
    estate = make_estate()
    make_service(estate, None, Mode.OWNERS_SELF, retired_on=date(2022, 1, 1))
    assert figure_on(CITY, TODAY, []).estates == Measured(0, 0, 0)
    assert next(iter(list_lines(CITY_SCOPE, TODAY).values())).state == Exclusion.MODE_UNKNOWN


def test_parts_and_what_is_not_placed_make_the_whole(city: Session) -> None:
    make_service(make_estate(division_code=SHENHE_COMMUNITY))
    make_service(make_estate(division_code=SHENHE_STREET), None, Mode.NONE)
    make_service(make_estate(division_code=HEPING_COMMUNITY), None, Mode.ABANDONED)
    tallies.count_all(NOW)
    whole = overview_on(CITY, TODAY)
    assert {part.division.code: part.figure.estates for part in whole.parts} == {
        HEPING: Measured(0, 0, 1),
        SHENHE: Measured(1, 1, 2),
    }
    assert whole.whole.estates == Measured(1, 1, 3)
    assert whole.unplaced is None
    street = overview_on(SHENHE_STREET, TODAY)
    assert street.unplaced is not None
    assert street.unplaced.estates == Measured(0, 0, 1)
    assert street.whole.estates == Measured(1, 1, 2)


def test_without_tallies_everything_is_counted_anew(session: Session) -> None:
    make_tree()
    make_service(make_estate())
    assert counted_day() is None
    assert figure_on(CITY, TODAY).estates == Measured(1, 1, 1)
    agree()


def test_over_midnight_what_begins_and_ends_is_counted(city: Session) -> None:
    opening = make_estate(condition_since=TODAY + DAY)
    make_service(opening)
    closing = make_estate("早晚花园", division_code=HEPING_COMMUNITY)
    make_service(closing, None, Mode.OWNERS_SELF, ended_on=TODAY)
    make_service(closing, None, Mode.ABANDONED, began_on=TODAY + DAY)
    make_estate("退出花园", retired_on=TODAY + 2 * DAY)
    tallies.count_all(NOW)
    assert figure_on(CITY, TODAY).estates == Measured(1, 0, 1)
    tallies.roll_over(NOW)
    assert counted_day() == TODAY
    tallies.roll_over(NOW + 2 * DAY)
    assert counted_day() == TODAY + 2 * DAY
    assert figure_on(CITY, TODAY + 2 * DAY).estates == Measured(1, 1, 2)
    assert figure_on(CITY, TODAY + 2 * DAY).excluded[Exclusion.RETIRED].estates == 1
    agree()
    tallies.roll_over(NOW)  # a clock was set back
    assert figure_on(CITY, TODAY).estates == Measured(1, 0, 1)
    agree()


DAYS = st.none() | st.dates(date(2026, 10, 25), date(2026, 11, 5))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=st.none() | st.sampled_from(Mode),
    condition=st.sampled_from(Condition),
    since=DAYS,
    retired=DAYS,
    began=DAYS,
    stated=st.dates(date(2026, 10, 25), date(2026, 11, 5)),
)
def test_the_database_says_what_the_rule_says(
    session: Session,
    mode: Mode | None,
    condition: Condition,
    since: date | None,
    retired: date | None,
    began: date | None,
    stated: date,
) -> None:
    make_tree()
    estate = make_estate(condition=condition, condition_since=since, retired_on=retired)
    if mode is not None:
        make_service(estate, None, mode, began_on=began, stated_for=stated)
    for day in (date(2026, 10, 25), date(2026, 10, 31), TODAY, date(2026, 11, 5)):
        known = mode_on(list_period_facts(estate.id), day)
        expected = state_of(mode=known, condition=condition, condition_since=since, retired_on=retired, day=day)
        lines = list_lines(CITY_SCOPE, day)
        assert lines[estate.code].state == expected
        grouped = [row for found in count_on(CITY_SCOPE, day, 6).values() for row in found]
        assert figure_of(grouped, PRACTICE) == figure_of(tallies_of(lines.values()), PRACTICE)
    session.rollback()


# --- months ---------------------------------------------------------------------------------------------------------


def test_a_closed_month_stays_and_what_was_put_right_shows_beside_it(city: Session) -> None:
    estate = make_estate()
    make_service(estate, None, Mode.OWNERS_SELF)
    tallies.count_all(NOW)
    closed = close_month(get_division(CITY), "2026-09", actor=actor(), now=NOW)
    assert (closed.day, closed.estates, len(closed.content_hash)) == (LAST, 1, 64)
    estate_acts.correct_estate(
        estate, {"households": 900}, version=estate.version, reason="清点", actor=actor(), now=NOW
    )
    [month] = list_months(get_division(SHENHE))
    assert month.figure.by[Measure.HOUSEHOLDS] == Measured(812, 0, 812)
    assert figure_on(SHENHE, LAST).by[Measure.HOUSEHOLDS] == Measured(900, 0, 900)
    told = explanation(SHENHE, LAST, TODAY)
    assert [(part.reason, part.by[Measure.HOUSEHOLDS]) for part in told.parts] == [
        (ChangeReason.AREA_CHANGED, Measured(88, 0, 88))
    ]
    assert told.first[Measure.HOUSEHOLDS] == Measured(812, 0, 812)
    agree()


def test_the_frozen_estates_of_each_group_are_those_the_frozen_figure_counts(city: Session) -> None:
    company = make_company()
    for number, mode in enumerate([*Mode, None]):
        for kind in EstateKind:
            known = number % 3
            estate = make_estate(
                f"{kind}{number}", kind=kind, floor_area=known * 100 or None, households=None if known == 1 else number
            )
            if mode is not None:
                make_service(estate, company if mode is Mode.PROFESSIONAL else None, mode)
    make_estate("在建", condition=Condition.UNDER_CONSTRUCTION)
    close_month(get_division(CITY), "2026-09", actor=actor(), now=NOW)
    (month,) = list_months(get_division(SHENHE))
    place, figure = Territory.of(get_division(SHENHE)), month.figure
    numbers: dict[Group | Mode | Exclusion, int] = dict.fromkeys(Group, figure.gap)
    numbers |= {Group.COUNTED: figure.estates.all, Group.MANAGED: figure.estates.managed}
    numbers |= {mode: amounts.estates for mode, amounts in figure.modes.items()}
    numbers |= {why: amounts.estates for why, amounts in figure.excluded.items()}
    assert sum(bool(number) for number in numbers.values()) > 12
    for group, number in numbers.items():
        frozen = [line.code for line in list_frozen(place, group, "2026-09")]
        counted = list_counted(CITY_SCOPE, get_division(SHENHE), group, day=LAST, limit=200)
        assert len(frozen) == number, group
        assert frozen == [row.code for row in counted.items], group
    with pytest.raises(BadInput):
        list_frozen(place, Group.COUNTED, "2026-08")


@pytest.mark.parametrize("month", ["2026-09", "2026-11", "2026-07"])
def test_months_are_closed_once_in_order_and_when_they_are_over(city: Session, month: str) -> None:
    close_month(get_division(CITY), "2026-09", actor=actor(), now=NOW)
    with pytest.raises(Refused):
        close_month(get_division(CITY), month, actor=actor(), now=NOW)


def test_the_sweep_closes_the_month_before_on_its_day_and_leaves_none_out(city: Session) -> None:
    make_service(make_estate())
    due = Due(date(2026, 11, 6), is_provisional=False)
    assert close_due(NOW, due) == []
    then = datetime(2026, 11, 6, 4, tzinfo=UTC)
    assert close_due(then, due) == [CITY, "220100"]
    assert close_due(then, due) == []
    later = datetime(2027, 1, 8, 4, tzinfo=UTC)
    closing = Due(date(2027, 1, 8), is_provisional=True)
    assert close_due(later, closing) == [CITY, "220100"]  # November first
    assert close_due(later, closing) == [CITY, "220100"]
    assert close_due(later, closing) == []
    assert [item.month for item in list_months(get_division(CITY))] == ["2026-10", "2026-11", "2026-12"]


def test_an_altered_month_and_a_wrong_tally_are_found(city: Session) -> None:
    make_service(make_estate())
    tallies.count_all(NOW)
    close_month(get_division(CITY), "2026-09", actor=actor(), now=NOW)
    city.execute(update(CoverageMonth).values(content_hash="0" * 64))
    city.execute(text("UPDATE coverage_tally SET estates = 2 WHERE division_code = :code"), {"code": SHENHE_STREET})
    found = {name: check() for name, check in integrity.CHECKS.items()}
    assert found == {"coverage_month_altered": [f"{CITY} 2026-09"], "coverage_tallies_wrong": [SHENHE_STREET]}


@pytest.mark.parametrize("code", [CITY, SHENHE, SHENHE_STREET])
def test_a_closed_tally_altered_at_any_level_is_found(city: Session, code: str) -> None:
    make_service(make_estate())
    tallies.count_all(NOW)
    close_month(get_division(CITY), "2026-09", actor=actor(), now=NOW)
    agree()
    city.execute(text("UPDATE coverage_month_tally SET estates = 9 WHERE division_code = :code"), {"code": code})
    assert integrity.CHECKS["coverage_month_altered"]() == [f"{CITY} 2026-09"]


def test_a_new_rule_counts_from_its_day_and_never_in_a_closed_month(city: Session) -> None:
    make_service(make_estate(), None, Mode.OWNERS_SELF)
    tallies.count_all(NOW)
    close_month(get_division(CITY), "2026-09", actor=actor(), now=NOW)
    only = ([EstateKind.RESIDENTIAL], [Mode.PROFESSIONAL], "沈房〔2026〕1号")
    with pytest.raises(Refused):
        set_counting_rule(LAST, *only, actor=actor(), now=NOW)
    set_counting_rule(date(2026, 10, 15), *only, actor=actor(), now=NOW)
    assert rule_on(date(2026, 10, 14)) == PRACTICE
    assert figure_on(CITY, date(2026, 10, 14)).estates == Measured(1, 0, 1)
    assert figure_on(CITY, TODAY).estates == Measured(0, 0, 1)


def test_a_bulk_path_tells_the_codes_alone_also_of_estates_that_are_gone(city: Session) -> None:
    first, second = make_estate("甲"), make_estate("乙", division_code=HEPING_COMMUNITY)
    make_service(first)
    codes = [first.code, second.code]
    signals.touch(codes)
    assert figure_on(CITY, TODAY).estates == Measured(1, 1, 1)
    agree()
    city.execute(text("DELETE FROM service"))
    city.execute(text("DELETE FROM estate"))
    signals.touch(codes)
    assert figure_on(CITY, TODAY) == figure_of([], PRACTICE)
    agree()


def test_two_codes_of_one_form_are_two_places(city: Session) -> None:
    """A city without districts (441900) begins its streets with its own code."""
    city.add(Division(code="441900", level=Level.CITY, name="东莞市"))
    city.flush()
    city.add(Division(code="441900003", level=Level.STREET, name="东城街道", parent_code="441900"))
    city.flush()
    make_service(make_estate(division_code="441900003"))
    tallies.count_all(NOW)
    assert figure_on("441900", TODAY).estates == Measured(1, 1, 1)
    agree()


def test_the_day_of_closing_is_the_fifth_working_day_and_provisional_without_a_notice(city: Session) -> None:
    seed_calendar(known_years(), actor=actor(), now=NOW)
    assert closing_of("2026-09") == Due(date(2026, 10, 13), is_provisional=False)  # the 10th made up
    assert closing_of("2026-12").is_provisional
    assert next_closing(CITY, TODAY) == ("2026-10", closing_of("2026-10"))
    close_month(get_division(CITY), "2026-09", actor=actor(), now=NOW)
    assert next_closing(CITY, date(2027, 1, 5))[0] == "2026-10"
