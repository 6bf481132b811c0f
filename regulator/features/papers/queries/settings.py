"""What is set for an authority's papers on a day: chain of approval, pattern of numbers, template. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select

from regulator.features.accounts.models import Authority
from regulator.features.papers.models import PaperChain, PaperSeries, PaperTemplate
from regulator.features.papers.rules.chain import USUAL_CHAINS
from regulator.features.papers.templating import Template, parse, shipped
from regulator.features.papers.terms import CHAINS, Chain, PaperKind
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound


def chain_for(authority_id: UUID, kind: PaperKind, *, on: date) -> Chain:
    """The chain in force on a day: the authority's own, else the one set for everybody, else the usual one."""
    stmt = (
        select(PaperChain)
        .where(
            PaperChain.kind == kind,
            PaperChain.began_on <= on,
            or_(PaperChain.authority_id == authority_id, PaperChain.authority_id.is_(None)),
        )
        .order_by(PaperChain.authority_id.is_(None), PaperChain.began_on.desc(), PaperChain.set_at.desc())
        .limit(1)
    )
    found = session().scalar(stmt)
    return Chain(CHAINS[found.steps], found.needs_minutes) if found else USUAL_CHAINS[kind]


def find_series(authority_id: UUID, kind: PaperKind, *, on: date) -> PaperSeries | None:
    """The pattern of numbers in force on a day: the one for this kind of paper, else the one for all others."""
    stmt = (
        select(PaperSeries)
        .where(
            PaperSeries.authority_id == authority_id,
            PaperSeries.kind.in_((kind, "")),
            PaperSeries.began_on <= on,
        )
        .order_by((PaperSeries.kind == "").asc(), PaperSeries.began_on.desc())
        .limit(1)
    )
    return session().scalar(stmt)


def template_for(authority_id: UUID, kind: PaperKind, *, on: date) -> tuple[UUID | None, Template]:
    """The template in force on a day: the authority's own version with its key, else the shipped one."""
    stmt = (
        select(PaperTemplate)
        .where(
            PaperTemplate.authority_id == authority_id,
            PaperTemplate.kind == kind,
            PaperTemplate.began_on <= on,
        )
        .order_by(PaperTemplate.began_on.desc())
        .limit(1)
    )
    own = session().scalar(stmt)
    return (own.id, parse(own.source)) if own else (None, shipped(kind))


def template_of(template_id: UUID | None, kind: str) -> Template:
    """The template a paper was drafted with."""
    if template_id is None:
        return shipped(PaperKind(kind))
    return parse(session().get_one(PaperTemplate, template_id).source)


# --- for the administrator's pages ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A pattern of numbers; `kind` None: for every kind that has none of its own."""

    id: UUID
    authority: str
    kind: str | None
    pattern: str
    began_on: date
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chain that was set; `authority` None: for everybody."""

    id: UUID
    authority: str | None
    kind: str
    chain: Chain
    began_on: date
    set_at: datetime
    set_by: str


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


def list_series() -> list[SeriesRow]:
    """Every pattern, by authority, kind and day."""
    stmt = (
        select(PaperSeries, Authority.name)
        .join(Authority, Authority.id == PaperSeries.authority_id)
        .order_by(Authority.name, PaperSeries.kind, PaperSeries.began_on)
    )
    return [
        SeriesRow(item.id, name, item.kind or None, item.pattern, item.began_on, item.set_at, item.set_by)
        for item, name in session().execute(stmt)
    ]


def list_chains() -> list[ChainRow]:
    """Every chain that was set, those for everybody first."""
    stmt = (
        select(PaperChain, Authority.name)
        .outerjoin(Authority, Authority.id == PaperChain.authority_id)
        .order_by(PaperChain.authority_id.is_not(None), Authority.name, PaperChain.kind, PaperChain.began_on)
    )
    return [
        ChainRow(
            item.id, name, item.kind, Chain(CHAINS[item.steps], item.needs_minutes), item.began_on, item.set_at,
            item.set_by,
        )
        for item, name in session().execute(stmt)
    ]  # fmt: skip


def list_templates() -> list[TemplateRow]:
    """Every own version of a template."""
    stmt = (
        select(PaperTemplate, Authority.name)
        .join(Authority, Authority.id == PaperTemplate.authority_id)
        .order_by(Authority.name, PaperTemplate.kind, PaperTemplate.began_on)
    )
    return [
        TemplateRow(item.id, name, item.kind, item.digest, item.began_on, item.added_at, item.added_by)
        for item, name in session().execute(stmt)
    ]


def get_template_source(template_id: UUID) -> str:
    """The source of an own version. Raises NotFound."""
    found = session().get(PaperTemplate, template_id)
    if found is None:
        raise NotFound(str(template_id))
    return found.source


def find_pattern_clash(authority_id: UUID, pattern: str) -> str | None:
    """The name of another authority whose numbers would read like those of this pattern."""
    stmt = (
        select(Authority.name)
        .join(PaperSeries, PaperSeries.authority_id == Authority.id)
        .where(PaperSeries.pattern == pattern, PaperSeries.authority_id != authority_id)
        .limit(1)
    )
    return session().scalar(stmt)
