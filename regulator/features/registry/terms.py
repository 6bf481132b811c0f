"""Words of the register: enums and frozen values (domain.md §4, §6). Pure; no tables, no labels for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID


class RegisterNature(StrEnum):
    """Whether a register holds real or invented rows; once decided, for ever."""

    DEMO = "demo"
    REAL = "real"
    UNDECIDED = "undecided"


class SubjectKind(StrEnum):
    """The kinds of record that have a history of their own."""

    COMMITTEE = "committee"
    COMPANY = "company"
    CONTRACT = "contract"
    ESTATE = "estate"
    NOTICE = "notice"
    PERSON = "person"
    SERVICE = "service"


class RecordSource(StrEnum):
    """How a record came in."""

    DEMO = "demo"
    IMPORT = "import"
    TYPED = "typed"


class CompanyStatus(StrEnum):
    """Whether a company works."""

    OPERATING = "operating"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class DeclaredGrade(StrEnum):
    """The grade a company or an old list states; never valid by itself."""

    GRADE_1 = "grade_1"
    GRADE_2 = "grade_2"
    GRADE_3 = "grade_3"
    GRADE_3_PROVISIONAL = "grade_3_provisional"
    OTHER = "other"
    UNGRADED = "ungraded"


class NameKind(StrEnum):
    """A name beside the present one."""

    ALIAS = "alias"
    FORMER = "former"


class Mode(StrEnum):
    """How an estate is managed; abandoned once had management and lost it, none never had any."""

    PROFESSIONAL = "professional"
    UNIT_LOGISTICS = "unit_logistics"
    COMMUNITY_CUSTODY = "community_custody"
    OWNERS_SELF = "owners_self"
    INTERIM_CUSTODY = "interim_custody"
    ABANDONED = "abandoned"
    NONE = "none"

    @property
    def is_managed(self) -> bool:
        """Whether somebody serves the estate in this mode."""
        return self not in (Mode.ABANDONED, Mode.NONE)

    @property
    def takes_company(self) -> bool:
        """Whether a company may stand behind this mode."""
        return self.is_managed


class EstateKind(StrEnum):
    """What kind of property-management area an estate is."""

    RESIDENTIAL = "residential"
    SCATTERED_BUILDING = "scattered_building"
    OFFICE = "office"
    INDUSTRIAL = "industrial"
    OTHER = "other"


class Condition(StrEnum):
    """How far an estate's buildings have come."""

    UNDER_CONSTRUCTION = "under_construction"
    OCCUPIED = "occupied"
    DEMOLISHED = "demolished"


class Ownership(StrEnum):
    """Who owns the dwellings."""

    COMMODITY = "commodity"
    REFORMED = "reformed"
    PUBLIC = "public"
    INDEMNIFICATORY = "indemnificatory"
    MIXED = "mixed"


class ContractKind(StrEnum):
    """Preliminary 前期, ordinary 普通, interim 临时."""

    PRELIMINARY = "preliminary"
    ORDINARY = "ordinary"
    INTERIM = "interim"


class RecordedBasis(StrEnum):
    """A basis of service that is an act of its own: until hand-over (民法典 950) and emergency."""

    HANDOVER = "handover"
    EMERGENCY = "emergency"


class Basis(StrEnum):
    """On what a service rests on a day (民法典 948, 950); ``unstated`` when no contract of the company is known."""

    RUNNING = "running"
    CONTINUED = "continued"
    HANDOVER = "handover"
    EMERGENCY = "emergency"
    UNSTATED = "unstated"


class Title(StrEnum):
    """职称."""

    NONE = "none"
    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"


class Sex(StrEnum):
    """As the resident ID states."""

    FEMALE = "female"
    MALE = "male"


class Education(StrEnum):
    """Highest completed."""

    JUNIOR_SECONDARY = "junior_secondary"
    SENIOR_SECONDARY = "senior_secondary"
    JUNIOR_COLLEGE = "junior_college"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTOR = "doctor"


class NoticeKind(StrEnum):
    """Notices of the Civil Code between owners and company (民法典 946–948)."""

    DISMISSAL = "dismissal"
    RENEWAL_INTENDED = "renewal_intended"
    RENEWAL_REFUSED = "renewal_refused"
    CONTINUED_SERVICE_ENDED = "continued_service_ended"


class Party(StrEnum):
    """Who gave a notice."""

    COMPANY = "company"
    OWNERS = "owners"


class SettlementState(StrEnum):
    """Whether a person has settled what waits on a work list."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class RequestState(StrEnum):
    """What became of a change a company asked for."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class RequestAct(StrEnum):
    """What the trail calls the acts on such a request."""

    REQUEST_ASKED = "request.asked"
    REQUEST_CONFIRMED = "request.confirmed"
    REQUEST_RETURNED = "request.returned"
    REQUEST_WITHDRAWN = "request.withdrawn"


class DifferenceKind(StrEnum):
    """How a record of one round of verification stands to the round before."""

    ADDED = "added"
    CHANGED = "changed"
    MISSING = "missing"


