"""Acts on custodians: name one, which ends the one before, and end without a successor. The open period is the lock."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.coverage.models import Custodian
from regulator.features.coverage.queries.custody import list_custodians_of
from regulator.features.coverage.rules.custody import judge_custodian, judge_end, plain_phone
from regulator.features.coverage.terms import CoverageAct, CustodianGiven, Held
from regulator.features.registry.facts import masked
from regulator.features.registry.models import Estate
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import StaleVersion

SUBJECT = "custodian"
DAY = timedelta(days=1)
STATED = ("name", "phone", "unit", "people_cleaning", "people_order", "people_repair", "began_on")
NOBODY = 0
"""The version a form shows while nobody is in charge."""


def name_custodian(estate: Estate, given: CustodianGiven, *, version: int, actor: Actor, now: datetime) -> Custodian:
    """Name who looks after an estate from a day on; the one in charge ends the day before.

    On the first day of the one in charge that period is corrected instead. ``version`` is the open period's, 0 while
    nobody is in charge. Raises StaleVersion, Refused (no name, no phone, days that are taken or to come).
    """
    open_one = _claim(estate, version)
    given = replace(given, name=given.name.strip(), phone=plain_phone(given.phone))
    held = [Held(one.began_on, one.ended_on) for one in list_custodians_of(estate)]
    judge_custodian(given, held, day_of(now)).or_refuse()
    if open_one is not None and open_one.began_on == given.began_on:
        return _correct(open_one, estate, given, actor, now)
    before = None
    if open_one is not None:
        before = _facts(open_one)
        _end(open_one, given.began_on - DAY, None)
    named = Custodian(estate_code=estate.code, recorded_at=now, recorded_by=actor.name, version=1, **asdict(given))
    _add(named)
    _record(CoverageAct.CUSTODIAN_NAMED, estate, {"before": before, "after": _facts(named)}, actor, now)
    return named


def end_custodian(
    estate: Estate, *, ended_on: date, reason: str, version: int, actor: Actor, now: datetime
) -> Custodian:
    """Say that nobody is in charge any more after a day; the estate stands on the list of those without from the next.

    Raises StaleVersion (nobody was in charge, too), Refused.
    """
    open_one = _claim(estate, version)
    if open_one is None:
        raise StaleVersion(NOBODY, version)
    judge_end(Held(open_one.began_on, open_one.ended_on), ended_on, day_of(now)).or_refuse()
    _end(open_one, ended_on, reason)
    facts = {"before": {"ended_on": None}, "after": {"ended_on": ended_on.isoformat()}, "reason": reason}
    _record(CoverageAct.CUSTODIAN_ENDED, estate, facts, actor, now)
    return open_one


# --- what the acts share --------------------------------------------------------------------------------------------


def _claim(estate: Estate, version: int) -> Custodian | None:
    """The open period, held against others until the transaction ends. Raises StaleVersion."""
    query = select(Custodian).where(Custodian.estate_code == estate.code, Custodian.ended_on.is_(None))
    held = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalars(held).one_or_none()
    if (found.version if found else NOBODY) != version:
        raise StaleVersion(found.version if found else NOBODY, version)
    return found


def _correct(open_one: Custodian, estate: Estate, given: CustodianGiven, actor: Actor, now: datetime) -> Custodian:
    before = _facts(open_one)
    for name in STATED:
        setattr(open_one, name, getattr(given, name))
    open_one.version += 1
    session().flush()
    _record(CoverageAct.CUSTODIAN_CORRECTED, estate, {"before": before, "after": _facts(open_one)}, actor, now)
    return open_one


def _end(open_one: Custodian, last_day: date, reason: str | None) -> None:
    """End a period and let the database know before the next one opens (it refuses two in charge)."""
    open_one.ended_on, open_one.ended_reason = last_day, reason
    open_one.version += 1
    session().flush()


def _add(named: Custodian) -> None:
    """Add a period; who is second to name the first custodian is told so. Raises StaleVersion."""
    try:
        with session().begin_nested():
            session().add(named)
            session().flush()
    except IntegrityError as error:
        raise StaleVersion(named.version, NOBODY) from error


def _facts(custodian: Custodian) -> dict[str, Any]:
    """What a period states, the phone masked."""
    return {name: masked(name, getattr(custodian, name)) for name in STATED}


def _record(act: CoverageAct, estate: Estate, facts: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit.record(actor, act, SUBJECT, estate.code, now=now, division_code=estate.division_code, facts=facts)
