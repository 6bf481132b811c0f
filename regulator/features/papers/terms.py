"""Kinds and states of matters, papers, deliveries, files, duty and hand-over, and their frozen values. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class MatterKind(StrEnum):
    """What a matter is about; the feature that owns the kind opens and closes its matters."""

    APPLICATION = "application"  # of a company for a grade
    CORRECTION = "correction"  # a correction of a record that waits for confirmation
    DISPUTE = "dispute"  # two contracts claim the same time
    ENDING = "ending"  # a certificate is to be ended
    LINK = "link"  # a name in a list that resembles a company
    OFFICIAL = "official"  # opened at the desk by an official
    REQUEST = "request"  # a company asks for its record to be changed
    REVIEW = "review"  # a district's round of the yearly look at certificates
    SURVEY = "survey"  # a round of the baseline survey


class MatterState(StrEnum):
    """Whether somebody still has to do something."""

    CLOSED = "closed"
    OPEN = "open"


class MatterStep(StrEnum):
    """What an open matter waits for."""

    APPROVAL = "approval"  # a paper of it is being approved
    DELIVERY = "delivery"  # a paper of it is issued and not yet served
    HANDLING = "handling"


class Pressure(StrEnum):
    """How near the end of a term is."""

    NO_TERM = "no_term"
    ON_TIME = "on_time"
    OVERDUE = "overdue"
    SOON = "soon"
    TODAY = "today"


class DeskList(StrEnum):
    """The three lists of somebody's desk."""

    MINE = "mine"
    STANDING_IN = "standing_in"
    SENT_ON = "sent_on"


class Nearness(StrEnum):
    """By what of their term matters are looked for."""

    OVERDUE = "overdue"
    SOON = "soon"


class Outcome(StrEnum):
    """How a matter ended."""

    DONE = "done"
    TAKEN_BACK = "taken_back"  # what opened it was undone
    UNFOUNDED = "unfounded"


class EntryKind(StrEnum):
    """A line of a matter's history (运转记录)."""

    ASSIGNED = "assigned"
    ATTACHED = "attached"
    CLOSED = "closed"
    NOTED = "noted"
    OPENED = "opened"
    PAPER = "paper"
    REMINDED = "reminded"
    REMOVED = "removed"
    TERM_SET = "term_set"


class WhyMoved(StrEnum):
    """Why a matter or a paper that waits came to another owner by itself: what the line of it is about."""

    CLOSED_ACCOUNT = "closed_account"  # its owner can no longer sign in
    OFFICIAL_FOUND = "official_found"  # it waited with the built-in account until somebody could act
    OWN_ACT = "own_act"  # nobody judges what they did themselves
    ROLE_ENDED = "role_ended"  # its owner may no longer act at its place


class PaperKind(StrEnum):
    """Which template a paper is made from (文书种类)."""

    ACCEPTANCE = "acceptance"
    ADVANCE_NOTICE = "advance_notice"
    ANNULMENT = "annulment"
    APPROVAL = "approval"
    CANCELLATION = "cancellation"
    CIRCULAR = "circular"
    CLOCK_STOP = "clock_stop"
    DELIVERY_RECEIPT = "delivery_receipt"
    EXTENSION = "extension"
    HEARING_CALL = "hearing_call"
    HEARING_NOTICE = "hearing_notice"
    INTAKE_RECEIPT = "intake_receipt"
    INTERVIEW_RECORD = "interview_record"
    NON_ACCEPTANCE = "non_acceptance"
    PENALTY = "penalty"
    RECTIFICATION = "rectification"
    REJECTION = "rejection"
    REPLY = "reply"
    SUPPLEMENT = "supplement"
    TRANSFER_LETTER = "transfer_letter"
    WITHDRAWAL = "withdrawal"


class PaperState(StrEnum):
    """Where a paper stands on its way; from `signed` on it has a number and never changes any more."""

    DRAFT = "draft"
    RETURNED = "returned"  # sent back with remarks; the handler corrects it
    APPROVING = "approving"
    SIGNED = "signed"  # has its number and its content; the file is being made
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"  # given up before it was signed; never had a number


