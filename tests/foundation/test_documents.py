"""One content as PDF/A and docx: archival, Chinese, reproducible; what a person wrote is printed, never run."""

import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from regulator.foundation.documents import (
    Column,
    DocumentFailed,
    Heading,
    Paragraph,
    Picture,
    Report,
    Table,
    docx_document,
    pdf,
    report_pdf,
    typst_pdf,
)
from regulator.resources import resource_dir
from tests.foundation.test_charts import bars, charts

MADE = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
HOSTILE = (
    "#panic()", "\\", "$x$", "[a]", "*b*", "_c_", "@d", "<e>", "`f`", "//g", "= h", "- i", '#include "/etc/passwd"',
    "{{ j }}", "</w:t>", "&amp;", '"', "'", "~", "--", "/*",
)  # fmt: skip
TEMPLATES = sorted((resource_dir("templates") / "documents").glob("*.typ"))


def picture() -> Picture:
    spec = bars()
    return Picture(charts.to_png(spec), "各区覆盖率：沈河区最高", "图一　各区覆盖率", charts.to_svg(spec))


def report(*blocks: Any, title: str = "物业管理覆盖率月报") -> Report:
    return Report(title, blocks, subtitle="2026年10月", author="住房和城乡建设局")


def whole() -> Report:
    rows = tuple((f"第{number}小区", f"{number:,}") for number in range(80))
    table = Table((Column("小区", width=3), Column("户数", is_number=True)), rows, "表一　小区")
    return report(Heading("一、总体情况"), Paragraph("全市覆盖率为86.4%。"), picture(), Heading("（一）分区", 2), table)


def read(made: bytes) -> Any:
    return PdfReader(BytesIO(made))


