"""What may be done with zones: limits, adopting, moving estates, dissolving, and when a zone is managed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from regulator.features.coverage.terms import LEFT_OUT, CountingRule, Exclusion, State
from regulator.features.registry.terms import EstateKind, Mode
from regulator.features.zones.terms import FOLLOWED, Adopting, Limits, Sized, Totals, ZoneState
from regulator.law.findings import Finding, Verdict

PRACTICE = Limits(diameter=500, households=3000, floor_area=30_000_000, neighbour=500)
"""What streets usually take, practice and no law: a quarter of an hour on foot across, about what one project's staff
can serve. Chosen anew for each proposal and kept with it."""
DIAMETERS = range(50, 5001)
NEIGHBOURS = range(5001)
MOST_HOUSEHOLDS = 100_000
MOST_FLOOR_AREA = 2_000_000_000
"""20,000,000 ㎡, in 0.01 ㎡."""
UNCOVERED = (Mode.ABANDONED, Mode.NONE)
GONE = frozenset(LEFT_OUT) - {Exclusion.MODE_UNKNOWN}
"""States in which an estate needs no zone: off the register, being built, demolished."""
NAMED_AT_MOST = 10


def is_uncovered(kind: EstateKind, state: State, rule: CountingRule) -> bool:
    """Whether an estate is to be grouped: of a kind that counts and without management, or a scattered building.

    A scattered building comes into question as long as no company serves it professionally, in whatever other mode.
    """
    if kind not in rule.kinds or state in GONE:
        return False
    return state in UNCOVERED or (kind is EstateKind.SCATTERED_BUILDING and state != Mode.PROFESSIONAL)


def totals_of(members: Iterable[Sized]) -> Totals:
    """The sums of a zone; members that are gone are counted apart and in no sum."""
    every = list(members)
    standing = [one for one in every if one.state not in GONE]
    return Totals(
        estates=len(standing),
        managed=sum(one.state == Mode.PROFESSIONAL for one in standing),
        households=sum(one.households or 0 for one in standing),
        households_unknown=sum(one.households is None for one in standing),
        floor_area=sum(one.floor_area or 0 for one in standing),
        floor_area_unknown=sum(one.floor_area is None for one in standing),
        gone=len(every) - len(standing),
    )


def followed_state(totals: Totals) -> ZoneState:
    """Where an adopted zone stands: managed while every member that stands is served professionally."""
    return ZoneState.MANAGED if totals.estates and totals.managed == totals.estates else ZoneState.ADOPTED


def over_limits(totals: Totals, diameter: int | None, limits: Limits) -> tuple[str, ...]:
    """Which limits a group edited by hand is over: ``diameter``, ``households``, ``floor_area``. The street decides."""
    found = {
        "diameter": (diameter or 0) > limits.diameter,
        "households": limits.households is not None and totals.households > limits.households,
        "floor_area": limits.floor_area is not None and totals.floor_area > limits.floor_area,
    }
    return tuple(name for name, over in found.items() if over)


def judge_limits(limits: Limits) -> Verdict:
    """Whether limits can be meant: none zero or absurd."""
    households, area = limits.households, limits.floor_area
    return Verdict.of(
        [
            None
            if limits.diameter in DIAMETERS
            else Finding("zone_diameter_out_of_range", None, _ends(DIAMETERS), "diameter"),
            None
            if limits.neighbour in NEIGHBOURS
            else Finding("zone_neighbour_out_of_range", None, _ends(NEIGHBOURS), "neighbour"),
            None
            if households is None or 1 <= households <= MOST_HOUSEHOLDS
            else Finding("zone_households_out_of_range", None, {"most": MOST_HOUSEHOLDS}, "households"),
            None
            if area is None or 100 <= area <= MOST_FLOOR_AREA
            else Finding("zone_floor_area_out_of_range", None, {"most": MOST_FLOOR_AREA // 100}, "floor_area"),
        ]
    )


def _ends(allowed: range) -> dict[str, object]:
    return {"least": allowed.start, "most": allowed.stop - 1}


def judge_proposing(*, uncovered: int, free: int) -> Verdict:
    """Whether there is anything to group: uncovered estates, and some that stand in no adopted zone yet."""
    if not uncovered:
        return Verdict((Finding("zone_nothing_uncovered", None, {}, "division_code"),))
    return Verdict.of([None if free else Finding("zone_all_adopted", None, {}, "division_code")])


def judge_adoption(facts: Adopting) -> Verdict:
    """Whether a group may become a zone: still a proposal, with a name of its own and members that lack a company.

    A proposal may be older than the register: members managed or gone meanwhile are named, to be taken out first.
    """
    if facts.state is not ZoneState.PROPOSED:
        return Verdict((Finding("zone_adopted_already"),))
    return Verdict.of(
        [
            None if facts.name else Finding("zone_name_missing", None, {}, "name"),
            Finding("zone_name_taken", None, {}, "name") if facts.name_taken else None,
            None if facts.standing or facts.managed or facts.gone else Finding("zone_without_members"),
            Finding("zone_members_managed", None, _named(facts.managed)) if facts.managed else None,
            Finding("zone_members_gone", None, _named(facts.gone)) if facts.gone else None,
        ]
    )


def _named(names: Sequence[str]) -> dict[str, object]:
    more = "…" if len(names) > NAMED_AT_MOST else ""
    return {"number": len(names), "names": "、".join(names[:NAMED_AT_MOST]) + more}


def judge_dissolving(state: ZoneState, reason: str) -> Verdict:
    """Whether a zone may be dissolved: an adopted or managed one, for a reason."""
    return Verdict.of(
        [
            None if state in FOLLOWED else Finding("zone_not_living"),
            None if reason else Finding("zone_reason_missing", None, {}, "reason"),
        ]
    )


def judge_renaming(state: ZoneState, name: str, before: str, *, name_taken: bool) -> Verdict:
    """Whether a zone may bear another name: an adopted or managed one, a new name, and one of its own."""
    return Verdict.of(
        [
            None if state in FOLLOWED else Finding("zone_not_living"),
            None if name else Finding("zone_name_missing", None, {}, "name"),
            Finding("zone_name_same", None, {}, "name") if name == before else None,
            Finding("zone_name_taken", None, {}, "name") if name_taken else None,
        ]
    )


def judge_moving(
    *, chosen: int, foreign: Sequence[str], states: Iterable[ZoneState], emptied: Sequence[str]
) -> Verdict:
    """Whether estates may be moved: some are ticked, all are this street's to group, and no zone is left empty.

    ``foreign`` names codes that are not, ``states`` are those of the zones concerned, ``emptied`` names adopted zones
    that would have no member left: those are dissolved, with a reason.
    """
    return Verdict.of(
        [
            None if chosen else Finding("zone_no_estate_chosen"),
            Finding("zone_estates_foreign", None, _named(foreign)) if foreign else None,
            Finding("zone_not_living") if ZoneState.DISSOLVED in states else None,
            Finding("zone_would_be_empty", None, _named(emptied)) if emptied else None,
        ]
    )


def zone_code(street: str, number: int) -> str:
    """The business number of a zone: the street's code and a number never given twice in it."""
    return f"{street}-{number:03d}"
