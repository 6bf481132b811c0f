"""What people send is known by its content, measured before it is read, and cleaned where it can do no harm."""

import io
import json
import os
import resource
import signal
import subprocess
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from regulator.foundation import i18n
from regulator.foundation.cleaners.kinds import Container
from regulator.foundation.errors import BadInput, Unavailable
from regulator.foundation.uploads import DEFAULT_LIMITS, Limits, UploadKind, UploadNote, apart, clean_upload
from regulator.foundation.uploads.names import as_ascii, clean_name
from tests.factories.uploads import SCRIPT, clean, located, office, packed, pdf, picture


def taken(content: bytes, name: str = "x", limits: Limits = DEFAULT_LIMITS) -> Any:
    return clean_upload(io.BytesIO(content), name=name, limits=limits)


def refusal(content: bytes, name: str = "x.pdf", limits: Limits = DEFAULT_LIMITS) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadInput) as caught:
        taken(content, name, limits)
    assert caught.value.about == "file"
    return caught.value.code, caught.value.params


# --- taken -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "name", "media_type"),
    [
        (pdf(), UploadKind.PDF, "附件.pdf", "application/pdf"),
        (picture(exif=located()), UploadKind.JPEG, "附件.jpg", "image/jpeg"),
        (picture("PNG"), UploadKind.PNG, "附件.png", "image/png"),
        (office(), UploadKind.DOCX, "附件.docx",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("xlsx"), UploadKind.XLSX, "附件.xlsx",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)  # fmt: skip
def test_the_content_decides_and_the_name_follows(content: bytes, kind: UploadKind, name: str, media_type: str) -> None:
    found = taken(content, "附件.exe")
    assert (found.kind, found.name, found.media_type, found.notes) == (kind, name, media_type, ())
    assert found.size == len(found.content)
    assert (kind, found.content, frozenset()) == clean(content)


def test_what_was_taken_out_is_said() -> None:
    def change(document: Any) -> None:
        document.Root.OpenAction = SCRIPT

    assert taken(pdf(change)).notes == (UploadNote.SCRIPTS_REMOVED,)


# --- refused by what it is -------------------------------------------------------------------------------------------

SVG = b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OTHERS = {
    "nothing": (b"", "upload_empty"),
    "a program of Windows": (b"MZ\x90\x00" + bytes(100), "upload_program"),
    "a program of Linux": (b"\x7fELF" + bytes(100), "upload_program"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "upload_program"),
    "a shortcut": (b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(100), "upload_program"),
    "a batch": (b"@echo off\r\nformat c:", "upload_program"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "upload_old_office"),
    "SVG": (SVG, "upload_svg"),
    "SVG with a type": (b"\xef\xbb\xbf<!DOCTYPE svg PUBLIC 'x'><svg >", "upload_svg"),
    "a page": (b"  \n<!DOCTYPE html><html>", "upload_html"),
    "a script of a page": (b"<script>alert(1)</script>", "upload_html"),
    "a page before a PDF": (b"<html>" + pdf(), "upload_html"),
    "a photo of an iPhone": (b"\x00\x00\x00\x18ftypheic" + bytes(100), "upload_heic"),
    "GIF": (b"GIF89a" + bytes(100), "upload_other_picture"),
    "a GIF before a PDF": (b"GIF89a" + pdf(), "upload_other_picture"),
    "BMP": (b"BM" + bytes(100), "upload_other_picture"),
    "WebP": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "upload_other_picture"),
    "RAR": (b"Rar!\x1a\x07\x00", "upload_archive"),
    "an empty archive": (b"PK\x05\x06" + bytes(18), "upload_archive"),
    "an archive": (packed({"a.txt": b"text"}), "upload_archive"),
    "a PDF behind something": (b"\r\n" + pdf(), "upload_disguised"),
    "text": ("整改情况说明".encode(), "upload_unknown"),
    "text in capitals": (b"MZ and BM are letters too", "upload_unknown"),
    "sound": (b"ID3\x03" + bytes(100), "upload_unknown"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_another_thing_is_refused_by_what_it_is(case: str) -> None:
    content, code = OTHERS[case]
    assert refusal(content) == (code, {})


def test_every_refusal_says_in_both_languages_what_is_wrong_and_what_to_send() -> None:
    codes = {code for _, code in OTHERS.values()} | {
        "upload_too_large", "upload_damaged", "upload_protected", "upload_too_complex", "upload_too_many_pages",
        "upload_dynamic_form", "upload_macros", "upload_objects", "upload_connections", "upload_ofd",
        "upload_office_part", "upload_other_office", "upload_declarations", "upload_animated", "upload_too_many_pixels",
        "upload_picture_too_large",
    }  # fmt: skip
    params = dict.fromkeys(("megabytes", "found", "maximum", "part", "megapixels"), "7")
    for code in codes:
        chinese, english = (i18n.sentence(code, params, locale) for locale in ("zh_Hans_CN", "en"))
        assert "上传" in chinese, code
        assert "send" in english.lower(), code
        assert "%(" not in chinese + english


def test_markup_made_to_keep_a_reader_busy_does_not() -> None:
    for start in (b"<!-- -->" * 500, b"<?xml ?>" * 500, b"<!DOCTYPE svg>" * 250, b"\n" * 4000, b"<!--" * 1000):
        assert refusal(start + b"x")[0] == "upload_unknown"


# --- measured --------------------------------------------------------------------------------------------------------


class Stream(io.RawIOBase):
    """Begins as told and goes on for ever; remembers how much was taken of it, and at most at once."""

    def __init__(self, start: bytes) -> None:
        self.start, self.taken = start, 0

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= 1 << 20, "never all at once"
        given = self.start[:size] or bytes(size)
        self.start = self.start[len(given) :]
        self.taken += len(given)
        return given


@pytest.mark.parametrize(("start", "megabytes"), [(b"%PDF-1.7\n", 50), (b"\xff\xd8\xff\xe0", 20), (b"PK\x03\x04", 20)])
def test_too_much_is_refused_without_reading_the_rest(start: bytes, megabytes: int) -> None:
    endless = Stream(start)
    with pytest.raises(BadInput) as caught:
        clean_upload(endless, name="a")
    assert (caught.value.code, caught.value.params) == ("upload_too_large", {"megabytes": megabytes})
    assert endless.taken <= (megabytes + 2) << 20


def test_what_is_not_taken_is_not_read_at_all() -> None:
    endless = Stream(b"\x7fELF")
    with pytest.raises(BadInput):
        clean_upload(endless, name="a")
    assert endless.taken <= 4096


def test_the_very_size_is_taken() -> None:
    content = pdf()
    assert taken(content, limits=Limits(pdf_size=len(content) + 2000)).kind is UploadKind.PDF
    assert refusal(content, limits=Limits(pdf_size=len(content) - 1))[0] == "upload_too_large"


def test_no_room_for_the_copy_is_said_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(Unavailable) as caught:
            clean_upload(Stream(b"%PDF-1.7"), name="a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.code == "file_store_full"
    assert list(tmp_path.iterdir()) == []


# --- apart -----------------------------------------------------------------------------------------------------------


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    taken(pdf())
    refusal(b"%PDF-1.7")
    assert list(tmp_path.iterdir()) == []


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULATOR_DATA_KEY", "a secret")
    calls: list[dict[str, Any]] = []
    run = subprocess.run

    def remember(*given: Any, **how: Any) -> Any:
        calls.append(how)
        return run(*given, **how)

    monkeypatch.setattr(subprocess, "run", remember)
    taken(picture())
    assert set(calls[0]["env"]) == {"PYTHONPATH", "MALLOC_ARENA_MAX", "LC_ALL"}


@pytest.mark.parametrize(
    ("limits", "content"),
    [
        pytest.param({"memory": 100 << 20}, picture("PNG", Image.new("RGB", (6000, 6000))), id="no memory"),
        pytest.param({"seconds": 0}, picture("PNG"), id="no time"),
    ],
)
def test_a_process_that_uses_too_much_ends_with_a_refusal(limits: dict[str, int], content: bytes) -> None:
    assert refusal(content, limits=Limits(**limits))[0] in {"upload_too_complex", "upload_damaged"}


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (-signal.SIGXCPU, "upload_too_complex"), (-signal.SIGKILL, "upload_too_complex"),
        (-signal.SIGSEGV, "upload_damaged"), (1, "upload_damaged"),
    ],
)  # fmt: skip
def test_a_process_that_breaks_refuses_the_file_only(monkeypatch: pytest.MonkeyPatch, code: int, refused: str) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], code, b"", b""))
    assert refusal(picture())[0] == refused


