"""What is typed to settle what waits."""

from uuid import UUID

from pydantic import Field

from regulator.foundation.paging import MAX_LIMIT
from regulator.web import forms


class LinkForm(forms.Form):
    """Which company a written name means, or that it means none."""

    company: forms.OptionalText = None
    company_choice: forms.OptionalText = None
    add_alias: forms.Ticked = False
    nobody: forms.Ticked = False
    reason: forms.OptionalText = None


class SeenForm(forms.Form):
    """The moved terms of one page of the list."""

    moves: list[UUID] = Field(min_length=1, max_length=MAX_LIMIT)
