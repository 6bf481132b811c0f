"""Reading a number and a check code off a paper, and what anyone is told; rules as tables."""

import hashlib

import pytest

from regulator.features.papers.rules.checking import compare_code, read_code, readings_of, standing_of
from regulator.features.papers.terms import NUMBERED, CodeCheck, PaperStanding, PaperState

USUAL = "沈河房物〔2026〕12号"
DIGEST = hashlib.sha256(b"content").hexdigest()
CODE = DIGEST[:16]


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(USUAL, id="as printed"),
        pytest.param("沈河房物[2026]12号", id="square brackets"),
        pytest.param("沈河房物［2026］12号", id="full-width square brackets"),
        pytest.param("沈河房物（2026）12号", id="full-width round brackets"),
        pytest.param("沈河房物(2026)12号", id="round brackets"),
        pytest.param("沈河房物【2026】12号", id="lenticular brackets"),
        pytest.param("沈河房物﹝2026﹞12号", id="small tortoise-shell brackets"),
        pytest.param("沈河房物〔２０２６〕１２号", id="full-width figures"),
        pytest.param(" 沈河房物 〔2026〕\u300012号\n", id="blanks"),
        pytest.param("沈河房物\u200b〔2026〕\u202e12号\x00", id="what nobody sees"),
    ],
)
def test_a_number_is_found_however_it_was_typed(typed: str) -> None:
    assert USUAL in readings_of(typed)


def test_what_is_really_written_otherwise_is_found_first() -> None:
    assert readings_of("房[2026]1号") == ("房[2026]1号", "房〔2026〕1号")
    assert readings_of(USUAL) == (USUAL,), "one statement for the usual case"
    assert readings_of(" \u3000") == ()
    assert all(len(reading) <= 120 for reading in readings_of("㍿" * 10_000))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param(CODE, CODE, id="from the QR"),
        pytest.param(f"{CODE[:4]} {CODE[4:8]} {CODE[8:12]} {CODE[12:]}", CODE, id="as printed"),
        pytest.param(f"{CODE[:8]}-{CODE[8:]}".upper(), CODE, id="capitals and a dash"),
        pytest.param("".join(chr(ord(char) + 0xFEE0) for char in CODE), CODE, id="full width"),
        pytest.param(CODE[:-1], None, id="one too few"),
        pytest.param(CODE + "0", None, id="one too many"),
        pytest.param("g" * 16, None, id="no hexadecimal"),
        pytest.param("٠" * 16, None, id="figures of another script"),
    ],
)
def test_a_code_is_sixteen_digits(typed: str, read: str | None) -> None:
    assert read_code(typed) == read


@pytest.mark.parametrize(
    ("typed", "digest", "found"),
    [
        (None, DIGEST, CodeCheck.NOT_GIVEN),
        ("  ", DIGEST, CodeCheck.NOT_GIVEN),
        ("xyz", DIGEST, CodeCheck.UNREADABLE),
        (CODE, DIGEST, CodeCheck.MATCHES),
        (CODE.replace(CODE[0], "0" if CODE[0] != "0" else "1", 1), DIGEST, CodeCheck.DIFFERS),
        (CODE, None, CodeCheck.DIFFERS),
        ("0" * 16, None, CodeCheck.DIFFERS),
        (CODE, "", CodeCheck.DIFFERS),
    ],
)
def test_a_code_is_compared_with_the_digest(typed: str | None, digest: str | None, found: CodeCheck) -> None:
    assert compare_code(typed, digest) is found


def test_only_numbered_papers_are_known() -> None:
    assert {state for state in PaperState if standing_of(state) is not PaperStanding.UNKNOWN} == set(NUMBERED)
    assert standing_of(PaperState.SIGNED) is PaperStanding.VALID
