"""Acts on estates from the office's desk: register, correct, names, place, confirm, retire."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import path_of, paths_of
from regulator.features.divisions.terms import CODE_LENGTHS, Level
from regulator.features.registry.actions import estates as acts
from regulator.features.registry.queries import estates as queries
from regulator.features.registry.queries.choosing import Places, places_to_choose
from regulator.features.registry.terms import Condition, EstateKind, SubjectKind
from regulator.foundation import clock
from regulator.foundation.errors import Conflict, StaleVersion
from regulator.law.findings import Refused
from regulator.portals.office import blueprint as office
from regulator.portals.office import correcting
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.estates import (
    AliasForm,
    CorrectEstateForm,
    NewEstateForm,
    PlaceForm,
    ReasonForm,
    RenameForm,
    RetireForm,
)
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.transaction import commits

STREET = CODE_LENGTHS[Level.STREET]


def to_estate(found: Any) -> ResponseReturnValue:
    """Back to the estate's page after an act."""
    return redirect(url_for("office.estate", code=found.code), 303)


def estate_of(code: str) -> Any:
    """The estate of an act's address. Raises NotFound outside the scope of the view's permission."""
    return queries.get_estate(current_scope(), code, day=clock.today())


# --- register -------------------------------------------------------------------------------------------------------


@office.route("/estates/new", methods=["GET", "POST"])
@allow(Permission.ESTATES_EDIT)
@commits
def estate_new() -> ResponseReturnValue:
    """First the street, then the community and everything else; the code is given by the register."""
    if request.method == "GET":
        start = {"kind": EstateKind.RESIDENTIAL, "condition": Condition.OCCUPIED}
        return _new_page(forms.fill(NewEstateForm, start), request.args.get("street"))
    filled = forms.read(NewEstateForm)
    places = _check_place(filled, request.form.get("street"))
    if filled.value is None:
        return _new_page(filled, places.street.code if places.street else None), 400
    given: list[Any] = []
    values = filled.value.model_dump()
    if not attempt(filled, lambda: given.append(acts.register_estate(values, actor=current_actor(), now=clock.now()))):
        return _new_page(filled, places.street.code if places.street else None), 409
    flash(_("The estate is registered under the code %(code)s.", code=given[0].code), "ok")
    return to_estate(given[0])


def _check_place(filled: forms.Filled[Any], street: str | None) -> Places:
    """Only a street or community of the asker's own territory may be chosen."""
    typed = filled.text("division_code")
    places = places_to_choose(current_scope(), street or typed[:STREET])
    if typed and not current_scope().covers(typed):
        filled.fail("division_code", _("Choose a street or community of your own territory."))
    return places


def _new_page(filled: forms.Filled[NewEstateForm], street: str | None) -> str:
    places = places_to_choose(current_scope(), street)
    return render_template("office/estates/new.html", form=filled, places=places, **_options(places))


def _options(places: Places) -> dict[str, list[tuple[str, str]]]:
    """Streets to choose from with their districts, communities of the chosen one, and the street itself."""
    options = [(item.code, item.name) for item in places.communities]
    if places.street:
        words = _("Not known: %(street)s, to be placed later", street=places.street.name)
        options.append((places.street.code, words))
    paths = paths_of(item.code for item in places.streets)
    return {"names": [(item.code, str(paths[item.code])) for item in places.streets], "options": options}


# --- correct --------------------------------------------------------------------------------------------------------


@office.route("/estates/<code>/correct", methods=["GET", "POST"])
@allow(Permission.ESTATES_EDIT)
@commits
def estate_correct(code: str) -> ResponseReturnValue:
    """Correct the record, or show both versions when somebody else was first."""
    found = estate_of(code)
    if request.method == "GET":
        return _correct_page(found, correcting.begin(CorrectEstateForm, _values(found), found.version))
    under_way = correcting.sent(CorrectEstateForm)
    value = under_way.form.value
    if value is None:
        return _correct_page(found, under_way), 400
    changes = value.model_dump(exclude={"reason"})
    for field in ("kind", "condition"):
        if changes[field] is not getattr(found, field):
            changes[f"{field}_assumed"] = False
    try:
        changed = acts.correct_estate(
            found, changes, version=under_way.version, reason=value.reason, actor=current_actor(), now=clock.now()
        )
    except StaleVersion:
        again = correcting.collide(under_way, SubjectKind.ESTATE, _values(found), found.version, own=("reason",))
        return _correct_page(found, again), 409
    except Refused as refusal:
        forms.add_findings(under_way.form, refusal.findings)
        return _correct_page(found, under_way), 409
    except Conflict as conflict:
        forms.add_bad_input(under_way.form, conflict)
        return _correct_page(found, under_way), 409
    flash(_("The correction is recorded.") if changed else _("Nothing was changed."), "ok" if changed else "info")
    return to_estate(found)


def _values(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in CorrectEstateForm.model_fields if name != "reason"}


def _correct_page(found: Any, under_way: correcting.Correcting[CorrectEstateForm]) -> str:
    return render_template("office/estates/correct.html", estate=found, under_way=under_way, form=under_way.form)


# --- names ----------------------------------------------------------------------------------------------------------


@office.get("/estates/<code>/names")
@allow(Permission.ESTATES_EDIT)
def estate_names(code: str) -> ResponseReturnValue:
    """The names an estate has and had."""
    return _names_page(estate_of(code))


