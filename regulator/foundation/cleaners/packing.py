"""Zip archives (PKWARE APPNOTE): taken apart within bounds and put together the same way each time."""

import io
import struct
import zipfile
import zlib

from regulator.foundation.cleaners.limits import EOCD_REACH, EXPANDED_ALWAYS, Limits
from regulator.foundation.errors import BadInput

PIECE = 1 << 20
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_DAY = (1980, 1, 1, 0, 0, 0)
_LEVEL = 6


def unpacked(content: bytes, limits: Limits) -> dict[str, bytes]:
    """The parts by name, in the order of the directory. Raises BadInput."""
    _judge_frame(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _judge_entries(entries, limits)
            left = [min(limits.unpacked, max(EXPANDED_ALWAYS, len(content) * limits.ratio))]
            return {entry.filename: _read(archive, entry, left) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, struct.error) as error:
        raise BadInput("upload_damaged", about="file") from error
    except RuntimeError as error:  # zipfile's word for an encrypted entry
        raise BadInput("upload_protected", about="file") from error


def packed(parts: dict[str, bytes]) -> bytes:
    """An archive of these parts that says nothing of when, where and by what it was made."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.create_system, entry.external_attr = 0, 0
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, _LEVEL)
    return target.getvalue()


def is_archive(content: bytes) -> bool:
    """Whether a reader of archives would find one in a file of another kind."""
    if _END_MARK not in content[-EOCD_REACH:]:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return False


def _judge_frame(content: bytes) -> None:
    """Refuse what stands before or behind the archive, where another reader would see another file."""
    if len(content) < _END.size or not content.startswith(b"PK\x03\x04"):
        raise BadInput("upload_damaged", about="file")
    at = content.rfind(_END_MARK)
    if at == -1 or len(content) - at < _END.size:
        raise BadInput("upload_damaged", about="file")
    _, disk, first, here, entries, size, start, comment = _END.unpack_from(content, at)
    is_last = at == len(content) - _END.size
    is_plain = is_last and (disk, first, comment) == (0, 0, 0) and here == entries
    if not is_plain or start + size != at - _larger_frame(content):
        raise BadInput("upload_disguised", about="file")


def _larger_frame(content: bytes) -> int:
    """The bytes of the records some programs add for archives beyond 4 GB, though theirs is small."""
    locator = content[-_END.size - 20 : -_END.size]
    return 76 if locator.startswith(b"PK\x06\x07") else 0


def _judge_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries or sum(entry.file_size for entry in entries) > limits.unpacked:
        raise BadInput("upload_too_complex", about="file")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) != len(names) or any(_leads_out(entry) for entry in entries):
        raise BadInput("upload_disguised", about="file")
    if min((entry.header_offset for entry in entries), default=0) != 0:
        raise BadInput("upload_disguised", about="file")


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename
    return not name.isprintable() or "\\" in name or ":" in name or not {"", ".", ".."}.isdisjoint(name.split("/"))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: list[int]) -> bytes:
    """One part, counted as it comes: what the directory says of its size may be a lie."""
    pieces = []
    with archive.open(entry) as part:
        while piece := part.read(PIECE):
            left[0] -= len(piece)
            if left[0] < 0:
                raise BadInput("upload_too_complex", about="file")
            pieces.append(piece)
    return b"".join(pieces)
