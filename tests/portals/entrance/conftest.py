"""Here the application is used as visitors use it: no context is pushed around their requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from regulator.app import create_app
from regulator.foundation.extensions import db
from tests.conftest import settings_for


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    application = create_app(settings_for(database_url, tmp_path / "var"))
    yield application
    with application.app_context():
        db.engine.dispose()
