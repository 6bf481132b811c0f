"""Looking up names by part, pinyin, initials, road and number, on both databases; no table of a subject.

Neither SQLite's trigram tokenizer nor pg_trgm finds two-character Chinese words by index, so the text is turned
into tokens of our own, and one function feeds FTS5 and ``to_tsvector('simple')``. A text is a row of words: ``u`` a
Chinese character, ``w`` a run of letters or digits, ``y`` a pinyin syllable, ``z`` an initial. Its tokens are the
pairs of words that stand together, and the last word alone: 物业 is one token, and a longer part of a name a phrase of
a few rare ones, where single characters would stand in every third name. A single word is the beginning of the pairs
it opens. ``f`` is a filter.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from operator import add
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Select, Text, Uuid, column, func, literal, select, table
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from regulator.foundation.database import Serial, is_postgres
from regulator.foundation.errors import BadInput
from regulator.foundation.pinyin import SYLLABLES, readings

MAX_QUERY = 100
MAX_TERMS = 8
MAX_SEGMENTATIONS = 4
BREAK = "x"
END, HAN_END = "0", "x"
"""What ends a word of letters, and what ends a character (in hexadecimal) or a number."""
_LATIN = re.compile(r"([a-z]+|[0-9]+)")
_HAN = re.compile(r"[㐀-鿿\U00020000-\U0002fa1f]")
_NOT_HAN = re.compile(r"[^㐀-鿿\U00020000-\U0002fa1f]+")


class SearchRow:
    """Mixin of a table that carries the tokens of another; ``seq`` orders the results of a search."""

    __tablename__: str
    __subject__: ClassVar[str]

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    tokens: Mapped[str] = mapped_column(Text)

    @declared_attr
    @classmethod
    def subject_id(cls) -> Mapped[UUID]:
        """The record the tokens belong to."""
        return mapped_column(Uuid, ForeignKey(f"{cls.__subject__}.id", ondelete="CASCADE"), unique=True)


@dataclass(frozen=True, slots=True)
class Match:
    """A query ready for either database; ``nothing`` when the text held nothing one could look for."""

    fts5: str
    tsquery: str

    @property
    def nothing(self) -> bool:
        """Whether the query can match no row at all."""
        return not self.fts5


# --- the index side -------------------------------------------------------------------------------------------------


def index_tokens(texts: Iterable[str | None], names: Iterable[str | None] = (), filters: Iterable[str] = ()) -> str:
    """The tokens of a record: ``texts`` by character, ``names`` by character and pinyin, ``filters`` as they are."""
    spoken = [name for name in names if name]
    parts = [_characters(text) for text in [*spoken, *texts] if text]
    parts += map(_sounds, dict.fromkeys(spoken))
    tokens = f" {BREAK} ".join(filter(None, parts))
    marks = " ".join([f"f{mark}" for mark in filters])
    return f"{tokens} {BREAK} {marks}" if marks else tokens


def division_filters(code: str | None) -> list[str]:
    """The filter tokens of a place: its code at every level, so that a district finds all below it."""
    if not code:
        return []
    return [f"d{code[:length]}" for length in (4, 6, 9, 12) if len(code) >= length]


@lru_cache(maxsize=8192)
def _characters(text: str) -> str:
    return _pairs(_words(_folded(text)))


@lru_cache(maxsize=8192)
def _sounds(name: str) -> str:
    """A name as it is spoken: its syllables, and their first letters."""
    spoken = readings("".join(_NOT_HAN.split(_folded(name))))
    if not spoken:
        return ""
    initials = [f"z{syllable[0]}{END}" for syllable in spoken]
    return f"{_pairs([f'y{syllable}{END}' for syllable in spoken])} {BREAK} {_pairs(initials)}"


def _pairs(words: Sequence[str]) -> str:
    """Each word with the next one, and the last alone."""
    return " ".join([*map(add, words, islice(words, 1, None)), *words[-1:]])


def _words(folded: str) -> list[str]:
    """Characters and runs, in their order, with the sign that ends each: two words never read as a third."""
    words: list[str] = []
    for place, part in enumerate(_LATIN.split(folded)):
        if place % 2 == 0:
            words += part.translate(_HAN_WORDS).split()
        else:
            words.append(f"w{part}{HAN_END if part.isdigit() else END}")
    return words


class _HanWords(dict[int, str]):
    """For `str.translate`: a Chinese character becomes its word, any other sign a blank; learned as they come."""

    def __missing__(self, character: int) -> str:
        word = f" u{character:x}{HAN_END}" if _HAN.match(chr(character)) else " "
        self[character] = word
        return word


_HAN_WORDS = _HanWords()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


# --- the query side -------------------------------------------------------------------------------------------------


def parse_query(text: str | None, filters: Iterable[str] = (), without: Iterable[str] = ()) -> Match | None:
    """The match of what somebody typed, with all ``filters`` and none of ``without``; None when they typed nothing.

    Raises BadInput for an endless text.
    """
    typed = (text or "").strip()
    if not typed:
        return None
    if len(typed) > MAX_QUERY:
        raise BadInput("search_too_long", {"given": len(typed), "maximum": MAX_QUERY}, about="q")
    terms = [term for term in map(_alternatives, _folded(typed).split()[:MAX_TERMS]) if term]
    if not terms:
        return Match("", "")
    terms.extend([_Phrase((f"f{mark}",))] for mark in filters)
    fts5 = " AND ".join("(" + " OR ".join(map(_fts5, term)) + ")" for term in terms)
    tsquery = " & ".join("(" + " | ".join(map(_tsquery, term)) + ")" for term in terms)
    for mark in without:
        fts5, tsquery = f'({fts5}) NOT "f{mark}"', f"({tsquery}) & !f{mark}"
    return Match(fts5, tsquery)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Tokens that follow each other; of the last one only the beginning when ``open_end``."""

    tokens: tuple[str, ...]
    open_end: bool = False

    @classmethod
    def of(cls, words: Sequence[str], *, unfinished: bool = False) -> "_Phrase":
        """Words that stand together; the last may go on when ``unfinished``, and what follows it is open anyway."""
        if unfinished:
            words = [*words[:-1], words[-1][:-1]]  # without the sign that ends it
        if len(words) == 1:
            return cls((words[0],), open_end=True)
        return cls(tuple(a + b for a, b in pairwise(words)), open_end=unfinished)


