"""Anyone verifies a certificate: by number, by QR, by its file; forged, altered and guessed ones are told as such."""

from contextvars import Context
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from regulator.features.licensing.actions.certificates import end_certificate
from regulator.features.licensing.actions.filing import certificate_room, keep_files, note_filed
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Certificate
from regulator.foundation.database import transaction
from regulator.portals.api.views import certificates as api
from regulator.portals.public.views import verify as view
from tests.factories import registry as make
from tests.factories.certificates import issue, record
from tests.factories.papers import sign_with_one_key
from tests.portals.public.conftest import Fetch, World  # type: ignore[import-not-found]  # tests are no packages


@pytest.fixture
def certificate(world: World, tmp_path: Path) -> Certificate:
    """A certificate of grade 2 with its files."""
    sign_with_one_key(tmp_path / "var" / "signing")
    with transaction():
        found = issue(world.company)
        note_filed(found, keep_files(found), now=make.NOW)
    return found


def send(app: Flask, content: bytes, peer: str = "10.0.0.1") -> TestResponse:
    """A visitor's file."""
    data = {"file": (BytesIO(content), "x.pdf")}
    client = app.test_client()
    answer: TestResponse = Context().run(client.post, "/verify", data=data, environ_base={"REMOTE_ADDR": peer})
    answer.request.environ["wsgi.input"].close()  # a large upload lies in a file that nobody else closes
    return answer


def ask(app: Flask, path: str, peer: str = "10.0.0.1") -> TestResponse:
    """A look from an address."""
    return Context().run(app.test_client().get, path, environ_base={"REMOTE_ADDR": peer})


def test_number_code_and_a_forged_pair(certificate: Certificate, world: World, fetch: Fetch) -> None:
    code = (certificate.content_hash or "")[:16]
    page = fetch(f"/verify/{certificate.number}").text
    for said in ("有效", "2026年5月1日", "2029年4月30日", "二级", world.company.name, "编号可以被抄用"):
        assert said in page
    assert f'href="/companies/{world.company.credit_code}"' in page
    for never in ("资质证书", "许可", "吊销", code):
        assert never not in page.replace("行政许可法", ""), never
    genuine = fetch(f"/verify/{certificate.number}?code={code}")
    assert "校验码与证书一致" in genuine.text
    assert (genuine.headers["Cache-Control"], genuine.headers.get("Set-Cookie")) == ("no-store", None)
    forged = fetch(f"/verify/{certificate.number}?code={'0' * 16}").text
    assert "与登记不符" in forged
    assert "校验码与证书一致" not in forged
    assert "was issued under this number" in fetch(f"/verify/{certificate.number}?code={'0' * 16}&lang=en").text
    typed = quote(" dj210100－2026－00001 ")
    assert "校验码与证书一致" in fetch(f"/verify?number={typed}&code={code.upper()}").text


@pytest.mark.parametrize("number", ["DJ210100-2026-00002", "x", "<script>alert(1)</script>", "\x00", "a/b"])
def test_an_unknown_number(certificate: Certificate, fetch: Fetch, number: str) -> None:
    answer = fetch(f"/verify?number={quote(number)}&code={'0' * 16}")
    assert (answer.status_code, "查无此证" in answer.text) == (404, True)
    assert "<script>alert" not in answer.text


def test_a_file_is_as_it_was_made_or_altered_or_none_of_ours(app: Flask, certificate: Certificate) -> None:
    for name in (certificate.file_hash, certificate.bilingual_hash):
        content = certificate_room().read(name or "")
        page = send(app, content)
        assert (page.status_code, "逐字节一致" in page.text) == (200, True)
    altered = send(app, content.replace(b"/Producer", b"/Produced", 1) + b"\n")
    assert (altered.status_code, "与登记不符" in altered.text) == (200, True)
    assert "逐字节一致" not in altered.text
    other = send(app, content.replace(b"DJ210100-2026-00001", b"DJ210100-2026-00077"))
    assert (other.status_code, "查无此证" in other.text) == (404, True)
    assert (send(app, b"%PDF-1.7 of somebody else").status_code, send(app, b"").status_code) == (404, 400)
    large = send(app, b"x" * (5 * 2**20))
    assert (large.status_code, "最多上传 4 MB" in large.text) == (413, True)


def test_the_state_is_that_of_the_moment_also_for_programs(
    app: Flask, certificate: Certificate, world: World, fetch: Fetch, session: Session
) -> None:
    path = f"/api/v1/certificates/{certificate.number}"
    assert fetch(path).json == {
        "number": "DJ210100-2026-00001",
        "state": "valid",
        "credit_code": world.company.credit_code,
        "company": world.company.name,
        "grade": "2",
        "provisional": False,
        "issued_on": "2026-05-01",
        "valid_until": "2029-04-30",
    }
    company = f"/api/v1/companies/{world.company.credit_code}"
    assert fetch(company).json["qualification"] == {
        "grade": "2",
        "provisional": False,
        "nature": "evaluation",
        "state": "valid",
        "certificate_number": "DJ210100-2026-00001",
        "valid_until": "2029-04-30",
    }
    assert fetch(f"{company}?as_of=2026-04-30").json["qualification"] is None
    with transaction():
        found = session.get_one(Certificate, certificate.id)
        end_certificate(
            found, CertificateState.REVOKED, on=make.TODAY, reason="事实", paper="沈房物〔2026〕9号", version=1,
            actor=make.actor(), now=make.NOW,
        )  # fmt: skip
    assert fetch(path).json["state"] == "revoked"
    assert "等级已取消" in fetch(f"/verify/{certificate.number}").text
    page = fetch(f"/companies/{world.company.credit_code}").text
    assert "等级已取消" in page
    assert "等级已取消" not in fetch(f"/companies/{world.company.credit_code}?as_of=2026-06-01").text
    unknown = fetch("/api/v1/certificates/DJ210100-2026-09999")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
    assert unknown.json["state"] == "unknown"


def test_a_licence_of_years_gone_by_is_historical_and_a_declared_grade_stays_declared(
    world: World, fetch: Fetch
) -> None:
    with transaction():
        record(world.company)
    page = fetch(f"/verify?number={quote('辽物企二 2009-0417')}").text
    assert "历史证书" in page
    assert "行政许可" in page
    shown = fetch(f"/companies/{world.company.credit_code}").text
    assert "历史证书" in shown
    assert "按原申报" in shown or "申报" in shown
    body = fetch(f"/api/v1/companies/{world.company.credit_code}?as_of=2012-01-01").json
    assert (body["qualification"]["state"], body["declared_grade"]) == ("valid", "grade_2")


def test_whoever_guesses_has_to_wait(app: Flask, certificate: Certificate) -> None:
    right = f"/verify/{certificate.number}"
    for number in range(view.WRONG):
        assert ask(app, right).status_code == 200, "right ones are not counted"
        assert ask(app, f"/verify/DJ210100-2026-{number + 100:05}").status_code == 404
    for held in (ask(app, right), send(app, b"%PDF")):
        assert held.status_code == 429
        assert 0 < int(held.headers["Retry-After"]) <= view.WINDOW.total_seconds()
    assert ask(app, right, "10.0.0.2").status_code == 200
    for number in range(api.UNKNOWN):
        assert ask(app, f"/api/v1/certificates/{number}").status_code == 404
    assert ask(app, f"/api/v1/certificates/{certificate.number}").status_code == 429
