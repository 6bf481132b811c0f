"""`regulator geo …`: files of boundaries and positions in, layers out, and taking a file back. No rules here."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from regulator.commands.context import in_app
from regulator.commands.importing import ATTEMPTS, CLEAN, POLL_SECONDS, SOME_REJECTED, UNUSABLE, acting
from regulator.features.accounts.terms import Permission
from regulator.features.audit.actions import seal_all
from regulator.features.divisions.terms import Level
from regulator.features.maps.geofiles import batches, exporting, queries
from regulator.features.maps.geofiles.declaring import Declared, Wishes
from regulator.features.maps.geofiles.models import GeoBatch
from regulator.features.maps.geofiles.queries import LaterChanges
from regulator.features.maps.geofiles.terms import FileType, GeoKind, GeoLayer, GeoState
from regulator.features.registry.imports.batches import Sender
from regulator.features.zones.terms import BarrierKind
from regulator.foundation import clock, jobs
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import label, sentence

LANGUAGE = "en"
NEEDED = {
    GeoKind.BARRIERS: Permission.BOUNDARIES_LOAD,
    GeoKind.BOUNDARIES: Permission.BOUNDARIES_LOAD,
    GeoKind.ESTATES: Permission.GEODATA_EXCHANGE,
}


@click.group("geo")
def geo_command() -> None:
    """Geodata in and out: boundaries of divisions, positions and boundaries of estates, barriers between them."""


@geo_command.command("import")
@click.argument("kind", type=click.Choice([kind.value for kind in GeoKind]))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--datum", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n. Never guessed.")
@click.option("--level", type=click.Choice([level.value for level in Level]), help="The divisions are of this level.")
@click.option(
    "--barrier-kind",
    "barrier",
    type=click.Choice([kind.value for kind in BarrierKind]),
    help="All barriers of the file are of this kind, whatever it says itself.",
)
@click.option("--code-field", help="The column with the code.")
@click.option("--name-field", help="The column with the name.")
@click.option("--source", default="", help="Whose shapes these are; the file's name unless said.")
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@click.option("--dry-run", is_flag=True, help="Judge only; change nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write what came of each shape as JSON.")
@in_app
def import_command(
    kind: str, file: Path, datum: str | None, username: str | None, report: Path | None, *, dry_run: bool, **said: Any
) -> None:
    """Take shapes from GeoJSON, GeoPackage, zipped Shapefile, KML, KMZ or CSV; all of them in one transaction."""
    sender = acting(username, NEEDED[GeoKind(kind)])
    try:
        level = Level(chosen) if (chosen := said.pop("level")) else None
        barrier = BarrierKind(chosen) if (chosen := said.pop("barrier")) else None
        wishes = Wishes(GeoKind(kind), Declared.read(datum), level, barrier=barrier, **said)
        result = import_file(file, sender, wishes, dry_run=dry_run)
    except BadInput as error:
        click.echo(f"{file}: cannot be used: {sentence(error.code, error.params, LANGUAGE)}", err=True)
        result = {"error": error.code}
    else:
        for line in summary(result):
            click.echo(line)
    if report is not None:
        report.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.exit(exit_code(result))


@geo_command.command("undo")
@click.argument("batch")
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@in_app
def undo_command(batch: str, username: str | None) -> None:
    """Take a file's shapes back as a whole; refused when later changes touch them, naming them."""
    sender = acting(username, Permission.GEODATA_EXCHANGE)
    try:
        undo_import(_own(batch, sender), sender)
    except NotFound:
        click.echo(f"There is no batch {batch}.", err=True)
        sys.exit(UNUSABLE)
    except LaterChanges as refused:
        click.echo(f"{batch}: not undone, later changes touch {refused.found.count} of its rows", err=True)
        for one in refused.found.named:
            row = f"row {one.number} {one.key} " if one.number else ""
            click.echo(f"  {row}{one.name}: {label(one.what, LANGUAGE)}", err=True)
        sys.exit(SOME_REJECTED)
    except BadInput as error:
        click.echo(f"{batch}: not undone: {sentence(error.code, error.params, LANGUAGE)}", err=True)
        sys.exit(UNUSABLE)
    click.echo(f"{batch}: undone")


