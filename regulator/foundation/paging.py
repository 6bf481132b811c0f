"""Keyset paging: pages that cost the same wherever they lie; nothing about what is listed."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, func, literal, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

T = TypeVar("T")
MAX_LIMIT = 200
DEFAULT_LIMIT = 50
COUNT_CEILING = 1000
MAX_CURSOR = 2000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list; ``next`` is the cursor of the following page, None on the last."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """An order by columns that are never null, the last of them unique; all go the same way."""

    name: str
    columns: tuple[ColumnElement[Any], ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are, counted no further than the ceiling."""

    number: int

    @property
    def is_ceiling(self) -> bool:
        """Whether there are more than were counted."""
        return self.number > COUNT_CEILING


def parse_limit(raw: str | None, default: int = DEFAULT_LIMIT) -> int:
    """The page size asked for, 1 to 200; raises BadInput otherwise."""
    if raw is None or raw == "":
        return default
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw[:4]) <= MAX_LIMIT and len(raw) <= 3):  # digits of 200
        raise BadInput("limit_out_of_range", {"given": raw[:20], "maximum": MAX_LIMIT}, about="limit")
    return int(raw)


def paginate(
    stmt: Select[Any],
    *,
    list_name: str,
    sort: Sort,
    cursor: str | None,
    limit: int,
    item: Callable[[Row[Any]], T],
) -> Page[T]:
    """One page of ``stmt`` in the order of ``sort``; raises BadInput for a cursor of another list or order.

    The sort columns are selected behind the statement's own, so ``item`` may unpack the row from its front.
    """
    keys = [column.label(f"_key{i}") for i, column in enumerate(sort.columns)]
    paged = stmt.add_columns(*keys)
    if cursor:
        values = _decode(cursor, list_name, sort.name, len(sort.columns))
        paged = paged.where(_beyond(sort, values))
    ordering = [column.desc() if sort.descending else column.asc() for column in sort.columns]
    rows = session().execute(paged.order_by(*ordering).limit(limit + 1)).all()
    shown = rows[:limit]
    more = _encode(list_name, sort.name, shown[-1][-len(keys) :]) if len(rows) > limit else None
    return Page(tuple(item(row) for row in shown), more)


def page_of_rows(rows: Sequence[T], *, list_name: str, cursor: str | None, limit: int) -> Page[T]:
    """One page of rows already in hand, for short lists whose rows must be looked at together and only ever grow."""
    begin = max(0, int(_decode(cursor, list_name, "place", 1)[0])) if cursor else 0
    end = begin + limit
    return Page(tuple(rows[begin:end]), _encode(list_name, "place", [end]) if end < len(rows) else None)


def cursor_after(list_name: str, sort_name: str, values: Sequence[Any]) -> str:
    """The cursor behind a row with these sort values, for lists that page by statements of their own."""
    return _encode(list_name, sort_name, values)


def read_cursor(cursor: str, list_name: str, sort_name: str, width: int) -> list[Any]:
    """The ``width`` sort values a cursor stands behind; raises BadInput for one of another list or order."""
    return _decode(cursor, list_name, sort_name, width)


def count_up_to_ceiling(stmt: Select[Any]) -> Count:
    """The number of rows of ``stmt``, at most one more than the ceiling."""
    capped = (
        stmt.with_only_columns(literal(1), maintain_column_froms=True)
        .order_by(None)
        .limit(COUNT_CEILING + 1)
        .subquery()
    )
    return Count(session().execute(select(func.count()).select_from(capped)).scalar_one())


def _beyond(sort: Sort, values: Sequence[Any]) -> ColumnElement[bool]:
    bound = [literal(value, column.type) for column, value in zip(sort.columns, values, strict=True)]
    if len(bound) == 1:
        return sort.columns[0] < bound[0] if sort.descending else sort.columns[0] > bound[0]
    left, right = tuple_(*sort.columns), tuple_(*bound)
    return left < right if sort.descending else left > right


def _encode(list_name: str, sort_name: str, values: Sequence[Any]) -> str:
    raw = json.dumps([list_name, sort_name, [_tagged(value) for value in values]], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _decode(cursor: str, list_name: str, sort_name: str, width: int) -> list[Any]:
    unusable = BadInput("cursor_unusable", about="cursor")
    if len(cursor) > MAX_CURSOR:
        raise unusable
    try:
        raw = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        name, order, tagged = raw
        values = [_untagged(pair) for pair in tagged]
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError) as error:
        raise unusable from error
    if (name, order, len(values)) != (list_name, sort_name, width):
        raise unusable
    return values


_READERS: dict[str, Callable[[Any], Any]] = {
    "i": int,
    "f": float,
    "s": str,
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
    "u": UUID,
}


def _tagged(value: object) -> list[object]:
    match value:
        case int():
            return ["i", value]
        case float():
            return ["f", value]
        case datetime():
            return ["m", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case UUID():
            return ["u", str(value)]
        case _:
            return ["s", str(value)]


def _untagged(pair: list[Any]) -> object:
    tag, value = pair
    if not isinstance(value, str | int | float):
        raise TypeError(tag)
    return _READERS[tag](value)
