"""What a certificate is on a day, whether one may be issued or recorded, and how each may end. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from regulator.features.licensing.certificate_terms import (
    BY_ACT,
    CertificateFacts,
    CertificateOrigin,
    CertificateState,
    Former,
    shown_state,
)
from regulator.features.licensing.terms import LICENCE_ENDED, Nature, RuleSet, TermCode
from regulator.law.calendar import months_after
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

ONE_DAY = timedelta(days=1)
LONGEST_NUMBER = 60
_FROM = date(2004, 7, 1)
NO_LICENCE_TODAY = Citation("行政许可法", "15", _FROM)
PENALTY_OF_1996 = Citation("行政处罚法", "8", date(1996, 10, 1), date(2021, 7, 14))
PENALTY_OF_2021 = Citation("行政处罚法", "9", date(2021, 7, 15))
PREFIXES = {Nature.LICENCE: "ZZ", Nature.EVALUATION: "DJ"}
"""资质, 等级: what a number begins with."""
ISSUED_NUMBER = re.compile(r"(?:ZZ|DJ)\d{6}(?:\d{3}|\d{6})?[A-Z]{0,2}-\d{4}-\d{5,7}")
"""The form of the numbers given here; a finished file holds its own among its properties."""
NEEDS_PAPER = frozenset(
    {
        CertificateState.WITHDRAWN,
        CertificateState.ANNULLED,
        CertificateState.REVOKED,
        CertificateState.DOWNGRADED,
    }
)
"""Acts on the holder's right: by a decision on paper (行政许可法 8, 69; 行政处罚法)."""
ARTICLES = {
    CertificateState.WITHDRAWN: (Citation("行政许可法", "8", _FROM),),
    CertificateState.ANNULLED: (Citation("行政许可法", "69", _FROM),),
    CertificateState.CANCELLED: (Citation("行政许可法", "70", _FROM),),
    CertificateState.REVOKED: (PENALTY_OF_1996, PENALTY_OF_2021),
    CertificateState.DOWNGRADED: (PENALTY_OF_2021,),
}
"""What each act on a licence rests on; a lower grade is a penalty by name only since 2021."""
FROM_STATES = {
    CertificateState.WITHDRAWN: (CertificateState.VALID,),
    CertificateState.ANNULLED: (CertificateState.VALID, CertificateState.EXPIRED),
    CertificateState.REVOKED: (CertificateState.VALID,),
    CertificateState.DOWNGRADED: (CertificateState.VALID,),
    CertificateState.CANCELLED: (CertificateState.VALID, CertificateState.EXPIRED),
}
"""Out of which state each act may lead: 撤回, 吊销 and 降低等级 end a right that still runs; what was wrongly granted
is annulled also after its end; 注销 clears the entry of what has run out or is given up."""


def state_on(facts: CertificateFacts, day: date) -> CertificateState | None:
    """What a certificate is on a day; None before it was issued.

    An act that ended it stays its state. What ran out before another took its place has run out, not been superseded.
    """
    if facts.origin is CertificateOrigin.DECLARED:
        return CertificateState.HISTORICAL
    if facts.issued_on is None or day < facts.issued_on:
        return None
    ran_out = facts.valid_until is not None and facts.valid_until < day
    if facts.ended_as is not None and facts.ended_on is not None and facts.ended_on <= day:
        first_ran_out = facts.valid_until is not None and facts.valid_until < facts.ended_on
        if facts.ended_as is not CertificateState.SUPERSEDED or not first_ran_out:
            return facts.ended_as
    if facts.abolished_on is not None and facts.abolished_on <= day:
        return CertificateState.HISTORICAL
    return CertificateState.EXPIRED if ran_out else CertificateState.VALID


