"""Words of zones: states, acts, limits, candidates, groups and their totals (domain.md §6). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from regulator.features.coverage.terms import State


class ZoneState(StrEnum):
    """How far a zone has come; a proposed one is a draft of the street, the others bear a number."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    MANAGED = "managed"
    DISSOLVED = "dissolved"


class ZoneAct(StrEnum):
    """What the trail calls the acts on zones and on a street's proposal."""

    ADOPTED = "zone.adopted"
    DISCARDED = "zone.discarded"
    DISSOLVED = "zone.dissolved"
    ESTATES_LEFT_STREET = "zone.estates_left_street"
    ESTATES_PUT_IN = "zone.estates_put_in"
    ESTATES_TAKEN_OUT = "zone.estates_taken_out"
    MANAGED = "zone.managed"
    PROPOSED = "zone.proposed"
    PROPOSING_ASKED = "zone.proposing_asked"
    RENAMED = "zone.renamed"
    REOPENED = "zone.reopened"


class BarrierKind(StrEnum):
    """What parts two estates although they lie near each other."""

    RAILWAY = "railway"
    RIVER = "river"
    ROAD = "road"
    WALL = "wall"


NUMBERED = (ZoneState.ADOPTED, ZoneState.MANAGED, ZoneState.DISSOLVED)
FOLLOWED = (ZoneState.ADOPTED, ZoneState.MANAGED)
"""Zones whose progress follows the register."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a group may reach: metres across, households, floor area in 0.01 ㎡ (None: no limit).

    ``neighbour`` is how many metres away a managed estate may lie that could take the group over. ``barriers`` says
    whether loaded roads, rivers, railways and walls part estates.
    """

    diameter: int
    households: int | None
    floor_area: int | None
    neighbour: int
    barriers: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """An estate to be grouped: metres east and north of any one origin, households and floor area where known."""

    code: str
    x: float
    y: float
    households: int | None = None
    floor_area: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Estates that belong together, by code, and the metres between the two furthest apart."""

    codes: tuple[str, ...]
    diameter: float


@dataclass(frozen=True, slots=True)
class Sized:
    """What of an estate goes into the totals of its zone."""

    state: State
    households: int | None
    floor_area: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the members that stand; what is unknown is counted beside, never as zero. Area in 0.01 ㎡."""

    estates: int = 0
    managed: int = 0
    households: int = 0
    households_unknown: int = 0
    floor_area: int = 0
    floor_area_unknown: int = 0
    gone: int = 0

    @property
    def share(self) -> float | None:
        """Members managed professionally of all that stand, 0 to 1; None when none stands."""
        return self.managed / self.estates if self.estates else None


@dataclass(frozen=True, slots=True)
class Adopting:
    """What a rule must know before a group becomes a zone; names are those of estates."""

    state: ZoneState
    name: str
    name_taken: bool
    standing: int
    managed: Sequence[str]
    gone: Sequence[str]


UNLABELLED = ()
