"""Acts on zones: proposing for a street or a district, moving estates, adopting, dissolving."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import DivisionRow
from regulator.features.divisions.terms import Level
from regulator.features.zones.actions import deciding, proposing
from regulator.features.zones.queries import zones as queries
from regulator.features.zones.queries.barriers import list_layers
from regulator.features.zones.queries.estates import list_living_codes
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.foundation import clock, jobs
from regulator.foundation.errors import NotFound
from regulator.foundation.jobs import JobState
from regulator.portals.office import blueprint as office
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.zones import AdoptForm, DissolveForm, LimitsForm, MoveForm, RenameForm
from regulator.portals.office.views.zones import address_of_street, street_page, zone_page
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.transaction import commits


def _acting() -> dict[str, Any]:
    return {"actor": current_actor(), "now": clock.now()}


# --- proposing ------------------------------------------------------------------------------------------------------


@office.get("/zones/new")
@allow(Permission.ZONES_EDIT)
def zone_new() -> ResponseReturnValue:
    """Choose a street, or a district, and the limits of its groups."""
    places = queries.list_places(current_scope(), day=clock.today())
    wanted = request.args.get("division") or (places[0].code if len(places) == 1 else "")
    place = next((one for one in places if one.code == wanted), None)
    if wanted and place is None:
        raise NotFound(wanted)
    before = queries.find_proposal(place) if place else None
    return _new_page(place, forms.fill(LimitsForm, _typed(before.limits if before else PRACTICE)))


def _typed(limits: Any) -> dict[str, object]:
    return {name: getattr(limits, name) for name in LimitsForm.model_fields if getattr(limits, name) is not None}


def _new_page(place: DivisionRow | None, filled: forms.Filled[LimitsForm]) -> str:
    places = queries.list_places(current_scope(), day=clock.today())
    names = {one.code: one.name for one in places}
    before = queries.find_proposal(place) if place else None
    living = queries.list_living(place) if place and place.level is Level.STREET else []
    return render_template(
        "office/zones/new.html",
        place=place,
        places=[(one.code, " ".join(filter(None, (names.get(one.parent_code or ""), one.name)))) for one in places],
        form=filled,
        version=before.version if before else proposing.NONE_SEEN,
        on_table=sum(zone.number is None for zone in living),
        is_street=place is not None and place.level is Level.STREET,
        job=_job(place) if place else None,
        barrier_layers=list_layers(),
        scope=current_scope(),
    )


@office.post("/zones/new")
@allow(Permission.ZONES_EDIT)
@commits
def zone_propose() -> ResponseReturnValue:
    """Group a street at once, or have the worker group a district."""
    code = request.form.get("division_code", "")
    place = next((one for one in queries.list_places(current_scope(), day=clock.today()) if one.code == code), None)
    if place is None:
        raise NotFound(code)
    filled = forms.read(LimitsForm)
    if filled.value is None:
        return _new_page(place, filled), 400
    limits = filled.value.limits()
    if place.level is Level.DISTRICT:
        return _propose_district(place, filled, limits)
    version = sent_version()
    if not attempt(filled, lambda: proposing.propose_zones(place, limits, version=version, **_acting())):
        return _new_page(place, filled), 409
    flash(_("The street is grouped. Look at the groups, move estates where needed, and adopt what fits."), "ok")
    return redirect(address_of_street(place), 303)


def _propose_district(place: DivisionRow, filled: forms.Filled[LimitsForm], limits: Any) -> ResponseReturnValue:
    found: list[UUID] = []
    if not attempt(filled, lambda: found.append(proposing.ask_for_district(place, limits, **_acting()))):
        return _new_page(place, filled), 409
    return redirect(url_for("office.zone_new", division=place.code, job=found[0]), 303)


def _job(place: DivisionRow) -> Any:
    """The job that groups a district, else the one the page was sent to wait for."""
    found = proposing.find_work(place) or _named_job()
    job = jobs.find_job(found) if found else None
    ours = job is not None and job.kind == proposing.PROPOSE_JOB and job.payload.get("district") == place.code
    return job if ours else None


def _named_job() -> UUID | None:
    try:
        return UUID(request.args.get("job", ""))
    except ValueError:
        return None


@office.get("/zones/progress.json")
@allow(Permission.ZONES_EDIT)
def zone_progress() -> ResponseReturnValue:
    """How far the grouping of a district is; asked every two seconds by the page."""
    code = request.args.get("division", "")
    place = next((one for one in queries.list_places(current_scope(), day=clock.today()) if one.code == code), None)
    if place is None:
        raise NotFound(code)
    job = _job(place)
    working = job is not None and job.state in (JobState.WAITING, JobState.RUNNING)
    failed = job is not None and job.state == JobState.FAILED
    done = url_for("office.zones", division=place.code)
    return jsonify(
        state="running" if working else "failed" if failed else "done",
        done=job.done_steps if job else 0,
        total=job.all_steps if job and job.all_steps else None,
        note=_("Streets grouped"),
        next=url_for("office.zone_new", division=place.code, job=job.id) if failed else done,
    )


@office.post("/zones/discard")
@allow(Permission.ZONES_EDIT)
@commits
def zone_discard() -> ResponseReturnValue:
    """Take a street's groups off the table."""
    street = queries.get_street(current_scope(), request.form.get("street", ""))
    proposal, filled = queries.find_proposal(street), forms.fill(MoveForm)
    if proposal is None:
        raise NotFound(street.code)
    version = sent_version()
    if not attempt(filled, lambda: proposing.discard_proposal(proposal, street, version=version, **_acting())):
        return street_page(street, filled), 409
    flash(_("The groups are off the table; adopted zones stand as they did."), "ok")
    return redirect(address_of_street(street), 303)


