"""Each administrator at the desk: creates, grants, looks; and is refused what belongs to the others."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from regulator.app import create_app
from regulator.features.accounts.terms import Role
from regulator.foundation.extensions import db
from tests.conftest import settings_for
from tests.factories.accounts import PASSWORD, account_in

HTML = {"Accept": "text/html"}
CITY, SHENHE = "210100", "210103"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """No context is pushed around the requests: each is as a visitor's."""
    application = create_app(settings_for(database_url, tmp_path / "var"))
    yield application
    with application.app_context():
        db.engine.dispose()


def signed_in(app: Flask, username: str, role: Role, password: str = PASSWORD) -> FlaskClient:
    account_in(app, username, (role, CITY))
    client = app.test_client()
    assert client.post("/sign-in", data={"username": username, "password": password}).status_code == 303
    return client


def send(client: FlaskClient, page: str, action: str, **values: str) -> object:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page, headers=HTML).text)
    assert found
    return client.post(action, data={"csrf_token": found[1]} | values, headers=HTML)


def test_an_account_is_created_by_one_and_given_its_role_by_another(app: Flask) -> None:
    system = signed_in(app, "guanli", Role.SYSTEM_ADMINISTRATOR)
    security = signed_in(app, "anquan", Role.SECURITY_ADMINISTRATOR)
    page = "/admin/accounts/new"
    created = send(system, page, page, username="wangfang", name="王芳", branch="business", authority="")
    first = re.search(r"<code>([^<]+)</code>", created.text)
    assert first
    grant = {"role": "district_officer", "scope_code": SHENHE, "began_on": "2020-01-01", "ended_on": ""}
    page, action = "/admin/accounts/wangfang", "/admin/accounts/wangfang/roles"
    assert send(system, page, action, **grant).status_code == 403
    refused = send(security, page, action, **grant | {"role": "auditor"})
    assert refused.status_code == 400
    assert "三员分立" in refused.text
    assert "没有此区划" in send(security, page, action, **grant | {"scope_code": "219999"}).text
    assert send(security, page, action, **grant).status_code == 303
    person = app.test_client()
    entered = person.post("/sign-in", data={"username": "wangfang", "password": first[1]})
    assert entered.location == "/sign-in/password"


def test_a_form_sent_twice_acts_once(app: Flask) -> None:
    system = signed_in(app, "guanli", Role.SYSTEM_ADMINISTRATOR)
    form = {"name": "经开区分局", "division_code": SHENHE, "idempotency_key": "one-and-the-same"}
    first = send(system, "/admin/authorities", "/admin/authorities", **form)
    second = send(system, "/admin/authorities", "/admin/authorities", **form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert second.location == first.location
    assert system.get("/admin/authorities").text.count("经开区分局") == 1
    again = send(system, "/admin/authorities", "/admin/authorities", **form | {"idempotency_key": "another"})
    assert again.status_code == 400
    assert "已有同名机构" in again.text


def test_sessions_are_ended_and_locks_lifted_by_the_security_administrator(app: Flask) -> None:
    security = signed_in(app, "anquan", Role.SECURITY_ADMINISTRATOR)
    officer = signed_in(app, "wang", Role.CITY_OFFICER)
    page = "/admin/accounts/wang"
    assert send(security, page, f"{page}/sessions/end").status_code == 303
    assert officer.get("/account", headers=HTML).status_code == 302
    stranger = {"REMOTE_ADDR": "10.9.9.9"}
    for _ in range(5):
        officer.post("/sign-in", data={"username": "wang", "password": "x"}, environ_base=stranger)
    assert officer.post("/sign-in", data={"username": "wang", "password": PASSWORD}).status_code == 429
    assert "10.9.9.9" in security.get("/admin/lockouts").text
    cleared = send(security, "/admin/lockouts", "/admin/lockouts/clear", kind="account", subject="wang")
    assert cleared.status_code == 303
    assert officer.post("/sign-in", data={"username": "wang", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(("kind", "begins"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")])
def test_the_auditor_searches_exports_and_leaves_a_trace(app: Flask, kind: str, begins: bytes) -> None:
    auditor = signed_in(app, "shenji", Role.AUDITOR)
    found = auditor.get("/admin/audit?act=role.granted").text
    assert "授予角色" in found
    assert "沈阳市" in found
    assert auditor.get("/admin/audit?since=2026-99-99").status_code == 200
    assert auditor.get("/admin/audit?cursor=elsewhere").status_code == 400
    taken = send(auditor, "/admin/audit", "/admin/audit/export", format=kind, act="role.granted")
    assert taken.status_code == 200
    assert taken.data.startswith(begins)
    assert "导出审计记录" in auditor.get("/admin/audit").text


def test_of_two_administrators_correcting_one_account_the_second_is_told(app: Flask) -> None:
    system = signed_in(app, "guanli", Role.SYSTEM_ADMINISTRATOR)
    account_in(app, "wang")
    page = "/admin/accounts/wang/change"
    assert send(system, page, page, name="王芳", authority="", version="1").status_code == 303
    assert send(system, page, page, name="王方", authority="", version="1").status_code == 409
    assert "王芳" in system.get("/admin/accounts/wang").text
