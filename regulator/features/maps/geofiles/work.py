"""The worker's handlers of geodata: judging a file, writing it, taking it back, making an export."""

# ruff: noqa: PLC0415 -- what reads shapes takes a second and 100 MB to load: in these jobs and nowhere earlier

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from uuid import UUID

from regulator.features.maps.geofiles import batches
from regulator.features.maps.geofiles.models import GeoBatch, GeoExport
from regulator.features.maps.geofiles.terms import GeoPhase, GeoState
from regulator.features.registry.imports.batches import actor_from_json
from regulator.foundation import clock
from regulator.foundation.database import session, thinking
from regulator.foundation.errors import BadInput
from regulator.foundation.jobs import Step

PHASES = tuple(GeoPhase)


def judge_batch(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``geodata.judge``: reads and reckons while others write, then stages in one short step."""
    batch = _batch(payload)
    if batch.state is not GeoState.JUDGING:
        return
    yield _step(GeoPhase.READING)
    with thinking():
        from regulator.features.maps.geofiles.staging import judge_file

        try:
            staged: Any = judge_file(_batch(payload))
        except BadInput as error:
            staged = error
    batch = _batch(payload)
    if isinstance(staged, BadInput):
        batches.fail(batch, staged)
    else:
        staged.write(batch, clock.now())
    yield _step(GeoPhase.WRITING)


def apply_batch(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``geodata.apply``: the whole file in one transaction."""
    from regulator.features.maps.geofiles.applying import RegisterMoved, apply

    batch = _batch(payload)
    if batch.state is not GeoState.APPLYING:
        return
    try:
        with session().begin_nested():
            apply(batch, clock.now())
    except RegisterMoved:
        batches.judge_anew(_batch(payload), clock.now())
    yield _step(GeoPhase.WRITING)


def undo_batch(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``geodata.undo``: all of it or nothing."""
    from regulator.features.maps.geofiles.undoing import undo

    batch = _batch(payload)
    if batch.state is not GeoState.UNDOING:
        return
    undo(batch, actor=actor_from_json(payload["actor"]), now=clock.now())
    yield _step(GeoPhase.WRITING)


def make_export(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``geodata.export``."""
    with thinking():
        from regulator.features.maps.geofiles.writing import keep_layer

        export = session().get_one(GeoExport, UUID(payload["export"]), populate_existing=True)
        if export.made_at is not None:
            return
        stored, count = keep_layer(export, clock.today())
    export = session().get_one(GeoExport, UUID(payload["export"]), populate_existing=True)
    export.stored, export.features, export.made_at = stored, count, clock.now()
    yield _step(GeoPhase.WRITING)


def _step(phase: GeoPhase) -> Step:
    return Step(PHASES.index(phase) + 1, len(PHASES), phase)


def _batch(payload: Mapping[str, Any]) -> GeoBatch:
    return session().get_one(GeoBatch, UUID(payload["batch"]), populate_existing=True)
