"""What a cell can hold; nothing of what it means."""

from datetime import date, datetime, time, timedelta
from typing import TypeAlias


class CellError(str):
    """A cell in which the spreadsheet shows an error such as #N/A; never a value, never blank."""

    __slots__ = ()


Cell: TypeAlias = str | float | int | bool | date | datetime | time | timedelta
"""A cell as it stands in the file; an empty one is the empty string."""
