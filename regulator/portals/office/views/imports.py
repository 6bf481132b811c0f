"""Imports on the office's desk: send a file, settle its columns, look at every problem, confirm, take back."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import get_city
from regulator.features.registry.imports import batches, queries, vault
from regulator.features.registry.imports.batches import Examined, Sender, Wishes
from regulator.features.registry.imports.columns import COLUMNS, Kind
from regulator.features.registry.imports.queries import RowView
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.imports.undoing import LaterChanges, Obstacles, ask_undo, find_obstacles
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.rules.resident_id import mask_id
from regulator.features.registry.terms import SubjectKind
from regulator.foundation import clock, i18n, jobs, tables
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.geo import Datum
from regulator.portals.office import blueprint as office
from regulator.portals.office.forms.imports import ColumnsForm, ConfirmForm, SendForm, chosen_columns
from regulator.portals.office.history import field_words, value_words
from regulator.portals.office.listing import XLSX
from regulator.portals.office.words import ImportField
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.pages import current_site
from regulator.web.transaction import commits, commits_after

ROWS_SHOWN = 50
VEILED = frozenset({"id_number"})
SUBJECTS = {
    Kind.COMPANIES: SubjectKind.COMPANY, Kind.CONTRACTS: SubjectKind.CONTRACT, Kind.ESTATES: SubjectKind.ESTATE,
    Kind.PEOPLE: SubjectKind.PERSON,
}  # fmt: skip
navigation.add(
    "office", MenuGroup.REGISTER, "office.imports", _l("Imports"), Permission.IMPORTS_RUN, active=("office.import_",)
)


def _sender() -> Sender:
    return Sender(current_actor(), current_scope(), current_account().authority_id)


def _sees_everything() -> bool:
    city = get_city()
    return any(part.contains(city.range) for part in current_scope().ranges)


def _batch(batch_id: UUID) -> Any:
    account = current_account()
    return queries.get_own_batch(batch_id, account.account_id, account.authority_id, everything=_sees_everything())


# --- sending --------------------------------------------------------------------------------------------------------


@office.get("/imports")
@allow(Permission.IMPORTS_RUN)
def imports() -> ResponseReturnValue:
    """The batches sent so far, and the form for another file."""
    return _show_imports(forms.fill(SendForm, {"kind": request.args.get("kind")}))


def _show_imports(filled: forms.Filled[SendForm], status: int = 200) -> ResponseReturnValue:
    account = current_account()
    cursor = request.args.get("cursor")
    page = queries.list_batches(
        account.account_id, account.authority_id, everything=_sees_everything(), before=_cursor(cursor)
    )
    return render_template("office/imports/list.html", form=filled, page=page, datums=_datums()), status


def _cursor(raw: str | None) -> UUID | None:
    try:
        return UUID(raw) if raw else None
    except ValueError as error:
        raise BadInput("cursor_unusable", about="cursor") from error


def _datums() -> list[tuple[str, str]]:
    return [
        (Datum.GCJ02.value, _("GCJ-02 (AMap, Tencent)")),
        (Datum.BD09.value, _("BD-09 (Baidu)")),
        (Datum.WGS84.value, _("WGS 84 (GPS)")),
        (Datum.CGCS2000.value, _("CGCS2000 (national)")),
    ]


@dataclass(slots=True)
class _Upload:
    """A form with a file: what was typed, and the file once it has been examined."""

    filled: forms.Filled[SendForm]
    examined: Examined | None = None
    is_taken: bool = False

    @property
    def wishes(self) -> Wishes:
        value = self.filled.value
        return Wishes(value.as_of, value.datum) if value else Wishes()


@contextmanager
def _examined() -> Iterator[_Upload]:
    """Read the form and examine its file, objections at their fields; a copy nobody took is removed."""
    upload = _Upload(forms.read(SendForm))
    try:
        _examine(upload, request.files.get("file"))
        yield upload
    except BaseException:
        upload.is_taken = False
        raise
    finally:
        if upload.examined is not None and not upload.is_taken:
            upload.examined.forget()


def _examine(upload: _Upload, sent: FileStorage | None) -> None:
    filled = upload.filled
    if filled.value is None or filled.value.kind is None:
        filled.fail("kind", forms.code_sentence("kind_missing"))
    elif sent is None or not sent.filename:
        filled.fail("file", forms.code_sentence("file_missing"))
    else:
        with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
            path = Path(directory) / "file"
            sent.save(path)
            try:
                upload.examined = batches.examine_file(
                    filled.value.kind, path, sender=_sender(), wishes=upload.wishes, today=clock.today()
                )
            except BadInput as error:
                _refuse(filled, error)


@office.post("/imports")
@allow(Permission.IMPORTS_RUN)
@commits_after(_examined)
def import_send(upload: _Upload) -> ResponseReturnValue:
    """Take a file in that was recognised."""
    if upload.examined is None:
        return _show_imports(upload.filled, 400)
    name = request.files["file"].filename or ""
    batch = batches.send_file(upload.examined, name, sender=_sender(), wishes=upload.wishes, now=clock.now())
    upload.is_taken = True
    return redirect(url_for("office.import_batch", batch_id=batch.id), 303)


def _refuse(filled: forms.Filled[Any], error: BadInput) -> None:
    """The refusal at its field, column names in words."""
    params = dict(error.params)
    if "fields" in params:
        params["fields"] = "、".join(i18n.label(ImportField(name)) for name in params["fields"])  # type: ignore[attr-defined]
    filled.fail(error.about or "", forms.code_sentence(error.code, params))


# --- one batch ------------------------------------------------------------------------------------------------------


@office.get("/imports/<uuid:batch_id>")
@allow(Permission.IMPORTS_RUN)
def import_batch(batch_id: UUID) -> ResponseReturnValue:
    """A batch where it stands: columns, progress, preview or result."""
    batch = _batch(batch_id)
    if batch.state is BatchState.RECOGNISED:
        return _show_columns(batch, forms.fill(ColumnsForm, {"as_of": batch.as_of, "datum": batch.datum}))
    if batch.state.is_working:
        return render_template("office/imports/progress.html", batch=batch, job=_job(batch))
    return _show_rows(batch)


def _show_columns(batch: Any, filled: forms.Filled[ColumnsForm], status: int = 200) -> ResponseReturnValue:
    plan = batches.plan_from_json(batch.plan)
    fields = [(column.field, i18n.label(ImportField(column.field))) for column in COLUMNS[batch.kind]]
    stated = {sheet.file.datum for sheet in plan.sheets}
    return render_template(
        "office/imports/columns.html",
        batch=batch,
        plan=plan,
        form=filled,
        fields_known=fields,
        samples=batch.plan["samples"],
        datums=_datums(),
        needs_datum=None in stated and any("longitude" in sheet.layout.columns.values() for sheet in plan.sheets),
    ), status


@office.post("/imports/<uuid:batch_id>/columns")
@allow(Permission.IMPORTS_RUN)
@commits
def import_columns(batch_id: UUID) -> ResponseReturnValue:
    """Take the columns as settled and have the rows judged."""
    batch, filled = _batch(batch_id), forms.read(ColumnsForm)
    if filled.value is not None:
        plan = batches.plan_from_json(batch.plan)
        wishes = Wishes(filled.value.as_of, filled.value.datum)
        try:
            chosen = chosen_columns([sheet.layout.sheet for sheet in plan.sheets])
            batches.set_columns(batch, chosen, wishes=wishes, now=clock.now())
        except BadInput as error:
            _refuse(filled, error)
        else:
            return redirect(url_for("office.import_batch", batch_id=batch.id), 303)
    return _show_columns(batch, filled, 400)


def _job(batch: Any) -> Any:
    job_id = batches.find_work(batch)
    return jobs.find_job(job_id) if job_id else None


@office.get("/imports/<uuid:batch_id>/progress.json")
@allow(Permission.IMPORTS_RUN)
def import_progress(batch_id: UUID) -> ResponseReturnValue:
    """How far the work is; asked every two seconds by the page."""
    batch = _batch(batch_id)
    job = _job(batch) if batch.state.is_working else None
    state = "running" if batch.state.is_working else "failed" if batch.state is BatchState.FAILED else "done"
    return jsonify(
        state=state,
        done=job.done_steps if job else 0,
        total=job.all_steps if job and job.all_steps else None,
        note=i18n.label(batch.state),
        next=url_for("office.import_batch", batch_id=batch.id),
    )


VIEWS = ("rejected", "flagged", "correction", "change", "new", "unchanged")


def _show_rows(batch: Any, filled: forms.Filled[ConfirmForm] | None = None, status: int = 200) -> ResponseReturnValue:
    counts = {
        "rejected": batch.rows_rejected, "flagged": batch.rows_flagged, "correction": batch.rows_to_correct,
        "change": batch.rows_changed, "new": batch.rows_new, "unchanged": batch.rows_unchanged,
    }  # fmt: skip
    asked = request.args.get("show", "")
    show = asked if asked in VIEWS else next((name for name in VIEWS if counts[name]), "new")
    plan = batches.plan_from_json(batch.plan)
    after = request.args.get("cursor", "-1")
    page = queries.list_rows(
        batch,
        outcome=None if show == "flagged" else Outcome(show),
        flagged=show == "flagged",
        after=int(after) if after.lstrip("-").isdigit() and len(after) < 10 else -1,
        limit=ROWS_SHOWN,
    )
    return render_template(
        "office/imports/batch.html",
        batch=batch,
        form=filled or forms.fill(ConfirmForm),
        page=page,
        show=show,
        counts=counts,
        plan=plan,
        rows=[_shown(row, plan, batch.kind) for row in page.items],
        many_sheets=batch.plan["many_sheets"],
        assumed=[i18n.label(ImportField(name)) for name in plan.assumed],
        finding_words=forms.code_sentence,
    ), status


def _shown(row: RowView, plan: Any, kind: Kind) -> dict[str, Any]:
    """A row for the page: cells under the sheet's own titles, personal numbers masked, problems at their cells."""
    layout = next((sheet.layout for sheet in plan.sheets if sheet.layout.sheet == row.sheet), None)
    titles = layout.titles if layout else {}
    columns = layout.columns if layout else {}
    faults: dict[int, list[str]] = {}
    for objection in (*row.problems, *row.remarks):
        if objection.column is not None:
            faults.setdefault(objection.column, []).append(i18n.label(objection.reason))
    cells = [
        (titles.get(column, ""), _veiled(columns.get(column), value), faults.get(column, []))
        for column, value in enumerate(row.cells)
        if columns.get(column, "ignored") != "ignored" and (str(value).strip() or column in faults)
    ]
    return {
        "row": row,
        "cells": cells,
        "others": [one.reason for one in (*row.problems, *row.remarks)],
        "differences": [
            (field_words(field), *(value_words(SUBJECTS[kind], field, value, {}) for value in pair))
            for field, pair in row.differences.items()
        ],
    }


def _veiled(field: str | None, value: tables.Cell) -> str:
    said = tables.as_shown(value)
    return mask_id(said) if field in VEILED and len(said) > 6 else said


# --- confirming, discarding, undoing --------------------------------------------------------------------------------


@office.post("/imports/<uuid:batch_id>/confirm")
@allow(Permission.IMPORTS_RUN)
@commits
def import_confirm(batch_id: UUID) -> ResponseReturnValue:
    """Have the judged rows written."""
    batch, filled = _batch(batch_id), forms.read(ConfirmForm)
    try:
        update = filled.value.update if filled.value else False
        batches.confirm_batch(batch, update=update, actor=current_actor(), now=clock.now())
    except BadInput as error:
        _refuse(filled, error)
        return _show_rows(batch, filled, 409)
    return redirect(url_for("office.import_batch", batch_id=batch.id), 303)


@office.post("/imports/<uuid:batch_id>/discard")
@allow(Permission.IMPORTS_RUN)
@commits
def import_discard(batch_id: UUID) -> ResponseReturnValue:
    """Let go of a batch nothing was taken from."""
    try:
        batches.discard_batch(_batch(batch_id), actor=current_actor(), now=clock.now())
    except BadInput as error:
        flash(forms.code_sentence(error.code, error.params), "warn")
        return redirect(url_for("office.import_batch", batch_id=batch_id), 303)
    flash(_("The import was discarded; nothing was written."), "ok")
    return redirect(url_for("office.imports"), 303)