def abolition_of(nature: Nature, grade: str, granted_on: date | None, rule_sets: Iterable[RuleSet]) -> date | None:
    """The day from which a grade of a licence is no longer granted: none of an evaluation.

    That is the first rule set after the grant without this grade, at the latest the repeal of the Measures.
    """
    if nature is not Nature.LICENCE:
        return None
    after = (one for one in rule_sets if granted_on is None or one.effective_from > granted_on)
    without = (one.effective_from for one in after if one.nature is Nature.LICENCE and one.grade(grade) is None)
    return min([*without, LICENCE_ENDED])


# --- issuing ----------------------------------------------------------------------------------------------------------


def last_day(rule_set: RuleSet, begins: date, *, provisional: bool = False) -> date | None:
    """The last day of a certificate that begins on a day, by the rule set's own term; None where it sets none."""
    terms = rule_set.procedure.terms if rule_set.procedure else {}
    rule = terms.get(TermCode.PROVISIONAL if provisional else TermCode.CERTIFICATE)
    return months_after(begins, rule.length) - ONE_DAY if rule else None


def judge_issue(rule_set: RuleSet, grade: str, issued_on: date, valid_until: date | None, *, today: date) -> Verdict:
    """Whether a certificate of this grade can be issued on a day under a rule set."""
    return Verdict.of(
        [
            *_granted(rule_set, grade, issued_on),
            *_in_time(issued_on, valid_until, today),
        ]
    )


def _granted(rule_set: RuleSet, grade: str, issued_on: date) -> Iterator[Finding]:
    if rule_set.nature is Nature.LICENCE and issued_on >= LICENCE_ENDED:
        yield Finding("certificate_licence_today", NO_LICENCE_TODAY, {"ended": LICENCE_ENDED})
    elif issued_on < rule_set.effective_from or (rule_set.effective_to or issued_on) < issued_on:
        yield Finding("certificate_rules_not_in_force", params={"day": issued_on, "rule_set": rule_set.instrument})
    if rule_set.grade(grade) is None:
        yield Finding("certificate_grade_unknown", params={"grade": grade, "rule_set": rule_set.instrument})


def _in_time(issued_on: date, valid_until: date | None, today: date) -> Iterator[Finding]:
    if issued_on > today:
        yield Finding("certificate_in_future", params={"day": issued_on}, about="issued_on")
    if valid_until is not None and valid_until < issued_on:
        params = {"issued_on": issued_on, "valid_until": valid_until}
        yield Finding("certificate_ends_before", params=params, about="valid_until")


def number_of(nature: Nature, place: str, letter: str, year: int, sequence: int) -> str:
    """``DJ210100-2026-00012``: nature, place (a letter for its second office), year, sequence."""
    return f"{PREFIXES[nature]}{place}{letter}-{year}-{sequence:05}"