def _alternatives(term: str) -> list[_Phrase]:
    """What a word of the query may mean, any of which will do; nothing for signs alone."""
    words = _words(term)
    if len(words) == 1 and words[0].startswith("w") and words[0].endswith(END):
        return _latin(words[0][1 : -len(END)])
    return [_Phrase.of(words, unfinished=words[-1].startswith("w"))] if words else []


def _latin(run: str) -> list[_Phrase]:
    """A word of letters: part of a name as written, its initials, or its pinyin read in every possible way."""
    found = [_Phrase.of(_words(run), unfinished=True)]
    if len(run) > 1:
        found.append(_Phrase.of([f"z{letter}{END}" for letter in run]))
    readings = [reading for reading in _readings(run) if len(run) > 1 or reading[1]]
    found.extend(_Phrase.of([f"y{s}{END}" for s in syllables], unfinished=partial) for syllables, partial in readings)
    return found


def _readings(word: str) -> list[tuple[tuple[str, ...], bool]]:
    """How a run of letters can be cut into syllables, the last of which may be unfinished (then True)."""
    complete: list[tuple[tuple[str, ...], bool]] = []
    partial: list[tuple[tuple[str, ...], bool]] = []
    stack: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    steps = 0
    while stack and steps < 2000:  # a bound against words made to be ambiguous
        steps += 1
        at, syllables = stack.pop()
        if at == len(word):
            complete.append((syllables, False))
            continue
        rest = word[at:]
        if len(rest) < 6 and any(s.startswith(rest) and s != rest for s in SYLLABLES):  # zhuang
            partial.append(((*syllables, rest), True))
        stack.extend(
            (at + size, (*syllables, rest[:size]))
            for size in range(1, min(6, len(rest)) + 1)
            if rest[:size] in SYLLABLES
        )
    best = sorted(complete, key=lambda r: len(r[0]))[:MAX_SEGMENTATIONS]
    return best + sorted(partial, key=lambda r: len(r[0]))[: MAX_SEGMENTATIONS // 2]


def _fts5(phrase: _Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.open_end else "")


def _tsquery(phrase: _Phrase) -> str:
    return "(" + " <-> ".join(phrase.tokens) + (":*" if phrase.open_end else "") + ")"


# --- the statement --------------------------------------------------------------------------------------------------


def join_search(
    stmt: Select[Any],
    search: type[SearchRow],
    subject_id: ColumnElement[UUID] | InstrumentedAttribute[UUID],
    match: Match,
) -> tuple[Select[Any], ColumnElement[int]]:
    """Restrict ``stmt`` to the hits of ``match``; also gives the column that orders hits without sorting them."""
    rows: Any = search
    if match.nothing:
        return stmt.join(rows, rows.subject_id == subject_id).where(literal(1) == 0), rows.seq
    return join_hits(stmt, search, subject_id, literal(hit_text(match)))


def join_hits(
    stmt: Select[Any],
    search: type[SearchRow],
    subject_id: ColumnElement[UUID] | InstrumentedAttribute[UUID],
    wanted: ColumnElement[str],
) -> tuple[Select[Any], ColumnElement[int]]:
    """As `join_search` for a statement built once: ``wanted`` is a parameter that will hold a `hit_text`."""
    rows: Any = search
    joined = stmt.join(rows, rows.subject_id == subject_id)
    if is_postgres():
        tsv: ColumnElement[Any] = column("tsv", TSVECTOR, _selectable=rows.__table__)
        return joined.where(tsv.op("@@")(func.to_tsquery("simple", wanted))), rows.seq
    name = f"{search.__tablename__}_fts"
    fts = table(name, column("rowid", Serial), column(name))
    return joined.join(fts, fts.c.rowid == rows.seq).where(fts.c[name].op("MATCH")(wanted)), fts.c.rowid


def count_hits(search: type[SearchRow], wanted: ColumnElement[str], ceiling: int) -> Select[int]:
    """How many rows of the index fit, at most ``ceiling``; asks the index alone."""
    rows: Any = search
    if is_postgres():
        tsv: ColumnElement[Any] = column("tsv", TSVECTOR, _selectable=rows.__table__)
        found = select(rows.seq).where(tsv.op("@@")(func.to_tsquery("simple", wanted)))
    else:
        name = f"{search.__tablename__}_fts"
        fts = table(name, column("rowid", Serial), column(name))
        found = select(fts.c.rowid).where(fts.c[name].op("MATCH")(wanted))
    return select(func.count()).select_from(found.limit(ceiling).subquery())


def hit_text(match: Match) -> str:
    """The query in the words of this database."""
    return match.tsquery if is_postgres() else match.fts5


# --- what a migration writes ----------------------------------------------------------------------------------------


def index_ddl(search_table: str, dialect: str) -> list[str]:
    """The statements that make the index over a table of tokens and keep it true on every write."""
    if dialect == "postgresql":
        vector = "tsvector GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED"
        return [
            f"ALTER TABLE {search_table} ADD COLUMN tsv {vector}",
            f"CREATE INDEX ix_{search_table}_tsv ON {search_table} USING gin (tsv)",
        ]
    fts = f"{search_table}_fts"
    remove = f"INSERT INTO {fts}({fts}, rowid, tokens) VALUES ('delete', old.seq, old.tokens)"  # noqa: S608  # our names
    insert = f"INSERT INTO {fts}(rowid, tokens) VALUES (new.seq, new.tokens)"  # noqa: S608  # our own table names
    options = f"content='{search_table}', content_rowid='seq', tokenize='unicode61'"
    return [
        f"CREATE VIRTUAL TABLE {fts} USING fts5(tokens, {options})",
        f"CREATE TRIGGER {fts}_insert AFTER INSERT ON {search_table} BEGIN {insert}; END",
        f"CREATE TRIGGER {fts}_delete AFTER DELETE ON {search_table} BEGIN {remove}; END",
        f"CREATE TRIGGER {fts}_update AFTER UPDATE ON {search_table} BEGIN {remove}; {insert}; END",
    ]


def drop_index_ddl(search_table: str, dialect: str) -> list[str]:
    """The statements that take the index away again."""
    if dialect == "postgresql":
        return [f"ALTER TABLE {search_table} DROP COLUMN tsv"]
    fts = f"{search_table}_fts"
    return [*(f"DROP TRIGGER {fts}_{kind}" for kind in ("insert", "delete", "update")), f"DROP TABLE {fts}"]
