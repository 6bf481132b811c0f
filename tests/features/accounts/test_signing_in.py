"""Signing in on both databases: lockouts, the second factor, first passwords and changed ones."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts import actions, lists, queries
from regulator.features.accounts.actions.signing_in import Attempt, From
from regulator.features.accounts.models import SignInSession
from regulator.features.accounts.terms import IMPORT_USERNAME, LockKind, Role, Stage
from regulator.features.audit.terms import Actor
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput
from regulator.law.findings import Refused
from tests.factories.accounts import ELSEWHERE, HERE, NOW, PASSWORD, TODAY, enter, make_account

SYSTEM = Actor.system()
SHENHE, CITY = "210103", "210100"


def test_the_right_password_opens_a_session(session: Session) -> None:
    account = make_account("wang", (Role.DISTRICT_OFFICER, SHENHE))
    assert enter("ＷＡＮＧ ").stage is Stage.OPEN
    kept = session.scalars(select(SignInSession)).one()
    found = queries.find_signed_in(kept.token_hash, now=NOW, today=TODAY)
    assert found is not None
    assert (found.account_id, found.portal) == (account.id, "office")
    assert queries.find_signed_in(kept.token_hash, now=NOW + timedelta(minutes=30), today=TODAY) is None
    assert queries.find_signed_in("0" * 64, now=NOW, today=TODAY) is None


def test_five_failures_lock_the_name_wherever_one_comes_from(session: Session) -> None:
    make_account("wang")
    for minute in range(4):
        assert enter("wang", "wrong", From(f"10.0.1.{minute}"), minute) == Attempt()
    assert enter("wang", "wrong", From("10.0.1.9"), 4).locked_until == NOW + timedelta(minutes=34)
    assert enter("wang", origin=ELSEWHERE, minutes=33).locked_until is not None
    assert enter("wang", origin=ELSEWHERE, minutes=34).stage is Stage.OPEN


def test_five_failures_lock_the_address_whatever_the_name(session: Session) -> None:
    make_account("wang")
    for number in range(5):
        enter(f"guess{number}", "wrong", HERE, number)
    assert enter("wang", minutes=5).locked_until is not None
    assert enter("wang", origin=ELSEWHERE, minutes=5).stage is Stage.OPEN
    locked = lists.list_lockouts(now=NOW + timedelta(minutes=5))
    assert [(row.kind, row.subject) for row in locked] == [(LockKind.ADDRESS, "10.0.0.1")]


def test_a_success_forgives_the_name_and_not_the_address(session: Session) -> None:
    make_account("wang")
    for minute in range(4):
        enter("wang", "wrong", HERE, minute)
    assert enter("wang", origin=ELSEWHERE, minutes=4).stage is Stage.OPEN
    assert enter("wang", "wrong", ELSEWHERE, 5).locked_until is None
    assert enter("li", "wrong", HERE, 6).locked_until is not None


def test_a_lock_can_be_lifted(session: Session) -> None:
    make_account("wang")
    for minute in range(5):
        enter("wang", "wrong", From(f"10.0.1.{minute}"), minute)
    with transaction():
        actions.clear_lockout(LockKind.ACCOUNT, "wang", actor=SYSTEM, now=NOW)
    assert enter("wang", minutes=5).stage is Stage.OPEN


def test_a_suspended_or_built_in_account_never_enters(session: Session) -> None:
    account = make_account("wang")
    with transaction():
        actions.create_built_in(IMPORT_USERNAME, "系统导入", actor=SYSTEM, now=NOW)
        actions.suspend_account(account, reason="调离", actor=SYSTEM, now=NOW)
    assert enter("wang") == Attempt()
    assert enter(IMPORT_USERNAME, "") == Attempt()
    with transaction():
        actions.resume_account(queries.get_account("wang"), reason="回岗", actor=SYSTEM, now=NOW)
    assert enter("wang", minutes=1).stage is Stage.OPEN


def test_what_was_typed_as_an_unknown_name_is_kept_nowhere(session: Session) -> None:
    make_account("wang")
    enter("Meine-Passwort-2026", "x")
    engine: Any = session.get_bind()
    with engine.connect() as connection:
        for table in ("sign_in_failure", "audit_entry", "lockout"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert "passwort" not in repr(rows).casefold()


def test_a_second_factor_stands_between_password_and_desk(session: Session) -> None:
    make_account("guanli", (Role.SYSTEM_ADMINISTRATOR, CITY))
    assert enter("guanli", second_factor_required=True).stage is Stage.ENROL_SECOND_FACTOR
    visit = session.scalars(select(SignInSession)).one()
    number = pyotp.TOTP(actions.proposed_secret(visit.id)).at(NOW)
    with pytest.raises(BadInput), transaction():
        actions.confirm_second_factor(visit.id, "000000", token_hash="a" * 64, now=NOW)
    with transaction():
        codes = actions.confirm_second_factor(visit.id, number, token_hash="a" * 64, now=NOW)
    assert session.get_one(SignInSession, visit.id).stage is Stage.OPEN
    assert enter("guanli", minutes=1).stage is Stage.SECOND_FACTOR
    second = session.scalars(select(SignInSession).where(SignInSession.stage == Stage.SECOND_FACTOR)).one()
    later = NOW + timedelta(minutes=1)
    with transaction():
        assert actions.pass_second_factor(second.id, "000000", token_hash="b" * 64, now=later) == Attempt()
        assert actions.pass_second_factor(second.id, codes[0], token_hash="b" * 64, now=later).stage is Stage.OPEN
    enter("guanli", minutes=2)
    third = session.scalars(select(SignInSession).where(SignInSession.stage == Stage.SECOND_FACTOR)).one()
    with transaction():  # each recovery code once
        assert actions.pass_second_factor(third.id, codes[0], token_hash="c" * 64, now=later) == Attempt()
    kept = queries.get_account("guanli")
    assert kept.totp_cipher
    assert actions.proposed_secret(visit.id).encode() not in kept.totp_cipher


def test_a_first_password_is_changed_and_old_ones_are_not_taken_again(session: Session) -> None:
    account = make_account("wang", must_change=True)
    assert enter("wang").stage is Stage.NEW_PASSWORD
    visit = session.scalars(select(SignInSession)).one()

    def change(new: str, current: str | None = None) -> Stage:
        with transaction():
            return actions.change_password(
                visit.id, current=current, new=new, token_hash="a" * 64, now=NOW, today=TODAY,
                second_factor_required=False,
            )  # fmt: skip

    with pytest.raises(Refused, match="password_used_before"):
        change(PASSWORD)
    with pytest.raises(Refused, match="password_length"):
        change("Ab1-")
    assert change("Shenhe-2027") is Stage.OPEN
    with pytest.raises(Refused, match="current_password_wrong"):
        change("Dadong-2028", current="wrong")
    for number in range(4):
        change(f"Dadong-202{number}", current="Shenhe-2027" if number == 0 else f"Dadong-202{number - 1}")
    with pytest.raises(Refused, match="password_used_before"):
        change("Shenhe-2027", current="Dadong-2023")
    assert change(PASSWORD, current="Dadong-2023") is Stage.OPEN  # six passwords ago
    assert queries.password_fits("wang", PASSWORD)
    assert account.password_hash is not None
    assert account.password_hash.startswith("$argon2id$")


def test_changing_a_password_ends_the_other_sessions(session: Session) -> None:
    account = make_account("wang")
    enter("wang", minutes=0)
    enter("wang", minutes=1)
    first, second = session.scalars(select(SignInSession).order_by(SignInSession.began_at)).all()
    with transaction():
        actions.change_password(
            second.id, current=PASSWORD, new="Shenhe-2027", token_hash="a" * 64, now=NOW, today=TODAY,
            second_factor_required=False,
        )  # fmt: skip
    assert [item.id for item in queries.list_sessions(account.id, now=NOW)] == [second.id]
    assert queries.find_signed_in(first.token_hash, now=NOW, today=TODAY) is None


def test_a_first_password_given_anew_ends_all_sessions_and_must_be_changed(session: Session) -> None:
    make_account("wang")
    enter("wang")
    with transaction():
        first = actions.reset_password(queries.get_account("wang"), actor=SYSTEM, now=NOW)
    assert queries.list_sessions(queries.get_account("wang").id, now=NOW) == []
    assert enter("wang", first, minutes=1).stage is Stage.NEW_PASSWORD
