"""Well-formed numbers that belong to nobody: credit codes, resident IDs, keys in the order they were made."""

from datetime import date, timedelta
from functools import lru_cache
from operator import mul
from uuid import UUID

from regulator.features.registry.demo.draws import Draws

EPOCH_MS = 1_767_225_600_000  # 2026-01-01 UTC: keys of a demo say nothing about when it was made
_BORN_FROM = date(1962, 1, 1)
_BORN_DAYS = 15_000
_BASE31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, Appendix B: no I, O, S, V, Z
_VALUES = {letter: value for value, letter in enumerate(_BASE31)}
_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ID_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))  # GB 11643-1999
_ID_CHECKS = "10X98765432"


class Keys:
    """UUIDs of version 7 in order, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._head = (EPOCH_MS << 80) | (7 << 76) | ((seed & 0xFFF) << 64) | (2 << 62)
        self._next = (seed >> 12) << 44

    def __call__(self) -> UUID:
        """The next key."""
        self._next += 1
        return UUID(int=self._head | self._next)


def credit_code(district: str, serial: int, draws: Draws) -> str:
    """A code of GB 32100-2015 with a right check character; ``serial`` below 31**5 keeps codes of a district apart."""
    digits = ""
    for _ in range(5):
        serial, place = divmod(serial, 31)
        digits = _BASE31[place] + digits
    body = f"91{district}{draws.between(0, 999):03}{digits}{draws.between(0, 9)}"
    return body + _BASE31[-sum(map(mul, _CODE_WEIGHTS, map(_VALUES.__getitem__, body))) % 31]


def resident_id(district: str, serial: int) -> tuple[str, date]:
    """An ID number of GB 11643 with its day of birth; the same serial in the same district gives the same number."""
    born, written = _birthday(serial * 7919 % _BORN_DAYS)
    body = f"{district}{written}{serial // _BORN_DAYS % 1000:03}"
    return body + _ID_CHECKS[sum(map(mul, _ID_WEIGHTS, map(int, body))) % 11], born


@lru_cache(maxsize=_BORN_DAYS)
def _birthday(number: int) -> tuple[date, str]:
    born = _BORN_FROM + timedelta(days=number)
    return born, f"{born:%Y%m%d}"
