"""A picture on a page of A4 of its own; the same picture gives the same page. Its pixels stay as they are.

A JPEG goes in as it came, anything else is unpacked, transparent parts on white.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulator.foundation.documents.binding import A4

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 56.7  # pt: 2 cm
LARGEST = 72 / 150
"""pt for a pixel at most: a small picture is not blown up beyond 150 dots an inch."""
_GREY, _COLOURED = "L", "RGB"


def picture_page(content: bytes, target: Path) -> None:
    """Write a PDF of one page that shows a picture as large as it fits, lying where it is wider than high."""
    import pikepdf  # noqa: PLC0415  # not at the start of a web worker
    from PIL import Image  # noqa: PLC0415

    with pikepdf.new() as pdf, Image.open(BytesIO(content)) as picture:
        width, height = picture.size
        size = A4 if width <= height else A4[::-1]
        page = pdf.add_blank_page(page_size=size)
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=_stream(pdf, picture, content)))
        page.obj.Contents = pdf.make_stream(_placed(width, height, size))
        pdf.save(target, deterministic_id=True)


def _placed(width: int, height: int, size: tuple[float, float]) -> bytes:
    """The drawing of a picture in the middle of a page."""
    scale = min(LARGEST, (size[0] - 2 * MARGIN) / width, (size[1] - 2 * MARGIN) / height)
    wide, high = width * scale, height * scale
    left, low = (size[0] - wide) / 2, (size[1] - high) / 2
    return f"q {wide:.3f} 0 0 {high:.3f} {left:.3f} {low:.3f} cm /P Do Q".encode()


def _stream(pdf: Any, picture: Image, content: bytes) -> Any:
    import pikepdf  # noqa: PLC0415

    is_jpeg = picture.format == "JPEG" and picture.mode in (_GREY, _COLOURED)
    shown = picture if is_jpeg else _on_white(picture)
    stream = pdf.make_stream(content if is_jpeg else shown.tobytes())
    if is_jpeg:
        stream.Filter = pikepdf.Name.DCTDecode
    space = pikepdf.Name.DeviceGray if shown.mode == _GREY else pikepdf.Name.DeviceRGB
    stream.Type, stream.Subtype, stream.ColorSpace = pikepdf.Name.XObject, pikepdf.Name.Image, space
    stream.Width, stream.Height, stream.BitsPerComponent = *shown.size, 8
    return stream


def _on_white(picture: Image) -> Image:
    from PIL import Image as Images  # noqa: PLC0415

    if not picture.has_transparency_data:
        return picture.convert(_GREY if picture.mode in ("1", _GREY) else _COLOURED)
    clear = picture.convert("RGBA")
    white = Images.new(_COLOURED, picture.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white