def _names_page(
    found: Any, rename: forms.Filled[RenameForm] | None = None, alias: forms.Filled[AliasForm] | None = None
) -> str:
    return render_template(
        "office/estates/names.html",
        estate=found,
        names=queries.list_names(found.id),
        rename=rename or forms.fill(RenameForm),
        alias=alias or forms.fill(AliasForm),
    )


@office.post("/estates/<code>/rename")
@allow(Permission.ESTATES_EDIT)
@commits
def estate_rename(code: str) -> ResponseReturnValue:
    """The estate bears a new name; the present one still leads to it."""
    found, filled, version = estate_of(code), forms.read(RenameForm), sent_version()
    value = filled.value
    if value is None:
        return _names_page(found, rename=filled), 400
    if not attempt(
        filled,
        lambda: acts.rename_estate(
            found,
            value.name,
            last_day=value.last_day,
            version=version,
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        ),
    ):
        return _names_page(found, rename=filled), 409
    flash(_("The new name is recorded; the old one still leads here."), "ok")
    return to_estate(found)


@office.post("/estates/<code>/names")
@allow(Permission.ESTATES_EDIT)
@commits
def estate_name_add(code: str) -> ResponseReturnValue:
    """Record an alias."""
    found, filled, version = estate_of(code), forms.read(AliasForm), sent_version()
    value = filled.value
    if value is None:
        return _names_page(found, alias=filled), 400
    if not attempt(
        filled,
        lambda: acts.add_estate_name(
            found, value.name, version=version, reason=value.reason, actor=current_actor(), now=clock.now()
        ),
    ):
        return _names_page(found, alias=filled), 409
    flash(_("The name is recorded."), "ok")
    return redirect(url_for("office.estate_names", code=code), 303)


@office.route("/estates/<code>/names/<uuid:name_id>/remove", methods=["GET", "POST"])
@allow(Permission.ESTATES_EDIT)
@commits
def estate_name_remove(code: str, name_id: UUID) -> ResponseReturnValue:
    """Take a name away that never led here."""
    found = estate_of(code)
    filled = forms.fill(ReasonForm) if request.method == "GET" else forms.read(ReasonForm)
    value = filled.value
    if request.method == "GET" or value is None:
        names = [name for name in queries.list_names(found.id) if name.id == name_id]
        page = render_template("office/estates/name_remove.html", estate=found, names=names, form=filled)
        return page, 200 if request.method == "GET" else 400
    acts.remove_estate_name(
        found, name_id, version=sent_version(), reason=value.reason, actor=current_actor(), now=clock.now()
    )
    flash(_("The name is taken away."), "ok")
    return redirect(url_for("office.estate_names", code=code), 303)


# --- place, confirm, retire -----------------------------------------------------------------------------------------


@office.route("/estates/<code>/place", methods=["GET", "POST"])
@allow(Permission.ESTATES_EDIT)
@commits
def estate_place(code: str) -> ResponseReturnValue:
    """Put the estate into its community; it keeps its code, and the old place still leads to it."""
    found = estate_of(code)
    if request.method == "GET":
        return _place_page(found, forms.fill(PlaceForm), request.args.get("street") or found.division_code[:STREET])
    filled, version = forms.read(PlaceForm), sent_version()
    places = _check_place(filled, request.form.get("street"))
    value = filled.value
    street = places.street.code if places.street else None
    if value is None:
        return _place_page(found, filled, street), 400
    if not attempt(
        filled,
        lambda: acts.place_estate(
            found,
            value.division_code,
            version=version,
            reason=value.reason,
            actor=current_actor(),
            now=clock.now(),
        ),
        at={"name_duplicate": "division_code"},
    ):
        return _place_page(found, filled, street), 409
    flash(_("The estate now stands in %(place)s.", place=path_of(value.division_code)), "ok")
    return to_estate(found)


def _place_page(found: Any, filled: forms.Filled[PlaceForm], street: str | None) -> str:
    places = places_to_choose(current_scope(), street)
    return render_template(
        "office/estates/place.html",
        estate=found,
        form=filled,
        places=places,
        **_options(places),
        here_now=path_of(found.division_code),
    )


@office.post("/estates/<code>/confirm")
@allow(Permission.RECORDS_CONFIRM)
@commits
def estate_confirm(code: str) -> ResponseReturnValue:
    """What the record states is right today."""
    found = estate_of(code)
    acts.confirm_estate(found, actor=current_actor(), now=clock.now(), version=sent_version())
    flash(_("The record is confirmed as of today."), "ok")
    return to_estate(found)


@office.route("/estates/<code>/retire", methods=["GET", "POST"])
@allow(Permission.RECORDS_RETIRE)
@commits
def estate_retire(code: str) -> ResponseReturnValue:
    """Take the estate out of the register; it stays readable and its code is never given again."""
    found = estate_of(code)
    if request.method == "GET":
        return _retire_page(found, forms.fill(RetireForm, {"day": clock.today()}))
    filled, version = forms.read(RetireForm), sent_version()
    value = filled.value
    if value is None:
        return _retire_page(found, filled), 400
    if not attempt(
        filled,
        lambda: acts.retire_estate(
            found, day=value.day, version=version, reason=value.reason, actor=current_actor(), now=clock.now()
        ),
    ):
        return _retire_page(found, filled), 409
    flash(_("The estate is retired from the register."), "ok")
    return to_estate(found)


def _retire_page(found: Any, filled: forms.Filled[RetireForm]) -> str:
    return render_template("office/estates/retire.html", estate=found, form=filled)
