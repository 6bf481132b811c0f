"""Where an estate lies: its point moved and its outline drawn, in figures or on the map."""

import hashlib
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.maps.geojson import doubts_of
from regulator.features.maps.outlines import Doubt, read_outline, write_outline
from regulator.features.maps.placing import NEVER_DRAWN, Doubtful, Versions, place_on_map
from regulator.features.maps.queries.outlines import Outline, find_outline
from regulator.features.registry.terms import RecordField, SubjectKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, StaleVersion
from regulator.foundation.i18n import current_locale, label
from regulator.law.findings import Refused
from regulator.portals.office import blueprint as office
from regulator.portals.office import correcting
from regulator.portals.office.acting import sent_version
from regulator.portals.office.forms.estates import PositionForm
from regulator.portals.office.views.estates_work import estate_of
from regulator.portals.office.views.maps import ground
from regulator.web import filters, forms
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits

UNDER_WAY = correcting.Correcting[PositionForm]
OWN = ("boundary", "reason", "confirmed")


@office.route("/estates/<code>/position", methods=["GET", "POST"])
@allow(Permission.ESTATES_EDIT)
@commits
def estate_position(code: str) -> ResponseReturnValue:
    """Correct the point, draw or correct the outline; what is unlikely is asked about before it is recorded."""
    found = estate_of(code)
    if request.method == "GET":
        return _page(found, _begin(found))
    under_way = correcting.sent(PositionForm)
    try:
        changed = _place(found, under_way)
    except (Doubtful, StaleVersion, Refused, BadInput) as refusal:
        return _again(found, under_way, refusal)
    if changed is None:
        return _page(found, under_way), 400
    flash(
        _("Position and boundary are recorded.") if changed else _("Nothing was changed."), "ok" if changed else "info"
    )
    return redirect(url_for("office.estate", code=code, _anchor="position"), 303)


def _place(found: Any, under_way: UNDER_WAY) -> bool | None:
    """Whether anything changed; None when the form cannot be read."""
    versions = Versions(under_way.version, sent_version("outline_version"))
    value = under_way.form.value
    if value is None:
        return None
    return place_on_map(
        found,
        (value.lon, value.lat),
        read_outline(value.boundary),
        versions=versions,
        reason=value.reason,
        confirmed=value.confirmed,
        actor=current_actor(),
        now=clock.now(),
    )


def _again(found: Any, under_way: UNDER_WAY, refusal: Exception) -> ResponseReturnValue:
    """The form with what stands against it; nothing was recorded."""
    match refusal:
        case Doubtful():
            return _page(found, under_way, refusal.doubts, refusal.mark), 409
        case StaleVersion():
            return _page(found, _collide(found, under_way)), 409
        case Refused():
            forms.add_findings(under_way.form, refusal.findings)
            return _page(found, under_way), 409
        case BadInput():
            forms.add_bad_input(under_way.form, refusal)
            return _page(found, under_way), 400
    raise refusal


def _begin(found: Any) -> UNDER_WAY:
    outline = find_outline(found)
    return _with_marks(correcting.begin(PositionForm, _values(found, outline), found.version))


def _values(found: Any, outline: Outline | None) -> dict[str, Any]:
    return {"lon": found.lon, "lat": found.lat, "boundary": write_outline(outline.shape if outline else None)}


def _with_marks(under_way: UNDER_WAY) -> UNDER_WAY:
    """What stood in the form when it was opened; of an outline its mark only, it may be long."""
    was = under_way.was
    return replace(under_way, was={"lon": was["lon"], "lat": was["lat"], "boundary": _mark(was["boundary"])})


def _mark(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]


def _collide(found: Any, under_way: UNDER_WAY) -> UNDER_WAY:
    """Both versions: the point field by field, of the outline the one drawn here, or theirs where none was touched."""
    outline = find_outline(found)
    values = _values(found, outline)
    again = correcting.collide(under_way, SubjectKind.ESTATE, values, found.version, own=OWN)
    typed, was, now = under_way.form.text("boundary"), under_way.was.get("boundary", ""), values["boundary"]
    if _mark(typed) == was:
        again.form.raw["boundary"] = [now]
    elif _mark(now) != was:
        name = label(RecordField.OUTLINE)
        told = (_("as you opened it"), _size(outline.area if outline else None), _("as you drew it, on the map below"))
        again.differences = [*again.differences, correcting.Difference("boundary", name, *told)]
    return _with_marks(again)


def _size(area: Any) -> str:
    if area is None:
        return _("no boundary drawn")
    return _("%(area)s, the dashed line on the map", area=filters.area_exact(area, current_locale()))


def _page(found: Any, under_way: UNDER_WAY, doubts: tuple[Doubt, ...] = (), mark: str = "") -> str:
    outline = find_outline(found)
    return render_template(
        "office/map/position.html",
        estate=found,
        outline=outline,
        theirs=write_outline(outline.shape) if outline and under_way.collided else "",
        outline_version=_version(outline, under_way),
        under_way=under_way,
        form=under_way.form,
        doubts=[doubt.finding for doubt in doubts],
        shown=doubts_of(doubts, forms.finding_sentence),
        mark=mark,
        **ground(),
    )


def _version(outline: Outline | None, under_way: UNDER_WAY) -> str:
    """The version the form was opened at; after a collision that of today."""
    if request.method == "POST" and not under_way.collided:
        return request.form.get("outline_version", "")
    return str(outline.version if outline else NEVER_DRAWN)
