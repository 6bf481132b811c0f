"""When one company's name resembles another's. Pure; a resemblance proposes and never decides."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from regulator.features.registry.imports.values import name_key

_ENDING = re.compile(
    r"(?:物业)?(?:管理|服务|城市|发展|经营|投资|集团|控股|实业|置业|有限|责任|股份|公司|分公司|沈阳|物业|\(集团\)|\(沈阳\))+$"
)
ENOUGH = 0.86
FEW = 5
BLANKET = 2
"""A core of so few characters says nothing about who is meant."""


def core(name: str) -> str:
    """What tells one company from another: the name without its form and trade."""
    key = name_key(name)
    stripped = _ENDING.sub("", key)
    return stripped if len(stripped) > BLANKET else key


def resembling(name: str, candidates: Iterable[tuple[str, str]], few: int = FEW) -> Sequence[str]:
    """Of candidates (credit code, name) those whose name comes near, likeliest first, at most ``few``."""
    key, own = name_key(name), core(name)
    scored: list[tuple[float, str]] = []
    for credit_code, other in candidates:
        score = 1.0 if core(other) == own else 0.0
        matcher = SequenceMatcher(None, key, name_key(other), autojunk=False)
        if matcher.real_quick_ratio() < ENOUGH and not score:
            continue
        ratio = matcher.ratio()
        if score or ratio >= ENOUGH:
            scored.append((score + ratio, credit_code))
    scored.sort(key=lambda found: (-found[0], found[1]))
    return [credit_code for _, credit_code in scored[:few]]
