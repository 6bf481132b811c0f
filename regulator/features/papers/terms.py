"""The kinds of official papers. Pure."""

from enum import StrEnum


class PaperKind(StrEnum):
    """What a paper is: each kind has one shipped template, and an authority may have its own."""

    ACCEPTANCE = "acceptance"
    APPROVAL = "approval"
    CIRCULAR = "circular"
    DELIVERY_RECEIPT = "delivery_receipt"
    EXTENSION = "extension"
    HEARING_NOTICE = "hearing_notice"
    INTAKE_RECEIPT = "intake_receipt"
    INTERVIEW_RECORD = "interview_record"
    NON_ACCEPTANCE = "non_acceptance"
    RECTIFICATION = "rectification"
    REJECTION = "rejection"
    REPLY = "reply"
    SUPPLEMENT = "supplement"
    TRANSFER_LETTER = "transfer_letter"
