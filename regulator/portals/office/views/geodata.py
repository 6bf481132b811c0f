"""Geodata on the desk: a file of shapes sent, looked at on the map, confirmed or let go of, and taken back."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import names_of
from regulator.features.divisions.terms import Level
from regulator.features.maps import shelf
from regulator.features.maps.geofiles import batches, queries
from regulator.features.maps.geofiles.declaring import Declared, Wishes
from regulator.features.maps.geofiles.queries import LaterChanges, RowView
from regulator.features.maps.geofiles.reasons import Effect, GeoReason
from regulator.features.maps.geofiles.terms import FileType, GeoKind, GeoLayer, GeoOutcome, GeoPhase, GeoState
from regulator.features.registry.imports import vault
from regulator.features.registry.imports.batches import Sender
from regulator.features.zones.terms import BarrierKind
from regulator.foundation import clock, i18n, jobs
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.geo import Datum
from regulator.foundation.i18n import current_locale
from regulator.portals.office import blueprint as office
from regulator.portals.office.forms.geodata import BY_NUMBER, ExportForm, SendForm
from regulator.web import forms, navigation
from regulator.web.access import allow, current_account, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept
from regulator.web.transaction import commits, commits_after

GEOJSON = "application/geo+json"
NEEDED = {
    GeoKind.BARRIERS: Permission.BOUNDARIES_LOAD,
    GeoKind.BOUNDARIES: Permission.BOUNDARIES_LOAD,
    GeoKind.ESTATES: Permission.GEODATA_EXCHANGE,
}
VIEWS = ("rejected", "flagged", "changed", "new", "unchanged")
navigation.add(
    "office",
    MenuGroup.REGISTER,
    "office.geodata",
    _l("Geodata"),
    Permission.GEODATA_EXCHANGE,
    active=("office.geodata_",),
)


def _batch(batch_id: UUID) -> Any:
    account = current_account()
    found = queries.get_own_batch(current_scope(), batch_id, account.account_id, account.authority_id)
    if NEEDED[found.kind] not in current_permissions():
        raise NotFound(str(batch_id))
    return found


# --- sending --------------------------------------------------------------------------------------------------------


@office.get("/geodata")
@allow(Permission.GEODATA_EXCHANGE)
def geodata() -> ResponseReturnValue:
    """The files sent so far, the form for another, and layers to be had as files."""
    return show_geodata(forms.fill(SendForm, {"kind": request.args.get("kind") or GeoKind.ESTATES.value}))


def show_geodata(
    filled: forms.Filled[SendForm], wanted: forms.Filled[ExportForm] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page with both forms as they stand."""
    account = current_account()
    before = _cursor(request.args.get("cursor"))
    return render_template(
        "office/geofiles/list.html",
        form=filled,
        wanted=wanted or forms.fill(ExportForm),
        page=queries.list_batches(current_scope(), account.account_id, account.authority_id, before=before),
        exports=queries.list_exports(account.account_id),
        datums=_datums(),
        kinds=forms.choices(GeoKind, [kind for kind in GeoKind if NEEDED[kind] in current_permissions()]),
        levels=forms.choices(Level),
        barriers=forms.choices(BarrierKind),
        layers=forms.choices(GeoLayer),
        file_types=forms.choices(FileType),
        scope=current_scope(),
    ), status


def _cursor(raw: str | None) -> UUID | None:
    try:
        return UUID(raw) if raw else None
    except ValueError as error:
        raise BadInput("cursor_unusable", about="cursor") from error


def _datums() -> list[tuple[str, str]]:
    return [
        (Datum.CGCS2000.value, _("CGCS2000 (national)")),
        (Datum.WGS84.value, _("WGS 84 (GPS)")),
        (Datum.GCJ02.value, _("GCJ-02 (AMap, Tencent)")),
        (Datum.BD09.value, _("BD-09 (Baidu)")),
        (BY_NUMBER, _("Another system, by its EPSG number")),
    ]


