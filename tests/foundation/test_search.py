"""Names are found by part, former name, road, pinyin and initials on both databases; nothing typed breaks it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import String, literal, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from regulator.foundation.database import Key, new_key, session, transaction
from regulator.foundation.errors import BadInput
from regulator.foundation.search import (
    MAX_QUERY,
    SearchRow,
    count_hits,
    division_filters,
    drop_index_ddl,
    hit_text,
    index_ddl,
    index_tokens,
    join_search,
    parse_query,
)


class Own(DeclarativeBase):
    """Tables of this test alone, beside the product's."""


class House(Own):
    __tablename__ = "house"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))


class HouseSearch(SearchRow, Own):
    __tablename__ = "house_search"
    __subject__ = "house"


SHELF: dict[str, dict[str, Any]] = {
    "vanke": {"name": "沈阳万科物业服务有限公司", "filters": [*division_filters("210102004"), "live"]},
    "baishan": {
        "name": "辽宁长白物业管理有限公司",
        "others": ["沈阳恒基物业有限公司", "长白家园服务"],
        "texts": ["沈阳市和平区文化路12号"],
        "filters": [*division_filters("210103"), "live"],
    },
    "garden": {"name": "万科城市花园A区", "texts": ["青年大街120号", None], "filters": division_filters("210102")},
    "plaza": {"name": "绿地·中央广场（二期）", "texts": ["文化东路12-3号"], "filters": ["live"]},
    "soho": {"name": "SOHO现代城1号楼", "filters": ["live"]},
    "reversed": {"name": "业物研究所", "filters": ["live"]},
    "spread": {"name": "西安国际公寓", "filters": ["live"]},
    "signs": {"name": "百分之百%_\"'*()公寓", "filters": ["live"]},
    "box": {"name": "Maxxon天街1003号", "filters": ["live"]},
    "rare": {"name": "𠮷祥里㐂园", "filters": ["live"]},
}
ALL_LIVE = {key for key, given in SHELF.items() if "live" in given["filters"]}


@pytest.fixture(scope="module")
def library(bare: Flask) -> Flask:
    """A table and its index, made as a migration makes them, with the houses of SHELF."""
    with bare.app_context(), transaction() as current:
        Own.metadata.create_all(current.connection())
        for statement in index_ddl("house_search", current.get_bind().dialect.name):
            current.execute(text(statement))
        for key, given in SHELF.items():
            names, texts = (given["name"], *given.get("others", ())), given.get("texts", ())
            put(key, *names, texts=texts, filters=given["filters"])
    return bare


@pytest.fixture
def shelf(library: Flask) -> Iterator[None]:
    """The houses of SHELF; what a test writes is taken back unless it commits."""
    with library.app_context():
        yield
        session().rollback()


def put(key: str, *names: str, texts: Any = (), filters: Any = ()) -> UUID:
    house = House(id=new_key(), name=key)
    session().add(house)
    session().flush()
    session().add(HouseSearch(subject_id=house.id, tokens=index_tokens(texts, names, filters)))
    session().flush()
    return house.id


def find(query: str, *filters: str) -> set[str]:
    match = parse_query(query, filters)
    assert match is not None
    stmt, seq = join_search(select(House.name), HouseSearch, House.id, match)
    found = list(session().scalars(stmt.order_by(seq)))
    assert len(found) == len(set(found)), "a house was given twice"
    if not match.nothing:
        assert session().scalar(count_hits(HouseSearch, literal(hit_text(match)), 1000)) == len(found)
    return set(found)


