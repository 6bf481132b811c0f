"""The matters of what a batch brings or takes away: names that resemble a company, disputes between contracts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from regulator.features.audit.terms import Actor
from regulator.features.papers.queries.following import Source
from regulator.features.registry.actions.matters import follow_disputes, follow_links, note_gone
from regulator.features.registry.imports.writing import AT_ONCE
from regulator.features.registry.models import CompanyLink, Estate
from regulator.features.registry.queries.matters import DISPUTES, LINKS, list_keys


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose matters a batch moves: its own links, others it turned to something else, disputes of some estates."""

    batch_id: UUID | None  # None where a batch brings no links
    links: Collection[UUID]
    estate_codes: Collection[str]

    def links_found(self) -> Iterator[ColumnElement[bool]]:
        """Conditions that find the links, so many at a time."""
        if self.batch_id is not None:
            yield CompanyLink.batch_id == self.batch_id
        yield from (CompanyLink.id.in_(some) for some in _in_parts(sorted(self.links)))

    def disputes_found(self) -> Iterator[ColumnElement[bool]]:
        """Conditions that find the disputes, so many at a time."""
        yield from (Estate.code.in_(some) for some in _in_parts(sorted(self.estate_codes)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Subject keys of what waits for a person."""

    links: frozenset[str]
    disputes: frozenset[str]


def look(concerned: Concerned) -> Waiting:
    """What waits now; asked before a batch is taken back, because some of it will be no more."""
    return Waiting(_keys(LINKS, concerned.links_found()), _keys(DISPUTES, concerned.disputes_found()))


def _keys(source: Source, conditions: Iterable[ColumnElement[bool]]) -> frozenset[str]:
    return frozenset(key for one in conditions for key in list_keys(source, one))


def follow_batch(concerned: Concerned, *, actor: Actor, now: datetime, before: Waiting | None = None) -> None:
    """Open, close and correct matters after the rows were written or put back as they were.

    Last in the transaction: whoever else opens a matter waits from here to its end.
    """
    for one in concerned.links_found():
        follow_links(one, actor=actor, now=now)
    for one in concerned.disputes_found():
        follow_disputes(one, actor=actor, now=now)
    if before is not None:
        after = look(concerned)
        note_gone(LINKS, before.links - after.links, actor=actor, now=now)
        note_gone(DISPUTES, before.disputes - after.disputes, actor=actor, now=now)


def _in_parts(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE))
