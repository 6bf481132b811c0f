"""Questions about rounds of data verification: progress by district, what is still to be confirmed, differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, list_in, names_of, paths_of, within
from regulator.features.divisions.terms import CODE_LENGTHS, Level, Scope
from regulator.features.registry.facts import facts_of, masked
from regulator.features.registry.models import (
    Company,
    Estate,
    Service,
    VerificationConfirmation,
    VerificationDistrict,
    VerificationRound,
)
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.rules.verification import FieldDifference, differences
from regulator.features.registry.terms import DifferenceKind, SubjectKind
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

DISTRICT = CODE_LENGTHS[Level.DISTRICT]
KINDS = (SubjectKind.ESTATE, SubjectKind.COMPANY)
"""What a district confirms: the estates inside it and the companies registered in it."""

Verified: TypeAlias = Estate | Company


# --- rounds ---------------------------------------------------------------------------------------------------------


def list_rounds() -> list[VerificationRound]:
    """Every round, the latest first; there are a few a year."""
    return list(session().scalars(select(VerificationRound).order_by(VerificationRound.number.desc())))


def get_round(number: int) -> VerificationRound:
    """The round of this number. Raises NotFound."""
    found = session().scalars(select(VerificationRound).where(VerificationRound.number == number)).one_or_none()
    if found is None:
        raise NotFound(str(number))
    return found


def find_open_round() -> VerificationRound | None:
    """The round under way."""
    return session().scalars(select(VerificationRound).where(VerificationRound.closed_at.is_(None))).first()


def find_previous(current: VerificationRound) -> VerificationRound | None:
    """The round before."""
    query = select(VerificationRound).where(VerificationRound.number < current.number)
    return session().scalars(query.order_by(VerificationRound.number.desc()).limit(1)).first()


def find_district(current: VerificationRound, district_code: str) -> VerificationDistrict | None:
    """A district's part of a round."""
    return session().get(VerificationDistrict, (current.id, district_code))


# --- progress -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a district is: records there are (None for a closed round: not kept), records confirmed, done or not."""

    code: str
    name: str
    estates: int | None
    companies: int | None
    estates_confirmed: int
    companies_confirmed: int
    done_at: datetime | None
    done_by: str | None
    remark: str | None

    @property
    def total(self) -> int | None:
        """Estates and companies together."""
        return None if self.estates is None or self.companies is None else self.estates + self.companies

    @property
    def confirmed(self) -> int:
        """Confirmed estates and companies together."""
        return self.estates_confirmed + self.companies_confirmed

    @property
    def share(self) -> float | None:
        """Confirmed of all, 0 to 1; None when nothing is there or not kept."""
        return min(1.0, self.confirmed / self.total) if self.total else None


def list_progress(scope: Scope, current: VerificationRound) -> list[Progress]:
    """Every district of the round that touches the scope, by code, in five statements."""
    parts = session().scalars(
        select(VerificationDistrict)
        .where(
            VerificationDistrict.round_id == current.id, within(_districts(scope), VerificationDistrict.division_code)
        )
        .order_by(VerificationDistrict.division_code)
    )
    districts = list(parts)
    names = names_of(part.division_code for part in districts)
    confirmed = _confirmed(scope, current)
    there: dict[SubjectKind, dict[str, int]] | None = None
    if current.closed_at is None:
        there = {SubjectKind.ESTATE: _counted(scope, Estate), SubjectKind.COMPANY: _counted(scope, Company)}
    return [
        Progress(
            code=(code := part.division_code),
            name=names.get(code, code),
            estates=there[SubjectKind.ESTATE].get(code, 0) if there else None,
            companies=there[SubjectKind.COMPANY].get(code, 0) if there else None,
            estates_confirmed=confirmed.get((SubjectKind.ESTATE, code), 0),
            companies_confirmed=confirmed.get((SubjectKind.COMPANY, code), 0),
            done_at=part.confirmed_at,
            done_by=part.confirmed_by,
            remark=part.remark,
        )
        for part in districts
    ]


def _districts(scope: Scope) -> Scope:
    """The scope widened to the districts it touches: a street's official sees the district's line."""
    return Scope.union(
        [scope, *(Scope.division(item.low[:DISTRICT]) for item in scope.ranges if len(item.low) > DISTRICT)]
    )


