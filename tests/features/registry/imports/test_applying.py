"""What lists and contracts come to in the register, on both databases; taken back, the register is as it was."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import ric, uscc
from xlsxwriter import Workbook

from regulator.commands.importing import import_file, undo_import
from regulator.features.divisions.terms import Scope
from regulator.features.papers.queries.integrity import out_of_step
from regulator.features.registry.imports import batches, queries
from regulator.features.registry.imports.batches import Sender, Wishes
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.models import ImportBatch
from regulator.features.registry.imports.taking_back import undo_batch
from regulator.features.registry.imports.terms import BatchState, LaterChange
from regulator.features.registry.imports.undoing import LaterChanges, ask_undo, find_obstacles
from regulator.features.registry.models import (
    Company,
    CompanyLink,
    CompanyName,
    CompanySearch,
    ContractDispute,
    Employment,
    Estate,
    EstateKey,
    EstateName,
    EstateSearch,
    Person,
    RecordChange,
    Service,
    ServiceStatement,
)
from regulator.features.registry.queries.matters import SOURCES
from regulator.features.registry.queries.services import list_contract_facts, list_period_facts
from regulator.features.registry.rules.services import basis_of_service, mode_on, service_on
from regulator.features.registry.terms import Basis, Mode, SettlementState
from regulator.foundation import clock, jobs
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput
from tests.factories import registry as make

pytestmark = pytest.mark.usefixtures("world")

COMPANIES = ["企业名称", "统一社会信用代码", "法定代表人", "注册资本（万元）", "成立日期", "所属区县", "曾用名"]
ESTATES = ["街道", "社区", "小区名称", "小区别名", "户数", "管理方式", "物业企业", "收费标准"]
CONTRACTS = ["小区名称", "街道", "社区", "物业企业", "统一社会信用代码", "合同开始", "合同结束"]
PEOPLE = ["姓名", "身份证号", "统一社会信用代码", "职称", "入职日期"]
STREET, COMMUNITY = "浑河湾街道", "新世界社区"
SEPTEMBER, DECEMBER, JUNE = date(2026, 9, 30), date(2026, 12, 31), date(2026, 6, 30)


def code(number: int) -> str:
    body = f"91210102{number:09d}"
    return str(body + uscc.calc_check_digit(body + "0"))


ONE, TWO, THREE = code(1), code(2), code(3)


@pytest.fixture
def world(session: Session) -> Iterator[None]:
    """The city's tree; whatever a test does with lists, what waits for a person is in step with its matters."""
    with transaction():
        make.make_tree()
    yield
    session.rollback()
    assert out_of_step(SOURCES) == []


@pytest.fixture
def sent(world: None, tmp_path: Path) -> Any:
    """Send rows of a kind through the whole mechanism; gives the report."""

    def send(kind: Kind, rows: Sequence[Sequence[Any]], *, as_of: date = SEPTEMBER, update: bool = False,
             scope: Scope = make.CITY_SCOPE, titles: Sequence[str] | None = None) -> Any:  # fmt: skip
        header = titles or {"companies": COMPANIES, "estates": ESTATES, "contracts": CONTRACTS, "people": PEOPLE}[kind]
        path = tmp_path / "list.xlsx"
        with Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
            page = book.add_worksheet("和平区")
            page.write_row(0, 0, header)
            for at, row in enumerate(rows, start=1):
                page.write_row(at, 0, row)
        sender = Sender(make.actor(), scope)
        return import_file(kind, path, sender, Wishes(as_of, None, update))

    return send


@pytest.fixture
def companies(sent: Any) -> None:
    rows = [[f"沈阳{name}物业服务有限公司", number, "王敏", 100, "2010-01-27", "和平区", ""]
            for name, number in (("甲", ONE), ("乙", TWO), ("丙", THREE))]  # fmt: skip
    assert sent(Kind.COMPANIES, rows)["accepted"] == 3


def estate(
    manager: str = "沈阳甲物业服务有限公司", mode: str = "专业化", households: int = 100, name: str = "滨河家园"
) -> list[Any]:
    return [STREET, COMMUNITY, name, "", households, mode, manager, 1.5]


