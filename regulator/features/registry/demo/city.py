"""One invented city as rows for the register's tables."""

from collections.abc import Mapping, Sequence

from regulator.features.registry.demo.estates import add_estate
from regulator.features.registry.demo.maker import Maker
from regulator.features.registry.demo.people import add_company, add_person
from regulator.features.registry.demo.plan import CityPlan, Row


def make_city(plan: CityPlan) -> Mapping[str, Sequence[Row]]:
    """The rows of a city by table, in the columns that `columns` names; empty tables are there too."""
    maker = Maker(plan)
    for serial in range(plan.companies):
        add_company(maker, serial)
    for serial in range(plan.people):
        add_person(maker, serial)
    for serial in range(plan.estates):
        add_estate(maker, serial)
    maker.rows["estate_counter"].extend(maker.counters.items())
    return maker.rows