@pytest.mark.usefixtures("shelf")
class TestShelf:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            pytest.param("物业", {"vanke", "baishan"}, id="two characters, order matters"),
            pytest.param("业物", {"reversed"}, id="the same two characters turned round"),
            pytest.param("万科", {"vanke", "garden"}, id="the commonest kind of word"),
            pytest.param("万", {"vanke", "garden"}, id="one character"),
            pytest.param("科城市花", {"garden"}, id="out of the middle"),
            pytest.param("沈阳万科物业服务有限公司", {"vanke"}, id="the whole name"),
            pytest.param("沈阳恒基", {"baishan"}, id="former name"),
            pytest.param("长白家园", {"baishan"}, id="alias"),
            pytest.param("有限公司长白", set(), id="no phrase across two names"),
            pytest.param("文化路", {"baishan"}, id="road"),
            pytest.param("文化路12号", {"baishan"}, id="road and number"),
            pytest.param("文化路１２号", {"baishan"}, id="full-width digits"),
            pytest.param("文化路 12", {"baishan"}, id="road, blank, number"),
            pytest.param("文化路1号", set(), id="a part of a number is another number before a sign"),
            pytest.param("文化路1", {"baishan"}, id="an unfinished number is being typed"),
            pytest.param("文化东路12-3", {"plaza"}, id="number with a dash"),
            pytest.param("12号", {"baishan"}, id="a number first"),
            pytest.param("120", {"garden"}, id="digits alone"),
            pytest.param("wenhua", set(), id="addresses have no pinyin"),
            pytest.param("wanke", {"vanke", "garden"}, id="pinyin"),
            pytest.param("WanKe", {"vanke", "garden"}, id="pinyin in capitals"),
            pytest.param("changbai", {"baishan"}, id="a local reading"),
            pytest.param("zhangbai", set(), id="not the general dictionary's reading"),
            pytest.param("wankewuye", {"vanke"}, id="pinyin of two words"),
            pytest.param("wanke wuye", {"vanke"}, id="pinyin apart"),
            pytest.param("wuye wanke", {"vanke"}, id="words in any order"),
            pytest.param("wankewuy", {"vanke"}, id="the last syllable unfinished"),
            pytest.param("chengshihuay", {"garden"}, id="unfinished in the middle of a name"),
            pytest.param("xianguoji", {"spread"}, id="xi'an, not xian"),
            pytest.param("xiandai", {"soho"}, id="xian, not xi'an"),
            pytest.param("lvdi", {"plaza"}, id="ü written v"),
            pytest.param("wkwy", {"vanke"}, id="initials"),
            pytest.param("sywk", {"vanke"}, id="initials from the beginning"),
            pytest.param("kw", {"vanke"}, id="initials out of the middle"),
            pytest.param("wk 物业", {"vanke"}, id="initials and characters"),
            pytest.param("花园 wanke", {"garden"}, id="characters and pinyin"),
            pytest.param("A区", {"garden"}, id="letter and character"),
            pytest.param("a区", {"garden"}, id="small letter and character"),
            pytest.param("花园A", {"garden"}, id="ends with a letter"),
            pytest.param("花园Ａ区", {"garden"}, id="full-width letter"),
            pytest.param("soho", {"soho"}, id="letters as written"),
            pytest.param("maxx", {"box"}, id="letters unfinished, ending as a word may end"),
            pytest.param("天街10", {"box"}, id="a number unfinished, ending as a word may end"),
            pytest.param("soh", {"soho"}, id="letters unfinished"),
            pytest.param("SOHO现代", {"soho"}, id="letters and characters"),
            pytest.param("现代城1号", {"soho"}, id="digits inside"),
            pytest.param("绿地中央", {"plaza"}, id="signs of the name need not be typed"),
            pytest.param("绿地·中央", {"plaza"}, id="signs typed"),
            pytest.param("广场(二期)", {"plaza"}, id="brackets of the other width"),
            pytest.param("𠮷祥", {"rare"}, id="a character beyond the first plane"),
            pytest.param("里㐂", {"rare"}, id="a character of extension A"),
            pytest.param("万科 soho", set(), id="all words must be there"),
            pytest.param("公寓 🏠", {"spread", "signs"}, id="emoji beside a word"),
        ],
    )
    def test_what_is_found(self, query: str, expected: set[str]) -> None:
        assert find(query) == expected

    @pytest.mark.parametrize(
        "query", ["🏠", "👨‍👩‍👧", "%", "_", '"', "'", "*", "()", "%_\"'*()", "\\", ":", "^", "-", "\x00"]
    )
    def test_signs_alone_find_nothing(self, query: str) -> None:
        match = parse_query(query)
        assert match is not None
        assert match.nothing
        assert find(query) == set()
        assert find(query, "live") == set()

    @pytest.mark.parametrize(
        "query",
        [
            *("万科 AND soho", "万科 NOT 物业", "NEAR(万科 物业, 2)", "NOT 万科", "tokens:万科 AND", "^万科 OR"),
            *('万科" OR "u7269', "万科') OR 1=1 --", "万科 & !长白 :*", "a' | 'b", "uuuu", "f d210102"),
        ],
    )
    def test_operators_are_words_like_others(self, query: str) -> None:
        assert find(query) == set()

    def test_a_sign_beside_a_word_says_nothing(self) -> None:
        assert find("万科 & !物业 :*") == {"vanke"}

    def test_or_is_a_word_too(self) -> None:
        assert find("万科 OR 绿地") == set()
        assert find("or") == set()

    @pytest.mark.parametrize("mark", ["fd2101", "d210102", "flive", "u4e07", "w12", "ywan", "zw"])
    def test_tokens_of_the_index_are_nothing_to_a_reader(self, mark: str) -> None:
        assert find(mark) == set()

    def test_filters_narrow(self) -> None:
        assert find("万科", "d210102") == {"vanke", "garden"}
        assert find("万科", "d210102004") == {"vanke"}
        assert find("万科", "d210103") == set()
        assert find("万科", "d2101", "live") == {"vanke"}

    def test_a_changed_and_a_removed_row_are_followed(self) -> None:
        row = session().scalars(select(HouseSearch).join(House).where(House.name == "soho")).one()
        row.tokens = index_tokens((), ("金地名京",))
        session().flush()
        assert find("soho") == set()
        assert find("金地") == {"soho"}
        session().delete(row)
        session().flush()
        assert find("金地") == set()

    def test_the_index_can_be_taken_away_and_made_again(self) -> None:
        dialect = session().get_bind().dialect.name
        for statement in [*drop_index_ddl("house_search", dialect), *index_ddl("house_search", dialect)]:
            session().execute(text(statement))
        if dialect == "sqlite":
            session().execute(text("INSERT INTO house_search_fts(house_search_fts) VALUES ('rebuild')"))
        assert find("万科") == {"vanke", "garden"}


