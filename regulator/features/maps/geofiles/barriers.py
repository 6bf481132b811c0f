"""Files of barriers: which rows may part estates, written as a layer of their own, taken back as a whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import find_box, get_city
from regulator.features.maps.geofiles.declaring import Wishes
from regulator.features.maps.geofiles.examining import examine
from regulator.features.maps.geofiles.judged import Judged
from regulator.features.maps.geofiles.models import GeoBatch, GeoRow
from regulator.features.maps.geofiles.reading import Feature
from regulator.features.maps.geofiles.reasons import GeoReason
from regulator.features.maps.geofiles.terms import GeoOutcome
from regulator.features.zones.actions.barriers import NewBarrier, bring_in, take_away
from regulator.features.zones.terms import BarrierKind

WORDS: Mapping[BarrierKind, Sequence[str]] = {
    BarrierKind.RAILWAY: ("railway", "rail", "铁路", "铁道", "轨道"),
    BarrierKind.RIVER: ("river", "canal", "stream", "water", "河", "河流", "河道", "水系", "水域", "运河", "渠", "湖"),
    BarrierKind.ROAD: (
        "road", "street", "motorway", "trunk", "primary", "secondary", "道路", "公路", "城市道路", "高速公路",
        "快速路", "主干道", "主干路", "次干道", "次干路",
    ),
    BarrierKind.WALL: ("wall", "fence", "围墙", "墙"),
}  # fmt: skip
"""What files call them."""
_KINDS = {word: kind for kind, words in WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Known:
    """What a row is taken to be: the kind as its code, and the name the file gives."""

    code: str
    name: str


def judge_barriers(features: Sequence[Feature], wishes: Wishes) -> list[Judged]:
    """Whether each shape may part estates; in the order of the file. Every shape taken is new: a file is a layer."""
    box = find_box(get_city().code)
    return [_judge(feature, wishes, box) for feature in features]


def _judge(feature: Feature, wishes: Wishes, box: Any) -> Judged:
    examined = examine(feature, wishes.kind, wishes.declared, box)
    kind = wishes.barrier or _KINDS.get(_plain(feature.kind))
    judged = Judged(feature, Known(kind.value, feature.name) if kind else None, examined.shape, examined.area)
    judged.said.extend(examined.said)
    if feature.schematic:
        judged.say(GeoReason.BARRIER_SCHEMATIC)
    if kind is None and feature.kind:
        judged.say(GeoReason.BARRIER_KIND_UNKNOWN, given=feature.kind)
    elif kind is None:
        judged.say(GeoReason.BARRIER_KIND_MISSING)
    judged.outcome = GeoOutcome.REJECTED if judged.is_refused else GeoOutcome.NEW
    return judged


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().lower()


def write_barriers(rows: Sequence[GeoRow], batch: GeoBatch, actor: Actor, now: datetime) -> None:
    """Bring a judged file into force, in the place of what its source has brought before."""
    bring_in(batch.id, _taken(rows), file_name=batch.file_name, source=batch.source, actor=actor, now=now)


def _taken(rows: Sequence[GeoRow]) -> Iterator[NewBarrier]:
    for row in rows:
        yield NewBarrier(row.number, BarrierKind(row.key or ""), row.name or None, row.shape)


def put_back_barriers(batch: GeoBatch) -> None:
    """Take a file's barriers away; those it replaced are in force again."""
    take_away(batch.id)
