"""Prefixes go by level; ranges and scopes cover what they say and nothing beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.divisions.terms import CodeRange, Level, Scope, level_of, prefix, successor

digits = st.text("0123456789", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("code", "level", "start"),
    [
        ("210100", Level.CITY, "2101"),
        ("210103", Level.DISTRICT, "210103"),
        ("210106031", Level.STREET, "210106031"),
        ("210106031200", Level.COMMUNITY, "210106031200"),
        ("210100000", Level.STREET, "210100000"),
    ],
)
def test_a_prefix_goes_by_level_never_by_zeros(code: str, level: Level, start: str) -> None:
    assert level_of(code) is level
    assert prefix(code) == start


@pytest.mark.parametrize("code", ["", "2101", "21010a", "2101031", "２１０１０３"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a division code"):
        level_of(code)


@given(digits, digits)
def test_a_range_holds_exactly_what_begins_with_its_prefix(start: str, code: str) -> None:
    held = start <= code < successor(start)
    assert held == code.startswith(start) or set(start) == {"9"}


def test_the_last_code_of_a_city_lies_inside_and_the_next_city_outside() -> None:
    city = CodeRange.of("210100")
    assert city.covers("210199999999")
    assert not city.covers("210200")
    assert not city.covers("2100")


def test_scopes_join_and_narrow() -> None:
    two = Scope.union([Scope.division("210103", "沈河区"), Scope.division("210102", "和平区")])
    assert two.label == "沈河区、和平区"
    assert two.covers("210102001001")
    assert not two.covers("210104001001")
    assert not two.covers(None)
    inside = two.narrowed(CodeRange.of("210103001"))
    assert inside.covers("210103001002")
    assert not inside.covers("210102001002")
    assert two.narrowed(CodeRange.of("210104")).ranges == ()


def test_one_company_is_a_scope_of_its_own() -> None:
    own = Scope.company("91210103MA10000151")
    assert own.covers_company("91210103MA10000151")
    assert not own.covers("210103")
    with pytest.raises(ValueError, match="one company"):
        Scope.union([own, Scope.company("91210103MA10000232")])


def test_everything_covers_also_what_has_no_place() -> None:
    assert Scope.everything().covers(None)
    assert Scope.everything().covers("999999999999")
    assert not Scope.nothing().covers("210103")
