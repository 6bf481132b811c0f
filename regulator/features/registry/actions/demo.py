"""Filling an empty register with an invented city: rows in bulk, one entry in the trail, one signal of each kind."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, text

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.registry import signals
from regulator.features.registry.actions.nature import claim_nature, touch_register
from regulator.features.registry.actions.staging import Staging
from regulator.features.registry.demo.city import make_city
from regulator.features.registry.demo.columns import COLUMNS
from regulator.features.registry.demo.plan import CityPlan, Row
from regulator.features.registry.facts import PLUMBING, masked, plain
from regulator.features.registry.models import Company, Estate, Person, RecordChange
from regulator.features.registry.terms import RecordAct, RegisterNature, SubjectKind
from regulator.foundation.bulk import indexes_afterwards, insert_rows
from regulator.foundation.database import Base, is_postgres, session
from regulator.foundation.errors import BadInput
from regulator.foundation.search import index_ddl

SEARCHES = ("company_search", "estate_search", "person_search")
GUARDED = {"service"}
"""Tables whose trigger against overlapping periods looks into their own indexes with every row."""
HISTORIES = {"company": (SubjectKind.COMPANY, 1), "estate": (SubjectKind.ESTATE, 1), "person": (SubjectKind.PERSON, 0)}
"""Whose registration is kept as history, and which column is the key people know it by."""


def fill_city(plan: CityPlan, *, actor: Actor, now: datetime) -> dict[str, int]:
    """Fill the register with one invented city; gives the number of rows by table.

    Raises BadInput("register_is_real") on a register with real rows.
    """
    claim_nature(RegisterNature.DEMO, now)
    rows = make_city(plan)
    for table, columns in COLUMNS.items():
        insert_rows(session(), Base.metadata.tables[table], columns, rows[table])
    _remember(rows, actor)
    counts = {table: len(rows[table]) for table in COLUMNS}
    audit.record(
        actor,
        "register.filled_with_demo",
        "register",
        plan.city_name,
        now=now,
        facts={"seed": plan.seed, "companies": plan.companies, "estates": plan.estates, "people": plan.people},
    )
    touch_register(now)
    _tell(rows)
    return counts


def refuse_filled() -> None:
    """Raise BadInput("register_not_empty") when the register holds companies, estates or people already."""
    for model in (Company, Estate, Person):
        if session().scalar(select(exists(select(model.id)))):
            raise BadInput("register_not_empty")


@contextmanager
def index_afterwards() -> Iterator[None]:
    """Build the indexes once at the end, also those of the search, rather than row by row; within a transaction."""
    with _search_afterwards(), indexes_afterwards({*COLUMNS, "record_change"} - GUARDED):
        yield


@contextmanager
def _search_afterwards() -> Iterator[None]:
    if is_postgres():  # there it is an index like others
        yield
        return
    for search in SEARCHES:
        for kind in ("insert", "delete", "update"):
            session().execute(text(f"DROP TRIGGER IF EXISTS {search}_fts_{kind}"))
    yield
    for search in SEARCHES:
        session().execute(text(f"INSERT INTO {search}_fts({search}_fts) VALUES ('rebuild')"))  # noqa: S608  # our names
        for statement in index_ddl(search, "sqlite")[1:]:
            session().execute(text(statement))


def _remember(rows: Mapping[str, Sequence[Row]], actor: Actor) -> None:
    """Each record's history begins with its registration."""
    columns = ("subject_kind", "subject_id", "subject_key", "version", "at", "act", "actor_username")
    for table, (kind, key_at) in HISTORIES.items():
        at = COLUMNS[table].index("registered_at")
        insert_rows(
            session(),
            RecordChange.__table__,
            (*columns, "actor_name", "actor_role"),
            [
                (
                    *(kind, row[0], str(row[key_at]), 1, row[at], RecordAct.REGISTERED.value, actor.username),
                    *(actor.name, actor.role),
                )
                for row in rows[table]
            ],
        )


def _tell(rows: Mapping[str, Sequence[Row]]) -> None:
    codes = {row[0]: str(row[1]) for row in rows["estate"]}
    companies = {row[0]: str(row[1]) for row in rows["company"]}
    for signal, name, table in (
        (signals.companies_changed, "companies", "company"),
        (signals.estates_changed, "estates", "estate"),
    ):
        staging = Staging(signal, name)
        if staging.wanted:
            staging.add((str(row[1]), None, _facts(table, row)) for row in rows[table])
        staging.send()
    for signal, name, table, many in (
        (signals.services_changed, "services", "service", "periods"),
        (signals.notices_changed, "notices", "notice", "notices"),
    ):
        staging = Staging(signal, name)
        if staging.wanted:
            by_estate = _by_estate(table, rows[table], companies)
            staging.add((codes[estate], None, {many: found}) for estate, found in by_estate.items())
        staging.send()
    signals.touch(list(codes.values()))


def _by_estate(table: str, rows: Sequence[Row], companies: Mapping[Any, str]) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    estate_at, company_at = COLUMNS[table].index("estate_id"), COLUMNS[table].index("company_id")
    for row in rows:
        found[row[estate_at]].append({**_facts(table, row), "credit_code": companies.get(row[company_at])})
    return found


def _facts(table: str, row: Row) -> dict[str, Any]:
    pairs = zip(COLUMNS[table], row, strict=True)
    said = {name: masked(name, value) for name, value in pairs if name not in PLUMBING}
    return json.loads(json.dumps(said, default=plain))  # type: ignore[no-any-return]  # what JSON can say
