"""A yearly review walks through all desks: the district proposes, the city decides and publishes, anyone reads it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.licensing.models import ReviewEntry, ReviewEvent, ReviewRound
from regulator.features.licensing.review_terms import ReviewRoundState
from regulator.foundation import clock
from tests.factories.registry import CITY, HEPING, SHENHE
from tests.factories.reviews import Reviewed
from tests.portals.conftest import Desk, enter

REVIEWS = "/office/licensing/reviews"


@pytest.fixture
def offices(app: Flask) -> Reviewed:
    assert app
    return Reviewed(clock.now())


def test_from_the_district_to_everybody(
    app: Flask, session: Session, offices: Reviewed, sign_in: Callable[..., Desk]
) -> None:
    year = clock.today().year
    examiner = enter(app, session, offices.account("examiner"))
    assert "开展本年度检查" in examiner.get(REVIEWS)
    examiner.post(REVIEWS, 404, division=HEPING)
    examiner.get(REVIEWS)
    opened = examiner.post(REVIEWS, division=SHENHE).location
    examiner.get(REVIEWS)
    examiner.post(REVIEWS, 409, division=SHENHE)
    assert "今年已经开展" in examiner.page
    page = examiner.get(opened)
    assert "提出达标的 1 家合格" in page
    assert "报送市级复检" not in page, "two await"
    seen = dict(examiner.hidden)
    examiner.post(f"{opened}/propose_passing")
    examiner.hidden = seen | {"idempotency_key": "another"}
    examiner.post(f"{opened}/propose_passing", 409)
    assert session.scalars(select(ReviewEvent.act)).all() == ["propose_pass"], "once"
    for name in ("failing", "falling"):
        fail(examiner, offices.entry(name))
    assert "专职人员" in examiner.get(f"{opened}?look=proposed&result=fail")
    examiner.get(opened)
    examiner.post(f"{opened}/submit")
    assert examiner.fetch(f"{entry_page(offices.entry('failing'))}/decide_fail").status_code == 404, "the city decides"

    decide(app, session, offices, opened)
    visitor = app.test_client()
    assert f"/notices/reviews/{year}" in visitor.get("/notices").text
    shown = visitor.get(f"/notices/reviews/{year}?result=fail")
    assert shown.headers.get("Set-Cookie") is None
    assert (offices.companies["failing"].name in shown.text, offices.companies["passing"].name in shown.text) == (
        True, False,
    )  # fmt: skip
    assert "情况属实" not in shown.text, "words are the offices' own"
    assert visitor.get(f"/notices/reviews/{year - 1}").status_code == 404
    assert visitor.get(f"/notices/reviews/{year}?result=x").status_code == 400
    number = offices.certificates["passing"].number
    assert f"{year} 年：合格" in visitor.get(f"/verify/{number}").text
    assert f"{year} 年：不合格" in visitor.get(f"/verify/{offices.certificates['falling'].number}").text
    company = sign_in(Role.COMPANY_USER, offices.companies["passing"].credit_code)
    assert f"{year} 年：合格" in company.get("/company/certificates")
    certificate = f"/office/licensing/certificates/{offices.certificates['passing'].id}"
    assert f"{year} 年：合格" in examiner.get(certificate)


def entry_page(entry: ReviewEntry) -> str:
    return f"{REVIEWS}/entries/{entry.id}"


def fail(examiner: Desk, entry: ReviewEntry) -> None:
    page = examiner.get(entry_page(entry))
    assert "初检不合格" in page
    assert f"{entry.id}/propose_pass" not in page, "its figures fail"
    examiner.get(f"{entry_page(entry)}/propose_fail")
    examiner.post(f"{entry_page(entry)}/propose_fail", 409, words="")
    assert "请写明" in examiner.page
    examiner.get(f"{entry_page(entry)}/propose_fail")
    examiner.post(f"{entry_page(entry)}/propose_fail", words="人员不足")


def decide(app: Flask, session: Session, offices: Reviewed, opened: str) -> None:
    session.rollback()  # what was read before the others wrote
    decider = enter(app, session, offices.account("decider"))
    assert opened in decider.get(REVIEWS)
    assert "确认初检合格的 1 家" in decider.get(opened)
    decider.post(f"{opened}/confirm_passing")
    for name, grade in (("failing", None), ("falling", "3")):
        page = decider.get(f"{entry_page(offices.entry(name))}/decide_fail")
        assert ("重新核定的等级" in page) is (grade is not None), "only where a lower one is met"
        decider.post(f"{entry_page(offices.entry(name))}/decide_fail", words="情况属实", grade=grade)
    page = decider.get(opened)
    assert "kind=circular" in page, "the paper that tells it"
    decider.post(f"{opened}/publish")
    session.rollback()
    assert session.scalars(select(ReviewRound.state)).one() is ReviewRoundState.PUBLISHED
    assert "不合格" in decider.get(f"{opened}?look=decided")
    for address in (opened, REVIEWS):
        assert decider.fetch(f"{address}{'?' if '?' not in address else '&'}export=csv").status_code == 200


def test_who_may_not(app: Flask, session: Session, offices: Reviewed, sign_in: Callable[..., Desk]) -> None:
    current = offices.submitted()
    entry = offices.entry("passing")
    app.config["WTF_CSRF_ENABLED"] = False  # the right is asked for here; a page without a form bears no token
    stranger, head = sign_in(Role.DISTRICT_OFFICER, HEPING), sign_in(Role.SECTION_HEAD, CITY)
    for path in (f"{REVIEWS}/{current.id}", entry_page(entry), f"{entry_page(entry)}/return"):
        assert stranger.fetch(path).status_code == 404
    assert str(current.id) not in stranger.get(REVIEWS)
    assert "等待市级" in enter(app, session, offices.account("examiner")).get(f"{REVIEWS}/{current.id}")
    head.get(f"{REVIEWS}/{current.id}")
    head.post(f"{REVIEWS}/{current.id}/publish", 404, version=str(current.version))
    head.post(f"{REVIEWS}/{current.id}/confirm_passing", 404, version=str(current.version))
    decider = enter(app, session, offices.account("decider"))
    decider.get(f"{REVIEWS}/{current.id}")
    decider.post(f"{REVIEWS}/{current.id}/confirm_passing", 409, version="99")


def test_a_list_costs_the_same_however_long(
    app: Flask, session: Session, offices: Reviewed, statements: Callable[..., object]
) -> None:
    current = offices.opens()
    examiner = enter(app, session, offices.account("examiner"))
    with statements() as seen:
        examiner.get(f"{REVIEWS}/{current.id}?limit=1")
    with statements() as more:
        examiner.get(f"{REVIEWS}/{current.id}")
    assert len(more) <= len(seen) <= 20
