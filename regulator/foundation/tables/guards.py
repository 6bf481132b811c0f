"""What must be true of a file before a table is read from it; judged by its content, never by its name."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from regulator.foundation.errors import BadInput

CHUNK = 1 << 20
OVERLAP = 512
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"


class FileType(StrEnum):
    """The kinds of file a table is read from."""

    CSV = "csv"
    ODS = "ods"
    XLS = "xls"
    XLSX = "xlsx"


class FileProblem(StrEnum):
    """Why no table can be read from a file at all."""

    FILE_DAMAGED = "file_damaged"
    FILE_EMPTY = "file_empty"
    FILE_MISSING = "file_missing"
    FILE_TOO_LARGE = "file_too_large"
    FILE_WRONG_TYPE = "file_wrong_type"
    ENCODING_UNREADABLE = "encoding_unreadable"
    MACRO_WORKBOOK = "macro_workbook"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105  # a code, no secret
    TOO_MANY_CELLS = "too_many_cells"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_ROWS = "too_many_rows"


class UnusableFile(BadInput):
    """A file no table can be read from; ``problem`` says why, ``params`` with which figures."""

    def __init__(self, problem: FileProblem, **params: object) -> None:
        self.problem = problem
        super().__init__(problem.value, params, about="file")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read at most. Sizes in bytes."""

    file_size: int = 100 * 1024 * 1024
    unpacked_size: int = 200 * 1024 * 1024
    entries: int = 2_000
    rows: int = 200_000
    columns: int = 128
    cells: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the guard found out: the kind of file and, for xlsx, where the spreadsheet shows errors.

    ``errors`` maps a sheet's name to the zero-based (row, column) of its error cells.
    """

    kind: FileType
    errors: dict[str, frozenset[tuple[int, int]]]


def inspect(path: Path, limits: Limits) -> Inspected:
    """Say what kind of table the file holds; raises ``UnusableFile``."""
    size = _size(path)
    if size == 0:
        raise UnusableFile(FileProblem.FILE_EMPTY)
    if size > limits.file_size:
        raise UnusableFile(FileProblem.FILE_TOO_LARGE, maximum=limits.file_size)
    with path.open("rb") as file:
        head = file.read(8)
        if head == OLE_MAGIC:
            file.seek(0)
            return _inspect_ole(file)
        if head.startswith(ZIP_MAGIC):
            return _inspect_zip(path, limits)
        file.seek(0)
        return _inspect_text(file)


def _size(path: Path) -> int:
    try:
        if not path.is_file():
            raise UnusableFile(FileProblem.FILE_MISSING)
        return path.stat().st_size
    except OSError as error:
        raise UnusableFile(FileProblem.FILE_MISSING) from error


# --- old Excel and encrypted workbooks ------------------------------------------------------------------------------


def _inspect_ole(file: IO[bytes]) -> Inspected:
    """An OLE container: an xls, or the wrapping of an encrypted xlsx; names in its directory are UTF-16."""
    content = file.read()
    if _utf16("EncryptedPackage") in content:
        raise UnusableFile(FileProblem.PASSWORD_PROTECTED)
    if _utf16("_VBA_PROJECT_CUR") in content or _utf16("_VBA_PROJECT") in content:
        raise UnusableFile(FileProblem.MACRO_WORKBOOK)
    if _utf16("Workbook") not in content and _utf16("Book") not in content:
        raise UnusableFile(FileProblem.FILE_WRONG_TYPE)
    return Inspected(FileType.XLS, {})


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


# --- zipped workbooks -----------------------------------------------------------------------------------------------


def _inspect_zip(path: Path, limits: Limits) -> Inspected:
    try:
        with zipfile.ZipFile(path) as archive:
            return _inspect_archive(archive, limits)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise UnusableFile(FileProblem.FILE_DAMAGED) from error
    except RuntimeError as error:  # zipfile's word for an encrypted entry
        raise UnusableFile(FileProblem.PASSWORD_PROTECTED) from error
    except Exception as error:
        if type(error).__name__ == "error":  # zlib.error
            raise UnusableFile(FileProblem.FILE_DAMAGED) from error
        raise


def _inspect_archive(archive: zipfile.ZipFile, limits: Limits) -> Inspected:
    entries = archive.infolist()
    if len(entries) > limits.entries or sum(entry.file_size for entry in entries) > limits.unpacked_size:
        raise UnusableFile(FileProblem.FILE_TOO_LARGE, maximum=limits.unpacked_size)
    names = {entry.filename for entry in entries}
    lowered = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in lowered):
        raise UnusableFile(FileProblem.MACRO_WORKBOOK)
    if "xl/workbook.xml" in names:
        return _inspect_xlsx(archive, limits)
    if "content.xml" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:200]:
        return _inspect_ods(archive, limits)
    raise UnusableFile(FileProblem.FILE_WRONG_TYPE)


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: list[int]) -> Iterator[bytes]:
    """The entry piece by piece, each beginning with the end of the one before, so that no tag is cut in two.

    Counts what really comes out: the directory of a bomb may lie. Python stops at the declared length and then finds
    the checksum wrong, which is a damaged file.
    """
    tail = b""
    with archive.open(entry) as stream:
        while piece := stream.read(CHUNK):
            budget[0] -= len(piece)
            if budget[0] < 0:
                raise UnusableFile(FileProblem.FILE_TOO_LARGE)
            yield tail + piece
            tail = piece[-OVERLAP:]


_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*?)(/?)>")
_REF = re.compile(rb"""(?:^|\s)r=["']([A-Za-z]{1,4})(\d{1,8})["']""")
_IS_ERROR = re.compile(rb"""(?:^|\s)t=["']e["']""")
_FILLED = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Za-z]{1,4}\d{1,8})["'][^<>]*?(?<!/)>""")


