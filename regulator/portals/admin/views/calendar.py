"""The working-day calendar: a year in twelve months, and a notice of holidays looked at before it is taken in."""

from __future__ import annotations

import tempfile
from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from regulator.features.accounts.terms import Permission
from regulator.features.calendar import actions, queries
from regulator.features.calendar.imports import read_notice, read_text, write_notice
from regulator.features.calendar.queries import YearRow
from regulator.features.calendar.rules.notice import judge_notice, notice_of
from regulator.features.calendar.terms import FIRST_YEAR, LAST_YEAR, Day, DayKind, Holiday, Notice, StatedDay
from regulator.features.papers.queries.moves import moved_matters_at
from regulator.features.registry.queries.moves import moved_at
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.law.calendar import ONE_DAY
from regulator.law.findings import Finding, Refused
from regulator.portals.admin import blueprint
from regulator.portals.admin.forms import NoticeFileForm, NoticeForm
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits

YEARS_BEFORE, YEARS_AFTER = 3, 2
FINDINGS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a sheet: its first day, and its weeks of (day, what is special about it); None before and after it."""

    first: date
    weeks: list[list[tuple[date, Day | None] | None]]


@dataclass(frozen=True, slots=True)
class Feast:
    """A holiday of the year: its stretches of days off (first, last) and its make-up days."""

    parts: tuple[Holiday | str, ...]
    off: list[tuple[date, date]]
    made_up: list[date]

    @property
    def days(self) -> int:
        """How many days are off."""
        return sum((last - first).days + 1 for first, last in self.off)


@blueprint.get("/calendar")
@allow(Permission.CALENDAR_MANAGE)
def calendar() -> ResponseReturnValue:
    """One year, and the form that takes a notice."""
    return _page(_asked_year(), forms.fill(NoticeFileForm))


@blueprint.get("/calendar.csv")
@allow(Permission.CALENDAR_MANAGE)
def calendar_file() -> ResponseReturnValue:
    """The year as a notice file: to keep, or to begin a new year's from."""
    row = queries.get_year(_asked_year())
    content = write_notice(row.year, row.days, row.document_number, row.issued_on)
    attachment = {"Content-Disposition": f'attachment; filename="working-days-{row.year}.csv"'}
    return Response("\ufeff" + content, mimetype="text/csv", headers=attachment)


def _asked_year() -> int:
    return request.args.get("year", clock.today().year, type=int)


def _page(year: int, filled: forms.Filled[Any], status: int = 200) -> ResponseReturnValue:
    row, today = queries.get_year(year), clock.today()
    near = range(max(FIRST_YEAR, today.year - YEARS_BEFORE), min(LAST_YEAR, today.year + YEARS_AFTER) + 1)
    return render_template(
        "admin/calendar.html",
        row=row,
        months=months_of(row),
        feasts=feasts_of(row.days),
        years=sorted({*near, year}),
        form=filled,
    ), status


def months_of(row: YearRow) -> list[Month]:
    """The twelve months of a year, weeks from Monday."""
    special = {item.day: item for item in row.days}
    return [
        Month(
            date(row.year, month, 1),
            [
                [(day, special.get(day)) if day.month == month else None for day in week]
                for week in Calendar().monthdatescalendar(row.year, month)
            ],
        )
        for month in range(1, 13)
    ]


def feasts_of(days: Sequence[Day]) -> list[Feast]:
    """The holidays in the order of their first day."""
    found = dict.fromkeys(item.parts for item in days if item.kind is DayKind.HOLIDAY)
    return [
        Feast(parts, _stretches(_of(days, parts, DayKind.HOLIDAY)), _of(days, parts, DayKind.MADE_UP))
        for parts in found
    ]


def _of(days: Iterable[Day], parts: tuple[Holiday | str, ...], kind: DayKind) -> list[date]:
    return [item.day for item in days if item.parts == parts and item.kind is kind]


def _stretches(days: Iterable[date]) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] + ONE_DAY == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


# --- a notice --------------------------------------------------------------------------------------------------------


@blueprint.post("/calendar/preview")
@allow(Permission.CALENDAR_MANAGE)
def calendar_preview() -> ResponseReturnValue:
    """Judge the file sent and show what it would change; nothing is kept yet."""
    filled = forms.read(NoticeFileForm)
    try:
        rows = _sent_rows(request.files.get("file"))
        judge_notice(rows, today=clock.today()).or_refuse()
        return _preview(notice_of(rows))
    except BadInput as error:
        filled.fail("file", forms.code_sentence(error.code, error.params))
    except Refused as refused:
        _say(filled, refused.findings)
    return _page(clock.today().year, filled, 400)


def _preview(notice: Notice) -> ResponseReturnValue:
    changes = queries.preview_notice(notice)
    content = write_notice(notice.year, notice.days, notice.document_number, notice.issued_on)
    row = queries.get_year(notice.year)
    feasts = feasts_of(notice.days)
    return render_template(
        "admin/calendar_preview.html", notice=notice, changes=changes, content=content, row=row, feasts=feasts
    )


def _say(filled: forms.Filled[Any], findings: Sequence[Finding]) -> None:
    for finding in findings[:FINDINGS_SHOWN]:
        filled.fail("file", forms.finding_sentence(finding))


def _sent_rows(sent: FileStorage | None) -> list[StatedDay]:
    if sent is None or not sent.filename:
        raise BadInput("file_missing")
    with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        path = Path(directory) / "file"
        sent.save(path)
        return read_notice(path)


@blueprint.post("/calendar/notice")
@allow(Permission.CALENDAR_MANAGE)
@commits
def calendar_import() -> ResponseReturnValue:
    """Take in the notice that was looked at; it is judged again."""
    value = forms.read(NoticeForm).value
    if value is None:
        raise BadInput("file_missing")
    rows, now = read_text(value.content), clock.now()
    changes = actions.import_notice(rows, actor=current_actor(), now=now)
    year = notice_of(rows).year
    flash(
        _("The working days of %(year)s are announced now.", year=year)
        if changes.years
        else _("The calendar had these days of %(year)s already.", year=year),
        "ok",
    )
    if moved := moved_at(now) + moved_matters_at(now):
        said = ngettext(
            "%(num)d open term moved; the officials concerned are told.",
            "%(num)d open terms moved; the officials concerned are told.",
            moved,
        )
        flash(said, "info")
    return redirect(url_for("admin.calendar", year=year), 303)
