"""What a file is: its sheets, their layout, and what their titles say; asks nothing of the register's records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from regulator.features.registry.imports import headers
from regulator.features.registry.imports.columns import COLUMNS, Kind
from regulator.features.registry.imports.facts import FileFacts
from regulator.features.registry.imports.headers import Layout
from regulator.features.registry.imports.places import PlaceBook
from regulator.foundation.errors import BadInput
from regulator.foundation.tables import Row, Table

REPLACEABLE = frozenset({"uscc"})
"""Required of a row where the sheet has the column; a sheet of people or contracts may name the company instead."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the sender says of the whole file, over what the file says of itself."""

    today: date
    as_of: date | None = None
    datum: str | None = None


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet to be read: its layout and what holds for all its rows."""

    layout: Layout
    file: FileFacts


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be read of a file, and which of its sheets will not be."""

    sheets: tuple[SheetPlan, ...]
    passed_over: tuple[str, ...] = ()

    @property
    def as_of(self) -> date:
        """The day of the list; the latest where sheets differ."""
        return max(sheet.file.as_of for sheet in self.sheets)

    @property
    def assumed(self) -> list[str]:
        """The fields of the file whose unit nobody stated."""
        return sorted({name for sheet in self.sheets for name in sheet.layout.assumed})


def recognise(kind: Kind, table: Table, places: PlaceBook, options: Options) -> Plan:
    """The plan of a file; raises BadInput ``no_header_row``, ``column_missing`` or ``datum_conflict``."""
    plans: list[SheetPlan] = []
    passed_over: list[str] = []
    for sheet in table.sheets:
        layout = None if sheet.hidden else find_layout(kind, table, sheet.name)
        if layout is None:
            passed_over.append(sheet.name)
        else:
            plans.append(SheetPlan(layout, file_facts(layout, places, options)))
    if not plans:
        raise BadInput("no_header_row", about="file")
    complete = [plan for plan in plans if not missing_columns(kind, plan.layout)]
    if not complete:
        raise BadInput("column_missing", {"fields": missing_columns(kind, plans[0].layout)}, about="file")
    passed_over += [plan.layout.sheet for plan in plans if plan not in complete]
    return Plan(tuple(complete), tuple(passed_over))


def find_layout(kind: Kind, table: Table, sheet: str) -> Layout | None:
    """The layout of one sheet by its first rows."""
    return headers.find_layout(kind, sheet, list(islice(table.rows(sheet), headers.SEARCHED)))


def missing_columns(kind: Kind, layout: Layout) -> list[str]:
    """The columns without which no row of the sheet could be taken."""
    present = set(layout.columns.values())
    required = {column.field for column in COLUMNS[kind] if column.required}
    if kind in (Kind.PEOPLE, Kind.CONTRACTS) and "company" in present:
        required -= REPLACEABLE
    return sorted(required - present)


def file_facts(layout: Layout, places: PlaceBook, options: Options) -> FileFacts:
    """What the sheet says of all its rows; a datum declared twice must be declared alike."""
    lines = layout.lines_above
    stated = headers.datum_stated([*lines, *(layout.titles.values())])
    if stated is not None and options.datum is not None and stated != options.datum:
        raise BadInput("datum_conflict", {"stated": stated, "given": options.datum}, about="datum")
    district = places.find_district(layout.sheet) if layout.sheet else None
    for line in lines if district is None else ():
        district = district or places.district_named_in(line)
    return FileFacts(
        as_of=options.as_of or headers.as_of_stated(lines) or options.today,
        datum=options.datum or stated,
        district=district,
        estate_kind=headers.kind_stated(lines),
        condition=headers.condition_stated(lines),
    )


def same_day(plan: Plan, as_of: date) -> Plan:
    """The plan with every sheet on one day."""
    sheets = tuple(replace(sheet, file=replace(sheet.file, as_of=as_of)) for sheet in plan.sheets)
    return replace(plan, sheets=sheets)


def data_rows(table: Table, layout: Layout) -> Iterator[Row]:
    """The rows of a sheet that hold data: below the header, and neither blank nor total nor signature."""
    for row in table.rows(layout.sheet):
        if row.number > layout.last_header_row and not headers.is_passed_over(row, layout):
            yield row


def head_rows(table: Table, layout: Layout) -> Sequence[Row]:
    """The lines above the data as they stand, header included."""
    return list(islice(table.rows(layout.sheet), layout.last_header_row))
