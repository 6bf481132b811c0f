"""Words of applications: states, acts, guards, outcomes and the frozen values of their life. Pure; no law."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.certificate_terms import CertificateFacts
from regulator.features.licensing.terms import ApplicationKind, ClockStop, GrantLevel, Nature, TermCode
from regulator.features.papers.terms import PaperKind


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    RECEIVED = "received"
    SUPPLEMENT_ASKED = "supplement_asked"
    SUPPLIED = "supplied"
    ACCEPTED = "accepted"
    EXAMINED = "examined"
    OBJECTION_NOTICE = "objection_notice"
    APPROVED = "approved"
    REJECTED = "rejected"
    DELIVERED = "delivered"
    NOT_ACCEPTED = "not_accepted"
    RETRACTED = "retracted"
    CLOSED = "closed"  # its company was cancelled in the middle
    DISCARDED = "discarded"  # a draft given up before it was sent; never had a number


class ApplicationAct(StrEnum):
    """What can be done with an application; the last three nobody does: they come about by time or by another act."""

    DISCARD = "discard"
    SUBMIT = "submit"
    RECEIVE = "receive"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLY = "supply"
    ACCEPT = "accept"
    REFUSE_ACCEPTANCE = "refuse_acceptance"
    EXAMINE = "examine"
    EXTEND = "extend"
    STOP_CLOCK = "stop_clock"
    RESUME_CLOCK = "resume_clock"
    PUBLISH_OBJECTION = "publish_objection"
    OBJECT = "object"
    APPROVE = "approve"
    REJECT = "reject"
    DELIVER = "deliver"
    RETRACT = "retract"
    COUNT_ACCEPTED = "count_accepted"
    COUNT_RENEWED = "count_renewed"
    CLOSE_BECAUSE_CANCELLED = "close_because_cancelled"


class ApplicationTrail(StrEnum):
    """What the trail calls the acts on applications: those of the table by their codes, and what is done to a draft."""

    CHANGED = "application.changed"
    DRAFTED = "application.drafted"
    FILE_ADDED = "application.file_added"
    FILE_REMOVED = "application.file_removed"
    TERM_MOVED = "application.term_moved"
    DISCARD = "application.discard"
    SUBMIT = "application.submit"
    RECEIVE = "application.receive"
    ASK_SUPPLEMENT = "application.ask_supplement"
    SUPPLY = "application.supply"
    ACCEPT = "application.accept"
    REFUSE_ACCEPTANCE = "application.refuse_acceptance"
    EXAMINE = "application.examine"
    EXTEND = "application.extend"
    STOP_CLOCK = "application.stop_clock"
    RESUME_CLOCK = "application.resume_clock"
    PUBLISH_OBJECTION = "application.publish_objection"
    OBJECT = "application.object"
    APPROVE = "application.approve"
    REJECT = "application.reject"
    DELIVER = "application.deliver"
    RETRACT = "application.retract"
    COUNT_ACCEPTED = "application.count_accepted"
    COUNT_RENEWED = "application.count_renewed"
    CLOSE_BECAUSE_CANCELLED = "application.close_because_cancelled"


class ApplicationOutcome(StrEnum):
    """How an application ended, or what was decided."""

    APPROVED = "approved"
    CANCELLED_COMPANY = "cancelled_company"
    NOT_ACCEPTED = "not_accepted"
    REJECTED = "rejected"
    RENEWED_BY_SILENCE = "renewed_by_silence"
    RETRACTED = "retracted"


class Recommendation(StrEnum):
    """What the examining office proposes to the one that decides."""

    APPROVE = "approve"
    REJECT = "reject"


class Seat(StrEnum):
    """Whose level an act belongs to: the office that examines or the one that decides, as the rule set names them."""

    DECIDING = "deciding"
    EXAMINING = "examining"


class Guard(StrEnum):
    """What must hold for an act beside state and right; each is one function in `rules/transitions`."""

    ASKED_IN_TIME = "asked_in_time"
    CERTIFICATE_FITS = "certificate_fits"
    CLOCK_RUNS = "clock_runs"
    CLOCK_STANDS = "clock_stands"
    CONDITIONS_MET = "conditions_met"
    COMPANY_CANCELLED = "company_cancelled"
    COMPANY_STANDS = "company_stands"
    NOT_EXTENDED = "not_extended"
    OBJECTIONS_OVER = "objections_over"
    OTHER_PERSON = "other_person"
    PAPERS_SENT = "papers_sent"
    STOP_NAMED = "stop_named"
    TERM_PASSED = "term_passed"
    WORDS = "words"


class ApplicationTold(StrEnum):
    """What the product itself tells officials, in the words of the house's first language."""

    OVERDUE = "overdue"