NUMBERED = (PaperState.SIGNED, PaperState.ISSUED, PaperState.WITHDRAWN, PaperState.SUPERSEDED)


class ApprovalStep(StrEnum):
    """承办 → 审核 → 签批: who looks at a paper before it leaves."""

    HANDLE = "handle"
    EXAMINE = "examine"
    SIGN = "sign"


class Decision(StrEnum):
    """What was decided at a step."""

    PASSED = "passed"
    SENT_BACK = "sent_back"


class DeliveryWay(StrEnum):
    """How a paper reaches its addressee (送达方式)."""

    IN_PERSON = "in_person"
    PORTAL = "portal"
    POST = "post"
    PUBLIC_NOTICE = "public_notice"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    UNDER_WAY = "under_way"
    SERVED = "served"
    FAILED = "failed"


class Tone(StrEnum):
    """The three tones of a reminder, each sharper than the one before."""

    URGE = "urge"  # 催办
    SUPERVISE = "supervise"  # 督办
    CIRCULATE = "circulate"  # 通报


class AttachmentRole(StrEnum):
    """What an attached file is to its matter."""

    CONSENT = "consent"  # 送达地址确认书
    EVIDENCE = "evidence"
    MINUTES = "minutes"  # of a collective discussion
    OTHER = "other"
    RECEIPT = "receipt"  # a signed delivery receipt


class FileSection(StrEnum):
    """The parts of a case file, in their order behind the contents page."""

    PAPERS = "papers"
    ATTACHMENTS = "attachments"
    OPINIONS = "opinions"
    RECEIPTS = "receipts"
    HISTORY = "history"


class FileShelf(StrEnum):
    """Where a case file stands."""

    ARCHIVED = "archived"
    TO_ARCHIVE = "to_archive"  # its matter is closed
    OPEN = "open"
    ENDED = "ended"  # archived, and its retention has ended


class PrintPhase(StrEnum):
    """What the worker does while it prints a file."""

    GATHERED = "gathered"
    PARTS = "parts"
    BOUND = "bound"


class DutyKind(StrEnum):
    """Whether a shift covers office hours or the whole day and night."""

    NORMAL = "normal"
    ROUND_THE_CLOCK = "round_the_clock"


class DutyTurn(StrEnum):
    """How the people of a pattern take turns."""

    DAILY = "daily"  # each day the next
    TOGETHER = "together"  # all of them every day
    WEEKLY = "weekly"  # each week, from Monday, the next


class HandoverReason(StrEnum):
    """Why somebody gives up their matters."""

    CLOSED_ACCOUNT = "closed_account"
    LEAVE = "leave"
    TRANSFER = "transfer"


class HandoverState(StrEnum):
    """A list is signed by who gives, then by who takes; then everything on it changes hands."""

    DRAWN_UP = "drawn_up"
    GIVEN = "given"
    TAKEN = "taken"
    CANCELLED = "cancelled"


class HandoverMove(StrEnum):
    """What can be done with a list."""

    CANCEL = "cancel"
    GIVE = "give"
    TAKE = "take"


class HandoverOutcome(StrEnum):
    """What became of a line of the list when it was taken."""

    GONE = "gone"  # closed, decided, or in other hands by then
    MOVED = "moved"
    STAYED = "stayed"  # who takes may not have it; the leader says who shall


class Force(StrEnum):
    """Where a setting that holds from a day on stands today."""

    IN_FORCE = "in_force"
    PAST = "past"  # a later one has taken its place
    TO_COME = "to_come"


class Origin(StrEnum):
    """Where what is in force for an authority comes from."""

    AUTHORITY = "authority"  # set for it alone
    EVERYWHERE = "everywhere"  # set for all authorities
    USUAL = "usual"  # nobody has set anything


