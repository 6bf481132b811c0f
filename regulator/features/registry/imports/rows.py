"""One typed row per kind of file, how its cells are read, and the rules a row must keep by itself. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from regulator.features.registry.imports import values, words
from regulator.features.registry.imports.columns import COLUMNS, Kind
from regulator.features.registry.imports.headers import Layout
from regulator.features.registry.imports.reasons import Reason, field_reason
from regulator.foundation.tables import Cell

MAX_TEXT = 300
MAX_NAME = 100
MAX_LONG_TEXT = 4_000
SUM_TOLERANCE_PERCENT = 1


class _Row(BaseModel):
    """What every row may have."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    note: str | None = None


class CompanyRow(_Row):
    """A company as a row states it; capital in fen."""

    uscc: str
    name: str
    legal_representative: str | None = None
    phone: str | None = None
    registered_capital: int | None = None
    founded_on: date | None = None
    address: str | None = None
    district: str | None = None
    declared_grade: str | None = None
    certificate_number: str | None = None
    registration_kind: str | None = None
    business_scope: str | None = None
    status: str | None = None
    former_names: str | None = None
    introduction: str | None = None


class EstateRow(_Row):
    """An estate as a row states it; areas in 0.01 ㎡, fee in fen per ㎡ and month, degrees in the declared datum."""

    district: str | None = None
    street: str
    community: str | None = None
    name: str
    aliases: str | None = None
    address: str | None = None
    area_multi_storey: int | None = None
    area_high_rise: int | None = None
    area_villa: int | None = None
    area_other: int | None = None
    floor_area: int | None = None
    site_area: int | None = None
    households: int | None = None
    buildings: int | None = None
    completion_year: int | None = None
    ownership: str | None = None
    kind: str | None = None
    condition: str | None = None
    mode: str | None = None
    company: str | None = None
    fee: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    owning_unit: str | None = None
    duty_phone: str | None = None
    facilities: str | None = None

    PARTS: ClassVar[tuple[str, ...]] = ("area_multi_storey", "area_high_rise", "area_villa", "area_other")


class PersonRow(_Row):
    """A member of a company's staff as a row states it."""

    name: str
    id_number: str
    company: str | None = None
    uscc: str | None = None
    title: str | None = None
    post: str | None = None
    employed_on: date | None = None
    certificate_number: str | None = None
    sex: str | None = None
    education: str | None = None
    is_head: bool | None = None
    is_full_time: bool | None = None


class ContractRow(_Row):
    """A contract as a row states it; both days inclusive, no end = without term; fee in fen per ㎡ and month."""

    estate: str
    district: str | None = None
    street: str
    community: str | None = None
    company: str | None = None
    uscc: str | None = None
    begins_on: date
    ends_on: date | None = None
    signed_on: date | None = None
    filed_on: date | None = None
    fee: int | None = None
    kind: str | None = None
    service_level: str | None = None


