"""What a file is by its first bytes, whatever its name; what is not taken is refused by what it is."""

import re
from enum import StrEnum

from regulator.foundation.errors import BadInput

HEAD = 4096
"""So many bytes are looked at."""


class UploadKind(StrEnum):
    """The kinds of file that are taken."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """As in HTTP's Content-Type."""
        return _MEDIA_TYPES[self]

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of names that say this kind, the usual one first."""
        return (".jpg", ".jpeg") if self is UploadKind.JPEG else (f".{self.value}",)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    UploadKind.PDF: "application/pdf",
    UploadKind.JPEG: "image/jpeg",
    UploadKind.PNG: "image/png",
    UploadKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    UploadKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
}


class UploadNote(StrEnum):
    """What was taken out of a file, or has become of it; whoever sent it is told."""

    FILES_REMOVED = "files_removed"
    LINKS_REMOVED = "links_removed"
    MEDIA_REMOVED = "media_removed"
    REPAIRED = "repaired"
    SCRIPTS_REMOVED = "scripts_removed"
    SIGNATURE_VOID = "signature_void"


class Container(StrEnum):
    """What the first bytes tell; a zip must be opened to know more."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    ZIP = "zip"


UNLABELLED = (Container,)

_TAKEN = (
    (b"%PDF-", Container.PDF),
    (b"\xff\xd8\xff", Container.JPEG),
    (b"\x89PNG\r\n\x1a\n", Container.PNG),
    (b"PK\x03\x04", Container.ZIP),
)
_PROGRAMS = (
    b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"dex\n", b"L\x00\x00\x00\x01\x14\x02\x00", b"\x00asm", b"@echo off",
)  # fmt: skip
_ARCHIVES = (
    b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF", b"PK\x05\x06", b"PK\x07\x08"
)  # fmt: skip
_PICTURES = (b"GIF8", b"II*\x00", b"MM\x00*", b"8BPS", b"\x00\x00\x01\x00", b"\xff\x0a")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIC = re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cx]|mif1|msf1|avif)", re.DOTALL)
_BEFORE = rb"\s*(?:<\?xml[^>]*>\s*|(?><!--.*?-->)\s*|<!DOCTYPE\s+svg[^>]*>\s*)*+"
_SVG = re.compile(_BEFORE + rb"<(?:\w+:)?svg[\s>]", re.DOTALL | re.IGNORECASE)
_PAGE = re.compile(
    _BEFORE + rb"<(?:!doctype\s+html|html|head|body|script|iframe|img|meta)[\s>]", re.DOTALL | re.IGNORECASE
)


def container_of(head: bytes) -> Container:
    """What kind of file begins so. Raises BadInput saying what it is instead, and what to send."""
    for mark, container in _TAKEN:
        if head.startswith(mark):
            return container
    raise _refusal(head)


def _refusal(head: bytes) -> BadInput:
    if not head:
        return BadInput("upload_empty", about="file")
    if head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\x00" in head):
        return BadInput("upload_program", about="file")
    if head.startswith(_OLE):
        return BadInput("upload_old_office", about="file")
    if head.startswith(_ARCHIVES):
        return BadInput("upload_archive", about="file")
    return _markup(head.removeprefix(b"\xef\xbb\xbf")) or _picture(head) or _other(head)


def _markup(head: bytes) -> BadInput | None:
    if _SVG.match(head):
        return BadInput("upload_svg", about="file")
    return BadInput("upload_html", about="file") if _PAGE.match(head) else None


def _picture(head: bytes) -> BadInput | None:
    if _HEIC.match(head):
        return BadInput("upload_heic", about="file")
    is_bitmap = head.startswith(b"BM") and head[6:10] == bytes(4)
    if is_bitmap or head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return BadInput("upload_other_picture", about="file")
    return None


def _other(head: bytes) -> BadInput:
    """A PDF behind something else, which each reader would take for another thing; or nothing we know."""
    is_pdf = b"%PDF-" in head[:1024]
    return BadInput("upload_disguised", about="file") if is_pdf else BadInput("upload_unknown", about="file")
