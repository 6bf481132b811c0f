"""What is typed about who serves an estate."""

from typing import Annotated

from pydantic import Field

from regulator.features.registry.terms import Mode, RecordedBasis
from regulator.web import forms

Document = Annotated[Annotated[str, Field(max_length=120)] | None, forms.OrNone]


class ChangeForm(forms.Form):
    """Who serves from a day on; with a last day an earlier period is filled in."""

    mode: Mode
    company: forms.OptionalText = None
    company_choice: forms.OptionalText = None
    began_on: forms.Day
    ended_on: forms.OptionalDay = None
    fee: forms.OptionalYuan = None
    reason: forms.Text


class LeaveForm(forms.Form):
    """The last day a company has served, and how it is known."""

    left_on: forms.Day
    reason: forms.Text


class BasisForm(forms.Form):
    """Hand-over or emergency, from a day on, on what document."""

    recorded_basis: RecordedBasis
    from_day: forms.Day
    basis_document: Document = None
    reason: forms.Text


class CorrectServiceForm(forms.Form):
    """The days and the fee of a period, and why they are corrected."""

    began_on: forms.OptionalDay = None
    ended_on: forms.OptionalDay = None
    fee: forms.OptionalYuan = None
    basis_document: Document = None
    reason: forms.Text
