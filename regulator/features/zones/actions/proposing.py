"""Proposing zones: one street at once, the streets of a district as a job; adopted zones are left as they are."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.divisions.queries import DivisionRow, get_division, list_in
from regulator.features.divisions.terms import Level, Scope
from regulator.features.registry.imports.batches import actor_from_json, actor_to_json
from regulator.features.zones.actions.recording import PROPOSAL, columns_of, draft_of, draw, hold_zones
from regulator.features.zones.models import Zone, ZoneEstate, ZoneProposal
from regulator.features.zones.queries.barriers import barriers_among
from regulator.features.zones.queries.estates import list_uncovered, positions_of
from regulator.features.zones.rules.deciding import judge_limits, judge_proposing
from regulator.features.zones.rules.grouping import group_estates
from regulator.features.zones.shapes import Shape, grid_of, shape_of
from regulator.features.zones.terms import Candidate, Limits, ZoneAct, ZoneState
from regulator.foundation import clock
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session, thinking
from regulator.foundation.errors import StaleVersion
from regulator.foundation.jobs import Step, enqueue, find_open_job

PROPOSE_JOB = "zones.propose"
NONE_SEEN = 0
"""The version of a street's proposal for a form that saw none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What grouping a street would make: each group's codes and shape; how many estates there are and are free."""

    groups: tuple[tuple[tuple[str, ...], Shape | None], ...]
    uncovered: int
    free: int
    without_position: int


def propose_zones(street: DivisionRow, limits: Limits, *, version: int, actor: Actor, now: datetime) -> ZoneProposal:
    """Group a street's free uncovered estates anew; the groups on the table go, adopted zones stay.

    ``version`` is that of the proposal the form saw (NONE_SEEN without one). Raises StaleVersion, Refused.
    """
    judge_limits(limits).or_refuse()
    hold_zones()
    proposal = session().get(ZoneProposal, street.code, populate_existing=True)
    if (found := proposal.version if proposal else NONE_SEEN) != version:
        raise StaleVersion(found, version)
    plan = plan_zones(street, limits, day_of(now))
    judge_proposing(uncovered=plan.uncovered, free=plan.free).or_refuse()
    return _put_on_table(street, limits, plan, proposal, actor, now)


def plan_zones(street: DivisionRow, limits: Limits, day: date) -> Plan:
    """Group a street's estates without writing anything. Estates without a position are in no group."""
    uncovered = list_uncovered(street, day=day)
    drafts = set(_draft_keys(street))
    free = [one for one in uncovered if one.zone_id is None or one.zone_id in drafts]
    placed = {one.code: one for one in free if one.position is not None}
    if not placed:
        return Plan((), len(uncovered), len(free), len(free))
    positions = positions_of(placed.values())
    grid = grid_of(positions)
    barriers = barriers_among(positions) if limits.barriers else None
    candidates = (
        Candidate(one.code, *grid.to_metres(one.lon, one.lat), one.households, one.floor_area)
        for one in placed.values()
    )
    groups = group_estates(candidates, limits, barriers.part if barriers else None)
    shaped = ((group.codes, shape_of(positions_of(placed[code] for code in group.codes))) for group in groups)
    return Plan(tuple(shaped), len(uncovered), len(free), len(free) - len(placed))


def _draft_keys(street: DivisionRow) -> list[UUID]:
    query = select(Zone.id).where(Zone.division_code == street.code, Zone.state == ZoneState.PROPOSED)
    return list(session().scalars(query))


def _put_on_table(
    street: DivisionRow, limits: Limits, plan: Plan, before: ZoneProposal | None, actor: Actor, now: datetime
) -> ZoneProposal:
    _clear_table(street)
    proposal = before or ZoneProposal(division_code=street.code, version=NONE_SEEN)
    for name, value in columns_of(limits).items():
        setattr(proposal, name, value)
    proposal.proposed_at, proposal.proposed_by = now, actor.name
    proposal.version += 1
    session().add(proposal)
    for ordinal, (codes, shape) in enumerate(plan.groups, start=1):
        zone = draft_of(street.code, ordinal, limits, actor=actor, now=now)
        zone.id = new_key()
        draw(zone, shape)
        session().add(zone)
        session().add_all(ZoneEstate(zone_id=zone.id, estate_code=code, living=True) for code in codes)
    session().flush()
    facts = {"groups": len(plan.groups), "estates": plan.free, "without_position": plan.without_position}
    _record(ZoneAct.PROPOSED, street, facts | asdict(limits), actor, now)
    return proposal


def _clear_table(street: DivisionRow) -> int:
    gone = delete(Zone).where(Zone.division_code == street.code, Zone.state == ZoneState.PROPOSED)
    found: Any = session().execute(gone, execution_options={"synchronize_session": "fetch"})
    return int(found.rowcount)


def discard_proposal(proposal: ZoneProposal, street: DivisionRow, *, version: int, actor: Actor, now: datetime) -> None:
    """Take a street's groups off the table. Raises StaleVersion."""
    hold_zones()
    session().refresh(proposal)
    proposal.expect_version(version)
    groups = _clear_table(street)
    proposal.version += 1
    session().flush()
    _record(ZoneAct.DISCARDED, street, {"groups": groups}, actor, now)


def _record(act: ZoneAct, place: DivisionRow, facts: Mapping[str, JSON], actor: Actor, now: datetime) -> None:
    audit.record(actor, act, PROPOSAL, place.code, now=now, division_code=place.code, facts=facts)


# --- a whole district -----------------------------------------------------------------------------------------------


def ask_for_district(district: DivisionRow, limits: Limits, *, actor: Actor, now: datetime) -> UUID:
    """Have the streets of a district grouped by the worker; gives the job, the one at work if there is one."""
    judge_limits(limits).or_refuse()
    if (working := find_work(district)) is not None:
        return working
    _record(ZoneAct.PROPOSING_ASKED, district, asdict(limits), actor, now)
    asked = {"district": district.code, "limits": asdict(limits), "actor": actor_to_json(actor)}
    return enqueue(PROPOSE_JOB, asked, subject=district.code, now=now, asked_by=actor.account_id)


def find_work(district: DivisionRow) -> UUID | None:
    """The job that is grouping a district; None when none is."""
    return find_open_job(f"{PROPOSE_JOB}:{district.code}")


def propose_district(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The job: street by street; one that has groups on the table is left as it is, so a second run does the rest."""
    limits, actor = Limits(**payload["limits"]), actor_from_json(payload["actor"])
    district = get_division(payload["district"])
    streets = list_in(Scope((district.range,)), (Level.STREET,), on=clock.today())
    for done, street in enumerate(streets, start=1):
        with thinking():  # others write meanwhile
            plan = None if _draft_keys(street) else plan_zones(street, limits, clock.today())
        if plan is not None and plan.groups:
            _put_if_still_free(street, limits, plan, actor, clock.now())
        yield Step(done, len(streets))


def _put_if_still_free(street: DivisionRow, limits: Limits, plan: Plan, actor: Actor, now: datetime) -> None:
    """Write a plan made without the lock; made anew when an estate was put into a zone meanwhile."""
    hold_zones()
    if _draft_keys(street):
        return
    codes = [code for group, _ in plan.groups for code in group]
    taken = select(ZoneEstate.zone_id).where(ZoneEstate.living, ZoneEstate.estate_code.in_(codes)).limit(1)
    if session().scalar(taken) is not None:
        plan = plan_zones(street, limits, day_of(now))
    if plan.groups:
        before = session().get(ZoneProposal, street.code, populate_existing=True)
        _put_on_table(street, limits, plan, before, actor, now)
