"""What an official's front page counts: the register of a territory on a day; nothing of single records."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from regulator.features.divisions.queries import within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.queries.bounds import active_on, live_on
from regulator.features.registry.terms import Mode
from regulator.foundation.database import session


@dataclass(frozen=True, slots=True)
class ModeTally:
    """Estates of one mode and their floor area (0.01 ㎡); mode None is *not known* on the day."""

    mode: Mode | None
    estates: int
    floor_area: int | None
    area_unknown: int


def tally_modes(scope: Scope, *, day: date) -> list[ModeTally]:
    """Estates inside the scope by the mode of a day, in the order of the modes, not known last: one statement."""
    query = (
        select(
            Service.mode,
            func.count(),
            func.sum(Estate.floor_area),
            func.count().filter(Estate.floor_area.is_(None)),
        )
        .select_from(Estate)
        .outerjoin(Service, (Service.estate_id == Estate.id) & active_on(day))
        .where(within(scope, Estate.division_code), live_on(Estate, day))
        .group_by(Service.mode)
    )
    rows = [
        ModeTally(mode, estates, None if area is None else int(area), unknown)
        for mode, estates, area, unknown in session().execute(query)
    ]
    order = [*Mode, None]
    return sorted(rows, key=lambda row: order.index(row.mode))
