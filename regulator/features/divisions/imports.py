"""A city's divisions as CSV, `code,parent,level,name[,began_on,ended_on,successors]`. Reads; applies nothing."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date

from regulator.features.divisions.rules import StatedDivision
from regulator.features.divisions.terms import Level
from regulator.foundation.errors import BadInput

REQUIRED = ("code", "parent", "level", "name")
MAX_BYTES = 32 * 1024 * 1024

HEADERS: Mapping[str, str] = {
    "代码": "code",
    "区划代码": "code",
    "上级代码": "parent",
    "级别": "level",
    "名称": "name",
    "启用日期": "began_on",
    "停用日期": "ended_on",
    "并入": "successors",
}
LEVELS: Mapping[str, Level] = {
    "市": Level.CITY,
    "区县": Level.DISTRICT,
    "街道": Level.STREET,
    "社区": Level.COMMUNITY,
}


def read_divisions(content: bytes) -> list[StatedDivision]:
    """The rows of a divisions file (UTF-8 or GB18030). Raises BadInput when the file cannot be used at all."""
    if not content.strip():
        raise BadInput("file_empty")
    if len(content) > MAX_BYTES:
        raise BadInput("file_too_large")
    reader = csv.reader(io.StringIO(_decode(content), newline=""))
    try:
        header = [_header(cell) for cell in next(reader)]
        if missing := [name for name in REQUIRED if name not in header]:
            raise BadInput("header_missing", {"columns": "、".join(missing)})
        return list(_rows(reader, header))
    except csv.Error as error:
        raise BadInput("file_damaged") from error


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadInput("encoding_unreadable")


def _header(cell: str) -> str:
    plain = unicodedata.normalize("NFKC", cell).strip().casefold()
    return HEADERS.get(plain, plain)


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[StatedDivision]:
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        values = {name: unicodedata.normalize("NFKC", cell).strip() for name, cell in zip(header, cells, strict=False)}
        days = [_day(values.get(name, "")) for name in ("began_on", "ended_on")]
        began_on, ended_on = (day if isinstance(day, date) else None for day in days)
        level = values.get("level", "")
        yield StatedDivision(
            row=number,
            code=values.get("code", ""),
            parent=values.get("parent", ""),
            level=LEVELS[level].value if level in LEVELS else level,
            name=dict(zip(header, cells, strict=False)).get("name", "").strip(),
            began_on=began_on,
            ended_on=ended_on,
            successors=tuple(values.get("successors", "").replace(";", " ").split()),
            unreadable=any(day is False for day in days),
        )


def _day(text: str) -> date | bool | None:
    """The day stated; None for nothing, False when it cannot be read."""
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        return False


def read_boxes(content: bytes) -> dict[str, tuple[float, float, float, float]]:
    """Bounding boxes of cities by code, from `code,west,south,east,north` in degrees."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return {
        row["code"]: (float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"])) for row in rows
    }
