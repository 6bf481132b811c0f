"""Custodians: the rules as tables, and naming, changing and ending on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.coverage.actions import custody
from regulator.features.coverage.actions.custody import NOBODY, end_custodian, name_custodian
from regulator.features.coverage.models import Custodian
from regulator.features.coverage.queries.custody import (
    CustodyFilter,
    count_needing,
    find_custodian,
    list_custodians_of,
    list_needing,
    list_streets_needing,
)
from regulator.features.coverage.queries.surveys import lacks_now, list_lacking
from regulator.features.coverage.rules.counting import PRACTICE, state_of
from regulator.features.coverage.rules.custody import is_phone, judge_custodian, judge_end, needs_custodian, plain_phone
from regulator.features.coverage.rules.survey import lacks_of
from regulator.features.coverage.terms import CustodianGiven, EstateKnown, Exclusion, Held
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Estate
from regulator.features.registry.terms import Condition, EstateKind, Mode, RegisterNature
from regulator.foundation.errors import StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.registry import NOW, TODAY, actor

DAY = timedelta(days=1)
BEGAN = date(2026, 3, 1)
PHONE = "13904010023"
GIVEN = CustodianGiven("王秀兰", PHONE, BEGAN, "新世界社区居委会", 2, 1, None)


@pytest.fixture
def estate(session: Session) -> Estate:
    """A scattered building nobody manages."""
    make.make_tree()
    make.decide(RegisterNature.REAL)
    return make.make_estate("纺织院散楼", kind=EstateKind.SCATTERED_BUILDING, duty_phone="024-22790018")


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refusal.value.findings]


# --- rules ----------------------------------------------------------------------------------------------------------

R, OFFICE = EstateKind.RESIDENTIAL, EstateKind.OFFICE


@pytest.mark.parametrize(
    ("kind", "state", "needs"),
    [
        pytest.param(R, Mode.PROFESSIONAL, False, id="§6-professional"),
        pytest.param(R, Mode.UNIT_LOGISTICS, True, id="§6-unit-logistics"),
        pytest.param(R, Mode.COMMUNITY_CUSTODY, True, id="§6-community-custody"),
        pytest.param(R, Mode.OWNERS_SELF, True, id="§6-owners-themselves"),
        pytest.param(R, Mode.INTERIM_CUSTODY, True, id="§6-interim"),
        pytest.param(R, Mode.ABANDONED, True, id="§6-abandoned"),
        pytest.param(R, Mode.NONE, True, id="§6-never-had-any"),
        pytest.param(R, Exclusion.MODE_UNKNOWN, True, id="§6-mode-not-known"),
        pytest.param(EstateKind.SCATTERED_BUILDING, Mode.NONE, True, id="§6-scattered-building"),
        pytest.param(OFFICE, Mode.NONE, False, id="§6-kind-does-not-count"),
        pytest.param(R, Exclusion.UNDER_CONSTRUCTION, False, id="§6-not-occupied"),
        pytest.param(R, Exclusion.DEMOLISHED, False, id="§6-demolished"),
        pytest.param(R, Exclusion.RETIRED, False, id="§6-off-the-register"),
    ],
)
def test_who_needs_a_custodian(kind: EstateKind, state: Mode | Exclusion, needs: bool) -> None:
    assert needs_custodian(kind, state, PRACTICE) is needs


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, [], id="complete"),
        pytest.param({"name": "  "}, ["custodian_name_missing"], id="without-name"),
        pytest.param({"phone": ""}, ["custodian_phone_missing"], id="§6-without-phone"),
        pytest.param({"phone": "12345"}, ["custodian_phone_implausible"], id="no-telephone-number"),
        pytest.param({"people_order": -1}, ["custodian_people_negative"], id="fewer-than-nobody"),
        pytest.param({"people_cleaning": 0}, [], id="nobody-cleans-is-an-answer"),
        pytest.param({"unit": None, "people_cleaning": None}, [], id="unit-and-numbers-not-known"),
        pytest.param({"began_on": TODAY}, [], id="today"),
        pytest.param({"began_on": TODAY + DAY}, ["custodian_begins_in_future"], id="tomorrow"),
    ],
)
def test_what_a_custodian_must_state(change: dict[str, object], expected: list[str]) -> None:
    found = judge_custodian(replace(GIVEN, **change), [], TODAY)
    assert [finding.code for finding in found.findings] == expected


@pytest.mark.parametrize(
    ("others", "refused"),
    [
        pytest.param([Held(BEGAN - DAY, None)], False, id="the-one-in-charge-ends-the-day-before"),
        pytest.param([Held(BEGAN, None)], False, id="on-the-first-day-a-correction"),
        pytest.param([Held(BEGAN + DAY, None)], True, id="before-the-one-in-charge"),
        pytest.param([Held(BEGAN - DAY, BEGAN - DAY)], False, id="the-day-after-an-ended-one"),
        pytest.param([Held(BEGAN - DAY, BEGAN)], True, id="on-the-last-day-of-an-ended-one"),
        pytest.param([Held(BEGAN + DAY, BEGAN + DAY)], True, id="before-an-ended-one"),
    ],
)
def test_two_are_never_in_charge_on_one_day(others: list[Held], refused: bool) -> None:
    found = judge_custodian(GIVEN, others, TODAY)
    assert [finding.code for finding in found.findings] == ["custodian_begins_too_early"] * refused


@pytest.mark.parametrize(
    ("held", "day", "expected"),
    [
        pytest.param(Held(BEGAN, None), BEGAN, [], id="one-day"),
        pytest.param(Held(BEGAN, None), TODAY, [], id="today"),
        pytest.param(Held(BEGAN, None), TODAY + DAY, ["custodian_ends_in_future"], id="tomorrow"),
        pytest.param(Held(BEGAN, None), BEGAN - DAY, ["custodian_ends_before_beginning"], id="before-the-first-day"),
        pytest.param(Held(BEGAN, TODAY), TODAY, ["custodian_ended_already"], id="twice"),
    ],
)
def test_when_a_charge_may_end(held: Held, day: date, expected: list[str]) -> None:
    assert [finding.code for finding in judge_end(held, day, TODAY).findings] == expected


@pytest.mark.parametrize(
    ("typed", "plausible"),
    [
        ("13904010023", True), ("139 0401 0023", True), ("+86 13904010023", True), ("１３９０４０１００２３", True),
        ("024-22790018", True), ("(024)22790018", True), ("22790018", True), ("024-22790018-801", True),
        ("400-100-2000", True), ("1390401002", False), ("12904010023", False), ("139040100234", False),
        ("王秀兰", False), ("13904010023、13904010024", False), ("", False), ("12345", False),
    ],
)  # fmt: skip
def test_a_telephone_number_looks_like_one(typed: str, plausible: bool) -> None:
    assert is_phone(plain_phone(typed)) is plausible


@drawn(st.text(max_size=40))
def test_no_text_without_seven_digits_is_a_telephone_number(text: str) -> None:
    plain = plain_phone(text)
    if is_phone(plain):
        assert sum(letter.isdigit() for letter in plain) >= 7


# --- acts -----------------------------------------------------------------------------------------------------------


def test_a_change_ends_the_one_before_the_day_before(estate: Estate, session: Session) -> None:
    first = name_custodian(estate, GIVEN, version=NOBODY, actor=actor(), now=NOW)
    second = replace(GIVEN, name="李建国", began_on=date(2026, 9, 1))
    name_custodian(estate, second, version=first.version, actor=actor(), now=NOW)
    assert [(one.name, one.began_on, one.ended_on) for one in list_custodians_of(estate)] == [
        ("李建国", date(2026, 9, 1), None),
        ("王秀兰", BEGAN, date(2026, 8, 31)),
    ]
    found = {day: find_custodian(estate, day) for day in (BEGAN - DAY, BEGAN, date(2026, 8, 31), date(2026, 9, 1))}
    assert [one.name if one else None for one in found.values()] == [None, "王秀兰", "王秀兰", "李建国"]


def test_on_the_first_day_the_period_is_corrected(estate: Estate, session: Session) -> None:
    first = name_custodian(estate, GIVEN, version=NOBODY, actor=actor(), now=NOW)
    name_custodian(estate, replace(GIVEN, phone="13904010024"), version=first.version, actor=actor(), now=NOW)
    (only,) = list_custodians_of(estate)
    assert (only.phone, only.version) == ("13904010024", 2)


def test_an_end_puts_the_estate_back_on_the_list(estate: Estate) -> None:
    assert named_missing() == ["纺织院散楼"]
    first = name_custodian(estate, GIVEN, version=NOBODY, actor=actor(), now=NOW)
    assert named_missing() == []
    end_custodian(estate, ended_on=TODAY - DAY, reason="调离", version=first.version, actor=actor(), now=NOW)
    assert named_missing() == ["纺织院散楼"]
    assert list_custodians_of(estate)[0].ended_reason == "调离"


def named_missing() -> list[str]:
    return [row.name for row in list_needing(make.SHENHE_SCOPE, CustodyFilter(), day=TODAY).items]


def test_the_second_of_two_officials_overwrites_nothing(estate: Estate) -> None:
    first = name_custodian(estate, GIVEN, version=NOBODY, actor=actor(), now=NOW)
    for version in (NOBODY, first.version + 1):
        with pytest.raises(StaleVersion):
            name_custodian(estate, replace(GIVEN, name="李建国"), version=version, actor=actor(), now=NOW)
        with pytest.raises(StaleVersion):
            end_custodian(estate, ended_on=TODAY, reason="x", version=version, actor=actor(), now=NOW)
    assert [one.name for one in list_custodians_of(estate)] == ["王秀兰"]


def test_who_is_second_to_name_the_first_is_told_so(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both saw nobody in charge; the second finds out from the database only."""
    name_custodian(estate, GIVEN, version=NOBODY, actor=actor(), now=NOW)
    monkeypatch.setattr(custody, "_claim", lambda _estate, _version: None)
    with pytest.raises(StaleVersion):
        name_custodian(estate, replace(GIVEN, began_on=TODAY), version=NOBODY, actor=actor(), now=NOW)
    assert [one.ended_on for one in list_custodians_of(estate)] == [None]


