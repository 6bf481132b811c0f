"""Writing an application: begun, changed, papers put to it and taken out, until it is sent in or given up."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.licensing.application_terms import APPLICATION, ApplicationState, ApplicationTrail
from regulator.features.licensing.models import Application, ApplicationFile
from regulator.features.licensing.queries.applications.standing import is_gone
from regulator.features.licensing.queries.certificates import find_standing
from regulator.features.licensing.queries.rulesets import rule_set_on
from regulator.features.licensing.rules.drafts import GRADED, judge_draft, judge_upgrade
from regulator.features.licensing.terms import ApplicationKind, RuleSet
from regulator.features.papers.actions.attachments import KeptFile
from regulator.features.papers.rules.matters import NO_TERM
from regulator.features.registry.models import Company
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What a follow code is made of: nothing that is read for something else."""
CODE_LENGTH = 10
MOST_DRAFTS, MOST_FILES = 20, 60


@dataclass(frozen=True, slots=True)
class DraftFields:
    """What an applicant says of what it asks for."""

    kind: ApplicationKind
    grade: str | None = None
    held_certificate: str | None = None
    held_until: date | None = None
    statement: str | None = None
    contact: str | None = None
    contact_phone: str | None = None


def draft_application(company: Company, fields: DraftFields, *, actor: Actor, now: datetime) -> Application:
    """Begin an application under the rule set of the day. Raises Refused, BadInput."""
    rule_set = judge_asking(company, fields, day_of(now))
    place = company.division_code
    open_drafts = select(func.count()).where(
        Application.company_id == company.id, Application.state == ApplicationState.DRAFT
    )
    if place is None or (session().scalar(open_drafts) or 0) >= MOST_DRAFTS:
        raise BadInput("too_many_drafts", {"most": MOST_DRAFTS})
    application = Application(
        follow_code="".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)), company_id=company.id,
        credit_code=company.credit_code, rule_set=rule_set.code, nature=rule_set.nature,
        state=ApplicationState.DRAFT, division_code=place, drafted_at=now, drafted_by=actor.name, order_on=NO_TERM,
        version=1, **_columns(fields),
    )  # fmt: skip
    session().add(application)
    session().flush()
    _record(ApplicationTrail.DRAFTED, application, {"kind": fields.kind, "grade": fields.grade}, actor, now)
    return application


def judge_asking(company: Company, fields: DraftFields, day: date) -> RuleSet:
    """The rule set of a day under which this may be asked for. Raises Refused, BadInput."""
    rule_set = rule_set_on(day)
    judge_draft(
        rule_set, fields.kind, fields.grade, held_certificate=fields.held_certificate, held_until=fields.held_until,
        is_cancelled=is_gone(company), is_local=company.division_code is not None,
    ).or_refuse()  # fmt: skip
    held = find_standing(company.id, rule_set.nature) if fields.kind is ApplicationKind.UPGRADE else None
    if held is not None:
        judge_upgrade(rule_set, fields.grade, held.grade, is_provisional=held.is_provisional).or_refuse()
    return rule_set


def change_draft(
    application: Application, company: Company, fields: DraftFields, *, version: int, actor: Actor, now: datetime
) -> None:
    """Say something else in a draft. Raises StaleVersion, Refused, BadInput."""
    _claim(application, version)
    rule_set = judge_asking(company, fields, day_of(now))
    application.rule_set, application.nature = rule_set.code, rule_set.nature
    for name, value in _columns(fields).items():
        setattr(application, name, value)
    application.version += 1
    session().flush()
    _record(ApplicationTrail.CHANGED, application, {"kind": fields.kind, "grade": fields.grade}, actor, now)


def add_file(application: Application, file: KeptFile, *, actor: Actor, now: datetime) -> ApplicationFile:
    """Put a cleaned paper to a draft, or to what is to be supplied. Raises BadInput when nothing is awaited."""
    session().refresh(application, with_for_update=True)
    if application.state not in (ApplicationState.DRAFT, ApplicationState.SUPPLEMENT_ASKED):
        raise BadInput("application_awaits_no_papers")
    held = select(func.count()).where(ApplicationFile.application_id == application.id)
    if (session().scalar(held) or 0) >= MOST_FILES:
        raise BadInput("too_many_files", {"most": MOST_FILES})
    found = ApplicationFile(
        application_id=application.id, name=file.name, media_type=file.media_type, size=file.size,
        content_hash=file.content_hash, notes=" ".join(file.notes) or None, added_at=now, added_by=actor.name,
    )  # fmt: skip
    session().add(found)
    session().flush()
    facts: dict[str, JSON] = {"name": file.name, "content": file.content_hash}
    _record(ApplicationTrail.FILE_ADDED, application, facts, actor, now)
    return found


def remove_file(application: Application, file: ApplicationFile, *, actor: Actor, now: datetime) -> None:
    """Take out a paper that was not sent in yet. Raises BadInput once it was, NotFound for another application's."""
    session().refresh(application, with_for_update=True)
    if file.application_id != application.id:
        raise NotFound(str(file.id))
    if file.sent_on is not None:
        raise BadInput("paper_sent_already")
    session().delete(file)
    session().flush()
    _record(ApplicationTrail.FILE_REMOVED, application, {"name": file.name}, actor, now)


def fields_of(application: Application) -> DraftFields:
    """What an application says now."""
    return DraftFields(
        application.kind, application.grade, application.held_certificate, application.held_until,
        application.statement, application.contact, application.contact_phone,
    )  # fmt: skip


def name_contents(_sender: object, names: Collection[str]) -> set[str]:
    """Those of the stored contents that an application names: the receiver of ``contents_asked``."""
    stmt = select(ApplicationFile.content_hash).where(ApplicationFile.content_hash.in_(names))
    return set(session().scalars(stmt.distinct()))


def _columns(fields: DraftFields) -> dict[str, object]:
    """What is kept; a grade only where one is asked for."""
    said = {name: getattr(fields, name) or None for name in DraftFields.__dataclass_fields__}
    return said if fields.kind in GRADED else said | {"grade": None}


def _claim(application: Application, version: int) -> None:
    session().refresh(application, with_for_update=True)
    application.expect_version(version)
    if application.state is not ApplicationState.DRAFT:
        raise BadInput("application_sent_already")


def _record(
    act: ApplicationTrail, application: Application, facts: dict[str, JSON], actor: Actor, now: datetime
) -> None:
    key = application.number or str(application.id)
    place = application.division_code
    about: dict[str, JSON] = {"company": application.credit_code}
    audit.record(actor, act, APPLICATION, key, now=now, division_code=place, facts=about | facts)
