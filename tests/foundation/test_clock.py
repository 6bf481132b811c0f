"""The day is China's, moments are UTC; a fixed day changes the day and nothing else."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from regulator.foundation import clock


@pytest.fixture(autouse=True)
def running_time() -> Iterator[None]:
    """Whatever a test fixes, time runs again afterwards."""
    yield
    clock.fix_today(None)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param("2026-11-22T15:59:59+00:00", date(2026, 11, 22), id="one second before midnight in China"),
        pytest.param("2026-11-22T16:00:00+00:00", date(2026, 11, 23), id="midnight in China"),
        pytest.param("2026-12-31T16:00:00+00:00", date(2027, 1, 1), id="new year in China first"),
    ],
)
def test_the_day_begins_with_midnight_in_china(moment: str, day: date) -> None:
    instant = datetime.fromisoformat(moment)
    with time_machine.travel(instant, tick=False):
        assert clock.today() == day
        assert clock.now() == instant
        assert clock.now().tzinfo is UTC
    assert clock.day_of(instant) == day


def test_a_day_begins_at_its_first_moment() -> None:
    begin = clock.start_of(date(2026, 11, 23))
    assert begin == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert begin.tzinfo is UTC
    assert clock.day_of(begin) == date(2026, 11, 23)
    assert clock.day_of(begin - timedelta(microseconds=1)) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "real", ["2026-11-22T15:59:59+00:00", "2026-11-22T16:00:00+00:00", "2026-11-23T03:04:05+00:00"]
)
@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 10, 1), date(2030, 12, 31)])
def test_on_a_fixed_day_only_the_day_is_another(real: str, day: date) -> None:
    clock.fix_today(day)
    with time_machine.travel(datetime.fromisoformat(real), tick=False):
        assert clock.today() == day
        assert clock.now().tzinfo is UTC
        local = datetime.fromisoformat(real).astimezone(clock.CHINA)
        assert clock.now().astimezone(clock.CHINA).time() == local.time()


def test_time_runs_again() -> None:
    clock.fix_today(date(2001, 1, 1))
    clock.fix_today(None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
