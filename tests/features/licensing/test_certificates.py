"""Certificates on both databases: issued once, ended once, filed after a crash, lapsed by themselves, never altered."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from regulator.features.licensing import rulesets
from regulator.features.licensing.actions import certificates as acts
from regulator.features.licensing.actions import filing
from regulator.features.licensing.actions.records import record_declared, take_back_record
from regulator.features.licensing.certificate_terms import CertificateLanguage, CertificateOrigin, CertificateState
from regulator.features.licensing.models import Certificate, CertificateCounter
from regulator.features.licensing.queries.certificates import (
    CertificateFilter,
    facts_of_certificate,
    find_file,
    find_number,
    find_qualification,
    list_certificates,
    state_column,
)
from regulator.features.licensing.queries.integrity import CHECKS
from regulator.features.licensing.rules.certificates import numbers_in, state_on
from regulator.features.registry.models import Company
from regulator.features.registry.terms import CompanyStatus, DeclaredGrade
from regulator.foundation import jobs, signing
from regulator.foundation.database import is_postgres, transaction
from regulator.foundation.errors import Conflict, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.certificates import ISSUED, UNTIL, city_bureau, issue, moment, record
from tests.factories.papers import sign_with_one_key, work_off

S = CertificateState


@pytest.fixture
def company(app: Flask, tmp_path: Path) -> Company:
    """A company of the small world, in a register that can sign."""
    assert app
    sign_with_one_key(tmp_path / "var" / "signing")
    with transaction():
        make.make_tree()
        return make.make_company()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small world's day."""
    monkeypatch.setattr("regulator.foundation.clock.now", lambda: make.NOW)


def end(found: Certificate, how: CertificateState = S.WITHDRAWN, **given: object) -> None:
    usual: dict[str, object] = {
        "on": make.TODAY, "reason": "情况发生重大变化", "paper": "沈房物〔2026〕9号", "version": found.version,
        "actor": make.actor(), "now": make.NOW,
    }  # fmt: skip
    acts.end_certificate(found, how, **(usual | given))  # type: ignore[arg-type]


def test_numbers_run_by_office_and_year_and_one_taken_back_is_given_again(company: Company, session: Session) -> None:
    others = [make.make_company(f"沈阳某某物业有限公司{number}") for number in range(4)]
    city_bureau()
    second = city_bureau("沈阳市行政审批局")
    made = [issue(company), issue(others[0]), issue(others[1], authority=second)]
    taken_back = session.begin_nested()
    issue(others[2])
    taken_back.rollback()
    made += [issue(others[2]), issue(others[3], issued_on=date(2025, 12, 31))]
    assert [one.number for one in made] == [
        "DJ210100-2026-00001", "DJ210100-2026-00002", "DJ210100B-2026-00001", "DJ210100-2026-00003",
        "DJ210100-2025-00001",
    ]  # fmt: skip


def test_a_second_valid_one_needs_to_be_said_and_takes_the_place(company: Company) -> None:
    first = issue(company, "3")
    with pytest.raises(Conflict, match="certificate_stands"):
        issue(company, "2")
    second = issue(company, "2", issued_on=date(2026, 6, 1), supersedes=first)
    assert (first.ended_as, first.ended_on, first.superseded_by_id) == (S.SUPERSEDED, date(2026, 6, 1), second.id)
    end(second)
    with pytest.raises(Conflict, match="certificate_not_standing"):
        issue(company, "1", issued_on=make.TODAY, supersedes=second)


def test_what_has_run_out_gives_way_by_itself(company: Company) -> None:
    old = issue(company, issued_on=date(2023, 1, 1), valid_until=date(2025, 12, 31), now=moment(date(2023, 1, 1)))
    issue(company)
    assert state_on(facts_of_certificate(old), make.TODAY) is S.EXPIRED


def test_a_company_that_is_gone_gets_none_and_a_licence_nobody(company: Company) -> None:
    company.status = CompanyStatus.CANCELLED
    with pytest.raises(Refused, match="certificate_company_gone"):
        issue(company)
    company.status = CompanyStatus.OPERATING
    with pytest.raises(Refused, match="certificate_licence_today"):
        issue(company, rule_set=rulesets.shipped()[2])


