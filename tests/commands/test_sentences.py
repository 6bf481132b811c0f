"""What an operator can mend is said in one sentence with exit 2, never as a traceback."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import postgres
from tests.errands.installation import WORKBOOKS, Installation, Result, free_port

UNPREPARED = "The register is not prepared for this version. Run: regulator init\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation before its first `init`, on each database."""
    url = postgres.create_database() if request.param == "postgresql" else None
    yield Installation(tmp_path / "bare", url)
    if url:
        postgres.drop_database(url)


@pytest.mark.parametrize(
    "words",
    [("verify",), ("audit", "verify"), ("import", "companies", WORKBOOKS / "companies.xlsx"), ("demo",), ("serve",)],
    ids=lambda words: words[0],
)
def test_before_init_every_command_says_what_to_do(bare: Installation, words: tuple[str | Path, ...]) -> None:
    assert bare.run(*words) == Result(2, "", UNPREPARED)


@pytest.mark.parametrize("command", ["init", "verify", "serve"])
def test_a_database_that_does_not_answer(tmp_path: Path, command: str) -> None:
    url = f"postgresql://somebody:secret@127.0.0.1:{free_port()}/register"
    done = Installation(tmp_path / "away", url).run(command, exits=2)
    assert done.err.startswith("The database cannot be reached: ")
    assert "secret" not in done.err
    assert len(done.err.splitlines()) == 1


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "register.sqlite").mkdir()
    installation = Installation(tmp_path / "blocked")
    installation.database_url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    done = installation.run("verify", exits=2)
    assert done.err.startswith("The database cannot be reached: unable to open")


def test_a_register_busy_for_too_long(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "busy").prepare()
    with closing(sqlite3.connect(installation.sqlite, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = installation.run("account", "add", "anna", "--role", "auditor", "--scope", "210100", exits=2)
    assert done.err == "The register is busy: another process is writing. Try again in a moment.\n"


def test_a_file_or_a_report_that_is_no_use(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "importing").prepare()
    (tmp_path / "wide.csv").write_text(",".join(["企业名称"] * 300), encoding="utf-8")
    done = installation.run("import", "companies", tmp_path / "wide.csv", exits=2)
    assert done.err.startswith(f"{tmp_path / 'wide.csv'}: cannot be used (too_many_columns): The table has too many")
    done = installation.run("import", "people", WORKBOOKS / "companies.xlsx", exits=2)
    assert "(column_missing): Required columns are missing: " in done.err
    assert "[" not in done.err
    report = tmp_path / "nowhere" / "report.json"
    done = installation.run("import", "companies", WORKBOOKS / "companies.xlsx", "--report", report, exits=2)
    assert done == Result(2, "", f"The report cannot be written: {report}: No such file or directory\n")