def dumped(session: Session) -> list[Any]:
    """What the register says of services, without the counts of acts."""
    session.rollback()
    tables: list[Any] = [Service, ServiceStatement, CompanyLink]
    found = []
    for table in tables:
        columns = [column for column in table.__table__.columns if column.name != "version"]
        found.append(sorted(map(tuple, session.execute(select(*columns))), key=repr))
    return found


def periods(name: str = "滨河家园") -> list[Any]:
    from regulator.foundation.database import session

    return list_period_facts(session().scalars(select(Estate.id).where(Estate.name == name)).one())


@pytest.mark.usefixtures("companies")
class TestStatements:
    def test_the_first_list_opens_a_service_of_unknown_beginning(self, sent: Any, session: Session) -> None:
        assert sent(Kind.ESTATES, [estate()])["accepted"] == 1
        found = session.scalars(select(Service)).one()
        assert (found.began_on, found.stated_for, found.ended_on, found.fee) == (None, SEPTEMBER, None, 150)
        assert mode_on(periods(), SEPTEMBER) is Mode.PROFESSIONAL
        assert mode_on(periods(), JUNE) is None
        first = session.scalars(select(Estate)).one()
        assert first.code == make.HEPING_COMMUNITY + "0001"
        assert (first.kind_assumed, first.condition_assumed) == (True, True)

    def test_a_later_list_ends_the_period_the_day_before_without_being_asked_to_update(self, sent: Any) -> None:
        sent(Kind.ESTATES, [estate()])
        report = sent(Kind.ESTATES, [estate("沈阳乙物业服务有限公司")], as_of=DECEMBER)
        assert (report["accepted"], report["updated"], report["rejected"]) == (1, 1, 0)
        assert service_on(periods(), date(2026, 12, 30)).company == ONE  # type: ignore[union-attr]
        assert service_on(periods(), DECEMBER).company == TWO  # type: ignore[union-attr]

    def test_an_earlier_list_never_alters_later_periods(self, sent: Any) -> None:
        sent(Kind.ESTATES, [estate()])
        after = list(periods())
        report = sent(Kind.ESTATES, [estate("沈阳乙物业服务有限公司")], as_of=JUNE)
        assert (report["accepted"], report["updated"]) == (1, 1)
        assert service_on(periods(), JUNE).company == TWO  # type: ignore[union-attr]
        assert after[0] in periods()

    def test_the_same_list_again_is_unchanged_and_other_figures_are_a_correction(
        self, sent: Any, session: Session
    ) -> None:
        sent(Kind.ESTATES, [estate()])
        assert sent(Kind.ESTATES, [estate()])["unchanged"] == 1
        refused = sent(Kind.ESTATES, [estate(households=120)], as_of=DECEMBER)
        assert refused["rejected_rows"] == {"2": "differs_from_register"}
        assert session.scalars(select(Estate.households)).one() == 100
        assert sent(Kind.ESTATES, [estate(households=120)], as_of=DECEMBER, update=True)["updated"] == 1
        session.expire_all()
        assert session.scalars(select(Estate.households)).one() == 120
        told = session.scalars(select(RecordChange).where(RecordChange.field == "households")).one()
        assert (told.before, told.after, told.act) == (100, 120, "corrected")

    @pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
    @pytest.mark.parametrize(
        "between", ["沈阳乙物业服务有限公司", "沈阳乙物业公司"], ids=["company", "name-that-waits"]
    )
    def test_lists_in_any_order_come_to_the_same_register(
        self, sent: Any, session: Session, order: tuple[int, ...], between: str
    ) -> None:
        """A in June, B in September, A in December: B serves from September to the day before December's list."""
        lists = [(JUNE, "沈阳甲物业公司"), (SEPTEMBER, between), (DECEMBER, "沈阳甲物业公司")]
        before, reports = [], []
        for day, manager in [lists[place] for place in order]:
            before.append(dumped(session))
            reports.append(sent(Kind.ESTATES, [estate(manager)], as_of=day, update=True))
            assert reports[-1]["accepted"] == 1
        found = periods()
        for day, manager in [*lists, (date(2026, 12, 30), between), (date(2027, 1, 31), "沈阳甲物业公司")]:
            assert service_on(found, day).spelling == manager  # type: ignore[union-attr]
        links = session.scalars(select(CompanyLink.spelling).where(CompanyLink.state == SettlementState.OPEN)).all()
        assert sorted(links) == sorted(one.spelling for one in found if one.company is None)  # type: ignore[type-var]
        for report, dump in zip(reversed(reports), reversed(before), strict=True):
            undone(report)
            assert dumped(session) == dump

    def test_a_list_between_two_that_agree_is_a_proposed_correction(self, sent: Any) -> None:
        for day in (JUNE, DECEMBER):
            assert sent(Kind.ESTATES, [estate()], as_of=day)["rejected"] == 0
        report = sent(Kind.ESTATES, [estate("沈阳乙物业服务有限公司")], as_of=SEPTEMBER)
        assert report["rejected_rows"] == {"2": "differs_from_register"}
        assert [service.company for service in periods()] == [ONE]

    def test_a_list_others_were_judged_by_is_not_taken_back(self, sent: Any) -> None:
        sent(Kind.ESTATES, [estate()], as_of=JUNE)
        december = sent(Kind.ESTATES, [estate()], as_of=DECEMBER)
        between = sent(Kind.ESTATES, [estate("沈阳乙物业服务有限公司")], as_of=SEPTEMBER, update=True)
        with pytest.raises(LaterChanges) as raised:
            undone(december)
        assert [(one.number, one.what) for one in raised.value.found.named] == [(2, LaterChange.SERVICE_CORRECTED)]
        undone(between)
        undone(december)
        assert sent(Kind.ESTATES, [estate("沈阳乙物业服务有限公司")], as_of=SEPTEMBER)["updated"] == 1

    @pytest.mark.parametrize(
        ("manager", "waiting"),
        [("沈阳乙物业公司", ["沈阳乙物业公司"]), ("沈阳乙物业服务有限公司", [])],
        ids=["another-name-that-waits", "a-company"],
    )
    def test_a_restated_period_waits_for_what_is_written_now(
        self, sent: Any, session: Session, manager: str, waiting: list[str]
    ) -> None:
        sent(Kind.ESTATES, [estate("沈阳甲物业公司")])
        before = dumped(session)
        report = sent(Kind.ESTATES, [estate(manager)], update=True)
        assert report["updated"] == 1
        session.expire_all()
        links = session.scalars(select(CompanyLink).where(CompanyLink.state == SettlementState.OPEN)).all()
        assert [link.spelling for link in links] == waiting
        assert [service.spelling for service in periods()] == [manager]
        undone(report)
        assert dumped(session) == before

    def test_two_names_of_one_estate_in_a_file_are_one_estate(self, sent: Any, session: Session) -> None:
        sent(Kind.ESTATES, [estate()])
        key = session.scalars(select(EstateKey)).one()
        with transaction():
            session.add(EstateKey(division_code=key.division_code, name="旧滨河家园", estate_id=key.estate_id))
        rows = [estate("沈阳乙物业服务有限公司"), estate("沈阳丙物业服务有限公司", name="旧滨河家园")]
        report = sent(Kind.ESTATES, rows, as_of=DECEMBER)
        assert report["rejected_rows"] == {"3": "name_duplicate_in_file"}
        assert report["updated"] == 1

    @pytest.mark.parametrize(
        ("community", "manager", "settle", "flag"),
        [
            pytest.param(COMMUNITY, "沈阳甲物业公司", None, "company_unconfirmed", id="name-waits"),
            pytest.param(COMMUNITY, "沈阳甲物业公司", "company", None, id="name-confirmed-by-a-person"),
            pytest.param("没有的社区", "沈阳甲物业服务有限公司", None, "community_unknown", id="to-be-placed"),
            pytest.param("没有的社区", "沈阳甲物业服务有限公司", "place", None, id="placed-by-a-person"),
        ],
    )
    def test_a_row_sent_again_bears_its_flag_until_a_person_settles_it(
        self, sent: Any, session: Session, community: str, manager: str, settle: str | None, flag: str | None
    ) -> None:
        row = estate(manager)
        row[1] = community
        assert len(sent(Kind.ESTATES, [row])["flagged_rows"]) == 1
        with transaction():
            if settle == "company":
                session.scalars(select(Service)).one().company_id = session.scalars(
                    select(Company.id).where(Company.credit_code == ONE)
                ).one()
            elif settle == "place":
                session.scalars(select(Estate)).one().division_code = make.HEPING_COMMUNITY
        for day in (SEPTEMBER, DECEMBER):
            report = sent(Kind.ESTATES, [row], as_of=day)
            assert report["unchanged"] == 1
            assert report["flagged_rows"] == ({"2": flag} if flag else {})

    @pytest.mark.parametrize("contract_first", [True, False])
    def test_contract_and_later_statement_in_either_order(
        self, sent: Any, session: Session, contract_first: bool
    ) -> None:
        """The basis comes out the same, whichever was recorded first; so does the proof for a spelling."""
        sent(Kind.ESTATES, [estate()])
        contract = [
            ["滨河家园", STREET, COMMUNITY, "沈阳乙物业服务有限公司", TWO, date(2026, 12, 1), date(2027, 11, 30)]
        ]
        later = [estate("沈阳乙物业公司")]
        steps = [(Kind.CONTRACTS, contract, SEPTEMBER), (Kind.ESTATES, later, DECEMBER)]
        for kind, rows, day in steps if contract_first else reversed(steps):
            assert sent(kind, rows, as_of=day)["accepted"] == 1
        link = session.scalars(select(CompanyLink)).one()
        assert (link.spelling, link.candidates, link.proof_credit_code) == ("沈阳乙物业公司", [TWO], TWO)
        found = service_on(periods(), DECEMBER)
        assert found is not None
        assert (found.company, found.spelling, found.stated_for) == (None, "沈阳乙物业公司", DECEMBER)
        contracts = list_contract_facts([link.estate_id])[link.estate_id]
        from dataclasses import replace

        assert basis_of_service(replace(found, proof=link.proof_credit_code), contracts, DECEMBER) is Basis.RUNNING

    def test_estates_of_an_unknown_community_stand_at_the_street(self, sent: Any, session: Session) -> None:
        row = estate()
        row[1] = "幸福里社区（待定）"
        assert sent(Kind.ESTATES, [row])["flagged_rows"] == {"2": "community_unknown"}
        found = session.scalars(select(Estate)).one()
        assert (found.division_code, found.to_be_placed, found.community_as_stated) == (
            make.HEPING_STREET, True, "幸福里社区（待定）",
        )  # fmt: skip


