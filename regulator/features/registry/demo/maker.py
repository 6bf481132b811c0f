"""What all parts of an invented city share: the draws, the keys, the rows so far, days and names."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from regulator.features.registry.demo import words
from regulator.features.registry.demo.draws import Draws
from regulator.features.registry.demo.numbers import Keys
from regulator.features.registry.demo.plan import CityPlan, Row
from regulator.features.registry.terms import RecordSource

_NEVER_LOOKED_AT = 0.15


class KnownCompany(NamedTuple):
    """A company already made; ``district`` is its place of registration."""

    key: UUID
    code: str
    name: str
    district: str
    founded: date


class Maker:
    """The state of one city in the making; the same plan always gives the same rows."""

    def __init__(self, plan: CityPlan) -> None:
        self.plan = plan
        self.draws = Draws(plan.seed)
        self.key = Keys(plan.seed)
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.companies: list[KnownCompany] = []
        self.managers: dict[UUID, list[UUID]] = defaultdict(list)  # project managers by company
        self.counters: dict[str, int] = defaultdict(int)  # estates by division
        self.taken: set[tuple[str, str]] = set()  # names of estates by division
        self.streets = [code for district, _ in plan.districts for code, _ in plan.streets.get(district, ())]
        self.names = dict(plan.districts)
        for rows in (*plan.streets.values(), *plan.communities.values()):
            self.names.update(rows)

    def some_company(self) -> KnownCompany:
        """A few companies serve many estates, many serve a few."""
        return self.draws.early_one_of(self.companies)

    def day(self, days_ago: int) -> date:
        """A day so long ago."""
        return self.plan.today - timedelta(days=days_ago)

    def road(self) -> str:
        """A road that is on no map."""
        return self.draws.one_of(words.ROADS) + self.draws.one_of(words.ROAD_TAIL)

    def person_name(self) -> str:
        """A name of two or three characters."""
        second = self.draws.one_of(words.GIVEN) if self.draws.happens(0.7) else ""
        return self.draws.one_of(words.SURNAMES) + self.draws.one_of(words.GIVEN) + second

    def recorded(self, earliest: date) -> Row:
        """Version, source, registered at, updated at, confirmed at: some records have not been looked at for long."""
        registered = self._moment(max(earliest, self.day(self.draws.between(200, 2000))))
        touched = self._moment(self.day(self.draws.between(1, 400)))
        confirmed = None if self.draws.happens(_NEVER_LOOKED_AT) else touched
        return (1, RecordSource.DEMO, min(registered, touched), touched, confirmed)

    def _moment(self, day: date) -> datetime:
        minute = self.draws.between(0, 539)  # office hours in China: 8 to 17, which is 0 to 9 UTC
        return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=UTC)
