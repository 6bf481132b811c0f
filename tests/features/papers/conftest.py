"""A bureau for the tests of papers."""

from pathlib import Path

import pytest
from flask import Flask

from tests.factories.papers import Bureau


@pytest.fixture
def bureau(app: Flask, tmp_path: Path) -> Bureau:
    """The district's bureau on a fresh register."""
    assert app
    return Bureau(tmp_path / "var" / "signing")
