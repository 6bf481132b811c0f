"""Word and Excel files come through without programs, objects and threads to the outside."""

import io
import struct
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pytest

from regulator.foundation.cleaners.kinds import UploadKind, UploadNote
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.errors import BadInput
from tests.factories.uploads import clean, office, packed, parts, relations

KINDS = {"docx": UploadKind.DOCX, "xlsx": UploadKind.XLSX}


def refusal(content: bytes, limits: Limits | None = None) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadInput) as caught:
        clean(content, limits or Limits())
    return caught.value.code, caught.value.params


def held(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


# --- ordinary ones ---------------------------------------------------------------------------------------------------


def word() -> bytes:
    document = docx.Document()
    document.add_heading("会议纪要", 1)
    document.add_table(3, 4)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def excel() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "小区"
    book.active["A2"] = '=HYPERLINK("https://www.shenyang.gov.cn")'
    book.active["A3"].hyperlink = "https://www.shenyang.gov.cn/a?b=1&c=2"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_document_of_word_opens_afterwards() -> None:
    kind, cleaned, notes = clean(word())
    assert (kind, notes) == (UploadKind.DOCX, frozenset())
    assert docx.Document(io.BytesIO(cleaned)).paragraphs[0].text == "会议纪要"
    assert clean(cleaned)[1] == cleaned


def test_a_workbook_opens_afterwards_with_its_links() -> None:
    kind, cleaned, notes = clean(excel())
    assert (kind, notes) == (UploadKind.XLSX, frozenset())
    sheet = openpyxl.load_workbook(io.BytesIO(cleaned)).active
    assert sheet["A1"].value == "小区"
    assert sheet["A3"].hyperlink.target == "https://www.shenyang.gov.cn/a?b=1&c=2"
    assert clean(cleaned)[1] == cleaned


def test_what_an_archive_says_of_its_making_is_gone() -> None:
    content, target = parts(), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in content.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 27, 15, 44, 2))
            entry.comment, entry.extra = b"Zhang San", struct.pack("<HH", 0x9999, 9) + b"Zhang San"
            archive.writestr(entry, part)
    cleaned = clean(target.getvalue())[1]
    assert b"Zhang San" not in cleaned
    assert held(cleaned) == content
    with zipfile.ZipFile(io.BytesIO(cleaned)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert cleaned == clean(office())[1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_is_what_the_document_says_of_itself(kind: str) -> None:
    assert clean(office(kind))[0] is KINDS[kind]


# --- threads to the outside ------------------------------------------------------------------------------------------

OUTSIDE = {
    "template": ("attachedTemplate", "https://evil.example/a.dotm"),
    "picture": ("image", "https://evil.example/pixel.png"),
    "share": ("hyperlink", "\\\\evil.example\\share"),
    "script": ("hyperlink", "javascript:alert(1)"),
    "program": ("hyperlink", "file:///c:/windows/evil.example.exe"),
    "script in pieces": ("hyperlink", "java&#10;script:alert('evil.example')"),
    "another workbook": ("externalLinkPath", "https://evil.example/b.xlsx"),
    "part": ("subDocument", "https://evil.example/c.docx"),
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_a_thread_to_the_outside_is_cut(case: str) -> None:
    kind, target = OUTSIDE[case]
    name = "word/_rels/document.xml.rels"
    good = ("hyperlink", "https://www.shenyang.gov.cn/?a=1&amp;b=2", "External")
    content = office(others={name: relations(good, (kind, target, "External"))})
    _, cleaned, notes = clean(content)
    assert notes == {UploadNote.LINKS_REMOVED}
    left = held(cleaned)[name].decode()
    assert "evil.example" not in left
    assert "script" not in left
    assert 'Id="r1"' in left, "its part still names it"
    assert "https://www.shenyang.gov.cn/?a=1&amp;b=2" in left
    assert clean(cleaned) == (UploadKind.DOCX, cleaned, frozenset())


def test_a_thread_is_cut_without_the_mark_that_says_it_leads_outside() -> None:
    content = office(others={"word/_rels/document.xml.rels": relations(("image", "https://evil.example/a.png", ""))})
    assert b"evil.example" not in held(clean(content)[1])["word/_rels/document.xml.rels"]


def test_links_to_web_pages_letters_and_neighbours_stay_untouched() -> None:
    targets = ("https://a.cn", "http://a.cn", "mailto:a@a.cn", "tel:024", "附件1.docx", "#mark")
    listed = relations(*(("hyperlink", target, "External") for target in targets), ("styles", "styles.xml", ""))
    content = office(others={"word/_rels/document.xml.rels": listed})
    _, cleaned, notes = clean(content)
    assert notes == frozenset()
    assert held(cleaned)["word/_rels/document.xml.rels"] == listed


def test_that_a_signature_no_longer_holds_is_said() -> None:
    listed = relations(("attachedTemplate", "https://evil.example/a.dotm", "External"))
    others = {
        "word/_rels/settings.xml.rels": listed,
        "_xmlsignatures/origin.sigs": b"",
        "_xmlsignatures/sig1.xml": b"<s/>",
    }
    assert clean(office(others=others))[2] == {UploadNote.LINKS_REMOVED, UploadNote.SIGNATURE_VOID}
    del others["word/_rels/settings.xml.rels"]
    assert clean(office(others=others))[2] == frozenset()


# --- refused by what is in it ----------------------------------------------------------------------------------------

FIELD = b'<w:p xmlns:w="u"><w:instrText>DDE</w:instrText><w:t/><w:instrText>AUTO c:\\\\cmd.exe "/c"</w:instrText></w:p>'
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"
MACRO_EXCEL = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
RELS = "word/_rels/document.xml.rels"

REFUSED = {
    "macros of Word": (office(main_type=MACRO_WORD), "upload_macros"),
    "macros of Excel": (office("xlsx", main_type=MACRO_EXCEL), "upload_macros"),
    "a program of macros": (office(others={"word/vbaProject.bin": b"x"}), "upload_macros"),
    "macros by another name": (office(others={RELS: relations(("vbaProject", "a.xml", ""))}), "upload_macros"),
    "old macros": (office("xlsx", others={"xl/macrosheets/sheet1.xml": b"<a/>"}), "upload_macros"),
    "an object": (office(others={"word/embeddings/oleObject1.bin": b"x"}), "upload_objects"),
    "an object by another name": (office(others={RELS: relations(("oleObject", "a.xml", ""))}), "upload_objects"),
    "a control": (office(others={"word/activeX/activeX1.xml": b"<a/>"}), "upload_objects"),
    "a page inside": (office(others={RELS: relations(("aFChunk", "a.xml", ""))}), "upload_objects"),
    "slides inside": (office(others={"word/embeddings/a.pptx": b"x"}), "upload_objects"),
    "a field that starts a program": (office(others={"word/document.xml": FIELD}), "upload_objects"),
    "a field in one piece": (
        office(others={"word/footer1.xml": b"<w:fldSimple xmlns:w='u' w:instr='DDE cmd'/>"}), "upload_objects"),
    "a link that starts a program": (
        office("xlsx", others={"xl/externalLinks/externalLink1.xml": b"<a><ddeLink ddeService='cmd'/></a>"}),
        "upload_objects"),
    "outside data": (office("xlsx", others={"xl/connections.xml": b"<a/>"}), "upload_connections"),
    "a program": (office(others={"word/setup.exe": b"MZ"}), "upload_office_part"),
    "slides": (office(main_type=SLIDES), "upload_other_office"),
    "a template": (office(main_type=TEMPLATE), "upload_other_office"),
    "entities": (office(others={"word/a.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'}), "upload_declarations"),
    "entities in 16 bits": (
        office(others={"word/a.xml": '<!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16")}), "upload_declarations"),
    "entities of a drawing": (office(others={"word/a.vml": b"<!DOCTYPE a><a/>"}), "upload_declarations"),
    "entities of the contents": (
        packed(parts() | {"[Content_Types].xml": b"<!DOCTYPE a><Types/>"}), "upload_declarations"),
    "broken XML": (office(others={"word/a.xml": b"<a><b></a>"}), "upload_damaged"),
    "broken relations": (office(others={RELS: b"<a/>"}), "upload_damaged"),
    "any archive": (packed({"a.txt": b"x"}), "upload_archive"),
    "a program of Java": (packed({"META-INF/MANIFEST.MF": b"x", "A.class": b"\xca\xfe\xba\xbe"}), "upload_archive"),
    "OFD": (packed({"OFD.xml": b"<a/>"}), "upload_ofd"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_acts_or_is_another_thing_is_refused(case: str) -> None:
    content, code = REFUSED[case]
    assert refusal(content)[0] == code


def test_the_part_that_is_not_taken_is_named() -> None:
    assert refusal(office(others={"word/setup.exe": b"MZ"}))[1] == {"part": "word/setup.exe"}


def test_the_figures_behind_a_chart_stay_and_are_cleaned_too() -> None:
    book = office(
        "xlsx", others={"xl/_rels/workbook.xml.rels": relations(("image", "https://evil.example", "External"))}
    )
    _, cleaned, notes = clean(office(others={"word/embeddings/Microsoft_Excel_Sheet1.xlsx": book}))
    assert notes == {UploadNote.LINKS_REMOVED}
    inner = held(cleaned)["word/embeddings/Microsoft_Excel_Sheet1.xlsx"]
    assert b"evil.example" not in held(inner)["xl/_rels/workbook.xml.rels"]
    assert clean(cleaned)[1] == cleaned
    macros = office("xlsx", main_type=MACRO_EXCEL)
    assert refusal(office(others={"word/embeddings/a.xlsx": macros}))[0] == "upload_macros"
    nested = office("xlsx", others={"xl/embeddings/a.xlsx": office("xlsx")})
    assert refusal(office(others={"word/embeddings/a.xlsx": nested}))[0] == "upload_objects"


# --- refused by how it is packed -------------------------------------------------------------------------------------


def named(name: str) -> bytes:
    """An archive with one entry of a name that Python itself would not write."""
    placeholder = "x" * len(name.encode())
    return packed(parts(others={placeholder: b"<a/>"})).replace(placeholder.encode(), name.encode())


@pytest.mark.parametrize(
    "name", ["../../a.xml", "/etc/a.xml", "a/../b.xml", "a\\b.xml", "c:a.xml", "a//b.xml", "a\x07.xml"]
)
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str) -> None:
    assert refusal(named(name))[0] == "upload_disguised"


def test_two_parts_of_one_name_are_refused() -> None:
    content = packed(parts(others={"word/A.xml": b"<a/>", "word/b.xml": b"<a/>"}))
    assert refusal(content.replace(b"word/b.xml", b"word/a.xml"))[0] == "upload_disguised"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda whole: whole + b"payload", id="behind"),
        pytest.param(lambda whole: whole + b"%PDF-1.7 %%EOF", id="a PDF behind"),
        pytest.param(lambda whole: whole[:-2] + b"\x07\x00payload", id="as a remark"),
        pytest.param(lambda whole: packed({"a": b"b"}) + whole, id="another archive before"),
    ],
)
def test_an_archive_with_something_around_it_is_refused(change: Callable[[bytes], bytes]) -> None:
    assert refusal(change(office()))[0] == "upload_disguised"


def test_a_page_before_an_archive_is_what_it_looks_like() -> None:
    assert refusal(b"<html><script>payload</script>" + office())[0] == "upload_html"


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(office())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    content[6] |= 1
    assert refusal(bytes(content))[0] == "upload_protected"


def test_an_archive_that_breaks_off_is_refused() -> None:
    content = office()
    for cut in (30, len(content) // 2, len(content) - 5):
        assert refusal(content[:cut])[0] == "upload_damaged"


def test_a_part_that_was_altered_is_refused() -> None:
    content = packed(parts(), method=zipfile.ZIP_STORED)
    assert refusal(content.replace(b"<w:t>text", b"<w:t>tixt"))[0] == "upload_damaged"


@pytest.mark.parametrize(
    "limits", [Limits(unpacked=5_000_000), Limits(ratio=100)], ids=["more than is unpacked", "packed too well"]
)
def test_an_archive_that_grows_too_much_is_refused(limits: Limits) -> None:
    content = office(others={"word/a.xml": b"<a>" + b" " * 8_000_000 + b"</a>"})
    assert len(content) < 20_000
    assert refusal(content, limits)[0] == "upload_too_complex"


def test_an_archive_that_lies_about_how_much_it_grows_is_refused() -> None:
    content = bytearray(office(others={"word/a.xml": b"<a>" + b" " * 8_000_000 + b"</a>"}))
    size = struct.pack("<L", 8_000_007)
    at = content.index(size)
    while at != -1:
        content[at : at + 4] = struct.pack("<L", 100)
        at = content.find(size)
    assert refusal(bytes(content))[0] in {"upload_damaged", "upload_too_complex"}


def test_too_many_parts_are_refused() -> None:
    content = office(others={f"word/a{number}.xml": b"<a/>" for number in range(20)})
    assert refusal(content, Limits(entries=20))[0] == "upload_too_complex"
    assert clean(content, Limits(entries=23))[0] is UploadKind.DOCX


def test_a_small_document_may_be_packed_very_well() -> None:
    content = office(others={"word/a.xml": b"<a>" + b" " * 900_000 + b"</a>"})
    assert clean(content)[0] is UploadKind.DOCX


def test_a_result_that_would_be_too_large_to_be_sent_again_is_refused() -> None:
    assert refusal(office(), Limits(office_size=100)) == ("upload_too_large", {"megabytes": 0})