def test_nothing_typed_is_no_query() -> None:
    assert parse_query(None) is None
    assert parse_query("") is None
    assert parse_query(" \t　\n") is None


def test_an_endless_text_is_refused() -> None:
    assert parse_query("万" * MAX_QUERY) is not None
    for endless in ("万" * (MAX_QUERY + 1), "a" * 10_000, "% " * 5000):
        with pytest.raises(BadInput) as refusal:
            parse_query(endless)
        assert refusal.value.code == "search_too_long"
        assert refusal.value.about == "q"
        assert refusal.value.params["maximum"] == MAX_QUERY


@pytest.mark.parametrize("word", ["a" * MAX_QUERY, "xian" * 25, "ng" * 50, "zhuangshuang" * 8, "gangangangan" * 8])
def test_an_ambiguous_word_stays_a_small_query(word: str) -> None:
    match = parse_query(word)
    assert match is not None
    assert len(match.fts5) < 8000


def test_a_place_is_found_at_each_of_its_levels() -> None:
    assert division_filters("210102004003") == ["d2101", "d210102", "d210102004", "d210102004003"]
    assert division_filters("210102") == ["d2101", "d210102"]
    assert division_filters(None) == []


# --- whatever is typed -----------------------------------------------------------------------------------------------

TYPED = st.text(max_size=MAX_QUERY) | st.text(
    alphabet="abz09 万科\"'*():&|!<>-+^~%_\\{}AND OR NEAR", max_size=MAX_QUERY
)
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
OTHERS = st.sampled_from("AZaz09 ·-（）()１Ａ\"'%_*〇é㎡㈱ﬁ⑴¨\u0301\u200d🏠")
NAMES = st.lists(HAN | OTHERS, min_size=2, max_size=24).map("".join)
OFTEN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@OFTEN
@given(typed=TYPED)
@example("\x00万")
@example("万科\ud7ff")
@example("a " * 50)
def test_no_text_is_an_error_of_the_database(shelf: None, typed: str) -> None:
    match = parse_query(typed, ("live",))
    if match is not None:
        found = find(typed, "live")
        assert found <= ALL_LIVE


@OFTEN
@given(name=NAMES)
@example("A区１２号㎡城")
@example("科\u0301城市花园")
@example("万 科 城")
def test_a_name_is_found_by_each_of_its_parts(shelf: None, name: str) -> None:
    put("drawn", name)
    try:
        places = [place for place, sign in enumerate(name) if "一" <= sign <= "\u9fff"]
        parts = {name[start : end + 1] for start in places for end in places if end > start}
        missed = sorted(part for part in parts if "drawn" not in find(part))
        assert not missed
    finally:
        session().rollback()
