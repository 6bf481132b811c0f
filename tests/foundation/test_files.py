"""Files are there whole or not at all and come back as they went in, from a directory and from an object store."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from regulator.app import create_app
from regulator.foundation import files
from regulator.foundation.errors import BadInput, NotFound, Unavailable
from regulator.foundation.files import FileDamaged, FileRoom
from regulator.foundation.files.directory import DRAFTS, DirectoryStore
from regulator.foundation.files.objects import Bucket, ObjectStore
from regulator.foundation.files.store import Store
from tests.conftest import settings_for

ABC = hashlib.sha256(b"abc").hexdigest()
EVER = datetime.now(UTC) + timedelta(days=365)


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """The address of an S3-compatible store on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Directory:
    """A directory, and how to spoil what lies in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store: Store = DirectoryStore(root)

    def spoil(self, name: str, content: bytes) -> None:
        (self.root / name[:2] / name).write_bytes(content)

    def list_all(self) -> list[str]:
        return sorted(path.name for path in self.root.rglob("*") if path.is_file())


class Objects:
    """A bucket of its own, and how to spoil what lies in it."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.name = name
        self.bucket = Bucket(endpoint, name, "us-east-1", "key", "secret")
        self.client = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
        )
        self.client.create_bucket(Bucket=name)
        self.store: Store = ObjectStore(self.bucket)

    def spoil(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"{name[:2]}/{name}", Body=content)

    def list_all(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return sorted(one["Key"].rpartition("/")[2] for one in found)


Place = Directory | Objects


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "directory":
        return Directory(tmp_path / "files")
    name = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    return Objects(request.getfixturevalue("object_store"), name)


both = pytest.mark.parametrize("place", ["directory", "objects"], indirect=True)


# --- in and out ------------------------------------------------------------------------------------------------------


@both
def test_equal_content_is_kept_once_and_comes_back(place: Place) -> None:
    room = FileRoom(place.store)
    name = room.keep([b"ab", b"c"], maximum=3)
    assert name == ABC == room.keep([b"abc"], maximum=10)
    assert room.read(name) == b"abc"
    with room.opened(name) as file:
        assert file.read() == b"abc"
    with room.lent(name) as path:
        assert path.read_bytes() == b"abc"
    assert place.list_all() == [name]


@both
def test_an_empty_file_is_a_file(place: Place) -> None:
    room = FileRoom(place.store)
    assert room.read(room.keep([], maximum=0)) == b""


@both
def test_a_large_file_comes_back_whole(place: Place) -> None:
    room, piece = FileRoom(place.store), os.urandom(1 << 20)
    name = room.keep((piece for _ in range(9)), maximum=9 << 20)
    assert hashlib.sha256(room.read(name)).hexdigest() == name


@both
def test_too_much_leaves_nothing_behind_and_the_rest_is_not_asked_for(place: Place) -> None:
    asked = []

    def sent() -> Iterator[bytes]:
        for number in range(1000):
            asked.append(number)
            yield bytes(1000)

    with pytest.raises(BadInput) as caught:
        FileRoom(place.store).keep(sent(), maximum=3500)
    assert (caught.value.code, caught.value.params) == ("file_too_large", {"maximum": 3500})
    assert len(asked) == 4
    assert place.list_all() == []


@both
def test_a_sender_who_breaks_off_leaves_nothing_behind(place: Place) -> None:
    def sent() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        FileRoom(place.store).keep(sent(), maximum=100)
    assert place.list_all() == []


@both
@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64])
def test_a_name_that_is_no_file_is_not_found(place: Place, name: str) -> None:
    room = FileRoom(place.store)
    with pytest.raises(NotFound):
        room.read(name)
    with pytest.raises(NotFound), room.lent(name):
        pass
    assert not room.check(name)


@both
def test_there_is_what_was_kept_and_no_more_after_it_was_forgotten(place: Place) -> None:
    room = FileRoom(place.store)
    name = room.keep([b"abc"], maximum=3)
    assert room.has(name)
    room.forget(name)
    room.forget(name)
    assert not room.has(name)
    assert place.list_all() == []


@both
def test_a_corner_is_kept_to_itself(place: Place) -> None:
    room, corner = FileRoom(place.store), FileRoom(place.store.corner("bulletins"))
    name = corner.keep([b"abc"], maximum=3)
    assert corner.read(name) == b"abc"
    assert not room.has(name)
    assert list(room.list_names()) == []
    assert list(corner.list_names()) == [name]
    other = room.keep([b"abd"], maximum=3)
    assert list(room.list_names()) == [other]
    assert not corner.has(other)


