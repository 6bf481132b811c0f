"""Every address says who may open it, says it truly, and opening a page never writes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from regulator.app import create_app
from regulator.features.accounts.terms import PERMISSIONS, Role
from regulator.foundation.extensions import db
from regulator.web import access
from tests.conftest import settings_for
from tests.factories.accounts import PASSWORD, account_in

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
SAMPLES = {"uuid": "00000000-0000-7000-8000-000000000001", "int": "1", "string": "x", "path": "x"}
NOT_ASKED = {"public.metrics"}
DESKS = ("/office", "/window", "/company", "/admin", "/account")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """No context is pushed around the requests: each is as a visitor's."""
    application = create_app(settings_for(database_url, tmp_path / "var"))
    yield application
    with application.app_context():
        db.engine.dispose()


def rules(app: Flask) -> Iterator[Rule]:
    yield from sorted(app.url_map.iter_rules(), key=str)


def address(rule: Rule) -> str:
    """The rule's address with something in the place of its parts."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda part: SAMPLES[part[1] or "string"], str(rule))


def test_every_view_declares_who_may_see_it(app: Flask) -> None:
    silent = [rule.endpoint for rule in rules(app) if access.declared(app, rule.endpoint) is None]
    assert silent == [], "put @allow(Permission.…) or @open_to_public on these views"


def test_nothing_under_a_desk_is_open_to_the_public(app: Flask) -> None:
    found = [
        str(rule) for rule in rules(app) if str(rule).startswith(DESKS) and not access.declared(app, rule.endpoint)
    ]
    assert found == []


def test_a_view_that_declares_nothing_answers_500(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 500
    assert "a secret" not in answer.text


def test_nobody_signed_in_reaches_a_desk(app: Flask, client: FlaskClient) -> None:
    for rule in rules(app):
        if not access.declared(app, rule.endpoint):
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(address(rule), method=method, headers={"Accept": "text/html"})
        assert answer.status_code == 302, f"{method} {rule}"
        assert answer.location.startswith("/sign-in"), f"{method} {rule}"
        fetched = client.open(address(rule), method=method, headers={"Accept": "application/json"})
        assert fetched.status_code == 401, f"{method} {rule}"
        assert fetched.mimetype == "application/problem+json"


def test_what_the_role_does_not_allow_is_refused_everywhere(app: Flask) -> None:
    client = signed_in(app, Role.COMPANY_USER, "91210103MA1000015F")
    held = access.PUBLIC
    for rule in rules(app):
        wanted = access.declared(app, rule.endpoint) or held
        if not wanted or wanted & PERMISSIONS[Role.COMPANY_USER]:
            continue
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            assert client.open(address(rule), method=method).status_code in {400, 403}, f"{method} {rule}"
            assert client.open(address(rule), method=method).status_code != 200


def test_a_post_without_the_pages_token_is_refused(app: Flask) -> None:
    client = signed_in(app, Role.CITY_OFFICER, "210100")
    for rule in rules(app):
        permissions = access.declared(app, rule.endpoint)
        if permissions and "POST" in (rule.methods or ()) and permissions & {"companies_edit", "own_account"}:
            assert client.post(address(rule)).status_code == 400, str(rule)


def test_acts_have_addresses_of_their_own_methods(app: Flask) -> None:
    assert [str(rule) for rule in rules(app) if UNSAFE - {"POST"} & (rule.methods or set())] == []


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (None, ""),
        (Role.CITY_OFFICER, "210100"),
        (Role.SYSTEM_ADMINISTRATOR, "210100"),
        (Role.SECURITY_ADMINISTRATOR, "210100"),
        (Role.AUDITOR, "210100"),
        (Role.HALL_CLERK, "210100"),
    ],
)
def test_opening_a_page_never_writes(app: Flask, role: Role | None, scope: str) -> None:
    client = signed_in(app, role, scope) if role else app.test_client()
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if WRITES.match(statement):
            written.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        for rule in rules(app):
            if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_ASKED:
                answer = client.get(address(rule))
                assert written == [], f"GET {rule} writes"
                assert answer.status_code != 500, f"GET {rule}: {answer.text[:2000]}"
    finally:
        event.remove(engine, "before_cursor_execute", note)


def signed_in(app: Flask, role: Role, scope: str) -> FlaskClient:
    """A browser in which somebody of this role has signed in."""
    account_in(app, "tester", (role, scope))
    client = app.test_client()
    assert client.post("/sign-in", data={"username": "tester", "password": PASSWORD}).status_code == 303
    return client
