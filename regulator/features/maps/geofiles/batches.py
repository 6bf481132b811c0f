"""Acts on a file of shapes: send, confirm, discard, ask for its undoing. Judging and writing are the worker's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.maps.geofiles.declaring import Declared, Wishes
from regulator.features.maps.geofiles.models import GeoBatch, GeoRow
from regulator.features.maps.geofiles.queries import LaterChanges, covers_city, find_obstacles
from regulator.features.maps.geofiles.terms import GeoAct, GeoKind, GeoState
from regulator.features.registry.imports import vault
from regulator.features.registry.imports.batches import Sender, actor_from_json, actor_to_json, scope_to_json
from regulator.foundation import jobs
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput
from regulator.foundation.files import file_room

JUDGE_JOB, APPLY_JOB, UNDO_JOB = "geodata.judge", "geodata.apply", "geodata.undo"
WORK = {GeoState.JUDGING: JUDGE_JOB, GeoState.APPLYING: APPLY_JOB, GeoState.UNDOING: UNDO_JOB}
"""The job that is at work while a batch is in a state."""
OF_THE_CITY = (GeoKind.BARRIERS, GeoKind.BOUNDARIES)
"""Kinds that only somebody who answers for the whole city may send."""
GAVE_UP, REGISTER_MOVED = BadInput("geo_gave_up").code, BadInput("geo_register_moved").code
"""What the page says of work that failed for good, or that is judged anew."""


def keep_copy(path: Path) -> tuple[str, str]:
    """Keep an encrypted copy of a file, before the transaction it is sent in; gives its name and its SHA-256."""
    if path.stat().st_size == 0:
        raise BadInput("file_empty", about="file")
    return vault.keep_file(path)


def send_file(copy: tuple[str, str], file_name: str, *, sender: Sender, wishes: Wishes, now: datetime) -> GeoBatch:
    """Make a batch of a kept file and have it judged. Raises BadInput when it is the city's to send."""
    if wishes.kind in OF_THE_CITY and not covers_city(sender.scope):
        raise BadInput("geo_boundaries_need_city", about="kind")
    batch = GeoBatch(
        id=new_key(),
        kind=wishes.kind,
        state=GeoState.JUDGING,
        file_name=file_name[-255:],
        stored=copy[0],
        content_hash=copy[1],
        account_id=sender.actor.account_id,
        authority_id=sender.authority_id,
        actor=actor_to_json(sender.actor),
        scope=scope_to_json(sender.scope),
        datum=wishes.declared.text,
        level=wishes.level,
        barrier_kind=wishes.barrier,
        code_field=wishes.code_field,
        name_field=wishes.name_field,
        source=(wishes.source or file_name)[-200:],
        findings={},
        error_params={},
        sent_at=now,
    )
    session().add(batch)
    session().flush()
    _start(batch, now)
    return batch


def wishes_of(batch: GeoBatch) -> Wishes:
    """What its sender said beside the file."""
    declared = Declared.read(batch.datum)
    fields = (batch.code_field, batch.name_field, batch.source)
    return Wishes(batch.kind, declared, batch.level, *fields, barrier=batch.barrier_kind)


def _start(batch: GeoBatch, now: datetime, **more: Any) -> UUID:
    """Have the worker do what the batch's state says."""
    batch.version = (batch.version or 0) + 1
    session().flush()
    payload = {"batch": batch.id.hex} | more
    return jobs.enqueue(WORK[batch.state], payload, subject=batch.id.hex, now=now, asked_by=batch.account_id)


def judge_anew(batch: GeoBatch, now: datetime) -> None:
    """The register has moved since the file was judged: nothing was written, it is judged again."""
    session().execute(delete(GeoRow).where(GeoRow.batch_id == batch.id))
    batch.state, batch.error_code = GeoState.JUDGING, REGISTER_MOVED
    _start(batch, now)


def confirm_batch(batch: GeoBatch, *, actor: Actor, now: datetime) -> UUID | None:
    """Have the judged shapes written; gives the job. Confirming twice is one confirmation.

    Raises BadInput ``batch_not_judged``.
    """
    session().refresh(batch, with_for_update=True)
    if batch.state in (GeoState.APPLYING, GeoState.APPLIED):
        return find_work(batch)
    if batch.state is not GeoState.JUDGED:
        raise BadInput("batch_not_judged")
    batch.state, batch.error_code = GeoState.APPLYING, None
    batch.actor = actor_to_json(actor)
    return _start(batch, now)


def discard_batch(batch: GeoBatch, *, actor: Actor, now: datetime) -> None:
    """Let go of a file nothing was taken from. Raises BadInput ``batch_not_open``."""
    if batch.state not in (GeoState.JUDGED, GeoState.FAILED):
        raise BadInput("batch_not_open")
    batch.state = GeoState.DISCARDED
    batch.version += 1
    session().execute(delete(GeoRow).where(GeoRow.batch_id == batch.id))
    forget(batch)
    facts = {"file": batch.file_name}
    audit.record(actor, GeoAct.DISCARDED, "geodata", str(batch.id), now=now, facts=facts)


def ask_undo(batch: GeoBatch, *, actor: Actor, now: datetime) -> UUID:
    """Have a batch taken back; gives the job. Asking twice is asking once.

    Raises LaterChanges, BadInput ``batch_not_applied``. The worker looks once more before it writes.
    """
    session().refresh(batch, with_for_update=True)
    if batch.state is GeoState.UNDOING:
        return jobs.enqueue(UNDO_JOB, {"batch": batch.id.hex}, subject=batch.id.hex, now=now)
    if batch.state is not GeoState.APPLIED:
        raise BadInput("batch_not_applied")
    found = find_obstacles(batch)
    if found.count:
        raise LaterChanges(found)
    batch.state, batch.error_code = GeoState.UNDOING, None
    return _start(batch, now, actor=actor_to_json(actor))


def find_work(batch: GeoBatch) -> UUID | None:
    """The open job of a batch that is being worked on, None when there is none."""
    kind = WORK.get(batch.state)
    return jobs.find_open_job(f"{kind}:{batch.id.hex}") if kind else None


def fail(batch: GeoBatch, error: BadInput) -> None:
    """Say at the batch why its file cannot be used."""
    batch.state, batch.error_code = GeoState.FAILED, error.code
    batch.error_params = {name: str(value) for name, value in error.params.items()}
    batch.version += 1
    forget(batch)


def give_up(payload: Mapping[str, Any], code: str) -> None:
    """Say at the batch that the work on it has failed for good; an undoing can be asked for again."""
    batch = session().get_one(GeoBatch, UUID(payload["batch"]), populate_existing=True)
    if not batch.state.is_working:
        return
    if batch.state is GeoState.UNDOING:
        batch.state, batch.error_code = GeoState.APPLIED, GAVE_UP
        batch.version += 1
        return
    fail(batch, BadInput(GAVE_UP if code in (jobs.INTERNAL, jobs.WORKER_LOST) else code))


def forget(batch: GeoBatch) -> None:
    """Remove the copy of the file and, when nothing came of it, the preview; name and hash of the file stay."""
    vault.forget_file(batch.stored)
    batch.stored = None
    if batch.state in (GeoState.DISCARDED, GeoState.FAILED) and batch.preview is not None:
        file_room().forget(batch.preview)
        batch.preview = None
    session().flush()


def actor_of(batch: GeoBatch) -> Actor:
    """Who sent or confirmed it."""
    return actor_from_json(batch.actor)
