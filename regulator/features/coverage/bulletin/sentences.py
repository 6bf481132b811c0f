"""What the figures say, as sentences: state, change, target and forecast, warnings. Facts in, words out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from regulator.features.coverage.bulletin.terms import BulletinPhrase as Say
from regulator.features.coverage.bulletin.voice import Voice, points_between
from regulator.features.coverage.queries.bulletins import BulletinFacts
from regulator.features.coverage.terms import Explanation, Measure, Rate, WarningKind
from regulator.features.divisions.terms import Level
from regulator.features.metrics.terms import Target
from regulator.features.registry.terms import Mode
from regulator.foundation.paging import COUNT_CEILING, Count
from regulator.law.measures import Share


def state_sentences(facts: BulletinFacts, voice: Voice) -> Iterator[str]:
    """How many estates count, are managed, and by which rate in each measure."""
    estates, figure = facts.figure.estates, facts.figure
    kinds = voice.listing(voice.label(kind) for kind in sorted(facts.rule.kinds))
    where = {"day": voice.day(facts.day), "place": place_words(facts, voice), "kinds": kinds}
    if not estates.all:
        yield voice.say(Say.STATE_EMPTY, **where)
        return
    yield voice.say(
        Say.STATE,
        **where,
        all=voice.number(estates.all),
        managed=voice.number(estates.managed),
        rate=voice.percent(estates.share()),
        professional=voice.number(estates.professional),
        professional_rate=voice.percent(estates.share(Rate.PROFESSIONAL)),
    )
    yield _by_area(facts, voice)
    yield _by_households(facts, voice)
    if not figure.gap:
        yield voice.say(Say.ALL_MANAGED)
        return
    unmanaged = {mode: voice.number(figure.modes[mode].estates) for mode in (Mode.NONE, Mode.ABANDONED)}
    yield voice.say(
        Say.UNCOVERED,
        gap=voice.number(figure.gap),
        none=unmanaged[Mode.NONE],
        abandoned=unmanaged[Mode.ABANDONED],
    )


def place_words(facts: BulletinFacts, voice: Voice) -> str:
    """全市 for a city; for other divisions their names from the district down, for a management area its own."""
    place = facts.place.division
    return voice.say(Say.WHOLE_CITY) if place and place.level is Level.CITY else facts.name


def _by_area(facts: BulletinFacts, voice: Voice) -> str:
    found = facts.figure.by[Measure.FLOOR_AREA]
    if not found.all:
        return voice.say(Say.AREA_UNKNOWN)
    return voice.say(
        Say.BY_AREA, all=voice.area(found.all), managed=voice.area(found.managed), rate=voice.percent(found.share())
    )


def _by_households(facts: BulletinFacts, voice: Voice) -> str:
    found = facts.figure.by[Measure.HOUSEHOLDS]
    if not found.all:
        return voice.say(Say.HOUSEHOLDS_UNKNOWN)
    return voice.say(
        Say.BY_HOUSEHOLDS,
        all=voice.number(found.all),
        managed=voice.number(found.managed),
        rate=voice.percent(found.share()),
    )


# --- change ---------------------------------------------------------------------------------------------------------


def change_sentences(facts: BulletinFacts, voice: Voice) -> Iterator[str]:
    """How the rate stands to the month before, and what moved it."""
    if facts.told is None or facts.before is None:
        yield voice.say(Say.MONTH_BEFORE_OPEN)
        return
    first, last = facts.told.first[Measure.ESTATES], facts.told.last[Measure.ESTATES]
    yield _step(first.share(), last.share(), voice)
    published = facts.before.figure.estates
    if published != first:
        yield voice.say(Say.COUNTED_ANEW, published=voice.percent(published.share()))
    yield _moved(facts.told, voice)


def _step(before: Share, after: Share, voice: Voice) -> str:
    points = points_between(before, after)
    if points is None:
        return voice.say(Say.NOT_COMPARABLE)
    if points:
        phrase = Say.RISEN if points > 0 else Say.FALLEN
        return voice.say(phrase, before=voice.percent(before), points=abs(points))
    phrase = Say.LEVEL if before.exact == after.exact else Say.NEARLY_LEVEL
    return voice.say(phrase, before=voice.percent(before))


def _moved(told: Explanation, voice: Voice) -> str:
    if not told.parts:
        return voice.say(Say.NOTHING_MOVED)
    items = (
        voice.say(Say.ITEM, what=voice.label(part.reason), number=voice.number(len(part.estates)))
        for part in told.parts
    )
    return voice.say(Say.MOVED, parts=voice.commas(items))


# --- target and forecast --------------------------------------------------------------------------------------------


def target_sentences(facts: BulletinFacts, voice: Voice) -> Iterator[str]:
    """How the rate stands to its target, what is needed each month, and where the present pace leads."""
    target, ahead = facts.target, facts.forecast
    if target is None or ahead.gap is None:
        yield voice.say(Say.NO_TARGET, year=facts.day.year)
        return
    yield _standing(facts, target, voice)
    if ahead.is_met:
        return
    if ahead.needed_each_month is None:
        yield voice.say(Say.YEAR_OVER)
    else:
        needed = voice.number(ahead.needed_each_month)
        yield voice.say(Say.NEEDED, months=ahead.months_left, needed=needed)
    yield from _pace(facts, target, voice)


def _standing(facts: BulletinFacts, target: Target, voice: Voice) -> str:
    estates, goal = facts.figure.estates, target_share(target)
    said = {"year": target.year, "target": target_words(target, voice), "place": facts.target_set_by}
    points = points_between(estates.share(), goal)
    if points is None:
        return voice.say(Say.TARGET_UNMEASURED, **said)
    if facts.forecast.is_met:
        return voice.say(Say.TARGET_MET, **said)
    gap = voice.number(facts.forecast.gap)
    if points <= 0:
        return voice.say(Say.TARGET_CLOSE, **said, gap=gap)
    return voice.say(Say.TARGET_MISSED, **said, points=points, gap=gap)


def target_share(target: Target) -> Share:
    """A target as a share that can be written."""
    return Share(target.share.numerator, target.share.denominator)


def target_words(target: Target, voice: Voice) -> str:
    """80%, or 82.5%."""
    return voice.percent(target_share(target)).replace(".0%", "%")


def _pace(facts: BulletinFacts, target: Target, voice: Voice) -> Iterator[str]:
    ahead = facts.forecast
    if ahead.pace is None:
        yield voice.say(Say.PACE_UNKNOWN)
        return
    phrase = Say.PACE_GAIN if ahead.pace > 0 else Say.PACE_LOSS if ahead.pace < 0 else Say.PACE_NIL
    yield voice.say(phrase, months=ahead.pace_months, pace=_paced(abs(ahead.pace)))
    if ahead.reached_in is None:
        yield voice.say(Say.NEVER_REACHED)
        return
    in_time = ahead.reached_in <= f"{target.year}-12"
    yield voice.say(Say.REACHED_IN_TIME if in_time else Say.REACHED_LATE, month=voice.month(ahead.reached_in))


def _paced(pace: Fraction) -> str:
    """One decimal, none when it is whole."""
    shown = (Decimal(pace.numerator) / Decimal(pace.denominator)).quantize(Decimal("0.1"))
    return str(shown).removesuffix(".0")


# --- warnings -------------------------------------------------------------------------------------------------------


def warning_sentence(facts: BulletinFacts, voice: Voice) -> str:
    """Which warnings there are, those with nothing in them left out."""
    items = [_counted(kind, count, voice) for kind, count in facts.warnings.items() if count.number]
    if not items:
        return voice.say(Say.NOTHING_WARNED, day=voice.day(facts.day))
    return voice.say(Say.WARNED, day=voice.day(facts.day), kinds=voice.commas(items))


def _counted(kind: WarningKind, count: Count, voice: Voice) -> str:
    if count.is_ceiling:
        return voice.say(Say.ITEM_ABOVE, what=voice.label(kind), number=voice.number(COUNT_CEILING))
    return voice.say(Say.ITEM, what=voice.label(kind), number=voice.number(count.number))
