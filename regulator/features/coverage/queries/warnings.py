"""Early warnings inside a scope: who leaves, what ends, what goes on without a term, what nobody looks after.

Each line is a keyset-paged list and a count; lists the register keeps already are asked of it, never defined again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased, join, outerjoin

from regulator.features.coverage.forecast import ENDING_DAYS, leaves_with
from regulator.features.coverage.models import Custodian
from regulator.features.coverage.queries.custody import in_charge_on
from regulator.features.coverage.terms import WarningKind
from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, Contract, Estate, Service
from regulator.features.registry.queries.bounds import active_on, live_on, narrowed
from regulator.features.registry.queries.notices import NoticeFilter, NoticeRow, count_notices, list_notices
from regulator.features.registry.queries.services import list_contract_facts
from regulator.features.registry.queries.worklists import count_continued, list_continued
from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.terms import Mode, NoticeKind, Party
from regulator.foundation.database import next_day
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.law.calendar import Due

COMPANY_LEAVES = (NoticeKind.RENEWAL_REFUSED, NoticeKind.CONTINUED_SERVICE_ENDED)


@dataclass(frozen=True, slots=True)
class WarningRow:
    """An estate on a list of warnings.

    ``day`` is the one that matters: by when the company is gone, when its contract ends or ended, since when the estate
    is abandoned; None when it is not known. It is provisional while a year a notice's term runs through waits for its
    holidays. ``given_on`` is the day of the notice where there is one. The company of an abandoned estate is the last
    one that served it.
    """

    estate_code: str
    estate_name: str
    division_code: str
    credit_code: str | None
    company_name: str | None
    day: date | None
    given_on: date | None = None
    place: Path = NOWHERE
    is_provisional: bool = False

    @property
    def due(self) -> Due | None:
        """The day that matters with its mark."""
        return Due(self.day, self.is_provisional) if self.day else None

    def days_left(self, today: date) -> int | None:
        """Days until the day that matters; below zero once it is past."""
        return (self.day - today).days if self.day else None


def list_warnings(
    scope: Scope,
    division: DivisionRow | None,
    kind: WarningKind,
    *,
    day: date,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[WarningRow]:
    """The estates of one line of the warnings on a day; at most seven statements."""
    return _LISTS[kind](scope, division, day, cursor, limit)


def count_warning(scope: Scope, division: DivisionRow | None, kind: WarningKind, *, day: date) -> Count:
    """How many estates one line has on a day, counted to 1,000 and one."""
    return _COUNTS[kind](scope, division, day)


def count_warnings(scope: Scope, division: DivisionRow | None, *, day: date) -> dict[WarningKind, Count]:
    """The counts of every line: one statement each."""
    return {kind: count_warning(scope, division, kind, day=day) for kind in WarningKind}


# --- notices --------------------------------------------------------------------------------------------------------


def _notices_of(kind: WarningKind, division: DivisionRow | None, day: date) -> NoticeFilter:
    dismissed = kind is WarningKind.DISMISSED
    return NoticeFilter(
        division,
        kinds=(NoticeKind.DISMISSAL,) if dismissed else COMPANY_LEAVES,
        given_by=Party.OWNERS if dismissed else Party.COMPANY,
        serving_on=day,
        sort="dated",
    )


def _noticed(kind: WarningKind) -> Lister:
    def rows(scope: Scope, division: DivisionRow | None, day: date, cursor: str | None, limit: int) -> Page[WarningRow]:
        page = list_notices(scope, _notices_of(kind, division, day), cursor=cursor, limit=limit)
        contracts = list_contract_facts({row.estate_id for row in page.items})
        return Page(tuple(_of_notice(row, contracts.get(row.estate_id, [])) for row in page.items), page.next)

    return rows


def _of_notice(row: NoticeRow, contracts: list[ContractFacts]) -> WarningRow:
    own = [item.ended_on for item in contracts if item.credit_code == row.credit_code and item.ended_on]
    effect = None if row.kind is NoticeKind.RENEWAL_REFUSED else row.takes_effect
    leaving = effect.day if effect else None
    if row.kind is NoticeKind.RENEWAL_REFUSED:
        leaving = leaves_with(own, row.dated_on)
    return WarningRow(
        row.estate_code, row.estate_name, row.division_code, row.credit_code, row.company_name, leaving, row.dated_on,
        row.place, effect is not None and effect.is_provisional,
    )  # fmt: skip


def _notices_counted(kind: WarningKind) -> Counter:
    return lambda scope, division, day: count_notices(scope, _notices_of(kind, division, day))


# --- contracts that end ---------------------------------------------------------------------------------------------


_ROW: Any = (Estate.code, Estate.name, Estate.division_code)


def _ending(scope: Scope, day: date) -> Select[Any]:
    """Running contracts of the company that serves, without one of any company for the day after their end."""
    follower = aliased(Contract)
    served = exists().where(
        Service.estate_id == Contract.estate_id, Service.company_id == Contract.company_id, active_on(day)
    )
    followed = exists().where(
        follower.estate_id == Contract.estate_id,
        follower.retired_on.is_(None),
        follower.began_on <= next_day(Contract.ended_on),
        or_(follower.ended_on.is_(None), follower.ended_on > Contract.ended_on),
    )
    return (
        select(*_ROW, Company.credit_code, Company.name.label("company_name"), Contract.ended_on.label("day"))
        .join(Estate, Estate.id == Contract.estate_id)
        .join(Company, Company.id == Contract.company_id)
        .where(
            within(scope, Estate.division_code),
            live_on(Estate, day),
            Contract.retired_on.is_(None),
            Contract.began_on <= day,
            Contract.ended_on >= day,
            Contract.ended_on <= day + timedelta(days=ENDING_DAYS),
            served,
            ~followed,
        )
    )


def _ending_rows(
    scope: Scope, division: DivisionRow | None, day: date, cursor: str | None, limit: int
) -> Page[WarningRow]:
    sort = Sort("day", (Contract.__table__.c.ended_on, Contract.__table__.c.id))
    return _page(_ending(narrowed(scope, division), day), "warnings.ending", sort, cursor, limit)


# --- abandoned estates ----------------------------------------------------------------------------------------------


def _abandoned(scope: Scope, day: date) -> Select[Any]:
    """Abandoned estates that have no custodian, with the company that served them last."""
    before = aliased(Service)
    last: Any = (
        select(before.company_id)
        .where(before.estate_id == Estate.id, before.retired_on.is_(None), before.company_id.is_not(None))
        .order_by(before.ended_on.desc())
        .limit(1)
        .correlate(Estate)
        .scalar_subquery()
    )
    abandoned = join(Estate, Service, Service.estate_id == Estate.id)
    since = func.coalesce(Service.began_on, Service.stated_for).label("day")
    return (
        select(*_ROW, Company.credit_code, Company.name.label("company_name"), since)
        .select_from(outerjoin(abandoned, Company, Company.id == last))
        .where(
            within(scope, Estate.division_code),
            live_on(Estate, day),
            Service.mode == Mode.ABANDONED,
            active_on(day),
            ~exists().where(Custodian.estate_code == Estate.code, in_charge_on(day)),
        )
    )


def _abandoned_rows(
    scope: Scope, division: DivisionRow | None, day: date, cursor: str | None, limit: int
) -> Page[WarningRow]:
    sort = Sort("code", (Estate.__table__.c.division_code, Estate.__table__.c.code))
    return _page(_abandoned(narrowed(scope, division), day), "warnings.abandoned", sort, cursor, limit)


# --- services continuing on an ended contract -----------------------------------------------------------------------


def _continued_rows(
    scope: Scope, division: DivisionRow | None, day: date, cursor: str | None, limit: int
) -> Page[WarningRow]:
    page = list_continued(scope, division, day=day, cursor=cursor, limit=limit)
    return Page(
        tuple(
            WarningRow(
                row.estate_code, row.estate_name, row.division_code, row.credit_code, row.company_name,
                row.contract_ended_on, place=row.place,
            )
            for row in page.items
        ),
        page.next,
    )  # fmt: skip


# --- the lines ------------------------------------------------------------------------------------------------------


def _page(stmt: Select[Any], name: str, sort: Sort, cursor: str | None, limit: int) -> Page[WarningRow]:
    page = paginate(stmt, list_name=name, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    return Page(
        tuple(
            WarningRow(
                row.code, row.name, row.division_code, row.credit_code, row.company_name, row.day,
                place=places.get(row.division_code, NOWHERE),
            )
            for row in page.items
        ),
        page.next,
    )  # fmt: skip


def _counted(stmt_of: Callable[[Scope, date], Select[Any]]) -> Counter:
    return lambda scope, division, day: count_up_to_ceiling(stmt_of(narrowed(scope, division), day))


Lister = Callable[[Scope, DivisionRow | None, date, str | None, int], Page[WarningRow]]
Counter = Callable[[Scope, DivisionRow | None, date], Count]

_LISTS: Mapping[WarningKind, Lister] = {
    WarningKind.COMPANY_LEAVES: _noticed(WarningKind.COMPANY_LEAVES),
    WarningKind.DISMISSED: _noticed(WarningKind.DISMISSED),
    WarningKind.CONTRACT_ENDING: _ending_rows,
    WarningKind.CONTINUED: _continued_rows,
    WarningKind.ABANDONED: _abandoned_rows,
}
_COUNTS: Mapping[WarningKind, Counter] = {
    WarningKind.COMPANY_LEAVES: _notices_counted(WarningKind.COMPANY_LEAVES),
    WarningKind.DISMISSED: _notices_counted(WarningKind.DISMISSED),
    WarningKind.CONTRACT_ENDING: _counted(_ending),
    WarningKind.CONTINUED: lambda scope, division, day: count_continued(scope, division, day=day),
    WarningKind.ABANDONED: _counted(_abandoned),
}
