"""Imports on the desk: what one official does with a file, and what the page does not do to others meanwhile."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from stdnum.cn import ric, uscc
from xlsxwriter import Workbook

from regulator.features.accounts.models import Account, Authority
from regulator.features.registry.imports import batches, vault
from regulator.features.registry.imports.models import ImportBatch
from regulator.features.registry.imports.terms import BatchState
from regulator.foundation import jobs
from regulator.foundation.database import IMMEDIATE, new_key, transaction
from regulator.foundation.database import session as current_session
from regulator.foundation.files import file_room
from tests.factories import registry as make

Open = Callable[..., Any]
CREDIT_CODE = "91210102000000001" + uscc.calc_check_digit("912101020000000010")
WORKBOOKS = Path(__file__).parents[2] / "data" / "register"


def workbook(name: str = "companies.xlsx", content: bytes | None = None) -> tuple[BytesIO, str]:
    return BytesIO((WORKBOOKS / name).read_bytes() if content is None else content), name


def kept() -> list[str]:
    """The copies of files that wait for their batch."""
    return list(file_room().list_names())


@pytest.fixture
def examinations(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each file that is examined, whether the register was locked for others meanwhile."""
    found: list[bool] = []
    keep = vault.keep_file

    def keep_watching(path: Path) -> tuple[str, str]:
        found.append(bool(current_session().connection().get_execution_options().get(IMMEDIATE)))
        return keep(path)

    monkeypatch.setattr(batches.vault, "keep_file", keep_watching)
    return found


def test_a_file_is_examined_while_others_may_write(sign_in: Open, examinations: list[bool], session: Session) -> None:
    desk = sign_in()
    desk.get("/office/imports")
    answer = desk.post("/office/imports", kind="companies", file=workbook())
    assert examinations == [False]
    batch = session.scalars(select(ImportBatch)).one()
    assert str(batch.id) in answer.location
    assert kept() == [batch.stored]


