"""PDF: what acts, plays or hides is taken out and the rest written anew; a sound signature keeps its bytes."""

from __future__ import annotations

import io
import mmap
import re
import zlib
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from regulator.foundation.cleaners.active import Remover
from regulator.foundation.cleaners.expanding import judge_stream
from regulator.foundation.cleaners.kinds import UploadNote
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.errors import BadInput

_END = re.compile(rb"%%EOF\s*\Z")
_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, ValueError, TypeError, LookupError)
"""What the library says of a document it cannot make whole."""
_ANNOTATIONS = {
    "/3D": UploadNote.MEDIA_REMOVED,
    "/FileAttachment": UploadNote.FILES_REMOVED,
    "/Movie": UploadNote.MEDIA_REMOVED,
    "/RichMedia": UploadNote.MEDIA_REMOVED,
    "/Screen": UploadNote.MEDIA_REMOVED,
    "/Sound": UploadNote.MEDIA_REMOVED,
}


def clean_pdf(path: Path, limits: Limits) -> tuple[bytes, frozenset[UploadNote]]:
    """The document as harmless bytes, the same for the same file, and what was taken out. Raises BadInput.

    One that is signed, and in which nothing had to be changed, stays byte by byte as it is.
    """
    is_ended = _is_ended(path)
    written, notes, is_signed = _rewritten(path, limits)
    if is_signed and is_ended and not notes:
        return path.read_bytes(), notes
    if UploadNote.REPAIRED in notes and _rewritten(io.BytesIO(written), limits)[:2] != (written, frozenset()):
        raise BadInput("upload_damaged", about="file")  # what was guessed makes no whole document
    if len(written) > limits.pdf_size:
        raise BadInput("upload_too_large", {"megabytes": limits.pdf_size >> 20}, about="file")
    return written, notes | ({UploadNote.SIGNATURE_VOID} if is_signed else frozenset())


def _rewritten(source: Path | io.BytesIO, limits: Limits) -> tuple[bytes, frozenset[UploadNote], bool]:
    """The document cleaned and written, what was taken out, and whether somebody has signed it. Raises BadInput."""
    try:
        with pikepdf.open(source) as pdf:
            notes, is_signed = _clean(pdf, limits)
            return _written(pdf), notes, is_signed
    except pikepdf.PasswordError as error:
        raise BadInput("upload_protected", about="file") from error
    except RecursionError as error:
        raise BadInput("upload_too_complex", about="file") from error
    except _BROKEN as error:
        raise BadInput("upload_damaged", about="file") from error


def _is_ended(path: Path) -> bool:
    """Whether a file stops where the document does. Raises BadInput when the document's end is missing."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        end = content.rfind(b"%%EOF")
        if end == -1:
            raise BadInput("upload_damaged", about="file")
        return len(content) - end < 64 and bool(_END.match(content[end:]))


def _clean(pdf: Pdf, limits: Limits) -> tuple[frozenset[UploadNote], bool]:
    """Take out what must go; gives what that was, and whether somebody has signed the document."""
    _judge_extent(pdf, limits)
    remover, left = Remover(), limits.expanded
    for found in pdf.objects:
        if isinstance(found, Stream):
            left = judge_stream(found, left)
            _pack(found)
        remover.look_at(found)
    for page in pdf.pages:
        _drop_annotations(page.obj, remover)
    if any("reconstruct" in str(warning) for warning in pdf.get_warnings()):
        remover.notes.add(UploadNote.REPAIRED)
    return frozenset(remover.notes), remover.is_signed


def _pack(stream: Stream) -> None:
    """Pack what is not, as the writer would; but then it is written in the same way the next time."""
    if Name.Filter not in stream or stream.get(Name.Length) == 0:
        stream.write(zlib.compress(stream.read_raw_bytes()), filter=Name.FlateDecode)


def _judge_extent(pdf: Pdf, limits: Limits) -> None:
    if pdf.is_encrypted:
        raise BadInput("upload_protected", about="file")
    if len(pdf.objects) > limits.objects:
        raise BadInput("upload_too_complex", about="file")
    pages = len(pdf.pages)
    if pages > limits.pages:
        raise BadInput("upload_too_many_pages", {"found": pages, "maximum": limits.pages}, about="file")
    if pages == 0:
        raise BadInput("upload_damaged", about="file")
    if pdf.Root.get(Name.NeedsRendering):
        raise BadInput("upload_dynamic_form", about="file")


def _drop_annotations(page: Dictionary, remover: Remover) -> None:
    """Leave out of a page what plays or carries a file; what it looked like on paper is lost with it."""
    annotations = page.get(Name.Annots)
    if not isinstance(annotations, Array):
        return
    for at in reversed(range(len(annotations))):
        one = annotations[at]
        note = _ANNOTATIONS.get(str(one.get(Name.Subtype))) if isinstance(one, Dictionary) else None
        if note is not None:
            del annotations[at]
            remover.notes.add(note)


def _written(pdf: Pdf) -> bytes:
    """Only what is reached from the document's root, in one order, with an identity drawn from the content."""
    target = io.BytesIO()
    if Name.Size not in pdf.trailer:  # a repaired one may lack it, and the writer would only correct it
        pdf.trailer.Size = 1
    pdf.save(
        target,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.preserve,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return target.getvalue()
