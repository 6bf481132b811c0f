"""How a number and a check code are read off a paper, and what anyone is told of its state. Pure."""

from __future__ import annotations

import hmac
import re
import unicodedata

from regulator.features.papers.terms import CodeCheck, PaperStanding, PaperState

LONGEST_TYPED = 120
PRINTED_DIGITS = 16
"""Of the content's digest, in groups of four beside the QR; 64 bits."""
_CODE = re.compile(rf"[0-9a-f]{{{PRINTED_DIGITS}}}")
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_BRACKETS = str.maketrans("[(【〖{<《〈", "〔" * 8) | str.maketrans("])】〗}>》〉", "〕" * 8)
_STANDINGS = {
    PaperState.SIGNED: PaperStanding.VALID,  # it binds from here on; only its file is still being made
    PaperState.ISSUED: PaperStanding.VALID,
    PaperState.SUPERSEDED: PaperStanding.SUPERSEDED,
    PaperState.WITHDRAWN: PaperStanding.WITHDRAWN,
}


def readings_of(typed: str) -> tuple[str, ...]:
    """The numbers somebody may have meant: as typed, then with other brackets and full-width figures put right.

    Whatever is typed for 〔〕 on a keyboard counts as 〔〕. A number that is really written otherwise is found first.
    """
    plain = _without_blanks(unicodedata.normalize("NFC", typed[:LONGEST_TYPED]))
    usual = _without_blanks(unicodedata.normalize("NFKC", plain))[:LONGEST_TYPED].translate(_BRACKETS)
    return tuple(dict.fromkeys(reading for reading in (plain, usual) if reading))


def read_code(typed: str) -> str | None:
    """A check code as it is compared: sixteen small hexadecimal digits, or None for what is none."""
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).replace("-", "").replace("·", "")
    code = _without_blanks(plain).lower()
    return code if _CODE.fullmatch(code) else None


def compare_code(typed: str | None, digest: str | None) -> CodeCheck:
    """Whether a code is that of a content's digest (None: there is no such paper); its time tells nothing."""
    if typed is None or not typed.strip():
        return CodeCheck.NOT_GIVEN
    code = read_code(typed)
    if code is None:
        return CodeCheck.UNREADABLE
    wanted = (digest or "")[:PRINTED_DIGITS].rjust(PRINTED_DIGITS)
    return CodeCheck.MATCHES if hmac.compare_digest(code, wanted) else CodeCheck.DIFFERS


def standing_of(state: PaperState) -> PaperStanding:
    """What anyone is told of a paper in this state; nothing of one without a number."""
    return _STANDINGS.get(state, PaperStanding.UNKNOWN)


def _without_blanks(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) not in _UNSEEN)
