"""Certificates of the demo city: licences of 2004 to 2017, and the evaluation of today in every state."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import exists, select

from regulator.features.accounts.models import Authority
from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import list_cities
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions import certificates as acts
from regulator.features.licensing.actions.records import DECLARED, record_declared, record_historical
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.certificate_terms import CertificateState, Former
from regulator.features.licensing.models import Certificate
from regulator.features.licensing.queries.evaluating import evaluate_all
from regulator.features.licensing.queries.rulesets import all_rule_sets, rule_set_on
from regulator.features.licensing.rules.rulesets import in_force
from regulator.features.licensing.terms import Nature, RuleSet
from regulator.features.registry.models import Company, Service
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation import clock
from regulator.foundation.database import session

FIRST_LICENCE, LAST_LICENCE = date(2004, 5, 1), date(2016, 12, 31)
FORMER, DECLARATIONS = 150, 60
"""At most so many licences of years gone by, and declared grades made entries."""
NUMERALS = {"1": "一", "2": "二", "3": "三"}
GRANTED_BY = {"1": "住房和城乡建设部（演示）", "2": "省住房和城乡建设厅（演示）", "3": "市房产局（演示）"}
YEAR, MONTH = 365, 30
NEAR = 3
"""So many of the first certificates, which are valid, are of the districts whose officers have accounts."""


@dataclass(frozen=True, slots=True)
class _Fate:
    """A certificate of the demo: issued so many days ago for so many days, and how it ended how many days ago."""

    age: int
    term: int = 3 * YEAR
    provisional: bool = False
    end: CertificateState | None = None
    ended: int = 0
    reason: str = ""
    idle: bool = False  # of a company without any estate


_S = CertificateState
FATES = (
    *(_Fate(200), _Fate(3 * YEAR - 25), _Fate(120, YEAR, provisional=True), _Fate(4 * YEAR - 200, 2 * YEAR)),
    _Fate(YEAR + 2 * MONTH, YEAR, provisional=True, idle=True),
    _Fate(500, end=_S.WITHDRAWN, ended=60, reason="评价所依据的客观情况发生重大变化（演示）"),
    _Fate(450, end=_S.ANNULLED, ended=90, reason="申请时提供虚假材料（演示）"),
    _Fate(600, end=_S.REVOKED, ended=30, reason="出借等级证书（演示）"),
    _Fate(550, end=_S.DOWNGRADED, ended=45, reason="一年内多次投诉查实（演示）"),
    _Fate(400, end=_S.CANCELLED, ended=10, reason="企业申请注销（演示）"),
    _Fate(700, end=_S.SUPERSEDED, ended=75),
    *(_Fate(3 * YEAR - days) for days in (0, 5, 60, 85)),
    *(_Fate(100 + 40 * number) for number in range(14)),
    *(_Fate(20 + 45 * number, YEAR, provisional=True) for number in range(6)),
    _Fate(YEAR - 20, YEAR, provisional=True),  # its year ends soon
)
"""What becomes of the certificates of the first companies; fewer companies, fewer fates."""


def write_certificates(authorities: dict[str, Authority], near: Sequence[str]) -> None:
    """Licences in history, declared grades as entries, and today's evaluation in every state.

    ``near`` are the districts whose officers have accounts: some of the valid ones are certainly theirs.
    """
    _record_history()
    rules = _evaluation()
    city = authorities.get(list_cities()[0].code)
    if rules is not None and city is not None:
        _issue(rules, city, near)


def _evaluation() -> RuleSet | None:
    """The evaluation in force today: the demo's own unless the city has added one; None before there was any."""
    if not any(one.nature is Nature.EVALUATION for one in all_rule_sets()):
        add_rule_set(rulesets.shipped_source(rulesets.DEMO), actor=Actor.system(), now=clock.now())
    today = rule_set_on(clock.today())
    return today if today.grades and today.nature is Nature.EVALUATION else None


# --- years gone by ----------------------------------------------------------------------------------------------------


def _record_history() -> None:
    declared = session().scalars(select(Company).where(Company.declared_grade.in_(DECLARED)).order_by(Company.id)).all()
    old = [one for one in declared if one.founded_on is not None and one.founded_on < LAST_LICENCE]
    for number, company in enumerate(old[:FORMER]):
        for former in _licences(company, number):
            record_historical(company, former, actor=Actor.system(), now=clock.now())
    for company in islice((one for one in declared if one.declared_certificate), DECLARATIONS):
        record_declared(company, actor=Actor.system(), now=clock.now())


