"""Counting up without gaps: the counter's row moves in the transaction that uses the number, on both databases."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from regulator.foundation.database import Base, is_postgres, session


def count_up(counter: type[Base], keys: Mapping[str, Any], by: int = 1) -> int:
    """Move the ``last`` of the counter at these keys on by so many, making its row at first; gives the new last one.

    Whoever counts the same counter meanwhile waits for this transaction to end, so a number taken back with its
    transaction is given to the next one and none is lost.
    """
    make = postgresql.insert if is_postgres() else sqlite.insert
    table: Any = counter.__table__
    first = make(table).values(**keys, last=by)
    moved = first.on_conflict_do_update(index_elements=list(keys), set_={"last": table.c.last + by})
    last: int = session().execute(moved.returning(table.c.last)).scalar_one()
    return last
