"""The fonts for paper say what they can draw: a missing glyph is shown, never fatal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.foundation import fonts


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        pytest.param("沈河区 A-1：8.16万㎡", "沈河区 A-1：8.16万㎡", id="as-it-is"),
        pytest.param("𬭎㛃䶮", "𬭎㛃䶮", id="rare-but-there"),
        pytest.param("𠮷😀", "〓〓", id="no-glyph"),
        pytest.param("a\x00\x07b\ud800", "ab", id="controls"),
        pytest.param("甲\u202e乙\u200b\ufe0f", "甲乙", id="unseen"),
        pytest.param("一\n二\t三", "一\n二\t三", id="lines-and-tabs"),
    ],
)
def test_what_has_no_glyph_is_marked(text: str, drawn: str) -> None:
    assert fonts.drawable(text) == drawn


def test_missing_characters_are_named() -> None:
    assert fonts.undrawable("王𠮷\x00，李😀") == {"𠮷", "😀"}
    assert fonts.undrawable("王镕") == frozenset()


@given(st.text())
def test_drawable_is_final(text: str) -> None:
    once = fonts.drawable(text)
    assert fonts.drawable(once) == once
    assert fonts.undrawable(once) == frozenset()


def test_both_kinds_of_table_are_read() -> None:
    """ASCII by segments, characters beyond the first plane by groups; an absent glyph is no code point."""
    for path in sorted(fonts.font_dir().glob("*.ttf")):
        found = set(fonts._code_points(path))
        assert set(range(0x20, 0x7F)) <= found
        assert any(code > 0xFFFF for code in found)
        assert not found & {0xE000, 0xFFFF}
