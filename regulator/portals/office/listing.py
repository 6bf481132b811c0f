"""What every list of the office shares: the day, the territory to choose from, and exporting exactly what is shown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Generic, TypeVar, cast
from urllib.parse import quote

from flask import Response, g, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.divisions import queries as divisions
from regulator.features.divisions.queries import DivisionRow
from regulator.features.divisions.terms import Level, Scope
from regulator.foundation import clock, i18n, tables
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.paging import MAX_LIMIT, Page
from regulator.web import filters
from regulator.web.pages import current_site

T = TypeVar("T")
IN_MEMORY = 4 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# --- what was asked for ---------------------------------------------------------------------------------------------


def asked_day(name: str = "as_of") -> date:
    """The day the page is asked for, today unless ``?as_of=YYYY-MM-DD`` says otherwise. Raises BadInput."""
    raw = request.args.get(name, "")
    if not raw:
        return clock.today()
    try:
        day = date.fromisoformat(raw)
    except ValueError as error:
        raise BadInput("day_unreadable", {"given": raw[:20]}, about=name) from error
    if not date(1900, 1, 1) <= day <= date(2100, 12, 31):
        raise BadInput("day_unreadable", {"given": raw[:20]}, about=name)
    return day


def asked_code(kind: type[StrEnum], name: str) -> Any:
    """A filter by one of an enumeration's codes, None when it was left out. Raises BadInput."""
    raw = request.args.get(name, "")
    if not raw:
        return None
    try:
        found = kind(raw)
    except ValueError as error:
        raise BadInput("filter_unknown", {"given": raw[:40]}, about=name) from error
    _said_words()[name] = i18n.label(found)
    return found


def asked_division(name: str = "division") -> DivisionRow | None:
    """The division the list is narrowed to, None when none was asked for. Raises BadInput for an unknown code."""
    raw = request.args.get(name, "")
    if not raw:
        return None
    found = divisions.find_division(raw) if raw.isascii() and raw.isdigit() else None
    if found is None:
        raise BadInput("division_unknown", {"given": raw[:20]}, about=name)
    _said_words()[name] = found.name
    return found


def asked_sort(known: Sequence[str]) -> str:
    """The order asked for, "" for the list's own. Raises BadInput for an order the list does not have."""
    raw = request.args.get("sort", "")
    if raw and raw not in known:
        raise BadInput("sort_unknown", {"given": raw[:40]}, about="sort")
    return raw


def asked_text(name: str = "q") -> str | None:
    """A text to look for, None when nothing was typed."""
    return request.args.get(name, "").strip() or None


def division_choices(scope: Scope) -> list[tuple[str, str]]:
    """(code, name) of the districts and streets of a territory, streets behind their district."""
    found = divisions.list_in(scope, (Level.DISTRICT, Level.STREET), on=clock.today())
    names = {row.code: row.name for row in found}
    return [
        (row.code, row.name if row.level is Level.DISTRICT else f"{names.get(row.parent_code or '', '')} {row.name}")
        for row in found
    ]


def district_choices(scope: Scope) -> list[tuple[str, str]]:
    """(code, name) of the districts of a territory: where a company may be registered."""
    return [(row.code, row.name) for row in divisions.list_in(scope, (Level.DISTRICT,), on=clock.today())]


# --- exporting ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)  # slots and frozen together do not bear a type parameter at the call
class Column(Generic[T]):
    """A column of an exported list: its heading and what stands in it."""

    title: str
    value: Callable[[T], Any]


def asked_export() -> str | None:
    """``xlsx`` or ``csv`` when the list is asked for as a file. Raises NotFound for another format."""
    wanted = request.args.get("export", "")
    if wanted and wanted not in ("xlsx", "csv"):
        raise NotFound(wanted)
    return wanted or None


def all_pages(page_of: Callable[[str | None, int], Page[T]]) -> Iterator[T]:
    """Every row of a list, a page at a time."""
    cursor: str | None = None
    while True:
        page = page_of(cursor, MAX_LIMIT)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next


def export(
    name: str, columns: Sequence[Column[T]], rows: Iterable[T], *, day: date, territory: str
) -> ResponseReturnValue:
    """The list as a file with the same filters and order as on the page; says the day, the territory, and if demo."""
    notes = [
        _("%(what)s · %(territory)s · as of %(day)s", what=name, territory=territory, day=_said(day)),
        *_filters_in_words(),
    ]
    mark = _("Demonstration data: companies, estates and people are invented") if current_site().is_demo else ""
    header = [column.title for column in columns]
    lines = ([_cell(column.value(row)) for column in columns] for row in rows)
    file = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  # send_file closes it
    wanted = asked_export() or "xlsx"
    if wanted == "xlsx":
        tables.write_xlsx(file, header, lines, sheet=name, mark=mark, notes=notes)
    else:
        text = TextIOWrapper(cast("BytesIO", file), encoding="utf-8-sig", newline="", write_through=True)
        tables.write_csv(text, header, lines, mark=mark)
        text.detach()
    file.seek(0)
    return _attachment(file, f"{name}-{day:%Y%m%d}.{wanted}", XLSX if wanted == "xlsx" else "text/csv")


def _attachment(file: IO[bytes], name: str, kind: str) -> Response:
    response = send_file(file, mimetype=kind)
    if kind == "text/csv":
        response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    return response


FILTERS = {
    "area_from": _l("Floor area from"), "area_to": _l("Floor area to"), "company": _l("Company"),
    "condition": _l("Condition"), "dated_from": _l("Dated from"), "dated_to": _l("Dated to"),
    "division": _l("Place"), "ends_from": _l("Ends from"), "ends_to": _l("Ends by"), "filed": _l("Filed"),
    "given_by": _l("Given by"), "grade": _l("Declared grade"), "in_term": _l("In office today"), "kind": _l("Kind"),
    "mode": _l("Mode"), "ownership": _l("Ownership"), "q": _l("Search"), "recorded_basis": _l("Recorded basis"),
    "retired": _l("Retired"), "running_on": _l("Running on"), "serving": _l("In service"), "state": _l("State"),
    "status": _l("Status"), "title": _l("Title"), "year_from": _l("Completed from"), "year_to": _l("Completed by"),
}  # fmt: skip
"""What the filters of lists are called; one that has no name here stands as it was asked."""


def _filters_in_words() -> list[str]:
    """The filters in force as a line of the exported file."""
    said, plain = _said_words(), {"yes": _("yes"), "no": _("no"), "not_known": _("Not known")}
    if request.args.get("retired"):
        said["retired"] = plain["yes"]
    given = [
        f"{FILTERS.get(name, name)} {said.get(name) or plain.get(value, value)}"
        for name, value in request.args.items(multi=True)
        if value and name not in ("export", "cursor", "back", "lang", "as_of", "sort")
    ]
    return [_("Filters: %(filters)s", filters=_("; ").join(given))] if given else []


def _said_words() -> dict[str, str]:
    """The words of the filters this request has read so far."""
    words: dict[str, str] = g.setdefault("filters_in_words", {})
    return words


def _said(day: date) -> str:
    return filters.day(day, i18n.current_locale())


def _cell(value: Any) -> Any:
    """A code as its words, everything else as it is."""
    return i18n.label(value) if isinstance(value, StrEnum) else value


def square_metres(centi: int | None) -> Decimal | None:
    """A whole number of 0.01 ㎡ as ㎡ for a spreadsheet."""
    return None if centi is None else Decimal(centi).scaleb(-2)


def yuan(fen: int | None) -> Decimal | None:
    """Fen as yuan for a spreadsheet."""
    return None if fen is None else Decimal(fen).scaleb(-2)
