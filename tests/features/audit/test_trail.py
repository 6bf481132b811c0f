"""The trail on both databases: recorded with the act, sealed, searched, verified."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from regulator.features.audit import actions, queries
from regulator.features.audit.terms import Actor
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput

NOW = datetime(2026, 11, 1, 4, 0, 0, 123456, tzinfo=UTC)
WANG = Actor(None, "wang", "王芳", "district_officer", "沈河区", "10.0.0.1", "chief")


def act(number: int, actor: Actor = WANG, division_code: str = "210103") -> None:
    with transaction():
        moment = NOW + timedelta(minutes=number)
        facts = {"number": number, "phone": "13812345678"}
        actions.record(
            actor, "company.corrected", "company", f"K{number}", now=moment, division_code=division_code, facts=facts
        )


def seal() -> int:
    with transaction():
        return actions.seal(NOW)


def test_an_entry_says_who_in_which_capacity_did_what(session: Session) -> None:
    act(1)
    entry = queries.get_entry(1)
    assert (entry.username, entry.name, entry.role, entry.scope) == ("wang", "王芳", "district_officer", "沈河区")
    assert (entry.deputy_for, entry.address, entry.at) == ("chief", "10.0.0.1", NOW + timedelta(minutes=1))
    assert entry.facts == {"number": 1, "phone": "138****5678"}


def test_an_act_taken_back_leaves_no_entry(session: Session) -> None:
    with transaction() as current:
        actions.record(WANG, "company.corrected", "company", "K", now=NOW)
        current.rollback()
    assert queries.count_trail().entries == 0


def test_seals_follow_each_other_and_verify(session: Session) -> None:
    for number in range(3):
        act(number)
    assert seal() == 3
    assert seal() == 0
    act(3)
    assert seal() == 1
    act(4)
    proof = queries.verify()
    assert (proof.entries, proof.seals, proof.unsealed, proof.problems) == (5, 2, 1, [])


def test_no_more_than_a_thousand_entries_stand_under_one_seal(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "SEAL_SIZE", 2)
    for number in range(5):
        act(number)
    assert [seal(), seal(), seal(), seal()] == [2, 2, 1, 0]
    assert queries.verify().problems == []


def test_the_trail_is_searched_by_each_of_its_sides(session: Session) -> None:
    act(1)
    act(2, Actor.system())
    act(3, WANG, "210102")

    def found(**wanted: object) -> list[str]:
        page = queries.list_entries(queries.Wanted(**wanted), cursor=None, limit=10)  # type: ignore[arg-type]
        return [entry.subject_key for entry in page.items]

    assert found() == ["K3", "K2", "K1"]
    assert found(username="wang") == ["K3", "K1"]
    assert found(act="company.corrected", subject_kind="company", subject_key="K2") == ["K2"]
    assert found(division_low="210102", division_high="210103") == ["K3"]
    assert found(since=NOW + timedelta(minutes=2), until=NOW + timedelta(minutes=3)) == ["K2"]


def test_pages_of_the_trail_follow_each_other_and_belong_to_their_list(session: Session) -> None:
    for number in range(5):
        act(number)
    first = queries.list_entries(queries.Wanted(), cursor=None, limit=2)
    second = queries.list_entries(queries.Wanted(), cursor=first.next, limit=2)
    assert [entry.seq for entry in (*first.items, *second.items)] == [5, 4, 3, 2]
    with pytest.raises(BadInput):
        queries.list_history("company", "K1", cursor=first.next)


def test_all_that_fits_is_exported_in_batches(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 2)
    for number in range(5):
        act(number)
    assert [entry.seq for entry in queries.iterate_entries(queries.Wanted())] == [5, 4, 3, 2, 1]


def test_an_unreadable_entry_is_named_and_does_not_stop_the_proof(session: Session) -> None:
    act(1)
    act(2)
    seal()
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
        session.execute(text("UPDATE audit_entry SET at = 'never' WHERE seq = 1"))
    else:
        session.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        session.execute(text("UPDATE audit_entry SET digest = ''::bytea WHERE seq = 1"))
    session.commit()
    assert [(problem.kind, problem.seq) for problem in queries.verify().problems] == [("altered", 1)]