# --- moving estates -------------------------------------------------------------------------------------------------


@office.post("/zones/move")
@allow(Permission.ZONES_EDIT)
@commits
def zone_move() -> ResponseReturnValue:
    """Put ticked estates into a zone or a new group, or take them out; from a street's page or a zone's."""
    street = queries.get_street(current_scope(), request.form.get("street", ""))
    page, filled = _zone_of(street, request.form.get("page", "")), forms.read(MoveForm)
    page_id = page.id if page else None  # a group that loses its last estate is gone
    if filled.value is not None and _is_gone(street, filled.value.target):
        filled.fail("target", gone_words())
    if filled.value is None:
        return _moving_page(street, page, filled), 400
    if not attempt(filled, _move(street, page, filled.value)):
        return _moving_page(street, page, filled), 409
    flash(_("The estates are moved."), "ok")
    return redirect(_after_move(street, page_id, filled.value.target), 303)


def _move(street: DivisionRow, page: Any, form: MoveForm) -> Callable[[], object]:
    codes = list_living_codes(page) if form.whole and page is not None else form.estates
    given: dict[str, Any] = {"seen": _seen()} | _acting()
    if form.target == "out":
        return lambda: deciding.take_out(street, codes, **given)
    if form.target == "new":
        return lambda: deciding.split_off(street, codes, **given)
    target = _zone_of(street, form.target)
    return lambda: deciding.put_in_zone(street, codes, target, **given)


def _is_gone(street: DivisionRow, target: str) -> bool:
    return target not in ("new", "out") and _zone_of(street, target) is None


def _zone_of(street: DivisionRow, key: str) -> Any:
    """A zone of the street by the key a form sent; None when there is none, or none any more."""
    try:
        found = queries.find_zone(current_scope(), UUID(key))
    except ValueError:
        return None
    return found if found is not None and found.division_code == street.code else None


def gone_words() -> str:
    """What somebody is told whose group another official has merged, discarded or proposed anew."""
    return _(
        "This group is not there any more: somebody else has changed the street's proposal. Nothing was overwritten."
    )


def _told_it_is_gone() -> ResponseReturnValue:
    """Back to the street of a group that is gone; whoever may not see the street is told nothing."""
    street = queries.get_street(current_scope(), request.form.get("street", ""))
    flash(gone_words(), "bad")
    return redirect(address_of_street(street), 303)


def _seen() -> dict[UUID, int]:
    """The versions of the street's zones as the page showed them."""
    found: dict[UUID, int] = {}
    for part in request.form.get("seen", "").split():
        key, _dot, version = part.partition(".")
        try:
            found[UUID(key)] = int(version[:9])
        except ValueError:
            continue
    return found


def _moving_page(street: DivisionRow, page: Any, filled: forms.Filled[MoveForm]) -> str:
    return street_page(street, filled) if page is None else zone_page(page, move=filled)


def _after_move(street: DivisionRow, page_id: UUID | None, target: str) -> str:
    """Back to the zone's page while the zone is there, else to where its estates went."""
    if page_id is None:
        return address_of_street(street)
    if (left := queries.find_zone(current_scope(), page_id)) is not None:
        return url_for("office.zone", zone_id=left.id)
    return address_of_street(street) if target in ("new", "out") else url_for("office.zone", zone_id=target)


# --- adopting and dissolving ----------------------------------------------------------------------------------------


@office.post("/zones/<uuid:zone_id>/adopt")
@allow(Permission.ZONES_EDIT)
@commits
def zone_adopt(zone_id: UUID) -> ResponseReturnValue:
    """Make a group a zone with a number and a name."""
    current = queries.find_zone(current_scope(), zone_id)
    if current is None:
        return _told_it_is_gone()
    filled, version = forms.read(AdoptForm), sent_version()
    value = filled.value
    if value is None:
        return zone_page(current, adopting=filled), 400
    if not attempt(filled, lambda: deciding.adopt_zone(current, name=value.name, version=version, **_acting())):
        return zone_page(current, adopting=filled), 409
    flash(_("The zone is adopted; from now on it follows the register until every estate is managed."), "ok")
    return redirect(url_for("office.zone", zone_id=zone_id), 303)


@office.post("/zones/<uuid:zone_id>/rename")
@allow(Permission.ZONES_EDIT)
@commits
def zone_rename(zone_id: UUID) -> ResponseReturnValue:
    """Give an adopted zone another name."""
    current = queries.get_zone(current_scope(), zone_id)
    filled, version = forms.read(RenameForm), sent_version()
    value = filled.value
    if value is None:
        return zone_page(current, renaming=filled), 400
    if not attempt(filled, lambda: deciding.rename_zone(current, name=value.name, version=version, **_acting())):
        return zone_page(current, renaming=filled), 409
    flash(_("The zone bears its new name."), "ok")
    return redirect(url_for("office.zone", zone_id=zone_id), 303)


@office.post("/zones/<uuid:zone_id>/dissolve")
@allow(Permission.ZONES_EDIT)
@commits
def zone_dissolve(zone_id: UUID) -> ResponseReturnValue:
    """End a zone for a reason."""
    current = queries.find_zone(current_scope(), zone_id)
    if current is None:
        return _told_it_is_gone()
    filled, version = forms.read(DissolveForm), sent_version()
    value = filled.value
    if value is None:
        return zone_page(current, dissolving=filled), 400
    given: dict[str, Any] = {"reason": value.reason, "version": version} | _acting()
    if not attempt(filled, lambda: deciding.dissolve_zone(current, **given)):
        return zone_page(current, dissolving=filled), 409
    flash(_("The zone is dissolved; its estates stand in no zone any more."), "ok")
    return redirect(url_for("office.zone", zone_id=zone_id), 303)
