"""The ground under every test: both databases built by the migrations, an application, no way out but loopback."""

import gc
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from pydantic import SecretStr
from sqlalchemy.orm import Session

from regulator import app as composition
from regulator.app import create_app
from regulator.config import Environment, Settings
from regulator.foundation.database import session as current_session
from regulator.foundation.extensions import db, enable_migrations
from regulator.foundation.i18n import LOCALES
from regulator.resources import resource_dir
from tests import postgres
from tests.sharing import KnownFiles, known_statements
from tests.shelf import Shelf

KEY = "k" * 48

composition.WhiteNoise = KnownFiles  # type: ignore[misc]
gc.set_threshold(50_000, 20, 100)  # an application for each test: looking for garbage as often as usual took a fifth


def settings_for(url: str, directory: Path, **others: Any) -> Settings:
    """Settings of a test installation."""
    others = {"remember_answers": False} | others  # each look is to ask the database
    keys = {"secret_key": SecretStr(KEY), "data_key": SecretStr(KEY[::-1])}
    return Settings(env=Environment.TEST, database_url=url, data_dir=directory, **(keys | others))


def migrate(url: str, directory: Path) -> None:
    """Build a database the way an installation does."""
    app = create_app(settings_for(url, directory))
    enable_migrations(app, resource_dir("migrations"))
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sqlite")
    path = directory / "template.sqlite"
    migrate(f"sqlite:///{path}", directory)
    return path


@pytest.fixture(scope="session")
def postgres_shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    url = postgres.create_database()
    migrate(url, tmp_path_factory.mktemp("postgresql"))
    return Shelf(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind, the test's own."""
    if request.param == "postgresql":
        shelf: Shelf = request.getfixturevalue("postgres_shelf")
        url = shelf.take()
        yield url
        shelf.give_back(url)
        return
    path = tmp_path / "register.sqlite"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    yield f"sqlite:///{path}"


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileSystemBytecodeCache]:
    """Each test has an application of its own; what their pages are made of is compiled once in each language."""
    return {locale: FileSystemBytecodeCache(str(tmp_path_factory.mktemp(f"templates-{locale}"))) for locale in LOCALES}


@pytest.fixture
def app(database_url: str, tmp_path: Path, compiled_templates: dict[str, FileSystemBytecodeCache]) -> Iterator[Flask]:
    """The application on a fresh database, with its context pushed for the test's own look-ups."""
    application = create_app(settings_for(database_url, tmp_path / "var"))
    for locale, compiled in compiled_templates.items():
        application.jinja_env.in_language(locale).bytecode_cache = compiled
    enable_migrations(application, resource_dir("migrations"))
    with application.app_context(), known_statements(db.engine):
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    """The session of the test's application context."""
    return current_session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor."""
    return app.test_client()


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection but to this machine is an error."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            message = f"a test reached out to {address}"
            raise AssertionError(message)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
