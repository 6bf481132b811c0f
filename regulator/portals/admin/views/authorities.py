"""Authorities that accounts belong to, and management areas beside the tree of divisions."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts import actions, lists
from regulator.features.accounts.terms import Permission
from regulator.features.divisions import actions as territory
from regulator.features.divisions import queries as divisions
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, Conflict
from regulator.portals.admin import blueprint
from regulator.portals.admin.forms import AreaForm, AuthorityForm
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits


@blueprint.get("/authorities")
@allow(Permission.AUTHORITIES_MANAGE)
def authorities() -> ResponseReturnValue:
    """All authorities, and the form of a new one."""
    return _authorities_page(forms.fill(AuthorityForm))


def _authorities_page(filled: forms.Filled[AuthorityForm], status: int = 200) -> ResponseReturnValue:
    return render_template("admin/authorities.html", rows=lists.list_authorities(), form=filled), status


@blueprint.post("/authorities")
@allow(Permission.AUTHORITIES_MANAGE)
@commits
def authority_add() -> ResponseReturnValue:
    """Enter a new authority."""
    filled = forms.read(AuthorityForm)
    if (form := filled.value) is not None:
        try:
            actions.add_authority(form.name, form.division_code, actor=current_actor(), now=clock.now())
        except (BadInput, Conflict) as error:
            forms.add_bad_input(filled, error)
        else:
            flash(_("The authority was entered."), "ok")
            return redirect(url_for("admin.authorities"), 303)
    return _authorities_page(filled, 400)


@blueprint.get("/areas")
@allow(Permission.DIVISIONS_MANAGE)
def areas() -> ResponseReturnValue:
    """Management areas with their divisions, and the form of setting one."""
    code = request.args.get("code", "")
    found = divisions.find_area(code) if code else None
    start = {"code": found.code, "name": found.name, "divisions": "\n".join(found.division_codes)} if found else {}
    return _areas_page(forms.fill(AreaForm, start))


def _areas_page(filled: forms.Filled[AreaForm], status: int = 200) -> ResponseReturnValue:
    rows = divisions.list_areas()
    paths = divisions.paths_of(code for row in rows for code in row.division_codes)
    return render_template("admin/areas.html", rows=rows, paths=paths, form=filled), status


@blueprint.post("/areas")
@allow(Permission.DIVISIONS_MANAGE)
@commits
def area_set() -> ResponseReturnValue:
    """Name a management area, or change its divisions."""
    filled = forms.read(AreaForm)
    if (form := filled.value) is not None:
        codes = {code for code in re.split(r"[\s,，、;；]+", form.divisions) if code}
        try:
            territory.set_management_area(form.code, form.name, codes, actor=current_actor(), now=clock.now())
        except BadInput as error:
            forms.add_bad_input(filled, error)
        else:
            flash(_("The management area was kept."), "ok")
            return redirect(url_for("admin.areas"), 303)
    return _areas_page(filled, 400)
