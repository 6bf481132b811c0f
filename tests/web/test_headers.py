"""Every answer carries the policy: pages, errors and the files that are served without Flask."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from regulator.app import STATIC
from regulator.web import headers

FILE = next(path for path in sorted((STATIC / "css").glob("*.css")))


@pytest.mark.parametrize("address", ["/", "/nowhere", "/api/v1/nowhere", "/office/", f"/static/css/{FILE.name}"])
def test_every_answer_carries_the_policy(app: Flask, client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    answer.close()
    expected = headers.headers_of_all(app.config["SETTINGS"])
    assert expected.items() <= dict(answer.headers).items()
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("trick", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "css/../../app.py"])
def test_files_beside_the_static_ones_are_not_served(client: FlaskClient, trick: str) -> None:
    assert client.get(f"/static/{trick}").status_code == 404
    assert Path(STATIC.parent / "app.py").is_file()
