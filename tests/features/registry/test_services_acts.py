"""Acts on services, contracts, disputes, links, committees, notices; and the work lists; on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from regulator.features.divisions.terms import Scope
from regulator.features.registry import signals
from regulator.features.registry.actions import contracts as contract_acts
from regulator.features.registry.actions import services as acts
from regulator.features.registry.actions.links import confirm_link, reject_link
from regulator.features.registry.models import Company, CompanyLink, ContractDispute, Estate, Service
from regulator.features.registry.queries import links as link_queries
from regulator.features.registry.queries import worklists
from regulator.features.registry.queries.companies import list_names
from regulator.features.registry.queries.contracts import list_disputes_of
from regulator.features.registry.queries.history import list_history
from regulator.features.registry.queries.links import Likeness
from regulator.features.registry.queries.services import (
    ServiceFilter,
    get_service,
    list_contract_facts,
    list_periods,
    list_services,
)
from regulator.features.registry.terms import (
    Basis,
    Change,
    Mode,
    RecordedBasis,
    SettlementState,
    SubjectKind,
)
from regulator.foundation.database import new_key
from regulator.foundation.errors import BadInput, Conflict, NotFound, StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make

pytestmark = pytest.mark.usefixtures("world")
LATER = make.NOW + timedelta(hours=1)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def world(session: Session) -> None:
    make.make_tree()
    del session


def served() -> tuple[Estate, Company, Service]:
    """An estate that a list of 2026-09-30 states as served by a company, beginning unknown."""
    company = make.make_company("甲物业")
    estate = make.make_estate("凤凰城")
    return estate, company, make.make_service(estate, company, began_on=None, stated_for=date(2026, 9, 30))


def change(estate: Estate, company: Company | None, day: date = OCTOBER, mode: Mode = Mode.PROFESSIONAL) -> Service:
    return acts.change_service(
        estate,
        mode=mode,
        company=company,
        began_on=day,
        version=estate.version,
        actor=make.actor(),
        now=make.NOW,
        reason="选聘",
    )


def days(estate: Estate) -> list[tuple[str, str | None, date | None, date | None, date | None]]:
    """The periods that count, in order of time."""
    found = [row for row in list_periods(estate.id, day=make.TODAY) if row.retired_on is None]
    return [(row.mode.value, row.manager, row.began_on, row.stated_for, row.ended_on) for row in reversed(found)]


# --- services -------------------------------------------------------------------------------------------------------


def test_a_change_of_manager_ends_one_period_and_opens_the_next_in_one_act() -> None:
    estate, _, _ = served()
    other = make.make_company("乙物业")
    told: list[Change] = []

    def listen(sender: object, changes: frozenset[Change], **_: object) -> None:
        told.extend(changes)

    with signals.services_changed.connected_to(listen):
        change(estate, other)
    assert days(estate) == [
        ("professional", "甲物业", None, date(2026, 9, 30), date(2026, 9, 30)),
        ("professional", "乙物业", OCTOBER, None, None),
    ]
    (one,) = told
    assert one.key == estate.code
    assert one.before is not None
    assert one.after is not None
    assert [period["ended_on"] for period in one.before["periods"]] == [None]
    assert [(p["credit_code"], p["began_on"], p["ended_on"]) for p in one.after["periods"]][1] == (
        other.credit_code,
        "2026-10-01",
        None,
    )
    entry = list_history(SubjectKind.ESTATE, estate.id)[0]
    assert entry.act == "service_opened"
    assert ("company", "甲物业", "乙物业") in [(c.field, c.before, c.after) for c in entry.changes]


def test_a_manager_cannot_take_over_on_a_day_another_serves() -> None:
    estate, _, _ = served()
    other = make.make_company("乙物业")
    change(estate, other)
    with pytest.raises(Refused) as refusal:
        change(estate, make.make_company("丙物业"), date(2026, 9, 30))
    assert [(f.code, f.citation and f.citation.article) for f in refusal.value.findings] == [("service_overlap", "33")]
    assert len(days(estate)) == 2


def test_the_database_too_refuses_two_on_one_day(session: Session) -> None:
    estate, company, _ = served()
    with pytest.raises(IntegrityError), session.begin_nested():
        make.make_service(estate, company, began_on=date(2026, 10, 1), ended_on=date(2026, 10, 2))


def test_two_officials_change_one_estate_and_the_second_is_told() -> None:
    estate, _, _ = served()
    seen = estate.version
    change(estate, make.make_company("乙物业"))
    with pytest.raises(StaleVersion):
        acts.change_service(
            estate,
            mode=Mode.NONE,
            company=None,
            began_on=date(2026, 10, 5),
            version=seen,
            actor=make.actor(),
            now=make.NOW,
        )


def test_an_earlier_period_is_filled_in_without_ending_any() -> None:
    estate, company, _ = served()
    acts.change_service(
        estate,
        mode=Mode.PROFESSIONAL,
        company=company,
        began_on=date(2020, 1, 1),
        ended_on=date(2026, 9, 29),
        version=1,
        actor=make.actor(),
        now=make.NOW,
    )
    assert [row[2:] for row in days(estate)] == [
        (date(2020, 1, 1), None, date(2026, 9, 29)),
        (None, date(2026, 9, 30), None),
    ]


def test_leaving_without_a_successor_opens_abandoned() -> None:
    estate, _, service = served()
    acts.end_service(
        estate, service, left_on=date(2026, 10, 31), reason="撤管", version=1, actor=make.actor(), now=make.NOW
    )
    assert days(estate)[1] == ("abandoned", None, date(2026, 11, 1), None, None)
    with pytest.raises(Refused) as refusal:
        acts.end_service(
            estate, service, left_on=date(2026, 10, 31), reason="撤管", version=2, actor=make.actor(), now=make.NOW
        )
    assert [f.code for f in refusal.value.findings] == ["service_already_ended"]


def test_hand_over_is_a_period_of_its_own_and_leaves_the_days_before_alone() -> None:
    estate, company, service = served()
    make.make_contract(estate, company, date(2025, 1, 1), date(2026, 12, 31))
    acts.record_basis(
        estate,
        service,
        RecordedBasis.HANDOVER,
        from_day=OCTOBER,
        document="沈房函〔2026〕3号",
        version=1,
        reason="业主大会决定",
        actor=make.actor(),
        now=make.NOW,
    )
    facts = list_contract_facts([estate.id])[estate.id]
    for day, basis in ((date(2026, 9, 30), Basis.RUNNING), (OCTOBER, Basis.HANDOVER)):
        assert [row.basis for row in list_periods(estate.id, day=day, contracts=facts) if row.basis] == [basis]
    assert [entry.act for entry in list_history(SubjectKind.ESTATE, estate.id)] == ["basis_recorded"]


def test_the_beginning_is_corrected_but_never_into_another_period() -> None:
    estate, company, service = served()
    correct = {"version": 1, "reason": "合同", "actor": make.actor(), "now": make.NOW}
    acts.correct_service(estate, service, {"began_on": date(2018, 5, 1)}, **correct)  # type: ignore[arg-type]
    assert days(estate)[0][2] == date(2018, 5, 1)
    make.make_service(estate, company, began_on=date(2010, 1, 1), ended_on=date(2017, 1, 1))
    with pytest.raises(Refused) as refusal:
        acts.correct_service(
            estate,
            service,
            {"began_on": date(2017, 1, 1)},
            **(correct | {"version": estate.version}),  # type: ignore[arg-type]
        )
    assert [f.code for f in refusal.value.findings] == ["service_overlap"]


def test_a_mistake_is_retired_stays_readable_and_the_former_one_can_go_on() -> None:
    estate, _, first = served()
    second = change(estate, make.make_company("乙物业"))
    acts.retire_service(estate, second, version=estate.version, reason="录错", actor=make.actor(), now=make.NOW)
    acts.correct_service(
        estate, first, {"ended_on": None}, version=estate.version, reason="录错", actor=make.actor(), now=make.NOW
    )
    assert days(estate) == [("professional", "甲物业", None, date(2026, 9, 30), None)]
    assert [row.retired_reason for row in list_periods(estate.id, day=make.TODAY)] == [None, "录错"]


def test_services_of_a_day_and_only_of_the_scope() -> None:
    estate, _, service = served()
    found = list_services(make.SHENHE_SCOPE, ServiceFilter(day=make.TODAY)).items
    assert [(row.estate_code, row.period.basis) for row in found] == [(estate.code, Basis.UNSTATED)]
    assert not list_services(make.SHENHE_SCOPE, ServiceFilter(day=date(2026, 9, 29))).items
    assert not list_services(make.HEPING_SCOPE, ServiceFilter(day=make.TODAY)).items
    with pytest.raises(NotFound):
        get_service(make.HEPING_SCOPE, service.id, day=make.TODAY)


# --- contracts and disputes -----------------------------------------------------------------------------------------


def contract(estate: Estate, company: Company, began: date, ended: date | None = None) -> "contract_acts.Contract":
    return contract_acts.register_contract(
        estate, company, {"began_on": began, "ended_on": ended}, actor=make.actor(), now=make.NOW
    )


def test_overlapping_contracts_are_a_dispute_on_the_later_row_and_never_refused(session: Session) -> None:
    estate, company, _ = served()
    other = make.make_company("乙物业")
    first = contract(estate, company, date(2025, 1, 1), date(2026, 12, 31))
    later = contract(estate, other, date(2026, 12, 31))
    (dispute,) = list_disputes_of(estate.id)
    assert (dispute.earlier_id, dispute.later_id) == (first.id, later.id)
    assert (dispute.overlap_from, dispute.overlap_to) == (date(2026, 12, 31), date(2026, 12, 31))
    assert [row.id for row in worklists.list_disputes(make.SHENHE_SCOPE, None).items] == [dispute.id]
    assert not worklists.list_disputes(make.HEPING_SCOPE, None).items
    contract_acts.correct_contract(
        estate, later, {"began_on": date(2027, 1, 1)}, version=1, reason="笔误", actor=make.actor(), now=LATER
    )
    assert not worklists.list_disputes(make.SHENHE_SCOPE, None).items, "no overlap, no dispute"
    contract_acts.correct_contract(
        estate, later, {"began_on": date(2026, 12, 1)}, version=2, reason="更正", actor=make.actor(), now=LATER
    )
    (again,) = worklists.list_disputes(make.SHENHE_SCOPE, None).items
    assert again.overlap_from == date(2026, 12, 1)
    row = session.get_one(ContractDispute, again.id)
    contract_acts.settle_dispute(
        row, estate, "街道调解，乙物业于 12 月 31 日进场", version=row.version, actor=make.actor(), now=LATER
    )
    assert row.state is SettlementState.CONFIRMED
    assert not worklists.list_disputes(make.SHENHE_SCOPE, None).items
    with pytest.raises(BadInput):
        contract_acts.settle_dispute(row, estate, "再次", version=row.version, actor=make.actor(), now=LATER)


def test_a_renewal_of_the_same_company_is_no_dispute() -> None:
    estate, company, _ = served()
    contract(estate, company, date(2025, 1, 1), date(2026, 12, 31))
    contract(estate, company, date(2026, 12, 1))
    assert not list_disputes_of(estate.id)
    with pytest.raises(Conflict) as conflict:
        contract(estate, company, date(2026, 12, 1))
    assert conflict.value.code == "contract_duplicate"


def test_terminating_a_contract_does_not_end_the_service() -> None:
    estate, company, _ = served()
    running = contract(estate, company, date(2025, 1, 1), date(2027, 12, 31))
    assert not worklists.list_continued(make.SHENHE_SCOPE, None, day=make.TODAY).items
    contract_acts.terminate_contract(
        estate, running, date(2026, 10, 15), version=1, reason="协商解除", actor=make.actor(), now=make.NOW
    )
    assert days(estate) == [("professional", "甲物业", None, date(2026, 9, 30), None)]
    (row,) = worklists.list_continued(make.SHENHE_SCOPE, None, day=make.TODAY).items
    assert (row.estate_code, row.contract_ended_on, row.days(make.TODAY)) == (estate.code, date(2026, 10, 15), 17)
    assert not worklists.list_continued(make.HEPING_SCOPE, None, day=make.TODAY).items
    assert not worklists.list_continued(make.SHENHE_SCOPE, None, day=date(2026, 10, 15)).items


# --- unconfirmed links ----------------------------------------------------------------------------------------------


def waiting(session: Session, *candidates: Company) -> tuple[Estate, Service, CompanyLink]:
    estate = make.make_estate("凤凰城")
    service = make.make_service(
        estate, None, began_on=None, stated_for=date(2026, 9, 30), company_spelling="甲物业公司"
    )
    link = CompanyLink(
        id=new_key(),
        estate_id=estate.id,
        service_id=service.id,
        spelling="甲物业公司",
        candidates=[company.credit_code for company in candidates],
        recorded_at=make.NOW,
        version=1,
    )
    session.add(link)
    session.flush()
    return estate, service, link


def test_a_name_that_waits_is_confirmed_and_becomes_an_alias(session: Session) -> None:
    company = make.make_company("甲物业有限公司")
    estate, service, link = waiting(session, company)
    (row,) = link_queries.list_links(make.SHENHE_SCOPE, None).items
    assert (row.likeness, row.candidates[0].name) == (Likeness.RESEMBLING, "甲物业有限公司")
    assert not link_queries.list_links(make.HEPING_SCOPE, None).items
    with pytest.raises(NotFound):
        link_queries.get_link(make.HEPING_SCOPE, link.id)
    confirm_link(link, company, version=1, add_alias=True, reason=None, actor=make.actor(), now=LATER)
    assert service.company_id == company.id
    assert [name.name for name in list_names(company.id)] == ["甲物业公司"]
    assert not link_queries.list_links(make.SHENHE_SCOPE, None).items
    assert [entry.act for entry in list_history(SubjectKind.ESTATE, estate.id)] == ["link_settled"]
    with pytest.raises(StaleVersion):
        confirm_link(link, company, version=1, add_alias=False, reason=None, actor=make.actor(), now=LATER)


def test_a_name_that_means_nobody_is_rejected_and_the_mode_goes_on(session: Session) -> None:
    estate, service, link = waiting(session)
    assert link_queries.list_links(make.SHENHE_SCOPE, None).items[0].likeness is Likeness.NONE
    reject_link(link, version=1, reason="未注册", actor=make.actor(), now=LATER)
    assert service.company_id is None
    assert days(estate) == [("professional", "甲物业公司", None, date(2026, 9, 30), None)]
    assert not link_queries.list_links(make.SHENHE_SCOPE, None).items


@pytest.mark.parametrize("contract_first", [True, False])
def test_a_contract_offers_itself_as_proof_whichever_came_first(session: Session, contract_first: bool) -> None:
    company = make.make_company("甲物业有限公司")
    if contract_first:
        estate, _, link = waiting(session, company)
        contract(estate, company, date(2025, 1, 1))
    else:
        estate, _, link = waiting(session)
        make.make_contract(estate, company, date(2025, 1, 1))
        contract_acts.refresh_proofs(estate)
    assert link.proof_credit_code == company.credit_code
    row = link_queries.list_links(make.SHENHE_SCOPE, None).items[0]
    assert (row.likeness, row.proof and row.proof.name) == (Likeness.PROVED, "甲物业有限公司")
    facts = list_contract_facts([estate.id])[estate.id]
    assert [p.basis for p in list_periods(estate.id, day=make.TODAY, contracts=facts)] == [Basis.RUNNING]


# --- the other work lists -------------------------------------------------------------------------------------------


def test_to_be_placed_mode_not_known_and_stale() -> None:
    placed, street = make.make_estate("甲"), make.make_estate("乙", make.SHENHE_STREET)
    make.make_service(placed)
    before = worklists.stale_before(make.NOW + timedelta(days=200), 180)
    assert [e.code for e in worklists.list_to_be_placed(make.SHENHE_SCOPE, None).items] == [street.code]
    assert [e.code for e in worklists.list_mode_not_known(make.SHENHE_SCOPE, None, day=make.TODAY).items] == [
        street.code
    ]
    stale = worklists.list_stale(make.SHENHE_SCOPE, None, before=before).items
    assert {e.code for e in stale} == {placed.code, street.code}
    assert not worklists.list_stale(make.SHENHE_SCOPE, None, before=make.NOW).items
    counts = worklists.count_waiting(make.SHENHE_SCOPE, day=make.TODAY, stale_before=before, reader="zhangxiaomin")
    assert (counts.to_be_placed.number, counts.mode_not_known.number, counts.stale.number) == (1, 1, 2)
    elsewhere = worklists.count_waiting(make.HEPING_SCOPE, day=make.TODAY, stale_before=before, reader="zhangxiaomin")
    assert (elsewhere.to_be_placed.number, elsewhere.mode_not_known.number, elsewhere.stale.number) == (0, 0, 0)
    assert (
        worklists.count_waiting(
            Scope.nothing(), day=make.TODAY, stale_before=before, reader="zhangxiaomin"
        ).stale.number
        == 0
    )


def test_one_link_of_an_estate_is_not_another_estates(session: Session) -> None:
    estate, _, link = waiting(session)
    assert session.scalars(select(CompanyLink.estate_id)).all() == [estate.id]
    assert [row.id for row in link_queries.list_links_of(estate.id)] == [link.id]
