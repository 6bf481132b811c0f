"""A district that examines, a city that decides, a company that applies; every step by the product's own acts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import PERMISSIONS, Role
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.applications.drafting import DraftFields, add_file, draft_application
from regulator.features.licensing.actions.applications.steps import take_step
from regulator.features.licensing.actions.certificates import issue_certificate
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.application_terms import ApplicationAct, Desk, Given, Recommendation
from regulator.features.licensing.models import Application
from regulator.features.licensing.queries.applications.standing import levels_of
from regulator.features.licensing.queries.certificates import find_standing
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.terms import ApplicationKind, ClockStop
from regulator.features.papers.actions.attachments import KeptFile
from regulator.features.registry.models import Company
from regulator.features.registry.terms import Title
from regulator.foundation.database import session, transaction
from tests.factories import registry as make
from tests.factories.accounts import make_account
from tests.factories.duty import make_authority
from tests.factories.registry import CITY, SHENHE

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
FILE = KeptFile("章程.pdf", "application/pdf", 1200, "a" * 64)
A = ApplicationAct
WORDS = {
    A.ASK_SUPPLEMENT: "请补充财务负责人职称证书",
    A.SUPPLY: "已补交职称证书",
    A.REFUSE_ACCEPTANCE: "不属于本机关职权",
    A.EXAMINE: "材料属实",
    A.EXTEND: "案情复杂",
    A.STOP_CLOCK: "组织现场核查，已书面告知",
    A.PUBLISH_OBJECTION: "公示七日",
    A.OBJECT: "职工名册与实际不符",
    A.APPROVE: "符合条件",
    A.REJECT: "人员数量不足",
    A.DELIVER: "法定代表人签收",
    A.RETRACT: "暂不申请",
}


def actor_of(account: Account, role: Role) -> Actor:
    """The account as it acts."""
    return Actor(account.id, account.username, account.name, role, "", "127.0.0.1")


class Offices:
    """Who examines in the district, who decides in the city, its head, a clerk, and the applicant's own account."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        long_ago = date(2010, 1, 1)
        self.accounts: dict[str, tuple[Account, Role, Scope]] = {}
        for name, role, place in (
            ("examiner", Role.DISTRICT_OFFICER, SHENHE),
            ("decider", Role.CITY_OFFICER, CITY),
            ("head", Role.DIRECTOR, CITY),
            ("clerk", Role.HALL_CLERK, SHENHE),
        ):
            account = make_account(name, (role, place), began_on=long_ago)
            self.accounts[name] = (account, role, Scope.division(place))
        with transaction():
            self.company: Company = make.make_company("沈阳独见物业服务有限公司")
            if now.year > 2020:
                add_rule_set(rulesets.shipped_source(rulesets.DEMO), actor=Actor.system(), now=now)
            self.authority = make_authority("沈阳市住房和城乡建设局", CITY)
            for name in ("decider", "head"):
                self.account(name).authority_id = self.authority.id
        applicant = make_account("applicant", (Role.COMPANY_USER, self.company.credit_code), began_on=long_ago)
        self.accounts["applicant"] = (applicant, Role.COMPANY_USER, Scope.company(self.company.credit_code))

    def account(self, name: str) -> Account:
        """Somebody's account."""
        return self.accounts[name][0]

    def desk(self, name: str) -> Desk:
        """Somebody as the rules see them at the applicant's place."""
        account, role, scope = self.accounts[name]
        return Desk(account.id, PERMISSIONS[role], levels_of(scope, SHENHE))

    def staff(self, people: int = 10) -> None:
        """People enough for the lowest grade."""
        with transaction():
            for number in range(people):
                post = {0: "工程", 1: "财务"}.get(number)
                person = make.make_person(f"职工{number}", title=Title.INTERMEDIATE)
                make.make_employment(
                    person, self.company, began_on=date(2010, 1, 1), post=post, is_head_of_post=post is not None,
                    is_full_time=True,
                )  # fmt: skip

    def holds(self) -> str:
        """The number of the certificate the company holds; the city's own, issued when there is none yet."""
        today = self.now.date()
        rule_set = rule_set_on(today)
        held = find_standing(self.company.id, rule_set.nature)
        if held is None:
            with transaction():
                held = issue_certificate(
                    self.company, rule_set, "3", provisional=False, issued_on=today - timedelta(days=200),
                    valid_until=None, authority=self.authority, actor=Actor.system(), now=self.now,
                )  # fmt: skip
        return held.number or ""

    def draft(self, kind: ApplicationKind = ApplicationKind.CHANGE, **fields: Any) -> Application:
        """A draft with a paper; a change of a certificate unless said otherwise, about which no condition is asked."""
        given = {} if kind is ApplicationKind.NEW else {"held_certificate": self.holds()}
        account, role, _scope = self.accounts["applicant"]
        actor = actor_of(account, role)
        with transaction():
            found = draft_application(self.company, DraftFields(kind, **(given | fields)), actor=actor, now=self.now)
            add_file(found, FILE, actor=actor, now=self.now)
        return found

    def does(self, name: str, act: ApplicationAct, found: Application, *, days: int = 0, **given: Any) -> Application:
        """Somebody takes a step, so many days after the first."""
        account, role, _scope = self.accounts[name]
        said: dict[str, Any] = {"words": WORDS.get(act, "")}
        if act is A.EXAMINE:
            said["recommendation"] = Recommendation.APPROVE
        if act is A.STOP_CLOCK:
            said["stop"] = ClockStop.INSPECTION
        version = given.pop("version", found.version)
        with transaction():
            session().add(found)
            take_step(
                found, act, Given(**(said | given)), self.desk(name), actor=actor_of(account, role),
                now=self.now + timedelta(days=days), version=version,
            )  # fmt: skip
        return found

    def sent(self, kind: ApplicationKind = ApplicationKind.CHANGE, **fields: Any) -> Application:
        """An application with its number."""
        return self.does("applicant", A.SUBMIT, self.draft(kind, **fields))

    def examined(self, kind: ApplicationKind = ApplicationKind.CHANGE, **fields: Any) -> Application:
        """An application that lies with the city."""
        found = self.does("examiner", A.ACCEPT, self.sent(kind, **fields), days=1)
        return self.does("examiner", A.EXAMINE, found, days=2)
