"""Applications inside a scope: one, lists with who has them, history, papers, load by district. Never write."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text

from regulator.features.accounts.models import Account, Authority
from regulator.features.calendar.queries import working_days
from regulator.features.divisions.queries import NOWHERE, Path, paths_of, within
from regulator.features.divisions.terms import CodeRange, Scope
from regulator.features.licensing.application_terms import (
    ApplicationAct,
    ApplicationOutcome,
    ApplicationState,
)
from regulator.features.licensing.models import Application, ApplicationEvent, ApplicationFile
from regulator.features.licensing.models.applications import IS_OPEN, IS_OVER
from regulator.features.licensing.rules.clocks import median_days
from regulator.features.licensing.terms import ApplicationKind
from regulator.features.registry.models import Company
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application as lists show it."""

    id: UUID
    number: str | None
    company: str
    credit_code: str
    kind: ApplicationKind
    grade: str | None
    rule_set: str
    state: ApplicationState
    division_code: str
    owner_id: UUID | None
    owner: str | None
    authority: str | None
    drafted_at: datetime
    received_on: date | None
    due_on: date | None
    is_due_provisional: bool
    decided_on: date | None
    outcome: ApplicationOutcome | None
    version: int
    place: Path = NOWHERE


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """What of the applications is wanted; None: no matter which. ``due_before`` is excluded."""

    is_open: bool | None = True
    states: tuple[ApplicationState, ...] | None = None
    kind: ApplicationKind | None = None
    owners: tuple[UUID, ...] | None = None
    within: CodeRange | None = None
    due_before: date | None = None
    decided_since: date | None = None
    q: str | None = None  # a number, a credit code, or the beginning of a company's name


_ROW: tuple[Any, ...] = (
    *(Application.id, Application.number, Company.name, Application.credit_code, Application.kind, Application.grade),
    *(Application.rule_set, Application.state, Application.division_code, Application.owner_id, Account.name),
    *(Authority.name, Application.drafted_at, Application.received_on, Application.due_on),
    *(Application.is_due_provisional, Application.decided_on, Application.outcome, Application.version),
)


_OPEN, _OVER = (text(f"{Application.__tablename__}.{one.text}") for one in (IS_OPEN, IS_OVER))
"""In the words of the partial indexes: as parameters they would not be recognised."""
LAST_LETTER = "\U0010ffff"
FEW_NAMES = 200
"""So many companies of a name are looked up one by one; of more, one is soon met in the order of the list."""


def _rows() -> Select[Any]:
    return (
        select(*_ROW)
        .join(Company, Company.id == Application.company_id)
        .outerjoin(Account, Account.id == Application.owner_id)
        .outerjoin(Authority, Authority.id == Application.authority_id)
    )


def _narrowed(stmt: Select[Any], scope: Scope, wanted: ApplicationFilter) -> Select[Any]:
    """Within a scope and a filter. The place is no reason to leave the order of terms: read in it, never sorted."""
    place = func.coalesce(Application.division_code, "")
    stmt = stmt.where(within(scope, place))
    if wanted.is_open is None:
        stmt = stmt.where(Application.number.is_not(None))
    else:
        stmt = stmt.where(_OPEN if wanted.is_open else _OVER)
    if wanted.states is not None:
        stmt = stmt.where(Application.state.in_(wanted.states))
    if wanted.kind is not None:
        stmt = stmt.where(Application.kind == wanted.kind)
    if wanted.owners is not None:
        stmt = stmt.where(Application.owner_id.in_(wanted.owners))
    if wanted.within is not None:
        low, high = wanted.within.low, wanted.within.high
        stmt = stmt.where(place >= low, place < high)
    if wanted.due_before is not None:
        stmt = stmt.where(Application.order_on < wanted.due_before)
    if wanted.decided_since is not None:
        stmt = stmt.where(Application.decided_on >= wanted.decided_since)
    return stmt.where(_asked_for(wanted.q)) if wanted.q else stmt


def _asked_for(q: str) -> ColumnElement[bool]:
    """What was typed is one thing: a number, a credit code or the beginning of a name; each by its own index."""
    numbered = session().scalar(select(Application.id).where(Application.number == q))
    if numbered is not None:
        return Application.id == numbered
    named = or_(Company.credit_code == q.upper(), and_(Company.name >= q, Company.name < q + LAST_LETTER))
    found = session().scalars(select(Company.id).where(named).limit(FEW_NAMES + 1)).all()
    return Application.company_id.in_(found) if len(found) <= FEW_NAMES else named


