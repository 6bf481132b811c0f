"""Areas and money are exact whole numbers of their smallest unit; shares are exact until they are shown."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.law.measures import Area, Money, Share

CENTS = st.integers(min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(
    ("given", "centi"),
    [
        pytest.param("81600.50", 8_160_050, id="two decimals"),
        pytest.param("0.01", 1, id="the smallest"),
        pytest.param("1E+3", 100_000, id="scientific"),
        pytest.param("12.3400", 1234, id="zeros behind"),
        pytest.param(81_600, 8_160_000, id="whole"),
        pytest.param(Decimal("0.1") + Decimal("0.2"), 30, id="0.1 + 0.2"),
        pytest.param("-5", -500, id="negative"),
    ],
)
def test_areas_and_money_from_text(given: str | int | Decimal, centi: int) -> None:
    assert Area.from_square_metres(given).centi == centi
    assert Money.from_yuan(given).fen == centi


@pytest.mark.parametrize("given", ["0.001", "12.345", "1E-3", Decimal(1) / 3])
def test_nothing_is_rounded_in_silence(given: str | Decimal) -> None:
    with pytest.raises(ValueError):
        Area.from_square_metres(given)
    with pytest.raises(ValueError):
        Money.from_yuan(given)


@given(CENTS, CENTS)
def test_there_and_back_and_sums_are_exact(one: int, other: int) -> None:
    assert Area.from_square_metres(Area(one).square_metres) == Area(one)
    assert Money.from_yuan(Money(one).yuan) == Money(one)
    assert (Area(one) + Area(other)).square_metres == Area(one).square_metres + Area(other).square_metres
    assert (Money(one) + Money(other)).yuan == Money(one).yuan + Money(other).yuan
    assert (Area(one) < Area(other)) is (one < other)
    assert (Money(one) <= Money(other)) is (one <= other)


def test_two_decimals_are_always_shown() -> None:
    assert str(Area(8_160_000).square_metres) == "81600.00"
    assert str(Money(5).yuan) == "0.05"


@pytest.mark.parametrize(
    ("part", "whole", "digits", "percent"),
    [
        pytest.param(1, 3, 1, "33.3", id="rounded down"),
        pytest.param(2, 3, 1, "66.7", id="rounded up"),
        pytest.param(5, 1000, 0, "0", id="half to even, down"),
        pytest.param(15, 1000, 0, "2", id="half to even, up"),
        pytest.param(864, 1000, 1, "86.4", id="exact"),
        pytest.param(7, 7, 2, "100.00", id="all"),
        pytest.param(0, 7, 1, "0.0", id="nothing of something"),
        pytest.param(0, 0, 1, None, id="nothing of nothing"),
        pytest.param(3, 2, 0, "150", id="more than all"),
    ],
)
def test_shares(part: int, whole: int, digits: int, percent: str | None) -> None:
    share = Share(part, whole)
    assert share.percent(digits) == (None if percent is None else Decimal(percent))
    assert share.exact == (None if percent is None else Fraction(part, whole))
    if percent is not None:
        assert str(share.percent(digits)) == percent


def test_units_do_not_mix() -> None:
    with pytest.raises((AttributeError, TypeError)):
        Area(1) + Money(1)  # type: ignore[operator]  # the very mistake
    with pytest.raises(TypeError):
        _ = Area(1) < Money(1)  # type: ignore[operator]  # the very mistake