@office.get("/imports/<uuid:batch_id>/undo")
@allow(Permission.IMPORTS_UNDO)
def import_undo_page(batch_id: UUID) -> ResponseReturnValue:
    """What undoing means, what stands in its way already, and the button."""
    batch = _batch(batch_id)
    if batch.state is not BatchState.APPLIED:
        return redirect(url_for("office.import_batch", batch_id=batch_id), 303)
    return _show_undo(batch, find_obstacles(batch))


def _show_undo(batch: Any, found: Obstacles, status: int = 200) -> ResponseReturnValue:
    return render_template("office/imports/undo.html", batch=batch, obstacles=found.named, count=found.count), status


@office.post("/imports/<uuid:batch_id>/undo")
@allow(Permission.IMPORTS_UNDO)
@commits
def import_undo(batch_id: UUID) -> ResponseReturnValue:
    """Have a batch taken back as a whole, or say which rows stand in the way."""
    batch = _batch(batch_id)
    try:
        ask_undo(batch, actor=current_actor(), now=clock.now())
    except LaterChanges as refused:
        return _show_undo(batch, refused.found, 409)
    except BadInput as error:
        flash(forms.code_sentence(error.code, error.params), "warn")
    return redirect(url_for("office.import_batch", batch_id=batch_id), 303)


