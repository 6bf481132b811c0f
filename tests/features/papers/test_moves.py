"""Terms in matters when a year's holidays are announced, on both databases: what moves, who is told, who notes it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.papers import printing
from regulator.features.papers.actions import deliveries
from regulator.features.papers.actions.deliveries import Sending
from regulator.features.papers.actions.matters import close_matter, move_matters
from regulator.features.papers.actions.moves import note_moved
from regulator.features.papers.models import Delivery, MatterMove
from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.queries.matters import list_entries
from regulator.features.papers.queries.moves import count_moved, get_moved, list_moved, moved_matters_at
from regulator.features.papers.rules.matters import is_term_provisional, moved_of, moved_words
from regulator.features.papers.terms import DeliveryWay, EntryKind, MatterKind, Outcome
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import NotFound
from regulator.law.calendar import WorkingDays
from tests.factories.calendar import NOW as ANNOUNCED
from tests.factories.calendar import announce, bent, seed
from tests.factories.papers import Bureau, actor_of, matter_of
from tests.features.registry.test_moves import LONGER

POSTED = datetime(2026, 12, 4, 4, 0, tzinfo=UTC)
"""Thirty days later is a Sunday; Monday 4 January 2027 is worked until the notice says otherwise."""


@pytest.fixture
def posted(bureau: Bureau) -> Delivery:
    """A public notice that takes effect just after New Year."""
    seed()
    paper = bureau.issued(bureau.matter())
    given: dict[str, Any] = {"actor": Actor.system(), "now": POSTED}
    with transaction():
        sent = deliveries.send_paper(paper, matter_of(paper), Sending(DeliveryWay.POST, "123"), **given)
        deliveries.record_failed(sent, paper, matter_of(paper), reason="查无此人", version=sent.version, **given)
        return deliveries.send_paper(
            paper, matter_of(paper), Sending(DeliveryWay.PUBLIC_NOTICE, posted_at_place="公告栏"), **given
        )


def test_a_public_notice_takes_effect_by_the_new_calendar_and_its_handler_is_told(
    bureau: Bureau, posted: Delivery
) -> None:
    assert posted.effective_on == date(2027, 1, 4)
    announce(LONGER)
    session().refresh(posted)
    assert posted.effective_on == date(2027, 1, 5)
    (told,) = list_moved([bureau.handler.id])
    assert (told.term, told.due_before, told.due_after, told.calendar_year, told.is_provisional) == (
        MovedTerm.NOTICE, date(2027, 1, 4), date(2027, 1, 5), 2027, False,
    )  # fmt: skip
    assert moved_matters_at(ANNOUNCED) == 1
    ((move, matter),) = get_moved([bureau.handler.id], [told.id])
    line = list_entries(matter)[-1]
    assert (line.kind, moved_of(line.about or "")) == (EntryKind.TERM_SET, (date(2027, 1, 5), MovedTerm.NOTICE, 2027))
    assert printing.term_in_words(line.about or "") == "公告送达生效日改为2027年1月5日（按2027年放假安排）"
    entry = session().scalars(select(AuditEntry).where(AuditEntry.act == "delivery.term_moved")).one()
    assert json.loads(entry.facts or "{}") == {"before": "2027-01-04", "after": "2027-01-05"}
    announce(LONGER)  # the same again moves nothing
    assert count_moved([bureau.handler.id]).number == 1
    with transaction():
        deliveries.serve_notices(datetime(2027, 1, 5, 4, tzinfo=UTC))
        deliveries.serve_notices(datetime(2027, 1, 6, 4, tzinfo=UTC))
    session().refresh(posted)
    assert posted.served_on == date(2027, 1, 5)
    announce(bent(("99号", "100号")))  # what has taken effect stays so
    session().refresh(posted)
    assert (posted.served_on, move.due_after) == (date(2027, 1, 5), date(2027, 1, 5))


def test_whoever_has_the_matter_is_told_until_one_of_them_takes_note(bureau: Bureau, posted: Delivery) -> None:
    announce(LONGER)
    (told,) = list_moved([bureau.handler.id])
    assert list_moved([bureau.head.id]) == []
    with pytest.raises(NotFound):
        get_moved([bureau.head.id], [told.id])
    ((move, matter),) = get_moved([bureau.handler.id], [told.id])
    with transaction():
        move_matters(
            [matter], to=bureau.head.id, authority=None, reason="交接", actor=Actor.system(), now=ANNOUNCED
        )  # fmt: skip
    assert list_moved([bureau.handler.id]) == []
    found = get_moved([bureau.head.id], [told.id])
    for noted in (1, 0):
        with transaction():
            assert note_moved(found, actor=actor_of(bureau.head), now=ANNOUNCED + timedelta(days=noted)) == noted
    session().refresh(move)
    assert (move.noted_by, move.noted_at) == (bureau.head.username, ANNOUNCED + timedelta(days=1))
    assert list_moved([bureau.head.id]) == []
    entry = session().scalars(select(AuditEntry).where(AuditEntry.act == "matter.noted")).one()
    assert json.loads(entry.facts or "{}") == {"moved_term": "notice", "due_on": "2027-01-05", "calendar_year": 2027}


def test_of_a_closed_matter_nobody_is_told(bureau: Bureau, posted: Delivery) -> None:
    matter = bureau.matter()
    with transaction():
        close_matter(matter, outcome=Outcome.DONE, reason=None, actor=actor_of(bureau.handler), now=POSTED)
    announce(LONGER)
    session().refresh(posted)
    assert posted.effective_on == date(2027, 1, 5)
    assert session().scalars(select(MatterMove)).all() == []


@pytest.mark.parametrize(
    ("kind", "due_on", "provisional"),
    [
        pytest.param(MatterKind.APPLICATION, date(2026, 12, 31), False, id="announced-year"),
        pytest.param(MatterKind.APPLICATION, date(2027, 1, 4), True, id="reckoned-into-an-open-year"),
        pytest.param(MatterKind.ENDING, date(2027, 1, 4), True, id="case"),
        pytest.param(MatterKind.REVIEW, date(2027, 1, 4), True, id="review"),
        pytest.param(MatterKind.OFFICIAL, date(2027, 1, 4), False, id="a-day-somebody-set"),
        pytest.param(MatterKind.REVIEW, None, False, id="no-term"),
    ],
)
def test_which_terms_may_still_move(kind: MatterKind, due_on: date | None, provisional: bool) -> None:
    days = WorkingDays(frozenset(), frozenset(), frozenset({2025, 2026}))
    assert is_term_provisional(kind, due_on, days) is provisional


def test_a_line_of_history_keeps_what_moved_as_codes() -> None:
    assert moved_of(moved_words(MovedTerm.ANSWER, date(2027, 1, 5), 2027)) == (date(2027, 1, 5), MovedTerm.ANSWER, 2027)
    assert moved_of("2027-01-05") is None, "a term somebody set"
    assert printing.term_in_words("2027-01-05") == "2027年1月5日"
