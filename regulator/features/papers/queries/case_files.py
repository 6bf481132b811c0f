"""Case files: what a matter's file holds, the archived ones, those to be archived, and a search. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from regulator.features.papers.models import CaseFile, Matter, Paper
from regulator.features.papers.terms import PaperState
from regulator.foundation.database import session


def find_case_file(matter: Matter) -> CaseFile | None:
    """The archived file of a matter somebody was given; None as long as it is open."""
    return session().scalar(select(CaseFile).where(CaseFile.matter_id == matter.id))


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper as a file lists it."""

    id: UUID
    kind: str
    title: str
    state: PaperState
    number: str | None
    addressee: str
    drafted_by: str
    drafted_at: datetime
    dated_on: date | None
    served_on: date | None
    file_hash: str | None


def list_papers_in(matter: Matter) -> list[PaperLine]:
    """The papers of a matter somebody was given, in the order in which they were drafted."""
    stmt = select(
        *(Paper.id, Paper.kind, Paper.title, Paper.state, Paper.number, Paper.addressee, Paper.drafted_by),
        *(Paper.drafted_at, Paper.dated_on, Paper.served_on, Paper.file_hash),
    )
    stmt = stmt.where(Paper.matter_id == matter.id).order_by(Paper.drafted_at, Paper.id)
    return [PaperLine(*row) for row in session().execute(stmt)]
