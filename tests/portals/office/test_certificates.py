"""An officer of the city looks certificates over and opens a case; a district's records one of 2009 from its paper."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.licensing.models import Certificate
from regulator.features.registry.terms import DeclaredGrade
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.certificates import issue, issue_filed
from tests.portals.conftest import Desk, sign_in, statements

__all__ = ["sign_in", "statements"]
SignIn = Callable[..., Desk]
LIST = "/office/licensing/certificates"


@pytest.fixture
def certificate(app: Flask, session: Session) -> Certificate:
    """A certificate of a company of 沈河."""
    assert app
    with transaction():
        make.make_tree()
        company = make.make_company(declared_grade=DeclaredGrade.GRADE_2, declared_certificate="辽物资2-0117")
        return issue_filed(company, "沈阳市住房和城乡建设局", make.CITY)


def test_the_city_looks_them_over_and_opens_a_case(certificate: Certificate, sign_in: SignIn) -> None:
    city = sign_in(Role.CITY_OFFICER)
    page = city.get(f"{LIST}?state=valid&grade=2&nature=evaluation")
    assert certificate.number in page
    for other in ("state=revoked", "grade=1", "nature=licence", "ending=30", "division=210102"):
        assert f">{certificate.number}<" not in city.get(f"{LIST}?{other}"), other
    assert city.fetch(f"{LIST}?ending=31").status_code == 400
    assert certificate.number in city.fetch(f"{LIST}?export=csv").text
    address = f"{LIST}/{certificate.id}"
    page = city.get(address)
    for kind in ("withdrawal", "annulment", "revocation", "downgrade", "cancellation"):
        assert f"{address}/endings/{kind}" in page
    assert "吊销" not in page, "an evaluation's acts have its own words"
    assert city.fetch(f"{address}/file").data == city.fetch(f"{address}/file?language=zh_en").data
    city.get(f"{address}/endings/annulment")
    assert "第二十一条" in city.page, "the article of the act"
    opened = city.post(f"{address}/endings/annulment", ground="cheated", words="职称证书系伪造").location
    city.page = page
    city.hidden["version"] = str(certificate.version)
    late = city.post(f"{address}/endings/withdrawal", 409, ground="law_changed", words="x", idempotency_key="another")
    assert "已有一件终止案件" in late.text
    assert opened in city.get(address)
    assert "有效" in city.page, "it stands until the decision"


def test_a_district_records_and_takes_back_but_ends_nothing(
    certificate: Certificate, session: Session, sign_in: SignIn
) -> None:
    shenhe = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    assert "/endings/" not in shenhe.get(f"{LIST}/{certificate.id}")
    shenhe.post(f"{LIST}/{certificate.id}/endings/annulment", 403)
    record = f"{LIST}/record/{certificate.credit_code}"
    shenhe.get(record)
    told = {
        "number": "辽物企二2009-0417", "grade": "2", "issued_on": "2019-06-01", "authority_name": "辽宁省建设厅",
        "document": "档案2009-33",
    }  # fmt: skip
    assert "这里只补录" in shenhe.post(record, 409, **told).text
    made = shenhe.post(record, **told | {"issued_on": "2009-06-01"})
    assert "历史证书" in shenhe.get(made.location)
    shenhe.post(f"{made.location}/take-back", reason="录错企业")
    assert "录错企业" in shenhe.get(made.location)
    assert "辽物企二2009-0417" not in shenhe.get(f"/office/companies/{certificate.credit_code}")
    shenhe.get(record)
    declared = shenhe.post(f"{LIST}/declared/{certificate.credit_code}")
    assert "旧名录申报" in shenhe.get(declared.location)
    assert session.query(Certificate).count() == 3


def test_a_list_of_many_asks_no_more_than_one_of_few(
    certificate: Certificate, sign_in: SignIn, statements: Callable[[], object], tmp_path: Path
) -> None:
    assert tmp_path
    city = sign_in(Role.CITY_OFFICER)
    city.get(LIST)
    with statements() as few:  # type: ignore[attr-defined]
        city.get(LIST)
    with transaction():
        for number in range(10):
            issue(make.make_company(f"沈阳多家物业有限公司{number}", (make.HEPING, make.SHENHE)[number % 2]))
    with statements() as many:  # type: ignore[attr-defined]
        city.get(LIST)
    assert len(many) == len(few) <= 20
