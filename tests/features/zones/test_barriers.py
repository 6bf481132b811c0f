"""What parts two estates: tables of lines and areas on the ground, and groups made with and without them."""

import math
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, Polygon

from regulator.features.zones.barriers import PIECE, Barriers
from regulator.features.zones.rules.grouping import group_estates
from regulator.features.zones.shapes import nearest
from regulator.features.zones.terms import Candidate, Limits
from tests.factories.zones import GRID, in_degrees

Metres = tuple[float, float]
RIVER = LineString([(-1000, 50), (1000, 50)])
BED = Polygon([(-1000, 40), (1000, 40), (1000, 60), (-1000, 60)])
ISLAND = Polygon(
    [(-1000, 0), (1000, 0), (1000, 300), (-1000, 300)], [[(-200, 100), (200, 100), (200, 200), (-200, 200)]]
)
WALL = LineString([(-100, -100), (100, -100), (100, 100), (-100, 100), (-100, -100)])
WINDING = LineString([(x, 50 + (40 if x % 20 else -40)) for x in range(-1000, 1001, 10)])


def on_the_ground(shapes: Iterable[Any]) -> Barriers:
    return Barriers([in_degrees(shape) for shape in shapes], GRID)


def parted(shapes: Iterable[Any], here: Metres, there: Metres) -> bool:
    barriers = on_the_ground(shapes)
    one, other = np.array([here], dtype=np.float64), np.array([there], dtype=np.float64)
    forth, back = barriers.part(one, other)[0], barriers.part(other, one)[0]
    assert forth == back, "whichever end one begins at"
    return bool(forth)


@pytest.mark.parametrize(
    ("shapes", "here", "there", "expected"),
    [
        pytest.param([], (0, 0), (0, 100), False, id="none-loaded"),
        pytest.param([RIVER], (0, 0), (0, 100), True, id="both-banks"),
        pytest.param([RIVER], (0, 0), (300, 0), False, id="same-bank"),
        pytest.param([RIVER], (0, 0), (0, 49), False, id="up-to-the-bank"),
        pytest.param([RIVER], (1001, 0), (1001, 100), False, id="beyond-its-end"),
        pytest.param([RIVER], (0, 50), (0, 100), False, id="on-the-line-and-north"),
        pytest.param([RIVER], (0, 50), (0, 0), False, id="on-the-line-and-south"),
        pytest.param([RIVER], (0, 49.5), (0, 50.5), False, id="closer-than-anybody-can-tell"),
        pytest.param([RIVER], (0, 48), (0, 52), True, id="two-metres-off-on-either-side"),
        pytest.param([RIVER], (7, 7), (7, 7), False, id="one-spot"),
        pytest.param(
            [MultiLineString([[(-1000, 50), (-10, 50)], [(10, 50), (1000, 50)]])], (0, 0), (0, 100), False, id="bridge"
        ),
        pytest.param(
            [MultiLineString([[(-1000, 50), (-10, 50)], [(10, 50), (1000, 50)]])], (50, 0), (50, 100), True,
            id="beside-the-bridge",
        ),
        pytest.param(
            [LineString([(-1000, 50), (0, 50)]), LineString([(0, 50), (1000, 50)])], (0, 0), (0, 100), True,
            id="through-the-joint-of-two-lines",
        ),
        pytest.param([BED], (0, 0), (0, 100), True, id="area-both-banks"),
        pytest.param([BED], (0, 50), (300, 50), False, id="area-both-inside"),
        pytest.param([BED], (0, 50), (0, 100), True, id="area-inside-and-bank"),
        pytest.param([MultiPolygon([BED])], (0, 0), (0, 100), True, id="areas"),
        pytest.param([ISLAND], (-100, 150), (100, 150), False, id="one-island"),
        pytest.param([ISLAND], (0, 150), (0, 400), True, id="island-and-bank"),
        pytest.param([WALL], (0, 0), (50, 50), False, id="inside-one-wall"),
        pytest.param([WALL], (0, 0), (0, 200), True, id="inside-and-outside-a-wall"),
        pytest.param([WINDING], (0, -50), (3, 150), True, id="long-line-in-pieces"),
        pytest.param([WINDING], (-900, -50), (900, -50), False, id="along-a-long-line"),
    ],
)  # fmt: skip
def test_what_parts_two_places(shapes: list[Any], here: Metres, there: Metres, expected: bool) -> None:
    assert parted(shapes, here, there) is expected


