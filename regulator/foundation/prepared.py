"""Rows made ready before a transaction begins, so that writing them holds the lock for no longer than it must."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from regulator.foundation import bulk
from regulator.foundation.database import driver_of, is_postgres
from regulator.foundation.errors import Conflict


@dataclass(frozen=True, slots=True)
class PreparedRows:
    """Rows as the driver takes them."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def insert(self, current: Session) -> None:
        """Write the rows. Raises Conflict("rows_known_already") when a unique or foreign key objects."""
        if not self.rows:
            return
        names = ", ".join(f'"{name}"' for name in self.columns)
        cursor: Any = current.connection().connection.cursor()
        try:
            if is_postgres(current):
                with cursor.copy(f'COPY "{self.table}" ({names}) FROM STDIN') as copy:
                    for row in self.rows:
                        copy.write_row(row)
            else:
                marks = ", ".join("?" for _ in self.columns)
                cursor.executemany(f'INSERT INTO "{self.table}" ({names}) VALUES ({marks})', self.rows)  # noqa: S608  # our own names
        except driver_of(current).IntegrityError as error:
            raise Conflict("rows_known_already", about=self.table) from error
        finally:
            cursor.close()


def prepare_rows(
    current: Session, target: FromClause, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> PreparedRows:
    """Turn rows of Python values, in the order of ``columns``, into the driver's; nothing is written yet."""
    name: str = target.name  # type: ignore[attr-defined]  # a Table
    if not rows:
        return PreparedRows(name, tuple(columns), [])
    dialect: Any = (postgresql if is_postgres(current) else sqlite).dialect()
    converters = bulk._converters(target, columns, dialect)  # noqa: SLF001  # two files of one room
    return PreparedRows(name, tuple(columns), list(bulk._converted(rows, converters)))  # noqa: SLF001  # as above
