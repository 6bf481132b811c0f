"""What makes a password good, when sign-in locks, when a session is over. Pure; facts and moments in, answers out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from regulator.features.accounts.terms import BRANCHES, Branch, Role, Stage
from regulator.law.findings import Finding, Verdict

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
UNFINISHED = timedelta(minutes=10)
"""How long a sign-in may stand between password and second factor."""
TOUCH_EVERY = timedelta(minutes=1)

FAILURES_ALLOWED = 5
FAILURE_WINDOW = timedelta(minutes=15)
LOCK_TIME = timedelta(minutes=30)

PASSWORD_MINIMUM = 10
PASSWORD_MAXIMUM = 128
PASSWORD_CLASSES = 3
PASSPHRASE = 16
"""From this length on a password need not mix kinds of characters."""
PASSWORDS_REMEMBERED = 5

FORM_MEMORY = timedelta(days=2)
"""How long an answered form is remembered."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]|[a-z0-9]{2,64}")

RESERVED = ("new", "system")
"""Names that addresses of pages or the trail use otherwise."""

COMMON_PARTS = (
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "qwerty", "asdfgh", "zxcvbn", "1q2w3e", "1qaz2wsx", "abc123",
    "123456", "654321", "111111", "000000", "888888", "666666", "admin", "letmein", "welcome", "iloveyou", "woaini",
    "wuye", "regulator", "shenyang", "zhufang",
)  # fmt: skip
"""Beginnings of what is guessed first; a password may hold one, yet not consist of it and a few more characters."""
COMMON_SLACK = 5


def fold_username(typed: str) -> str:
    """The one form of a username: full-width turned to ASCII, lower case, no white space around."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def is_username(folded: str) -> bool:
    """Whether a folded username is made of what usernames are made of (letters, digits, . _ -; 2 to 64)."""
    return bool(_USERNAME.fullmatch(folded)) and folded not in RESERVED


def judge_password(password: str, username: str) -> Verdict:
    """Findings when the password is too weak: length, kinds of characters, the account's name, what is guessed first.

    Whether it was used before is asked of the hashes, by the act that sets it.
    """
    findings = []
    if not PASSWORD_MINIMUM <= len(password) <= PASSWORD_MAXIMUM:
        findings.append(
            Finding("password_length", None, {"minimum": PASSWORD_MINIMUM, "maximum": PASSWORD_MAXIMUM}, "password")
        )
    if len(password) < PASSPHRASE and count_classes(password) < PASSWORD_CLASSES:
        findings.append(Finding("password_classes", None, {"minimum": PASSWORD_CLASSES}, "password"))
    lowered = password.casefold()
    if len(username) > 2 and username in lowered:
        findings.append(Finding("password_holds_username", None, {}, "password"))
    if any(part in lowered and len(lowered) < len(part) + COMMON_SLACK for part in COMMON_PARTS) or _is_run(lowered):
        findings.append(Finding("password_common", None, {}, "password"))
    return Verdict(tuple(findings))


def count_classes(password: str) -> int:
    """How many of the kinds lower case, upper case, digit, other occur."""
    kinds = {
        "lower" if character.islower() else "upper" if character.isupper() else "digit" if character.isdigit() else "-"
        for character in password
    }
    return len(kinds)


def _is_run(text: str) -> bool:
    """Few different characters, such as aaaaBBB111."""
    return len(set(text)) < PASSWORD_CLASSES + 2


def is_locked_by(failures: Iterable[datetime], now: datetime) -> bool:
    """Whether so many failures lie in the window that sign-in locks now."""
    return sum(now - FAILURE_WINDOW < moment <= now for moment in failures) >= FAILURES_ALLOWED


def is_over(*, began_at: datetime, last_seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session has ended by itself: idle too long, or its longest life reached."""
    return now >= expires_at or now - last_seen_at >= IDLE or began_at > now + TOUCH_EVERY


def next_stage(*, has_second_factor: bool, passed: bool, must_change: bool, must_enrol: bool) -> Stage:
    """What signing in still asks for: the second factor held, a password of one's own, a second factor to be set up."""
    if has_second_factor and not passed:
        return Stage.SECOND_FACTOR
    if must_change:
        return Stage.NEW_PASSWORD
    if must_enrol and not has_second_factor:
        return Stage.ENROL_SECOND_FACTOR
    return Stage.OPEN


def branch_of(roles: Iterable[Role]) -> Branch | None:
    """The one branch the roles belong to; None when there is none. Raises ValueError for roles of two branches."""
    branches = {BRANCHES[role] for role in roles}
    if len(branches) > 1:
        raise ValueError("roles of two branches")
    return next(iter(branches), None)
