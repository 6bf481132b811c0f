"""A register in use goes back to any migration and comes again without losing what the step does not take away."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, literal, select, text
from sqlalchemy.exc import DBAPIError

from regulator.features.accounts.terms import Role
from regulator.foundation.database import Base, session
from regulator.foundation.extensions import db
from tests.factories import registry as make
from tests.factories.accounts import make_account
from tests.house.test_migrations import VERSIONS
from tests.house.world import make_one_of_each, open_round


@pytest.mark.parametrize("steps_back", range(1, len(VERSIONS) + 1))
def test_a_register_in_use_goes_back_and_forth(app: Flask, steps_back: int) -> None:
    """With rows in it: what the step does not take away is all there afterwards, and the trail is closed again."""
    make.make_tree()
    open_round(session(), make_one_of_each(session()))
    session().commit()
    make_account("tester", (Role.CITY_OFFICER, make.CITY))
    before = counted()
    assert before["audit_entry"] >= 2
    assert before["service"] == before["committee_member"] * 2
    target = VERSIONS[-steps_back - 1].name[:4] if steps_back < len(VERSIONS) else "base"
    session().close()
    downgrade(revision=target)
    assert target != "base" or not tables() - {"alembic_version", "spatial_ref_sys"}
    left = counted()
    upgrade()
    assert set(Base.metadata.tables) <= tables()
    after = counted()
    assert left == {name: before[name] for name in left}, "going back lost rows of tables that stay"
    assert {name: after[name] for name in left} == left, "coming again lost rows"
    if left.get("audit_entry"):
        for statement in ("UPDATE audit_entry SET act = act", "DELETE FROM audit_entry"):
            with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
                connection.execute(text(statement))


WRITTEN_ANEW = {"company_search", "estate_search", "person_search"}
"""Made of other tables by `regulator init`, and emptied by 0007."""


def tables() -> set[str]:
    """The names of the tables there are."""
    return set(inspect(db.engine).get_table_names())


def counted() -> dict[str, int]:
    """How many rows each table has."""
    kept = tables() & set(Base.metadata.tables) - WRITTEN_ANEW
    with db.engine.connect() as connection:
        found = {name: Base.metadata.tables[name] for name in sorted(kept)}
        return {
            name: len(connection.execute(select(literal(1)).select_from(table)).all()) for name, table in found.items()
        }
