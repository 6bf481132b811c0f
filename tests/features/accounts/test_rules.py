"""Passwords, locks, sessions, the steps of signing in and the separation of powers, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from regulator.features.accounts import secrets
from regulator.features.accounts.queries import Held, main_held, union_of_permissions
from regulator.features.accounts.rules import (
    branch_of,
    fold_username,
    is_locked_by,
    is_over,
    is_username,
    judge_password,
    next_stage,
)
from regulator.features.accounts.terms import BRANCHES, PERMISSIONS, Branch, Permission, Role, Stage
from regulator.features.divisions.terms import Scope

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        pytest.param("Huangu-2026", set(), id="good"),
        pytest.param("correct horse battery", set(), id="passphrase"),
        pytest.param("Ab1-efg", {"password_length"}, id="short"),
        pytest.param("x" * 100 + "Ab1-5678" * 4, {"password_length"}, id="too-long"),
        pytest.param("huanguwuyexyz", {"password_classes"}, id="one-kind"),
        pytest.param("Wangfang-2026", {"password_holds_username"}, id="holds-name"),
        pytest.param("Password123", {"password_common"}, id="guessed-first"),
        pytest.param("aaaAAA1111", {"password_common"}, id="few-characters"),
        pytest.param("沈河区物业科Ab12", set(), id="chinese"),
    ],
)
def test_passwords(password: str, codes: set[str]) -> None:
    assert {finding.code for finding in judge_password(password, "wangfang").findings} == codes


def test_first_passwords_meet_the_rules_themselves() -> None:
    assert all(judge_password(secrets.new_password(), "wangfang") for _ in range(50))


@pytest.mark.parametrize(
    ("ages", "locks"),
    [
        ((0, 1, 2, 3), False),
        ((0, 1, 2, 3, 14.9), True),
        ((0, 1, 2, 3, 15), False),
        ((0, 16, 17, 18, 19, 20), False),
    ],
)
def test_five_failures_within_fifteen_minutes_lock(ages: tuple[float, ...], locks: bool) -> None:
    assert is_locked_by([NOW - timedelta(minutes=age) for age in ages], NOW) is locks


@pytest.mark.parametrize(
    ("began", "seen", "over"),
    [(0, 0, False), (29.9, 29.9, False), (30, 30, True), (479, 1, False), (480, 1, True)],
)
def test_a_session_ends_after_thirty_idle_minutes_or_eight_hours(began: float, seen: float, over: bool) -> None:
    began_at = NOW - timedelta(minutes=began)
    expires_at = began_at + timedelta(hours=8)
    last = NOW - timedelta(minutes=seen)
    assert is_over(began_at=began_at, last_seen_at=last, expires_at=expires_at, now=NOW) is over


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ({}, Stage.OPEN),
        ({"must_change": True}, Stage.NEW_PASSWORD),
        ({"must_enrol": True}, Stage.ENROL_SECOND_FACTOR),
        ({"must_change": True, "must_enrol": True}, Stage.NEW_PASSWORD),
        ({"has_second_factor": True, "must_change": True}, Stage.SECOND_FACTOR),
        ({"has_second_factor": True, "passed": True, "must_change": True}, Stage.NEW_PASSWORD),
        ({"has_second_factor": True, "passed": True, "must_enrol": True}, Stage.OPEN),
    ],
)
def test_signing_in_asks_for_one_thing_after_the_other(facts: dict[str, bool], stage: Stage) -> None:
    none = dict.fromkeys(("has_second_factor", "passed", "must_change", "must_enrol"), False)
    assert next_stage(**none | facts) is stage


@pytest.mark.parametrize(
    ("typed", "usable"),
    [
        ("wangfang", True),
        ("Wang.Fang-01", True),
        ("ｗａｎｇ", True),
        ("w", False),
        ("new", False),
        ("王芳", False),
        (".x.", False),
    ],
)
def test_usernames(typed: str, usable: bool) -> None:
    assert is_username(fold_username(typed)) is usable


def test_every_role_has_a_branch_and_permissions() -> None:
    assert set(PERMISSIONS) == set(BRANCHES) == set(Role)
    assert branch_of([Role.CITY_OFFICER, Role.DIRECTOR]) is Branch.BUSINESS
    with pytest.raises(ValueError, match="two branches"):
        branch_of([Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR])


def test_administrators_hold_no_business_rights_and_nothing_in_common() -> None:
    business = frozenset().union(*(PERMISSIONS[role] for role in Role if BRANCHES[role] is Branch.BUSINESS))
    shared = {Permission.OWN_ACCOUNT}
    for role in ADMINISTRATORS:
        assert PERMISSIONS[role] & business <= shared
    assert PERMISSIONS[Role.SYSTEM_ADMINISTRATOR] & PERMISSIONS[Role.AUDITOR] == shared
    assert PERMISSIONS[Role.SECURITY_ADMINISTRATOR] & PERMISSIONS[Role.AUDITOR] == shared
    assert Permission.ROLES_GRANT not in PERMISSIONS[Role.SYSTEM_ADMINISTRATOR]
    assert Permission.ACCOUNTS_MANAGE not in PERMISSIONS[Role.SECURITY_ADMINISTRATOR]


def test_the_permissions_are_in_alphabetical_order_and_each_is_held_by_somebody() -> None:
    assert [item.name for item in Permission] == sorted(item.name for item in Permission)
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)


def test_the_main_role_is_ones_own_before_a_principals() -> None:
    lent = Held(Role.CITY_OFFICER, Scope.division("210100"), "chief")
    own = Held(Role.HALL_CLERK, Scope.division("210103"))
    assert main_held([lent, own]) == (own,)
    assert main_held([lent]) == (lent,)
    assert main_held([]) == ()
    assert Permission.WINDOW_DESK in union_of_permissions([lent, own])


def test_a_number_of_the_authenticator_is_good_once_and_for_a_minute_and_a_half() -> None:
    import pyotp

    secret = secrets.new_totp_secret()
    number = pyotp.TOTP(secret).at(NOW)
    step = secrets.matching_step(secret, f" {number[:3]} {number[3:]} ", NOW, after=None)
    assert step is not None
    assert secrets.matching_step(secret, number, NOW, after=step) is None
    assert secrets.matching_step(secret, number, NOW + timedelta(seconds=30), after=None) == step
    assert secrets.matching_step(secret, number, NOW + timedelta(seconds=90), after=None) is None
    assert secrets.matching_step(secret, "", NOW, after=None) is None


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    codes = secrets.new_recovery_codes()
    assert len(set(codes)) == 10
    assert secrets.recovery_hash(codes[0].lower().replace("-", " ")) == secrets.recovery_hash(codes[0])