def test_it_ends_once_and_by_whoever_saw_it_last(company: Company) -> None:
    found = issue(company)
    with pytest.raises(StaleVersion):
        end(found, version=7)
    end(found)
    assert (found.ended_as, found.ended_on, found.version) == (S.WITHDRAWN, make.TODAY, 2)
    with pytest.raises(Refused, match="certificate_end_from_state"):
        end(found, S.CANCELLED)
    issue(company)  # the place is free


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param("UPDATE certificate SET grade = '1'", id="another-grade"),
        pytest.param("UPDATE certificate SET facts = '{}'", id="another-content"),
        pytest.param("UPDATE certificate SET valid_until = '2099-01-01'", id="a-longer-life"),
        pytest.param("UPDATE certificate SET ended_as = NULL, ended_on = NULL", id="alive-again"),
        pytest.param("UPDATE certificate SET ended_as = 'revoked'", id="another-end"),
        pytest.param("UPDATE certificate SET ended_reason = 'x'", id="another-reason"),
        pytest.param("UPDATE certificate SET taken_back_at = recorded_at, taken_back_reason = 'x'", id="taken-back"),
        pytest.param("DELETE FROM certificate", id="deleted"),
    ],
)
def test_the_database_refuses_to_alter_what_was_issued(company: Company, session: Session, harm: str) -> None:
    end(issue(company))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(harm))


@pytest.mark.parametrize("how", [S.VALID, S.EXPIRED, S.HISTORICAL, S.LAPSED])
def test_the_database_refuses_ends_that_are_none(company: Company, session: Session, how: CertificateState) -> None:
    issue(company)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(update(Certificate).values(ended_as=how, ended_on=make.TODAY))


def test_a_provisional_year_without_an_estate_lapses_once(company: Company, session: Session) -> None:
    served = make.make_company("沈阳有项目物业有限公司")
    make.make_service(make.make_estate(), served, began_on=date(2025, 3, 1), ended_on=date(2025, 4, 1))
    given = {"provisional": True, "issued_on": date(2025, 1, 1), "valid_until": date(2025, 12, 31)}
    empty, full = (issue(one, "3", now=moment(date(2025, 1, 1)), **given) for one in (company, served))
    for _ in range(2):
        acts.lapse_provisional(make.NOW)
    session.expire_all()
    assert (empty.ended_as, empty.ended_on, empty.version) == (S.LAPSED, date(2026, 1, 1), 2)
    assert full.ended_as is None
    assert session.execute(text("SELECT count(*) FROM audit_entry WHERE act = 'certificate.ended'")).scalar() == 1


