"""Acts of a paper's approval: submit, pass on, send back, take back. The last step signs and gives the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.actions.drafting import claim, judge_editable, judge_hand_of, record
from regulator.features.papers.actions.issuing import ready_to_sign, sign_paper
from regulator.features.papers.actions.matters import add_entry
from regulator.features.papers.models import Approval, Matter, Paper
from regulator.features.papers.queries.papers import has_minutes, list_eligible, taken_in_round
from regulator.features.papers.queries.settings import chain_for
from regulator.features.papers.rules.chain import judge_next, judge_sending_back, judge_step, judge_submission
from regulator.features.papers.terms import (
    ApprovalStep,
    Decision,
    EntryKind,
    MatterStep,
    PaperAct,
    PaperKind,
    PaperState,
    Taken,
)
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.law.findings import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Approver:
    """Who takes a step: the account, and the principal with name when a deputy acts for somebody absent."""

    account_id: UUID
    principal_id: UUID | None = None
    principal: str | None = None


def submit_paper(
    paper: Paper, matter: Matter, *, to: UUID | None, opinion: str, by: Approver, version: int, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Hand a draft on for approval by the chain in force today; a chain of one step signs at once.

    Raises StaleVersion, Refused: not its handler's any more, minutes missing, the next person may not or did a step.
    """
    claim(paper, version)
    judge_editable(paper, matter, actor).or_refuse()
    chain = chain_for(paper.authority_id, PaperKind(paper.kind), on=day_of(now))
    judge_submission(
        state=paper.state, needs_minutes=chain.needs_minutes, has_minutes=has_minutes(paper)
    ).or_refuse()  # fmt: skip
    _judge_going_on(paper, chain.steps, 0, to, by, [], now)
    if paper.state is PaperState.RETURNED:
        paper.round += 1
    paper.steps, paper.needs_minutes, paper.position = [str(step) for step in chain.steps], chain.needs_minutes, 0
    _take(paper, Decision.PASSED, opinion, by, actor, now)
    _go_on(paper, matter, to, by, actor, now)
    _tell(PaperAct.PAPER_SUBMITTED, paper, matter, opinion, actor, now)


def pass_paper(
    paper: Paper, matter: Matter, *, to: UUID | None, opinion: str, by: Approver, version: int, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Take the step that waits; the last one signs. Raises StaleVersion, Refused."""
    claim(paper, version)
    taken = taken_in_round(paper)
    _judge(paper, by, taken).or_refuse()
    _judge_going_on(paper, [ApprovalStep(step) for step in paper.steps], paper.position, to, by, taken, now)
    _take(paper, Decision.PASSED, opinion, by, actor, now)
    _go_on(paper, matter, to, by, actor, now)
    if paper.state is PaperState.APPROVING:
        _tell(PaperAct.PAPER_PASSED, paper, matter, opinion, actor, now)


def send_back_paper(
    paper: Paper, matter: Matter, *, opinion: str, by: Approver, version: int, actor: Actor, now: datetime
) -> None:
    """Send a paper back to its handler with remarks. Raises StaleVersion, Refused."""
    claim(paper, version)
    _judge(paper, by, taken_in_round(paper)).or_refuse()
    judge_sending_back(opinion).or_refuse()
    _take(paper, Decision.SENT_BACK, opinion, by, actor, now)
    _return(paper, matter)
    _tell(PaperAct.PAPER_SENT_BACK, paper, matter, opinion, actor, now)


def take_back_paper(paper: Paper, matter: Matter, *, version: int, actor: Actor, now: datetime) -> None:
    """The handler takes back what is not signed yet; steps taken stay visible. Raises StaleVersion, Refused."""
    claim(paper, version)
    judge_hand_of(paper, matter, actor).or_refuse()
    judge_taking_back(paper).or_refuse()
    _return(paper, matter)
    _tell(PaperAct.PAPER_TAKEN_BACK, paper, matter, "", actor, now)


def judge_taking_back(paper: Paper) -> Verdict:
    """Whether a paper is on its way and not signed."""
    wrong = Finding("paper_not_waiting", None, {"state": paper.state})
    return Verdict.of([None if paper.state is PaperState.APPROVING else wrong])


def _judge(paper: Paper, by: Approver, taken: Sequence[Taken]) -> Verdict:
    return judge_step(
        state=paper.state,
        waits_for=paper.waits_for_id,
        account=by.account_id,
        principal=by.principal_id,
        taken=taken,
    )


def _judge_going_on(
    paper: Paper, steps: Sequence[ApprovalStep], position: int, to: UUID | None, by: Approver,
    taken: Sequence[Taken], now: datetime,
) -> None:  # fmt: skip
    """All that could refuse what comes after this step, asked before anything is changed."""
    if position + 1 == len(steps):
        ready_to_sign(paper, now)
        return
    eligible = [one.account_id for one in list_eligible(steps[position + 1], paper.division_code, on=day_of(now))]
    this = Taken(position, by.account_id, by.principal_id, Decision.PASSED)
    judge_next(next_account=to, eligible=eligible, taken=[*taken, this]).or_refuse()


def _take(paper: Paper, decision: Decision, opinion: str, by: Approver, actor: Actor, now: datetime) -> None:
    step = Approval(
        paper_id=paper.id,
        round=paper.round,
        position=paper.position,
        step=ApprovalStep(paper.steps[paper.position]),
        account_id=by.account_id,
        name=actor.name,
        role=actor.role,
        principal_id=by.principal_id,
        deputy_for=by.principal,
        decision=decision,
        opinion=opinion.strip() or None,
        at=now,
    )
    session().add(step)
    session().flush()


def _go_on(paper: Paper, matter: Matter, to: UUID | None, by: Approver, actor: Actor, now: datetime) -> None:
    """To the next step, or, after the last one, to signing."""
    paper.position += 1
    if paper.position == len(paper.steps):
        sign_paper(paper, matter, account_id=by.account_id, actor=actor, now=now)
        return
    paper.state, paper.waits_for_id, paper.waits_since = PaperState.APPROVING, to, now
    paper.version += 1
    matter.step = MatterStep.APPROVAL
    session().flush()


def _return(paper: Paper, matter: Matter) -> None:
    paper.state, paper.waits_for_id, paper.waits_since = PaperState.RETURNED, None, None
    paper.version += 1
    matter.step = MatterStep.HANDLING
    session().flush()


def _tell(act: PaperAct, paper: Paper, matter: Matter, opinion: str, actor: Actor, now: datetime) -> None:
    facts: dict[str, JSON] = {"round": paper.round, "position": paper.position, "opinion": opinion or None}
    record(act, paper, facts, actor, now)
    add_entry(matter, EntryKind.PAPER, actor=actor, now=now, to_id=paper.waits_for_id, about=paper.title, text=act)
