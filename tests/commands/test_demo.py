"""`regulator demo` as it is typed: once, on an empty register, wholly or not at all, for one city or many."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from regulator.commands import demo as demo_module
from regulator.commands.demo import demo_command
from regulator.commands.setup import init_command
from regulator.commands.verifying import verify_command
from regulator.features.accounts import actions as accounts
from regulator.features.accounts import queries
from regulator.features.accounts.actions.signing_in import From
from regulator.features.accounts.terms import Role, Stage
from regulator.features.coverage.models import Custodian
from regulator.features.coverage.queries.custody import CustodyFilter, count_needing
from regulator.features.divisions.queries import list_cities
from regulator.features.divisions.terms import Scope
from regulator.features.licensing.application_terms import ApplicationState
from regulator.features.licensing.certificate_terms import CertificateOrigin, CertificateState
from regulator.features.licensing.models import Application, Certificate
from regulator.features.licensing.queries.certificates import CertificateFilter, count_certificates, find_standing
from regulator.features.licensing.terms import Nature
from regulator.features.registry.actions.nature import claim_nature
from regulator.features.registry.models import Company, Estate, Person, RegisterState
from regulator.features.registry.terms import RegisterNature
from regulator.foundation import clock
from regulator.foundation.database import is_postgres, transaction
from tests.conftest import KEY

SMALL = ("--companies", "12", "--estates", "60", "--people", "80")
HASTY = """
from regulator.app import main
from regulator.foundation import bulk
bulk.POURING_CACHE_KIB = 1000
main()
"""
"""The command with a cache so small that rows reach the file at once."""
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(demo_command, [*SMALL, *arguments], obj=lambda: app)

    return invoke


@pytest.fixture
def prepared(app: Flask) -> None:
    done = CliRunner().invoke(init_command, [], obj=lambda: app)
    assert done.exit_code == 0, done.output


def counts(session: Session) -> list[int]:
    session.rollback()
    found = [session.scalar(select(func.count()).select_from(model)) for model in (Company, Estate, Person)]
    session.rollback()
    return found


def built(session: Session) -> list[tuple[str, ...]]:
    """Every index and trigger of the database as it was declared."""
    session.rollback()
    if is_postgres():
        asked = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
    else:
        asked = "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') ORDER BY 1"
    found = [tuple(map(str, row)) for row in session.execute(text(asked))]
    session.rollback()  # nobody else has the register open
    return found


@pytest.mark.usefixtures("prepared")
def test_the_demo_is_made_once_and_agrees_with_itself(app: Flask, run: Run, session: Session) -> None:
    before = built(session)
    done = run()
    assert done.exit_code == 0, done.output
    assert counts(session) == [12, 60, 80]
    assert built(session) == before
    assert session.get_one(RegisterState, 1).nature is RegisterNature.DEMO
    ends = {"withdrawn", "annulled", "revoked", "downgraded", "cancelled", "superseded", "lapsed", None}
    assert set(session.scalars(select(Certificate.ended_as))) == ends, "certificates of every state"
    assert set(session.scalars(select(Certificate.origin))) == set(CertificateOrigin)
    verified = CliRunner().invoke(verify_command, [], obj=lambda: app)
    assert verified.exit_code == 0, verified.output
    session.rollback()

    again = run("--seed", "8")
    assert again.exit_code == 2
    assert "filled already" in again.output
    assert counts(session) == [12, 60, 80]


@pytest.mark.usefixtures("prepared")
def test_there_is_one_in_every_state(run: Run, session: Session, tmp_path: Path) -> None:
    assert run("--companies", "300", "--estates", "500", "--people", "5000").exit_code == 0
    assert set(session.scalars(select(Application.state))) == set(ApplicationState)
    states = {
        state
        for state in CertificateState
        if count_certificates(Scope.everything(), CertificateFilter(state=state), clock.today()).number
    }
    assert states == set(CertificateState)
    listed = {row["username"]: row for row in json.loads((tmp_path / "var" / "demo-accounts.json").read_text("utf-8"))}
    own = session.scalars(select(Company).where(Company.credit_code == listed["company"]["scope"])).one()
    assert own.division_code == listed["district"]["scope"], "what it sends in comes to a desk that can be looked at"
    assert find_standing(own.id, Nature.EVALUATION) is not None
    assert session.scalars(select(Custodian.phone)).first() is not None
    district = Scope.division(listed["district"]["scope"])
    assert count_needing(district, CustodyFilter(), day=clock.today()).number, "some still miss one"


@pytest.mark.usefixtures("prepared")
def test_everybody_in_the_file_can_sign_in_and_nobody_else_can_read_it(app: Flask, run: Run, tmp_path: Path) -> None:
    assert run().exit_code == 0
    path = tmp_path / "var" / "demo-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.glob(".demo*")] == []
    listed = json.loads(path.read_text("utf-8"))
    assert {role for account in listed for role in account["roles"]} == {role.value for role in Role}
    assert len({account["password"] for account in listed}) == len(listed)
    for number, account in enumerate(listed):
        assert set(account) == {"username", "password", "roles", "scope", "portal"}
        assert account["portal"] in ("/office/", "/window/", "/company/", "/admin/")
        with transaction():
            attempt = accounts.sign_in(
                account["username"],
                password_fits=queries.password_fits(account["username"], account["password"]),
                token_hash=f"{number:064}",
                origin=From("127.0.0.1", "a test"),
                now=clock.now(),
                today=clock.today(),
                second_factor_required=False,
            )
        assert attempt.stage is Stage.OPEN, account["username"]


@pytest.mark.usefixtures("prepared")
def test_every_public_page_says_that_the_rows_are_invented(app: Flask, run: Run, session: Session) -> None:
    assert run().exit_code == 0
    company = session.scalars(select(Company.credit_code).order_by(Company.id).limit(1)).one()
    estate = session.scalars(select(Estate.code).order_by(Estate.id).limit(1)).one()
    session.rollback()
    visitor = app.test_client()
    for page in ("/", "/companies", f"/companies/{company}", "/estates", f"/estates/{estate}", "/map", "/sign-in"):
        answer = visitor.get(page)
        assert answer.status_code == 200, page
        assert "演示数据" in answer.get_data(as_text=True), page


@pytest.mark.usefixtures("prepared")
def test_several_cities_stand_beside_each_other(app: Flask, run: Run, session: Session) -> None:
    before = built(session)
    done = run("--cities", "3")
    assert done.exit_code == 0, done.output
    assert counts(session) == [36, 180, 240]
    assert [city.code for city in list_cities()] == ["210100", "900100", "900200"]
    assert built(session) == before
    if not is_postgres():
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    session.rollback()
    verified = CliRunner().invoke(verify_command, [], obj=lambda: app)
    assert verified.exit_code == 0, verified.output
    for prefix in ("2101", "9001", "9002"):
        stmt = select(func.count()).select_from(Estate).where(Estate.division_code.like(f"{prefix}%"))
        assert session.scalar(stmt) == 60


@pytest.mark.usefixtures("prepared")
def test_a_real_register_is_refused(run: Run, session: Session) -> None:
    with transaction():
        claim_nature(RegisterNature.REAL, clock.now())
    for arguments in ((), ("--cities", "2")):
        done = run(*arguments)
        assert done.exit_code == 2
        assert "real rows" in done.output
    assert counts(session) == [0, 0, 0]
    assert len(list_cities()) == 1


def test_without_divisions_it_says_what_to_do(run: Run) -> None:
    done = run()
    assert done.exit_code == 2
    assert "regulator init" in done.output


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("cities", ["1", "3"])
def test_an_error_on_the_way_leaves_nothing(
    run: Run, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cities: str
) -> None:
    before = built(session)

    def fail(_authorities: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(demo_module, "_open_accounts", fail)
    assert isinstance(run("--cities", cities).exception, OSError)
    assert counts(session) == [0, 0, 0]
    assert built(session) == before
    assert session.get_one(RegisterState, 1).nature is RegisterNature.UNDECIDED
    assert len(list_cities()) == 1
    assert not (tmp_path / "var" / "demo-accounts.json").exists()
    session.rollback()
    monkeypatch.undo()
    assert run("--cities", cities).exit_code == 0


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_cities_want_the_register_for_themselves(run: Run, session: Session) -> None:
    path = inspect(session.get_bind()).engine.url.database
    reader = sqlite3.connect(path)
    reader.execute("SELECT count(*) FROM division").fetchone()
    done = run("--cities", "2")
    reader.close()
    assert done.exit_code == 2
    assert "Stop `regulator serve`" in done.output
    assert counts(session) == [0, 0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("prepared")
def test_a_killed_run_is_taken_back_and_can_be_made_anew(app: Flask, session: Session, tmp_path: Path) -> None:
    path = Path(str(inspect(session.get_bind()).engine.url.database))
    session.rollback()
    engine: Any = session.get_bind()
    engine.dispose()
    environment = {
        **os.environ,
        "REGULATOR_ENV": "test",
        "REGULATOR_DATABASE_URL": f"sqlite:///{path}",
        "REGULATOR_DATA_DIR": str(tmp_path / "var"),
        "REGULATOR_SECRET_KEY": KEY,
        "REGULATOR_DATA_KEY": KEY[::-1],
    }
    arguments = [sys.executable, "-c", HASTY, "demo", *SMALL, "--cities", "400"]
    running = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL)
    empty, deadline = path.stat().st_size, time.monotonic() + 120
    while path.stat().st_size < 3 * empty and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.1)
    assert running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert path.with_name(f"{path.name}-journal").exists()

    assert counts(session) == [0, 0, 0]
    assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    session.rollback()
    assert len(list_cities()) == 1
    assert CliRunner().invoke(demo_command, [*SMALL], obj=lambda: app).exit_code == 0


@pytest.mark.usefixtures("prepared")
def test_init_runs_again_where_two_cities_have_districts_of_one_name(app: Flask, run: Run) -> None:
    """`make run` begins with it each time; the copies carry the names of the city they were copied from."""
    assert run("--cities", "2").exit_code == 0
    again = CliRunner().invoke(init_command, [], obj=lambda: app, catch_exceptions=False)
    assert again.exit_code == 0, again.output
    own, copy = queries.list_authorities_of("210102"), queries.list_authorities_of("900102")
    assert [item.name for item in (*own, *copy)] == ["和平区住房和城乡建设局", "示范1市和平区住房和城乡建设局"]
