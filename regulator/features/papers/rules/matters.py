"""What may be done with a matter: closing, assigning, reminding in rising tones; how long its file is kept. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.terms import MatterKind, MatterState, PaperState, Tone
from regulator.law.calendar import WorkingDays
from regulator.law.findings import Finding, Verdict

NO_TERM = date.max
UNFINISHED = (PaperState.DRAFT, PaperState.RETURNED, PaperState.APPROVING, PaperState.SIGNED)
RETENTION_YEARS: dict[MatterKind, int | None] = {
    MatterKind.APPLICATION: 30,
    MatterKind.CORRECTION: 10,
    MatterKind.DISPUTE: 30,
    MatterKind.ENDING: 30,
    MatterKind.LINK: 10,
    MatterKind.OFFICIAL: 30,
    MatterKind.REQUEST: 10,
    MatterKind.REVIEW: 30,
    MatterKind.SURVEY: 10,
}
"""Years a file is kept after its year (国家档案局令第8号, 2006-12-18: permanent, 30 or 10 years); None: for ever."""
OWN_KINDS = (MatterKind.OFFICIAL,)
"""Closed by hand at the desk; every other kind is closed by the act of the feature that owns it."""

RECKONED_KINDS = (MatterKind.APPLICATION, MatterKind.ENDING, MatterKind.REVIEW)
"""Their term is reckoned by the calendar; that of any other kind is a day somebody set, which no holiday moves."""


def judge_closing(*, state: MatterState, papers: Collection[PaperState]) -> Verdict:
    """Whether a matter may be closed: it is open and no paper of it is under way."""
    unfinished = sum(paper in UNFINISHED for paper in papers)
    return Verdict.of(
        [
            Finding("matter_closed_already") if state is MatterState.CLOSED else None,
            Finding("papers_unfinished", None, {"count": unfinished}) if unfinished else None,
        ]
    )


def judge_assignment(*, state: MatterState, is_owner: bool, may_handle: bool) -> Verdict:
    """Whether a matter may go to somebody: it is open, they do not have it already, and they may handle it there."""
    return Verdict.of(
        [
            Finding("matter_closed_already") if state is MatterState.CLOSED else None,
            Finding("owner_already", None, {}, "to") if is_owner else None,
            None if may_handle else Finding("owner_may_not", None, {}, "to"),
        ]
    )


def judge_reminder(*, state: MatterState, tone: Tone, sent: Collection[Tone], is_own: bool, text: str) -> Verdict:
    """Whether a reminder may be sent: somebody else's open matter, and no tone before the gentler one was tried."""
    tones = list(Tone)
    before = tones[tones.index(tone) - 1] if tone is not Tone.URGE else None
    return Verdict.of(
        [
            Finding("matter_closed_already") if state is MatterState.CLOSED else None,
            Finding("reminder_to_oneself") if is_own else None,
            Finding("tone_too_sharp", None, {"before": before}, "tone") if before and before not in sent else None,
            None if text.strip() else Finding("reminder_without_text", None, {}, "text"),
        ]
    )


def judge_by_hand(kind: str) -> Verdict:
    """Whether the desk may close a matter or move its term: only those it opened; others follow their record."""
    return Verdict.of([None if kind in OWN_KINDS else Finding("matter_follows_record", None, {"kind": word_of(kind)})])


def word_of(kind: str) -> MatterKind | str:
    """A kind as its code, so that it can be said in words; as it stands when no room here knows it."""
    return MatterKind(kind) if kind in set(MatterKind) else kind


def judge_term(*, due_on: date | None, opened_on: date) -> Verdict:
    """A term does not end before the matter was opened."""
    return Verdict.of(
        [
            Finding("due_before_opening", None, {"opened_on": opened_on}, "due_on")
            if due_on and due_on < opened_on
            else None
        ]
    )


def judge_keeping(*, is_archived: bool) -> Verdict:
    """Whether anything may still be put into a matter's file."""
    return Verdict.of([Finding("file_archived") if is_archived else None])


def retention_years(kind: str) -> int | None:
    """How many years a file of this kind is kept; None: for ever, as is a kind nobody has judged yet."""
    return RETENTION_YEARS.get(MatterKind(kind)) if kind in set(MatterKind) else None


def matter_number(year: int, sequence: int) -> str:
    """The business number of a matter, such as 2026-000123."""
    return f"{year}-{sequence:06d}"


def is_term_provisional(kind: str, due_on: date | None, calendar: WorkingDays) -> bool:
    """Whether a matter's term may still move: it is reckoned, and ends in a year whose holidays are not announced."""
    return due_on is not None and kind in RECKONED_KINDS and calendar.is_provisional(due_on, due_on)


def moved_words(term: MovedTerm, day: date, year: int) -> str:
    """What a line of history is about when the holidays of a year moved a term: as codes, for `moved_of`."""
    return f"{day.isoformat()} {term} {year}"


def moved_of(about: str) -> tuple[date, MovedTerm, int] | None:
    """The new day, the term and the year of such a line; None for a term somebody set."""
    day, *more = about.split(" ")
    return (date.fromisoformat(day), MovedTerm(more[0]), int(more[1])) if more else None
