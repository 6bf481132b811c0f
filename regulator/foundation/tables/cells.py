"""What a cell can hold; nothing of what it means."""

from datetime import date, datetime, time, timedelta
from typing import TypeAlias


class CellError(str):
    """A cell in which the spreadsheet shows an error such as #N/A; never a value, never blank."""

    __slots__ = ()


Cell: TypeAlias = str | float | int | bool | date | datetime | time | timedelta
"""A cell as it stands in the file; an empty one is the empty string."""


def as_shown(cell: Cell) -> str:
    """The cell as a spreadsheet shows it: its whole numbers, which are read as 100.0, without a fraction."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
