"""The file room: content goes in and is found by its hash; where it lies is the store's business."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from regulator.foundation.errors import BadInput, NotFound, Unavailable
from regulator.foundation.files.store import Store, faults_told

_HEX = frozenset("0123456789abcdef")
SHA256_DIGITS = 64
SHELVES = 256
"""A file lies on the shelf of the first two digits of its name."""


class FileDamaged(Unavailable):
    """What is stored under a name no longer has the content the name stands for; it is not given out."""


class FileRoom:
    """Files that never change; a file is there whole or not at all, and comes back as it went in or not at all.

    Every method raises Unavailable when the store is full (file_store_full) or away (file_store_unreachable).
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, chunks: Iterable[bytes], *, maximum: int) -> str:
        """Store the content and give back its SHA-256; raises BadInput when it is larger than ``maximum`` bytes."""
        digest, size = hashlib.sha256(), 0
        with self._store.draft() as draft:
            for chunk in chunks:
                size += len(chunk)
                if size > maximum:
                    raise BadInput("file_too_large", {"maximum": maximum}, about="file")
                digest.update(chunk)
                with faults_told():
                    draft.write(chunk)
            name = digest.hexdigest()
            self._store.put(draft, name)
        return name

    def opened(self, name: str) -> IO[bytes]:
        """The content, compared with its name, at its beginning; whoever asked closes it (it may stand behind `with`).

        Raises NotFound and FileDamaged.
        """
        with ExitStack() as held, faults_told():
            file = held.enter_context(self._store.fetch(_valid(name)))
            found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any open file will do
            file.seek(0)
            if found != name:
                raise FileDamaged("stored_file_damaged", {"name": name})
            held.pop_all()
        return file

    @contextmanager
    def lent(self, name: str) -> Iterator[Path]:
        """As `opened`, as a path of this machine for those who want one; only to be read, and only meanwhile."""
        with self.opened(name) as file:
            yield Path(file.name)

    def read(self, name: str) -> bytes:
        """The whole content of a file known to be small. Raises NotFound and FileDamaged."""
        with self.opened(name) as file:
            return file.read()

    def has(self, name: str) -> bool:
        """Whether there is such a file; its content is not looked at."""
        return self._store.has(_valid(name))

    def check(self, name: str) -> bool:
        """Whether there is such a file with the very content that was stored."""
        try:
            with self.opened(name):
                return True
        except (NotFound, FileDamaged):
            return False

    def forget(self, name: str) -> None:
        """Remove a file that nothing names any more; one that is gone already is no reason to stop."""
        self._store.forget(_valid(name))

    def list_names(self) -> Iterator[str]:
        """Every file of this room, not of its corners."""
        for shelf in range(SHELVES):
            yield from (name for name, _ in self._store.list_shelf(f"{shelf:02x}"))

    def list_old(self, before: datetime, shelf: int) -> list[str]:
        """The files on one of the 256 shelves that were stored before a moment, for sweeps that come by in turn."""
        return sorted(name for name, at in self._store.list_shelf(f"{shelf % SHELVES:02x}") if at < before)

    def forget_drafts(self, before: datetime) -> None:
        """Remove what was begun before a moment and left half written by a crash, in every corner."""
        self._store.forget_drafts(before)


def _valid(name: str) -> str:
    """The name as it came. Raises NotFound for what is no name at all."""
    if len(name) != SHA256_DIGITS or not set(name) <= _HEX:
        raise NotFound(name)
    return name
