"""Many estates put where they stand in one act: the same history as by single corrections, in a few statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Float, String, bindparam, column, select, table, text, update

from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import find_box, get_city
from regulator.features.registry import signals
from regulator.features.registry.actions.nature import touch_register
from regulator.features.registry.actions.staging import Staging
from regulator.features.registry.models import Estate, RecordChange
from regulator.features.registry.rules.estates import judge_estate
from regulator.features.registry.terms import RecordAct, SubjectKind
from regulator.foundation.bulk import insert_rows
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import Conflict

Place = tuple[float | None, float | None]
MOVES = "moved_estates"
COLUMNS = ("code", "was_lon", "was_lat", "lon", "lat")
_moves = table(MOVES, column("code", String), *(column(name, Float) for name in ("was_lon", "was_lat", "lon", "lat")))
HISTORY = (
    *("subject_kind", "subject_id", "subject_key", "version", "at", "act", "field", "before", "after", "reason"),
    *("actor_username", "actor_name", "actor_role"),
)


@dataclass(frozen=True, slots=True)
class Move:
    """An estate by its code, where it stood (degrees, EPSG:4490; None for nowhere) and where it stands."""

    code: str
    before: Place
    after: Place


def correct_positions(moves: Sequence[Move], *, reason: str, actor: Actor, now: datetime) -> None:
    """Correct the estates' positions, all or none; the caller writes the one entry in the trail that names the act.

    Each estate must stand where its move says it stood. Raises Conflict("estate_moved") otherwise, Refused for a
    place outside the city.
    """
    wanted = [move for move in moves if move.before != move.after]
    if not wanted:
        return
    _judge(wanted, now)
    _stage(wanted)
    rows = session().execute(_STANDING).all()
    if len(rows) != len(wanted):
        raise Conflict("estate_moved", about="code")
    session().execute(_PUT, {"now": now}, execution_options={"synchronize_session": False})
    history = list(_history(rows, reason, actor, now))
    insert_rows(session(), RecordChange.__table__, HISTORY, history)
    session().expire_all()
    touch_register(now)
    _tell(rows)


def _judge(moves: Sequence[Move], now: datetime) -> None:
    box = find_box(get_city().code)
    sides = (box.west, box.south, box.east, box.north) if box else None
    for lon, lat in {move.after for move in moves}:
        judge_estate(
            floor_area=None, parts=[None] * 4, lon=lon, lat=lat, box=sides, completion_year=None, condition_since=None,
            today=day_of(now),
        ).or_refuse()  # fmt: skip


def _stage(moves: Sequence[Move]) -> None:
    session().flush()
    degrees = ", ".join(f"{name} DOUBLE PRECISION" for name in COLUMNS[1:])
    session().execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {MOVES} (code VARCHAR(16) PRIMARY KEY, {degrees})"))
    session().execute(text(f"DELETE FROM {MOVES}"))  # noqa: S608  # our own name
    insert_rows(session(), _moves, COLUMNS, [(move.code, *move.before, *move.after) for move in moves])


_STANDING = (
    select(Estate.id, Estate.code, Estate.version, Estate.lon, Estate.lat, _moves.c.lon, _moves.c.lat)
    .join(_moves, _moves.c.code == Estate.code)
    .where(
        Estate.lon.is_not_distinct_from(_moves.c.was_lon),
        Estate.lat.is_not_distinct_from(_moves.c.was_lat),
        Estate.retired_on.is_(None),
    )
    .order_by(Estate.code)
)


def _now_at(name: str) -> Any:
    return select(_moves.c[name]).where(_moves.c.code == Estate.code).scalar_subquery()


_PUT = (
    update(Estate)
    .where(Estate.code.in_(select(_moves.c.code)))
    .values(lon=_now_at("lon"), lat=_now_at("lat"), version=Estate.version + 1, updated_at=bindparam("now"))
)


def _history(rows: Sequence[Any], reason: str, actor: Actor, now: datetime) -> Iterator[tuple[Any, ...]]:
    act = RecordAct.CORRECTED.value
    for key, code, version, *places in rows:
        lon, lat, new_lon, new_lat = places
        for field, before, after in (("lon", lon, new_lon), ("lat", lat, new_lat)):
            if before != after:
                yield (
                    *(SubjectKind.ESTATE, key, code, version + 1, now, act, field, before, after, reason),
                    *(actor.username, actor.name, actor.role[:40]),
                )


def _tell(rows: Sequence[Any]) -> None:
    staging = Staging(signals.estates_changed, "positions")
    staging.add(
        (code, {"lon": lon, "lat": lat}, {"lon": new_lon, "lat": new_lat})
        for _, code, _, lon, lat, new_lon, new_lat in rows
    )
    staging.send()
    signals.touch({row[1] for row in rows})
