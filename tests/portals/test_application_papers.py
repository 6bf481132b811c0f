"""A paper to an applicant begins with what its application knows: to whom, on which article, days, words, findings."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.licensing.application_terms import ApplicationAct
from regulator.features.licensing.models import Application
from regulator.features.licensing.terms import ApplicationKind
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.terms import MatterKind
from regulator.foundation import clock
from regulator.foundation.database import transaction
from tests.factories.applications import WORDS, Offices
from tests.factories.duty import make_authority
from tests.factories.registry import HEPING, SHENHE
from tests.portals.conftest import Desk, enter

A, K = ApplicationAct, ApplicationKind
PAGE = "/office/licensing/applications"


@pytest.fixture
def offices(app: Flask) -> Offices:
    assert app
    found = Offices(clock.now())
    with transaction():
        found.account("examiner").authority_id = make_authority("沈河区房产局", SHENHE).id
    return found


def stopped(offices: Offices) -> Application:
    found = offices.does("examiner", A.ACCEPT, offices.sent())
    return offices.does("examiner", A.STOP_CLOCK, found)


def extended(offices: Offices) -> Application:
    return offices.does("head", A.EXTEND, offices.examined())


def rejected(offices: Offices) -> Application:
    return offices.does("decider", A.REJECT, offices.examined(K.NEW, grade="3"))


@pytest.mark.parametrize(
    ("led", "who", "kind", "shown"),
    [
        pytest.param(
            stopped, "examiner", "clock_stop", ["实地检验", WORDS[A.STOP_CLOCK]], id="行政许可法-45-told-in-writing"
        ),
        pytest.param(
            extended, "decider", "extension", ["第十四条", WORDS[A.EXTEND], "年放假安排尚未公布，该日为暂定"],
            id="行政许可法-42-reasons-told-and-the-day-marked",
        ),
        pytest.param(
            rejected, "decider", "rejection", ["第十四条", WORDS[A.REJECT], "要求10，核查结果为0，不满足"],
            id="rejected-with-the-findings-cited",
        ),
    ],
)  # fmt: skip
def test_a_paper_begins_with_what_its_application_knows(
    app: Flask, session: Session, offices: Offices, led: Callable[[Offices], Application], who: str, kind: str,
    shown: list[str],
) -> None:  # fmt: skip
    found = led(offices)
    desk = enter(app, session, offices.account(who))
    link = re.search(rf'href="(/office/[^"]*kind={kind})"', desk.get(f"{PAGE}/{found.number}"))
    assert link is not None, "the page leads to the paper that tells the step"
    page = desk.get(link[1].replace("&amp;", "&"))
    assert offices.company.name in page
    assert f'value="{found.number}"' in page or kind == "non_acceptance"
    for words in shown:
        assert words in page, words


def test_the_paper_of_a_step_that_closes_is_drafted_before_it(app: Flask, session: Session, offices: Offices) -> None:
    found = offices.sent()
    desk = enter(app, session, offices.account("examiner"))
    page = desk.get(f"{PAGE}/{found.number}/refuse_acceptance")
    link = re.search(r'href="(/office/[^"]*kind=non_acceptance)"', page)
    assert link is not None
    page = desk.get(link[1].replace("&amp;", "&"))
    assert offices.company.name in page
    assert "第十二条" in page


def test_a_strangers_draft_is_not_there(
    app: Flask, session: Session, offices: Offices, sign_in: Callable[..., Desk]
) -> None:
    found = stopped(offices)
    matter = find_open_matter(MatterKind.APPLICATION, found.number or "")
    assert matter is not None
    address = f"/office/papers/new?matter={matter.number}&kind=clock_stop"
    stranger = sign_in(Role.DISTRICT_OFFICER, HEPING)
    assert enter(app, session, offices.account("examiner")).fetch(address).status_code == 200
    assert stranger.fetch(address).status_code == 404
