"""Case files on the desk: archived, to be archived, open; one file with its contents; printing and archiving it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import case_files as acts
from regulator.features.papers.queries import case_files as queries
from regulator.features.papers.queries.case_files import FileFilter, FileRow
from regulator.features.papers.queries.file_contents import gather
from regulator.features.papers.queries.matters import (
    MatterFilter,
    MatterRow,
    count_matters,
    get_matter,
    list_matters,
    sees,
)
from regulator.features.papers.rules.matters import retention_years
from regulator.features.papers.terms import FileSection, FileShelf, MatterKind, MatterState, PrintPhase
from regulator.foundation import clock, i18n, jobs
from regulator.foundation.errors import BadInput, NotFound, StaleVersion
from regulator.foundation.jobs import JobState
from regulator.foundation.paging import Count, Page, parse_limit
from regulator.law.findings import Refused
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.case_files import ArchiveForm
from regulator.portals.office.matters import kind_choices, kind_words, place_choices, require, size_words
from regulator.web import forms, navigation
from regulator.web.access import allow, current_actor, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept
from regulator.web.transaction import commits

RETENTIONS = ("0", "30", "10")
MOST_AT_ONCE = 200
navigation.add(
    "office",
    MenuGroup.PAPERS,
    "office.case_files",
    _l("Case files"),
    Permission.FILES_VIEW,
    active=("office.case_file",),
)


# --- the list -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which shelf, and what of it."""

    shelf: FileShelf
    files: FileFilter
    matters: MatterFilter

    @property
    def is_archived(self) -> bool:
        """Whether archived files are asked for; else matters that have none yet."""
        return self.shelf in (FileShelf.ARCHIVED, FileShelf.ENDED)


def _asked() -> Asked:
    shelf = listing.asked_code(FileShelf, "shelf") or FileShelf.ARCHIVED
    kind: MatterKind | None = listing.asked_code(MatterKind, "kind")
    division, text = listing.asked_division(), listing.asked_text()
    within = division.range if division else None
    ended = clock.today() if shelf is FileShelf.ENDED else None
    kept = _asked_number("retention", RETENTIONS)
    years = FileFilter(_asked_number("year"), kind, kept, within, ended, text)
    return Asked(shelf, years, MatterFilter(state=MatterState.OPEN, kind=kind, within=within, q=text))


def _asked_number(name: str, known: tuple[str, ...] = ()) -> int | None:
    raw = request.args.get(name, "")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 4) or (known and raw not in known):
        raise BadInput("filter_unknown", {"given": raw[:40]}, about=name)
    return int(raw)


@office.get("/files")
@allow(Permission.FILES_VIEW)
def case_files() -> ResponseReturnValue:
    """Archived files by year, kind, retention and place; or the matters whose file is still to come."""
    scope, asked = current_scope(), _asked()
    if listing.asked_export():
        return _export(asked)
    limit, cursor = parse_limit(request.args.get("limit")), request.args.get("cursor")
    return render_template(
        "office/files/list.html",
        asked=asked,
        page=_page(asked, cursor, limit),
        total=_count(asked),
        years=[(year, year) for year in queries.list_years(scope)],
        kinds=kind_choices(),
        retentions=[(code, _kept_words(int(code) or None)) for code in RETENTIONS],
        divisions=place_choices(scope),
        kept_words=_kept_words,
        scope=scope,
        day=clock.today(),
    )


def _page(asked: Asked, cursor: str | None, limit: int) -> Page[Any]:
    scope = current_scope(Permission.FILES_VIEW)
    if asked.is_archived:
        return queries.list_archived(scope, asked.files, cursor=cursor, limit=limit)
    if asked.shelf is FileShelf.TO_ARCHIVE:
        return queries.list_to_archive(scope, asked.matters, cursor=cursor, limit=limit)
    return list_matters(scope, asked.matters, cursor=cursor, limit=limit)


