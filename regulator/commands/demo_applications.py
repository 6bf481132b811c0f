"""Applications of the demo city's first two districts, in every state of their life, led there by the acts."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from regulator.features.accounts.models import Account
from regulator.features.accounts.queries import find_account
from regulator.features.accounts.terms import PERMISSIONS, Role
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.features.licensing.actions.applications.drafting import DraftFields, draft_application
from regulator.features.licensing.actions.applications.steps import take_step
from regulator.features.licensing.application_terms import ApplicationAct, Desk, Given, Recommendation
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Application
from regulator.features.licensing.queries.applications.standing import levels_of
from regulator.features.licensing.queries.certificates import facts_of_certificate, find_standing
from regulator.features.licensing.queries.evaluating import evaluate_all
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.rules.certificates import state_on
from regulator.features.licensing.rules.drafts import GRADED
from regulator.features.licensing.terms import ApplicationKind, ClockStop, Nature, RuleSet
from regulator.features.papers.actions.handing_out import follow_powers
from regulator.features.registry.actions.companies import correct_company
from regulator.features.registry.models import Company
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation import clock
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, Conflict
from regulator.law.findings import Refused

A, K = ApplicationAct, ApplicationKind
OFFICERS = ("district", "district2", "district3")
"""Accounts of the districts whose companies apply, by their usernames; the city's is called as it is."""
ROLES = {"city": Role.CITY_OFFICER, **dict.fromkeys(OFFICERS, Role.DISTRICT_OFFICER)}
BY_CITY = (A.PUBLISH_OBJECTION, A.OBJECT, A.APPROVE, A.REJECT)
WORDS = {
    A.RECEIVE: "申请书、营业执照复印件、职工名册各一份（演示）",
    A.ASK_SUPPLEMENT: "请补充财务负责人的职称证书复印件（演示）",
    A.SUPPLY: "补交财务负责人职称证书复印件（演示）",
    A.REFUSE_ACCEPTANCE: "申请事项不属于本机关职权范围（演示）",
    A.EXAMINE: "材料齐全，情况属实（演示）",
    A.STOP_CLOCK: "组织现场核查，所需时间不计入期限，已书面告知（演示）",
    A.PUBLISH_OBJECTION: "在市局网站公示七日（演示）",
    A.OBJECT: "有职工反映名册与实际不符（演示）",
    A.APPROVE: "经复核符合条件，异议已核实（演示）",
    A.REJECT: "专职人员数量未达到规定（演示）",
    A.DELIVER: "法定代表人签收（演示）",
    A.RETRACT: "企业暂不申请（演示）",
}
BY_ITSELF = (A.COUNT_ACCEPTED, A.CLOSE_BECAUSE_CANCELLED)
Steps = tuple[tuple[int, ApplicationAct], ...]
LIVES: tuple[tuple[ApplicationKind, Steps], ...] = (
    (K.NEW, ((60, A.RECEIVE), (58, A.ACCEPT))),  # long overdue
    (K.NEW, ((52, A.RECEIVE), (50, A.ACCEPT), (44, A.EXAMINE), (30, A.REJECT), (25, A.DELIVER))),
    (K.NEW, ((50, A.RECEIVE), (48, A.ACCEPT), (42, A.EXAMINE), (35, A.PUBLISH_OBJECTION), (0, A.APPROVE))),
    (K.NEW, ((48, A.RECEIVE), (44, A.ACCEPT), (40, A.EXAMINE), (33, A.PUBLISH_OBJECTION), (31, A.OBJECT))),
    (K.REISSUE, ((40, A.RECEIVE), (38, A.REFUSE_ACCEPTANCE))),
    (K.NEW, ((35, A.RECEIVE), (33, A.ACCEPT), (20, A.RETRACT))),
    (K.CHANGE, ((30, A.RECEIVE), (20, A.COUNT_ACCEPTED))),
    (K.UPGRADE, ((26, A.RECEIVE), (24, A.ACCEPT), (15, A.EXAMINE))),
    (K.NEW, ((22, A.RECEIVE), (20, A.ACCEPT), (12, A.EXAMINE), (3, A.PUBLISH_OBJECTION))),
    (K.NEW, ((18, A.RECEIVE), (16, A.ACCEPT), (6, A.STOP_CLOCK))),
    (K.NEW, ((16, A.RECEIVE), (15, A.ACCEPT), (4, A.CLOSE_BECAUSE_CANCELLED))),
    (K.NEW, ((14, A.RECEIVE), (13, A.ACCEPT), (8, A.EXAMINE), (2, A.REJECT))),  # to be given out
    (K.NEW, ((12, A.RECEIVE), (10, A.ACCEPT))),
    (K.REISSUE, ((9, A.RECEIVE), (8, A.ASK_SUPPLEMENT), (2, A.SUPPLY))),
    (K.NEW, ((7, A.RECEIVE), (5, A.ASK_SUPPLEMENT))),
    (K.NEW, ((5, A.DISCARD),)),
    (K.RENEWAL, ((1, A.RECEIVE),)),
    (K.CHANGE, ()),  # a draft
)
"""What is asked for, and what happened how many days ago; the oldest first, so that numbers run with time."""


