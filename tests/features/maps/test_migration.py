"""The table of boundaries: what the models say, and taken back and made again without loss of the rest."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from regulator.foundation.extensions import db


def differences() -> list[Any]:
    """What alembic would change in our table."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name == "division_boundary",
            },
        )
        found = compare_metadata(context, db.metadata)
    return [change for change in found if "division_boundary" in repr(change)]


def test_the_table_is_what_the_model_says(app: Flask) -> None:
    assert differences() == []


def test_down_and_up_again(app: Flask) -> None:
    downgrade(revision="0004")
    assert not inspect(db.engine).has_table("division_boundary")
    assert inspect(db.engine).has_table("division")
    upgrade()
    assert inspect(db.engine).has_table("division_boundary")
    assert differences() == []
