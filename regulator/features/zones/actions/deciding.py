"""Acts of the street on its zones: moving estates, splitting and merging, adopting, renaming, dissolving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import DivisionRow
from regulator.features.zones.actions.recording import (
    draft_of,
    hold_zones,
    named,
    record,
    settle,
    still_there,
    touch_proposal,
)
from regulator.features.zones.models import Zone, ZoneEstate
from regulator.features.zones.queries.estates import list_estates_of, list_living_codes, list_uncovered
from regulator.features.zones.queries.zones import find_proposal, is_name_taken, last_number, last_ordinal
from regulator.features.zones.rules.deciding import (
    GONE,
    PRACTICE,
    judge_adoption,
    judge_dissolving,
    judge_moving,
    judge_renaming,
)
from regulator.features.zones.terms import Adopting, ZoneAct, ZoneState
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

Seen = Mapping[UUID, int]
"""The versions of the zones a form was opened with; a zone it did not show counts as changed."""


# --- moving estates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Move:
    """Estates of a street by the zone they stand in now (None: in none)."""

    codes: tuple[str, ...]
    sources: tuple[tuple[Zone, tuple[str, ...]], ...]


def put_in_zone(
    street: DivisionRow, codes: Iterable[str], zone: Zone, *, seen: Seen, actor: Actor, now: datetime
) -> int:
    """Put estates of a street into one of its zones, out of those they stand in; gives how many moved.

    A group on the table that loses all its estates is gone. Raises StaleVersion, Refused.
    """
    hold_zones()
    zone = still_there(zone)
    move = _judged(street, set(codes) - set(list_living_codes(zone)), zone, seen, now)
    _release(move, actor, now)
    _enter(zone, move.codes, actor, now)
    settle([zone, *_left_over(move)], actor=actor, now=now)
    touch_proposal(street.code)
    return len(move.codes)


def split_off(street: DivisionRow, codes: Iterable[str], *, seen: Seen, actor: Actor, now: datetime) -> Zone:
    """Make a new group of estates of a street, out of those they stand in. Raises StaleVersion, Refused."""
    hold_zones()
    move = _judged(street, set(codes), None, seen, now)
    proposal = find_proposal(street)
    limits = proposal.limits if proposal else move.sources[0][0].limits if move.sources else PRACTICE
    zone = draft_of(street.code, last_ordinal(street.code) + 1, limits, actor=actor, now=now)
    session().add(zone)
    _release(move, actor, now)
    _enter(zone, move.codes, actor, now)
    settle([zone, *_left_over(move)], actor=actor, now=now)
    touch_proposal(street.code)
    return zone


def take_out(street: DivisionRow, codes: Iterable[str], *, seen: Seen, actor: Actor, now: datetime) -> int:
    """Take estates out of their zones; they stand in none then. Gives how many. Raises StaleVersion, Refused."""
    hold_zones()
    move = _judged(street, set(codes), None, seen, now)
    _release(move, actor, now)
    settle(_left_over(move), actor=actor, now=now)
    touch_proposal(street.code)
    return sum(len(those) for _, those in move.sources)


def _judged(street: DivisionRow, codes: set[str], target: Zone | None, seen: Seen, now: datetime) -> _Move:
    """The move, when every zone it concerns is as the form showed it and the rules have nothing against it."""
    sources = _sources(codes)
    here = [(zone, those) for zone, those in sources if zone.division_code == street.code]
    concerned = [zone for zone, _ in here] + ([target] if target else [])
    for zone in concerned:
        zone.expect_version(seen.get(zone.id, 0))
    free = {one.code for one in list_uncovered(street, day=day_of(now)) if one.zone_id is None}
    standing = {code for _, those in here for code in those}
    emptied = [
        zone.name or ""
        for zone, those in here
        if zone.state is not ZoneState.PROPOSED and len(those) == len(list_living_codes(zone))
    ]
    judge_moving(
        chosen=len(codes),
        foreign=sorted(codes - free - standing),
        states=[zone.state for zone in concerned],
        emptied=emptied,
    ).or_refuse()
    return _Move(tuple(sorted(codes)), tuple(here))


def _sources(codes: set[str]) -> list[tuple[Zone, tuple[str, ...]]]:
    query = (
        select(Zone, ZoneEstate.estate_code)
        .join(ZoneEstate, ZoneEstate.zone_id == Zone.id)
        .where(ZoneEstate.living, ZoneEstate.estate_code.in_(sorted(codes)))
        .order_by(Zone.id, ZoneEstate.estate_code)
        .execution_options(populate_existing=True)
    )
    found: dict[Zone, list[str]] = {}
    for zone, code in session().execute(query):
        found.setdefault(zone, []).append(code)
    return [(zone, tuple(those)) for zone, those in found.items()]


def _release(move: _Move, actor: Actor, now: datetime) -> None:
    for zone, codes in move.sources:
        gone = delete(ZoneEstate).where(ZoneEstate.zone_id == zone.id, ZoneEstate.estate_code.in_(codes))
        session().execute(gone)
        record(ZoneAct.ESTATES_TAKEN_OUT, zone, named(codes), actor, now)
        if zone.state is ZoneState.PROPOSED and not list_living_codes(zone):
            session().delete(zone)
    session().flush()


def _enter(zone: Zone, codes: Sequence[str], actor: Actor, now: datetime) -> None:
    session().flush()
    session().add_all(ZoneEstate(zone_id=zone.id, estate_code=code, living=True) for code in codes)
    session().flush()
    record(ZoneAct.ESTATES_PUT_IN, zone, named(codes), actor, now)


def _left_over(move: _Move) -> list[Zone]:
    return [zone for zone, _ in move.sources if zone in session()]


# --- adopting and dissolving ----------------------------------------------------------------------------------------


def adopt_zone(zone: Zone, *, name: str, version: int, actor: Actor, now: datetime) -> None:
    """Make a group on the table a zone with the street's next number. Raises StaleVersion, Refused.

    Members that were managed or went off the register since the proposal are named in the refusal.
    """
    hold_zones()
    zone = still_there(zone)
    if zone.state is ZoneState.PROPOSED:
        zone.expect_version(version)
    judge_adoption(_adopting(zone, name, now)).or_refuse()
    zone.state, zone.name, zone.number = ZoneState.ADOPTED, name, last_number(zone.division_code) + 1
    zone.adopted_at, zone.adopted_by, zone.followed_on = now, actor.name, day_of(now)
    zone.version += 1
    session().flush()
    touch_proposal(zone.division_code)
    record(ZoneAct.ADOPTED, zone, {"code": zone.code, "name": name, **named(list_living_codes(zone))}, actor, now)


def _adopting(zone: Zone, name: str, now: datetime) -> Adopting:
    members = list_estates_of([zone], day=day_of(now)).get(zone.id, [])
    return Adopting(
        zone.state,
        name,
        is_name_taken(zone, name),
        sum(not one.is_managed and one.state not in GONE for one in members),
        [one.name for one in members if one.is_managed],
        [one.name for one in members if one.state in GONE],
    )


def rename_zone(zone: Zone, *, name: str, version: int, actor: Actor, now: datetime) -> None:
    """Give an adopted zone another name; its number stays. Raises StaleVersion, Refused."""
    hold_zones()
    zone = still_there(zone)
    before = zone.name or ""
    judge_renaming(zone.state, name, before, name_taken=is_name_taken(zone, name)).or_refuse()
    zone.expect_version(version)
    zone.name = name
    zone.version += 1
    session().flush()
    record(ZoneAct.RENAMED, zone, {"code": zone.code, "name": name, "before": before}, actor, now)


def dissolve_zone(zone: Zone, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """End an adopted zone for a reason; its estates are free again. Raises StaleVersion, Refused."""
    hold_zones()
    zone = still_there(zone)
    judge_dissolving(zone.state, reason).or_refuse()
    zone.expect_version(version)
    codes = list_living_codes(zone)
    session().execute(update(ZoneEstate).where(ZoneEstate.zone_id == zone.id).values(living=False))
    zone.state, zone.dissolved_at, zone.dissolved_by, zone.dissolved_reason = (
        ZoneState.DISSOLVED, now, actor.name, reason,
    )  # fmt: skip
    zone.version += 1
    session().flush()
    record(ZoneAct.DISSOLVED, zone, {"code": zone.code, "reason": reason, **named(codes)}, actor, now)
