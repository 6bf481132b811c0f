"""Asking for a layer as a file; making it is the worker's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.features.maps.geofiles.models import GeoExport
from regulator.features.maps.geofiles.terms import FileType, GeoAct, GeoLayer
from regulator.features.registry.imports.batches import scope_to_json
from regulator.foundation import jobs
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput

EXPORT_JOB = "geodata.export"
FAILED = BadInput("geo_export_failed").code


def ask_for_export(layer: GeoLayer, file_type: FileType, *, scope: Scope, actor: Actor, now: datetime) -> GeoExport:
    """Have a layer of a territory written as a file."""
    export = GeoExport(
        id=new_key(),
        layer=layer,
        file_type=file_type,
        account_id=actor.account_id,
        scope=scope_to_json(scope),
        asked_at=now,
    )
    session().add(export)
    session().flush()
    note_export(str(export.id), layer, file_type, actor=actor, now=now)
    jobs.enqueue(EXPORT_JOB, {"export": export.id.hex}, subject=export.id.hex, now=now, asked_by=actor.account_id)
    return export


def note_export(key: str, layer: GeoLayer, file_type: FileType, *, actor: Actor, now: datetime) -> None:
    """Say in the trail who took which layer out."""
    facts = {"layer": layer.value, "file_type": file_type.value}
    audit.record(actor, GeoAct.EXPORTED, "geodata", key, now=now, facts=facts)


def find_work(export: GeoExport) -> UUID | None:
    """The open job that makes it, None when there is none."""
    return jobs.find_open_job(f"{EXPORT_JOB}:{export.id.hex}")


def give_up(payload: Mapping[str, Any], code: str) -> None:
    """Say at the export why it could not be made."""
    export = session().get_one(GeoExport, UUID(payload["export"]), populate_existing=True)
    export.error_code = FAILED if code in (jobs.INTERNAL, jobs.WORKER_LOST) else code
