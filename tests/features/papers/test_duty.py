"""The roster on both databases: who is on duty when, shifts set and cancelled, plans, and two who set at once."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.queries.people import AuthorityRow, find_official, list_people_of, list_stand_ins
from regulator.features.accounts.terms import AccountState, Role
from regulator.features.audit.models import AuditEntry
from regulator.features.papers.actions import duty as acts
from regulator.features.papers.models import DutyShift
from regulator.features.papers.queries import duty as queries
from regulator.features.papers.rules.duty import Hours, Planned, Span, moment, moved_on
from regulator.features.papers.terms import DutyKind
from regulator.foundation.database import transaction
from regulator.foundation.errors import NotFound, StaleVersion
from regulator.law.calendar import WorkingDays
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.duty import make_authority, make_official

NOW = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in China
MONDAY = date(2026, 12, 28)
DAYS = WorkingDays(frozenset({date(2027, 1, 1)}), frozenset(), frozenset({2026, 2027}))
OFFICE, ROUND = Hours(time(8, 30), time(17)), Hours(time(8, 30), time(8, 30))
GIVEN = {"phone": "024-22790018", "days": DAYS, "actor": make.actor(), "now": NOW}


@pytest.fixture
def place(app: Flask, session: Session) -> AuthorityRow:
    """The district's authority, with one official of its own, one of a street, one of another district."""
    assert app
    make.make_tree()
    authority = make_authority("沈河区房产局")
    make_official("王芳", authority=authority)
    make_official("李强", make.SHENHE_STREET, Role.STREET_OFFICER)
    make_official("赵敏", make.HEPING)
    session.commit()
    return AuthorityRow(authority.id, authority.name, authority.division_code)


def account(name: str) -> Account:
    found = find_official(name)
    assert found
    return queries.session().get_one(Account, found.account_id)


def planned(name: str, day: date, hours: Hours = ROUND, kind: DutyKind = DutyKind.ROUND_THE_CLOCK) -> Planned:
    return Planned(account(name).id, kind, hours.on(day))


def put(place: AuthorityRow, *plan: Planned) -> None:
    for one in plan:
        with transaction():
            acts.set_shift(place, one, **GIVEN)


def codes(act: Callable[[], object]) -> list[str]:
    """What an act is refused for."""
    with pytest.raises(Refused) as refused, transaction():
        act()
    return [finding.code for finding in refused.value.findings]


def on_duty(place: AuthorityRow, at: datetime, kind: DutyKind | None = None) -> list[str]:
    return [one.name for one in queries.on_duty(place.id, at, kind)]


def test_who_is_on_duty_at_a_moment(place: AuthorityRow) -> None:
    put(place, planned("王芳", MONDAY), planned("李强", MONDAY, OFFICE, DutyKind.NORMAL))
    assert on_duty(place, moment(MONDAY, time(8, 29))) == []
    assert on_duty(place, moment(MONDAY, time(8, 30))) == ["李强", "王芳"]
    assert on_duty(place, moment(MONDAY, time(12)), DutyKind.NORMAL) == ["李强"]
    assert on_duty(place, moment(MONDAY, time(17))) == ["王芳"]
    assert on_duty(place, moment(MONDAY + timedelta(days=1), time(8, 30))) == []
    (one,) = queries.on_duty(place.id, moment(MONDAY, time(23)))
    assert (one.account, one.until, one.phone) == (
        account("王芳").id, moment(MONDAY + timedelta(days=1), time(8, 30)), "024-22790018",
    )  # fmt: skip


def test_over_the_new_year_by_night(place: AuthorityRow) -> None:
    put(place, planned("王芳", date(2026, 12, 31)))
    assert on_duty(place, moment(date(2027, 1, 1), time(0, 0))) == ["王芳"]
    first, second = queries.list_days(place, date(2027, 1, 1), date(2027, 1, 2), days=DAYS, office=OFFICE)
    assert [one.name for one in first.shifts] == ["王芳"], "what runs on stands on the first day shown"
    assert not first.is_working
    assert first.gaps[0].span.begin == moment(date(2027, 1, 1), time(8, 30))
    assert second.shifts == ()


