"""Numbers of papers run without gap and files are what was issued: every harm is found, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from regulator.features.papers.actions import issuing
from regulator.features.papers.models import Paper, PaperCounter
from regulator.features.papers.queries.integrity import CHECKS
from regulator.foundation.database import is_postgres, transaction
from tests.factories.papers import Bureau

GAP, ALTERED = CHECKS["papers_numbers_gap"], CHECKS["papers_altered"]
SERIES = "沈河房物〔{year}〕{n}号 2026"


@pytest.fixture
def papers(bureau: Bureau) -> list[Paper]:
    """Three issued papers of one series."""
    matter = bureau.matter()
    return [bureau.issued(matter) for _ in range(3)]


def unguarded(session: Session) -> None:
    """What only an intruder can do: the database's own guard of papers is taken away."""
    where = " ON paper" if is_postgres() else ""
    for name in ("update", "delete"):
        session.execute(text(f"DROP TRIGGER paper_stands_{name}{where}"))


def test_nothing_is_wrong_with_what_was_issued(papers: list[Paper]) -> None:
    assert [paper.sequence for paper in papers] == [1, 2, 3]
    assert (GAP(), ALTERED()) == ([], [])


def _lose_middle(session: Session, papers: list[Paper]) -> None:
    session.execute(text("DELETE FROM approval"))
    session.execute(delete(Paper).where(Paper.id == papers[1].id))


def _lose_last(session: Session, papers: list[Paper]) -> None:
    session.execute(text("DELETE FROM approval"))
    session.execute(delete(Paper).where(Paper.id == papers[2].id))


def _lose_all(session: Session, _papers: list[Paper]) -> None:
    session.execute(text("DELETE FROM approval"))
    session.execute(delete(Paper))


def _skip(session: Session, papers: list[Paper]) -> None:
    session.execute(update(Paper).where(Paper.id == papers[2].id).values(sequence=4))


def _count_wrongly(session: Session, _papers: list[Paper]) -> None:
    session.execute(update(PaperCounter).values(last=7))


def _lose_counter(session: Session, _papers: list[Paper]) -> None:
    session.execute(delete(PaperCounter))


@pytest.mark.parametrize("harm", [_lose_middle, _lose_last, _lose_all, _skip, _count_wrongly, _lose_counter])
def test_a_gap_is_found_wherever_it_is(
    papers: list[Paper], session: Session, harm: Callable[[Session, list[Paper]], None]
) -> None:
    with transaction():
        unguarded(session)
        harm(session, papers)
    assert GAP() == [SERIES]


def test_two_years_are_two_series(papers: list[Paper], session: Session) -> None:
    with transaction():
        unguarded(session)
        session.execute(update(Paper).where(Paper.id == papers[2].id).values(year=2027, sequence=1))
        session.execute(update(PaperCounter).values(last=2))
    assert GAP() == ["沈河房物〔{year}〕{n}号 2027"]


def test_a_file_that_is_altered_or_gone_is_found(papers: list[Paper]) -> None:
    room = issuing.paper_room()
    with room.lent(papers[0].file_hash or "") as path:
        original = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(original.replace(b"%PDF", b"%PDX", 1))
    room.forget(papers[2].file_hash or "")
    assert ALTERED() == sorted([papers[0].number, papers[2].number])  # type: ignore[type-var]


def test_a_paper_whose_hash_was_changed_with_the_guard_away_is_found(papers: list[Paper], session: Session) -> None:
    with transaction():
        unguarded(session)
        session.execute(update(Paper).where(Paper.id == papers[1].id).values(file_hash="0" * 64))
    assert ALTERED() == [papers[1].number]