def test_a_long_line_has_no_gap_where_it_is_cut() -> None:
    """Across every vertex, and the middle of every edge."""
    assert len(WINDING.coords) > 3 * PIECE
    for (x, y), (u, v) in pairwise(WINDING.coords):
        middle = ((x + u) / 2, (y + v) / 2)
        for east, north in (middle, (x, y)) if x > -1000 else (middle,):
            assert parted([WINDING], (east, north - 3), (east, north + 3))


# --- groups ---------------------------------------------------------------------------------------------------------


WIDE = Limits(500, None, None, 0)


def at(*places: Metres) -> list[Candidate]:
    return [Candidate(f"E{i}", x, y) for i, (x, y) in enumerate(places)]


@pytest.mark.parametrize(
    ("places", "shapes", "expected"),
    [
        pytest.param([(0, 0), (0, 100)], [], [("E0", "E1")], id="without"),
        pytest.param([(0, 0), (0, 100)], [RIVER], [("E0",), ("E1",)], id="both-banks"),
        pytest.param([(0, 0), (0, 100)], [BED], [("E0",), ("E1",)], id="both-banks-of-an-area"),
        pytest.param(
            [(0, 0), (0, 50), (0, 130)], [RIVER], [("E0", "E1"), ("E2",)], id="on-the-line-joins-the-nearer-bank-only"
        ),
        pytest.param(
            [(0, 0), (900, 100), (1040, 50), (1000, 0)], [RIVER], [("E2", "E3"), ("E0",), ("E1",)],
            id="no-way-round-the-end-for-those-parted",
        ),
        pytest.param([(0, 0)] * 3 + [(0, 100)] * 2, [RIVER], [("E0", "E1", "E2"), ("E3", "E4")], id="on-one-spot-each"),
    ],
)  # fmt: skip
def test_groups_never_reach_across(places: list[Metres], shapes: list[Any], expected: list[Any]) -> None:
    groups = group_estates(at(*places), WIDE, on_the_ground(shapes).part)
    assert [group.codes for group in groups] == expected


SPOTS = st.lists(st.tuples(st.integers(-600, 600), st.integers(-600, 600)), max_size=25)
WAYS = st.lists(
    st.lists(st.tuples(st.integers(-700, 700), st.integers(-700, 700)), min_size=2, max_size=5, unique=True), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(spots=SPOTS, ways=WAYS)
def test_whatever_stands_and_runs_where(spots: list[Metres], ways: list[Sequence[Metres]]) -> None:
    """No group holds two estates whose way crosses a barrier, told here by sides and without any index."""
    estates = at(*spots)
    known = {one.code: (one.x, one.y) for one in estates}
    groups = group_estates(estates, WIDE, on_the_ground(LineString(way) for way in ways).part)
    assert sorted(code for group in groups for code in group.codes) == sorted(known)
    edges = [edge for way in ways for edge in pairwise(way)]
    for group in groups:
        for one, other in combinations(group.codes, 2):
            assert not any(cross(known[one], known[other], *edge) for edge in edges), (one, other)


def cross(a: Metres, b: Metres, c: Metres, d: Metres) -> bool:
    """Whether the way from a to b surely crosses the edge from c to d: all well off each other's line."""
    if a == b:
        return False
    return (
        away(a, c, d) * away(b, c, d) < 0
        and away(c, a, b) * away(d, a, b) < 0
        and min(abs(away(a, c, d)), abs(away(b, c, d))) > 1.5
        and min(abs(away(c, a, b)), abs(away(d, a, b))) > 0.01
    )


def away(spot: Metres, start: Metres, end: Metres) -> float:
    """Metres from a line, positive on its left."""
    (x, y), (u, v), (s, t) = spot, start, end
    return ((s - u) * (y - v) - (t - v) * (x - u)) / math.dist(start, end)


# --- who could take over --------------------------------------------------------------------------------------------


def degrees(*places: Metres) -> list[tuple[float, float]]:
    return [GRID.to_degrees(*place) for place in places]


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        pytest.param([], (0, 100), id="nearest"),
        pytest.param([RIVER], (1, 200), id="nearest-on-this-bank"),
        pytest.param([RIVER, WALL], None, id="nobody-on-this-side"),
    ],
)
def test_who_could_take_over_stands_on_the_same_side(shapes: list[Any], expected: tuple[int, int] | None) -> None:
    barriers = on_the_ground(shapes) if shapes else None
    assert nearest(degrees((0, 0)), degrees((0, 100), (200, 0), (600, 0)), 500, barriers) == expected
