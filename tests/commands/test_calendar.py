"""`regulator calendar`: a notice from the command line, all of it or nothing; `init` fills the calendar."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from regulator.commands.calendar import calendar_command
from regulator.commands.setup import init_command
from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.calendar import queries
from regulator.features.calendar.models import CalendarYear
from regulator.features.calendar.terms import YearSource
from tests.factories.accounts import make_account
from tests.factories.calendar import NEXT, bent, seed, without


@pytest.fixture(autouse=True)
def after_the_notice() -> Iterator[None]:
    """The invented notice was issued on 20 November 2026."""
    with time_machine.travel("2026-12-01T04:00:00+00:00"):
        yield


def run(app: Flask, *words: str, command: Any = calendar_command) -> Result:
    return CliRunner().invoke(command, list(words), obj=lambda: app, catch_exceptions=False)


def written(directory: Path, text: str = NEXT) -> str:
    path = directory / "2027.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_init_fills_the_calendar_and_may_run_again(app: Flask, session: Session) -> None:
    for _ in range(2):
        assert run(app, command=init_command).exit_code == 0
    assert session.scalar(select(func.count()).select_from(CalendarYear)) == 23
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("calendar.%"))).all()
    assert acts == ["calendar.seeded"]


def test_a_notice_is_taken_in_by_a_named_administrator(app: Flask, session: Session, tmp_path: Path) -> None:
    make_account("guanli", (Role.SYSTEM_ADMINISTRATOR, "210100"))
    seed()
    done = run(app, "import", written(tmp_path), "--as", "guanli")
    assert done.exit_code == 0, done.output
    assert "2027: 10 days now off: 2027-02-09" in done.output
    assert "no longer provisional" in done.output
    row = queries.get_year(2027)
    assert (row.source, row.imported_by) == (YearSource.ANNOUNCED, "guanli")
    assert run(app, "import", written(tmp_path), "--as", "guanli").output == "2027: nothing changed\n"


def test_a_dry_run_says_it_and_changes_nothing(app: Flask, session: Session, tmp_path: Path) -> None:
    seed()
    run(app, command=init_command)
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    done = run(app, "import", written(tmp_path), "--dry-run")
    assert done.exit_code == 0, done.output
    assert done.output.endswith("(dry run)\n")
    session.rollback()
    assert queries.get_year(2027).is_provisional
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (NEXT + "2027-11-23,班,国庆节,,,\n", "Row 33: 2027-11-23 is no Saturday or Sunday"),
        (
            without("2027-09-15"),
            "Mid-Autumn Festival is missing: a year names all its holidays. (全国年节及纪念日放假办法 2)",
        ),
        (without("2027-10-09"), "National Day borrows 2 weekdays, and only 1 make-up days are named"),
        (bent(("日期,", "日子,")), "日期"),
        ("", "empty"),
    ],
)
def test_a_bad_file_is_refused_whole(app: Flask, session: Session, tmp_path: Path, text: str, sentence: str) -> None:
    run(app, command=init_command)
    done = run(app, "import", written(tmp_path, text))
    assert done.exit_code == 2
    assert sentence in done.output
    session.rollback()
    assert queries.get_year(2027).is_provisional


def test_who_may_not(app: Flask, session: Session, tmp_path: Path) -> None:
    make_account("zhang", (Role.CITY_OFFICER, "210100"))
    for username, sentence in (("zhang", "no role that manages the calendar"), ("nobody", "no account nobody")):
        done = run(app, "import", written(tmp_path), "--as", username)
        assert done.exit_code == 2
        assert sentence in done.output
    assert run(app, "import", str(tmp_path / "none.csv"), "--as", "zhang").exit_code == 2


def test_a_year_is_shown(app: Flask, session: Session) -> None:
    seed()
    shown = run(app, "show", "2026").output.splitlines()
    assert shown[0] == "2026: seeded"
    assert "2026-02-28 Sat 班 春节" in shown
    shown = run(app, "show", "2027").output.splitlines()
    assert (shown[0], len(shown)) == ("2027: provisional", 14)
    assert run(app, "show", "1999").exit_code == 2
