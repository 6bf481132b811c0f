"""The shapes of the interface, once: mypy checks the answers by them and the OpenAPI document is made from them."""

from typing import Annotated, Literal, Required

from pydantic import Field
from typing_extensions import TypedDict

from regulator.features.coverage.terms import Exclusion
from regulator.features.divisions.terms import Level
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.terms import Nature
from regulator.features.metrics.terms import MetricName, MetricUnit, Timing
from regulator.features.registry.terms import (
    Basis,
    CompanyStatus,
    Condition,
    ContractKind,
    DeclaredGrade,
    EstateKind,
    Mode,
    Ownership,
)

Area = Annotated[float | None, Field(description="㎡ with two decimals; null when not known, never 0 for that", ge=0)]
Fee = Annotated[float | None, Field(description="Yuan for each ㎡ and month; null when not recorded", ge=0)]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
OptionalDay = Annotated[str | None, Field(description="A day, or null", pattern=r"^\d{4}-\d{2}-\d{2}$")]
Url = Annotated[str, Field(description="Absolute path of the page for people", examples=["/companies/…"])]
CreditCode = Annotated[
    str, Field(description="Unified social credit code, GB 32100-2015", min_length=18, max_length=18)
]
Next = Annotated[str | None, Field(description="Give it as `cursor` to get the following items; null at the end")]
ModeOfDay = Annotated[
    Mode | None, Field(description="Null: nobody has stated the mode of that day. Not the same as none")
]
BasisOfDay = Annotated[Basis | None, Field(description="On what the service rests that day; null when nobody serves")]
Lon = Annotated[float | None, Field(description="Longitude, CGCS2000 (EPSG:4490), degrees", ge=-180, le=180)]
Lat = Annotated[float | None, Field(description="Latitude, CGCS2000 (EPSG:4490), degrees", ge=-90, le=90)]


Grade = Annotated[str, Field(description="Code in its rule set; 1 is the best", examples=["1", "2", "3"])]


class DivisionRef(TypedDict):
    """A division by its statistical code and own name."""

    code: str
    name: str


class CompanyRef(TypedDict):
    """A company by credit code and name."""

    credit_code: CreditCode
    name: str


class OtherName(TypedDict):
    """A former name with its last day where known."""

    name: str
    until: OptionalDay


class Company(TypedDict):
    """A property-management company as lists give it; `estate_count` and `floor_area_m2` are its services of today."""

    credit_code: CreditCode
    name: str
    status: CompanyStatus
    division: Annotated[DivisionRef | None, Field(description="District of registration; null for one from elsewhere")]
    estate_count: Annotated[int, Field(ge=0)]
    floor_area_m2: Annotated[
        float | None, Field(description="Sum of the known areas of the estates served; null when none is known", ge=0)
    ]
    url: Url


class ServedEstate(TypedDict):
    """An estate a company serves on the day asked for."""

    code: str
    name: str
    division: DivisionRef | None
    mode: Mode
    began_on: OptionalDay
    stated_for: OptionalDay
    basis: BasisOfDay
    fee: Fee
    households: int | None
    floor_area_m2: Area
    url: Url


class Qualification(TypedDict):
    """The certificate that counts for a company on a day: a valid one, else the last it was given."""

    grade: Grade
    provisional: bool
    nature: Annotated[Nature, Field(description="licence: of the years until 2018; evaluation: voluntary")]
    state: CertificateState
    certificate_number: str | None
    valid_until: Annotated[OptionalDay, Field(description="The last day; null: until it is ended, or not known")]


class CompanyDetail(Company):
    """One company; what it serves is of the day `as_of`."""

    as_of: Day
    former_names: list[OtherName]
    aliases: list[str]
    registration_kind: str | None
    legal_representative: str | None
    phone: Annotated[str | None, Field(description="The company's service phone")]
    registered_capital: Annotated[float | None, Field(description="Yuan", ge=0)]
    founded_on: OptionalDay
    registered_address: str | None
    office_address: str | None
    business_scope: str | None
    introduction: str | None
    declared_grade: Annotated[
        DeclaredGrade | None, Field(description="As the company or an old list states it; proves nothing by itself")
    ]
    declared_grade_text: Annotated[str | None, Field(description="The words of the old list")]
    declared_certificate: str | None
    qualification: Annotated[
        Qualification | None, Field(description="On the day `as_of`; null when no certificate is on record by then")
    ]
    households: Annotated[int | None, Field(description="Households of the estates served, where known", ge=0)]
    confirmed_on: Annotated[OptionalDay, Field(description="When the bureau last confirmed the entry")]
    retired_on: Annotated[OptionalDay, Field(description="When the entry was taken off the register")]
    estates: Annotated[list[ServedEstate], Field(description="By code, the first 200; `estate_count` says how many")]


class Estate(TypedDict):
    """An estate as lists give it; mode and company are of today."""

    code: str
    name: str
    kind: EstateKind
    condition: Condition
    division: Annotated[DivisionRef, Field(description="Community, or the street while the community is not known")]
    mode: ModeOfDay
    company: CompanyRef | None
    households: Annotated[int | None, Field(ge=0)]
    floor_area_m2: Area
    lon: Lon
    lat: Lat
    url: Url


class Service(TypedDict):
    """A period of service; both days are included, `ended_on` null while it goes on."""

    mode: Mode
    company: CompanyRef | None
    began_on: Annotated[OptionalDay, Field(description="Null: not known; then it is known from `stated_for` on")]
    stated_for: OptionalDay
    ended_on: OptionalDay
    basis: BasisOfDay
    fee: Fee


