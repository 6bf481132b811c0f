"""Custodians (管护责任人): which estate needs one, and whether one may be named or end. Pure (domain.md §6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from regulator.features.coverage.terms import PROFESSIONAL, CountingRule, CustodianGiven, Exclusion, Held, State
from regulator.features.registry.terms import EstateKind
from regulator.law.findings import Finding, Verdict

UNNEEDED = (Exclusion.DEMOLISHED, Exclusion.RETIRED, Exclusion.UNDER_CONSTRUCTION, *PROFESSIONAL)
"""States in which nobody needs to be named: nothing to look after, or a company that does. Mode not known is none."""
PEOPLE = ("people_cleaning", "people_order", "people_repair")
_PHONE = re.compile(
    r"(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # mobile
    r"|(?:\(?0\d{2,3}\)?[ -]?)?[2-9]\d{2,3}[ -]?\d{4}(?:[ -]\d{1,6})?"  # landline, perhaps with an extension
    r"|[48]00[ -]?\d{3}[ -]?\d{4}"
)


def needs_custodian(kind: EstateKind, state: State, rule: CountingRule) -> bool:
    """Whether an estate that counts stands occupied without professional service: abandoned, none, not known too."""
    return kind in rule.kinds and state not in UNNEEDED


def plain_phone(typed: str) -> str:
    """A telephone number as typed, full-width characters made plain."""
    return unicodedata.normalize("NFKC", typed).strip()


def is_phone(phone: str) -> bool:
    """Whether a text can be one telephone number of the mainland: mobile, landline or 400."""
    return _PHONE.fullmatch(phone) is not None


def judge_custodian(given: CustodianGiven, others: Iterable[Held], today: date) -> Verdict:
    """Whether a custodian may be named beside the earlier ones; the one in charge ends the day before.

    On the first day of the one in charge that one is corrected instead, so this day is no overlap.
    """
    return Verdict.of([*_judge_person(given), *_judge_people(given), *_judge_begin(given, others, today)])


def _judge_person(given: CustodianGiven) -> list[Finding | None]:
    return [
        None if given.name.strip() else Finding("custodian_name_missing", None, {}, "name"),
        None if given.phone else Finding("custodian_phone_missing", None, {}, "phone"),
        Finding("custodian_phone_implausible", None, {}, "phone")
        if given.phone and not is_phone(given.phone)
        else None,
    ]


def _judge_people(given: CustodianGiven) -> list[Finding | None]:
    return [
        Finding("custodian_people_negative", None, {}, name) if (getattr(given, name) or 0) < 0 else None
        for name in PEOPLE
    ]


def _judge_begin(given: CustodianGiven, others: Iterable[Held], today: date) -> list[Finding | None]:
    taken = [held for held in others if held.began_on > given.began_on or _covers_ended(held, given.began_on)]
    latest = max((held.ended_on or held.began_on for held in taken), default=None)
    return [
        Finding("custodian_begins_in_future", None, {"today": today}, "since") if given.began_on > today else None,
        Finding("custodian_begins_too_early", None, {"day": latest}, "since") if latest else None,
    ]


def _covers_ended(held: Held, day: date) -> bool:
    return held.ended_on is not None and held.began_on <= day <= held.ended_on


def judge_end(held: Held, last_day: date, today: date) -> Verdict:
    """Whether a custodian's charge may end with a day: it has begun, goes on, and the day is not to come."""
    return Verdict.of(
        [
            Finding("custodian_ended_already", None, {"ended_on": held.ended_on}) if held.ended_on else None,
            Finding("custodian_ends_in_future", None, {"today": today}, "ended_on") if last_day > today else None,
            Finding("custodian_ends_before_beginning", None, {"began_on": held.began_on}, "ended_on")
            if last_day < held.began_on
            else None,
        ]
    )
