"""A shape on its way through the judge: what the file states, what it is about, what is said of it. No questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regulator.features.maps.geofiles.reading import Feature
from regulator.features.maps.geofiles.reasons import Effect, GeoReason
from regulator.features.maps.geofiles.terms import GeoOutcome

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(slots=True)
class Judged:
    """One shape. ``target`` is a division or an estate of the register, ``before_shape`` the boundary it has.

    ``before`` holds the position (lon, lat) an estate has, or the source and mark of the boundary.
    """

    feature: Feature
    target: Any = None
    shape: BaseGeometry | None = None
    area: float | None = None
    before_shape: BaseGeometry | None = None
    before: dict[str, Any] = field(default_factory=dict)
    said: list[tuple[GeoReason, Mapping[str, Any]]] = field(default_factory=list)
    outcome: GeoOutcome = GeoOutcome.REJECTED

    def say(self, reason: GeoReason, **params: Any) -> None:
        """Add a remark or an objection."""
        self.said.append((reason, params))

    @property
    def is_refused(self) -> bool:
        """Whether something said keeps it out."""
        return any(reason.effect is Effect.REJECTED for reason, _ in self.said)

    @property
    def is_flagged(self) -> bool:
        """Whether somebody should look at it although it is taken."""
        return not self.is_refused and any(reason.effect is Effect.FLAG for reason, _ in self.said)

    @property
    def is_point(self) -> bool:
        """Whether it is a position."""
        return self.shape is not None and self.shape.geom_type == "Point"

    @property
    def is_surveyed(self) -> bool:
        """Whether it may be judged by: taken or as the register has it, and not schematic."""
        return not self.is_refused and not self.feature.schematic and None not in (self.target, self.shape)