def content_hash(facts: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal over all that is printed."""
    canonical = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


# --- recording those of years gone by ---------------------------------------------------------------------------------


def judge_former(former: Former, rule_set: RuleSet | None, *, today: date) -> Verdict:
    """Whether a licence of 2004 to 2018 can be recorded; ``rule_set`` is that of the day it was issued."""
    return Verdict.of([*_proved(former), *_of_its_time(former, rule_set), *_former_days(former, today)])


def _proved(former: Former) -> Iterator[Finding]:
    if not former.number.strip():
        yield Finding("certificate_number_missing", about="number")
    if not former.document.strip():
        yield Finding("certificate_unproved", about="document")
    if not former.authority_name.strip():
        yield Finding("certificate_authority_missing", about="authority_name")


def _of_its_time(former: Former, rule_set: RuleSet | None) -> Iterator[Finding]:
    if former.issued_on >= LICENCE_ENDED:
        yield Finding("certificate_not_former", params={"ended": LICENCE_ENDED}, about="issued_on")
    elif rule_set is None:
        yield Finding("certificate_before_all", params={"day": former.issued_on}, about="issued_on")
    elif rule_set.grade(former.grade) is None:
        params = {"grade": former.grade, "rule_set": rule_set.instrument}
        yield Finding("certificate_grade_unknown", params=params, about="grade")


def _former_days(former: Former, today: date) -> Iterator[Finding]:
    yield from _in_time(former.issued_on, former.valid_until, today)
    if (former.ended_as is None) != (former.ended_on is None):
        yield Finding("certificate_end_half_told", about="ended_on")
        return
    if former.ended_on is None or former.ended_as is None:
        return
    if former.ended_as not in (*BY_ACT, CertificateState.SUPERSEDED):
        yield Finding("certificate_end_not_by_act", params={"state": former.ended_as}, about="ended_as")
    if not former.issued_on <= former.ended_on < LICENCE_ENDED:
        params = {"issued_on": former.issued_on, "ended": LICENCE_ENDED}
        yield Finding("certificate_end_out_of_time", params=params, about="ended_on")
    if not (former.ended_reason or "").strip():
        yield Finding("reason_missing", about="ended_reason")


# --- ending -----------------------------------------------------------------------------------------------------------


def judge_end(
    facts: CertificateFacts,
    ended_as: CertificateState,
    *,
    on: date,
    reason: str,
    paper: str | None,
    lower: bool,
    today: date,
) -> Verdict:
    """Whether an officer may end a certificate so: by one of the acts there are, in time, with reason and paper.

    ``lower`` is whether the rule set knows a lower grade than this one.
    """
    return Verdict.of(
        [
            *_act(facts, ended_as, on, lower=lower),
            *_end_day(facts, on, today),
            *([] if reason.strip() else [Finding("reason_missing", about="reason")]),
            *_paper(facts, ended_as, paper, on),
        ]
    )


def article_of(ended_as: CertificateState, nature: Nature, on: date) -> Citation | None:
    """The article an act on a licence rests on; the acts of an evaluation rest on its own rules."""
    if nature is not Nature.LICENCE:
        return None
    return next((one for one in ARTICLES.get(ended_as, ()) if one.in_force_on(on)), None)


def _act(facts: CertificateFacts, ended_as: CertificateState, on: date, *, lower: bool) -> Iterator[Finding]:
    if ended_as not in BY_ACT:
        params = {"state": shown_state(ended_as, facts.nature)}
        yield Finding("certificate_end_not_by_act", params=params, about="ended_as")
        return
    state = facts.ended_as or state_on(facts, on) or CertificateState.HISTORICAL
    if facts.ended_as is not None or state not in FROM_STATES[ended_as]:
        params = {"state": shown_state(state, facts.nature), "act": shown_state(ended_as, facts.nature)}
        yield Finding("certificate_end_from_state", article_of(ended_as, facts.nature, on), params, "ended_as")
    if ended_as is CertificateState.DOWNGRADED and not lower:
        yield Finding("certificate_no_lower_grade", about="ended_as")


def _end_day(facts: CertificateFacts, on: date, today: date) -> Iterator[Finding]:
    if on > today or (facts.issued_on is not None and on < facts.issued_on):
        yield Finding("certificate_end_day", params={"first": facts.issued_on or today, "last": today}, about="on")


def _paper(facts: CertificateFacts, ended_as: CertificateState, paper: str | None, on: date) -> Iterator[Finding]:
    if ended_as in NEEDS_PAPER and not (paper or "").strip():
        yield Finding("certificate_end_paper_missing", article_of(ended_as, facts.nature, on), about="paper")


# --- reading ----------------------------------------------------------------------------------------------------------


def read_number(typed: str) -> str:
    """A number as it is kept: without blanks, Latin letters large, figures and hyphens of one form."""
    text = unicodedata.normalize("NFKC", typed[: 2 * LONGEST_NUMBER])
    kept = "".join(char for char in text if unicodedata.category(char)[0] not in "CZ")
    return re.sub(r"[‐‑‒–—―−－]", "-", kept).upper()[:LONGEST_NUMBER]


def numbers_in(content: bytes) -> tuple[str, ...]:
    """The numbers a PDF names among its properties, in order, each once; nothing in it is opened or run."""
    found = re.finditer(ISSUED_NUMBER.pattern.encode(), content)
    return tuple(dict.fromkeys(one.group().decode() for one in found))
