"""The bulletin put together: what stands where, from facts and drawn pictures to a report for paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from regulator.features.coverage.bulletin.grids import changes_table, excluded_table, parts_table, warnings_table
from regulator.features.coverage.bulletin.pictures import draw_bars, draw_trend
from regulator.features.coverage.bulletin.sentences import (
    change_sentences,
    state_sentences,
    target_sentences,
    warning_sentence,
)
from regulator.features.coverage.bulletin.terms import BulletinPhrase as Say
from regulator.features.coverage.bulletin.voice import Voice
from regulator.features.coverage.queries.bulletins import BulletinFacts
from regulator.features.coverage.rules.counting import PRACTICE
from regulator.features.metrics.terms import MetricDefinition, MetricName
from regulator.features.registry.terms import Mode
from regulator.foundation.clock import day_of
from regulator.foundation.documents import Block, Heading, Paragraph, Picture, Report

DEFINED = (
    MetricName.COVERAGE_FULL_ESTATES, MetricName.COVERAGE_FULL_FLOOR_AREA, MetricName.COVERAGE_FULL_HOUSEHOLDS,
    MetricName.COVERAGE_PROFESSIONAL_ESTATES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was drawn for a bulletin."""

    trend: Picture
    bars: tuple[Picture, ...]


def draw_pictures(facts: BulletinFacts, locale: str) -> Pictures:
    """Every chart of a bulletin; loads what draws, so in a worker only."""
    voice = Voice(locale)
    return Pictures(draw_trend(facts, voice), tuple(draw_bars(facts, voice)))


def report_of(facts: BulletinFacts, pictures: Pictures, locale: str, author: str) -> Report:
    """The whole bulletin in one language."""
    voice = Voice(locale)
    blocks = (
        *_state(facts, pictures, voice),
        *_parts(facts, pictures, voice),
        *_changes(facts, voice),
        *_warnings(facts, voice),
        *_counting(facts, voice),
    )
    return Report(
        title_of(facts, voice),
        blocks,
        voice.say(Say.SUBTITLE, month=voice.month(facts.month), day=voice.day(facts.day)),
        author,
        "zh" if voice.is_chinese else "en",
    )


def title_of(facts: BulletinFacts, voice: Voice) -> str:
    """The title, with the place's full name."""
    return voice.say(Say.TITLE, place=facts.name)


def _state(facts: BulletinFacts, pictures: Pictures, voice: Voice) -> Iterator[Block]:
    if facts.is_demo:
        yield Paragraph(voice.say(Say.DEMO))
    yield Heading(voice.say(Say.HEADING_STATE))
    for sentences in (state_sentences, change_sentences, target_sentences):
        yield Paragraph(voice.paragraph(sentences(facts, voice)))
    yield pictures.trend


def _parts(facts: BulletinFacts, pictures: Pictures, voice: Voice) -> Iterator[Block]:
    table = parts_table(facts, voice)
    if table is not None:
        yield Heading(voice.say(Say.HEADING_PARTS))
        yield table
        yield from pictures.bars


def _changes(facts: BulletinFacts, voice: Voice) -> Iterator[Block]:
    table = changes_table(facts.told, voice)
    if table is not None:
        yield Heading(voice.say(Say.HEADING_CHANGES))
        yield table


def _warnings(facts: BulletinFacts, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.say(Say.HEADING_WARNINGS))
    yield Paragraph(warning_sentence(facts, voice))
    yield warnings_table(facts, voice)


# --- how it is counted ----------------------------------------------------------------------------------------------


def _counting(facts: BulletinFacts, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.say(Say.HEADING_COUNTING))
    yield Paragraph(voice.paragraph(_rule_sentences(facts, voice)))
    yield Paragraph("\n".join(_definitions(DEFINED, voice)))
    yield excluded_table(facts.figure, voice)
    yield Paragraph(voice.say(Say.FORECAST_NOTE))
    closed = voice.day(day_of(facts.closed_on))
    yield Paragraph(
        voice.say(Say.SOURCE, month=voice.month(facts.month), closed=closed, hash=_in_groups(facts.content_hash))
    )
    made = voice.day(day_of(facts.made_at))
    yield Paragraph(voice.say(Say.MADE, day=made, version=facts.register_version))


def _rule_sentences(facts: BulletinFacts, voice: Voice) -> Iterator[str]:
    yield voice.say(
        Say.RULE,
        kinds=voice.commas(voice.label(kind) for kind in sorted(facts.rule.kinds)),
        modes=voice.commas(voice.label(mode) for mode in Mode if mode in facts.rule.full),
        professional=voice.label(Mode.PROFESSIONAL),
    )
    if facts.rule == PRACTICE:
        yield voice.say(Say.RULE_PRACTICE)
    else:
        yield voice.say(Say.RULE_SOURCE, day=voice.day(facts.rule.effective_from), source=facts.rule.source)


def _definitions(names: Iterable[MetricName], voice: Voice) -> Iterator[str]:
    for name in names:
        definition = voice.label(MetricDefinition(name.value))
        yield voice.say(Say.DEFINITION, name=voice.label(name), definition=definition)


def _in_groups(digits: str, size: int = 8) -> str:
    """A long hash in groups, to break at the line's end and to be compared by eye."""
    groups: Sequence[str] = [digits[start : start + size] for start in range(0, len(digits), size)]
    return " ".join(groups)
