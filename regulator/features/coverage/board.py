"""What a dashboard says of each division: its figure beside its target, what is missing, its rank and course. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from regulator.features.coverage.terms import Figure, Measured
from regulator.features.metrics.rules import judge_standing, missing, months_left, needed_each_month
from regulator.features.metrics.terms import Standing, Target

SORTS = ("", "rate", "-rate", "gap", "-gap", "missing", "-missing")


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure beside its target: the word for it, how many estates are missing and how many a month that makes."""

    figure: Figure
    target: Target | None
    standing: Standing
    missing: int | None
    needed_each_month: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A division of the table. ``rank`` None: too few estates to be ranked. ``course``: the rates of closed months."""

    code: str
    name: str
    judged: Judged
    rank: int | None
    course: tuple[Fraction | None, ...]

    @property
    def figure(self) -> Figure:
        """Its figure of the day."""
        return self.judged.figure


def judge(figure: Figure, target: Target | None, day: date) -> Judged:
    """A figure of a day beside the target of its year."""
    found = figure.estates
    gap = missing(found.managed, found.all, target)
    months = months_left(day, target.year) if target else 0
    return Judged(figure, target, judge_standing(found.share().exact, target), gap, needed_each_month(gap, months))


def target_of_all(targets: Mapping[str, Target], codes: Iterable[str]) -> Target | None:
    """The one target that holds for each of these divisions; None when one has none, or another one."""
    found = [targets.get(code) for code in codes]
    first = next(iter(found), None)
    same = first and all(
        one and (one.value, one.year, one.bound) == (first.value, first.year, first.bound) for one in found
    )
    return first if same else None


def rows_of(
    parts: Sequence[tuple[str, str, Figure]],
    targets: Mapping[str, Target],
    courses: Mapping[str, Sequence[Measured]],
    *,
    day: date,
    minimum: int,
) -> list[Row]:
    """A row for each (code, name, figure), ranked by the full rate by estates, equal rates sharing a rank."""
    ranks = _ranks(parts, minimum)
    return [
        Row(
            code,
            name,
            judge(figure, targets.get(code), day),
            ranks.get(code),
            tuple(then.share().exact for then in courses.get(code, ())),
        )
        for code, name, figure in parts
    ]


def _ranks(parts: Iterable[tuple[str, str, Figure]], minimum: int) -> dict[str, int]:
    rates = {
        code: share
        for code, _name, figure in parts
        if figure.estates.all >= minimum and (share := figure.estates.share().exact) is not None
    }
    return {code: 1 + sum(other > rate for other in rates.values()) for code, rate in rates.items()}


def in_order(rows: Sequence[Row], sort: str) -> list[Row]:
    """The rows as asked for; what has no number comes last either way."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if not name:
        return list(rows)

    def number(row: Row) -> Fraction | int | None:
        estates = row.figure.estates
        return {"rate": estates.share().exact, "gap": row.figure.gap, "missing": row.judged.missing}[name]

    known = [row for row in rows if number(row) is not None]
    known.sort(key=lambda row: number(row) or 0, reverse=descending)
    return [*known, *(row for row in rows if number(row) is None)]
