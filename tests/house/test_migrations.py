"""The migrations are serial and equal to the models on both databases; that they can be taken back: beside this."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.models import ImportBatch, ImportRow
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.verdicts import Outcome
from regulator.foundation import clock
from regulator.foundation.database import Base, session, transaction
from regulator.foundation.extensions import db
from regulator.resources import resource_dir

VERSIONS = sorted((resource_dir("migrations") / "versions").glob("[0-9]*.py"))


def test_migrations_are_numbered_in_one_line() -> None:
    numbers = [path.name[:4] for path in VERSIONS]
    assert numbers == [f"{n:04}" for n in range(1, len(VERSIONS) + 1)]
    for number, path in zip(numbers, VERSIONS, strict=True):
        before = re.search(r'^down_revision.*= (?:"(\d+)"|None)$', path.read_text(), re.MULTILINE)
        assert before, f"{path.name}: no down_revision"
        assert before[1] == (f"{int(number) - 1:04}" if number != "0001" else None)


def test_the_current_head_is_written_down() -> None:
    """Two branches that add a migration each conflict in this file instead of in a database."""
    assert (resource_dir("migrations") / ".current-head").read_text().strip() == VERSIONS[-1].name[:4]


def test_models_and_migrations_agree(app: Flask) -> None:
    import importlib.util

    path = Path(resource_dir("migrations")) / "env.py"
    source = path.read_text().rpartition("\nrun()")[0]
    names: dict[str, object] = {}
    exec(compile(source.replace("from alembic import context\n", ""), str(path), "exec"), names)
    assert importlib.util.find_spec("alembic")
    with db.engine.connect() as connection:
        options = {"compare_type": True, "include_object": names["include_object"], "render_as_batch": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_a_table_built_anew_keeps_its_rows_and_those_that_refer_to_it(app: Flask) -> None:
    """0006 rebuilds ``import_batch`` on SQLite: with foreign keys on, dropping the old table would empty others."""
    with transaction():
        batch = ImportBatch(
            kind=Kind.COMPANIES, state=BatchState.UNDOING, file_name="a.xlsx", content_hash="0", actor={}, scope={},
            plan={}, sent_at=clock.now(),
        )  # fmt: skip
        session().add(batch)
        session().flush()
        row = {"seq": 0, "sheet": "", "number": 2, "outcome": Outcome.NEW, "problems": "", "remarks": "", "payload": ""}
        session().add(ImportRow(batch_id=batch.id, **row))
        key = batch.id
    downgrade(revision="0005")
    assert db.session.execute(text("SELECT state FROM import_batch")).scalar_one() == "applied"
    db.session.rollback()
    upgrade()
    assert db.session.scalars(select(ImportRow.number).where(ImportRow.batch_id == key)).one() == 2
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text("UPDATE import_batch SET state = 'forgotten'"))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text("UPDATE import_batch SET kind = 'trees'"))
