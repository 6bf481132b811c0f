"""What office and company desk share about cases of ending: who acts by which right, words, how a draft begins."""

from datetime import date
from typing import Any

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions.endings.opening import open_ending
from regulator.features.licensing.actions.endings.steps import take_ending_step
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.certificate_terms import CertificateOrigin
from regulator.features.licensing.endings_terms import (
    DECIDED_BY,
    EndingAct,
    EndingGiven,
    EndingLine,
    EndingState,
)
from regulator.features.licensing.queries.applications.standing import levels_of
from regulator.features.licensing.queries.certificates import company_of
from regulator.features.licensing.queries.endings.listing import list_ending_events
from regulator.features.licensing.queries.endings.standing import (
    certificate_of,
    level_of,
    rule_set_of_certificate,
)
from regulator.features.licensing.rules.certificates import state_on
from regulator.features.licensing.rules.ending_law import ending_article, term_for
from regulator.features.licensing.rules.endings import beginnings, grounds_of, lawful_endings
from regulator.features.licensing.terms import EndingKind, Nature, RuleSet, TermCode
from regulator.features.papers.terms import PaperKind
from regulator.foundation import clock, i18n
from regulator.foundation.errors import BadInput, NotFound
from regulator.law.calendar import Unit
from regulator.pieces.applications import said
from regulator.pieces.drafts import Begun, articles
from regulator.web.access import current_account, current_actor, current_permissions, current_scope

P, E, S = Permission, EndingKind, EndingState
RIGHTS = (P.LICENSING_DECIDE, P.OWN_APPLICATIONS)
TONES = {S.OPENED: "info", S.TOLD: "warn", S.HEARING_ASKED: "warn", S.HEARD: "info", S.DECIDED: "ok"}
TONES |= {S.DROPPED: "quiet", S.CLOSED: "quiet"}


# --- acting -----------------------------------------------------------------------------------------------------------


def desk_at(found: Any, division_code: str, right: Permission) -> Desk:
    """The asker by one right alone, at the place of a certificate or case; without it where it does not reach."""
    scope = current_scope(right) if right in current_permissions() else None
    if scope is None or not (scope.covers(division_code) or scope.covers_company(found.credit_code)):
        return Desk(current_account().account_id)
    levels = levels_of(scope, division_code)
    return Desk(current_account().account_id, frozenset({right}), levels)


def ending_acts(ending: Any) -> tuple[EndingLine, ...]:
    """What the asker may do in a case now, each act judged by the right that carries it alone."""
    level = level_of(rule_set_of_certificate(certificate_of(ending)))
    found = {
        line.act: line
        for right in RIGHTS
        for line in lawful_endings(
            ending.nature, ending.kind, ending.state, desk_at(ending, ending.division_code, right), level
        )
    }
    return tuple(found.values())


def ending_line(ending: Any, raw: str) -> EndingLine:
    """The line an address names, if the asker may take it. Raises NotFound."""
    found = next((line for line in ending_acts(ending) if line.act.value == raw), None)
    if found is None:
        raise NotFound(raw[:40])
    return found


def take_in_case(ending: Any, line: EndingLine, given: EndingGiven, *, version: int) -> None:
    """Take a step as who is signed in, with the right that carries it."""
    for right in RIGHTS:
        desk = desk_at(ending, ending.division_code, right)
        if right in line.by and desk.permissions:
            actor = current_actor(right)
            take_ending_step(ending, line.act, given, desk, actor=actor, now=clock.now(), version=version)
            return
    raise NotFound(ending.number)


# --- beginning --------------------------------------------------------------------------------------------------------


def what_may_begin(certificate: Any, facts: Any) -> tuple[EndingKind, ...]:
    """The acts the asker may begin on a certificate as it stands today."""
    state = state_on(facts, clock.today())
    if state is None or certificate.ended_as is not None or certificate.origin is not CertificateOrigin.ISSUED:
        return ()
    rule_set, place = rule_set_of_certificate(certificate), company_of(certificate).division_code
    desk = desk_at(certificate, place or "", P.LICENSING_DECIDE)
    if place is None or level_of(rule_set) not in desk.levels:
        return ()
    return beginnings(state, certificate.grade, rule_set)