def test_nobody_can_be_ended(estate: Estate) -> None:
    with pytest.raises(StaleVersion):
        end_custodian(estate, ended_on=TODAY, reason="x", version=NOBODY, actor=actor(), now=NOW)


def test_a_custodian_without_phone_is_refused_and_nothing_kept(estate: Estate, session: Session) -> None:
    with pytest.raises(Refused) as refusal:
        name_custodian(estate, replace(GIVEN, phone="　"), version=NOBODY, actor=actor(), now=NOW)
    assert codes(refusal) == ["custodian_phone_missing"]
    assert session.scalars(select(Custodian)).all() == []


@pytest.mark.parametrize("change", [{"people_repair": -1}, {"ended_on": BEGAN - DAY}, {}])
def test_the_database_refuses_too(estate: Estate, session: Session, change: dict[str, object]) -> None:
    """Two open periods, fewer people than none, an end before the beginning."""
    given = {"estate_code": estate.code, "name": "甲", "phone": PHONE, "recorded_at": NOW, "recorded_by": "x"}
    if not change:
        session.add(Custodian(**given, began_on=BEGAN))
    session.add(Custodian(**given, **{"began_on": BEGAN + DAY, **change}))
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_trail_says_what_was_done_and_shows_no_phone(estate: Estate, session: Session) -> None:
    """A landline without its area code passes the trail's own mask, so the act masks it."""
    first = name_custodian(estate, replace(GIVEN, phone="22790018"), version=NOBODY, actor=actor(), now=NOW)
    second = name_custodian(estate, replace(GIVEN, began_on=TODAY), version=first.version, actor=actor(), now=NOW)
    end_custodian(estate, ended_on=TODAY, reason="调离", version=second.version, actor=actor(), now=NOW)
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    assert [entry.act for entry in entries] == ["custodian.named", "custodian.named", "custodian.ended"]
    assert {entry.subject_key for entry in entries} == {estate.code}
    assert not [entry for entry in entries if "22790018" in entry.facts or PHONE in entry.facts]
    assert "王秀兰" in entries[0].facts


