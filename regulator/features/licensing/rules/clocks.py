"""Until when each state of an application must be left: the rule set's terms on the calendar of working days. Pure.

Public notice does not stop a clock (行政许可法 45 does not name it); what stops one counts for examination and decision
alone. An extension is counted on from the end of the term it prolongs, so that days of both are working days.
"""

from collections.abc import Sequence
from datetime import date

from regulator.features.licensing.application_terms import ApplicationState, Times, Waiting
from regulator.features.licensing.terms import Procedure, TermCode, TermRule, TermUnit
from regulator.law.calendar import Due, Pause, Term, Unit, WorkingDays, latest_notice

S = ApplicationState
UNITS = {TermUnit.DAYS: Unit.DAY, TermUnit.MONTHS: Unit.MONTH, TermUnit.WORKING_DAYS: Unit.WORKING_DAY}
WAITING = {
    S.RECEIVED: Waiting.EXAMINING,
    S.SUPPLEMENT_ASKED: Waiting.APPLICANT,
    S.SUPPLIED: Waiting.EXAMINING,
    S.ACCEPTED: Waiting.EXAMINING,
    S.EXAMINED: Waiting.DECIDING,
    S.OBJECTION_NOTICE: Waiting.DECIDING,
    S.APPROVED: Waiting.HANDING_OVER,
    S.REJECTED: Waiting.HANDING_OVER,
    S.DRAFT: Waiting.APPLICANT,
}


def waiting_for(state: ApplicationState) -> Waiting:
    """For whom an application waits in a state."""
    return WAITING.get(state, Waiting.NOBODY)


def term_in(state: ApplicationState, procedure: Procedure) -> TermCode | None:
    """The term that runs in a state; one office alone has the time of the decision, from acceptance on."""
    match state:
        case S.RECEIVED | S.SUPPLIED:
            return TermCode.SUPPLEMENT
        case S.ACCEPTED:
            return TermCode.DECISION if is_one_office(procedure) else TermCode.EXAMINATION
        case S.EXAMINED | S.OBJECTION_NOTICE:
            return TermCode.DECISION
        case S.APPROVED | S.REJECTED:
            return TermCode.DELIVERY
        case _:
            return None


def is_one_office(procedure: Procedure) -> bool:
    """Whether the office that examines is the one that decides."""
    return procedure.examined_by is procedure.decided_by


def due_in(state: ApplicationState, times: Times, procedure: Procedure, calendar: WorkingDays) -> Due | None:
    """The last day on which a state is left in time; None where no term runs or the clock stands still."""
    code = term_in(state, procedure)
    start = _start_of(state, times, procedure)
    rule = procedure.terms.get(code) if code else None
    if rule is None or start is None:
        return None
    pauses = pauses_of(times) if code in (TermCode.EXAMINATION, TermCode.DECISION) else ()
    due = calendar.due(_term(rule), start, pauses)
    longer = procedure.terms.get(TermCode.EXTENSION)
    if due is None or code is not TermCode.DECISION or not times.is_extended or longer is None:
        return due
    later = calendar.due(_term(longer), due.day, pauses)
    return Due(later.day, later.is_provisional or due.is_provisional) if later else None


def objections_until(times: Times, procedure: Procedure, calendar: WorkingDays) -> Due | None:
    """The last day on which anyone may object to what was published."""
    rule = procedure.terms.get(TermCode.OBJECTION)
    if rule is None or times.published_on is None:
        return None
    return calendar.due(_term(rule), times.published_on)


def asked_in_time(received_on: date | None, held_until: date | None, procedure: Procedure) -> bool:
    """Whether a renewal was asked for early enough before what it renews ends (行政许可法 50)."""
    rule = procedure.terms.get(TermCode.RENEWAL)
    if rule is None or received_on is None or held_until is None or rule.unit is not TermUnit.DAYS:
        return False
    return received_on <= latest_notice(held_until, rule.length)


def pauses_of(times: Times) -> tuple[Pause, ...]:
    """The times in which the clock stood, or stands, still."""
    return tuple(Pause(stopped, resumed) for stopped, resumed in times.pauses)


def median_days(spans: Sequence[int]) -> int | None:
    """The middle of some numbers of days, the lower of two; None without any."""
    return sorted(spans)[(len(spans) - 1) // 2] if spans else None


def _start_of(state: ApplicationState, times: Times, procedure: Procedure) -> date | None:
    match state:
        case S.RECEIVED:
            return times.received_on
        case S.SUPPLIED:
            return times.papers_on
        case S.ACCEPTED:
            return times.accepted_on
        case S.EXAMINED | S.OBJECTION_NOTICE:
            return times.accepted_on if is_one_office(procedure) else times.examined_on
        case _:
            return times.decided_on


def _term(rule: TermRule) -> Term:
    return Term(rule.length, UNITS[rule.unit])
