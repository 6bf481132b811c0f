"""Grouping estates by distance: complete linkage under limits, the same groups for any order of the rows. Pure.

Two groups are as far apart as their two furthest estates, so a group is never wider than its limit and never a chain;
and when a barrier parts any two of their estates, it parts the groups. The nearest two that may be joined are joined
until no two may. Equal distances go by the estates' codes.
"""

# ruff: noqa: PLC0415 -- numpy is imported where it is used: a web worker starts without it

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from regulator.features.zones.terms import Candidate, Group, Limits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indexes = NDArray[np.int64]
    Places = NDArray[np.float64]
    Parted = Callable[[Places, Places], NDArray[np.bool_]]

PARTNERS = 120
"""So many nearest estates within the diameter are looked at for each, so that memory does not grow with the square of a
crowded street; where no more lie there, which is the rule, nothing is passed over."""
ROWS_AT_ONCE = 256
HUNDREDTHS = 2
"""Distances are told apart to the centimetre, so that rounding of the last digits decides nothing."""

Pair = tuple[float, int, int]


def group_estates(candidates: Iterable[Candidate], limits: Limits, parted: Parted | None = None) -> list[Group]:
    """Every candidate in exactly one group within the limits, the largest group first.

    Sums are of what is known: an unknown number of households or area fills no limit, and is told beside the totals.
    An estate that alone is over a limit stays alone. ``parted`` says of places in pairs (two n × 2 arrays of metres)
    which pairs a barrier parts; no group holds such a pair.
    """
    estates = sorted(candidates, key=lambda one: one.code)
    linking = _Linking(estates, limits)
    linking.run(_pairs(estates, linking.join_on_one_spot(estates), limits.diameter, parted))
    groups = [Group(tuple(estates[i].code for i in sorted(found)), width) for found, width in linking.found()]
    return sorted(groups, key=lambda one: (-len(one.codes), one.codes))


class _Linking:
    """Groups while they grow, each named by its first estate; who may be joined with whom, and how far that is."""

    def __init__(self, estates: Sequence[Candidate], limits: Limits) -> None:
        self._limits = limits
        self._members = [[i] for i in range(len(estates))]
        self._width = [0.0] * len(estates)
        self._households = [one.households or 0 for one in estates]
        self._floor_area = [one.floor_area or 0 for one in estates]
        self._near: list[dict[int, float]] = [{} for _ in estates]
        self._heap: list[Pair] = []

    def run(self, pairs: Iterable[Pair]) -> None:
        """Join from these pairs of single estates until no two groups may be joined."""
        for distance, one, other in pairs:
            if self._fit(one, other):
                self._near[one][other] = self._near[other][one] = distance
                self._heap.append((distance, one, other))
        heapq.heapify(self._heap)
        while self._heap:
            distance, one, other = heapq.heappop(self._heap)
            if self._near[one].get(other) == distance:  # else they have grown apart since, or one is no more
                self._join(one, other, distance)

    def join_on_one_spot(self, estates: Sequence[Candidate]) -> list[int]:
        """First put together what stands on the very same spot, as far as the limits go; gives the groups there are.

        Whole streets are placed on one point by some lists; as pairs they would be too many.
        """
        open_groups: dict[tuple[float, float], int] = {}
        for index, estate in enumerate(estates):
            one = open_groups.setdefault((estate.x, estate.y), index)
            if one != index and self._fit(one, index):
                self._take(one, index)
            else:
                open_groups[estate.x, estate.y] = index
        return [index for index, members in enumerate(self._members) if members]

    def found(self) -> Iterator[tuple[list[int], float]]:
        """The groups as they stand: estates by their place, and the width."""
        for members, width in zip(self._members, self._width, strict=True):
            if members:
                yield members, width

    def _fit(self, one: int, other: int) -> bool:
        most = self._limits
        return (most.households is None or self._households[one] + self._households[other] <= most.households) and (
            most.floor_area is None or self._floor_area[one] + self._floor_area[other] <= most.floor_area
        )

    def _take(self, one: int, other: int) -> None:
        self._members[one] += self._members[other]
        self._members[other] = []
        self._households[one] += self._households[other]
        self._floor_area[one] += self._floor_area[other]

    def _join(self, one: int, other: int, distance: float) -> None:
        """Let ``one`` take ``other`` in: near both is near the group, as far as the further of the two."""
        self._take(one, other)
        self._width[one] = distance
        mine, theirs = self._near[one], self._near[other]
        del mine[other], theirs[one]
        for third in theirs:
            del self._near[third][other]
        for third in [third for third in mine if third not in theirs or not self._fit(one, third)]:
            del mine[third], self._near[third][one]
        for third, before in mine.items():
            further = theirs[third]
            if further > before:
                mine[third] = self._near[third][one] = further
                heapq.heappush(self._heap, (further, min(one, third), max(one, third)))
        self._near[other] = {}


def _pairs(estates: Sequence[Candidate], present: Sequence[int], reach: float, parted: Parted | None) -> Iterator[Pair]:
    """Estates at most ``reach`` metres apart that nothing parts, each pair once; squares of a grid keep it short."""
    import numpy as np

    places = np.array([(one.x, one.y) for one in estates], dtype=np.float64).reshape(-1, 2)
    squares: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (column, row) in zip(present, np.floor(places[present] / reach).astype(np.int64).tolist(), strict=True):
        squares[column, row].append(index)
    found = [(np.empty(0, dtype=np.int64), np.empty(0))]
    for (column, row), inside in squares.items():
        around = sorted(i for c in (-1, 0, 1) for r in (-1, 0, 1) for i in squares.get((column + c, row + r), ()))
        for start in range(0, len(inside), ROWS_AT_ONCE):
            some = np.array(inside[start : start + ROWS_AT_ONCE], dtype=np.int64)
            found.append(_nearest(places, some, np.array(around, dtype=np.int64), reach))
    keys, first = np.unique(np.concatenate([keys for keys, _ in found]), return_index=True)
    distances = np.concatenate([apart for _, apart in found])[first]
    ones, others = np.divmod(keys, len(estates) or 1)
    if parted is not None:
        joined = ~parted(places[ones], places[others])
        ones, others, distances = ones[joined], others[joined], distances[joined]
    yield from zip(distances.tolist(), ones.tolist(), others.tolist(), strict=True)


def _nearest(places: Any, some: Indexes, around: Indexes, reach: float) -> tuple[Indexes, Any]:
    """The nearest of those around some estates: each pair as one number (lower × all + higher), and metres."""
    import numpy as np

    apart = np.hypot(
        places[some, None, 0] - places[None, around, 0], places[some, None, 1] - places[None, around, 1]
    ).round(HUNDREDTHS)
    apart[some[:, None] == around[None, :]] = np.inf
    if len(around) > PARTNERS:
        columns = np.argpartition(apart, PARTNERS - 1, axis=1)[:, :PARTNERS].ravel()
        rows = np.repeat(np.arange(len(some)), PARTNERS)
    else:
        rows, columns = np.indices(apart.shape).reshape(2, -1)
    close = apart[rows, columns] <= reach
    rows, columns = rows[close], columns[close]
    one, other = some[rows], around[columns]
    return np.minimum(one, other) * len(places) + np.maximum(one, other), apart[rows, columns]
