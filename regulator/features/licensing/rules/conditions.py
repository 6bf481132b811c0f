"""Each kind of condition as one function: facts of a company in, what was required and found out."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from math import floor

from regulator.features.licensing.rules.facts import (
    CompanyFacts,
    ConditionResult,
    OutsideFactRow,
    ProjectFact,
    StaffFact,
)
from regulator.features.licensing.terms import (
    Areas,
    Assessment,
    Capital,
    Condition,
    Credit,
    Grade,
    HouseKind,
    Limit,
    NoBarringActs,
    OutsideFactKind,
    Projects,
    RuleSet,
    Staff,
    TitledHead,
    TitledStaff,
)
from regulator.features.registry.terms import Title
from regulator.law.calendar import months_after
from regulator.law.citations import Citation

FEN = 100
CENTI = 100
HUNDRED = 100
TITLES = tuple(Title)
"""From the lowest to the highest."""


def judge_grade(rule_set: RuleSet, grade: Grade, facts: CompanyFacts) -> tuple[ConditionResult, ...]:
    """Every condition of the grade held against the facts, in the order of the rule set."""
    return tuple(
        judge(condition, facts, rule_set.citation(condition.article), code_of(condition))
        for condition in grade.conditions
    )


def code_of(condition: Condition) -> str:
    """What a condition is called in a grade: its kind, and which head where a grade asks for several."""
    return condition.code if isinstance(condition, TitledHead) else condition.kind.value


def judge(condition: Condition, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:  # noqa: PLR0911 - one line for each kind
    """Hold one condition against the facts of the day."""
    match condition:
        case Capital():
            return judge_capital(condition, facts, citation, code)
        case Staff():
            return judge_staff(condition, facts, citation, code)
        case TitledStaff():
            return judge_titled_staff(condition, facts, citation, code)
        case TitledHead():
            return judge_titled_head(condition, facts, citation, code)
        case Areas():
            return judge_areas(condition, facts, citation, code)
        case Projects():
            return judge_projects(condition, facts, citation, code)
        case NoBarringActs():
            return judge_barring_acts(condition, facts, citation, code)
        case Assessment():
            return judge_assessment(condition, facts, citation, code)
        case Credit():
            return judge_credit(condition, facts, citation, code)


def judge_capital(condition: Capital, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """Registered capital in yuan; not stated is not met."""
    found = None if facts.capital is None else facts.capital // FEN
    passes = meets_capital(condition, facts.capital)
    missing = None if passes else condition.yuan - (found or 0)
    return ConditionResult(code, condition.kind, condition.yuan, found, passes, citation, missing)


def meets_capital(condition: Capital, fen: int | None) -> bool:
    """Whether a capital in fen is enough; one not stated is not."""
    return fen is not None and fen >= condition.yuan * FEN


def judge_staff(condition: Staff, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """People employed full time; those of whom it is not stated do not count (they are not in the facts)."""
    counted = [one for one in facts.staff if _of_post(one, condition.posts)]
    return _people(condition, condition.people, counted, citation, code)


def judge_titled_staff(condition: TitledStaff, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """Full-time people of a title or a higher one."""
    counted = [one for one in facts.staff if _of_post(one, condition.posts) and reaches(one.title, condition.title)]
    return _people(condition, condition.people, counted, citation, code)


def judge_titled_head(condition: TitledHead, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """A head of one of the posts with the title: one is required, found are the heads who hold it."""
    counted = [
        one
        for one in facts.staff
        if one.is_head and _of_post(one, condition.posts) and reaches(one.title, condition.title)
    ]
    return _people(condition, 1, counted, citation, code)


def _people(
    condition: Staff | TitledStaff | TitledHead, required: int, counted: list[StaffFact], citation: Citation, code: str
) -> ConditionResult:
    found = len(counted)
    return ConditionResult(
        code, condition.kind, required, found, found >= required, citation,
        missing=max(required - found, 0) or None, rows=tuple(one.key for one in counted),
    )  # fmt: skip


def _of_post(person: StaffFact, posts: tuple[str, ...]) -> bool:
    return not posts or person.post in posts


def reaches(title: Title | None, least: Title) -> bool:
    """Whether a title is this one or a higher one; not stated reaches nothing."""
    return title is not None and TITLES.index(title) >= TITLES.index(least)


def titles_from(least: Title) -> tuple[Title, ...]:
    """This title and those above it."""
    return TITLES[TITLES.index(least) :]


def judge_areas(condition: Areas, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """Σ(area ÷ base) over the kinds of building, in percent rounded down to 0.01, and how many kinds there are.

    Exact on fractions: 99.999 % does not pass. What is missing is the percentage, or 0 when only a kind is.
    """
    sums = {kind: sum(one.areas.get(kind, 0) for one in facts.projects) for kind in condition.bases}
    share, kinds = area_share(sums, condition), _kinds(sums)
    passes = meets_areas(condition, sums)
    return ConditionResult(
        code, condition.kind,
        required={"percent": condition.percent, "kinds": condition.kinds},
        found={"percent": percent_down(share), "kinds": kinds} | {kind.value: area for kind, area in sums.items()},
        passes=passes, citation=citation,
        missing=None if passes else max(round(condition.percent - percent_down(share), 2), 0),
        rows=tuple(one.code for one in facts.projects if any(one.areas.get(kind) for kind in condition.bases)),
    )  # fmt: skip


def meets_areas(condition: Areas, sums: Mapping[HouseKind, int]) -> bool:
    """Whether areas in 0.01 ㎡ are enough: so many kinds, and their shares of the bases together so many percent."""
    return _kinds(sums) >= condition.kinds and area_share(sums, condition) * HUNDRED >= condition.percent


def _kinds(sums: Mapping[HouseKind, int]) -> int:
    return sum(1 for area in sums.values() if area)


def area_share(sums: Mapping[HouseKind, int], condition: Areas) -> Fraction:
    """Σ(area ÷ base); sums in 0.01 ㎡, bases in ㎡."""
    return sum((Fraction(area, condition.bases[kind] * CENTI) for kind, area in sums.items()), Fraction(0))


def percent_down(share: Fraction) -> float:
    """A share in percent with two decimals, never rounded up to what it is not."""
    return floor(share * HUNDRED * HUNDRED) / HUNDRED


def judge_projects(condition: Projects, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """Estates under management on the day."""
    found = len(facts.projects)
    return ConditionResult(
        code, condition.kind, condition.estates, found, found >= condition.estates, citation,
        missing=max(condition.estates - found, 0) or None, rows=tuple(one.code for one in facts.projects),
    )  # fmt: skip


def judge_barring_acts(condition: NoBarringActs, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """None of the acts within the months before the day; nothing the company can add helps until they have passed."""
    acts = [
        one
        for one in _recent(facts, OutsideFactKind.BARRING_ACT, condition.months)
        if not condition.acts or one.value in condition.acts
    ]  # fmt: skip
    return ConditionResult(
        code, condition.kind, 0, len(acts), not acts, citation, rows=tuple(one.key for one in acts)
    )  # fmt: skip


def judge_assessment(condition: Assessment, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """The latest assessment of the time; none is not met."""
    last = _latest(_recent(facts, OutsideFactKind.ASSESSMENT_RESULT, condition.months))
    found = float(last.value) if last else None
    passes = found is not None and found >= condition.points
    return ConditionResult(
        code, condition.kind, condition.points, found, passes, citation,
        missing=None if passes else round(condition.points - (found or 0), 2), rows=(last.key,) if last else (),
    )  # fmt: skip


def judge_credit(condition: Credit, facts: CompanyFacts, citation: Citation, code: str) -> ConditionResult:
    """The latest credit grade of the time is one of those named; none is not met."""
    last = _latest(_recent(facts, OutsideFactKind.CREDIT_GRADE, condition.months))
    passes = last is not None and last.value in condition.grades
    return ConditionResult(
        code, condition.kind, " / ".join(condition.grades), last.value if last else None, passes, citation,
        rows=(last.key,) if last else (),
    )  # fmt: skip


def since(day: date, months: int) -> date:
    """The day after which what happened still counts: so many months before the day."""
    return months_after(day, -months)


def _recent(facts: CompanyFacts, kind: OutsideFactKind, months: int) -> list[OutsideFactRow]:
    first = since(facts.day, months)
    return [one for one in facts.outside if one.kind is kind and first < one.happened_on <= facts.day]


def _latest(rows: Iterable[OutsideFactRow]) -> OutsideFactRow | None:
    return max(rows, key=lambda one: (one.happened_on, one.key), default=None)


def beyond(limits: Iterable[Limit], project: ProjectFact) -> Limit | None:
    """The limit of a grade a project is larger than; None when it may be taken on, or its floor area is not known."""
    for limit in limits:
        larger = project.floor_area is not None and project.floor_area > limit.square_metres * CENTI
        if limit.kind is project.kind and larger:
            return limit
    return None
