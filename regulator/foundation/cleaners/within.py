"""Which reader a file is given to; loads them, and so belongs only into the process apart."""

from pathlib import Path

from regulator.foundation.cleaners.kinds import Container, UploadKind, UploadNote
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.cleaners.packing import is_archive
from regulator.foundation.errors import BadInput

Cleaned = tuple[UploadKind, bytes, frozenset[UploadNote]]


def clean_within(container: Container, path: Path, limits: Limits) -> Cleaned:
    """What the file is, clean, and what was taken out. Raises BadInput, and whatever a reader has to say."""
    if container is Container.ZIP:
        from regulator.foundation.cleaners.office import clean_office  # noqa: PLC0415  # each its own reader

        return clean_office(path, limits)
    cleaned = _of_pdf(path, limits) if container is Container.PDF else _of_picture(container, path, limits)
    if is_archive(cleaned[1]):
        raise BadInput("upload_disguised", about="file")
    return cleaned


def _of_pdf(path: Path, limits: Limits) -> Cleaned:
    from regulator.foundation.cleaners.pdf import clean_pdf  # noqa: PLC0415  # each its own reader

    content, notes = clean_pdf(path, limits)
    return UploadKind.PDF, content, notes


def _of_picture(container: Container, path: Path, limits: Limits) -> Cleaned:
    from regulator.foundation.cleaners.images import clean_jpeg, clean_png  # noqa: PLC0415  # each its own reader

    if container is Container.JPEG:
        return UploadKind.JPEG, clean_jpeg(path, limits), frozenset()
    return UploadKind.PNG, clean_png(path, limits), frozenset()
