"""How much of what is sent is taken; no rule of the law, what a desk can work with."""

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each thing. Sizes in bytes, before and after cleaning; ``seconds`` of one processor's time."""

    pdf_size: int = 50 * MEGABYTE
    image_size: int = 20 * MEGABYTE
    office_size: int = 20 * MEGABYTE
    pages: int = 1_000
    objects: int = 300_000
    expanded: int = 256 * MEGABYTE
    """What the packed streams of a PDF other than pictures may grow to."""
    pixels: int = 64_000_000
    """A camera of 50 megapixels writes 8192 × 6144."""
    entries: int = 3_000
    unpacked: int = 200 * MEGABYTE
    ratio: int = 200
    """How many times smaller a packed document may be; sheets of repeated cells reach about 50."""
    seconds: int = 20
    memory: int = 1536 * MEGABYTE


DEFAULT_LIMITS = Limits()
EXPANDED_ALWAYS = MEGABYTE
"""So little is never said to be a bomb, however well it was packed."""
EOCD_REACH = 22 + 0xFFFF
"""How far before its end a zip archive may be found: the end record and the longest comment (APPNOTE 4.3.16)."""
