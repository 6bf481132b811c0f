"""Somebody signed in at a desk, forms filled as a browser does, and a count of SQL statements."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from regulator.features.accounts.models import Account, RoleAssignment, SignInSession
from regulator.features.accounts.terms import BRANCHES, Role, ScopeKind, Stage
from regulator.foundation import clock
from regulator.foundation.database import new_key
from regulator.foundation.extensions import db
from regulator.web.sessions import COOKIE, new_token, token_hash
from tests.factories import registry as make

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Desk:
    """One official's browser without scripts: follows nothing by itself, carries the hidden fields of the page."""

    browser: FlaskClient
    page: str = ""
    hidden: dict[str, str] = field(default_factory=dict)

    def fetch(self, path: str) -> TestResponse:
        """The bare answer; in an empty context, as in a server, so that nothing of the test leaks in."""
        response: TestResponse = Context().run(self.browser.get, path)
        response.get_data()
        response.close()
        return response

    def get(self, path: str, status: int = 200) -> str:
        """Open a page and remember its hidden fields."""
        response = self.fetch(path)
        assert response.status_code == status, (path, response.status_code, response.text[:600])
        return self._keep(response)

    def post(self, path: str, expected: int = 303, /, **fields: Any) -> TestResponse:
        """Send a form of the page opened last: its hidden fields, and what was typed over them."""
        token = _TOKEN.search(self.page)
        given = {"csrf_token": token[1] if token else "", **self.hidden, **fields}
        data = {name: value for name, value in given.items() if value is not None}
        response: TestResponse = Context().run(self.browser.post, path, data=data)
        response.request.environ["wsgi.input"].close()  # a large upload lies in a file that nobody else closes
        assert response.status_code == expected, (path, response.status_code, response.text[:3000])
        if response.mimetype == "text/html" and expected != 303:
            self._keep(response)
        return response

    def _keep(self, response: TestResponse) -> str:
        self.page = response.text
        self.hidden = {
            name: value.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
            for name, value in _HIDDEN.findall(self.page)
            if name not in ("lang", "csrf_token")
        }
        return self.page


def enter(app: Flask, session: Session, account: Account) -> Desk:
    """The desk of an account that exists, already signed in."""
    now, token = clock.now(), new_token()
    session.add(
        SignInSession(
            token_hash=token_hash(token),
            account_id=account.id,
            stage=Stage.OPEN,
            began_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=8),
        )
    )
    session.commit()
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return Desk(client)


@pytest.fixture
def sign_in(app: Flask, session: Session) -> Callable[..., Desk]:
    """Open a desk: ``sign_in(Role.DISTRICT_OFFICER, "210103")``."""
    make.make_tree()
    session.commit()

    def open_desk(role: Role = Role.CITY_OFFICER, scope: str = make.CITY, **given: Any) -> Desk:
        now = clock.now()
        account = Account(
            id=new_key(),
            username=f"u{secrets.token_hex(4)}",
            name=given.get("name", "张晓敏"),
            branch=BRANCHES[role],
            must_change_password=False,
            created_at=now,
        )
        session.add(account)
        session.flush()
        usual = ScopeKind.COMPANY if role is Role.COMPANY_USER else ScopeKind.DIVISION
        session.add(
            RoleAssignment(
                account_id=account.id,
                branch=account.branch,
                role=role,
                scope_kind=given.get("scope_kind", usual),
                scope_code=scope,
                began_on=date(2020, 1, 1),
            )
        )
        return enter(app, session, account)

    return open_desk


@pytest.fixture
def statements(app: Flask) -> Callable[[], Any]:
    """``with statements() as seen: …`` collects every SQL statement sent inside."""

    @contextmanager
    def watch() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    del app
    return watch
