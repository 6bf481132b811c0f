"""What an application must say before it can be sent in, and what it asks for under a procedure. Pure."""

from collections.abc import Iterable
from datetime import date

from regulator.features.licensing.rules.facts import ConditionResult
from regulator.features.licensing.terms import ApplicationKind, ConditionKind, RuleSet, TermCode
from regulator.law.findings import Finding, Verdict

K = ApplicationKind
GRADED = (K.NEW, K.UPGRADE, K.RENEWAL, K.ANNUAL_INSPECTION, K.ANNUAL_REVIEW)
"""Ask for a grade, so the company is held against its conditions."""
HOLDING = tuple(kind for kind in K if kind is not K.NEW)
"""Are about a certificate the company holds."""
SAME_CONTENT = (K.CHANGE, K.REISSUE)
"""Grade and days go on; name and number are new."""
WAIVED = (ConditionKind.AREAS, ConditionKind.PROJECTS)
"""A company just founded cannot have these yet; it gets the lowest grade for a provisional time."""


def judge_draft(
    rule_set: RuleSet, kind: ApplicationKind, grade: str | None, *, held_certificate: str | None,
    held_until: date | None, is_cancelled: bool, is_local: bool,
) -> Verdict:  # fmt: skip
    """Whether this can be asked for under a rule set by this company."""
    if rule_set.procedure is None or not rule_set.grades:
        return Verdict((Finding("nothing_to_apply_for", None, {"rule_set": rule_set.instrument}),))
    known = kind in rule_set.procedure.applications
    graded = kind not in GRADED or (grade is not None and rule_set.grade(grade) is not None)
    named = kind not in HOLDING or bool(held_certificate and held_certificate.strip())
    return Verdict.of(
        [
            Finding("company_was_cancelled") if is_cancelled else None,
            None if is_local else Finding("company_registered_elsewhere"),
            None if known else Finding("application_kind_unknown", None, {"kind": kind}, "kind"),
            None if graded else Finding("grade_not_named", None, {}, "grade"),
            None if named else Finding("certificate_not_named", None, {}, "held_certificate"),
            Finding("held_until_missing", None, {}, "held_until") if kind is K.RENEWAL and held_until is None else None,
        ]
    )


def judge_upgrade(rule_set: RuleSet, wanted: str | None, held: str, *, is_provisional: bool) -> Verdict:
    """Whether the grade asked for is a higher one; the same in full is, after a provisional one."""
    order = [grade.code for grade in rule_set.grades]
    if wanted not in order or held not in order:
        return Verdict(())
    place, now = order.index(wanted), order.index(held)
    higher = place < now or (place == now and is_provisional)
    return Verdict(() if higher else (Finding("upgrade_not_higher", None, {}, "grade"),))


def may_be_provisional(rule_set: RuleSet, kind: ApplicationKind, grade: str | None) -> bool:
    """Whether a rule set gives this grade provisionally to who asks for it the first time."""
    procedure = rule_set.procedure
    if procedure is None or TermCode.PROVISIONAL not in procedure.terms or not rule_set.grades:
        return False
    return kind is K.NEW and grade == rule_set.grades[-1].code


def split_failing(
    rule_set: RuleSet, kind: ApplicationKind, grade: str | None, results: Iterable[ConditionResult]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the conditions not met: those that stand against an approval, and those a provisional grade waives."""
    waives = may_be_provisional(rule_set, kind, grade)
    failing = [result for result in results if not result.passes]
    waived = tuple(result.code for result in failing if waives and result.kind in WAIVED)
    return tuple(result.code for result in failing if not (waives and result.kind in WAIVED)), waived
