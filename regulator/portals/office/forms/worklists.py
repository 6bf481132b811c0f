"""What is typed to settle what waits."""

from uuid import UUID

from pydantic import Field

from regulator.foundation.errors import BadInput
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


def sent_moves() -> list[UUID]:
    """The moved terms somebody takes note of. Raises BadInput when the form names none."""
    value = forms.read(SeenForm).value
    if value is None:
        raise BadInput("form_incomplete", about="moves")
    return value.moves