@dataclass(frozen=True, slots=True)
class Official:
    """Who acts in the demo, with the place they answer for."""

    account: Account
    role: Role
    scope: Scope

    @property
    def actor(self) -> Actor:
        """As the trail names them."""
        return Actor(self.account.id, self.account.username, self.account.name, self.role, self.scope.label, None)

    def desk(self, application: Application) -> Desk:
        """As the rules see them."""
        return self.desk_at(application.division_code)

    def desk_at(self, division_code: str) -> Desk:
        """As the rules see them at a place."""
        return Desk(self.account.id, PERMISSIONS[self.role], levels_of(self.scope, division_code))


def write_applications(districts: list[str], city: str) -> None:
    """One of each life, given to the companies of these districts in turn; then everything to who may act today."""
    rules = rule_set_on(clock.today() - timedelta(days=LIVES[0][1][0][0]))
    officials = officials_of(districts, city)
    if rules.nature is not Nature.EVALUATION or not rules.grades or officials is None:
        return
    waiting = _companies(districts)
    met = {one.company_id for one in evaluate_all(rules, clock.today()) if one.best}
    for kind, steps in LIVES:
        tried = _candidates(waiting, met, rules, kind, steps)
        done = next((one for one, fields in tried if _live(one, fields, steps, officials)), None)
        if done is not None and find_standing(done.id, rules.nature) is None:
            waiting.remove(done)  # who holds a certificate may ask for more than one thing
    follow_powers(None, actor=Actor.system(), now=clock.now())


def officials_of(districts: list[str], city: str) -> dict[str, Official] | None:
    """The city's official and one of each district, by the place they answer for; None where there are no accounts."""
    found: dict[str, Official] = {}
    for place, username in zip((city, *districts), ("city", *OFFICERS), strict=False):
        account = find_account(username)
        if account is None:
            return None
        found[place] = Official(account, ROLES[username], Scope.division(place))
    return found


def _companies(districts: list[str]) -> list[Company]:
    live = (Company.status == CompanyStatus.OPERATING, Company.retired_on.is_(None))
    stmt = select(Company).where(Company.division_code.in_(districts), *live).order_by(Company.id.desc())
    return list(session().scalars(stmt))


def _candidates(
    waiting: list[Company], met: Collection[UUID], rules: RuleSet, kind: ApplicationKind, steps: Steps
) -> Iterator[tuple[Company, DraftFields]]:
    """Companies it can befall, and what they ask for; a grade is published for one that meets its conditions."""
    day = clock.today() - timedelta(days=steps[0][0] if steps else 0)
    published = any(act is A.PUBLISH_OBJECTION for _days, act in steps)
    for one in waiting if kind is K.NEW else reversed(waiting):  # the first that holds one has an account of its own
        fields = _fields(one, rules, kind, day)
        if fields is not None and (not published or kind not in GRADED or one.id in met):
            yield one, fields
    if published and kind is not K.CHANGE:
        yield from _candidates(waiting, met, rules, K.CHANGE, steps)


def _fields(company: Company, rules: RuleSet, kind: ApplicationKind, day: date) -> DraftFields | None:
    """What a company can say in such an application; None where it holds nothing to say it of, or holds a grade."""
    held = find_standing(company.id, rules.nature)
    if kind is K.NEW:
        return None if held is not None else DraftFields(kind, grade=rules.grades[-1].code)
    if held is None or state_on(facts_of_certificate(held), day) is not CertificateState.VALID:
        return None
    codes = [one.code for one in rules.grades]
    place = codes.index(held.grade) - (kind is K.UPGRADE)
    if place < 0 or (kind is K.RENEWAL and held.valid_until is None):
        return None
    grade = codes[place] if kind in GRADED else None
    return DraftFields(kind, grade=grade, held_certificate=held.number, held_until=held.valid_until)


def _live(company: Company, fields: DraftFields, steps: Steps, officials: dict[str, Official]) -> bool:
    """Lead an application of a company through these steps; False when the law does not let it come so far."""
    began = clock.now() - timedelta(days=steps[0][0] if steps else 0)
    examiner, decider = officials[str(company.division_code)], next(iter(officials.values()))
    try:
        with session().begin_nested():
            found = draft_application(company, fields, actor=examiner.actor, now=began)
            for days, act in steps:
                now = clock.now() - timedelta(days=days)
                if act is A.CLOSE_BECAUSE_CANCELLED:
                    _cancel(company, now)
                _step(found, act, _who(act, examiner, decider), now)
    except (Refused, BadInput, Conflict):
        return False
    return True


def _cancel(company: Company, now: datetime) -> None:
    """The company is struck off in the middle of its application."""
    correct_company(
        company, {"status": CompanyStatus.CANCELLED}, version=company.version, reason="企业已办理注销登记（演示）",
        actor=Actor.system(), now=now, asks=False,
    )  # fmt: skip


def _who(act: ApplicationAct, examiner: Official, decider: Official) -> Official:
    return decider if act in BY_CITY else examiner


def _step(found: Application, act: ApplicationAct, who: Official, now: datetime) -> None:
    given = Given(WORDS.get(act, ""))
    if act is A.EXAMINE:
        given = replace(given, recommendation=Recommendation.APPROVE)
    if act is A.STOP_CLOCK:
        given = replace(given, stop=ClockStop.INSPECTION)
    by_itself, desk = act in BY_ITSELF, who.desk(found)
    if act is A.DISCARD:  # the applicant's own act
        desk = replace(desk, permissions=PERMISSIONS[Role.COMPANY_USER])
    take_step(found, act, given, desk, actor=Actor.system() if by_itself else who.actor, now=now)