def test_a_process_that_sleeps_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleeps(command: list[str], **how: Any) -> object:
        raise subprocess.TimeoutExpired(command, how["timeout"])

    monkeypatch.setattr(subprocess, "run", sleeps)
    assert refusal(picture())[0] == "upload_too_complex"


def test_only_so_many_are_cleaned_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "WAIT_SECONDS", 0.01)
    for _ in range(apart.AT_ONCE):
        assert apart._turns.acquire(timeout=1)
    try:
        with pytest.raises(Unavailable) as caught:
            taken(picture())
    finally:
        for _ in range(apart.AT_ONCE):
            apart._turns.release()
    assert caught.value.code == "uploads_busy"
    assert taken(picture()).kind is UploadKind.JPEG


def test_the_process_holds_itself_to_the_limits(tmp_path: Path) -> None:
    import sys

    told = (
        "import resource as r, json; from regulator.foundation.cleaners.__main__ import _bind, Limits; _bind(Limits());"
    )
    asked = "print(json.dumps([r.getrlimit(one)[0] for one in (r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_CORE)]))"
    done = subprocess.run([sys.executable, "-c", told + asked], capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [DEFAULT_LIMITS.seconds, DEFAULT_LIMITS.memory, 0]


# --- any bytes -------------------------------------------------------------------------------------------------------

STARTS = (b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"<svg ", b"MZ")
WHOLE = {
    "pdf": pdf(pages=2), "pdf in packed objects": pdf(pages=2, object_stream_mode=2),
    "photo": picture(exif=located()), "grey": picture(image=None, quality=95),
    "drawing": picture("PNG"), "word": office(), "excel": office("xlsx"),
}  # fmt: skip


def clean_twice(content: bytes) -> None:
    """Refuse, or give what stays as it is."""
    limits = Limits(pixels=1_000_000, unpacked=10_000_000, expanded=10_000_000)
    try:
        kind, once, _ = clean(content, limits)
    except BadInput:
        return
    again, twice, notes = clean(once, limits)
    assert (again, twice, notes) == (kind, once, frozenset())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(STARTS), st.binary(max_size=400), st.sampled_from([b"", b"%%EOF", b"IEND", b"\xff\xd9"]))
