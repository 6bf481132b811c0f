"""Nothing stays with who cannot act: closed accounts, roles that end, the built-in account; on both databases."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from regulator.features.accounts import actions as accounts
from regulator.features.accounts.models import Account, RoleAssignment
from regulator.features.accounts.queries.holders import HoldersEverywhere, list_holders
from regulator.features.accounts.terms import IMPORT_USERNAME, AccountState, Permission, Role
from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.divisions.actions import set_management_area
from regulator.features.papers import signals
from regulator.features.papers.actions import close_matter
from regulator.features.papers.actions.handing_out import hand_out
from regulator.features.papers.actions.matters import NewMatter, open_matters
from regulator.features.papers.models import Matter, MatterEntry, Paper, Reminder
from regulator.features.papers.queries.integrity import CHECKS
from regulator.features.papers.terms import EntryKind, Outcome, Reassigned, Tone, WhyMoved
from regulator.foundation.database import new_key, transaction
from tests.factories import accounts as people
from tests.factories.papers import NOW, Bureau
from tests.factories.registry import (
    CITY,
    HEPING,
    HEPING_COMMUNITY,
    SHENHE,
    SHENHE_COMMUNITY,
    SHENHE_STREET,
    make_tree,
)

SECURITY = Actor(None, "secadmin", "安全管理员", "security_administrator", "", None)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def world(app: Flask) -> None:
    del app
    with transaction():
        make_tree()


def opened(
    count: int = 1, place: str | None = SHENHE_COMMUNITY, needs: Permission = Permission.LINKS_CONFIRM, start: int = 0
) -> None:
    numbers = range(start, start + count)
    news = [NewMatter("link", f"{place}-{number}", f"某某物业{number}", place, needs) for number in numbers]
    with transaction():
        open_matters(news, actor=Actor.system(), now=NOW)


def owners(session: Session) -> list[str]:
    session.expire_all()
    stmt = select(Account.username).join(Matter, Matter.owner_id == Account.id).order_by(Matter.number)
    return list(session.scalars(stmt))


def whys(session: Session) -> list[str | None]:
    stmt = select(MatterEntry.about).where(MatterEntry.kind == EntryKind.ASSIGNED)
    return list(session.scalars(stmt.order_by(MatterEntry.seq)))


def suspend(account: Account) -> None:
    with transaction():
        accounts.suspend_account(account, reason="离职", actor=SECURITY, now=NOW)


def swept(now: datetime = NOW) -> None:
    with transaction():
        hand_out(now)


# --- who may act ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("permission", [Permission.LINKS_CONFIRM, Permission.MATTERS_HANDLE, Permission.PAPERS_SIGN])
@pytest.mark.parametrize("place", [SHENHE_COMMUNITY, SHENHE_STREET, SHENHE, HEPING_COMMUNITY, CITY, None])
def test_asking_for_all_places_at_once_answers_as_asking_for_each(permission: Permission, place: str | None) -> None:
    with transaction():
        set_management_area("SYKFQ", "开发区", [SHENHE_STREET], actor=Actor.system(), now=NOW)
    people.make_account("city", (Role.CITY_OFFICER, CITY))
    people.make_account("both", (Role.DISTRICT_OFFICER, SHENHE), (Role.STREET_OFFICER, SHENHE_STREET))
    people.make_account("area", (Role.DISTRICT_OFFICER, "SYKFQ"))
    people.make_account("community", (Role.COMMUNITY_WORKER, SHENHE_COMMUNITY))
    people.make_account("director", (Role.DIRECTOR, HEPING))
    people.make_account("past", (Role.DISTRICT_OFFICER, SHENHE), ended_on=TODAY - timedelta(days=1))
    suspend(people.make_account("closed", (Role.DISTRICT_OFFICER, SHENHE)))
    found = HoldersEverywhere(permission, on=TODAY).at(place)
    assert found == list_holders(permission, place, on=TODAY)


# --- a closed account -----------------------------------------------------------------------------------------------


def test_a_closed_accounts_matters_go_to_the_nearest_who_may_at_once(session: Session) -> None:
    near = people.make_account("near", (Role.STREET_OFFICER, SHENHE_STREET))
    people.make_account("above", (Role.DISTRICT_OFFICER, SHENHE))
    people.make_account("elsewhere", (Role.DISTRICT_OFFICER, HEPING))
    opened(3)
    done = session.scalars(select(Matter).order_by(Matter.number)).first()
    assert done is not None
    with transaction():
        close_matter(done, outcome=Outcome.DONE, reason=None, actor=SECURITY, now=NOW)
        waits = session.scalars(select(Matter).order_by(Matter.number.desc())).first()
        assert waits is not None
        session.add(
            Reminder(
                id=new_key(), matter_id=waits.id, tone=Tone.URGE, text="请办", sent_at=NOW, by_id=near.id, by_name="x",
                to_id=near.id,
            )
        )  # fmt: skip
    told: list[Reassigned] = []

    def listen(_sender: object, moved: Sequence[Reassigned]) -> None:
        told.extend(moved)

    with signals.matter_reassigned.connected_to(listen):
        suspend(near)
    assert owners(session) == ["near", "above", "above"], "what was closed stays told as it was"
    assert whys(session) == [WhyMoved.CLOSED_ACCOUNT] * 2
    assert len(told) == 2
    assert session.get_one(Account, session.scalars(select(Reminder.to_id)).one()).username == "above"
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "matter.assigned").order_by(AuditEntry.seq))
    assert [(entry.username, entry.subject_key) for entry in entries] == [
        ("secadmin", "2026-000002"),
        ("secadmin", "2026-000003"),
    ]
    assert CHECKS["matters_without_owner"]() == []


def test_when_nobody_else_may_they_wait_and_go_to_the_first_who_may(session: Session) -> None:
    only = people.make_account("only", (Role.DISTRICT_OFFICER, SHENHE))
    opened(2)
    suspend(only)
    swept()
    assert owners(session) == ["only", "only"]
    assert CHECKS["matters_without_owner"]() == [], "nobody could own them"
    people.make_account("next", (Role.DISTRICT_OFFICER, SHENHE))
    assert owners(session) == ["next", "next"]
    assert whys(session) == [WhyMoved.CLOSED_ACCOUNT] * 2


def test_one_who_comes_back_is_given_what_waited(session: Session) -> None:
    only = people.make_account("only", (Role.DISTRICT_OFFICER, SHENHE))
    suspend(only)
    opened(1)
    assert owners(session) == [IMPORT_USERNAME]
    with transaction():
        accounts.resume_account(only, reason="复职", actor=SECURITY, now=NOW)
    assert owners(session) == ["only"]
    assert whys(session) == [WhyMoved.OFFICIAL_FOUND]


def test_a_paper_waiting_for_a_closed_account_waits_for_another_who_had_no_hand_in_it(
    bureau: Bureau, session: Session
) -> None:
    examiner = people.make_account("another", (Role.SECTION_HEAD, SHENHE))
    paper = bureau.draft(bureau.matter())
    bureau.submit(paper, bureau.head.id)
    suspend(bureau.head)
    session.expire_all()
    assert paper.waits_for_id == examiner.id
    line = session.scalars(select(MatterEntry).order_by(MatterEntry.seq.desc())).first()
    assert line is not None
    assert (line.from_id, line.to_id, line.text) == (bureau.head.id, examiner.id, "paper.handed_on")
    bureau.passes(paper, examiner, bureau.director.id)
    suspend(bureau.director)
    assert session.get_one(Paper, paper.id).waits_for_id == bureau.second.id
    assert CHECKS["matters_without_owner"]() == []


def test_a_paper_nobody_else_may_take_waits_and_that_is_no_complaint(bureau: Bureau, session: Session) -> None:
    paper = bureau.draft(bureau.matter())
    bureau.submit(paper, bureau.head.id)
    suspend(bureau.head)
    session.expire_all()
    assert paper.waits_for_id == bureau.head.id
    assert CHECKS["matters_without_owner"]() == []


# --- a role that ends -----------------------------------------------------------------------------------------------


def test_when_a_role_ends_with_its_day_the_sweep_gives_its_matters_on(session: Session) -> None:
    people.make_account(
        "leaving", (Role.STREET_OFFICER, SHENHE_STREET), (Role.CITY_OFFICER, CITY), ended_on=TODAY
    )  # fmt: skip
    people.make_account("staying", (Role.DISTRICT_OFFICER, SHENHE))
    opened(2)
    swept()
    assert owners(session) == ["leaving", "leaving"], "on its last day a role still counts"
    swept(NOW + timedelta(days=1))
    assert owners(session) == ["staying", "staying"]
    assert whys(session) == [WhyMoved.ROLE_ENDED] * 2


def test_a_role_left_at_another_place_does_not_keep_a_matter(session: Session) -> None:
    mover = people.make_account("mover", (Role.DISTRICT_OFFICER, SHENHE))
    people.make_account("staying", (Role.CITY_OFFICER, CITY))
    opened(1)
    with transaction():
        role = session.scalars(select(RoleAssignment).where(RoleAssignment.account_id == mover.id)).one()
        accounts.end_role(role, mover, last_day=TODAY, actor=SECURITY, now=NOW)
        accounts.grant_role(
            mover, Role.DISTRICT_OFFICER, HEPING, began_on=date(2020, 1, 1), ended_on=None,
            is_company=lambda _code: False, actor=SECURITY, now=NOW,
        )  # fmt: skip
    swept(NOW + timedelta(days=1))
    assert owners(session) == ["staying"]


def test_a_matter_without_a_place_is_the_business_of_a_whole_city(session: Session) -> None:
    people.make_account("district", (Role.DISTRICT_OFFICER, SHENHE))
    people.make_account("city", (Role.CITY_OFFICER, CITY))
    opened(1, None)
    swept()
    assert owners(session) == ["city"]


def test_the_sweep_costs_few_statements_and_writes_nothing_when_nothing_is_wrong(session: Session) -> None:
    people.make_account("near", (Role.STREET_OFFICER, SHENHE_STREET))
    opened(40)
    said: list[str] = []
    listen = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(session.get_bind(), "before_cursor_execute", listen)
    swept()
    event.remove(session.get_bind(), "before_cursor_execute", listen)
    assert len([one for one in said if not one.startswith(("BEGIN", "SAVEPOINT"))]) <= 6, said
    assert not [one for one in said if one.split()[0] in ("UPDATE", "INSERT", "DELETE")]


def test_many_change_hands_with_as_many_statements_as_few(session: Session) -> None:
    people.make_account("above", (Role.DISTRICT_OFFICER, SHENHE))

    def counted(name: str, count: int) -> int:
        near = people.make_account(name, (Role.STREET_OFFICER, SHENHE_STREET))
        opened(count, start=count * 10)
        said: list[str] = []
        listen = lambda *given: said.append(given[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        suspend(near)
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(said)

    few, many = counted("few", 5), counted("many", 60)
    assert many <= few + 2
    assert set(owners(session)) == {"above"}


def test_what_is_left_with_a_closed_account_past_the_acts_is_found(session: Session) -> None:
    near = people.make_account("near", (Role.STREET_OFFICER, SHENHE_STREET))
    people.make_account("above", (Role.DISTRICT_OFFICER, SHENHE))
    opened(2)
    assert CHECKS["matters_without_owner"]() == []
    with transaction():
        session.get_one(Account, near.id).state = AccountState.SUSPENDED
    assert CHECKS["matters_without_owner"]() == ["2026-000001", "2026-000002"]
    swept()
    assert CHECKS["matters_without_owner"]() == []
