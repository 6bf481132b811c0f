"""`regulator licensing`: a company held against a grade, rule sets listed, a file checked."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from regulator.commands import cli
from regulator.features.licensing import rulesets
from regulator.features.registry.terms import Title
from regulator.foundation import clock
from regulator.foundation.database import session
from regulator.foundation.extensions import db
from tests.factories import registry as make
from tests.factories.registry import TODAY

LOCAL = rulesets.shipped_source(rulesets.DEMO)


@pytest.fixture
def code(app: Flask) -> Iterator[str]:
    del app
    clock.fix_today(TODAY)
    make.make_tree()
    company = make.make_company(registered_capital=50_000_000)
    for number in range(10):
        person = make.make_person(f"职员{number}", title=Title.SENIOR)
        post = ("工程", "财务")[number % 2]
        make.make_employment(
            person, company, date(2005, 1, 1), post=post, is_full_time=True, is_head_of_post=number < 2
        )
    make.make_service(make.make_estate(), company, began_on=date(2008, 1, 1))
    session().commit()
    yield company.credit_code
    clock.fix_today(None)


def run(app: Flask, *words: str) -> Result:
    db.session.remove()
    return CliRunner().invoke(cli, ["licensing", *words], obj=lambda: app, catch_exceptions=False)


def test_a_company_is_held_against_the_grade_of_a_day(app: Flask, code: str) -> None:
    done = run(app, "evaluate", code.lower(), "--grade", "3", "--on", "2010-01-01", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, [one["passes"] for one in found]) == (0, [True] * 7)
    assert found[0] == {
        "code": "capital", "required": 500_000, "found": 500_000, "passes": True,
        "citation": "物业服务企业资质管理办法（建设部令第164号修正） 第五条第（三）项1",
    }  # fmt: skip
    worse = run(app, "evaluate", code, "--grade", "1", "--on", "2010-01-01")
    assert worse.exit_code == 1
    assert "FAILS   staff                required 30, found 10" in worse.stdout
    earlier = run(app, "evaluate", code, "--grade", "3", "--on", "2007-12-31", "--json")
    assert (earlier.exit_code, [one["code"] for one in json.loads(earlier.stdout) if not one["passes"]]) == (
        1, ["projects"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--grade", "3"), "No grade was granted on 2026-11-01", id="today-none-is-granted"),
        pytest.param(
            ("--grade", "7", "--on", "2010-01-01"), 'know no grade "7"; there are: 1, 2, 3', id="no-such-grade"
        ),
        pytest.param(("--grade", "3", "--on", "2001-01-01"), "No rule set was in force on 2001-01-01", id="before-all"),
    ],
)
def test_a_question_without_an_answer_says_why(app: Flask, code: str, words: tuple[str, ...], said: str) -> None:
    done = run(app, "evaluate", code, *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_unknown_company(app: Flask) -> None:
    done = run(app, "evaluate", "91210103MA0000001X", "--grade", "1")
    assert (done.exit_code, "no company of this credit code" in done.stderr) == (2, True)


def test_rule_sets_are_listed_and_a_file_is_checked(app: Flask, tmp_path: Path) -> None:
    listed = run(app, "rulesets", "list").stdout.splitlines()
    assert [line.split()[4] for line in listed[:5]] == list(rulesets.SHIPPED[:5])
    file = tmp_path / "ours.toml"
    file.write_text(LOCAL, "utf-8")
    done = run(app, "rulesets", "check", str(file))
    assert (done.exit_code, "evaluation from 2023-01-01, grades 1, 2, 3: can be added." in done.stdout) == (0, True)
    file.write_text(LOCAL.replace('nature = "evaluation"', 'nature = "licence"'), "utf-8")
    done = run(app, "rulesets", "check", str(file))
    assert (done.exit_code, "Since 2018-03-08 no such licence may be set" in done.stderr) == (1, True)
    file.write_bytes(b"\xff\xfe")
    assert run(app, "rulesets", "check", str(file)).exit_code == 2