def _count(asked: Asked) -> Count:
    scope = current_scope(Permission.FILES_VIEW)
    if asked.is_archived:
        return queries.count_archived(scope, asked.files)
    if asked.shelf is FileShelf.TO_ARCHIVE:
        return queries.count_to_archive(scope, asked.matters)
    return count_matters(scope, asked.matters)


def _kept_words(years: int | None) -> str:
    return _("for ever") if years is None else _("%(years)s years", years=years)


def _export(asked: Asked) -> ResponseReturnValue:
    day, territory = clock.today(), current_scope().label
    rows = listing.all_pages(lambda c, n: _page(asked, c, n))
    columns: Any = _file_columns() if asked.is_archived else _matter_columns()
    return listing.export(_("Case files"), columns, rows, day=day, territory=territory)


def _file_columns() -> list[listing.Column[FileRow]]:
    column = listing.Column[FileRow]
    return [
        column(_("File number"), lambda row: row.number),
        column(_("Title of the matter"), lambda row: row.title),
        column(_("Kind"), lambda row: kind_words(row.kind)),
        column(_("Matter"), lambda row: row.matter_number),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Year"), lambda row: row.year),
        column(_("Pages"), lambda row: row.pages),
        column(_("Kept for"), lambda row: _kept_words(row.retention_years)),
        column(_("Kept until"), lambda row: row.kept_until),
        column(_("Archived"), lambda row: row.archived_at.astimezone(clock.CHINA)),
        column(_("Archived by"), lambda row: row.archived_by),
    ]


def _matter_columns() -> list[listing.Column[MatterRow]]:
    column = listing.Column[MatterRow]
    return [
        column(_("Matter"), lambda row: row.number),
        column(_("Title of the matter"), lambda row: row.title),
        column(_("Kind"), lambda row: kind_words(row.kind)),
        column(_("Place"), lambda row: str(row.place)),
        column(_("Opened on"), lambda row: row.opened_at.astimezone(clock.CHINA)),
        column(_("Matter closed on"), lambda row: row.closed_at and row.closed_at.astimezone(clock.CHINA)),
        column(_("Outcome"), lambda row: row.outcome),
        column(_("Kept for"), lambda row: _kept_words(retention_years(row.kind))),
    ]


# --- one file -------------------------------------------------------------------------------------------------------


@office.get("/files/<number>")
@allow(Permission.FILES_VIEW)
def case_file(number: str) -> ResponseReturnValue:
    """The contents of a matter's file in their order, and its print."""
    return _file_page(get_matter(current_scope(), number), forms.fill(ArchiveForm))


def _file_page(found: Any, filled: forms.Filled[ArchiveForm]) -> str:
    contents, archived = gather(found), queries.find_case_file(found)
    made = _made(found, contents.basis())
    job = None if made else _job(found)
    return render_template(
        "office/files/page.html",
        matter=found,
        contents=contents,
        sections=list(FileSection),
        archived=archived,
        made=made,
        job=job,
        phase=_phase(job),
        failed=_failed(job),
        form=filled,
        years=retention_years(found.kind),
        kept_words=_kept_words,
        size_of=size_words,
        may_archive=_may_archive(found),
    )


def _may_archive(found: Any) -> bool:
    may = Permission.FILES_ARCHIVE in current_permissions()
    inside = may and sees(current_scope(Permission.FILES_ARCHIVE), found.division_code)
    return inside and found.state is MatterState.CLOSED and not found.is_archived


def _made(found: Any, basis: str) -> Any:
    """The print of the file as it is now; None when it has to be made (anew)."""
    made = queries.find_print(found)
    return made if made is not None and made.basis == basis else None


def _job(found: Any) -> Any:
    """The job at work, else the one the page was sent to wait for."""
    job_id = acts.find_work(found) or _named_job()
    job = jobs.find_job(job_id) if job_id else None
    is_its = job is not None and job.kind == acts.PRINT_JOB and job.payload.get("matter") == str(found.id)
    return job if is_its else None


def _named_job() -> UUID | None:
    try:
        return UUID(request.args.get("job", ""))
    except ValueError:
        return None