Row = CompanyRow | EstateRow | PersonRow | ContractRow
SCHEMAS: Mapping[Kind, type[CompanyRow] | type[EstateRow] | type[PersonRow] | type[ContractRow]] = {
    Kind.COMPANIES: CompanyRow,
    Kind.CONTRACTS: ContractRow,
    Kind.ESTATES: EstateRow,
    Kind.PEOPLE: PersonRow,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and in which zero-based column of the sheet, None when in no single one."""

    reason: Reason
    column: int | None = None


@dataclass(slots=True)
class Parsed:
    """A row as far as its own cells go: the values read and what is wrong, by column, then by rule."""

    sheet: str
    number: int
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)


Reader = Callable[[Cell], Any]


# --- readers --------------------------------------------------------------------------------------------------------


class _Unknown(Exception):
    """Words were read that no synonym explains."""


def _word(table: Mapping[str, str], cell: Cell) -> str | None:
    """A code by its synonyms; what nobody knows is a problem of its own, 无 may be a word of the table."""
    written = cell.strip() if isinstance(cell, str) else values.text(cell)
    if not written:
        return None
    found = words.find(table, written)
    if found is None and values.text(cell) is not None:
        raise _Unknown
    return found


def _limited(read: Callable[[Cell], str | None], maximum: int, cell: Cell) -> str | None:
    found = read(cell)
    if found is not None and len(found) > maximum:
        raise values.Unreadable
    return found


def _boolean(cell: Cell) -> bool | None:
    if isinstance(cell, bool):
        return cell
    found = _word(words.YES_NO, cell)
    return None if found is None else found == "yes"


def _short(cell: Cell) -> str | None:
    found = values.text(cell)
    if found is not None and len(found) > MAX_TEXT:
        raise values.Unreadable
    return found


def _called(cell: Cell) -> str | None:
    found = values.name(cell)
    if found is not None and len(found) > MAX_NAME:
        raise values.Unreadable
    return found


_TEXT: Reader = _short
_LONG: Reader = partial(_limited, values.text, MAX_LONG_TEXT)
_NAME: Reader = _called
_READERS: Mapping[str, Reader] = {
    "aliases": _TEXT,
    "begins_on": values.day,
    "buildings": values.count,
    "business_scope": _LONG,
    "community": _NAME,
    "company": _NAME,
    "completion_year": values.year,
    "condition": partial(_word, words.CONDITIONS),
    "district": _NAME,
    "education": partial(_word, words.EDUCATIONS),
    "employed_on": values.day,
    "ends_on": values.day,
    "estate": _NAME,
    "filed_on": values.day,
    "founded_on": values.day,
    "households": values.count,
    "id_number": values.code,
    "introduction": _LONG,
    "is_full_time": _boolean,
    "is_head": _boolean,
    "latitude": values.degrees,
    "legal_representative": _NAME,
    "longitude": values.degrees,
    "mode": partial(_word, words.MODES),
    "name": _NAME,
    "note": _LONG,
    "ownership": partial(_word, words.OWNERSHIPS),
    "phone": values.phone,
    "duty_phone": values.phone,
    "post": partial(_limited, values.text, 60),
    "sex": partial(_word, words.SEXES),
    "signed_on": values.day,
    "status": partial(_word, words.STATUSES),
    "street": _NAME,
    "title": partial(_word, words.TITLES),
    "uscc": values.code,
}
_KIND_READERS: Mapping[Kind, Mapping[str, Reader]] = {
    Kind.CONTRACTS: {"kind": partial(_word, words.CONTRACT_KINDS)},
    Kind.ESTATES: {"kind": partial(_word, words.KINDS)},
}


def _reader(kind: Kind, name: str, factor: Decimal | None) -> Reader:
    if factor is not None:
        return lambda cell: values.hundredths(cell, factor)
    return _KIND_READERS.get(kind, {}).get(name) or _READERS.get(name, _TEXT)


class RowReader:
    """Reads the rows of one sheet by its layout; made once per sheet, so that a row costs little."""

    def __init__(self, kind: Kind, layout: Layout) -> None:
        self.kind = kind
        required = {column.field for column in COLUMNS[kind] if column.required}
        self._plan = [
            (column, name, _reader(kind, name, layout.factors.get(column)), name in required)
            for column, name in sorted(layout.columns.items())
            if name != "ignored"
        ]
        self._columns = {name: column for column, name, _, _ in self._plan}

    def read(self, sheet: str, number: int, cells: Sequence[Cell]) -> Parsed:
        """The row's values and problems in the order of its columns."""
        found: dict[str, Any] = {}
        problems: list[Problem] = []
        width = len(cells)
        for column, name, read, required in self._plan:
            cell = cells[column] if column < width else ""
            if cell == "":
                if required:
                    problems.append(Problem(field_reason(name, "missing"), column))
                continue
            try:
                value = read(cell)
            except values.Unreadable:
                problems.append(Problem(field_reason(name, "unreadable"), column))
                continue
            except _Unknown:
                problems.append(Problem(field_reason(name, "unknown"), column))
                continue
            if value is not None:
                found[name] = value
                if name in _CHECKED:
                    problems.extend(Problem(reason, column) for reason in _CHECKED[name](value))
            elif required:
                problems.append(Problem(field_reason(name, "missing"), column))
        return Parsed(sheet, number, found, problems)

    def column(self, name: str) -> int | None:
        """The column of a field in this sheet."""
        return self._columns.get(name)


def _check_uscc(found: str) -> Iterator[Reason]:
    if not values.uscc_is_formed(found):
        yield Reason.USCC_UNREADABLE
    elif not values.uscc_checks(found):
        yield Reason.USCC_CHECK_DIGIT


def _check_id_number(found: str) -> Iterator[Reason]:
    if not values.id_number_is_formed(found):
        yield Reason.ID_NUMBER_UNREADABLE
    elif not values.id_number_checks(found):
        yield Reason.ID_NUMBER_CHECK_DIGIT


_CHECKED: Mapping[str, Callable[[str], Iterator[Reason]]] = {"uscc": _check_uscc, "id_number": _check_id_number}


# --- rules of a row by itself ---------------------------------------------------------------------------------------

NO_MANAGER = frozenset({"none", "abandoned"})


def floor_area_mismatches(parts: Sequence[int | None], total: int | None) -> bool:
    """Whether the stated parts miss the stated total by more than one percent of it."""
    stated = [part for part in parts if part is not None]
    return bool(stated) and total is not None and abs(sum(stated) - total) * 100 > total * SUM_TOLERANCE_PERCENT


def judge_row(kind: Kind, found: Mapping[str, Any]) -> Iterator[Reason]:
    """What is wrong with a row as a whole; works on what could be read."""
    if kind is Kind.ESTATES:
        if floor_area_mismatches([found.get(part) for part in EstateRow.PARTS], found.get("floor_area")):
            yield Reason.FLOOR_AREA_SUM_MISMATCH
        if ("longitude" in found) != ("latitude" in found):
            yield Reason.COORDINATES_INCOMPLETE
        if found.get("mode") in NO_MANAGER and found.get("company"):
            yield Reason.COMPANY_WITHOUT_SERVICE
    begins, ends = found.get("begins_on"), found.get("ends_on")
    if begins is not None and ends is not None and ends < begins:
        yield Reason.PERIOD_ENDS_BEFORE_IT_BEGINS