def test_only_people_of_the_authority_or_its_territory(place: AuthorityRow, session: Session) -> None:
    assert [one.name for one in list_people_of(place, on=MONDAY)] == ["王芳", "李强"]
    assert codes(lambda: put(place, planned("赵敏", MONDAY))) == ["duty_person_of_elsewhere"]
    account("李强").state = AccountState.SUSPENDED
    session.commit()
    assert codes(lambda: put(place, planned("李强", MONDAY))) == ["duty_account_not_active"]
    assert session.scalars(select(DutyShift)).all() == []


def test_nobody_is_on_duty_twice_here_or_elsewhere(place: AuthorityRow, session: Session) -> None:
    other = make_authority("朱剪炉街道办", make.SHENHE_STREET)
    session.commit()
    street = AuthorityRow(other.id, other.name, other.division_code)
    put(place, planned("李强", MONDAY))
    assert codes(lambda: put(place, planned("李强", MONDAY, OFFICE))) == ["on_duty_then_already"]
    assert codes(lambda: put(street, planned("李强", MONDAY, OFFICE))) == ["on_duty_elsewhere"]
    put(street, planned("李强", MONDAY + timedelta(days=1)))
    put(place, planned("王芳", MONDAY))


def test_a_cancelled_shift_stays_and_counts_until_then(place: AuthorityRow, session: Session) -> None:
    put(place, planned("王芳", MONDAY), planned("王芳", MONDAY + timedelta(days=2)))
    running, coming = session.scalars(select(DutyShift).order_by(DutyShift.began_at)).all()
    with transaction():
        acts.cancel_shift(running.id, place, reason="病假", actor=make.actor(), now=NOW)
        acts.cancel_shift(coming.id, place, reason="换班", actor=make.actor(), now=NOW)
    assert on_duty(place, NOW - timedelta(minutes=1)) == ["王芳"]
    assert on_duty(place, NOW) == []
    assert on_duty(place, moment(MONDAY + timedelta(days=2), time(12))) == []
    (day, *_) = queries.list_days(place, MONDAY, MONDAY, days=DAYS, office=OFFICE)
    assert [one.cancelled_reason for one in day.shifts] == ["病假"]
    assert [gap.in_office_hours for gap in day.gaps] == [False, True]
    assert codes(
        lambda: acts.cancel_shift(running.id, place, reason="x", actor=make.actor(), now=NOW)
    ) == ["shift_cancelled_already"]  # fmt: skip
    assert codes(
        lambda: acts.cancel_shift(coming.id, place, reason="x", actor=make.actor(), now=NOW + timedelta(days=9))
    ) == ["shift_cancelled_already"]  # fmt: skip
    put(place, planned("王芳", MONDAY + timedelta(days=2)))  # the time is free again
    trail = session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)).all()
    assert trail == ["duty.set", "duty.set", "duty.cancelled", "duty.cancelled", "duty.set"]
    assert set(session.scalars(select(AuditEntry.subject_key))) == {place.name}


def test_a_plan_sets_what_fits_and_says_what_does_not(place: AuthorityRow, session: Session) -> None:
    put(place, planned("王芳", MONDAY + timedelta(days=1)))
    plan = [planned(name, MONDAY + timedelta(days=n)) for n in (0, 1, 2) for name in ("王芳", "李强")]
    judged = queries.judge_plan(place, plan, days=DAYS, now=NOW)
    assert [bool(one.verdict) for one in judged] == [True, True, False, True, True, True]
    with transaction():
        assert acts.set_plan(place, plan, fitting=5, **GIVEN) == 5
    assert len(session.scalars(select(DutyShift)).all()) == 6
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.facts.contains('"count":5'))).all()
    assert entry.act == "duty.set"
    with pytest.raises(StaleVersion), transaction():
        acts.set_plan(place, plan, fitting=5, **GIVEN)
    assert len(session.scalars(select(DutyShift)).all()) == 6, "set a second time, nothing is set"


