"""The baseline survey: the rules as tables, and a round from opening to closing on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.coverage.actions.custody import NOBODY, name_custodian
from regulator.features.coverage.actions.surveys import AT_ONCE, answer_survey, close_survey, open_survey
from regulator.features.coverage.models import SurveyEstate, SurveyRound
from regulator.features.coverage.queries.custody import find_custodian
from regulator.features.coverage.queries.surveys import (
    count_survey_estates,
    find_next,
    find_open_survey,
    get_survey,
    get_survey_estate,
    list_open_names,
    list_streets_to_survey,
    list_survey_estates,
    list_survey_progress,
    list_surveys,
)
from regulator.features.coverage.rules.counting import PRACTICE
from regulator.features.coverage.rules.survey import is_done, judge_answer, judge_closing, judge_opening, lacks_of
from regulator.features.coverage.terms import CustodianGiven, EstateKnown, Exclusion, Lack, SurveyAnswer
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Scope
from regulator.features.registry import signals
from regulator.features.registry.actions import estates as estate_acts
from regulator.features.registry.models import Estate
from regulator.features.registry.queries.services import list_period_facts
from regulator.features.registry.rules.services import mode_on
from regulator.features.registry.terms import EstateKind, Mode, RegisterNature
from regulator.foundation.errors import NotFound, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.registry import NOW, TODAY, actor

DAY = timedelta(days=1)
DUE = date(2026, 12, 31)
PHONE = "13904010023"
CUSTODIAN = CustodianGiven("王秀兰", PHONE, date(2026, 3, 1))
WORKER = Scope.division(make.SHENHE_COMMUNITY, "惠工社区")
STREET = Scope.division(make.SHENHE_STREET, "朱剪炉街道")
MODE, HOUSEHOLDS, DUTY_PHONE, NAMED = Lack.MODE, Lack.HOUSEHOLDS, Lack.DUTY_PHONE, Lack.CUSTODIAN
KNOWN = EstateKnown(EstateKind.RESIDENTIAL, Mode.NONE, 812, "22790018", has_custodian=True)


# --- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        pytest.param({}, (), id="all-known"),
        pytest.param({"state": Exclusion.MODE_UNKNOWN}, (MODE,), id="mode"),
        pytest.param({"households": None}, (HOUSEHOLDS,), id="households"),
        pytest.param({"households": 0}, (), id="no-households-is-an-answer"),
        pytest.param({"duty_phone": None}, (DUTY_PHONE,), id="duty-phone"),
        pytest.param({"duty_phone": ""}, (DUTY_PHONE,), id="duty-phone-empty"),
        pytest.param({"has_custodian": False}, (NAMED,), id="§6-custodian"),
        pytest.param({"has_custodian": False, "state": Mode.PROFESSIONAL}, (), id="§6-professional-needs-none"),
        pytest.param(
            {"state": Exclusion.MODE_UNKNOWN, "households": None, "duty_phone": None, "has_custodian": False},
            (MODE, HOUSEHOLDS, DUTY_PHONE, NAMED), id="everything-in-the-order-of-the-form",
        ),
        pytest.param({"kind": EstateKind.OFFICE, "households": None}, (), id="kind-does-not-count"),
        pytest.param({"state": Exclusion.DEMOLISHED, "households": None}, (), id="demolished"),
        pytest.param({"state": Exclusion.RETIRED, "households": None}, (), id="off-the-register"),
        pytest.param({"state": Exclusion.UNDER_CONSTRUCTION, "households": None}, (), id="not-built"),
    ],
)  # fmt: skip
def test_what_a_survey_asks(change: dict[str, Any], lacks: tuple[Lack, ...]) -> None:
    assert lacks_of(replace(KNOWN, **change), PRACTICE) == lacks


@pytest.mark.parametrize(
    ("lacking", "reason", "done"),
    [((), None, True), ((MODE,), None, False), ((MODE,), "业主不在", True), ((MODE,), "", False), ((), "x", True)],
)
def test_when_an_estate_is_settled(lacking: tuple[Lack, ...], reason: str | None, done: bool) -> None:
    assert is_done(lacking, reason) is done


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"open_already": True}, ["survey_open_already"]),
        ({"due_on": TODAY}, []),
        ({"due_on": TODAY - DAY}, ["due_on_past"]),
        ({"lacking": 0}, ["survey_nothing_lacks"]),
    ],
)
def test_when_a_round_may_be_opened(facts: dict[str, Any], expected: list[str]) -> None:
    given = {"open_already": False, "due_on": DUE, "today": TODAY, "lacking": 1} | facts
    assert [finding.code for finding in judge_opening(**given).findings] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"closed": True}, ["survey_closed"]),
        ({"given": (HOUSEHOLDS,)}, ["survey_not_asked"]),
        ({"given": (), "says_anything": False}, ["survey_answer_empty"]),
        ({"given": ()}, []),
    ],
)
def test_what_may_be_answered(facts: dict[str, Any], expected: list[str]) -> None:
    given = {"closed": False, "lacking": (MODE,), "given": (MODE,), "says_anything": True} | facts
    assert [finding.code for finding in judge_answer(**given).findings] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"waiting": ["甲", "乙"]}, ["survey_incomplete"]),
        ({"waiting": ["甲"], "reason": "年底汇总"}, []),
        ({"closed": True}, ["survey_closed"]),
    ],
)
def test_when_a_round_may_be_closed(facts: dict[str, Any], expected: list[str]) -> None:
    given: dict[str, Any] = {"closed": False, "waiting": [], "reason": None} | facts
    assert [finding.code for finding in judge_closing(**given).findings] == expected


def test_the_refusal_names_what_is_open_and_says_how_many() -> None:
    (finding,) = judge_closing(closed=False, waiting=[f"楼{n}" for n in range(12)], reason=None).findings
    assert finding.params == {"remaining": 12, "estates": "、".join(f"楼{n}" for n in range(10))}


# --- a round --------------------------------------------------------------------------------------------------------


@pytest.fixture
def street(session: Session) -> dict[str, Estate]:
    """A street with one estate of each gap, one that lacks nothing, and one of another district."""
    make.make_tree()
    make.decide(RegisterNature.REAL)
    phone = {"duty_phone": "024-22790018"}
    made = {
        "all": make.make_estate("全缺楼", households=None),
        "families": make.make_estate("缺户数楼", households=None, **phone),
        "street": make.make_estate("待落楼", make.SHENHE_STREET, **phone),
        "whole": make.make_estate("齐全楼", **phone),
        "other": make.make_estate("和平楼", make.HEPING_COMMUNITY),
    }
    company = make.make_company()
    for name in ("families", "whole"):
        make.make_service(made[name], company)
    make.make_service(made["street"], None, Mode.ABANDONED)
    return made


def opened() -> SurveyRound:
    return open_survey(get_division(make.SHENHE_STREET), title="2026 年摸底", due_on=DUE, actor=actor(), now=NOW)


def answer(current: SurveyRound, estate: Estate, given: SurveyAnswer, **other: Any) -> bool:
    entry = get_survey_estate(make.CITY_SCOPE, current, estate.code, day=TODAY).entry
    values = {
        "company": None, "version": entry.version, "estate_version": estate.version, "actor": actor(), "now": NOW,
    } | other  # fmt: skip
    return answer_survey(current, entry, estate, given, **values)


def test_a_round_asks_about_what_lacks_in_the_street(street: dict[str, Estate], session: Session) -> None:
    current = opened()
    rows = session.scalars(select(SurveyEstate)).all()
    assert {row.estate_code: row.lacked for row in rows} == {
        street["all"].code: ["mode", "households", "duty_phone", "custodian"],
        street["families"].code: ["households"],
        street["street"].code: ["custodian"],
    }
    with pytest.raises(Refused) as refusal:
        opened()
    assert [finding.code for finding in refusal.value.findings] == ["survey_open_already"]
    assert find_open_survey(get_division(make.SHENHE_STREET)) is current
    free = [row.code for row in list_streets_to_survey(make.CITY_SCOPE, day=TODAY)]
    assert make.SHENHE_STREET not in free
    assert make.HEPING_STREET in free


def test_each_sees_the_estates_of_their_own_place(street: dict[str, Estate]) -> None:
    current = opened()
    for scope, count in ((STREET, 3), (WORKER, 2), (make.SHENHE_SCOPE, 3), (make.CITY_SCOPE, 3)):
        assert get_survey(scope, current.id) is current
        assert count_survey_estates(scope, current, None, day=TODAY).number == count
        assert len(list_survey_estates(scope, current, None, day=TODAY).items) == count
        (row,) = list_surveys(scope).items
        assert (row.estates, row.answered) == (count, 0)
    with pytest.raises(NotFound):
        get_survey(make.HEPING_SCOPE, current.id)
    with pytest.raises(NotFound):
        get_survey_estate(WORKER, current, street["street"].code, day=TODAY)
    assert list_surveys(make.HEPING_SCOPE).items == ()
    assert [(row.code, row.estates, row.settled) for row in list_survey_progress(STREET, current, day=TODAY)] == [
        (make.SHENHE_STREET, 1, 0),
        (make.SHENHE_COMMUNITY, 2, 0),
    ]


def test_an_answer_goes_into_the_register_by_its_own_acts(street: dict[str, Estate], session: Session) -> None:
    current, estate = opened(), street["all"]
    whole = SurveyAnswer(Mode.COMMUNITY_CUSTODY, date(2026, 5, 1), 96, "024-22790019", CUSTODIAN, "屋面漏雨")
    assert answer(current, estate, whole) is True
    assert (estate.households, estate.duty_phone) == (96, "024-22790019")
    assert mode_on(list_period_facts(estate.id), TODAY) is Mode.COMMUNITY_CUSTODY
    assert find_custodian(estate, TODAY).name == "王秀兰"
    row = get_survey_estate(STREET, current, estate.code, day=TODAY)
    assert (row.lacks, row.entry.problems, row.entry.done, row.is_settled) == ((), "屋面漏雨", True, True)
    acts = set(session.scalars(select(AuditEntry.act)))
    assert {"estate.corrected", "service.registered", "custodian.named", "survey.answered", "survey.opened"} <= acts
    facts = "".join(session.scalars(select(AuditEntry.facts)))
    assert PHONE not in facts
    assert "屋面漏雨" not in facts


def test_what_is_answered_in_parts_stays_open_until_a_reason_is_given(street: dict[str, Estate]) -> None:
    current, estate = opened(), street["all"]
    assert answer(current, estate, SurveyAnswer(households=96)) is False
    row = get_survey_estate(STREET, current, estate.code, day=TODAY)
    assert (row.lacks, row.is_settled) == ((MODE, DUTY_PHONE, NAMED), False)
    assert answer(current, estate, SurveyAnswer(unknown_reason="产权单位已注销，无人知晓")) is True
    row = get_survey_estate(STREET, current, estate.code, day=TODAY)
    assert (row.lacks, row.is_settled) == ((MODE, DUTY_PHONE, NAMED), True)


def test_a_professional_company_makes_a_custodian_needless(street: dict[str, Estate], session: Session) -> None:
    current, estate, company = opened(), street["all"], make.make_company()
    given = SurveyAnswer(Mode.PROFESSIONAL, None, 96, "024-22790019")
    session.commit()
    with pytest.raises(Refused) as refusal:
        answer(current, estate, given)
    assert [finding.code for finding in refusal.value.findings] == ["credit_code_needed"]
    session.rollback()
    assert answer(current, estate, given, company=company) is True
    assert find_custodian(estate, TODAY) is None


def test_a_refused_part_refuses_the_whole(street: dict[str, Estate], session: Session) -> None:
    current, estate = opened(), street["all"]
    session.commit()
    given = SurveyAnswer(Mode.NONE, None, 96, None, replace(CUSTODIAN, phone=""))
    with pytest.raises(Refused) as refusal:
        answer(current, estate, given)
    assert [finding.code for finding in refusal.value.findings] == ["custodian_phone_missing"]
    session.rollback()
    assert (estate.households, list_period_facts(estate.id)) == (None, [])


def test_only_what_lacks_is_taken(street: dict[str, Estate]) -> None:
    current, estate = opened(), street["families"]
    for given in (SurveyAnswer(mode=Mode.NONE), SurveyAnswer(duty_phone="1"), SurveyAnswer(custodian=CUSTODIAN)):
        with pytest.raises(Refused) as refusal:
            answer(current, estate, given)
        assert [finding.code for finding in refusal.value.findings] == ["survey_not_asked"]
    with pytest.raises(Refused):
        answer(current, estate, SurveyAnswer())


def test_the_second_of_two_workers_overwrites_nothing(street: dict[str, Estate]) -> None:
    current, estate = opened(), street["all"]
    entry = get_survey_estate(STREET, current, estate.code, day=TODAY).entry
    answer(current, estate, SurveyAnswer(problems="漏雨"))
    with pytest.raises(StaleVersion):
        answer(current, estate, SurveyAnswer(problems="不漏"), version=entry.version - 1)
    with pytest.raises(StaleVersion):
        answer(current, estate, SurveyAnswer(households=5), estate_version=estate.version + 1)
    assert entry.problems == "漏雨"
    assert estate.households is None


def test_what_the_register_learns_otherwise_settles_too(street: dict[str, Estate]) -> None:
    current, estate = opened(), street["families"]
    estate_acts.correct_estate(estate, {"households": 3}, version=1, reason="普查", actor=actor(), now=NOW)
    name_custodian(street["street"], CUSTODIAN, version=NOBODY, actor=actor(), now=NOW)
    assert [row.name for row in list_survey_estates(STREET, current, None, day=TODAY, only_open=True).items] == [
        "全缺楼"
    ]
    assert [(row.settled, row.share) for row in list_survey_progress(STREET, current, day=TODAY)] == [(1, 1), (1, 0.5)]


def test_the_next_estate_is_the_next_open_one(street: dict[str, Estate]) -> None:
    current = opened()
    codes = [row.code for row in list_survey_estates(STREET, current, None, day=TODAY).items]
    entries = {code: get_survey_estate(STREET, current, code, day=TODAY).entry for code in codes}
    assert [find_next(STREET, current, entries[code], day=TODAY) for code in codes] == [*codes[1:], codes[0]]
    mine = [row.code for row in list_survey_estates(WORKER, current, None, day=TODAY).items]
    assert find_next(WORKER, current, entries[mine[-1]], day=TODAY) == mine[0]
    for code in mine:
        entries[code].done = True
    assert find_next(WORKER, current, entries[mine[0]], day=TODAY) is None


def test_a_round_is_closed_when_complete_or_with_a_reason(street: dict[str, Estate], session: Session) -> None:
    current = opened()
    names = list_open_names(current, day=TODAY)
    assert len(names) == 3
    with pytest.raises(Refused) as refusal:
        close_survey(current, reason=None, version=current.version, actor=actor(), now=NOW)
    assert refusal.value.findings[0].params == {"remaining": 3, "estates": "、".join(names)}
    with pytest.raises(StaleVersion):
        close_survey(current, reason="x", version=9, actor=actor(), now=NOW)
    close_survey(current, reason="年底汇总", version=current.version, actor=actor(), now=NOW)
    assert current.closed_reason == "年底汇总"
    with pytest.raises(Refused):
        close_survey(current, reason="x", version=current.version, actor=actor(), now=NOW)
    with pytest.raises(Refused):
        answer(current, street["all"], SurveyAnswer(problems="x"))
    again = opened()
    for name in ("all", "families", "street"):
        answer(again, street[name], SurveyAnswer(unknown_reason="无法核实"))
    close_survey(again, reason=None, version=again.version, actor=actor(), now=NOW)
    assert again.closed_at is not None


def test_a_round_follows_an_estate_into_its_community(app: Flask, street: dict[str, Estate], session: Session) -> None:
    current, estate = opened(), street["street"]
    estate_acts.place_estate(estate, make.SHENHE_COMMUNITY, version=1, reason="核实", actor=actor(), now=NOW)
    session.expire_all()
    assert get_survey_estate(WORKER, current, estate.code, day=TODAY).division_code == make.SHENHE_COMMUNITY
    close_survey(current, reason="x", version=current.version, actor=actor(), now=NOW)
    estate_acts.place_estate(estate, make.SHENHE_STREET, version=estate.version, reason="误", actor=actor(), now=NOW)
    session.expire_all()
    assert get_survey_estate(WORKER, current, estate.code, day=TODAY).division_code == make.SHENHE_COMMUNITY


def test_many_estates_that_move_at_once_are_followed(street: dict[str, Estate], session: Session) -> None:
    """As after an import: more codes than go into one statement, those of no round among them."""
    current, estate = opened(), street["street"]
    estate.division_code = make.SHENHE_COMMUNITY
    session.flush()
    signals.touch({estate.code, *(f"{make.HEPING_COMMUNITY}{number:04d}" for number in range(2 * AT_ONCE))})
    session.expire_all()
    assert get_survey_estate(WORKER, current, estate.code, day=TODAY).division_code == make.SHENHE_COMMUNITY


def test_a_street_where_nothing_lacks_opens_no_round(street: dict[str, Estate]) -> None:
    make.make_service(street["other"], make.make_company())
    street["other"].duty_phone = "1"
    with pytest.raises(Refused) as refusal:
        open_survey(get_division(make.HEPING_STREET), title="x", due_on=DUE, actor=actor(), now=NOW)
    assert [finding.code for finding in refusal.value.findings] == ["survey_nothing_lacks"]


def test_the_database_refuses_two_open_rounds_of_a_street(street: dict[str, Estate], session: Session) -> None:
    given = {"division_code": make.SHENHE_STREET, "title": "x", "due_on": DUE, "opened_at": NOW, "opened_by": "x"}
    session.add_all([SurveyRound(**given), SurveyRound(**given)])
    with pytest.raises(IntegrityError):
        session.flush()
