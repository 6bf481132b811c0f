"""What the public is told of applications: those open to objections now, and what was granted lately."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from regulator.features.accounts.models import Authority
from regulator.features.calendar.queries import working_days
from regulator.features.divisions.models import Division
from regulator.features.licensing.application_terms import ApplicationOutcome, ApplicationState, Times
from regulator.features.licensing.models import Application
from regulator.features.licensing.queries.applications.standing import procedure_of
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.rules.clocks import objections_until
from regulator.features.licensing.terms import ApplicationKind, RuleSet, Words
from regulator.features.registry.models import Company
from regulator.foundation.database import session
from regulator.law.calendar import Due

LATELY = timedelta(days=60)
"""So long what was granted stays on the page."""
MOST = 200


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """One line: who, what for, where, since when, and until when anyone may object (None once it is decided)."""

    number: str
    company: str
    credit_code: str
    kind: ApplicationKind
    grade: Words | None
    district: str
    authority: str | None
    day: date
    until: Due | None


def public_notices() -> list[PublicNotice]:
    """Applications that are published for objections, the last published first."""
    stmt = _rows().where(Application.state == ApplicationState.OBJECTION_NOTICE)
    return _shown(stmt.order_by(Application.published_on.desc(), Application.number.desc()), decided=False)


def public_grants(today: date) -> list[PublicNotice]:
    """What was granted in the last sixty days, the last first."""
    stmt = _rows().where(Application.outcome == ApplicationOutcome.APPROVED, Application.decided_on >= today - LATELY)
    return _shown(stmt.order_by(Application.decided_on.desc(), Application.number.desc()), decided=True)


def _rows() -> Any:
    return (
        select(Application, Company.name, Division.name, Authority.name)
        .join(Company, Company.id == Application.company_id)
        .join(Division, Division.code == Application.division_code)
        .outerjoin(Authority, Authority.id == Application.deciding_authority_id)
        .limit(MOST)
    )


def _shown(stmt: Any, *, decided: bool) -> list[PublicNotice]:
    rule_sets = {one.code: one for one in all_rule_sets()}
    calendar = working_days()
    return [
        PublicNotice(
            found.number or "", company, found.credit_code, found.kind, _grade(rule_sets[found.rule_set], found.grade),
            district, authority, (found.decided_on if decided else found.published_on) or date.min,
            None if decided else objections_until(_published(found), procedure_of(rule_sets[found.rule_set]), calendar),
        )
        for found, company, district, authority in session().execute(stmt)
    ]  # fmt: skip


def _grade(rule_set: RuleSet, code: str | None) -> Words | None:
    grade = rule_set.grade(code) if code else None
    return grade.name if grade else None


def _published(found: Application) -> Times:
    return Times(published_on=found.published_on)
