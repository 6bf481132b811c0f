"""What may stand in an audit entry, and how entries and seals are digested. Pure; facts in, digests out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from regulator.features.audit.terms import JSON

MASK = "***"
SECRET_WORDS = ("password", "secret", "token", "recovery", "totp", "hash")
"""A fact whose name holds one of these words never shows its value."""

_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}[ -]?(?:18|19|20)\d{2}[ -]?[01]\d[ -]?[0-3]\d[ -]?\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<!\d)((?:\+|00)?86[ -]?)?(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<![\d-])[(（]?(0\d{2,3})[)）]?[ -]?\d{3,4}[ -]?\d{2}(\d{2})(?![\d-])")

DIGEST_BYTES = 32
LEAF_BYTES = 8 + DIGEST_BYTES
GENESIS = bytes(DIGEST_BYTES)
"""What the first seal follows."""


def mask_text(text: str) -> str:
    """The text with resident ID numbers and telephone numbers made unreadable, enough left to recognise a mix-up.

    Credit codes (which begin with 9 or a letter, or carry no birth date) and estate codes pass untouched.
    """
    text = _ID_NUMBER.sub(lambda found: f"{found[0][:2]}{'*' * 14}{found[0][-2:]}", text)
    text = _MOBILE.sub(lambda found: f"{found[1] or ''}{found[2]}****{found[3]}", text)
    return _LANDLINE.sub(lambda found: f"{found[1][:3]}****{found[2]}", text)


def guard(value: JSON) -> JSON:
    """The same facts, fit for the trail: no ID number, phone or secret in clear, however deeply they lie."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {mask_text(str(name)): MASK if _is_secret(str(name)) else guard(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [guard(item) for item in value]
    return value


def _is_secret(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in SECRET_WORDS)


def canonical(facts: Mapping[str, JSON]) -> str:
    """The one way facts are written down: guarded JSON, names in order."""
    return json.dumps(guard(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(fields: Sequence[str | None]) -> bytes:
    """SHA-256 over the fields of an entry in their fixed order; None and the empty text differ."""
    return hashlib.sha256(json.dumps(list(fields), ensure_ascii=False).encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sealed entry: its place in the trail and what it looked like when it was sealed."""

    seq: int
    digest: bytes


def pack(leaves: Sequence[Leaf]) -> bytes:
    """Leaves as bytes: eight for the place, 32 for the digest, in order."""
    return b"".join(leaf.seq.to_bytes(8, "big") + leaf.digest for leaf in leaves)


def unpack(packed: bytes) -> Iterator[Leaf]:
    """The leaves of a seal; a broken tail gives a leaf that matches nothing."""
    for start in range(0, len(packed), LEAF_BYTES):
        yield Leaf(
            int.from_bytes(packed[start : start + 8], "big"),
            packed[start + 8 : start + LEAF_BYTES],
        )


def seal_hash(number: int, previous: bytes, leaves: bytes, sealed_at: str) -> bytes:
    """The link of the chain: everything the seal says and the hash of the seal before."""
    return hashlib.sha256(
        b"\x00".join((str(number).encode(), previous, hashlib.sha256(leaves).digest(), sealed_at.encode()))
    ).digest()


@dataclass(frozen=True, slots=True)
class Problem:
    """Where the trail is not what was sealed. `seq` is the entry's place, `seal` the number of the seal."""

    kind: str
    seq: int | None
    seal: int | None


def compare(sealed: Sequence[Leaf], found: Mapping[int, bytes | None], seal: int) -> Iterator[Problem]:
    """What differs between the sealed entries of a range and those found there now, in order of place."""
    expected = {leaf.seq: leaf.digest for leaf in sealed}
    for seq in sorted(expected.keys() | found.keys()):
        if seq not in found:
            yield Problem("missing", seq, seal)
        elif seq not in expected:
            yield Problem("inserted", seq, seal)
        elif found[seq] != expected[seq]:
            yield Problem("altered", seq, seal)
