"""Words of qualifications: rule sets with their conditions and procedure, facts, results. Pure; no tables, no labels.

The shapes of a rule set are also what its file must look like: unknown keys and wrong types are refused on reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from regulator.features.registry.terms import Title
from regulator.law.citations import Citation

LICENCE_ENDED = date(2018, 3, 8)
"""The day the Measures were repealed; no licence of this kind may be set from it on (行政许可法 15)."""


class Nature(StrEnum):
    """What a grade is by law: a licence of the state, or an evaluation nobody has to ask for."""

    LICENCE = "licence"
    EVALUATION = "evaluation"


class HouseKind(StrEnum):
    """Kinds of building whose floor area a grade counts apart."""

    MULTI_STOREY = "multi_storey"
    HIGH_RISE = "high_rise"
    VILLA = "villa"
    OTHER = "other"


class ConditionKind(StrEnum):
    """What a grade may ask for; each is one pure function in `rules/conditions`."""

    AREAS = "areas"
    ASSESSMENT = "assessment"
    CAPITAL = "capital"
    CREDIT = "credit"
    NO_BARRING_ACTS = "no_barring_acts"
    PROJECTS = "projects"
    STAFF = "staff"
    TITLED_HEAD = "titled_head"
    TITLED_STAFF = "titled_staff"


class ProjectKind(StrEnum):
    """The two kinds of project whose size a grade may bound."""

    RESIDENTIAL = "residential"
    OTHER = "other"


class ApplicationKind(StrEnum):
    """What a company may apply for."""

    NEW = "new"
    UPGRADE = "upgrade"
    RENEWAL = "renewal"
    ANNUAL_INSPECTION = "annual_inspection"
    ANNUAL_REVIEW = "annual_review"
    CHANGE = "change"
    REISSUE = "reissue"
    CANCELLATION = "cancellation"


class GrantLevel(StrEnum):
    """Whose office examines, decides or grants."""

    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"
    MINISTRY = "ministry"


class ClockStop(StrEnum):
    """What may stop the clock of an application (行政许可法 45)."""

    HEARING = "hearing"
    INSPECTION = "inspection"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"


class TermUnit(StrEnum):
    """How a term counts."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


class TermCode(StrEnum):
    """The terms of a procedure, each with its length and article in the rule set."""

    SUPPLEMENT = "supplement"
    EXAMINATION = "examination"
    DECISION = "decision"
    EXTENSION = "extension"
    DELIVERY = "delivery"
    OBJECTION = "objection"
    HEARING_REQUEST = "hearing_request"
    HEARING = "hearing"
    RENEWAL = "renewal"
    CERTIFICATE = "certificate"
    PROVISIONAL = "provisional"
    REVIEW = "review"
    STATEMENT = "statement"  # to state and to ask for a hearing, once told that a certificate is to end
    HEARING_CALL = "hearing_call"  # so long before a hearing its day is told
    ENDING = "ending"  # from the opening of a case to its decision


class EndingKind(StrEnum):
    """The acts by which an office ends a certificate, each with its own conditions, papers and state."""

    WITHDRAWAL = "withdrawal"
    ANNULMENT = "annulment"
    REVOCATION = "revocation"
    DOWNGRADE = "downgrade"
    CANCELLATION = "cancellation"


class OutsideFactKind(StrEnum):
    """Facts the register itself does not hold; recorded one by one with their day and source."""

    ASSESSMENT_RESULT = "assessment_result"
    BARRING_ACT = "barring_act"
    CREDIT_GRADE = "credit_grade"


class LicensingAct(StrEnum):
    """What the trail calls the acts of this room."""

    OUTSIDE_FACT_RECORDED = "outside_fact.recorded"
    OUTSIDE_FACT_TAKEN_BACK = "outside_fact.taken_back"
    RULE_SET_ADDED = "rule_set.added"


class LicensingSubject(StrEnum):
    """What the acts of this room are about."""

    OUTSIDE_FACT = "outside_fact"
    RULE_SET = "rule_set"


