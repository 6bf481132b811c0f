"""The desk of a person with 5,000 open matters beside one with 50, in an office of 200,000 open matters.

On SQLite and in a throw-away PostgreSQL, asked of the application in this process by two signed-in browsers, in turns,
medians. `measure` is what `make bench-papers` calls; alone: ``python benchmarks/papers_desk.py [--small]``. Exit 1 when
a desk of many takes more than 1.5 times that of few.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import insert, text

from regulator.app import create_app
from regulator.commands.setup import upgrade_tables
from regulator.config import Environment, Settings
from regulator.features.accounts.models import Account, RoleAssignment, SignInSession
from regulator.features.accounts.terms import Branch, Permission, Role, ScopeKind, Stage
from regulator.features.papers.models import Matter, MatterEntry
from regulator.features.papers.rules.matters import NO_TERM, matter_number
from regulator.features.papers.terms import EntryKind, MatterKind, MatterState, MatterStep
from regulator.foundation import clock
from regulator.foundation.database import new_key, session, transaction
from regulator.foundation.extensions import db
from regulator.web.sessions import COOKIE, new_token, token_hash

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import postgres
from tests.factories.registry import HEPING_COMMUNITY, make_tree

OFFICE, MANY, FEW, SMALL = 200_000, 5_000, 50, 10
MOST_TIMES = 1.5
PAGES = ("/office/desk", "/office/desk?due=overdue", "/office/desk?list=sent_on", "/office/", "/office/matters")
"""The last one is the territory's list, which the promise does not speak of."""
KEYS: dict[str, Any] = {name: SecretStr("b" * 48) for name in ("secret_key", "data_key")}


@dataclass(frozen=True)
class Found:
    """Median seconds of a page for a person with many matters and one with few."""

    database: str
    page: str
    many: float
    few: float

    @property
    def times(self) -> float:
        return self.many / self.few


def measure(
    *, rounds: int = 60, divided_by: int = 1, databases: tuple[str, ...] = ("sqlite", "postgresql")
) -> list[Found]:
    """What the desks take on both databases; ``divided_by`` makes everything smaller for a quick look."""
    found = []
    for database in databases:
        with _office(database) as app:
            browsers = _filled(app, divided_by)
            found += [_compared(database, page, browsers, rounds) for page in PAGES]
    return found


def _compared(database: str, page: str, browsers: tuple[FlaskClient, FlaskClient], rounds: int) -> Found:
    for browser in browsers * 8:  # psycopg plans anew until a statement was sent five times
        _seconds(browser, page)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for kept, browser in zip(times, browsers, strict=True):
            kept.append(_seconds(browser, page))
    return Found(database, page, *(statistics.median(kept) for kept in times))


def _seconds(browser: FlaskClient, page: str) -> float:
    began = time.perf_counter()
    answer = browser.get(page)
    answer.get_data()
    if answer.status_code != 200:
        raise SystemExit(f"{page} answers {answer.status_code}")
    return time.perf_counter() - began


# --- the office -----------------------------------------------------------------------------------------------------


@contextmanager
def _office(database: str) -> Iterator[Flask]:
    with TemporaryDirectory() as directory:
        url = postgres.create_database() if database == "postgresql" else f"sqlite:///{directory}/office.sqlite"
        app = create_app(Settings(env=Environment.TEST, database_url=url, data_dir=Path(directory), **KEYS))
        with app.app_context():
            upgrade_tables()
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
            if database == "postgresql":
                postgres.drop_database(url)


