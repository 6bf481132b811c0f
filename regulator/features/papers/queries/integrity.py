"""Is everything in somebody's hands, are numbers without gap and papers as they were issued? Nothing is repaired."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Select, and_, func, or_, select

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import AccountState
from regulator.features.papers.actions.issuing import paper_room
from regulator.features.papers.models import Matter, Paper, PaperCounter, PaperSeries
from regulator.features.papers.queries.following import Source, list_missing, list_strays
from regulator.features.papers.queries.holdings import Powers, find_next, list_holdings, list_stuck_papers, unable
from regulator.foundation import clock
from regulator.foundation.database import session

AT_ONCE = 200


def out_of_step(sources: Iterable[Source]) -> list[str]:
    """Subject keys of rows that wait without an open matter, and of open matters whose row waits no more."""
    return [
        key
        for source in sources
        for key in (*(row.key for row in list_missing(source)), *(key for key, _ in list_strays(source)))
    ]


def _without_owner() -> list[str]:
    """Matters with an account that cannot act while somebody else could; papers that wait for such an account."""
    powers = Powers(clock.today())
    held = unable(list_holdings(Account.state != AccountState.ACTIVE), powers)
    numbers = [number for one in held for number in session().scalars(select(Matter.number).where(*one.condition))]
    stuck = [paper for paper in list_stuck_papers() if find_next(paper, powers) is not None]
    return [*sorted(numbers), *(str(paper.id) for paper in stuck)]


def _numbers_with_gaps() -> list[str]:
    """Series and years whose numbers do not run from one to what was counted last."""
    given = (
        select(
            Paper.series_id,
            Paper.year,
            func.count().label("count"),
            func.min(Paper.sequence).label("first"),
            func.max(Paper.sequence).label("last"),
        )
        .where(Paper.sequence.is_not(None))
        .group_by(Paper.series_id, Paper.year)
        .subquery()
    )
    same = and_(given.c.series_id == PaperCounter.series_id, given.c.year == PaperCounter.year)
    counted: Select[str, int] = select(PaperSeries.pattern, PaperCounter.year).join(
        PaperCounter, PaperCounter.series_id == PaperSeries.id
    )
    behind = counted.outerjoin(given, same).where(
        PaperCounter.last > 0, or_(given.c.last.is_(None), given.c.last != PaperCounter.last)
    )
    broken = (
        select(PaperSeries.pattern, given.c.year)
        .join(given, given.c.series_id == PaperSeries.id)
        .outerjoin(PaperCounter, same)
        .where(or_(PaperCounter.last.is_(None), given.c.first != 1, given.c.count != given.c.last))
    )
    found = {(pattern, year) for stmt in (behind, broken) for pattern, year in session().execute(stmt)}
    return [f"{pattern} {year}" for pattern, year in sorted(found)]


def _papers_altered() -> list[str]:
    """Papers whose stored file is not there or not what was issued; a file at a time, never whole in memory."""
    room = paper_room()
    stmt = select(Paper.number, Paper.file_hash).where(Paper.file_hash.is_not(None)).order_by(Paper.number)
    rows = session().execute(stmt.execution_options(yield_per=AT_ONCE))
    return [str(number) for number, name in rows if not room.check(str(name))]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "matters_without_owner": _without_owner,
    "papers_altered": _papers_altered,
    "papers_numbers_gap": _numbers_with_gaps,
}
"""Every check by the name it is reported under; which rows matters must be in step with, the command says."""
