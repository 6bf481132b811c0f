"""`regulator import …`: a bureau's workbooks from the command line, and taking a batch back. No rules here."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from regulator.commands.context import in_app
from regulator.commands.divisions import divisions_command
from regulator.features.accounts.queries import command_line_capacity
from regulator.features.accounts.terms import Permission
from regulator.features.audit.actions import seal_all
from regulator.features.registry.imports import batches, queries
from regulator.features.registry.imports.batches import Sender, Wishes
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.undoing import LaterChanges, ask_undo, find_obstacles
from regulator.foundation import clock, jobs
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import BadInput, Forbidden, NotFound
from regulator.foundation.geo import Datum
from regulator.foundation.i18n import sentence

LANGUAGE = "en"
CLEAN, SOME_REJECTED, UNUSABLE = 0, 1, 2
POLL_SECONDS = 0.1
ATTEMPTS = 3
"""So often a file is judged anew because somebody changed the register meanwhile."""


@click.group("import")
def import_command() -> None:
    """Take a bureau's files into the register: divisions, companies, estates, people, contracts; or undo a batch."""


import_command.add_command(divisions_command)


def _kind_command(kind: Kind) -> click.Command:
    @click.command(kind.value)
    @click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
    @click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the list states things for.")
    @click.option("--datum", type=click.Choice([datum.value for datum in Datum]), help="The datum of coordinates.")
    @click.option("--update", is_flag=True, help="Apply corrections of records the register holds already.")
    @click.option("--dry-run", is_flag=True, help="Judge only; change nothing.")
    @click.option("--report", type=click.Path(path_type=Path), help="Write what came of each row as JSON.")
    @in_app
    def command(
        files: tuple[Path, ...],
        username: str | None,
        as_of: datetime | None,
        datum: str | None,
        report: Path | None,
        *,
        update: bool,
        dry_run: bool,
    ) -> None:
        sender = acting(username, Permission.IMPORTS_RUN)
        if report is not None:
            _writable(report)
        if as_of is not None and as_of.date() > clock.today():
            click.echo(f"Note: {as_of.date()} is a day to come.", err=True)
        wishes = Wishes(as_of.date() if as_of else None, datum, update)
        results = [_one(kind, path, sender, wishes, dry_run=dry_run) for path in files]
        if report is not None:
            said: Any = results if len(results) > 1 else results[0]
            report.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        sys.exit(max(exit_code(result) for result in results))

    command.help = f"Take {kind.value} from workbooks (xlsx, xls, ods, csv)."
    return command


for one in Kind:
    import_command.add_command(_kind_command(one))


@import_command.command("undo")
@click.argument("batch")
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@in_app
def undo_command(batch: str, username: str | None) -> None:
    """Take a batch back as a whole; refused when later changes touch its rows, naming them."""
    sender = acting(username, Permission.IMPORTS_UNDO)
    try:
        undo_import(queries.parse_batch(batch).id, sender)
    except NotFound:
        click.echo(f"There is no batch {batch}.", err=True)
        sys.exit(UNUSABLE)
    except LaterChanges as refused:
        click.echo(f"{batch}: not undone, later changes touch {refused.found.count} of its rows", err=True)
        for obstacle in refused.found.named:
            place = f"{obstacle.sheet}!{obstacle.number}" if obstacle.sheet else str(obstacle.number)
            click.echo(f"  row {place} {obstacle.key}: {obstacle.what}", err=True)
        named = len({(obstacle.sheet, obstacle.number) for obstacle in refused.found.named})
        if refused.found.count > named:
            click.echo(f"  and {refused.found.count - named} rows more", err=True)
        sys.exit(SOME_REJECTED)
    except BadInput as error:
        click.echo(f"{batch}: not undone ({_why(error)}", err=True)
        sys.exit(UNUSABLE)
    click.echo(f"{batch}: undone")


def acting(username: str | None, permission: Permission) -> Sender:
    """Who the command acts as; ends with a sentence when that cannot be."""
    try:
        capacity = command_line_capacity(username, permission, on=clock.today())
    except NotFound:
        click.echo(f"There is no account {username or 'system-import'} that may sign in.", err=True)
    except Forbidden:
        click.echo(f"{username} holds no role that may do this.", err=True)
    else:
        return Sender(capacity.actor, capacity.scope, capacity.authority_id)
    sys.exit(UNUSABLE)


def _why(error: BadInput) -> str:
    """The code, as scripts know it, and the sentence for whoever sits there."""
    said = {name: ", ".join(map(str, it)) if isinstance(it, list | tuple) else it for name, it in error.params.items()}
    return f"{error.code}): {sentence(error.code, said, LANGUAGE)}"


