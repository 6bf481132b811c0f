"""Cookies go over TLS only in production, save to somebody at the very machine."""

import pytest
from flask import Flask

from regulator.web import sessions


@pytest.fixture
def production() -> Flask:
    app = Flask("cookies")
    app.config["REGULATOR_GUARDED"] = True
    return app


@pytest.mark.parametrize(
    ("address", "guarded"),
    [
        pytest.param("https://wuye.shenyang.gov.cn/", True, id="tls"),
        pytest.param("http://wuye.shenyang.gov.cn/", True, id="proxy-that-does-not-say-so"),
        pytest.param("http://10.1.2.3:8000/", True, id="the-bureau's-own-network"),
        pytest.param("https://127.0.0.1/", True, id="this-machine-with-tls"),
        pytest.param("http://127.0.0.1:8000/", False, id="this-machine"),
        pytest.param("http://localhost:8000/", False, id="this-machine-by-name"),
        pytest.param("http://localhost.evil.example/", True, id="only-begins-like-this-machine"),
    ],
)
def test_when_cookies_are_guarded(production: Flask, address: str, guarded: bool) -> None:
    with production.test_request_context(base_url=address):
        assert sessions.is_guarded() is guarded
        assert sessions.cookie_name().startswith("__Host-") is guarded


def test_outside_production_they_are_not(production: Flask) -> None:
    production.config["REGULATOR_GUARDED"] = False
    with production.test_request_context(base_url="https://demo.example/"):
        assert not sessions.is_guarded()
