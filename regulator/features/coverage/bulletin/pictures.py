"""The charts of a bulletin: the trend with its target, and the divisions below as bars. Drawn in a worker only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from regulator.features.coverage.bulletin.sentences import target_share, target_words
from regulator.features.coverage.bulletin.terms import BulletinPhrase as Say
from regulator.features.coverage.bulletin.voice import Voice
from regulator.features.coverage.queries.bulletins import BulletinFacts, PartFigure
from regulator.features.coverage.terms import Rate
from regulator.foundation import charts
from regulator.foundation.documents import Picture
from regulator.law.measures import Share

MOST_BARS = 20
"""On one picture, so that it stays on one page."""
FULL_SCALE = (0.0, 1.0)


def draw_trend(facts: BulletinFacts, voice: Voice) -> Picture:
    """Both rates over the closed months, with the target of the year."""
    words = trend_words(facts, voice)
    labels = [closed.month for closed in facts.trend]
    series = [
        charts.Series(name, tuple(_reading(closed.figure.estates.share(rate), voice) for closed in facts.trend))
        for rate, name in (
            (Rate.FULL, voice.say(Say.FULL_RATE)),
            (Rate.PROFESSIONAL, voice.say(Say.PROFESSIONAL_RATE)),
        )
    ]
    target = None
    if facts.target is not None:
        said = voice.say(Say.TARGET_WORDS, target=target_words(facts.target, voice))
        target = charts.Target(float(facts.target.share), said)
    axis = charts.Axis("", ".0%")
    spec = charts.line_chart(labels, series, axis=axis, look=charts.Look(words), target=target)
    caption = voice.say(Say.TREND_CAPTION, months=len(labels))
    return Picture(charts.to_png(spec), words, caption, charts.to_svg(spec))


def trend_words(facts: BulletinFacts, voice: Voice) -> str:
    """What the trend shows, for those who cannot see it."""
    first, last = facts.trend[0], facts.trend[-1]
    return voice.say(
        Say.TREND_WORDS,
        first=voice.month(first.month),
        last=voice.month(last.month),
        start=voice.percent(first.figure.estates.share()),
        end=voice.percent(last.figure.estates.share()),
    )


def draw_bars(facts: BulletinFacts, voice: Voice) -> Iterator[Picture]:
    """The rates of the divisions below, the highest first, on as many pictures as they need."""
    names = names_of_bars(facts.parts)
    ordered = sorted(facts.parts, key=lambda part: -(part.figure.estates.share().exact or 0))
    groups = list(batched_parts(ordered))
    for number, group in enumerate(groups, 1):
        bars = [
            charts.Bar(
                names[part.division.code],
                _reading(part.figure.estates.share(), voice),
                float(target_share(part.target).exact or 0) if part.target else None,
            )
            for part in group
        ]
        words = _bars_words(bars, voice)
        spec = charts.bar_chart(
            bars,
            axis=charts.Axis("", ".0%", FULL_SCALE),
            look=charts.Look(words, width=440),
            target_words=voice.say(Say.TARGET_TICKS),
        )
        caption = voice.say(Say.BARS_CAPTION)
        if len(groups) > 1:
            caption = voice.say(Say.BARS_PART, number=number, all=len(groups))
        yield Picture(charts.to_png(spec), words, caption, charts.to_svg(spec))


def _bars_words(bars: Sequence[charts.Bar], voice: Voice) -> str:
    items = (voice.say(Say.BAR, place=bar.name, rate=bar.reading.words) for bar in bars)
    return voice.say(Say.BARS_WORDS, parts=voice.commas(items))


def batched_parts(parts: Sequence[PartFigure]) -> Iterator[Sequence[PartFigure]]:
    """Groups of at most ``MOST_BARS``, all nearly as large."""
    if not parts:
        return
    groups = -(-len(parts) // MOST_BARS)
    size = -(-len(parts) // groups)
    for start in range(0, len(parts), size):
        yield parts[start : start + size]


def names_of_bars(parts: Sequence[PartFigure]) -> dict[str, str]:
    """The name of each division by its code; of two that bear one name, with the code."""
    borne = Counter(part.division.name for part in parts)
    return {
        part.division.code: part.division.name
        if borne[part.division.name] == 1
        else f"{part.division.name} {part.division.code}"
        for part in parts
    }


def _reading(share: Share, voice: Voice) -> charts.Reading:
    exact = share.exact
    return charts.Reading(None if exact is None else float(exact), voice.percent(share))
