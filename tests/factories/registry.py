"""A small invented world of the register: two districts of one city, another city, companies, estates, people."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import update
from stdnum.cn import ric, uscc

from regulator.features.audit.terms import Actor
from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level, Scope
from regulator.features.registry.actions.reindexing import reindex_company, reindex_estate, reindex_person
from regulator.features.registry.models import (
    Company,
    Contract,
    Employment,
    Estate,
    ManagerAssignment,
    Person,
    RegisterState,
    Service,
)
from regulator.features.registry.rules.resident_id import birth_date, mask_id, sex_of
from regulator.features.registry.terms import Condition, EstateKind, Mode, RecordSource, RegisterNature
from regulator.foundation import crypto
from regulator.foundation.database import new_key, session

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 1)
CITY, HEPING, SHENHE, OTHER_CITY, OTHER_DISTRICT = "210100", "210102", "210103", "220100", "220102"
HEPING_STREET, SHENHE_STREET = "210102001", "210103001"
HEPING_COMMUNITY, SHENHE_COMMUNITY = "210102001001", "210103001001"
_TREE = (
    (CITY, Level.CITY, "沈阳市", None),
    (HEPING, Level.DISTRICT, "和平区", CITY),
    (SHENHE, Level.DISTRICT, "沈河区", CITY),
    (HEPING_STREET, Level.STREET, "浑河湾街道", HEPING),
    (SHENHE_STREET, Level.STREET, "朱剪炉街道", SHENHE),
    (HEPING_COMMUNITY, Level.COMMUNITY, "新世界社区", HEPING_STREET),
    (SHENHE_COMMUNITY, Level.COMMUNITY, "惠工社区", SHENHE_STREET),
    (OTHER_CITY, Level.CITY, "长春市", None),
    (OTHER_DISTRICT, Level.DISTRICT, "南关区", OTHER_CITY),
)
_numbers = count(1)

CITY_SCOPE = Scope.division(CITY, "沈阳市")
HEPING_SCOPE = Scope.division(HEPING, "和平区")
SHENHE_SCOPE = Scope.division(SHENHE, "沈河区")


def actor(name: str = "张晓敏", scope: str = "沈阳市") -> Actor:
    """An official who acts in a test."""
    return Actor(None, "zhangxiaomin", name, "city_officer", scope, "127.0.0.1")


def make_tree() -> None:
    """The divisions of the small world."""
    known = {division.code for division in session().query(Division)}
    for code, level, name, parent in _TREE:
        if code not in known:
            session().add(Division(code=code, level=level, name=name, parent_code=parent))
            session().flush()


def decide(nature: RegisterNature) -> None:
    """Make the register demo or real."""
    session().execute(update(RegisterState).values(nature=nature, decided_at=NOW))


def make_credit_code(number: int | None = None, division: str = SHENHE) -> str:
    """A credit code of the right form that no company bears."""
    body = f"91{division}MA{next(_numbers) if number is None else number:07d}"
    return body + uscc.calc_check_digit(body)


def make_id_number(number: int | None = None, born: date = date(1985, 6, 7), area: str = "210103") -> str:
    """A resident ID number of the right form."""
    last = next(_numbers) % 900 + 100 if number is None else number % 1000  # low ones are given by tests themselves
    body = f"{area}{born:%Y%m%d}{last:03d}"
    return body + ric.calc_check_digit(body + "0")


def _recorded(given: dict[str, Any]) -> dict[str, Any]:
    return {"source": RecordSource.TYPED, "registered_at": NOW, "updated_at": NOW, "version": 1} | given


def make_company(name: str = "沈阳和智物业服务有限公司", division_code: str | None = SHENHE, **given: Any) -> Company:
    """A company in the tables and in the index."""
    values = {"credit_code": make_credit_code(division=division_code or SHENHE)} | given
    company = Company(id=new_key(), name=name, division_code=division_code, **_recorded(values))
    session().add(company)
    session().flush()
    reindex_company(company)
    return company


def make_estate(name: str = "翰林花园", division_code: str = SHENHE_COMMUNITY, **given: Any) -> Estate:
    """An estate in the tables and in the index; 81,600 ㎡ and 812 households unless said otherwise."""
    values = {
        "code": f"{division_code}{next(_numbers) % 9000 + 1000}",  # low ones are given by acts themselves
        "kind": EstateKind.RESIDENTIAL,
        "condition": Condition.OCCUPIED,
        "floor_area": 8_160_000,
        "households": 812,
        "to_be_placed": len(division_code) < 12,
    } | given
    estate = Estate(id=new_key(), name=name, division_code=division_code, **_recorded(values))
    session().add(estate)
    session().flush()
    reindex_estate(estate)
    return estate


def make_service(
    estate: Estate,
    company: Company | None = None,
    mode: Mode = Mode.PROFESSIONAL,
    began_on: date | None = date(2020, 1, 1),
    ended_on: date | None = None,
    **given: Any,
) -> Service:
    """A period of service."""
    values = {"stated_for": None if began_on else date(2020, 1, 1)} | given
    service = Service(
        id=new_key(),
        estate_id=estate.id,
        company_id=company.id if company else None,
        mode=mode,
        began_on=began_on,
        ended_on=ended_on,
        **_recorded(values),
    )
    session().add(service)
    session().flush()
    return service


def make_contract(
    estate: Estate, company: Company, began_on: date = date(2020, 1, 1), ended_on: date | None = None, **given: Any
) -> Contract:
    """A contract."""
    contract = Contract(
        id=new_key(),
        estate_id=estate.id,
        company_id=company.id,
        began_on=began_on,
        ended_on=ended_on,
        **_recorded(given),
    )
    session().add(contract)
    session().flush()
    return contract


def make_person(name: str = "李建国", company: Company | None = None, **given: Any) -> Person:
    """A person, employed by ``company`` since 2020 when one is given; ``id_number`` may be given."""
    number = given.pop("id_number", None) or make_id_number()
    post = given.pop("post", None)
    values = {
        "id_hash": crypto.matching_hash(number),
        "id_cipher": crypto.encrypt(number),
        "id_key_id": crypto.key_id(),
        "id_masked": mask_id(number),
        "born_on": birth_date(number),
        "sex": sex_of(number),
    } | given
    person = Person(id=new_key(), name=name, **_recorded(values))
    session().add(person)
    session().flush()
    reindex_person(person)
    if company:
        make_employment(person, company, post=post)
    return person


def make_employment(
    person: Person,
    company: Company,
    began_on: date | None = date(2020, 1, 1),
    ended_on: date | None = None,
    **given: Any,
) -> Employment:
    """An employment."""
    employment = Employment(
        id=new_key(),
        person_id=person.id,
        company_id=company.id,
        began_on=began_on,
        ended_on=ended_on,
        version=1,
        **given,
    )
    session().add(employment)
    session().flush()
    return employment


def make_manager(
    person: Person, estate: Estate, began_on: date | None = date(2020, 1, 1), ended_on: date | None = None
) -> ManagerAssignment:
    """An assignment as project manager."""
    assignment = ManagerAssignment(
        id=new_key(), person_id=person.id, estate_id=estate.id, began_on=began_on, ended_on=ended_on, version=1
    )
    session().add(assignment)
    session().flush()
    return assignment