@example(b"%PDF-1.7\n", b"", b"%%EOF")
def test_any_bytes_are_refused_or_harmless(start: bytes, middle: bytes, end: bytes) -> None:
    clean_twice(start + middle + end)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_file_with_some_bytes_altered_is_refused_or_harmless(name: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(content))))
    clean_twice(bytes(content[:cut]) + data.draw(st.binary(max_size=20)))


# --- names -----------------------------------------------------------------------------------------------------------

PDF = (".pdf",)


@pytest.mark.parametrize(
    ("given", "endings", "expected"),
    [
        ("报告.pdf", PDF, "报告.pdf"),
        ("报告.PDF", PDF, "报告.pdf"),
        ("报告", PDF, "报告.pdf"),
        ("setup.exe", PDF, "setup.pdf"),
        ("发票.pdf.exe", PDF, "发票.pdf"),
        ("照片.JPEG", (".jpg", ".jpeg"), "照片.jpeg"),
        ("version 1.2", PDF, "version 1.2.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Users\\张三\\a.pdf", PDF, "a.pdf"),
        ("\u202efdp.exe", PDF, "fdp.pdf"),
        ("a\u200bb\u2066c\ufeff.pdf", PDF, "abc.pdf"),
        ("a\r\nb\x00\x7f\u2028c.pdf", PDF, "a b c.pdf"),
        ("  .. .pdf ", PDF, "attachment.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ("", PDF, "attachment.pdf"),
        ("///", PDF, "attachment.pdf"),
        ("...", PDF, "attachment.pdf"),
        ('a"b<c>|d*e?.pdf', PDF, "a_b_c__d_e_.pdf"),
        ("con.pdf", PDF, "_con.pdf"),
        ("a\ud800b.pdf", PDF, "ab.pdf"),
        ("㛃𬭼.pdf", PDF, "㛃𬭼.pdf"),
        ("e\u0301.pdf", PDF, "é.pdf"),
        ("a.html", (), "a.html"),
    ],
)
def test_a_name_is_what_it_looks_like(given: str, endings: tuple[str, ...], expected: str) -> None:
    assert clean_name(given, endings) == expected


@pytest.mark.parametrize("char", ["a", "é", "业", "𬭼", "e\u0323\u0307"])
def test_a_long_name_is_cut_between_characters_and_keeps_its_ending(char: str) -> None:
    name = clean_name(char * 300 + ".pdf", PDF)
    assert 240 < len(name.encode()) <= 255
    stem = name.removesuffix(".pdf")
    assert stem != name
    assert set(unicodedata.normalize("NFC", stem)) <= set(unicodedata.normalize("NFC", char))
    assert not len(stem) % len(unicodedata.normalize("NFC", char))


@given(st.text(max_size=300), st.sampled_from([(), PDF, (".jpg", ".jpeg")]))
def test_any_name_becomes_one_and_stays_so(given_name: str, endings: tuple[str, ...]) -> None:
    name = clean_name(given_name, endings)
    assert name
    assert len(name.encode()) <= 255
    assert not {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} & {unicodedata.category(char) for char in name}
    assert not set('/\\:<>"|?*;%') & set(name)
    assert not name.startswith((".", " "))
    assert name.endswith(endings or "")
    assert os.path.basename(name) == name  # noqa: PTH119
    assert clean_name(name, endings) == name
    assert as_ascii(name).isascii()
    assert as_ascii(name)


def test_every_container_has_a_reader() -> None:
    made = {Container.PDF: pdf(), Container.JPEG: picture(), Container.PNG: picture("PNG"), Container.ZIP: office()}
    assert set(made) == set(Container)
    assert {clean(content)[0] for content in made.values()} < set(UploadKind)
