"""A notice of holidays as a small file, one row a day: 日期, 类别, 节日, and once 年份, 文号, 发文日期. Reads only."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from regulator.features.calendar.terms import Day, DayKind, StatedDay
from regulator.foundation.errors import BadInput
from regulator.foundation.tables import Cell, Limits, Table, open_table

LIMITS = Limits(file_size=1024 * 1024, unpacked_size=8 * 1024 * 1024, rows=400, columns=32, cells=12_800)
"""A notice names some forty days."""
COLUMNS: Mapping[str, str] = {
    "日期": "day",
    "类别": "kind",
    "节日": "name",
    "年份": "year",
    "文号": "document_number",
    "发文日期": "issued_on",
}
KINDS: Mapping[str, DayKind] = {
    **dict.fromkeys(("休", "休息", "放假", "假"), DayKind.HOLIDAY),
    **dict.fromkeys(("班", "上班", "补班", "调休上班"), DayKind.MADE_UP),
}
SIGNS: Mapping[DayKind, str] = {DayKind.HOLIDAY: "休", DayKind.MADE_UP: "班"}
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)?(\d{1,2})(?:-|/|\.|月)?(\d{1,2})日?")
_YEAR = re.compile(r"(\d{4})(?:\.0)?年?")
MAX_TEXT = 60


def read_notice(path: Path) -> list[StatedDay]:
    """The rows of a file (csv, xlsx, xls, ods). Raises BadInput when it cannot be used at all."""
    with open_table(path, LIMITS) as table:
        return _read(_one_sheet(table))


def read_text(text: str) -> list[StatedDay]:
    """The rows of a notice as `write_notice` writes it. Raises BadInput."""
    return _read(enumerate(csv.reader(io.StringIO(text, newline="")), start=1))


def write_notice(year: int, days: Iterable[Day], document_number: str | None, issued_on: date | None) -> str:
    """A year as the text of such a file; the head of a year without a notice waits to be filled in."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for item in days:
        head = (year, document_number or "", issued_on.isoformat() if issued_on else "")
        writer.writerow((item.day.isoformat(), SIGNS[item.kind], item.name, *head))
    return file.getvalue()


def _one_sheet(table: Table) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of the one sheet that has any, merged cells filled; more than one is not guessed at."""
    filled = []
    for sheet in table.sheets:
        rows = [(row.number, row.cells) for row in table.rows(sheet.name)]
        if any(_text(cell) for _number, cells in rows for cell in cells):
            filled.append(rows)
    if len(filled) > 1:
        raise BadInput("calendar_several_sheets", about="file")
    yield from filled[0] if filled else ()


def _read(rows: Iterable[tuple[int, Iterable[Cell]]]) -> list[StatedDay]:
    told = ((number, [_text(cell) for cell in cells]) for number, cells in rows)
    written = ((number, cells) for number, cells in told if any(cells))
    _number, heading = next(written, (0, []))
    places = {COLUMNS[cell]: place for place, cell in enumerate(heading) if cell in COLUMNS}
    if missing := [column for column, field in COLUMNS.items() if field not in places]:
        raise BadInput("header_missing", {"columns": "、".join(missing)}, about="file")
    return [_row(number, places, cells) for number, cells in written]


def _row(number: int, places: Mapping[str, int], cells: list[str]) -> StatedDay:
    found = {field: cells[place] if place < len(cells) else "" for field, place in places.items()}
    year, issued_on = _year(found["year"]), _day(found["issued_on"])
    return StatedDay(
        line=number,
        given=found["day"][:MAX_TEXT],
        day=_day(found["day"]),
        kind=KINDS.get(found["kind"]),
        name=found["name"],
        year=year,
        document_number=found["document_number"],
        issued_on=issued_on,
        is_unreadable=bool(found["year"]) > bool(year)
        or bool(found["issued_on"]) > bool(issued_on)
        or max(len(found["name"]), len(found["document_number"])) > MAX_TEXT,
    )


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip()


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _year(text: str) -> int | None:
    found = _YEAR.fullmatch(text)
    return int(found[1]) if found else None