class Waiting(StrEnum):
    """For whom an application waits."""

    APPLICANT = "applicant"
    DECIDING = "deciding"
    EXAMINING = "examining"
    HANDING_OVER = "handing_over"
    NOBODY = "nobody"


UNLABELLED = (Seat,)
"""Never shown to people by its codes."""

APPLICATION = "application"
"""What the trail calls the subject of these acts."""
S = ApplicationState
OPEN = (
    S.RECEIVED, S.SUPPLEMENT_ASKED, S.SUPPLIED, S.ACCEPTED, S.EXAMINED, S.OBJECTION_NOTICE, S.APPROVED, S.REJECTED,
)  # fmt: skip
"""Somebody still has to do something."""
UNDECIDED = OPEN[:-2]
ENDED = (S.DELIVERED, S.NOT_ACCEPTED, S.RETRACTED, S.CLOSED, S.DISCARDED)


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table: who may lead an application from one state to the next, on what conditions.

    ``by`` are the permissions any of which carries the act, none: it comes about by itself. ``seat`` is the office
    whose level an official must stand at, ``starts`` the term that runs from now on, ``stops`` whether a clock stands
    still or goes on, ``paper`` what the applicant is told with.
    """

    state: ApplicationState
    act: ApplicationAct
    to: ApplicationState
    by: tuple[Permission, ...] = ()
    seat: Seat | None = None
    guards: tuple[Guard, ...] = ()
    starts: TermCode | None = None
    stops: bool | None = None
    paper: PaperKind | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guards look at of an application.

    ``due_on`` is the last day of the term that runs; ``certificate`` the one of its nature the company holds, valid or
    run out.
    """

    state: ApplicationState
    nature: Nature
    kind: ApplicationKind
    is_cancelled: bool = False
    examiner_id: UUID | None = None
    is_extended: bool = False
    is_stopped: bool = False
    due_on: date | None = None
    objections_until: date | None = None
    is_objections_provisional: bool = False
    objections: int = 0
    held_until: date | None = None
    asked_in_time: bool = False
    files: int = 0
    certificate: CertificateFacts | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts: the account (None: nobody), what they may do at this application's place, at which levels."""

    account_id: UUID | None = None
    permissions: frozenset[Permission] = frozenset()
    levels: frozenset[GrantLevel] = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    """What is said with an act: words, and where the act needs them a recommendation, a reason for the clock to stop.

    ``failing`` are codes of the conditions the company does not meet that day, those left out that a provisional
    grade waives; ``facts`` is what the history keeps of the act.
    """

    words: str = ""
    recommendation: Recommendation | None = None
    stop: ClockStop | None = None
    failing: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Times:
    """The days on which an application came to its states; what its terms run from."""

    received_on: date | None = None
    papers_on: date | None = None  # the last papers came
    accepted_on: date | None = None
    examined_on: date | None = None
    published_on: date | None = None
    decided_on: date | None = None
    is_extended: bool = False
    pauses: tuple[tuple[date, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """What `application_approved` tells: a grade is to be put on paper. ``authority_id`` None: no office was found."""

    application_id: UUID
    number: str
    credit_code: str
    rule_set: str
    grade: str | None
    kind: ApplicationKind
    provisional: bool
    decided_on: date
    held_certificate: str | None
    held_until: date | None
    authority_id: UUID | None
    by_silence: bool = False
