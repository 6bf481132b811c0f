"""Codes the desk shows that no feature's terms name: the columns of a workbook, ways to look at a list."""

from enum import StrEnum


class ApplicationLook(StrEnum):
    """Which applications a work list shows."""

    MINE = "mine"
    OPEN = "open"
    OVERDUE = "overdue"
    DECIDED = "decided"
    ENDED = "ended"


class EndingLook(StrEnum):
    """Which cases of ending a work list shows."""

    MINE = "mine"
    TO_DECIDE = "to_decide"
    OPEN = "open"
    OVERDUE = "overdue"
    ENDED = "ended"


class ImportField(StrEnum):
    """What a column of a workbook may hold, for every kind of workbook."""

    ADDRESS = "address"
    ALIASES = "aliases"
    AREA_HIGH_RISE = "area_high_rise"
    AREA_MULTI_STOREY = "area_multi_storey"
    AREA_OTHER = "area_other"
    AREA_VILLA = "area_villa"
    BEGINS_ON = "begins_on"
    BUILDINGS = "buildings"
    BUSINESS_SCOPE = "business_scope"
    CERTIFICATE_NUMBER = "certificate_number"
    COMMUNITY = "community"
    COMPANY = "company"
    COMPLETION_YEAR = "completion_year"
    CONDITION = "condition"
    DECLARED_GRADE = "declared_grade"
    DISTRICT = "district"
    DUTY_PHONE = "duty_phone"
    EDUCATION = "education"
    EMPLOYED_ON = "employed_on"
    ENDS_ON = "ends_on"
    ESTATE = "estate"
    FACILITIES = "facilities"
    FEE = "fee"
    FILED_ON = "filed_on"
    FLOOR_AREA = "floor_area"
    FORMER_NAMES = "former_names"
    FOUNDED_ON = "founded_on"
    HOUSEHOLDS = "households"
    ID_NUMBER = "id_number"
    IGNORED = "ignored"
    INTRODUCTION = "introduction"
    IS_FULL_TIME = "is_full_time"
    IS_HEAD = "is_head"
    KIND = "kind"
    LATITUDE = "latitude"
    LEGAL_REPRESENTATIVE = "legal_representative"
    LONGITUDE = "longitude"
    MODE = "mode"
    NAME = "name"
    NOTE = "note"
    OWNERSHIP = "ownership"
    OWNING_UNIT = "owning_unit"
    PHONE = "phone"
    POST = "post"
    REGISTERED_CAPITAL = "registered_capital"
    REGISTRATION_KIND = "registration_kind"
    SERVICE_LEVEL = "service_level"
    SEX = "sex"
    SIGNED_ON = "signed_on"
    SITE_AREA = "site_area"
    STATUS = "status"
    STREET = "street"
    TITLE = "title"
    USCC = "uscc"


class Period(StrEnum):
    """How much of a roster is looked at."""

    MONTH = "month"
    WEEK = "week"


class Whose(StrEnum):
    """Whose hand-overs are looked at."""

    MINE_TO_GIVE = "mine_to_give"
    MINE_TO_TAKE = "mine_to_take"
