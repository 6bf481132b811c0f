"""Files attached to matters: several at once, each taken or refused by itself; downloads; removal with a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import attachments as acts
from regulator.features.papers.actions.attachments import KeptFile
from regulator.features.papers.queries.attachments import attachment_room, get_attachment
from regulator.features.papers.queries.matters import get_matter
from regulator.features.papers.queries.papers import list_papers_of
from regulator.features.papers.terms import AttachmentRole
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.uploads import DEFAULT_LIMITS, clean_upload
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt
from regulator.portals.office.forms.attachments import AttachForm, RemoveForm
from regulator.portals.office.matters import allowed, current_hands, require
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.sending import send_kept
from regulator.web.transaction import commits, commits_after

MOST_AT_ONCE = 20
ROLES = (AttachmentRole.EVIDENCE, AttachmentRole.MINUTES, AttachmentRole.RECEIPT, AttachmentRole.OTHER)
"""What a file may be said to be here; a consent is attached where it is recorded."""


@dataclass
class _Sent:
    """A form with files as it came: what could be kept of them, and why the others could not."""

    filled: forms.Filled[AttachForm]
    kept: list[KeptFile] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # (name, sentence)


def _matter(number: str) -> Any:
    """A matter of the asker's territory to whose file they may add. Raises NotFound, Forbidden."""
    found = get_matter(current_scope(), number)
    require(allowed(found, current_hands()).attach)
    return found


# --- attaching ------------------------------------------------------------------------------------------------------


@office.get("/matters/<number>/attachments/new")
@allow(Permission.MATTERS_VIEW)
def attachment_new(number: str) -> ResponseReturnValue:
    """The form for files."""
    found = _matter(number)
    role = listing.asked_code(AttachmentRole, "role") or AttachmentRole.EVIDENCE
    start = {"role": role, "paper": request.args.get("paper", "")}
    return _form_page(found, _Sent(forms.fill(AttachForm, start)))


@contextmanager
def _cleaned() -> Iterator[_Sent]:
    """The files cleaned and kept before the lock is taken; what no row names in the end is swept."""
    _matter((request.view_args or {})["number"])
    sent = _Sent(forms.read(AttachForm))
    given = [one for one in request.files.getlist("files") if one.filename]
    if not given:
        sent.filled.fail("files", _("Choose at least one file."))
    elif len(given) > MOST_AT_ONCE:
        sent.filled.fail("files", _("Send at most %(most)s files at once.", most=MOST_AT_ONCE))
    elif sent.filled.value is not None:
        for one in given:
            _take(sent, one)
    yield sent


def _take(sent: _Sent, given: FileStorage) -> None:
    name = given.filename or ""
    try:
        sent.kept.append(acts.keep_content(clean_upload(given.stream, name=name)))
    except BadInput as error:
        sent.refused.append((name[:80], forms.code_sentence(error.code, error.params)))


@office.post("/matters/<number>/attachments")
@allow(Permission.MATTERS_VIEW)
@commits_after(_cleaned)
def attachment_add(sent: _Sent, number: str) -> ResponseReturnValue:
    """Attach what could be taken and say of the rest why not; nothing that was taken has to be sent again."""
    found, filled = _matter(number), sent.filled
    if not sent.kept:
        for name, sentence in sent.refused:
            filled.fail("files", f"{name}{_(': ')}{sentence}")
    value = filled.value
    paper = _paper(found, value.paper) if value else None
    if value is not None and value.paper and paper is None:
        filled.fail("paper", _("Choose one of the papers of this matter."))
    if value is None or filled.errors:
        return _form_page(found, sent), 400

    def act() -> None:
        for file in sent.kept:
            acts.add_attachment(found, file, value.role, actor=current_actor(), now=clock.now(), paper_id=paper)

    if not attempt(filled, act):
        return _form_page(found, sent), 409
    flash(_("Attached: %(names)s", names="、".join(file.name for file in sent.kept)), "ok")
    for name, sentence in sent.refused:
        flash(_("Not attached: %(name)s. %(reason)s", name=name, reason=sentence), "bad")
    if paper is not None:
        return redirect(url_for("office.paper", paper_id=paper), 303)
    return redirect(url_for("office.matter", number=number), 303)


def _paper(found: Any, raw: str | None) -> UUID | None:
    """The paper of this matter the files belong to; None when none is named, or none of its own."""
    return next((row.id for row in list_papers_of(found) if str(row.id) == raw), None)


def _form_page(found: Any, sent: _Sent) -> str:
    return render_template(
        "office/matters/attach.html",
        matter=found,
        form=sent.filled,
        roles=forms.choices(AttachmentRole, ROLES),
        papers=[(str(row.id), f"{row.title} {row.number or ''}".strip()) for row in list_papers_of(found)],
        limits=DEFAULT_LIMITS,
        most=MOST_AT_ONCE,
    )


# --- one file -------------------------------------------------------------------------------------------------------


@office.get("/matters/<number>/attachments/<uuid:attachment_id>")
@allow(Permission.MATTERS_VIEW)
def attachment(number: str, attachment_id: UUID) -> ResponseReturnValue:
    """The file itself, always to be saved."""
    found = get_attachment(get_matter(current_scope(), number), attachment_id)
    return send_kept(
        found.content_hash, file_name=found.name, media_type=found.media_type, room=attachment_room()
    )  # fmt: skip


@office.route("/matters/<number>/attachments/<uuid:attachment_id>/remove", methods=["GET", "POST"])
@allow(Permission.MATTERS_VIEW)
@commits
def attachment_remove(number: str, attachment_id: UUID) -> ResponseReturnValue:
    """Take a file out of the matter for a reason; its line stays."""
    found = _matter(number)
    file = get_attachment(found, attachment_id)
    if request.method == "GET":
        return _remove_page(found, file, forms.fill(RemoveForm))
    filled = forms.read(RemoveForm)
    value = filled.value
    if value is None:
        return _remove_page(found, file, filled), 400
    given: dict[str, Any] = {"actor": current_actor(), "now": clock.now()}
    if not attempt(filled, lambda: acts.remove_attachment(file, found, reason=value.reason, **given)):
        return _remove_page(found, file, filled), 409
    flash(_("%(name)s is removed; its line stays with the reason.", name=file.name), "ok")
    return redirect(url_for("office.matter", number=number), 303)


def _remove_page(found: Any, file: Any, filled: forms.Filled[RemoveForm]) -> str:
    return render_template("office/matters/detach.html", matter=found, file=file, form=filled)
