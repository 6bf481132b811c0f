"""Why a row is not taken, or taken with a remark: one list of codes that documents itself. Pure."""

from enum import Enum, StrEnum
from typing import Self


class Weight(Enum):
    """What a reason does to its row."""

    REJECTED = "rejected"
    FLAG = "flag"
    WARNING = "warning"
    HINT = "hint"


class Reason(StrEnum):
    """Every reason with its weight and its meaning; the credit code is called ``uscc`` here and nowhere else."""

    weight: Weight
    meaning: str

    def __new__(cls, code: str, weight: Weight, meaning: str) -> Self:
        """A member that knows what it does and means."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.weight = weight
        member.meaning = meaning
        return member

    ADDRESS_UNREADABLE = "address_unreadable", Weight.REJECTED, "The address cannot be read."
    ALIASES_UNREADABLE = "aliases_unreadable", Weight.REJECTED, "The other names cannot be read."
    AREA_HIGH_RISE_UNREADABLE = (
        "area_high_rise_unreadable",
        Weight.REJECTED,
        "The floor area of high-rise buildings cannot be read.",
    )
    AREA_MULTI_STOREY_UNREADABLE = (
        "area_multi_storey_unreadable",
        Weight.REJECTED,
        "The floor area of multi-storey buildings cannot be read.",
    )
    AREA_OTHER_UNREADABLE = "area_other_unreadable", Weight.REJECTED, "The other floor area cannot be read."
    AREA_VILLA_UNREADABLE = "area_villa_unreadable", Weight.REJECTED, "The floor area of villas cannot be read."
    BEGINS_ON_DUPLICATE_IN_FILE = (
        "begins_on_duplicate_in_file",
        Weight.REJECTED,
        "The contract of this estate, company and first day stands in an earlier row of the file; the first stays.",
    )
    BEGINS_ON_MISSING = "begins_on_missing", Weight.REJECTED, "The first day is missing."
    BEGINS_ON_UNREADABLE = "begins_on_unreadable", Weight.REJECTED, "The first day cannot be read."
    BUILDINGS_UNREADABLE = "buildings_unreadable", Weight.REJECTED, "The number of buildings cannot be read."
    BUSINESS_SCOPE_UNREADABLE = "business_scope_unreadable", Weight.REJECTED, "The business scope cannot be read."
    CERTIFICATE_NUMBER_UNREADABLE = (
        "certificate_number_unreadable",
        Weight.REJECTED,
        "The certificate number cannot be read.",
    )
    COMMUNITY_UNKNOWN = (
        "community_unknown",
        Weight.FLAG,
        "The street has no community of this name; the estate stands at its street until somebody places it.",
    )
    COMMUNITY_UNREADABLE = "community_unreadable", Weight.REJECTED, "The community cannot be read."
    COMPANY_MISSING = "company_missing", Weight.REJECTED, "The company is missing."
    COMPANY_NAME_DIFFERS = (
        "company_name_differs",
        Weight.WARNING,
        "The company's name is not the one registered under its credit code.",
    )
    COMPANY_UNCONFIRMED = (
        "company_unconfirmed",
        Weight.FLAG,
        "The manager's name is not that of one registered company; the mode counts, the link waits for a person.",
    )
    COMPANY_UNKNOWN = "company_unknown", Weight.REJECTED, "The company is not in the register."
    COMPANY_UNREADABLE = "company_unreadable", Weight.REJECTED, "The company cannot be read."
    COMPANY_WITHOUT_SERVICE = (
        "company_without_service",
        Weight.REJECTED,
        "A company is named where the mode says that nobody manages the estate.",
    )
    COMPLETION_YEAR_UNREADABLE = "completion_year_unreadable", Weight.REJECTED, "The year of completion cannot be read."
    CONDITION_UNKNOWN = "condition_unknown", Weight.REJECTED, "The words given for the condition are not known."
    CONDITION_UNREADABLE = "condition_unreadable", Weight.REJECTED, "The condition cannot be read."
    COORDINATES_INCOMPLETE = "coordinates_incomplete", Weight.REJECTED, "Only one of longitude and latitude is given."
    COORDINATES_OUTSIDE_CITY = (
        "coordinates_outside_city",
        Weight.REJECTED,
        "The point lies outside the bounding box of the city.",
    )
    COORDINATES_SWAPPED = (
        "coordinates_swapped",
        Weight.HINT,
        "Longitude and latitude seem to be exchanged; they were not turned round.",
    )
    DECLARED_GRADE_UNREADABLE = "declared_grade_unreadable", Weight.REJECTED, "The declared grade cannot be read."
    DIFFERS_FROM_REGISTER = (
        "differs_from_register",
        Weight.REJECTED,
        "The register says otherwise; a correction must be asked for.",
    )
    DISTRICT_MISSING = "district_missing", Weight.REJECTED, "The district is missing."
    DISTRICT_UNKNOWN = "district_unknown", Weight.REJECTED, "No district of this name is known."
    DISTRICT_UNREADABLE = "district_unreadable", Weight.REJECTED, "The district cannot be read."
    DUTY_PHONE_UNREADABLE = "duty_phone_unreadable", Weight.REJECTED, "The duty telephone cannot be read."
    EDUCATION_UNKNOWN = "education_unknown", Weight.REJECTED, "The words given for the education are not known."
    EDUCATION_UNREADABLE = "education_unreadable", Weight.REJECTED, "The education cannot be read."
    EMPLOYED_ON_UNREADABLE = "employed_on_unreadable", Weight.REJECTED, "The day of employment cannot be read."
    ENDS_ON_UNREADABLE = "ends_on_unreadable", Weight.REJECTED, "The last day cannot be read."
    ESTATE_AMBIGUOUS = (
        "estate_ambiguous",
        Weight.REJECTED,
        "The street has several estates of this name; the community is needed.",
    )
    ESTATE_MISSING = "estate_missing", Weight.REJECTED, "The estate is missing."
    ESTATE_UNKNOWN = "estate_unknown", Weight.REJECTED, "The estate is not in the register."
    ESTATE_UNREADABLE = "estate_unreadable", Weight.REJECTED, "The estate cannot be read."
    FACILITIES_UNREADABLE = "facilities_unreadable", Weight.REJECTED, "The facilities cannot be read."
    FEE_UNREADABLE = "fee_unreadable", Weight.REJECTED, "The fee cannot be read."
    FILED_ON_UNREADABLE = "filed_on_unreadable", Weight.REJECTED, "The day of filing cannot be read."
    FLOOR_AREA_SUM_MISMATCH = (
        "floor_area_sum_mismatch",
        Weight.REJECTED,
        "The floor areas do not add up to the stated total (more than 1 %).",
    )
    FLOOR_AREA_UNREADABLE = "floor_area_unreadable", Weight.REJECTED, "The floor area cannot be read."
    FORMER_NAMES_UNREADABLE = "former_names_unreadable", Weight.REJECTED, "The former names cannot be read."
    FOUNDED_ON_UNREADABLE = "founded_on_unreadable", Weight.REJECTED, "The day of foundation cannot be read."
    HOUSEHOLDS_UNREADABLE = "households_unreadable", Weight.REJECTED, "The number of households cannot be read."
    ID_NUMBER_CHECK_DIGIT = (
        "id_number_check_digit",
        Weight.REJECTED,
        "The resident ID number's check digit is wrong (GB 11643-1999).",
    )
    ID_NUMBER_DUPLICATE_IN_FILE = (
        "id_number_duplicate_in_file",
        Weight.REJECTED,
        "The resident ID number stands in an earlier row of the file; the first stays.",
    )
    ID_NUMBER_MISSING = "id_number_missing", Weight.REJECTED, "The resident ID number is missing."
    ID_NUMBER_UNREADABLE = "id_number_unreadable", Weight.REJECTED, "The resident ID number cannot be read."
    IN_FUTURE = "in_future", Weight.WARNING, "A day in the future."
    INTRODUCTION_UNREADABLE = "introduction_unreadable", Weight.REJECTED, "The introduction cannot be read."
    IS_FULL_TIME_UNKNOWN = (
        "is_full_time_unknown",
        Weight.REJECTED,
        "The words given for the full-time, yes or no are not known.",
    )
    IS_FULL_TIME_UNREADABLE = "is_full_time_unreadable", Weight.REJECTED, "The full-time, yes or no cannot be read."
    IS_HEAD_UNKNOWN = (
        "is_head_unknown",
        Weight.REJECTED,
        "The words given for the head of the post, yes or no are not known.",
    )
    IS_HEAD_UNREADABLE = "is_head_unreadable", Weight.REJECTED, "The head of the post, yes or no cannot be read."
    KIND_UNKNOWN = "kind_unknown", Weight.REJECTED, "The words given for the kind are not known."
    KIND_UNREADABLE = "kind_unreadable", Weight.REJECTED, "The kind cannot be read."
    LATITUDE_UNREADABLE = "latitude_unreadable", Weight.REJECTED, "The latitude cannot be read."
    LEGAL_REPRESENTATIVE_UNREADABLE = (
        "legal_representative_unreadable",
        Weight.REJECTED,
        "The legal representative cannot be read.",
    )
    LONGITUDE_UNREADABLE = "longitude_unreadable", Weight.REJECTED, "The longitude cannot be read."
    MODE_MISSING = "mode_missing", Weight.REJECTED, "The mode of management is missing."
    MODE_UNKNOWN = "mode_unknown", Weight.REJECTED, "The words given for the mode of management are not known."
    MODE_UNREADABLE = "mode_unreadable", Weight.REJECTED, "The mode of management cannot be read."
    NAME_DUPLICATE_IN_FILE = (
        "name_duplicate_in_file",
        Weight.REJECTED,
        "An estate of this name in this place stands in an earlier row of the file; the first stays.",
    )
    NAME_MISSING = "name_missing", Weight.REJECTED, "The name is missing."
    NAME_UNREADABLE = "name_unreadable", Weight.REJECTED, "The name cannot be read."
    NOTE_UNREADABLE = "note_unreadable", Weight.REJECTED, "The remark cannot be read."
    OUTSIDE_SCOPE = (
        "outside_scope",
        Weight.REJECTED,
        "The row is not of the territory its sender answers for, or nothing of the kind is registered there.",
    )
    OVERLAPPING_CONTRACT = (
        "overlapping_contract",
        Weight.FLAG,
        "The contract overlaps with one of another company for the same estate.",
    )
    OWNERSHIP_UNKNOWN = "ownership_unknown", Weight.REJECTED, "The words given for the ownership are not known."
    OWNERSHIP_UNREADABLE = "ownership_unreadable", Weight.REJECTED, "The ownership cannot be read."
    OWNING_UNIT_UNREADABLE = "owning_unit_unreadable", Weight.REJECTED, "The owning unit cannot be read."
    PERIOD_ENDS_BEFORE_IT_BEGINS = "period_ends_before_it_begins", Weight.REJECTED, "The period ends before it begins."
    PHONE_UNREADABLE = "phone_unreadable", Weight.REJECTED, "The telephone cannot be read."
    POST_UNREADABLE = "post_unreadable", Weight.REJECTED, "The post cannot be read."
    REGISTERED_CAPITAL_UNREADABLE = (
        "registered_capital_unreadable",
        Weight.REJECTED,
        "The registered capital cannot be read.",
    )
    REGISTRATION_KIND_UNREADABLE = (
        "registration_kind_unreadable",
        Weight.REJECTED,
        "The kind of registration cannot be read.",
    )
    SERVICE_LEVEL_UNREADABLE = "service_level_unreadable", Weight.REJECTED, "The service level cannot be read."
    SEX_UNKNOWN = "sex_unknown", Weight.REJECTED, "The words given for the sex are not known."
    SEX_UNREADABLE = "sex_unreadable", Weight.REJECTED, "The sex cannot be read."
    SIGNED_ON_UNREADABLE = "signed_on_unreadable", Weight.REJECTED, "The day of signing cannot be read."
    SITE_AREA_UNREADABLE = "site_area_unreadable", Weight.REJECTED, "The site area cannot be read."
    STATUS_UNKNOWN = "status_unknown", Weight.REJECTED, "The words given for the status are not known."
    STATUS_UNREADABLE = "status_unreadable", Weight.REJECTED, "The status cannot be read."
    STREET_MISSING = "street_missing", Weight.REJECTED, "The street is missing."
    STREET_UNKNOWN = "street_unknown", Weight.REJECTED, "The district has no street of this name."
    STREET_UNREADABLE = "street_unreadable", Weight.REJECTED, "The street cannot be read."
    TITLE_UNKNOWN = "title_unknown", Weight.REJECTED, "The words given for the professional title are not known."
    TITLE_UNREADABLE = "title_unreadable", Weight.REJECTED, "The professional title cannot be read."
    UNIT_ASSUMED = "unit_assumed", Weight.WARNING, "No unit is named for a figure; ㎡ or yuan was assumed."
    USCC_CHECK_DIGIT = "uscc_check_digit", Weight.REJECTED, "The credit code's check digit is wrong (GB 32100-2015)."
    USCC_DUPLICATE_IN_FILE = (
        "uscc_duplicate_in_file",
        Weight.REJECTED,
        "The credit code stands in an earlier row of the file; the first stays.",
    )
    USCC_MISSING = "uscc_missing", Weight.REJECTED, "The credit code is missing."
    USCC_UNREADABLE = "uscc_unreadable", Weight.REJECTED, "The credit code cannot be read."


_BY_CODE: dict[str, Reason] = {reason.value: reason for reason in Reason}


def field_reason(field: str, problem: str) -> Reason:
    """The reason ``<field>_<problem>``; raises KeyError when there is none."""
    return _BY_CODE[f"{field}_{problem}"]


def find_reason(code: str) -> Reason:
    """The reason of a code that was kept; raises KeyError."""
    return _BY_CODE[code]


def documentation() -> str:
    """The list of reasons as a page of the manual (docs/imports.md holds it word for word)."""
    lines = ["| code | effect on the row | meaning |", "|---|---|---|"]
    lines += [f"| `{reason.value}` | {reason.weight.value} | {reason.meaning} |" for reason in Reason]
    return "\n".join(lines) + "\n"
