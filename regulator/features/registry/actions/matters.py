"""Keeps the matters of the register in step with its rows: links, disputes, corrections that wait for confirmation.

Called by the acts and bulk paths that change those rows, in their own transaction; nothing of the register is changed.

A single correction of what an estate or a company is (its fields, its name, its place) asks another official to
confirm the record. What a survey finds out, services, contracts, aliases and whatever comes in lists ask nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement

from regulator.features.accounts.terms import Permission
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions import open_matter
from regulator.features.papers.actions.following import catch_up, close_matters_of, follow
from regulator.features.papers.actions.matters import NewMatter, add_entry, move_matters
from regulator.features.papers.actions.owners import Owners
from regulator.features.papers.models import Matter
from regulator.features.papers.queries.following import Source
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.terms import EntryKind, MatterKind, Outcome, WhyMoved
from regulator.features.registry.models import Company, CompanyLink, CompanyRequest, ContractDispute, Estate
from regulator.features.registry.queries.matters import (
    COMPANY_CORRECTIONS,
    DISPUTES,
    ESTATE_CORRECTIONS,
    LINKS,
    REQUESTS,
    SOURCES,
    correction_key,
)
from regulator.features.registry.terms import SubjectKind


def follow_links(where: ColumnElement[bool], *, actor: Actor, now: datetime, reason: str | None = None) -> None:
    """After links that a condition finds were recorded, settled, or stated otherwise by a list."""
    follow(LINKS, where, actor=actor, now=now, reason=reason)


def follow_disputes(where: ColumnElement[bool], *, actor: Actor, now: datetime, reason: str | None = None) -> None:
    """After disputes that a condition finds were recorded or settled, or are none any more."""
    follow(DISPUTES, where, actor=actor, now=now, reason=reason)


def follow_request(request: CompanyRequest, *, actor: Actor, now: datetime, reason: str | None = None) -> None:
    """After a company asked for a change, or it was decided."""
    follow(REQUESTS, CompanyRequest.id == request.id, actor=actor, now=now, reason=reason)


def note_gone(source: Source, keys: Collection[str], *, actor: Actor, now: datetime) -> None:
    """Rows by their subject keys are no more, as after an import was taken back."""
    close_matters_of(source.kind, keys, outcome=Outcome.TAKEN_BACK, reason=None, actor=actor, now=now)


def follow_estate(estate: Estate, *, actor: Actor, now: datetime) -> None:
    """After an estate came to another name or place: its matters come with it."""
    follow(LINKS, CompanyLink.estate_id == estate.id, actor=actor, now=now)
    follow(DISPUTES, ContractDispute.estate_id == estate.id, actor=actor, now=now)
    follow(ESTATE_CORRECTIONS, Estate.id == estate.id, actor=actor, now=now)


def ask_confirmation(record: Estate | Company, *, reason: str | None, actor: Actor, now: datetime) -> None:
    """Open the matter of a corrected record, for somebody else than who corrected it where there is anybody else.

    One is open at a time; a further correction is noted in it, and it leaves who has made that.
    """
    kind, key = _named(record)
    subject = correction_key(kind, key)
    matter = find_open_matter(MatterKind.CORRECTION, subject)
    if matter is None:
        new = NewMatter(
            MatterKind.CORRECTION, subject, record.name, record.division_code, Permission.RECORDS_CONFIRM,
            not_owner=actor.account_id,
        )  # fmt: skip
        matter = open_matter(new, actor=actor, now=now)
    else:
        _pass_on(matter, actor, now)
        source = ESTATE_CORRECTIONS if kind is SubjectKind.ESTATE else COMPANY_CORRECTIONS
        follow(source, type(record).id == record.id, actor=actor, now=now)
    if reason:
        add_entry(matter, EntryKind.NOTED, actor=actor, now=now, text=reason)


def _pass_on(matter: Matter, actor: Actor, now: datetime) -> None:
    """Nobody is asked to confirm a correction of their own while somebody else could."""
    if matter.owner_id != actor.account_id:
        return
    owners = Owners(Permission(matter.handled_by), now=now)
    other = owners.owner_at(matter.division_code, other_than=[matter.owner_id])
    if other is not None and other.account_id != matter.owner_id:
        move_matters(
            [matter], to=other.account_id, authority=other.authority_id, reason="", about=WhyMoved.OWN_ACT, actor=actor,
            now=now,
        )  # fmt: skip


def note_confirmed(
    kind: SubjectKind, keys: Collection[str], *, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    """Records were confirmed, or taken out of the register: what waited for that is done."""
    subjects = [correction_key(kind, key) for key in keys]
    close_matters_of(MatterKind.CORRECTION, subjects, outcome=Outcome.DONE, reason=reason, actor=actor, now=now)


def keep_matters(now: datetime) -> None:
    """A sweeper: opens what waits without a matter, as after an upgrade, and closes what papers held open."""
    catch_up(SOURCES, actor=Actor.system(), now=now)


def _named(record: Estate | Company) -> tuple[SubjectKind, str]:
    if isinstance(record, Estate):
        return SubjectKind.ESTATE, record.code
    return SubjectKind.COMPANY, record.credit_code