@dataclass(slots=True)
class _Upload:
    """A form with a file: what was typed, what it declares, and the copy once it is kept."""

    filled: forms.Filled[SendForm]
    wishes: Wishes | None = None
    copy: tuple[str, str] | None = None
    is_taken: bool = False


@contextmanager
def _kept() -> Iterator[_Upload]:
    """Read the form and keep its file, objections at their fields; a copy nobody took is removed."""
    upload = _Upload(forms.read(SendForm))
    try:
        _keep(upload, request.files.get("file"))
        yield upload
    except BaseException:
        upload.is_taken = False
        raise
    finally:
        if upload.copy is not None and not upload.is_taken:
            vault.forget_file(upload.copy[0])


def _keep(upload: _Upload, sent: FileStorage | None) -> None:
    filled = upload.filled
    value = filled.value
    if value is None or value.kind is None:
        filled.fail("kind", forms.code_sentence("kind_missing"))
        return
    if NEEDED[value.kind] not in current_permissions():
        filled.fail("kind", forms.code_sentence("geo_boundaries_need_city"))
        return
    try:
        declared = Declared.read(value.declared)
    except BadInput as error:
        filled.fail("epsg" if value.datum == BY_NUMBER else "datum", forms.code_sentence(error.code, error.params))
        return
    if sent is None or not sent.filename:
        filled.fail("file", forms.code_sentence("file_missing"))
        return
    fields = (value.code_field, value.name_field, value.source or "")
    upload.wishes = Wishes(value.kind, declared, value.level, *fields, barrier=value.barrier)
    upload.copy = _copy(filled, sent)


def _copy(filled: forms.Filled[SendForm], sent: FileStorage) -> tuple[str, str] | None:
    with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        path = Path(directory) / "file"
        sent.save(path)
        try:
            return batches.keep_copy(path)
        except BadInput as error:
            filled.fail("file", forms.code_sentence(error.code, error.params))
            return None


@office.post("/geodata")
@allow(Permission.GEODATA_EXCHANGE)
@commits_after(_kept)
def geodata_send(upload: _Upload) -> ResponseReturnValue:
    """Take a file in and have it judged."""
    if upload.copy is None or upload.wishes is None:
        return show_geodata(upload.filled, status=400)
    permission = NEEDED[upload.wishes.kind]
    sender = Sender(current_actor(permission), current_scope(permission), current_account().authority_id)
    name = request.files["file"].filename or ""
    try:
        batch = batches.send_file(upload.copy, name, sender=sender, wishes=upload.wishes, now=clock.now())
    except BadInput as error:
        upload.filled.fail(error.about or "", forms.code_sentence(error.code, error.params))
        return show_geodata(upload.filled, status=400)
    upload.is_taken = True
    return redirect(url_for("office.geodata_batch", geo_batch_id=batch.id), 303)


# --- one file -------------------------------------------------------------------------------------------------------


@office.get("/geodata/<uuid:geo_batch_id>")
@allow(Permission.GEODATA_EXCHANGE)
def geodata_batch(geo_batch_id: UUID) -> ResponseReturnValue:
    """A file where it stands: progress, preview or result."""
    batch = _batch(geo_batch_id)
    if batch.state.is_working:
        job = _job(batch)
        return render_template("office/geofiles/progress.html", batch=batch, job=job, note=_note(batch, job))
    return _show_batch(batch)


def _job(batch: Any) -> Any:
    job_id = batches.find_work(batch)
    return jobs.find_job(job_id) if job_id else None


def _note(batch: Any, job: Any) -> str:
    return i18n.label(GeoPhase(job.phase) if job and job.phase else batch.state)


@office.get("/geodata/<uuid:geo_batch_id>/progress.json")
@allow(Permission.GEODATA_EXCHANGE)
def geodata_progress(geo_batch_id: UUID) -> ResponseReturnValue:
    """How far the work is; asked every two seconds by the page."""
    batch = _batch(geo_batch_id)
    job = _job(batch) if batch.state.is_working else None
    return jsonify(
        state="running" if batch.state.is_working else "failed" if batch.state is GeoState.FAILED else "done",
        done=job.done_steps if job else 0,
        total=job.all_steps if job and job.all_steps else None,
        note=_note(batch, job),
        next=url_for("office.geodata_batch", geo_batch_id=batch.id),
    )


