"""Matters of a small world, opened by the product's own acts; and papers as rows, at any point of their way."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions.matters import NewMatter, open_matter
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.terms import MatterKind, PaperKind, PaperState
from regulator.foundation import clock
from regulator.foundation.database import new_key, session
from tests.factories import registry as make

AUTHORITY = "和平区房产局"


def account_named(name: str) -> Account:
    """The account of somebody who signed in under a name of the test's own."""
    return session().scalars(select(Account).where(Account.name == name)).one()


def make_matter(
    title: str,
    owner: UUID | None = None,
    division: str = make.HEPING_COMMUNITY,
    due_on: date | None = None,
    kind: str = MatterKind.OFFICIAL,
    now: datetime | None = None,
) -> Matter:
    """An open matter."""
    new = NewMatter(kind, str(new_key()), title, division, Permission.MATTERS_HANDLE, due_on, owner)
    return open_matter(new, actor=make.actor(), now=now or clock.now())


def make_paper(matter: Matter, drafted_by: Account, state: PaperState = PaperState.DRAFT, **given: Any) -> Paper:
    """A paper of a matter at some point of its way."""
    authority = session().scalars(select(Authority).where(Authority.name == AUTHORITY)).one_or_none()
    if authority is None:
        authority = Authority(id=new_key(), name=AUTHORITY, division_code=make.HEPING)
        session().add(authority)
        session().flush()
    facts: dict[str, Any] = {
        "matter_id": matter.id, "division_code": matter.division_code, "authority_id": authority.id,
        "kind": PaperKind.CIRCULAR, "state": state, "title": "情况通报", "addressee": "各街道", "facts": {},
        "drafted_by_id": drafted_by.id, "drafted_by": drafted_by.name, "drafted_at": clock.now(), "steps": [],
        "version": 1,
    }  # fmt: skip
    paper = Paper(id=new_key(), **(facts | given))
    session().add(paper)
    session().flush()
    return paper
