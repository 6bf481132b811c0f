"""What is done with a matter on the desk: notes, handing on, reminders and answers, moving its term, closing it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import matters as acts
from regulator.features.papers.actions import officials
from regulator.features.papers.queries.matters import get_matter, get_reminder
from regulator.foundation import clock
from regulator.portals.office import blueprint as office
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.matters import AnswerForm, AssignForm, CloseForm, NoteForm, RemindForm, TermForm
from regulator.portals.office.matters import Allowed, allowed, current_hands, require, takers
from regulator.portals.office.views.matters import matter_page
from regulator.web import forms
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.transaction import commits

AT = {"note_empty": "note"}


def _found(number: str) -> tuple[Any, Allowed]:
    """A matter of the asker's territory, and what they may do with it. Raises NotFound."""
    found = get_matter(current_scope(), number)
    return found, allowed(found, current_hands())


def _answer(
    found: Any, name: str, filled: forms.Filled[Any], act: Callable[[], object], done: str
) -> ResponseReturnValue:
    """Do what was asked and go back to the matter; a refusal stands at the fields of its form."""
    if filled.value is None:
        return matter_page(found, **{name: filled}), 400
    if not attempt(filled, act, AT):
        return matter_page(found, **{name: filled}), 409
    flash(done, "ok")
    return redirect(url_for("office.matter", number=found.number), 303)


def _who() -> dict[str, Any]:
    return {"actor": current_actor(), "now": clock.now()}


@office.post("/matters/<number>/note")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_note(number: str) -> ResponseReturnValue:
    """Write a line into the history."""
    found, may = _found(number)
    require(may.note)
    filled = forms.read(NoteForm)
    return _answer(
        found, "note", filled, lambda: acts.note_matter(found, filled.value.note, **_who()), _("Noted.")
    )  # fmt: skip


@office.post("/matters/<number>/assign")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_assign(number: str) -> ResponseReturnValue:
    """Hand the matter to somebody who may have it."""
    found, may = _found(number)
    require(may.assign)
    filled = forms.read(AssignForm)
    chosen = {str(one.account_id): one for one in takers(found)}.get(filled.text("to"))
    if filled.value is not None and chosen is None:
        filled.fail("to", _("Choose somebody who may have this matter."))

    def act() -> None:
        acts.assign_matter(
            found, to=chosen.account_id, authority=chosen.authority_id, may_handle=True, version=sent_version(),
            reason=filled.value.why or "", **_who(),
        )  # fmt: skip

    name = chosen.name if chosen else ""
    return _answer(found, "assign", filled, act, _("The matter is with %(name)s now.", name=name))


@office.post("/matters/<number>/remind")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_remind(number: str) -> ResponseReturnValue:
    """Remind the owner, each tone after the gentler one."""
    found, may = _found(number)
    require(bool(may.tones))
    filled = forms.read(RemindForm)
    if filled.value is not None:
        require(filled.value.tone in may.tones)

    def act() -> None:
        given = filled.value
        acts.remind_owner(found, tone=given.tone, text=given.text, by=current_hands().me, **_who())

    return _answer(found, "remind", filled, act, _("The reminder is sent; it stands on the owner's desk."))


@office.post("/matters/<number>/reminders/<uuid:reminder_id>/answer")
@allow(Permission.MATTERS_VIEW)
@commits
def reminder_answer(number: str, reminder_id: UUID) -> ResponseReturnValue:
    """Say what was done about a reminder; whoever it waits for, or their deputy."""
    found, _may = _found(number)
    reminder = get_reminder(found, reminder_id)
    require(reminder.to_id in current_hands().everybody)
    filled = forms.read(AnswerForm)
    answer = _answer(
        found,
        "answer",
        filled,
        lambda: acts.answer_reminder(reminder, found, filled.value.answer, **_who()),
        _("The reminder is answered."),
    )
    came_from_desk = request.form.get("came_from") == "desk"
    return redirect(url_for("office.my_desk"), 303) if came_from_desk and not filled.errors else answer


@office.post("/matters/<number>/term")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_term(number: str) -> ResponseReturnValue:
    """Move the term of a matter of the desk's own."""
    found, may = _found(number)
    require(may.set_term)
    filled = forms.read(TermForm)

    def act() -> None:
        given = filled.value
        officials.set_due_day(found, given.due_on, reason=given.because, version=sent_version(), **_who())

    return _answer(found, "term", filled, act, _("The term is set."))


@office.post("/matters/<number>/close")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_close(number: str) -> ResponseReturnValue:
    """Close a matter of the desk's own for good."""
    found, may = _found(number)
    require(may.close)
    filled = forms.read(CloseForm)

    def act() -> None:
        given = filled.value
        officials.close_by_hand(found, outcome=given.outcome, reason=given.reason, version=sent_version(), **_who())

    return _answer(found, "close", filled, act, _("The matter is closed; its file can be archived."))
