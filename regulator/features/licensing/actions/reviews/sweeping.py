"""What comes about by itself in rounds: companies with nothing left to look at are closed. Twice at once is safe."""

from datetime import datetime

from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.reviews.rounds import close_gone
from regulator.features.licensing.actions.reviews.steps import hold, settle
from regulator.features.licensing.queries.reviews.standing import list_rounds_with_gone
from regulator.foundation.clock import day_of

AT_ONCE = 50


def look_after_reviews(now: datetime) -> None:
    """A sweeper: closes those whose company was cancelled or whose certificate ended, round by round."""
    for round_id in list_rounds_with_gone(day_of(now), limit=AT_ONCE):
        current = hold(round_id)
        close_gone(current, actor=Actor.system(), now=now)
        settle(current, actor=Actor.system(), now=now)
