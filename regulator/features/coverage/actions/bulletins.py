"""Having a bulletin made, and making it in the worker: gathered, drawn, printed, kept; loads nothing heavy itself."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.coverage.bulletin.content import draw_pictures, report_of
from regulator.features.coverage.models import CoverageBulletin
from regulator.features.coverage.queries.bulletins import (
    BulletinFacts,
    basis_of,
    bulletin_room,
    find_bulletin,
    gather_facts,
    named_files,
)
from regulator.features.coverage.queries.territory import Territory, territory_from
from regulator.features.coverage.terms import BulletinPhase, CoverageAct
from regulator.foundation import clock
from regulator.foundation.database import session, thinking
from regulator.foundation.documents import docx_document, report_pdf
from regulator.foundation.jobs import Step, enqueue, find_open_job

BULLETIN_JOB = "coverage.bulletin"
MAXIMUM = 20 * 1024 * 1024
PHASES = tuple(BulletinPhase)
BEING_MADE = timedelta(days=1)


def ask_for_bulletin(
    place: Territory, month: str, language: str, *, author: str, actor: Actor, now: datetime
) -> UUID | None:
    """Have a bulletin made by the worker; gives the job, None when it is made already.

    ``author`` is the bureau that issues it. Raises BadInput for a month that is not closed.
    """
    if find_bulletin(place, month, language) is not None:
        return None
    waiting = find_work(place, month, language)
    if waiting is not None:
        return waiting
    facts: dict[str, JSON] = {"month": month, "language": language}
    audit.record(
        actor,
        CoverageAct.BULLETIN_ASKED,
        "coverage_bulletin",
        f"{place.code or place.name} {month}",
        now=now,
        division_code=place.code,
        facts=facts | {"divisions": list(place.codes)},
    )
    asked = {"divisions": list(place.codes), "name": place.name, "author": author} | facts
    return enqueue(BULLETIN_JOB, asked, subject=subject_of(place, month, language), now=now)


def subject_of(place: Territory, month: str, language: str) -> str:
    """What a job is about: of one bulletin only one is at work."""
    return f"{place.key} {month} {language}"


def find_work(place: Territory, month: str, language: str) -> UUID | None:
    """The job that is making a bulletin; None when none is."""
    return find_open_job(f"{BULLETIN_JOB}:{subject_of(place, month, language)}")


def make_bulletin(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The job: what is made already is not made again. Raises BadInput for a month that is not closed."""
    month, language = payload["month"], payload["language"]
    now = clock.now()
    with thinking():  # all but the last row is reading, reckoning and drawing; others write meanwhile
        place = territory_from(payload["divisions"], payload["name"])
        if find_bulletin(place, month, language) is not None:
            return
        basis, facts = basis_of(place, month, language), gather_facts(place, month, now=now)
    yield _step(BulletinPhase.DRAWN)
    with thinking():
        pictures = draw_pictures(facts, language)
    yield _step(BulletinPhase.PRINTED)
    with thinking():
        report = report_of(facts, pictures, language, payload["author"])
        pdf = bulletin_room().keep([report_pdf(report, made_at=now)], maximum=MAXIMUM)
    yield _step(BulletinPhase.KEPT)
    with thinking():
        docx = bulletin_room().keep([docx_document(report, made_at=now)], maximum=MAXIMUM)
    replaced = _keep(facts, language, basis, pdf, docx)
    yield Step(len(PHASES), len(PHASES), BulletinPhase.KEPT)
    forget_files(replaced)  # only now has it been committed that nothing names them


def _step(begins: BulletinPhase) -> Step:
    """What is done when a phase begins."""
    return Step(PHASES.index(begins), len(PHASES), begins)


def _keep(facts: BulletinFacts, language: str, basis: str, pdf: str, docx: str) -> tuple[str, ...]:
    """Put the bulletin in the place of the one that was made before; gives the files of that."""
    before = session().get(CoverageBulletin, (facts.place.key, facts.month, language))
    files = (before.pdf, before.docx) if before else ()
    session().merge(
        CoverageBulletin(
            place_key=facts.place.key,
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
    return files


# --- files nothing names any more -----------------------------------------------------------------------------------


def forget_files(names: Collection[str]) -> None:
    """Remove those of the files that no bulletin names."""
    for name in set(names) - named_files(names):
        bulletin_room().forget(name)


def forget_left_files(now: datetime) -> None:
    """Remove what a crash left behind: the sweeper. One shelf a minute, so that each is looked at every four hours.

    What was stored within a day may belong to a bulletin that is still being made.
    """
    left = bulletin_room().list_old(now - BEING_MADE, int(now.timestamp() // 60))
    if left:
        forget_files(left)
