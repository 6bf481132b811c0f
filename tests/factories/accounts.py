"""Accounts of a small world: made by the product's own acts, with the city's tree beneath them."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from flask import Flask

from regulator.features.accounts import actions, queries
from regulator.features.accounts.actions.signing_in import Attempt, From
from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import BRANCHES, Role
from regulator.features.audit.terms import Actor
from regulator.features.divisions.models import Division
from regulator.foundation.database import session, transaction
from tests.factories.registry import make_tree

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 1)
FIRST_DAY = date(2020, 1, 1)
PASSWORD = "Huangu-2026"
HERE, ELSEWHERE = From("10.0.0.1", "Firefox"), From("10.0.0.2", "Chromium")


def account_in(app: Flask, username: str, *roles: tuple[Role, str], must_change: bool = False) -> None:
    """As `make_account`, for tests in which no context is pushed around the requests."""
    with app.app_context():
        make_account(username, *roles, must_change=must_change)


def make_account(
    username: str,
    *roles: tuple[Role, str],
    password: str = PASSWORD,
    must_change: bool = False,
    began_on: date = FIRST_DAY,
    ended_on: date | None = None,
) -> Account:
    """An account with roles in scopes, on the small world's tree; committed."""
    with transaction():
        if session().get(Division, "210100") is None:
            make_tree()
        branch = BRANCHES[roles[0][0]] if roles else BRANCHES[Role.CITY_OFFICER]
        system = Actor.system()
        account = actions.create_account(
            username=username,
            name=username.title(),
            branch=branch,
            password=password,
            must_change=must_change,
            actor=system,
            now=NOW,
        )
        for role, scope in roles:
            actions.grant_role(
                account,
                role,
                scope,
                began_on=began_on,
                ended_on=ended_on,
                is_company=lambda _code: True,
                actor=system,
                now=NOW,
            )
    return account


def enter(username: str, password: str = PASSWORD, origin: From = HERE, minutes: float = 0, **others: bool) -> Attempt:
    """An attempt to sign in from somewhere, so many minutes after `NOW`; committed."""
    with transaction():
        return actions.sign_in(
            username,
            password_fits=queries.password_fits(username, password),
            token_hash=sha256(f"{username}{password}{minutes}{origin}".encode()).hexdigest(),
            origin=origin,
            now=NOW + timedelta(minutes=minutes),
            today=TODAY,
            second_factor_required=others.get("second_factor_required", False),
        )
