"""What is typed in a round of data verification."""

from typing import Annotated

from pydantic import Field

from regulator.web import forms


class RoundForm(forms.Form):
    """A new round."""

    name: Annotated[forms.Text, Field(max_length=100)]
    due_on: forms.Day
    instruction: forms.OptionalLongText = None


class DoneForm(forms.Form):
    """A district is done."""

    remark: forms.OptionalLongText = None
