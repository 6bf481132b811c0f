"""`regulator init`: from nothing, or from an older version, to a register that can be served."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app

from regulator.commands.context import in_app
from regulator.commands.divisions import load_file
from regulator.features.accounts import actions, queries
from regulator.features.accounts.terms import IMPORT_NAME, IMPORT_USERNAME
from regulator.features.audit.actions import seal_all
from regulator.features.audit.terms import Actor
from regulator.features.calendar.actions import seed_calendar
from regulator.features.calendar.seeding import known_years
from regulator.features.coverage.actions.tallies import start_counting
from regulator.features.coverage.queries import matters as coverage
from regulator.features.divisions.queries import count_divisions, list_children, list_cities
from regulator.features.divisions.terms import Level
from regulator.features.licensing.queries.applications.waiting import APPLICATIONS
from regulator.features.licensing.queries.reviews.waiting import REVIEWS
from regulator.features.maps.following import start_map
from regulator.features.papers.actions.following import catch_up
from regulator.features.registry.actions.reindexing import INDEXED, index_some
from regulator.features.registry.queries import matters as registry
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput
from regulator.foundation.extensions import enable_migrations
from regulator.resources import resource_dir

BUREAU = "{name}住房和城乡建设局"
INDEXED_AT_ONCE = 2000


@click.command("init")
@click.option(
    "--divisions",
    type=click.Path(path_type=Path),
    help="A CSV file of the city's divisions; without it Shenyang's, unless divisions are there already.",
)
@in_app
def init_command(divisions: Path | None) -> None:
    """Prepare the database: tables, divisions, calendar, the built-in account and the bureaus. Safe to run again."""
    upgrade_tables()
    if divisions is not None or not count_divisions():
        _load(divisions or resource_dir("geodata") / "divisions.csv")
    with transaction():
        ensure_built_in()
        ensure_authorities()
        seed_calendar(known_years(), actor=Actor.system(), now=clock.now())
        start_counting(clock.now())
        start_map(clock.now())
        seal_all(clock.now())
    index_words()
    open_matters_of_what_waits()
    found = count_divisions()
    counts = ", ".join(f"{found[level]} {level.value}" for level in Level if level in found)
    click.echo(f"The register is ready: {counts}.")


def index_words() -> None:
    """Write the words of records that have none, as after an upgrade that changed them; others may write meanwhile."""
    for kind in INDEXED:
        after, done = None, False
        while not done:
            with transaction():
                after = index_some(kind, after=after, limit=INDEXED_AT_ONCE)
            done = after is None


def open_matters_of_what_waits() -> None:
    """Give everything that waits for a person its matter, as after an upgrade from before there were any."""
    for sources in (registry.SOURCES, (coverage.ROUNDS,), (APPLICATIONS, REVIEWS)):
        left = 1
        while left:
            with transaction():
                left = catch_up(sources, actor=Actor.system(), now=clock.now())


def upgrade_tables() -> None:
    """Bring the tables to this version, from nothing or from an older one."""
    from flask_migrate import upgrade  # noqa: PLC0415  # Alembic is loaded where tables change

    enable_migrations(current_app._get_current_object(), resource_dir("migrations"))  # type: ignore[attr-defined]  # noqa: SLF001
    upgrade()


def _load(path: Path) -> None:
    try:
        loaded = load_file(path, Actor.system())
    except BadInput as error:
        click.echo(f"{path}: cannot be used as a file of divisions ({error.code})", err=True)
        sys.exit(2)
    for row, reasons in loaded.rejected.items():
        click.echo(f"{path.name} row {row}: {reasons[0].value}", err=True)
    if loaded.read and not loaded.accepted:
        sys.exit(2)


def ensure_built_in() -> None:
    """The account the command line acts as when nobody is named."""
    if queries.find_account(IMPORT_USERNAME) is None:
        actions.create_built_in(IMPORT_USERNAME, IMPORT_NAME, actor=Actor.system(), now=clock.now())


def ensure_authorities() -> None:
    """A bureau for the city and one for each district; an administrator renames and adds others."""
    for city in list_cities():
        for place in (city, *list_children(city.code, on=clock.today())):
            if not queries.list_authorities_of(place.code):
                name = BUREAU.format(name=place.name)
                if queries.find_authority(name) is not None:  # 铁西区 lies in several cities
                    name = city.name + name
                actions.add_authority(name, place.code, actor=Actor.system(), now=clock.now())