def words(made: bytes) -> str:
    """The text of a PDF without the blanks that typst sets between Chinese and Latin."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in read(made).pages))


def opened(made: bytes) -> Any:
    return docx.Document(BytesIO(made))


# --- PDF -------------------------------------------------------------------------------------------------------------


def test_the_pdf_says_it_is_pdf_a_2b() -> None:
    found = read(report_pdf(whole(), made_at=MADE))
    metadata = found.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfaid:part>2<", metadata)
    assert re.search(r"<pdfaid:conformance>B<", metadata)
    assert found.trailer["/Root"]["/OutputIntents"]
    assert found.metadata.title == "物业管理覆盖率月报"
    assert found.metadata.author == "住房和城乡建设局"
    assert found.metadata.creation_date == MADE


def test_the_pdf_holds_the_text_and_repeats_the_head_of_a_table() -> None:
    made = report_pdf(whole(), made_at=MADE)
    text = words(made)
    for expected in (
        "物业管理覆盖率月报",
        "一、总体情况",
        "全市覆盖率为86.4%。",
        "图一各区覆盖率",
        "第79小区",
        "沈河区",
    ):
        assert expected in text
    pages = read(made).pages
    assert len(pages) > 2
    assert all("户数" in page.extract_text() for page in pages[1:])
    assert f"1/{len(pages)}" in words(made)
    assert pages[0].mediabox.width == pytest.approx(595.28, abs=0.1), "A4"


def test_every_font_of_the_pdf_is_ours_and_inside() -> None:
    names = set()
    for page in read(report_pdf(whole(), made_at=MADE)).pages:
        for font in page["/Resources"]["/Font"].values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"].get_object())
            names.add(str(below["/BaseFont"]).partition("+")[2])
    assert names == {"NotoSansSC-Bold", "NotoSansSC-Regular", "NotoSerifSC-Regular"}


def test_a_picture_is_read_aloud_in_the_pdf() -> None:
    made = report_pdf(report(picture()), made_at=MADE)
    assert any(item.get("/Alt") == "各区覆盖率：沈河区最高" for item in _objects(read(made)))


def _objects(found: PdfReader) -> list[Any]:
    """Every dictionary of the file."""
    every = (found.get_object(number) for number in range(1, len(found.xref_objStm) + len(found.xref[0]) + 1))
    return [item for item in every if hasattr(item, "get")]


def test_the_same_report_gives_the_same_bytes_and_another_day_others() -> None:
    once = report_pdf(whole(), made_at=MADE)
    assert once == report_pdf(whole(), made_at=MADE)
    assert once != report_pdf(whole(), made_at=MADE.replace(day=2))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_in_the_pdf(text: str) -> None:
    hostile = report(
        Heading(f"甲{text}乙"), Paragraph(f"丙{text}丁"), Table((Column(f"戊{text}己"),), ((f"庚{text}辛",),)),
        title=f"子{text}丑",
    )  # fmt: skip
    found = words(report_pdf(hostile, made_at=MADE))
    bare = re.sub(r"\s", "", text)
    for before, after in ("甲乙", "丙丁", "戊己", "庚辛", "子丑"):
        assert f"{before}{bare}{after}" in found


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_text_makes_a_pdf_and_a_docx(text: str) -> None:
    anything = report(Heading(text), Paragraph(text), Table((Column(text),), ((text,),), text), title=text)
    assert report_pdf(anything, made_at=MADE).startswith(b"%PDF-")
    assert docx_document(anything, made_at=MADE).startswith(b"PK")


def test_a_character_without_glyph_is_marked() -> None:
    assert "王〓先生" in words(report_pdf(report(Paragraph("王𠮷先生")), made_at=MADE))


def test_a_failure_says_what_typst_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "broken.typ").write_text('#let d = json("data.json")\n#d.nothing', encoding="utf-8")
    monkeypatch.setattr(pdf, "resource_dir", lambda _name: tmp_path)
    with pytest.raises(DocumentFailed, match="nothing") as caught:
        typst_pdf("broken.typ", {"name": "x"}, {}, made_at=MADE)
    assert "main.typ:2" in caught.value.diagnostic
    (tmp_path / "documents" / "outside.typ").write_text('#read("/etc/passwd")', encoding="utf-8")
    with pytest.raises(DocumentFailed, match="not found"):
        typst_pdf("outside.typ", {}, {}, made_at=MADE)


def test_a_damaged_picture_is_a_failure_not_a_crash() -> None:
    with pytest.raises(DocumentFailed, match="decode image"):
        report_pdf(report(Picture(b"no picture", "nothing")), made_at=MADE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_evaluate_nothing_and_download_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\beval\s*\(", text), "text from people would become markup"
    assert '"@' not in text, "a package would be fetched from outside"


# --- docx ------------------------------------------------------------------------------------------------------------


def test_the_docx_opens_with_its_blocks() -> None:
    found = opened(docx_document(whole(), made_at=MADE))
    styles = {paragraph.text: paragraph.style.name for paragraph in found.paragraphs}
    assert styles["物业管理覆盖率月报"] == "Title"
    assert styles["一、总体情况"] == "Heading 1"
    assert styles["（一）分区"] == "Heading 2"
    assert styles["图一　各区覆盖率"] == "Caption"
    (table,) = found.tables
    assert [cell.text for cell in table.rows[0].cells] == ["小区", "户数"]
    assert [cell.text for cell in table.rows[80].cells] == ["第79小区", "79"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None, "repeated on each page"
    assert table.columns[0].width == pytest.approx(3 * table.columns[1].width, rel=0.01)


def test_the_docx_is_chinese_a4_and_numbered() -> None:
    found = opened(docx_document(whole(), made_at=MADE))
    assert found.sections[0].page_width.mm == pytest.approx(210, abs=0.1)
    assert found.sections[0].page_height.mm == pytest.approx(297, abs=0.1)
    assert re.findall(r'w:instr="(\w+)"', found.sections[0].footer._element.xml) == ["PAGE", "NUMPAGES"]
    for style, font in (("Normal", "宋体"), ("Title", "黑体"), ("Heading 1", "黑体")):
        fonts = found.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert fonts.get(qn("w:eastAsiaTheme")) is None, "the theme would overrule the font"


def test_a_picture_is_read_aloud_in_the_docx() -> None:
    found = opened(docx_document(report(picture()), made_at=MADE))
    (drawn,) = found.inline_shapes
    assert drawn._inline.docPr.get("descr") == "各区覆盖率：沈河区最高"
    assert drawn.width.mm == pytest.approx(160, abs=0.1)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_in_the_docx(text: str) -> None:
    hostile = report(Paragraph(f"丙{text}丁"), Table((Column("戊"),), ((f"庚{text}辛",),)), title=f"子{text}丑")
    found = opened(docx_document(hostile, made_at=MADE))
    assert [found.paragraphs[place].text for place in (0, 2)] == [f"子{text}丑", f"丙{text}丁"]
    assert found.tables[0].rows[1].cells[0].text == f"庚{text}辛"


def test_the_docx_is_the_same_at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    once = docx_document(whole(), made_at=MADE)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 1, 0))
    assert docx_document(whole(), made_at=MADE) == once
    with zipfile.ZipFile(BytesIO(once)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    about = opened(once).core_properties
    assert about.created.replace(tzinfo=UTC) == about.modified.replace(tzinfo=UTC) == MADE
    assert about.author == "住房和城乡建设局"


# --- blocks ----------------------------------------------------------------------------------------------------------


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="one cell"):
        Table((Column("甲"), Column("乙")), (("一",),))


def test_a_picture_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="in words"):
        Picture(b"", " ")