@geo_command.command("export")
@click.argument("layer", type=click.Choice([layer.value for layer in GeoLayer]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@in_app
def export_command(layer: str, file: Path, username: str | None) -> None:
    """Write a layer as .gpkg, .geojson or .zip (Shapefile), in EPSG:4490 with Chinese values."""
    sender = acting(username, Permission.GEODATA_EXCHANGE)
    suffix = file.suffix.lower().removeprefix(".")
    if suffix not in set(FileType):
        click.echo(f"{file}: the name must end in .gpkg, .geojson or .zip (Shapefile).", err=True)
        sys.exit(UNUSABLE)
    from regulator.features.maps.geofiles.writing import write_layer  # noqa: PLC0415 -- a second to load

    try:
        count = write_layer(GeoLayer(layer), file, FileType(suffix), scope=sender.scope, day=clock.today())
    except BadInput as error:
        click.echo(f"{file}: {sentence(error.code, error.params, LANGUAGE)}", err=True)
        sys.exit(UNUSABLE)
    session().rollback()
    with transaction():
        exporting.note_export(file.name, GeoLayer(layer), FileType(suffix), actor=sender.actor, now=clock.now())
        seal_all(clock.now())
    click.echo(f"{file}: {count} features")


# --- doing the worker's part here -----------------------------------------------------------------------------------


def import_file(path: Path, sender: Sender, wishes: Wishes, *, dry_run: bool = False) -> dict[str, Any]:
    """Judge a file and, unless it is a dry run, write it; gives the report. Raises BadInput."""
    copy = batches.keep_copy(path)
    with transaction():
        batch_id = batches.send_file(copy, path.name, sender=sender, wishes=wishes, now=clock.now()).id
    try:
        for _ in range(ATTEMPTS):
            _wait(batch_id, GeoState.JUDGING)
            if _state(batch_id) is not GeoState.JUDGED or dry_run:
                break
            with transaction():
                batches.confirm_batch(_batch(batch_id), actor=sender.actor, now=clock.now())
            _wait(batch_id, GeoState.APPLYING)
            if _state(batch_id) is GeoState.APPLIED:
                break
        return _conclude(batch_id, sender, dry_run=dry_run)
    finally:
        with transaction():
            seal_all(clock.now())


def _conclude(batch_id: UUID, sender: Sender, *, dry_run: bool) -> dict[str, Any]:
    with transaction():
        batch = _batch(batch_id)
        if batch.state is GeoState.FAILED or (batch.state is not GeoState.APPLIED and not dry_run):
            raise BadInput(batch.error_code or "geo_gave_up", batch.error_params)
        result = queries.report(batch, dry_run=dry_run)
        if dry_run:
            batches.discard_batch(batch, actor=sender.actor, now=clock.now())
    return result


def _own(said: str, sender: Sender) -> UUID:
    """A batch by what a person typed, where the sender may see it. Raises NotFound."""
    try:
        batch_id = UUID(said)
    except ValueError as error:
        raise NotFound(said) from error
    return queries.get_own_batch(sender.scope, batch_id, sender.actor.account_id, sender.authority_id).id


def undo_import(batch_id: UUID, sender: Sender) -> None:
    """Take a batch back. Raises LaterChanges, BadInput."""
    with transaction():
        batches.ask_undo(_batch(batch_id), actor=sender.actor, now=clock.now())
    _wait(batch_id, GeoState.UNDOING)
    with transaction():
        batch = _batch(batch_id)
        if batch.state is not GeoState.UNDONE:
            found = queries.find_obstacles(batch)
            raise LaterChanges(found) if found.count else BadInput(batch.error_code or "geo_gave_up")
        seal_all(clock.now())


def _wait(batch_id: UUID, working: GeoState) -> None:
    """Do the batch's job here, or wait while a worker that took it first does it."""
    worker = jobs.worker_name()
    while _state(batch_id) is working:
        job_id = batches.find_work(_batch(batch_id))
        session().rollback()
        if job_id is None:
            raise BadInput("geo_gave_up")
        if not jobs.run_job(job_id, worker):
            time.sleep(POLL_SECONDS)


def _batch(batch_id: UUID) -> GeoBatch:
    found = queries.find_batch(batch_id)
    if found is None:
        raise NotFound(str(batch_id))
    return found


def _state(batch_id: UUID) -> GeoState:
    state: GeoState = _batch(batch_id).state
    session().rollback()
    return state


# --- what is said ---------------------------------------------------------------------------------------------------


def summary(result: Mapping[str, Any]) -> list[str]:
    """What came of a file, in a few lines."""
    lines = [
        f"{result['file']}: read {result['read']}, accepted {result['accepted']}, rejected {result['rejected']}, "
        f"flagged {len(result['flagged_rows'])}" + (f", batch {result['batch']}" if result["batch"] else "")
    ]
    lines += [f"  row {row}: {code}" for row, code in list(result["rejected_rows"].items())[:20]]
    if result["file_facts"]["lacks_prj"]:
        lines.append("  the Shapefile has no .prj: only the declared datum says where it lies")
    if former := result.get("replaces"):
        lines.append(f"  replaces {former['count']} barriers of {former['file']}, loaded on {former['day']}")
    if shift := result["shift"]:
        likely = f"; it fits as {shift['likely']}" if shift["likely"] else ""
        lines.append(f"  WARNING: lies {shift['metres']} m from the register's own positions{likely}")
    for tiling in result["tilings"]:
        gaps, overlaps = tiling["gaps"], tiling["overlaps"]
        lines.append(
            f"  {tiling['parent']}: {gaps['count']} gaps of {gaps['area']} ㎡, "
            f"{overlaps['count']} overlaps of {overlaps['area']} ㎡, {len(tiling['missing'])} parts without boundary"
        )
    if outside := result["outside"]["count"]:
        lines.append(f"  {outside} estates lie outside the boundary of their division")
    return lines


def exit_code(result: Mapping[str, Any]) -> int:
    """0 nothing rejected, 1 some rejected, 2 file unusable."""
    if "error" in result:
        return UNUSABLE
    return SOME_REJECTED if result["rejected"] else CLEAN
