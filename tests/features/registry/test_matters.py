"""Links, disputes and corrections open their matters and close them again, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from regulator.commands.setup import open_matters_of_what_waits
from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import IMPORT_USERNAME, Permission, Role
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions import following
from regulator.features.papers.models import Matter, MatterCounter, MatterEntry, Paper
from regulator.features.papers.queries.following import is_in_step
from regulator.features.papers.queries.integrity import out_of_step
from regulator.features.papers.terms import EntryKind, MatterKind, MatterState, Outcome, PaperState, WhyMoved
from regulator.features.registry.actions import companies as company_acts
from regulator.features.registry.actions import contracts as contract_acts
from regulator.features.registry.actions import estates as acts
from regulator.features.registry.actions import verification
from regulator.features.registry.actions.links import confirm_link, reject_link
from regulator.features.registry.actions.matters import keep_matters
from regulator.features.registry.actions.services import retire_service
from regulator.features.registry.models import CompanyLink, ContractDispute, Estate, Service
from regulator.features.registry.queries.matters import LINKS, SOURCES
from regulator.features.registry.terms import SettlementState, SubjectKind
from regulator.foundation.database import new_key, transaction
from regulator.foundation.errors import StaleVersion
from tests.factories import accounts as people
from tests.factories import registry as make

LATER = make.NOW + timedelta(hours=1)
SOON = make.NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def world(app: Flask) -> None:
    del app
    with transaction():
        make.make_tree()


def official(username: str, role: Role = Role.DISTRICT_OFFICER, place: str = make.SHENHE) -> Actor:
    account = people.make_account(username, (role, place))
    return Actor(account.id, username, account.name, role.value, place, None)


def add_link(estate: Estate | None = None, spelling: str = "和智物业公司") -> CompanyLink:
    """An open link as lists bring them, its matter not opened yet."""
    estate = estate or make.make_estate()
    service = make.make_service(estate, company_spelling=spelling)
    link = CompanyLink(
        id=new_key(), estate_id=estate.id, service_id=service.id, spelling=spelling, candidates=[],
        state=SettlementState.OPEN, recorded_at=make.NOW, version=1,
    )  # fmt: skip
    from regulator.foundation.database import session as current

    current().add(link)
    current().flush()
    return link


def matters(session: Session, kind: MatterKind = MatterKind.LINK) -> list[Matter]:
    session.flush()
    return list(session.scalars(select(Matter).where(Matter.kind == kind).order_by(Matter.number)))


def ended(session: Session, kind: MatterKind = MatterKind.LINK) -> list[Outcome | None]:
    session.expire_all()
    return [one.outcome for one in matters(session, kind)]


def lines(session: Session, matter: Matter) -> list[tuple[EntryKind, str | None]]:
    stmt = select(MatterEntry.kind, MatterEntry.text).where(MatterEntry.matter_id == matter.id)
    return [tuple(row) for row in session.execute(stmt.order_by(MatterEntry.seq))]  # type: ignore[misc]


def swept() -> None:
    with transaction():
        keep_matters(LATER)


# --- links ----------------------------------------------------------------------------------------------------------


def test_a_link_that_waits_is_the_nearest_officials_and_reads_as_the_list_wrote_it(session: Session) -> None:
    street = official("jiedao", Role.STREET_OFFICER, make.SHENHE_STREET)
    official("quju")
    with transaction():
        link = add_link()
    swept()
    (matter,) = matters(session)
    assert matter.owner_id == street.account_id
    assert matter.title == "和智物业公司 · 翰林花园"
    code = session.get_one(Estate, link.estate_id).code
    assert matter.subject_key == f"{code}/{link.id.hex}"
    assert (matter.division_code, matter.handled_by) == (make.SHENHE_COMMUNITY, Permission.LINKS_CONFIRM)
    assert lines(session, matter) == [(EntryKind.OPENED, matter.title)]
    swept()
    assert len(matters(session)) == 1, "sweeping again opens nothing"


@pytest.mark.parametrize(
    ("settle", "outcome"),
    [
        (lambda link, actor: confirm_link(
            link, make.make_company(), version=1, add_alias=False, reason="营业执照", actor=actor, now=LATER,
        ), Outcome.DONE),
        (
            lambda link, actor: reject_link(link, version=1, reason="营业执照", actor=actor, now=LATER),
            Outcome.UNFOUNDED,
        ),
    ],
    ids=["confirmed", "rejected"],
)  # fmt: skip
def test_settling_a_link_closes_its_matter(
    session: Session, settle: Callable[[CompanyLink, Actor], None], outcome: Outcome
) -> None:
    with transaction():
        link = add_link()
    swept()
    with transaction():
        settle(session.get_one(CompanyLink, link.id), make.actor())
    (matter,) = matters(session)
    assert (matter.state, matter.outcome, matter.closed_by) == (MatterState.CLOSED, outcome, make.actor().name)
    assert matter.closed_reason == "营业执照"
    assert [kind for kind, _ in lines(session, matter)] == [EntryKind.OPENED, EntryKind.CLOSED]
    assert out_of_step(SOURCES) == []


def test_a_period_recorded_by_mistake_takes_its_matter_back(session: Session) -> None:
    with transaction():
        link = add_link()
    swept()
    with transaction():
        service, estate = session.get_one(Service, link.service_id), session.get_one(Estate, link.estate_id)
        retire_service(estate, service, version=estate.version, reason="误录", actor=make.actor(), now=LATER)
    assert ended(session) == [Outcome.TAKEN_BACK]
    assert out_of_step(SOURCES) == []


def test_with_a_paper_under_way_the_matter_waits_for_it_and_is_closed_by_the_sweep(session: Session) -> None:
    clerk = official("quju")
    with transaction():
        link = add_link()
    swept()
    with transaction():
        paper = draft(session, matters(session)[0], clerk)
        reject_link(session.get_one(CompanyLink, link.id), version=1, reason="查无", actor=clerk, now=LATER)
    assert ended(session) == [None]
    assert out_of_step(SOURCES) == [], "that is not out of step"
    with transaction():
        session.execute(update(Paper).where(Paper.id == paper.id).values(state=PaperState.DISCARDED))
    assert out_of_step(SOURCES) == [matters(session)[0].subject_key]
    swept()
    assert ended(session) == [Outcome.UNFOUNDED], "as the link ended, whatever closed the matter"


def draft(session: Session, matter: Matter, by: Actor) -> Paper:
    from regulator.features.accounts.actions import add_authority

    authority = add_authority("沈河区房产局", make.SHENHE, actor=make.actor(), now=make.NOW)
    paper = Paper(
        id=new_key(), matter_id=matter.id, division_code=matter.division_code, authority_id=authority.id, kind="reply",
        state=PaperState.DRAFT, title="答复", addressee="某公司", facts={}, drafted_by_id=by.account_id,
        drafted_by=by.name, drafted_at=make.NOW, steps=[], version=1,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper


def test_many_links_are_opened_with_as_many_statements_as_few(session: Session) -> None:
    for number in range(4):
        official(f"o{number}", Role.STREET_OFFICER, [make.SHENHE_STREET, make.HEPING_STREET][number % 2])
    places = (make.SHENHE_COMMUNITY, make.HEPING_COMMUNITY, make.SHENHE_STREET, make.HEPING_STREET)

    def counted(links: int) -> int:
        with transaction():
            for number in range(links):
                add_link(make.make_estate(f"苑{links}-{number}", places[number % 4]), f"物业{number}")
        said: list[str] = []
        listen = lambda *given: said.append(given[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        swept()
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(said)

    assert abs(counted(8) - counted(80)) <= 1
    numbers = [matter.number for matter in matters(session)]
    assert numbers == [f"2026-{number:06d}" for number in range(1, 89)]
    assert session.scalars(select(MatterCounter.last)).one() == 88
    assert is_in_step(LINKS)


def test_a_renamed_or_moved_estate_takes_its_matters_along(session: Session) -> None:
    with transaction():
        link = add_link()
    swept()
    with transaction():
        paper = draft(session, matters(session)[0], official("quju"))
        estate = session.get_one(Estate, link.estate_id)
        acts.rename_estate(
            estate, "新翰林", last_day=make.TODAY - timedelta(days=1), version=estate.version, reason="更名",
            actor=make.actor(), now=LATER,
        )  # fmt: skip
        acts.place_estate(
            estate, make.HEPING_COMMUNITY, version=estate.version, reason="区划", actor=make.actor(), now=LATER
        )  # fmt: skip
    session.expire_all()
    (matter,) = matters(session)
    assert (matter.title, matter.division_code) == ("和智物业公司 · 新翰林", make.HEPING_COMMUNITY)
    assert paper.division_code == make.HEPING_COMMUNITY, "its papers are seen where it is"
    (correction,) = matters(session, MatterKind.CORRECTION)
    assert (correction.title, correction.division_code) == ("新翰林", make.HEPING_COMMUNITY)


# --- disputes -------------------------------------------------------------------------------------------------------


def overlapping(session: Session) -> tuple[Estate, ContractDispute]:
    estate = make.make_estate()
    one, other = make.make_company("甲物业有限公司"), make.make_company("乙物业有限公司")
    make.make_contract(estate, one, date(2025, 1, 1), date(2026, 12, 31))
    values = {"began_on": date(2026, 6, 1), "ended_on": date(2028, 5, 31)}
    contract_acts.register_contract(estate, other, values, actor=make.actor(), now=make.NOW)
    return estate, session.scalars(select(ContractDispute)).one()


def test_a_dispute_opens_its_matter_and_settling_it_closes_that(session: Session) -> None:
    with transaction():
        estate, dispute = overlapping(session)
        (matter,) = matters(session, MatterKind.DISPUTE)
        assert matter.title == "甲物业有限公司 / 乙物业有限公司 · 翰林花园"
        assert matter.subject_key == f"{estate.code}/{dispute.id.hex}"
        contract_acts.settle_dispute(dispute, estate, "甲撤出", version=1, actor=make.actor(), now=LATER)
    assert ended(session, MatterKind.DISPUTE) == [Outcome.DONE]
    assert out_of_step(SOURCES) == []


def test_a_dispute_that_is_none_any_more_is_taken_back_and_comes_again_as_a_new_matter(session: Session) -> None:
    with transaction():
        estate, dispute = overlapping(session)
        contract = session.get_one(contract_acts.Contract, dispute.earlier_contract_id)
        for day in (date(2026, 5, 31), date(2026, 12, 31)):
            contract_acts.correct_contract(
                estate, contract, {"ended_on": day}, version=contract.version, reason="核对", actor=make.actor(),
                now=LATER,
            )  # fmt: skip
    assert ended(session, MatterKind.DISPUTE) == [Outcome.TAKEN_BACK, None]
    assert out_of_step(SOURCES) == []


# --- corrections ----------------------------------------------------------------------------------------------------


def corrected(estate: Estate, actor: Actor, households: int = 900, **more: Any) -> None:
    acts.correct_estate(
        estate, {"households": households}, version=estate.version, reason="复核户数", actor=actor, now=LATER, **more
    )  # fmt: skip


def test_a_correction_waits_for_another_official_and_is_done_when_the_record_is_confirmed(session: Session) -> None:
    here, above = official("jiedao", Role.STREET_OFFICER, make.SHENHE_STREET), official("quju")
    with transaction():
        estate = make.make_estate()
        corrected(estate, here)
    (matter,) = matters(session, MatterKind.CORRECTION)
    assert matter.owner_id == above.account_id, "not who corrected it, though nearer"
    assert (matter.subject_key, matter.title) == (f"estate/{estate.code}", "翰林花园")
    assert lines(session, matter) == [(EntryKind.OPENED, "翰林花园"), (EntryKind.NOTED, "复核户数")]
    with transaction():
        acts.confirm_estate(session.get_one(Estate, estate.id), actor=above, now=SOON)
    assert ended(session, MatterKind.CORRECTION) == [Outcome.DONE]


def test_nobody_keeps_a_correction_of_their_own_while_somebody_else_could_confirm_it(session: Session) -> None:
    here, above = official("jiedao", Role.STREET_OFFICER, make.SHENHE_STREET), official("quju")
    with transaction():
        estate = make.make_estate()
        corrected(estate, above)
        assert matters(session, MatterKind.CORRECTION)[0].owner_id == here.account_id
        corrected(estate, here, 901)
    session.expire_all()
    (matter,) = matters(session, MatterKind.CORRECTION)
    assert matter.owner_id == above.account_id
    moved = session.scalars(select(MatterEntry).where(MatterEntry.kind == EntryKind.ASSIGNED)).one()
    assert (moved.about, moved.from_id, moved.to_id) == (WhyMoved.OWN_ACT, here.account_id, above.account_id)


def test_alone_one_gets_it_oneself_and_may_confirm_it(session: Session) -> None:
    only = official("quju")
    with transaction():
        estate = make.make_estate()
        corrected(estate, only)
        assert matters(session, MatterKind.CORRECTION)[0].owner_id == only.account_id
        acts.confirm_estate(estate, actor=only, now=SOON)
    assert ended(session, MatterKind.CORRECTION) == [Outcome.DONE]


def test_what_changed_nothing_or_was_asked_for_asks_nobody(session: Session) -> None:
    with transaction():
        estate = make.make_estate()
        corrected(estate, make.actor(), 812)
        corrected(estate, make.actor(), 813, asks=False)
        acts.add_estate_name(estate, "翰林苑", version=estate.version, reason=None, actor=make.actor(), now=LATER)
    assert matters(session, MatterKind.CORRECTION) == []


def test_a_retired_estate_and_a_company_confirmed_in_a_round_leave_nothing_open(session: Session) -> None:
    with transaction():
        estate, company = make.make_estate(), make.make_company()
        corrected(estate, make.actor())
        company_acts.correct_company(
            company, {"phone": "024-22790018"}, version=1, reason="来电", actor=make.actor(), now=LATER
        )  # fmt: skip
        assert [one.subject_key for one in matters(session, MatterKind.CORRECTION)] == [
            f"estate/{estate.code}", f"company/{company.credit_code}",
        ]  # fmt: skip
        acts.retire_estate(
            estate, day=make.TODAY, version=estate.version, reason="拆除", actor=make.actor(), now=LATER
        )  # fmt: skip
        current = verification.open_round(
            "2026年度", instruction=None, due_on=make.TODAY + timedelta(days=30), actor=make.actor(), now=LATER
        )  # fmt: skip
        shown = [(company.credit_code, company.version)]
        verification.confirm_records(
            current, make.CITY_SCOPE, SubjectKind.COMPANY, shown, actor=make.actor(), now=LATER
        )  # fmt: skip
    assert ended(session, MatterKind.CORRECTION) == [Outcome.DONE, Outcome.DONE]
    assert out_of_step(SOURCES) == []


def test_a_stale_correction_opens_nothing(session: Session) -> None:
    with transaction():
        estate = make.make_estate()
    with pytest.raises(StaleVersion), transaction():
        acts.correct_estate(
            session.get_one(Estate, estate.id), {"households": 1}, version=9, reason="x", actor=make.actor(), now=LATER
        )  # fmt: skip
    assert matters(session, MatterKind.CORRECTION) == []


def test_without_anybody_who_may_the_built_in_account_keeps_it(session: Session) -> None:
    with transaction():
        corrected(make.make_estate(), make.actor())
    (matter,) = matters(session, MatterKind.CORRECTION)
    assert session.get_one(Account, matter.owner_id).username == IMPORT_USERNAME


# --- where the two are out of step -----------------------------------------------------------------------------------


def test_what_was_changed_past_the_acts_is_found_and_mended(session: Session) -> None:
    with transaction():
        kept, left = add_link(), add_link(make.make_estate("别苑"))
        corrected(make.make_estate("旧苑"), make.actor())
    assert len(out_of_step(SOURCES)) == 2
    swept()
    with transaction():
        session.execute(update(CompanyLink).where(CompanyLink.id == kept.id).values(state=SettlementState.CONFIRMED))
        session.delete(session.get_one(CompanyLink, left.id))
        session.execute(update(Estate).where(Estate.name == "旧苑").values(retired_on=make.TODAY))
    assert len(out_of_step(SOURCES)) == 3
    swept()
    assert sorted(filter(None, ended(session))) == [Outcome.DONE, Outcome.TAKEN_BACK]
    assert ended(session, MatterKind.CORRECTION) == [Outcome.DONE]
    assert out_of_step(SOURCES) == []


def test_an_older_register_gets_all_its_matters_when_it_is_prepared_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CAUGHT_UP_AT_ONCE", 2)
    with transaction():
        for number in range(5):
            add_link(make.make_estate(f"旧苑{number}"))
        overlapping(session)
        session.execute(delete(MatterEntry))
        session.execute(delete(Matter))
    assert len(out_of_step(SOURCES)) == 6
    open_matters_of_what_waits()
    assert out_of_step(SOURCES) == []
    assert len(matters(session)) == 5
    open_matters_of_what_waits()
    assert len(matters(session)) == 5
