"""`regulator import divisions FILE`: a city's tree from the command line. A subcommand of `import`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from regulator.commands.context import in_app
from regulator.features.accounts.queries import command_line_capacity
from regulator.features.accounts.terms import Permission
from regulator.features.audit.actions import seal_all
from regulator.features.audit.terms import Actor
from regulator.features.divisions.actions import Loaded, load_divisions, set_boxes
from regulator.features.divisions.imports import read_boxes, read_divisions
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Forbidden, NotFound
from regulator.resources import resource_dir


class _DryRun(Exception):  # takes everything back, nothing is wrong
    pass


@click.command("divisions")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which new divisions stand that state none themselves; without it their beginning stays unknown.",
)
@click.option("--update", is_flag=True, help="Take over names and parents that differ from the register.")
@click.option("--dry-run", is_flag=True, help="Judge only; change nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write what came of each row as JSON.")
@in_app
def divisions_command(
    files: tuple[Path, ...],
    username: str | None,
    as_of: datetime | None,
    report: Path | None,
    *,
    update: bool,
    dry_run: bool,
) -> None:
    """Take a city's divisions from CSV: code, parent, level, name and, where known, began_on, ended_on, successors."""
    actor = acting(username)
    day = as_of.date() if as_of else None
    results = [_one(path, actor, as_of=day, update=update, dry_run=dry_run) for path in files]
    if report is not None:
        said: Any = results if len(results) > 1 else results[0]
        report.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.exit(max(_exit_code(result) for result in results))


def acting(username: str | None) -> Actor:
    """The actor of the command; before the first `init` there is no account, and the product itself acts."""
    try:
        return command_line_capacity(username, Permission.DIVISIONS_MANAGE, on=clock.today()).actor
    except NotFound:
        if username is None:
            return Actor.system()
        click.echo(f"There is no account {username} that may sign in.", err=True)
    except Forbidden:
        click.echo(f"{username} holds no role that manages divisions.", err=True)
    sys.exit(2)


def _one(path: Path, actor: Actor, *, as_of: date | None, update: bool, dry_run: bool) -> dict[str, Any]:
    try:
        loaded = load_file(path, actor, as_of=as_of, update=update, dry_run=dry_run)
    except BadInput as error:
        click.echo(f"{path}: cannot be used ({error.code})", err=True)
        return {"error": error.code}
    result = outcome(path, loaded)
    click.echo(
        f"{path.name}: read {loaded.read}, accepted {loaded.accepted}, rejected {len(loaded.rejected)}, flagged 0"
    )
    for row, code in list(result["rejected_rows"].items())[:20]:
        click.echo(f"  row {row}: {code}", err=True)
    return result


def load_file(
    path: Path, actor: Actor, *, as_of: date | None = None, update: bool = False, dry_run: bool = False
) -> Loaded:
    """Load one file in one transaction, with the known bounding boxes of its cities. Raises BadInput."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput("file_missing") from error
    rows = read_divisions(content)
    with transaction() as current:
        loaded = load_divisions(rows, actor=actor, now=clock.now(), update=update, from_day=as_of)
        set_boxes(known_boxes())
        seal_all(clock.now())
        if dry_run:
            current.rollback()
    return loaded


def known_boxes() -> dict[str, tuple[float, float, float, float]]:
    """The boxes that ride along with the code."""
    path = resource_dir("geodata") / "cities.csv"
    return read_boxes(path.read_bytes()) if path.exists() else {}


def outcome(path: Path, loaded: Loaded) -> dict[str, Any]:
    """The report of one file, with the keys every import has."""
    rows = {str(row): codes[0].value for row, codes in loaded.rejected.items()}
    reasons = {str(row): [code.value for code in codes] for row, codes in loaded.rejected.items()}
    return {
        "file": path.name,
        "batch": None,
        "read": loaded.read,
        "accepted": loaded.accepted,
        "unchanged": loaded.unchanged,
        "updated": loaded.updated,
        "rejected": len(rows),
        "rejected_rows": rows,
        "flagged_rows": {},
        "all_reasons": reasons,
    }


def _exit_code(result: Mapping[str, Any]) -> int:
    return 2 if "error" in result else min(int(result["rejected"]), 1)
