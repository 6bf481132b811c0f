"""The public check of a certificate by number, number and code, or file: what anyone may know. Never writes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from regulator.features.licensing.certificate_terms import (
    CertificateAnswer,
    CertificateOrigin,
    CertificateState,
    EvaluatedState,
    shown_state,
    words_of,
)
from regulator.features.licensing.models import Certificate
from regulator.features.licensing.queries.certificates import (
    facts_of_certificate,
    find_file,
    find_number,
    number_by_id,
)
from regulator.features.licensing.queries.reviews.published import LatestResult, latest_results
from regulator.features.licensing.rules.certificates import numbers_in, state_on
from regulator.features.licensing.terms import Nature, Words
from regulator.features.papers.rules.checking import compare_code
from regulator.features.papers.terms import CodeCheck

LARGEST_FILE = 4 * 1024 * 1024
"""Of a file sent to be checked; one of ours has less than a tenth of it."""
MOST_NUMBERS = 5
"""How many of the numbers a file names are looked up."""


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """What anyone may know of a certificate; the company by the name printed on it."""

    number: str
    origin: CertificateOrigin
    nature: Nature
    state: CertificateState
    credit_code: str
    company: str
    grade: str
    grade_name: Words
    is_provisional: bool
    issued_on: date | None
    valid_until: date | None
    authority: str | None
    ended_on: date | None
    superseded_by: str | None
    review: LatestResult | None = None  # the last published result of the yearly look

    @property
    def shown(self) -> CertificateState | EvaluatedState:
        """The state in the words of its nature."""
        return shown_state(self.state, self.nature)


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer: `certificate` is that of the number, also where what was shown is not it."""

    answer: CertificateAnswer
    certificate: PublicCertificate | None = None
    code: CodeCheck = CodeCheck.NOT_GIVEN
    is_file: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether it counts as a guess that failed."""
        return self.answer in {CertificateAnswer.ALTERED, CertificateAnswer.UNKNOWN}


def verify_number(number: str, code: str | None, on: date) -> Verified:
    """What the register says of a number, and of the check code printed beside it."""
    found = find_number(number) if number.strip() else None
    if found is None or (shown := _public(found, on)) is None:
        return Verified(CertificateAnswer.UNKNOWN)
    compared = compare_code(code, found.content_hash)
    answers: Mapping[CodeCheck, CertificateAnswer] = {
        CodeCheck.MATCHES: CertificateAnswer.GENUINE,
        CodeCheck.DIFFERS: CertificateAnswer.ALTERED,
    }
    return Verified(answers.get(compared, CertificateAnswer.FOUND), shown, compared)


def verify_file(content: bytes, on: date) -> Verified:
    """Whether a file is one of those made here, to the last byte; if not, whether it passes itself off as one."""
    found = find_file(hashlib.sha256(content).hexdigest())
    if found is not None:
        return Verified(CertificateAnswer.GENUINE, _public(found, on), is_file=True)
    for number in numbers_in(content)[:MOST_NUMBERS]:
        named = find_number(number)
        if named is not None:
            return Verified(CertificateAnswer.ALTERED, _public(named, on), is_file=True)
    return Verified(CertificateAnswer.UNKNOWN, is_file=True)


def _public(row: Certificate, on: date) -> PublicCertificate | None:
    state = state_on(facts_of_certificate(row), on)
    if state is None or row.number is None:
        return None
    return PublicCertificate(
        row.number, row.origin, row.nature, state, row.credit_code, row.facts["company"], row.grade,
        words_of(row.facts["grade_name"]), row.is_provisional, row.issued_on, row.valid_until, row.authority_name,
        row.ended_on if row.ended_as is state else None, number_by_id(row.superseded_by_id),
        latest_results([row.id]).get(row.id),
    )  # fmt: skip
