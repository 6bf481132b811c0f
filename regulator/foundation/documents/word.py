"""The same blocks as a docx that people may go on writing in; the same input gives the same bytes.

A docx carries no fonts: those named here are the ones Chinese offices have.
"""

import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from regulator.foundation.documents.blocks import Block, Heading, Paragraph, Picture, Report, Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as DocxParagraph

LATIN, BODY, HEADINGS = "Times New Roman", "宋体", "黑体"
PAGE = (210, 297)  # A4, mm
MARGIN = 25  # mm
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_STYLES = (("Normal", BODY, 11), ("Title", HEADINGS, 18), ("Subtitle", BODY, 11), ("Caption", HEADINGS, 9.5))
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def docx_document(report: Report, *, made_at: datetime) -> bytes:
    """The report on A4 with page numbers; ``made_at`` (aware) is the date in the file's properties."""
    import docx  # noqa: PLC0415  # not at the start of a web worker

    document = docx.Document()
    _set_properties(document, report, made_at)
    _set_page(document)
    _set_styles(document, report.language)
    _write(document, report.title, "Title")
    if report.subtitle:
        _write(document, report.subtitle, "Subtitle")
    for block in report.blocks:
        _add(block, document)
    stream = BytesIO()
    document.save(stream)
    return _with_fixed_dates(stream)


def _with_fixed_dates(stream: BytesIO) -> bytes:
    """The archive packed again, since python-docx writes the hour of packing at every entry."""
    packed = BytesIO()
    with zipfile.ZipFile(stream) as found, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as fresh:
        for name in found.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fresh.writestr(entry, found.read(name))
    return packed.getvalue()


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


# --- the frame -------------------------------------------------------------------------------------------------------


def _set_properties(document: "Document", report: Report, made_at: datetime) -> None:
    about = document.core_properties
    about.title, about.author, about.last_modified_by = _clean(report.title), _clean(report.author), ""
    about.comments, about.language = "", report.language
    about.created = about.modified = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _set_page(document: "Document") -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in PAGE)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add_field(foot, "PAGE")
    foot.add_run(" / ")
    _add_field(foot, "NUMPAGES")


def _add_field(paragraph: "DocxParagraph", instruction: str) -> None:
    """A field Word computes; 1 stands there until it does."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.oxml.parser import OxmlElement  # noqa: PLC0415

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)  # noqa: SLF001  # python-docx has no fields
    run = paragraph.add_run("1")
    field.append(run._r)  # noqa: SLF001


def _set_styles(document: "Document", language: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    for name, font, size in _STYLES:
        _set_style(document, name, font, size)
    for level, size in ((1, 13), (2, 11.5)):
        _set_style(document, f"Heading {level}", HEADINGS, size)
    for name in ("Title", "Subtitle", "Caption"):
        document.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if language == "zh":
        document.styles["Normal"].paragraph_format.line_spacing = 1.5


def _set_style(document: "Document", name: str, font: str, size: float) -> None:
    """Latin letters and Chinese characters have fonts of their own; theme fonts would overrule both."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    style: Any = document.styles[name]
    style.font.name, style.font.size, style.font.italic = LATIN, Pt(size), False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    fonts.set(qn("w:eastAsia"), font)


# --- blocks ----------------------------------------------------------------------------------------------------------


def _write(document: "Document", text: str, style: str) -> "DocxParagraph":
    return document.add_paragraph(_clean(text), style=style)


def _add(block: Block, document: "Document") -> None:
    match block:
        case Heading():
            _write(document, block.text, f"Heading {block.level}")
        case Paragraph():
            _write(document, block.text, "Normal")
        case Picture():
            _add_picture(block, document)
        case Table():
            _add_table(block, document)


def _add_picture(block: Picture, document: "Document") -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    drawn = paragraph.add_run().add_picture(BytesIO(block.png), width=Mm(min(block.width, PAGE[0] - 2 * MARGIN)))
    drawn._inline.docPr.set("descr", _clean(block.alternative))  # noqa: SLF001  # python-docx has no alternative text
    if block.caption:
        _write(document, block.caption, "Caption")


def _add_table(block: Table, document: "Document") -> None:
    from docx.shared import Mm  # noqa: PLC0415

    if block.caption:
        _write(document, block.caption, "Caption").paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    table.autofit = False
    _fill(table.rows[0].cells, tuple(column.text for column in block.columns), block, is_head=True)
    _repeat(table.rows[0])
    for row in block.rows:
        _fill(table.add_row().cells, row, block)
    whole = sum(column.width for column in block.columns)
    for column, made in zip(block.columns, table.columns, strict=True):
        made.width = Mm((PAGE[0] - 2 * MARGIN) * column.width / whole)


def _fill(cells: "tuple[_Cell, ...]", texts: tuple[str, ...], table: Table, *, is_head: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    for cell, text, column in zip(cells, texts, table.columns, strict=True):
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(_clean(text))
        run.font.size, run.bold = Pt(9.5), is_head
        paragraph.paragraph_format.space_after = Pt(2)
        if column.is_number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat(row: Any) -> None:
    """Word prints the row again on each page the table reaches."""
    from docx.oxml.parser import OxmlElement  # noqa: PLC0415

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001  # python-docx has no such switch
