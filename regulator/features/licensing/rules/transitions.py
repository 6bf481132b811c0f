"""The life of an application as one table for each nature, and whether a step of it may be taken. Pure.

A step that is not in the table does not exist. What the articles ask beside state and right are guards; the same person
never examines and decides, and no guard can be passed by being somebody else's deputy.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.application_terms import (
    UNDECIDED,
    ApplicationAct,
    ApplicationState,
    Desk,
    Given,
    Guard,
    Seat,
    Standing,
    Transition,
)
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.rules.certificates import state_on
from regulator.features.licensing.rules.drafts import HOLDING, SAME_CONTENT
from regulator.features.licensing.terms import ApplicationKind, GrantLevel, Nature, Procedure, TermCode
from regulator.features.papers.terms import PaperKind
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

LICENSING_LAW = date(2004, 7, 1)
SAID_AT_ONCE = Citation("行政许可法", "32", LICENSING_LAW)
EXTENDED_ONCE = Citation("行政许可法", "42", LICENSING_LAW)
STOPS_NAMED = Citation("行政许可法", "45", LICENSING_LAW)
SILENCE_RENEWS = Citation("行政许可法", "50", LICENSING_LAW)

S, A, G, P, K = ApplicationState, ApplicationAct, Guard, Permission, PaperKind
_APPLICANT = (P.OWN_APPLICATIONS,)
_WINDOW = (P.APPLICATIONS_RECEIVE,)
_APPLICANT_OR_WINDOW = (P.OWN_APPLICATIONS, P.APPLICATIONS_RECEIVE)
_EXAMINER, _DECIDER, _HEAD = (P.APPLICATIONS_EXAMINE,), (P.APPLICATIONS_DECIDE,), (P.PAPERS_SIGN,)
_STANDS = (G.COMPANY_STANDS,)
_FITS = (G.COMPANY_STANDS, G.CERTIFICATE_FITS)
_SAID = (G.COMPANY_STANDS, G.WORDS)
_DECISION = (*_FITS, G.OTHER_PERSON, G.CLOCK_RUNS, G.CONDITIONS_MET)


def _intake(state: ApplicationState, *, may_ask: bool) -> list[Transition]:
    """What an office can do with papers it has: the supplement is asked for once, everything at once."""
    asked = Transition(
        state, A.ASK_SUPPLEMENT, S.SUPPLEMENT_ASKED, _EXAMINER, Seat.EXAMINING, _SAID, paper=K.SUPPLEMENT
    )
    return [
        *([asked] if may_ask else []),
        Transition(
            state, A.ACCEPT, S.ACCEPTED, _EXAMINER, Seat.EXAMINING, _STANDS, TermCode.EXAMINATION, paper=K.ACCEPTANCE
        ),
        Transition(
            state, A.REFUSE_ACCEPTANCE, S.NOT_ACCEPTED, _EXAMINER, Seat.EXAMINING, _SAID, paper=K.NON_ACCEPTANCE
        ),
        Transition(
            state, A.COUNT_ACCEPTED, S.ACCEPTED, (), None, (G.COMPANY_STANDS, G.TERM_PASSED), TermCode.EXAMINATION
        ),
    ]


def _stops(state: ApplicationState, by: tuple[Permission, ...], seat: Seat) -> list[Transition]:
    """The clock stands still for what the rule set names, told in writing, and goes on."""
    named = (*_SAID, G.CLOCK_RUNS, G.STOP_NAMED)
    return [
        Transition(state, A.STOP_CLOCK, state, by, seat, named, stops=True, paper=K.CLOCK_STOP),
        Transition(state, A.RESUME_CLOCK, state, by, seat, (G.CLOCK_STANDS,), stops=False),
    ]


def _extension(state: ApplicationState) -> Transition:
    """Once, with the approval of the head of the office that decides, the reason told."""
    guards = (*_SAID, G.CLOCK_RUNS, G.NOT_EXTENDED)
    return Transition(state, A.EXTEND, state, _HEAD, Seat.DECIDING, guards, TermCode.EXTENSION, paper=K.EXTENSION)


def _decision(state: ApplicationState, *guards: Guard) -> list[Transition]:
    yes, no = (*_DECISION, *guards), (*_SAID, G.OTHER_PERSON, G.CLOCK_RUNS, *guards)
    delivery = TermCode.DELIVERY
    return [
        Transition(state, A.APPROVE, S.APPROVED, _DECIDER, Seat.DECIDING, yes, delivery, paper=K.APPROVAL),
        Transition(state, A.REJECT, S.REJECTED, _DECIDER, Seat.DECIDING, no, delivery, paper=K.REJECTION),
    ]


def _leaving(state: ApplicationState) -> list[Transition]:
    """What ends an application nobody has decided: the applicant's word, or the end of the company."""
    return [
        Transition(state, A.RETRACT, S.RETRACTED, _APPLICANT_OR_WINDOW),
        Transition(state, A.CLOSE_BECAUSE_CANCELLED, S.CLOSED, (), None, (G.COMPANY_CANCELLED,)),
    ]