def _phase(job: Any) -> str:
    return i18n.label(PrintPhase(job.phase or PrintPhase.GATHERED)) if job else ""


def _failed(job: Any) -> str:
    """Why it could not be printed, in words; empty when it did not fail."""
    if job is None or job.state != JobState.FAILED:
        return ""
    if job.error_code in (None, jobs.INTERNAL, jobs.WORKER_LOST):
        return _("The file could not be printed. Try again; if it fails again, tell the administrator.")
    return forms.code_sentence(job.error_code, jobs.refusal_params(job))


@office.get("/files/<number>/progress.json")
@allow(Permission.FILES_VIEW)
def case_file_progress(number: str) -> ResponseReturnValue:
    """How far the printing is; asked every two seconds by the page."""
    found = get_matter(current_scope(), number)
    job = _job(found)
    working = job is not None and job.state in (JobState.WAITING, JobState.RUNNING)
    return jsonify(
        state="running" if working else "failed" if job and job.state == JobState.FAILED else "done",
        done=job.done_steps if job else 0,
        total=job.all_steps if job and job.all_steps else None,
        note=_phase(job),
        next=url_for("office.case_file", number=number, job=job.id if job else None),
    )


@office.post("/files/<number>/print")
@allow(Permission.FILES_VIEW)
@commits
def case_file_print(number: str) -> ResponseReturnValue:
    """Have the file printed as one PDF by the worker."""
    found = get_matter(current_scope(), number)
    job_id = acts.ask_for_print(found, actor=current_actor(), now=clock.now())
    return redirect(url_for("office.case_file", number=number, job=job_id), 303)


@office.get("/files/<number>/file.pdf")
@allow(Permission.FILES_VIEW)
def case_file_pdf(number: str) -> ResponseReturnValue:
    """The printed file."""
    found = get_matter(current_scope(), number)
    made, archived = queries.find_print(found), queries.find_case_file(found)
    stored = archived.content_hash if archived and archived.content_hash else made.content_hash if made else None
    if stored is None:
        raise NotFound(number)
    name = f"{archived.number if archived else found.number}.pdf"
    return send_kept(stored, file_name=name, media_type="application/pdf", room=queries.print_room())


# --- archiving ------------------------------------------------------------------------------------------------------


@office.post("/files/<number>/archive")
@allow(Permission.FILES_ARCHIVE)
@commits
def case_file_archive(number: str) -> ResponseReturnValue:
    """Archive the file of a closed matter for good."""
    found = get_matter(current_scope(), number)
    filled = forms.read(ArchiveForm)
    given: dict[str, Any] = {"version": sent_version(), "actor": current_actor(), "now": clock.now()}
    done: list[Any] = []
    if not attempt(filled, lambda: done.append(acts.archive_file(found, **given))):
        return _file_page(found, filled), 409
    flash(_("Archived as %(number)s; nothing of it changes any more.", number=done[0].number), "ok")
    return redirect(url_for("office.case_file", number=number), 303)


@office.post("/files/archive")
@allow(Permission.FILES_ARCHIVE)
@commits
def case_files_archive() -> ResponseReturnValue:
    """Archive the files that were ticked; one that somebody archived meanwhile, or that cannot be, is passed over."""
    numbers = list(dict.fromkeys(request.form.getlist("number")))[:MOST_AT_ONCE]
    done, passed = 0, []
    for number in sorted(numbers):
        found = get_matter(current_scope(), number)
        require(sees(current_scope(), found.division_code))
        try:
            acts.archive_file(found, version=found.version, actor=current_actor(), now=clock.now())
            done += 1
        except (Refused, StaleVersion):
            passed.append(number)
    if done:
        flash(_("Archived: %(count)s files", count=done), "ok")
    if passed:
        flash(_("Passed over: %(numbers)s. Look at the files to see why.", numbers="、".join(passed[:10])), "warn")
    if not numbers:
        flash(_("Tick the files to archive."), "warn")
    return redirect(url_for("office.case_files", shelf=FileShelf.TO_ARCHIVE.value), 303)
