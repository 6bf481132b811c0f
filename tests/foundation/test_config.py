"""Settings are safe for production unless told otherwise; an embedded register makes its own keys, once."""

import json
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from regulator.config import KEYS_FILE, Environment, Settings

REAL = {"secret_key": "s" * 40, "data_key": "d" * 40}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, and a working directory of the test's own."""
    for name in list(os.environ):
        if name.startswith("REGULATOR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def told(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"REGULATOR_{name.upper()}", value)


# --- what kind of installation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "production"),
    [
        pytest.param({}, False, id="nothing said: this machine only, embedded database"),
        pytest.param({"bind": "127.0.0.1:9000"}, False, id="loopback"),
        pytest.param({"bind": "localhost:9000"}, False, id="loopback by name"),
        pytest.param({"bind": "[::1]:9000"}, False, id="loopback of IPv6"),
        pytest.param({"bind": "0.0.0.0:8000"}, True, id="reachable by others"),
        pytest.param({"bind": "10.1.2.3:8000"}, True, id="an address of the network"),
        pytest.param({"bind": "[::]:8000"}, True, id="reachable by others over IPv6"),
        pytest.param({"bind": "unix:/run/regulator.sock"}, True, id="behind a proxy"),
        pytest.param({"bind": "localhost.example.com:80"}, True, id="a name that only begins so"),
        pytest.param({"database_url": "sqlite:////srv/register.sqlite"}, False, id="a file of one's own"),
        pytest.param({"database_url": "postgresql://db/register"}, True, id="a database server"),
        pytest.param({"env": "production"}, True, id="said so"),
        pytest.param({"env": "test", "bind": "0.0.0.0:1", "database_url": "postgresql://db/x"}, False, id="a test"),
        pytest.param({"env": "embedded", "bind": "0.0.0.0:1"}, False, id="said otherwise"),
    ],
)
def test_production_unless_only_this_machine_can_reach_it(values: dict[str, str], production: bool) -> None:
    settings = Settings(**values, **REAL)
    assert settings.is_production is production
    assert settings.two_factor_required is production


@pytest.mark.parametrize(
    ("given", "named"),
    [
        pytest.param({}, "REGULATOR_SECRET_KEY", id="no key at all"),
        pytest.param({"secret_key": "short", "data_key": "d" * 40}, "REGULATOR_SECRET_KEY", id="a short secret key"),
        pytest.param({"secret_key": "s" * 40}, "REGULATOR_DATA_KEY", id="no data key"),
        pytest.param({"secret_key": "s" * 40, "data_key": "d" * 31}, "REGULATOR_DATA_KEY", id="one letter too few"),
    ],
)
def test_production_refuses_to_start_without_real_keys(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    told(monkeypatch, env="production", **given)
    with pytest.raises(ValidationError) as refusal:
        Settings.load()
    assert named in refusal.value.errors()[0]["msg"]
    assert "secrets.token_urlsafe" in refusal.value.errors()[0]["msg"]
    assert not Path("var").exists(), "no keys of its own in production"


def test_production_takes_real_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, env="production", **REAL)
    settings = Settings.load()
    assert settings.secret_key.get_secret_value() == REAL["secret_key"]
    assert REAL["secret_key"] not in repr(settings)
    assert REAL["data_key"] not in str(settings)


def test_the_second_factor_can_be_asked_for_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, env="production", require_2fa="false", **REAL)
    assert Settings.load().two_factor_required is False
    told(monkeypatch, env="test", require_2fa="1")
    assert Settings.load().two_factor_required is True


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, env="", require_2fa="", today="", bind="", database_url="", data_dir="", web_workers="")
    settings = Settings.load()
    assert (settings.env, settings.require_2fa, settings.today) == (None, None, None)
    assert (settings.bind, settings.data_dir, settings.web_workers) == ("127.0.0.1:8000", Path("var"), 2)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings(**REAL).bind = "0.0.0.0:1"  # type: ignore[misc]  # the very mistake


# --- keys of its own -------------------------------------------------------------------------------------------------


def test_an_embedded_register_makes_its_keys_once(tmp_path: Path) -> None:
    first, second = Settings.load(), Settings.load()
    path = tmp_path / "var" / KEYS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = json.loads(path.read_text())
    assert set(kept) == {"secret_key", "data_key"}
    assert kept["secret_key"] != kept["data_key"]
    assert min(map(len, kept.values())) >= 48
    for settings in (first, second):
        assert settings.secret_key.get_secret_value() == kept["secret_key"]
        assert settings.data_key.get_secret_value() == kept["data_key"]
    assert [entry.name for entry in path.parent.iterdir()] == [KEYS_FILE]


