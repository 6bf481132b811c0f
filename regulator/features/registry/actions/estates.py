"""Acts on estates: register, correct, rename, name, place, confirm, retire. Judges first, then changes, then tells."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import find_box, find_division, get_city
from regulator.features.divisions.terms import Level
from regulator.features.registry import signals
from regulator.features.registry.actions import matters
from regulator.features.registry.actions.records import (
    FieldChange,
    claim_version,
    confirm_record,
    correct_record,
    create_record,
    note_change,
    retire_record,
)
from regulator.features.registry.actions.reindexing import reindex_estate
from regulator.features.registry.models import Estate, EstateCounter, EstateKey, EstateName
from regulator.features.registry.queries.estates import estate_facts, find_estate_by_key
from regulator.features.registry.rules.estates import is_placed, judge_estate, next_code
from regulator.features.registry.terms import Change, NameKind, RecordAct, RecordSource, SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import is_postgres, session
from regulator.foundation.errors import BadInput, Conflict, NotFound
from regulator.law.findings import Verdict

KIND = SubjectKind.ESTATE
AREA_PARTS = ("area_multi_storey", "area_high_rise", "area_villa", "area_other")


def register_estate(
    values: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    source: RecordSource = RecordSource.TYPED,
) -> Estate:
    """Add an estate in a community or street; its code is given here. ``values`` are its columns.

    Raises Refused for facts that cannot be true, BadInput for a place no estate can stand at, Conflict when the
    division knows an estate of that name already.
    """
    division_code, name = str(values["division_code"]), str(values["name"])
    _judge(values, now).or_refuse()
    _refuse_place(division_code)
    if find_estate_by_key(division_code, name) is not None:
        raise Conflict("name_duplicate", about="name")
    estate = Estate(**{"kind_assumed": False, "condition_assumed": False, **values})
    estate.code = _take_code(division_code)
    estate.to_be_placed = not is_placed(division_code)
    create_record(estate, kind=KIND, key=estate.code, division_code=division_code, actor=actor, now=now, source=source)
    _keep_key(estate)
    reindex_estate(estate)
    signals.send(signals.estates_changed, [Change(estate.code, None, estate_facts(estate))])
    return estate


def correct_estate(
    estate: Estate, changes: Mapping[str, Any], *, version: int, reason: str, actor: Actor, now: datetime,
    asks: bool = True,
) -> list[str]:  # fmt: skip
    """Set what differs; gives the names of the fields. A place is changed by `place_estate`. Raises StaleVersion.

    ``asks`` another official to confirm the record, where the correction is not part of something that was asked for.
    """
    name = str(changes.get("name", estate.name))
    _judge(_stated(estate) | dict(changes), now).or_refuse()
    if name != estate.name:
        _refuse_name(estate, estate.division_code, name)
    with _telling(estate):
        changed = correct_record(
            estate, changes, kind=KIND, key=estate.code, division_code=estate.division_code, version=version,
            reason=reason, actor=actor, now=now,
        )  # fmt: skip
        if "name" in changed:
            _keep_key(estate)
            matters.follow_estate(estate, actor=actor, now=now)
    if changed and asks:
        matters.ask_confirmation(estate, reason=reason, actor=actor, now=now)
    return changed


def rename_estate(
    estate: Estate, name: str, *, last_day: date, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Give an estate its new name; the present one becomes a former name whose last day is ``last_day``."""
    claim_version(estate, version)
    if name == estate.name:
        raise BadInput("name_unchanged", about="name")
    if last_day >= day_of(now) + timedelta(days=1):
        raise BadInput("last_day_in_future", {"today": day_of(now)}, about="last_day")
    _refuse_name(estate, estate.division_code, name)
    with _telling(estate):
        former = estate.name
        _put_name(estate.id, former, NameKind.FORMER, last_day)
        estate.name = name
        session().flush()
        _keep_key(estate)
        told = [FieldChange("name", former, name), FieldChange("former_name", None, f"{former} ({last_day})")]
        _note(estate, told, RecordAct.RENAMED, actor, now, reason)
    _ask(estate, reason, actor, now)


def add_estate_name(
    estate: Estate, name: str, *, version: int, reason: str | None, actor: Actor, now: datetime
) -> None:
    """Record an alias by which people know the estate. Raises Conflict when it is there already."""
    claim_version(estate, version)
    with _telling(estate):
        try:
            with session().begin_nested():
                session().add(EstateName(estate_id=estate.id, name=name, kind=NameKind.ALIAS))
                session().flush()
        except IntegrityError as error:
            raise Conflict("name_known_already", about="name") from error
        _note(estate, [FieldChange("alias", None, name)], RecordAct.NAME_ADDED, actor, now, reason)


def remove_estate_name(
    estate: Estate, name_id: UUID, *, version: int, reason: str | None, actor: Actor, now: datetime
) -> None:
    """Take away a name that was never this estate's. Raises NotFound when it is not one of its names."""
    claim_version(estate, version)
    found = session().get(EstateName, name_id)
    if found is None or found.estate_id != estate.id:
        raise NotFound(str(name_id))
    field = "former_name" if found.kind is NameKind.FORMER else "alias"
    with _telling(estate):
        change = FieldChange(field, found.name, None)
        session().delete(found)
        session().flush()
        _note(estate, [change], RecordAct.NAME_REMOVED, actor, now, reason)