def test_files_come_after_the_record_the_same_however_often(
    company: Company, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = make.NOW + timedelta(minutes=2)
    with transaction():
        found = issue(company)
        session.execute(delete(jobs.Job))  # the worker died with its note
    filing.file_left(make.NOW)
    assert session.query(jobs.Job).count() == 0, "a minute is waited first"
    with transaction():
        filing.file_left(later)
        filing.file_left(later)
    monkeypatch.setattr("regulator.foundation.clock.now", lambda: later)
    work_off()
    session.expire_all()
    room = filing.certificate_room()
    chinese, both = room.read(found.file_hash or ""), room.read(found.bilingual_hash or "")
    assert chinese == filing.file_of(found, CertificateLanguage.CHINESE) != both
    assert signing.validate(chinese).intact
    assert set(numbers_in(chinese)) == set(numbers_in(both)) == {found.number}
    assert find_file(found.bilingual_hash or "") is found
    assert [check() for check in CHECKS.values()] == [[]] * len(CHECKS)


def test_years_gone_by(company: Company, session: Session) -> None:
    old = record(company)
    company.declared_grade, company.declared_certificate = DeclaredGrade.GRADE_3_PROVISIONAL, "辽 2006-7"
    declared = record_declared(company, actor=make.actor(), now=make.NOW)
    with pytest.raises(Conflict, match="certificate_recorded_already"):
        record(company)
    with pytest.raises(Conflict, match="certificate_declared_already"):
        record_declared(company, actor=make.actor(), now=make.NOW)
    shown = find_qualification(company.id, date(2010, 1, 1))
    assert shown is not None
    assert (shown.number, shown.state, shown.grade_name.zh) == (old.number, S.VALID, "二级")
    assert (declared.number, declared.is_provisional, declared.grade) == ("辽2006-7", True, "3")
    take_back_record(old, reason="录错企业", version=1, actor=make.actor(), now=make.NOW)
    session.expire_all()
    assert find_number("辽物企二 2009－0417") is None
    shown = find_qualification(company.id, date(2010, 1, 1))
    assert shown is not None
    assert (shown.origin, shown.state) == (CertificateOrigin.DECLARED, S.HISTORICAL)


def test_lists_say_the_state_the_rules_say(company: Company, session: Session) -> None:
    others = iter(make.make_company(f"沈阳列表物业有限公司{number}", make.HEPING) for number in range(20))
    for how in (S.WITHDRAWN, S.ANNULLED, S.REVOKED, S.DOWNGRADED, S.CANCELLED):
        end(issue(next(others)), how)
    issue(company)
    first = next(others)
    issue(first, issued_on=date(2023, 1, 1), valid_until=date(2023, 12, 31), now=moment(date(2023, 1, 1)))
    issue(first, issued_on=date(2024, 6, 1), valid_until=date(2026, 11, 20), now=moment(date(2024, 6, 1)))
    for grade, number in (("1", "a"), ("2", "b"), ("3", "c")):
        record(next(others), number, grade=grade, valid_until=date(2013, 1, 1) if grade == "3" else None)
    record(
        next(others),
        "d",
        ended_as=S.REVOKED,
        ended_on=date(2011, 1, 1),
        ended_reason="处罚",
        valid_until=date(2010, 1, 1),
    )
    second = next(others)
    second.declared_grade = DeclaredGrade.GRADE_1
    record_declared(second, actor=make.actor(), now=make.NOW)
    rows = session.query(Certificate).all()
    days = (date(2009, 6, 1), date(2010, 6, 1), date(2017, 2, 1), date(2017, 10, 1), date(2023, 7, 1), date(2024, 2, 1))
    for day in (*days, ISSUED, make.TODAY, UNTIL + timedelta(days=1)):
        stmt = select(Certificate.id, state_column(day))
        told = {key: state for key, state in session.execute(stmt)}  # noqa: C416  # rows, not pairs
        judged = {row.id: state_on(facts_of_certificate(row), day) for row in rows}
        assert told == {key: state.value if state else "not_yet" for key, state in judged.items()}, day
    ending = list_certificates(make.CITY_SCOPE, CertificateFilter(ending=30), make.TODAY)
    assert [row.credit_code for row in ending.items] == [first.credit_code]
    seen = list_certificates(make.SHENHE_SCOPE, CertificateFilter(), make.TODAY)
    assert [row.credit_code for row in seen.items] == [company.credit_code]


def unguarded(session: Session) -> None:
    """What only an intruder can do: the database's own guard is taken away."""
    where = " ON certificate" if is_postgres() else ""
    for name in ("update", "delete"):
        session.execute(text(f"DROP TRIGGER certificate_stands_{name}{where}"))


def _count_wrongly(session: Session) -> None:
    session.execute(update(CertificateCounter).values(last=7))


def _lose_one(session: Session) -> None:
    session.execute(delete(Certificate).where(Certificate.sequence == 1))


def _raise_grade(session: Session) -> None:
    session.execute(update(Certificate).where(Certificate.sequence == 1).values(grade="1"))


def _forge_content(session: Session) -> None:
    found = session.query(Certificate).filter_by(sequence=1).one()
    found.facts = found.facts | {"company": "别的公司"}
    session.flush()


def _lose_file(session: Session) -> None:
    session.execute(update(Certificate).where(Certificate.sequence == 1).values(file_hash="0" * 64))


def _two(session: Session) -> None:
    session.execute(text("DROP INDEX uq_certificate_standing"))
    first, second = session.query(Certificate).order_by(Certificate.sequence)
    second.credit_code = first.credit_code
    second.facts = second.facts | {"credit_code": first.credit_code}
    session.flush()


@pytest.mark.parametrize(
    ("harm", "check"),
    [
        (_count_wrongly, "certificates_numbers_gap"),
        (_lose_one, "certificates_numbers_gap"),
        (_raise_grade, "certificates_altered"),
        (_forge_content, "certificates_altered"),
        (_lose_file, "certificates_files_missing"),
        (_two, "certificates_two_at_once"),
    ],
)
def test_verify_finds_every_harm(
    company: Company, session: Session, harm: Callable[[Session], None], check: str
) -> None:
    with transaction():
        issue(company)
        issue(make.make_company("沈阳二号物业有限公司"))
    with transaction():
        unguarded(session)
        harm(session)
    assert len(CHECKS[check]()) == 1