def _renewed(state: ApplicationState) -> Transition:
    guards = (*_FITS, G.ASKED_IN_TIME)
    return Transition(state, A.COUNT_RENEWED, S.APPROVED, (), None, guards, TermCode.DELIVERY)


_SHARED = (
    Transition(S.DRAFT, A.DISCARD, S.DISCARDED, _APPLICANT),
    Transition(
        S.DRAFT, A.SUBMIT, S.RECEIVED, _APPLICANT, None, (*_FITS, G.PAPERS_SENT), TermCode.SUPPLEMENT,
        paper=K.INTAKE_RECEIPT,
    ),
    Transition(
        S.DRAFT, A.RECEIVE, S.RECEIVED, _WINDOW, None, _FITS, TermCode.SUPPLEMENT,
        paper=K.INTAKE_RECEIPT,
    ),
    *_intake(S.RECEIVED, may_ask=True),
    Transition(
        S.SUPPLEMENT_ASKED, A.REFUSE_ACCEPTANCE, S.NOT_ACCEPTED, _EXAMINER, Seat.EXAMINING, _SAID,
        paper=K.NON_ACCEPTANCE,
    ),
    Transition(
        S.SUPPLEMENT_ASKED, A.SUPPLY, S.SUPPLIED, _APPLICANT_OR_WINDOW, None, _SAID, TermCode.SUPPLEMENT
    ),
    *_intake(S.SUPPLIED, may_ask=False),
    Transition(
        S.ACCEPTED, A.EXAMINE, S.EXAMINED, _EXAMINER, Seat.EXAMINING, (*_SAID, G.CLOCK_RUNS), TermCode.DECISION
    ),
    *_stops(S.ACCEPTED, _EXAMINER, Seat.EXAMINING),
    *_stops(S.EXAMINED, _DECIDER, Seat.DECIDING),
    _extension(S.EXAMINED),
    *(
        Transition(state, A.DELIVER, S.DELIVERED, _WINDOW, None, (G.WORDS,), paper=K.DELIVERY_RECEIPT)
        for state in (S.APPROVED, S.REJECTED)
    ),
)  # fmt: skip
_LEFT_BEFORE_NOTICE = (S.RECEIVED, S.SUPPLEMENT_ASKED, S.SUPPLIED, S.ACCEPTED, S.EXAMINED)
_LICENCE = (
    *_SHARED,
    *_decision(S.EXAMINED),
    *(line for state in _LEFT_BEFORE_NOTICE for line in _leaving(state)),
    *(_renewed(state) for state in _LEFT_BEFORE_NOTICE if state is not S.SUPPLEMENT_ASKED),
)
_EVALUATION = (
    *_SHARED,
    Transition(
        S.EXAMINED, A.PUBLISH_OBJECTION, S.OBJECTION_NOTICE, _DECIDER, Seat.DECIDING,
        (*_DECISION, G.WORDS), TermCode.OBJECTION, paper=K.CIRCULAR,
    ),
    *(line for line in _decision(S.EXAMINED) if line.act is A.REJECT),
    Transition(S.OBJECTION_NOTICE, A.OBJECT, S.OBJECTION_NOTICE, _DECIDER, Seat.DECIDING, _SAID),
    _extension(S.OBJECTION_NOTICE),
    *_decision(S.OBJECTION_NOTICE, G.OBJECTIONS_OVER),
    *(line for state in UNDECIDED for line in _leaving(state)),
)  # fmt: skip

