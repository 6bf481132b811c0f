"""Files beside the database, stored once under the hash of their content; no meaning of what is in them."""

from pathlib import Path

from regulator.foundation.files.directory import DirectoryStore
from regulator.foundation.files.objects import Bucket, ObjectStore
from regulator.foundation.files.room import SHELVES as SHELVES
from regulator.foundation.files.room import FileDamaged as FileDamaged
from regulator.foundation.files.room import FileRoom as FileRoom
from regulator.foundation.files.store import Store

_store: Store | None = None


def configure(root: Path, bucket: Bucket | None = None) -> None:
    """Say where the process keeps its files: in a directory, or in a bucket of an object store.

    A directory relative to where the process was started is made one of its own.
    """
    global _store  # noqa: PLW0603  # one room per process, given by the composition root
    _store = DirectoryStore(root.absolute()) if bucket is None else ObjectStore(bucket)


def file_room(corner: str = "") -> FileRoom:
    """The file room of this process, or a corner of it that one feature keeps to itself and may tidy."""
    if _store is None:
        message = "no file room: the composition root has not said where files are kept"
        raise RuntimeError(message)
    return FileRoom(_store.corner(corner) if corner else _store)
