"""A district with companies that hold certificates, some of which no longer meet them; acts by the product's own."""

from datetime import date, datetime, timedelta
from typing import Any

from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.certificates import issue_certificate
from regulator.features.licensing.actions.reviews import rounds
from regulator.features.licensing.actions.reviews.opening import open_round
from regulator.features.licensing.actions.reviews.steps import take_review
from regulator.features.licensing.models import Certificate, ReviewEntry, ReviewRound
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.review_terms import ReviewAct, ReviewRoundAct, ReviewSaid
from regulator.features.registry.models import Company
from regulator.features.registry.terms import Title
from regulator.foundation.database import session, transaction
from tests.factories import registry as make
from tests.factories.applications import NOW, Offices, actor_of
from tests.factories.registry import SHENHE

A = ReviewAct
WORDS = {A.PROPOSE_FAIL: "专职人员不足", A.DECIDE_FAIL: "情况属实", A.RETURN: "请再核对职工名册"}
BEGAN = date(2002, 1, 1)


class Reviewed(Offices):
    """The offices, with a company each that passes, fails, falls a grade, and holds a grade provisionally."""

    def __init__(self, now: datetime = NOW) -> None:
        super().__init__(now)
        self.certificates: dict[str, Certificate] = {}
        self.companies: dict[str, Company] = {}
        with transaction():
            for name, grade, people in (("passing", "3", 10), ("failing", "3", 0), ("falling", "2", 10)):
                self.add(name, grade, people)
            self.add("provisional", "3", 0, provisional=True)
            self.add("elsewhere", "3", 0, place=make.HEPING)

    def add(
        self, name: str, grade: str, people: int, *, provisional: bool = False, place: str = SHENHE
    ) -> Company:  # fmt: skip
        """A company with a certificate, so many people and one estate."""
        company = make.make_company(f"沈阳{name}物业有限公司", place, registered_capital=100_000_000)
        self.staffed(company, people)
        community = make.SHENHE_COMMUNITY if place == SHENHE else make.HEPING_COMMUNITY
        make.make_service(make.make_estate(f"{name}花园", community), company, began_on=BEGAN)
        today = self.now.date()
        self.companies[name] = company
        self.certificates[name] = issue_certificate(
            company, rule_set_on(today), grade, provisional=provisional, issued_on=today - timedelta(days=200),
            valid_until=today + timedelta(days=600), authority=self.authority, actor=Actor.system(), now=self.now,
        )  # fmt: skip
        return company

    def staffed(self, company: Company, people: int) -> None:
        """People enough, when ten, for the lowest grade."""
        for number in range(people):
            post = {0: "工程", 1: "财务"}.get(number)
            person = make.make_person(f"{company.name[2:6]}{number}", title=Title.INTERMEDIATE)
            make.make_employment(
                person, company, began_on=BEGAN, post=post, is_head_of_post=post is not None, is_full_time=True
            )

    def opens(self, name: str = "examiner", place: str = SHENHE, *, days: int = 0) -> ReviewRound:
        """Somebody opens the round of a district."""
        account, role, _scope = self.accounts[name]
        with transaction():
            return open_round(
                place, desk=self.desk(name), actor=actor_of(account, role), now=self.now + timedelta(days=days)
            )

    def acts(self, name: str, act: ReviewRoundAct, current: ReviewRound, *, days: int = 0, **given: Any) -> Any:
        """Somebody takes a step with the whole round."""
        account, role, _scope = self.accounts[name]
        with transaction():
            session().add(current)
            version = given.pop("version", current.version)
            return rounds.ACTS[act](
                current, self.desk(name), actor=actor_of(account, role), now=self.now + timedelta(days=days),
                version=version,
            )  # fmt: skip

    def judges(
        self, name: str, act: ReviewAct, entry: ReviewEntry, *, days: int = 0, **given: Any
    ) -> ReviewEntry:  # fmt: skip
        """Somebody takes a step with one company of it."""
        account, role, _scope = self.accounts[name]
        with transaction():
            session().add(entry)
            version = given.pop("version", entry.version)
            said = ReviewSaid(**({"words": WORDS.get(act, "")} | given))
            take_review(
                entry, act, said, self.desk(name), actor=actor_of(account, role),
                now=self.now + timedelta(days=days), version=version,
            )  # fmt: skip
        return entry

    def entry(self, name: str) -> ReviewEntry:
        """The line of one of the companies."""
        return session().query(ReviewEntry).filter_by(company_id=self.companies[name].id).one()

    def submitted(self) -> ReviewRound:
        """A round that lies with the city: one proposed as passing, two as failing."""
        current = self.opens()
        self.acts("examiner", ReviewRoundAct.PROPOSE_PASSING, current)
        for name in ("failing", "falling"):
            self.judges("examiner", A.PROPOSE_FAIL, self.entry(name))
        self.acts("examiner", ReviewRoundAct.SUBMIT, current)
        return current
