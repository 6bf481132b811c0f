"""Reading a table row by row from xlsx, xls, ods or csv, in bounded memory; what the cells mean is not known here."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from regulator.foundation.tables.cells import Cell, CellError
from regulator.foundation.tables.guards import FileProblem, FileType, Inspected, Limits, UnusableFile, inspect

BLANK = ""
DELIMITERS = ",;\t"
SAMPLE = 1 << 16
MAX_FIELD = 32_767  # what a spreadsheet's cell can hold


@dataclass(slots=True)
class Row:
    """One row: the sheet it stands in, its number as a spreadsheet shows it, and its cells.

    ``filled`` are the zero-based columns whose value comes down from a vertically merged cell above.
    """

    sheet: str
    number: int
    cells: list[Cell]
    filled: frozenset[int] = frozenset()

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in the row itself."""
        return all(_is_blank(cell) for column, cell in enumerate(self.cells) if column not in self.filled)


def _is_blank(cell: Cell) -> bool:
    return cell == BLANK if not isinstance(cell, str) else not cell.strip()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as the workbook lists it; hidden ones are named, so that none is passed over unseen."""

    name: str
    hidden: bool = False


@dataclass(slots=True)
class Table:
    """An opened file: its kind, its sheets, and their rows one after the other. Close it by ``with open_table``."""

    kind: FileType
    sheets: tuple[Sheet, ...]
    _source: Any
    _inspected: Inspected
    _limits: Limits = field(default_factory=Limits)
    _read: dict[str, Any] = field(default_factory=dict)

    def rows(self, sheet: str) -> Iterator[Row]:
        """The rows of a sheet from its first, blank ones counted and given; raises ``UnusableFile``."""
        if self.kind is FileType.CSV:
            return _csv_rows(self._source, self._limits)
        return _workbook_rows(self._sheet(sheet), sheet, self._inspected.errors.get(sheet, frozenset()), self._limits)

    def _sheet(self, name: str) -> Any:
        """The sheet as the library holds it, read out of the file once."""
        from python_calamine import CalamineError  # noqa: PLC0415  # not at the start of a web worker

        if name not in self._read:
            self._read.clear()
            try:
                self._read[name] = self._source.get_sheet_by_name(name)
            except CalamineError as error:
                raise UnusableFile(FileProblem.FILE_DAMAGED) from error
        return self._read[name]

    def height(self, sheet: str) -> int:
        """How many rows the sheet has, blank ones counted; for a csv 0, since one would have to read it."""
        return 0 if self.kind is FileType.CSV else int(self._sheet(sheet).total_height)


@contextmanager
def open_table(path: Path, limits: Limits | None = None) -> Iterator[Table]:
    """Open a file as a table; raises ``UnusableFile`` with the reason when that cannot be."""
    bounds = limits or Limits()
    inspected = inspect(path, bounds)
    if inspected.kind is FileType.CSV:
        yield Table(FileType.CSV, (Sheet(""),), path, inspected, bounds)
        return
    book = _open_workbook(path, inspected.kind)
    try:
        sheets = tuple(_worksheets(book))
        if not sheets:
            raise UnusableFile(FileProblem.FILE_EMPTY)
        yield Table(inspected.kind, sheets, book, inspected, bounds)
    finally:
        book.close()


# --- workbooks ------------------------------------------------------------------------------------------------------


def _open_workbook(path: Path, kind: FileType) -> Any:
    """The workbook, whatever its name says: a path is read as what it ends with, bytes as what they are.

    Many systems write an xlsx and call it xls. Bytes are all taken into memory, so a file by its right name is not.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415  # as above

    try:
        if path.suffix.lower() == f".{kind.value}":
            return CalamineWorkbook.from_path(path)
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise UnusableFile(FileProblem.PASSWORD_PROTECTED) from error
    except (CalamineError, OSError) as error:
        raise UnusableFile(FileProblem.FILE_DAMAGED) from error


def _worksheets(book: Any) -> Iterator[Sheet]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415  # as above

    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            yield Sheet(sheet.name, sheet.visible != SheetVisibleEnum.Visible)


def _workbook_rows(sheet: Any, name: str, errors: frozenset[tuple[int, int]], limits: Limits) -> Iterator[Row]:
    merges = _Merges(sheet.merged_cell_ranges or [])
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return
    _judge_size(end[0] + 1, end[1] + 1, limits)
    left: list[Cell] = [BLANK] * start[1]
    broken: dict[int, list[int]] = {}
    for at, column in errors:
        broken.setdefault(at, []).append(column)
    for index, cells in enumerate(sheet.iter_rows()):
        row = [*left, *cells] if left else cells
        for column in broken.get(index, ()):
            if column < len(row):
                row[column] = CellError("#N/A")
        yield Row(name, index + 1, row, merges.fill(index, row))


def _judge_size(rows: int, columns: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise UnusableFile(FileProblem.TOO_MANY_COLUMNS, found=columns, maximum=limits.columns)
    if rows > limits.rows:
        raise UnusableFile(FileProblem.TOO_MANY_ROWS, found=rows, maximum=limits.rows)


class _Merges:
    """Cells merged downwards give their value to every row they cover: a street's name over its estates."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._begin: dict[int, list[tuple[int, int]]] = {}
        self._open: dict[int, tuple[int, Cell]] = {}
        for (top, column), (bottom, _right) in ranges:
            if bottom > top:
                self._begin.setdefault(top, []).append((column, bottom))

    def fill(self, index: int, row: list[Cell]) -> frozenset[int]:
        """Put the values from above into the row; gives the columns that were filled."""
        filled: set[int] = set()
        if self._open:
            for column, (bottom, value) in list(self._open.items()):
                if index > bottom:
                    del self._open[column]
                elif column < len(row) and row[column] == BLANK:
                    row[column] = value
                    filled.add(column)
        for column, bottom in self._begin.get(index, ()):
            if column < len(row) and row[column] != BLANK:
                self._open[column] = (bottom, row[column])
        return frozenset(filled) if filled else _NONE


_NONE: frozenset[int] = frozenset()


# --- csv ------------------------------------------------------------------------------------------------------------


def _csv_rows(path: Path, limits: Limits) -> Iterator[Row]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file)
        csv.field_size_limit(MAX_FIELD)
        try:
            for index, cells in enumerate(csv.reader(file, delimiter=delimiter), start=1):
                _judge_size(index, len(cells), limits)
                yield Row("", index, list(cells))
        except csv.Error as error:
            raise UnusableFile(FileProblem.FILE_DAMAGED) from error
        except UnicodeError as error:
            raise UnusableFile(FileProblem.ENCODING_UNREADABLE) from error


def _delimiter(file: IO[str]) -> str:
    """The one of , ; and tab that stands most often in the first lines."""
    sample = file.read(SAMPLE)
    file.seek(0)
    return max(DELIMITERS, key=sample.count)


def _encoding(path: Path) -> str:
    """UTF-8 and GB18030 are tried strictly over the whole file; only then is it guessed what else it may be."""
    head = _head(path)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    return _guessed(path)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(3)


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as file:
            while file.read(SAMPLE):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _guessed(path: Path) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415  # rarely needed

    with path.open("rb") as file:
        best = from_bytes(file.read(SAMPLE * 4), cp_isolation=["big5", "big5hkscs", "utf_16_le", "utf_16_be"]).best()
    if best is None or not _decodes(path, best.encoding):
        raise UnusableFile(FileProblem.ENCODING_UNREADABLE)
    return best.encoding
