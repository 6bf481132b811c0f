"""How a certificate is ended: one table for each nature, and whether a step of a case may be taken. Pure.

撤回, 撤销, 吊销 and 降低等级 touch the holder's right: it is told first, may answer and ask for a hearing, and another
person decides than opened the case. 注销 only clears an entry. Terms and articles stand in `ending_law`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.certificate_terms import CertificateOrigin, CertificateState, shown_state
from regulator.features.licensing.endings_terms import (
    DECIDED_BY,
    ENDS_AS,
    OPEN_ENDINGS,
    TOLD_FIRST,
    EndingAct,
    EndingGiven,
    EndingGround,
    EndingGuard,
    EndingLine,
    EndingNext,
    EndingStanding,
    EndingState,
    shown_ending,
)
from regulator.features.licensing.rules.certificates import FROM_STATES, article_of, state_on
from regulator.features.licensing.rules.ending_law import GROUNDS, defence_article
from regulator.features.licensing.terms import EndingKind, GrantLevel, Nature, RuleSet, TermCode
from regulator.features.papers.terms import PaperKind
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

A, E, G, S, K = EndingAct, EndingKind, EndingGuard, EndingState, PaperKind
_OFFICE = (Permission.LICENSING_DECIDE,)
_EITHER = (Permission.OWN_APPLICATIONS, Permission.LICENSING_DECIDE)
_ALL = (*TOLD_FIRST, E.CANCELLATION)
_DECISION = (G.OTHER_PERSON, G.CERTIFICATE_STANDS, G.DECISION_ISSUED)


def _decisions(state: EndingState, kinds: tuple[EndingKind, ...], *guards: EndingGuard) -> list[EndingLine]:
    """One line for each paper a decision is made with."""
    papers = dict.fromkeys(DECIDED_BY[kind] for kind in kinds)
    return [
        EndingLine(
            tuple(kind for kind in kinds if DECIDED_BY[kind] is paper), state, A.DECIDE, S.DECIDED, _OFFICE,
            (*_DECISION, *guards), paper=paper,
        )
        for paper in papers
    ]  # fmt: skip


def _table(nature: Nature) -> tuple[EndingLine, ...]:
    """The natures differ in the terms that run: those of the law, or those of the rule set."""
    answer = TermCode.HEARING_REQUEST if nature is Nature.LICENCE else TermCode.STATEMENT
    opening = (G.CERTIFICATE_STANDS, G.GROUND_FITS, G.SAID)
    return (
        EndingLine(_ALL, None, A.OPEN, S.OPENED, _OFFICE, opening, TermCode.ENDING),
        EndingLine(TOLD_FIRST, S.OPENED, A.TELL, S.TOLD, (), (G.NOTICE_SERVED,), answer, K.ADVANCE_NOTICE),
        EndingLine(_ALL, S.OPENED, A.STATE, S.OPENED, _OFFICE, (G.SAID,)),
        *(
            EndingLine(TOLD_FIRST, state, A.STATE, state, _EITHER, (G.SAID,))
            for state in (S.TOLD, S.HEARING_ASKED, S.HEARD)
        ),
        EndingLine(
            TOLD_FIRST, S.TOLD, A.ASK_HEARING, S.HEARING_ASKED, _EITHER, (G.WITHIN_TERM,), TermCode.HEARING_CALL,
            K.HEARING_CALL,
        ),
        EndingLine(
            TOLD_FIRST, S.HEARING_ASKED, A.HOLD_HEARING, S.HEARD, _OFFICE,
            (G.SAID, G.OTHER_PERSON, G.HEARING_CALLED),
        ),
        *_decisions(S.OPENED, (E.CANCELLATION,)),
        *_decisions(S.TOLD, TOLD_FIRST, G.NOTICE_STANDS, G.TERM_OVER),
        *_decisions(S.HEARD, TOLD_FIRST, G.NOTICE_STANDS),
        *(EndingLine(_kinds_in(state), state, A.DROP, S.DROPPED, _OFFICE, (G.SAID,)) for state in OPEN_ENDINGS),
        *(
            EndingLine(_kinds_in(state), state, A.CLOSE_BECAUSE_ENDED, S.CLOSED, (), (G.CERTIFICATE_GONE,))
            for state in OPEN_ENDINGS
        ),
    )  # fmt: skip


def _kinds_in(state: EndingState) -> tuple[EndingKind, ...]:
    return _ALL if state is S.OPENED else TOLD_FIRST


LINES: Mapping[Nature, tuple[EndingLine, ...]] = MappingProxyType({nature: _table(nature) for nature in Nature})
"""Every line, as it is drawn."""


def line_of_ending(
    nature: Nature, kind: EndingKind, state: EndingState | None, act: EndingAct
) -> EndingLine | None:  # fmt: skip
    """The line of the table; None: there is no such step."""
    return _FOUND[nature].get((kind, state, act))


def _by_step(lines: tuple[EndingLine, ...]) -> Mapping[tuple[EndingKind, EndingState | None, EndingAct], EndingLine]:
    found = {(kind, line.state, line.act): line for line in lines for kind in line.kinds}
    if len(found) != sum(len(line.kinds) for line in lines):
        raise ValueError("an act in a state leads to one state only")
    return MappingProxyType(found)


_FOUND = {nature: _by_step(lines) for nature, lines in LINES.items()}


def grounds_of(kind: EndingKind, rule_set: RuleSet) -> tuple[str, ...]:
    """The grounds an act may rest on: the article's, of a penalty the acts the rule set names; none it leaves out."""
    named = rule_set.procedure.endings if rule_set.procedure else {}
    if named and kind not in named:
        return ()
    return tuple(GROUNDS[kind]) if kind in GROUNDS else tuple(rule_set.acts)


