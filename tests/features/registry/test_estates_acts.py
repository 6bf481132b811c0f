"""Acts on estates and questions about them, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from regulator.features.divisions import queries as divisions
from regulator.features.divisions.terms import Scope
from regulator.features.registry import signals
from regulator.features.registry.actions import estates as acts
from regulator.features.registry.models import Estate
from regulator.features.registry.queries import estates as queries
from regulator.features.registry.queries.estates import EstateFilter
from regulator.features.registry.queries.history import as_of, list_history
from regulator.features.registry.terms import (
    Change,
    Condition,
    EstateKind,
    Mode,
    NameKind,
    Ownership,
    SubjectKind,
)
from regulator.foundation.errors import BadInput, Conflict, NotFound, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make

pytestmark = pytest.mark.usefixtures("world")
LATER = make.NOW + timedelta(hours=1)


@pytest.fixture
def world(session: Session) -> None:
    make.make_tree()
    del session


def register(name: str = "翰林花园", place: str = make.SHENHE_COMMUNITY, **values: object) -> Estate:
    given = {"name": name, "division_code": place, "kind": EstateKind.RESIDENTIAL, "condition": Condition.OCCUPIED}
    return acts.register_estate(given | values, actor=make.actor(), now=make.NOW)


def listed(scope: Scope = make.CITY_SCOPE, day: date = make.TODAY, **wanted: object) -> list[str]:
    page = queries.list_estates(scope, EstateFilter(**wanted), day=day)  # type: ignore[arg-type]
    return [row.name for row in page.items]


# --- acts -----------------------------------------------------------------------------------------------------------


def test_codes_count_on_in_each_place_and_are_never_given_again(session: Session) -> None:
    first, second = register("甲"), register("乙")
    at_street = register("丙", make.SHENHE_STREET)
    assert [e.code for e in (first, second, at_street)] == [
        f"{make.SHENHE_COMMUNITY}0001",
        f"{make.SHENHE_COMMUNITY}0002",
        f"{make.SHENHE_STREET}0001",
    ]
    assert (first.to_be_placed, at_street.to_be_placed) == (False, True)
    session.execute(text("DELETE FROM estate WHERE code = :code"), {"code": second.code})
    session.expire_all()
    assert register("丁").code == f"{make.SHENHE_COMMUNITY}0003"


def test_an_estate_is_told_of_when_it_comes_and_when_it_changes() -> None:
    told: list[Change] = []

    def listen(sender: object, changes: frozenset[Change], **_: object) -> None:
        told.extend(changes)

    with signals.estates_changed.connected_to(listen):
        estate = register(floor_area=8_160_000, households=812)
        acts.correct_estate(
            estate,
            {"floor_area": 8_000_000, "address": "惠工街1号"},
            version=1,
            reason="测绘",
            actor=make.actor(),
            now=LATER,
        )
        acts.correct_estate(estate, {"address": "惠工街2号"}, version=2, reason="门牌", actor=make.actor(), now=LATER)
    assert [(c.key, c.before and c.before["floor_area"], c.after and c.after["floor_area"]) for c in told] == [
        (estate.code, None, 8_160_000),
        (estate.code, 8_160_000, 8_000_000),
    ], "an address is nothing the rooms above follow"
    assert told[0].after == {
        "code": estate.code,
        "division_code": make.SHENHE_COMMUNITY,
        "kind": "residential",
        "condition": "occupied",
        "condition_since": None,
        "floor_area": 8_160_000,
        "households": 812,
        "completion_year": None,
        "ownership": None,
        "retired_on": None,
        "lon": None,
        "lat": None,
        "registered_at": "2026-11-01",
    }


def test_a_name_of_the_same_place_is_a_conflict_even_when_it_is_a_former_one() -> None:
    estate = register("翰林花园")
    acts.rename_estate(
        estate, "翰林府", last_day=date(2026, 10, 31), version=1, reason="地名批复", actor=make.actor(), now=LATER
    )
    with pytest.raises(Conflict) as conflict:
        register("翰林花园")
    assert (conflict.value.code, conflict.value.about) == ("name_duplicate", "name")
    assert register("翰林花园", make.HEPING_COMMUNITY).name == "翰林花园"


def test_a_former_name_leads_to_the_estate_and_is_found() -> None:
    estate = register("翰林花园")
    acts.rename_estate(
        estate, "凤凰城", last_day=date(2026, 10, 31), version=1, reason="地名批复", actor=make.actor(), now=LATER
    )
    assert queries.find_estate_by_key(make.SHENHE_COMMUNITY, "翰林花园") is estate
    assert queries.find_estate_by_key(make.SHENHE_COMMUNITY, "凤凰城") is estate
    assert [(n.name, n.kind, n.ended_on) for n in queries.list_names(estate.id)] == [
        ("翰林花园", NameKind.FORMER, date(2026, 10, 31))
    ]
    assert listed(q="翰林") == listed(q="hanlin") == listed(q="fhc") == ["凤凰城"]


def test_an_alias_is_found_until_it_is_taken_away() -> None:
    estate = register("凤凰城")
    acts.add_estate_name(estate, "老纺织院", version=1, reason="居民俗称", actor=make.actor(), now=LATER)
    assert listed(q="纺织") == ["凤凰城"]
    with pytest.raises(Conflict):
        acts.add_estate_name(estate, "老纺织院", version=2, reason="再次", actor=make.actor(), now=LATER)
    name = queries.list_names(estate.id)[0]
    acts.remove_estate_name(estate, name.id, version=2, reason="误记", actor=make.actor(), now=LATER)
    assert listed(q="纺织") == []


def test_placing_keeps_the_code_and_every_key(session: Session) -> None:
    estate = register("凤凰城", make.SHENHE_STREET)
    code = estate.code
    acts.place_estate(estate, make.SHENHE_COMMUNITY, version=1, reason="社区核实", actor=make.actor(), now=LATER)
    assert (estate.code, estate.to_be_placed, estate.division_code) == (code, False, make.SHENHE_COMMUNITY)
    assert queries.find_estate_by_key(make.SHENHE_STREET, "凤凰城") is estate
    assert queries.find_estate_by_key(make.SHENHE_COMMUNITY, "凤凰城") is estate
    assert [entry.act for entry in list_history(SubjectKind.ESTATE, estate.id)] == ["placed", "registered"]
    with pytest.raises(BadInput) as refusal:
        acts.place_estate(estate, make.SHENHE, version=2, reason="区", actor=make.actor(), now=LATER)
    assert refusal.value.code == "division_code_no_place"


def test_the_second_of_two_officials_is_told() -> None:
    estate = register()
    acts.correct_estate(estate, {"households": 800}, version=1, reason="核实", actor=make.actor(), now=LATER)
    with pytest.raises(StaleVersion):
        acts.correct_estate(estate, {"households": 900}, version=1, reason="核实", actor=make.actor(), now=LATER)
    assert estate.households == 800


def test_facts_that_cannot_be_true_are_refused_at_their_fields() -> None:
    with pytest.raises(Refused) as refusal:
        register(floor_area=10_000, area_high_rise=5_000, lon=123.4)
    assert [(f.code, f.about) for f in refusal.value.findings] == [
        ("floor_area_sum_mismatch", "floor_area"),
        ("lon_incomplete", "lon"),
    ]


def test_a_retired_estate_is_in_no_list_but_among_the_retired() -> None:
    estate = register("凤凰城")
    acts.retire_estate(estate, day=make.TODAY, version=1, reason="重复登记", actor=make.actor(), now=LATER)
    assert listed() == listed(q="凤凰") == []
    assert listed(retired=True) == listed(q="凤凰", retired=True) == ["凤凰城"]


def test_the_page_of_an_earlier_day_shows_what_the_register_said_then() -> None:
    estate = register(households=800)
    acts.correct_estate(
        estate, {"households": 900}, version=1, reason="核实", actor=make.actor(), now=make.NOW + timedelta(days=2)
    )
    assert as_of(SubjectKind.ESTATE, estate, make.TODAY).values["households"] == 800
    assert as_of(SubjectKind.ESTATE, estate, make.TODAY + timedelta(days=2)).values["households"] == 900


# --- lists ----------------------------------------------------------------------------------------------------------


def test_mode_and_manager_are_those_of_the_day() -> None:
    company, other = make.make_company("甲物业"), make.make_company("乙物业")
    estate = make.make_estate("凤凰城")
    make.make_service(estate, company, ended_on=date(2026, 10, 31))
    make.make_service(estate, other, began_on=date(2026, 11, 1))
    for day, manager in ((date(2026, 10, 31), "甲物业"), (date(2026, 11, 1), "乙物业"), (date(2019, 12, 31), None)):
        row = queries.list_estates(make.CITY_SCOPE, EstateFilter(), day=day).items[0]
        assert (row.mode, row.manager) == (Mode.PROFESSIONAL if manager else None, manager)
    assert listed(day=date(2026, 10, 31), credit_code=company.credit_code) == ["凤凰城"]
    assert listed(day=date(2026, 11, 1), credit_code=company.credit_code) == []
    assert listed(day=date(2019, 12, 31), mode_not_known=True) == ["凤凰城"]
    assert listed(mode_not_known=True) == []


def test_filters() -> None:
    make.make_estate("甲", floor_area=100, completion_year=1990, ownership=Ownership.PUBLIC, address="惠工街12号")
    office = make.make_estate("乙", make.HEPING_COMMUNITY, floor_area=200, kind=EstateKind.OFFICE)
    make.make_estate("丙", make.HEPING_STREET, floor_area=None, condition=Condition.DEMOLISHED)
    assert listed(area_from=100, area_to=150) == ["甲"]
    assert listed(area_from=150) == ["乙"]
    assert listed(kind=EstateKind.OFFICE) == listed(q="乙", kind=EstateKind.OFFICE) == ["乙"]
    assert listed(condition=Condition.DEMOLISHED) == ["丙"]
    assert listed(ownership=Ownership.PUBLIC) == ["甲"]
    assert listed(year_to=1995) == ["甲"]
    assert listed(q="惠工街12号") == listed(q="惠工街") == ["甲"]
    for code, names in (
        (make.HEPING, ["丙", "乙"]),
        (make.HEPING_STREET, ["丙", "乙"]),
        (make.HEPING_COMMUNITY, ["乙"]),
    ):
        assert sorted(listed(division=divisions.get_division(code))) == sorted(names)
    assert listed(q=office.code[: len(make.HEPING_COMMUNITY) + 1]) == ["乙"], "digits look for the beginning of a code"
    assert listed(sort="name") == sorted(["甲", "乙", "丙"])
    assert listed(sort="-name") == sorted(["甲", "乙", "丙"], reverse=True)


def test_another_district_sees_nothing_of_it() -> None:
    estate = make.make_estate("甲")
    assert listed(make.HEPING_SCOPE) == listed(make.HEPING_SCOPE, q="甲") == []
    assert queries.count_estates(make.HEPING_SCOPE, EstateFilter(), day=make.TODAY).number == 0
    assert listed(make.HEPING_SCOPE, division=divisions.get_division(make.SHENHE)) == []
    with pytest.raises(NotFound):
        queries.get_estate(make.HEPING_SCOPE, estate.code, day=make.TODAY)


@pytest.mark.parametrize("sort", queries.SORTS)
def test_pages_hold_every_estate_once_in_every_order(sort: str) -> None:
    for number in range(7):
        make.make_estate(f"同名{number % 3}", updated_at=make.NOW + timedelta(minutes=number // 2))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = queries.list_estates(make.CITY_SCOPE, EstateFilter(sort=sort), day=make.TODAY, cursor=cursor, limit=2)
        seen += [row.code for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_a_list_costs_the_same_number_of_statements_however_long(session: Session) -> None:
    company = make.make_company()
    for number in range(30):
        make.make_service(make.make_estate(f"小区{number}"), company)
    session.flush()
    counted = []
    for limit in (2, 30):
        statements: list[str] = []

        def note(_c: object, _cur: object, statement: str, *_: object, into: list[str] = statements) -> None:
            into.append(statement)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        queries.list_estates(make.SHENHE_SCOPE, EstateFilter(), day=make.TODAY, limit=limit)
        event.remove(engine, "before_cursor_execute", note)
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 5
