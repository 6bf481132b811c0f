"""Grouping by distance: what must hold for any estates whatever, and what a person would expect of a few."""

import math
import random
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulator.features.zones.rules.grouping import group_estates
from regulator.features.zones.terms import Candidate, Group, Limits

METRES = st.floats(0, 3000).map(lambda value: round(value, 1)) | st.sampled_from([0.0, 500.0])
ESTATES = st.lists(
    st.tuples(METRES, METRES, st.none() | st.integers(0, 2000), st.none() | st.integers(0, 20_000_000)), max_size=40
).map(lambda rows: [Candidate(f"E{i:04d}", *row) for i, row in enumerate(rows)])
LIMITS = st.builds(
    Limits, st.integers(50, 1500), st.none() | st.integers(1, 4000), st.none() | st.integers(1, 40_000_000), st.just(0)
)

WIDE = Limits(500, None, None, 0)


def at(*places: tuple[float, float], **sizes: int | None) -> list[Candidate]:
    return [Candidate(f"E{i}", x, y, **sizes) for i, (x, y) in enumerate(places)]


def codes(groups: list[Group]) -> list[tuple[str, ...]]:
    return [group.codes for group in groups]


@settings(max_examples=150, deadline=None)
@given(estates=ESTATES, limits=LIMITS, seed=st.integers(0, 9))
def test_whatever_stands_where(estates: list[Candidate], limits: Limits, seed: int) -> None:
    """Each in exactly one group, none over a limit unless alone, widths true, the same for any order of the rows."""
    groups = group_estates(estates, limits)
    assert sorted(code for group in groups for code in group.codes) == [one.code for one in estates]
    known = {one.code: one for one in estates}
    for group in groups:
        members = [known[code] for code in group.codes]
        width = max((math.dist((a.x, a.y), (b.x, b.y)) for a, b in combinations(members, 2)), default=0.0)
        assert group.diameter == pytest.approx(width, abs=0.01)
        if len(members) > 1:
            assert group.diameter <= limits.diameter
            assert limits.households is None or sum(one.households or 0 for one in members) <= limits.households
            assert limits.floor_area is None or sum(one.floor_area or 0 for one in members) <= limits.floor_area
    shuffled = list(estates)
    random.Random(seed).shuffle(shuffled)
    assert group_estates(shuffled, limits) == groups


@settings(max_examples=60, deadline=None)
@given(estates=ESTATES, limits=LIMITS)
def test_no_two_groups_could_have_been_one(estates: list[Candidate], limits: Limits) -> None:
    known = {one.code: one for one in estates}
    groups = [[known[code] for code in group.codes] for group in group_estates(estates, limits)]
    for one, other in combinations(groups, 2):
        both = one + other
        wide = max(round(math.dist((a.x, a.y), (b.x, b.y)), 2) for a in one for b in other) > limits.diameter
        full = limits.households is not None and sum(e.households or 0 for e in both) > limits.households
        large = limits.floor_area is not None and sum(e.floor_area or 0 for e in both) > limits.floor_area
        assert wide or full or large


@pytest.mark.parametrize(
    ("estates", "limits", "expected"),
    [
        pytest.param([], WIDE, [], id="nothing"),
        pytest.param(at((0, 0), (400, 0), (800, 0)), WIDE, [("E0", "E1"), ("E2",)], id="no-chain"),
        pytest.param(at((0, 0), (500, 0)), WIDE, [("E0", "E1")], id="exactly-the-limit"),
        pytest.param(at((0, 0), (500.01, 0)), WIDE, [("E0",), ("E1",)], id="a-centimetre-over"),
        pytest.param(
            at((0, 0), (10, 0), (20, 0), households=40), Limits(500, 80, None, 0), [("E0", "E1"), ("E2",)], id="full"
        ),
        pytest.param(
            at((0, 0), (10, 0), households=None), Limits(500, 1, None, 0), [("E0", "E1")], id="unknown-fills-nothing"
        ),
        pytest.param(
            at((0, 0), (10, 0), households=900), Limits(500, 800, None, 0), [("E0",), ("E1",)], id="over-alone"
        ),
        pytest.param(
            at(*[(7, 7)] * 3, households=1), Limits(500, 2, None, 0), [("E0", "E1"), ("E2",)], id="on-one-spot"
        ),
    ],
)  # fmt: skip
def test_a_few_estates(estates: list[Candidate], limits: Limits, expected: list[tuple[str, ...]]) -> None:
    assert codes(group_estates(estates, limits)) == expected


def test_a_whole_street_on_one_spot_is_quick_and_small() -> None:
    """As lists place them whose addresses nobody could find: pairs would be 200 million."""
    began = time.monotonic()
    groups = group_estates([Candidate(f"E{i:05d}", 5, 5) for i in range(20_000)], WIDE)
    assert [len(group.codes) for group in groups] == [20_000]
    assert time.monotonic() - began < 5
