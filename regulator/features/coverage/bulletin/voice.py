"""How a bulletin writes numbers, days and lists in its language; what it says is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from babel.dates import format_date

from regulator.features.coverage.bulletin.terms import BulletinPhrase as Say
from regulator.foundation import i18n
from regulator.foundation.paging import COUNT_CEILING, Count
from regulator.law.measures import Share

NOTHING = "—"
LARGE = 1_000_000
"""From 10,000 ㎡ on areas are written in 万㎡; kept in 0.01 ㎡."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One language; ``locale`` is one of ``i18n.LOCALES``."""

    locale: str

    @property
    def is_chinese(self) -> bool:
        """Whether sentences follow each other without a space and numbers stand without commas."""
        return self.locale.startswith("zh")

    def say(self, phrase: Say, **params: object) -> str:
        """A phrase with its parameters, which are words already."""
        return i18n.label(phrase, self.locale) % params

    def label(self, code: StrEnum) -> str:
        """The words for a code."""
        return i18n.label(code, self.locale)

    def paragraph(self, sentences: Iterable[str]) -> str:
        """Sentences one behind the other."""
        return ("" if self.is_chinese else " ").join(sentences)

    def day(self, day: date) -> str:
        """2026年10月31日 or 31 October 2026."""
        return str(format_date(day, self.say(Say.DAY_PATTERN), self.locale))

    def month(self, month: str) -> str:
        """2026-10 as 2026年10月 or October 2026."""
        return str(format_date(date.fromisoformat(f"{month}-01"), self.say(Say.MONTH_PATTERN), self.locale))

    def number(self, number: int | None) -> str:
        """6000 or 6,000; a dash for what would mean nothing."""
        if number is None:
            return NOTHING
        return str(number) if self.is_chinese else f"{number:,}"

    def count(self, count: Count) -> str:
        """A number of rows that was counted no further than the ceiling."""
        if count.is_ceiling:
            return self.say(Say.MORE_THAN, number=self.number(COUNT_CEILING))
        return self.number(count.number)

    def percent(self, share: Share) -> str:
        """78.4%, exact and half to even; a dash when there is nothing to divide by."""
        shown = share.percent()
        return NOTHING if shown is None else f"{shown}%"

    def signed(self, number: Decimal | int | None) -> str:
        """+0.3, −12 or 0; a dash for nothing to compare."""
        if number is None:
            return NOTHING
        sign = "+" if number > 0 else "−" if number < 0 else ""
        return f"{sign}{self.number(abs(number)) if isinstance(number, int) else abs(number)}"

    def area(self, centi: int | None) -> str:
        """A whole number of 0.01 ㎡: 8.16万㎡ or 81,600 ㎡."""
        if centi is None:
            return NOTHING
        if centi < LARGE:
            return self.say(Say.AREA, metres=f"{_rounded(centi, 100, 2):,}")
        return self.say(Say.AREA_LARGE, ten_thousands=_rounded(centi, LARGE, 2), metres=f"{_rounded(centi, 100, 0):,}")

    def listing(self, items: Iterable[str]) -> str:
        """A、B和C; A, B and C."""
        *first, last = items
        if not first:
            return last
        return self.say(Say.AND, first=self.commas(first), last=last)

    def commas(self, items: Iterable[str]) -> str:
        """A、B、C; A, B, C."""
        return self.say(Say.COMMA).join(items)


def _rounded(value: int, unit: int, digits: int) -> Decimal:
    return (Decimal(value) / unit).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def points_between(before: Share, after: Share) -> Decimal | None:
    """Percentage points from one rate to another as both are written; None when either cannot be reckoned."""
    start, end = before.percent(), after.percent()
    return None if start is None or end is None else end - start
