"""Files beside the database, stored once under the hash of their content; no meaning of what is in them."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from regulator.foundation.errors import BadInput, NotFound

_HEX = frozenset("0123456789abcdef")
SHA256_DIGITS = 64
SHELVES = 256
"""A file lies on the shelf of the first two digits of its name."""


class FileRoom:
    """A directory of files that never change; a file is there whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, chunks: Iterable[bytes], *, maximum: int) -> str:
        """Store the content and give back its SHA-256; raises BadInput when it is larger than ``maximum`` bytes."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        draft = self.root / f".{secrets.token_hex(8)}"
        try:
            with draft.open("xb") as file:
                for chunk in chunks:
                    size += len(chunk)
                    if size > maximum:
                        raise BadInput("file_too_large", {"maximum": maximum}, about="file")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            name = digest.hexdigest()
            target = self._place(name)
            target.parent.mkdir(exist_ok=True)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        return name

    def path(self, name: str) -> Path:
        """Where a stored file lies; raises NotFound."""
        if len(name) != SHA256_DIGITS or not set(name) <= _HEX:
            raise NotFound
        target = self._place(name)
        if not target.is_file():
            raise NotFound
        return target

    def check(self, name: str) -> bool:
        """Whether there is such a file with the very content that was stored; never whole in memory."""
        try:
            with self.path(name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == name
        except (NotFound, OSError):
            return False

    def forget(self, name: str) -> None:
        """Remove a file that nothing names any more; one that is gone already is no reason to stop."""
        self._place(name).unlink(missing_ok=True)

    def list_old(self, before: datetime, shelf: int) -> list[str]:
        """The files on one of the 256 shelves that were stored before a moment, for sweeps that come by in turn."""
        files = (self.root / f"{shelf % SHELVES:02x}").glob("[0-9a-f]*")
        return sorted(file.name for file in files if file.stat().st_mtime < before.timestamp())

    def _place(self, name: str) -> Path:
        return self.root / name[:2] / name


_room: FileRoom | None = None


def configure(root: Path) -> None:
    """Say where the process keeps its files; a place relative to where it was started is made one of its own.

    Flask would look for a relative file beside the application's code.
    """
    global _room  # noqa: PLW0603  # one room per process, given by the composition root
    _room = FileRoom(root.absolute())


def file_room(corner: str = "") -> FileRoom:
    """The file room of this process, or a corner of it that one feature keeps to itself and may tidy."""
    if _room is None:
        message = "no file room: the composition root has not said where files are kept"
        raise RuntimeError(message)
    return FileRoom(_room.root / corner) if corner else _room