@pytest.mark.usefixtures("companies")
class TestContracts:
    def rows(self) -> list[list[Any]]:
        return [
            ["滨河家园", STREET, COMMUNITY, "甲", ONE, date(2024, 1, 1), date(2025, 12, 31)],
            ["滨河家园", STREET, COMMUNITY, "乙", TWO, date(2025, 12, 31), None],
        ]

    def test_an_overlap_is_a_dispute_on_the_later_row(self, sent: Any, session: Session) -> None:
        sent(Kind.ESTATES, [estate()])
        assert sent(Kind.CONTRACTS, self.rows())["flagged_rows"] == {"3": "overlapping_contract"}
        dispute = session.scalars(select(ContractDispute)).one()
        assert (dispute.overlap_from, dispute.overlap_to) == (date(2025, 12, 31), date(2025, 12, 31))
        assert dispute.state is SettlementState.OPEN
        assert sent(Kind.CONTRACTS, self.rows())["unchanged"] == 2

    @pytest.mark.parametrize(
        ("again", "flagged"),
        [
            pytest.param(lambda rows: rows, {"3": "overlapping_contract"}, id="the-same-rows"),
            pytest.param(lambda rows: rows[::-1], {"2": "overlapping_contract"}, id="other-order-same-contract"),
            pytest.param(lambda rows: rows[:1], {}, id="the-earlier-alone"),
            pytest.param(lambda rows: rows[1:], {"2": "overlapping_contract"}, id="the-later-alone"),
            pytest.param(lambda rows: [rows[0][:6], rows[1]], {"3": "overlapping_contract"}, id="end-left-blank"),
        ],
    )
    def test_a_contract_sent_again_bears_the_flag_it_bore(self, sent: Any, again: Any, flagged: Any) -> None:
        sent(Kind.ESTATES, [estate()])
        sent(Kind.CONTRACTS, self.rows())
        report = sent(Kind.CONTRACTS, again(self.rows()))
        assert report["unchanged"] == report["read"]
        assert report["flagged_rows"] == flagged

    def test_an_estate_or_company_nobody_knows(self, sent: Any) -> None:
        sent(Kind.ESTATES, [estate()])
        rows = self.rows()
        rows[0][0], rows[1][4] = "没有的小区", code(99)
        assert sent(Kind.CONTRACTS, rows)["rejected_rows"] == {"2": "estate_unknown", "3": "company_unknown"}


