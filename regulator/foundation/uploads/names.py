"""Names of files: what a person called them, without what could mislead a person or a disk. Decides no kind."""

import re
import unicodedata

MOST_BYTES = 255
"""What file systems and browsers take (ext4, NTFS: 255), counted as UTF-8."""
NAMELESS = "attachment"

_FORBIDDEN = re.compile(r'[<>:"|?*;%]')
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}\Z")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Control characters, those that turn or hide text, private ones, halves of a pair, separators of lines."""


def clean_name(name: str, endings: tuple[str, ...] = ()) -> str:
    """The last part of a path as a name of at most 255 bytes; with one of these endings (``.pdf``) where any are given.

    An ending that says another kind is replaced by the first of them.
    """
    stem, ending = _parted(_plain(name), endings)
    stem = f"_{stem}" if _DEVICES.match(stem) else stem
    return (_short(stem, MOST_BYTES - len(ending.encode())).rstrip(". ") or NAMELESS) + ending


def as_ascii(name: str) -> str:
    """A name for programs that know plain letters only; its ending stays."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._() -]", "", plain).strip(" -")
    return safe if not safe.startswith(".") and safe else f"{NAMELESS}{safe}"


def _plain(name: str) -> str:
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if char.isspace() else char for char in last if char.isspace() or _is_seen(char))
    return re.sub(r" {2,}", " ", _FORBIDDEN.sub("_", seen)).strip(" ").lstrip(".").strip(" ")


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN


def _parted(name: str, endings: tuple[str, ...]) -> tuple[str, str]:
    """What comes before the ending, and the ending that is to stand."""
    found = _ENDING.search(name)
    said = found[0].lower() if found else ""
    stem = name[: len(name) - len(said)]
    if not endings:
        return stem, said
    if said in endings:
        return stem, said
    for ending in endings:  # invoice.pdf.exe
        if stem.lower().endswith(ending):
            return stem[: -len(ending)], ending
    return stem, endings[0]


def _short(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, no character cut in two and no accent from its letter."""
    if len(text.encode()) <= most:
        return text
    cut = text.encode()[:most].decode(errors="ignore")
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut
