"""Data verification on the office's desk: rounds, a district's records, progress, differences."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Scope
from regulator.features.registry.actions import verification as acts
from regulator.features.registry.queries import verification as queries
from regulator.features.registry.queries.verification import Difference
from regulator.features.registry.terms import DifferenceKind, SubjectKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.verification import DoneForm, RoundForm
from regulator.portals.office.history import field_words, value_words
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

MOST_AT_ONCE = 200
navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.verification",
    _l("Data verification"),
    Permission.VERIFICATION_VIEW,
    active=("office.verification",),
)


# --- rounds ---------------------------------------------------------------------------------------------------------


@office.route("/verification", methods=["GET", "POST"])
@allow(Permission.VERIFICATION_VIEW)
@commits
def verification() -> ResponseReturnValue:
    """Every round; the city opens the next."""
    if request.method == "GET":
        return _rounds_page(forms.fill(RoundForm))
    filled = forms.read(RoundForm)
    value = filled.value
    if Permission.VERIFICATION_OPEN not in current_permissions():
        filled.fail("", _("Rounds are opened by the city."))
        return _rounds_page(filled), 403
    if value is None:
        return _rounds_page(filled), 400
    given: list[Any] = []
    actor = current_actor(Permission.VERIFICATION_OPEN)
    if not attempt(
        filled,
        lambda: given.append(
            acts.open_round(value.name, value.due_on, instruction=value.instruction, actor=actor, now=clock.now())
        ),
    ):
        return _rounds_page(filled), 409
    flash(_("The round is open; every district can confirm its records."), "ok")
    return redirect(url_for("office.verification_round", number=given[0].number), 303)


def _rounds_page(filled: forms.Filled[RoundForm]) -> str:
    return render_template(
        "office/verification/rounds.html", rounds=queries.list_rounds(), form=filled, scope=current_scope()
    )


@office.get("/verification/<int:number>")
@allow(Permission.VERIFICATION_VIEW)
def verification_round(number: int) -> ResponseReturnValue:
    """How far each district is."""
    current, scope = queries.get_round(number), current_scope()
    return render_template(
        "office/verification/round.html",
        round=current,
        previous=queries.find_previous(current),
        progress=queries.list_progress(scope, current),
        differences=queries.count_differences(scope, current),
        mine=_district_of(scope),
        scope=scope,
    )


def _district_of(scope: Scope) -> str | None:
    """The district a scope is, when it is exactly one: who may declare it done."""
    lows = {item.low for item in scope.ranges}
    low = next(iter(lows)) if len(lows) == 1 else ""
    return low if len(low) == queries.DISTRICT else None


# --- confirming -----------------------------------------------------------------------------------------------------


@office.route("/verification/<int:number>/records", methods=["GET", "POST"])
@allow(Permission.VERIFICATION_CONFIRM)
@commits
def verification_records(number: int) -> ResponseReturnValue:
    """The records still to be confirmed; confirm those ticked, as they were shown."""
    current, scope, kind = queries.get_round(number), _narrowed(), _kind()
    if request.method == "POST":
        return _confirm(current, scope, kind)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/verification/records.html",
        round=current,
        page=queries.list_pending(
            scope, current, kind, day=clock.today(), cursor=request.args.get("cursor"), limit=limit
        ),
        totals={item: queries.count_pending(scope, current, item) for item in queries.KINDS},
        kind=kind,
        previous=queries.find_previous(current),
        scope=scope,
        divisions=listing.division_choices(current_scope()),
        words=_words,
    )


def _narrowed() -> Scope:
    division = listing.asked_division()
    return current_scope().narrowed(division.range) if division else current_scope()


def _kind() -> SubjectKind:
    raw = request.args.get("kind", SubjectKind.ESTATE.value)
    found = next((item for item in queries.KINDS if item.value == raw), None)
    if found is None:
        raise NotFound(raw)
    return found


def _confirm(current: Any, scope: Scope, kind: SubjectKind) -> ResponseReturnValue:
    """Records come as `record=<key>:<version>`, those ticked; with `all` every one the page had (`shown`) is meant."""
    named = "shown" if request.form.get("all") else "record"
    shown = [_shown(text) for text in request.form.getlist(named)[:MOST_AT_ONCE]]
    if not shown:
        flash(_("No record was ticked."), "warn")
        return redirect(request.full_path, 303)
    done = acts.confirm_records(current, scope, kind, shown, actor=current_actor(), now=clock.now())
    flash(ngettext("%(num)d record confirmed.", "%(num)d records confirmed.", done.count), "ok")
    if done.changed:
        flash(
            _("Changed since they were shown, so not confirmed: %(keys)s", keys="、".join(done.changed[:10])),
            "warn",
        )
    return redirect(request.full_path, 303)


def _shown(text: str) -> tuple[str, int]:
    key, _colon, version = text.rpartition(":")
    if not key or not (version.isascii() and version.isdigit() and len(version) < 10):
        raise BadInput("form_incomplete", about="record")
    return key, int(version)


@office.route("/verification/<int:number>/done/<district>", methods=["GET", "POST"])
@allow(Permission.VERIFICATION_CONFIRM)
@commits
def verification_done(number: int, district: str) -> ResponseReturnValue:
    """The district says that all its records are confirmed."""
    current, place = queries.get_round(number), get_division(district)
    if not any(item.contains(place.range) for item in current_scope().ranges):
        raise NotFound(district)
    page = "office/verification/done.html"
    remaining = queries.count_all_pending(Scope.division(district), current)
    shown = {"round": current, "place": place, "remaining": remaining}
    if request.method == "GET":
        return render_template(page, form=forms.fill(DoneForm), **shown)
    filled = forms.read(DoneForm)
    value = filled.value
    if value is None:
        return render_template(page, form=filled, **shown), 400
    if not attempt(
        filled,
        lambda: acts.declare_done(current, place, remark=value.remark, actor=current_actor(), now=clock.now()),
    ):
        return render_template(page, form=filled, **shown), 409
    flash(_("%(district)s is done.", district=place.name), "ok")
    return redirect(url_for("office.verification_round", number=number), 303)


@office.post("/verification/<int:number>/close")
@allow(Permission.VERIFICATION_OPEN)
@commits
def verification_close(number: int) -> ResponseReturnValue:
    """Close the round for good."""
    current = queries.get_round(number)
    acts.close_round(current, version=sent_version(), actor=current_actor(), now=clock.now())
    flash(_("The round is closed; nothing of it can be changed any more."), "ok")
    return redirect(url_for("office.verification_round", number=number), 303)


# --- differences ----------------------------------------------------------------------------------------------------


@office.get("/verification/<int:number>/differences")
@allow(Permission.VERIFICATION_VIEW)
def verification_differences(number: int) -> ResponseReturnValue:
    """What this round shows otherwise than the one before, field by field."""
    current, scope = queries.get_round(number), _narrowed()
    kind = listing.asked_code(DifferenceKind, "kind")
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_differences(scope, current, kind=kind, cursor=c, limit=n))
        name = _("Differences to the previous round")
        return listing.export(name, _columns(), rows, day=clock.today(), territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/verification/differences.html",
        round=current,
        previous=queries.find_previous(current),
        page=queries.list_differences(scope, current, kind=kind, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_differences(scope, current, kind=kind),
        kind=kind,
        kinds=DifferenceKind,
        scope=scope,
        divisions=listing.division_choices(current_scope()),
        words=_words,
    )


def _words(kind: SubjectKind, field: str, value: Any) -> str | None:
    return value_words(kind, field, value, {})


def _columns() -> list[listing.Column[Difference]]:
    column = listing.Column[Difference]
    return [
        column(_("Key"), lambda row: row.key),
        column(_("Name"), lambda row: row.name),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Difference"), lambda row: row.kind),
        column(_("Fields"), _fields_in_words),
        column(_("Confirmed by"), lambda row: row.confirmed_by),
    ]


def _fields_in_words(row: Difference) -> str:
    return "；".join(
        f"{field_words(item.field or '')}: {_words(row.subject_kind, item.field or '', item.before) or '—'} → "
        f"{_words(row.subject_kind, item.field or '', item.after) or '—'}"
        for item in row.fields
    )