def test_a_plan_does_not_meet_itself(place: AuthorityRow) -> None:
    plan = [planned("王芳", MONDAY), planned("王芳", MONDAY, OFFICE)]
    judged = queries.judge_plan(place, plan, days=DAYS, now=NOW)
    assert [finding.code for finding in judged[1].verdict.findings] == ["on_duty_then_already"]


def test_last_week_again_without_what_was_cancelled(place: AuthorityRow, session: Session) -> None:
    put(place, planned("王芳", MONDAY), planned("李强", MONDAY + timedelta(days=4)), planned("王芳", date(2027, 1, 3)))
    put(place, planned("李强", date(2027, 1, 4)))
    cancelled = session.scalars(select(DutyShift).where(DutyShift.account_id == account("李强").id)).first()
    assert cancelled
    with transaction():
        acts.cancel_shift(cancelled.id, place, reason="x", actor=make.actor(), now=NOW)
    plan = moved_on(queries.last_week(place, date(2027, 1, 4)), timedelta(days=7))
    assert [(one.account_id, one.span) for one in plan] == [
        (account("王芳").id, ROUND.on(date(2027, 1, 4))),
        (account("王芳").id, ROUND.on(date(2027, 1, 10))),
    ]


def test_what_is_next_and_which_telephone(place: AuthorityRow) -> None:
    assert queries.find_phone(place) is None
    put(place, planned("王芳", MONDAY), planned("李强", MONDAY + timedelta(days=1)))
    assert [one.name for one in queries.list_next(place, after=NOW)] == ["李强"]
    assert queries.find_phone(place) == "024-22790018"


def test_another_territorys_shift_is_not_there_but_ones_own_is(place: AuthorityRow, session: Session) -> None:
    put(place, planned("王芳", MONDAY))
    (shift,) = session.scalars(select(DutyShift.id)).all()
    with pytest.raises(NotFound):
        queries.get_shift(make.HEPING_SCOPE, shift, own=None)
    assert queries.get_shift(make.HEPING_SCOPE, shift, own=place.id)[1] == place
    assert queries.get_shift(make.SHENHE_SCOPE, shift, own=None)[0].name == "王芳"


def test_who_stands_in_today(place: AuthorityRow, session: Session) -> None:
    from regulator.features.accounts.actions import name_deputy

    with transaction():
        name_deputy(
            account("王芳"),
            account("李强"),
            began_on=MONDAY,
            ended_on=MONDAY,
            reason="休假",
            actor=make.actor(),
            now=NOW,
        )
    assert place
    (one,) = list_stand_ins({account("王芳").id}, on=MONDAY)
    assert (one.principal, one.deputy, one.ended_on) == ("王芳", "李强", MONDAY)
    assert list_stand_ins({account("王芳").id}, on=MONDAY + timedelta(days=1)) == []
    assert session.scalars(select(Authority.name)).all() == ["沈河区房产局"]


def test_of_two_who_set_the_same_person_at_once_one_succeeds(app: Flask, place: AuthorityRow, session: Session) -> None:
    shift = planned("王芳", MONDAY)
    session.rollback()
    barrier, done = threading.Barrier(2), list[str]()

    def set_it() -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    acts.set_shift(place, shift, **GIVEN)
                done.append("set")
            except Refused as refused:
                done.append(refused.findings[0].code)

    threads = [threading.Thread(target=set_it) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == ["on_duty_then_already", "set"]
    assert len(session.scalars(select(DutyShift)).all()) == 1


def test_the_roster_of_a_month_is_one_statement(place: AuthorityRow, session: Session) -> None:
    put(place, *(planned("王芳", MONDAY + timedelta(days=n)) for n in range(4)))
    days = queries.list_days(place, date(2026, 12, 1), date(2026, 12, 31), days=DAYS, office=OFFICE)
    assert [row.day for row in days if row.shifts] == [MONDAY + timedelta(days=n) for n in range(4)]
    assert days[0].gaps[0].span == Span(moment(date(2026, 12, 1), time.min), moment(date(2026, 12, 2), time.min))
    assert session.scalars(select(DutyShift.set_by)).first() == make.actor().name