@pytest.mark.usefixtures("companies")
class TestPeople:
    def row(self, company: str = ONE, day: str = "2020-01-01", title: str = "工程师") -> list[Any]:
        body = "21010219850607123"
        return ["李强", body + ric.calc_check_digit(body + "0"), company, title, day]

    def test_numbers_are_nowhere_in_clear(self, sent: Any, session: Session) -> None:
        sent(Kind.PEOPLE, [self.row(), self.row()])
        number = self.row()[1]
        person = session.scalars(select(Person)).one()
        assert (person.id_masked, person.born_on, person.sex) == (
            "210*************" + number[-2:],
            date(1985, 6, 7),
            "male",
        )
        for table in ("import_row", "import_batch", "person", "record_change", "audit_entry"):
            for row in session.execute(__import__("sqlalchemy").text(f"SELECT * FROM {table}")):
                assert number not in repr(tuple(row))

    def test_another_company_ends_the_employment_the_day_before(self, sent: Any, session: Session) -> None:
        sent(Kind.PEOPLE, [self.row()])
        moved = self.row(TWO, "2026-05-01")
        assert sent(Kind.PEOPLE, [moved])["rejected_rows"] == {"2": "differs_from_register"}
        report = sent(Kind.PEOPLE, [moved], update=True)
        assert report["updated"] == 1
        session.expire_all()
        jobs = session.scalars(select(Employment).order_by(Employment.began_on)).all()
        assert [(job.began_on, job.ended_on) for job in jobs] == [
            (date(2020, 1, 1), date(2026, 4, 30)),
            (date(2026, 5, 1), None),
        ]
        undone(report)
        job = session.scalars(select(Employment)).one()
        assert (job.began_on, job.ended_on) == (date(2020, 1, 1), None)


