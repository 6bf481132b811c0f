"""The whole judging of one file: read, matched, checked; what came of it is staged as rows beside a preview."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from regulator.features.divisions.terms import Scope
from regulator.features.maps.geofiles import batches
from regulator.features.maps.geofiles.barriers import judge_barriers
from regulator.features.maps.geofiles.checking import Findings, check_barriers, check_boundaries, check_estates
from regulator.features.maps.geofiles.declaring import Wishes
from regulator.features.maps.geofiles.judged import Judged
from regulator.features.maps.geofiles.judging import judge_features
from regulator.features.maps.geofiles.models import GeoBatch, GeoRow
from regulator.features.maps.geofiles.preview import keep_preview
from regulator.features.maps.geofiles.reading import Feature, as_facts, read_file
from regulator.features.maps.geofiles.terms import GeoKind, GeoOutcome, GeoState
from regulator.features.registry.imports import vault
from regulator.features.registry.imports.batches import scope_from_json
from regulator.foundation import clock
from regulator.foundation.database import session


@dataclass(frozen=True, slots=True)
class Staged:
    """A judged file, ready to be written beside its batch."""

    rows: Sequence[Judged]
    findings: dict[str, Any]
    preview: str

    def write(self, batch: GeoBatch, now: datetime) -> None:
        """Stage the rows; the file's copy is no longer needed."""
        session().execute(delete(GeoRow).where(GeoRow.batch_id == batch.id))
        session().add_all(_row(batch, one) for one in self.rows)
        counts = Counter(one.outcome for one in self.rows)
        batch.rows_read = len(self.rows)
        batch.rows_new, batch.rows_changed = counts[GeoOutcome.NEW], counts[GeoOutcome.CHANGED]
        batch.rows_unchanged, batch.rows_rejected = counts[GeoOutcome.UNCHANGED], counts[GeoOutcome.REJECTED]
        batch.rows_flagged = sum(one.is_flagged for one in self.rows)
        batch.findings, batch.preview = self.findings, self.preview
        batch.state, batch.judged_at = GeoState.JUDGED, now
        batch.version += 1
        session().flush()


def judge_file(batch: GeoBatch) -> Staged:
    """Judge a batch's file; writes nothing into the database. Raises BadInput for a file that cannot be used."""
    wishes, scope = batches.wishes_of(batch), scope_from_json(batch.scope)
    with vault.opened(batch.stored or "") as path:
        read = read_file(path, wishes)
    judged, found = _judge(read.features, wishes, scope)
    return Staged(judged, {"file_facts": as_facts(read)} | found.as_json(), keep_preview(judged, found))


def _judge(features: Sequence[Feature], wishes: Wishes, scope: Scope) -> tuple[Sequence[Judged], Findings]:
    today = clock.today()
    if wishes.kind is GeoKind.BARRIERS:
        return judge_barriers(features, wishes), check_barriers(wishes)
    judged = judge_features(features, wishes, scope, today)
    if wishes.kind is GeoKind.BOUNDARIES:
        return judged, check_boundaries(judged, wishes, today)
    return judged, check_estates(judged, wishes)


def _row(batch: GeoBatch, one: Judged) -> GeoRow:
    feature, taken = one.feature, one.outcome is not GeoOutcome.REJECTED
    point: Any = one.shape if taken and one.is_point else None
    return GeoRow(
        batch_id=batch.id,
        number=feature.number,
        outcome=one.outcome,
        stated=" ".join(filter(None, (feature.code, feature.name)))[:200],
        key=one.target.code if one.target is not None else None,
        name=one.target.name if one.target is not None else None,
        reasons=json.dumps([[reason.value, dict(params)] for reason, params in one.said], ensure_ascii=False),
        shape=one.shape if taken else None,
        area=one.area,
        after_lon=point.x if point is not None else None,
        after_lat=point.y if point is not None else None,
        before_shape=one.before_shape if taken else None,
        before=one.before | {"now_schematic": feature.schematic},
    )
