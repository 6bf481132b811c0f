"""One step of a case, whoever takes it: judge, change by compare-and-set, history, trail, matter, certificate."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from regulator.features.accounts.models import Authority
from regulator.features.accounts.terms import Role
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.queries import working_days
from regulator.features.licensing.actions.certificates import end_certificate, issue_certificate
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.endings_terms import (
    ENDED_ENDINGS,
    ENDS_AS,
    EndingAct,
    EndingGiven,
    EndingLine,
    EndingStanding,
    EndingSubject,
    EndingTrail,
)
from regulator.features.licensing.models import Certificate, CertificateEnding, CertificateEndingEvent
from regulator.features.licensing.queries.certificates import company_of
from regulator.features.licensing.queries.endings.standing import (
    certificate_of,
    level_of,
    rule_set_of_certificate,
    standing_of_ending,
)
from regulator.features.licensing.queries.endings.waiting import OUTCOMES
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.rules.ending_law import answer_due
from regulator.features.licensing.rules.endings import judge_ending, line_of_ending
from regulator.features.licensing.terms import EndingKind, RuleSet
from regulator.features.papers.actions.following import close_matters_of
from regulator.features.papers.actions.matters import add_entry
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.rules.matters import NO_TERM
from regulator.features.papers.terms import EntryKind, MatterKind
from regulator.foundation import i18n
from regulator.foundation.clock import day_of
from regulator.foundation.database import compare_and_set, session
from regulator.foundation.errors import BadInput

A = EndingAct
Columns = dict[str, Any]


def take_ending_step(
    ending: CertificateEnding, act: EndingAct, given: EndingGiven, desk: Desk, *, actor: Actor, now: datetime,
    version: int | None = None,
) -> None:  # fmt: skip
    """Take a step. ``version`` is the one the form showed, None for what comes about by itself.

    Raises Refused with everything that stands against it, StaleVersion when somebody else was first, BadInput.
    """
    if version is not None:
        ending.expect_version(version)
    certificate, today = certificate_of(ending), day_of(now)
    rule_set = rule_set_of_certificate(certificate)
    standing = standing_of_ending(ending, rule_set)
    judge_ending(standing, act, given, desk, level_of(rule_set), today).or_refuse()
    line = line_of_ending(ending.nature, ending.kind, ending.state, act)
    if line is None or act is A.OPEN:
        raise ValueError("a judged step has its line")
    changes = {"state": line.to} | _changes(ending, standing, act, given, desk, rule_set, today)
    compare_and_set(ending, changes | _over(line, today))
    facts = _facts_of(standing, act, given)
    write_down(ending, act, given, actor, now, facts)
    _follow_matter(ending, act, given, actor, now)
    if act is A.DECIDE:
        _end(ending, certificate, rule_set, given, actor, now)


def _changes(
    ending: CertificateEnding, standing: EndingStanding, act: EndingAct, given: EndingGiven, desk: Desk,
    rule_set: RuleSet, today: date,
) -> Columns:  # fmt: skip
    """The columns an act changes beside the state; judged before."""
    if act is A.TELL and standing.notice and standing.notice.served_on:
        served_on = standing.notice.served_on
        due = answer_due(ending.kind, rule_set, served_on, working_days())
        told: Columns = {"told_on": served_on, "notice_paper": standing.notice.number}
        told |= {"is_answer_provisional": bool(due and due.is_provisional)}
        return told | {"answer_until": due.day if due else served_on}
    if act is A.ASK_HEARING:
        return {"hearing_asked_on": today}
    if act is A.HOLD_HEARING:
        return {"heard_on": given.on}
    if act is A.DECIDE and standing.decision:
        who: Columns = {"decided_on": today, "decider_id": desk.account_id}
        return who | {"decision_paper": standing.decision.number, "ends_on": given.on}
    return {}


def _over(line: EndingLine, today: date) -> Columns:
    if line.to not in ENDED_ENDINGS:
        return {}
    return {"over_on": today, "due_on": None, "order_on": NO_TERM, "owner_id": None, "authority_id": None}


def _facts_of(standing: EndingStanding, act: EndingAct, given: EndingGiven) -> dict[str, JSON]:
    """What the history keeps of an act beside its words."""
    papers = {A.TELL: standing.notice, A.HOLD_HEARING: standing.call, A.DECIDE: standing.decision}
    paper = papers.get(act)
    facts: dict[str, JSON] = {"paper": paper.number} if paper else {}
    facts |= {"on": given.on.isoformat()} if given.on else {}
    facts |= {"lower_grade": given.lower_grade} if given.lower_grade else {}
    return facts


def write_down(
    ending: CertificateEnding, act: EndingAct, given: EndingGiven, actor: Actor, now: datetime,
    facts: Mapping[str, JSON],
) -> None:  # fmt: skip
    """A line of the case's history and an entry in the trail."""
    line = CertificateEndingEvent(
        ending_id=ending.id, version=ending.version, at=now, act=act, state=ending.state, by_id=actor.account_id,
        by_name=actor.name, deputy_for=actor.deputy_for, by_holder=actor.role == Role.COMPANY_USER,
        words=given.words.strip() or None, facts=dict(facts),
    )  # fmt: skip
    session().add(line)
    session().flush()
    said: dict[str, JSON] = {"company": ending.credit_code, "to": ending.state} | dict(facts)
    trail = EndingTrail(f"{EndingSubject.ENDING}.{act}")
    audit.record(
        actor, trail, EndingSubject.ENDING, ending.number, now=now, division_code=ending.division_code, facts=said
    )  # fmt: skip


