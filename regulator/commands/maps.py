"""`regulator map boundaries FILE`: a bureau's own boundaries instead of the schematic ones."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from regulator.commands.context import in_app
from regulator.commands.divisions import acting
from regulator.features.audit.actions import seal_all
from regulator.features.maps.actions import load_boundaries
from regulator.features.maps.imports import read_boundaries
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import Datum
from regulator.foundation.i18n import sentence


@click.group("map")
def map_command() -> None:
    """The map's boundaries."""


@map_command.command("boundaries")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--datum", type=click.Choice([datum.value for datum in Datum]), required=True, help="Never guessed.")
@click.option("--source", default="", help="Whose boundaries these are; the file's name unless said.")
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@in_app
def boundaries_command(file: Path, datum: str, source: str, username: str | None) -> None:
    """Take boundaries from GeoJSON (property `code`); those of other divisions stay. The worker draws the map anew."""
    actor = acting(username)
    try:
        features = read_boundaries(file.read_bytes(), Datum(datum))
        with transaction():
            count = load_boundaries(features, source=source or file.name, actor=actor, now=clock.now())
            seal_all(clock.now())
    except BadInput as error:
        click.echo(sentence(error.code, error.params, "en"), err=True)
        sys.exit(2)
    click.echo(f"{count} boundaries loaded.")
