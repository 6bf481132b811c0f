"""What comes into question, what may be done with zones, and when one is managed: tables."""

from dataclasses import replace

import pytest

from regulator.features.coverage.rules.counting import PRACTICE as COUNTING
from regulator.features.coverage.terms import Exclusion, State
from regulator.features.registry.terms import EstateKind, Mode
from regulator.features.zones.rules import deciding as rules
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.features.zones.terms import Adopting, Limits, Sized, Totals, ZoneState
from regulator.law.findings import Verdict

HOMES, SCATTERED = EstateKind.RESIDENTIAL, EstateKind.SCATTERED_BUILDING
DRAFT = Adopting(ZoneState.PROPOSED, "惠工片区", name_taken=False, standing=2, managed=(), gone=())


def said(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(
    ("kind", "state", "wanted"),
    [
        pytest.param(HOMES, Mode.NONE, True, id="§6-none"),
        pytest.param(HOMES, Mode.ABANDONED, True, id="§6-abandoned"),
        pytest.param(HOMES, Mode.PROFESSIONAL, False, id="§6-managed"),
        pytest.param(HOMES, Mode.COMMUNITY_CUSTODY, False, id="§6-in-custody"),
        pytest.param(HOMES, Exclusion.MODE_UNKNOWN, False, id="§6-estate-nobody-knows"),
        pytest.param(SCATTERED, Exclusion.MODE_UNKNOWN, True, id="§6-scattered-nobody-knows"),
        pytest.param(SCATTERED, Mode.COMMUNITY_CUSTODY, True, id="§6-scattered-without-company"),
        pytest.param(SCATTERED, Mode.PROFESSIONAL, False, id="§6-scattered-with-company"),
        pytest.param(SCATTERED, Exclusion.DEMOLISHED, False, id="§6-scattered-demolished"),
        pytest.param(EstateKind.OFFICE, Mode.NONE, False, id="§6-kind-that-does-not-count"),
    ],
)
def test_what_comes_into_question(kind: EstateKind, state: State, wanted: bool) -> None:
    assert rules.is_uncovered(kind, state, COUNTING) is wanted


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, [], id="practice"),
        pytest.param({"households": None, "floor_area": None}, [], id="without-limits"),
        pytest.param({"diameter": 0}, ["zone_diameter_out_of_range"], id="zero"),
        pytest.param({"diameter": 5001}, ["zone_diameter_out_of_range"], id="absurd"),
        pytest.param({"households": 0}, ["zone_households_out_of_range"], id="no-households"),
        pytest.param({"floor_area": 99}, ["zone_floor_area_out_of_range"], id="below-a-square-metre"),
        pytest.param({"neighbour": 9000}, ["zone_neighbour_out_of_range"], id="neighbour-beyond-the-city"),
    ],
)
def test_limits(changed: dict[str, int | None], expected: list[str]) -> None:
    assert said(rules.judge_limits(replace(PRACTICE, **changed))) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(DRAFT, [], id="fits"),
        pytest.param(replace(DRAFT, state=ZoneState.ADOPTED, name=""), ["zone_adopted_already"], id="twice"),
        pytest.param(replace(DRAFT, name=""), ["zone_name_missing"], id="nameless"),
        pytest.param(replace(DRAFT, name_taken=True), ["zone_name_taken"], id="name-taken"),
        pytest.param(replace(DRAFT, standing=0), ["zone_without_members"], id="empty"),
        pytest.param(replace(DRAFT, managed=["甲"]), ["zone_members_managed"], id="managed-meanwhile"),
        pytest.param(replace(DRAFT, gone=["乙"]), ["zone_members_gone"], id="demolished-meanwhile"),
    ],
)
def test_adopting(facts: Adopting, expected: list[str]) -> None:
    assert said(rules.judge_adoption(facts)) == expected


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param([Mode.PROFESSIONAL, Mode.PROFESSIONAL], ZoneState.MANAGED, id="all"),
        pytest.param([Mode.PROFESSIONAL, Mode.COMMUNITY_CUSTODY], ZoneState.ADOPTED, id="custody-is-not-professional"),
        pytest.param([Mode.PROFESSIONAL, Exclusion.DEMOLISHED], ZoneState.MANAGED, id="demolished-needs-nobody"),
        pytest.param([Mode.PROFESSIONAL, Exclusion.MODE_UNKNOWN], ZoneState.ADOPTED, id="not-known-is-not-managed"),
        pytest.param([Exclusion.RETIRED], ZoneState.ADOPTED, id="none-stands"),
    ],
)
def test_when_a_zone_is_managed(states: list[State], expected: ZoneState) -> None:
    assert rules.followed_state(rules.totals_of(Sized(state, 1, 1) for state in states)) is expected


def test_what_is_not_known_is_counted_beside_and_what_is_gone_apart() -> None:
    members = [Sized(Mode.NONE, 96, None), Sized(Mode.NONE, None, 400), Sized(Exclusion.DEMOLISHED, 50, 50)]
    assert rules.totals_of(members) == Totals(2, 0, 96, 1, 400, 1, gone=1)


def test_a_group_edited_by_hand_says_which_limits_it_is_over() -> None:
    limits = Limits(500, 100, None, 0)
    assert rules.over_limits(Totals(2, households=101, floor_area=10**9), 501, limits) == ("diameter", "households")
    assert rules.over_limits(Totals(2, households=100), None, limits) == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, [], id="fits"),
        pytest.param({"chosen": 0}, ["zone_no_estate_chosen"], id="nothing-ticked"),
        pytest.param({"foreign": ["x"]}, ["zone_estates_foreign"], id="of-another-street"),
        pytest.param({"states": [ZoneState.DISSOLVED]}, ["zone_not_living"], id="into-a-dissolved-one"),
        pytest.param({"emptied": ["惠工片区"]}, ["zone_would_be_empty"], id="an-adopted-one-emptied"),
    ],
)
def test_moving(given: dict[str, object], expected: list[str]) -> None:
    facts = {"chosen": 1, "foreign": [], "states": [ZoneState.PROPOSED], "emptied": []} | given
    assert said(rules.judge_moving(**facts)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "name", "taken", "expected"),
    [
        pytest.param(ZoneState.ADOPTED, "新名", False, [], id="adopted"),
        pytest.param(ZoneState.MANAGED, "新名", False, [], id="managed"),
        pytest.param(ZoneState.PROPOSED, "新名", False, ["zone_not_living"], id="no-name-before-adoption"),
        pytest.param(ZoneState.DISSOLVED, "新名", False, ["zone_not_living"], id="dissolved"),
        pytest.param(ZoneState.ADOPTED, "", False, ["zone_name_missing"], id="nameless"),
        pytest.param(ZoneState.ADOPTED, "旧名", False, ["zone_name_same"], id="the-same"),
        pytest.param(ZoneState.ADOPTED, "新名", True, ["zone_name_taken"], id="taken"),
    ],
)
def test_renaming(state: ZoneState, name: str, taken: bool, expected: list[str]) -> None:
    assert said(rules.judge_renaming(state, name, "旧名", name_taken=taken)) == expected


def test_dissolving_wants_a_living_zone_and_a_reason() -> None:
    assert said(rules.judge_dissolving(ZoneState.MANAGED, "合并")) == []
    assert said(rules.judge_dissolving(ZoneState.PROPOSED, "")) == ["zone_not_living", "zone_reason_missing"]
