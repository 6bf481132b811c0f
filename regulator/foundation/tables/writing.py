"""Writing tables people open in a spreadsheet: text stays text whatever it begins with; no meaning of columns."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, TypeAlias

from regulator.foundation.tables.cells import Cell

Value: TypeAlias = Cell | Decimal | None
SHEET_NAME_LENGTH = 31
FORBIDDEN_IN_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
NARROW, WIDE = 10, 42
COMMENT_WIDTH = 260


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell of a returned row that is at fault: its zero-based column and what is wrong, in words."""

    column: int
    words: str


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A row that goes back to its sender: the cells as they came, the reason, and the cells at fault."""

    cells: Sequence[Cell]
    reason: str
    marks: Sequence[Mark] = field(default=())


def write_csv(stream: IO[str], header: Sequence[str], rows: Iterable[Sequence[Value]], *, mark: str = "") -> int:
    """Write a CSV a spreadsheet opens rightly (the caller opens the stream as utf-8-sig); gives the number of rows.

    Text that a spreadsheet would take for a formula gets an apostrophe in front. ``mark`` is a line above the header,
    such as the mark of demonstration data.
    """
    writer = csv.writer(stream, lineterminator="\r\n")
    if mark:
        writer.writerow([_harmless(mark)])
    writer.writerow([_harmless(title) for title in header])
    count = 0
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
        count += 1
    return count


def _harmless(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(DANGEROUS) else value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def write_xlsx(
    stream: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    sheet: str,
    mark: str = "",
    notes: Sequence[str] = (),
) -> int:
    """Write one sheet row by row in constant memory; gives the number of rows.

    ``mark`` stands above the header in red; ``notes`` above it too, such as the territory, the day and the filters.
    """
    book = _workbook(stream)
    page = _page(book, sheet)
    styles = _Styles(book)
    at = 0
    for line in filter(None, (mark, *notes)):
        page.write_string(at, 0, line, styles.mark if line == mark else styles.plain)
        at += 1
    for column, title in enumerate(header):
        page.write_string(at, column, title, styles.header)
        page.set_column(column, column, _width(title))
    page.freeze_panes(at + 1, 0)
    first = at = at + 1
    for row in rows:
        for column, value in enumerate(row):
            _write(page, at, column, value, styles)
        at += 1
    book.close()
    return at - first


def write_returned(
    stream: IO[bytes],
    sheets: Mapping[str, tuple[Sequence[Sequence[Cell]], Iterable[ReturnedRow]]],
    *,
    reason_title: str,
) -> None:
    """Write the rows that were not taken, so that they can be repaired and sent again without touching anything else.

    ``sheets`` maps a sheet's name to the lines above its rows (titles and header, as they came) and its rows. The
    reason stands in the last column; a cell at fault is filled and carries a comment.
    """
    book = _workbook(stream)
    styles = _Styles(book)
    for name, (head, rows) in sheets.items():
        page = _page(book, name)
        width = max((len(line) for line in head), default=0)
        returned = list(rows)
        width = max([width, *(len(row.cells) for row in returned)])
        for at, line in enumerate(head):
            for column, value in enumerate(line):
                _write(page, at, column, value, styles, styles.header if at == len(head) - 1 else None)
            if at == len(head) - 1:
                page.write_string(at, width, reason_title, styles.header)
        for at, row in enumerate(returned, start=len(head)):
            _write_returned(page, at, row, width, styles)
        page.set_column(0, max(width - 1, 0), 14)
        page.set_column(width, width, WIDE)
    book.close()


def _write_returned(page: Any, at: int, row: ReturnedRow, width: int, styles: "_Styles") -> None:
    marks = {mark.column: mark.words for mark in row.marks}
    for column in range(width):
        value = row.cells[column] if column < len(row.cells) else ""
        words = marks.get(column)
        _write(page, at, column, value, styles, styles.faulty_for(value) if words is not None else None)
        if words is not None:
            page.write_comment(at, column, words, {"width": COMMENT_WIDTH})
    page.write_string(at, width, row.reason, styles.reason)


def _workbook(stream: IO[bytes]) -> Any:
    from xlsxwriter import Workbook  # noqa: PLC0415  # not at the start of a web worker

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return Workbook(stream, options)


def _page(book: Any, name: str) -> Any:
    title = name.translate(FORBIDDEN_IN_SHEET_NAME).strip(" '")[:SHEET_NAME_LENGTH]
    return book.add_worksheet(title or None)


class _Styles:
    """The few formats a book needs."""

    def __init__(self, book: Any) -> None:
        self.plain = book.add_format({})
        self.mark = book.add_format({"bold": True, "font_color": "#B42318"})
        self.header = book.add_format({"bold": True, "bg_color": "#EEF2F7", "border": 1, "text_wrap": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.reason = book.add_format({"font_color": "#B42318", "text_wrap": True})
        self._faulty = book.add_format({"bg_color": "#FDE2E0", "border": 1, "border_color": "#B42318"})
        self._faulty_day = book.add_format(
            {"bg_color": "#FDE2E0", "border": 1, "border_color": "#B42318", "num_format": "yyyy-mm-dd"}
        )

    def faulty_for(self, value: Cell) -> Any:
        """The format of a cell at fault."""
        return self._faulty_day if isinstance(value, date) else self._faulty


def _write(page: Any, row: int, column: int, value: Value, styles: _Styles, style: Any = None) -> None:
    if value is None or value == "":
        if style is not None:
            page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, style)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), style or styles.moment)
    elif isinstance(value, date):
        page.write_datetime(row, column, value, style or styles.day)
    elif isinstance(value, (int, float, Decimal)):
        page.write_number(row, column, value, style)
    else:
        page.write_string(row, column, str(value), style)


def _width(title: str) -> float:
    return min(WIDE, max(NARROW, 2.2 * len(title)))
