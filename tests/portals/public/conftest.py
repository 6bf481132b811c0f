"""The small world as a visitor finds it."""

from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from regulator.features.registry.actions.reindexing import reindex_company, reindex_estate
from regulator.features.registry.models import Committee, Company, CompanyName, Estate, EstateName
from regulator.features.registry.queries.public.figures import forget_figures
from regulator.features.registry.terms import DeclaredGrade, Mode, NameKind, RecordSource, RegisterNature
from regulator.foundation import clock
from regulator.foundation.database import new_key
from tests.factories import registry as make

Fetch = Callable[[str], TestResponse]


@dataclass
class World:
    """The company asked about, another one, and an estate that changed hands on 1 July 2025."""

    company: Company
    other: Company
    estate: Estate
    unknown: Estate


@pytest.fixture
def world(app: Flask, session: Session) -> Iterator[World]:
    clock.fix_today(date(2026, 11, 23))
    forget_figures()
    make.make_tree()
    make.decide(RegisterNature.DEMO)
    company = make.make_company(
        "沈阳和智川城市服务有限公司",
        legal_representative="陈伟艳",
        phone="024-26099226",
        registered_capital=500_000_000,
        founded_on=date(2009, 2, 13),
        registered_address="沈河区北陵大街284号",
        declared_grade=DeclaredGrade.GRADE_2,
        declared_certificate="辽物资2-0117",
        remark="只供内部",
    )
    session.add(
        CompanyName(
            company_id=company.id, name="沈阳老字号物业管理有限公司", kind=NameKind.FORMER, ended_on=date(2019, 3, 1)
        )
    )
    other = make.make_company("沈阳百分之百物业有限公司", make.HEPING, legal_representative="王海")
    estate = make.make_estate("翰林花园二期", address="北陵大街99号", lon=123.4, lat=41.8, duty_phone="024-11112222")
    session.add(EstateName(estate_id=estate.id, name="老钢厂宿舍", kind=NameKind.ALIAS))
    session.flush()
    for subject, again in ((company, reindex_company), (estate, reindex_estate)):
        again(subject)  # type: ignore[operator]
    make.make_service(estate, other, began_on=date(2018, 1, 1), ended_on=date(2025, 6, 30))
    make.make_service(estate, company, began_on=date(2025, 7, 1), fee=180)
    make.make_contract(estate, company, date(2025, 7, 1), date(2026, 6, 30))
    make.make_manager(make.make_person("赵项目", company), estate)
    make.make_person("钱普通", company, id_number="210103198506070015", post="保洁")
    session.add(
        Committee(
            id=new_key(),
            estate_id=estate.id,
            name="翰林花园业主委员会",
            term_began_on=date(2024, 1, 1),
            source=RecordSource.TYPED,
            registered_at=make.NOW,
            updated_at=make.NOW,
            version=1,
        )
    )
    unknown = make.make_estate("无人知小区", make.HEPING_COMMUNITY, floor_area=None, households=None)
    later = make.make_estate("弃管小区", make.HEPING_COMMUNITY)
    make.make_service(later, None, Mode.ABANDONED)
    session.commit()
    yield World(company, other, estate, unknown)
    clock.fix_today(None)


@pytest.fixture
def fetch(app: Flask) -> Fetch:
    """A visitor's GET, in an empty context as in a server."""
    client = app.test_client()

    def get(path: str) -> TestResponse:
        response: TestResponse = Context().run(client.get, path)
        response.get_data()
        response.close()
        return response

    return get
