"""Estates on the map on both databases: they follow every act and midnight, and cells count what lies in them."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from regulator.features.coverage.actions import tallies
from regulator.features.divisions.terms import Scope
from regulator.features.maps import following
from regulator.features.maps.grid import KEPT, cells_of, zoom_for
from regulator.features.maps.models import MapState
from regulator.features.maps.queries import integrity
from regulator.features.maps.queries.seen import EstatesInView, public_estates_in
from regulator.features.maps.terms import MapFilter
from regulator.features.registry import signals
from regulator.features.registry.actions import estates as estate_acts
from regulator.features.registry.actions import services as service_acts
from regulator.features.registry.models import Estate
from regulator.features.registry.terms import Condition, Mode, Ownership, RegisterNature
from regulator.foundation.geo import BBox
from tests.factories.registry import (
    HEPING_COMMUNITY,
    HEPING_STREET,
    NOW,
    SHENHE_COMMUNITY,
    TODAY,
    actor,
    decide,
    make_company,
    make_estate,
    make_service,
    make_tree,
)

CHINA = BBox(73, 18, 135, 54)
CITY = BBox(123.2, 41.6, 123.8, 42.0)
ALL = MapFilter()


@pytest.fixture
def city(session: Session) -> Session:
    """The small world's tree, on the map from now on."""
    make_tree()
    decide(RegisterNature.REAL)
    tallies.start_counting(NOW)
    following.start_map(NOW)
    return session


def agree() -> None:
    """What the map shows is what the register says."""
    assert {name: check() for name, check in integrity.CHECKS.items()} == {
        "map_cells_wrong": [],
        "map_estates_wrong": [],
    }


def modes_of(found: EstatesInView) -> dict[str, int]:
    """How many estates stand in each mode, in clusters and by themselves."""
    modes: dict[str, int] = {}
    for cluster in found.clusters:
        for mode, number in cluster.modes.items():
            modes[mode] = modes.get(mode, 0) + number
    for item in found.items:
        modes[item.mode or "unknown"] = modes.get(item.mode or "unknown", 0) + 1
    return modes


