"""Rounds of the yearly look as the rooms of matters see them: each waits for a person until it is published."""

from sqlalchemy import Text, cast, func, literal

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.models import ReviewRound
from regulator.features.licensing.review_terms import ReviewRoundState
from regulator.features.papers.queries.following import Source
from regulator.features.papers.terms import MatterKind, Outcome

_own_key = func.replace(cast(ReviewRound.id, Text), "-", "")
REVIEWS = Source(
    kind=MatterKind.REVIEW,
    handled_by=Permission.APPLICATIONS_EXAMINE,
    rows=lambda stmt: stmt.select_from(ReviewRound),
    key=_own_key,
    title=ReviewRound.title,
    division_code=ReviewRound.division_code,
    waits=ReviewRound.state != ReviewRoundState.PUBLISHED,
    outcome=literal(Outcome.DONE.value),
    found_by=lambda key: _own_key == key,
    due_on=ReviewRound.due_on,
)
"""A round's subject key is its own key by its hexadecimal digits."""
