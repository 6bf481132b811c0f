"""The file of a matter on paper: its documents fetched, its lists drawn, all bound behind a contents page.

An archival document is in Chinese whoever prints it. Stores nothing and asks the database nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from regulator.features.papers.queries.attachments import attachment_room
from regulator.features.papers.queries.file_contents import PDF, FileContents, Held
from regulator.features.papers.rules.matters import moved_of
from regulator.features.papers.terms import EntryKind, FileSection
from regulator.foundation.clock import CHINA
from regulator.foundation.documents import typst_pdf
from regulator.foundation.documents.binding import Part, bind, count_pages
from regulator.foundation.documents.pictures import picture_page
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.files import FileDamaged, file_room
from regulator.foundation.i18n import DEFAULT_LOCALE, label, word

TEMPLATE = "case_file.typ"
PAPERS_CORNER = "papers"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the print: under which section it stands, and where its pages lie."""

    section: FileSection
    title: str
    number: str | None
    by: str
    on: date | None
    path: Path


def make_pieces(contents: FileContents, directory: Path) -> Iterator[Piece]:
    """Every part but the contents page, in the file's order, each written into the directory.

    Raises BadInput when the content of a document is gone or altered.
    """
    for section in FileSection:
        for document in contents.of(section):
            if document.stored and not document.is_electronic:
                yield _of_document(document, directory)
        drawn = _list_of(contents, section)
        if drawn is not None:
            path = directory / f"{section.value}.pdf"
            path.write_bytes(typst_pdf(TEMPLATE, drawn, {}, made_at=contents.made_at))
            yield Piece(section, drawn["heading"], None, "", None, path)


def bind_file(contents: FileContents, pieces: Sequence[Piece], target: Path) -> int:
    """The contents page and all parts into one PDF; gives its pages."""
    counts = [count_pages(piece.path) for piece in pieces]
    front, ahead = target.with_suffix(".front"), 1
    while True:
        front.write_bytes(_contents_page(contents, pieces, counts, ahead))
        found = count_pages(front)
        if found == ahead:
            break
        ahead = found  # the numbers behind it move on, which may not make it shorter again
    parts = [Part(front, "卷内目录"), *(Part(piece.path, piece.title) for piece in pieces)]
    return bind(parts, target, title=f"{contents.file_number or contents.matter_number} {contents.title}")


# --- documents ------------------------------------------------------------------------------------------------------


def _of_document(document: Held, directory: Path) -> Piece:
    path = directory / f"{document.key}.pdf"
    room = file_room(PAPERS_CORNER) if document.section is FileSection.PAPERS else attachment_room()
    try:
        with room.opened(document.stored or "") as source:
            if document.media_type == PDF:
                with path.open("wb") as target:
                    shutil.copyfileobj(source, target)
            else:
                picture_page(source.read(), path)
    except (NotFound, FileDamaged) as error:
        raise BadInput("file_part_missing", {"name": document.title}) from error
    return Piece(document.section, document.title, document.number, document.by, document.on, path)


# --- lists ----------------------------------------------------------------------------------------------------------


def _list_of(contents: FileContents, section: FileSection) -> dict[str, Any] | None:
    """What the template draws for a section that is a list; None where there is nothing to list."""
    match section:
        case FileSection.OPINIONS if contents.opinions:
            return _opinions(contents)
        case FileSection.RECEIPTS if contents.deliveries:
            return _deliveries(contents)
        case FileSection.HISTORY:
            return _history(contents)
        case _:
            return None


def _opinions(contents: FileContents) -> dict[str, Any]:
    rows = [
        [
            one.paper,
            _say(one.step),
            f"{one.name}（代{one.deputy_for}）" if one.deputy_for else one.name,
            f"{_say(one.decision)}{'：' if one.opinion else ''}{one.opinion or ''}",
            _moment(one.at),
        ]
        for one in contents.opinions
    ]
    return _table("审批意见", ["文书", "环节", "办理人", "意见", "时间"], [3, 1, 2, 4, 2], rows)


def _deliveries(contents: FileContents) -> dict[str, Any]:
    rows = [
        [
            one.paper,
            one.addressee,
            _say(one.way),
            _moment(one.sent_at),
            "未完成，文书不再有效" if one.is_lapsed else f"{_say(one.state)}{_day(one.served_on)}",
            "；".join(filter(None, (one.received_by, one.remark))) or "—",
        ]
        for one in contents.deliveries
    ]
    return _table(
        "送达情况", ["文书", "受送达人", "方式", "发出时间", "结果", "签收人、备注"], [3, 3, 2, 2, 2, 2], rows
    )