def _inspect_xlsx(archive: zipfile.ZipFile, limits: Limits) -> Inspected:
    """Read every entry once: its true size, its checksum, and how far the filled cells of each sheet reach.

    The reader behind us lays a sheet out densely, so one cell in XFD1048576 would take all memory.
    """
    budget = [limits.unpacked_size]
    errors: dict[str, frozenset[tuple[int, int]]] = {}
    sheet_names = _sheet_names(archive)
    for entry in archive.infolist():
        is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
        found: set[tuple[int, int]] = set()
        far, reaches_far = _far(limits), False
        for chunk in _chunks(archive, entry, budget):
            if is_sheet:
                reaches_far = reaches_far or far.search(chunk) is not None
                if b't="e"' in chunk or b"t='e'" in chunk:
                    found |= set(_error_cells(chunk))
        if reaches_far:
            _judge_extent(*_extent(archive, entry, limits), limits)
        if found:
            errors[sheet_names.get(entry.filename, entry.filename)] = frozenset(found)
    return Inspected(FileType.XLSX, errors)


_DIGITS, _LETTERS = b"0123456789", bytes(range(ord("A"), ord("Z") + 1)) + bytes(range(ord("a"), ord("z") + 1))


def _far(limits: Limits) -> re.Pattern[bytes]:
    """What a sheet that could be too large has in it: a cell beyond column Z, or of nearly the last row allowed.

    Almost no sheet has, and then its cells need not be measured one by one. A reference between single quotes, which
    no spreadsheet writes, is measured too.
    """
    last = str(limits.rows)
    rows = rf"[{last[0]}-9]\d{{{len(last) - 1}}}|\d{{{len(last) + 1}}}"
    near = "" if 26 * limits.rows <= limits.cells and limits.columns >= 26 else "|[A-Za-z]"
    return re.compile(rf"""r=(?:"(?:[A-Za-z]{{2,4}}\d|[A-Za-z](?:{rows}){near})|'[A-Za-z]{{1,4}}\d)""".encode())