def _filled(app: Flask, divided_by: int) -> tuple[FlaskClient, FlaskClient]:
    """An office of matters, and the browsers of somebody with many and of somebody with few."""
    with app.app_context():
        with transaction():
            make_tree()
            people = [_person(number) for number in range(2 + OFFICE // MANY)]
        (many, token_many), (few, token_few), *others = people
        owners = [many] * (MANY // divided_by) + [few] * FEW
        rest = OFFICE // divided_by - len(owners)
        owners += [others[number % len(others)][0] for number in range(rest)]
        _add_matters(owners)
        _analyse()
    return _browser(app, token_many), _browser(app, token_few)


def _person(number: int) -> tuple[UUID, str]:
    now, token, key = clock.now(), new_token(), new_key()
    facts: dict[str, Any] = {"branch": Branch.BUSINESS, "must_change_password": False, "created_at": now}
    session().add(Account(id=key, username=f"p{number}", name=f"承办人{number}", **facts))
    session().flush()
    role = {"role": Role.CITY_OFFICER, "scope_kind": ScopeKind.DIVISION, "scope_code": "210100"}
    session().add(RoleAssignment(account_id=key, branch=Branch.BUSINESS, began_on=date(2020, 1, 1), **role))
    until = {"began_at": now, "last_seen_at": now, "expires_at": now + timedelta(hours=8)}
    session().add(SignInSession(token_hash=token_hash(token), account_id=key, stage=Stage.OPEN, **until))
    session().flush()
    return key, token


def _add_matters(owners: list[UUID], at_once: int = 5000) -> None:
    """One matter for each, a third of them overdue, a third without a term; every fourth was sent on by the next."""
    now = clock.now()
    order = sorted(range(len(owners)), key=lambda number: hash((number * 2654435761) % 1000003))
    for start in range(0, len(owners), at_once):
        part = [(number, owners[number]) for number in order[start : start + at_once]]
        rows = [_row(number, owner, now) for number, owner in part]
        lines = [
            _line(row, owners[(number + MANY) % len(owners)], now) for row, (number, _) in zip(rows, part, strict=True)
        ]
        with transaction():
            session().execute(insert(Matter), rows)
            session().execute(insert(MatterEntry), lines)


def _row(number: int, owner: UUID, now: Any) -> dict[str, Any]:
    due = clock.today() + timedelta(days=number % 90 - 30) if number % 3 else None
    return {
        "id": new_key(), "number": matter_number(2026, number + 1), "kind": list(MatterKind)[number % 5],
        "subject_key": f"s{number}", "title": f"事项{number}：某小区电梯停运待处理", "division_code": HEPING_COMMUNITY,
        "handled_by": Permission.MATTERS_HANDLE.value, "owner_id": owner, "state": MatterState.OPEN,
        "step": MatterStep.HANDLING, "due_on": due, "order_on": due or NO_TERM, "opened_at": now, "opened_by": "x",
        "owned_since": now, "version": 1,
    }  # fmt: skip


def _line(row: dict[str, Any], by: UUID, now: Any) -> dict[str, Any]:
    kind = EntryKind.ASSIGNED if int(row["number"][-1]) % 4 == 0 else EntryKind.OPENED
    return {"matter_id": row["id"], "at": now, "kind": kind, "by_id": by, "by_name": "x", "to_id": row["owner_id"]}


def _analyse() -> None:
    """PostgreSQL counts its rows by itself after a while; SQLite does not, and nobody tells it to here either."""
    if db.engine.dialect.name == "postgresql":
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    session().execute(text("SELECT 1"))
    session().rollback()


def _browser(app: Flask, token: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return client


def table(found: list[Found]) -> str:
    """The figures for people."""
    lines = ["| database | page | 5,000 matters, ms | 50 matters, ms | times |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.database} | {one.page} | {one.many * 1000:.1f} | {one.few * 1000:.1f} | {one.times:.2f} |"
        for one in found
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    databases = tuple(given.database or ("sqlite", "postgresql"))
    found = measure(rounds=given.rounds, divided_by=SMALL if given.small else 1, databases=databases)
    print(table(found))
    return 1 if any(one.times > MOST_TIMES for one in found if one.page.startswith("/office/desk")) else 0


if __name__ == "__main__":
    sys.exit(main())
