"""Chance, the same one for the same seed and cheap enough for millions of draws; nothing of what is drawn."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Shares(Generic[T]):
    """Things with the weight each is drawn by; none of them means never."""

    def __init__(self, weights: Mapping[T, int]) -> None:
        self._things = tuple(weights)
        self._bounds = tuple(accumulate(weights.values()))
        self._total = self._bounds[-1]

    def at(self, point: float) -> T:
        """The thing that lies at a point of 0 to below 1."""
        return self._things[bisect_right(self._bounds, point * self._total)]


class Draws:
    """A source of chance. One call of the generator each, since `random.Random`'s own draws cost several."""

    def __init__(self, seed: int) -> None:
        self._point = Random(seed).random  # noqa: S311  # repeatable on purpose

    def happens(self, chance: float) -> bool:
        """True in that share of all cases."""
        return self._point() < chance

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._point() * (high - low + 1))

    def one_of(self, things: Sequence[T]) -> T:
        """One of the things, all alike."""
        return things[int(self._point() * len(things))]

    def by_share(self, shares: Shares[T]) -> T:
        """One of the things by their weights."""
        return shares.at(self._point())

    def early_one_of(self, things: Sequence[T]) -> T:
        """One of the things, the earlier ones far more often than the later."""
        return things[int(len(things) * self._point() ** 2.2)]
