"""Acts on people: register, correct, employ, certify, appoint as project manager, reveal a number, retire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from regulator.features.audit.terms import Actor
from regulator.features.registry import signals
from regulator.features.registry.actions.records import (
    FieldChange,
    claim_version,
    confirm_record,
    correct_record,
    create_record,
    note_change,
    note_look,
    retire_record,
)
from regulator.features.registry.actions.reindexing import reindex_person
from regulator.features.registry.facts import facts_of
from regulator.features.registry.models import (
    Company,
    Employment,
    Estate,
    ManagerAssignment,
    Person,
    PersonCertificate,
)
from regulator.features.registry.rules.companies import judge_retiring
from regulator.features.registry.rules.people import judge_employment, judge_ending, judge_manager
from regulator.features.registry.rules.resident_id import birth_date, judge_id, mask_id, normalise_id, sex_of
from regulator.features.registry.terms import Change, Period, RecordAct, RecordSource, SubjectKind
from regulator.foundation import crypto
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import Conflict, NotFound

KIND = SubjectKind.PERSON


@dataclass(frozen=True, slots=True)
class EmploymentTerms:
    """What is stated of an employment; None in a yes-or-no is *not stated*."""

    post: str | None = None
    is_head_of_post: bool | None = None
    is_full_time: bool | None = None
    began_on: date | None = None


def register_person(
    id_number: str,
    values: Mapping[str, Any],
    *,
    company: Company,
    terms: EmploymentTerms,
    actor: Actor,
    now: datetime,
    source: RecordSource = RecordSource.TYPED,
) -> Person:
    """Add a person and the present employment. Raises Refused for a wrong number, Conflict for a known one.

    The number is kept hashed and encrypted only; birth date and sex are read from it where they are not stated.
    """
    number = normalise_id(id_number)
    today = day_of(now)
    judge_id(number, today).or_refuse()
    judge_employment(Period(terms.began_on, None), (), today).or_refuse()
    if session().scalar(select(Person.id).where(Person.id_hash.in_(crypto.matching_hashes(number)))) is not None:
        raise Conflict("person_duplicate", about="id_number")
    person = Person(
        **{
            **values,
            "id": new_key(),
            "sex": values.get("sex") or sex_of(number),
            "born_on": birth_date(number),
            "id_hash": crypto.matching_hash(number),
            "id_cipher": crypto.encrypt(number),
            "id_key_id": crypto.key_id(),
            "id_masked": mask_id(number),
        }
    )
    create_record(
        person,
        kind=KIND,
        key=str(person.id),
        division_code=company.division_code,
        actor=actor,
        now=now,
        source=source,
    )
    reindex_person(person)
    _add_employment(person, company, terms, actor=actor, now=now, reason=None)
    return person


def correct_person(
    person: Person, changes: Mapping[str, Any], *, version: int, reason: str, actor: Actor, now: datetime
) -> list[str]:
    """Set what differs; the resident ID number itself is never corrected. Raises StaleVersion."""
    changed = correct_record(
        person,
        changes,
        kind=KIND,
        key=str(person.id),
        division_code=_place_of(person),
        version=version,
        reason=reason,
        actor=actor,
        now=now,
    )
    if "name" in changed:
        reindex_person(person)
    return changed


def employ_person(
    person: Person,
    company: Company,
    terms: EmploymentTerms,
    *,
    version: int,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record that a person works for a company from a day on; one company at a time. Raises Refused, StaleVersion."""
    claim_version(person, version)
    others = [Period(item.began_on, item.ended_on) for item in _employments(person.id)]
    judge_employment(Period(terms.began_on, None), others, day_of(now)).or_refuse()
    _add_employment(person, company, terms, actor=actor, now=now, reason=reason)


