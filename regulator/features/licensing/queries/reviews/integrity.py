"""Are rounds what they were opened with, and published only decided? Nothing is repaired.

That two people decide, a constraint sees to.
"""

from collections.abc import Callable

from sqlalchemy import func, select

from regulator.features.licensing.models import ReviewEntry, ReviewRound
from regulator.features.licensing.queries.reviews.standing import counts_of
from regulator.features.licensing.review_terms import ReviewRoundState, ReviewState
from regulator.foundation.database import session


def _counts_wrong() -> list[str]:
    """Rounds with other companies than they listed, or published with other results than they hold."""
    rounds = session().scalars(select(ReviewRound).order_by(ReviewRound.id)).all()
    counts = counts_of([one.id for one in rounds])
    return [
        one.title
        for one in rounds
        if counts[one.id].listed != one.listed
        or (
            one.state is ReviewRoundState.PUBLISHED
            and (counts[one.id].passed, counts[one.id].failed) != (one.passed, one.failed)
        )
    ]


def _published_undecided() -> list[str]:
    """Published rounds in which somebody is undecided."""
    undecided = ReviewEntry.state.in_((ReviewState.AWAITING, ReviewState.PROPOSED))
    stmt = (
        select(ReviewRound.title)
        .join(ReviewEntry, ReviewEntry.round_id == ReviewRound.id)
        .where(ReviewRound.state == ReviewRoundState.PUBLISHED, undecided)
        .group_by(ReviewRound.id, ReviewRound.title)
        .having(func.count() > 0)
    )
    return sorted(session().scalars(stmt))


CHECKS: dict[str, Callable[[], list[str]]] = {
    "reviews_counts_wrong": _counts_wrong,
    "reviews_published_undecided": _published_undecided,
}
"""Every check by the name it is reported under."""
