"""An application walks through all desks: sent in, followed, examined, decided, given out."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.licensing.application_terms import ApplicationAct, ApplicationState
from regulator.features.licensing.models import Application, ApplicationFile
from regulator.features.licensing.terms import ApplicationKind
from regulator.foundation import clock
from tests.factories import uploads
from tests.factories.applications import Offices
from tests.factories.registry import HEPING
from tests.portals.conftest import Desk, enter

A, S = ApplicationAct, ApplicationState
LIST = "/office/licensing/applications"


@pytest.fixture
def offices(app: Flask) -> Offices:
    assert app
    return Offices(clock.now())


def desk_of(app: Flask, session: Session, offices: Offices, name: str) -> Desk:
    return enter(app, session, offices.account(name))


def test_a_company_writes_sends_in_and_takes_back(
    app: Flask, session: Session, offices: Offices, sign_in: Callable[..., Desk]
) -> None:
    company = desk_of(app, session, offices, "applicant")
    assert "还没有申请" in company.get("/company/applications")
    company.get("/company/applications/new")
    company.post("/company/applications/new", 409, kind="new")
    assert "请选择申请的等级" in company.page
    company.get("/company/applications/new")
    made = company.post("/company/applications/new", kind="change", held_certificate="沈物评〔2024〕7号").location
    assert "变更后的营业执照复印件" in company.get(made), "the papers these rules name"
    company.post(f"{made}/submit", 409)
    assert "请先附上申请材料" in company.page
    company.get(made)
    paper = (BytesIO(uploads.pdf()), "变更证明.pdf")
    company.post(f"{made}/papers", files=paper)
    page = company.get(made)
    assert "变更证明.pdf" in page
    company.post(f"{made}/submit", 409)
    assert "目前没有等级证书" in company.page
    offices.holds()
    company.get(made)
    company.post(f"{made}/submit")
    company.post(f"{made}/submit")
    found = session.scalars(select(Application)).one()
    assert (found.state, found.version) == (S.RECEIVED, 2), "the second click finds it done"
    page = company.get(made)
    assert found.number in page
    assert "审查机关" in page
    assert "Examiner" in page, "with whom"
    file = session.scalars(select(ApplicationFile)).one()
    assert company.fetch(f"{made}/papers/{file.id}").status_code == 200
    other = sign_in(Role.COMPANY_USER, "91210102MA0000999X")
    for path in ("", f"/papers/{file.id}", "/change"):
        assert other.fetch(f"{made}{path}").status_code == 404
    other.get("/company/applications")
    company.get(made)
    company.post(f"{made}/retract")
    session.expire_all()
    assert found.state is S.RETRACTED
    assert company.get("/company/applications?lang=en").count("Retracted") == 1


def test_a_clerk_takes_one_in_and_the_receipt_follows_it(
    app: Flask, session: Session, offices: Offices, sign_in: Callable[..., Desk]
) -> None:
    clerk = desk_of(app, session, offices, "clerk")
    assert "证书遗失说明" in clerk.get("/window/applications/new")
    given = {"kind": "new", "grade": "3", "words": "申请书 1 份"}
    clerk.post("/window/applications/new", 400, credit_code="91210103MA00000000", **given)
    assert "辖区内没有" in clerk.page
    clerk.get("/window/applications/new")
    change = {"kind": "change", "held_certificate": "沈物评〔2024〕7号", "words": "变更证明 1 份"}
    clerk.post("/window/applications/new", 409, credit_code=offices.company.credit_code, **change)
    assert "目前没有等级证书" in clerk.page
    clerk.get("/window/applications/new")
    receipt = clerk.post("/window/applications/new", credit_code=offices.company.credit_code, **given).location
    page = clerk.get(receipt)
    found = session.scalars(select(Application)).one()
    assert page.count(found.number) >= 2
    assert "data:image/svg+xml" in page
    address = re.search(r"打开 (http\S+) 可查询", page)[1].replace("&amp;", "&")
    visitor = app.test_client()
    followed = visitor.get(address)
    assert (followed.status_code, followed.headers.get("Set-Cookie")) == (200, None)
    assert "审查机关" in followed.text
    assert offices.company.name not in followed.text
    assert visitor.get(f"/applications/{found.number}?code=WRONG").status_code == 404
    assert visitor.get(f"/applications/{found.number}").status_code == 200, "the form"

    stranger = sign_in(Role.DISTRICT_OFFICER, HEPING)
    assert stranger.fetch(f"{LIST}/{found.number}").status_code == 404
    assert stranger.fetch(f"{LIST}/{found.number}/accept").status_code == 404


def test_nothing_can_be_taken_in_while_no_grades_are_granted(sign_in: Callable[..., Desk]) -> None:
    page = sign_in(Role.HALL_CLERK, HEPING).get("/window/applications/new")
    assert "现行规则不授予等级" in page
    assert 'name="credit_code"' not in page


def test_from_district_to_city_and_out_at_the_counter(app: Flask, session: Session, offices: Offices) -> None:
    offices.staff()
    found = offices.sent(ApplicationKind.NEW, grade="3")
    examiner = desk_of(app, session, offices, "examiner")
    assert found.number in examiner.get(LIST)
    page = examiner.get(f"{LIST}/{found.number}")
    assert "个工作日" in page
    examiner.get(f"{LIST}/{found.number}/accept")
    seen = dict(examiner.hidden)
    examiner.post(f"{LIST}/{found.number}/accept")
    examiner.hidden = seen | {"idempotency_key": "another"}
    examiner.post(f"{LIST}/{found.number}/accept", 409)
    page = examiner.get(f"{LIST}/{found.number}/examine")
    assert "专职人员" in page
    examiner.post(f"{LIST}/{found.number}/examine", 409, words="")
    assert "请写明" in examiner.page
    examiner.get(f"{LIST}/{found.number}/examine")
    examiner.post(f"{LIST}/{found.number}/examine", words="材料属实", recommendation="approve")
    assert examiner.fetch(f"{LIST}/{found.number}/reject").status_code == 404, "the city decides"

    decider = desk_of(app, session, offices, "decider")
    assert found.number in decider.get(f"{LIST}?look=mine")
    assert found.number not in decider.get(f"{LIST}?look=overdue")
    decider.get(f"{LIST}/{found.number}/reject")
    decider.post(f"{LIST}/{found.number}/reject", words="经复核不予通过")
    page = decider.get(f"{LIST}/{found.number}")
    assert "经复核不予通过" in page
    assert "kind=rejection" in page, "the paper that tells it"

    clerk = desk_of(app, session, offices, "clerk")
    head = desk_of(app, session, offices, "head")
    load = head.get(f"{LIST}/load")
    assert "中位工作日" in load
    behind = re.search(r'href="(/office/\S*look=decided\S*)">1</a>', load)
    assert behind is not None, "a figure leads to its rows"
    assert found.number in head.get(behind[1].replace("&amp;", "&"))
    assert found.number not in head.get(f"{LIST}?look=decided&since={clock.today() + timedelta(1)}")
    head.get(f"{LIST}?look=open&export=csv")

    assert found.number in clerk.get("/window/applications?look=ready")
    assert f"/window/applications/{found.number}/deliver" in clerk.get(f"/window/applications/{found.number}")
    clerk.get(f"/window/applications/{found.number}/deliver")
    clerk.post(f"/window/applications/{found.number}/deliver", words="经办人张三签收")
    session.expire_all()
    assert (found.state, found.delivered_on) == (S.DELIVERED, clock.today())
    assert found.number in decider.get(f"{LIST}?look=ended")


def test_a_work_list_costs_the_same_however_long(
    app: Flask, session: Session, offices: Offices, statements: Callable[..., object]
) -> None:
    kinds = (ApplicationKind.CHANGE, ApplicationKind.REISSUE, ApplicationKind.CANCELLATION)
    examiner = desk_of(app, session, offices, "examiner")
    counted = []
    for kind in kinds:
        offices.sent(kind)
        with statements() as seen:
            examiner.get(LIST)
        counted.append(len(seen))
    assert counted[1] == counted[2] <= 18, counted
