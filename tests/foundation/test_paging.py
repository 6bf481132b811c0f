"""Keyset paging gives every row once, in order, and refuses cursors and limits that are not its own."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import BadInput
from regulator.foundation.paging import (
    COUNT_CEILING,
    Sort,
    _tagged,
    _untagged,
    count_up_to_ceiling,
    paginate,
    parse_limit,
)

BY_NAME = Sort("name", (Division.name, Division.code))
BY_NAME_DOWN = Sort("-name", (Division.name, Division.code), descending=True)


def fill(count: int) -> list[tuple[str, str]]:
    """A city with districts of which several share a name."""
    pairs = [(f"2101{n:02}", f"第{n % 4}区") for n in range(1, count + 1)]
    with transaction() as current:
        current.add(Division(code="210100", level=Level.CITY, name="沈阳市"))
        current.flush()
        current.add_all(
            Division(code=code, level=Level.DISTRICT, name=name, parent_code="210100") for code, name in pairs
        )
    return pairs


def all_pages(sort: Sort, limit: int) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = paginate(
            select(Division.code).where(Division.level == Level.DISTRICT),
            list_name="divisions",
            sort=sort,
            cursor=cursor,
            limit=limit,
            item=lambda row: str(row.code),
        )
        found.extend(page.items)
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 4, 200])
def test_every_row_comes_once_in_order(app: Flask, limit: int) -> None:
    pairs = fill(13)
    expected = [code for code, _ in sorted(pairs, key=lambda pair: (pair[1], pair[0]))]
    assert all_pages(BY_NAME, limit) == expected
    assert all_pages(BY_NAME_DOWN, limit) == expected[::-1]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "ÿ",
        "W10",
        "bnVsbA",
        "W1siYSJdXQ",
        "e30",
        "A" * 3000,
        "WyJjb21wYW5pZXMiLCJuYW1lIixbWyJzIiwiYSJdLFsicyIsImIiXV1d",
    ],
)
def test_a_cursor_from_elsewhere_is_refused(app: Flask, cursor: str) -> None:
    with pytest.raises(BadInput) as caught:
        paginate(
            select(Division.code),
            list_name="divisions",
            sort=BY_NAME,
            cursor=cursor,
            limit=5,
            item=lambda row: row.code,
        )
    assert caught.value.code == "cursor_unusable"
    assert caught.value.about == "cursor"


def test_a_cursor_of_another_order_is_refused(app: Flask) -> None:
    fill(9)
    stmt = select(Division.code)
    page = paginate(stmt, list_name="divisions", sort=BY_NAME, cursor=None, limit=2, item=lambda row: row.code)
    with pytest.raises(BadInput):
        paginate(stmt, list_name="divisions", sort=BY_NAME_DOWN, cursor=page.next, limit=2, item=lambda row: row.code)


@pytest.mark.parametrize(("raw", "limit"), [(None, 50), ("", 50), ("1", 1), ("200", 200)])
def test_limits_that_are_taken(raw: str | None, limit: int) -> None:
    assert parse_limit(raw) == limit


@pytest.mark.parametrize("raw", ["0", "201", "-1", "x", "1e2", "٣", "99999999999999999999", "1.0", " 5"])
def test_limits_that_are_refused(raw: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_limit(raw)
    assert caught.value.code == "limit_out_of_range"


@given(st.one_of(st.text(), st.integers(), st.dates(), st.uuids(), st.floats(allow_nan=False, allow_infinity=False)))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_key_survives_the_cursor(value: str | float | date | UUID) -> None:
    assert _untagged(_tagged(value)) == value


def test_counting_stops_at_the_ceiling(app: Flask) -> None:
    fill(20)
    count = count_up_to_ceiling(select(Division))
    assert (count.number, count.is_ceiling) == (21, False)
    with transaction() as current:
        current.add_all(
            Division(code=f"210101{n:03}{m:03}", level=Level.COMMUNITY, name="社区", parent_code="210101")
            for n in range(1, 12)
            for m in range(100)
        )
    count = count_up_to_ceiling(select(Division))
    assert (count.number, count.is_ceiling) == (COUNT_CEILING + 1, True)
    assert session().in_transaction()
