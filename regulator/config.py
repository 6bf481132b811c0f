"""Settings read once from the environment, safe for production by default; no behaviour of the product."""

import json
import os
import re
import secrets
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MINIMUM_KEY_LENGTH = 32
KEYS_FILE = "keys.json"
BASE_MAPS = ("none", "tianditu")
TILE_FILES = (".mbtiles", ".pmtiles")
FILE_STORES = ("", "s3")
BUCKET_STYLES = ("path", "host")
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Environment(StrEnum):
    """What kind of installation this is.

    Left unset, an installation on the embedded database that only this machine can reach is ``embedded``: it makes
    strong keys of its own and keeps them beside the data. Every other one is ``production`` and must be given keys.
    """

    EMBEDDED = "embedded"
    PRODUCTION = "production"
    TEST = "test"


class Settings(BaseSettings):
    """Everything the installation can be told from outside, each as ``REGULATOR_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="REGULATOR_", env_ignore_empty=True, frozen=True, extra="ignore")

    env: Environment | None = None
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")  # sessions and tokens
    data_key: SecretStr = SecretStr("")  # matching and encryption of personal numbers
    previous_data_keys: SecretStr = SecretStr("")  # comma separated; read with, never written with
    data_dir: Path = Path("var")
    bind: str = "127.0.0.1:8000"
    web_workers: int = Field(default=2, ge=1, le=32)
    web_threads: int = Field(default=8, ge=1, le=64)
    require_2fa: bool | None = None
    public_address: str = ""  # how the public reaches this system, such as https://wyjg.example.gov.cn; in every QR
    city_name: str = ""  # left empty: the name of the city division
    site_id: str = ""  # 网站标识码
    map_approval_number: str = Field(default="", max_length=60)  # 审图号
    map_sources: str = Field(default="", max_length=300)  # whose boundaries and base map are shown
    base_map: str = "none"  # none, tianditu, or the path of an .mbtiles or .pmtiles file
    tianditu_key: SecretStr = SecretStr("")  # of the kind for servers; never reaches a browser
    tianditu_address: str = ""  # another address than Tianditu's own eight: a mirror inside the bureau's network
    signing_key: Path | None = None  # PKCS#12 file with the office's key and certificate
    signing_password: SecretStr = SecretStr("")
    file_store: str = ""  # left empty: the data directory; "s3": a bucket of an S3-compatible object store
    s3_endpoint: str = ""
    s3_bucket: str = ""
    s3_region: str = "us-east-1"  # what stores without regions expect
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    s3_bucket_in: str = "path"  # of the address, or its host name
    stale_after_days: int = Field(default=180, ge=1)
    office_hours: str = Field(default="08:30-17:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
    today: date | None = None  # a fixed day for errands; ignored in production
    trusted_proxies: int = Field(default=0, ge=0, le=3)
    compress: bool = True
    remember_answers: bool = True  # public answers, until anything changes

    @model_validator(mode="after")
    def _keys_are_real(self) -> Self:
        if self.is_production:
            for name in ("secret_key", "data_key"):
                value: SecretStr = getattr(self, name)
                if len(value.get_secret_value()) < MINIMUM_KEY_LENGTH:
                    message = (
                        f"REGULATOR_{name.upper()} must hold at least {MINIMUM_KEY_LENGTH} characters in production. "
                        "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
                    )
                    raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _public_address_is_one(self) -> Self:
        if self.public_address and not self.public_address.startswith(("https://", "http://")):
            raise ValueError("REGULATOR_PUBLIC_ADDRESS begins with https:// or http://")
        return self

    @model_validator(mode="after")
    def _offices_open_before_they_close(self) -> Self:
        opens, _, closes = self.office_hours.partition("-")
        if opens >= closes:
            raise ValueError("REGULATOR_OFFICE_HOURS is from an earlier to a later time of day, such as 08:30-17:00")
        return self

    @model_validator(mode="after")
    def _base_map_can_be_shown(self) -> Self:
        if self.base_map == "tianditu" and not self.tianditu_key.get_secret_value():
            raise ValueError("REGULATOR_BASE_MAP is tianditu: give the key for servers as REGULATOR_TIANDITU_KEY")
        if self.base_map not in BASE_MAPS and Path(self.base_map).suffix.lower() not in TILE_FILES:
            raise ValueError("REGULATOR_BASE_MAP is none, tianditu, or the path of an .mbtiles or .pmtiles file")
        if self.tianditu_address and not self.tianditu_address.startswith(("https://", "http://")):
            raise ValueError("REGULATOR_TIANDITU_ADDRESS begins with https:// or http://")
        return self

    @model_validator(mode="after")
    def _files_can_be_kept(self) -> Self:
        if self.file_store not in FILE_STORES:
            raise ValueError("REGULATOR_FILE_STORE is s3, or left empty for the data directory")
        needed = ("s3_endpoint", "s3_bucket", "s3_access_key", "s3_secret_key")
        given = [name for name in needed if _said(getattr(self, name))]
        if not self.file_store and given:
            raise ValueError(f"REGULATOR_{given[0].upper()} is given, but REGULATOR_FILE_STORE does not say s3")
        missing = [f"REGULATOR_{name.upper()}" for name in needed if name not in given]
        if self.file_store and missing:
            raise ValueError(f"REGULATOR_FILE_STORE is s3: give {', '.join(missing)} as well")
        if self.file_store:
            self._bucket_can_be_named()
        return self

    def _bucket_can_be_named(self) -> None:
        address = urlsplit(self.s3_endpoint)
        if address.scheme not in ("http", "https") or not address.netloc or address.query or address.username:
            raise ValueError("REGULATOR_S3_ENDPOINT is an address such as https://store.example:9000")
        if not BUCKET_NAME.fullmatch(self.s3_bucket):
            raise ValueError("REGULATOR_S3_BUCKET is 3 to 63 small letters, digits, dots and hyphens")
        if self.s3_bucket_in not in BUCKET_STYLES:
            raise ValueError("REGULATOR_S3_BUCKET_IN is path or host")

    @cached_property
    def is_production(self) -> bool:
        """Whether the strict rules hold: said so, or reachable by others, or on a database server."""
        if self.env is not None:
            return self.env is Environment.PRODUCTION
        return not (_is_loopback(self.bind) and self.effective_database_url.startswith("sqlite"))

    @cached_property
    def two_factor_required(self) -> bool:
        """On in production unless said otherwise, off elsewhere."""
        return self.is_production if self.require_2fa is None else self.require_2fa

    @cached_property
    def effective_database_url(self) -> str:
        """The given URL with the psycopg driver, or the embedded SQLite register in the data directory."""
        if not self.database_url:
            return f"sqlite:///{(self.data_dir / 'regulator.sqlite').resolve()}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @cached_property
    def opens_and_closes(self) -> tuple[time, time]:
        """From when to when the offices are open on working days."""
        opens, _, closes = self.office_hours.partition("-")
        return time.fromisoformat(opens), time.fromisoformat(closes)

    @cached_property
    def fixed_today(self) -> date | None:
        """The fixed day of an errand; always None in production."""
        return None if self.is_production else self.today

    @classmethod
    def load(cls) -> Self:
        """The settings of this process; an embedded installation gets the keys it lacks.

        Raises pydantic's ValidationError, whose messages name the variable and what to do.
        """
        settings = cls()
        missing = [name for name in ("secret_key", "data_key") if not getattr(settings, name).get_secret_value()]
        if not missing:
            return settings
        kept = _kept_keys(settings.data_dir)
        return settings.model_copy(update={name: SecretStr(kept[name]) for name in missing})


def _said(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _is_loopback(bind: str) -> bool:
    host = bind.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _kept_keys(data_dir: Path) -> dict[str, str]:
    """The installation's own keys, made once and readable by its user only."""
    path = data_dir / KEYS_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    keys = {name: secrets.token_urlsafe(48) for name in ("secret_key", "data_key")}
    draft = path.with_name(f"{KEYS_FILE}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(keys, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # atomic, and the first of two starters wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded
