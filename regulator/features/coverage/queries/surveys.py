"""Rounds of the baseline survey: which there are, what still lacks, how far each community is, the next estate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_

from regulator.features.coverage.models import Custodian, SurveyEstate, SurveyRound
from regulator.features.coverage.queries.counting import rule_on, state_on
from regulator.features.coverage.queries.custody import STREET, in_charge_on
from regulator.features.coverage.rules.custody import UNNEEDED
from regulator.features.coverage.rules.survey import GONE, lacks_of
from regulator.features.coverage.terms import CountingRule, EstateKnown, Exclusion, Lack, as_state
from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, list_in, paths_of, within
from regulator.features.divisions.terms import CodeRange, Level, Scope
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.queries.bounds import active_on, narrowed
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

LIST = "office.surveys"


# --- rounds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as listed: where, since when, how many estates it asks about and how many answers have come in."""

    round: SurveyRound
    estates: int
    answered: int
    place: Path = NOWHERE


def list_surveys(scope: Scope, *, cursor: str | None = None, limit: int = 50) -> Page[RoundRow]:
    """Rounds of the streets that touch the scope, the latest first; counts are of the scope's own estates."""
    stmt: Select[Any] = select(SurveyRound).where(within(_streets(scope), SurveyRound.division_code))
    columns = (SurveyRound.__table__.c.opened_at, SurveyRound.__table__.c.id)
    page = paginate(
        stmt, list_name=LIST, sort=Sort("-opened", columns, descending=True), cursor=cursor, limit=limit,
        item=lambda row: row[0],
    )  # fmt: skip
    counts = _counts(scope, [item.id for item in page.items])
    places = paths_of(item.division_code for item in page.items)
    rows = (
        RoundRow(item, *counts.get(item.id, (0, 0)), places.get(item.division_code, NOWHERE)) for item in page.items
    )
    return Page(tuple(rows), page.next)


def list_open_surveys(scope: Scope, *, limit: int) -> list[RoundRow]:
    """Rounds under way that ask about estates of the scope, those due first first: for whoever begins the day."""
    asked = select(SurveyEstate.round_id).where(within(scope, SurveyEstate.division_code))
    stmt = (
        select(SurveyRound)
        .where(within(_streets(scope), SurveyRound.division_code), SurveyRound.closed_at.is_(None))
        .where(SurveyRound.id.in_(asked))
        .order_by(SurveyRound.due_on, SurveyRound.id)
        .limit(limit)
    )
    found = session().scalars(stmt).all()
    counts = _counts(scope, [item.id for item in found]) if found else {}
    return [RoundRow(item, *counts.get(item.id, (0, 0))) for item in found]


