"""What is set for an authority's papers on a day: chain of approval, pattern of numbers, template. Never writes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from regulator.features.accounts.models import Authority
from regulator.features.papers.models import PaperChain, PaperSeries, PaperTemplate
from regulator.features.papers.rules.chain import CHAINS, USUAL_CHAINS
from regulator.features.papers.templating import Template, parse, shipped
from regulator.features.papers.terms import Chain, PaperKind
from regulator.foundation.database import session


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
        .order_by(PaperChain.id.desc())
        .limit(1)
    )
    found = session().scalar(stmt)
    return Chain(CHAINS[found.steps], found.needs_minutes) if found else USUAL_CHAINS[kind]


def find_series(authority_id: UUID, kind: PaperKind, *, on: date) -> PaperSeries | None:
    """The series that numbers a kind of paper on a day: the pattern for this kind, else the one for all others.

    A pattern in use before, or for another kind as well, goes on counting where it stands: no number comes twice.
    """
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
    found = session().scalar(stmt)
    return counting_series(authority_id, found.pattern) if found else None


def counting_series(authority_id: UUID, pattern: str) -> PaperSeries | None:
    """The series in which an authority counts the numbers of a pattern: the one that was set first."""
    stmt = select(PaperSeries).where(PaperSeries.authority_id == authority_id, PaperSeries.pattern == pattern)
    return session().scalar(stmt.order_by(PaperSeries.set_at, PaperSeries.id).limit(1))


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


def find_pattern_clash(authority_id: UUID, pattern: str) -> str | None:
    """The name of another authority whose numbers would read like those of this pattern."""
    stmt = (
        select(Authority.name)
        .join(PaperSeries, PaperSeries.authority_id == Authority.id)
        .where(PaperSeries.pattern == pattern, PaperSeries.authority_id != authority_id)
        .limit(1)
    )
    return session().scalar(stmt)
