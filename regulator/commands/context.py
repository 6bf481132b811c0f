"""How a command gets its application: the composition root hands the factory down; no subject's code."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

R = TypeVar("R")
UNPREPARED = "The register is not prepared for this version. Run: regulator init"


def in_app(command: Callable[..., R]) -> Callable[..., R]:
    """Run a command within the application's context, made from this process' settings."""

    @click.pass_obj
    @wraps(command)
    def run(factory: Callable[[], Flask], /, *args: Any, **kwargs: Any) -> R:  # click's own values
        with factory().app_context():
            return command(*args, **kwargs)

    return run


def sentence_about(error: DBAPIError) -> str | None:
    """What the operator can do about an error of the database; None when it is ours to mend."""
    said, state = str(error.orig), getattr(error.orig, "sqlstate", None)
    if state == "42P01" or "no such table" in said:
        return UNPREPARED
    if state == "55P03" or "database is locked" in said:
        return "The register is busy: another process is writing. Try again in a moment."
    if error.statement is None or error.connection_invalidated or "unable to open" in said:
        return f"The database cannot be reached: {said.splitlines()[0]}"
    return None
