"""How large the packed streams of a PDF become, found out piece by piece; nothing here keeps what comes out."""

from __future__ import annotations

import zlib

from pikepdf import Array, Name, Stream

from regulator.foundation.errors import BadInput

MOST_FILTERS = 3
MOST_PICTURE_BYTES = 1 << 30
PIECE = 1 << 20
_PACKING = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW"})


def judge_stream(stream: Stream, left: int) -> int:
    """What is left of an allowance in bytes after one stream. Raises BadInput when it is used up.

    A picture takes the room its size asks for, whatever its data would become.
    """
    filters = _filters_of(stream)
    packed = [name for name in filters if name in _PACKING]
    if len(filters) > MOST_FILTERS or len(packed) > 1:
        raise BadInput("upload_too_complex", about="file")
    if stream.get(Name.Subtype) == Name.Image:
        _judge_picture(stream)
        return left
    if not packed:
        return left
    left -= _size_of(stream, filters, left)
    if left < 0:
        raise BadInput("upload_too_complex", about="file")
    return left


def _filters_of(stream: Stream) -> list[str]:
    given = stream.get(Name.Filter)
    if isinstance(given, Array):
        return [str(name) for name in given]
    return [str(given)] if isinstance(given, Name) else []


def _judge_picture(stream: Stream) -> None:
    try:
        width, height = int(stream.get(Name.Width, 0)), int(stream.get(Name.Height, 0))
    except (TypeError, ValueError) as error:
        raise BadInput("upload_damaged", about="file") from error
    if width * height > MOST_PICTURE_BYTES // 4:
        raise BadInput("upload_too_complex", about="file")


def _size_of(stream: Stream, filters: list[str], most: int) -> int:
    if filters[0] not in ("/FlateDecode", "/Fl"):
        return len(stream.read_bytes())  # rare; what it may take is bounded with the process
    inflater, size, packed = zlib.decompressobj(), 0, stream.read_raw_bytes()
    try:
        while packed and size <= most:
            size += len(inflater.decompress(packed, PIECE))
            packed = inflater.unconsumed_tail
    except zlib.error:
        return size  # what a reader can make of it ends here too
    return size