@dataclass(frozen=True, slots=True)
class Shape:
    """A part of a rule set's file; keys it does not know are refused."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Words(Shape):
    """One name in both languages of the interface."""

    zh: str
    en: str


# --- conditions: what the file says, one shape for each kind ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capital(Shape):
    """A registered capital of at least so many yuan."""

    kind: Literal[ConditionKind.CAPITAL]
    article: str
    yuan: int


@dataclass(frozen=True, slots=True)
class Staff(Shape):
    """At least so many people employed full time, of these posts when any are named."""

    kind: Literal[ConditionKind.STAFF]
    article: str
    people: int
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TitledStaff(Shape):
    """At least so many full-time people of this title or a higher one."""

    kind: Literal[ConditionKind.TITLED_STAFF]
    article: str
    people: int
    title: Title
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TitledHead(Shape):
    """A head of one of these posts holds this title or a higher one."""

    kind: Literal[ConditionKind.TITLED_HEAD]
    article: str
    code: str
    name: Words
    posts: tuple[str, ...]
    title: Title


@dataclass(frozen=True, slots=True)
class Areas(Shape):
    """Floor area under management, in ㎡ by kind of building: so many kinds, and Σ(area ÷ base) of so many percent."""

    kind: Literal[ConditionKind.AREAS]
    article: str
    bases: Mapping[HouseKind, int]
    kinds: int
    percent: int


@dataclass(frozen=True, slots=True)
class Projects(Shape):
    """At least so many estates under management."""

    kind: Literal[ConditionKind.PROJECTS]
    article: str
    estates: int


@dataclass(frozen=True, slots=True)
class NoBarringActs(Shape):
    """None of these acts, or of all the rule set names, within so many months before the day."""

    kind: Literal[ConditionKind.NO_BARRING_ACTS]
    article: str
    months: int
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment(Shape):
    """The latest assessment within so many months reached so many points."""

    kind: Literal[ConditionKind.ASSESSMENT]
    article: str
    points: int
    months: int


@dataclass(frozen=True, slots=True)
class Credit(Shape):
    """The latest credit grade within so many months is one of these."""

    kind: Literal[ConditionKind.CREDIT]
    article: str
    grades: tuple[str, ...]
    months: int


Condition = Capital | Staff | TitledStaff | TitledHead | Areas | Projects | NoBarringActs | Assessment | Credit
OneCondition = Annotated[Condition, Field(discriminator="kind")]


# --- a rule set -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit(Shape):
    """The largest single project of a kind a grade may take on, ㎡."""

    kind: ProjectKind
    square_metres: int
    article: str


@dataclass(frozen=True, slots=True)
class Grade(Shape):
    """A grade with what it asks for."""

    code: str
    name: Words
    granted_by: GrantLevel
    conditions: tuple[OneCondition, ...]
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class TermRule(Shape):
    """The length of a term, how it counts, and the article that sets it."""

    length: int
    unit: TermUnit
    article: str


@dataclass(frozen=True, slots=True)
class ReviewRule(Shape):
    """The yearly look at every certificate: the articles of the look, of what a fail leads to, of publication."""

    article: str
    consequence: str
    publication: str


@dataclass(frozen=True, slots=True)
class Procedure(Shape):
    """How grades of a rule set are asked for, examined and decided; ``endings``: its articles on ending them.

    One that names no ending leaves all of them to the office, without an article of its own.
    """

    applications: tuple[ApplicationKind, ...]
    examined_by: GrantLevel
    decided_by: GrantLevel
    terms: Mapping[TermCode, TermRule]
    clock_stops: tuple[ClockStop, ...] = ()
    silence_renews: bool = False
    papers: Mapping[ApplicationKind, tuple[Words, ...]] = field(default_factory=dict)
    review: ReviewRule | None = None
    endings: Mapping[EndingKind, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleWords(Shape):
    """What a grade, its certificate and its yearly look are called."""

    grade: Words
    certificate: Words
    review: Words


@dataclass(frozen=True, slots=True)
class RuleSet(Shape):
    """The rules for grades from a day on; best grade first. Without grades none was granted in that time.

    ``effective_to`` is the last day in force, None until another rule set begins.
    """

    code: str
    name: Words
    nature: Nature
    instrument: str
    effective_from: date
    source: str
    grades: tuple[Grade, ...] = ()
    words: RuleWords | None = None
    procedure: Procedure | None = None
    effective_to: date | None = None
    acts: Mapping[str, Words] = field(default_factory=dict)

    def grade(self, code: str) -> Grade | None:
        """The grade of this code, None when this rule set knows none."""
        return next((one for one in self.grades if one.code == code), None)

    def below(self, code: str) -> tuple[str, ...]:
        """The codes of the grades below one, the best first; none below one this rule set does not know."""
        codes = [one.code for one in self.grades]
        return tuple(codes[codes.index(code) + 1 :]) if code in codes else ()

    def citation(self, article: str) -> Citation:
        """An article of this rule set; one that names another instrument (《…》) stands for itself."""
        if article.startswith("《"):
            instrument, _, rest = article[1:].partition("》")
            return Citation(instrument, rest.strip(), self.effective_from, self.effective_to)
        return Citation(self.instrument, article, self.effective_from, self.effective_to)
