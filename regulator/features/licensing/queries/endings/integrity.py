"""Do decided cases and the ends of certificates agree; are the numbers of cases without gap? Nothing is repaired."""

from collections.abc import Callable

from sqlalchemy import Integer, and_, case, cast, exists, func, literal, not_, or_, select

from regulator.features.licensing.endings_terms import DECIDED_BY, ENDS_AS, EndingState
from regulator.features.licensing.models import Certificate, CertificateEnding, CertificateEndingCounter
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.terms import NUMBERED, MatterKind
from regulator.foundation.database import session

Ending = CertificateEnding
OFFICE, YEAR, SEQUENCE = (3, 6), (10, 4), (15,)
"""Where office, year and number stand in ZA210100-2026-00012: from which character, how many."""


def _numbers_with_gaps() -> list[str]:
    """Offices and years whose numbers do not run from one to what was counted last."""
    office, year = (func.substr(Ending.number, *part) for part in (OFFICE, YEAR))
    sequence = cast(func.substr(Ending.number, *SEQUENCE), Integer)
    given = select(office, year, func.count(), func.min(sequence), func.max(sequence)).group_by(office, year)
    counter = CertificateEndingCounter
    counted = session().execute(select(counter.office, counter.year, counter.last))
    last = {f"{row.office}-{row.year}": row.last for row in counted}
    found = {f"{place}-{when}": (count, first, most) for place, when, count, first, most in session().execute(given)}
    return sorted(key for key in {*last, *found} if found.get(key) != (last.get(key), 1, last.get(key)))


def _disagreeing() -> list[str]:
    """Decided cases whose certificate did not end so, on that day, by that paper; or whose paper is not there."""
    ended_as = case(*((Ending.kind == kind, literal(state.value)) for kind, state in ENDS_AS.items()))
    paper_kind = case(*((Ending.kind == kind, literal(paper.value)) for kind, paper in DECIDED_BY.items()))
    agrees = and_(
        Certificate.ended_as == ended_as,
        Certificate.ended_on == Ending.ends_on,
        Certificate.ended_paper == Ending.decision_paper,
    )
    has_paper = exists().where(
        Paper.number == Ending.decision_paper,
        Paper.kind == paper_kind,
        Paper.state.in_(NUMBERED),
        Paper.matter_id == Matter.id,
        Matter.kind == MatterKind.ENDING,
        Matter.subject_key == Ending.number,
    )
    stmt = (
        select(Ending.number)
        .join(Certificate, Certificate.id == Ending.certificate_id)
        .where(Ending.state == EndingState.DECIDED)
        .where(or_(Certificate.ended_as.is_(None), Certificate.ended_paper.is_(None), not_(agrees), ~has_paper))
    )
    return list(session().scalars(stmt.order_by(Ending.number)))


CHECKS: dict[str, Callable[[], list[str]]] = {
    "endings_disagree": _disagreeing,
    "endings_numbers_gap": _numbers_with_gaps,
}
"""Every check by the name it is reported under."""
