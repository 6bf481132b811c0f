"""Files as people, cameras and attackers make them, and their cleaning within this process."""

import io
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageDraw

from regulator.foundation.cleaners.kinds import UploadKind, UploadNote, container_of
from regulator.foundation.cleaners.limits import DEFAULT_LIMITS, Limits
from regulator.foundation.cleaners.within import clean_within

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def clean(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[UploadKind, bytes, frozenset[UploadNote]]:
    """As the process apart does it, without the process."""
    container = container_of(content[:4096])
    with tempfile.TemporaryDirectory() as directory, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nobody listens to that process
        path = Path(directory) / "sent"
        path.write_bytes(content)
        return clean_within(container, path, limits)


# --- PDF -------------------------------------------------------------------------------------------------------------


def pdf(change: Callable[[pikepdf.Pdf], object] | None = None, *, pages: int = 1, **saved: Any) -> bytes:
    """A document of some pages with one line each."""
    with pikepdf.new() as document:
        for number in range(pages):
            page = document.add_blank_page(page_size=(300, 300))
            page.contents_add(f"BT /F1 12 Tf 20 150 Td (page {number + 1}) Tj ET".encode())
            font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
            page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        if change is not None:
            change(document)
        target = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with it is wanted
            document.save(target, **saved)
        return target.getvalue()


def action(kind: str, **others: object) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **others)


SCRIPT = action("JavaScript", JS=String("app.alert('owned')"))


def annotated(*annotations: Dictionary) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        for one in annotations:
            one.Type, one.Rect = Name.Annot, Array([0, 0, 9, 9])
        document.pages[0].obj.Annots = Array([document.make_indirect(one) for one in annotations])

    return pdf(change)


# --- pictures --------------------------------------------------------------------------------------------------------


def drawn(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> Image.Image:
    """A picture that is red at its top left."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="red")
    return image.convert(mode)


def picture(kind: str = "JPEG", image: Image.Image | None = None, **saved: Any) -> bytes:
    target = io.BytesIO()
    (image or drawn()).save(target, kind, **saved)
    return target.getvalue()


def located(orientation: int = 1) -> Image.Exif:
    """What a telephone writes into a photo: who took it, turned how, and where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Huawei of Zhang San"
    exif.get_ifd(0x8825).update({1: "N", 2: (41.0, 48.0, 3.6), 3: "E", 4: (123.0, 25.0, 55.2)})
    return exif


# --- Word and Excel --------------------------------------------------------------------------------------------------

MAIN = {
    "docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
}


def relations(*found: tuple[str, str, str]) -> bytes:
    """(kind, target, mode) of each."""
    lines = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (f' TargetMode="{mode}"/>' if mode else "/>")
        for number, (kind, target, mode) in enumerate(found)
    )
    return f'<Relationships xmlns="{RELATIONS}">{lines}</Relationships>'.encode()


def parts(kind: str = "docx", *, main_type: str = "", others: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    path, content_type = MAIN[kind]
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{path}" ContentType="{main_type or content_type}"/></Types>'
    )
    return {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": relations(("officeDocument", path, "")),
        path: b'<w:document xmlns:w="urn:w"><w:body><w:p><w:t>text</w:t></w:p></w:body></w:document>',
        **(others or {}),
    }


def packed(content: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return target.getvalue()


def office(kind: str = "docx", **given: Any) -> bytes:
    return packed(parts(kind, **given))
