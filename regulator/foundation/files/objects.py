"""Files as objects of an S3-compatible store; the only place that knows its client, which is loaded when first used."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import IO, Any

import structlog

from regulator.foundation.errors import NotFound, Unavailable
from regulator.foundation.files.store import faults_told

log = structlog.get_logger(__name__)
PIECE = 1 << 20
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 5, 30, 3
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
FULL = frozenset(
    {
        "507",
        "InsufficientStorage",
        "QuotaExceeded",
        "StorageFull",
        "XMinioStorageFull",
        "XMinioAdminBucketQuotaExceeded",
    }
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the objects lie and with which key; ``endpoint`` is the store's address, with its scheme."""

    endpoint: str
    name: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    in_host_name: bool = False
    """Whether the bucket stands in the host's name (as public clouds want it) or in the path."""


class ObjectStore:
    """A bucket; objects are written in one request, so that each is there whole or not at all."""

    def __init__(self, bucket: Bucket, corner: str = "", client: Callable[[], Any] | None = None) -> None:
        self._bucket = bucket
        self._corner = corner
        self._client = client or _client_of(bucket)

    def corner(self, name: str) -> ObjectStore:
        """The objects whose keys begin with a name."""
        return ObjectStore(self._bucket, name, self._client)

    @contextmanager
    def draft(self) -> Iterator[IO[bytes]]:
        """A file of this machine without a name: its hash must be known before the object can be written."""
        with faults_told():
            file = tempfile.TemporaryFile(prefix="regulator-")  # noqa: SIM115  # closed below, whatever the disk says
        try:
            yield file
        finally:
            try:
                file.close()
            except OSError:
                log.debug("draft not written out")  # told when it was written

    def put(self, draft: IO[bytes], name: str) -> None:
        """One request whose content the store compares with its sum."""
        with faults_told():
            draft.flush()
            size, total = draft.tell(), _sum_of(draft)
            draft.seek(0)
        with self._told():
            self._client().put_object(**self._key(name), Body=draft, ContentLength=size, ContentMD5=total)

    def fetch(self, name: str) -> IO[bytes]:
        """A copy in a temporary file of this machine, gone when closed. Raises NotFound."""
        with faults_told():
            file = tempfile.NamedTemporaryFile(prefix="regulator-")  # noqa: SIM115  # whoever asked closes it
        try:
            with self._told(name), faults_told():
                body = self._client().get_object(**self._key(name))["Body"]
                with body:
                    shutil.copyfileobj(body, file, PIECE)
                file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def has(self, name: str) -> bool:
        """Asks for its head only."""
        try:
            with self._told(name):
                self._client().head_object(**self._key(name))
        except NotFound:
            return False
        return True

    def forget(self, name: str) -> None:
        """Remove the object."""
        with self._told():
            self._client().delete_object(**self._key(name))

    def list_shelf(self, shelf: str) -> Iterator[tuple[str, datetime]]:
        """The objects of a shelf, page by page."""
        with self._told():
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket.name, Prefix=f"{self._prefix}{shelf}/"):
                for found in page.get("Contents", ()):
                    yield found["Key"].rpartition("/")[2], found["LastModified"]

    def forget_drafts(self, before: datetime) -> None:  # as for every store
        """Nothing: drafts have no name, so that the operating system takes them away with their process."""

    @property
    def _prefix(self) -> str:
        return f"{self._corner}/" if self._corner else ""

    def _key(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket.name, "Key": f"{self._prefix}{name[:2]}/{name}"}

    @contextmanager
    def _told(self, name: str = "") -> Iterator[None]:
        """Say of the client's errors what we say of a store's; an object missing is NotFound where one was named."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # not at a web worker's start

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if name and code in MISSING:
                raise NotFound(name) from error
            log.warning("file store refused", code=code, operation=error.operation_name)
            full = code in FULL
            raise (Unavailable("file_store_full") if full else Unavailable("file_store_unreachable")) from error
        except BotoCoreError as error:
            log.warning("file store unreachable", error=type(error).__name__)
            raise Unavailable("file_store_unreachable") from error


def _sum_of(file: IO[bytes]) -> str:
    """What every S3-compatible store compares a body with (RFC 1864); guards the way there, not against people."""
    file.seek(0)
    total = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))  # type: ignore[arg-type]
    return base64.b64encode(total.digest()).decode()


def _client_of(bucket: Bucket) -> Callable[[], Any]:
    """The client of a bucket, made when first asked for and shared by the threads of a process."""
    made: list[Any] = []
    making = Lock()

    def client() -> Any:
        with making:
            if not made:
                made.append(_make_client(bucket))
            return made[0]

    return client


def _make_client(bucket: Bucket) -> Any:
    from boto3.session import Session  # noqa: PLC0415  # not at a web worker's start
    from botocore.config import Config  # noqa: PLC0415

    return Session().client(
        "s3",
        endpoint_url=bucket.endpoint,
        region_name=bucket.region,
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "virtual" if bucket.in_host_name else "path"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            request_checksum_calculation="when_required",  # newer sums are unknown to many compatible stores
            response_checksum_validation="when_required",  # what is read is compared with its own name
        ),
    )