def test_a_given_key_wins_over_the_kept_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Settings.load()
    told(monkeypatch, secret_key="given" * 10)
    settings = Settings.load()
    assert settings.secret_key.get_secret_value() == "given" * 10
    assert settings.data_key == kept.data_key


def test_starters_at_the_same_moment_agree_on_the_keys(tmp_path: Path) -> None:
    script = "from regulator.config import Settings; print(Settings.load().data_key.get_secret_value())"
    starters = [
        subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0] * 4
    assert len(keys) == 1
    assert len(next(iter(keys))) >= 48


# --- the database and the day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "effective"),
    [
        ("postgresql://u:p@db:5432/register", "postgresql+psycopg://u:p@db:5432/register"),
        ("postgres://db/register?sslmode=require", "postgresql+psycopg://db/register?sslmode=require"),
        ("postgresql+psycopg://db/register", "postgresql+psycopg://db/register"),
        ("sqlite:////srv/register.sqlite", "sqlite:////srv/register.sqlite"),
    ],
)
def test_the_database_url_gets_its_driver(given: str, effective: str) -> None:
    assert Settings(database_url=given, **REAL).effective_database_url == effective


def test_without_a_url_the_register_lies_in_the_data_directory(tmp_path: Path) -> None:
    expected = tmp_path / "here" / "regulator.sqlite"
    assert Settings(data_dir=Path("here")).effective_database_url == f"sqlite:///{expected}"


@pytest.mark.parametrize(("env", "fixed"), [(Environment.TEST, True), (None, True), (Environment.PRODUCTION, False)])
def test_a_fixed_day_is_ignored_in_production(
    monkeypatch: pytest.MonkeyPatch, env: Environment | None, fixed: bool
) -> None:
    told(monkeypatch, today="2026-10-01", **REAL, **({"env": env.value} if env else {}))
    assert Settings.load().fixed_today == (date(2026, 10, 1) if fixed else None)


# --- sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "values", "variable"),
    [
        ("init", {"env": "production"}, "REGULATOR_SECRET_KEY"),
        ("serve", {"web_workers": "many"}, "REGULATOR_WEB_WORKERS"),
        ("verify", {"today": "tomorrow"}, "REGULATOR_TODAY"),
        ("work", {"env": "staging"}, "REGULATOR_ENV"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_ends_the_command(
    tmp_path: Path, command: str, values: dict[str, str], variable: str
) -> None:
    environment = dict(os.environ) | {f"REGULATOR_{name.upper()}": value for name, value in values.items()}
    done = subprocess.run(
        [sys.executable, "-m", "regulator", command],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert variable in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


# --- where files are kept --------------------------------------------------------------------------------------------

BUCKET = {
    "file_store": "s3",
    "s3_endpoint": "https://store.example:9000",
    "s3_bucket": "regulator-files",
    "s3_access_key": "key",
    "s3_secret_key": "hush",
}


@pytest.mark.parametrize("given", [{}, BUCKET, BUCKET | {"s3_endpoint": "http://10.0.0.5", "s3_bucket_in": "host"}])
def test_files_are_kept_in_the_data_directory_or_in_a_bucket(given: dict[str, str]) -> None:
    settings = Settings(**given, **REAL)
    assert settings.file_store == given.get("file_store", "")
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(BUCKET | {"file_store": "ftp"}, "REGULATOR_FILE_STORE is s3, or left empty", id="another store"),
        pytest.param({"file_store": "s3"}, "give REGULATOR_S3_ENDPOINT, REGULATOR_S3_BUCKET", id="nothing else"),
        pytest.param(BUCKET | {"s3_secret_key": ""}, "give REGULATOR_S3_SECRET_KEY as well", id="half a key"),
        pytest.param(BUCKET | {"s3_bucket": ""}, "give REGULATOR_S3_BUCKET as well", id="no bucket"),
        pytest.param(BUCKET | {"file_store": ""}, "REGULATOR_FILE_STORE does not say s3", id="a bucket nobody uses"),
        pytest.param(BUCKET | {"s3_endpoint": "store.example"}, "REGULATOR_S3_ENDPOINT is an address", id="no scheme"),
        pytest.param(BUCKET | {"s3_endpoint": "https://a:b@store"}, "REGULATOR_S3_ENDPOINT", id="a key in the address"),
        pytest.param(BUCKET | {"s3_bucket": "Files"}, "REGULATOR_S3_BUCKET is 3 to 63", id="capitals"),
        pytest.param(BUCKET | {"s3_bucket_in": "middle"}, "REGULATOR_S3_BUCKET_IN is path or host", id="elsewhere"),
    ],
)
def test_a_wrong_or_half_setting_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    told(monkeypatch, **REAL, **given)
    with pytest.raises(ValidationError) as refusal:
        Settings.load()
    assert said in refusal.value.errors()[0]["msg"]
    assert "hush" not in refusal.value.errors()[0]["msg"]