def _history(contents: FileContents) -> dict[str, Any]:
    rows = [
        [
            _moment(one.at),
            _say(one.kind),
            f"{one.by_name}（代{one.deputy_for}）" if one.deputy_for else one.by_name,
            _handed(one),
            _said(one),
        ]
        for one in contents.entries
    ]
    return _table("运转记录", ["时间", "办理", "办理人", "对象", "内容"], [2, 1, 2, 3, 4], rows)


def _said(entry: Any) -> str:
    """What somebody wrote, or what was done with a paper."""
    if entry.kind is EntryKind.PAPER and entry.text:
        return word("PaperAct", entry.text, DEFAULT_LOCALE)
    return entry.text or "—"


def _handed(entry: Any) -> str:
    """From whom to whom, or what a line is about, in words."""
    if entry.kind is EntryKind.ASSIGNED:
        return f"{entry.from_name or '—'} → {entry.to_name or '—'}"
    if entry.kind is EntryKind.TERM_SET and entry.about:
        return term_in_words(entry.about)
    families = {EntryKind.CLOSED: "Outcome", EntryKind.NOTED: "Tone", EntryKind.REMINDED: "Tone"}
    family = families.get(entry.kind)
    about = word(family, entry.about, DEFAULT_LOCALE) if family and entry.about else entry.about
    to = entry.to_name if entry.kind in (EntryKind.OPENED, EntryKind.REMINDED) else None
    return " → ".join(filter(None, (about, to))) or "—"


def term_in_words(about: str) -> str:
    """The term a line of history sets or the holidays moved, as the file says it."""
    moved = moved_of(about)
    if moved is None:
        return _day(date.fromisoformat(about))
    day, term, year = moved
    return f"{_say(term)}改为{_day(day)}（按{year}年放假安排）"


def _table(heading: str, columns: list[str], widths: list[int], rows: list[list[str]]) -> dict[str, Any]:
    return {
        "title": heading,
        "heading": heading,
        "about": [],
        "notes": [],
        "columns": columns,
        "widths": widths,
        "rows": rows,
    }


# --- the contents page ----------------------------------------------------------------------------------------------


def _contents_page(contents: FileContents, pieces: Sequence[Piece], counts: Sequence[int], ahead: int) -> bytes:
    rows, page = [], ahead + 1
    for ordinal, (piece, count) in enumerate(zip(pieces, counts, strict=True), start=1):
        pages = str(page) if count == 1 else f"{page}–{page + count - 1}"
        day = _day(piece.on) if piece.on else "—"
        rows.append([str(ordinal), piece.title, piece.number or "—", piece.by or "—", day, pages])
        page += count
    data = _table("卷内目录", ["序号", "题名", "文号", "责任者", "日期", "页号"], [1, 5, 3, 2, 2, 1], rows)
    data |= {"about": _about(contents), "notes": _electronic(contents), "title": contents.title}
    return typst_pdf(TEMPLATE, data, {}, made_at=contents.made_at)


def _about(contents: FileContents) -> list[list[str]]:
    ended = f"{_say(contents.outcome)}　{_moment(contents.closed_at)}" if contents.closed_at else "在办"
    kept = (
        "永久" if contents.retention_years is None else f"{contents.retention_years}年，至{_day(contents.kept_until)}"
    )
    found = [
        ["题名", contents.title],
        ["事项", f"{word('MatterKind', contents.kind, DEFAULT_LOCALE)}　{contents.matter_number}"],
        ["地点", contents.place or "全市"],
        ["立卷", f"{_moment(contents.opened_at)}　{contents.opened_by}"],
        ["办结", ended],
    ]
    if contents.archived_at:
        found += [
            ["档号", contents.file_number or ""],
            ["归档", f"{_moment(contents.archived_at)}　{contents.archived_by or ''}"],
            ["保管期限", kept],
        ]
    return found


def _electronic(contents: FileContents) -> list[str]:
    """Files that cannot be printed, by name, size and SHA-256."""
    found = [one for one in contents.documents if one.is_electronic and one.stored]
    if not found:
        return []
    lines = [f"{one.title}（{one.size} 字节，SHA-256 {one.stored}）" for one in found]
    return ["电子附件（不能打印，随电子卷保存）：", *lines]


# --- words ----------------------------------------------------------------------------------------------------------


def _say(member: Any) -> str:
    return label(member, DEFAULT_LOCALE)


def _day(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def _moment(value: datetime | None) -> str:
    if value is None:
        return ""
    local = value.astimezone(CHINA)
    return f"{_day(local.date())} {local:%H:%M}"
