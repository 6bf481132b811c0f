"""Trials of own templates: one, and the last ones. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from regulator.features.accounts.models import Authority
from regulator.features.papers.models import PaperTemplateTrial
from regulator.features.papers.templating.terms import TrialState
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound

SHOWN = 20
AROUND = 2


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A version that was sent in."""

    id: UUID
    authority: str
    kind: str
    state: TrialState
    sent_at: datetime
    sent_by: str


def get_trial(trial_id: UUID) -> tuple[PaperTemplateTrial, Authority]:
    """A trial and the authority it is for. Raises NotFound."""
    found = session().get(PaperTemplateTrial, trial_id)
    if found is None:
        raise NotFound(str(trial_id))
    return found, session().get_one(Authority, found.authority_id)


def list_trials() -> list[TrialRow]:
    """The trials sent in last, the latest first."""
    stmt = (
        select(PaperTemplateTrial, Authority.name)
        .options(defer(PaperTemplateTrial.source))
        .join(Authority, Authority.id == PaperTemplateTrial.authority_id)
        .order_by(PaperTemplateTrial.sent_at.desc(), PaperTemplateTrial.id.desc())
        .limit(SHOWN)
    )
    return [
        TrialRow(one.id, name, one.kind, one.state, one.sent_at, one.sent_by) for one, name in session().execute(stmt)
    ]


def lines_around(source: str, line: int) -> list[tuple[int, str]]:
    """The line of a mistake and those beside it, numbered from 1."""
    lines = source.split("\n")
    first = max(1, line - AROUND)
    return [(at, lines[at - 1][:300]) for at in range(first, min(len(lines), line + AROUND) + 1)]
