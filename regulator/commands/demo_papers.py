"""The bureaus of the demo city: matters in hand, papers at every stage, some of them delivered, a duty roster."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from regulator.features.accounts import actions as accounts
from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.queries import find_authority, get_account
from regulator.features.accounts.queries.people import AuthorityRow
from regulator.features.accounts.terms import Role
from regulator.features.audit.terms import Actor
from regulator.features.calendar.queries import working_days
from regulator.features.divisions.queries import list_below, list_cities
from regulator.features.divisions.terms import Level
from regulator.features.papers.actions import approving, deliveries, drafting, issuing
from regulator.features.papers.actions import settings as setting
from regulator.features.papers.actions.approving import Approver
from regulator.features.papers.actions.deliveries import Receipt, Sending
from regulator.features.papers.actions.drafting import Draft
from regulator.features.papers.actions.duty import set_plan
from regulator.features.papers.actions.matters import remind_owner
from regulator.features.papers.actions.officials import OfficialMatter, open_official
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.queries.duty import judge_plan
from regulator.features.papers.rules.duty import Hours, Planned
from regulator.features.papers.templating import sample_facts, shipped
from regulator.features.papers.terms import DeliveryWay, DutyKind, PaperKind, Tone
from regulator.features.registry.models import Company, Estate
from regulator.foundation import clock
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

PATTERN = "房物〔{year}〕{n}号"
OFFICES = {Level.CITY: "住房和城乡建设局", Level.DISTRICT: "房产局", Level.STREET: "办事处"}


def found_authorities() -> dict[str, Authority]:
    """The city's bureau, those of its first two districts and a street's office, by division, with their numbers."""
    city = list_cities()[0]
    below = [row for row in list_below(city.code) if row.ended_on is None]
    districts = [row for row in below if row.level is Level.DISTRICT][:2]
    street = next(row for row in below if row.level is Level.STREET)
    found: dict[str, Authority] = {}
    for row in (city, *districts, street):
        name = f"{row.name}{OFFICES[row.level]}"
        known = find_authority(name)
        found[row.code] = known or accounts.add_authority(name, row.code, actor=Actor.system(), now=clock.now())
        word = row.name.removesuffix("街道").removesuffix("区").removesuffix("市")
        setting.set_series(
            found[row.code], kind=None, pattern=f"{word}{PATTERN}", began_on=clock.today(), actor=Actor.system(),
            now=clock.now(),
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class PaperDesk:
    """Who hands papers to whom in an authority of the demo."""

    handler: Account
    head: Account
    director: Account
    authority: Authority

    def draft(
        self, matter: Matter, kind: PaperKind, company: Company, known: Mapping[str, Any] | None = None,
        title: str | None = None, **more: Any,
    ) -> Paper:  # fmt: skip
        """A paper of a matter addressed to a company; what is not known is told by the samples of its template."""
        samples: Mapping[str, Any] = sample_facts(shipped(kind))
        facts = {**samples, "contact_person": "王建国", **{n: v for n, v in (known or {}).items() if n in samples}}
        draft = Draft(kind, company.name, facts, title, company.credit_code)
        return drafting.draft_paper(
            matter, draft, authority_id=self.authority.id, authority=self.authority.name, account_id=self.handler.id,
            actor=_actor(self.handler), now=clock.now(), **more,
        )  # fmt: skip

    def submit(self, paper: Paper, matter: Matter) -> Paper:
        """To the section head."""
        self._step(approving.submit_paper, paper, matter, self.handler, self.head)
        return paper

    def examine(self, paper: Paper, matter: Matter) -> Paper:
        """From the section head to the director."""
        self._step(approving.pass_paper, self.submit(paper, matter), matter, self.head, self.director)
        return paper

    def issue(self, paper: Paper, matter: Matter) -> Paper:
        """Signed, and its file made."""
        self._step(approving.pass_paper, self.examine(paper, matter), matter, self.director, None)
        issuing.note_issued(paper, *issuing.keep_file(paper), now=clock.now())
        return paper

    def _step(self, act: Any, paper: Paper, matter: Matter, by: Account, to: Account | None) -> None:
        act(
            paper, matter, to=to.id if to else None, opinion="同意", by=Approver(by.id), version=paper.version,
            actor=_actor(by), now=clock.now(),
        )  # fmt: skip


def write_papers(authorities: Mapping[str, Authority]) -> None:
    """Matters and papers of the first district: drafted, sent back, in approval, issued, delivered in each way."""
    handler = get_account("district")
    code = next(code for code in authorities if not code.endswith("00"))
    desk = PaperDesk(handler, get_account("head"), get_account("director"), authorities[code])
    company = session().query(Company).filter_by(credit_code=get_account("company").credit_code or "").first()
    estates = session().query(Estate).filter(Estate.division_code.like(f"{code}%")).order_by(Estate.code).limit(8).all()
    company = company or session().query(Company).order_by(Company.id).first()
    if company is None or not estates:
        return
    matters = [_matter(desk, estate, number) for number, estate in enumerate(estates)]
    _in_hand(desk, matters, company)
    _keep_the_roster(desk)
    _delivered(desk, matters[-1], company)


def _keep_the_roster(desk: PaperDesk) -> None:
    """Two weeks of duty: office hours on working days by turns, and round the clock by the handler."""
    authority, days = AuthorityRow(desk.authority.id, desk.authority.name, desk.authority.division_code), working_days()
    now, first = clock.now(), clock.today() + timedelta(days=1)
    people, office, night = (desk.head, desk.handler), Hours(time(8, 30), time(17)), Hours(time(17), time(8, 30))
    plan = [
        planned
        for number, day in enumerate(first + timedelta(days=n) for n in range(14))
        for planned in (
            Planned(people[number % 2].id, DutyKind.NORMAL, office.on(day)),
            Planned(people[(number + 1) % 2].id, DutyKind.ROUND_THE_CLOCK, night.on(day)),
        )
    ]
    fitting = sum(bool(one.verdict) for one in judge_plan(authority, plan, days=days, now=now))
    set_plan(authority, plan, fitting=fitting, phone="024-22790018", days=days, actor=_actor(desk.head), now=now)


def _matter(desk: PaperDesk, estate: Estate, number: int) -> Matter:
    about = ("物业服务收费投诉核查", "电梯安全隐患排查", "前期物业交接争议协调", "公共收益公示核查")[number % 4]
    given = OfficialMatter(f"{estate.name}{about}", estate.division_code, _due(number))
    return open_official(given, openers=[desk.handler.id], actor=_actor(desk.handler), now=clock.now())


def _due(number: int) -> date | None:
    return None if number % 5 == 4 else clock.today() + timedelta(days=3 * number)


def _in_hand(desk: PaperDesk, matters: list[Matter], company: Company) -> None:
    """One paper at each stage before it is signed; the head has urged an answer."""
    desk.draft(matters[0], PaperKind.RECTIFICATION, company)
    returned = matters[min(1, len(matters) - 1)]
    back = desk.submit(desk.draft(returned, PaperKind.REPLY, company), returned)
    approving.send_back_paper(
        back, returned, opinion="请写明核查经过和依据。", by=Approver(desk.head.id),
        version=back.version, actor=_actor(desk.head), now=clock.now(),
    )  # fmt: skip
    for place, stage in ((2, desk.submit), (3, desk.examine)):
        matter = matters[min(place, len(matters) - 1)]
        stage(desk.draft(matter, PaperKind.RECTIFICATION, company), matter)
    remind_owner(
        matters[0], tone=Tone.URGE, text="请于本周内报送核查结果。", by=desk.head.id, actor=_actor(desk.head),
        now=clock.now(),
    )  # fmt: skip


def _delivered(desk: PaperDesk, matter: Matter, company: Company) -> None:
    """Served in the portal and by hand, under way by post, withdrawn, and one that took another's place."""
    now, actor = clock.now(), _actor(desk.handler)
    issued = [desk.issue(desk.draft(matter, PaperKind.RECTIFICATION, company), matter) for _ in range(5)]
    deliveries.record_consent(
        company.credit_code, confirmed_on=day_of(now), confirmed_by="企业负责人", note="送达地址确认书（演示）",
        actor=actor, now=now,
    )  # fmt: skip
    deliveries.send_paper(issued[0], matter, Sending(DeliveryWay.PORTAL), actor=actor, now=now)
    by_hand = deliveries.send_paper(issued[1], matter, Sending(DeliveryWay.IN_PERSON), actor=actor, now=now)
    deliveries.record_served(
        by_hand, issued[1], matter, Receipt(day_of(now), "前台", "工作人员"), version=by_hand.version, actor=actor,
        now=now,
    )  # fmt: skip
    deliveries.send_paper(issued[2], matter, Sending(DeliveryWay.POST, "EMS0000000001"), actor=actor, now=now)
    issuing.withdraw_paper(
        issued[3],
        matter,
        reason="事实发生变化（演示）",
        version=issued[3].version,
        actor=_actor(desk.director),
        now=now,
    )
    desk.issue(desk.draft(matter, PaperKind.RECTIFICATION, company, supersedes=issued[4]), matter)


def _actor(account: Account) -> Actor:
    return Actor(account.id, account.username, account.name, Role.DISTRICT_OFFICER.value, "", None)
