"""Zones follow the register: a receiver of its signal, and a sweep for what changes with the day alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select

from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import CodeRange, Level
from regulator.features.zones.actions.recording import follow, named, record, settle
from regulator.features.zones.models import Zone, ZoneEstate
from regulator.features.zones.queries.estates import ZonedEstate, list_estates_of, list_zones_with
from regulator.features.zones.terms import FOLLOWED, ZoneAct, ZoneState
from regulator.foundation import clock
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

AT_ONCE = 500
"""So many codes, or zones, go into one statement or one sweep."""
_ANY_LIVING: AnySelect = select(ZoneEstate.zone_id).where(ZoneEstate.living).limit(1)


def follow_estates(_sender: object, codes: Collection[str]) -> None:
    """Draw and judge the zones of these estates anew: the receiver of ``estates_touched``."""
    if ask(_ANY_LIVING).scalar() is None:
        return
    wanted = sorted(codes)
    for start in range(0, len(wanted), AT_ONCE):
        found = list_zones_with(wanted[start : start + AT_ONCE])
        if found:
            _follow(found)


def _follow(ids: Sequence[UUID]) -> None:
    now, actor = clock.now(), Actor.system()
    zones = list(session().scalars(select(Zone).where(Zone.id.in_(ids)).order_by(Zone.id)))
    members = list_estates_of(zones, day=day_of(now))
    for zone in zones:
        _let_go(zone, members.get(zone.id, []), actor, now)
    settle([zone for zone in zones if zone in session()], actor=actor, now=now)


def _let_go(zone: Zone, members: Sequence[ZonedEstate], actor: Actor, now: datetime) -> None:
    """A zone lies inside one street: an estate the register has moved to another street stands in it no more."""
    street = CodeRange.of(zone.division_code, Level.STREET)
    left = [one.code for one in members if not street.covers(one.division_code)]
    if not left:
        return
    session().execute(delete(ZoneEstate).where(ZoneEstate.zone_id == zone.id, ZoneEstate.estate_code.in_(left)))
    record(ZoneAct.ESTATES_LEFT_STREET, zone, named(left), actor, now)
    if zone.state is ZoneState.PROPOSED and len(left) == len(members):
        session().delete(zone)
        session().flush()


def follow_days(now: datetime) -> None:
    """Judge adopted zones for a new day, when services begin or end that were recorded before; some at a time."""
    due = or_(Zone.followed_on.is_(None), Zone.followed_on < day_of(now))
    query = select(Zone).where(Zone.state.in_(FOLLOWED), due).order_by(Zone.id).limit(AT_ONCE)
    zones = list(session().scalars(query))
    members = list_estates_of(zones, day=day_of(now))
    for zone in zones:
        if follow(zone, members.get(zone.id, []), actor=Actor.system(), now=now):
            zone.version += 1
    session().flush()