def _extent(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> tuple[int, int]:
    """How many rows and columns the filled cells of a sheet reach; a million cells must be cheap."""
    rows = columns = 0
    for chunk in _chunks(archive, entry, [limits.unpacked_size]):
        found = b" ".join(_FILLED.findall(chunk))
        if found:
            rows = max(rows, *map(int, set(found.translate(None, _LETTERS).split())))
            columns = max(columns, *map(_column_number, set(found.translate(None, _DIGITS).split())))
    return rows, columns


def _judge_extent(rows: int, columns: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise UnusableFile(FileProblem.TOO_MANY_COLUMNS, found=columns, maximum=limits.columns)
    if rows > limits.rows:
        raise UnusableFile(FileProblem.TOO_MANY_ROWS, found=rows, maximum=limits.rows)
    if rows * columns > limits.cells:
        raise UnusableFile(FileProblem.TOO_MANY_CELLS, found=rows * columns, maximum=limits.cells)


def _error_cells(chunk: bytes) -> Iterator[tuple[int, int]]:
    for attributes, _closed in _CELL.findall(chunk):
        reference = _REF.search(attributes)
        if reference and _IS_ERROR.search(attributes):
            yield int(reference[2]) - 1, _column_number(reference[1]) - 1


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet by the path of its entry; empty when the workbook is laid out unusually."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415  # not at the start of a web worker

    try:
        book = fromstring(archive.read("xl/workbook.xml"))
        relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, SyntaxError, ValueError):
        return {}
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    names: dict[str, str] = {}
    for element in book.iter():
        if element.tag.endswith("}sheet"):
            key = next((value for name, value in element.items() if name.endswith("}id")), None)
            target = targets.get(key, "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            names[path] = element.get("name", "")
    return names


# --- OpenDocument ---------------------------------------------------------------------------------------------------

_ODS_PART = re.compile(
    rb"<table:table-row\b([^<>]*)>|<table:(?:covered-)?table-cell\b([^<>]*?)(/?)>|<table:table\b[^<>]*>"
)
_COLUMNS_REPEATED = re.compile(rb'number-columns-repeated="(\d+)"')
_ROWS_REPEATED = re.compile(rb'number-rows-repeated="(\d+)"')


def _inspect_ods(archive: zipfile.ZipFile, limits: Limits) -> Inspected:
    """Count the cells that repetition would unfold: two attributes of a few bytes can stand for millions."""
    budget = [limits.unpacked_size]
    for entry in archive.infolist():
        content = b"".join(_whole(_chunks(archive, entry, budget)))
        if entry.filename == "content.xml":
            _measure_ods(content, limits)
    if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnusableFile(FileProblem.PASSWORD_PROTECTED)
    return Inspected(FileType.ODS, {})


def _whole(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for number, chunk in enumerate(chunks):
        yield chunk if number == 0 else chunk[OVERLAP:]


def _measure_ods(content: bytes, limits: Limits) -> None:
    rows = columns = pending = column = width = 0
    repeat = 1
    for part in _ODS_PART.finditer(content):
        if part[0].startswith(b"<table:table-row"):
            pending += repeat
            found = _ROWS_REPEATED.search(part[1])
            repeat, column = (int(found[1]) if found else 1), 0
        elif part[0].startswith((b"<table:table-cell", b"<table:covered-table-cell")):
            found = _COLUMNS_REPEATED.search(part[2])
            column += int(found[1]) if found else 1
            if not part[3]:  # a filled cell: everything before it counts
                width = max(width, column)
                rows, columns = max(rows, pending + repeat), max(columns, width)
                _judge_extent(rows, columns, limits)
        else:
            pending, repeat, column = -1, 1, 0


# --- text -----------------------------------------------------------------------------------------------------------

_MARKUP = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<!doctype|<html|<\?xml|<table|%PDF|\{\\rtf|GIF8|\xff\xd8|\x89PNG)", re.IGNORECASE
)


def _inspect_text(file: IO[bytes]) -> Inspected:
    """A CSV is what is neither a known container nor markup and holds no bytes text never has."""
    sample = file.read(CHUNK)
    is_utf16 = sample[:2] in (b"\xff\xfe", b"\xfe\xff")
    if _MARKUP.match(sample) or (b"\x00" in sample and not is_utf16):
        raise UnusableFile(FileProblem.FILE_WRONG_TYPE)
    if not sample.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n,;\x00"):
        raise UnusableFile(FileProblem.FILE_EMPTY)
    return Inspected(FileType.CSV, {})
