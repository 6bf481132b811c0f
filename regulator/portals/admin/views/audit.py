"""The auditor's search through the trail, and its export of exactly what is shown."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.audit import queries as trail
from regulator.features.audit.actions import record
from regulator.features.audit.terms import JSON, AuditAct
from regulator.features.divisions.terms import CodeRange
from regulator.foundation import clock, tables
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import current_locale
from regulator.foundation.paging import parse_limit
from regulator.portals.admin import blueprint
from regulator.portals.admin.forms import AuditQuery
from regulator.portals.admin.words import act_words, field_words, subject_words
from regulator.web import filters, forms
from regulator.web.access import allow, current_actor
from regulator.web.pages import current_site
from regulator.web.transaction import commits_after

PAGE = 50


@blueprint.get("/audit")
@allow(Permission.AUDIT_SEARCH)
def audit() -> ResponseReturnValue:
    """Acts by who, what, on what, where and when; newest first."""
    filled = forms.read(AuditQuery, request.args)
    if filled.value is not None and filled.value.division and not _is_code(filled.value.division):
        filled.fail("division", "")
    query = filled.value or AuditQuery()
    page = trail.list_entries(
        _wanted(query), cursor=request.args.get("cursor"), limit=parse_limit(request.args.get("limit"), PAGE)
    )
    return render_template(
        "admin/audit.html",
        page=page,
        act_words=act_words,
        subject_words=subject_words,
        query=query,
        unreadable=filled.value is None,
        acts=[(act, act_words(act)) for act in trail.list_acts()],
        kinds=[(kind, subject_words(kind)) for kind in trail.list_subject_kinds()],
    )


def _wanted(query: AuditQuery) -> trail.Wanted:
    places = CodeRange.of(query.division) if query.division and _is_code(query.division) else None
    if query.division and places is None:
        raise BadInput("division_unknown", {"given": query.division[:20]}, about="division")
    return trail.Wanted(
        username=query.username,
        act=query.act,
        subject_kind=query.subject_kind,
        subject_key=query.subject_key,
        division_low=places.low if places else None,
        division_high=places.high if places else None,
        since=clock.start_of(query.since) if query.since else None,
        until=clock.start_of(query.until + timedelta(days=1)) if query.until else None,
    )


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in {6, 9, 12}


@blueprint.get("/audit/<int:seq>")
@allow(Permission.AUDIT_SEARCH)
def audit_entry(seq: int) -> ResponseReturnValue:
    """One act with everything recorded of it."""
    entry = trail.get_entry(seq)
    return render_template(
        "admin/audit_entry.html",
        entry=entry,
        changes=_changes(entry.facts),
        reason=entry.facts.get("reason"),
        facts_text=json.dumps(entry.facts, ensure_ascii=False, indent=2, sort_keys=True) if entry.facts else "",
        act_words=act_words,
        subject_words=subject_words,
    )


def _changes(facts: Mapping[str, JSON]) -> list[tuple[str, str | None, str | None]]:
    """Each field with what stood there before and after, as text."""
    before, after = (side if isinstance(side, dict) else {} for side in (facts.get("before"), facts.get("after")))
    return [
        (field_words(field), _as_text(before.get(field)), _as_text(after.get(field)))
        for field in sorted({*before, *after})
    ]


def _as_text(value: JSON) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Written:
    """What an export found, written before its act is recorded: a long trail keeps nobody else from writing."""

    body: BinaryIO
    kind: str
    facts: dict[str, JSON]


@contextmanager
def _written() -> Iterator[_Written]:
    query = forms.read(AuditQuery).value
    kind = request.form.get("format", "xlsx")
    if query is None or kind not in {"xlsx", "csv"}:
        raise BadInput("export_unusable")
    entries = trail.iterate_entries(_wanted(query))
    mark = _("Demonstration data") if current_site().is_demo else ""
    with tempfile.TemporaryFile() as body:
        if kind == "xlsx":
            count = tables.write_xlsx(body, _header(), _rows(entries), sheet=_("Audit trail"), mark=mark)
        else:
            text = io.TextIOWrapper(body, "utf-8-sig", newline="", write_through=True)
            count = tables.write_csv(text, _header(), _rows(entries), mark=mark)
            text.detach()
        shown = query.model_dump(mode="json", exclude_none=True)
        yield _Written(body, kind, {"rows": count, "format": kind, "query": shown})


@blueprint.post("/audit/export")
@allow(Permission.AUDIT_SEARCH)
@commits_after(_written)
def audit_export(written: _Written) -> ResponseReturnValue:
    """Exactly what the search shows, as a file; taking it away is itself recorded."""
    record(current_actor(), AuditAct.EXPORTED, "audit", "search", now=clock.now(), facts=written.facts)
    written.body.seek(0)
    return _download(written.body.read(), written.kind)


def _download(content: bytes, kind: str) -> Response:
    types = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}
    response = Response(content, mimetype=types[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{clock.today().isoformat()}.{kind}"'
    return response


def _header() -> list[str]:
    return [
        _("Number"),
        _("When"),
        _("User name"),
        _("Name"),
        _("Role"),
        _("Scope"),
        _("Deputy of"),
        _("Address"),
        _("Act"),
        _("Kind of subject"),
        _("Subject"),
        _("Division"),
        _("Facts"),
    ]


def _rows(entries: Iterator[trail.Entry]) -> Iterator[list[str | int | None]]:
    locale = current_locale()
    for entry in entries:
        yield [
            entry.seq,
            filters.moment(entry.at, locale),
            entry.username,
            entry.name,
            entry.role,
            entry.scope,
            entry.deputy_for,
            entry.address,
            act_words(entry.act),
            subject_words(entry.subject_kind),
            entry.subject_key,
            entry.division_code,
            json.dumps(entry.facts, ensure_ascii=False, sort_keys=True),
        ]