# --- may this step be taken -------------------------------------------------------------------------------------------


def judge_ending(
    standing: EndingStanding, act: EndingAct, given: EndingGiven, desk: Desk, level: GrantLevel, today: date
) -> Verdict:
    """Whether somebody may take a step now: it is in the table, they have right and level, and every guard holds."""
    line = line_of_ending(standing.nature, standing.kind, standing.state, act)
    if line is None:
        return Verdict((Finding("ending_act_not_now", None, {"state": standing.state or "", "act": act}),))
    if not _carries(line, desk):
        return Verdict((Finding("act_without_right", None, {"act": act}),))
    looks = (_GUARDS[guard](standing, given, desk, today) for guard in line.guards)
    return Verdict.of([_judge_level(line, desk, level), *looks])


def lawful_endings(
    nature: Nature, kind: EndingKind, state: EndingState | None, desk: Desk, level: GrantLevel
) -> tuple[EndingLine, ...]:
    """What somebody may do in a case by state, right and level; guards are asked when it is done."""
    return tuple(
        one
        for one in LINES[nature]
        if one.state is state and kind in one.kinds and one.by
        and _carries(one, desk) and not _judge_level(one, desk, level)
    )  # fmt: skip


def beginnings(state: CertificateState, grade: str, rule_set: RuleSet) -> tuple[EndingKind, ...]:
    """The acts that may begin on a certificate in this state; a lower grade is for those that have one below."""
    lower = bool(rule_set.below(grade))
    return tuple(
        kind
        for kind, ended_as in ENDS_AS.items()
        if state in FROM_STATES[ended_as] and grounds_of(kind, rule_set) and (lower or kind is not E.DOWNGRADE)
    )


def next_in(standing: EndingStanding, today: date) -> EndingNext:
    """What a case waits for today."""
    match standing.state:
        case S.OPENED if standing.kind in TOLD_FIRST:
            return EndingNext.NOTICE_SERVICE if standing.notice_issued else EndingNext.NOTICE
        case S.TOLD if standing.answer_until is not None and today <= standing.answer_until:
            return EndingNext.ANSWER
        case S.HEARING_ASKED if standing.hearing_from is not None:
            return EndingNext.HEARING
        case S.HEARING_ASKED:
            return EndingNext.CALL_SERVICE if standing.call_issued else EndingNext.CALL
        case S.OPENED | S.TOLD | S.HEARD:
            made = standing.decision is not None and _heard_out(standing, standing.decision.dated_on)
            return EndingNext.DECISION if made else EndingNext.DECISION_PAPER
        case _:
            return EndingNext.NOTHING


def wanted_paper(kind: EndingKind, wanted: EndingNext) -> PaperKind | None:
    """The paper to be drafted next; None when none is."""
    papers = {EndingNext.NOTICE: K.ADVANCE_NOTICE, EndingNext.CALL: K.HEARING_CALL}
    return DECIDED_BY[kind] if wanted is EndingNext.DECISION_PAPER else papers.get(wanted)


def _carries(line: EndingLine, desk: Desk) -> bool:
    return not line.by or bool(desk.permissions.intersection(line.by))


def _judge_level(line: EndingLine, desk: Desk, level: GrantLevel) -> Finding | None:
    """Who granted a grade ends it, at that level; the holder answers from its own desk."""
    if not line.by or Permission.OWN_APPLICATIONS in desk.permissions:
        return None
    return None if level in desk.levels else Finding("act_of_another_level", None, {"level": level})


# --- guards -----------------------------------------------------------------------------------------------------------

_Look = Callable[[EndingStanding, EndingGiven, Desk, date], Finding | None]


def _certificate_stands(standing: EndingStanding, _g: EndingGiven, _d: Desk, today: date) -> Finding | None:
    """Issued here, not ended yet, and in a state this act may lead out of."""
    facts, ended_as = standing.certificate, ENDS_AS[standing.kind]
    if facts.origin is not CertificateOrigin.ISSUED:
        return Finding("ending_not_issued_here")
    state = facts.ended_as or state_on(facts, today) or CertificateState.HISTORICAL
    if standing.state is None and state not in FROM_STATES[ended_as]:
        article = article_of(ended_as, standing.nature, today)
        said = {"state": shown_state(state, standing.nature), "act": shown_ending(standing.kind, standing.nature)}
        return Finding("ending_from_state", article, said, "kind")
    return Finding("ending_certificate_ended") if facts.ended_as is not None else None