def test_a_form_sent_twice_is_examined_and_kept_once(sign_in: Open, examinations: list[bool], session: Session) -> None:
    desk = sign_in()
    desk.get("/office/imports")
    answers = [desk.post("/office/imports", kind="companies", file=workbook()) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len(examinations) == len(kept()) == len(session.scalars(select(ImportBatch)).all()) == 1


@pytest.mark.parametrize(
    ("kind", "file", "says"),
    [
        pytest.param("", workbook, "请选择", id="no-kind"),
        pytest.param("companies", lambda: None, "请选择", id="no-file"),
        pytest.param("contracts", workbook, "合同", id="another-kind"),
        pytest.param("companies", lambda: workbook(content=b""), "空", id="empty"),
        pytest.param("companies", lambda: workbook(content=b"\x00\x01"), "不是表格文件", id="wrong"),
        pytest.param("companies", lambda: workbook(content=b",".join([b"x"] * 300)), "列太多", id="300-columns"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_its_field(
    sign_in: Open, session: Session, kind: str, file: Callable[[], Any], says: str
) -> None:
    desk = sign_in()
    desk.get("/office/imports")
    assert says in desk.post("/office/imports", 400, kind=kind, file=file()).text
    assert session.scalars(select(ImportBatch)).all() == []
    assert kept() == []


def test_what_fails_after_the_examination_leaves_no_copy(
    sign_in: Open, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    desk = sign_in()
    desk.get("/office/imports")

    def fail(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(batches, "send_file", fail)
    desk.post("/office/imports", 500, kind="companies", file=workbook())
    assert kept() == []


# --- the columns ----------------------------------------------------------------------------------------------------

ESTATES = ["街道", "小区名称", "经度", "纬度", "户数"]
ESTATE = ["浑河湾街道", "滨河家园", 123.4, 41.8, 100]
SECOND = ["浑河湾街道", "第二家园", 123.41, 41.81, 50]


def book(*sheets: tuple[str, list[list[Any]]]) -> Callable[[], tuple[BytesIO, str]]:
    """A workbook of these sheets, as often as it is sent."""

    def made() -> tuple[BytesIO, str]:
        stream = BytesIO()
        with Workbook(stream) as written:
            for name, rows in sheets:
                page = written.add_worksheet(name)
                for at, row in enumerate(rows):
                    page.write_row(at, 0, row)
        return BytesIO(stream.getvalue()), "list.xlsx"

    return made


def settled(session: Session) -> ImportBatch:
    session.rollback()
    return session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(1)).one()


def sheet_columns(*fields: str, sheet: int = 0) -> dict[str, str]:
    return {f"c{sheet}-{column}": field for column, field in enumerate(fields)}


RECOGNISED = sheet_columns("street", "name", "longitude", "latitude", "households")


def send(desk: Any, kind: str, file: Callable[[], Any], **fields: Any) -> str:
    """Send a file and open the page on which its columns are settled; gives its address."""
    desk.get("/office/imports")
    address: str = desk.post("/office/imports", kind=kind, file=file(), **fields).location
    desk.get(address)
    return address


@pytest.mark.parametrize(
    ("title", "sent", "chosen", "says", "datum"),
    [
        pytest.param(None, None, None, "请选择坐标系", None, id="none-is-asked-for-never-guessed"),
        pytest.param(None, None, "gcj02", None, "gcj02", id="chosen-on-the-page"),
        pytest.param(None, "bd09", None, None, "bd09", id="given-with-the-file"),
        pytest.param(None, "bd09", "gcj02", None, "gcj02", id="what-was-given-may-be-corrected"),
        pytest.param("坐标系：GCJ-02", None, None, None, "gcj02", id="declared-by-the-file"),
        pytest.param("坐标系：GCJ-02", None, "wgs84", "不一致", None, id="the-files-own-is-not-overridden"),
    ],
)
def test_a_datum_is_declared_or_asked_for(
    sign_in: Open,
    session: Session,
    title: str | None,
    sent: str | None,
    chosen: str | None,
    says: str | None,
    datum: str | None,
) -> None:
    rows = [*([[title]] if title else []), ESTATES, ESTATE]
    desk = sign_in()
    address = send(desk, "estates", book(("和平区", rows)), datum=sent)
    answer = desk.post(f"{address}/columns", 400 if says else 303, datum=chosen, **RECOGNISED)
    batch = settled(session)
    if says:
        assert says in answer.text
        assert batch.state is BatchState.RECOGNISED
    else:
        assert batch.plan["sheets"][0]["file"]["datum"] == datum
        assert batch.state is BatchState.JUDGING


def test_columns_of_coordinates_left_out_need_no_datum(sign_in: Open, session: Session) -> None:
    desk = sign_in()
    address = send(desk, "estates", book(("和平区", [ESTATES, ESTATE])))
    desk.post(f"{address}/columns", **sheet_columns("street", "name", "", "", "households"))
    assert settled(session).state is BatchState.JUDGING


def test_what_was_assumed_is_said_before_it_is_confirmed(sign_in: Open, session: Session) -> None:
    desk = sign_in()
    list_ = book(("x", [["企业名称", "信用代码", "注册资本"], ["沈阳甲物业有限公司", CREDIT_CODE, 500]]))
    address = send(desk, "companies", list_, as_of="2062-09-30")
    desk.post(f"{address}/columns", **sheet_columns("name", "uscc", "registered_capital"))
    session.rollback()
    assert jobs.run_next("test:1:1")
    page = desk.get(address)
    assert "注册资本" in page[page.index("单位") :]
    assert "2062年9月30日" in page[page.index("尚未到来") - 60 :]


def test_a_sheet_of_which_no_column_is_taken_is_passed_over(sign_in: Open, session: Session) -> None:
    desk = sign_in()
    file = book(("和平区", [ESTATES, ESTATE]), ("沈河区", [ESTATES, SECOND]))
    address = send(desk, "estates", file, datum="gcj02")
    nothing = sheet_columns("", "", "", "", "")
    desk.post(f"{address}/columns", 400, **nothing, **sheet_columns("", "", "", "", "", sheet=1))
    desk.post(f"{address}/columns", **RECOGNISED, **sheet_columns("", "", "", "", "", sheet=1))
    plan = settled(session).plan
    assert [one["layout"]["sheet"] for one in plan["sheets"]] == ["和平区"]
    assert plan["passed_over"] == ["沈河区"]


@pytest.mark.parametrize("same", [True, False], ids=["own-authority", "another-authority"])
def test_columns_are_remembered_for_the_authority(sign_in: Open, session: Session, same: bool) -> None:
    """Titles somebody settled once are read the same way for that authority, and for no other."""
    file = book(("和平区", [["街道", "小区名称", "住了多少家"], ["浑河湾街道", "滨河家园", 100]]))
    found = []
    for name in ("甲局", "甲局" if same else "乙局"):
        session.rollback()
        desk = sign_in()
        with transaction():
            authority = session.scalars(select(Authority).where(Authority.name == name)).one_or_none()
            authority = authority or Authority(id=new_key(), name=name, division_code=make.HEPING)
            session.add(authority)
            session.flush()
            session.execute(update(Account).values(authority_id=authority.id))
        address = send(desk, "estates", file)
        found.append("households" in settled(session).plan["sheets"][0]["layout"]["columns"].values())
        desk.post(f"{address}/columns", **sheet_columns("street", "name", "households"))
    assert found == [False, same]


def test_no_personal_number_is_kept_to_recognise_columns_by(sign_in: Open, session: Session) -> None:
    body = "21010219850607123"
    number = body + ric.calc_check_digit(body + "0")
    file = book(("", [["企业名称", "统一社会信用代码", "经办人证件"], ["沈阳甲物业服务有限公司", CREDIT_CODE, number]]))
    desk = sign_in()
    address = send(desk, "companies", file)
    assert number not in desk.get(address)
    assert number not in repr(settled(session).plan)
