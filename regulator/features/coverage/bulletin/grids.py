"""The tables of a bulletin: divisions with their rates, reasons for the change, warnings, what is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from regulator.features.coverage.bulletin.sentences import target_words
from regulator.features.coverage.bulletin.terms import BulletinPhrase as Say
from regulator.features.coverage.bulletin.voice import NOTHING, Voice, points_between
from regulator.features.coverage.metrics import MINIMUM_SAMPLE
from regulator.features.coverage.queries.bulletins import BulletinFacts, PartFigure
from regulator.features.coverage.terms import Explanation, Figure, Measure, Measured, Rate, WarningMeaning
from regulator.features.metrics.rules import missing
from regulator.features.metrics.terms import Target
from regulator.foundation.documents import Column, Table

PARTS = (
    Say.COL_PLACE, Say.COL_ALL, Say.COL_MANAGED, Say.COL_RATE, Say.COL_AREA_RATE, Say.COL_HOUSEHOLDS_RATE,
    Say.COL_PROFESSIONAL, Say.COL_TARGET, Say.COL_GAP, Say.COL_CHANGE, Say.COL_RANK,
)  # fmt: skip
RATES = frozenset({Say.COL_RATE, Say.COL_AREA_RATE, Say.COL_HOUSEHOLDS_RATE, Say.COL_PROFESSIONAL, Say.COL_CHANGE})
WIDE = 1.2
"""How much wider than a number a rate with its heading is."""
CHANGES = (Say.COL_REASON, Say.COL_ESTATES, Say.COL_MANAGED_CHANGE, Say.COL_ALL_CHANGE, Say.COL_POINTS)
EXCLUDED = (Say.COL_REASON, Say.COL_ESTATES, Say.COL_FLOOR_AREA, Say.COL_HOUSEHOLDS)


def _columns(names: Iterable[Say], voice: Voice, first: float) -> tuple[Column, ...]:
    """Words in the first column, ``first`` times as wide as the figures beside it."""
    head, *others = names
    figures = (Column(voice.say(name), is_number=True, width=WIDE if name in RATES else 1.0) for name in others)
    return (Column(voice.say(head), width=first), *figures)


# --- divisions ------------------------------------------------------------------------------------------------------


def parts_table(facts: BulletinFacts, voice: Voice) -> Table | None:
    """A row for each division below, what has no place yet, and the whole; None where nothing lies below."""
    if not facts.parts:
        return None
    ranks = ranks_of({part.division.code: part.figure.estates for part in facts.parts})
    rows = [_part_row(part, ranks.get(part.division.code), voice) for part in facts.parts]
    if facts.unplaced is not None:
        rows.append(_row(voice.say(Say.UNPLACED), facts.unplaced, None, None, None, voice))
    before = facts.told.first[Measure.ESTATES] if facts.told else None
    rows.append(_row(voice.say(Say.TOTAL), facts.figure, before, facts.target, None, voice))
    caption = voice.say(Say.PARTS_CAPTION, minimum=MINIMUM_SAMPLE)
    return Table(_columns(PARTS, voice, 1.9), tuple(rows), caption)


def ranks_of(estates: Mapping[str, Measured]) -> dict[str, int]:
    """The place of each division by its rate, the highest first; equal ones share it, small ones have none."""
    rates: dict[str, Fraction] = {
        code: found.share().exact or Fraction(0) for code, found in estates.items() if found.all >= MINIMUM_SAMPLE
    }
    return {code: 1 + sum(other > rate for other in rates.values()) for code, rate in rates.items()}


def _part_row(part: PartFigure, rank: int | None, voice: Voice) -> tuple[str, ...]:
    before = part.before.estates if part.before else None
    return _row(part.division.name, part.figure, before, part.target, rank, voice)


def _row(
    name: str, figure: Figure, before: Measured | None, target: Target | None, rank: int | None, voice: Voice
) -> tuple[str, ...]:
    estates = figure.estates
    return (
        name,
        voice.number(estates.all),
        voice.number(estates.managed),
        *(voice.percent(figure.by[measure].share()) for measure in Measure),
        voice.percent(estates.share(Rate.PROFESSIONAL)),
        target_words(target, voice) if target else NOTHING,
        voice.number(missing(estates.managed, estates.all, target)),
        voice.signed(points_between(before.share(), estates.share()) if before else None),
        voice.number(rank),
    )


# --- why it changed -------------------------------------------------------------------------------------------------


def changes_table(told: Explanation | None, voice: Voice) -> Table | None:
    """A row for each reason, adding up to the last; None when there is nothing to explain."""
    if told is None or not told.parts:
        return None
    rows = [*_change_rows(told, voice), _whole_change(told, voice)]
    return Table(_columns(CHANGES, voice, 2.0), tuple(rows), voice.say(Say.CHANGES_CAPTION))


def _change_rows(told: Explanation, voice: Voice) -> Iterator[tuple[str, ...]]:
    share = told.first[Measure.ESTATES].share()
    for part in told.parts:
        reached = part.rates[Measure.ESTATES]
        yield (
            voice.label(part.reason),
            voice.number(len(part.estates)),
            voice.signed(part.by[Measure.ESTATES].managed),
            voice.signed(part.by[Measure.ESTATES].all),
            voice.signed(points_between(share, reached)),
        )
        share = reached


def _whole_change(told: Explanation, voice: Voice) -> tuple[str, ...]:
    first, last = told.first[Measure.ESTATES], told.last[Measure.ESTATES]
    return (
        voice.say(Say.TOTAL),
        voice.number(len({change.code for part in told.parts for change in part.estates})),
        voice.signed(last.managed - first.managed),
        voice.signed(last.all - first.all),
        voice.signed(points_between(first.share(), last.share())),
    )


# --- warnings and exclusions ----------------------------------------------------------------------------------------


def warnings_table(facts: BulletinFacts, voice: Voice) -> Table:
    """Each kind of warning with its count and what it means."""
    columns = (
        Column(voice.say(Say.COL_WARNING), width=2.0),
        Column(voice.say(Say.COL_ESTATES), is_number=True),
        Column(voice.say(Say.COL_MEANING), width=4.0),
    )
    rows: Sequence[tuple[str, ...]] = [
        (voice.label(kind), voice.count(count), voice.label(WarningMeaning(kind.value)))
        for kind, count in facts.warnings.items()
    ]
    return Table(columns, tuple(rows), voice.say(Say.WARNINGS_CAPTION))


def excluded_table(figure: Figure, voice: Voice) -> Table:
    """What is in neither part of the rates, and why."""
    rows = tuple(
        (voice.label(reason), voice.number(found.estates), voice.area(found.floor_area), voice.number(found.households))
        for reason, found in figure.excluded.items()
    )
    return Table(_columns(EXCLUDED, voice, 2.0), rows, voice.say(Say.EXCLUDED_CAPTION))
