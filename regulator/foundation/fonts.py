"""The product's own fonts for paper and which characters they can draw; what a page shows is the browser's business."""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from regulator.resources import resource_dir

SANS = "Noto Sans SC"
SERIF = "Noto Serif SC"
MISSING = "〓"  # the sign Chinese printers set for a character they have no type for
_KEPT = frozenset("\n\t")
_VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_SEGMENTED, _GROUPED = 4, 12


def font_dir() -> Path:
    """The directory of the fonts; raises FileNotFoundError when they were not installed."""
    directory = resource_dir("fonts")
    if not any(directory.glob("*.ttf")):
        raise FileNotFoundError(f"no fonts in {directory}: dev/vendor.py copies them there")
    return directory


def drawable(text: str) -> str:
    """The text as our fonts can draw it: control and format characters fall away, what has no glyph becomes `MISSING`.

    One character without a glyph would otherwise make a whole PDF/A impossible.
    """
    known = _coverage()
    return "".join(
        character if character in _KEPT or ord(character) in known else MISSING
        for character in text
        if character in _KEPT or not _is_silent(character)
    )


def undrawable(text: str) -> frozenset[str]:
    """The characters of the text that `drawable` replaces, for whoever must see to them before a paper goes out."""
    known = _coverage()
    return frozenset(c for c in text if c not in _KEPT and not _is_silent(c) and ord(c) not in known)


def _is_silent(character: str) -> bool:
    """Controls, format characters (which can turn text round), halves of surrogates, choices between glyphs."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or any(ord(character) in some for some in _VARIATIONS)


# --- which code points a TrueType file maps to a glyph (OpenType 1.9, "cmap") ----------------------------------------


@cache
def _coverage() -> frozenset[int]:
    """The code points that every one of our fonts can draw."""
    return frozenset.intersection(*(frozenset(_code_points(path)) for path in sorted(font_dir().glob("*.ttf"))))


def _code_points(path: Path) -> Iterator[int]:
    with path.open("rb") as file:
        tables = struct.unpack(">4xH6x", file.read(12))[0]
        entries = struct.iter_unpack(">4s4xII", file.read(16 * tables))
        start, length = next((start, length) for tag, start, length in entries if tag == b"cmap")
        file.seek(start)
        cmap = file.read(length)
    for (offset,) in struct.iter_unpack(">4xI", cmap[4 : 4 + 8 * struct.unpack_from(">2xH", cmap)[0]]):
        kind = struct.unpack_from(">H", cmap, offset)[0]
        if kind == _GROUPED:
            yield from _grouped(cmap[offset:])
        elif kind == _SEGMENTED:
            yield from _segmented(cmap[offset:])


def _grouped(table: bytes) -> Iterator[int]:
    """Subtable of format 12: groups of (first, last, glyph of the first)."""
    count = struct.unpack_from(">12xI", table)[0]
    for first, last, _glyph in struct.iter_unpack(">III", table[16 : 16 + 12 * count]):
        yield from range(first, last + 1)


def _segmented(table: bytes) -> Iterator[int]:
    """Subtable of format 4: four arrays of as many segments; a glyph of 0 is no glyph."""
    count = struct.unpack_from(">6xH", table)[0] // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{count}H", table, 14 + 2 * count * part + 2 * (part > 0)) for part in range(4)
    )
    base = 16 + 6 * count
    for segment, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            place = base + 2 * segment + offset + 2 * (code - first)
            glyph = struct.unpack_from(">H", table, place)[0] if offset else code + delta
            if glyph & 0xFFFF:
                yield code
