"""`regulator coverage`: the same as the interface for programs, months closed once, explanations that add up."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from regulator.commands import cli
from regulator.features.registry.actions import estates as acts
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.database import session
from regulator.foundation.extensions import db
from tests.factories import registry as make

TODAY = date(2026, 11, 23)


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    clock.fix_today(TODAY)
    make.make_tree()
    make.make_service(make.make_estate("甲"), None, Mode.OWNERS_SELF)
    make.make_service(make.make_estate("乙"), None, Mode.NONE, began_on=date(2020, 1, 1), ended_on=date(2026, 11, 4))
    make.make_service(session().query(make.Estate).filter_by(name="乙").one(), None, began_on=date(2026, 11, 5))
    session().commit()
    yield app
    clock.fix_today(None)


def run(app: Flask, *words: str) -> Result:
    db.session.remove()
    return CliRunner().invoke(cli, ["coverage", *words], obj=lambda: app, catch_exceptions=False)


def plain(app: Flask, *words: str) -> Any:
    done = run(app, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_it_prints_what_the_interface_answers(filled: Flask) -> None:
    for asked in ("division=210103", "division=210103&on=2026-11-01", ""):
        words = [word for pair in asked.split("&") if pair for word in (f"--{pair.split('=')[0]}", pair.split("=")[1])]
        assert plain(filled, *words) == filled.test_client().get(f"/api/v1/coverage?{asked}").json
    acts.correct_estate(
        session().query(make.Estate).filter_by(name="甲").one(),
        {"floor_area": 1_234_567, "households": None}, version=1, reason="量过", actor=make.actor(), now=clock.now(),
    )  # fmt: skip
    session().commit()
    told = run(filled).stdout
    assert "By estates: 2 of 2, full 100.00 %, professional 50.00 %" in told
    area = plain(filled)["by"]["floor_area"]
    assert f"By floor area: {area['managed']:,.2f} ㎡ of {area['all']:,.2f} ㎡" in told
    assert "Left out, Households not known: 1 estates" in told


def test_a_month_is_closed_once_and_stays(filled: Flask) -> None:
    done = run(filled, "close", "2026-10")
    assert done.exit_code == 0, done.output
    assert "210100 2026-10 closed: 2 estates, sha256 " in done.stdout
    again = run(filled, "close", "2026-10")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "closed already" in again.stderr
    for month, said in (("2026-12", "not over"), ("2026-11", "not over"), ("october", "no month")):
        refused = run(filled, "close", month)
        assert refused.exit_code == 2
        assert said in refused.stderr


def test_the_change_is_explained_and_adds_up(filled: Flask) -> None:
    assert run(filled, "close", "2026-10").exit_code == 0
    estate = session().query(make.Estate).filter_by(name="甲").one()
    reason = {"reason": "量过", "actor": make.actor(), "now": clock.now()}
    acts.correct_estate(estate, {"floor_area": 10_000_000}, version=1, **reason)
    session().commit()
    told = plain(filled, "explain", "--from", "2026-10-31", "--to", "2026-11-23")
    assert [(part["reason"], len(part["estates"])) for part in told["parts"]] == [
        ("newly_managed", 1), ("area_changed", 1),
    ]  # fmt: skip
    for measure in ("estates", "floor_area", "households"):
        for key in ("managed", "all", "rate"):
            parts = [part["by"][measure][key] for part in told["parts"]]
            assert sum(parts) == pytest.approx(told["change"][measure][key]), (measure, key)
            first, last = told["first"][measure][key], told["last"][measure][key]
            assert last - first == pytest.approx(told["change"][measure][key])
    assert told["change"]["estates"] == {"managed": 1, "all": 0, "rate": 0.5, "professional": {"managed": 1}}
    assert (
        "Newly managed: +1 managed, +0 counted, 1 estates"
        in run(filled, "explain", "--from", "2026-10-31", "--to", "2026-11-23").stdout
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--division", "999999"), "999999"),
        (("--on", "2027-01-01"), "cannot lie after today"),
        (("explain", "--from", "2026-11-02", "--to", "2026-11-01"), "before it begins"),
        (("close", "2026-10", "--division", "210103"), "is no city"),
    ],
)
def test_bad_input_is_a_sentence(filled: Flask, words: tuple[str, ...], said: str) -> None:
    done = run(filled, *words)
    assert done.exit_code == 2
    assert said in done.stderr
