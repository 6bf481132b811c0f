"""Whether a rule set may stand: nature and dates, grades in order, every number cited, words that fit the nature."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from regulator.features.licensing.terms import (
    LICENCE_ENDED,
    ApplicationKind,
    Areas,
    Assessment,
    Capital,
    Condition,
    Grade,
    GrantLevel,
    Nature,
    NoBarringActs,
    Procedure,
    Projects,
    RuleSet,
    Staff,
    TermCode,
    TitledHead,
    TitledStaff,
    Words,
)
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
ONE_DAY = timedelta(days=1)
NO_NEW_LICENCE = Citation("行政许可法", "15", date(2004, 7, 1))
LICENCE_WORDS = ("许可", "资质证书", "吊销", "licence", "license")
"""What nothing may be called under an evaluation."""
TERMS_NEEDED = (TermCode.SUPPLEMENT, TermCode.EXAMINATION, TermCode.DECISION, TermCode.DELIVERY)
OFFICES = ((GrantLevel.DISTRICT, GrantLevel.DISTRICT), (GrantLevel.DISTRICT, GrantLevel.CITY), (GrantLevel.CITY,) * 2)
"""Who may examine and who decide: nobody of another level has a desk here."""
BY_NATURE = {
    ApplicationKind.ANNUAL_INSPECTION: Nature.LICENCE,
    ApplicationKind.ANNUAL_REVIEW: Nature.EVALUATION,
}


def judge_rule_set(rule_set: RuleSet) -> Verdict:
    """Whether a rule set holds together by itself; a local one always has grades, words and a procedure."""
    return Verdict.of(
        [
            *_codes(rule_set),
            *_nature(rule_set),
            *_whole(rule_set),
            *_grades(rule_set),
            *_uncited(rule_set),
            *_words(rule_set),
            *_procedure(rule_set),
        ]
    )


def judge_place(rule_set: RuleSet, others: Iterable[RuleSet]) -> Verdict:
    """Whether a rule set may follow those there are: the last to begin, without overlap and without a gap."""
    known = sorted(others, key=lambda one: one.effective_from)
    return Verdict.of([*_order(rule_set, known)])


def in_force(rule_sets: Iterable[RuleSet], day: date) -> RuleSet | None:
    """The rule set of a day: the last that had begun, unless it had ended by then."""
    begun = [one for one in rule_sets if one.effective_from <= day]
    last = max(begun, key=lambda one: one.effective_from, default=None)
    return None if last is None or (last.effective_to is not None and last.effective_to < day) else last


def _codes(rule_set: RuleSet) -> Iterator[Finding]:
    """Codes stand in addresses and on certificates."""
    for code, most in ((rule_set.code, 40), *((grade.code, 20) for grade in rule_set.grades)):
        if len(code) > most or not CODE.fullmatch(code):
            yield Finding("rule_set_code", params={"code": code[:60], "most": most})


def _nature(rule_set: RuleSet) -> Iterator[Finding]:
    if rule_set.effective_to is not None and rule_set.effective_to < rule_set.effective_from:
        yield Finding("rule_set_days", params={"from": rule_set.effective_from, "to": rule_set.effective_to})
    if rule_set.nature is Nature.LICENCE and rule_set.grades:
        if rule_set.effective_from >= LICENCE_ENDED:
            params = {"from": rule_set.effective_from, "ended": LICENCE_ENDED}
            yield Finding("rule_set_licence_today", NO_NEW_LICENCE, params)
        elif rule_set.effective_to is not None and rule_set.effective_to >= LICENCE_ENDED:
            params = {"from": rule_set.effective_to, "ended": LICENCE_ENDED}
            yield Finding("rule_set_licence_today", NO_NEW_LICENCE, params)


def _whole(rule_set: RuleSet) -> Iterator[Finding]:
    if not rule_set.grades:
        yield Finding("rule_set_without_grades")
    elif rule_set.words is None:
        yield Finding("rule_set_without_words")
    if rule_set.grades and rule_set.procedure is None:
        yield Finding("rule_set_without_procedure")


def _grades(rule_set: RuleSet) -> Iterator[Finding]:
    codes = [grade.code for grade in rule_set.grades]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Finding("rule_set_grade_twice", params={"grade": code})
    for grade in rule_set.grades:
        yield from _conditions(rule_set, grade)
    for better, worse in zip(rule_set.grades, rule_set.grades[1:], strict=False):
        yield from _order_of(better, worse)


def _conditions(rule_set: RuleSet, grade: Grade) -> Iterator[Finding]:
    if not grade.conditions:
        yield Finding("rule_set_grade_open", params={"grade": grade.code})
    names = [_name(one) for one in grade.conditions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("rule_set_condition_twice", params={"grade": grade.code, "condition": name})
    for condition in grade.conditions:
        if not _possible(condition):
            yield Finding("rule_set_number", params={"grade": grade.code, "condition": _name(condition)})
        if isinstance(condition, NoBarringActs):
            for act in condition.acts:
                if act not in rule_set.acts:
                    yield Finding("rule_set_act_unknown", params={"grade": grade.code, "act": act})


def _possible(condition: Condition) -> bool:
    """Whether the numbers of a condition can be held against anything."""
    match condition:
        case Areas():
            fits = 1 <= condition.kinds <= len(condition.bases)
            return condition.percent > 0 and fits and all(base > 0 for base in condition.bases.values())
        case NoBarringActs():
            return condition.months > 0
        case TitledHead():
            return bool(condition.posts)
        case Assessment():
            return condition.points > 0 and condition.months > 0
        case Capital() | Staff() | TitledStaff() | Projects():
            return measure(condition) > 0
    return bool(condition.grades) and condition.months > 0


def measure(condition: Condition) -> int:
    """How much a condition asks for, as one number that is larger for more; 0 where kinds cannot be compared so."""
    match condition:
        case Capital():
            return condition.yuan
        case Staff() | TitledStaff():
            return condition.people
        case Projects():
            return condition.estates
        case Assessment():
            return condition.points
    return 0


def _name(condition: Condition) -> str:
    return condition.code if isinstance(condition, TitledHead) else condition.kind.value


def _order_of(better: Grade, worse: Grade) -> Iterator[Finding]:
    """A better grade never asks for less, nor leaves out what a worse one asks for (projects: areas include them)."""
    asked = {_name(one): one for one in better.conditions}
    for condition in worse.conditions:
        above = asked.get(_name(condition))
        params = {"grade": better.code, "below": worse.code, "condition": _name(condition)}
        if above is None:
            if not (isinstance(condition, Projects) and "areas" in asked):
                yield Finding("rule_set_hole", params=params)
        elif not _asks_as_much(above, condition):
            yield Finding("rule_set_grade_order", params=params)


def _asks_as_much(above: Condition, below: Condition) -> bool:
    if isinstance(above, Areas) and isinstance(below, Areas):
        bases = all(above.bases.get(kind, 0) >= base for kind, base in below.bases.items())
        return bases and above.percent >= below.percent and above.kinds >= below.kinds
    return measure(above) >= measure(below)


def _uncited(rule_set: RuleSet) -> Iterator[Finding]:
    for what, article in _articles(rule_set):
        if not article.strip():
            yield Finding("rule_set_uncited", params={"what": what})


def _articles(rule_set: RuleSet) -> Iterator[tuple[str, str]]:
    """What has to name its article, and the one it names."""
    for grade in rule_set.grades:
        yield from ((f"{grade.code}.{_name(one)}", one.article) for one in grade.conditions)
        yield from ((f"{grade.code}.{limit.kind.value}", limit.article) for limit in grade.limits)
    procedure = rule_set.procedure
    if procedure is None:
        return
    yield from ((code.value, term.article) for code, term in procedure.terms.items())
    yield from ((kind.value, article) for kind, article in procedure.endings.items())
    if review := procedure.review:
        yield from ((f"review.{name}", getattr(review, name)) for name in ("article", "consequence", "publication"))


def _words(rule_set: RuleSet) -> Iterator[Finding]:
    if rule_set.nature is not Nature.EVALUATION:
        return
    for said in _said(rule_set):
        for word in LICENCE_WORDS:
            if word in said.lower():
                yield Finding("rule_set_words", NO_NEW_LICENCE, {"word": word, "said": said})


def _said(rule_set: RuleSet) -> Iterator[str]:
    words: list[Words] = [rule_set.name, *(grade.name for grade in rule_set.grades)]
    words += rule_set.acts.values()
    if rule_set.words:
        words += [rule_set.words.grade, rule_set.words.certificate, rule_set.words.review]
    for pair in words:
        yield pair.zh
        yield pair.en


def _procedure(rule_set: RuleSet) -> Iterator[Finding]:
    procedure = rule_set.procedure
    if procedure is None:
        return
    if (procedure.examined_by, procedure.decided_by) not in OFFICES:
        yield Finding("rule_set_office")
    published = (TermCode.OBJECTION,) if rule_set.nature is Nature.EVALUATION else ()
    for code in (*TERMS_NEEDED, *published):
        if code not in procedure.terms:
            yield Finding("rule_set_term_missing", params={"term": code.value})
    for code, term in procedure.terms.items():
        if term.length <= 0:
            yield Finding("rule_set_term_length", params={"term": code.value})
    for kind, nature in BY_NATURE.items():
        if kind in procedure.applications and nature is not rule_set.nature:
            yield Finding("rule_set_application", params={"application": kind.value})
    if procedure.review is not None:
        yield from _review(rule_set, procedure)


def _review(rule_set: RuleSet, procedure: Procedure) -> Iterator[Finding]:
    """A yearly look has its term, and a company may ask for it by itself too."""
    if TermCode.REVIEW not in procedure.terms:
        yield Finding("rule_set_term_missing", params={"term": TermCode.REVIEW.value})
    if not set(BY_NATURE).intersection(procedure.applications):
        kind = next(kind for kind, nature in BY_NATURE.items() if nature is rule_set.nature)
        yield Finding("rule_set_review_kind", params={"application": kind.value})


def _order(rule_set: RuleSet, known: Sequence[RuleSet]) -> Iterator[Finding]:
    if any(one.code == rule_set.code for one in known):
        yield Finding("rule_set_code_taken", params={"code": rule_set.code})
    last = known[-1] if known else None
    if last is None:
        return
    ends, begins = last.effective_to, rule_set.effective_from
    if begins <= (ends or last.effective_from):
        yield Finding("rule_set_overlap", params={"code": last.code, "from": last.effective_from})
    elif ends is not None and begins > ends + ONE_DAY:
        yield Finding("rule_set_gap", params={"first": ends + ONE_DAY, "last": begins - ONE_DAY})