class RecordAct(StrEnum):
    """What was done to a record, as its history says it (kept with each change)."""

    REGISTERED = "registered"
    IMPORTED = "imported"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    RETIRED = "retired"
    RENAMED = "renamed"
    NAME_ADDED = "name_added"
    NAME_REMOVED = "name_removed"
    EMPLOYED = "employed"
    EMPLOYMENT_ENDED = "employment_ended"
    CERTIFICATE_ADDED = "certificate_added"
    CERTIFICATE_REMOVED = "certificate_removed"
    MANAGER_ASSIGNED = "manager_assigned"
    MANAGER_RELEASED = "manager_released"
    NUMBER_REVEALED = "number_revealed"
    SERVICE_OPENED = "service_opened"
    SERVICE_ENDED = "service_ended"
    SERVICE_CORRECTED = "service_corrected"
    SERVICE_RETIRED = "service_retired"
    BASIS_RECORDED = "basis_recorded"
    PLACED = "placed"
    TERMINATED = "terminated"
    FILED = "filed"
    DISPUTE_SETTLED = "dispute_settled"
    LINK_SETTLED = "link_settled"
    UNDONE = "undone"


class TermAct(StrEnum):
    """What the trail calls it when the calendar moves a term, and when an official takes note."""

    MOVED = "term.moved"
    SEEN = "term.seen"


class RecordField(StrEnum):
    """The fields of records as their histories name them; one name for the same thing on every kind of record."""

    ADDRESS = "address"
    ALIAS = "alias"
    AREA_HIGH_RISE = "area_high_rise"
    AREA_MULTI_STOREY = "area_multi_storey"
    AREA_OTHER = "area_other"
    AREA_VILLA = "area_villa"
    BASIS_DOCUMENT = "basis_document"
    BEGAN_ON = "began_on"
    BORN_ON = "born_on"
    BUILDINGS = "buildings"
    BUSINESS_SCOPE = "business_scope"
    CERTIFICATE = "certificate"
    COMMUNITY_AS_STATED = "community_as_stated"
    COMPANY = "company"
    COMPANY_SPELLING = "company_spelling"
    COMPLETION_YEAR = "completion_year"
    CONDITION = "condition"
    CONDITION_ASSUMED = "condition_assumed"
    CONDITION_SINCE = "condition_since"
    DATED_ON = "dated_on"
    DECLARED_CERTIFICATE = "declared_certificate"
    DECLARED_GRADE = "declared_grade"
    DECLARED_GRADE_TEXT = "declared_grade_text"
    DIVISION_CODE = "division_code"
    DOCUMENT_NUMBER = "document_number"
    DISPUTE = "dispute"
    DUTY_PHONE = "duty_phone"
    EDUCATION = "education"
    ELECTED_ON = "elected_on"
    EMPLOYMENT = "employment"
    ENDED_ON = "ended_on"
    ENDED_REASON = "ended_reason"
    ESTATE = "estate"
    FACILITIES = "facilities"
    FEE = "fee"
    FILED_ON = "filed_on"
    FILING_NUMBER = "filing_number"
    FLOOR_AREA = "floor_area"
    FORMER_NAME = "former_name"
    FOUNDED_ON = "founded_on"
    GIVEN_BY = "given_by"
    HOUSEHOLDS = "households"
    ID_NUMBER = "id_number"
    INTRODUCTION = "introduction"
    KIND = "kind"
    KIND_ASSUMED = "kind_assumed"
    LAT = "lat"
    LEGAL_REPRESENTATIVE = "legal_representative"
    LON = "lon"
    MANAGER = "manager"
    MEMBERS = "members"
    MODE = "mode"
    NAME = "name"
    NUMBER = "number"
    OFFICE_ADDRESS = "office_address"
    OUTLINE = "outline"
    OWNERSHIP = "ownership"
    OWNING_UNIT = "owning_unit"
    PHONE = "phone"
    RECEIVED_ON = "received_on"
    RECORDED_BASIS = "recorded_basis"
    REGISTERED_ADDRESS = "registered_address"
    REGISTERED_CAPITAL = "registered_capital"
    REGISTRATION_KIND = "registration_kind"
    REMARK = "remark"
    RETIRED_ON = "retired_on"
    RETIRED_REASON = "retired_reason"
    SERVICE = "service"
    SERVICE_LEVEL = "service_level"
    SEX = "sex"
    SIGNED_ON = "signed_on"
    SITE_AREA = "site_area"
    STATED_FOR = "stated_for"
    STATUS = "status"
    TAKES_EFFECT_ON = "takes_effect_on"
    TERM_BEGAN_ON = "term_began_on"
    TERM_ENDED_ON = "term_ended_on"
    TITLE = "title"
    TO_BE_PLACED = "to_be_placed"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``began_on`` to ``ended_on``, both included; None is unknown at the beginning, open at the end."""

    began_on: date | None
    ended_on: date | None

    def covers(self, day: date) -> bool:
        """Whether the day lies inside; an unknown beginning covers every earlier day."""
        return (self.began_on is None or self.began_on <= day) and (self.ended_on is None or day <= self.ended_on)


@dataclass(frozen=True, slots=True)
class Change:
    """One row's change as signals carry it: business key, facts before and after (None: was not, is not there)."""

    key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class StagedChanges:
    """Changes of a bulk path: a table of this session with columns key, before, after (facts as JSON)."""

    table: str
    batch_id: UUID | None = None
