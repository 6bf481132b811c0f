"""How divisions are told apart by a figure, and how finely their borders are drawn at a zoom level. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from regulator.features.maps.terms import ShadeKind
from regulator.features.metrics.terms import Bound, Target

SHORT_OF_TARGET = Fraction(1, 10)
"""Up to so much below a target is told apart from more (practice: ten points)."""
QUARTERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))

FINEST = 19
TOLERANCES: Mapping[int, float] = {7: 1.1e-2, 10: 1.4e-3, 13: 1.7e-4, FINEST: 1e-5}
"""Last zoom level of a drawing of the borders → what may be left out of them, degrees: about a pixel there."""


def bucket_of(zoom: int) -> int:
    """The drawing of the borders that a zoom level is shown with, named by the last level it serves."""
    return next((last for last in TOLERANCES if zoom <= last), FINEST)


@dataclass(frozen=True, slots=True)
class Reading:
    """A division's figure with the target in force there. Fewer than the metric's sample are not judged."""

    numerator: int
    denominator: int
    target: Target | None = None

    @property
    def value(self) -> Fraction | None:
        """The exact share; None when there is nothing to divide by."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Shade:
    """One class: ``low`` belongs to it, ``high`` to the next one up; None where that side is open or differs by place.

    ``is_cap`` turns the sides of a target round: there the figure reached is the one below.
    """

    kind: ShadeKind
    low: Fraction | None = None
    high: Fraction | None = None
    is_cap: bool = False


def classify(readings: Mapping[str, Reading], minimum_sample: int) -> tuple[list[Shade], dict[str, int]]:
    """The classes, best or highest first, and for each division the place of its class among them.

    Where a target is in force the classes break at it, each division judged by its own; otherwise at the quarters of
    the figures, rounded to whole per cent so that a single estate does not redraw the map. The classes of a target are
    always stated, also when no division is in one of them.
    """
    judged = {code: item for code, item in readings.items() if item.denominator >= max(1, minimum_sample)}
    targets = [item.target for item in judged.values() if item.target]
    found = {code: _left_out(item) for code, item in readings.items() if code not in judged}
    if targets:
        stated = _target_shades(targets)
        found |= {code: _against_target(item, stated) for code, item in judged.items()}
    else:
        stated = _bands([item.value for item in judged.values() if item.value is not None])
        found |= {code: _band(item, stated) for code, item in judged.items()}
    others = [Shade(kind) for kind in (ShadeKind.WITHOUT_TARGET, ShadeKind.TOO_FEW, ShadeKind.UNMEASURED)]
    shades = [*stated, *(shade for shade in others if shade in found.values())]
    return shades, {code: shades.index(shade) for code, shade in found.items()}


def _left_out(item: Reading) -> Shade:
    return Shade(ShadeKind.TOO_FEW if item.denominator else ShadeKind.UNMEASURED)


def _target_shades(targets: Sequence[Target]) -> list[Shade]:
    """Reached, a little short, far; with figures where one target holds everywhere."""
    caps = {target.bound is Bound.CAP for target in targets}
    shares = {target.share for target in targets}
    is_cap = caps == {True}
    if len(shares) > 1 or len(caps) > 1:
        return [Shade(kind, is_cap=is_cap) for kind in (ShadeKind.REACHED, ShadeKind.SHORT, ShadeKind.FAR)]
    share = shares.pop()
    if is_cap:
        edge = share + SHORT_OF_TARGET
        sides = [(None, share), (share, edge), (edge, None)]
    else:
        edge = max(share - SHORT_OF_TARGET, Fraction(0))
        sides = [(share, None), (edge, share), (None, edge)]
    kinds = (ShadeKind.REACHED, ShadeKind.SHORT, ShadeKind.FAR)
    return [Shade(kind, low, high, is_cap) for kind, (low, high) in zip(kinds, sides, strict=True)]


def _against_target(item: Reading, stated: Sequence[Shade]) -> Shade:
    if item.target is None or item.value is None:
        return Shade(ShadeKind.WITHOUT_TARGET)
    missing = item.target.share - item.value
    if item.target.bound is Bound.CAP:
        missing = -missing
    reached, short, far = stated
    if missing <= 0:
        return reached
    return short if missing <= SHORT_OF_TARGET else far


def _bands(values: Sequence[Fraction]) -> list[Shade]:
    """From the highest down; fewer than four when figures are few or alike."""
    if not values:
        return []
    ordered = sorted(values)
    breaks = sorted({_whole_per_cent(_quantile(ordered, part)) for part in QUARTERS})
    edges = [edge for edge in breaks if ordered[0] < edge <= ordered[-1]]
    sides = zip([None, *edges], [*edges, None], strict=True)
    return [Shade(ShadeKind.BAND, low, high) for low, high in sides][::-1]


def _band(item: Reading, stated: Iterable[Shade]) -> Shade:
    value = item.value
    return next(shade for shade in stated if shade.low is None or (value is not None and value >= shade.low))


def _quantile(ordered: Sequence[Fraction], part: Fraction) -> Fraction:
    """The figure below which a part of the others lie, between two of them in proportion."""
    place = (len(ordered) - 1) * part
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _whole_per_cent(value: Fraction) -> Fraction:
    return Fraction(round(value * 100), 100)
