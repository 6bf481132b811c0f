"""What is done with a matter on the desk: notes, handing on, reminders and answers, moving its term, closing it."""

from collections.abc import Callable
from typing import Any, TypeVar
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

F = TypeVar("F", bound=forms.Form)
AT = {"note_empty": "note"}


def _found(number: str) -> tuple[Any, Allowed]:
    """A matter of the asker's territory, and what they may do with it. Raises NotFound."""
    found = get_matter(current_scope(), number)
    return found, allowed(found, current_hands())


def _answer(
    found: Any, name: str, filled: forms.Filled[F], act: Callable[[F], object], done: str
) -> ResponseReturnValue:  # fmt: skip
    """Do what was asked and go back to the matter; a refusal stands at the fields of its form."""
    value = filled.value
    if value is None:
        return matter_page(found, **{name: filled}), 400
    if not attempt(filled, lambda: act(value), AT):
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

    def act(given: NoteForm) -> None:
        acts.note_matter(found, given.note, **_who())

    return _answer(found, "note", forms.read(NoteForm), act, _("Noted."))


@office.post("/matters/<number>/assign")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_assign(number: str) -> ResponseReturnValue:
    """Hand the matter to somebody who may have it."""
    found, may = _found(number)
    require(may.assign)
    filled = forms.read(AssignForm)
    chosen = {str(one.account_id): one for one in takers(found)}.get(filled.text("to"))
    if chosen is None:
        filled.fail("to", _("Choose somebody who may have this matter."))
        return matter_page(found, assign=filled), 400

    def act(given: AssignForm) -> None:
        to: dict[str, Any] = {"to": chosen.account_id, "authority": chosen.authority_id, "may_handle": True}
        acts.assign_matter(found, **to, version=sent_version(), reason=given.why or "", **_who())

    return _answer(found, "assign", filled, act, _("The matter is with %(name)s now.", name=chosen.name))


@office.post("/matters/<number>/remind")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_remind(number: str) -> ResponseReturnValue:
    """Remind the owner, each tone after the gentler one."""
    found, may = _found(number)
    require(bool(may.tones))

    def act(given: RemindForm) -> None:
        require(given.tone in may.tones)
        acts.remind_owner(found, tone=given.tone, text=given.text, by=current_hands().me, **_who())

    done = _("The reminder is sent; it stands on the owner's desk.")
    return _answer(found, "remind", forms.read(RemindForm), act, done)


@office.post("/matters/<number>/reminders/<uuid:reminder_id>/answer")
@allow(Permission.MATTERS_VIEW)
@commits
def reminder_answer(number: str, reminder_id: UUID) -> ResponseReturnValue:
    """Say what was done about a reminder; whoever it waits for, or their deputy."""
    found, _may = _found(number)
    reminder = get_reminder(found, reminder_id)
    require(reminder.to_id in current_hands().everybody)
    filled = forms.read(AnswerForm)

    def act(given: AnswerForm) -> None:
        acts.answer_reminder(reminder, found, given.answer, **_who())

    answer = _answer(found, "answer", filled, act, _("The reminder is answered."))
    came_from_desk = request.form.get("came_from") == "desk"
    return redirect(url_for("office.my_desk"), 303) if came_from_desk and not filled.errors else answer


@office.post("/matters/<number>/term")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_term(number: str) -> ResponseReturnValue:
    """Move the term of a matter of the desk's own."""
    found, may = _found(number)
    require(may.set_term)

    def act(given: TermForm) -> None:
        officials.set_due_day(found, given.due_on, reason=given.because, version=sent_version(), **_who())

    return _answer(found, "term", forms.read(TermForm), act, _("The term is set."))


@office.post("/matters/<number>/close")
@allow(Permission.MATTERS_VIEW)
@commits
def matter_close(number: str) -> ResponseReturnValue:
    """Close a matter of the desk's own for good."""
    found, may = _found(number)
    require(may.close)

    def act(given: CloseForm) -> None:
        how: dict[str, Any] = {"outcome": given.outcome, "reason": given.reason, "version": sent_version()}
        officials.close_by_hand(found, **how, **_who())

    return _answer(found, "close", forms.read(CloseForm), act, _("The matter is closed; its file can be archived."))
