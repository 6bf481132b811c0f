"""A public answer is remembered until anything changes, and is another one on another day and in another language."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from regulator.app import create_app
from regulator.foundation import clock
from regulator.foundation.database import is_postgres, transaction
from regulator.foundation.extensions import db, enable_migrations
from regulator.resources import resource_dir
from regulator.web import remembered
from tests.conftest import settings_for
from tests.portals.public.conftest import Fetch, World  # type: ignore[import-not-found]  # tests are no packages

PAGES = ("/companies", "/companies?q=和智", "/estates?q=翰林", "/", "/api/v1/companies", "/api/v1/divisions")


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    application = create_app(settings_for(database_url, tmp_path / "var", remember_answers=True))
    enable_migrations(application, resource_dir("migrations"))
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def asked(app: Flask) -> list[str]:
    """The statements put to the database."""
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    return seen


def of_the_register(asked: list[str]) -> list[str]:
    return [statement for statement in asked if "FROM company" in statement or "FROM estate" in statement]


def rename(company: str, name: str) -> None:
    with transaction() as current:
        current.execute(
            text("UPDATE company SET name = :name WHERE credit_code = :code"), {"name": name, "code": company}
        )


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("path", PAGES)
def test_the_second_look_asks_nothing_and_says_the_same(path: str, fetch: Fetch, asked: list[str]) -> None:
    first = fetch(path)
    asked.clear()
    second = fetch(path)
    assert second.status_code == 200
    assert second.data == first.data
    assert {**second.headers} == {**first.headers}
    assert (asked == []) is not is_postgres(), "PostgreSQL does not tell cheaply that nothing has changed"


def test_any_commit_is_seen_by_the_next_visitor(world: World, fetch: Fetch) -> None:
    page, api = f"/companies/{world.company.credit_code}", f"/api/v1/companies/{world.company.credit_code}"
    assert "沈阳和智川" in fetch(page).text
    assert "沈阳和智川" in fetch(api).text
    rename(world.company.credit_code, "沈阳改名物业有限公司")
    assert "沈阳改名物业有限公司" in fetch(page).text
    assert "沈阳改名物业有限公司" in fetch(api).text


def test_what_changes_while_a_page_is_made_is_not_missed(
    world: World, fetch: Fetch, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = world.company.credit_code
    view: Any = app.view_functions["public.company"]

    def slow(credit_code: str) -> Any:
        made = view.__wrapped__(credit_code)
        rename(credit_code, "沈阳中途物业有限公司")
        return made

    declared: Any = remembered.remembered(slow)
    declared.declared_access = view.declared_access
    monkeypatch.setitem(app.view_functions, "public.company", declared)
    assert "沈阳和智川" in fetch(f"/companies/{code}").text
    monkeypatch.undo()
    assert "沈阳中途物业有限公司" in fetch(f"/companies/{code}").text


def test_another_day_and_another_language_are_other_answers(world: World, fetch: Fetch) -> None:
    page = f"/estates/{world.estate.code}"
    assert fetch(page).text != fetch(f"{page}?lang=en").text
    before = fetch(page).text
    clock.fix_today(date(2025, 6, 30))
    assert fetch(page).text != before, "the other company served it on that day"


def test_a_program_that_has_it_already_is_told_so(world: World, app: Flask, session: Session) -> None:
    client, path = app.test_client(), f"/api/v1/estates/{world.estate.code}"
    tag = client.get(path).headers["ETag"]
    for _ in range(2):
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path).status_code == 200


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("path", "status"),
    [("/companies/91210103815188447X", 404), ("/companies?cursor=x", 400), ("/companies?more=" + "x" * 300, 200)],
)
def test_refusals_and_long_addresses_are_not_remembered(path: str, status: int, fetch: Fetch, app: Flask) -> None:
    assert fetch(path).status_code == status
    assert not app.extensions["regulator_remembered"]._answers


@pytest.mark.usefixtures("world")
def test_long_answers_make_room_for_one_another(fetch: Fetch, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_postgres():
        return
    monkeypatch.setattr(remembered, "MOST_BYTES", int(2.5 * len(fetch("/companies?q=0").get_data())))
    memory = app.extensions["regulator_remembered"]
    for number in (1, 2, 2, 3):
        fetch(f"/companies?q={number}")
    assert list(memory._answers) == ["/companies?q=2", "/companies?q=3"]
    assert memory._bytes == sum(len(answer.body) for answer in memory._answers.values())


@pytest.mark.usefixtures("world")
def test_only_so_many_are_remembered_and_not_for_long(
    fetch: Fetch, app: Flask, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_postgres():
        return
    monkeypatch.setattr(remembered, "MOST_ANSWERS", 3)
    for number in range(6):
        fetch(f"/companies?q={number}")
    assert list(app.extensions["regulator_remembered"]._answers) == [f"/companies?q={number}" for number in (3, 4, 5)]
    monkeypatch.setattr(remembered, "REMEMBERED_SECONDS", timedelta(0).total_seconds())
    asked.clear()
    fetch("/companies?q=5")
    assert of_the_register(asked)
