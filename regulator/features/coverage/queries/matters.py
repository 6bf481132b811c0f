"""Rounds of the baseline survey as the rooms of matters see them: each waits for a person until it is closed."""

from __future__ import annotations

from sqlalchemy import Text, cast, func, literal

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.models import SurveyRound
from regulator.features.papers.queries.following import Source
from regulator.features.papers.terms import MatterKind, Outcome

_own_key = func.replace(cast(SurveyRound.id, Text), "-", "")
ROUNDS = Source(
    kind=MatterKind.SURVEY,
    handled_by=Permission.SURVEYS_OPEN,
    rows=lambda stmt: stmt.select_from(SurveyRound),
    key=_own_key,
    title=SurveyRound.title,
    division_code=SurveyRound.division_code,
    waits=SurveyRound.closed_at.is_(None),
    outcome=literal(Outcome.DONE.value),
    found_by=lambda key: _own_key == key,
    due_on=SurveyRound.due_on,
)
"""A round's subject key is its own key by its hexadecimal digits."""
