"""A grade is taken away through all desks: opened, told, heard, decided by another, read by anyone who verifies it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.features.licensing.endings_terms import EndingState
from regulator.features.licensing.models import Certificate, CertificateEnding
from regulator.features.papers.actions import settings as setting
from regulator.features.papers.terms import PaperKind
from regulator.foundation import clock
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.accounts import make_account
from tests.factories.calendar import announce, seed
from tests.factories.certificates import issue
from tests.factories.endings import Cases
from tests.factories.papers import sign_with_one_key, work_off
from tests.factories.registry import CITY, HEPING
from tests.features.registry.test_moves import LONGER
from tests.portals.conftest import Desk, enter, sign_in, statements

__all__ = ["sign_in", "statements"]

CERTIFICATES, ENDINGS = "/office/licensing/certificates", "/office/licensing/endings"
FIRST = date(2026, 11, 2)
TOLD = {"fact.review_organ": "沈阳市人民政府", "fact.court": "沈河区人民法院", "fact.contact_phone": "024-22790018"}


@pytest.fixture
def cases(app: Flask, tmp_path: Path) -> Iterator[Cases]:
    """The company holds a certificate; the city's people may draft, examine and sign."""
    assert app
    clock.fix_today(FIRST)
    sign_with_one_key(tmp_path / "var" / "signing")
    made = Cases(clock.now())
    long_ago = date(2010, 1, 1)
    examiner = make_account("section", (Role.SECTION_HEAD, CITY), began_on=long_ago)
    made.accounts["section"] = (examiner, Role.SECTION_HEAD, Scope.division(CITY))
    with transaction():
        examiner.authority_id = made.authority.id
        setting.set_series(
            made.authority, kind=None, pattern="沈房物〔{year}〕{n}号", began_on=FIRST, actor=Actor.system(),
            now=clock.now(),
        )  # fmt: skip
    made.certificate()
    yield made
    clock.fix_today(None)


class Errand:
    """Whoever acts sits down anew on each day."""

    def __init__(self, app: Flask, session: Session, cases: Cases) -> None:
        self.app, self.session, self.cases = app, session, cases

    def desk(self, name: str) -> Desk:
        self.session.rollback()  # else it looks at the register as it was before others wrote
        return enter(self.app, self.session, self.cases.account(name))

    def case(self) -> CertificateEnding:
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(CertificateEnding)).one()

    def acts(self, name: str, act: str, expected: int = 303, **typed: str) -> Desk:
        """A step from the page of the case."""
        desk, address = self.desk(name), f"{ENDINGS}/{self.case().number}"
        assert f"{address}/{act}" in desk.get(address)
        desk.get(f"{address}/{act}")
        desk.post(f"{address}/{act}", expected, **typed)
        return desk

    def issues(self, kind: PaperKind, *, through: tuple[str, ...], **typed: str) -> str:
        """The paper the case asks for next: drafted from its page with what is known, approved, signed, made."""
        opener, address = self.desk("decider"), f"{ENDINGS}/{self.case().number}"
        link = re.search(rf'href="([^"]+kind={kind.value})"', opener.get(address))
        assert link, "the page leads to the paper wanted next"
        path = link[1].replace("&amp;", "&")
        known = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', opener.get(path)))
        areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', opener.page)
        shown = known | {name: text.removeprefix("\n") for name, text in areas}
        self.shown = shown
        fields = {name: value for name, value in shown.items() if name.startswith("fact.") and value}
        given = {name: shown.get(name, "") for name in ("addressee", "company", "title")}
        units = {"fact.answer_unit": "个工作日"} if kind is PaperKind.ADVANCE_NOTICE else {}
        paper = str(opener.post(path, **(TOLD | given | fields | units | typed)).location)
        desks = [opener, *(self.desk(name) for name in through)]
        for at, desk in enumerate(desks):
            desk.get(paper)
            to = str(self.cases.account(through[at]).id) if at < len(through) else ""
            desk.post(f"{paper}/{'submit' if at == 0 else 'pass'}", to=to, opinion="同意")
        work_off()
        return paper

    def serves(self, paper: str) -> None:
        opener = self.desk("decider")
        opener.get(paper)
        opener.post(f"{paper}/deliveries", way="in_person")
        delivery = re.search(r"deliveries/([0-9a-f-]+)/served", opener.get(paper))
        assert delivery
        opener.post(
            f"{paper}/deliveries/{delivery[1]}/served", served_on=clock.today().isoformat(), received_by="李经理"
        )