def undone(report: Any) -> None:
    undo_import(UUID(report["batch"]), Sender(make.actor(), make.CITY_SCOPE))


@pytest.mark.usefixtures("companies")
class TestCorrecting:
    def row(self, name: str, former: str = "") -> list[Any]:
        return [name, ONE, "王敏", 100, "2010-01-27", "和平区", former]

    def test_a_new_name_keeps_the_old_one_and_both_are_found(self, sent: Any, session: Session) -> None:
        report = sent(Kind.COMPANIES, [self.row("沈阳甲新物业服务有限公司")], update=True)
        assert session.scalars(select(CompanyName.name)).all() == ["沈阳甲物业服务有限公司"]
        assert session.scalars(select(Company.version).where(Company.credit_code == ONE)).one() == 2
        company = session.scalars(select(Company.id).where(Company.credit_code == ONE)).one()
        tokens = session.scalars(select(CompanySearch.tokens).where(CompanySearch.subject_id == company)).one()
        assert f"u{ord('新'):x}" in tokens
        undone(report)
        session.expire_all()
        assert session.scalars(select(Company.name).where(Company.credit_code == ONE)).one() == "沈阳甲物业服务有限公司"
        assert session.scalars(select(CompanyName.name)).all() == []
        tokens = session.scalars(select(CompanySearch.tokens).where(CompanySearch.subject_id == company)).one()
        assert f"u{ord('新'):x}" not in tokens

    def test_a_correction_after_judging_is_not_overwritten(self, sent: Any, session: Session) -> None:
        """The register moved between judging and applying: everything is judged anew, nothing is lost."""
        from regulator.features.registry.imports.applying import RegisterMoved, _Writer

        report = sent(Kind.COMPANIES, [self.row("沈阳甲新物业服务有限公司")])
        batch = queries.parse_batch(report["batch"])
        batch.update_existing = True
        writer = _Writer(batch)
        writer.gather(0)
        with transaction():
            company = session.scalars(select(Company).where(Company.credit_code == ONE)).one()
            company.legal_representative, company.version = "李强", company.version + 1
        with pytest.raises(RegisterMoved), transaction():
            writer.write(queries.parse_batch(report["batch"]))
        session.expire_all()
        company = session.scalars(select(Company).where(Company.credit_code == ONE)).one()
        assert (company.name, company.legal_representative) == ("沈阳甲物业服务有限公司", "李强")

    def test_aliases_of_estates_come_and_go(self, sent: Any, session: Session) -> None:
        sent(Kind.ESTATES, [estate()])
        named = estate()
        named[3] = "老滨河、河边院"
        report = sent(Kind.ESTATES, [named], update=True)
        assert sorted(session.scalars(select(EstateName.name))) == ["河边院", "老滨河"]
        undone(report)
        assert session.scalars(select(EstateName.name)).all() == []


