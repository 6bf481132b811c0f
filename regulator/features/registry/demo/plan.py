"""What a demo city is to hold and how often things happen in it; plausible shares, not statistics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from regulator.features.registry.terms import Mode

Place = Callable[[str, int], tuple[float, float]]
"""Longitude and latitude (EPSG:4490) of the n-th invented estate of a division."""

Row = tuple[object, ...]

MODE_SHARES: Mapping[Mode | None, int] = {
    Mode.PROFESSIONAL: 680,
    Mode.UNIT_LOGISTICS: 50,
    Mode.COMMUNITY_CUSTODY: 80,
    Mode.OWNERS_SELF: 50,
    Mode.INTERIM_CUSTODY: 20,
    Mode.ABANDONED: 40,
    Mode.NONE: 60,
    None: 20,
}
"""How estates are managed, per thousand; None: nobody has said yet."""


@dataclass(frozen=True, slots=True)
class CityPlan:
    """One city: its divisions by code and name, and how many records it gets."""

    seed: int
    today: date
    districts: Sequence[tuple[str, str]]
    streets: Mapping[str, Sequence[tuple[str, str]]]  # by district
    communities: Mapping[str, Sequence[tuple[str, str]]]  # by street
    companies: int
    estates: int
    people: int
    place: Place
    city_name: str = "沈阳"
