"""What every act on zones shares: keeping others still, outlines and states after a change, entries in the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.zones.models import Zone, ZoneProposal
from regulator.features.zones.queries.estates import ZonedEstate, list_estates_of, positions_of
from regulator.features.zones.rules.deciding import followed_state, totals_of
from regulator.features.zones.shapes import Shape, shape_of
from regulator.features.zones.terms import FOLLOWED, Limits, ZoneAct, ZoneState
from regulator.foundation.clock import day_of
from regulator.foundation.database import keep_still, session
from regulator.foundation.errors import NotFound

ZONE, PROPOSAL = "zone", "zone_proposal"
"""What the acts are about: a zone by its key, a street's proposal by the street's code."""
NAMED_AT_MOST = 200
"""So many codes an entry of the trail names."""


def hold_zones() -> None:
    """Let nobody else change a zone until this act ends."""
    keep_still(Zone.__tablename__)


def still_there(zone: Zone) -> Zone:
    """The zone as it stands now. Raises NotFound for a draft that is gone since it was looked up."""
    found = session().get(Zone, zone.id, populate_existing=True)
    if found is None:
        raise NotFound(str(zone.id))
    return found


def draft_of(street_code: str, ordinal: int, limits: Limits, *, actor: Actor, now: datetime) -> Zone:
    """A new group of a street, not yet added."""
    return Zone(
        division_code=street_code,
        state=ZoneState.PROPOSED,
        ordinal=ordinal,
        proposed_at=now,
        proposed_by=actor.name,
        version=1,
        **columns_of(limits),
    )


def columns_of(limits: Limits) -> dict[str, Any]:
    """Limits as the columns that keep them."""
    return {
        "limit_diameter": limits.diameter,
        "limit_households": limits.households,
        "limit_floor_area": limits.floor_area,
        "neighbour_within": limits.neighbour,
        "barriers_respected": limits.barriers,
    }


def draw(zone: Zone, shape: Shape | None) -> None:
    """Give a zone its outline, box and diameter."""
    zone.geometry = shape.outline if shape else None
    zone.diameter = shape.diameter if shape else None
    for side in ("west", "south", "east", "north"):
        setattr(zone, side, getattr(shape.box, side) if shape else None)


def settle(zones: Sequence[Zone], *, actor: Actor, now: datetime) -> None:
    """After a change of members or register: outline and, for adopted zones, the state; each gets a new version."""
    members = list_estates_of(zones, day=day_of(now))
    for zone in zones:
        estates = [one for one in members.get(zone.id, ()) if one.zone_id == zone.id]
        draw(zone, shape_of(positions_of(estates)))
        follow(zone, estates, actor=actor, now=now)
        zone.version += 1
    session().flush()


def follow(zone: Zone, estates: Sequence[ZonedEstate], *, actor: Actor, now: datetime) -> bool:
    """Derive an adopted zone's state from its members' services; records and gives whether it has changed."""
    if zone.state not in FOLLOWED:
        return False
    zone.followed_on = day_of(now)
    totals = totals_of(one.sized for one in estates)
    state = followed_state(totals)
    if state is zone.state:
        return False
    zone.state, zone.managed_at = state, now if state is ZoneState.MANAGED else None
    act = ZoneAct.MANAGED if state is ZoneState.MANAGED else ZoneAct.REOPENED
    record(act, zone, {"managed": totals.managed, "standing": totals.estates}, actor, now)
    return True


def touch_proposal(street_code: str) -> None:
    """Say that a street's groups are not any more as somebody saw them, so that proposing anew overwrites nothing."""
    mine = update(ZoneProposal).where(ZoneProposal.division_code == street_code)
    session().execute(mine.values(version=ZoneProposal.version + 1))


def record(act: ZoneAct, zone: Zone, facts: Mapping[str, JSON], actor: Actor, now: datetime) -> None:
    """An entry about a zone."""
    audit.record(actor, act, ZONE, str(zone.id), now=now, division_code=zone.division_code, facts=facts)


def named(codes: Sequence[str]) -> dict[str, JSON]:
    """Codes for an entry: their number, and the first of them."""
    return {"number": len(codes), "estates": list(codes[:NAMED_AT_MOST])}