@pytest.mark.usefixtures("companies")
class TestUndoing:
    def test_refused_as_a_whole_naming_what_came_later(self, sent: Any, session: Session) -> None:
        first = sent(Kind.ESTATES, [estate(), estate(name="第二家园")])
        sent(Kind.ESTATES, [estate("沈阳乙物业服务有限公司")], as_of=DECEMBER)
        with pytest.raises(LaterChanges) as raised:
            undone(first)
        assert {(one.number, one.what) for one in raised.value.found.named} >= {(2, "service_recorded_later")}
        assert all(one.number == 2 for one in raised.value.found.named)
        assert len(session.scalars(select(Estate)).all()) == 2

    def test_a_correction_while_it_is_taken_back_stops_it_whole(self, sent: Any, session: Session) -> None:
        """Between asking and writing somebody corrects a record: the register and its index are as they were."""
        report = sent(Kind.ESTATES, [estate(), estate(name="第二家园")])
        found = session.scalars(select(EstateSearch.tokens).order_by(EstateSearch.tokens)).all()
        batch_id = UUID(report["batch"])
        with transaction():
            job = ask_undo(queries.parse_batch(report["batch"]), actor=make.actor(), now=clock.now())
        steps = undo_batch({"batch": batch_id.hex, "actor": batches.actor_to_json(make.actor())})
        with transaction():
            next(steps)
        assert session.scalars(select(EstateSearch.tokens)).all() == []
        with transaction():
            second = session.scalars(select(Estate).where(Estate.name == "第二家园")).one()
            second.address, second.version, second.updated_at = "滨河路 8 号", 2, clock.now()
        assert jobs.run_job(job, jobs.worker_name())
        session.expire_all()
        batch = queries.parse_batch(report["batch"])
        assert (batch.state, batch.error_code) == (BatchState.APPLIED, "later_changes")
        obstacles = find_obstacles(batch)
        assert [(one.number, one.what) for one in obstacles.named] == [(3, LaterChange.CORRECTED)]
        tokens = session.scalars(select(EstateSearch.tokens).order_by(EstateSearch.tokens)).all()
        assert tokens != found
        assert [f"u{ord('路'):x}" in one for one in tokens].count(True) == 1
        assert len(tokens) == len(session.scalars(select(Service)).all()) == 2

    def test_a_service_recorded_while_its_company_is_taken_back_stops_it_too(self, sent: Any, session: Session) -> None:
        """The database's own key refuses what was not there when it was asked for."""
        rows = [["沈阳丁物业服务有限公司", code(4), "王敏", 100, "2010-01-27", "和平区", ""]]
        report = sent(Kind.COMPANIES, rows)
        sent(Kind.ESTATES, [estate()])
        with transaction():
            job = ask_undo(queries.parse_batch(report["batch"]), actor=make.actor(), now=clock.now())
            company = session.scalars(select(Company.id).where(Company.credit_code == code(4))).one()
            session.scalars(select(Service)).one().company_id = company
        assert jobs.run_job(job, jobs.worker_name())
        batch = queries.parse_batch(report["batch"])
        assert (batch.state, batch.error_code) == (BatchState.APPLIED, "later_changes")
        assert [one.what for one in find_obstacles(batch).named] == [LaterChange.SERVICE_RECORDED]
        assert session.scalars(select(CompanySearch).where(CompanySearch.subject_id == company)).one()

    def test_asking_twice_is_asking_once(self, sent: Any) -> None:
        report = sent(Kind.ESTATES, [estate()])
        for _ in range(2):
            with transaction():
                ask_undo(queries.parse_batch(report["batch"]), actor=make.actor(), now=clock.now())
        undone(report)
        with pytest.raises(BadInput) as raised:
            undone(report)
        assert raised.value.code == "batch_not_applied"

    def test_histories_say_that_it_was_taken_back(self, sent: Any, session: Session) -> None:
        report = sent(Kind.ESTATES, [estate()])
        key = session.scalars(select(Estate.code)).one()
        undone(report)
        told = session.scalars(select(RecordChange).where(RecordChange.subject_key == key)).all()
        assert [(one.act, one.version) for one in told] == [("imported", 1), ("undone", 2)]

    def test_a_number_is_never_given_twice(self, sent: Any, session: Session) -> None:
        undone(sent(Kind.ESTATES, [estate()]))
        assert session.scalars(select(Estate)).all() == []
        sent(Kind.ESTATES, [estate()])
        assert session.scalars(select(Estate.code)).one() == make.HEPING_COMMUNITY + "0002"


