"""Acts on barriers: a file of them comes into force, and goes again. Judging the file is the maps' part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, insert, update

from regulator.features.audit.terms import Actor
from regulator.features.zones.models import Barrier, BarrierLayer
from regulator.features.zones.terms import BarrierKind
from regulator.foundation.database import session

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class NewBarrier:
    """A barrier on its way in: its row of the file, and its line or area in EPSG:4490."""

    number: int
    kind: BarrierKind
    name: str | None
    shape: BaseGeometry


def bring_in(
    layer_id: UUID, barriers: Iterable[NewBarrier], *, file_name: str, source: str, actor: Actor, now: datetime
) -> None:
    """Bring a file's barriers into force under its key; what the same source has brought before no longer parts.

    Groups and zones stand as they are: barriers count when groups are proposed. The file's own act is in the trail.
    """
    former = update(BarrierLayer).where(BarrierLayer.source == source, BarrierLayer.replaced_by.is_(None))
    session().execute(former.values(replaced_by=layer_id))
    session().add(BarrierLayer(id=layer_id, file_name=file_name, source=source, loaded_at=now, loaded_by=actor.name))
    session().flush()
    rows = [_columns(layer_id, one) for one in barriers]
    if rows:
        session().execute(insert(Barrier), rows)


def _columns(layer_id: UUID, one: NewBarrier) -> dict[str, object]:
    west, south, east, north = one.shape.bounds
    facts = {"layer_id": layer_id, "number": one.number, "kind": one.kind, "name": one.name, "geometry": one.shape}
    return facts | {"west": west, "south": south, "east": east, "north": north}


def take_away(layer_id: UUID) -> None:
    """Take a file's barriers away; what they replaced is in force again."""
    session().execute(update(BarrierLayer).where(BarrierLayer.replaced_by == layer_id).values(replaced_by=None))
    session().execute(delete(Barrier).where(Barrier.layer_id == layer_id))
    session().execute(delete(BarrierLayer).where(BarrierLayer.id == layer_id))
