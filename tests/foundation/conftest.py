"""An application on a database without the product's tables, shared by the tests of a file, which bring their own."""

from collections.abc import Iterator

import pytest
from flask import Flask

from regulator.app import create_app
from regulator.foundation.extensions import db
from tests import postgres
from tests.conftest import settings_for


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on an empty database of each kind; no context is pushed."""
    directory = tmp_path_factory.mktemp("bare")
    on_postgres = request.param == "postgresql"
    url = postgres.create_database() if on_postgres else f"sqlite:///{directory / 'bare.sqlite'}"
    application = create_app(settings_for(url, directory))
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    if on_postgres:
        postgres.drop_database(url)
