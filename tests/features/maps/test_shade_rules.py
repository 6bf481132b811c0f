"""The classes of a shading: at the target where there is one, else by quarters; and the drawing of a zoom level."""

from fractions import Fraction

import pytest

from regulator.features.maps.rules import Reading, Shade, bucket_of, classify
from regulator.features.maps.terms import ShadeKind
from regulator.features.metrics.terms import Bound, MetricName, Target

REACHED, SHORT, FAR, BAND = ShadeKind.REACHED, ShadeKind.SHORT, ShadeKind.FAR, ShadeKind.BAND


def target(value: int, bound: Bound = Bound.FLOOR) -> Target:
    return Target(MetricName.COVERAGE_FULL_ESTATES, "210100", 2026, value, bound)


def share(per_cent: int) -> Fraction:
    return Fraction(per_cent, 100)


def kinds(readings: dict[str, Reading], sample: int = 1) -> dict[str, ShadeKind]:
    shades, places = classify(readings, sample)
    return {code: shades[place].kind for code, place in places.items()}


@pytest.mark.parametrize(
    ("managed", "kind"),
    [
        pytest.param(1000, REACHED, id="all"),
        pytest.param(950, REACHED, id="exactly-the-target"),
        pytest.param(949, SHORT, id="just-short"),
        pytest.param(850, SHORT, id="exactly-ten-points-short"),
        pytest.param(849, FAR, id="more-than-ten-points-short"),
        pytest.param(0, FAR, id="nothing"),
    ],
)
def test_classes_break_at_the_target(managed: int, kind: ShadeKind) -> None:
    assert kinds({"a": Reading(managed, 1000, target(9500))}) == {"a": kind}


@pytest.mark.parametrize(
    ("value", "kind"),
    [(50, REACHED), (51, SHORT), (150, SHORT), (151, FAR)],
    ids=["at", "over", "ten-over", "far-over"],
)
def test_a_cap_is_reached_from_below(value: int, kind: ShadeKind) -> None:
    readings = {"a": Reading(value, 1000, target(500, Bound.CAP))}
    shades, places = classify(readings, 1)
    assert shades[places["a"]].kind is kind
    assert shades == [
        Shade(REACHED, None, share(5), is_cap=True),
        Shade(SHORT, share(5), share(15), is_cap=True),
        Shade(FAR, share(15), None, is_cap=True),
    ]


def test_the_three_classes_of_a_target_are_stated_also_when_nobody_is_in_them() -> None:
    shades, _ = classify({"a": Reading(10, 10, target(9500))}, 1)
    assert shades == [
        Shade(REACHED, share(95), None),
        Shade(SHORT, share(85), share(95)),
        Shade(FAR, None, share(85)),
    ]


def test_each_is_judged_by_its_own_target_and_then_no_figures_are_stated() -> None:
    readings = {"a": Reading(90, 100, target(9000)), "b": Reading(90, 100, target(9500)), "c": Reading(90, 100)}
    shades, places = classify(readings, 1)
    assert {code: shades[place].kind for code, place in places.items()} == {
        "a": REACHED,
        "b": SHORT,
        "c": ShadeKind.WITHOUT_TARGET,
    }
    assert all(shade.low is None and shade.high is None for shade in shades)


def test_too_few_and_nothing_counted_are_told_apart_and_never_judged() -> None:
    readings = {"a": Reading(0, 0, target(9500)), "b": Reading(0, 4, target(9500)), "c": Reading(5, 5, target(9500))}
    assert kinds(readings, 5) == {"a": ShadeKind.UNMEASURED, "b": ShadeKind.TOO_FEW, "c": REACHED}


def test_without_a_target_quarters_of_whole_per_cent_from_the_highest_down() -> None:
    readings = {str(n): Reading(n, 1000) for n in (100, 304, 506, 702, 904)}
    shades, places = classify(readings, 1)
    assert shades == [
        Shade(BAND, share(70), None),
        Shade(BAND, share(51), share(70)),
        Shade(BAND, share(30), share(51)),
        Shade(BAND, None, share(30)),
    ]
    assert places == {"904": 0, "702": 0, "506": 2, "304": 2, "100": 3}


def test_a_single_estate_does_not_redraw_the_map() -> None:
    values = (611, 741, 802, 871, 931)
    before, _ = classify({str(n): Reading(n, 1000) for n in values}, 1)
    after, _ = classify({str(n): Reading(n + 1, 1000) for n in values}, 1)
    assert before == after


@pytest.mark.parametrize(
    ("values", "classes"),
    [([], 0), ([5], 1), ([5, 5, 5, 5], 1), ([1, 10], 4), ([0, 0, 0, 10], 2)],
    ids=["none", "one", "alike", "two", "mostly-nothing"],
)
def test_few_or_equal_figures_make_fewer_classes(values: list[int], classes: int) -> None:
    shades, places = classify({str(n): Reading(value, 10) for n, value in enumerate(values)}, 1)
    assert len(shades) == classes
    assert sorted(places) == [str(n) for n in range(len(values))]


@pytest.mark.parametrize(("zoom", "last"), [(0, 7), (7, 7), (8, 10), (10, 10), (11, 13), (14, 19), (19, 19), (24, 19)])
def test_the_drawing_of_a_zoom_level(zoom: int, last: int) -> None:
    assert bucket_of(zoom) == last
