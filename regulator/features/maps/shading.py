"""Figures and classes of the divisions for the map: reckoned by the worker, kept as files, read by the web."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from regulator.features.divisions.terms import Level, Scope
from regulator.features.maps import shelf
from regulator.features.maps.rules import FINEST, Reading, Shade, classify
from regulator.features.maps.terms import ShadeKind
from regulator.features.metrics.catalogue import list_metrics, marks, reckon_level
from regulator.features.metrics.queries import list_targets, targets_of
from regulator.features.metrics.rules import parse_period
from regulator.features.metrics.terms import Metric, MetricName, MetricValue
from regulator.foundation import clock
from regulator.foundation.clock import day_of
from regulator.foundation.database import thinking
from regulator.foundation.jobs import Step, enqueue

SHADING_JOB = "maps.shading"
SHADING_FORMAT = 1
"""Raised when the files are written differently, so that installations write theirs anew."""
CODES_AT_ONCE = 5_000
_CURRENT = "current.json"


@dataclass(frozen=True, slots=True)
class Shaded:
    """A division with its figure and the place of its class."""

    code: str
    name: str
    numerator: int
    denominator: int
    shade: int

    @property
    def value(self) -> Fraction | None:
        """The exact share; None when there is nothing to divide by."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True, slots=True)
class Shading:
    """One figure over the divisions of a level that have borders, by code."""

    mark: str
    metric: MetricName
    level: Level
    as_of: date
    shades: tuple[Shade, ...]
    divisions: tuple[Shaded, ...]

    def count(self, shade: int) -> int:
        """How many divisions are in a class."""
        return sum(item.shade == shade for item in self.divisions)


# --- the worker -----------------------------------------------------------------------------------------------------


def keep_shading_fresh(now: datetime) -> None:
    """Each minute: have the figures reckoned anew when the day, the register, a target or the borders changed."""
    if _read(_CURRENT).get("mark") != _wanted_mark(day_of(now)):
        ask_for_shading(now)


def ask_for_shading(now: datetime) -> None:
    """Have the figures reckoned by the worker."""
    enqueue(SHADING_JOB, {}, subject="all", now=now)


def _wanted_mark(day: date) -> str:
    parts = (SHADING_FORMAT, day, shelf.current_version(), list_metrics(), marks(), _targets(day))
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:20]


def _targets(day: date) -> list[str]:
    return [f"{item.metric} {item.division_code} {item.value}" for item in list_targets(Scope.everything(), day.year)]


def shade(_payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The job: every figure over every level that has borders; a level is done at a time."""
    day = clock.today()
    mark = _wanted_mark(day)
    levels = [Level(name) for name in shelf.drawn_levels()]
    for done, level in enumerate(levels, start=1):
        with thinking():  # files are written; others write to the register meanwhile
            for found in _shade_level(level, day, mark):
                _write(_name(level, found["metric"]), found)
        yield Step(done, len(levels), "shaded")
    _write(_CURRENT, {"mark": mark})


def _shade_level(level: Level, day: date, mark: str) -> Iterable[dict[str, Any]]:
    _, borders = shelf.find_borders(level.value, FINEST)
    names = {facts["code"]: facts["name"] for facts, _ in borders}
    figures = reckon_level(level, names, parse_period(day.isoformat()), day)
    for metric in list_metrics():
        yield _as_written(metric, level, day, names, figures[metric.name]) | {"mark": mark}


def _as_written(
    metric: Metric, level: Level, day: date, names: Mapping[str, str], values: Mapping[str, MetricValue]
) -> dict[str, Any]:
    targets = {
        code: target
        for start in range(0, len(names), CODES_AT_ONCE)
        for code, target in targets_of(metric.name, list(names)[start : start + CODES_AT_ONCE], day.year).items()
    }
    readings = {code: Reading(item.numerator, item.denominator, targets.get(code)) for code, item in values.items()}
    shades, places = classify(readings, metric.minimum_sample)
    return {
        "metric": metric.name,
        "level": level,
        "as_of": min((item.as_of for item in values.values()), default=day).isoformat(),
        "shades": [[item.kind, _text(item.low), _text(item.high), item.is_cap] for item in shades],
        "divisions": [
            [code, names[code], item.numerator, item.denominator, places[code]]
            for code, item in sorted(readings.items())
        ],
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


# --- the files ------------------------------------------------------------------------------------------------------


def find_shading(level: Level, metric: MetricName) -> Shading | None:
    """A figure over a level; None until the worker has reckoned it, and for a level without borders."""
    found = _read(_name(level, metric))
    if not found:
        return None
    shades = [Shade(ShadeKind(kind), _share(low), _share(high), is_cap) for kind, low, high, is_cap in found["shades"]]
    divisions = tuple(Shaded(*row) for row in found["divisions"])
    return Shading(found["mark"], metric, level, date.fromisoformat(found["as_of"]), tuple(shades), divisions)


def _share(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _name(level: Level, metric: str) -> str:
    return f"{level}.{metric}.json"


def _directory() -> Path:
    return shelf.shelf() / "shading"


def _read(name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((_directory() / name).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _write(name: str, content: Mapping[str, Any]) -> None:
    """The whole file or the one before it, also when the power fails in between."""
    _directory().mkdir(parents=True, exist_ok=True)
    draft = _directory() / f".{secrets.token_hex(8)}"
    draft.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8")
    draft.replace(_directory() / name)