def spread(session: Session, number: int = 60) -> list[Estate]:
    """Estates on a lattice over the city: two districts, every mode, ownership, decade and condition in turn."""
    company = make_company()
    made = []
    for at in range(number):
        place = (HEPING_COMMUNITY, HEPING_STREET, SHENHE_COMMUNITY)[at % 3]
        item = make_estate(
            name=f"小区{at}", division_code=place, lon=123.30 + (at % 8) * 0.05, lat=41.70 + (at // 8) * 0.03,
            ownership=(*Ownership, None)[at % 6], completion_year=(1978, 1985, 1999, 2004, None)[at % 5],
            condition=(Condition.OCCUPIED, Condition.UNDER_CONSTRUCTION)[at % 7 == 0],
        )  # fmt: skip
        mode = (*Mode, None)[at % 8]
        if mode is not None:
            make_service(item, mode=mode, company=company if mode is Mode.PROFESSIONAL else None)
        made.append(item)
    session.flush()
    signals.touch([item.code for item in made])
    return made


def test_each_act_is_shown_in_its_own_transaction(city: Session) -> None:
    made = spread(city, 12)
    agree()
    version = city.scalar(text("SELECT version FROM map_state"))
    assert public_estates_in(CITY, 18, ALL).total == 12
    estate = made[5]
    service_acts.change_service(
        estate, mode=Mode.PROFESSIONAL, company=make_company("另一家"), began_on=TODAY, version=estate.version,
        actor=actor(), now=NOW,
    )  # fmt: skip
    agree()
    assert city.scalar(text("SELECT version FROM map_state")) > version
    assert modes_of(public_estates_in(CITY, 8, ALL))["professional"] == 3
    estate_acts.retire_estate(estate, day=TODAY, version=estate.version, reason="登记重复", actor=actor(), now=NOW)
    agree()
    assert public_estates_in(CITY, 8, ALL).total == 11


def test_an_estate_that_moves_leaves_its_cells(city: Session) -> None:
    one, other, _ = spread(city, 3)
    one.lon, one.lat = 120.0, 30.0
    other.lon = other.lat = None
    city.flush()
    signals.touch([one.code, other.code])
    agree()
    assert public_estates_in(CITY, 10, ALL).total == 1
    assert [item.code for item in public_estates_in(BBox(119, 29, 121, 31), 10, ALL).items] == [one.code]


def test_midnight_brings_what_begins_and_ends(city: Session) -> None:
    (estate,) = spread(city, 1)
    tomorrow = TODAY + timedelta(days=1)
    city.execute(text("UPDATE service SET ended_on = :day"), {"day": TODAY})
    following.roll_over(NOW + timedelta(days=1))
    agree()
    assert city.scalar(text("SELECT day FROM map_state")) in (tomorrow, str(tomorrow))
    (item,) = public_estates_in(CITY, 15, ALL).items
    assert (item.code, item.mode) == (estate.code, None)
    following.roll_over(NOW)  # the clock was set back
    agree()
    assert public_estates_in(CITY, 15, ALL).items[0].mode is Mode.PROFESSIONAL


FILTERS = {
    "all": ALL,
    "modes": MapFilter(modes=frozenset({"abandoned", "none"})),
    "unknown": MapFilter(modes=frozenset({"unknown"})),
    "ownership": MapFilter(ownerships=frozenset({"public", "unknown"})),
    "condition": MapFilter(conditions=frozenset({"occupied"})),
    "decades": MapFilter(years=(1980, 1999)),
    "years": MapFilter(years=(1985, 1998)),
    "open": MapFilter(years=(None, 1989)),
    "city": MapFilter(division=Scope.division("210100")),
    "district": MapFilter(division=Scope.division("210102")),
    "street": MapFilter(division=Scope.division(HEPING_STREET)),
    "two": MapFilter(modes=frozenset({"abandoned"}), ownerships=frozenset({"public"})),
    "three": MapFilter(ownerships=frozenset({"public"}), years=(1990, 1999), division=Scope.division("210102")),
}


def wanted(item: Estate, mode: Mode | None, given: MapFilter) -> bool:
    """The same in plain words."""
    first, last = given.years or (None, None)
    year = item.completion_year
    return all(
        (
            not given.modes or (mode or "unknown") in given.modes,
            not given.ownerships or (item.ownership or "unknown") in given.ownerships,
            not given.conditions or item.condition in given.conditions,
            given.years is None or (year is not None and (first or 0) <= year <= (last or 9999)),
            given.division is None or given.division.ranges[0].covers(item.division_code),
        )
    )


def test_every_filter_counts_truly_at_every_zoom(city: Session) -> None:
    made = spread(city)
    modes = [(*Mode, None)[at % 8] for at in range(len(made))]
    for (name, given), zoom in product(FILTERS.items(), (0, 3, 5, 8, KEPT, KEPT + 1, 13, 14, 18)):
        right = [mode for item, mode in zip(made, modes, strict=True) if wanted(item, mode, given)]
        found = public_estates_in(CITY, zoom, given)
        assert found.total == len(right), (name, zoom)
        assert not found.capped
        assert modes_of(found) == {mode or "unknown": right.count(mode) for mode in set(right)}, (name, zoom)


def test_a_company_has_its_estates(city: Session) -> None:
    spread(city)
    code = city.scalar(text("SELECT credit_code FROM company"))
    for zoom in (5, 12, 16):
        assert public_estates_in(CITY, zoom, MapFilter(company=code)).total == 8
        assert public_estates_in(CITY, zoom, MapFilter(company="91210103MA0000000A")).total == 0


def test_a_cluster_stands_at_the_mean_of_its_estates(city: Session) -> None:
    for at, lon in enumerate((123.401, 123.402, 123.403)):
        make_estate(name=f"小区{at}", division_code=HEPING_COMMUNITY, lon=lon, lat=41.80)
    following.map_all(NOW)
    (cluster,) = public_estates_in(CITY, 9, ALL).clusters
    assert (cluster.estates, cluster.modes) == (3, {"unknown": 3})
    assert (cluster.lon, cluster.lat) == pytest.approx((123.402, 41.80), abs=1e-6)


def test_a_view_from_afar_is_counted_in_whole_cells(city: Session) -> None:
    spread(city)
    narrow = BBox(123.41, 41.77, 123.42, 41.78)
    found = public_estates_in(narrow, 9, ALL)
    assert found.box.west <= narrow.west < narrow.east <= found.box.east
    assert found.box.south <= narrow.south < narrow.north <= found.box.north
    again = public_estates_in(found.box, 20, ALL)
    assert found.total == again.total > 0


def test_near_by_an_even_sample_and_the_total(city: Session) -> None:
    spread(city)
    found = public_estates_in(CITY, 14, ALL, cap=20)
    assert (len(found.items), found.total, found.capped) == (20, 60, True)
    assert found == public_estates_in(CITY, 14, ALL, cap=20)
    assert len({item.lat for item in found.items}) == 8


@pytest.mark.parametrize(
    ("box", "asked", "given"),
    [(BBox(-180, -90, 180, 90), 18, 5), (CHINA, 18, 7), (CITY, 18, 14), (BBox(123.4, 41.8, 123.41, 41.81), 18, 18)],
)
def test_no_screen_shows_the_world_from_near_by(box: BBox, asked: int, given: int) -> None:
    assert zoom_for(box, asked) == given
    cells = cells_of(box, given)
    assert (cells.east - cells.west + 1) * (cells.north - cells.south + 1) <= 60_000


def test_verify_names_what_lies(city: Session) -> None:
    spread(city, 3)
    city.execute(text("UPDATE map_cluster SET estates = estates + 1 WHERE zoom = 3 AND dimension = 'all'"))
    city.execute(text("UPDATE map_estate SET mode = 'none' WHERE number = (SELECT min(number) FROM map_estate)"))
    assert integrity.CHECKS["map_cells_wrong"]()
    assert len(integrity.CHECKS["map_estates_wrong"]()) == 1
    city.execute(text("DELETE FROM map_state"))
    assert city.query(MapState).count() == 0
    following.roll_over(NOW)
    agree()