def test_a_grade_is_taken_away(app: Flask, session: Session, cases: Cases, sign_in: Callable[..., Desk]) -> None:
    errand, held = Errand(app, session, cases), cases.certificate()
    open_one(errand, held)
    tell(errand)
    answer_it(errand, sign_in)
    hear(errand)
    paper = decide(errand)
    assert "等级已取消" in app.test_client().get(f"/verify/{held.number}").text
    opener, case = errand.desk("decider"), errand.case()
    assert case.state is EndingState.DECIDED
    assert paper in opener.get(f"{CERTIFICATES}/{held.id}")
    assert case.number in opener.get(f"{ENDINGS}?look=ended")
    assert case.number in opener.fetch(f"{ENDINGS}?look=ended&export=csv").text
    assert paper in errand.desk("applicant").get(f"/company/certificates/endings/{case.number}")


def open_one(errand: Errand, held: Certificate) -> None:
    """From the certificate's page."""
    page, opener = f"{CERTIFICATES}/{held.id}", errand.desk("decider")
    assert "取消等级" in opener.get(page)
    assert "吊销" not in opener.page, "an evaluation's acts have its own words"
    assert f"{page}/endings/downgrade" not in opener.page, "there is no lower grade"
    opener.get(f"{page}/endings/revocation")
    opener.post(f"{page}/endings/revocation", 400, ground="certificate_lent", words="")
    opener.post(f"{page}/endings/revocation", 409, ground="cheated", words="查实")
    opener.get(f"{page}/endings/revocation")
    opener.post(f"{page}/endings/revocation", ground="certificate_lent", words="经查，将等级证书出借他人投标。")
    case = errand.case()
    assert case.number in opener.get(page)
    assert f"{page}/endings/" not in opener.page, "one at a time"
    assert case.number in opener.get(ENDINGS)
    assert case.number not in opener.get(f"{ENDINGS}?look=overdue")
    assert "有效" in errand.app.test_client().get(f"/verify/{held.number}").text
    company = errand.desk("applicant")
    assert case.number not in company.get("/company/certificates"), "it is not told yet"
    assert company.fetch(f"/company/certificates/endings/{case.number}").status_code == 404


def tell(errand: Errand) -> None:
    """By a notice in the words of an evaluation, served."""
    notice = errand.issues(PaperKind.ADVANCE_NOTICE, through=("section", "head"))
    assert errand.shown["title"] == "关于拟取消能力等级的事先告知书"
    assert errand.shown["fact.findings"] == "经查，将等级证书出借他人投标。"
    assert errand.shown["fact.answer_days"] == "5"
    assert "第二十二条" in errand.shown["fact.articles"]
    assert not any(word in text for text in errand.shown.values() for word in ("许可", "资质证书", "吊销"))
    errand.serves(notice)
    assert (errand.case().state, errand.case().answer_until) == (EndingState.TOLD, date(2026, 11, 9))


def answer_it(errand: Errand, sign_in: Callable[..., Desk]) -> None:
    """The company, from its own desk; another company finds nothing there."""
    clock.fix_today(date(2026, 11, 4))
    case = errand.case()
    company = errand.desk("applicant")
    assert f"/company/certificates/endings/{case.number}" in company.get("/company/certificates")
    mine = f"/company/certificates/endings/{case.number}"
    company.get(mine)
    company.post(f"{mine}/state", 409, words=" ")
    company.get(mine)
    company.post(f"{mine}/state", words="系员工个人行为，已整改。")
    company.get(mine)
    company.post(f"{mine}/ask_hearing")
    company.post(f"{mine}/ask_hearing")
    errand.session.rollback()
    other = sign_in(Role.COMPANY_USER, "91210102MA0000999X")
    assert other.fetch(mine).status_code == 404
    other.get("/company/applications")
    other.post(f"{mine}/state", 404, version="1", words="x")


