"""The monthly bulletin on the desk: choose a closed month, have it made, fetch it as PDF or docx."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.actions import bulletins as acts
from regulator.features.coverage.queries import bulletins as queries
from regulator.features.coverage.queries.figures import list_months
from regulator.features.coverage.queries.months import list_closed
from regulator.features.coverage.queries.territory import KEPT, Territory, full_name, territory_of, top_divisions
from regulator.features.coverage.terms import BulletinPhase
from regulator.features.divisions.queries import find_division, list_in
from regulator.features.divisions.terms import Level, Scope
from regulator.foundation import clock, i18n, jobs
from regulator.foundation.errors import NotFound
from regulator.foundation.jobs import JobState
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.web import navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.pages import current_site
from regulator.web.sending import send_kept
from regulator.web.transaction import commits

KINDS = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.coverage_bulletin",
    _l("Monthly bulletin"),
    Permission.COVERAGE_VIEW,
    active=("office.coverage_bulletin",),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which territory and month a bulletin is asked for; no place: months are kept of no part of the reader's.

    ``month`` is the latest closed one unless another was named; None while no month is closed.
    """

    place: Territory | None
    months: list[str]
    month: str | None

    @property
    def is_closed(self) -> bool:
        """Whether there can be a bulletin."""
        return self.month in self.months


def _asked() -> Asked:
    scope = current_scope()
    place = _named_place(scope, code) if (code := request.values.get("division", "")) else _first_place(scope)
    months = list_closed(place) if place else []
    return Asked(place, months, request.values.get("month", "") or next(iter(months), None))


def _named_place(scope: Scope, code: str) -> Territory | None:
    """The division asked for; None for a community of one's own, which has no bulletin. Raises NotFound."""
    community = find_division(code)
    if community is not None and community.level not in KEPT and scope.covers(code):
        return None
    return queries.get_place(scope, code)


def _first_place(scope: Scope) -> Territory | None:
    """The whole territory; of one that months are not kept of as a whole, the first division they are kept of."""
    tops = top_divisions(scope)
    if tops and (whole := territory_of(scope)).is_kept:
        return whole
    return next((Territory.of(row) for row in list_in(scope, KEPT, on=clock.today())), None)


def _place_choices(scope: Scope) -> list[tuple[str, str]]:
    cities = list_in(scope, (Level.CITY,), on=clock.today())
    return [*((city.code, city.name) for city in cities), *listing.division_choices(scope)]


def _wanted() -> tuple[Territory, str]:
    """The division and the month of a bulletin that can be. Raises NotFound."""
    asked = _asked()
    if asked.place is None or asked.month is None:
        raise NotFound(request.path)
    return asked.place, asked.month


# --- the page -------------------------------------------------------------------------------------------------------


@office.get("/coverage/bulletin")
@allow(Permission.COVERAGE_VIEW)
def coverage_bulletin() -> ResponseReturnValue:
    """The bulletin of a division and a closed month: to be made, being made, or to be fetched."""
    asked, language = _asked(), i18n.current_locale()
    made = job = None
    if asked.place and asked.month and asked.is_closed:
        made = queries.find_bulletin(asked.place, asked.month, language)
        job = None if made else _job(asked.place, asked.month, language)
    return render_template(
        "office/coverage/bulletin.html",
        asked=asked,
        made=made,
        job=job,
        phase=_phase(job) if job else "",
        closed=list_months(asked.place) if asked.place else [],
        month_choices=[(month, month) for month in asked.months],
        places=_place_choices(current_scope()),
        place_name=full_name(asked.place) if asked.place else "",
        scope=current_scope(),
    )


def _job(place: Territory, month: str, language: str) -> Any:
    """The job at work, else the one the page was sent to wait for."""
    found = acts.find_work(place, month, language)
    job = jobs.find_job(found) if found else _named_job()
    subject = {"divisions": list(place.codes), "month": month, "language": language}
    about = {name: job.payload.get(name) for name in subject} if job and job.kind == acts.BULLETIN_JOB else {}
    return job if about == subject else None


def _named_job() -> Any:
    try:
        return jobs.find_job(UUID(request.args.get("job", "")))
    except ValueError:
        return None


def _phase(job: Any) -> str:
    return i18n.label(BulletinPhase(job.phase or BulletinPhase.COUNTED))


@office.get("/coverage/bulletin/progress.json")
@allow(Permission.COVERAGE_VIEW)
def coverage_bulletin_progress() -> ResponseReturnValue:
    """How far the making is; asked every two seconds by the page."""
    place, month = _wanted()
    language = i18n.current_locale()
    job = None if queries.find_bulletin(place, month, language) else _job(place, month, language)
    working = job is not None and job.state in (JobState.WAITING, JobState.RUNNING)
    return jsonify(
        state="running" if working else "failed" if job and job.state == JobState.FAILED else "done",
        done=job.done_steps if job else 0,
        total=job.all_steps if job and job.all_steps else None,
        note=_phase(job) if job else "",
        next=_page(place, month, job.id if job else None),
    )


def _page(place: Territory, month: str, job_id: UUID | None) -> str:
    return url_for("office.coverage_bulletin", division=place.code, month=month, job=job_id)


# --- making and fetching --------------------------------------------------------------------------------------------


@office.post("/coverage/bulletin")
@allow(Permission.COVERAGE_VIEW)
@commits
def coverage_bulletin_make() -> ResponseReturnValue:
    """Have the bulletin made by the worker."""
    place, month = _wanted()
    job_id = acts.ask_for_bulletin(
        place,
        month,
        i18n.current_locale(),
        author=current_site().authority,
        actor=current_actor(),
        now=clock.now(),
    )
    return redirect(_page(place, month, job_id), 303)


@office.get("/coverage/bulletin.pdf")
@allow(Permission.COVERAGE_VIEW)
def coverage_bulletin_pdf() -> ResponseReturnValue:
    """The bulletin for printing."""
    return _file("pdf")


@office.get("/coverage/bulletin.docx")
@allow(Permission.COVERAGE_VIEW)
def coverage_bulletin_docx() -> ResponseReturnValue:
    """The bulletin to write on in."""
    return _file("docx")


def _file(kind: str) -> ResponseReturnValue:
    place, month = _wanted()
    made = queries.find_bulletin(place, month, i18n.current_locale())
    if made is None:
        raise NotFound(request.path)
    name = _("%(place)s coverage bulletin %(month)s", place=full_name(place), month=month)
    room = queries.bulletin_room()
    return send_kept(getattr(made, kind), file_name=f"{name}.{kind}", media_type=KINDS[kind], room=room)
