"""The words for acts and subjects of the trail, whichever feature recorded them, and for the calendar's sheets."""

from enum import StrEnum

from regulator.foundation.i18n import word

ACTS = (
    *(
        "AccountAct",
        "ApplicationTrail",
        "TerritoryAct",
        "AuditAct",
        "BatchAct",
        "CalendarAct",
        "CertificateAct",
        "CoverageAct",
        "EndingTrail",
        "GeoAct",
    ),
    *("LicensingAct", "MetricAct", "PaperAct", "RequestAct", "ReviewTrail", "TermAct", "ZoneAct"),
)
SUBJECTS = (
    *("AccountSubject", "CalendarSubject", "CertificateSubject", "EndingSubject", "LicensingSubject", "PaperSubject"),
    *("ReviewSubject", "SubjectKind", "TrailSubject"),
)


class BatchAct(StrEnum):
    """Acts on more than one record, which the trail names itself."""

    BOUNDARIES_LOADED = "boundaries.loaded"
    COMPANIES_IMPORTED = "import.applied_companies"
    CONTRACTS_IMPORTED = "import.applied_contracts"
    DOUBTS_CONFIRMED = "estate.doubts_confirmed"
    ESTATES_IMPORTED = "import.applied_estates"
    PEOPLE_IMPORTED = "import.applied_people"
    IMPORT_DISCARDED = "import.discarded"
    IMPORT_UNDONE = "import.undone"
    FILLED_WITH_DEMO = "register.filled_with_demo"
    ROUND_CLOSED = "verification.closed"
    ROUND_DISTRICT_DONE = "verification.district_done"
    ROUND_OPENED = "verification.opened"


class TrailSubject(StrEnum):
    """Subjects that are neither records of the register nor accounts."""

    APPLICATION = "application"
    COVERAGE_BULLETIN = "coverage_bulletin"
    COVERAGE_MONTH = "coverage_month"
    COVERAGE_RULE = "coverage_rule"
    CUSTODIAN = "custodian"
    DIVISION_BOUNDARY = "division_boundary"
    GEODATA = "geodata"
    IMPORT = "import"
    METRIC_TARGET = "metric_target"
    REGISTER = "register"
    SURVEY_ROUND = "survey_round"
    VERIFICATION_ROUND = "verification_round"
    ZONE = "zone"
    ZONE_PROPOSAL = "zone_proposal"


class DayMark(StrEnum):
    """The sign beside a day that is off, or worked though a Saturday or Sunday."""

    HOLIDAY = "holiday"
    MADE_UP = "made_up"


class Weekday(StrEnum):
    """The heads of a month's columns."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


def act_words(act: str) -> str:
    """The act in the page's language; its code when no feature has words for it."""
    found = _first(ACTS, act)
    kind, _, verb = act.partition(".")
    said = word("RecordAct", verb)
    if found != act or said == verb:
        return found
    return f"{subject_words(kind)} · {said}"


def subject_words(kind: str) -> str:
    """The kind of subject in the page's language."""
    return _first(SUBJECTS, kind)


def field_words(field: str) -> str:
    """What people call a field of a record; its code when it is none."""
    return word("RecordField", field)


def _first(families: tuple[str, ...], code: str) -> str:
    return next((found for family in families if (found := word(family, code)) != code), code)