# --- lists ----------------------------------------------------------------------------------------------------------


def test_the_list_goes_by_scope_mode_and_street(session: Session) -> None:
    make.make_tree()
    lost = make.make_estate("弃管楼")
    make.make_service(lost, None, Mode.ABANDONED)
    unknown = make.make_estate("不明楼")
    elsewhere = make.make_estate("和平楼", make.HEPING_COMMUNITY)
    make.make_service(make.make_estate("专业楼"), make.make_company())
    make.make_estate("写字楼", kind=EstateKind.OFFICE)
    make.make_estate("在建", condition=Condition.UNDER_CONSTRUCTION)
    name_custodian(elsewhere, GIVEN, version=NOBODY, actor=actor(), now=NOW)
    every = list_needing(make.CITY_SCOPE, CustodyFilter(), day=TODAY)
    assert {row.code for row in every.items} == {lost.code, unknown.code}
    assert list_needing(make.HEPING_SCOPE, CustodyFilter(), day=TODAY).items == ()
    (named,) = list_needing(make.HEPING_SCOPE, CustodyFilter(named=True), day=TODAY).items
    assert (named.custodian, named.since, named.place.community) == ("王秀兰", BEGAN, "新世界社区")
    by_mode = list_needing(make.CITY_SCOPE, CustodyFilter(mode=Mode.ABANDONED), day=TODAY)
    assert [row.code for row in by_mode.items] == [lost.code]
    by_mode = list_needing(make.CITY_SCOPE, CustodyFilter(mode_not_known=True), day=TODAY)
    assert [row.code for row in by_mode.items] == [unknown.code]
    streets = list_streets_needing(make.CITY_SCOPE, None, day=TODAY)
    assert [(street.code, street.needing, street.missing, street.named) for street in streets] == [
        (make.SHENHE_STREET, 2, 2, 0),
        (make.HEPING_STREET, 1, 0, 1),
    ]
    assert count_needing(make.CITY_SCOPE, CustodyFilter(), day=TODAY).number == 2
    narrowed = CustodyFilter(division=get_division(make.HEPING))
    assert count_needing(make.CITY_SCOPE, narrowed, day=TODAY).number == 0
    assert [street.code for street in list_streets_needing(make.CITY_SCOPE, narrowed.division, day=TODAY)] == [
        make.HEPING_STREET
    ]


