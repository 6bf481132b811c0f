"""The command line: one file per group of commands; parses, calls the features, prints. No rules here."""

from importlib import import_module
from typing import Any

import click

_ROOMS = {
    "account": "accounts",
    "audit": "audit",
    "calendar": "calendar",
    "coverage": "coverage",
    "demo": "demo",
    "geo": "geodata",
    "import": "importing",
    "init": "setup",
    "licensing": "licensing",
    "papers": "papers",
    "serve": "serving",
    "sweep": "serving",
    "verify": "verifying",
    "work": "serving",
}


class _Rooms(click.Group):
    """Loads the file of a command only when it is called: `regulator --help` needs no database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        del ctx
        return sorted(_ROOMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None when there is none."""
        del ctx
        if cmd_name not in _ROOMS:
            return None
        module: Any = import_module(f"regulator.commands.{_ROOMS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.command(cls=_Rooms)
@click.version_option(package_name="regulator")
def cli() -> None:
    """Oversight of property management by a city's housing bureau."""
