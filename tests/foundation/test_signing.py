"""A signature proves every byte, is the same for the same paper and hour, and leaves an archival file archival."""

import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from regulator.foundation import signing
from regulator.foundation.documents import typeset_pdf
from regulator.foundation.errors import BadInput
from regulator.foundation.signing import Pkcs12Signer, SignatureState

AT = datetime(2026, 11, 27, 3, 5, 9, tzinfo=UTC)
SOURCE = '#set document(title: "甲", author: "局")\n#set text(font: "Noto Serif SC", lang: "zh")\n= 甲\n正文'
NAME = "示例市住房和城乡建设局"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return typeset_pdf({"main.typ": SOURCE.encode()}, made_at=AT)


@pytest.fixture(scope="module")
def key_file() -> bytes:
    key, certificate = signing.demo_certificate(NAME)
    return pkcs12.serialize_key_and_certificates(
        b"office", key, certificate, None, BestAvailableEncryption(b"password")
    )


@pytest.fixture(scope="module")
def signer(key_file: bytes) -> Pkcs12Signer:
    return Pkcs12Signer(key_file, "password")


@pytest.fixture(scope="module")
def signed(pdf: bytes, signer: Pkcs12Signer) -> bytes:
    return signer.sign(pdf, at=AT, reason="文书签发")


@pytest.fixture
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test says about the office's key is forgotten after it."""
    monkeypatch.setattr(signing, "_office", None)
    yield
    signing._load.cache_clear()


# --- what it proves --------------------------------------------------------------------------------------------------


def test_a_signed_paper_is_intact_and_names_its_signer(signed: bytes, signer: Pkcs12Signer) -> None:
    state = signing.validate(signed)
    assert (state.intact, state.by, state.at) == (True, NAME, AT)
    assert re.fullmatch("[0-9a-f]{64}", state.fingerprint)


def test_a_paper_without_signature_is_not(pdf: bytes) -> None:
    assert signing.validate(pdf) == SignatureState(intact=False)
    for nothing in (b"", b"%PDF-1.7", b"PK\x03\x04"):
        assert not signing.validate(nothing).intact


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_byte_is_noticed(signed: bytes, data: st.DataObject) -> None:
    """Every byte counts but the zeros that fill up the place of the signature itself."""
    begin, end = signature_place(signed)
    at = data.draw(st.integers(0, len(signed) - 1).filter(lambda place: not begin <= place < end))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != signed[at]))
    assert not signing.validate(signed[:at] + bytes([other]) + signed[at + 1 :]).intact


def test_another_signature_value_is_noticed(signed: bytes) -> None:
    begin, end = signature_place(signed)
    place = begin + len(signed[begin:end].rstrip(b"0>")) - 20  # among the last digits of the value
    flipped = b"1" if signed[place : place + 1] != b"1" else b"2"
    assert not signing.validate(signed[:place] + flipped + signed[place + 1 :]).intact


def signature_place(signed: bytes) -> tuple[int, int]:
    numbers = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", signed)
    return int(numbers[2]), int(numbers[3])


@pytest.mark.parametrize("more", [b"\n", b"x", b"%%EOF\n"], ids=repr)
def test_what_is_appended_or_cut_off_is_noticed(signed: bytes, more: bytes) -> None:
    assert not signing.validate(signed + more).intact
    assert not signing.validate(signed[:-1]).intact


