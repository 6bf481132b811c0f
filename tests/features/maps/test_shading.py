"""The worker shades the map: every figure of the catalogue, equal to the figure itself, anew when something changed."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from regulator.features.audit.terms import Actor
from regulator.features.coverage.actions.tallies import start_counting
from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level, Scope
from regulator.features.maps.actions import load_boundaries
from regulator.features.maps.shading import SHADING_JOB, Shading, find_shading, keep_shading_fresh, shade
from regulator.features.maps.terms import ShadeKind
from regulator.features.metrics import catalogue
from regulator.features.metrics.actions import set_target
from regulator.features.metrics.rules import parse_period
from regulator.features.metrics.terms import MetricName
from regulator.features.registry.actions.nature import touch_register
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.jobs import Job
from tests.factories.maps import DAY, DISTRICTS, NOW, draw_map, estate, make_territory, register

ESTATES = MetricName.COVERAGE_FULL_ESTATES
SHENHE, DADONG = "210103", "210104"
SQUARE = {"type": "Polygon", "coordinates": [[[123.4, 41.7], [123.5, 41.7], [123.5, 41.8], [123.4, 41.7]]]}


@pytest.fixture
def city(session: Session) -> Iterator[None]:
    """Ten estates in one district, six of them managed, four in another, none elsewhere."""
    clock.fix_today(DAY)
    make_territory()
    with transaction():
        session.add(Division(code="210103005", level=Level.STREET, name="五爱街道", parent_code=SHENHE))
        session.flush()
        session.add(Division(code="210103005001", level=Level.COMMUNITY, name="一社区", parent_code="210103005"))
    others = [
        (estate(n, 123.5, 41.8, code=f"210104005001{n:04d}", division_code=DADONG), Mode.NONE) for n in range(20, 24)
    ]
    register(
        [
            *((estate(n, 123.4, 41.8, division_code="210103005001"), Mode.PROFESSIONAL) for n in range(6)),
            *((estate(n, 123.4, 41.8, division_code="210103005001"), Mode.ABANDONED) for n in range(6, 10)),
            *others,
        ]
    )
    draw_map()
    yield
    clock.fix_today(None)


def shaded(level: Level = Level.DISTRICT, metric: MetricName = ESTATES) -> Shading:
    with transaction():
        list(shade({}))
    found = find_shading(level, metric)
    assert found is not None
    return found


def kinds(found: Shading) -> dict[str, ShadeKind]:
    return {item.code: found.shades[item.shade].kind for item in found.divisions}


@pytest.mark.parametrize("tallied", [False, True], ids=["counted-now", "from-tallies"])
def test_every_figure_is_the_figure_itself(city: None, session: Session, tallied: bool) -> None:
    with transaction():
        if tallied:
            start_counting(NOW)
        boundaries = [{"properties": {"code": code}, "geometry": SQUARE} for code in ("210100", "210103005001")]
        load_boundaries(boundaries, source="x", actor=Actor.system(), now=NOW)
    draw_map()
    shaded()
    today = parse_period(DAY.isoformat())
    for level, codes in (
        (Level.CITY, ["210100"]),
        (Level.DISTRICT, list(DISTRICTS)),
        (Level.COMMUNITY, ["210103005001"]),
    ):
        for metric in catalogue.list_metrics():
            found = find_shading(level, metric.name)
            assert found is not None
            own = {code: catalogue.reckon(metric, code, today, DAY) for code in codes}
            assert {item.code: (item.numerator, item.denominator) for item in found.divisions} == {
                code: (value.numerator, value.denominator) for code, value in own.items()
            }, metric.name
    assert find_shading(Level.STREET, ESTATES) is None  # no borders, no shading


def test_the_target_of_the_city_makes_the_classes(city: None) -> None:
    found = shaded()
    assert found.as_of == DAY
    assert {code: kind for code, kind in kinds(found).items() if code in {SHENHE, DADONG}} == {
        SHENHE: ShadeKind.BAND,
        DADONG: ShadeKind.TOO_FEW,
    }
    with transaction():
        set_target(Scope.everything(), ESTATES, "210100", DAY.year, 6500, actor=Actor.system(), now=NOW)
    found = shaded()
    assert kinds(found)[SHENHE] is ShadeKind.SHORT
    assert kinds(found)["210102"] is ShadeKind.UNMEASURED
    assert [found.count(place) for place in range(len(found.shades))] == [0, 1, 0, 1, 11]
    other = shaded(metric=MetricName.COVERAGE_PROFESSIONAL_ESTATES)
    assert kinds(other)[SHENHE] is ShadeKind.BAND  # the target is another figure's


def test_it_is_reckoned_anew_when_something_changed_and_not_otherwise(city: None, session: Session) -> None:
    def wanted(days: int = 0) -> bool:
        with transaction():
            session.execute(Job.__table__.delete())  # type: ignore[attr-defined]
            keep_shading_fresh(NOW + timedelta(days=days))
        return bool(session.scalar(select(func.count()).select_from(Job).where(Job.kind == SHADING_JOB)))

    assert wanted()
    shaded()
    assert not wanted()
    assert wanted(days=1)
    for change in (
        lambda: touch_register(NOW),
        lambda: set_target(Scope.everything(), ESTATES, "210100", DAY.year, 9500, actor=Actor.system(), now=NOW),
    ):
        with transaction():
            change()
        assert wanted()
        shaded()
        assert not wanted()


def test_a_figure_that_is_reckoned_one_by_one_is_shaded_too(city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_levels", {})
    found = shaded()
    assert {item.code: item.numerator for item in found.divisions if item.denominator} == {SHENHE: 6, DADONG: 0}
    assert found.as_of == date(2026, 11, 23)


def test_without_borders_nothing_is_shaded_and_nothing_asked_again(session: Session) -> None:
    with transaction():
        list(shade({}))
        keep_shading_fresh(clock.now())
    assert find_shading(Level.DISTRICT, ESTATES) is None
    assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == SHADING_JOB)) == 0
