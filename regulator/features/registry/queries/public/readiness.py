"""Whether the register can be asked at all, and the number of its last change; nothing of its contents."""

from functools import cache
from pathlib import Path

from sqlalchemy import String, column, select, table
from sqlalchemy.exc import SQLAlchemyError

from regulator.features.registry.models import RegisterState
from regulator.foundation.asking import ask
from regulator.foundation.database import session
from regulator.resources import resource_dir

_VERSION = select(column("version_num", String)).select_from(table("alembic_version"))
_DATA_VERSION = select(RegisterState.data_version)


def not_ready_because() -> str:
    """Why the register cannot be served (`database_away`, `not_migrated`); empty when it can."""
    try:
        found = ask(_VERSION).scalar()
    except SQLAlchemyError:
        session().rollback()
        return "database_away"
    return "" if found == _newest_migration() else "not_migrated"


def data_version() -> int:
    """The number of the last act on estates or services; 0 before the first."""
    return int(ask(_DATA_VERSION).scalar() or 0)


@cache
def _newest_migration() -> str:
    found = sorted(Path(resource_dir("migrations"), "versions").glob("[0-9]*.py"))
    return found[-1].name.partition("_")[0] if found else ""
