"""The nightly look at valid certificates, on both databases: what it finds, since when, and that it may run twice."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.divisions.terms import Scope
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.actions.watching import keep_watch, watch
from regulator.features.licensing.certificate_terms import WatchKind
from regulator.features.licensing.models import Certificate, CertificateWatch
from regulator.features.licensing.queries import watching as queries
from regulator.features.registry.models import Company
from regulator.features.registry.terms import Title
from regulator.foundation import clock, jobs
from regulator.foundation.database import session as current_session
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.certificates import issue
from tests.factories.papers import sign_with_one_key
from tests.factories.registry import CITY, HEPING, NOW, SHENHE, TODAY
from tests.portals.conftest import Desk, sign_in

__all__ = ["sign_in"]
WAN = 10_000 * 100
LIMIT = 'limits = [{ kind = "residential", square_metres = 200000, article = "第八条" }]'
LIMITED = (
    rulesets.shipped_source(rulesets.DEMO)
    .replace('code = "evaluation-demo"', 'code = "limited"')
    .replace("effective_from = 2023-01-01", "effective_from = 2024-01-01")
    .replace('code = "3"', f'code = "3"\n{LIMIT}')
)
"""A city's evaluation that bounds what the lowest grade may take on."""


@pytest.fixture(autouse=True)
def night(session: Session, tmp_path: Path) -> Iterator[None]:
    del session
    clock.fix_today(TODAY)
    sign_with_one_key(tmp_path)
    make.make_tree()
    add_rule_set(LIMITED, actor=make.actor(), now=NOW)
    yield
    clock.fix_today(None)


def holder(name: str, *, people: int = 10, wan: float = 1, district: str = SHENHE, **given: Any) -> Certificate:
    """A company with staff and one estate, and a certificate of the lowest grade."""
    company = make.make_company(name, district)
    for number in range(people):
        person = make.make_person(f"{name}{number}", title=Title.SENIOR)
        post = ("工程", "财务")[number % 2]
        make.make_employment(person, company, post=post, is_full_time=True, is_head_of_post=number < 2)
    if wan:
        make.make_service(make.make_estate(f"{name}园", floor_area=round(wan * WAN)), company)
    return issue(company, "3", rule_set=rulesets.read(LIMITED), **given)


def look() -> dict[str, tuple[list[str], list[str]]]:
    """Run the job; what stands in the table by the holder's name."""
    current_session().commit()
    steps = watch({})
    while True:
        with transaction():
            if next(steps, None) is None:
                break
    rows = current_session().query(Company.name, CertificateWatch).join(
        Certificate, Certificate.company_id == Company.id
    ).join(CertificateWatch, CertificateWatch.certificate_id == Certificate.id)  # fmt: skip
    return {name: (row.failing, row.beyond) for name, row in rows}


def names(kind: WatchKind, scope: str = CITY, day: date = TODAY) -> list[str]:
    return [row.company for row in queries.list_watched(Scope.division(scope), kind, day).items]


def test_who_no_longer_meets_a_grade_and_who_went_beyond_it() -> None:
    holder("守规")
    holder("缺人", people=9, district=HEPING)
    large = holder("过大", wan=20.01)
    assert look() == {"守规": ([], []), "缺人": (["staff"], []), "过大": ([], [estate_of(large)])}
    assert (names(WatchKind.FAILING), names(WatchKind.BEYOND)) == (["缺人"], ["过大"])
    assert names(WatchKind.FAILING, SHENHE) == []
    (row,) = queries.list_watched(Scope.division(HEPING), WatchKind.FAILING, TODAY).items
    assert (row.failing, row.since, row.serves) == (("staff",), TODAY, True)
    clock.fix_today(TODAY + timedelta(days=1))
    make.make_employment(make.make_person("新来"), of_name("缺人"), is_full_time=True)
    assert look()["缺人"] == ([], [])
    (row,) = queries.list_watched(Scope.division(CITY), WatchKind.BEYOND, TODAY + timedelta(days=1)).items
    assert row.since == TODAY, "since when it is so, not since the last look"


def estate_of(certificate: Certificate) -> str:
    return str(current_session().query(make.Estate).filter_by(name=f"{certificate.facts['company']}园").one().code)


def of_name(name: str) -> Company:
    return current_session().query(Company).filter_by(name=name).one()


def test_the_look_is_asked_for_once_a_day_and_for_a_new_certificate() -> None:
    holder("守规")
    keep_watch(NOW)
    keep_watch(NOW)
    assert current_session().query(jobs.Job).filter_by(kind="licensing.watch").count() == 1
    look()
    assert not queries.is_due(TODAY)
    assert queries.is_due(TODAY + timedelta(days=1))
    holder("新来")
    assert queries.is_due(TODAY)


@pytest.mark.parametrize(
    ("until", "provisional", "days", "kind"),
    [
        pytest.param(TODAY + timedelta(days=90), False, 0, WatchKind.ENDING, id="90-days"),
        pytest.param(TODAY + timedelta(days=91), False, 0, None, id="91-days"),
        pytest.param(TODAY, False, 0, WatchKind.ENDING, id="last-day"),
        pytest.param(TODAY, False, 1, None, id="run-out"),
        pytest.param(TODAY + timedelta(days=30), True, 0, WatchKind.PROVISIONAL, id="provisional-year"),
    ],
)
def test_what_ends_soon(until: date, provisional: bool, days: int, kind: WatchKind | None) -> None:
    holder("将到期", valid_until=until, provisional=provisional, wan=0)
    day = TODAY + timedelta(days=days)
    lists = (WatchKind.ENDING, WatchKind.PROVISIONAL)
    assert [one for one in lists if names(one, day=day)] == ([kind] if kind else [])
    if kind:
        (row,) = queries.list_watched(Scope.division(CITY), kind, day).items
        assert (row.days_left, row.serves) == ((until - day).days, False)


def test_an_official_reads_the_lists(sign_in: Callable[..., Desk]) -> None:
    holder("沈阳缺人物业有限公司", people=9, valid_until=TODAY + timedelta(days=20))
    look()
    desk = sign_in(Role.DISTRICT_OFFICER, SHENHE)
    page = desk.get("/office/licensing/watch")
    assert "沈阳缺人物业有限公司" in page
    assert "专职人员" in page
    assert "剩 20 天" in desk.get("/office/licensing/watch?list=ending")
    assert "清单为空" in desk.get("/office/licensing/watch?list=beyond")
    assert "沈阳缺人物业有限公司" not in sign_in(Role.DISTRICT_OFFICER, HEPING).get("/office/licensing/watch")
