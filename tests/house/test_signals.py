"""Every act on the register and every bulk path tells the rooms above, in the writer's session."""

import ast
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from blinker import Signal
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from regulator.commands.demo import demo_command
from regulator.commands.importing import import_command
from regulator.commands.setup import init_command
from regulator.features.registry import signals
from regulator.features.registry.actions.services import end_service
from regulator.features.registry.models import Company, Estate
from regulator.foundation.database import session as current_session
from regulator.foundation.database import transaction
from tests.factories import registry as make

ROOT = Path(__file__).parents[2]
ACTIONS = ROOT / "regulator" / "features" / "registry" / "actions"
WORKBOOKS = ROOT / "tests" / "data" / "register"
SMALL = ("--seed", "7", "--companies", "12", "--estates", "60", "--people", "80")
ALL = {
    "companies": signals.companies_changed,
    "estates": signals.estates_changed,
    "notices": signals.notices_changed,
    "services": signals.services_changed,
}
PLUMBING = {"matters", "nature", "records", "reindexing", "staging"}
"""Rooms that others' acts call; they send nothing themselves (staging does, for the bulk paths below)."""
SILENT: Mapping[str, str] = {
    "committees.correct_committee": "no room above counts committees yet",
    "committees.register_committee": "no room above counts committees yet",
    "committees.retire_committee": "no room above counts committees yet",
    "contracts.file_contract": "filing moves no period of service",
    "contracts.settle_dispute": "a settlement moves no period of service",
    "estates.confirm_estate": "a confirmation changes no fact of the record",
    "links.reject_link": "the period keeps its mode, and its company stays unknown",
    "moves.follow_calendar": "it listens; the notice itself stays as it was",
    "moves.note_moves": "to take note changes no fact of the record",
    "people.add_certificate": "people have no signal",
    "people.confirm_person": "people have no signal",
    "people.correct_person": "people have no signal",
    "people.employ_person": "people have no signal",
    "people.end_employment": "people have no signal",
    "people.register_person": "people have no signal",
    "people.remove_certificate": "people have no signal",
    "people.retire_person": "people have no signal",
    "people.reveal_number": "looking changes nothing",
    "requests.ask_change": "asking changes no fact of the record",
    "requests.return_request": "the record stays as it was",
    "requests.withdraw_request": "the record stays as it was",
    "verification.close_round": "a round is no record",
    "verification.confirm_records": "a confirmation changes no fact of the record",
    "verification.declare_done": "a round is no record",
    "verification.open_round": "a round is no record",
    "contracts.register_contract": "a contract moves no period; the basis is derived for the day asked",
    "contracts.correct_contract": "a contract moves no period; the basis is derived for the day asked",
    "contracts.terminate_contract": "a contract moves no period; the basis is derived for the day asked",
    "contracts.retire_contract": "a contract moves no period; the basis is derived for the day asked",
}
READING = {"find_", "refresh_", "refuse_", "index_", "list_"}


# --- single acts, by their source -----------------------------------------------------------------------------------


def functions() -> dict[str, ast.FunctionDef]:
    """``module.function`` → its source, for the rooms of acts."""
    return {
        f"{path.stem}.{node.name}": node
        for path in sorted(ACTIONS.glob("*.py"))
        if path.stem not in PLUMBING
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def calls_of(node: ast.AST) -> set[str]:
    """The bare names of everything a function calls."""
    found = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
    return {part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "") for part in found}


