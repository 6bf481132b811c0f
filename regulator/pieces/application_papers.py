"""What a draft to an applicant begins with: the application's own days, what was said last, what was found."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from regulator.features.licensing.application_terms import ApplicationAct, ApplicationState
from regulator.features.licensing.queries.applications.listing import list_events
from regulator.features.licensing.queries.applications.standing import list_pauses, procedure_of, rule_set_of
from regulator.features.licensing.rules.clocks import is_one_office
from regulator.features.licensing.rules.transitions import STOPS_NAMED
from regulator.features.licensing.terms import ClockStop, Nature, RuleSet, TermCode, TermUnit
from regulator.features.papers.terms import PaperKind
from regulator.features.registry.queries.choosing import get_registered
from regulator.foundation import i18n
from regulator.law.citations import Citation
from regulator.pieces.drafts import Begun, articles

K = PaperKind
RESTS_ON: Mapping[PaperKind, TermCode] = MappingProxyType(
    {
        K.ACCEPTANCE: TermCode.SUPPLEMENT,
        K.APPROVAL: TermCode.DECISION,
        K.EXTENSION: TermCode.EXTENSION,
        K.NON_ACCEPTANCE: TermCode.SUPPLEMENT,
        K.REJECTION: TermCode.DECISION,
        K.SUPPLEMENT: TermCode.SUPPLEMENT,
    }
)
"""The term whose article a paper cites."""
UNITS = {TermUnit.WORKING_DAYS: "个工作日", TermUnit.DAYS: "日"}
NEEDED = {
    ClockStop.HEARING: "听证",
    ClockStop.INSPECTION: "实地检验",
    ClockStop.APPRAISAL: "鉴定",
    ClockStop.EXPERT_REVIEW: "专家评审",
}
"""As the paper names what the clock stands still for."""


def begun_application_paper(application: Any, kind: PaperKind) -> Begun:
    """A paper to an applicant, with what its rules and its history say."""
    company, rule_set = get_registered(application.credit_code), rule_set_of(application)
    events = list_events(application)
    facts: dict[str, Any] = {
        "subject": _subject(application, rule_set),
        "matter_number": application.number,
        "received_on": application.received_on,
        "articles": articles(_article(application, rule_set, kind)),
    }
    more = _MORE.get(kind)
    facts |= more(application, rule_set, events) if more else {}
    return Begun(company.name, company.credit_code, None, _known(facts))


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Days as papers keep them; what is not known is left to the template's own start."""
    dated = {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
    return {name: value for name, value in dated.items() if value is not None}


def _subject(application: Any, rule_set: RuleSet) -> str:
    words = rule_set.words.grade.zh if rule_set.words else rule_set.name.zh
    return f"{words}（{i18n.label(application.kind, i18n.DEFAULT_LOCALE)}）"


def _article(application: Any, rule_set: RuleSet, kind: PaperKind) -> Citation | None:
    if kind is K.CLOCK_STOP:
        return STOPS_NAMED if application.nature is Nature.LICENCE else None
    term = procedure_of(rule_set).terms.get(RESTS_ON[kind]) if kind in RESTS_ON else None
    return rule_set.citation(term.article) if term else None


def _last_words(events: Sequence[Any]) -> str | None:
    return next((line.words for line in reversed(events) if line.words), None)


def _accepted(application: Any, rule_set: RuleSet, _events: Sequence[Any]) -> dict[str, Any]:
    """The decision's own day, where the office that examines decides too; elsewhere whoever drafts states it."""
    procedure = procedure_of(rule_set)
    if not is_one_office(procedure) or application.state is not ApplicationState.ACCEPTED:
        return {"accepted_on": application.accepted_on}
    return {
        "accepted_on": application.accepted_on,
        "due_on": application.due_on,
        "due_remark": _remark(application),
    }


def _remark(application: Any) -> str | None:
    """What a paper says beside a day that a notice of holidays may still move."""
    if not application.is_due_provisional or application.due_on is None:
        return None
    return f"{application.due_on.year}年放假安排尚未公布，该日为暂定，有变动的另行告知"


def _refused(_application: Any, _rules: RuleSet, events: Sequence[Any]) -> dict[str, Any]:
    return {"reasons": _last_words(events)}


def _extended(application: Any, rule_set: RuleSet, events: Sequence[Any]) -> dict[str, Any]:
    """The term as it was known before the extension, and as it is now."""
    at = next((n for n, line in enumerate(events) if line.act is ApplicationAct.EXTEND), 0)
    before = next((line.facts.get("due_on") for line in reversed(events[:at]) if line.facts.get("due_on")), None)
    term = procedure_of(rule_set).terms[TermCode.EXTENSION]
    lengths = {"extended_days": term.length, "extended_unit": UNITS.get(term.unit)}
    return {
        "due_on": before,
        "new_due_on": application.due_on,
        "due_remark": _remark(application),
        "reasons": _last_words(events),
    } | lengths


def _stopped(application: Any, _rules: RuleSet, _events: Sequence[Any]) -> dict[str, Any]:
    pauses = list_pauses(application)
    if not pauses:
        return {}
    last = pauses[-1]
    return {"stop": NEEDED[last.reason], "begins_on": last.stopped_on, "reasons": last.told}


def _decided(application: Any, rule_set: RuleSet, _events: Sequence[Any]) -> dict[str, Any]:
    grade = rule_set.grade(application.grade) if application.grade else None
    decision = f"准予{_subject(application, rule_set)}" if application.nature is Nature.LICENCE else None
    decision = decision or f"同意{_subject(application, rule_set)}"
    named = f"，等级为{grade.name.zh}" if grade else ""
    return {"decision": f"{decision}{named}。", "valid_from": application.decided_on}


def _rejected(_application: Any, _rules: RuleSet, events: Sequence[Any]) -> dict[str, Any]:
    """Every condition the applicant did not meet on the day, with what was required and found, and its article."""
    held: Sequence[Mapping[str, Any]] = next(
        (line.facts["conditions"] for line in reversed(events) if line.facts.get("conditions")), ()
    )
    lines = [
        f"{one['citation']}：要求{_said(one['required'])}，核查结果为{_said(one['found'])}，不满足。"
        for one in held
        if one["passes"] is False
    ]
    return {"findings": "\n".join(lines) or None, "reasons": _last_words(events)}


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"合计 {value.get('percent')} %、{value.get('kinds')} 类"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "无登记" if value is None else str(value)


_More = Callable[[Any, RuleSet, Sequence[Any]], dict[str, Any]]
_MORE: Mapping[PaperKind, _More] = MappingProxyType(
    {
        K.ACCEPTANCE: _accepted,
        K.APPROVAL: _decided,
        K.CLOCK_STOP: _stopped,
        K.EXTENSION: _extended,
        K.NON_ACCEPTANCE: _refused,
        K.REJECTION: _rejected,
    }
)
"""What one kind of paper asks beside what all of them do."""