def _counted(scope: Scope, model: type[Estate] | type[Company]) -> dict[str, int]:
    place: Any = func.substr(model.division_code, 1, DISTRICT)
    query = select(place, func.count()).where(within(scope, model.division_code), model.retired_on.is_(None))
    return dict(session().execute(query.group_by(place)).all())


def _confirmed(scope: Scope, current: VerificationRound) -> dict[tuple[SubjectKind, str], int]:
    place: Any = func.substr(VerificationConfirmation.division_code, 1, DISTRICT)
    query = (
        select(VerificationConfirmation.subject_kind, place, func.count())
        .where(VerificationConfirmation.round_id == current.id, within(scope, VerificationConfirmation.division_code))
        .group_by(VerificationConfirmation.subject_kind, place)
    )
    return {(kind, code): count for kind, code, count in session().execute(query)}


def list_district_codes(day: date) -> list[DivisionRow]:
    """The districts a round opened on a day is for."""
    return list_in(Scope.everything(), (Level.DISTRICT,), on=day)


# --- what is still to be confirmed ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pending:
    """A record still to be confirmed, with what differs from the previous round (None: it was not in it)."""

    id: UUID
    kind: SubjectKind
    key: str
    name: str
    division_code: str
    version: int
    place: Path = NOWHERE
    differences: tuple[FieldDifference, ...] | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether the previous round confirmed the very same facts."""
        return self.differences == ()


def list_pending(
    scope: Scope,
    current: VerificationRound,
    kind: SubjectKind,
    *,
    day: date,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Pending]:
    """Records inside the scope that nobody has confirmed in this round, by business key; six statements a page."""
    model = _model(kind)
    key = _key_column(kind)
    sort = Sort("key", (key,))
    name = f"verification.{current.number}.{kind.value}"
    stmt = _pending(scope, current, kind)
    page = paginate(stmt, list_name=name, sort=sort, cursor=cursor, limit=limit, item=lambda row: row[0])
    rows = [
        Pending(item.id, kind, _key(item), item.name, item.division_code or "", item.version) for item in page.items
    ]
    facts = facts_of_records(model, page.items, day=day)
    before = _facts_before(current, kind, [row.id for row in rows])
    places = paths_of(row.division_code for row in rows)
    return Page(
        tuple(
            replace(
                row,
                place=places.get(row.division_code, NOWHERE),
                differences=differences(before[row.id], facts[row.id]) if row.id in before else None,
            )
            for row in rows
        ),
        page.next,
    )


def count_pending(scope: Scope, current: VerificationRound, kind: SubjectKind) -> Count:
    """How many such records there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_pending(scope, current, kind))


def count_all_pending(scope: Scope, current: VerificationRound) -> int:
    """How many records of every kind a district must still confirm, exactly."""
    total = 0
    for kind in KINDS:
        inner = _pending(scope, current, kind).with_only_columns(_model(kind).id).subquery()
        total += session().scalar(select(func.count()).select_from(inner)) or 0
    return total


def _pending(scope: Scope, current: VerificationRound, kind: SubjectKind) -> Select[Any]:
    model = _model(kind)
    confirmed = VerificationConfirmation
    done = and_(confirmed.round_id == current.id, confirmed.subject_kind == kind, confirmed.subject_id == model.id)
    stmt: Select[Any] = select(model)
    return stmt.where(
        within(scope, model.division_code),
        model.division_code.is_not(None),
        model.retired_on.is_(None),
        ~select(confirmed.id).where(done).exists(),
    )


def _facts_before(
    current: VerificationRound, kind: SubjectKind, subject_ids: Sequence[UUID]
) -> dict[UUID, Mapping[str, Any]]:
    previous = find_previous(current)
    if previous is None or not subject_ids:
        return {}
    query = select(VerificationConfirmation.subject_id, VerificationConfirmation.facts).where(
        VerificationConfirmation.round_id == previous.id,
        VerificationConfirmation.subject_kind == kind,
        VerificationConfirmation.subject_id.in_(subject_ids),
    )
    return dict(session().execute(query).all())


def list_records(scope: Scope, kind: SubjectKind, keys: Sequence[str]) -> list[Any]:
    """The records of these business keys that lie in the scope."""
    model = _model(kind)
    query = select(model).where(_key_column(kind).in_(keys), within(scope, model.division_code))
    return list(session().scalars(query))


