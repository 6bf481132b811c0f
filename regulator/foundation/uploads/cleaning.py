"""Taking in what somebody sends: measured, known by its content, cleaned in a process apart. Stores nothing."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from regulator.foundation.cleaners.kinds import HEAD, Container, UploadKind, UploadNote, container_of
from regulator.foundation.cleaners.limits import DEFAULT_LIMITS, Limits
from regulator.foundation.errors import BadInput
from regulator.foundation.files.store import faults_told
from regulator.foundation.uploads.apart import clean_apart
from regulator.foundation.uploads.names import clean_name

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class CleanUpload:
    """A file that may be kept and given out: what it is, under which name, and what was taken out of it."""

    kind: UploadKind
    name: str
    content: bytes
    notes: tuple[UploadNote, ...] = ()

    @property
    def media_type(self) -> str:
        """As in HTTP's Content-Type."""
        return self.kind.media_type

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


def clean_upload(stream: IO[bytes], *, name: str, limits: Limits = DEFAULT_LIMITS) -> CleanUpload:
    """A harmless form of what was sent, the same for the same content; cleaned once more it stays as it is.

    ``name`` says nothing of the kind; its ending is corrected. Raises BadInput about ``file`` with a code
    ``upload_…``, and Unavailable when there is no room for it meanwhile or too many are being cleaned.
    """
    head = stream.read(HEAD)
    container = container_of(head)
    with faults_told(), tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        path = Path(directory) / "sent"
        _copy(head, stream, path, _most(container, limits))
        kind, content, notes = clean_apart(container, path, limits)
    return CleanUpload(kind, clean_name(name, kind.endings), content, notes)


def _most(container: Container, limits: Limits) -> int:
    match container:
        case Container.PDF:
            return limits.pdf_size
        case Container.ZIP:
            return limits.office_size
        case _:
            return limits.image_size


def _copy(head: bytes, stream: IO[bytes], path: Path, most: int) -> None:
    """Copy to a file, never more than is allowed. Raises BadInput."""
    size, piece = 0, head
    with path.open("wb") as file:
        while piece:
            size += len(piece)
            if size > most:
                raise BadInput("upload_too_large", {"megabytes": most >> 20}, about="file")
            file.write(piece)
            piece = stream.read(PIECE)
