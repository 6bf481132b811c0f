"""Addresses inside documents: those a reader expects behind a link, and those that would start something else."""

from urllib.parse import urlsplit

_EXPECTED = frozenset({"", "http", "https", "mailto", "tel"})
_ELSEWHERE = ("\\", "/")
"""Another machine's share, or a place on the reader's own."""


def leads_astray(address: str) -> bool:
    """Whether an address starts something else than a browser, a letter, a call or a neighbouring file."""
    plain = "".join(address.split())
    try:
        scheme = urlsplit(plain).scheme
    except ValueError:
        return True
    return scheme.lower() not in _EXPECTED or plain.startswith(_ELSEWHERE)
