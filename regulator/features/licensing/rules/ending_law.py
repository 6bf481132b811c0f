"""The terms and articles the ending of a certificate rests on, each with the days it is in force. Pure.

Of a licence they are the law's; of an evaluation the rule set's own, and where it sets none, what is usual here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from regulator.features.licensing.endings_terms import ENDS_AS, PENALTIES, EndingGround
from regulator.features.licensing.rules.certificates import article_of
from regulator.features.licensing.rules.clocks import UNITS
from regulator.features.licensing.terms import EndingKind, Nature, RuleSet, TermCode
from regulator.law.calendar import Due, Term, Unit, WorkingDays
from regulator.law.citations import Citation

_LICENSING, _PENALTIES = date(2004, 7, 1), date(1996, 10, 1)
_LAST_OF_1996, _FROM_2021 = date(2021, 7, 14), date(2021, 7, 15)
DEFENCE = (Citation("行政许可法", "7", _LICENSING),)
DEFENCE_OF_PENALTIES = (
    Citation("行政处罚法", "32", _PENALTIES, _LAST_OF_1996),
    Citation("行政处罚法", "45", _FROM_2021),
)
GROUNDS: Mapping[EndingKind, Mapping[EndingGround, str]] = MappingProxyType(
    {
        EndingKind.WITHDRAWAL: {EndingGround.LAW_CHANGED: "8(2)", EndingGround.CIRCUMSTANCES_CHANGED: "8(2)"},
        EndingKind.ANNULMENT: {
            EndingGround.OFFICE_ABUSED: "69(1)(1)",
            EndingGround.BEYOND_COMPETENCE: "69(1)(2)",
            EndingGround.PROCEDURE_BROKEN: "69(1)(3)",
            EndingGround.CONDITIONS_NOT_MET: "69(1)(4)",
            EndingGround.OTHERWISE_ANNULLABLE: "69(1)(5)",
            EndingGround.CHEATED: "69(2)",
        },
        EndingKind.CANCELLATION: {
            EndingGround.NOT_RENEWED: "70(1)",
            EndingGround.COMPANY_ENDED: "70(3)",
            EndingGround.FORCE_MAJEURE: "70(5)",
            EndingGround.OTHERWISE_BY_LAW: "70(6)",
        },
    }
)
"""Grounds by act with the article of 行政许可法 (item numbers of an article without paragraphs count as its only ones).

70(2) is of natural persons; 70(4) is of what was withdrawn, annulled or revoked: the register ends that by itself.
"""
ITEMS: Mapping[str, str] = {ground: item for items in GROUNDS.values() for ground, item in items.items()}


@dataclass(frozen=True, slots=True)
class Rested:
    """A term with the article that sets it; None where it is only what is usual here."""

    term: Term
    citation: Citation | None


USUAL = {TermCode.STATEMENT: Term(5, Unit.WORKING_DAY), TermCode.HEARING_CALL: Term(7, Unit.WORKING_DAY)}
"""Where neither law nor rules say anything: as long as the law gives where a right is at stake. *Practice*."""
PENALTY_TERMS: dict[TermCode, tuple[Rested, ...]] = {
    TermCode.STATEMENT: (
        Rested(Term(3, Unit.DAY), Citation("行政处罚法", "42", _PENALTIES, _LAST_OF_1996)),
        Rested(Term(5, Unit.WORKING_DAY), Citation("行政处罚法", "64", _FROM_2021)),
    ),
    TermCode.HEARING_CALL: (
        Rested(Term(7, Unit.DAY), Citation("行政处罚法", "42", _PENALTIES, _LAST_OF_1996)),
        Rested(Term(7, Unit.WORKING_DAY), Citation("行政处罚法", "64", _FROM_2021)),
    ),
    TermCode.ENDING: (Rested(Term(90, Unit.DAY), Citation("行政处罚法", "60", _FROM_2021)),),
}
"""Since 2021 five and seven days of this law are working days (85); 1996 it set no time for the decision."""
LICENSING_TERMS: dict[TermCode, tuple[Rested, ...]] = {
    TermCode.STATEMENT: (Rested(Term(5, Unit.WORKING_DAY), Citation("行政许可法", "47", _LICENSING)),),
    TermCode.HEARING_CALL: (Rested(Term(7, Unit.WORKING_DAY), Citation("行政许可法", "48", _LICENSING)),),
}
"""撤回, 撤销: the law gives the holder statement and defence (7, 36) without a term. Our reading, in the holder's
favour: the terms of the hearing before a licence, in working days (82)."""


def term_for(code: TermCode, kind: EndingKind, rule_set: RuleSet, on: date) -> Rested | None:
    """A term of a case on the day it begins to run; None where there is none."""
    found = _lawful(code, kind, on) if rule_set.nature is Nature.LICENCE else _own(code, rule_set)
    return found or (Rested(USUAL[code], None) if code in USUAL else None)


def _lawful(code: TermCode, kind: EndingKind, on: date) -> Rested | None:
    known = (PENALTY_TERMS if kind in PENALTIES else LICENSING_TERMS).get(code, ())
    return next((one for one in known if one.citation is not None and one.citation.in_force_on(on)), None)


def _own(code: TermCode, rule_set: RuleSet) -> Rested | None:
    rule = rule_set.procedure.terms.get(code) if rule_set.procedure else None
    return Rested(Term(rule.length, UNITS[rule.unit]), rule_set.citation(rule.article)) if rule else None


def answer_due(kind: EndingKind, rule_set: RuleSet, told_on: date, calendar: WorkingDays) -> Due | None:
    """Until when the holder may ask for a hearing, from the day the notice was served."""
    return _due(term_for(TermCode.STATEMENT, kind, rule_set, told_on), told_on, calendar)


def decision_due(kind: EndingKind, rule_set: RuleSet, opened_on: date, calendar: WorkingDays) -> Due | None:
    """Until when a case is to be decided; overdue is told and does not forbid the decision."""
    return _due(term_for(TermCode.ENDING, kind, rule_set, opened_on), opened_on, calendar)


def hearing_from(kind: EndingKind, rule_set: RuleSet, called_on: date, calendar: WorkingDays) -> Due | None:
    """The first day for which a call served that day was early enough: the last day of the term itself.

    Of a term in calendar days a day off at its end does not move it: nothing is to be done on it.
    """
    rested = term_for(TermCode.HEARING_CALL, kind, rule_set, called_on)
    if rested is None:
        return None
    if rested.term.unit is Unit.DAY:
        return Due(called_on + timedelta(days=rested.term.length), is_provisional=False)
    return calendar.due(rested.term, called_on)


def ending_article(kind: EndingKind, ground: str, rule_set: RuleSet, on: date) -> Citation | None:
    """What an act rests on: the law's article with its item, or the article of the evaluation's own rules."""
    if rule_set.nature is Nature.EVALUATION:
        article = rule_set.procedure.endings.get(kind) if rule_set.procedure else None
        return rule_set.citation(article) if article else None
    found = article_of(ENDS_AS[kind], rule_set.nature, on)
    item = ITEMS.get(ground)
    return Citation(found.instrument, item, found.effective_from, found.effective_to) if found and item else found


def defence_article(kind: EndingKind, nature: Nature, on: date) -> Citation | None:
    """The article on statement and defence before an act on a licence."""
    known = DEFENCE_OF_PENALTIES if kind in PENALTIES else DEFENCE
    return next((one for one in known if one.in_force_on(on)), None) if nature is Nature.LICENCE else None


def _due(rested: Rested | None, start: date, calendar: WorkingDays) -> Due | None:
    return calendar.due(rested.term, start) if rested else None
