"""`regulator calendar …`: take in a notice of holidays, show a year. No rules here."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from regulator.commands.context import in_app
from regulator.features.accounts.queries import command_line_capacity
from regulator.features.accounts.terms import Permission
from regulator.features.audit.actions import seal_all
from regulator.features.audit.terms import Actor
from regulator.features.calendar import queries
from regulator.features.calendar.actions import import_notice
from regulator.features.calendar.imports import SIGNS, read_notice
from regulator.features.calendar.terms import FIRST_YEAR, LAST_YEAR, Changes, Holiday
from regulator.features.papers.queries.moves import moved_matters_at
from regulator.features.registry.queries.moves import moved_at
from regulator.foundation import clock, i18n
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Forbidden, NotFound
from regulator.law.findings import Finding, Refused

UNUSABLE = 2
LANGUAGE = "en"


@click.group("calendar")
def calendar_command() -> None:
    """The working-day calendar: days off and make-up days."""


@calendar_command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@in_app
def import_command(file: Path, username: str | None, *, dry_run: bool) -> None:
    """Take a notice of holidays: 日期, 类别 (休 or 班), 节日, and once 年份, 文号, 发文日期. All of it or nothing."""
    actor = acting(username)
    try:
        year, changes, moved = import_file(file, actor, dry_run=dry_run)
    except BadInput as error:
        click.echo(f"{file}: cannot be used: {i18n.sentence(error.code, _words(error.params), LANGUAGE)}", err=True)
        sys.exit(UNUSABLE)
    except Refused as refused:
        click.echo(f"{file}: not taken, nothing was changed", err=True)
        for finding in refused.findings:
            click.echo(f"  {sentence(finding)}", err=True)
        sys.exit(UNUSABLE)
    terms = f"; {moved} open terms moved" if moved else ""
    click.echo(f"{year}: {summary(changes)}{terms}{' (dry run)' if dry_run else ''}")


@calendar_command.command("show")
@click.argument("year", type=click.IntRange(FIRST_YEAR, LAST_YEAR))
@in_app
def show_command(year: int) -> None:
    """Show a year: where its days come from, then each day off (休) and make-up day (班)."""
    row = queries.get_year(year)
    document = f", {row.document_number} of {row.issued_on}" if row.document_number else ""
    click.echo(f"{year}: {row.source.value}{document}")
    for item in row.days:
        click.echo(f"{item.day} {item.day:%a} {SIGNS[item.kind]} {item.name}")


def acting(username: str | None) -> Actor:
    """Who the command acts as; ends with a sentence when that cannot be."""
    try:
        return command_line_capacity(username, Permission.CALENDAR_MANAGE, on=clock.today()).actor
    except NotFound:
        click.echo(f"There is no account {username or 'system-import'} that may sign in.", err=True)
    except Forbidden:
        click.echo(f"{username} holds no role that manages the calendar.", err=True)
    sys.exit(UNUSABLE)


def import_file(path: Path, actor: Actor, *, dry_run: bool = False) -> tuple[int, Changes, int]:
    """Take one file in one transaction; gives its year, the days and how many terms moved. Raises BadInput, Refused."""
    rows, now = read_notice(path), clock.now()
    with transaction() as current:
        changes = import_notice(rows, actor=actor, now=now)
        moved = moved_at(now) + moved_matters_at(now)
        seal_all(clock.now())
        if dry_run:
            current.rollback()
    return next(row.year for row in rows if row.year is not None), changes, moved


def summary(changes: Changes) -> str:
    """What moved, in one line."""
    said = [f"{len(days)} days {what}: {_days(days)}" for what, days in _moved(changes) if days]
    if changes.settles:
        said.append("no longer provisional")
    return "; ".join(said) or "nothing changed"


def _moved(changes: Changes) -> Iterable[tuple[str, tuple[object, ...]]]:
    return ("now off", changes.now_off), ("now worked", changes.now_worked)


def _days(days: Iterable[object]) -> str:
    return ", ".join(map(str, days))


def sentence(finding: Finding) -> str:
    """A finding in words, with its article."""
    said = i18n.sentence(finding.code, _words(finding.params), LANGUAGE)
    return f"{said} ({finding.citation})" if finding.citation else said


def _words(params: Mapping[str, object]) -> dict[str, object]:
    return {name: _word(value) for name, value in params.items()}


def _word(value: object) -> object:
    if isinstance(value, list | tuple):
        return ", ".join(str(_word(item)) for item in value)
    return i18n.label(value, LANGUAGE) if isinstance(value, Holiday) else value