def test_the_list_pages_by_key(session: Session) -> None:
    make.make_tree()
    made = sorted(make.make_estate(f"散楼{number}").code for number in range(5))
    seen, cursor = [], None
    for _ in range(3):
        page = list_needing(make.CITY_SCOPE, CustodyFilter(), day=TODAY, cursor=cursor, limit=2)
        seen += [row.code for row in page.items]
        cursor = page.next
    assert (seen, cursor) == (made, None)


def test_the_database_and_the_rules_agree(session: Session) -> None:
    """Every kind, mode, condition and gap once: who needs a custodian and what a survey asks."""
    make.make_tree()
    company = make.make_company()
    for number, (kind, mode, condition, gone, told) in enumerate(
        product((R, OFFICE), (None, *Mode), Condition, (None, TODAY), (True, False))
    ):
        estate = make.make_estate(
            f"楼{number}", kind=kind, condition=condition, retired_on=gone,
            households=1 if told else None, duty_phone="22790018" if told else None,
        )  # fmt: skip
        if mode:
            make.make_service(estate, company if mode is Mode.PROFESSIONAL else None, mode)
        if number % 3 == 0:
            session.add(
                Custodian(
                    estate_code=estate.code, name="甲", phone=PHONE, began_on=BEGAN, recorded_at=NOW, recorded_by="x"
                )
            )
    session.flush()
    every = Scope.everything()
    needing = {row.code for flag in (True, False) for row in pages(every, flag)}
    lacking = {row.code: row.lacks for row in list_lacking(get_division(make.SHENHE_STREET), day=TODAY)}
    assert 0 < len(needing) < len(lacking) < session.query(Estate).count()
    for estate in session.query(Estate):
        known = known_of(session, estate)
        assert (estate.code in needing) is needs_custodian(known.kind, known.state, PRACTICE)
        assert lacking.get(estate.code, ()) == lacks_of(known, PRACTICE) == lacks_now(estate, day=TODAY)


def pages(scope: Scope, named: bool) -> list:
    return list(list_needing(scope, CustodyFilter(named=named), day=TODAY, limit=200).items)


def known_of(session: Session, estate: Estate) -> EstateKnown:
    service = session.query(make.Service).filter_by(estate_id=estate.id).one_or_none()
    state = state_of(
        mode=service.mode if service else None, condition=estate.condition, condition_since=estate.condition_since,
        retired_on=estate.retired_on, day=TODAY,
    )  # fmt: skip
    named = find_custodian(estate, TODAY) is not None
    return EstateKnown(estate.kind, state, estate.households, estate.duty_phone, named)