def facts_of_records(model: type[Any], records: Sequence[Any], *, day: date) -> dict[UUID, dict[str, Any]]:
    """What a round remembers of records: their columns (phones masked), of estates also mode and manager on the day."""
    facts = {item.id: {name: masked(name, value) for name, value in facts_of(item).items()} for item in records}
    if model is not Estate or not facts:
        return facts
    query = (
        select(Service.estate_id, Service.mode, func.coalesce(Company.credit_code, Service.company_spelling))
        .outerjoin(Company, Company.id == Service.company_id)
        .where(Service.estate_id.in_(facts), active_on(day))
    )
    served = {estate_id: (mode, company) for estate_id, mode, company in session().execute(query)}
    for estate_id, told in facts.items():
        mode, company = served.get(estate_id, (None, None))
        told |= {"mode": mode.value if mode else None, "company": company}
    return facts


def _model(kind: SubjectKind) -> Any:
    return Estate if kind is SubjectKind.ESTATE else Company


def _key_column(kind: SubjectKind) -> Any:
    return Estate.__table__.c.code if kind is SubjectKind.ESTATE else Company.__table__.c.credit_code


def _key(record: Verified) -> str:
    return record.code if isinstance(record, Estate) else record.credit_code


# --- differences between rounds -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that two rounds show differently, field by field."""

    kind: DifferenceKind
    subject_kind: SubjectKind
    key: str
    name: str
    division_code: str
    fields: tuple[FieldDifference, ...]
    confirmed_by: str | None
    place: Path = NOWHERE


def list_differences(
    scope: Scope, current: VerificationRound, *, kind: DifferenceKind | None = None, cursor: str | None = None,
    limit: int = 50,
) -> Page[Difference]:  # fmt: skip
    """What the round shows otherwise than the one before, by place and business key; empty for the first round."""
    previous = find_previous(current)
    if previous is None:
        return Page(())
    stmt, now, before = _differing(scope, current, previous, kind)
    sort = Sort("place", (func.coalesce(now.division_code, before.division_code), func.coalesce(now.id, before.id)))
    name = f"verification.differences.{current.number}.{kind.value if kind else ''}"
    page = paginate(
        stmt, list_name=name, sort=sort, cursor=cursor, limit=limit, item=lambda row: _difference(*tuple(row)[:2])
    )
    places = paths_of(item.division_code for item in page.items)
    return Page(tuple(replace(item, place=places.get(item.division_code, NOWHERE)) for item in page.items), page.next)


def count_differences(scope: Scope, current: VerificationRound, *, kind: DifferenceKind | None = None) -> Count:
    """How many such records there are, counted to 1,000 and one."""
    previous = find_previous(current)
    return count_up_to_ceiling(_differing(scope, current, previous, kind)[0]) if previous else Count(0)


def _differing(
    scope: Scope, current: VerificationRound, previous: VerificationRound, kind: DifferenceKind | None
) -> tuple[Select[Any], Any, Any]:
    now: Any = aliased(VerificationConfirmation, _of(current), name="now")
    before: Any = aliased(VerificationConfirmation, _of(previous), name="before")
    same = and_(now.subject_kind == before.subject_kind, now.subject_id == before.subject_id)
    changed = cast(now.facts, Text) != cast(before.facts, Text)
    wanted = {
        DifferenceKind.ADDED: before.id.is_(None),
        DifferenceKind.MISSING: now.id.is_(None),
        DifferenceKind.CHANGED: changed,
    }
    stmt: Select[Any] = select(now, before).select_from(now).join(before, same, full=True)
    return (
        stmt.where(
            wanted[kind] if kind else or_(*wanted.values()),
            within(scope, func.coalesce(now.division_code, before.division_code)),
        ),
        now,
        before,
    )


def _of(wanted: VerificationRound) -> Any:
    return select(VerificationConfirmation).where(VerificationConfirmation.round_id == wanted.id).subquery()


def _difference(now: VerificationConfirmation | None, before: VerificationConfirmation | None) -> Difference:
    told = now or before
    if told is None:
        raise AssertionError
    kind = DifferenceKind.ADDED if before is None else DifferenceKind.MISSING if now is None else DifferenceKind.CHANGED
    return Difference(
        kind=kind,
        subject_kind=told.subject_kind,
        key=told.subject_key,
        name=str(told.facts.get("name") or told.subject_key),
        division_code=told.division_code,
        fields=differences(before.facts if before else None, now.facts if now else None),
        confirmed_by=now.confirmed_by if now else None,
    )