def sends(name: str, known: Mapping[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function sends a signal itself or through another function of these rooms."""
    calls = calls_of(known[name])
    if calls & {"send", "send_staged"}:
        return True
    within = [other for other in known if other.partition(".")[2] in calls and other not in seen | {name}]
    return any(sends(other, known, seen | {name}) for other in within)


@pytest.mark.parametrize(
    "act",
    [
        name
        for name in functions()
        if not (own := name.partition(".")[2]).startswith("_") and not own.startswith(tuple(READING))
    ],
)
def test_an_act_sends_or_says_why_it_is_silent(act: str) -> None:
    if act in SILENT:
        return
    assert sends(act, functions()), f"{act} sends no signal: send one, or say in {Path(__file__).name} why it is silent"


def test_nothing_is_excused_that_is_gone() -> None:
    assert set(SILENT) <= set(functions())


# --- bulk paths, by doing -------------------------------------------------------------------------------------------


@contextmanager
def listening() -> Iterator[dict[str, list[list[tuple[str, Any, Any]]]]]:
    """What each signal carried, one list of (key, before, after) for each time it was sent."""
    heard: dict[str, list[list[tuple[str, Any, Any]]]] = defaultdict(list)

    def listener(name: str) -> Callable[..., None]:
        def listen(_sender: object, changes: Any, staged: Any) -> None:
            if staged is None:
                heard[name].append([(change.key, change.before, change.after) for change in changes])
                return
            rows = current_session().execute(text(f"SELECT key, before, after FROM {staged.table}")).all()
            heard[name].append([(key, read(before), read(after)) for key, before, after in rows])

        return listen

    def read(facts: str | None) -> Any:
        return json.loads(facts) if facts else None

    with ExitStack() as stack:
        for name, signal in ALL.items():
            stack.enter_context(kept(signal, listener(name)))
        yield heard


@contextmanager
def kept(signal: Signal, listen: Callable[..., None]) -> Iterator[None]:
    """Listen for as long as the context lasts."""
    with signal.connected_to(listen):
        yield


@pytest.fixture
def prepared(app: Flask) -> Flask:
    run(app, init_command)
    return app


def run(app: Flask, command: Any, *words: str, exits: tuple[int, ...] = (0,)) -> Result:
    """A command of the product in this process, so that its signals are heard here."""
    done = CliRunner().invoke(command, list(words), obj=lambda: app, catch_exceptions=False)
    assert done.exit_code in exits, done.output
    return done


def test_the_demo_tells_once_of_every_row_it_makes(prepared: Flask, session: Session) -> None:
    with listening() as heard:
        run(prepared, demo_command, *SMALL)
    companies = set(session.scalars(select(Company.credit_code)))
    estates = set(session.scalars(select(Estate.code)))
    assert [{key for key, _b, _a in sent} for sent in heard["companies"]] == [companies]
    assert [{key for key, _b, _a in sent} for sent in heard["estates"]] == [estates]
    assert len(heard["services"]) == 1
    assert {key for key, _b, _a in heard["services"][0]} <= estates
    assert all(before is None and after for sent in heard.values() for rows in sent for _k, before, after in rows)


def test_more_cities_tell_too(prepared: Flask, session: Session) -> None:
    with listening() as heard:
        run(prepared, demo_command, *SMALL, "--cities", "2")
    told = [key for sent in heard["estates"] for key, _before, _after in sent]
    assert sorted(told) == sorted(session.scalars(select(Estate.code)))
    assert heard["services"]


def test_imports_and_their_undoing_tell_once_each(prepared: Flask, session: Session, tmp_path: Path) -> None:
    batches: dict[str, str] = {}
    for kind in ("companies", "estates", "contracts"):
        (file,) = WORKBOOKS.glob(f"{kind}.*")
        report = tmp_path / f"{kind}.json"
        with listening() as heard:
            run(
                prepared, import_command, kind, str(file), "--as-of", "2026-09-30", "--report", str(report),
                exits=(0, 1),
            )  # fmt: skip
        session.rollback()
        batches[kind] = json.loads(report.read_text())["batch"]
        if kind != "contracts":
            assert len(heard[kind]) == 1, kind
            column = Company.credit_code if kind == "companies" else Estate.code
            assert {key for key, _before, _after in heard[kind][0]} == set(session.scalars(select(column)))
        if kind == "estates":
            assert len(heard["services"]) == 1
    session.rollback()
    for kind in ("contracts", "estates", "companies"):
        with listening() as heard:
            run(prepared, import_command, "undo", batches[kind])
        if kind != "contracts":
            (sent,) = heard[kind]
            assert sent
            assert all(before and after is None for _key, before, after in sent), kind


def test_a_listener_that_objects_takes_a_bulk_path_back(prepared: Flask, session: Session) -> None:
    def object_to(_sender: object, **_told: object) -> None:
        message = "no"
        raise RuntimeError(message)

    (file,) = WORKBOOKS.glob("companies.*")
    with signals.companies_changed.connected_to(object_to):
        CliRunner().invoke(import_command, ["companies", str(file), "--as-of", "2026-09-30"], obj=lambda: prepared)
    session.rollback()
    assert session.scalars(select(Company.id)).all() == []


# --- a single act, by doing -----------------------------------------------------------------------------------------


def test_services_go_by_their_estate_and_carry_every_period_that_changed(app: Flask, session: Session) -> None:
    make.make_tree()
    estate, company = make.make_estate(), make.make_company()
    service = make.make_service(estate, company)
    session.commit()
    with listening() as heard, transaction():
        end_service(
            estate, service, left_on=date(2026, 9, 30), version=1, reason="退出", actor=make.actor(), now=make.NOW
        )
    ((key, before, after),) = heard["services"][0]
    assert key == estate.code
    assert before != after
    del app