def end_employment(
    person: Person, employment_id: UUID, *, ended_on: date, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Record the last day of an employment. Raises NotFound, Refused, StaleVersion."""
    claim_version(person, version)
    found = session().get(Employment, employment_id)
    if found is None or found.person_id != person.id or found.ended_on is not None:
        raise NotFound(str(employment_id))
    judge_ending(found.began_on, ended_on, day_of(now)).or_refuse()
    company = session().get_one(Company, found.company_id)
    before = _employment_words(company, found, None)
    found.ended_on = ended_on
    found.version += 1
    told = [FieldChange("employment", before, _employment_words(company, found, ended_on))]
    _note(person, told, RecordAct.EMPLOYMENT_ENDED, actor, now, reason)


def add_certificate(
    person: Person, number: str, kind: str | None, *, version: int, reason: str | None, actor: Actor, now: datetime
) -> None:
    """Record a certificate by its number. Raises Conflict when the person has it already."""
    claim_version(person, version)
    try:
        with session().begin_nested():
            session().add(PersonCertificate(person_id=person.id, number=number, kind=kind))
            session().flush()
    except IntegrityError as error:
        raise Conflict("certificate_known_already", about="number") from error
    told = [FieldChange("certificate", None, " ".join(filter(None, (kind, number))))]
    _note(person, told, RecordAct.CERTIFICATE_ADDED, actor, now, reason)


def remove_certificate(
    person: Person, certificate_id: UUID, *, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Take away a certificate recorded by mistake. Raises NotFound."""
    claim_version(person, version)
    found = session().get(PersonCertificate, certificate_id)
    if found is None or found.person_id != person.id:
        raise NotFound(str(certificate_id))
    told = [FieldChange("certificate", " ".join(filter(None, (found.kind, found.number))), None)]
    session().delete(found)
    _note(person, told, RecordAct.CERTIFICATE_REMOVED, actor, now, reason)


def assign_manager(
    person: Person, estate: Estate, *, began_on: date, version: int, reason: str | None, actor: Actor, now: datetime
) -> None:
    """Record who answers for an estate from a day on (民法典 943); one at a time. Raises Refused, StaleVersion."""
    claim_version(person, version)
    others = [Period(item.began_on, item.ended_on) for item in _managers(estate.id)]
    judge_manager(Period(began_on, None), others, day_of(now)).or_refuse()
    session().add(ManagerAssignment(person_id=person.id, estate_id=estate.id, began_on=began_on))
    _tell_manager(
        person, estate, None, f"{began_on} –", RecordAct.MANAGER_ASSIGNED, actor=actor, now=now, reason=reason
    )


def release_manager(
    person: Person, assignment_id: UUID, *, ended_on: date, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Record the last day of a project manager. Raises NotFound, Refused, StaleVersion."""
    claim_version(person, version)
    found = session().get(ManagerAssignment, assignment_id)
    if found is None or found.person_id != person.id or found.ended_on is not None:
        raise NotFound(str(assignment_id))
    judge_ending(found.began_on, ended_on, day_of(now)).or_refuse()
    found.ended_on = ended_on
    found.version += 1
    since = found.began_on or "?"
    _tell_manager(
        person,
        session().get_one(Estate, found.estate_id),
        f"{since} –",
        f"{since} – {ended_on}",
        RecordAct.MANAGER_RELEASED,
        actor=actor,
        now=now,
        reason=reason,
    )


def reveal_number(person: Person, *, reason: str, actor: Actor, now: datetime) -> str:
    """The resident ID number in clear, for the reason recorded in the trail and in the person's history."""
    note_look(
        person,
        kind=KIND,
        key=str(person.id),
        division_code=_place_of(person),
        act=RecordAct.NUMBER_REVEALED,
        reason=reason,
        actor=actor,
        now=now,
    )
    return crypto.decrypt(person.id_cipher, person.id_key_id)


def confirm_person(person: Person, *, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Say that the record has been looked at and is right today."""
    confirm_record(
        person,
        kind=KIND,
        key=str(person.id),
        division_code=_place_of(person),
        actor=actor,
        now=now,
        version=version,
    )


def retire_person(person: Person, *, day: date, version: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take a person out of the register; not while managing an estate. Raises Refused, StaleVersion."""
    query = select(ManagerAssignment.id).where(
        ManagerAssignment.person_id == person.id, ManagerAssignment.ended_on.is_(None)
    )
    judge_retiring(day, day_of(now), len(session().scalars(query).all())).or_refuse()
    retire_record(
        person,
        kind=KIND,
        key=str(person.id),
        division_code=_place_of(person),
        version=version,
        reason=reason,
        day=day,
        actor=actor,
        now=now,
    )


def _add_employment(
    person: Person, company: Company, terms: EmploymentTerms, *, actor: Actor, now: datetime, reason: str | None
) -> None:
    employment = Employment(
        person_id=person.id,
        company_id=company.id,
        post=terms.post,
        is_head_of_post=terms.is_head_of_post,
        is_full_time=terms.is_full_time,
        began_on=terms.began_on,
    )
    session().add(employment)
    told = [FieldChange("employment", None, _employment_words(company, employment, None))]
    _note(person, told, RecordAct.EMPLOYED, actor, now, reason)


def _employment_words(company: Company, item: Employment, ended_on: date | None) -> str:
    days = f"{item.began_on or '?'} – {ended_on or ''}".strip()
    return " ".join(filter(None, (company.name, item.post, days)))


def _employments(person_id: UUID) -> Iterable[Employment]:
    return session().scalars(select(Employment).where(Employment.person_id == person_id))


def _managers(estate_id: UUID) -> Iterable[ManagerAssignment]:
    return session().scalars(select(ManagerAssignment).where(ManagerAssignment.estate_id == estate_id))


def _place_of(person: Person) -> str | None:
    """The district a person's row lies in: that of the present or last company."""
    query = (
        select(Company.division_code)
        .join(Employment, Employment.company_id == Company.id)
        .where(Employment.person_id == person.id)
        .order_by(Employment.ended_on.is_not(None), Employment.ended_on.desc(), Employment.id.desc())
        .limit(1)
    )
    return session().scalar(query)


def _tell_manager(
    person: Person,
    estate: Estate,
    before: str | None,
    after: str,
    act: RecordAct,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
) -> None:
    """Write both histories and tell the rooms above: an estate's project manager is a public fact."""
    facts = facts_of(estate)
    told = [FieldChange("estate", before and f"{estate.name} {before}", f"{estate.name} {after}")]
    _note(person, told, act, actor, now, reason)
    note_change(
        estate,
        [FieldChange("manager", before and f"{person.name} {before}", f"{person.name} {after}")],
        kind=SubjectKind.ESTATE,
        key=estate.code,
        division_code=estate.division_code,
        act=act,
        actor=actor,
        now=now,
        reason=reason,
    )
    change = Change(estate.code, {**facts, "manager_changed": False}, {**facts, "manager_changed": True})
    signals.send(signals.estates_changed, [change])


def _note(
    person: Person, told: list[FieldChange], act: RecordAct, actor: Actor, now: datetime, reason: str | None
) -> None:
    note_change(
        person,
        told,
        kind=KIND,
        key=str(person.id),
        division_code=_place_of(person),
        act=act,
        actor=actor,
        now=now,
        reason=reason,
    )
