"""Rounds of a territory with how far each has come, their companies, the history of one. Never writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from regulator.features.calendar.queries import working_days
from regulator.features.divisions.queries import NOWHERE, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.licensing.models import Certificate, ReviewEntry, ReviewEvent, ReviewRound
from regulator.features.licensing.queries.reviews.standing import counts_of
from regulator.features.licensing.queries.rulesets import all_rule_sets
from regulator.features.licensing.review_terms import (
    ReviewClosing,
    ReviewCounts,
    ReviewLook,
    ReviewResult,
    ReviewRoundState,
    ReviewState,
)
from regulator.features.licensing.terms import Words
from regulator.features.registry.models import Company
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as lists show it."""

    id: UUID
    division_code: str
    place: Path
    review: Words
    state: ReviewRoundState
    opened_on: date
    due_on: date | None
    is_due_provisional: bool
    published_on: date | None
    counts: ReviewCounts


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A company of a round as lists show it; ``failing`` are the codes of the conditions not met on ``looked_on``."""

    id: UUID
    company: str
    credit_code: str
    certificate_id: UUID
    certificate: str | None
    grade: str
    state: ReviewState
    passes: bool
    failing: tuple[str, ...]
    looked_on: date
    first_result: ReviewResult | None
    first_by: str | None
    second_result: ReviewResult | None
    second_by: str | None
    new_grade: str | None
    closed_as: ReviewClosing | None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What of a round's companies is wanted; None: no matter which. ``q`` is a credit code or part of a name."""

    look: ReviewLook | None = None
    result: ReviewResult | None = None
    q: str | None = None


def review_words() -> Mapping[str, Words]:
    """What the yearly look is called, by rule set."""
    return {one.code: one.words.review for one in all_rule_sets() if one.words}


# --- rounds -----------------------------------------------------------------------------------------------------------


def list_years(scope: Scope) -> list[int]:
    """Years in which a district of a territory had a round, the last first."""
    stmt = select(ReviewRound.year).where(within(scope, ReviewRound.division_code)).distinct()
    return list(session().scalars(stmt.order_by(ReviewRound.year.desc())))


def list_rounds(scope: Scope, year: int) -> list[RoundRow]:
    """The rounds of a year in a territory, one for each district that has opened it; in the order of their codes."""
    stmt = select(ReviewRound).where(within(scope, ReviewRound.division_code), ReviewRound.year == year)
    rounds = session().scalars(stmt.order_by(ReviewRound.division_code, ReviewRound.id)).all()
    counts, words = counts_of([one.id for one in rounds]), review_words()
    places, days = paths_of(one.division_code for one in rounds), working_days()
    return [
        RoundRow(
            one.id, one.division_code, places.get(one.division_code, NOWHERE), words[one.rule_set], one.state,
            one.opened_on, one.due_on, bool(one.due_on and days.is_provisional(one.opened_on, one.due_on)),
            one.published_on, counts[one.id],
        )
        for one in rounds
    ]  # fmt: skip


def get_round(scope: Scope, review_id: UUID) -> ReviewRound:
    """A round by its key inside a scope. Raises NotFound."""
    stmt = select(ReviewRound).where(ReviewRound.id == review_id, within(scope, ReviewRound.division_code))
    found = session().scalars(stmt).one_or_none()
    if found is None:
        raise NotFound(str(review_id))
    return found


# --- companies of a round ---------------------------------------------------------------------------------------------


def list_entries(
    current: ReviewRound, wanted: EntryFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[EntryRow]:
    """Companies of a round somebody was given, in the order of their credit codes."""
    sort = Sort("credit_code", (ReviewEntry.__table__.c.credit_code,))
    rows: Any = select(ReviewEntry, Company.name, Certificate.number)
    stmt = _narrowed(rows, current, wanted)
    return paginate(stmt, list_name="review_entries", sort=sort, cursor=cursor, limit=limit, item=_row)


def count_entries(current: ReviewRound, wanted: EntryFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_narrowed(select(ReviewEntry.id), current, wanted))


def _narrowed(stmt: Select[Any], current: ReviewRound, wanted: EntryFilter) -> Select[Any]:
    stmt = (
        stmt.join(Company, Company.id == ReviewEntry.company_id)
        .join(Certificate, Certificate.id == ReviewEntry.certificate_id)
        .where(ReviewEntry.round_id == current.id)
    )
    if wanted.look is not None:
        stmt = stmt.where(_LOOKS[wanted.look])
    if wanted.result is not None:
        stmt = stmt.where(or_(ReviewEntry.second_result == wanted.result, _proposed(wanted.result)))
    if wanted.q:
        stmt = stmt.where(named(wanted.q))
    return stmt


def named(q: str) -> ColumnElement[bool]:
    """The condition on an entry and its company: this credit code, or part of the name."""
    return or_(ReviewEntry.credit_code == q.upper(), Company.name.contains(q, autoescape=True))


def _proposed(result: ReviewResult) -> ColumnElement[bool]:
    return and_(ReviewEntry.state == ReviewState.PROPOSED, ReviewEntry.first_result == result)


_AWAITING = ReviewEntry.state == ReviewState.AWAITING
_LOOKS: Mapping[ReviewLook, ColumnElement[bool]] = {
    ReviewLook.AWAITING_PASSING: and_(_AWAITING, ReviewEntry.passes),
    ReviewLook.AWAITING_FAILING: and_(_AWAITING, ~ReviewEntry.passes),
    ReviewLook.PROPOSED: ReviewEntry.state == ReviewState.PROPOSED,
    ReviewLook.DECIDED: ReviewEntry.state == ReviewState.DECIDED,
    ReviewLook.CLOSED: ReviewEntry.state == ReviewState.CLOSED,
}


def _row(found: Any) -> EntryRow:
    one: ReviewEntry = found[0]
    return EntryRow(
        one.id, found.name, one.credit_code, one.certificate_id, found.number, one.grade, one.state, one.passes,
        tuple(item["code"] for item in one.conditions if not item["passes"]), one.looked_on, one.first_result,
        one.first_by, one.second_result, one.second_by, one.new_grade, one.closed_as,
    )  # fmt: skip


def get_entry(scope: Scope, review_entry_id: UUID) -> tuple[ReviewEntry, ReviewRound]:
    """A company of a round inside a scope, and the round. Raises NotFound."""
    stmt = (
        select(ReviewEntry, ReviewRound)
        .join(ReviewRound, ReviewRound.id == ReviewEntry.round_id)
        .where(ReviewEntry.id == review_entry_id, within(scope, ReviewRound.division_code))
    )
    found = session().execute(stmt).one_or_none()
    if found is None:
        raise NotFound(str(review_entry_id))
    return found[0], found[1]


def list_events(entry: ReviewEntry) -> list[ReviewEvent]:
    """The history of a company's look somebody was given, in the order in which it happened."""
    stmt = select(ReviewEvent).where(ReviewEvent.entry_id == entry.id)
    return list(session().scalars(stmt.order_by(ReviewEvent.seq)))
