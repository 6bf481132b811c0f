"""The work list of applications with 100,000 of them open beside one with 1,000: every look and every filter.

Two SQLite registers of the same make, asked of two applications in this process by signed-in browsers, in turns,
medians: by an officer of the district and by one of the city. `make bench-licensing` calls it; ``--small`` has a tenth,
``--plans`` prints how SQLite reads each list instead. Exit 1 when a list of many takes more than 1.5 times that of few.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event, insert, text

from regulator.app import create_app
from regulator.commands.setup import upgrade_tables
from regulator.config import Environment, Settings
from regulator.features.accounts.models import Account, RoleAssignment, SignInSession
from regulator.features.accounts.terms import Branch, Role, ScopeKind, Stage
from regulator.features.audit.terms import Actor
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.application_terms import ApplicationOutcome, ApplicationState
from regulator.features.licensing.models import Application
from regulator.features.licensing.terms import ApplicationKind, Nature
from regulator.features.papers.rules.matters import NO_TERM
from regulator.features.registry.models import Company
from regulator.features.registry.terms import CompanyStatus, RecordSource
from regulator.foundation import clock
from regulator.foundation.database import new_key, session, transaction
from regulator.foundation.extensions import db
from regulator.web.sessions import COOKIE, new_token, token_hash

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.factories.registry import HEPING, SHENHE, make_credit_code, make_tree

MANY, FEW, SMALL, HANDS = 100_000, 1_000, 10, 20
"""How many are open; ``HANDS`` officers have them among themselves, and half as many again have ended."""
MOST_TIMES, WARMING = 1.5, 2
LIST = "/office/licensing/applications"
QUERIES = (
    *("look=mine", "look=mine&state=accepted", "look=open", "look=overdue", "look=ended"),
    *("look=open&state=accepted", "look=open&kind=change", "look=overdue&kind=change"),
    *(f"look=open&division={HEPING}", f"look=overdue&division={HEPING}", f"look=ended&division={HEPING}"),
    *("look=open&q=210102-2026-00500", "look=open&q=%E4%BC%81%E4%B8%9A177%E7%89%A9%E4%B8%9A", "look=ended&kind=change"),
)
WHO = {"district": (Role.DISTRICT_OFFICER, HEPING), "city": (Role.CITY_OFFICER, "210100")}
KINDS = (ApplicationKind.NEW, ApplicationKind.CHANGE, ApplicationKind.REISSUE, ApplicationKind.CANCELLATION)
STATES = (ApplicationState.RECEIVED, ApplicationState.SUPPLEMENT_ASKED, ApplicationState.ACCEPTED)
KEYS: dict[str, Any] = {name: SecretStr("b" * 48) for name in ("secret_key", "data_key")}


@dataclass(frozen=True)
class Found:
    """Median seconds of a list for somebody where many are open and where few are."""

    who: str
    query: str
    many: float
    few: float

    @property
    def times(self) -> float:
        return self.many / self.few


def measure(*, rounds: int, many: int) -> list[Found]:
    """Every list, asked of both registers in turns."""
    with ExitStack() as stack:
        registers = [_filled(stack.enter_context(_register()), count) for count in (many, FEW)]
        return [
            _compared(who, query, [browsers[who] for browsers in registers], rounds) for who in WHO for query in QUERIES
        ]


def _compared(who: str, query: str, browsers: list[FlaskClient], rounds: int) -> Found:
    times: list[list[float]] = [[] for _ in browsers]
    for number in range(WARMING + rounds):
        for kept, browser in zip(times, browsers, strict=True):
            seconds = _seconds(browser, f"{LIST}?{query}")
            if number >= WARMING:
                kept.append(seconds)
    return Found(who, query, *map(statistics.median, times))


def _seconds(browser: FlaskClient, page: str) -> float:
    began = time.perf_counter()
    answer = browser.get(page)
    answer.get_data()
    if answer.status_code != 200:
        raise SystemExit(f"{page} answers {answer.status_code}")
    return time.perf_counter() - began


# --- a register ------------------------------------------------------------------------------------------------------


@contextmanager
def _register() -> Iterator[Flask]:
    with TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/register.sqlite"
        app = create_app(Settings(env=Environment.TEST, database_url=url, data_dir=Path(directory), **KEYS))
        with app.app_context():
            upgrade_tables()
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def _filled(app: Flask, count: int) -> dict[str, FlaskClient]:
    """So many open applications, and the browsers of an officer of the district and of one of the city."""
    with app.app_context():
        now = clock.now()
        with transaction():
            make_tree()
            add_rule_set(rulesets.shipped_source(rulesets.DEMO), actor=Actor.system(), now=now)
            people = [_person(number, *WHO["district"]) for number in range(HANDS)]
            people[1] = _person(HANDS, *WHO["city"])
        owners = [key for key, _token in people]
        for start in range(0, count, 5000):
            _add(range(start, min(start + 5000, count)), owners)
        session().rollback()
    return dict(zip(WHO, (_browser(app, token) for _key, token in people), strict=False))


def _person(number: int, role: Role, place: str) -> tuple[UUID, str]:
    now, token, key = clock.now(), new_token(), new_key()
    facts: dict[str, Any] = {"branch": Branch.BUSINESS, "must_change_password": False, "created_at": now}
    session().add(Account(id=key, username=f"p{number}", name=f"承办人{number}", **facts))
    session().flush()
    scope = {"role": role, "scope_kind": ScopeKind.DIVISION, "scope_code": place}
    session().add(RoleAssignment(account_id=key, branch=Branch.BUSINESS, began_on=date(2020, 1, 1), **scope))
    until = {"began_at": now, "last_seen_at": now, "expires_at": now + timedelta(hours=8)}
    session().add(SignInSession(token_hash=token_hash(token), account_id=key, stage=Stage.OPEN, **until))
    session().flush()
    return key, token


def _add(numbers: range, owners: list[UUID]) -> None:
    """Each of another company or kind, some overdue, some without a term; beside every second one that has ended."""
    companies = {number // len(KINDS): new_key() for number in numbers}
    with transaction():
        session().execute(insert(Company), [_company(number, key) for number, key in companies.items()])
        rows = [_open(number, companies[number // len(KINDS)], owners) for number in numbers]
        session().execute(insert(Application), rows)
        session().execute(insert(Application), [_ended(row) for number, row in enumerate(rows) if number % 8 < 4])


def _place(number: int) -> str:
    return HEPING if number % 3 else SHENHE


def _company(number: int, key: UUID) -> dict[str, Any]:
    recorded = {"source": RecordSource.TYPED, "registered_at": clock.now(), "updated_at": clock.now(), "version": 1}
    return {
        "id": key, "credit_code": make_credit_code(number + 1), "name": f"企业{number}物业服务有限公司",
        "division_code": _place(number), "status": CompanyStatus.OPERATING, **recorded,
    }  # fmt: skip


def _open(number: int, company: UUID, owners: list[UUID]) -> dict[str, Any]:
    state, today, place = STATES[number % len(STATES)], clock.today(), _place(number // len(KINDS))
    waits = state is ApplicationState.SUPPLEMENT_ASKED
    due = None if waits else today + timedelta(days=(number * 7919) % 60 - 15)
    received = today - timedelta(days=number % 80)
    return {
        "id": new_key(), "number": f"{place}-2026-{number + 1:05d}", "follow_code": "AAAAAAAAAA", "company_id": company,
        "credit_code": make_credit_code(number // len(KINDS) + 1), "rule_set": "evaluation-demo",
        "nature": Nature.EVALUATION, "kind": KINDS[number % len(KINDS)], "grade": None, "state": state,
        "division_code": place, "owner_id": owners[(number * 31) % len(owners)], "drafted_at": clock.now(),
        "drafted_by": "x", "received_on": received, "papers_on": received, "due_on": due, "order_on": due or NO_TERM,
        "accepted_on": received if state is ApplicationState.ACCEPTED else None, "version": 2, "outcome": None,
    }  # fmt: skip


def _ended(row: dict[str, Any]) -> dict[str, Any]:
    over = {"state": ApplicationState.NOT_ACCEPTED, "outcome": ApplicationOutcome.NOT_ACCEPTED, "accepted_on": None}
    gone = {"due_on": None, "order_on": NO_TERM, "owner_id": None}
    return row | over | gone | {"id": new_key(), "number": row["number"].replace("-2026-", "-2025-")}


def _browser(app: Flask, token: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return client


# --- how they are read -----------------------------------------------------------------------------------------------


def plans(many: int) -> Iterator[str]:
    """The plan SQLite makes for each statement over applications, list by list."""
    with _register() as app:
        browsers = _filled(app, many)
        seen: list[tuple[str, Any]] = []
        with app.app_context():
            engine = db.engine

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            if "FROM application" in statement and not statement.startswith("EXPLAIN"):
                seen.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        for who in WHO:
            for query in QUERIES:
                seen.clear()
                _seconds(browsers[who], f"{LIST}?{query}")
                for statement, parameters in seen:
                    with engine.connect() as connection:
                        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                    yield f"{who:9} {query:40} " + " | ".join(row[3] for row in rows)
        with app.app_context():
            session().execute(text("SELECT 1"))


def table(found: list[Found], many: int) -> str:
    """The figures for people."""
    lines = [f"| who | list | {many:,} open, ms | {FEW:,} open, ms | times |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.who} | {one.query} | {one.many * 1000:.1f} | {one.few * 1000:.1f} | {one.times:.2f} |" for one in found
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    many = MANY // SMALL if given.small else MANY
    if given.plans:
        print("\n".join(plans(many)))
        return 0
    found = measure(rounds=given.rounds, many=many)
    print(table(found, many))
    return 1 if any(one.times > MOST_TIMES for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