Table = Mapping[tuple[ApplicationState, ApplicationAct], Transition]


def _table(lines: tuple[Transition, ...]) -> Table:
    found = {(line.state, line.act): line for line in lines}
    if len(found) != len(lines):
        raise ValueError("a state and an act lead to one state only")
    return MappingProxyType(found)


TABLES: Mapping[Nature, Table] = MappingProxyType(
    {Nature.LICENCE: _table(_LICENCE), Nature.EVALUATION: _table(_EVALUATION)}
)


# --- may this step be taken -------------------------------------------------------------------------------------------


def judge_step(
    standing: Standing, act: ApplicationAct, given: Given, desk: Desk, procedure: Procedure, today: date
) -> Verdict:
    """Whether somebody may take a step now: it is in the table, they have right and level, and every guard holds."""
    line = TABLES[standing.nature].get((standing.state, act))
    if line is None:
        return Verdict((Finding("act_not_in_this_state", None, {"state": standing.state, "act": act}),))
    if not _carries(line, desk):
        return Verdict((Finding("act_without_right", None, {"act": act}),))
    looks = (_GUARDS[guard](standing, given, desk, procedure, today) for guard in line.guards)
    return Verdict.of([_judge_level(line, desk, procedure), *looks])


def lawful_acts(standing: Standing, desk: Desk, procedure: Procedure) -> tuple[Transition, ...]:
    """What somebody may do with an application by state, right and level; guards are asked when it is done."""
    lines = TABLES[standing.nature].values()
    return tuple(
        line
        for line in lines
        if line.state is standing.state and line.by and _carries(line, desk) and not _judge_level(line, desk, procedure)
    )


def seat_level(seat: Seat, procedure: Procedure) -> GrantLevel:
    """The level of office that sits here under a procedure."""
    return procedure.examined_by if seat is Seat.EXAMINING else procedure.decided_by


def _carries(line: Transition, desk: Desk) -> bool:
    return not line.by or bool(desk.permissions.intersection(line.by))


def _judge_level(line: Transition, desk: Desk, procedure: Procedure) -> Finding | None:
    if line.seat is None:
        return None
    level = seat_level(line.seat, procedure)
    return None if level in desk.levels else Finding("act_of_another_level", None, {"level": level})


# --- guards -----------------------------------------------------------------------------------------------------------

_Look = Callable[[Standing, Given, Desk, Procedure, date], Finding | None]
_CLEARS = (ApplicationKind.CANCELLATION,)
_MAY_RUN_OUT = tuple(kind for kind in HOLDING if kind not in SAME_CONTENT)


def _law(standing: Standing, article: Citation) -> Citation | None:
    """The article for a licence alone: an evaluation rests on its own rules and cites nothing of licences."""
    return article if standing.nature is Nature.LICENCE else None


def _asked_in_time(standing: Standing, _g: Given, _d: Desk, procedure: Procedure, today: date) -> Finding | None:
    counts = procedure.silence_renews and standing.kind is ApplicationKind.RENEWAL and standing.asked_in_time
    over = standing.held_until is not None and today > standing.held_until
    return None if counts and over else Finding("silence_does_not_renew", SILENCE_RENEWS)


