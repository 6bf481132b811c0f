"""The baseline survey from desk to desk, on both databases: a street opens and closes, a community answers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.coverage.models import Custodian, SurveyEstate, SurveyRound
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.terms import Mode
from tests.factories import registry as make

Open = Callable[..., Any]
PHONE = "13904010023"
ROUND = {"division_code": make.SHENHE_STREET, "title": "2026 年摸底调查", "due_on": "2099-12-31"}


@pytest.fixture
def street(session: Session) -> dict[str, str]:
    """Codes of a street's estates: all lacks, households lack, to be placed; and one of another district."""
    make.make_tree()
    company = make.make_company("沈阳和智物业服务有限公司")
    made = {
        "all": make.make_estate("全缺楼", households=None),
        "families": make.make_estate("缺户数楼", households=None, duty_phone="024-22790018"),
        "unplaced": make.make_estate("待落楼", make.SHENHE_STREET, duty_phone="024-22790018"),
        "other": make.make_estate("和平楼", make.HEPING_COMMUNITY),
    }
    make.make_service(made["families"], company)
    make.make_service(made["unplaced"], None, Mode.NONE)
    session.commit()
    return {name: estate.code for name, estate in made.items()}


def opened(sign_in: Open) -> tuple[Any, str]:
    """A street officer's desk and the address of the round just opened."""
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    desk.get("/office/surveys/new")
    return desk, desk.post("/office/surveys/new", **ROUND).location


def look_again(session: Session) -> None:
    session.rollback()
    session.expire_all()


def entry_of(session: Session, code: str) -> SurveyEstate:
    look_again(session)
    return session.scalars(select(SurveyEstate).where(SurveyEstate.estate_code == code)).one()


def test_a_street_opens_a_community_answers_the_street_closes(
    sign_in: Open, session: Session, street: dict[str, str]
) -> None:
    office, path = opened(sign_in)
    page = office.get(path)
    for name in ("全缺楼", "缺户数楼", "待落楼"):
        assert name in page
    assert "和平楼" not in page
    worker = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY, name="赵敏")
    assert path in worker.get("/office/surveys")
    page = worker.get(path)
    assert "待落楼" not in page
    first = f"{path}/estates/{street['all']}"
    assert first in page
    heading = worker.get(first).partition('class="subheading">')[2].partition("</div>")[0]
    assert "\xa0· " in heading
    assert " · " not in heading, "on a phone a line would begin with the point"
    following = worker.post(
        first, mode="community_custody", began_on="2026-05-01", households="96", duty_phone="024-22790019",
        name="王秀兰", phone=PHONE, since="2026-05-01", people_cleaning="1", problems="屋面漏雨",
    ).location  # fmt: skip
    assert following == f"{path}/estates/{street['families']}"
    look_again(session)
    estate = session.scalars(select(Estate).where(Estate.code == street["all"])).one()
    assert (estate.households, estate.duty_phone) == (96, "024-22790019")
    assert session.scalars(select(Service.mode).where(Service.estate_id == estate.id)).all() == [Mode.COMMUNITY_CUSTODY]
    assert session.scalars(select(Custodian.phone)).all() == [PHONE]
    page = worker.get(following)
    for asked, stands in (("households", True), ("mode", False), ("duty_phone", False), ("phone", False)):
        assert (f'name="{asked}"' in page) is stands, asked
    assert worker.post(following, households="812").location == path, "all of the community's are settled"
    page = worker.get(path)
    assert "100.0%" in page
    assert PHONE not in page
    assert "屋面漏雨" in page
    office.get(path)
    page = office.post(f"{path}/close", 409).text
    assert "待落楼" in page[page.index("summary") :]
    own = f"{path}/estates/{street['unplaced']}"
    office.get(own)
    assert office.post(own, unknown_reason="产权单位已注销").location == path
    office.get(path)
    office.post(f"{path}/close")
    assert "已结束" in office.get("/office/surveys")
    look_again(session)
    assert session.scalars(select(SurveyRound.closed_by)).one() == "张晓敏"
    worker.get("/office/surveys")
    worker.post(first, 409, problems="x", version=str(entry_of(session, street["all"]).version), estate_version="1")
    assert "<textarea" not in worker.get(first)


def test_a_round_is_closed_early_for_a_reason(sign_in: Open, session: Session, street: dict[str, str]) -> None:
    office, path = opened(sign_in)
    office.get(path)
    office.post(f"{path}/close", reason="年底汇总")
    assert "年底汇总" in office.get(path)


def test_what_is_half_answered_stays_open(sign_in: Open, session: Session, street: dict[str, str]) -> None:
    _, path = opened(sign_in)
    worker = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    here = f"{path}/estates/{street['all']}"
    worker.get(here)
    worker.post(here, households="96")
    page = worker.get(here)
    assert 'name="households"' not in page
    assert 'name="mode"' in page
    assert entry_of(session, street["all"]).done is False


def test_a_refused_part_takes_the_whole_back_and_can_be_sent_again(
    sign_in: Open, session: Session, street: dict[str, str]
) -> None:
    """The custodian without phone is refused after the register took the households; the form then still fits."""
    _, path = opened(sign_in)
    worker = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    here = f"{path}/estates/{street['all']}"
    worker.get(here)
    answer = {"mode": "none", "households": "96", "name": "王秀兰"}
    page = worker.post(here, 409, **answer).text
    assert 'id="f-phone-error"' in page
    assert 'value="96"' in page
    look_again(session)
    assert session.scalars(select(Estate.households).where(Estate.code == street["all"])).one() is None
    worker.post(here, **answer, phone=PHONE)
    look_again(session)
    assert session.scalars(select(Estate.households).where(Estate.code == street["all"])).one() == 96