@office.get("/geodata/<uuid:geo_batch_id>/preview.json")
@allow(Permission.GEODATA_EXCHANGE)
def geodata_preview(geo_batch_id: UUID) -> ResponseReturnValue:
    """The judged shapes as GeoJSON, as the worker has made them."""
    batch = _batch(geo_batch_id)
    if batch.preview is None:
        return jsonify(type="FeatureCollection", features=[], total=0, capped=False)
    return send_kept(batch.preview, file_name="preview.geojson", media_type=GEOJSON)


def _show_batch(batch: Any, status: int = 200) -> ResponseReturnValue:
    counts = {
        "rejected": batch.rows_rejected, "flagged": batch.rows_flagged, "changed": batch.rows_changed,
        "new": batch.rows_new, "unchanged": batch.rows_unchanged,
    }  # fmt: skip
    asked = request.args.get("show", "")
    show = asked if asked in VIEWS else next((name for name in VIEWS if counts[name]), "new")
    after = request.args.get("cursor", "-1")
    page = queries.list_rows(
        batch,
        outcome=None if show == "flagged" else GeoOutcome(show),
        flagged=show == "flagged",
        after=int(after) if after.lstrip("-").isdigit() and len(after) < 10 else -1,
    )
    shell = shelf.find_shell(current_locale()) if batch.preview else None
    return render_template(
        "office/geofiles/batch.html",
        batch=batch,
        page=page,
        show=show,
        counts=counts,
        shell=shell,
        drawn=partial(_drawn, shell.version) if shell else None,
        words=_words(),
        states=_states(),
        barriers={kind.value: i18n.label(kind) for kind in BarrierKind},
        reasons={reason.value: i18n.label(reason) for reason in GeoReason},
        remarks=_remarks,
        datum_words=dict(_datums()),
        names=names_of(_named(batch.findings)),
        error=forms.code_sentence(batch.error_code, batch.error_params) if batch.error_code else "",
    ), status


def _drawn(version: str, name: str) -> str:
    return url_for("public.map_file", version=version, name=name, lang=None)


def _named(findings: Mapping[str, Any]) -> set[str]:
    """The codes of divisions the findings speak of."""
    found: set[str] = set()
    for tiling in findings.get("tilings", ()):
        found |= {tiling["parent"], *tiling["missing"]}
        for kind in ("gaps", "overlaps", "beyond"):
            found |= {code for flaw in tiling[kind]["named"] for code in flaw["codes"]}
    return found


def _remarks(row: RowView) -> list[tuple[str, str, str]]:
    """What is said of a row: the words, the kind of its tag, and the particulars."""
    kinds = {Effect.REJECTED: "bad", Effect.FLAG: "warn", Effect.NOTE: "quiet"}
    return [
        (i18n.label(one.reason), kinds[one.reason.effect], _particulars(one.reason, one.params)) for one in row.remarks
    ]


def _particulars(reason: GeoReason, params: Mapping[str, Any]) -> str:
    """What helps to put it right: the successors of a closed division, the areas of a repair, the candidates."""
    match reason:
        case GeoReason.DIVISION_CLOSED:
            into = "、".join(params["successors"]) or "—"
            return _("closed on %(day)s, now %(successors)s", day=params["ended_on"], successors=into)
        case GeoReason.GEOMETRY_REPAIRED:
            return _("%(before)s ㎡ before, %(after)s ㎡ after", before=params["before"], after=params["after"])
        case GeoReason.DIVISION_AMBIGUOUS | GeoReason.ESTATE_AMBIGUOUS:
            return "、".join(params["codes"])
        case GeoReason.NAME_DIFFERS:
            return _("registered: %(name)s", name=params["name"])
        case GeoReason.DUPLICATE_IN_FILE:
            return _("row %(row)s", row=params["first"])
        case GeoReason.OUTLINE_TOO_LARGE:
            said = _("{area} ㎡").format(area=params["area"])
        case GeoReason.BARRIER_KIND_UNKNOWN:
            said = _("given: %(given)s", given=params["given"])
        case _:
            said = f"{params['lon']}, {params['lat']}" if "lon" in params else ""
    return said


