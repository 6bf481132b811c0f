"""PDF/A-2b by typst, from the templates in templates/documents/; the same input gives the same bytes.

Text reaches a template as values of a JSON file, never as markup: what a person wrote is printed as it was written.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from regulator.foundation.documents.blocks import Block, Picture, Report
from regulator.foundation.fonts import drawable, font_dir
from regulator.resources import resource_dir

if TYPE_CHECKING:
    import typst

STANDARD = "a-2b"
PICTURES = "pictures/"  # where a template finds them
MAIN = "main.typ"
_LINE = re.compile(r"─ (?:\S*/)?main\.typ:(\d+):\d+")


class DocumentFailed(Exception):
    """typst could not make the document; ``diagnostic`` shows where in the template.

    The message alone may quote what was to be printed, so neither belongs in a log that may not hold personal data.
    """

    def __init__(self, message: str, diagnostic: str = "") -> None:
        self.diagnostic = diagnostic
        super().__init__(message)

    @property
    def line(self) -> int | None:
        """The line of main.typ that the diagnostic names first; None when it names none."""
        found = _LINE.search(self.diagnostic)
        return int(found[1]) if found else None


def typst_pdf(template: str, data: Mapping[str, Any], images: Mapping[str, bytes], *, made_at: datetime) -> bytes:
    """The template (a name such as ``report.typ``) filled with ``data``, which it reads by ``json("data.json")``.

    ``images`` lie beside it as ``pictures/<name>``; the name's ending tells their kind (png, svg). ``made_at`` (aware)
    is the date in the file. Characters our fonts lack are replaced (`fonts.drawable`). Raises DocumentFailed.
    """
    files = {
        MAIN: (resource_dir("templates") / "documents" / template).read_bytes(),
        "data.json": json.dumps(_drawable(data), ensure_ascii=False).encode(),
    }
    return typeset_pdf(files | {f"{PICTURES}{name}": content for name, content in images.items()}, made_at=made_at)


def typeset_pdf(files: Mapping[str, bytes], *, made_at: datetime) -> bytes:
    """What ``main.typ`` of these files gives; nothing is replaced, so a character without glyph raises DocumentFailed.

    For sources of our own: those of others are made by `confined.confined_pdf`.
    """
    made = _compile(files, format="pdf", pdf_standards=[STANDARD], timestamp=int(made_at.timestamp()))
    return bytes(made)


def typeset_pages(files: Mapping[str, bytes], *, ppi: float) -> list[bytes]:
    """The same as pictures (PNG), one for each page, for whoever must look at them."""
    made = _compile(files, format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def _compile(files: Mapping[str, bytes], **how: Any) -> Any:
    import typst  # noqa: PLC0415  # not at the start of a web worker

    root = str(resource_dir("templates") / "documents")
    try:
        return typst.compile(dict(files), root=root, font_paths=_fonts(), ignore_system_fonts=True, **how)
    except typst.TypstError as error:
        raise DocumentFailed(error.message, error.diagnostic) from None


def report_pdf(report: Report, *, made_at: datetime) -> bytes:
    """The report by templates/documents/report.typ; errors as `typst_pdf`."""
    images: dict[str, bytes] = {}
    blocks = [_as_data(block, images) for block in report.blocks]
    head = {name: getattr(report, name) for name in ("title", "subtitle", "author", "language")}
    return typst_pdf("report.typ", head | {"blocks": blocks}, images, made_at=made_at)


def _as_data(block: Block, images: dict[str, bytes]) -> dict[str, Any]:
    """A block as the template reads it; a picture's content is put among the images."""
    if not isinstance(block, Picture):
        return {"kind": type(block).__name__.lower(), **asdict(block)}
    name = f"{len(images)}.{'svg' if block.svg else 'png'}"
    images[name] = drawable(block.svg).encode() if block.svg else block.png
    about = {"alternative": block.alternative, "caption": block.caption, "width": block.width}
    return {"kind": "picture", "name": f"{PICTURES}{name}"} | about


def _drawable(value: Any) -> Any:
    """Every text in the data as our fonts can draw it."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, Mapping):
        return {key: _drawable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(inner) for inner in value]
    return value


@cache
def _fonts() -> "typst.Fonts":
    """Our fonts and no other: what the machine has installed must not change a paper."""
    import typst  # noqa: PLC0415

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_dir())])