def place_estate(estate: Estate, division_code: str, *, version: int, reason: str, actor: Actor, now: datetime) -> None:
    """Put an estate into another community (or street, when the community turns out wrong); it keeps its code."""
    claim_version(estate, version)
    _refuse_place(division_code)
    if division_code == estate.division_code:
        raise BadInput("division_code_unchanged", about="division_code")
    _refuse_name(estate, division_code, estate.name)
    with _telling(estate):
        told = [FieldChange("division_code", estate.division_code, division_code)]
        waits = not is_placed(division_code)
        if waits != estate.to_be_placed:
            told.append(FieldChange("to_be_placed", estate.to_be_placed, waits))
        estate.division_code, estate.to_be_placed = division_code, waits
        session().flush()
        _keep_key(estate)
        _note(estate, told, RecordAct.PLACED, actor, now, reason)
    _ask(estate, reason, actor, now)


def confirm_estate(estate: Estate, *, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Say that the record has been looked at and is right today."""
    confirm_record(
        estate, kind=KIND, key=estate.code, division_code=estate.division_code, actor=actor, now=now, version=version
    )
    matters.note_confirmed(KIND, [estate.code], actor=actor, now=now)


def retire_estate(estate: Estate, *, day: date, version: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take an estate out of the register from a day on; its code is never given again."""
    if day > day_of(now):
        raise BadInput("day_in_future", {"today": day_of(now)}, about="day")
    with _telling(estate):
        retire_record(
            estate, kind=KIND, key=estate.code, division_code=estate.division_code, version=version, reason=reason,
            day=day, actor=actor, now=now,
        )  # fmt: skip
    matters.note_confirmed(KIND, [estate.code], actor=actor, now=now, reason=reason)


# --- what the acts share --------------------------------------------------------------------------------------------


def _ask(estate: Estate, reason: str, actor: Actor, now: datetime) -> None:
    """Matters come along to the new name or place, and somebody else is asked to confirm it."""
    matters.follow_estate(estate, actor=actor, now=now)
    matters.ask_confirmation(estate, reason=reason, actor=actor, now=now)


def _judge(values: Mapping[str, Any], now: datetime) -> Verdict:
    box = find_box(get_city().code) if values.get("lon") is not None or values.get("lat") is not None else None
    return judge_estate(
        floor_area=values.get("floor_area"),
        parts=[values.get(part) for part in AREA_PARTS],
        lon=values.get("lon"),
        lat=values.get("lat"),
        box=(box.west, box.south, box.east, box.north) if box else None,
        completion_year=values.get("completion_year"),
        condition_since=values.get("condition_since"),
        today=day_of(now),
    )


def _stated(estate: Estate) -> dict[str, Any]:
    names = (*AREA_PARTS, "floor_area", "lon", "lat", "completion_year", "condition_since")
    return {name: getattr(estate, name) for name in names}


def _refuse_place(division_code: str) -> None:
    found = find_division(division_code)
    if found is None or found.level not in (Level.STREET, Level.COMMUNITY):
        raise BadInput("division_code_no_place", about="division_code")
    if found.ended_on is not None:
        raise BadInput("division_code_closed", {"name": found.name, "ended_on": found.ended_on}, about="division_code")


def _refuse_name(estate: Estate, division_code: str, name: str) -> None:
    other = find_estate_by_key(division_code, name)
    if other is not None and other.id != estate.id:
        raise Conflict("name_duplicate", about="name")


def _take_code(division_code: str) -> str:
    """Count the place's estates on and give the code; two officials at once get two codes."""
    insert = postgresql.insert if is_postgres() else sqlite.insert
    row: Any = insert(EstateCounter).values(division_code=division_code, last=1)
    counted = row.on_conflict_do_update(
        index_elements=[EstateCounter.division_code], set_={"last": EstateCounter.last + 1}
    ).returning(EstateCounter.last)
    last = session().scalar(counted)
    try:
        return next_code(division_code, int(last) - 1)
    except ValueError as error:
        raise BadInput("division_code_full", about="division_code") from error


def _keep_key(estate: Estate) -> None:
    """The division and name of today lead to this estate from now on."""
    known = session().get(EstateKey, (estate.division_code, estate.name))
    if known is None:
        session().add(EstateKey(division_code=estate.division_code, name=estate.name, estate_id=estate.id))
        session().flush()


def _put_name(estate_id: UUID, name: str, kind: NameKind, ended_on: date | None) -> None:
    query = select(EstateName).where(EstateName.estate_id == estate_id, EstateName.name == name)
    known = session().scalars(query).one_or_none()
    if known is None:
        session().add(EstateName(estate_id=estate_id, name=name, kind=kind, ended_on=ended_on))
    else:
        known.kind, known.ended_on = kind, ended_on


@contextmanager
def _telling(estate: Estate) -> Iterator[None]:
    """What follows every act on an estate: the index made true again and the rooms above told of what they follow."""
    before = estate_facts(estate)
    yield
    reindex_estate(estate)
    after = estate_facts(estate)
    if before != after:
        signals.send(signals.estates_changed, [Change(estate.code, before, after)])


def _note(
    estate: Estate, told: list[FieldChange], act: RecordAct, actor: Actor, now: datetime, reason: str | None
) -> None:
    note_change(
        estate, told, kind=KIND, key=estate.code, division_code=estate.division_code, act=act, actor=actor, now=now,
        reason=reason,
    )  # fmt: skip
