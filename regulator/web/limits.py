"""How often one address may guess wrongly before it has to wait. Kept in this process only and written nowhere.

A hook before every request would cost each look-up time; a view that can be guessed at asks here by itself.
"""

import ipaddress
import math
from collections import OrderedDict, deque
from datetime import timedelta
from threading import Lock
from time import monotonic

from flask import current_app

MOST_ADDRESSES = 20_000
"""Those heard of longest ago are forgotten first."""


class Guesses:
    """The wrong guesses of each address within a window."""

    def __init__(self, allowed: int, window: timedelta) -> None:
        self._allowed, self._window = allowed, window.total_seconds()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, address: str | None) -> int:
        """Seconds until this address may guess again; 0 while it may."""
        with self._lock:
            wrong = self._recent(_asker(address))
            if len(wrong) < self._allowed:
                return 0
            return max(1, math.ceil(wrong[0] + self._window - monotonic()))

    def note_wrong(self, address: str | None) -> None:
        """Count a wrong guess."""
        asker = _asker(address)
        with self._lock:
            wrong = self._recent(asker)
            wrong.append(monotonic())
            self._wrong[asker] = wrong
            self._wrong.move_to_end(asker)
            while len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)

    def _recent(self, asker: str) -> deque[float]:
        wrong = self._wrong.get(asker) or deque(maxlen=self._allowed)
        while wrong and wrong[0] <= monotonic() - self._window:
            wrong.popleft()
        return wrong


def guesses(name: str, *, allowed: int, window: timedelta) -> Guesses:
    """The guesses at one kind of secret in this application."""
    kept: Guesses = current_app.extensions.setdefault(f"regulator_guesses_{name}", Guesses(allowed, window))
    return kept


def _asker(address: str | None) -> str:
    """Who counts as one: an address, of IPv6 the network a household or an office has to itself."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