def _licences(company: Company, number: int) -> Iterator[Former]:
    """The provisional year of a company and its licence after that; one in twenty was taken away in its time."""
    grade = DECLARED[company.declared_grade][0] if company.declared_grade else "3"
    issued_on = max(company.founded_on or FIRST_LICENCE, FIRST_LICENCE) + timedelta(days=30 + number % 300)
    known = in_force(rulesets.shipped(), min(issued_on, LAST_LICENCE))
    if known is None or issued_on > LAST_LICENCE:
        return
    document = f"演示档案{number + 1:04}"
    first = Former(
        f"示物企三{issued_on.year}-{number + 1:04}", "3", issued_on, issued_on + timedelta(days=YEAR - 1),
        GRANTED_BY["3"], document, is_provisional=True,
    )  # fmt: skip
    yield first
    later = issued_on + timedelta(days=YEAR)
    if later > LAST_LICENCE:
        return
    ended = later + timedelta(days=300) if number % 20 == 7 else None
    yield Former(
        f"示物企{NUMERALS[grade]}{later.year}-{number + 1:04}", grade, later, None, GRANTED_BY[grade], document,
        ended_on=ended, ended_as=CertificateState.REVOKED if ended else None,
        ended_reason="将全部物业管理业务一并委托给他人（演示）" if ended else None,
    )  # fmt: skip


# --- today ------------------------------------------------------------------------------------------------------------


def _issue(rules: RuleSet, authority: Authority, near: Sequence[str]) -> None:
    """In the order of their days, so that numbers run with time; then the ends, and what lapses by itself."""
    today = clock.today()
    met = {one.company_id: one.best for one in evaluate_all(rules, today) if one.best}
    plan = list(zip(_companies(met, near), FATES, strict=False))
    possible = [(one, fate) for one, fate in plan if today - timedelta(days=fate.age) >= rules.effective_from]
    made = [
        (_one(rules, authority, company, fate, met.get(company.id, "")), company, fate)
        for company, fate in sorted(possible, key=lambda pair: -pair[1].age)
    ]
    for certificate, company, fate in sorted(made, key=lambda row: -row[2].ended):
        _end(rules, authority, certificate, company, fate)
    acts.lapse_provisional(clock.now())


def _companies(met: Mapping[UUID, str], near: Sequence[str]) -> Iterator[Company]:
    """For each fate a company it can befall: with estates, or (an idle one) without; None are used twice.

    Those that meet a grade come first, save every sixth: so that some no longer meet what they hold. The first of all
    are of the districts near.
    """
    serves = exists().where(Service.company_id == Company.id)
    live = select(Company).where(Company.status == CompanyStatus.OPERATING, Company.retired_on.is_(None))
    serving = session().scalars(live.where(serves).order_by(Company.id)).all()
    busy = sorted(serving, key=lambda company: company.id not in met)
    ours = [one for one in busy if one.division_code in near][:NEAR]
    busy = [*ours, *(one for one in busy if one not in ours)]
    busy[5:5] = [busy.pop() for _ in range(min(5, len(busy) // 6))]
    idle = session().scalars(live.where(~serves).order_by(Company.id).limit(len(FATES))).all()
    waiting = {False: iter(busy), True: iter(idle)}
    for fate in FATES:
        found = next(waiting[fate.idle], None) or next(waiting[not fate.idle], None)
        if found is None:
            return
        yield found


def _one(rules: RuleSet, authority: Authority, company: Company, fate: _Fate, grade: str = "") -> Certificate:
    issued_on = clock.today() - timedelta(days=fate.age)
    declared = DECLARED[company.declared_grade][0] if company.declared_grade in DECLARED else ""
    lowest, codes = rules.grades[-1].code, [one.code for one in rules.grades]
    wanted = lowest if fate.provisional else grade or (declared if declared in codes else lowest)
    if fate.end is CertificateState.DOWNGRADED and wanted == lowest:
        wanted = codes[-2] if len(codes) > 1 else lowest
    return acts.issue_certificate(
        company, rules, wanted, provisional=fate.provisional, issued_on=issued_on,
        valid_until=issued_on + timedelta(days=fate.term - 1), authority=authority, actor=Actor.system(),
        now=clock.now(), supersedes=_standing(company, rules),
    )  # fmt: skip


def _standing(company: Company, rules: RuleSet) -> Certificate | None:
    return session().scalar(
        select(Certificate).where(
            Certificate.company_id == company.id, Certificate.nature == rules.nature, Certificate.ended_as.is_(None)
        )
    )


def _end(rules: RuleSet, authority: Authority, row: Certificate, company: Company, fate: _Fate) -> None:
    if fate.end is None:
        return
    after = _Fate(fate.ended)
    if fate.end is CertificateState.SUPERSEDED:
        _one(rules, authority, company, after, row.grade)
        return
    if fate.end is CertificateState.DOWNGRADED and not acts.has_lower(row):
        return
    acts.end_certificate(
        row, fate.end, on=clock.today() - timedelta(days=fate.ended), reason=fate.reason,
        paper="（演示）等级评价决定书", version=row.version, actor=Actor.system(), now=clock.now(),
    )  # fmt: skip
    if fate.end is CertificateState.DOWNGRADED:
        _one(rules, authority, company, after, _lower(rules, row.grade))


def _lower(rules: RuleSet, grade: str) -> str:
    codes: Sequence[str] = [one.code for one in rules.grades]
    return codes[codes.index(grade) + 1]
