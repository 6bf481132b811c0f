"""Certificates: one, those of a company on a day, and lists of a territory by state. Never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    literal,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from regulator.features.divisions.queries import NOWHERE, Path, paths_of
from regulator.features.divisions.terms import CodeRange, Scope
from regulator.features.licensing import rulesets
from regulator.features.licensing.certificate_terms import (
    CertificateFacts,
    CertificateOrigin,
    CertificateState,
    EvaluatedState,
    shown_state,
    words_of,
)
from regulator.features.licensing.models import Certificate
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.rules.certificates import abolition_of, read_number, state_on
from regulator.features.licensing.terms import LICENCE_ENDED, Nature, Words
from regulator.features.registry.models import Company
from regulator.features.registry.queries.bounds import company_in_scope, company_registered_in
from regulator.foundation.asking import ask
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

LIST = "certificates"
NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate as lists and company pages show it, in its state on a day."""

    id: UUID
    number: str | None
    origin: CertificateOrigin
    nature: Nature
    grade: str
    grade_name: Words
    is_provisional: bool
    issued_on: date | None
    valid_until: date | None
    state: CertificateState
    credit_code: str
    company: str
    authority: str | None
    place: Path = NOWHERE

    @property
    def shown(self) -> CertificateState | EvaluatedState:
        """The state in the words of its nature."""
        return shown_state(self.state, self.nature)


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """What of the certificates is wanted; None: no matter which. ``ending`` is within so many days from the day."""

    state: CertificateState | None = None
    grade: str | None = None
    nature: Nature | None = None
    ending: int | None = None
    number: str | None = None
    credit_code: str | None = None
    within: CodeRange | None = None


class _Found(NamedTuple):
    """The columns a row is made of, in the order of `_COLUMNS`."""

    id: UUID
    number: str | None
    origin: CertificateOrigin
    nature: Nature
    grade: str
    facts: Mapping[str, Any]
    is_provisional: bool
    issued_on: date | None
    valid_until: date | None
    ended_on: date | None
    ended_as: CertificateState | None
    credit_code: str
    authority_name: str | None
    company: str
    division_code: str | None


_COLUMNS = (
    Certificate.id,
    Certificate.number,
    Certificate.origin,
    Certificate.nature,
    Certificate.grade,
    Certificate.facts,
    Certificate.is_provisional,
    Certificate.issued_on,
    Certificate.valid_until,
    Certificate.ended_on,
    Certificate.ended_as,
    Certificate.credit_code,
    Certificate.authority_name,
    Company.name.label("company"),
    Company.division_code,
)
_ROWS: Select[Any] = (
    select(*_COLUMNS)
    .join_from(Certificate, Company, Company.id == Certificate.company_id)
    .where(Certificate.taken_back_at.is_(None))
)
_OF_COMPANY = _ROWS.where(Certificate.company_id == bindparam("company", type_=Certificate.company_id.type))


def facts_of_certificate(row: Certificate | _Found) -> CertificateFacts:
    """What the state of a certificate rests on; licences were granted under the national rule sets alone."""
    return CertificateFacts(
        row.origin, row.nature, row.issued_on, row.valid_until, row.is_provisional, row.ended_on, row.ended_as,
        abolition_of(row.nature, row.grade, row.issued_on, rulesets.shipped()),
    )  # fmt: skip


def get_certificate(scope: Scope, certificate_id: UUID, day: date) -> Certificate:
    """A certificate of a company inside a scope. Raises NotFound."""
    stmt = select(Certificate).join(Company, Company.id == Certificate.company_id)
    found = session().scalar(stmt.where(Certificate.id == certificate_id, company_in_scope(scope, day)))
    if found is None:
        raise NotFound(str(certificate_id))
    return found


def get_own_certificate(scope: Scope, certificate_id: UUID) -> Certificate:
    """A certificate whose holder is registered inside a scope: its officers act on it. Raises NotFound."""
    stmt = select(Certificate).join(Company, Company.id == Certificate.company_id)
    found = session().scalar(stmt.where(Certificate.id == certificate_id, company_registered_in(scope)))
    if found is None:
        raise NotFound(str(certificate_id))
    return found


def is_own_certificate(scope: Scope, certificate: Certificate) -> bool:
    """Whether the holder is registered inside a scope."""
    stmt = select(Company.id).where(Company.id == certificate.company_id, company_registered_in(scope))
    return session().scalar(stmt) is not None


def company_of(certificate: Certificate) -> Company:
    """The holder as the register has it today."""
    return session().get_one(Company, certificate.company_id)


def grade_names() -> dict[str, Words]:
    """The grades of all rule sets by code, as the latest calls them; the best first."""
    found = {grade.code: grade.name for one in all_rule_sets() for grade in one.grades}
    return dict(sorted(found.items()))


def find_standing(company_id: UUID, nature: Nature) -> Certificate | None:
    """The certificate of a company that has not ended, valid or run out."""
    return session().scalar(
        select(Certificate).where(
            Certificate.company_id == company_id,
            Certificate.nature == nature,
            Certificate.origin == CertificateOrigin.ISSUED,
            Certificate.ended_as.is_(None),
        )
    )


def find_number(number: str) -> Certificate | None:
    """The certificate of a number, of those issued here before those of others; what was taken back is not there."""
    stmt = select(Certificate).where(Certificate.number == read_number(number), Certificate.taken_back_at.is_(None))
    found = session().scalars(stmt.limit(20)).all()
    first = (lambda row: row.origin is CertificateOrigin.ISSUED, lambda row: row.issued_on or date.min)
    return max(found, key=lambda row: tuple(key(row) for key in first), default=None)


