"""Coverage and the catalogue for programs: the contract's keys, exclusions as such, days, periods, targets."""

from datetime import date

import pytest

from regulator.features.coverage.actions import tallies
from regulator.features.metrics.actions import set_target
from regulator.features.metrics.terms import MetricName
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation.database import session
from tests.factories import registry as make
from tests.portals.public.conftest import Fetch, World


def test_the_contract(world: World, fetch: Fetch) -> None:
    for kept in (False, True):
        if kept:
            tallies.start_counting(make.NOW.replace(day=23))
            session().commit()
        answer = fetch("/api/v1/coverage?division=210103")
        assert answer.status_code == 200
        body = answer.json
        assert list(body) == ["division", "on", "by", "modes", "excluded", "target"]
        assert (body["division"], body["on"], body["target"]) == ("210103", "2026-11-23", None)
        assert list(body["by"]) == ["estates", "floor_area", "households"]
        assert body["by"]["estates"] == {
            "managed": 1, "all": 1, "rate": 1.0, "professional": {"managed": 1, "rate": 1.0},
        }  # fmt: skip
        assert body["by"]["floor_area"]["managed"] == 81600.0
        assert body["modes"]["professional"] == {"estates": 1, "floor_area": 81600.0, "households": 812}
        other = fetch(f"/api/v1/coverage?division={make.HEPING}").json
        assert other["excluded"]["mode_unknown"]["estates"] == 1, "the estate of which nobody has stated the mode"
        assert other["by"]["estates"]["rate"] == 0.0, "the abandoned one"


def test_nothing_to_divide_by_is_null(world: World, fetch: Fetch) -> None:
    body = fetch("/api/v1/coverage?division=220102").json
    assert body["by"]["estates"] == {"managed": 0, "all": 0, "rate": None, "professional": {"managed": 0, "rate": None}}


def test_a_past_day_a_kind_and_the_city_by_default(world: World, fetch: Fetch) -> None:
    make.make_service(make.make_estate("散楼", kind=EstateKind.SCATTERED_BUILDING), None, Mode.NONE)
    session().commit()
    assert fetch("/api/v1/coverage").json["by"]["estates"]["rate"] == 0.3333
    single = fetch("/api/v1/coverage?kind=scattered_building").json
    assert (single["division"], single["by"]["estates"]["all"], single["by"]["estates"]["rate"]) == ("210100", 1, 0.0)
    before = fetch("/api/v1/coverage?on=2019-12-31").json
    assert before["by"]["estates"]["all"] == 1
    assert before["excluded"]["mode_unknown"]["estates"] == 3, "the fourth was served then"


def test_the_target_set_above_holds_below_unless_there_is_one(world: World, fetch: Fetch) -> None:
    aim = (make.CITY_SCOPE, MetricName.COVERAGE_FULL_ESTATES)
    set_target(*aim, make.CITY, 2026, 8000, actor=make.actor(), now=make.NOW)
    session().commit()
    assert fetch("/api/v1/coverage?division=210103").json["target"] == 0.8
    set_target(*aim, make.SHENHE, 2026, 9050, actor=make.actor(), now=make.NOW)
    session().commit()
    assert fetch("/api/v1/coverage?division=210103").json["target"] == 0.905
    assert fetch("/api/v1/coverage?division=210102").json["target"] == 0.8


@pytest.mark.parametrize(
    ("asked", "code", "parameter"),
    [
        ("division=999999", "division_unknown", "division"),
        ("on=2026-13-01", "as_of_unreadable", "on"),
        ("on=2027-01-01", "as_of_out_of_range", "on"),
        ("kind=castle", "filter_unknown", "kind"),
    ],
)
def test_bad_input_names_the_parameter(world: World, fetch: Fetch, asked: str, code: str, parameter: str) -> None:
    answer = fetch(f"/api/v1/coverage?{asked}")
    assert (answer.status_code, answer.json["code"], answer.json["parameter"]) == (400, code, parameter)


# --- the catalogue --------------------------------------------------------------------------------------------------


def test_every_figure_is_in_the_catalogue_with_its_definition(world: World, fetch: Fetch) -> None:
    items = fetch("/api/v1/metrics").json["items"]
    assert [item["name"] for item in items] == sorted(MetricName)
    assert all(len(item["definition"]) > 15 for item in items)
    assert {item["minimum_sample"] for item in items} == {1, 5}


@pytest.mark.parametrize(
    ("period", "as_of"),
    [
        ("2026", date(2026, 11, 23)),
        ("2026-Q3", date(2026, 9, 30)),
        ("2026-10", date(2026, 10, 31)),
        ("2026-10-05", date(2026, 10, 5)),
    ],
)
def test_a_figure_stands_for_the_last_day_of_its_period(world: World, fetch: Fetch, period: str, as_of: date) -> None:
    body = fetch(f"/api/v1/metrics/coverage_full_floor_area?division=210103&period={period}").json
    assert (body["value"], body["numerator"], body["denominator"]) == (1.0, 81600.0, 81600.0)
    assert (body["as_of"], body["period"]) == (as_of.isoformat(), period)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("coverage_full_estates?period=2026-13", 400, "period_unreadable"),
        ("coverage_full_estates?period=2027", 400, "period_not_begun"),
        ("coverage_full_doors", 404, None),
    ],
)
def test_what_there_is_not(world: World, fetch: Fetch, path: str, status: int, code: str) -> None:
    answer = fetch(f"/api/v1/metrics/{path}")
    assert (answer.status_code, answer.json.get("code")) == (status, code)
