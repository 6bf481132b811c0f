"""An article binds from its first to its last day, both included."""

from datetime import date, timedelta

import pytest

from regulator.law.citations import Citation

FIRST, LAST = date(2018, 3, 19), date(2025, 12, 31)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "ended", "open_end"),
    [
        pytest.param(FIRST - DAY, False, False, id="the day before"),
        pytest.param(FIRST, True, True, id="the first day"),
        pytest.param(LAST, True, True, id="the last day"),
        pytest.param(LAST + DAY, False, True, id="the day after"),
    ],
)
def test_in_force(day: date, ended: bool, open_end: bool) -> None:
    assert Citation("物业管理条例", "33", FIRST, LAST).in_force_on(day) is ended
    assert Citation("物业管理条例", "33", FIRST).in_force_on(day) is open_end


def test_a_citation_is_named_by_instrument_and_article() -> None:
    assert str(Citation("物业管理条例", "33", FIRST)) == "物业管理条例 33"
