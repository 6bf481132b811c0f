"""This year's review of the demo city, half done: a district published, one with the city, one half through."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from regulator.commands.demo_applications import Official, officials_of
from regulator.features.accounts.models import Authority
from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.certificates import issue_certificate
from regulator.features.licensing.actions.reviews.opening import open_round
from regulator.features.licensing.actions.reviews.rounds import ACTS
from regulator.features.licensing.actions.reviews.steps import take_review
from regulator.features.licensing.certificate_terms import CertificateOrigin
from regulator.features.licensing.models import Application, Certificate, ReviewEntry, ReviewRound
from regulator.features.licensing.queries.evaluating import evaluate_all
from regulator.features.licensing.queries.reviews.standing import rules_of, standing_of
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.review_terms import ReviewAct, ReviewRoundAct, ReviewSaid, ReviewState
from regulator.features.licensing.rules.reviews import has_review
from regulator.features.licensing.terms import RuleSet
from regulator.features.registry.models import Company, Employment, Person
from regulator.features.registry.queries.bounds import employed_on
from regulator.features.registry.terms import Title
from regulator.foundation import clock
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput
from regulator.law.findings import Refused

A, RA = ReviewAct, ReviewRoundAct
PASSING, FALLING, FAILING = 9, 2, 2
"""So many certificates more in each district: met, met by a lower grade only, not met."""
PEOPLE = {"head_of_engineering", "head_of_finance", "titled_staff"}
"""What a company of the demo lacks for the lowest grade when it lacks people with titles only."""
HEADS, TITLED = ("工程", "财务"), 6
AGE, TERM = 240, 3 * 365
WORDS = {A.PROPOSE_FAIL: "职工和在管项目未达到所持等级的条件，已告知企业（演示）", A.DECIDE_FAIL: "经复核属实（演示）"}
Days = tuple[int, ...]
HALF, WITH_CITY, PUBLISHED = (12, 9), (25, 20, 6), (60, 50, 40, 25, 0)
"""How many days ago: opened, proposed, submitted, decided, published."""


def write_reviews(districts: list[str], city: str, authority: Authority | None) -> None:
    """Under the rules in force where they look every year; the first district half through, the third published."""
    rules = rule_set_on(clock.today())
    officials = officials_of(districts, city)
    if not has_review(rules) or officials is None or authority is None:
        return
    _issue(districts, rules, authority)
    for district, days in zip(districts, (HALF, WITH_CITY, PUBLISHED), strict=False):
        _lead(district, officials[district], officials[city], days)


# --- certificates to look at ------------------------------------------------------------------------------------------


def _issue(districts: Sequence[str], rules: RuleSet, authority: Authority) -> None:
    today, codes = clock.today(), [grade.code for grade in rules.grades]
    issued_on = max(today - timedelta(days=AGE), rules.effective_from)
    grades = [*[codes[-1]] * PASSING, *[codes[-2:][0]] * FALLING, *[codes[-1]] * FAILING]
    for district in districts:
        for number, (company, grade) in enumerate(zip(_candidates(district, rules), grades, strict=False)):
            if number < PASSING + FALLING:
                _give_titles(company)
            issue_certificate(
                company, rules, grade, provisional=False, issued_on=issued_on,
                valid_until=issued_on + timedelta(days=TERM), authority=authority, actor=Actor.system(),
                now=clock.now(),
            )  # fmt: skip


def _candidates(district: str, rules: RuleSet) -> Iterator[Company]:
    """Companies of a district without a certificate or an application that lack, for the lowest grade, titles only."""
    taken = select(Certificate.company_id).where(
        Certificate.nature == rules.nature, Certificate.origin == CertificateOrigin.ISSUED
    )
    free = Company.id.not_in(taken) & Company.id.not_in(select(Application.company_id))
    found = list(evaluate_all(rules, clock.today(), (Company.division_code == district) & free))
    for one in found:
        failing = set(one.failing[rules.grades[-1].code])
        if failing and failing <= PEOPLE:
            yield session().get_one(Company, one.company_id)


def _give_titles(company: Company) -> None:
    """Let people of an invented company hold the titles, and lead the posts, that the lowest grade asks for."""
    stmt = (
        select(Employment, Person)
        .join(Person, Person.id == Employment.person_id)
        .where(Employment.company_id == company.id, Employment.is_full_time.is_(True), employed_on(clock.today()))
        .order_by(Person.id)
        .limit(TITLED)
    )
    for number, (employment, person) in enumerate(session().execute(stmt)):
        person.title = Title.INTERMEDIATE
        if number < len(HEADS):
            employment.post, employment.is_head_of_post = HEADS[number], True
    session().flush()


# --- how far each district has come -----------------------------------------------------------------------------------


def _lead(district: str, examiner: Official, decider: Official, days: Days) -> None:
    """Lead a district's round through as many steps as there are days."""
    opened, proposed, *later = (_moment(one) for one in days)
    try:
        current = open_round(district, desk=examiner.desk_at(district), actor=examiner.actor, now=opened)
    except BadInput:
        return  # nobody of a small demo's district holds a certificate
    failing = _propose(current, examiner, proposed, all_of_them=bool(later))
    steps = ((RA.SUBMIT, examiner), (RA.CONFIRM_PASSING, decider), (RA.PUBLISH, decider))
    for (act, who), when in zip(steps, later, strict=False):
        _all(act, current, who, when)
        if act is RA.CONFIRM_PASSING:
            _decide(failing, current, decider, when)


def _propose(current: ReviewRound, examiner: Official, now: datetime, *, all_of_them: bool) -> list[ReviewEntry]:
    """Those that pass in one go, of those that fail the first or all."""
    _all(RA.PROPOSE_PASSING, current, examiner, now)
    waiting = (ReviewEntry.round_id == current.id, ReviewEntry.state == ReviewState.AWAITING)
    failing = session().scalars(select(ReviewEntry).where(*waiting).order_by(ReviewEntry.id)).all()
    chosen = list(failing) if all_of_them else list(failing[:1])
    for entry in chosen:
        _one(entry, A.PROPOSE_FAIL, ReviewSaid(WORDS[A.PROPOSE_FAIL]), current, examiner, now)
    return chosen


def _decide(failing: Sequence[ReviewEntry], current: ReviewRound, decider: Official, now: datetime) -> None:
    """Each that is not closed, with the best lower grade it meets."""
    for entry in (one for one in failing if one.state is ReviewState.PROPOSED):
        standing, _figures = standing_of(entry, current, rules_of(current), day_of(now))
        said = ReviewSaid(WORDS[A.DECIDE_FAIL], standing.lower[0] if standing.lower else None)
        _one(entry, A.DECIDE_FAIL, said, current, decider, now)


def _all(act: ReviewRoundAct, current: ReviewRound, who: Official, now: datetime) -> None:
    try:
        desk = who.desk_at(current.division_code)
        ACTS[act](current, desk, actor=who.actor, now=now, version=current.version)
    except Refused:
        return  # nobody of a small demo's district passes


def _one(
    entry: ReviewEntry, act: ReviewAct, said: ReviewSaid, current: ReviewRound, who: Official, now: datetime
) -> None:  # fmt: skip
    desk = who.desk_at(current.division_code)
    take_review(entry, act, said, desk, actor=who.actor, now=now, version=entry.version)


def _moment(days: int) -> datetime:
    """So many days ago, but not before this year began: the review is this year's."""
    now = clock.now()
    passed = (clock.today() - clock.today().replace(month=1, day=1)).days
    return now - timedelta(days=min(days, passed))
