"""Two who act on certificates in the same second: numbers without gap or double, one winner, and nobody undone."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from regulator.features.licensing.actions.certificates import end_certificate, lapse_provisional
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Certificate, CertificateCounter
from regulator.features.registry.models import Company
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import Conflict, StaleVersion
from tests.factories import registry as make
from tests.factories.certificates import city_bureau, evaluation, issue
from tests.factories.papers import sign_with_one_key

CODES = [make.make_credit_code(number) for number in range(9_000_001, 9_000_004)]


@pytest.fixture(autouse=True)
def companies(app: Flask, tmp_path: Path) -> None:
    """Three companies and an office that issues."""
    assert app
    sign_with_one_key(tmp_path / "var" / "signing")
    with transaction():
        make.make_tree()
        city_bureau()
        evaluation()
        for code in CODES:
            make.make_company(f"沈阳同时物业有限公司{code[-2:]}", credit_code=code)


def at_once(app: Flask, *acts: Callable[[], object]) -> list[type[BaseException]]:
    """Run the acts side by side, each in a transaction of its own; gives the kinds of what they raised."""
    raised: list[type[BaseException]] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    act()
            except Exception as error:  # noqa: BLE001  # whatever it is, the test judges it
                raised.append(type(error))

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session().rollback()
    session().expire_all()
    return raised


def issue_to(code: str) -> None:
    issue(session().scalars(select(Company).where(Company.credit_code == code)).one())


def test_three_companies_get_numbers_one_after_another(app: Flask) -> None:
    assert at_once(app, *(lambda code=code: issue_to(code) for code in CODES)) == []
    assert sorted(session().scalars(select(Certificate.sequence))) == [1, 2, 3]
    assert session().scalar(select(CertificateCounter.last)) == 3


def test_one_company_gets_one_certificate_and_no_number_is_lost(app: Flask) -> None:
    raised = at_once(app, *(lambda: issue_to(CODES[0]) for _ in range(3)))
    assert raised == [Conflict, Conflict]
    assert session().scalar(select(CertificateCounter.last)) == 1


def test_two_end_one_certificate_once(app: Flask) -> None:
    with transaction():
        issue_to(CODES[0])

    def end(how: CertificateState) -> None:
        found = session().scalars(select(Certificate)).one()
        end_certificate(
            found, how, on=make.TODAY, reason="事实", paper="沈房物〔2026〕9号", version=1, actor=make.actor(),
            now=make.NOW,
        )  # fmt: skip

    raised = at_once(app, lambda: end(CertificateState.WITHDRAWN), lambda: end(CertificateState.REVOKED))
    assert raised == [StaleVersion]
    assert session().scalars(select(Certificate.version)).one() == 2


def test_two_sweeps_let_one_lapse_once(app: Flask) -> None:
    year = {
        "provisional": True,
        "issued_on": make.TODAY.replace(year=2024),
        "valid_until": make.TODAY.replace(year=2025),
    }
    with transaction():
        issue(session().scalars(select(Company).limit(1)).one(), "3", **year)
    assert at_once(app, *(lambda: lapse_provisional(make.NOW) for _ in range(2))) == []
    found = session().scalars(select(Certificate)).one()
    assert (found.ended_as, found.version) == (CertificateState.LAPSED, 2)
