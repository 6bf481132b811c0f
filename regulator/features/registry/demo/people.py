"""Invented companies and the people who work for them."""

from datetime import timedelta
from functools import cache

from regulator.features.registry.demo import words
from regulator.features.registry.demo.draws import Shares
from regulator.features.registry.demo.maker import KnownCompany, Maker
from regulator.features.registry.demo.numbers import credit_code, resident_id
from regulator.features.registry.terms import CompanyStatus, DeclaredGrade, Education, NameKind, Sex, Title
from regulator.features.registry.tokens import company_tokens, person_tokens
from regulator.foundation import crypto

STATUSES = Shares({CompanyStatus.OPERATING: 96, CompanyStatus.SUSPENDED: 2, CompanyStatus.CANCELLED: 2})
GRADES: Shares[DeclaredGrade | None] = Shares(
    {
        DeclaredGrade.GRADE_1: 4,
        DeclaredGrade.GRADE_2: 14,
        DeclaredGrade.GRADE_3: 48,
        DeclaredGrade.GRADE_3_PROVISIONAL: 14,
        None: 20,
    }
)
CAPITALS = tuple(wan * 1_000_000 for wan in (50, 100, 200, 300, 500, 1000, 2000, 5000))  # fen
EDUCATIONS = Shares(dict(zip(Education, (10, 40, 30, 18, 2, 0), strict=True)))
TITLES = Shares(dict(zip(Title, (70, 15, 11, 4), strict=True)))
POSTS = Shares(dict(zip(words.POSTS, (20, 25, 25, 15, 6, 4, 5), strict=True)))
LAST_GRADED_YEAR = 2017  # qualification was abolished in 2018
WORKING_AGE = timedelta(days=19 * 366)


def add_company(maker: Maker, serial: int) -> None:
    draws, plan = maker.draws, maker.plan
    district, district_name = draws.one_of(plan.districts)
    stem = draws.one_of(words.COMPANY_FIRST) + draws.one_of(words.COMPANY_SECOND)
    if plan.companies > len(words.COMPANY_FIRST) * len(words.COMPANY_SECOND):
        stem += draws.one_of(words.COMPANY_SECOND)
    name = f"{plan.city_name}{stem}{draws.one_of(words.COMPANY_TAIL)}"
    code = credit_code(district, serial, draws)
    founded = maker.day(draws.between(730, 27 * 365))
    address = f"{plan.city_name}市{district_name}{maker.road()}{draws.between(1, 320)}号"
    status, grade = draws.by_share(STATUSES), draws.by_share(GRADES)
    certificate = f"示物资{draws.between(10000, 99999)}" if grade and founded.year <= LAST_GRADED_YEAR else None
    key = maker.key()
    recorded = maker.recorded(founded)
    maker.rows["company"].append(
        (
            *(key, code, name, district, "有限责任公司", maker.person_name()),
            *(f"024-2{draws.between(1000000, 9999999)}", draws.one_of(CAPITALS), founded, address),
            *(words.BUSINESS_SCOPE, status, grade, certificate, *recorded),
        )
    )
    names = [name]
    if draws.happens(0.05):
        former = f"{plan.city_name}{stem}{words.FORMER_TAIL}"
        renamed = founded + (plan.today - founded) // 2
        maker.rows["company_name"].append((maker.key(), key, former, NameKind.FORMER, renamed))
        names.append(former)
    tokens = company_tokens(
        name=name,
        other_names=names[1:],
        addresses=[address],
        division_code=district,
        status=status,
        declared_grade=grade,
    )
    maker.rows["company_search"].append((key, tokens))
    if status is not CompanyStatus.CANCELLED or not maker.companies:  # who is cancelled serves and employs nobody
        maker.companies.append(KnownCompany(key, code, name, district, founded))


def add_person(maker: Maker, serial: int) -> None:
    draws = maker.draws
    company = maker.some_company()
    number, born = resident_id(company.district, serial)
    key, name = maker.key(), maker.person_name()
    began = max(maker.day(draws.between(30, 4000)), born + WORKING_AGE, company.founded)
    maker.rows["person"].append(
        (
            *(key, crypto.matching_hash(number), crypto.encrypt(number), crypto.key_id()),
            *(f"{number[:3]}*************{number[-2:]}", name, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE, born),
            *(draws.by_share(EDUCATIONS), title := draws.by_share(TITLES), *maker.recorded(began)),
        )
    )
    maker.rows["person_search"].append((key, _name_tokens(name)))
    post = draws.by_share(POSTS)
    titled = title in (Title.INTERMEDIATE, Title.SENIOR)
    head = draws.happens(0.6 if titled else 0.03) if post in ("工程", "财务") else None  # who holds a title leads
    full_time = draws.happens(0.9) if draws.happens(0.8) else None
    maker.rows["employment"].append((maker.key(), key, company.key, post, head, full_time, began, None, 1))
    if draws.happens(0.3):
        maker.rows["person_certificate"].append((maker.key(), key, f"W{draws.between(100000, 999999)}"))
    if post == "项目经理":
        maker.managers[company.key].append(key)


@cache  # there are no more names than the words allow, and millions of people bear them
def _name_tokens(name: str) -> str:
    return person_tokens(name=name)