def _certificate_fits(standing: Standing, _g: Given, _d: Desk, _p: Procedure, today: date) -> Finding | None:
    """A first grade is for who holds none; everything else is about a certificate that stands.

    What is sent in must be about one that is valid, save 注销, which clears what has run out too; afterwards it may run
    out while the office decides, save where its days are to go on.
    """
    held = state_on(standing.certificate, today) if standing.certificate else None
    if standing.kind not in HOLDING:
        return Finding("certificate_held_already") if held is CertificateState.VALID else None
    if held is None:
        return Finding("certificate_nothing_held")
    open_to_expired = _CLEARS if standing.state is ApplicationState.DRAFT else _MAY_RUN_OUT
    runs = held is CertificateState.VALID or (held is CertificateState.EXPIRED and standing.kind in open_to_expired)
    return None if runs else Finding("certificate_ran_out")


def _clock_runs(standing: Standing, *_rest: object) -> Finding | None:
    return Finding("clock_stands_still", _law(standing, STOPS_NAMED)) if standing.is_stopped else None


def _clock_stands(standing: Standing, *_rest: object) -> Finding | None:
    return None if standing.is_stopped else Finding("clock_runs_already")


def _conditions_met(_s: Standing, given: Given, *_rest: object) -> Finding | None:
    return Finding("conditions_not_met", None, {"count": len(given.failing)}) if given.failing else None


def _company_stands(standing: Standing, *_rest: object) -> Finding | None:
    return Finding("company_was_cancelled") if standing.is_cancelled else None


def _company_cancelled(standing: Standing, *_rest: object) -> Finding | None:
    return None if standing.is_cancelled else Finding("company_not_cancelled")


def _not_extended(standing: Standing, *_rest: object) -> Finding | None:
    return Finding("extended_already", _law(standing, EXTENDED_ONCE)) if standing.is_extended else None


def _objections_over(
    standing: Standing, given: Given, _d: Desk, _p: Procedure, today: date
) -> Finding | None:  # fmt: skip
    """The notice has run its time; what was objected is answered in the decision's words."""
    if standing.objections_until is None or today <= standing.objections_until:
        return Finding("objections_still_open", None, {"until": standing.objections_until})
    if standing.objections and not given.words.strip():
        return Finding("objections_unanswered", None, {"count": standing.objections}, "words")
    return None


def _other_person(standing: Standing, _g: Given, desk: Desk, *_rest: object) -> Finding | None:
    same = desk.account_id is not None and desk.account_id == standing.examiner_id
    return Finding("examined_by_oneself") if same else None


def _papers_sent(standing: Standing, *_rest: object) -> Finding | None:
    return None if standing.files else Finding("application_without_papers", None, {}, "files")


def _stop_named(standing: Standing, given: Given, _d: Desk, procedure: Procedure, _today: date) -> Finding | None:
    named = given.stop is not None and given.stop in procedure.clock_stops
    return None if named else Finding("clock_stop_not_named", _law(standing, STOPS_NAMED), {}, "stop")


def _term_passed(standing: Standing, _g: Given, _d: Desk, _p: Procedure, today: date) -> Finding | None:
    passed = standing.due_on is not None and today > standing.due_on
    return None if passed else Finding("term_not_passed", _law(standing, SAID_AT_ONCE), {"due_on": standing.due_on})


def _words(_s: Standing, given: Given, *_rest: object) -> Finding | None:
    return None if given.words.strip() else Finding("act_without_words", None, {}, "words")


_GUARDS: Mapping[Guard, _Look] = MappingProxyType(
    {
        Guard.ASKED_IN_TIME: _asked_in_time,
        Guard.CERTIFICATE_FITS: _certificate_fits,
        Guard.CLOCK_RUNS: _clock_runs,
        Guard.CLOCK_STANDS: _clock_stands,
        Guard.COMPANY_CANCELLED: _company_cancelled,
        Guard.COMPANY_STANDS: _company_stands,
        Guard.CONDITIONS_MET: _conditions_met,
        Guard.NOT_EXTENDED: _not_extended,
        Guard.OBJECTIONS_OVER: _objections_over,
        Guard.OTHER_PERSON: _other_person,
        Guard.PAPERS_SENT: _papers_sent,
        Guard.STOP_NAMED: _stop_named,
        Guard.TERM_PASSED: _term_passed,
        Guard.WORDS: _words,
    }
)
