"""What a resident ID number must look like (GB 11643-1999) and what it says. Pure; the area code is never judged."""

import re
import unicodedata
from datetime import date

from regulator.features.registry.terms import Sex
from regulator.law.findings import Finding, Verdict

LENGTH = 18
_FORM = re.compile(r"[0-9]{17}[0-9X]")
_EARLIEST = date(1900, 1, 1)


def normalise_id(typed: str) -> str:
    """Upper case, half width, without blanks: as it is hashed and encrypted."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).upper()


def judge_id(number: str, today: date) -> Verdict:
    """Length, characters, date of birth (from 1900 to today) and check digit of a normalised number."""
    return Verdict.of([_objection(number, today)])


def _objection(number: str, today: date) -> Finding | None:
    if len(number) != LENGTH:
        return Finding("id_number_length", None, {"given": len(number), "length": LENGTH}, about="id_number")
    if not _FORM.fullmatch(number):
        return Finding("id_number_characters", about="id_number")
    born = birth_date(number)
    if born is None or not _EARLIEST <= born <= today:
        return Finding("id_number_birth_date", about="id_number")
    from stdnum.cn import ric  # noqa: PLC0415  # few acts need it, and it brings much along

    if ric.calc_check_digit(number) != number[-1]:
        return Finding("id_number_check_digit", about="id_number")
    return None


def birth_date(number: str) -> date | None:
    """The day of birth in a number of the right form; None when there is no such day."""
    from stdnum.cn import ric  # noqa: PLC0415  # as above
    from stdnum.exceptions import ValidationError  # noqa: PLC0415  # as above

    try:
        return ric.get_birth_date(number)
    except (ValidationError, ValueError):
        return None


def sex_of(number: str) -> Sex:
    """Odd order codes are men's, even ones women's."""
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def mask_id(number: str) -> str:
    """The first three and the last two characters: what is shown and kept in clear."""
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"
