"""What a place for files must be able to do, and what it says when it cannot; which place it is, others know."""

import errno
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import IO, Protocol, Self

from regulator.foundation.errors import Unavailable

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Store(Protocol):
    """Keeps whole files under names it is given; every method may raise Unavailable."""

    def corner(self, name: str) -> Self:
        """A part of the same place, of which no other knows."""

    def draft(self) -> AbstractContextManager[IO[bytes]]:
        """Something to write to that nobody finds; gone after the block unless it was put away."""

    def put(self, draft: IO[bytes], name: str) -> None:
        """Make a draft the file of that name, at once and for good, in place of one that is there."""

    def fetch(self, name: str) -> IO[bytes]:
        """A file of this machine with the content, at its beginning; whoever asked closes it. Raises NotFound."""

    def has(self, name: str) -> bool:
        """Whether there is such a file, unread."""

    def forget(self, name: str) -> None:
        """Remove a file; one that is gone already is no reason to stop."""

    def list_shelf(self, shelf: str) -> Iterable[tuple[str, datetime]]:
        """The names that begin with these two digits, each with the moment it was last put there."""

    def forget_drafts(self, before: datetime) -> None:
        """Remove what a crash left half written before a moment, in all corners."""


@contextmanager
def faults_told() -> Iterator[None]:
    """Say of an operating system's error whether there is no room or the place cannot be reached."""
    try:
        yield
    except OSError as error:
        full = error.errno in NO_ROOM
        raise (Unavailable("file_store_full") if full else Unavailable("file_store_unreachable")) from error
