"""The tree on both databases: loaded, closed, split, walked, limited to a scope."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.audit.terms import Actor
from regulator.features.divisions import actions, queries
from regulator.features.divisions.imports import read_divisions
from regulator.features.divisions.models import Division
from regulator.features.divisions.rules import RowReason
from regulator.features.divisions.terms import Level, Scope
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Conflict, NotFound
from regulator.resources import resource_dir

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
SYSTEM = Actor.system()
TREE = """code,parent,level,name
210100,,city,沈阳市
210103001001,210103001,community,惠工社区
210103,210100,district,沈河区
210103001,210103,street,朱剪炉街道
210103002,210103,street,滨河街道
210102,210100,district,和平区
210102001,210102,street,浑河湾街道
"""


def load(content: str, *, update: bool = False) -> actions.Loaded:
    with transaction():
        return actions.load_divisions(read_divisions(content.encode()), actor=SYSTEM, now=NOW, update=update)


def test_a_file_is_loaded_whatever_the_order_of_its_rows(session: Session) -> None:
    loaded = load(TREE)
    assert (loaded.read, loaded.new, loaded.rejected) == (7, 7, {})
    assert str(queries.path_of("210103001001")) == "沈河区朱剪炉街道惠工社区"
    assert [row.name for row in queries.list_children("210103")] == ["朱剪炉街道", "滨河街道"]
    assert load(TREE).unchanged == 7


def test_new_divisions_begin_on_the_day_given_unless_they_state_their_own(session: Session) -> None:
    load(TREE)
    content = """code,parent,level,name,began_on,ended_on
