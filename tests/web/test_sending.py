"""A stored file is handed out to be saved, and only as it was stored; what is too large never comes in."""

import gc
import re
from io import RawIOBase
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue

from regulator.app import MAX_UPLOAD_BYTES, create_app
from regulator.foundation import files
from regulator.foundation.cleaners.limits import DEFAULT_LIMITS
from regulator.foundation.files import FileRoom
from regulator.web.access import open_to_public
from regulator.web.pages import Site
from regulator.web.sending import disposition, send_kept
from tests.conftest import settings_for

PAGE = b"<script>alert(1)</script>"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'x.sqlite'}", tmp_path / "var"))
    site = Site(city="沈阳市", city_en="Shenyang", nature="demo", data_as_of=None, authority="沈阳市房产局", site_id="")
    app.extensions["regulator_site"] = lambda: site

    @app.get("/kept/<name>")
    @open_to_public
    def kept(name: str) -> ResponseReturnValue:
        return send_kept(name, file_name="../会议/\u202e纪要.html", media_type="text/html")

    @app.post("/take")
    @open_to_public
    def take() -> ResponseReturnValue:
        return send_kept(
            files.file_room().keep(request.files["file"].stream, maximum=1 << 30), file_name="x", media_type="x/x"
        )

    return app


@pytest.fixture
def room(app: Flask) -> FileRoom:
    return files.file_room()


def test_a_stored_page_is_saved_and_never_shown(app: Flask, room: FileRoom) -> None:
    name = room.keep([PAGE], maximum=100)
    answer = app.test_client().get(f"/kept/{name}")
    assert (answer.status_code, answer.data) == (200, PAGE)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Length"] == str(len(PAGE))
    assert answer.headers["ETag"] == f'"{name}"'
    answer.close()


def test_who_has_it_already_is_only_told_so(app: Flask, room: FileRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    name = room.keep([PAGE], maximum=100)
    opened = []
    monkeypatch.setattr(FileRoom, "opened", lambda _self, name: opened.append(name))
    answer = app.test_client().get(f"/kept/{name}", headers={"If-None-Match": f'"{name}"'})
    assert (answer.status_code, answer.data, opened) == (304, b"", [])
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_file_that_was_altered_or_is_not_there_is_not_sent(app: Flask, room: FileRoom, tmp_path: Path) -> None:
    name = room.keep([PAGE], maximum=100)
    (tmp_path / "var/files" / name[:2] / name).write_bytes(b"something else")
    answer = app.test_client().get(f"/kept/{name}")
    assert answer.status_code == 500
    assert "something else" not in answer.text
    assert "从备份恢复" in answer.text
    assert app.test_client().get(f"/kept/{'0' * 64}").status_code == 404


@pytest.mark.parametrize(
    ("name", "plain", "whole"),
    [
        ("report.pdf", "report.pdf", "report.pdf"),
        ("会议纪要.pdf", "attachment.pdf", "会议纪要.pdf"),
        ("Protokoll für 㛃𬭼.docx", "Protokoll fur .docx", "Protokoll für 㛃𬭼.docx"),
        ('a"; filename="evil.exe', "a__ filename_evil.exe", "a__ filename=_evil.exe"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x1.pdf", "a Set-Cookie_ x=1.pdf"),
        ("..\\..\\boot.ini", "boot.ini", "boot.ini"),
        ("", "attachment", "attachment"),
    ],
)
def test_the_name_is_said_so_that_old_and_new_programs_read_it(name: str, plain: str, whole: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert "\n" not in header
    found = re.fullmatch(r"attachment; filename=\"([^\"\\]*)\"; filename\*=UTF-8''([A-Za-z0-9%._~-]*)", header)
    assert found, header
    assert found[1] == plain
    assert unquote(found[2]) == whole


# --- too large -------------------------------------------------------------------------------------------------------


class Endless(RawIOBase):
    """What a sender would go on sending; remembers how much of it was taken."""

    def __init__(self) -> None:
        self.taken = self.at = 0
        self.start = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = 1 << 30 if whence else offset
        return self.at

    def readinto(self, buffer: Any) -> int:
        given = self.start[: len(buffer)] or bytes(len(buffer))
        self.start = self.start[len(given) :]
        buffer[: len(given)] = given
        self.taken += len(given)
        return len(given)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_gigabyte_is_refused_unread(app: Flask, language: str) -> None:
    sent = Endless()
    answer = app.test_client().post(
        f"/take?lang={language}",
        input_stream=sent,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert sent.taken == 0
    assert {"zh": "一次最多上传 64 MB", "en": "At most 64 MB can be sent at once"}[language] in answer.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the parser leaves its file to Python
def test_one_who_does_not_say_how_much_comes_is_cut_off(app: Flask) -> None:
    sent = Endless()
    most = app.config["MAX_CONTENT_LENGTH"] = 2 << 20  # taking 64 MB apart would take half a minute
    answer = app.test_client().post(
        "/take",
        input_stream=sent,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == 413
    assert sent.taken <= most + (1 << 20)
    gc.collect()


def test_what_may_be_attached_may_be_sent() -> None:
    room_for_the_form = 1 << 20
    most = max(DEFAULT_LIMITS.pdf_size, DEFAULT_LIMITS.image_size, DEFAULT_LIMITS.office_size)
    assert most + room_for_the_form <= MAX_UPLOAD_BYTES
