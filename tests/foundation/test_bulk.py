"""Many rows at once come out of the database exactly as the ORM would have written them, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    Uuid,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from regulator.foundation.bulk import insert_rows
from regulator.foundation.database import Instant, Key, code_enum, new_key, session, transaction


class Colour(StrEnum):
    DEEP_RED = "deep_red"
    GREEN = "green"


class Own(DeclarativeBase):
    """Tables of this test alone."""


class Parent(Own):
    __tablename__ = "bulk_parent"

    id: Mapped[Key]


class Thing(Own):
    """A column of every kind the product uses."""

    __tablename__ = "bulk_thing"

    id: Mapped[Key]
    parent_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("bulk_parent.id"))
    name: Mapped[str] = mapped_column(String(40), unique=True)
    words: Mapped[str | None] = mapped_column(Text)
    colour: Mapped[Colour | None] = mapped_column(code_enum(Colour))
    day: Mapped[date | None] = mapped_column(Date)
    moment: Mapped[datetime | None] = mapped_column(Instant)
    count: Mapped[int | None] = mapped_column(Integer)
    place: Mapped[float | None] = mapped_column(Float)
    ticked: Mapped[bool | None] = mapped_column(Boolean)
    facts: Mapped[dict[str, Any] | list[Any] | None] = mapped_column(JSON(none_as_null=True))
    cipher: Mapped[bytes | None] = mapped_column(LargeBinary)


COLUMNS = [column.name for column in Thing.__table__.columns]
PARENT = new_key()
MOMENT = datetime(2026, 11, 23, 8, 9, 10, 123456, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))


def row(name: str, **values: Any) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {"id": new_key(), "name": name} | values


ROWS = [
    row("nothing"),
    row("all", parent_id=PARENT, words="物业", colour=Colour.DEEP_RED, day=date(2026, 2, 28), moment=MOMENT, count=5,
        place=123.456789012345, ticked=True, facts={"a": [1, "二", None]}, cipher=b"\x00\xff\n\\."),
    row("zeros", words="", colour=Colour.GREEN, count=0, place=0.0, ticked=False, facts={}, cipher=b""),
    row("whole second", moment=datetime(2026, 1, 2, tzinfo=UTC), day=date(1, 1, 1)),
    row("another zone", moment=MOMENT.astimezone(CHINA), day=date(9999, 12, 31)),
    row("signs \\N \t \\. ' \" %", words="line\nline\r\n\ttab \\N \\. 🏠 𠮷", count=2_147_483_647, facts=["\\n"]),
]  # fmt: skip


@pytest.fixture
def tables(bare: Flask) -> Iterator[None]:
    """The two tables, empty but for one parent."""
    with bare.app_context():
        with transaction() as current:
            Own.metadata.drop_all(current.connection())
            Own.metadata.create_all(current.connection())
            current.add(Parent(id=PARENT))
        yield


def pour(rows: list[dict[str, Any]], columns: list[str] = COLUMNS) -> None:
    with transaction() as current:
        insert_rows(current, Thing.__table__, columns, [[values[name] for name in columns] for values in rows])


def raw() -> list[tuple[Any, ...]]:
    """The rows as the database keeps them."""
    return [tuple(found) for found in session().execute(text("SELECT * FROM bulk_thing ORDER BY name"))]


def test_values_come_back_as_they_went_in(tables: None) -> None:
    pour(ROWS)
    found = {thing.name: thing for thing in session().scalars(select(Thing))}
    assert len(found) == len(ROWS)
    for expected in ROWS:
        thing = found[expected["name"]]
        assert {name: getattr(thing, name) for name in COLUMNS} == expected
        assert thing.moment is None or thing.moment.tzinfo is UTC


def test_kept_as_the_orm_keeps_them(tables: None) -> None:
    pour(ROWS)
    poured = raw()
    session().execute(text("DELETE FROM bulk_thing"))
    session().execute(insert(Thing), ROWS)
    assert raw() == poured


def test_columns_in_any_order_and_not_all(tables: None) -> None:
    pour([row("short", count=3)], ["count", "name", "id"])
    thing = session().scalars(select(Thing)).one()
    assert (thing.name, thing.count, thing.words) == ("short", 3, None)


def test_nothing_to_insert(tables: None) -> None:
    pour([])
    assert raw() == []


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"name": "all"}, id="unique"),
        pytest.param({"parent_id": new_key()}, id="foreign key"),
        pytest.param({"name": None}, id="not null"),
        pytest.param({"id": ROWS[0]["id"]}, id="primary key"),
    ],
)
def test_constraints_hold_and_take_everything_back(tables: None, bad: dict[str, Any]) -> None:
    with pytest.raises(Exception) as refusal:
        pour([*ROWS, row("bad") | bad])
    assert isinstance(refusal.value, IntegrityError) or "IntegrityError" in type(refusal.value).__mro__[1].__name__
    assert raw() == []


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"colour": "mauve"}, id="no value of the code"),
        pytest.param({"moment": datetime(2026, 1, 1)}, id="a moment without a zone"),  # noqa: DTZ001  # that is the case
    ],
)
def test_what_the_columns_cannot_hold_is_refused(tables: None, bad: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, DataError, IntegrityError)):
        pour([*ROWS, row("bad") | bad])
    assert raw() == []


def test_ten_thousand_rows(tables: None) -> None:
    pour([row(f"n{number}", count=number, moment=MOMENT) for number in range(10_000)])
    assert session().execute(text("SELECT count(*), sum(count) FROM bulk_thing")).one() == (10_000, 49_995_000)
