"""Through the entrance: cookies, steps, safe ways back, one's own sessions and password."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from regulator.features.accounts.terms import Role
from regulator.foundation import clock
from regulator.web.access import safe_next
from tests.factories.accounts import PASSWORD, account_in

SHENHE, CITY = "210103", "210100"
HTML = {"Accept": "text/html"}


def enter(client: FlaskClient, username: str = "wang", password: str = PASSWORD, **others: str) -> object:
    return client.post("/sign-in", data={"username": username, "password": password} | others, headers=HTML)


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: FlaskClient, page: str, action: str, **values: str) -> object:
    """Open a page and send one of its forms with its token."""
    return client.post(action, data={"csrf_token": token(client.get(page, headers=HTML).text)} | values, headers=HTML)


@pytest.mark.parametrize(
    ("role", "scope", "desk"),
    [
        (Role.DISTRICT_OFFICER, SHENHE, "/office/"),
        (Role.HALL_CLERK, SHENHE, "/window/"),
        (Role.COMPANY_USER, "91210103MA1000015F", "/company/"),
        (Role.AUDITOR, CITY, "/admin/"),
    ],
)
def test_one_lands_on_the_desk_of_the_main_role(app: Flask, role: Role, scope: str, desk: str) -> None:
    account_in(app, "wang", (role, scope))
    assert enter(app.test_client()).location == desk


def test_the_cookie_is_for_this_site_and_no_script(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    cookie = next(
        c for c in enter(app.test_client()).headers.getlist("Set-Cookie") if c.startswith("regulator_session")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_a_wrong_name_and_a_wrong_password_look_alike(app: Flask) -> None:
    account_in(app, "wang")
    client = app.test_client()
    wrong, unknown = enter(client, "wang", "x"), enter(client, "nobody", "x")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "用户名或密码错误" in wrong.text


def test_after_five_failures_even_the_right_password_waits(app: Flask) -> None:
    account_in(app, "wang")
    client = app.test_client()
    codes = [enter(client, "wang", "x").status_code for _ in range(5)]
    assert codes == [401, 401, 401, 401, 429]
    locked = enter(client)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) > 1700
    assert "登录失败次数过多" in locked.text


def test_another_sites_form_cannot_sign_anybody_in(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    data = {"username": "wang", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert app.test_client().post("/sign-in", data=data, headers=headers).status_code == 400
    assert app.test_client().post("/sign-in", data=data, headers={"Origin": "http://localhost"}).status_code == 303


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/office/companies?q=a", "/office/companies?q=a"),
        ("//evil.example", None),
        ("https://evil.example/", None),
        ("/\\evil.example", None),
        ("/a\nSet-Cookie: x", None),
        ("office", None),
        ("", None),
        (None, None),
    ],
)
def test_the_way_back_never_leads_outside(given: str | None, kept: str | None) -> None:
    assert safe_next(given) == kept


def test_one_returns_to_the_page_first_asked_for(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    client = app.test_client()
    asked = client.get("/account?lang=en", headers=HTML)
    assert asked.location == "/sign-in?next=/account?lang%3Den&lang=en"
    assert enter(client, next="/account?lang=en").location == "/account?lang=en"
    assert enter(app.test_client(), next="//evil.example").location == "/office/"


def test_a_first_password_is_changed_before_any_desk_opens(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE), must_change=True)
    client = app.test_client()
    assert enter(client).location == "/sign-in/password"
    assert client.get("/office/", headers=HTML).location == "/sign-in/password"
    page = "/sign-in/password"
    weak = send(client, page, page, password="x", again="x")
    assert weak.status_code == 400
    assert "密码长度须为" in weak.text
    assert send(client, page, page, password="Dadong-2027", again="Dadong-2028").status_code == 400
    assert send(client, page, page, password="Dadong-2027", again="Dadong-2027").location == "/office/"
    assert client.get("/account").status_code == 200


def test_each_step_gives_a_new_token_and_the_old_one_is_worth_nothing(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE), must_change=True)
    client = app.test_client()
    enter(client)
    old = client.get_cookie("regulator_session")
    assert old
    send(client, "/sign-in/password", "/sign-in/password", password="Dadong-2027", again="Dadong-2027")
    new = client.get_cookie("regulator_session")
    assert new
    assert new.value != old.value
    thief = app.test_client()
    thief.set_cookie("regulator_session", old.value)
    assert thief.get("/account", headers=HTML).status_code == 302


def test_a_form_token_of_before_signing_in_is_refused_after(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    client = app.test_client()
    before = token(client.get("/sign-in").text)
    enter(client)
    client.get("/account")
    assert client.post("/account/sessions/end-others", data={"csrf_token": before}).status_code == 400


def test_signing_out_ends_the_session_for_good(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    client = app.test_client()
    enter(client)
    kept = client.get_cookie("regulator_session")
    assert kept
    assert send(client, "/account", "/sign-out").location == "/sign-in"
    client.set_cookie("regulator_session", kept.value)
    assert client.get("/account", headers=HTML).status_code == 302


def test_a_session_ends_after_half_an_hour_unused_and_lives_while_used(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    client = app.test_client()
    start = clock.now()
    with time_machine.travel(start, tick=False) as now:
        enter(client)
        for _ in range(4):
            now.shift(timedelta(minutes=29))
            assert client.get("/account").status_code == 200
        now.shift(timedelta(minutes=30))
        assert client.get("/account", headers=HTML).status_code == 302
    with time_machine.travel(start, tick=False) as now:
        enter(client)
        for _ in range(17):
            now.shift(timedelta(minutes=28))
            assert client.get("/account").status_code == 200
        now.shift(timedelta(minutes=4))  # eight hours in all
        assert client.get("/account", headers=HTML).status_code == 302


def test_one_sees_and_ends_ones_own_sessions_only(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    account_in(app, "li", (Role.DISTRICT_OFFICER, SHENHE))
    here, there, other = app.test_client(), app.test_client(), app.test_client()
    enter(here)
    enter(there)
    enter(other, "li")
    page = here.get("/account").text
    ends = re.findall(r"/account/sessions/([0-9a-f-]{36})/end", page)
    assert len(ends) == 1
    assert send(other, "/account", f"/account/sessions/{ends[0]}/end").status_code == 404
    assert send(here, "/account", f"/account/sessions/{ends[0]}/end").status_code == 303
    assert there.get("/account", headers=HTML).status_code == 302
    assert here.get("/account").status_code == 200


def test_a_second_factor_is_set_up_and_then_asked_for(app: Flask) -> None:
    object.__setattr__(app.config["SETTINGS"], "require_2fa", True)
    app.config["SETTINGS"].__dict__.pop("two_factor_required", None)
    account_in(app, "guanli", (Role.SYSTEM_ADMINISTRATOR, CITY))
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    assert enter(app.test_client()).location == "/office/"  # neither approves nor administers
    client = app.test_client()
    assert enter(client, "guanli").location == "/sign-in/second-factor/new"
    shown = client.get("/sign-in/second-factor/new").text
    assert "data:image/svg+xml" in shown
    secret = re.search(r"<code>([A-Z2-7 ]{32,})</code>", shown)
    assert secret
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    page = "/sign-in/second-factor/new"
    assert send(client, page, page, code="000000").status_code == 400
    codes = send(client, page, page, code=totp.at(clock.now()))
    assert codes.status_code == 200
    recovery = re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", codes.text)
    assert len(recovery) == 10
    assert client.get("/admin/").status_code == 200
    again = app.test_client()
    assert enter(again, "guanli").location == "/sign-in/second-factor"
    assert again.get("/admin/", headers=HTML).location == "/sign-in/second-factor"
    step = "/sign-in/second-factor"
    assert send(again, step, step, code=totp.at(clock.now())).status_code == 401  # used already
    assert send(again, step, step, code=recovery[3]).location == "/admin/"


def test_the_own_password_is_changed_with_the_present_one(app: Flask) -> None:
    account_in(app, "wang", (Role.DISTRICT_OFFICER, SHENHE))
    client, elsewhere = app.test_client(), app.test_client()
    enter(client)
    enter(elsewhere)
    page, new = "/account/password", {"password": "Dadong-2027", "again": "Dadong-2027"}
    assert send(client, page, page, current="wrong", **new).status_code == 400
    assert send(client, page, page, current=PASSWORD, **new).location == "/account"
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account", headers=HTML).status_code == 302


def test_pages_carry_the_headers_that_keep_them_to_themselves(app: Flask) -> None:
    answer = app.test_client().get("/sign-in")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_entrance_speaks_english_too(app: Flask) -> None:
    assert "Sign in" in app.test_client().get("/sign-in?lang=en").text
