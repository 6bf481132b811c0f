"""Who may take the next step of a paper's approval, and what each step needs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from regulator.features.papers.terms import ApprovalStep, Chain, Decision, PaperKind, PaperState, Taken
from regulator.law.findings import Finding, Verdict

CHAINS: dict[int, tuple[ApprovalStep, ...]] = {
    1: (ApprovalStep.HANDLE,),
    2: (ApprovalStep.HANDLE, ApprovalStep.SIGN),
    3: (ApprovalStep.HANDLE, ApprovalStep.EXAMINE, ApprovalStep.SIGN),
}
"""The steps of a chain by their number; the last one signs."""

_ALONE = Chain((ApprovalStep.HANDLE,))
_TWO = Chain((ApprovalStep.HANDLE, ApprovalStep.SIGN))
_THREE = Chain((ApprovalStep.HANDLE, ApprovalStep.EXAMINE, ApprovalStep.SIGN))

USUAL_CHAINS: dict[PaperKind, Chain] = {
    PaperKind.ACCEPTANCE: _TWO,
    PaperKind.ADVANCE_NOTICE: _THREE,
    PaperKind.ANNULMENT: _THREE,
    PaperKind.APPROVAL: _THREE,
    PaperKind.CANCELLATION: _THREE,
    PaperKind.CIRCULAR: _THREE,
    PaperKind.CLOCK_STOP: _TWO,
    PaperKind.DELIVERY_RECEIPT: _ALONE,
    PaperKind.EXTENSION: _THREE,
    PaperKind.HEARING_CALL: _TWO,
    PaperKind.HEARING_NOTICE: _THREE,
    PaperKind.INTAKE_RECEIPT: _ALONE,
    PaperKind.INTERVIEW_RECORD: _ALONE,
    PaperKind.NON_ACCEPTANCE: _THREE,
    PaperKind.PENALTY: _THREE,
    PaperKind.RECTIFICATION: _THREE,
    PaperKind.REJECTION: _THREE,
    PaperKind.REPLY: _THREE,
    PaperKind.SUPPLEMENT: _TWO,
    PaperKind.TRANSFER_LETTER: _TWO,
    PaperKind.WITHDRAWAL: _THREE,
}
"""What holds where no authority has set anything: local practice, and so an administrator's to change."""

EDITABLE = (PaperState.DRAFT, PaperState.RETURNED)


def judge_submission(*, state: PaperState, needs_minutes: bool, has_minutes: bool) -> Verdict:
    """Whether a draft may be handed on: it is with its handler, and the minutes lie beside it where they must."""
    return Verdict.of(
        [
            None if state in EDITABLE else Finding("paper_not_editable", None, {"state": state}),
            Finding("minutes_missing", None, {}, "minutes") if needs_minutes and not has_minutes else None,
        ]
    )


def judge_hand(*, drafted_by: UUID, owner: UUID, account: UUID | None) -> Verdict:
    """Whether a draft is somebody's to change and hand on: who drafted it, or who has the matter now."""
    return Verdict.of([None if account in {drafted_by, owner} else Finding("paper_of_another")])


def judge_step(
    *, state: PaperState, waits_for: UUID | None, account: UUID, principal: UUID | None, taken: Sequence[Taken]
) -> Verdict:
    """Whether somebody may take the step that waits: it waits for them or for whom they stand in for, and it is new.

    A person never takes two steps of one chain, neither under their own name nor through a deputy nor as one.
    """
    if state is not PaperState.APPROVING:
        return Verdict.of([Finding("paper_not_waiting", None, {"state": state})])
    if waits_for not in {account, principal}:
        return Verdict.of([Finding("paper_waits_for_another")])
    return Verdict.of([_twice({account, principal or account}, taken)])


def judge_next(*, next_account: UUID | None, eligible: Sequence[UUID], taken: Sequence[Taken]) -> Verdict:
    """Whether the paper may be handed to somebody for its next step."""
    if next_account is None:
        return Verdict.of([Finding("next_person_missing", None, {}, "to")])
    if next_account not in eligible:
        return Verdict.of([Finding("next_person_may_not", None, {}, "to")])
    return Verdict.of([_twice({next_account}, taken, about="to")])


def judge_sending_back(opinion: str) -> Verdict:
    """A paper goes back with remarks, never without."""
    return Verdict.of([None if opinion.strip() else Finding("remarks_missing", None, {}, "opinion")])


def persons_of(taken: Sequence[Taken]) -> frozenset[UUID]:
    """Everybody who has had a hand in the steps that were passed, deputies and those they stood in for."""
    passed = [one for one in taken if one.decision is Decision.PASSED]
    return frozenset({one.account_id for one in passed} | {one.principal_id for one in passed if one.principal_id})


def _twice(persons: set[UUID], taken: Sequence[Taken], about: str | None = None) -> Finding | None:
    return Finding("same_person_twice", None, {}, about) if persons & persons_of(taken) else None
