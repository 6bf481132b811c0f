"""The baseline survey on the office's desk: rounds of streets, progress by community, answers on a phone."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.actions import surveys as acts
from regulator.features.coverage.queries import surveys as queries
from regulator.features.coverage.queries.surveys import SurveyRow
from regulator.features.divisions.queries import path_of
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.foundation.i18n import label
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import Chosen, attempt, chosen_company, sent_version
from regulator.portals.office.forms.surveys import AnswerForm, CloseForm, OpenForm
from regulator.portals.office.views.estates_work import estate_of
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

AT = {"credit_code_needed": "company", "company_without_service": "company"}
navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.surveys",
    _l("Baseline survey"),
    Permission.CUSTODIANS_VIEW,
    active=("office.survey",),
)


# --- rounds ---------------------------------------------------------------------------------------------------------


@office.get("/surveys")
@allow(Permission.CUSTODIANS_VIEW)
def surveys() -> ResponseReturnValue:
    """The rounds of the territory's streets."""
    scope, limit = current_scope(), parse_limit(request.args.get("limit"))
    return render_template(
        "office/surveys/list.html",
        page=queries.list_surveys(scope, cursor=request.args.get("cursor"), limit=limit),
        scope=scope,
    )


@office.route("/surveys/new", methods=["GET", "POST"])
@allow(Permission.SURVEYS_OPEN)
@commits
def survey_new() -> ResponseReturnValue:
    """Open a round for a street of the asker's own territory."""
    streets = queries.list_streets_to_survey(current_scope(), day=clock.today())
    if request.method == "GET":
        start = {"division_code": streets[0].code} if len(streets) == 1 else {}
        return _new_page(streets, forms.fill(OpenForm, start))
    filled = forms.read(OpenForm)
    street = next((one for one in streets if one.code == filled.text("division_code")), None)
    if filled.value is not None and street is None:
        filled.fail("division_code", _("Choose a street of your own territory that has no round under way."))
    value = filled.value
    if value is None or street is None:
        return _new_page(streets, filled), 400
    given: list[Any] = []
    facts: dict[str, Any] = {"title": value.title, "due_on": value.due_on}
    if not attempt(
        filled, lambda: given.append(acts.open_survey(street, **facts, actor=current_actor(), now=clock.now()))
    ):
        return _new_page(streets, filled), 409
    flash(_("The round is open; the communities can answer."), "ok")
    return redirect(url_for("office.survey", survey_id=given[0].id), 303)


def _new_page(streets: list[Any], filled: forms.Filled[OpenForm]) -> str:
    options = [(street.code, street.name) for street in streets]
    return render_template("office/surveys/new.html", form=filled, streets=options)


# --- one round ------------------------------------------------------------------------------------------------------


@office.get("/surveys/<uuid:survey_id>")
@allow(Permission.CUSTODIANS_VIEW)
def survey(survey_id: UUID) -> ResponseReturnValue:
    """How far each community is, and the estates of the round."""
    current, scope, day = queries.get_survey(current_scope(), survey_id), current_scope(), clock.today()
    if listing.asked_export():
        rows = listing.all_pages(
            lambda c, n: queries.list_survey_estates(scope, current, **_asked(), day=day, cursor=c, limit=n)
        )
        return listing.export(current.title, _columns(), rows, day=day, territory=scope.label)
    return _round_page(current, forms.fill(CloseForm))


def _asked() -> dict[str, Any]:
    return {"division": listing.asked_division(), "only_open": request.args.get("state") == "open"}


def _columns() -> list[listing.Column[SurveyRow]]:
    column = listing.Column[SurveyRow]
    return [
        column(_("Estate code"), lambda row: row.code),
        column(_("Estate"), lambda row: row.name),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Lacking when opened"), lambda row: _in_words(row.lacked)),
        column(_("Lacking now"), lambda row: _in_words(row.lacks)),
        column(_("Problems"), lambda row: row.entry.problems),
        column(_("Why it cannot be known"), lambda row: row.entry.unknown_reason),
        column(_("Answered by"), lambda row: row.entry.answered_by),
        column(_("Answered"), lambda row: row.entry.answered_at and row.entry.answered_at.astimezone(clock.CHINA)),
        column(_("Finished"), lambda row: _("yes") if row.is_settled else _("no")),
    ]


def _in_words(lacks: tuple[Any, ...]) -> str:
    return "、".join(label(lack) for lack in lacks)


