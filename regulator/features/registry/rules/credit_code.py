"""What a unified social credit code must look like (GB 32100-2015). Pure."""

import re
import unicodedata

from regulator.law.findings import Finding, Verdict

LENGTH = 18
_ALPHABET = re.compile(r"[0-9A-HJ-NP-RTUWXY]+")  # no I, O, S, V, Z


def normalise_code(typed: str) -> str:
    """Upper case, half width, without blanks, as the register keeps it."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).upper()


_BEGINNING = re.compile(r"[159ANY][1239][0-9]{2,6}|[159ANY][1239][0-9]{6}[0-9A-HJ-NP-RTUWXY]{1,10}")


def read_code_prefix(typed: str) -> str | None:
    """The beginning of a credit code somebody looks for (four characters or more); None when it cannot be one.

    A code begins with the authority, the kind of body and six digits of a division.
    """
    code = normalise_code(typed)
    return code if _BEGINNING.fullmatch(code) else None


def judge_credit_code(code: str) -> Verdict:
    """Whether a normalised code can be one: 18 characters of the alphabet and the right check character."""
    return Verdict.of([_objection(code)])


def _objection(code: str) -> Finding | None:
    if len(code) != LENGTH:
        return Finding("credit_code_length", None, {"given": len(code), "length": LENGTH}, about="credit_code")
    if not _ALPHABET.fullmatch(code):
        return Finding("credit_code_characters", about="credit_code")
    from stdnum.cn import uscc  # noqa: PLC0415  # few acts need it, and it brings much along

    if not uscc.is_valid(code):
        return Finding("credit_code_check_digit", about="credit_code")
    return None