def _states() -> dict[str, str]:
    """What the colours and patterns of the map mean."""
    outcomes = {outcome.value: i18n.label(outcome) for outcome in GeoOutcome}
    return outcomes | {"flagged": _("taken with a flag"), "gap": _("gap"), "overlap": _("overlap")}


def _words() -> dict[str, str]:
    """What the script says; {braces} are filled in by it."""
    return {
        "capped": _("The first {shown} of {total} shapes are drawn, those with objections first"),
        "failed": _("The shapes could not be loaded. Reload the page."),
        "map": _("Map of the shapes"),
        "row": _("Row {row}"),
        "square": _("{area} ㎡"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
    }


# --- confirming, discarding, undoing --------------------------------------------------------------------------------


@office.post("/geodata/<uuid:geo_batch_id>/confirm")
@allow(Permission.GEODATA_EXCHANGE)
@commits
def geodata_confirm(geo_batch_id: UUID) -> ResponseReturnValue:
    """Have the judged shapes written."""
    batch = _batch(geo_batch_id)
    try:
        batches.confirm_batch(batch, actor=current_actor(NEEDED[batch.kind]), now=clock.now())
    except BadInput as error:
        flash(forms.code_sentence(error.code, error.params), "warn")
    return redirect(url_for("office.geodata_batch", geo_batch_id=geo_batch_id), 303)


@office.post("/geodata/<uuid:geo_batch_id>/discard")
@allow(Permission.GEODATA_EXCHANGE)
@commits
def geodata_discard(geo_batch_id: UUID) -> ResponseReturnValue:
    """Let go of a file nothing was taken from."""
    batch = _batch(geo_batch_id)
    try:
        batches.discard_batch(batch, actor=current_actor(NEEDED[batch.kind]), now=clock.now())
    except BadInput as error:
        flash(forms.code_sentence(error.code, error.params), "warn")
        return redirect(url_for("office.geodata_batch", geo_batch_id=geo_batch_id), 303)
    flash(_("The file was discarded; nothing was written."), "ok")
    return redirect(url_for("office.geodata"), 303)


@office.get("/geodata/<uuid:geo_batch_id>/undo")
@allow(Permission.GEODATA_EXCHANGE)
def geodata_undo_page(geo_batch_id: UUID) -> ResponseReturnValue:
    """What undoing means, what stands in its way already, and the button."""
    batch = _batch(geo_batch_id)
    if batch.state is not GeoState.APPLIED:
        return redirect(url_for("office.geodata_batch", geo_batch_id=geo_batch_id), 303)
    return _show_undo(batch, queries.find_obstacles(batch))


def _show_undo(batch: Any, found: queries.Obstacles, status: int = 200) -> ResponseReturnValue:
    return render_template("office/geofiles/undo.html", batch=batch, obstacles=found.named, count=found.count), status


@office.post("/geodata/<uuid:geo_batch_id>/undo")
@allow(Permission.GEODATA_EXCHANGE)
@commits
def geodata_undo(geo_batch_id: UUID) -> ResponseReturnValue:
    """Have a file taken back as a whole, or say what stands in the way."""
    batch = _batch(geo_batch_id)
    try:
        batches.ask_undo(batch, actor=current_actor(NEEDED[batch.kind]), now=clock.now())
    except LaterChanges as refused:
        return _show_undo(batch, refused.found, 409)
    except BadInput as error:
        flash(forms.code_sentence(error.code, error.params), "warn")
    return redirect(url_for("office.geodata_batch", geo_batch_id=geo_batch_id), 303)