210103,210100,district,沈河区,,
210103003,210103,street,新街道,,
210103004,210103,street,另街道,2020-05-01,
210103005,210103,street,旧街道,,2019-12-31
"""
    with transaction():
        rows = read_divisions(content.encode())
        loaded = actions.load_divisions(rows, actor=SYSTEM, now=NOW, from_day=date(2026, 1, 1))
    assert (loaded.new, loaded.unchanged, loaded.rejected) == (3, 1, {})
    began = dict(session.execute(select(Division.code, Division.began_on).where(Division.code >= "210103")).all())
    assert began["210103"] is None
    assert began["210103003"] == date(2026, 1, 1)
    assert began["210103004"] == date(2020, 5, 1)
    assert began["210103005"] is None, "it had ended by then"


def test_shenyangs_own_file_is_whole(session: Session) -> None:
    content = (resource_dir("geodata") / "divisions.csv").read_bytes()
    with transaction():
        actions.load_divisions(read_divisions(content), actor=SYSTEM, now=NOW)
    counts = queries.count_divisions()
    assert counts == {Level.CITY: 1, Level.DISTRICT: 13, Level.STREET: 190, Level.COMMUNITY: 2703}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(",210103,street,无码街道", RowReason.CODE_MISSING, id="no-code"),
        pytest.param("21010300,210103,street,短码", RowReason.CODE_UNREADABLE, id="eight-digits"),
        pytest.param("210103,210100,district,又一个", RowReason.CODE_DUPLICATE, id="twice-in-file"),
        pytest.param("210104,210100,county,大东区", RowReason.LEVEL_UNKNOWN, id="unknown-level"),
        pytest.param("210104,210100,street,大东区", RowReason.LEVEL_WRONG, id="level-against-code"),
        pytest.param("210103009,210104,street,无主街道", RowReason.PARENT_UNKNOWN, id="unknown-parent"),
        pytest.param("210103009,210102,street,错主街道", RowReason.PARENT_WRONG, id="another-district"),
        pytest.param("210103009,210103,street,", RowReason.NAME_MISSING, id="no-name"),
    ],
)
def test_a_row_that_does_not_fit_is_named_and_the_others_are_taken(
    session: Session, row: str, reason: RowReason
) -> None:
    loaded = load(TREE + row + "\n")
    assert loaded.rejected == {9: (reason,)}
    assert loaded.new == 7


def test_dates_reversed_or_unreadable_are_refused(session: Session) -> None:
    rows = "code,parent,level,name,began_on,ended_on\n210100,,city,沈阳市,2020-01-01,2019-01-01\n"
    assert load(rows).rejected == {2: (RowReason.PERIOD_REVERSED,)}
    assert load(rows.replace("2019-01-01", "someday")).rejected == {2: (RowReason.DAY_UNREADABLE,)}


def test_another_name_needs_to_be_asked_for(session: Session) -> None:
    load(TREE)
    other = TREE.replace("滨河街道", "新滨河街道")
    assert load(other).rejected == {6: (RowReason.DIFFERS,)}
    assert queries.get_division("210103002").name == "滨河街道"
    assert load(other, update=True).updated == 1
    assert queries.get_division("210103002").name == "新滨河街道"


def test_a_closed_code_stays_readable_and_says_what_it_went_into(session: Session) -> None:
    load(TREE)
    with transaction():
        actions.close_division(
            "210103002", last_day=date(2025, 12, 31), successors=["210103001"], actor=SYSTEM, now=NOW
        )
    assert queries.get_division("210103002").ended_on == date(2025, 12, 31)
    assert str(queries.path_of("210103002")) == "沈河区滨河街道"
    assert [row.code for row in queries.list_successors("210103002")] == ["210103001"]
    before, after = date(2025, 12, 31), date(2026, 1, 1)
    assert len(queries.list_children("210103", on=before)) == 2
    assert [row.code for row in queries.list_children("210103", on=after)] == ["210103001"]
    with pytest.raises(Conflict), transaction():
        actions.close_division("210103002", last_day=date(2026, 1, 1), successors=[], actor=SYSTEM, now=NOW)


def test_a_split_can_stand_in_the_file(session: Session) -> None:
    load(TREE)
    split = (
        "code,parent,level,name,began_on,ended_on,successors\n"
        "210103002,210103,street,滨河街道,,2025-12-31,210103003;210103004\n"
        "210103003,210103,street,北滨街道,2026-01-01,,\n210103004,210103,street,南滨街道,2026-01-01,,\n"
    )
    loaded = load(split)
    assert (loaded.new, loaded.rejected) == (2, {})
    assert [row.name for row in queries.list_successors("210103002")] == ["北滨街道", "南滨街道"]


def test_a_scope_limits_by_range_and_an_empty_one_to_nothing(session: Session) -> None:
    load(TREE)

    def codes(scope: Scope) -> list[str]:
        query = select(Division.code).where(queries.within(scope, Division.code)).order_by(Division.code)
        return list(session.scalars(query))

    assert codes(Scope.division("210103")) == ["210103", "210103001", "210103001001", "210103002"]
    assert len(codes(Scope.division("210100"))) == 7
    assert codes(Scope.nothing()) == []
    assert codes(Scope.company("91210103MA10000151")) == []
    assert len(codes(Scope.everything())) == 7


def test_a_management_area_is_a_scope_of_several_divisions(session: Session) -> None:
    load(TREE)
    with transaction():
        actions.set_management_area("SY-GX", "高新区", ["210103001", "210102"], actor=SYSTEM, now=NOW)
    scope = queries.find_scope("SY-GX")
    assert scope is not None
    assert scope.label == "高新区"
    assert scope.covers("210103001001")
    assert scope.covers("210102001")
    assert not scope.covers("210103002")
    with pytest.raises(BadInput), transaction():
        actions.set_management_area("210103", "占用区划代码", ["210102"], actor=SYSTEM, now=NOW)
    with pytest.raises(BadInput), transaction():
        actions.set_management_area("SY-X", "不存在", ["219999"], actor=SYSTEM, now=NOW)


def test_paths_of_many_cost_as_few_statements_as_of_one(session: Session) -> None:
    load(TREE)
    paths = queries.paths_of(["210103001001", "210102001", "210100", None, "000000"])
    assert str(paths["210102001"]) == "和平区浑河湾街道"
    assert str(paths["210100"]) == "沈阳市"
    assert str(paths["000000"]) == ""


def test_what_is_unknown_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        queries.get_division("210199")
    with pytest.raises(NotFound):
        queries.get_city()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"a,b\n1,2\n", "header_missing"),
        (b"\xff\xfe\x00\x01\x80\x81", "encoding_unreadable"),
    ],
)
def test_a_file_that_is_no_table_of_divisions_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_divisions(content)
    assert caught.value.code == code


def test_chinese_headers_and_gb18030_are_read() -> None:
    rows = read_divisions("代码,上级代码,级别,名称\n210103,210100,区县,沈河区\n".encode("gb18030"))
    assert (rows[0].code, rows[0].level, rows[0].name) == ("210103", "district", "沈河区")