def test_a_later_change_to_the_file_is_noticed(signed: bytes) -> None:
    """Another program may append its own update without touching a byte of what was signed."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    update = IncrementalPdfFileWriter(BytesIO(signed))
    update.root["/Lang"] = update.root["/Lang"]
    update.update_root()
    changed = BytesIO()
    update.write(changed)
    assert changed.getvalue().startswith(signed)
    assert not signing.validate(changed.getvalue()).intact


# --- what it leaves as it was ----------------------------------------------------------------------------------------


def test_the_same_paper_hour_and_key_give_the_same_bytes(pdf: bytes, signed: bytes, key_file: bytes) -> None:
    assert signed.startswith(pdf)
    assert Pkcs12Signer(key_file, "password").sign(pdf, at=AT, reason="文书签发") == signed
    china = AT.astimezone(timezone(timedelta(hours=8))).replace(microsecond=5)
    assert Pkcs12Signer(key_file, "password").sign(pdf, at=china, reason="文书签发") == signed
    assert Pkcs12Signer(key_file, "password").sign(pdf, at=AT + timedelta(seconds=1), reason="文书签发") != signed


def test_a_signed_paper_is_still_pdf_a(signed: bytes) -> None:
    """ISO 19005-2: 6.1.3 identifier, 6.1.12 permissions, 6.3 annotations, 6.4 forms, 6.5 actions, 6.6 metadata."""
    found: Any = pikepdf.open(BytesIO(signed))
    first, second = (bytes(half) for half in found.trailer.ID)
    assert len(first) == len(second) == 16 or first != second
    assert set(found.Root.Perms.keys()) == {"/DocMDP"}
    assert not {"/DigestLocation", "/DigestMethod", "/DigestValue"} & set(found.Root.Perms.DocMDP.Reference[0].keys())
    assert "/NeedAppearances" not in found.Root.AcroForm
    assert "/XFA" not in found.Root.AcroForm
    (field,) = found.Root.AcroForm.Fields
    assert [float(side) for side in field.Rect] == [0, 0, 0, 0], "without a picture it needs no appearance"
    assert int(field.F) & 0b100111 == 0b100, "printed, neither hidden nor invisible"
    assert "/A" not in field
    assert "/AA" not in field
    assert "/AA" not in found.Root
    assert str(field.V.SubFilter) == "/adbe.pkcs7.detached"
    metadata = found.Root.Metadata.read_bytes().decode()
    assert "<pdfaid:part>2<" in metadata
    assert found.Root.OutputIntents
    assert PdfReader(BytesIO(signed)).metadata.creation_date == AT


def test_properties_and_metadata_stay_what_they_were(pdf: bytes, signed: bytes) -> None:
    before: Any = PdfReader(BytesIO(pdf))
    after: Any = PdfReader(BytesIO(signed))
    assert dict(before.metadata) == dict(after.metadata)
    assert before.trailer["/Root"]["/Metadata"].get_data() == after.trailer["/Root"]["/Metadata"].get_data()
    assert before.trailer["/ID"][0] == after.trailer["/ID"][0]
    assert before.trailer["/ID"][1] != after.trailer["/ID"][1]
    assert before.pages[0].extract_text() == after.pages[0].extract_text()


# --- whose key -------------------------------------------------------------------------------------------------------


def refusal(call: Any) -> str:
    with pytest.raises(BadInput) as caught:
        call()
    return caught.value.code


def test_a_file_that_is_no_key_is_refused(key_file: bytes) -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    others = [pkcs12.serialize_key_and_certificates(b"x", key, None, None, NoEncryption()) for key in (elliptic, small)]
    for content, password in (
        (b"nonsense", ""),
        (key_file, "wrong"),
        (key_file, ""),
        *((other, "") for other in others),
    ):
        assert (
            refusal(lambda content=content, password=password: Pkcs12Signer(content, password))
            == "signing_key_unusable"
        )


def test_a_certificate_signs_only_in_its_term(signer: Pkcs12Signer, pdf: bytes) -> None:
    assert (
        refusal(lambda: signer.sign(pdf, at=datetime(1999, 12, 31, tzinfo=UTC), reason="x"))
        == "signing_key_out_of_term"
    )
    assert (
        refusal(lambda: signer.sign(pdf, at=datetime(2100, 1, 1, tzinfo=UTC), reason="x")) == "signing_key_out_of_term"
    )


@pytest.mark.usefixtures("unconfigured")
def test_without_a_key_a_demo_key_is_made_once_and_says_so(tmp_path: Path, pdf: bytes) -> None:
    signing.configure(None, "", directory=tmp_path / "signing", may_demonstrate=True)
    assert signing.is_demo()
    first = signing.office_signer().sign(pdf, at=AT, reason="x")
    kept = tmp_path / "signing" / signing.DEMO_FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(kept.parent.iterdir()) == [kept]
    signing._load.cache_clear()
    assert signing.office_signer().sign(pdf, at=AT, reason="x") == first
    assert signing.validate(first).by == "演示 DEMO – not a seal of any authority"


@pytest.mark.usefixtures("unconfigured")
def test_in_production_nothing_is_signed_without_a_key(tmp_path: Path) -> None:
    signing.configure(None, "", directory=tmp_path, may_demonstrate=False)
    assert refusal(signing.office_signer) == "signing_key_missing"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("unconfigured")
def test_the_offices_own_key_is_read_from_its_file(tmp_path: Path, key_file: bytes, pdf: bytes) -> None:
    path = tmp_path / "office.p12"
    signing.configure(path, "password", directory=tmp_path, may_demonstrate=False)
    assert refusal(signing.office_signer) == "signing_key_unreadable"
    path.write_bytes(key_file)
    assert not signing.is_demo()
    assert signing.validate(signing.office_signer().sign(pdf, at=AT, reason="x")).by == NAME


@pytest.mark.usefixtures("unconfigured")
def test_who_has_not_said_where_the_key_lies_is_told() -> None:
    with pytest.raises(RuntimeError, match="composition root"):
        signing.office_signer()