@both
def test_old_files_are_found_on_their_shelf(place: Place) -> None:
    room = FileRoom(place.store)
    name = room.keep([b"abc"], maximum=3)
    shelf = int(name[:2], 16)
    assert room.list_old(EVER, shelf) == room.list_old(EVER, shelf + files.SHELVES) == [name]
    assert room.list_old(EVER, shelf + 1) == []
    assert room.list_old(datetime.now(UTC) - timedelta(hours=1), shelf) == []


@both
def test_two_who_keep_the_same_at_once_both_have_it(place: Place) -> None:
    room, meet, names = FileRoom(place.store), Barrier(4), []

    def keep() -> None:
        def sent() -> Iterator[bytes]:
            yield b"a" * 100_000
            meet.wait(20)
            yield b"b"

        names.append(room.keep(sent(), maximum=1 << 20))

    threads = [Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 4
    assert place.list_all() == [names[0]]
    assert room.check(names[0])


# --- faults ----------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("content", [b"abd", b"ab", b"", b"abc "])
def test_what_was_altered_is_never_given_out(place: Place, content: bytes) -> None:
    room = FileRoom(place.store)
    name = room.keep([b"abc"], maximum=3)
    place.spoil(name, content)
    for reading in (room.opened, room.lent):
        with pytest.raises(FileDamaged) as caught, reading(name):
            pytest.fail("it was given out")
        assert caught.value.code == "stored_file_damaged"
    assert room.has(name)
    assert not room.check(name)
    assert room.keep([b"abc"], maximum=3) == name
    assert room.check(name), "sent once more it is whole again"


@both
@pytest.mark.parametrize("when", ["while writing", "at the end"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_nothing_is_half_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch, number: int, when: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    room = FileRoom(place.store)

    def sent() -> Iterator[bytes]:
        yield b"abc" * 1000
        if when == "while writing":
            yield bytes(1 << 20)

    with limited_files(1 << 12) if when == "while writing" else monkeypatch.context() as patch:
        if patch is not None:
            patch.setattr("regulator.foundation.files.directory.os.fsync", full)
            patch.setattr("regulator.foundation.files.objects._sum_of", full)
        with pytest.raises(Unavailable) as caught:
            room.keep(sent(), maximum=1 << 24)
    assert caught.value.code == "file_store_full"
    assert place.list_all() == []
    assert room.read(room.keep([b"abc"], maximum=3)) == b"abc", "with room again all is well"


class limited_files:  # noqa: N801  # read as a word after `with`
    """No file of this process may grow beyond so many bytes: the writes themselves fail."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __enter__(self) -> None:
        import resource

        self.handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.most, self.before[1]))

    def __exit__(self, *_: object) -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)
        signal.signal(signal.SIGXFSZ, self.handler)


KILLED = """
import os, signal, sys
from pathlib import Path
from regulator.foundation.files import FileRoom
from regulator.foundation.files.directory import DirectoryStore
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
FileRoom(DirectoryStore(Path(sys.argv[1]))).keep([b"abc" * 100_000], maximum=1 << 20)
"""


def test_a_draft_left_by_a_kill_is_no_file_and_is_swept_later(tmp_path: Path) -> None:
    root = tmp_path / "files"
    done = subprocess.run([sys.executable, "-c", KILLED, str(root)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    room = FileRoom(DirectoryStore(root).corner("bulletins"))
    left = list((root / DRAFTS).iterdir())
    assert len(left) == 1
    assert list(FileRoom(DirectoryStore(root)).list_names()) == []
    room.forget_drafts(datetime.now(UTC) - timedelta(days=1))
    assert list((root / DRAFTS).iterdir()) == left, "somebody may still be writing it"
    room.forget_drafts(datetime.now(UTC) + timedelta(seconds=1))
    assert list((root / DRAFTS).iterdir()) == []


def test_the_worker_sweeps_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulator.foundation import jobs

    create_app(settings_for(f"sqlite:///{tmp_path / 'x.sqlite'}", tmp_path / "var"))
    draft = tmp_path / "var/files" / DRAFTS / "0123"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half")
    jobs._sweepers["files.forget_drafts"](datetime.now(UTC))
    assert draft.exists()
    jobs._sweepers["files.forget_drafts"](datetime.now(UTC) + timedelta(days=2))
    assert not draft.exists()


def test_a_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"a file where the directory should be")
    with pytest.raises(Unavailable) as caught:
        FileRoom(DirectoryStore(tmp_path / "files")).keep([b"abc"], maximum=3)
    assert caught.value.code == "file_store_unreachable"


def test_a_disk_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = FileRoom(DirectoryStore(tmp_path))
    name = room.keep([b"abc"], maximum=3)

    class Broken(FileIO):
        def readinto(self, _buffer: Any) -> int:
            raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(room._store, "fetch", lambda name: Broken(tmp_path / name[:2] / name))
    with pytest.raises(Unavailable) as caught:
        room.read(name)
    assert caught.value.code == "file_store_unreachable"


ACTS: dict[str, Callable[[FileRoom], object]] = {
    "keep": lambda room: room.keep([b"abc"], maximum=3),
    "read": lambda room: room.read(ABC),
    "has": lambda room: room.has(ABC),
    "check": lambda room: room.check(ABC),
    "forget": lambda room: room.forget(ABC),
    "list": lambda room: room.list_old(EVER, 0),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fault", ["away", "no such bucket"])
def test_an_object_store_that_does_not_serve_is_said(
    object_store: str, monkeypatch: pytest.MonkeyPatch, act: str, fault: str
) -> None:
    monkeypatch.setattr("regulator.foundation.files.objects.ATTEMPTS", 1)
    endpoint = object_store if fault == "no such bucket" else "http://127.0.0.1:9"
    room = FileRoom(ObjectStore(Bucket(endpoint, "never-made", "us-east-1", "key", "secret")))
    if (act, fault) == ("has", "no such bucket"):
        assert not ACTS[act](room)  # a head has no body to say which of the two is missing
        return
    with pytest.raises(Unavailable) as caught:
        ACTS[act](room)
    assert caught.value.code == "file_store_unreachable"


@pytest.mark.parametrize("place", ["objects"], indirect=True)
@pytest.mark.parametrize("code", ["XMinioStorageFull", "QuotaExceeded"])
def test_an_object_store_without_room_is_said(place: Objects, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    from botocore.exceptions import ClientError

    def full(**_: object) -> None:
        raise ClientError({"Error": {"Code": code}}, "PutObject")

    monkeypatch.setattr(place.store._client(), "put_object", full)
    with pytest.raises(Unavailable) as caught:
        FileRoom(place.store).keep([b"abc"], maximum=3)
    assert caught.value.code == "file_store_full"


@pytest.mark.parametrize("place", ["objects"], indirect=True)
def test_an_object_is_written_in_one_request_with_its_sum(place: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []
    client = place.store._client()
    put = client.put_object

    def remember(**given: Any) -> Any:
        calls.append(given)
        return put(**given)

    monkeypatch.setattr(client, "put_object", remember)
    name = FileRoom(place.store.corner("papers")).keep([b"abc"], maximum=3)
    assert [call["ContentMD5"] for call in calls] == ["kAFQmDzST7DWlj99KOF/cg=="]
    assert calls[0]["Key"] == f"papers/{name[:2]}/{name}"


# --- which place -----------------------------------------------------------------------------------------------------


def test_the_room_follows_the_settings(object_store: str, tmp_path: Path) -> None:
    client = Objects(object_store, "chosen-by-setting")
    chosen = {"s3_endpoint": object_store, "s3_bucket": client.name, "s3_access_key": "k", "s3_secret_key": "s"}
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    create_app(settings_for(url, tmp_path / "var", file_store="s3", **chosen))
    name = files.file_room().keep([b"abc"], maximum=3)
    assert client.list_all() == [name]
    create_app(settings_for(url, tmp_path / "var"))
    assert not files.file_room().has(name)
    assert files.file_room().keep([b"abc"], maximum=3) == name
    assert (tmp_path / "var/files" / name[:2] / name).is_file()


def test_a_room_named_from_where_one_stands_stays_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_store", None)
    with pytest.raises(RuntimeError):
        files.file_room()
    monkeypatch.chdir(tmp_path)
    files.configure(Path("var/files"))
    name = files.file_room().keep([b"a bulletin"], maximum=100)
    monkeypatch.chdir("/")
    assert files.file_room().read(name) == b"a bulletin"


def test_a_secret_is_in_no_picture_of_the_bucket() -> None:
    assert "hush" not in repr(Bucket("https://store", "files", "r", "key", "hush"))