def test_a_company_is_chosen_by_its_name(sign_in: Open, session: Session, street: dict[str, str]) -> None:
    _, path = opened(sign_in)
    worker = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    here = f"{path}/estates/{street['all']}"
    worker.get(here)
    assert 'id="f-company-error"' in worker.post(here, 400, mode="professional").text
    worker.post(here, mode="professional", company="和智物业", households="96", duty_phone="024-22790018")
    assert entry_of(session, street["all"]).done is True
    assert session.scalars(select(Custodian)).all() == []


def test_nothing_can_be_slipped_in_that_was_not_asked(sign_in: Open, session: Session, street: dict[str, str]) -> None:
    """A community worker may fill what lacks, not correct the register."""
    _, path = opened(sign_in)
    worker = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    here = f"{path}/estates/{street['families']}"
    for slipped in ({"duty_phone": "1"}, {"mode": "none"}, {"name": "甲", "phone": PHONE}):
        worker.get(here)
        worker.post(here, 409, **slipped)
    worker.get(here)
    worker.post(here, 409)
    look_again(session)
    assert session.scalars(select(Service.mode)).all().count(Mode.NONE) == 1
    assert session.scalars(select(Custodian)).all() == []


def test_the_second_of_two_workers_overwrites_nothing(sign_in: Open, session: Session, street: dict[str, str]) -> None:
    _, path = opened(sign_in)
    first, second = (sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY) for _ in range(2))
    here = f"{path}/estates/{street['all']}"
    first.get(here)
    second.get(here)
    first.post(here, problems="漏雨")
    second.post(here, 409, problems="不漏")
    assert entry_of(session, street["all"]).problems == "漏雨"
    second.post(here, problems="也漏")
    assert entry_of(session, street["all"]).problems == "也漏"


def test_a_round_opens_only_in_ones_own_street_and_once(
    sign_in: Open, session: Session, street: dict[str, str]
) -> None:
    office, _ = opened(sign_in)
    assert make.SHENHE_STREET not in re.findall(r'<option value="(\d+)"', office.get("/office/surveys/new"))
    district = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    district.get("/office/surveys/new")
    district.post("/office/surveys/new", 400, **ROUND)
    district.post("/office/surveys/new", 409, **{**ROUND, "division_code": make.HEPING_STREET, "due_on": "2020-01-01"})
    look_again(session)
    assert len(session.scalars(select(SurveyRound)).all()) == 1


@pytest.mark.parametrize(
    ("role", "scope", "look", "answers", "closes"),
    [
        (Role.CITY_OFFICER, make.CITY, 200, 403, 403),
        (Role.DISTRICT_OFFICER, make.SHENHE, 200, 303, 303),
        (Role.DISTRICT_OFFICER, make.HEPING, 404, 404, 404),
        (Role.STREET_OFFICER, make.HEPING_STREET, 404, 404, 404),
        (Role.STREET_OFFICER, make.SHENHE_COMMUNITY, 200, 303, 404),
        (Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY, 200, 303, 403),
        (Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY, 404, 404, 403),
        (Role.POLICY_EDITOR, make.CITY, 403, 403, 403),
    ],
)
def test_who_looks_answers_and_closes_where(
    sign_in: Open,
    session: Session,
    street: dict[str, str],
    role: Role,
    scope: str,
    look: int,
    answers: int,
    closes: int,
) -> None:
    """A street officer who answers for one community only does not close the whole street's round."""
    _, path = opened(sign_in)
    desk, here = sign_in(role, scope), f"{path}/estates/{street['all']}"
    assert desk.fetch(path).status_code == look
    assert desk.fetch(here).status_code == look
    desk.get("/office/")
    desk.post(here, answers, version="1", estate_version="1", problems="漏雨")
    desk.get("/office/")
    desk.post(f"{path}/close", closes, version="1", reason="x")


def test_the_round_is_exported_as_shown(sign_in: Open, session: Session, street: dict[str, str]) -> None:
    office, path = opened(sign_in)
    lines = office.fetch(f"{path}?export=csv").data.decode("utf-8-sig")
    assert "管理模式、户数、值班电话、管护责任人" in lines
    assert "待落楼" in lines
    lines = office.fetch(f"{path}?export=csv&division={make.SHENHE_COMMUNITY}").data.decode("utf-8-sig")
    assert "待落楼" not in lines


def test_the_form_is_whole_in_english(sign_in: Open, session: Session, street: dict[str, str]) -> None:
    office, path = opened(sign_in)
    page = office.get(f"{path}/estates/{street['all']}?lang=en")
    assert "How is the estate managed?" in page
    assert "Why what lacks cannot be known" in page


def test_the_front_page_says_that_a_round_waits_for_ones_own_estates(
    sign_in: Open, session: Session, street: dict[str, str]
) -> None:
    _office, path = opened(sign_in)
    worker = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    page = worker.get("/office/")
    assert f'href="{path}"' in page
    assert "摸底调查，2 个小区中 2 个未完成" in page
    assert path not in sign_in(Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY).get("/office/")
    assert street
    session.execute(update(SurveyRound).values(closed_at=make.NOW, closed_by="x", closed_reason="x"))
    session.commit()
    assert path not in worker.get("/office/")
