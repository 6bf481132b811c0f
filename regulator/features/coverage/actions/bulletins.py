"""Having a bulletin made, and making it in the worker: gathered, drawn, printed, kept; loads nothing heavy itself."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.coverage.bulletin.content import draw_pictures, report_of
from regulator.features.coverage.models import CoverageBulletin
from regulator.features.coverage.queries.bulletins import BulletinFacts, basis_of, find_bulletin, gather_facts
from regulator.features.coverage.terms import BulletinPhase, CoverageAct
from regulator.features.divisions.queries import DivisionRow, get_division
from regulator.foundation import clock
from regulator.foundation.database import session, thinking
from regulator.foundation.documents import docx_document, report_pdf
from regulator.foundation.files import file_room
from regulator.foundation.jobs import Step, enqueue, find_open_job

BULLETIN_JOB = "coverage.bulletin"
MAXIMUM = 20 * 1024 * 1024
PHASES = tuple(BulletinPhase)


def ask_for_bulletin(
    division: DivisionRow, month: str, language: str, *, author: str, actor: Actor, now: datetime
) -> UUID | None:
    """Have a bulletin made by the worker; gives the job, None when it is made already.

    ``author`` is the bureau that issues it. Raises BadInput for a month that is not closed.
    """
    if find_bulletin(division, month, language) is not None:
        return None
    waiting = find_work(division, month, language)
    if waiting is not None:
        return waiting
    facts: dict[str, JSON] = {"month": month, "language": language}
    audit.record(
        actor,
        CoverageAct.BULLETIN_ASKED,
        "coverage_bulletin",
        f"{division.code} {month}",
        now=now,
        division_code=division.code,
        facts=facts,
    )
    asked = {"division": division.code, "author": author} | facts
    return enqueue(BULLETIN_JOB, asked, subject=subject_of(division, month, language), now=now)


def subject_of(division: DivisionRow, month: str, language: str) -> str:
    """What a job is about: of one bulletin only one is at work."""
    return f"{division.code} {month} {language}"


def find_work(division: DivisionRow, month: str, language: str) -> UUID | None:
    """The job that is making a bulletin; None when none is."""
    return find_open_job(f"{BULLETIN_JOB}:{subject_of(division, month, language)}")


def make_bulletin(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The job: what is made already is not made again. Raises BadInput for a month that is not closed."""
    code, month, language = payload["division"], payload["month"], payload["language"]
    now = clock.now()
    with thinking():  # all but the last row is reading, reckoning and drawing; others write meanwhile
        division = get_division(code)
        if find_bulletin(division, month, language) is not None:
            return
        basis, facts = basis_of(division, month, language), gather_facts(code, month, now=now)
    yield _step(BulletinPhase.DRAWN)
    with thinking():
        pictures = draw_pictures(facts, language)
    yield _step(BulletinPhase.PRINTED)
    with thinking():
        report = report_of(facts, pictures, language, payload["author"])
        pdf = file_room().keep([report_pdf(report, made_at=now)], maximum=MAXIMUM)
    yield _step(BulletinPhase.KEPT)
    with thinking():
        docx = file_room().keep([docx_document(report, made_at=now)], maximum=MAXIMUM)
    _keep(facts, language, basis, pdf, docx)
    yield Step(len(PHASES), len(PHASES), BulletinPhase.KEPT)


def _step(begins: BulletinPhase) -> Step:
    """What is done when a phase begins."""
    return Step(PHASES.index(begins), len(PHASES), begins)


def _keep(facts: BulletinFacts, language: str, basis: str, pdf: str, docx: str) -> None:
    session().merge(
        CoverageBulletin(
            division_code=facts.place.code,
            month=facts.month,
            language=language,
            basis=basis,
            pdf=pdf,
            docx=docx,
            made_at=facts.made_at,
            register_version=facts.register_version,
        )
    )
    session().flush()
