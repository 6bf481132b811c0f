"""Pictures: decoded and written anew upright in sRGB, so that nothing is left but what one sees."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path
from typing import cast

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile

from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.errors import BadInput

WRITINGS = ((90, "4:4:4"), (75, "4:2:0"))
"""Quality and colour sampling of a JPEG: red seals and stamps stay sharp, unless the file would be too large so."""
_BROKEN = (OSError, SyntaxError, ValueError, struct.error, EOFError, IndexError, KeyError, UnidentifiedImageError)
"""What the library says of a file it cannot read."""
_RGB = ImageCms.createProfile("sRGB")


def clean_jpeg(path: Path, limits: Limits) -> bytes:
    """The picture as a JPEG of ours. Raises BadInput. One that is ours already stays as it is."""
    content = path.read_bytes()
    with _opened(content, "JPEG", limits) as image:
        if _is_ours(content, image):
            return content
        picture = _upright(image)
    for quality, sampling in WRITINGS:
        written = _jpeg(picture, quality, sampling)
        if len(written) <= limits.image_size:
            return written
    raise BadInput("upload_picture_too_large", {"megabytes": limits.image_size >> 20}, about="file")


def clean_png(path: Path, limits: Limits) -> bytes:
    """The picture as a PNG of ours, no pixel changed but by its colour profile. Raises BadInput."""
    with _opened(path.read_bytes(), "PNG", limits) as image:
        if cast("PngImageFile", image).is_animated:
            raise BadInput("upload_animated", about="file")
        picture = _upright(image)
    written = io.BytesIO()
    picture.save(written, "PNG")
    if written.tell() > limits.image_size:
        raise BadInput("upload_picture_too_large", {"megabytes": limits.image_size >> 20}, about="file")
    return written.getvalue()


def _opened(content: bytes, kind: str, limits: Limits) -> ImageFile.ImageFile:
    """The picture with all its pixels; its size is judged before any of them is made."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.MAX_IMAGE_PIXELS = None  # judged below, by a limit of ours
            image = Image.open(io.BytesIO(content), formats=[kind])
            if image.width * image.height > limits.pixels:
                raise BadInput("upload_too_many_pixels", {"megapixels": limits.pixels // 1_000_000}, about="file")
            image.load()
    except _BROKEN as error:
        raise BadInput("upload_damaged", about="file") from error
    return image


def _upright(image: Image.Image) -> Image.Image:
    """A picture without anything but pixels and, where it has one, its transparent colour."""
    turned = ImageOps.exif_transpose(image)
    picture = _in_srgb(turned, image.info.get("icc_profile"))
    kept = picture.info.get("transparency")
    picture = picture.copy()
    picture.info = {} if kept is None else {"transparency": kept}
    return picture


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours without the profile, which could hold anything; where it makes no sense, the bare values."""
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if image.mode == "L":
        return image  # a grey curve differs too little to turn a page into colour
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, found, _RGB, outputMode=target)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return image if converted is None else converted


# --- JPEG -----------------------------------------------------------------------------------------------------------


def _jpeg(picture: Image.Image, quality: int, sampling: str) -> bytes:
    written = io.BytesIO()
    plain = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    plain.info = {}
    plain.save(written, "JPEG", quality=quality, subsampling=sampling, optimize=False, progressive=False)
    return written.getvalue()


def _is_ours(content: bytes, image: Image.Image) -> bool:
    """Whether everything but the pixels' own code is byte by byte what `_jpeg` writes for a picture of this size."""
    if image.mode not in ("L", "RGB"):
        return False
    heads = (_head_of(image.mode, image.size, quality, sampling) for quality, sampling in WRITINGS)
    head = next((head for head in heads if content.startswith(head)), None)
    return head is not None and _is_one_scan(content[len(head) :])


def _head_of(mode: str, size: tuple[int, int], quality: int, sampling: str) -> bytes:
    """All before the pixels: that of a picture of 8 × 8 with the size put in (ITU-T T.81, B.2.2: SOF0)."""
    small = _jpeg(Image.new(mode, (8, 8)), quality, sampling)
    frame = small.index(b"\xff\xc0") + 5
    scan = small.index(b"\xff\xda")
    end = scan + 2 + int.from_bytes(small[scan + 2 : scan + 4], "big")
    return small[:frame] + struct.pack(">HH", size[1], size[0]) + small[frame + 4 : end]


def _is_one_scan(code: bytes) -> bool:
    """Whether nothing but coded pixels stands between the head and the end of the file (T.81, F.1.2.3: stuffing)."""
    at = code.find(b"\xff")
    while at != -1 and code[at + 1 : at + 2] == b"\x00":
        at = code.find(b"\xff", at + 2)
    return at == len(code) - 2 and code.endswith(b"\xff\xd9")