def _round_page(current: Any, closing: forms.Filled[CloseForm]) -> str:
    scope, day, limit = current_scope(Permission.CUSTODIANS_VIEW), clock.today(), parse_limit(request.args.get("limit"))
    asked, mine = _asked(), current_scope(Permission.SURVEYS_ANSWER)
    return render_template(
        "office/surveys/round.html",
        round=current,
        place=path_of(current.division_code),
        progress=queries.list_survey_progress(scope, current, day=day),
        page=queries.list_survey_estates(
            scope, current, **asked, day=day, cursor=request.args.get("cursor"), limit=limit
        ),
        total=queries.count_survey_estates(scope, current, **asked, day=day),
        first=queries.find_next(mine, current, day=day) if current.closed_at is None else None,
        may_close=current.closed_at is None and current_scope(Permission.SURVEYS_OPEN).covers(current.division_code),
        form=closing,
        scope=scope,
        day=day,
        asked=asked,
    )


@office.post("/surveys/<uuid:survey_id>/close")
@allow(Permission.SURVEYS_OPEN)
@commits
def survey_close(survey_id: UUID) -> ResponseReturnValue:
    """Close the round for good; with estates open only for a reason."""
    current = queries.get_survey(current_scope(), survey_id)
    if not current_scope().covers(current.division_code):
        raise NotFound(str(survey_id))
    filled, version = forms.read(CloseForm), sent_version()
    value = filled.value
    if value is None:
        return _round_page(current, filled), 400
    given: dict[str, Any] = {"version": version, "actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: acts.close_survey(current, reason=value.reason, **given)):
        return _round_page(current, filled), 409
    flash(_("The round is closed; nothing of it can be answered any more."), "ok")
    return redirect(url_for("office.survey", survey_id=survey_id), 303)


# --- one estate, on a phone -----------------------------------------------------------------------------------------


@office.get("/surveys/<uuid:survey_id>/estates/<code>")
@allow(Permission.CUSTODIANS_VIEW)
def survey_estate(survey_id: UUID, code: str) -> ResponseReturnValue:
    """What lacks of one estate, as a form for those who answer."""
    current = queries.get_survey(current_scope(), survey_id)
    row = queries.get_survey_estate(current_scope(), current, code, day=clock.today())
    start = {"problems": row.entry.problems, "unknown_reason": row.entry.unknown_reason}
    return _estate_page(current, code, forms.fill(AnswerForm, start))


@office.post("/surveys/<uuid:survey_id>/estates/<code>")
@allow(Permission.SURVEYS_ANSWER)
@commits
def survey_answer(survey_id: UUID, code: str) -> ResponseReturnValue:
    """Take the answer into the register and go to the next estate."""
    current = queries.get_survey(current_scope(), survey_id)
    row, found = queries.get_survey_estate(current_scope(), current, code, day=clock.today()), estate_of(code)
    filled, versions = forms.read(AnswerForm), _versions()
    mode = filled.value.mode if filled.value else None
    chosen = chosen_company(filled, required=mode is Mode.PROFESSIONAL)
    value = filled.value
    if value is None:
        return _estate_page(current, code, filled, chosen), 400
    company = chosen.company if mode is not None and mode.takes_company else None
    given: dict[str, Any] = {"company": company, "actor": current_actor(), "now": clock.now(), **versions}
    done: list[bool] = []
    answer = value.answer(clock.today())
    if not attempt(filled, lambda: done.append(acts.answer_survey(current, row.entry, found, answer, **given)), AT):
        return _estate_page(current, code, filled, chosen), 409
    flash(_("%(estate)s is settled.", estate=row.name) if done[0] else _("Kept; something still lacks."), "ok")
    return redirect(_onward(current, row), 303)


def _versions() -> dict[str, int]:
    return {"version": sent_version(), "estate_version": sent_version("estate_version")}


def _onward(current: Any, row: SurveyRow) -> str:
    """The next open estate, or the round when there is none."""
    following = queries.find_next(current_scope(), current, row.entry, day=clock.today())
    if following is None:
        return url_for("office.survey", survey_id=current.id)
    return url_for("office.survey_estate", survey_id=current.id, code=following)


def _estate_page(current: Any, code: str, filled: forms.Filled[AnswerForm], chosen: Chosen | None = None) -> str:
    row = queries.get_survey_estate(current_scope(), current, code, day=clock.today())
    mine = current_scope(Permission.SURVEYS_ANSWER)
    may_answer = Permission.SURVEYS_ANSWER in current_permissions() and mine.covers(row.division_code)
    return render_template(
        "office/surveys/estate.html",
        round=current,
        row=row,
        estate=estate_of(code),
        form=filled,
        hits=chosen.hits if chosen else (),
        answering=may_answer and current.closed_at is None,
        left=queries.count_survey_estates(mine, current, None, day=clock.today(), only_open=True),
        following=queries.find_next(mine, current, row.entry, day=clock.today()),
    )
