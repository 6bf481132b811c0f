"""What is typed about matters of the desk: opening, notes, handing on, reminders and their answers, terms, closing."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from regulator.features.papers.terms import Outcome, Tone
from regulator.web import forms

Said = Annotated[str, Field(min_length=1, max_length=2000), forms.Cleaned]
BY_HAND = (Outcome.DONE, Outcome.UNFOUNDED)
"""How a matter may end by hand; what is taken back is taken back by the act that opened it."""
Aside = Annotated[Annotated[str, Field(max_length=2000)] | None, forms.OrNone]


class OpenForm(forms.Form):
    """A matter of the desk's own."""

    title: forms.Text
    division_code: forms.Text
    due_on: forms.OptionalDay = None
    note: Aside = None


class NoteForm(forms.Form):
    """A line for the history."""

    note: Said


class AssignForm(forms.Form):
    """Who gets a matter, and why."""

    to: Annotated[UUID | Literal[""], forms.Cleaned] = ""
    why: Aside = None


class RemindForm(forms.Form):
    """A reminder in one of the three tones."""

    tone: Tone
    text: Said


class AnswerForm(forms.Form):
    """What was done about a reminder."""

    answer: Said


class TermForm(forms.Form):
    """The last day of a matter's term; nothing when none runs."""

    due_on: forms.OptionalDay = None
    because: Aside = None


class CloseForm(forms.Form):
    """How a matter ended."""

    outcome: Literal[Outcome.DONE, Outcome.UNFOUNDED]
    reason: Said