class Contract(TypedDict):
    """A contract by its parties and days."""

    kind: ContractKind
    company: CompanyRef
    began_on: Day
    ended_on: OptionalDay
    fee: Fee
    service_level: str | None


class Committee(TypedDict):
    """The owners' committee by name and term."""

    name: str
    term_began_on: Day
    term_ended_on: OptionalDay


class BuildingAreas(TypedDict):
    """Floor area by kind of building, ㎡."""

    multi_storey_m2: Area
    high_rise_m2: Area
    villa_m2: Area
    other_m2: Area


class EstateDetail(Estate):
    """One estate; mode, company, service, manager and committee are of the day `as_of`."""

    as_of: Day
    former_names: list[OtherName]
    aliases: list[str]
    address: str | None
    condition_since: OptionalDay
    areas: BuildingAreas
    site_area_m2: Area
    buildings: Annotated[int | None, Field(ge=0)]
    completion_year: int | None
    ownership: Ownership | None
    facilities: str | None
    duty_phone: str | None
    project_manager: Annotated[str | None, Field(description="By name (Civil Code, Art. 943)")]
    committee: Committee | None
    service: Annotated[Service | None, Field(description="The period that holds on the day; null when not known")]
    history: Annotated[list[Service], Field(description="The other periods begun by then, the latest first")]
    contracts: Annotated[list[Contract], Field(description="Those begun by then, the latest first")]
    confirmed_on: Annotated[OptionalDay, Field(description="When the bureau last confirmed the entry")]
    retired_on: Annotated[OptionalDay, Field(description="When the entry was taken off the register")]


class Division(TypedDict):
    """A division of the statistical tree."""

    code: str
    name: str
    level: Level


class CompanyList(TypedDict):
    """A page of companies."""

    items: list[Company]
    next: Next


class EstateList(TypedDict):
    """A page of estates."""

    items: list[Estate]
    next: Next


class DivisionList(TypedDict):
    """A page of divisions."""

    items: list[Division]
    next: Next


ShareOfOne = Annotated[
    float | None, Field(description="0 to 1 with four decimals; null when there is nothing to divide by", ge=0, le=1)
]


class ProfessionalPart(TypedDict):
    """What companies manage professionally, of the same denominator."""

    managed: Annotated[float, Field(ge=0)]
    rate: ShareOfOne


class CoverageMeasure(TypedDict):
    """One measure: `managed` is the full rate's numerator; floor areas in ㎡."""

    managed: Annotated[float, Field(ge=0)]
    all: Annotated[float, Field(ge=0)]
    rate: ShareOfOne
    professional: ProfessionalPart


class CoverageMeasures(TypedDict):
    """The rates by what they are counted in."""

    estates: CoverageMeasure
    floor_area: CoverageMeasure
    households: CoverageMeasure


class CoverageAmounts(TypedDict):
    """Estates with their known floor area (㎡) and households; null where the number would mean nothing."""

    estates: Annotated[int, Field(ge=0)]
    floor_area: Annotated[float | None, Field(ge=0)]
    households: Annotated[int | None, Field(ge=0)]


class Coverage(TypedDict):
    """The coverage rates of a division on a day, by mode, with what is left out and why."""

    division: str
    on: Day
    by: CoverageMeasures
    modes: Annotated[dict[Mode, CoverageAmounts], Field(description="Of the estates counted, by mode")]
    excluded: Annotated[dict[Exclusion, CoverageAmounts], Field(description="What is in no rate, by reason")]
    target: Annotated[ShareOfOne, Field(description="Of the full rate by estates for the year; null when none is set")]


class Metric(TypedDict):
    """A figure of the catalogue."""

    name: MetricName
    title: str
    definition: str
    unit: MetricUnit
    period: Annotated[Timing, Field(description="state: as of the last day of the period; flow: over all its days")]
    denominator: str
    minimum_sample: Annotated[int, Field(description="Below this denominator nobody is ranked by it", ge=1)]
    owner: str
    url: Url


class MetricList(TypedDict):
    """The whole catalogue."""

    items: list[Metric]


class MetricFigure(TypedDict):
    """One figure for a division and a period."""

    name: MetricName
    division: str
    period: str
    value: ShareOfOne
    numerator: Annotated[float, Field(ge=0)]
    denominator: Annotated[float, Field(ge=0)]
    definition: str
    as_of: Annotated[Day, Field(description="The day the figure stands for: the period's last, today while it runs")]
    target: ShareOfOne


class Certificate(TypedDict):
    """A certificate as it stands today; the company by the name printed on it."""

    number: str
    state: CertificateState
    credit_code: CreditCode
    company: str
    grade: Grade
    provisional: bool
    issued_on: OptionalDay
    valid_until: Annotated[OptionalDay, Field(description="The last day; null: until it is ended, or not known")]


class Problem(TypedDict, total=False):
    """An error, RFC 9457."""

    type: str
    title: str
    status: int
    detail: Annotated[str, Field(description="A sentence for people")]
    instance: str
    code: Annotated[str, Field(description="What is wrong, for programs", examples=["division_unknown"])]
    parameter: Annotated[str, Field(description="The parameter it is about")]
    reference: Annotated[str, Field(description="To be named when reporting the error")]


class UnknownCertificate(Problem, total=False):
    """The answer to a number under which nothing was issued or is on record."""

    state: Required[Literal["unknown"]]


ModeParameter = Mode | Literal["unknown"]
