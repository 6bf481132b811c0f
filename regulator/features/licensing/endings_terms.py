"""Words of the cases by which a certificate is ended: states, acts, grounds, guards, frozen values. Pure; no law."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.certificate_terms import CertificateFacts, CertificateState
from regulator.features.licensing.terms import EndingKind, Nature, TermCode
from regulator.features.papers.terms import PaperKind


class EvaluatedEnding(StrEnum):
    """`EndingKind` in the words of an evaluation, which grants no licence and so revokes none."""

    WITHDRAWAL = "withdrawal"
    ANNULMENT = "annulment"
    REVOCATION = "revocation"
    DOWNGRADE = "downgrade"
    CANCELLATION = "cancellation"


class EndingState(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    TOLD = "told"
    HEARING_ASKED = "hearing_asked"
    HEARD = "heard"
    DECIDED = "decided"
    DROPPED = "dropped"
    CLOSED = "closed"  # its certificate ended otherwise, or its company was cancelled


class EndingAct(StrEnum):
    """What can be done in a case; telling comes about with the delivery of the notice, closing with the other end."""

    OPEN = "open"
    TELL = "tell"
    STATE = "state"
    ASK_HEARING = "ask_hearing"
    HOLD_HEARING = "hold_hearing"
    DECIDE = "decide"
    DROP = "drop"
    CLOSE_BECAUSE_ENDED = "close_because_ended"


class EndingTrail(StrEnum):
    """What the trail calls those acts."""

    OPEN = "ending.open"
    TELL = "ending.tell"
    STATE = "ending.state"
    ASK_HEARING = "ending.ask_hearing"
    HOLD_HEARING = "ending.hold_hearing"
    DECIDE = "ending.decide"
    DROP = "ending.drop"
    CLOSE_BECAUSE_ENDED = "ending.close_because_ended"
    TERM_MOVED = "ending.term_moved"


class EndingSubject(StrEnum):
    """What those acts are about."""

    ENDING = "ending"


class EndingGround(StrEnum):
    """Why a certificate may end, as the articles number it; of a penalty the grounds are the rule set's own acts."""

    LAW_CHANGED = "law_changed"
    CIRCUMSTANCES_CHANGED = "circumstances_changed"
    OFFICE_ABUSED = "office_abused"
    BEYOND_COMPETENCE = "beyond_competence"
    PROCEDURE_BROKEN = "procedure_broken"
    CONDITIONS_NOT_MET = "conditions_not_met"
    OTHERWISE_ANNULLABLE = "otherwise_annullable"
    CHEATED = "cheated"
    NOT_RENEWED = "not_renewed"
    COMPANY_ENDED = "company_ended"
    FORCE_MAJEURE = "force_majeure"
    OTHERWISE_BY_LAW = "otherwise_by_law"


class EndingGuard(StrEnum):
    """What must hold for an act beside state and right; each is one function in `rules/endings`."""

    CERTIFICATE_GONE = "certificate_gone"
    CERTIFICATE_STANDS = "certificate_stands"
    DECISION_ISSUED = "decision_issued"
    GROUND_FITS = "ground_fits"
    HEARING_CALLED = "hearing_called"
    NOTICE_SERVED = "notice_served"
    NOTICE_STANDS = "notice_stands"
    OTHER_PERSON = "other_person"
    SAID = "said"
    TERM_OVER = "term_over"
    WITHIN_TERM = "within_term"


class EndingNext(StrEnum):
    """What a case waits for, with the papers it needs."""

    NOTICE = "notice"  # the advance notice is to be issued
    NOTICE_SERVICE = "notice_service"
    ANSWER = "answer"  # the holder's term runs
    CALL = "call"  # the call to the hearing is to be issued
    CALL_SERVICE = "call_service"
    HEARING = "hearing"
    DECISION_PAPER = "decision_paper"
    DECISION = "decision"  # by another person than opened it
    NOTHING = "nothing"


class EndingTold(StrEnum):
    """What the product itself tells officials, in the words of the house's first language."""

    OVERDUE = "overdue"


UNLABELLED = (EndingGuard,)
"""Never shown to people by its codes."""
E, S = EndingKind, EndingState
ENDS_AS = {
    E.WITHDRAWAL: CertificateState.WITHDRAWN,
    E.ANNULMENT: CertificateState.ANNULLED,
    E.REVOCATION: CertificateState.REVOKED,
    E.DOWNGRADE: CertificateState.DOWNGRADED,
    E.CANCELLATION: CertificateState.CANCELLED,
}
"""The state each act leaves a certificate in."""
PENALTIES = (E.REVOCATION, E.DOWNGRADE)
TOLD_FIRST = (E.WITHDRAWAL, E.ANNULMENT, *PENALTIES)
"""Acts on the holder's right: announced, with a chance to answer. 注销 only clears an entry nobody holds on to."""
DECIDED_BY = {
    E.WITHDRAWAL: PaperKind.WITHDRAWAL,
    E.ANNULMENT: PaperKind.ANNULMENT,
    E.REVOCATION: PaperKind.PENALTY,
    E.DOWNGRADE: PaperKind.PENALTY,
    E.CANCELLATION: PaperKind.CANCELLATION,
}
"""The paper each act is decided with."""
OPEN_ENDINGS = (S.OPENED, S.TOLD, S.HEARING_ASKED, S.HEARD)
KNOWN_TO_HOLDER = (S.TOLD, S.HEARING_ASKED, S.HEARD)
ENDED_ENDINGS = (S.DECIDED, S.DROPPED, S.CLOSED)


def shown_ending(kind: EndingKind, nature: Nature) -> EndingKind | EvaluatedEnding:
    """The act as the words of its nature call it."""
    return kind if nature is Nature.LICENCE else EvaluatedEnding(kind.value)


@dataclass(frozen=True, slots=True)
class EndingLine:
    """One line of the table: for these acts, who may lead a case from one state to the next, on what conditions.

    Without ``state`` it begins a case; ``by`` none: it comes about by itself. ``starts`` is the term that runs from
    now on, ``paper`` what the act needs or, of a hearing asked for, leads to.
    """

    kinds: tuple[EndingKind, ...]
    state: EndingState | None
    act: EndingAct
    to: EndingState
    by: tuple[Permission, ...] = ()
    guards: tuple[EndingGuard, ...] = ()
    starts: TermCode | None = None
    paper: PaperKind | None = None


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """An issued paper of a case: its number, its date, and the day it was served (None: not yet)."""

    number: str
    dated_on: date
    served_on: date | None = None


@dataclass(frozen=True, slots=True)
class EndingStanding:
    """What the guards look at of a case. ``hearing_from`` is the first day for which the call was early enough."""

    kind: EndingKind
    nature: Nature
    ground: str
    certificate: CertificateFacts
    state: EndingState | None = None
    company_cancelled: bool = False
    opened_by: UUID | None = None
    answer_until: date | None = None
    notice: PaperSeen | None = None  # that was served
    notice_issued: bool = False
    notice_stands: bool = True  # the one the holder was told with was neither withdrawn nor replaced since
    call: PaperSeen | None = None
    call_issued: bool = False
    hearing_from: date | None = None
    is_hearing_provisional: bool = False
    heard_on: date | None = None
    decision: PaperSeen | None = None
    known_grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndingGiven:
    """What is said with an act: words; the day of a hearing, or from which a certificate ends; a lower grade."""

    words: str = ""
    on: date | None = None
    lower_grade: str | None = None