class PaperStanding(StrEnum):
    """What anyone may know of a paper number."""

    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    VALID = "valid"
    WITHDRAWN = "withdrawn"


class CodeCheck(StrEnum):
    """How the check code somebody typed or scanned (校验码) compares with the paper of that number."""

    DIFFERS = "differs"
    MATCHES = "matches"
    NOT_GIVEN = "not_given"
    UNREADABLE = "unreadable"  # no code at all: not sixteen digits of hexadecimal


class PaperAct(StrEnum):
    """What the trail calls the acts of this room."""

    ATTACHMENT_ADDED = "attachment.added"
    ATTACHMENT_REMOVED = "attachment.removed"
    CHAIN_SET = "paper_chain.set"
    CONSENT_RECORDED = "portal_consent.recorded"
    CONSENT_WITHDRAWN = "portal_consent.withdrawn"
    DELIVERY_FAILED = "delivery.failed"
    DELIVERY_SENT = "delivery.sent"
    DELIVERY_SERVED = "delivery.served"
    DELIVERY_SIGNED_FOR = "delivery.signed_for"
    DELIVERY_TERM_MOVED = "delivery.term_moved"
    DUTY_CANCELLED = "duty.cancelled"
    DUTY_SET = "duty.set"
    FILE_ARCHIVED = "case_file.archived"
    FILE_PRINTED = "case_file.printed"
    HANDOVER_CANCELLED = "handover.cancelled"
    HANDOVER_DRAWN_UP = "handover.drawn_up"
    HANDOVER_GIVEN = "handover.given"
    HANDOVER_TAKEN = "handover.taken"
    MATTER_ASSIGNED = "matter.assigned"
    MATTER_CLOSED = "matter.closed"
    MATTER_NOTED = "matter.noted"
    MATTER_OPENED = "matter.opened"
    MATTER_REMINDED = "matter.reminded"
    MATTER_TERM_SET = "matter.term_set"
    PAPER_CORRECTED = "paper.corrected"
    PAPER_DISCARDED = "paper.discarded"
    PAPER_DRAFTED = "paper.drafted"
    PAPER_HANDED_ON = "paper.handed_on"
    PAPER_ISSUED = "paper.issued"
    PAPER_PASSED = "paper.passed"
    PAPER_SENT_BACK = "paper.sent_back"
    PAPER_SIGNED = "paper.signed"
    PAPER_SUBMITTED = "paper.submitted"
    PAPER_SUPERSEDED = "paper.superseded"
    PAPER_TAKEN_BACK = "paper.taken_back"
    PAPER_WITHDRAWN = "paper.withdrawn"
    SERIES_SET = "paper_series.set"
    TEMPLATE_ADDED = "paper_template.added"


class PaperSubject(StrEnum):
    """What the acts of this room are about."""

    ATTACHMENT = "attachment"
    CASE_FILE = "case_file"
    DELIVERY = "delivery"
    DUTY = "duty"
    HANDOVER = "handover"
    MATTER = "matter"
    PAPER = "paper"
    PAPER_SETTING = "paper_setting"
    PORTAL_CONSENT = "portal_consent"


@dataclass(frozen=True, slots=True)
class Chain:
    """Which steps a paper needs, and whether the minutes of a collective discussion (集体讨论) must lie beside it."""

    steps: tuple[ApprovalStep, ...]
    needs_minutes: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of a paper's approval that was taken: by whom, and for whom when a deputy acted."""

    position: int
    account_id: UUID
    principal_id: UUID | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class Reassigned:
    """What `matter_reassigned` tells of one matter: its kind, what it is about, and who has it now."""

    matter_id: UUID
    kind: str
    subject_key: str
    from_owner: UUID
    to_owner: UUID


@dataclass(frozen=True, slots=True)
class Served:
    """What `paper_served` tells: from which day a paper has its effect on the addressee."""

    paper_id: UUID
    matter_kind: str
    subject_key: str
    paper_kind: str
    number: str
    served_on: date
    way: DeliveryWay
    at: datetime
