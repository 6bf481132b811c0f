"""A question that is built once gives the same rows by the driver as by SQLAlchemy, and the same errors."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Date, String, Text, bindparam, column, event, func, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from regulator.foundation.asking import Rows, ask, joined
from regulator.foundation.database import Instant, Key, code_enum, is_postgres, new_key, session, transaction
from regulator.foundation.extensions import db


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Own(DeclarativeBase):
    """Tables of this test alone."""


class Thing(Own):
    __tablename__ = "thing"

    id: Mapped[Key]
    name: Mapped[str | None] = mapped_column(String(40))
    colour: Mapped[Colour | None] = mapped_column(code_enum(Colour))
    day: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime | None] = mapped_column(Instant)
    big: Mapped[bool | None]
    number: Mapped[int | None]
    share: Mapped[float | None]


KEY = UUID("0197a000-0000-7000-8000-000000000001")
EVERYTHING = select(*Thing.__table__.c).order_by(Thing.number)
BY_COLOUR = (
    select(Thing.id, Thing.name, Thing.colour)
    .where(Thing.colour == bindparam("colour", type_=Thing.colour.type), Thing.day <= bindparam("day", type_=Date))
    .where(Thing.id == bindparam("key", type_=Thing.id.type), Thing.colour == Colour.RED)
    .limit(bindparam("most"))
)
SEVERAL = select(Thing.name).where(Thing.number.in_(bindparam("numbers", expanding=True))).order_by(Thing.number)
MISSING = select(column("nothing", Text)).select_from(table("no_such_table"))


@pytest.fixture(autouse=True)
def things(bare: Flask) -> Iterator[None]:
    with bare.app_context():
        with transaction() as current:
            Own.metadata.drop_all(current.connection())
            Own.metadata.create_all(current.connection())
            current.add(
                Thing(
                    id=KEY,
                    name="红",
                    colour=Colour.RED,
                    day=date(2026, 11, 24),
                    at=datetime(2026, 11, 24, 8, 5, 3, 250, tzinfo=UTC),
                    big=True,
                    number=1,
                    share=0.25,
                )
            )
            current.add(Thing(id=new_key(), number=2))
        yield
        session().rollback()


def statements() -> list[str]:
    """The statements SQLAlchemy hands to the driver from now on."""
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    return seen


def test_every_kind_of_column_reads_as_by_sqlalchemy() -> None:
    expected = [tuple(row) for row in session().connection().execute(EVERYTHING)]
    found = [tuple(row) for row in ask(EVERYTHING)]
    assert found == expected
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]
    assert found[0][0] == KEY
    assert found[1][1:5] == (None,) * 4


def test_parameters_are_written_as_their_columns_are() -> None:
    given = {"colour": Colour.RED, "day": date(2026, 11, 24), "key": KEY, "most": 5}
    assert [tuple(row) for row in ask(BY_COLOUR, **given)] == [(KEY, "红", Colour.RED)]
    assert ask(BY_COLOUR, **given | {"day": date(2026, 11, 23)}) == []
    assert ask(BY_COLOUR, **given | {"colour": Colour.BLUE}) == []


def test_lists_of_values_can_be_asked_for() -> None:
    assert [row[0] for row in ask(SEVERAL, numbers=[1, 2, 3])] == ["红", None]
    assert ask(SEVERAL, numbers=[]) == []


def test_texts_of_a_group_are_joined() -> None:
    kept = select(joined(Thing.name, "、"), func.count())
    assert tuple(ask(kept).one()) == ("红", 2)


def test_an_error_is_told_the_way_everybody_expects_it() -> None:
    with pytest.raises(DBAPIError, match="no_such_table"):
        ask(MISSING)


def test_whoever_listens_to_statements_hears_them_all() -> None:
    ask(EVERYTHING)
    seen = statements()
    ask(EVERYTHING)
    assert len([text for text in seen if "thing" in text]) == 1


def test_what_is_written_in_the_same_session_is_seen_at_once() -> None:
    session().add(Thing(id=new_key(), number=3))
    session().flush()
    assert len(ask(EVERYTHING)) == 3
    session().rollback()
    assert len(ask(EVERYTHING)) == 2


@pytest.mark.parametrize(
    ("rows", "first", "only", "scalar"),
    [
        pytest.param([], None, None, None, id="none"),
        pytest.param([(1, 2)], (1, 2), (1, 2), 1, id="one"),
        pytest.param([(1, 2), (3, 4)], (1, 2), LookupError, 1, id="two"),
    ],
)
def test_rows_are_counted_before_one_is_taken(rows: list[object], first: object, only: object, scalar: object) -> None:
    found = Rows(rows)
    assert found.first() == first
    assert found.scalar() == scalar
    if only is LookupError:
        with pytest.raises(LookupError, match="there are 2"):
            found.one_or_none()
    else:
        assert found.one_or_none() == only
    if len(rows) != 1:
        with pytest.raises(LookupError):
            found.one()


def test_a_sqlite_file_is_read_through_the_systems_memory() -> None:
    ask(EVERYTHING)
    if is_postgres():
        return
    raw = session().connection().connection.driver_connection
    assert raw.execute("PRAGMA mmap_size").fetchone()[0] > 0