def _counts(scope: Scope, round_ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    query = (
        select(SurveyEstate.round_id, func.count(), func.count(SurveyEstate.answered_at))
        .where(SurveyEstate.round_id.in_(round_ids), within(scope, SurveyEstate.division_code))
        .group_by(SurveyEstate.round_id)
    )
    return {key: (estates, answered) for key, estates, answered in session().execute(query)}


def _streets(scope: Scope) -> Scope:
    """The streets a scope touches, so that a community sees the round of its street."""
    return Scope(tuple(CodeRange(item.low[:STREET], item.high) for item in scope.ranges))


def get_survey(scope: Scope, survey_id: UUID) -> SurveyRound:
    """The round of a street that touches the scope. Raises NotFound."""
    found = session().get(SurveyRound, survey_id)
    if found is None or not _streets(scope).covers(found.division_code):
        raise NotFound(str(survey_id))
    return found


def find_open_survey(street: DivisionRow) -> SurveyRound | None:
    """The round a street has under way."""
    query = select(SurveyRound).where(SurveyRound.division_code == street.code, SurveyRound.closed_at.is_(None))
    return session().scalars(query).one_or_none()


def list_streets_to_survey(scope: Scope, *, day: date) -> list[DivisionRow]:
    """The streets inside a scope that have no round under way: where one may be opened."""
    busy = set(session().scalars(select(SurveyRound.division_code).where(SurveyRound.closed_at.is_(None))))
    return [street for street in list_in(scope, (Level.STREET,), on=day) if street.code not in busy]


# --- what lacks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lacking:
    """An estate with what the register does not know of it today."""

    code: str
    name: str
    division_code: str
    lacks: tuple[Lack, ...]


_KNOWN: Any = (Estate.code, Estate.name, Estate.division_code, Estate.kind, Estate.households, Estate.duty_phone)


def _known(day: date, *more: Any) -> Select[Any]:
    """Estates with what is known of them on a day, in the order ``_KNOWN``, state, custodian's key, then ``more``."""
    stmt: Select[Any] = select(*_KNOWN, state_on(day).label("state"), Custodian.id.label("custodian_id"), *more)
    return (
        stmt.select_from(Estate)
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
        .outerjoin(Custodian, and_(Custodian.estate_code == Estate.code, in_charge_on(day)))
    )


def lacking_on(day: date, rule: CountingRule) -> ColumnElement[bool]:
    """The condition that a survey would ask something of an estate; the same as ``rules.survey.lacks_of``."""
    state = state_on(day)
    needs = state.not_in([str(item) for item in UNNEEDED])
    return and_(
        Estate.kind.in_(rule.kinds),
        state.not_in([item.value for item in GONE]),
        or_(
            state == Exclusion.MODE_UNKNOWN.value,
            Estate.households.is_(None),
            func.coalesce(Estate.duty_phone, "") == "",
            and_(needs, Custodian.id.is_(None)),
        ),
    )


def list_lacking(street: DivisionRow, *, day: date) -> list[Lacking]:
    """Every estate of a street of which the register lacks something, by place and code."""
    rule = rule_on(day)
    scope = Scope((street.range,))
    query = _known(day).where(within(scope, Estate.division_code), lacking_on(day, rule))
    rows = session().execute(query.order_by(Estate.division_code, Estate.code))
    return [Lacking(row.code, row.name, row.division_code, _lacks(row, rule)) for row in rows]


def lacks_now(estate: Estate, *, day: date) -> tuple[Lack, ...]:
    """What the register lacks of one estate today."""
    return _lacks(session().execute(_known(day).where(Estate.id == estate.id)).one(), rule_on(day))


def _lacks(row: Any, rule: CountingRule) -> tuple[Lack, ...]:
    state = as_state(row.state)
    return lacks_of(EstateKnown(row.kind, state, row.households, row.duty_phone, row.custodian_id is not None), rule)


# --- the estates of a round -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """An estate of a round: what lacks today, whether and by whom it was answered, whether it is settled."""

    code: str
    name: str
    division_code: str
    lacks: tuple[Lack, ...]
    entry: SurveyEstate
    place: Path = NOWHERE

    @property
    def lacked(self) -> tuple[Lack, ...]:
        """What lacked when the round was opened."""
        return tuple(map(Lack, self.entry.lacked))

    @property
    def is_settled(self) -> bool:
        """Settled by its answer, or because nothing lacks any more."""
        return self.entry.done or not self.lacks


@dataclass(frozen=True, slots=True)
class SurveyProgress:
    """How far a community is (the street's own code: estates not placed yet)."""

    code: str
    estates: int
    settled: int
    place: Path = NOWHERE

    @property
    def share(self) -> float:
        """Settled of all, 0 to 1; a community is listed only when the round asks something of it."""
        return self.settled / self.estates


def _entries(scope: Scope, current: SurveyRound, day: date) -> Select[Any]:
    return (
        _known(day, SurveyEstate)
        .join(SurveyEstate, SurveyEstate.estate_code == Estate.code)
        .where(SurveyEstate.round_id == current.id, within(scope, SurveyEstate.division_code))
    )


def _open_on(day: date) -> ColumnElement[bool]:
    return and_(SurveyEstate.done.is_(False), lacking_on(day, rule_on(day)))


def list_survey_estates(
    scope: Scope,
    current: SurveyRound,
    division: DivisionRow | None,
    *,
    day: date,
    only_open: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[SurveyRow]:
    """The estates of a round inside the scope, by community and code; six statements a page."""
    stmt = _some(scope, current, division, day, only_open=only_open)
    sort = Sort("place", (SurveyEstate.__table__.c.division_code, SurveyEstate.__table__.c.estate_code))
    name = f"office.survey.{current.id}.{only_open}"
    page = paginate(stmt, list_name=name, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.SurveyEstate.division_code for row in page.items)
    rule = rule_on(day)
    return Page(tuple(_row(row, rule, places) for row in page.items), page.next)


def count_survey_estates(
    scope: Scope, current: SurveyRound, division: DivisionRow | None, *, day: date, only_open: bool = False
) -> Count:
    """How many such estates there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_some(scope, current, division, day, only_open=only_open))


def _some(
    scope: Scope, current: SurveyRound, division: DivisionRow | None, day: date, *, only_open: bool
) -> Select[Any]:
    stmt = _entries(narrowed(scope, division), current, day)
    return stmt.where(_open_on(day)) if only_open else stmt


def _row(row: Any, rule: CountingRule, places: Mapping[str, Path]) -> SurveyRow:
    entry: SurveyEstate = row.SurveyEstate
    place = places.get(entry.division_code, NOWHERE)
    return SurveyRow(row.code, row.name, entry.division_code, _lacks(row, rule), entry, place)


def get_survey_estate(scope: Scope, current: SurveyRound, code: str, *, day: date) -> SurveyRow:
    """One estate of a round. Raises NotFound outside the scope."""
    row = session().execute(_entries(scope, current, day).where(SurveyEstate.estate_code == code)).one_or_none()
    if row is None:
        raise NotFound(code)
    return _row(row, rule_on(day), paths_of([row.SurveyEstate.division_code]))


def find_next(scope: Scope, current: SurveyRound, after: SurveyEstate | None = None, *, day: date) -> str | None:
    """The code of the next open estate behind this one, from the beginning again at the end; without one the first."""
    query = _entries(scope, current, day).where(_open_on(day))
    order: list[Any] = [SurveyEstate.division_code, SurveyEstate.estate_code]
    if after is not None:
        behind = tuple_(*order) > tuple_(after.division_code, after.estate_code)
        query = query.where(SurveyEstate.estate_code != after.estate_code)
        order.insert(0, case((behind, 0), else_=1))
    codes = query.with_only_columns(SurveyEstate.estate_code, maintain_column_froms=True)
    return session().scalar(codes.order_by(*order).limit(1))


def list_open_names(current: SurveyRound, *, day: date) -> list[str]:
    """The names of all estates of a round that are still open, by place and code."""
    query = _entries(Scope.everything(), current, day).where(_open_on(day))
    names = query.with_only_columns(Estate.name, maintain_column_froms=True)
    return list(session().scalars(names.order_by(SurveyEstate.division_code, SurveyEstate.estate_code)))


def list_survey_progress(scope: Scope, current: SurveyRound, *, day: date) -> list[SurveyProgress]:
    """Every community of the round that touches the scope with its estates and how many are settled, by code."""
    still_open = func.sum(case((_open_on(day), 1), else_=0))
    query = (
        _entries(scope, current, day)
        .with_only_columns(SurveyEstate.division_code, func.count(), still_open, maintain_column_froms=True)
        .group_by(SurveyEstate.division_code)
        .order_by(SurveyEstate.division_code)
    )
    rows = session().execute(query).all()
    places = paths_of(code for code, _, _ in rows)
    return [SurveyProgress(code, count, count - int(left), places.get(code, NOWHERE)) for code, count, left in rows]
