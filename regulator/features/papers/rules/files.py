"""Case files: when one may be archived, its number (档号), in which year it stands, until when it is kept. Pure."""

from __future__ import annotations

from datetime import date

from regulator.features.papers.terms import MatterKind, MatterState
from regulator.law.findings import Finding, Verdict

LETTERS: dict[str, str] = {
    MatterKind.APPLICATION: "SQ",
    MatterKind.CORRECTION: "GZ",
    MatterKind.DISPUTE: "ZY",
    MatterKind.ENDING: "ZZ",
    MatterKind.LINK: "MC",
    MatterKind.OFFICIAL: "SX",
    MatterKind.REQUEST: "BG",
    MatterKind.REVIEW: "NS",
    MatterKind.SURVEY: "MD",
}
"""How a kind is written in a file's number: the initials of its Chinese name."""


def judge_archiving(*, state: MatterState, is_archived: bool, under_way: int) -> Verdict:
    """Whether a file may be archived: its matter is closed, nothing of it is still on its way, and it is not yet."""
    return Verdict.of(
        [
            Finding("file_archived") if is_archived else None,
            None if state is MatterState.CLOSED else Finding("matter_open_still"),
            Finding("deliveries_under_way", None, {"count": under_way}) if under_way else None,
        ]
    )


def file_number(*, year: int, kind: str, retention_years: int | None, sequence: int) -> str:
    """The number of a file, such as 2026-D30-SX-0012: year, how long it is kept (Y: for ever), kind, number in both.

    DA/T 22-2015 writes the terms of retention so.
    """
    term = "Y" if retention_years is None else f"D{retention_years}"
    return f"{year}-{term}-{LETTERS.get(kind) or kind.upper()[:20]}-{sequence:04d}"


def kept_until(year: int, retention_years: int | None) -> date | None:
    """The last day a file is kept, counted from the end of its year; None: for ever."""
    return None if retention_years is None else date(year + retention_years, 12, 31)
