"""Two who act in the same second, each on a connection of their own: numbers without gap or double, one winner."""

import threading
from collections.abc import Callable
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from regulator.features.accounts.models import Account
from regulator.features.papers.actions import approving
from regulator.features.papers.actions.approving import Approver
from regulator.features.papers.models import Approval, Matter, Paper, PaperCounter
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import StaleVersion
from tests.factories.papers import NOW, Bureau, actor_of


def at_once(app: Flask, *acts: Callable[[], object]) -> list[BaseException]:
    """Run the acts side by side, each in a context of its own; gives what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                act()
            except Exception as error:  # noqa: BLE001  # whatever it is, the test judges it
                raised.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def sign(paper_id: UUID, account_id: UUID, version: int) -> None:
    """The director's signature, as a request of its own gives it."""
    with transaction():
        paper, account = session().get_one(Paper, paper_id), session().get_one(Account, account_id)
        matter = session().get_one(Matter, paper.matter_id)
        approving.pass_paper(
            paper, matter, to=None, opinion="", by=Approver(account_id), version=version, actor=actor_of(account),
            now=NOW,
        )  # fmt: skip


def test_papers_signed_in_the_same_second_get_numbers_one_after_another(app: Flask, bureau: Bureau) -> None:
    matter, waiting = bureau.matter(), []
    for _ in range(4):
        paper = bureau.draft(matter)
        bureau.submit(paper, bureau.head.id)
        bureau.passes(paper, bureau.head, bureau.director.id)
        waiting.append((paper.id, paper.version))
    director = bureau.director.id
    session().commit()
    acts = [lambda one=one: sign(one[0], director, one[1]) for one in waiting]
    assert at_once(app, *acts) == []
    session().expire_all()
    assert sorted(session().scalars(select(Paper.sequence))) == [1, 2, 3, 4]
    assert session().scalar(select(PaperCounter.last)) == 4


def test_one_paper_signed_by_two_at_once_is_signed_once(app: Flask, bureau: Bureau) -> None:
    matter = bureau.matter()
    paper = bureau.draft(matter)
    bureau.submit(paper, bureau.head.id)
    bureau.passes(paper, bureau.head, bureau.director.id)
    key, version, director = paper.id, paper.version, bureau.director.id
    session().commit()
    raised = at_once(app, lambda: sign(key, director, version), lambda: sign(key, director, version))
    assert [type(error) for error in raised] == [StaleVersion]
    session().expire_all()
    assert session().scalar(select(PaperCounter.last)) == 1
    assert len(session().scalars(select(Approval).where(Approval.position == 2)).all()) == 1