class TestFilesThatCannotBeUsed:
    def test_coordinates_without_a_datum(self, sent: Any) -> None:
        with pytest.raises(BadInput) as raised:
            sent(Kind.ESTATES, [[STREET, "甲小区", 123.4, 41.8]], titles=["街道", "小区名称", "经度", "纬度"])
        assert raised.value.code == "datum_missing"

    def test_no_header_and_missing_columns(self, sent: Any) -> None:
        with pytest.raises(BadInput) as raised:
            sent(Kind.COMPANIES, [["沈阳甲公司", ONE]], titles=["甲", "乙"])
        assert raised.value.code == "no_header_row"
        with pytest.raises(BadInput) as raised:
            sent(Kind.COMPANIES, [["沈阳甲公司", "王敏"]], titles=["企业名称", "法定代表人"])
        assert raised.value.code == "column_missing"

    def test_a_failed_batch_says_so_and_keeps_no_file(self, sent: Any, session: Session) -> None:
        with pytest.raises(BadInput):
            sent(Kind.ESTATES, [[STREET, "甲小区", 123.4, 41.8]], titles=["街道", "小区名称", "经度", "纬度"])
        batch = session.scalars(select(batches.ImportBatch)).one()
        assert (batch.state, batch.error_code, batch.stored) == (BatchState.FAILED, "datum_missing", None)


@pytest.mark.parametrize(("code", "said"), [("worker_lost", "import_gave_up"), ("file_empty", "file_empty")])
def test_a_batch_says_that_its_work_was_given_up_and_can_be_let_go_of(
    sent: Any, session: Session, code: str, said: str
) -> None:
    sent(Kind.COMPANIES, [["沈阳甲物业服务有限公司", ONE, "王敏", 100, "2010-01-27", "和平区", ""]])
    batch = session.scalars(select(ImportBatch)).one()
    batches.give_up({"batch": batch.id.hex}, code)
    assert batch.state is BatchState.APPLIED, "what is written is not given up"
    batch.state, batch.applied_at = BatchState.APPLYING, None
    session.flush()
    batches.give_up({"batch": batch.id.hex}, code)
    assert (batch.state, batch.error_code) == (BatchState.FAILED, said)
    batches.discard_batch(batch, actor=make.actor(), now=clock.now())
    assert batch.state is BatchState.DISCARDED
