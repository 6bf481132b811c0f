"""A company asks for its record to be changed; the district confirms or returns it, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.papers.models import Matter
from regulator.features.papers.terms import MatterState, Outcome
from regulator.features.registry.actions.companies import correct_company
from regulator.features.registry.models import Company, CompanyRequest, RecordChange
from regulator.features.registry.rules.requests import judge_confirming, judge_request
from regulator.features.registry.terms import CompanyStatus, RequestState
from regulator.foundation import clock
from tests.factories import registry as make
from tests.factories.accounts import make_account
from tests.factories.registry import HEPING, SHENHE
from tests.portals.conftest import Desk, sign_in

__all__ = ["sign_in"]
SignIn = Callable[..., Desk]
ASKED = {"phone": "024-22223333", "office_address": "沈河区惠工街9号", "reason": "迁址"}


@pytest.fixture
def company(session: Session) -> Company:
    make.make_tree()
    make_account("official", (Role.DISTRICT_OFFICER, SHENHE))
    found = make.make_company(phone="024-11112222", introduction="简介")
    session.commit()
    return found


def sent(desk: Desk, expected: int = 303, **fields: Any) -> str:
    desk.get("/company/changes")
    return desk.post("/company/changes", expected, **(ASKED | {"introduction": "简介"} | fields)).text


def request_of(session: Session) -> CompanyRequest:
    session.rollback()
    return session.scalars(select(CompanyRequest).order_by(CompanyRequest.asked_at.desc()).limit(1)).one()


def matter_of(session: Session) -> Matter:
    session.rollback()
    return session.scalars(select(Matter).where(Matter.kind == "request").order_by(Matter.number.desc()).limit(1)).one()


def test_asked_and_confirmed(company: Company, session: Session, sign_in: SignIn) -> None:
    desk = sign_in(Role.COMPANY_USER, company.credit_code)
    assert "024-11112222" in desk.get("/company/changes")
    sent(desk)
    request = request_of(session)
    assert request.before == {"phone": "024-11112222", "office_address": None}, "what differs, and nothing else"
    assert company.phone == "024-11112222", "nothing changes by asking"
    assert "另一项" not in sent(desk, 409)
    matter = matter_of(session)
    assert (matter.state, matter.division_code, matter.title) == (MatterState.OPEN, SHENHE, company.name)
    officer = sign_in(Role.DISTRICT_OFFICER, SHENHE)
    assert f"/office/requests/{request.id}" in officer.get(f"/office/matters/{matter.number}")
    page = officer.get(f"/office/requests/{request.id}")
    assert "沈河区惠工街9号" in page
    assert "迁址" in page
    officer.post(f"/office/requests/{request.id}/confirm", 303, version=1)
    session.rollback()
    assert (company.phone, company.office_address) == ("024-22223333", "沈河区惠工街9号")
    assert (request_of(session).state, matter_of(session).outcome) == (RequestState.CONFIRMED, Outcome.DONE)
    reasons = session.scalars(select(RecordChange.reason).where(RecordChange.field == "office_address")).all()
    assert reasons == ["迁址"]
    assert session.scalars(select(Matter).where(Matter.kind == "correction")).all() == [], "nobody is asked again"
    officer.get(f"/office/requests/{request.id}")
    twice = officer.post(f"/office/requests/{request.id}/return", 409, version=2, reason="再来")
    assert "该申请已处理" in twice.text
    trail = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("request."))).all()
    assert trail == ["request.asked", "request.confirmed"]


def test_returned_withdrawn_and_overtaken(company: Company, session: Session, sign_in: SignIn) -> None:
    desk, officer = sign_in(Role.COMPANY_USER, company.credit_code), sign_in(Role.DISTRICT_OFFICER, SHENHE)
    assert "没有需要变更的项目" in sent(desk, 409, phone="024-11112222", office_address="")
    for field, longest in (("phone", 40), ("legal_representative", 60), ("office_address", 300)):
        assert f'id="f-{field}-error"' in sent(desk, 400, **{field: "1" * (longest + 1)}), "could not be confirmed"
    sent(desk, office_address="路" * 300)
    first = request_of(session)
    officer.get(f"/office/requests/{first.id}")
    officer.post(f"/office/requests/{first.id}/return", 400, version=1, reason=" ")
    officer.post(f"/office/requests/{first.id}/return", 303, version=1, reason="请附新执照")
    assert "请附新执照" in desk.get("/company/changes")
    assert matter_of(session).outcome is Outcome.UNFOUNDED
    sent(desk, phone="024-33334444")
    second = request_of(session)
    desk.get("/company/changes")
    desk.post(f"/company/changes/{second.id}/withdraw", 303, version=1)
    assert request_of(session).state is RequestState.WITHDRAWN
    sent(desk, phone="024-55556666")
    third = request_of(session)
    found = session.get_one(Company, company.id)
    correct_company(
        found, {"phone": "024-77778888"}, version=found.version, reason="来电更正", actor=make.actor(), now=clock.now()
    )
    session.commit()
    officer.get(f"/office/requests/{third.id}")
    overtaken = officer.post(f"/office/requests/{third.id}/confirm", 409, version=1)
    assert "档案中的相关项目已有变化" in overtaken.text
    assert "024-77778888" in overtaken.text


def test_of_another_district_or_company_there_is_nothing(company: Company, session: Session, sign_in: SignIn) -> None:
    sent(sign_in(Role.COMPANY_USER, company.credit_code))
    request = request_of(session)
    stranger = sign_in(Role.DISTRICT_OFFICER, HEPING)
    stranger.get(f"/office/requests/{request.id}", 404)
    other = make.make_company("别家")
    session.commit()
    desk = sign_in(Role.COMPANY_USER, other.credit_code)
    assert "迁址" not in desk.get("/company/changes")
    desk.post(f"/company/changes/{request.id}/withdraw", 404, version=1)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        pytest.param({}, [], id="may"),
        pytest.param({"changes": {}}, ["request_changes_nothing"], id="nothing-differs"),
        pytest.param({"has_open": True}, ["request_open_already"], id="one-waits"),
        pytest.param({"status": CompanyStatus.CANCELLED}, ["request_of_cancelled"], id="cancelled"),
        pytest.param({"is_local": False}, ["request_without_district"], id="from-outside"),
    ],
)
def test_when_a_company_may_ask(given: dict[str, Any], codes: list[str]) -> None:
    usual = {"changes": {"phone": "1"}, "has_open": False, "status": CompanyStatus.OPERATING, "is_local": True} | given
    found = judge_request(usual.pop("changes"), **usual)  # type: ignore[arg-type]
    assert [finding.code for finding in found.findings] == codes
    assert not judge_confirming({"phone": "1"}, {"phone": "1", "introduction": "x"}).findings
