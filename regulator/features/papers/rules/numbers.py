"""Patterns of paper numbers (文号): what one may look like, and the number made from it. Pure."""

from __future__ import annotations

import re

from regulator.law.findings import Finding, Verdict

YEAR, ORDINAL = "{year}", "{n}"
USUAL = "房物〔{year}〕{n}号"
_BRACES = re.compile(r"[{}]")
_FORBIDDEN = re.compile(r"[\s/?#%\\&<>]")
MOST = 60


def judge_pattern(pattern: str) -> Verdict:
    """Whether numbers can be made from a pattern: year and number once each, nothing an address could not carry."""
    rest = pattern.replace(YEAR, "", 1).replace(ORDINAL, "", 1)
    return Verdict.of(
        [
            None if pattern.count(YEAR) == 1 else Finding("pattern_without_year", None, {}, "pattern"),
            None if pattern.count(ORDINAL) == 1 else Finding("pattern_without_number", None, {}, "pattern"),
            Finding("pattern_with_braces", None, {}, "pattern") if _BRACES.search(rest) else None,
            Finding("pattern_unusable", None, {}, "pattern")
            if _FORBIDDEN.search(rest) or not rest or len(pattern) > MOST - 12
            else None,
            Finding("pattern_figures_touch", None, {}, "pattern") if _touch(pattern) else None,
        ]
    )


def _touch(pattern: str) -> bool:
    """Whether year, number or another figure would run into one another, so that two numbers could read alike."""
    return bool(re.search(r"(\}\{|\d\{|\}\d)", pattern))


def format_number(pattern: str, *, year: int, sequence: int) -> str:
    """The number a pattern gives, such as 沈河房物〔2026〕12号."""
    return pattern.replace(YEAR, str(year)).replace(ORDINAL, str(sequence))
