"""Hand-overs on both databases: what goes, what stays, what came since; nothing is lost and nothing has two owners."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account, RoleAssignment
from regulator.features.accounts.queries.holders import list_holders, people_of
from regulator.features.accounts.terms import Permission, Role
from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.papers import signals
from regulator.features.papers.actions import assign_matter, close_matter
from regulator.features.papers.actions import handovers as acts
from regulator.features.papers.actions.handovers import Signer, Terms
from regulator.features.papers.models import Handover, HandoverItem, Matter, Paper
from regulator.features.papers.queries import handovers as queries
from regulator.features.papers.queries.handovers import HandoverFilter, Viewer
from regulator.features.papers.rules.handover import Line, list_hash
from regulator.features.papers.terms import (
    HandoverMove,
    HandoverOutcome,
    HandoverReason,
    HandoverState,
    MatterState,
    Outcome,
)
from regulator.foundation.database import transaction
from regulator.foundation.errors import NotFound, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.duty import grant, make_matter, make_official
from tests.factories.papers import Bureau

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = date(2026, 11, 27)
LEAVE = Terms(HandoverReason.LEAVE, TODAY, "休假至年底")


class Desk:
    """Three officials of one district: who gives, who takes, and a head of section who may take anything."""

    def __init__(self, session: Session) -> None:
        make.make_tree()
        self.session = session
        self.giver = make_official("王芳")
        self.taker = make_official("李强")
        self.head = make_official("陈主任", role=Role.SECTION_HEAD)
        session.commit()

    def draw_up(self, taker: Account | None = None, by: Account | None = None) -> Handover:
        people = people_of([self.giver.id, (taker or self.taker).id])
        who = by or self.giver
        with transaction():
            return acts.draw_up(
                people[self.giver.id], people[(taker or self.taker).id], LEAVE,
                by=Signer(who.id, leads=who is self.head), actor=actor(who), now=NOW,
            )  # fmt: skip

    def give(self, handover: Handover, by: Account | None = None, signed_for: str | None = None) -> None:
        who = by or self.giver
        with transaction():
            acts.give(
                handover, by=Signer(who.id, leads=who is self.head), signed_for=signed_for, version=handover.version,
                actor=actor(who), now=NOW,
            )  # fmt: skip

    def take(self, handover: Handover, by: Account | None = None, version: int | None = None) -> None:
        who = by or self.taker
        with transaction():
            acts.take(
                handover, by=Signer(who.id, leads=False), version=version or handover.version, actor=actor(who),
                now=LATER,
            )  # fmt: skip

    def cancel(self, handover: Handover, by: Account | None = None) -> None:
        who = by or self.giver
        with transaction():
            acts.cancel(
                handover, by=Signer(who.id, leads=who is self.head), reason="休假取消", version=handover.version,
                actor=actor(who), now=LATER,
            )  # fmt: skip

    def matters(self, count: int, **more: Any) -> list[Matter]:
        made = [make_matter(self.giver, f"事项{n}", **more) for n in range(count)]
        self.session.commit()
        return made

    def given(self) -> Handover:
        handover = self.draw_up()
        self.give(handover)
        return handover

    def outcomes(self, handover: Handover) -> list[tuple[str, HandoverOutcome | None, bool]]:
        return [(one.title, one.outcome, one.since_given) for one in queries.list_items(handover)]


def actor(account: Account) -> Actor:
    return Actor(account.id, account.username, account.name, "district_officer", "沈河区", "127.0.0.1")


@pytest.fixture
def desk(app: Flask, session: Session) -> Desk:
    assert app
    return Desk(session)


def codes(act: Callable[[], object]) -> list[str]:
    """What an act is refused for."""
    with pytest.raises(Refused) as refused:
        act()
    return [finding.code for finding in refused.value.findings]


# --- the whole way --------------------------------------------------------------------------------------------------


def test_a_list_is_drawn_up_given_and_taken(desk: Desk) -> None:
    late, soon = desk.matters(1, due_on=date(2027, 1, 1)), desk.matters(1, due_on=date(2026, 12, 1))
    told: list[Any] = []
    with signals.matter_reassigned.connected_to(lambda _sender, moved: told.append(moved)):
        handover = desk.draw_up()
        assert queries.list_items(handover) == [], "until it is given the list is a living one"
        desk.give(handover)
        assert {one.owner_id for one in (*late, *soon)} == {desk.giver.id}
        desk.take(handover)
    assert {one.owner_id for one in (*late, *soon)} == {desk.taker.id}
    assert [(one.from_owner, one.to_owner) for one in told[0]] == [(desk.giver.id, desk.taker.id)] * 2
    assert len(told) == 1
    items = queries.list_items(handover)
    assert [(one.ordinal, one.due_on) for one in items] == [(1, date(2026, 12, 1)), (2, date(2027, 1, 1))]
    assert handover.list_hash == list_hash("王芳", "李强", [one.line for one in items])
    assert {one.outcome for one in items} == {HandoverOutcome.MOVED}
    assert (handover.state, handover.given_by, handover.signed_for) == (HandoverState.TAKEN, "王芳", None)
    trail = desk.session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)).all()
    assert trail == [
        *("handover.drawn_up", "handover.given", "matter.assigned", "matter.assigned", "handover.taken"),
    ]


def test_what_the_successor_may_not_handle_needs_a_second_list(desk: Desk) -> None:
    (plain,) = desk.matters(1)
    (theirs,) = desk.matters(1, handled_by=Permission.SURVEYS_OPEN)
    (elsewhere,) = desk.matters(1, code=make.HEPING_COMMUNITY)
    (cityless,) = desk.matters(1, code=None)
    street = make_official("孙丽", make.SHENHE_STREET, Role.COMMUNITY_WORKER)
    city = make_official("周市", make.CITY, Role.CITY_OFFICER)
    desk.session.commit()
    held = queries.own_roles(street.id, on=TODAY)
    going = {row.id for row in desk.session.execute(queries.matters_for(desk.giver.id, held))}
    left = {row.id for row in desk.session.execute(queries.matters_left(desk.giver.id, held))}
    assert (going, left) == ({plain.id}, {theirs.id, elsewhere.id, cityless.id})
    first = desk.draw_up(street)
    desk.give(first)
    second = desk.draw_up(city)
    desk.give(second)
    assert [one.number for one in queries.list_items(second)] == [elsewhere.number, cityless.number]
    desk.take(first, by=street)
    desk.take(second, by=city)
    owners = {one: one.owner_id for one in (plain, theirs, elsewhere, cityless)}
    assert owners == {plain: street.id, theirs: desk.giver.id, elsewhere: city.id, cityless: city.id}


def test_whom_the_roles_let_handle_is_the_same_asked_either_way(desk: Desk) -> None:
    """The condition on matters and the search for holders agree, place by place."""
    grant(desk.taker, Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY)
    everybody = [desk.giver, desk.taker, desk.head, make_official("周市", make.CITY, Role.CITY_OFFICER)]
    places = (None, make.CITY, make.HEPING, make.HEPING_COMMUNITY, make.SHENHE, make.SHENHE_STREET, make.OTHER_DISTRICT)
    for permission in (Permission.MATTERS_HANDLE, Permission.LINKS_CONFIRM, Permission.SURVEYS_OPEN):
        for code in places:
            matter = make_matter(desk.giver, code=code, handled_by=permission)
            desk.session.commit()
            holders = {one.account_id for one in list_holders(permission, code, on=TODAY)}
            for account in everybody:
                held = queries.own_roles(account.id, on=TODAY)
                asked = select(Matter.id).where(Matter.id == matter.id, queries.handled_by(held))
                may = desk.session.scalar(asked) is not None
                assert may is queries.holds(held, permission, code), (account.name, permission, code)
                assert may is (account.id in holders), (account.name, permission, code)


def test_what_came_since_goes_along_and_what_went_is_gone(desk: Desk) -> None:
    stays, closed, assigned = desk.matters(3)
    handover = desk.given()
    signed = handover.list_hash
    since = make_matter(desk.giver, "后来")
    desk.session.commit()
    with transaction():
        close_matter(closed, outcome=Outcome.DONE, reason=None, actor=actor(desk.giver), now=NOW)
        assign_matter(
            assigned, to=desk.head.id, authority=None, may_handle=True, version=1, reason="", actor=actor(desk.head),
            now=NOW,
        )  # fmt: skip
    held = queries.own_roles(desk.taker.id, on=TODAY)
    assert queries.count_since(handover, held).number == 1
    desk.take(handover)
    assert desk.outcomes(handover) == [
        (stays.title, HandoverOutcome.MOVED, False),
        (closed.title, HandoverOutcome.GONE, False),
        (assigned.title, HandoverOutcome.GONE, False),
        ("后来", HandoverOutcome.MOVED, True),
    ]
    assert (since.owner_id, assigned.owner_id, closed.owner_id) == (desk.taker.id, desk.head.id, desk.giver.id)
    assert handover.list_hash == signed, "what is signed stays"
    lines = [one.line for one in queries.list_items(handover) if not one.since_given]
    assert list_hash("王芳", "李强", lines) == signed


def test_who_may_no_longer_handle_does_not_get_it(desk: Desk) -> None:
    """The role ended between the two signatures: the matter stays and is named."""
    (matter,) = desk.matters(1, handled_by=Permission.SURVEYS_OPEN)
    handover = desk.given()
    role = desk.session.scalars(select(RoleAssignment).where(RoleAssignment.account_id == desk.taker.id)).one()
    role.ended_on = date(2026, 1, 1)
    desk.session.commit()
    desk.take(handover)
    assert matter.owner_id == desk.giver.id
    assert [one.title for one in queries.list_items(handover, HandoverOutcome.STAYED)] == [matter.title]


def test_what_is_held_for_a_principal_does_not_count(desk: Desk) -> None:
    from regulator.features.accounts.actions import name_deputy

    desk.matters(1, code=make.HEPING_COMMUNITY)
    colleague = make_official("和平人", make.HEPING)
    desk.session.commit()
    with transaction():
        name_deputy(colleague, desk.taker, began_on=TODAY, ended_on=TODAY, reason="休假", actor=make.actor(), now=NOW)
    assert codes(desk.draw_up) == ["handover_empty"]


# --- papers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(bureau: Bureau) -> tuple[Bureau, Paper]:
    """A paper that waits for the head of section."""
    paper = bureau.draft(bureau.matter())
    bureau.submit(paper, bureau.head.id)
    return bureau, paper


def hand_over(giver: Account, taker: Account) -> Handover:
    people = people_of([giver.id, taker.id])
    by = Signer(giver.id, leads=False)
    with transaction():
        made = acts.draw_up(
            people[giver.id], people[taker.id], LEAVE, by=by, actor=actor(giver), now=NOW
        )  # fmt: skip
        acts.give(made, by=by, signed_for=None, version=1, actor=actor(giver), now=NOW)
        acts.take(made, by=Signer(taker.id, leads=False), version=2, actor=actor(taker), now=LATER)
    return made


def test_a_paper_that_waits_goes_along(waiting: tuple[Bureau, Paper], session: Session) -> None:
    bureau, paper = waiting
    second = make_official("新科长", role=Role.SECTION_HEAD)
    session.commit()
    made = hand_over(bureau.head, second)
    assert (paper.waits_for_id, paper.waits_since) == (second.id, LATER)
    (item,) = queries.list_items(made)
    assert (item.is_paper, item.title, item.outcome) == (True, paper.title, HandoverOutcome.MOVED)
    bureau.passes(paper, second, bureau.director.id)
    assert paper.waits_for_id == bureau.director.id


def test_nobody_takes_two_steps_through_a_hand_over(waiting: tuple[Bureau, Paper], session: Session) -> None:
    """The handler who drafted it takes over from the head, and may examine: the paper stays and is named."""
    bureau, paper = waiting
    grant(bureau.handler, Role.SECTION_HEAD, bureau.division)
    make_matter(bureau.head)
    session.commit()
    (one,) = queries.papers_waiting(bureau.head.id, bureau.handler.id, queries.own_roles(bureau.handler.id, on=TODAY))
    assert (one.may_take, one.is_twice, one.goes) == (True, True, False)
    made = hand_over(bureau.head, bureau.handler)
    assert paper.waits_for_id == bureau.head.id
    assert [(item.is_paper, item.outcome) for item in queries.list_items(made)] == [
        (False, HandoverOutcome.MOVED),
        (True, HandoverOutcome.STAYED),
    ]


def test_a_paper_goes_only_to_who_may_take_the_step(waiting: tuple[Bureau, Paper], session: Session) -> None:
    bureau, paper = waiting
    clerk = make_official("科员")
    session.commit()
    (one,) = queries.papers_waiting(bureau.head.id, clerk.id, queries.own_roles(clerk.id, on=TODAY))
    assert (one.may_take, one.goes) == (False, False)
    assert codes(lambda: hand_over(bureau.head, clerk)) == ["handover_empty"]
    assert paper.waits_for_id == bureau.head.id


def test_a_paper_passed_between_the_signatures_is_gone(waiting: tuple[Bureau, Paper], session: Session) -> None:
    bureau, paper = waiting
    second = make_official("新科长", role=Role.SECTION_HEAD)
    session.commit()
    people, by = people_of([bureau.head.id, second.id]), Signer(bureau.head.id, leads=False)
    with transaction():
        made = acts.draw_up(
            people[bureau.head.id], people[second.id], LEAVE, by=by, actor=actor(bureau.head), now=NOW
        )  # fmt: skip
        acts.give(made, by=by, signed_for=None, version=1, actor=actor(bureau.head), now=NOW)
    bureau.passes(paper, bureau.head, bureau.director.id)
    with transaction():
        acts.take(made, by=Signer(second.id, leads=False), version=2, actor=actor(second), now=LATER)
    assert paper.waits_for_id == bureau.director.id
    assert [one.outcome for one in queries.list_items(made)] == [HandoverOutcome.GONE]


# --- who may, and when ----------------------------------------------------------------------------------------------


def test_a_leader_signs_for_somebody_ill_and_it_shows(desk: Desk) -> None:
    (matter,) = desk.matters(1)
    handover = desk.draw_up(by=desk.head)
    assert codes(lambda: desk.give(handover, by=desk.head)) == ["signed_for_missing"]
    desk.give(handover, by=desk.head, signed_for="病假")
    assert (handover.given_by, handover.signed_for) == ("陈主任", "病假")
    desk.take(handover)
    assert matter.owner_id == desk.taker.id
    (facts,) = desk.session.scalars(select(AuditEntry.facts).where(AuditEntry.act == "handover.given")).all()
    assert "病假" in facts


def test_what_is_refused(desk: Desk) -> None:
    assert codes(desk.draw_up) == ["handover_empty"]
    desk.matters(1)
    assert codes(lambda: desk.draw_up(by=desk.taker)) == ["handover_not_yours"]
    assert codes(lambda: desk.draw_up(desk.giver)) == ["handover_to_oneself"]
    handover = desk.draw_up()
    assert codes(desk.draw_up) == ["handover_standing"]
    assert codes(lambda: desk.take(handover)) == ["handover_not_in_state"]
    assert codes(lambda: desk.give(handover, by=desk.taker)) == [
        "handover_not_yours",
        "same_hand_twice",
        "signed_for_missing",
    ]
    desk.give(handover)
    assert codes(lambda: desk.take(handover, by=desk.head)) == ["handover_not_yours"]
    desk.take(handover)
    assert codes(lambda: desk.cancel(handover)) == ["handover_not_in_state"]


def test_given_up_everything_stays_and_can_be_promised_anew(desk: Desk) -> None:
    (matter,) = desk.matters(1)
    handover = desk.given()
    assert codes(lambda: desk.draw_up(desk.head)) == ["handover_empty"], "it stands on a list that was given"
    desk.cancel(handover, by=desk.taker)
    assert (handover.state, handover.cancelled_by, matter.owner_id) == ("cancelled", "李强", desk.giver.id)
    again = desk.draw_up(desk.head)
    desk.give(again)
    assert len(queries.list_items(again)) == 1


def test_a_leave_that_ended_is_a_second_hand_over(desk: Desk) -> None:
    (matter,) = desk.matters(1)
    desk.take(desk.given())
    desk.giver, desk.taker = desk.taker, desk.giver
    desk.take(desk.given())
    assert matter.owner_id == desk.taker.id
    assert desk.session.scalars(select(Handover.state)).all() == [HandoverState.TAKEN] * 2


def test_who_sees_which(desk: Desk) -> None:
    desk.matters(1)
    handover = desk.draw_up()
    nobody, everything = make.Scope.nothing(), HandoverFilter()
    for account, leads, sees in (
        (desk.giver, nobody, True),
        (desk.taker, nobody, True),
        (desk.head, make.SHENHE_SCOPE, True),
        (desk.head, nobody, False),
        (desk.head, make.HEPING_SCOPE, False),
        (desk.head, make.CITY_SCOPE, True),
    ):
        viewer = Viewer(account.id, leads)
        assert [one.id for one in queries.list_handovers(viewer, everything).items] == ([handover.id] if sees else [])
        assert queries.count_handovers(viewer, everything).number == sees
        if sees:
            assert queries.get_handover(viewer, handover.id) is handover
        else:
            with pytest.raises(NotFound):
                queries.get_handover(viewer, handover.id)
    mine = Viewer(desk.giver.id, nobody)
    assert queries.count_handovers(mine, HandoverFilter(taker_id=desk.giver.id)).number == 0
    assert queries.count_handovers(mine, HandoverFilter(HandoverState.GIVEN)).number == 0


def test_successors_are_those_who_may_the_nearest_first(desk: Desk) -> None:
    desk.matters(1, handled_by=Permission.SURVEYS_OPEN)
    make_official("周市", make.CITY, Role.CITY_OFFICER)
    make_official("和平人", make.HEPING)
    make_official("街道人", make.SHENHE_STREET, Role.STREET_OFFICER)
    desk.session.commit()
    names = [one.name for one in queries.list_successors(desk.giver.id, make.SHENHE, on=TODAY)]
    assert names[-1] == "周市"
    assert set(names) == {"李强", "陈主任", "周市"}


# --- at once, and interrupted ---------------------------------------------------------------------------------------


def test_of_two_takers_at_once_one_takes(app: Flask, desk: Desk) -> None:
    desk.matters(3)
    handover = desk.given()
    key, version, taker, acting = handover.id, handover.version, desk.taker.id, actor(desk.taker)
    desk.session.rollback()
    barrier, done = threading.Barrier(2), list[str]()

    def take() -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction() as current:
                    found = current.get_one(Handover, key)
                    acts.take(found, by=Signer(taker, leads=False), version=version, actor=acting, now=LATER)
                done.append("taken")
            except StaleVersion:
                done.append("stale")

    threads = [threading.Thread(target=take) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == ["stale", "taken"]
    moved = desk.session.scalars(select(AuditEntry.act).where(AuditEntry.act == "matter.assigned")).all()
    assert len(moved) == 3, "each once, by whoever was first"


def test_killed_in_the_middle_nothing_has_moved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    matters = desk.matters(2)
    handover = desk.given()
    key = handover.id

    def die(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(acts, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            desk.take(handover)
    desk.session.expire_all()
    handover = desk.session.get_one(Handover, key)
    assert (handover.state, handover.taken_at) == (HandoverState.GIVEN, None)
    assert {one.owner_id for one in matters} == {desk.giver.id}
    desk.take(handover)
    assert {one.owner_id for one in matters} == {desk.taker.id}


MOVES = st.lists(
    st.tuples(st.sampled_from([*HandoverMove, "open", "close", "assign", "draw_up"]), st.integers(0, 2)), max_size=14
)


@given(MOVES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_no_matter_is_lost_or_promised_twice(desk: Desk, moves: list[tuple[str, int]]) -> None:
    """Acts in any order: refused or done; an open matter has one owner, and stands on at most one list that waits."""
    session, people = desk.session, (desk.giver, desk.taker, desk.head)
    matters, lists = [make_matter(desk.giver) for _ in range(2)], list[Handover]()
    session.commit()
    for move, number in moves:
        try:
            _do(move, number, desk, people, matters, lists)
        except (Refused, StaleVersion):
            session.rollback()
        session.expire_all()
        assert_nothing_lost(desk, people, matters)
    for one in lists:  # ready for the next example
        if one.state in queries.STANDING:
            desk.cancel(one)
    for matter in matters:
        if matter.state is MatterState.OPEN:
            with transaction():
                close_matter(matter, outcome=Outcome.DONE, reason=None, actor=actor(desk.head), now=NOW)


def _do(
    move: str, number: int, desk: Desk, people: tuple[Account, ...], matters: list[Matter], lists: list[Handover]
) -> None:
    if move == "draw_up":
        lists.append(desk.draw_up((desk.taker, desk.head)[number % 2]))
    elif move == "open":
        matters.append(make_matter(desk.giver))
        desk.session.commit()
    elif move in {"close", "assign"}:
        matter = matters[number % len(matters)]
        with transaction():
            if move == "close":
                close_matter(matter, outcome=Outcome.DONE, reason=None, actor=actor(desk.head), now=NOW)
            else:
                assign_matter(
                    matter, to=people[number].id, authority=None, may_handle=True, version=matter.version, reason="",
                    actor=actor(desk.head), now=NOW,
                )  # fmt: skip
    elif lists:
        one = lists[number % len(lists)]
        taker = desk.session.get_one(Account, one.to_id)
        acts_by_move: dict[str, Callable[[], None]] = {
            HandoverMove.GIVE: lambda: desk.give(one),
            HandoverMove.TAKE: lambda: desk.take(one, by=taker),
            HandoverMove.CANCEL: lambda: desk.cancel(one),
        }
        acts_by_move[move]()


def assert_nothing_lost(desk: Desk, people: tuple[Account, ...], matters: list[Matter]) -> None:
    session = desk.session
    kept = {one.id: one.owner_id for one in session.scalars(select(Matter))}
    assert kept.keys() >= {one.id for one in matters}
    assert {kept[one.id] for one in matters} <= {one.id for one in people}
    promised = (
        select(HandoverItem.matter_id, func.count())
        .join(Handover, Handover.id == HandoverItem.handover_id)
        .where(Handover.state == HandoverState.GIVEN, HandoverItem.paper_id.is_(None))
        .group_by(HandoverItem.matter_id)
        .having(func.count() > 1)
    )
    assert session.execute(promised).all() == []
    for one in session.scalars(select(Handover).where(Handover.list_hash.is_not(None))):
        lines = [Line(item.number, item.kind, item.title, item.due_on) for item in _signed(session, one.id)]
        assert list_hash(one.from_name, one.to_name, lines) == one.list_hash


def _signed(session: Session, handover_id: UUID) -> list[HandoverItem]:
    stmt = select(HandoverItem).where(HandoverItem.handover_id == handover_id, ~HandoverItem.since_given)
    return list(session.scalars(stmt.order_by(HandoverItem.ordinal)))
