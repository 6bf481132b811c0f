"""Everything set for the papers of all authorities, as the administrator's pages show it. Never writes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import defer

from regulator.features.accounts.models import Authority
from regulator.features.papers.models import PaperChain, PaperCounter, PaperSeries, PaperTemplate
from regulator.features.papers.queries.settings import counting_series
from regulator.features.papers.rules.chain import CHAINS, USUAL_CHAINS
from regulator.features.papers.rules.numbers import format_number
from regulator.features.papers.terms import Chain, Force, Origin, PaperKind
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound


def forces_of(settings: Sequence[tuple[Hashable, date]], *, on: date) -> list[Force]:
    """Where each of these settings stands on a day; given what it is about and from when on, a later row wins."""
    last: dict[Hashable, int] = {}
    for at, (about, began_on) in enumerate(settings):
        if began_on <= on and (about not in last or settings[last[about]][1] <= began_on):
            last[about] = at
    in_force = set(last.values())
    return [
        Force.TO_COME if began_on > on else Force.IN_FORCE if at in in_force else Force.PAST
        for at, (_about, began_on) in enumerate(settings)
    ]


# --- numbers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A pattern of numbers; `kind` None: for every kind that has none of its own. `given` numbers this year."""

    authority: str
    kind: str | None
    pattern: str
    began_on: date
    set_at: datetime
    set_by: str
    force: Force
    given: int
    next_number: str


def list_series(*, on: date) -> list[SeriesRow]:
    """Every pattern, by authority, kind and day, with the number it gives next in the year of a day."""
    stmt = (
        select(PaperSeries, Authority.name)
        .join(Authority, Authority.id == PaperSeries.authority_id)
        .order_by(Authority.name, PaperSeries.authority_id, PaperSeries.kind, PaperSeries.began_on)
    )
    rows = session().execute(stmt).all()
    forces = forces_of([((one.authority_id, one.kind), one.began_on) for one, _ in rows], on=on)
    given = _given([one for one, _ in rows], on.year)
    return [
        SeriesRow(
            name, one.kind or None, one.pattern, one.began_on, one.set_at, one.set_by, force, given[one.id],
            format_number(one.pattern, year=on.year, sequence=given[one.id] + 1),
        )
        for (one, name), force in zip(rows, forces, strict=True)
    ]  # fmt: skip


def _given(series: Iterable[PaperSeries], year: int) -> dict[UUID, int]:
    """How many numbers each series has given in a year; series of one pattern count together."""
    counters = dict(
        session().execute(select(PaperCounter.series_id, PaperCounter.last).where(PaperCounter.year == year)).all()
    )
    first: dict[tuple[UUID, str], PaperSeries] = {}
    found = sorted(series, key=lambda one: (one.set_at, one.id))
    for one in found:
        first.setdefault((one.authority_id, one.pattern), one)
    return {one.id: counters.get(first[one.authority_id, one.pattern].id, 0) for one in found}


def next_number(authority_id: UUID, pattern: str, *, on: date) -> str:
    """The number a pattern would give next on a day, whether or not it is set already."""
    counting = counting_series(authority_id, pattern)
    counter = session().get(PaperCounter, (counting.id, on.year)) if counting else None
    return format_number(pattern, year=on.year, sequence=(counter.last if counter else 0) + 1)


# --- chains ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chain that was set; `authority` None: for everybody."""

    authority: str | None
    kind: str
    chain: Chain
    began_on: date
    set_at: datetime
    set_by: str
    force: Force


@dataclass(frozen=True, slots=True)
class ChainInForce:
    """What a kind of paper needs on a day, and by whose word; without `began_on` nobody has set anything."""

    kind: PaperKind
    chain: Chain
    origin: Origin
    began_on: date | None = None
    set_at: datetime | None = None
    set_by: str | None = None


def list_chains(*, on: date) -> list[ChainRow]:
    """Every chain that was set, those for everybody first, the last set last."""
    stmt = (
        select(PaperChain, Authority.name)
        .outerjoin(Authority, Authority.id == PaperChain.authority_id)
        .order_by(PaperChain.authority_id.is_not(None), Authority.name, PaperChain.authority_id, PaperChain.kind)
        .order_by(PaperChain.began_on, PaperChain.set_at, PaperChain.id)
    )
    rows = session().execute(stmt).all()
    forces = forces_of([((one.authority_id, one.kind), one.began_on) for one, _ in rows], on=on)
    return [
        ChainRow(name, one.kind, _chain(one), one.began_on, one.set_at, one.set_by, force)
        for (one, name), force in zip(rows, forces, strict=True)
    ]


def chains_in_force(authority_id: UUID | None, *, on: date) -> list[ChainInForce]:
    """What each kind of paper needs on a day at an authority, or where an authority has set nothing of its own."""
    stmt = (
        select(PaperChain)
        .where(PaperChain.began_on <= on)
        .where(or_(PaperChain.authority_id == authority_id, PaperChain.authority_id.is_(None)))
        .order_by(PaperChain.authority_id.is_not(None), PaperChain.began_on, PaperChain.set_at, PaperChain.id)
    )
    found = {one.kind: one for one in session().scalars(stmt)}  # the strongest last
    return [_in_force(kind, found.get(kind)) for kind in PaperKind]


def _in_force(kind: PaperKind, found: PaperChain | None) -> ChainInForce:
    if found is None:
        return ChainInForce(kind, USUAL_CHAINS[kind], Origin.USUAL)
    origin = Origin.AUTHORITY if found.authority_id else Origin.EVERYWHERE
    return ChainInForce(kind, _chain(found), origin, found.began_on, found.set_at, found.set_by)


def _chain(row: PaperChain) -> Chain:
    return Chain(CHAINS[row.steps], row.needs_minutes)


# --- templates ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """An authority's own version of a template."""

    id: UUID
    authority: str
    kind: str
    digest: str
    began_on: date
    added_at: datetime
    added_by: str
    force: Force


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of paper, and the authorities' own versions of it that are in force."""

    kind: PaperKind
    own: list[TemplateRow] = field(default_factory=list)


def list_templates(*, on: date) -> list[TemplateRow]:
    """Every own version of a template, by authority, kind and day."""
    stmt = (
        select(PaperTemplate, Authority.name)
        .options(defer(PaperTemplate.source))
        .join(Authority, Authority.id == PaperTemplate.authority_id)
        .order_by(Authority.name, PaperTemplate.authority_id, PaperTemplate.kind, PaperTemplate.began_on)
    )
    rows = session().execute(stmt).all()
    forces = forces_of([((one.authority_id, one.kind), one.began_on) for one, _ in rows], on=on)
    return [_template(one, name, force) for (one, name), force in zip(rows, forces, strict=True)]


def _template(one: Any, authority: str, force: Force) -> TemplateRow:
    return TemplateRow(one.id, authority, one.kind, one.digest, one.began_on, one.added_at, one.added_by, force)


def list_kinds(templates: Iterable[TemplateRow]) -> list[KindRow]:
    """Every kind of paper with the own versions in force among these."""
    rows = {kind: KindRow(kind) for kind in PaperKind}
    for one in templates:
        if one.force is Force.IN_FORCE:
            rows[PaperKind(one.kind)].own.append(one)
    return list(rows.values())


def get_template(template_id: UUID) -> tuple[PaperTemplate, str]:
    """An own version and the name of its authority. Raises NotFound."""
    found = session().get(PaperTemplate, template_id)
    if found is None:
        raise NotFound(str(template_id))
    return found, session().get_one(Authority, found.authority_id).name
