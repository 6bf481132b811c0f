"""Words of certificates: where they come from, in which state they are, how they end, what anyone may know. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from regulator.features.licensing.terms import Nature, Words


class CertificateOrigin(StrEnum):
    """How a certificate came into the register."""

    ISSUED = "issued"
    RECORDED = "recorded"
    DECLARED = "declared"


class CertificateState(StrEnum):
    """What a certificate is on a day. Provisional is a property of a valid one, not a state."""

    VALID = "valid"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    REVOKED = "revoked"
    DOWNGRADED = "downgraded"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    HISTORICAL = "historical"


class EvaluatedState(StrEnum):
    """The same codes in the words of an evaluation, which grants nothing and so revokes no licence."""

    VALID = "valid"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    REVOKED = "revoked"
    DOWNGRADED = "downgraded"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    HISTORICAL = "historical"


class CertificateAnswer(StrEnum):
    """What the public check says of a number, of a number with its code, or of a file."""

    FOUND = "found"
    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN = "unknown"


class CertificateLanguage(StrEnum):
    """In which languages a certificate is printed."""

    CHINESE = "zh"
    BILINGUAL = "zh_en"


class CertificateAct(StrEnum):
    """What the trail calls the acts on certificates."""

    CERTIFICATE_ENDED = "certificate.ended"
    CERTIFICATE_FILED = "certificate.filed"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_RECORDED = "certificate.recorded"
    CERTIFICATE_SUPERSEDED = "certificate.superseded"
    CERTIFICATE_TAKEN_BACK = "certificate.taken_back"


class CertificateSubject(StrEnum):
    """What those acts are about."""

    CERTIFICATE = "certificate"


BY_ACT = (
    CertificateState.WITHDRAWN,
    CertificateState.ANNULLED,
    CertificateState.REVOKED,
    CertificateState.DOWNGRADED,
    CertificateState.CANCELLED,
)
"""How an officer may end a certificate."""
BY_THE_REGISTER = (CertificateState.LAPSED, CertificateState.SUPERSEDED)
"""How the register itself does: at the end of a provisional year, and when another takes its place."""
ENDS = (*BY_ACT, *BY_THE_REGISTER)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the state of a certificate rests on; ``abolished_on`` is the day its grade ceased to be granted."""

    origin: CertificateOrigin
    nature: Nature
    issued_on: date | None
    valid_until: date | None
    is_provisional: bool = False
    ended_on: date | None = None
    ended_as: CertificateState | None = None
    abolished_on: date | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """A certificate of years gone by as its paper or an old list tells it."""

    number: str
    grade: str
    issued_on: date
    valid_until: date | None
    authority_name: str
    document: str
    is_provisional: bool = False
    ended_on: date | None = None
    ended_as: CertificateState | None = None
    ended_reason: str | None = None


def shown_state(state: CertificateState, nature: Nature) -> CertificateState | EvaluatedState:
    """The state as the words of its nature call it."""
    return state if nature is Nature.LICENCE else EvaluatedState(state.value)


def words_of(told: Mapping[str, str]) -> Words:
    """A pair of words as it is kept among the facts of a certificate."""
    return Words(told["zh"], told["en"])


class WatchKind(StrEnum):
    """What officials are told each night of the valid certificates of their territory."""

    FAILING = "failing"
    BEYOND = "beyond"
    ENDING = "ending"
    PROVISIONAL = "provisional"
