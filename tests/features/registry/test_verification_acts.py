"""Rounds of data verification, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.divisions import queries as divisions
from regulator.features.divisions.terms import Scope
from regulator.features.registry.actions import estates, services
from regulator.features.registry.actions import verification as acts
from regulator.features.registry.models import VerificationConfirmation, VerificationRound
from regulator.features.registry.queries import verification as queries
from regulator.features.registry.terms import DifferenceKind, Mode, SubjectKind
from regulator.foundation.errors import StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make

pytestmark = pytest.mark.usefixtures("world")
ESTATE, COMPANY = SubjectKind.ESTATE, SubjectKind.COMPANY


@pytest.fixture
def world(session: Session) -> None:
    make.make_tree()
    del session


def opened(name: str = "上半年", days: int = 0) -> VerificationRound:
    now = make.NOW + timedelta(days=days)
    return acts.open_round(name, date(2026, 12, 31), instruction=None, actor=make.actor(), now=now)


def confirm(
    current: VerificationRound, kind: SubjectKind, *shown: tuple[str, int], scope: Scope = make.CITY_SCOPE
) -> acts.Confirmed:
    return acts.confirm_records(current, scope, kind, shown, actor=make.actor(), now=make.NOW)


def confirm_all(current: VerificationRound, scope: Scope = make.CITY_SCOPE) -> None:
    for kind in queries.KINDS:
        page = queries.list_pending(scope, current, kind, day=make.TODAY, limit=200)
        confirm(current, kind, *((row.key, row.version) for row in page.items), scope=scope)


def close(current: VerificationRound) -> None:
    acts.close_round(current, version=current.version, actor=make.actor(), now=make.NOW)


def refusal(act: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    return [finding.code for finding in refused.value.findings]


def test_one_round_at_a_time_for_every_district() -> None:
    current = opened()
    assert refusal(opened) == ["round_already_open"]
    assert [row.code for row in queries.list_progress(make.CITY_SCOPE, current)] == [make.HEPING, make.SHENHE]
    assert [row.code for row in queries.list_progress(make.HEPING_SCOPE, current)] == [make.HEPING]
    street = Scope.division(make.HEPING_STREET)
    assert [row.code for row in queries.list_progress(street, current)] == [make.HEPING]
    close(current)
    assert opened("下半年").number == 2


def test_a_district_confirms_its_own_records_and_is_done_when_none_is_left() -> None:
    mine, other = make.make_estate("甲"), make.make_estate("乙", make.HEPING_COMMUNITY)
    company = make.make_company("甲物业")
    current = opened()
    district = divisions.get_division(make.SHENHE)

    def done() -> None:
        acts.declare_done(current, district, remark=None, actor=make.actor(), now=make.NOW)

    assert refusal(done) == ["records_unconfirmed"]
    confirm(current, ESTATE, (mine.code, 1), (other.code, 1), scope=make.SHENHE_SCOPE)
    assert [row.key for row in queries.list_pending(make.CITY_SCOPE, current, ESTATE, day=make.TODAY).items] == [
        other.code
    ]
    assert (mine.confirmed_at, other.confirmed_at) == (make.NOW, None), "another district's record is passed over"
    confirm(current, COMPANY, (company.credit_code, 1), scope=make.SHENHE_SCOPE)
    (heping, shenhe) = queries.list_progress(make.CITY_SCOPE, current)
    assert (shenhe.estates, shenhe.companies, shenhe.confirmed, shenhe.share) == (1, 1, 2, 1.0)
    assert (heping.estates, heping.confirmed) == (1, 0)
    done()
    assert refusal(done) == ["district_done_already"]
    assert refusal(lambda: confirm(current, ESTATE, (mine.code, mine.version), scope=make.SHENHE_SCOPE)) == [
        "district_done_already"
    ]


def test_a_record_changed_since_it_was_shown_is_named_and_not_confirmed(session: Session) -> None:
    estate, quiet = make.make_estate("甲"), make.make_estate("乙")
    current = opened()
    estates.correct_estate(estate, {"households": 5}, version=1, reason="核实", actor=make.actor(), now=make.NOW)
    done = confirm(current, ESTATE, (estate.code, 1), (quiet.code, 1))
    assert (done.count, done.changed) == (1, (estate.code,))
    assert confirm(current, ESTATE, (quiet.code, quiet.version)) == acts.Confirmed(0), "confirmed once is enough"
    assert len(session.scalars(select(VerificationConfirmation)).all()) == 1


def test_a_closed_round_cannot_be_changed() -> None:
    estate = make.make_estate("甲")
    current = opened()
    stale = current.version
    close(current)
    assert refusal(lambda: confirm(current, ESTATE, (estate.code, 1))) == ["round_closed"]
    assert refusal(lambda: close(current)) == ["round_closed"]
    with pytest.raises(StaleVersion):
        acts.close_round(current, version=stale, actor=make.actor(), now=make.NOW)


def test_differences_between_rounds_field_by_field() -> None:
    company, other = make.make_company("甲物业", phone="024-31337700"), make.make_company("乙物业")
    changed, same, gone = make.make_estate("甲"), make.make_estate("丙"), make.make_estate("丁")
    make.make_service(changed, company)
    first = opened()
    confirm_all(first)
    assert not queries.list_differences(make.CITY_SCOPE, first).items, "the first round has nothing to compare with"
    close(first)
    estates.correct_estate(
        changed, {"households": 900}, version=changed.version, reason="核实", actor=make.actor(), now=make.NOW
    )
    services.change_service(
        changed, mode=Mode.PROFESSIONAL, company=other, began_on=date(2026, 10, 1), version=changed.version,
        actor=make.actor(), now=make.NOW,
    )  # fmt: skip
    estates.retire_estate(gone, day=make.TODAY, version=gone.version, reason="重复", actor=make.actor(), now=make.NOW)
    fresh = make.make_estate("戊", make.HEPING_COMMUNITY)
    second = opened("下半年")
    pending = queries.list_pending(make.CITY_SCOPE, second, ESTATE, day=make.TODAY).items
    shown = {row.name: row for row in pending}
    assert shown["丙"].is_unchanged
    assert shown["戊"].differences is None
    assert {item.field for item in shown["甲"].differences or ()} == {"households", "company"}
    confirm_all(second)
    found = queries.list_differences(make.CITY_SCOPE, second).items
    assert {(row.name, row.kind) for row in found} == {
        ("甲", DifferenceKind.CHANGED),
        ("丁", DifferenceKind.MISSING),
        ("戊", DifferenceKind.ADDED),
    }
    fields = {item.field: (item.before, item.after) for row in found if row.name == "甲" for item in row.fields}
    assert fields == {"households": (812, 900), "company": (company.credit_code, other.credit_code)}
    assert [row.key for row in queries.list_differences(make.HEPING_SCOPE, second).items] == [fresh.code]
    only = queries.list_differences(make.CITY_SCOPE, second, kind=DifferenceKind.MISSING).items
    assert [row.key for row in only] == [gone.code]
    assert queries.count_differences(make.CITY_SCOPE, second).number == 3
    assert same.confirmed_at is not None


def test_differences_are_paged(session: Session) -> None:
    first = opened()
    close(first)
    for number in range(5):
        make.make_estate(f"小区{number}")
    second = opened("二")
    confirm_all(second)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = queries.list_differences(make.CITY_SCOPE, second, cursor=cursor, limit=2)
        seen += [row.key for row in page.items]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5


def test_what_a_round_remembers_holds_no_phone_in_clear(session: Session) -> None:
    make.make_company("甲物业", phone="13912345678")
    current = opened()
    confirm_all(current)
    kept = session.scalars(select(VerificationConfirmation)).one()
    assert "12345678" not in str(kept.facts)
