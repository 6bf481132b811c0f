"""Which terms of a matter the calendar can move. Pure."""

from enum import StrEnum


class MovedTerm(StrEnum):
    """Which term of a matter the holidays of a year moved."""

    ANSWER = "answer"  # until when who is told may answer
    HEARING = "hearing"  # from when on a hearing may be held
    MATTER = "matter"  # its own
    NOTICE = "notice"  # when a paper posted as a public notice takes effect
    OBJECTIONS = "objections"  # until when anyone may object
