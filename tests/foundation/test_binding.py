"""Many PDFs into one: the same bytes each time, A4, numbered, turned and odd pages upright; pictures as pages."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from regulator.foundation.documents.binding import A4, Part, bind, count_pages
from regulator.foundation.documents.pictures import picture_page


def pdf(path: Path, *sizes: tuple[float, float], turned: int = 0) -> Path:
    with pikepdf.new() as made:
        for size in sizes:
            page = made.add_blank_page(page_size=size)
            page.obj.Contents = made.make_stream(b"0.5 g 10 10 50 50 re f")
            page.obj.Rotate = turned
        made.save(path)
    return path


def boxes(path: Path) -> list[tuple[float, ...]]:
    with pikepdf.open(path) as made:
        return [tuple(float(side) for side in page.mediabox)[2:] for page in made.pages]


def test_pages_are_a4_numbered_and_the_same_each_time(tmp_path: Path) -> None:
    parts = [
        Part(pdf(tmp_path / "a.pdf", A4, A4), "通知书"),
        Part(pdf(tmp_path / "b.pdf", (842, 595), turned=90), "横放的扫描件"),
        Part(pdf(tmp_path / "c.pdf", (1684, 1191)), "图纸"),
    ]
    assert bind(parts, tmp_path / "one.pdf", title="卷") == 4
    bind(parts, tmp_path / "two.pdf", title="卷")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert boxes(tmp_path / "one.pdf") == [A4, A4, A4, A4[::-1]]
    assert count_pages(tmp_path / "one.pdf") == 4
    with pikepdf.open(tmp_path / "one.pdf") as made:
        numbers = [
            f"({number}) Tj".encode() in page.obj.Contents.read_bytes() for number, page in enumerate(made.pages, 1)
        ]
        assert numbers == [True] * 4
        assert [item.title for item in made.open_outline().root] == ["通知书", "横放的扫描件", "图纸"]
        first = made.pages[0].obj.Contents.read_bytes()
        assert first.startswith(b"q\n1 0 0 1 0 0 cm"), "a page of A4 is neither moved nor scaled"


def test_filled_fields_stay_visible_and_nothing_can_be_clicked(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=A4)
        look = made.make_stream(
            b"0 g 0 0 50 20 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 50, 20]
        )
        seal = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="seal", F=4,
            Rect=[100, 100, 150, 120], AP=pikepdf.Dictionary(N=look),
        )  # fmt: skip
        page.obj.Annots = pikepdf.Array([made.make_indirect(seal)])
        made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([page.obj.Annots[0]]))
        made.save(path)
    bind([Part(path, "盖章件")], tmp_path / "bound.pdf", title="卷")
    with pikepdf.open(tmp_path / "bound.pdf") as bound:
        page = bound.pages[0]
        assert "/Annots" not in page.obj
        assert len(page.obj.Resources.XObject.P.Resources.XObject) == 1, "the seal is drawn into the page"


@pytest.mark.parametrize(
    ("mode", "kind", "size"),
    [("RGB", "JPEG", (40, 30)), ("L", "JPEG", (30, 40)), ("RGBA", "PNG", (30, 40)), ("P", "PNG", (3000, 500))],
)
def test_a_picture_becomes_a_page_with_all_its_pixels(
    tmp_path: Path, mode: str, kind: str, size: tuple[int, int]
) -> None:
    content = BytesIO()
    Image.new(mode, size, 0).save(content, kind)
    for name in ("one.pdf", "two.pdf"):
        picture_page(content.getvalue(), tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert boxes(tmp_path / "one.pdf") == [A4 if size[0] <= size[1] else A4[::-1]]
    with pikepdf.open(tmp_path / "one.pdf") as made:
        drawn = pikepdf.PdfImage(made.pages[0].obj.Resources.XObject.P).as_pil_image()
        assert drawn.size == size
        if mode == "RGBA":
            assert drawn.getpixel((0, 0)) == (255, 255, 255), "what is transparent is printed white"
