"""Open terms when the holidays of a year are announced: which move, what is recorded, who is told and how long."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.calendar.queries import working_days
from regulator.features.registry.actions.moves import note_moves
from regulator.features.registry.models import Notice, TermMove
from regulator.features.registry.queries import moves as queries
from regulator.features.registry.rules.notices import SIXTY_DAYS, Move, moved
from regulator.features.registry.terms import NoticeKind, Party, RecordSource
from regulator.foundation.database import new_key
from regulator.foundation.errors import NotFound
from regulator.law.calendar import Due, WorkingDays
from tests.factories import registry as make
from tests.factories.calendar import NOW, announce, bent, seed

TODAY = date(2026, 12, 1)
LONGER = bent(("2027-01-03,休,元旦,,,\n", "2027-01-03,休,元旦,,,\n2027-01-04,休,元旦,,,\n2027-01-09,班,元旦,,,\n"))
"""A notice that adds Monday 4 January to New Year and makes Saturday the 9th a working day."""
OLD = WorkingDays(frozenset({date(2027, 1, 1)}), frozenset(), frozenset({2026}))
NEW = WorkingDays(
    frozenset({date(2027, 1, 1), date(2027, 1, 4)}), frozenset({date(2027, 1, 9)}), frozenset({2026, 2027})
)
READER = "zhangxiaomin"


@pytest.mark.parametrize(
    ("kind", "received", "today", "expected"),
    [
        pytest.param(
            NoticeKind.DISMISSAL, date(2026, 11, 2), TODAY, Move(date(2027, 1, 4), date(2027, 1, 5)), id="946-later"
        ),
        pytest.param(
            NoticeKind.CONTINUED_SERVICE_ENDED, date(2026, 11, 10), TODAY, Move(date(2027, 1, 11), date(2027, 1, 9)),
            id="948-earlier-on-a-make-up-day",
        ),
        pytest.param(NoticeKind.DISMISSAL, date(2026, 11, 6), TODAY, None, id="946-same-day"),
        pytest.param(NoticeKind.RENEWAL_REFUSED, date(2026, 11, 2), TODAY, None, id="947-no-term-of-its-own"),
        pytest.param(NoticeKind.DISMISSAL, None, TODAY, None, id="137-not-received"),
        pytest.param(
            NoticeKind.DISMISSAL, date(2026, 11, 2), date(2027, 1, 5), Move(date(2027, 1, 4), date(2027, 1, 5)),
            id="946-its-last-day",
        ),
        pytest.param(NoticeKind.DISMISSAL, date(2026, 11, 2), date(2027, 1, 6), None, id="946-over-by-both"),
    ],
)  # fmt: skip
def test_how_the_holidays_move_a_term(
    kind: NoticeKind, received: date | None, today: date, expected: Move | None
) -> None:
    assert moved(kind, received, OLD, NEW, today=today) == expected


def make_notice(division: str, received: date, kind: NoticeKind = NoticeKind.DISMISSAL, **given: Any) -> Notice:
    company = make.make_company(f"沈阳第{received.day}物业有限公司", division[:6])
    estate = make.make_estate(f"第{received.day}花园", division)
    recorded = {"source": RecordSource.TYPED, "registered_at": NOW, "updated_at": NOW, "version": 1}
    notice = Notice(
        id=new_key(), estate_id=estate.id, company_id=company.id, kind=kind, given_by=Party.OWNERS,
        dated_on=received, received_on=received, **recorded, **given,
    )  # fmt: skip
    make.session().add(notice)
    make.session().flush()
    return notice


@pytest.fixture
def told(session: Session) -> list[queries.MoveRow]:
    """Two districts' open notices, one that does not move, one retired, one over; then the holidays of 2027."""
    make.make_tree()
    session.commit()
    seed()
    make_notice(make.HEPING_COMMUNITY, date(2026, 11, 2))
    make_notice(make.SHENHE_COMMUNITY, date(2026, 11, 10), NoticeKind.CONTINUED_SERVICE_ENDED)
    make_notice(make.SHENHE_COMMUNITY, date(2026, 11, 6))
    make_notice(make.SHENHE_COMMUNITY, date(2026, 11, 3), retired_on=TODAY, retired_reason="误录")
    make_notice(make.SHENHE_COMMUNITY, date(2026, 7, 1))
    session.commit()
    announce(LONGER, make.actor())
    return list(listed(make.CITY_SCOPE))


def listed(scope: Any, **given: Any) -> tuple[queries.MoveRow, ...]:
    asked = {"reader": READER, "day": TODAY} | given
    rows = queries.list_moves(scope, None, **asked).items
    assert queries.count_moves(scope, None, **asked).number == len(rows)
    return rows


def test_what_moves_is_kept_with_its_cause_and_recorded_in_the_same_transaction(
    session: Session, told: list[queries.MoveRow]
) -> None:
    found = [(row.estate_name, row.due_before, row.due_after, row.calendar_year) for row in told]
    assert found == [
        ("第2花园", date(2027, 1, 4), date(2027, 1, 5), 2027),
        ("第10花园", date(2027, 1, 11), date(2027, 1, 9), 2027),
    ]
    assert told[0].takes_effect == Due(date(2027, 1, 5), is_provisional=False)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "term.moved").order_by(AuditEntry.seq)).all()
    assert [(entry.username, entry.division_code, json.loads(entry.facts)["after"]) for entry in entries] == [
        (READER, make.HEPING_COMMUNITY, {"takes_effect_on": "2027-01-05"}),
        (READER, make.SHENHE_COMMUNITY, {"takes_effect_on": "2027-01-09"}),
    ]
    announce(LONGER)  # the same again moves nothing
    assert len(session.scalars(select(TermMove)).all()) == 2
    announce(bent(("99号", "100号")))  # and a corrected one moves it back
    assert [row.due_after for row in listed(make.HEPING_SCOPE)] == [date(2027, 1, 4), date(2027, 1, 5)]
    assert working_days().due(SIXTY_DAYS, date(2026, 11, 2)) == Due(date(2027, 1, 4), is_provisional=False)


def test_each_official_is_told_in_their_territory_until_they_take_note(
    session: Session, told: list[queries.MoveRow]
) -> None:
    assert [row.estate_name for row in listed(make.SHENHE_SCOPE)] == ["第10花园"]
    own = queries.get_moves(make.HEPING_SCOPE, [told[0].id], reader=READER)
    assert note_moves(own, actor=make.actor(), now=NOW) == 1
    session.commit()
    assert listed(make.HEPING_SCOPE) == ()
    assert len(listed(make.HEPING_SCOPE, reader="another")) == 1
    (noted,) = listed(make.HEPING_SCOPE, seen=True)
    assert noted.seen_at == NOW
    again = queries.get_moves(make.HEPING_SCOPE, [told[0].id], reader=READER)
    assert note_moves(again, actor=make.actor(), now=NOW + timedelta(days=1)) == 0
    assert len(session.scalars(select(AuditEntry).where(AuditEntry.act == "term.seen")).all()) == 1
    with pytest.raises(NotFound):
        queries.get_moves(make.SHENHE_SCOPE, [told[1].id, told[0].id], reader=READER)


def test_what_is_long_over_is_told_no_more(told: list[queries.MoveRow]) -> None:
    last = told[0].due_after
    days = [last + timedelta(days=later) for later in (30, 31, 60)]
    assert [len(listed(make.CITY_SCOPE, day=day)) for day in days] == [2, 1, 0]