def list_applications(
    scope: Scope, wanted: ApplicationFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[ApplicationRow]:
    """Applications of a territory: open ones the most pressing first, ended ones the last received, all by number."""
    table = Application.__table__.c
    sorts = {
        True: Sort("due", (table.order_on, table.number)),
        False: Sort("received", (table.received_on, table.number), descending=True),
        None: Sort("number", (table.number,), descending=True),
    }
    sort = sorts[wanted.is_open]
    stmt = _narrowed(_rows(), scope, wanted)
    page = paginate(stmt, list_name="applications", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(_placed(page.items)), page.next)


def count_applications(scope: Scope, wanted: ApplicationFilter) -> Count:
    """How many there are, to 1,000 and one."""
    stmt: Select[Any] = select(Application.number)
    if wanted.q:
        stmt = stmt.join(Company, Company.id == Application.company_id)
    return count_up_to_ceiling(_narrowed(stmt, scope, wanted))


def _placed(rows: Sequence[Any]) -> list[ApplicationRow]:
    places = paths_of(row.division_code for row in rows)
    return [replace(ApplicationRow(*row[: len(_ROW)]), place=places.get(row.division_code, NOWHERE)) for row in rows]


# --- one --------------------------------------------------------------------------------------------------------------


def get_application(scope: Scope, number: str) -> Application:
    """An application by its number inside a scope. Raises NotFound."""
    stmt = select(Application).where(Application.number == number, within(scope, Application.division_code))
    found = session().scalars(stmt).one_or_none()
    if found is None:
        raise NotFound(number)
    return found


def get_own_application(scope: Scope, application_id: UUID) -> Application:
    """An application of the scope's own company, a draft too. Raises NotFound."""
    found = session().get(Application, application_id)
    if found is None or not scope.covers_company(found.credit_code):
        raise NotFound(str(application_id))
    return found


def list_own_applications(scope: Scope, *, cursor: str | None = None, limit: int = 50) -> Page[ApplicationRow]:
    """All applications of the scope's own company, the last begun first."""
    stmt = _rows().where(Application.credit_code == scope.credit_code)
    sort = Sort("id", (Application.__table__.c.id,), descending=True)
    page = paginate(stmt, list_name="own_applications", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(_placed(page.items)), page.next)


def get_row(application: Application) -> ApplicationRow:
    """An application somebody was given, with the names around it."""
    return _placed([session().execute(_rows().where(Application.id == application.id)).one()])[0]


def find_followed(number: str, code: str) -> Application | None:
    """The application of a receipt: number and follow code must both fit."""
    found = session().scalars(select(Application).where(Application.number == number)).one_or_none()
    fits = found is not None and bool(code) and compare_digest(found.follow_code.encode(), code.encode())
    return found if fits else None


def list_events(application: Application) -> list[ApplicationEvent]:
    """The history of an application somebody was given, in the order in which it happened."""
    stmt = select(ApplicationEvent).where(ApplicationEvent.application_id == application.id)
    return list(session().scalars(stmt.order_by(ApplicationEvent.seq)))


def find_act(application: Application, act: ApplicationAct) -> ApplicationEvent | None:
    """The last time an act was done."""
    return next((line for line in reversed(list_events(application)) if line.act is act), None)


def list_files(application: Application) -> list[ApplicationFile]:
    """The papers that lie with an application somebody was given, as they came."""
    stmt = select(ApplicationFile).where(ApplicationFile.application_id == application.id)
    return list(session().scalars(stmt.order_by(ApplicationFile.added_at, ApplicationFile.id)))


def get_file(application: Application, file_id: UUID) -> ApplicationFile:
    """A paper of an application somebody was given. Raises NotFound."""
    found = session().get(ApplicationFile, file_id)
    if found is None or found.application_id != application.id:
        raise NotFound(str(file_id))
    return found


# --- load -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoadRow:
    """What lies in a district: open and overdue now, decided since a day, working days from receipt to decision."""

    division_code: str
    place: Path
    open: int
    overdue: int
    decided: int
    median: int | None


def load_by_district(scope: Scope, *, since: date, today: date) -> list[LoadRow]:
    """Load and median days of each district of a territory; three statements."""
    here = within(scope, Application.division_code)
    overdue = func.sum(case((Application.order_on < today, 1), else_=0))
    stmt = select(Application.division_code, func.count(), overdue).where(here, _OPEN)
    lying = {code: (count, late) for code, count, late in session().execute(stmt.group_by(Application.division_code))}
    spans = _spans(here, since)
    codes = sorted({*lying, *spans})
    places = paths_of(codes)
    return [
        LoadRow(
            code, places.get(code, NOWHERE), int(lying.get(code, (0, 0))[0]), int(lying.get(code, (0, 0))[1]),
            len(spans[code]), median_days(spans[code]),
        )
        for code in codes
    ]  # fmt: skip


def _spans(here: ColumnElement[bool], since: date) -> defaultdict[str, list[int]]:
    calendar = working_days()
    stmt = select(Application.division_code, Application.received_on, Application.decided_on, func.count()).where(
        here, Application.decided_on >= since
    )
    found: defaultdict[str, list[int]] = defaultdict(list)
    groups = stmt.group_by(Application.division_code, Application.received_on, Application.decided_on)
    for code, received_on, decided_on, count in session().execute(groups):
        if received_on is not None and decided_on is not None:
            found[code] += [calendar.count(received_on, decided_on)] * count
    return found
