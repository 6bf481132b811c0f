"""Are the numbers of applications without gap, office by office and year by year? Nothing is repaired."""

from collections.abc import Callable

from sqlalchemy import Integer, cast, func, select

from regulator.features.licensing.models import Application, ApplicationCounter
from regulator.foundation.database import session

OFFICE, YEAR, SEQUENCE = (1, 6), (8, 4), (13,)
"""Where office, year and number stand in 210103-2026-00012: from which character, how many."""


def _numbers_with_gaps() -> list[str]:
    """Offices and years whose numbers do not run from one to what was counted last."""
    office, year = (func.substr(Application.number, *part) for part in (OFFICE, YEAR))
    sequence = cast(func.substr(Application.number, *SEQUENCE), Integer)
    given = (
        select(office, year, func.count(), func.min(sequence), func.max(sequence))
        .where(Application.number.is_not(None))
        .group_by(office, year)
    )
    counted = select(ApplicationCounter.office, ApplicationCounter.year, ApplicationCounter.last)
    last = {f"{row.office}-{row.year}": row.last for row in session().execute(counted)}
    found = {f"{place}-{when}": (count, first, most) for place, when, count, first, most in session().execute(given)}
    return sorted(key for key in {*last, *found} if found.get(key) != (last.get(key), 1, last.get(key)))


CHECKS: dict[str, Callable[[], list[str]]] = {"applications_numbers_gap": _numbers_with_gaps}
"""Every check by the name it is reported under; whether each has its matter, the command asks with the others."""