# --- the rows that come back ----------------------------------------------------------------------------------------


@office.get("/imports/<uuid:batch_id>/rejected.xlsx")
@allow(Permission.IMPORTS_RUN)
def import_rejected(batch_id: UUID) -> ResponseReturnValue:
    """The rows not taken, as a workbook: repaired, it can be sent again as it is."""
    batch = _batch(batch_id)
    if batch.state not in (BatchState.JUDGED, BatchState.APPLIED, BatchState.UNDONE):
        raise NotFound(str(batch_id))
    heads = {sheet: [vault.cells_from_json(line) for line in head] for sheet, head in batch.plan["heads"].items()}
    by_sheet: dict[str, list[RowView]] = {}
    for row in queries.not_taken(batch):
        by_sheet.setdefault(row.sheet, []).append(row)
    stream = BytesIO()
    title = _("Reason not taken") + (_(" (demonstration data)") if current_site().is_demo else "")
    sheets = {name: (heads[name], _returned(rows)) for name, rows in by_sheet.items()}
    tables.write_returned(stream, sheets, reason_title=title)
    stream.seek(0)
    name = f"{Path(batch.file_name).stem}-{_('not taken')}.xlsx"
    answer: Response = send_file(stream, XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _returned(rows: Sequence[RowView]) -> Iterator[tables.ReturnedRow]:
    for row in rows:
        reason = "；".join(dict.fromkeys(i18n.label(one.reason) for one in row.problems))
        marks = [tables.Mark(one.column, i18n.label(one.reason)) for one in row.problems if one.column is not None]
        yield tables.ReturnedRow(row.cells, reason, marks)
