"""Many PDFs into one: every page on A4 with its number in the upper corner; the same parts give the same bytes.

What a page shows is kept as it is printed, filled fields and visible seals with it; what could be clicked is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf

A4 = (595.276, 841.89)  # pt
CORNER = 28.35  # pt from the edges: 1 cm
SIZE = 10  # pt


@dataclass(frozen=True, slots=True)
class Part:
    """A PDF to be bound in, and what its bookmark says."""

    path: Path
    title: str


def count_pages(path: Path) -> int:
    """How many pages a PDF has."""
    import pikepdf  # noqa: PLC0415  # not at the start of a web worker

    with pikepdf.open(path) as source:
        return len(source.pages)


def bind(parts: Sequence[Part], target: Path, *, title: str) -> int:
    """Write all parts, one behind the other, to a file; gives how many pages it has."""
    import pikepdf  # noqa: PLC0415

    with pikepdf.new() as bound, ExitStack() as held:
        number = bound.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        bookmarks = []
        for part in parts:
            source = held.enter_context(pikepdf.open(part.path))  # its pages are read when the whole is saved
            source.flatten_annotations("print")
            bookmarks.append(pikepdf.OutlineItem(part.title, len(bound.pages)))
            for page in source.pages:
                _add(bound, page, number)
        with bound.open_outline() as outline:
            outline.root.extend(bookmarks)
        bound.docinfo[pikepdf.Name.Title] = title
        bound.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(bound.pages)


def _add(bound: pikepdf.Pdf, page: pikepdf.Page, number: Any) -> None:
    """A page as a drawing on a fresh one, as large as it fits, with its number."""
    import pikepdf  # noqa: PLC0415

    form = bound.copy_foreign(page.as_form_xobject())
    width, height = _upright(page)
    size = A4 if width <= height else A4[::-1]
    fresh = bound.add_blank_page(page_size=size)
    fresh.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=form), Font=pikepdf.Dictionary(N=number))
    drawn = fresh.calc_form_xobject_placement(form, pikepdf.Name.P, pikepdf.Rectangle(0, 0, *size))
    said = str(len(bound.pages))
    left = size[0] - CORNER - len(said) * SIZE * 0.56  # the width of a figure of Helvetica
    stamp = f"\nq 0 g BT /N {SIZE} Tf {left:.2f} {size[1] - CORNER - SIZE:.2f} Td ({said}) Tj ET Q\n"
    fresh.obj.Contents = bound.make_stream(drawn + stamp.encode())


def _upright(page: pikepdf.Page) -> tuple[float, float]:
    """Width and height as a reader sees them, turned pages turned."""
    box = [float(side) for side in page.trimbox]
    width, height = abs(box[2] - box[0]), abs(box[3] - box[1])
    turned = int(page.obj.get("/Rotate", 0)) % 180 != 0
    return (height, width) if turned else (width, height)