def _certificate_gone(standing: EndingStanding, *_rest: object) -> Finding | None:
    """It ended otherwise; a company that is no more has nothing left but its entry to be cleared."""
    gone = standing.certificate.ended_as is not None
    cancelled = standing.company_cancelled and standing.kind is not E.CANCELLATION
    return None if gone or cancelled else Finding("ending_certificate_stands")


def _ground_fits(standing: EndingStanding, _g: EndingGiven, _d: Desk, today: date) -> Finding | None:
    if not standing.known_grounds:
        return Finding("ending_not_in_rules", about="kind")
    if standing.ground not in standing.known_grounds:
        return Finding("ending_ground_unfit", about="ground")
    until = standing.certificate.valid_until
    if standing.ground == EndingGround.NOT_RENEWED and (until is None or until >= today):
        return Finding("ending_not_run_out", None, {"until": until}, "ground")
    if standing.ground == EndingGround.COMPANY_ENDED and not standing.company_cancelled:
        return Finding("ending_company_stands", about="ground")
    return None


def _notice_served(standing: EndingStanding, _g: EndingGiven, _d: Desk, today: date) -> Finding | None:
    served = standing.notice is not None and standing.notice.served_on is not None
    return None if served else Finding("ending_notice_not_served", _defence(standing, today))


def _notice_stands(standing: EndingStanding, _g: EndingGiven, _d: Desk, today: date) -> Finding | None:
    return None if standing.notice_stands else Finding("ending_notice_gone", _defence(standing, today))


def _defence(standing: EndingStanding, today: date) -> Citation | None:
    return defence_article(standing.kind, standing.nature, today)


def _within_term(standing: EndingStanding, _g: EndingGiven, _d: Desk, today: date) -> Finding | None:
    if standing.answer_until is not None and today <= standing.answer_until:
        return None
    return Finding("ending_hearing_too_late", None, {"until": standing.answer_until})


def _term_over(standing: EndingStanding, _g: EndingGiven, _d: Desk, today: date) -> Finding | None:
    if standing.answer_until is not None and today > standing.answer_until:
        return None
    return Finding("ending_term_runs", _defence(standing, today), {"until": standing.answer_until})


def _hearing_called(standing: EndingStanding, given: EndingGiven, _d: Desk, today: date) -> Finding | None:
    """The holder was told of the day in time, and the day has come."""
    if standing.call is None or standing.hearing_from is None:
        return Finding("ending_hearing_not_called")
    if given.on is None or given.on > today:
        return Finding("ending_hearing_day", None, {"today": today}, "on")
    if given.on < standing.hearing_from:
        return Finding("ending_hearing_too_soon", None, {"from": standing.hearing_from}, "on")
    return None


def _decision_issued(standing: EndingStanding, given: EndingGiven, _d: Desk, today: date) -> Finding | None:
    if standing.decision is None:
        return Finding("ending_decision_not_issued", None, {"paper": DECIDED_BY[standing.kind]})
    first = standing.decision.dated_on
    if not _heard_out(standing, first):
        return Finding("ending_decision_too_early", _defence(standing, today), {"paper": standing.decision.number})
    if given.on is None or not first <= given.on <= today:
        return Finding("ending_day", None, {"first": first, "last": today}, "on")
    return None


def _heard_out(standing: EndingStanding, dated_on: date) -> bool:
    """Whether the paper was made after the holder had its say: a decision made before is none."""
    if standing.state is S.HEARD:
        return standing.heard_on is None or dated_on >= standing.heard_on
    return standing.answer_until is None or dated_on > standing.answer_until


def _other_person(standing: EndingStanding, _g: EndingGiven, desk: Desk, _today: date) -> Finding | None:
    same = desk.account_id is not None and desk.account_id == standing.opened_by
    return Finding("ending_by_oneself") if same else None


def _said(_s: EndingStanding, given: EndingGiven, *_rest: object) -> Finding | None:
    return None if given.words.strip() else Finding("act_without_words", None, {}, "words")


_GUARDS: Mapping[EndingGuard, _Look] = MappingProxyType(
    {
        G.CERTIFICATE_GONE: _certificate_gone,
        G.CERTIFICATE_STANDS: _certificate_stands,
        G.DECISION_ISSUED: _decision_issued,
        G.GROUND_FITS: _ground_fits,
        G.HEARING_CALLED: _hearing_called,
        G.NOTICE_SERVED: _notice_served,
        G.NOTICE_STANDS: _notice_stands,
        G.OTHER_PERSON: _other_person,
        G.SAID: _said,
        G.TERM_OVER: _term_over,
        G.WITHIN_TERM: _within_term,
    }
)
