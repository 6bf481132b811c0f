"""An invented city: always the same, plausible, well-formed, and in agreement with the register's own rules."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session
from stdnum.cn import ric, uscc

from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.registry import signals
from regulator.features.registry.actions import demo
from regulator.features.registry.demo.city import make_city
from regulator.features.registry.demo.columns import COLUMNS
from regulator.features.registry.demo.draws import Draws, Shares
from regulator.features.registry.demo.numbers import credit_code, resident_id
from regulator.features.registry.demo.plan import MODE_SHARES, CityPlan
from regulator.features.registry.models import Company, RecordChange, RegisterState
from regulator.features.registry.queries.integrity import CHECKS, list_discrepancies
from regulator.features.registry.terms import (
    Condition,
    EstateKind,
    Mode,
    RecordSource,
    RegisterNature,
    StagedChanges,
)
from regulator.foundation import crypto
from regulator.foundation.bulk import insert_rows
from regulator.foundation.database import Base, transaction
from regulator.foundation.errors import BadInput
from tests.factories import registry as make

TODAY = date(2026, 11, 1)
COMMUNITIES = [(f"{make.HEPING_STREET}{n:03}", f"第{n}社区") for n in range(1, 31)]
PLAN = CityPlan(
    seed=7,
    today=TODAY,
    districts=[(make.HEPING, "和平区"), (make.SHENHE, "沈河区")],
    streets={make.HEPING: [(make.HEPING_STREET, "浑河湾街道")], make.SHENHE: [(make.SHENHE_STREET, "朱剪炉街道")]},
    communities={make.HEPING_STREET: COMMUNITIES, make.SHENHE_STREET: [(make.SHENHE_COMMUNITY, "惠工社区")]},
    companies=60,
    estates=900,
    people=700,
    place=lambda _code, number: (123.4 + number / 1e4, 41.7 + number / 1e4),
)
SMALL = replace(
    PLAN, communities={make.SHENHE_STREET: [(make.SHENHE_COMMUNITY, "惠工社区")]}, companies=15, estates=120
)
Found = dict[str, Any]


@pytest.fixture(scope="module")
def city() -> dict[str, list[Found]]:
    """The rows of a city by table and column."""
    crypto.configure("d" * 48)
    made = make_city(PLAN)
    return {table: [dict(zip(columns, row, strict=True)) for row in made[table]] for table, columns in COLUMNS.items()}


def by(rows: list[Found], key: str) -> dict[Any, list[Found]]:
    found = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


# --- the same again -------------------------------------------------------------------------------------------------


def comparable(plan: CityPlan) -> dict[str, list[tuple[object, ...]]]:
    crypto.configure("d" * 48)
    made = {table: list(rows) for table, rows in make_city(plan).items()}
    cipher = COLUMNS["person"].index("id_cipher")
    made["person"] = [(*row[:cipher], *row[cipher + 1 :]) for row in made["person"]]
    return made


def test_the_same_seed_and_day_make_the_same_rows() -> None:
    assert comparable(SMALL) == comparable(SMALL)


def test_another_seed_makes_other_rows_and_no_key_twice() -> None:
    one, other = comparable(SMALL), comparable(replace(SMALL, seed=SMALL.seed + 4096))
    assert [row[2] for row in one["company"]] != [row[2] for row in other["company"]]
    for table in ("company", "estate", "service"):
        assert not {row[0] for row in one[table]} & {row[0] for row in other[table]}


def test_the_plan_is_fulfilled(city: dict[str, list[Found]]) -> None:
    assert [len(city[table]) for table in ("company", "estate", "person")] == [60, 900, 700]
    assert all(city[table] for table in COLUMNS), [table for table in COLUMNS if not city[table]]


# --- numbers --------------------------------------------------------------------------------------------------------


def test_every_credit_code_is_valid_and_given_once(city: dict[str, list[Found]]) -> None:
    codes = [row["credit_code"] for row in city["company"]]
    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)
    draws = Draws(1)
    assert all(uscc.is_valid(credit_code("210102", serial, draws)) for serial in range(0, 31**5, 9_999_991))


def test_every_resident_id_is_well_formed_and_says_the_birthday(city: dict[str, list[Found]]) -> None:
    crypto.configure("d" * 48)
    numbers = set()
    for person in city["person"]:
        number = crypto.decrypt(person["id_cipher"], person["id_key_id"])
        assert ric.calc_check_digit(number) == number[-1]
        assert ric.get_birth_date(number) == person["born_on"]
        assert (int(number[16]) % 2 == 1) == (person["sex"].value == "male")
        assert person["id_masked"] == number[:3] + "*" * 13 + number[-2:]
        assert person["id_hash"] == crypto.matching_hash(number)
        numbers.add(number)
    assert len(numbers) == len(city["person"])
    assert len({resident_id("210102", serial)[0] for serial in range(40_000)}) == 40_000


def test_the_codes_of_estates_count_up_in_their_division(city: dict[str, list[Found]]) -> None:
    for division, rows in by(city["estate"], "division_code").items():
        assert [row["code"] for row in rows] == [f"{division}{n:04}" for n in range(1, len(rows) + 1)]
    assert {row["division_code"]: row["last"] for row in city["estate_counter"]} == {
        division: len(rows) for division, rows in by(city["estate"], "division_code").items()
    }


# --- what is plausible ----------------------------------------------------------------------------------------------


def test_estates_are_managed_in_every_mode_about_as_often_as_planned(city: dict[str, list[Found]]) -> None:
    present = [row for row in city["service"] if row["ended_on"] is None]
    counted = {mode: sum(row["mode"] is mode for row in present) for mode in Mode}
    for mode, share in MODE_SHARES.items():
        if mode is not None:
            assert 0.4 * share < counted[mode] * 1000 / len(city["estate"]) < 2 * share, mode
    silent = len(city["estate"]) - len(present)
    assert 0 < silent < 60


def test_estates_have_the_sizes_of_estates(city: dict[str, list[Found]]) -> None:
    for row in city["estate"]:
        assert 1980 <= row["completion_year"] <= TODAY.year
        assert row["floor_area"] is None or 800_00 <= row["floor_area"] <= 40_000_000
        assert row["households"] is None or 12 <= row["households"] <= 6000
        assert (row["lon"] is None) == (row["lat"] is None)
        assert (row["condition"] is Condition.UNDER_CONSTRUCTION) == (row["completion_year"] == TODAY.year)
        assert row["to_be_placed"] == (len(row["division_code"]) == 9)
        parts = [row[f"area_{part}"] for part in ("multi_storey", "high_rise", "villa", "other")]
        assert row["floor_area"] in (None, sum(part or 0 for part in parts))
    assert {row["kind"] for row in city["estate"]} == set(EstateKind)
    for column in ("floor_area", "households", "lon", "duty_phone", "facilities"):
        known = sum(row[column] is not None for row in city["estate"])
        assert 0 < known < len(city["estate"]), column


def test_a_unit_that_looks_after_its_own_estate_is_named(city: dict[str, list[Found]]) -> None:
    units = {row["estate_id"] for row in city["service"] if row["mode"] is Mode.UNIT_LOGISTICS}
    assert units
    assert {row["id"] for row in city["estate"] if row["owning_unit"]} == units


def test_nobody_serves_before_being_founded_and_no_day_lies_ahead(city: dict[str, list[Found]]) -> None:
    founded = {row["id"]: row["founded_on"] for row in city["company"]}
    for row in (*city["service"], *city["contract"], *city["employment"]):
        if row["company_id"] and row["began_on"]:
            assert founded[row["company_id"]] <= row["began_on"] <= TODAY
    for table, rows in city.items():
        for row in rows:
            ahead = ("ended_on", "term_ended_on", "overlap_to")
            days = [value for name, value in row.items() if isinstance(value, date) and name not in ahead]
            assert all((getattr(day, "date", lambda day=day: day))() <= TODAY for day in days), (table, row)


def test_people_are_grown_up_when_they_are_employed(city: dict[str, list[Found]]) -> None:
    born = {row["id"]: row["born_on"] for row in city["person"]}
    assert all(row["began_on"] - born[row["person_id"]] >= timedelta(days=18 * 365) for row in city["employment"])


def test_managers_change_and_services_follow_one_another(city: dict[str, list[Found]]) -> None:
    changed = 0
    for rows in by(city["service"], "estate_id").values():
        assert sum(row["ended_on"] is None for row in rows) == 1
        for earlier in (row for row in rows if row["ended_on"]):
            present = next(row for row in rows if row["ended_on"] is None)
            assert earlier["began_on"] <= earlier["ended_on"] < (present["began_on"] or present["stated_for"])
            changed += 1
    assert changed > 100


def test_fees_are_yuan_not_thousands(city: dict[str, list[Found]]) -> None:
    fees = [row["fee"] for row in (*city["service"], *city["contract"]) if row["fee"] is not None]
    assert 30 <= min(fees) < max(fees) <= 400  # fen per ㎡ and month


def test_every_row_says_it_is_invented(city: dict[str, list[Found]]) -> None:
    for table in ("company", "estate", "person", "service", "contract", "committee", "notice"):
        assert {row["source"] for row in city[table]} == {RecordSource.DEMO}


def test_shares_are_drawn_by_weight() -> None:
    shares, draws = Shares({"often": 9, "seldom": 1, "never": 0}), Draws(3)
    drawn = [draws.by_share(shares) for _ in range(5000)]
    assert 400 < drawn.count("seldom") < 600
    assert "never" not in drawn
    assert {draws.between(3, 5) for _ in range(200)} == {3, 4, 5}


# --- in the register ------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(session: Session) -> None:
    make.make_tree()
    session.commit()


def fill(plan: CityPlan = SMALL) -> dict[str, int]:
    with transaction():
        demo.refuse_filled()
        with demo.index_afterwards():
            return demo.fill_city(plan, actor=Actor.system(), now=make.NOW)


@pytest.mark.usefixtures("tree")
def test_a_filled_register_agrees_with_itself(session: Session) -> None:
    counts = fill()
    assert (counts["company"], counts["estate"], counts["person"]) == (15, 120, 700)
    for table, count in counts.items():
        assert session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) == count, table
    assert list(list_discrepancies(CHECKS)) == []
    assert session.get_one(RegisterState, 1).nature is RegisterNature.DEMO
    assert session.scalar(select(func.count()).select_from(RecordChange)) == 15 + 120 + 700
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "register.filled_with_demo")).one()
    assert json.loads(entry.facts) == {"seed": 7, "companies": 15, "estates": 120, "people": 700}


@pytest.mark.usefixtures("tree")
def test_values_arrive_as_the_models_read_them(session: Session) -> None:
    crypto.configure("d" * 48)
    made = make_city(SMALL)
    fill()
    for table in ("company", "estate", "service", "contract", "company_link", "person"):
        target: Table = Base.metadata.tables[table]
        columns = [name for name in COLUMNS[table] if not name.startswith("id_")]
        stored = session.execute(select(*(target.c[name] for name in columns)).order_by(target.c.id)).all()
        kept = [COLUMNS[table].index(name) for name in columns]
        assert [tuple(row) for row in stored] == [tuple(row[at] for at in kept) for row in made[table]], table


@pytest.mark.usefixtures("tree")
def test_a_value_that_is_no_code_is_refused(session: Session) -> None:
    row = make_city(SMALL)["company"][0]
    at = COLUMNS["company"].index("status")
    with pytest.raises(KeyError, match="dissolved"):
        insert_rows(session, Company.__table__, COLUMNS["company"], [(*row[:at], "dissolved", *row[at + 1 :])])


@pytest.mark.usefixtures("tree")
def test_filling_tells_of_every_company_and_estate_in_one_signal(session: Session) -> None:
    told: dict[str, tuple[int, int]] = {}

    def listen(name: str) -> Any:
        def receive(_sender: object, staged: StagedChanges, **_others: object) -> None:
            table = session.connection().exec_driver_sql(
                f"SELECT count(*), count(DISTINCT key) FROM {staged.table} WHERE before IS NULL AND after IS NOT NULL"
            )
            told[name] = tuple(table.one())

        return receive

    receivers = {name: listen(name) for name in ("companies", "estates", "services", "notices")}
    for name, receive in receivers.items():
        getattr(signals, f"{name}_changed").connect(receive)
    try:
        counts = fill()
    finally:
        for name, receive in receivers.items():
            getattr(signals, f"{name}_changed").disconnect(receive)
    assert told["companies"] == (15, 15)
    assert told["estates"] == (120, 120)
    served = session.scalar(select(func.count(Base.metadata.tables["service"].c.estate_id.distinct())))
    assert told["services"] == (served, served)
    assert 0 < told["notices"][0] <= counts["notice"]


@pytest.mark.usefixtures("tree")
def test_a_real_register_is_refused_and_stays_as_it_was(session: Session) -> None:
    session.get_one(RegisterState, 1).nature = RegisterNature.REAL
    session.commit()
    with pytest.raises(BadInput) as refused:
        fill()
    assert refused.value.code == "register_is_real"
    assert session.scalar(select(func.count()).select_from(Company)) == 0


@pytest.mark.usefixtures("tree")
def test_a_filled_register_is_not_filled_again() -> None:
    fill()
    with pytest.raises(BadInput) as refused:
        fill(replace(SMALL, seed=8))
    assert refused.value.code == "register_not_empty"
