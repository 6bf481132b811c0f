"""Valid certificates that need a look: conditions no longer met, projects beyond the grade, ending, provisional."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from regulator.features.divisions.queries import NOWHERE, Path, paths_of
from regulator.features.divisions.terms import Scope
from regulator.features.licensing.certificate_terms import CertificateState, WatchKind, words_of
from regulator.features.licensing.models import Certificate, CertificateWatch
from regulator.features.licensing.queries.certificates import state_column
from regulator.features.licensing.queries.evaluating import evaluate_all
from regulator.features.licensing.queries.facts import RESIDENTIAL
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.terms import Limit, ProjectKind, RuleSet, TitledHead, Words
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.queries.bounds import active_on, company_registered_in, live_on
from regulator.foundation.database import session
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

ENDING = 90
"""Days before the end from which a certificate is told of (办理提醒, practice)."""
CENTI = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What the look at one certificate found."""

    certificate_id: UUID
    failing: tuple[str, ...]
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A line of a list; ``days_left`` counts to the last day it is valid, None when it has none."""

    certificate_id: UUID
    number: str | None
    company: str
    credit_code: str
    grade_name: Words
    is_provisional: bool
    valid_until: date | None
    days_left: int | None
    failing: tuple[str, ...]
    beyond: tuple[str, ...]
    since: date | None
    serves: bool
    place: Path = NOWHERE


# --- looking ----------------------------------------------------------------------------------------------------------


def is_due(day: date) -> bool:
    """Whether a valid certificate has not been looked at on a day."""
    looked_at = exists().where(CertificateWatch.certificate_id == Certificate.id, CertificateWatch.counted_on == day)
    return session().scalar(select(Certificate.id).where(_valid(day), ~looked_at).limit(1)) is not None


def look(day: date) -> Iterator[Found]:
    """Every valid certificate held against the grade it names, by the rule set under which it was granted."""
    for rule_set in all_rule_sets():
        held = _held(rule_set, day)
        if not held:
            continue
        companies = Company.id.in_(select(Certificate.company_id).where(_valid_of(rule_set, day)))
        failing = {one.company_id: one.failing for one in evaluate_all(rule_set, day, companies)}
        beyond = _beyond(rule_set, day)
        for certificate_id, company_id, grade in held:
            missed = failing.get(company_id, {}).get(grade, ())
            yield Found(certificate_id, missed, tuple(beyond.get(certificate_id, ())))


def _held(rule_set: RuleSet, day: date) -> list[tuple[UUID, UUID, str]]:
    stmt = select(Certificate.id, Certificate.company_id, Certificate.grade).where(_valid_of(rule_set, day))
    return [(key, company, grade) for key, company, grade in session().execute(stmt)]


def _valid(day: date) -> ColumnElement[bool]:
    return and_(state_column(day) == CertificateState.VALID.value, Certificate.taken_back_at.is_(None))


def _valid_of(rule_set: RuleSet, day: date) -> ColumnElement[bool]:
    return and_(Certificate.rule_set == rule_set.code, _valid(day))


def _beyond(rule_set: RuleSet, day: date) -> Mapping[UUID, list[str]]:
    """The estates each certificate's holder serves that are larger than its grade may take on, by certificate."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for grade in rule_set.grades:
        if grade.limits:
            stmt = (
                select(Certificate.id, Estate.code)
                .join(Service, Service.company_id == Certificate.company_id)
                .join(Estate, Estate.id == Service.estate_id)
                .where(_valid_of(rule_set, day), Certificate.grade == grade.code)
                .where(active_on(day), live_on(Estate, day), or_(*map(_larger, grade.limits)))
                .order_by(Estate.code)
            )
            for certificate_id, code in session().execute(stmt):
                found[certificate_id].append(code)
    return found


def _larger(limit: Limit) -> ColumnElement[bool]:
    residential = Estate.kind.in_(RESIDENTIAL)
    kind = residential if limit.kind is ProjectKind.RESIDENTIAL else ~residential
    return and_(kind, Estate.floor_area > limit.square_metres * CENTI)


# --- lists ------------------------------------------------------------------------------------------------------------


def list_watched(
    scope: Scope, kind: WatchKind, day: date, *, cursor: str | None = None, limit: int = 50
) -> Page[WatchRow]:
    """Certificates of companies registered in a territory that are on a list, in the order of their end."""
    columns = Certificate.__table__.c
    sort = Sort(f"watch-{kind.value}", (columns.id,))
    page = paginate(_wanted(scope, kind, day), list_name="watch", sort=sort, cursor=cursor, limit=limit, item=_same)
    places = paths_of(row.division_code for row in page.items)
    return Page(tuple(_row(row, kind, day, places) for row in page.items), page.next)


def count_watched(scope: Scope, kind: WatchKind, day: date) -> Count:
    """How many are on a list, to 1,000 and one."""
    return count_up_to_ceiling(_wanted(scope, kind, day))


def _same(row: Any) -> Any:
    return row


def _wanted(scope: Scope, kind: WatchKind, day: date) -> Select[Any]:
    serves = exists().where(Service.company_id == Certificate.company_id, active_on(day))
    stmt: Any = (
        select(
            Certificate, CertificateWatch, Company.name.label("company"), Company.division_code, serves.label("serves")
        )
        .join(Company, Company.id == Certificate.company_id)
        .outerjoin(CertificateWatch, CertificateWatch.certificate_id == Certificate.id)
        .where(_valid(day), company_registered_in(scope))
    )
    soon = Certificate.valid_until <= day + timedelta(days=ENDING)
    wanted: Select[Any] = stmt.where(
        {
            WatchKind.FAILING: CertificateWatch.failing_since.is_not(None),
            WatchKind.BEYOND: CertificateWatch.beyond_since.is_not(None),
            WatchKind.ENDING: and_(~Certificate.is_provisional, soon),
            WatchKind.PROVISIONAL: and_(Certificate.is_provisional, soon),
        }[kind]
    )
    return wanted


def _row(found: Any, kind: WatchKind, day: date, places: Mapping[str, Path]) -> WatchRow:
    one, seen = found[0], found[1]
    since = (seen.beyond_since if kind is WatchKind.BEYOND else seen.failing_since) if seen else None
    return WatchRow(
        one.id, one.number, found.company, one.credit_code, words_of(one.facts["grade_name"]), one.is_provisional,
        one.valid_until, (one.valid_until - day).days if one.valid_until else None,
        tuple(seen.failing) if seen else (), tuple(seen.beyond) if seen else (), since, bool(found.serves),
        places.get(found.division_code, NOWHERE),
    )  # fmt: skip


def condition_names() -> dict[str, Words]:
    """What rule sets call the heads they ask for, by the code of the condition; other conditions by their kind."""
    return {
        one.code: one.name
        for rule_set in all_rule_sets()
        for grade in rule_set.grades
        for one in grade.conditions
        if isinstance(one, TitledHead)
    }
