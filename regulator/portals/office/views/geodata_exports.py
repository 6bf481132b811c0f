"""Layers of the register as files for a GIS: asked for on the desk, made by the worker, fetched when ready."""

from typing import Any
from uuid import UUID

from flask import jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.maps.geofiles import exporting, queries
from regulator.features.maps.geofiles.terms import FileType, GeoKind
from regulator.foundation import clock, i18n, jobs
from regulator.foundation.errors import Conflict
from regulator.portals.office import blueprint as office
from regulator.portals.office.forms.geodata import ExportForm, SendForm
from regulator.portals.office.views.geodata import show_geodata
from regulator.web import forms
from regulator.web.access import allow, current_account, current_actor, current_scope
from regulator.web.sending import send_kept
from regulator.web.transaction import commits

TYPES = {
    FileType.GEOPACKAGE: "application/geopackage+sqlite3",
    FileType.GEOJSON: "application/geo+json",
    FileType.SHAPEFILE: "application/zip",
}


@office.post("/geodata/exports")
@allow(Permission.GEODATA_EXCHANGE)
@commits
def geodata_export_ask() -> ResponseReturnValue:
    """Have a layer of one's territory made as a file."""
    filled = forms.read(ExportForm)
    value = filled.value
    if value is None or value.layer is None or value.file_type is None:
        for field in ("layer", "file_type"):
            if value is None or getattr(value, field) is None:
                filled.fail(field, forms.code_sentence("kind_missing"))
        return show_geodata(forms.fill(SendForm, {"kind": GeoKind.ESTATES.value}), filled, 400)
    export = exporting.ask_for_export(
        value.layer, value.file_type, scope=current_scope(), actor=current_actor(), now=clock.now()
    )
    return redirect(url_for("office.geodata_export", geo_export_id=export.id), 303)


def _export(export_id: UUID) -> Any:
    return queries.get_own_export(current_scope(), export_id, current_account().account_id)


@office.get("/geodata/exports/<uuid:geo_export_id>")
@allow(Permission.GEODATA_EXCHANGE)
def geodata_export(geo_export_id: UUID) -> ResponseReturnValue:
    """A file that is being made, or can be fetched."""
    export = _export(geo_export_id)
    return render_template("office/geofiles/export.html", export=export, job=_job(export), failed=_failed(export))


def _job(export: Any) -> Any:
    job_id = None if export.made_at or export.error_code else exporting.find_work(export)
    return jobs.find_job(job_id) if job_id else None


def _failed(export: Any) -> str:
    return forms.code_sentence(export.error_code) if export.error_code else ""


@office.get("/geodata/exports/<uuid:geo_export_id>/progress.json")
@allow(Permission.GEODATA_EXCHANGE)
def geodata_export_progress(geo_export_id: UUID) -> ResponseReturnValue:
    """How far the making is; asked every two seconds by the page."""
    export = _export(geo_export_id)
    return jsonify(
        state="failed" if export.error_code else "done" if export.made_at else "running",
        done=0,
        total=None,
        note=i18n.label(export.layer),
        next=url_for("office.geodata_export", geo_export_id=export.id),
    )


@office.get("/geodata/exports/<uuid:geo_export_id>/file")
@allow(Permission.GEODATA_EXCHANGE)
def geodata_export_file(geo_export_id: UUID) -> ResponseReturnValue:
    """The file."""
    export = _export(geo_export_id)
    if export.stored is None:
        raise Conflict("geo_export_not_ready")
    name = _("%(layer)s of %(place)s", layer=i18n.label(export.layer), place=export.scope["label"])
    file_name = f"{name}.{export.file_type.value}"
    return send_kept(export.stored, file_name=file_name, media_type=TYPES[export.file_type])