def _writable(report: Path) -> None:
    """End before anything is taken in when its report could not be written."""
    try:
        report.open("a").close()
    except OSError as error:
        click.echo(f"The report cannot be written: {report}: {error.strerror}", err=True)
        sys.exit(UNUSABLE)


def _one(kind: Kind, path: Path, sender: Sender, wishes: Wishes, *, dry_run: bool) -> dict[str, Any]:
    try:
        result = import_file(kind, path, sender, wishes, dry_run=dry_run)
    except BadInput as error:
        click.echo(f"{path}: cannot be used ({_why(error)}", err=True)
        return {"error": error.code}
    click.echo(
        f"{path.name}: read {result['read']}, accepted {result['accepted']}, "
        f"rejected {result['rejected']}, flagged {len(result['flagged_rows'])}"
    )
    return result


def import_file(kind: Kind, path: Path, sender: Sender, wishes: Wishes, *, dry_run: bool = False) -> dict[str, Any]:
    """Judge a file and, unless it is a dry run, apply it; gives the report. Raises BadInput."""
    batch_id = _send(kind, path, sender, wishes)
    try:
        for _ in range(ATTEMPTS):
            _wait(batch_id, BatchState.JUDGING)
            if _state(batch_id) is not BatchState.JUDGED or dry_run:
                break
            _confirm(batch_id, sender)
            _wait(batch_id, BatchState.APPLYING)
            if _state(batch_id) is BatchState.APPLIED:
                break
        return _conclude(batch_id, sender, dry_run=dry_run)
    finally:
        with transaction():
            seal_all(clock.now())


def undo_import(batch_id: UUID, sender: Sender) -> None:
    """Take a batch back. Raises LaterChanges, BadInput."""
    try:
        with transaction():
            ask_undo(_batch(batch_id), actor=sender.actor, now=clock.now())
        _wait(batch_id, BatchState.UNDOING)
        if _state(batch_id) is not BatchState.UNDONE:
            found = find_obstacles(_batch(batch_id))
            raise LaterChanges(found) if found.count else BadInput(batches.GAVE_UP)
    finally:
        with transaction():
            seal_all(clock.now())


def _send(kind: Kind, path: Path, sender: Sender, wishes: Wishes) -> UUID:
    now, today = clock.now(), clock.today()
    examined = batches.examine_file(kind, path, sender=sender, wishes=wishes, today=today, judged_here=True)
    with transaction():
        batch = batches.send_file(examined, path.name, sender=sender, wishes=wishes, now=now)
        batches.start_judging(batch, now)
        return batch.id


def _confirm(batch_id: UUID, sender: Sender) -> None:
    with transaction():
        batches.confirm_batch(_batch(batch_id), actor=sender.actor, now=clock.now())


def _conclude(batch_id: UUID, sender: Sender, *, dry_run: bool) -> dict[str, Any]:
    with transaction():
        batch = _batch(batch_id)
        if batch.state in (BatchState.JUDGING, BatchState.JUDGED, BatchState.APPLYING) and not dry_run:
            raise BadInput(batch.error_code or "import_not_finished")
        result = queries.report(batch, dry_run=dry_run)
        if dry_run and batch.state is BatchState.JUDGED:
            batches.discard_batch(batch, actor=sender.actor, now=clock.now())
    return result


def _wait(batch_id: UUID, working: BatchState) -> None:
    """Do the batch's job here, or wait while a worker that took it first does it."""
    worker = jobs.worker_name()
    while _state(batch_id) is working:
        if not _do_job(batch_id, worker):
            time.sleep(POLL_SECONDS)


def _do_job(batch_id: UUID, worker: str) -> bool:
    job_id = batches.find_work(_batch(batch_id))
    session().rollback()
    if job_id is None:
        raise BadInput("import_failed")
    return jobs.run_job(job_id, worker)


def _state(batch_id: UUID) -> BatchState:
    state: BatchState = _batch(batch_id).state
    session().rollback()
    return state


def _batch(batch_id: UUID) -> Any:
    found = queries.find_batch(batch_id)
    if found is None:
        raise BadInput("batch_unknown")
    return found


def exit_code(result: Mapping[str, Any]) -> int:
    """0 nothing rejected, 1 some rejected, 2 file unusable."""
    if "error" in result:
        return UNUSABLE
    return SOME_REJECTED if result["rejected"] else CLEAN