def _follow_matter(
    ending: CertificateEnding, act: EndingAct, given: EndingGiven, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """What was done stands in the matter's own history too; over, it is closed as soon as no paper is under way."""
    matter = find_open_matter(MatterKind.ENDING, ending.number)
    if matter is not None:
        said = i18n.label(act, i18n.DEFAULT_LOCALE)
        text = f"{said}：{given.words.strip()}" if given.words.strip() else said
        add_entry(matter, EntryKind.NOTED, actor=actor, now=now, text=text)
    if ending.state in ENDED_ENDINGS:
        close_matters_of(
            MatterKind.ENDING, [ending.number], outcome=OUTCOMES[ending.state], reason=given.words.strip() or None,
            actor=actor, now=now,
        )  # fmt: skip


# --- the certificate --------------------------------------------------------------------------------------------------


def _end(
    ending: CertificateEnding, certificate: Certificate, rule_set: RuleSet, given: EndingGiven, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """The decision ends the certificate; after a downgrade the lower grade is issued in the same breath."""
    if given.lower_grade and (
        ending.kind is not EndingKind.DOWNGRADE
        or given.lower_grade not in rule_set.below(certificate.grade)
    ):  # fmt: skip
        raise BadInput("ending_lower_grade", about="lower_grade")
    if given.on is None:
        raise ValueError("a judged decision has its day")
    end_certificate(
        certificate, ENDS_AS[ending.kind], on=given.on, reason=_reason(ending, rule_set, given),
        paper=ending.decision_paper, version=certificate.version, actor=actor, now=now,
    )  # fmt: skip
    if given.lower_grade:
        _issue_lower(certificate, given.lower_grade, given.on, actor, now)


def _reason(ending: CertificateEnding, rule_set: RuleSet, given: EndingGiven) -> str:
    """In the words of the ground, and what the decider adds."""
    ground = rule_set.acts[ending.ground].zh if ending.ground in rule_set.acts else ground_words(ending.ground)
    return "；".join(part for part in (ground, given.words.strip()) if part)


def ground_words(ground: str) -> str:
    """A ground in the house's first language."""
    return i18n.word("EndingGround", ground, i18n.DEFAULT_LOCALE)


def _issue_lower(certificate: Certificate, grade: str, on: date, actor: Actor, now: datetime) -> None:
    """To the former's last day, by the same office, under the rules in force on the day."""
    authority = session().get(Authority, certificate.authority_id) if certificate.authority_id else None
    if authority is None:
        raise BadInput("certificate_without_authority")
    issue_certificate(
        company_of(certificate), rule_set_on(on), grade, provisional=certificate.is_provisional, issued_on=on,
        valid_until=certificate.valid_until, authority=authority, actor=actor, now=now,
    )  # fmt: skip
