"""The public check of a paper: what anyone may know by a number, and what only by number and code. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulator.features.papers.queries.papers import PublicState, public_state
from regulator.features.papers.rules.checking import compare_code, readings_of, standing_of
from regulator.features.papers.terms import CodeCheck, PaperStanding


@dataclass(frozen=True, slots=True)
class Details:
    """What is told besides to whoever holds the paper, and so its code; nothing of its content."""

    number: str
    authority: str
    dated_on: date | None
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer of the public check; `details` only for a code that matches."""

    standing: PaperStanding
    code: CodeCheck
    details: Details | None = None


def public_check(number: str, code: str | None) -> Checked:
    """What the register says of a number and of the check code printed beside it. At most three statements."""
    found = _find(number)
    compared = compare_code(code, found.check_code if found else None)
    if found is None:
        return Checked(PaperStanding.UNKNOWN, compared)
    return Checked(standing_of(found.state), compared, _details(found) if compared is CodeCheck.MATCHES else None)


def _find(number: str) -> PublicState | None:
    found = (public_state(reading) for reading in readings_of(number))
    return next((state for state in found if state is not None), None)


def _details(found: PublicState) -> Details:
    return Details(found.number, found.authority, found.dated_on, found.superseded_by)