def begin(certificate: Any, kind: EndingKind, ground: str, words: str, *, version: int) -> Any:
    """Open a case as who is signed in."""
    desk = desk_at(certificate, company_of(certificate).division_code or "", P.LICENSING_DECIDE)
    actor = current_actor(P.LICENSING_DECIDE)
    return open_ending(certificate, kind, ground, words, desk, version=version, actor=actor, now=clock.now())


# --- words ------------------------------------------------------------------------------------------------------------


def ground_choices(kind: EndingKind, rule_set: RuleSet) -> list[tuple[str, str]]:
    """(code, words) of the grounds of an act."""
    return [(code, ground_said(code, rule_set)) for code in grounds_of(kind, rule_set)]


def ground_said(ground: str, rule_set: RuleSet) -> str:
    """A ground in the page's language."""
    return said(rule_set.acts[ground]) if ground in rule_set.acts else i18n.word("EndingGround", ground)


def article_said(kind: EndingKind, ground: str, rule_set: RuleSet, on: date) -> str:
    """What an act rests on, as its instrument writes it; empty where the rules name no article."""
    found = ending_article(kind, ground, rule_set, on)
    if found is None:
        return ""
    if found.article.startswith("第"):
        return f"《{found.instrument}》{found.article}"
    return str(found)


# --- what a draft begins with -----------------------------------------------------------------------------------------

VERBS = {E.WITHDRAWAL: "撤回", E.ANNULMENT: "撤销", E.REVOCATION: "吊销", E.DOWNGRADE: "降低", E.CANCELLATION: "注销"}
"""As papers write them; an evaluation takes a grade away (取消)."""


def begun_paper(ending: Any, kind: PaperKind) -> Begun:
    """A paper of a case, in the words of its nature."""
    certificate = certificate_of(ending)
    company, rule_set = company_of(certificate), rule_set_of_certificate(certificate)
    what = _what(ending, rule_set)
    grade = certificate.facts["grade_name"]["zh"]
    decided = f"{what}（{grade}，证书编号{certificate.number}）。"
    facts: dict[str, Any] = {
        "subject": f"拟{what}一事",
        "certificate_number": certificate.number,
        "findings": ending.found,
        "contemplated": decided,
        "decision": decided,
        "statement": _statement(ending),
        "articles": _articles(ending, rule_set),
    }
    return Begun(company.name, company.credit_code, _title(ending, kind, what), facts | _answer(ending, rule_set))


def _what(ending: Any, rule_set: RuleSet) -> str:
    """The act on the grade or, of a licence taken away, on its certificate."""
    words = rule_set.words
    if words is None:
        raise BadInput("nothing_to_apply_for", {"rule_set": rule_set.instrument})
    if ending.kind is E.REVOCATION:
        return f"取消{words.grade.zh}" if ending.nature is Nature.EVALUATION else f"吊销{words.certificate.zh}"
    return f"{VERBS[ending.kind]}{words.grade.zh}"


def _title(ending: Any, kind: PaperKind, what: str) -> str | None:
    if ending.nature is Nature.LICENCE or kind is PaperKind.HEARING_CALL:
        return None
    if kind is PaperKind.ADVANCE_NOTICE:
        return f"关于拟{what}的事先告知书"
    return f"关于{what}的决定" if kind is DECIDED_BY[ending.kind] else None


def _articles(ending: Any, rule_set: RuleSet) -> list[dict[str, str]]:
    return articles(ending_article(ending.kind, ending.ground, rule_set, clock.today()))


def _answer(ending: Any, rule_set: RuleSet) -> dict[str, Any]:
    rested = term_for(TermCode.STATEMENT, ending.kind, rule_set, clock.today())
    if rested is None:
        return {}
    unit = "个工作日" if rested.term.unit is Unit.WORKING_DAY else "日"
    return {"answer_days": rested.term.length, "answer_unit": unit}


def _statement(ending: Any) -> str:
    """What the holder said and what was heard, as the history has it; whoever drafts says what became of it."""
    shown = (EndingAct.STATE, EndingAct.ASK_HEARING, EndingAct.HOLD_HEARING)
    lines = [
        f"{i18n.label(line.act, i18n.DEFAULT_LOCALE)}：{line.words}"
        for line in list_ending_events(ending)
        if line.act in shown and line.words
    ]
    return "\n".join(lines) or "在规定期限内，你单位未提出陈述、申辩，也未要求听证。"