def hear(errand: Errand) -> None:
    """Called in time, held by another person than opened the case."""
    call = errand.issues(
        PaperKind.HEARING_CALL, through=("head",),
        **{"fact.held_at": "2026-11-16T09:30", "fact.place": "五楼听证室", "fact.presided_by": "王主任",
           "fact.is_public": "公开举行"},
    )  # fmt: skip
    errand.serves(call)
    clock.fix_today(date(2026, 11, 16))
    opener = errand.acts("decider", "hold_hearing", 409, on="2026-11-16", words="x")
    assert "立案人不能主持" in opener.page
    errand.acts("head", "hold_hearing", on="2026-11-16", words="双方质证，企业承认出借。")


def decide(errand: Errand) -> str:
    """With the paper of the act; gives its number."""
    clock.fix_today(date(2026, 11, 17))
    head = errand.acts("head", "decide", 409, on="2026-11-17")
    assert "请先制发本案的" in head.page
    errand.issues(PaperKind.PENALTY, through=("section", "head"))
    assert "系员工个人行为，已整改。" in errand.shown["fact.statement"]
    assert errand.shown["title"] == "关于取消能力等级的决定"
    number = errand.case().number
    assert number in errand.desk("head").get(f"{ENDINGS}?look=to_decide"), "what waits for a second person"
    assert number not in errand.desk("decider").get(f"{ENDINGS}?look=to_decide")
    errand.acts("head", "decide", on="2026-11-17")
    return errand.case().decision_paper or ""


def test_another_district_and_a_lower_office(
    app: Flask, session: Session, cases: Cases, sign_in: Callable[..., Desk]
) -> None:
    found, held = cases.opens(), cases.certificate()
    errand = Errand(app, session, cases)
    stranger, own = sign_in(Role.DIRECTOR, HEPING), errand.desk("examiner")
    for path in (
        f"{ENDINGS}/{found.number}",
        f"{ENDINGS}/{found.number}/drop",
        f"{CERTIFICATES}/{held.id}/endings/annulment",
    ):
        assert stranger.fetch(path).status_code == 404, path
    assert found.number not in stranger.get(f"{ENDINGS}?look=open")
    assert found.number in own.get(f"{ENDINGS}?look=open"), "the district reads what befalls its companies"
    own.get(f"{ENDINGS}/{found.number}")
    assert "/drop" not in own.page
    own.post(f"{ENDINGS}/{found.number}/drop", 403, version="1", words="x")
    local = sign_in(Role.DIRECTOR, "210103")
    assert f"{ENDINGS}/{found.number}/drop" not in local.get(f"{ENDINGS}/{found.number}")
    assert local.fetch(f"{ENDINGS}/{found.number}/drop").status_code == 404, "who granted the grade ends it"


def test_a_list_of_many_asks_no_more_than_one_of_few(
    app: Flask, session: Session, cases: Cases, statements: Callable[[], object]
) -> None:
    cases.opens()
    city = Errand(app, session, cases).desk("decider")
    city.get(ENDINGS)
    with statements() as few:  # type: ignore[attr-defined]
        city.get(ENDINGS)
    for number in range(6):
        with transaction():
            held = issue(make.make_company(f"沈阳多案物业有限公司{number}"), authority=cases.authority, now=clock.now())
        cases.opens(certificate=held)
    with statements() as many:  # type: ignore[attr-defined]
        assert "ZA210100-2026-00007" in city.get(ENDINGS)
    assert len(many) == len(few) <= 20


def test_the_holder_sees_from_which_day_the_holidays_moved_their_term(app: Flask, session: Session) -> None:
    seed()
    cases = Cases(datetime(2026, 12, 25, 4, tzinfo=UTC))
    number = cases.told().number
    session.rollback()
    clock.fix_today(date(2026, 12, 28))
    company, page = enter(app, session, cases.account("applicant")), f"/company/certificates/endings/{number}"
    assert "2027年1月4日" in company.get(page)
    assert "暂定" in company.page
    announce(LONGER)
    assert "2027年1月5日" in company.get(page)
    assert "原为 2027年1月4日，按 2027 年放假安排调整" in company.page
    assert "暂定" not in company.page
    clock.fix_today(None)
