"""Acts on a paper that is still its handler's: draft, correct, discard. What lacks is an error here, not in print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.actions.matters import add_entry
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.queries.papers import find_successor
from regulator.features.papers.queries.settings import template_for, template_of
from regulator.features.papers.rules.chain import EDITABLE, judge_hand
from regulator.features.papers.rules.matters import judge_closing
from regulator.features.papers.templating import Frame, judge_facts
from regulator.features.papers.templating.judging import judge_frame
from regulator.features.papers.terms import EntryKind, PaperAct, PaperKind, PaperState, PaperSubject
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.law.findings import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Draft:
    """What a handler says of a paper. `credit_code` is of the company it is addressed to, where it is one."""

    kind: PaperKind
    addressee: str
    facts: Mapping[str, Any]
    title: str | None = None
    credit_code: str | None = None


def draft_paper(
    matter: Matter, draft: Draft, *, authority_id: UUID, authority: str, account_id: UUID, actor: Actor, now: datetime,
    supersedes: Paper | None = None,
) -> Paper:  # fmt: skip
    """Begin a paper of an open matter from the template in force today.

    Raises Refused with every fact that is missing or cannot be printed, or when the matter is closed; a paper that
    takes another's place needs that one issued and without a successor.
    """
    judge_closing(state=matter.state, papers=()).or_refuse()
    if supersedes is not None:
        _judge_succession(supersedes).or_refuse()
    template_id, template = template_for(authority_id, draft.kind, on=day_of(now))
    facts = judge_facts(template, draft.facts, on=day_of(now))
    judge_frame(Frame(authority=authority, addressee=draft.addressee, title=draft.title))
    paper = Paper(
        matter_id=matter.id,
        division_code=matter.division_code,
        authority_id=authority_id,
        kind=draft.kind.value,
        state=PaperState.DRAFT,
        title=draft.title or template.title,
        addressee=draft.addressee,
        addressee_credit_code=draft.credit_code,
        facts=facts,
        template_id=template_id,
        drafted_by_id=account_id,
        drafted_by=actor.name,
        drafted_at=now,
        round=1,
        steps=[],
        position=0,
        supersedes_id=supersedes.id if supersedes else None,
        version=1,
    )
    session().add(paper)
    session().flush()
    add_entry(matter, EntryKind.PAPER, actor=actor, now=now, about=paper.title, text=PaperAct.PAPER_DRAFTED)
    record(PaperAct.PAPER_DRAFTED, paper, {"kind": paper.kind, "matter": matter.number}, actor, now)
    return paper


def _judge_succession(old: Paper) -> Verdict:
    return Verdict.of(
        [
            None if old.state is PaperState.ISSUED else Finding("paper_not_issued", None, {"state": old.state}),
            Finding("paper_has_successor") if find_successor(old) is not None else None,
        ]
    )


def correct_paper(
    paper: Paper, matter: Matter, draft: Draft, *, authority: str, version: int, actor: Actor, now: datetime
) -> None:
    """Change a draft or what came back. Raises StaleVersion, Refused as `draft_paper` does."""
    claim(paper, version)
    judge_editable(paper, matter, actor).or_refuse()
    template = template_of(paper.template_id, paper.kind)
    facts = judge_facts(template, draft.facts, on=day_of(now))
    judge_frame(Frame(authority=authority, addressee=draft.addressee, title=draft.title))
    paper.facts, paper.addressee, paper.title = facts, draft.addressee, draft.title or template.title
    paper.addressee_credit_code = draft.credit_code
    paper.version += 1
    session().flush()
    record(PaperAct.PAPER_CORRECTED, paper, {}, actor, now)


def discard_paper(paper: Paper, matter: Matter, *, version: int, actor: Actor, now: datetime) -> None:
    """Give up a paper that was never signed; it stays visible. Raises StaleVersion, Refused."""
    claim(paper, version)
    judge_editable(paper, matter, actor).or_refuse()
    paper.state, paper.supersedes_id = PaperState.DISCARDED, None
    paper.version += 1
    add_entry(matter, EntryKind.PAPER, actor=actor, now=now, about=paper.title, text=PaperAct.PAPER_DISCARDED)
    record(PaperAct.PAPER_DISCARDED, paper, {}, actor, now)


def judge_editable(paper: Paper, matter: Matter, actor: Actor) -> Verdict:
    """Whether a paper is with its handler, and is this person's to change."""
    wrong = None if paper.state in EDITABLE else Finding("paper_not_editable", None, {"state": paper.state})
    return Verdict.of([wrong, *judge_hand_of(paper, matter, actor).findings])


def judge_hand_of(paper: Paper, matter: Matter, actor: Actor) -> Verdict:
    """Whether a paper is this person's to change, hand on or take back."""
    return judge_hand(drafted_by=paper.drafted_by_id, owner=matter.owner_id, account=actor.account_id)


def claim(paper: Paper, version: int) -> None:
    """Hold a paper for this act. Raises StaleVersion when somebody was quicker."""
    session().refresh(paper, with_for_update=True)
    paper.expect_version(version)


def record(act: PaperAct, paper: Paper, facts: dict[str, JSON], actor: Actor, now: datetime) -> None:
    """An entry in the trail about a paper, by its number where it has one."""
    key = paper.number or str(paper.id)
    audit.record(
        actor, act, PaperSubject.PAPER, key, now=now, division_code=paper.division_code, facts=facts
    )  # fmt: skip