def find_file(digest: str) -> Certificate | None:
    """The certificate of which this is a file, by its hash."""
    return session().scalar(
        select(Certificate).where(or_(Certificate.file_hash == digest, Certificate.bilingual_hash == digest))
    )


def number_by_id(certificate_id: UUID | None) -> str | None:
    """The number of a certificate, when there is one."""
    if certificate_id is None:
        return None
    return session().scalar(select(Certificate.number).where(Certificate.id == certificate_id))


# --- those of a company -----------------------------------------------------------------------------------------------


def list_certificates_of(company_id: UUID, day: date) -> list[CertificateRow]:
    """What a company held by a day, the one that counts first: a valid one, then the last issued, declarations last."""
    shown = [row for found in ask(_OF_COMPANY, company=company_id) if (row := _row(found, day)) is not None]
    return sorted(shown, key=_weight, reverse=True)


def find_qualification(company_id: UUID, day: date) -> CertificateRow | None:
    """The certificate that counts for a company on a day; None when it held none by then."""
    return next(iter(list_certificates_of(company_id, day)), None)


def _weight(row: CertificateRow) -> tuple[bool, date, str]:
    return (row.state is CertificateState.VALID, row.issued_on or date.min, row.number or "")


# --- lists ------------------------------------------------------------------------------------------------------------


def list_certificates(
    scope: Scope, wanted: CertificateFilter, day: date, *, cursor: str | None = None, limit: int = 50
) -> Page[CertificateRow]:
    """Certificates of companies of a territory, the last recorded first."""
    stmt = _wanted(scope, wanted, day)
    sort = Sort("recorded", (Certificate.__table__.c.id,), descending=True)
    page = paginate(stmt, list_name=LIST, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    shown = (_row(row, day, places.get(row.division_code, NOWHERE)) for row in page.items)
    return Page(tuple(row for row in shown if row is not None), page.next)


def count_certificates(scope: Scope, wanted: CertificateFilter, day: date) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_wanted(scope, wanted, day))


def _wanted(scope: Scope, wanted: CertificateFilter, day: date) -> Select[Any]:
    state = state_column(day)
    stmt = _rows(wanted).where(company_in_scope(scope, day), state != NOT_YET)
    if wanted.within is not None:
        stmt = stmt.where(Company.division_code >= wanted.within.low, Company.division_code < wanted.within.high)
    if wanted.state is not None:
        stmt = stmt.where(state == wanted.state.value)
    if wanted.ending is not None:
        last = day + timedelta(days=wanted.ending)
        stmt = stmt.where(Certificate.valid_until.between(day, last), state == CertificateState.VALID.value)
    return stmt


def _rows(wanted: CertificateFilter) -> Select[Any]:
    stmt = _ROWS
    if wanted.grade is not None:
        stmt = stmt.where(Certificate.grade == wanted.grade)
    if wanted.nature is not None:
        stmt = stmt.where(Certificate.nature == wanted.nature)
    if wanted.number:
        stmt = stmt.where(Certificate.number == read_number(wanted.number))
    if wanted.credit_code:
        stmt = stmt.where(Certificate.credit_code == wanted.credit_code)
    return stmt


def _row(found: Sequence[Any], day: date, place: Path = NOWHERE) -> CertificateRow | None:
    one = _Found(*found[: len(_COLUMNS)])
    state = state_on(facts_of_certificate(one), day)
    if state is None:
        return None
    return CertificateRow(
        one.id, one.number, one.origin, one.nature, one.grade, words_of(one.facts["grade_name"]), one.is_provisional,
        one.issued_on, one.valid_until, state, one.credit_code, one.company, one.authority_name, place,
    )  # fmt: skip


def state_column(day: date) -> ColumnElement[str]:
    """`rules.certificates.state_on` as the database reckons it; a test holds the two against each other."""
    row = Certificate
    ran_out_first = and_(row.valid_until.is_not(None), row.valid_until < row.ended_on)
    ended = and_(row.ended_on <= day, not_(and_(row.ended_as == CertificateState.SUPERSEDED, ran_out_first)))
    return case(
        (row.origin == CertificateOrigin.DECLARED, CertificateState.HISTORICAL.value),
        (row.issued_on > day, NOT_YET),
        (ended, type_coerce(row.ended_as, String)),
        (_abolished(day), CertificateState.HISTORICAL.value),
        (row.valid_until < day, CertificateState.EXPIRED.value),
        else_=literal(CertificateState.VALID.value),
    )


def _abolished(day: date) -> ColumnElement[bool]:
    """Whether the grade of a licence is no longer granted on a day, by the rule set under which it was."""
    if day >= LICENCE_ENDED:
        return Certificate.nature == Nature.LICENCE
    known = rulesets.shipped()
    days: Mapping[tuple[str, str], date | None] = {
        (one.code, grade.code): abolition_of(one.nature, grade.code, one.effective_from, known)
        for one in known
        for grade in one.grades
    }
    gone = [
        and_(Certificate.rule_set == rule_set, Certificate.grade == grade)
        for (rule_set, grade), since in days.items()
        if since is not None and since <= day
    ]
    return or_(false(), *gone) if gone else not_(true())
