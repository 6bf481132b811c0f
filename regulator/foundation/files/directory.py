"""Files in a directory of this machine, the usual place; drafts lie apart and become files by one rename."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from regulator.foundation.errors import NotFound
from regulator.foundation.files.store import faults_told

DRAFTS = ".drafts"


class DirectoryStore:
    """A directory with 256 shelves by the first two digits of a name; a corner is a directory beside them."""

    def __init__(self, base: Path, corner: str = "") -> None:
        self.base = base
        self.root = base / corner

    def corner(self, name: str) -> Self:
        """A directory of its own."""
        return type(self)(self.base, name)

    @contextmanager
    def draft(self) -> Iterator[IO[bytes]]:
        """A file in the directory of drafts, on the same disk."""
        path = self.base / DRAFTS / secrets.token_hex(8)
        with faults_told():
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("xb")
        try:
            yield file
        finally:
            with suppress(OSError):  # what could not be written was told when it was written
                file.close()
            path.unlink(missing_ok=True)

    def put(self, draft: IO[bytes], name: str) -> None:
        """On the disk first, then under its name, then the name on the disk."""
        target = self._place(name)
        with faults_told():
            draft.flush()
            os.fsync(draft.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(draft.name).replace(target)
            _settle(target.parent)

    def fetch(self, name: str) -> IO[bytes]:
        """The file itself. Raises NotFound."""
        with faults_told():
            try:
                return self._place(name).open("rb")
            except (FileNotFoundError, IsADirectoryError) as error:
                raise NotFound(name) from error

    def has(self, name: str) -> bool:
        """Whether it lies on its shelf."""
        return self._place(name).is_file()

    def forget(self, name: str) -> None:
        """Remove the file."""
        with faults_told():
            self._place(name).unlink(missing_ok=True)

    def list_shelf(self, shelf: str) -> Iterator[tuple[str, datetime]]:
        """What lies on a shelf; what goes meanwhile is left out."""
        for path in sorted((self.root / shelf).glob("[0-9a-f]*")):
            with suppress(FileNotFoundError):
                yield path.name, _changed(path)

    def forget_drafts(self, before: datetime) -> None:
        """What was begun before a moment and never ended."""
        for path in (self.base / DRAFTS).glob("*"):
            with suppress(FileNotFoundError):
                if _changed(path) < before:
                    path.unlink()

    def _place(self, name: str) -> Path:
        return self.root / name[:2] / name


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _settle(directory: Path) -> None:
    """Have a directory's own entries outlast a power failure."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
