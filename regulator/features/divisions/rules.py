"""What a file of divisions must be like to become the tree: codes, levels, parents and days. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from regulator.features.divisions.terms import Level, level_of, prefix


class RowReason(StrEnum):
    """Why a row of a divisions file is not taken."""

    CODE_DUPLICATE = "code_duplicate_in_file"
    CODE_MISSING = "code_missing"
    CODE_UNREADABLE = "code_unreadable"
    DAY_UNREADABLE = "day_unreadable"
    DIFFERS = "differs_from_register"
    LEVEL_UNKNOWN = "level_unknown"
    LEVEL_WRONG = "level_wrong_for_code"
    NAME_MISSING = "name_missing"
    PARENT_UNKNOWN = "parent_unknown"
    PARENT_WRONG = "parent_wrong_for_code"
    PERIOD_REVERSED = "period_reversed"
    SUCCESSOR_UNKNOWN = "successor_unknown"


@dataclass(frozen=True, slots=True)
class StatedDivision:
    """A division as a file states it; `row` is its line in the file, counted from 1 with the header."""

    row: int
    code: str
    parent: str
    level: str
    name: str
    began_on: date | None = None
    ended_on: date | None = None
    successors: tuple[str, ...] = ()
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows that may be taken, parents before children, and the reasons of the others by line."""

    taken: tuple[StatedDivision, ...]
    rejected: Mapping[int, tuple[RowReason, ...]] = field(default_factory=dict)


def judge_rows(rows: Sequence[StatedDivision], known: Mapping[str, Level]) -> Judged:
    """Judge a whole file against itself and the codes already known (code → level)."""
    reasons: dict[int, list[RowReason]] = {}
    levels = dict(known)
    seen: set[str] = set()
    for row in rows:
        found = list(_judge_alone(row))
        if row.code and row.code in seen:
            found.append(RowReason.CODE_DUPLICATE)
        seen.add(row.code)
        if found:
            reasons[row.row] = found
        else:
            levels[row.code] = Level(row.level)
    for row in rows:
        if row.row not in reasons and (among := list(_judge_among(row, levels))):
            reasons[row.row] = among
    _reject_orphans(rows, reasons, known)
    order = list(Level)
    taken = sorted((row for row in rows if row.row not in reasons), key=lambda row: order.index(Level(row.level)))
    return Judged(tuple(taken), {line: tuple(found) for line, found in sorted(reasons.items())})


def _judge_alone(row: StatedDivision) -> Iterable[RowReason]:
    if not row.code:
        yield RowReason.CODE_MISSING
    if row.level not in set(Level):
        yield RowReason.LEVEL_UNKNOWN
    if row.code:
        yield from _judge_code(row)
    if not row.name:
        yield RowReason.NAME_MISSING
    if row.unreadable:
        yield RowReason.DAY_UNREADABLE
    if row.began_on and row.ended_on and row.ended_on < row.began_on:
        yield RowReason.PERIOD_REVERSED


def _judge_code(row: StatedDivision) -> Iterable[RowReason]:
    try:
        found = level_of(row.code)
    except ValueError:
        yield RowReason.CODE_UNREADABLE
        return
    if row.level in set(Level) and found is not Level(row.level):
        yield RowReason.LEVEL_WRONG


def _judge_among(row: StatedDivision, levels: Mapping[str, Level]) -> Iterable[RowReason]:
    if Level(row.level) is Level.CITY:
        if row.parent:
            yield RowReason.PARENT_WRONG
    elif row.parent not in levels:
        yield RowReason.PARENT_UNKNOWN
    elif levels[row.parent].below is not Level(row.level) or not row.code.startswith(prefix(row.parent)):
        yield RowReason.PARENT_WRONG
    if any(code not in levels or code == row.code for code in row.successors):
        yield RowReason.SUCCESSOR_UNKNOWN


def _reject_orphans(
    rows: Sequence[StatedDivision], reasons: dict[int, list[RowReason]], known: Mapping[str, Level]
) -> None:
    """A row whose parent stands only in a rejected row cannot be taken either."""
    order = list(Level)
    standing = set(known)
    fit = (row for row in rows if row.row not in reasons)
    for row in sorted(fit, key=lambda row: order.index(Level(row.level))):
        if row.parent and row.parent not in standing:
            reasons[row.row] = [RowReason.PARENT_UNKNOWN]
        else:
            standing.add(row.code)
